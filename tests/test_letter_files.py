"""Letters as files: templates officers change, names, nothing overwritten, all or none, and the command."""

from __future__ import annotations

import importlib
import json
import re
import sys
from datetime import date
from pathlib import Path

import docx
import pytest
from command_line import run
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.shared import RGBColor
from letter_desk import AS_OF, OPEN, highlighted, register, template_of, text_of, written

from xiaobao_xl import resources
from xiaobao_xl.documents.templates import read_template
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.lettering import WantedLetter, letter_list, letters, write_letters

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("编号：{{ 投诉编码 }}", r"函\.docx：“编号：\{\{ 投诉编码 \}\}”处，标记 \{\{ 投诉编码 \}\} 没有定义；是否想写 投诉编号？"),
        ("{{ 投诉编号|upper }}", r"没有定义；是否想写 投诉编号？"),
        ("{{ 证件号码 }}", "是个人信息，这种函件不列；确需写入的，请在规则中把 id_no 列入它的 needs"),
        ("{{ 客户姓名 }}{{ 身份证号 }}", "是个人信息"),
        ("{{ 投诉编号 }", r"有不成对或不认识的 \{\{"),
        ("{% if 1 %}有{% endif %}{{ 投诉编号 }}", r"有不成对或不认识的 \{%"),
        ("｛｛ 投诉编号 ｝｝", "半角的两层花括号"),
        ("没有标记", "模板里没有任何标记"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_refused_before_anything_is_written(rules, tmp_path, text, told):
    with pytest.raises(WorkbookError, match=told):
        written(rules, tmp_path, "受理告知", OPEN, template=template_of(tmp_path / "函.docx", text))
    assert not (tmp_path / "函件").exists()


def test_what_is_no_word_file_is_told(rules, tmp_path):
    (tmp_path / "函.docx").write_bytes(b"\xd0\xcf\x11\xe0 not a zip")
    with pytest.raises(WorkbookError, match="另存为"):
        written(rules, tmp_path, "受理告知", OPEN, template=tmp_path / "函.docx")


def test_a_template_beside_the_own_rules_comes_first(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text("extends: shipped\n", encoding="utf-8")
    template_of(tmp_path / "acceptance_notice.docx", "本行样式 {{ complaint_no }}")
    (path,) = written(load_rules(own), tmp_path, "受理告知", OPEN, rules_file=own)
    assert "本行样式 TS1" in text_of(path)


def test_a_new_letter_is_a_few_lines_of_rules_and_a_word_file(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\nletters:\n  thanks:\n    title: 致谢函\n    register: complaint\n    audience: complainant\n"
        "    when: {closed_on: filled}\n    needs: [complainant_name]\n    asks: {gift: {title: 纪念品}}\n",
        encoding="utf-8",
    )
    closed = OPEN | {"投诉编号": "TS2", "办结日期": date(2026, 9, 25)}
    with pytest.raises(WorkbookError, match=r"存成 thanks\.docx，放在规则文件旁边"):
        written(load_rules(own), tmp_path, "致谢函", OPEN, closed, rules_file=own)
    template_of(tmp_path / "thanks.docx", "{{ 投诉人姓名 }}：谢谢，附{{ 纪念品 }}，{{ 今日 }}")
    (path,) = written(load_rules(own), tmp_path, "致谢函", OPEN, closed, rules_file=own)
    assert (path.name, text_of(path)) == ("致谢函_TS2.docx", "钱一：谢谢，附〔待填：纪念品〕，2026年9月30日")


def test_marks_cut_up_by_word_keep_working(rules, tmp_path):
    document = docx.Document()
    cut = document.add_paragraph("编号")
    for part in ("{", "{ 投", "诉编", "号 }", "}；", "请求 {{投诉请求}}"):
        run = cut.add_run(part)
        run.bold = "诉编" in part
        run._element.append(OxmlElement("w:lastRenderedPageBreak"))
    linked = document.add_paragraph()
    tracked, linked_run = OxmlElement("w:ins"), linked.add_run("{{ 收到")
    linked_run.font.color.rgb = RGBColor(0, 0, 255)
    linked_run._element.addprevious(tracked)
    tracked.append(linked_run._element)
    linked.add_run("日期 }}收到")
    document.add_table(1, 1).rows[0].cells[0].text = "{{ 投诉人姓名 }}"
    document.sections[0].header.paragraphs[0].text = "{{ 机构名称 }}"
    document.sections[0].footer.paragraphs[0].text = "{{ 今日 }}"
    document.core_properties.subject = "{{ 投诉编号 }}"
    document.save(str(tmp_path / "函.docx"))
    (path,) = written(rules, tmp_path, "受理告知", OPEN, template=tmp_path / "函.docx")
    text = text_of(path)
    assert all(words in text for words in ("编号TS1；请求 退还年费", "2026年9月20日收到", "钱一", "2026年9月30日"))
    assert highlighted(path) == ["〔待填：机构名称〕"]
    assert docx.Document(str(path)).core_properties.subject == ""


def test_a_blank_keeps_the_looks_of_its_mark(rules, tmp_path):
    document = docx.Document()
    run = document.add_paragraph().add_run("电话{{ 受理电话 }}或来访")
    run.bold, run.font.color.rgb = True, RGBColor(192, 0, 0)
    document.save(str(tmp_path / "函.docx"))
    (path,) = written(rules, tmp_path, "受理告知", OPEN, template=tmp_path / "函.docx")
    runs = docx.Document(str(path)).paragraphs[0].runs
    assert [run.text for run in runs] == ["电话", "〔待填：受理电话〕", "或来访"]
    assert [run.font.highlight_color for run in runs] == [None, WD_COLOR_INDEX.YELLOW, None]
    assert all(run.bold and run.font.color.rgb == RGBColor(192, 0, 0) for run in runs)


def test_nothing_is_overwritten_unasked(rules, tmp_path):
    cases = [OPEN, OPEN | {"投诉编号": "TS2"}]
    written(rules, tmp_path, "受理告知", *cases, keys=("TS2",))
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        written(rules, tmp_path, "受理告知", *cases)
    assert [path.name for path in (tmp_path / "函件").iterdir()] == ["受理告知_TS2.docx"]


def test_all_letters_are_written_or_none(rules, tmp_path, monkeypatch):
    book = register(tmp_path / "台账.xlsx", OPEN, OPEN | {"投诉编号": "TS2"}, OPEN | {"投诉编号": "TS3"})
    folder = tmp_path / "函件"
    folder.mkdir()
    (folder / "受理告知_TS1.docx").write_bytes(b"old")
    result = letters(rules, book, Reading(), WantedLetter(letter="受理告知"), AS_OF)
    put = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: put(self, target) if "TS3" not in str(target) else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_letters(result, folder, overwrite=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"受理告知_TS1.docx": b"old"}


def test_numbers_make_safe_and_different_file_names(rules, tmp_path):
    numbers = ["..\\TS/1:*", "TS2", "ts2", None]
    paths = written(rules, tmp_path, "受理告知", *(OPEN | {"投诉编号": number} for number in numbers))
    assert [path.name for path in paths] == [
        "受理告知__TS_1_.docx", "受理告知_TS2_Sheet第3行.docx", "受理告知_ts2_Sheet第4行.docx", "受理告知_Sheet第5行.docx",
    ]  # fmt: skip
    assert all(path.parent == tmp_path / "函件" for path in paths)


def test_rules_that_mean_nothing_are_refused(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\nletters:\n  wrong:\n    title: 错函\n    register: complaint\n    audience: complainant\n"
        "    deadline: decison\n    needs: [complaint_nr]\n    sent: request\n    source: nothing 第1条\n"
        "    asks: {phone: {title: 今日}}\n"
        '    choices: {words: {title: 情形, by: complexity, texts: {hard: 难, complex: "{{ 没有 }}"}}}\n',
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as refused:
        load_rules(own)
    told = str(refused.value)
    for words in (
        "依据 nothing 没有定义", "时限 decison 没有定义", "是否想写 decision？", "列 complaint_nr 没有定义", "取值 hard 没有定义",
        "phone 已有所指", "今日 已有所指", "request 不是日期列", "标记 没有 没有定义",
    ):  # fmt: skip
        assert words in told


def test_shipped_letters_keep_their_promises(rules):
    for name, letter in rules.letters.items():
        schema = rules.registers[letter.register]
        template = read_template(resources.document_path(name), letter.names(schema), letter.withheld(schema))
        chosen = {names for names in letter.choices if names in template.marks}
        inside = re.findall(
            r"\{\{ (.+?) \}\}", " ".join(text for key in chosen for text in letter.choices[key].texts.values())
        )
        used = {
            *template.marks,
            *(letter.names(schema)[mark] for mark in inside),
            *(letter.choices[key].by for key in chosen),
        }
        assert set(letter.asks) | set(letter.choices) <= used, name
        assert {*letter.needs, *letter.optional} - {"received_via"} <= used, name
        assert {mark for mark in used if mark in schema.columns} <= {
            *letter.needs,
            *letter.optional,
            "complainant_type",
        }, name
        assert letter.note, name
        assert re.fullmatch("[a-z]+(_[a-z]+)*", name)
        assert re.fullmatch("[\u4e00-\u9fff]+", letter.title)
    assert any("延期告知（extension_notice），给投诉人" in line for line in letter_list(rules))


def test_drawing_again_gives_the_same_bytes(rules, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCUMENTS))
    own = {"draw_documents", "drawings", "paper"}
    drawn = dict(importlib.import_module("draw_documents").drawn(rules))
    assert set(rules.letters) <= set(drawn)
    for name in [name for name in sys.modules if name.partition(".")[0] in own]:
        monkeypatch.delitem(sys.modules, name)
    assert {name: resources.document_path(name).read_bytes() for name in drawn} == drawn


def test_the_command_says_how_many_and_writes_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    register(Path("台账.xlsx"), OPEN, OPEN | {"投诉编号": "TS2", "办结日期": date(2026, 9, 25)})
    first = run("letter", "受理告知", "台账.xlsx", "--as-of", "2026-09-30")
    assert first.code == 0
    assert "合乎此函情形的投诉 1 件。" in first.out
    assert "TS1 → 受理告知_TS1.docx；待填 3 处：机构名称、受理电话、通讯地址" in first.out
    assert not Path("函件").exists()
    words = (
        "letter",
        "acceptance_notice",
        "台账.xlsx",
        "--no",
        "TS1",
        "--no",
        "TS2",
        "--out",
        "函件",
        "--json",
        "函件.json",
    )
    second = run(*words, "--as-of", "2026-09-30", "--name", "某行", "--set", "通讯地址=某路 1 号")
    assert second.code == 0, second.err
    assert "已写出 2 份" in second.out
    assert "请在台账登记“受理日期”" in second.out
    assert "（通讯地址）在这 2 份里是一样的" in second.out
    receipt = json.loads(Path("函件.json").read_text(encoding="utf-8"))
    assert [(each["key"], len(each["blanks"])) for each in receipt["letters"]] == [("TS1", 1), ("TS2", 1)]
    assert len(receipt["written"]) == 2
    assert "13800001111" not in first.out + second.out
    assert run("letter", "受理告知").code == 2
    assert "给承办部门" in run("letter", "--list").out


def test_an_empty_choice_of_complaints_says_what_to_do(tmp_path):
    book = register(tmp_path / "台账.xlsx", OPEN)
    ran = run("letter", "补正通知", str(book), "--out", str(tmp_path / "函件"))
    assert ran.code == 0
    assert "请加 --no 投诉编号" in ran.out
    assert not (tmp_path / "函件").exists()
