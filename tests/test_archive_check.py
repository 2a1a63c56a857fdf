"""The check of an archive: which file belongs to which complaint, what is missing, how long it is kept."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import openpyxl
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl import tasks
from xiaobao_xl.archiving import Archiving, Names, Naming, PaperKind
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.rules import load_rules

RULE = Archiving(
    title="投诉档案", register="complaint", numbers=("complaint_no",),
    kinds={"inquiry": PaperKind(title="调查", words=("调查", "核查")), "reply": PaperKind(title="答复", words=("答复",))},
    naming=Naming(pattern=".+", expected="随意"),
)  # fmt: skip
NAMES = Names(
    RULE,
    {
        "TS2026001": "TS2026001",
        "TS20260011": "TS20260011",
        "消保〔2026〕3号": "消保〔2026〕3号",
        "A/2026/7": "A/2026/7",
        "12": "12",
    },
)


@pytest.mark.parametrize(
    ("path", "numbers", "kinds"),
    [
        ("TS2026001_答复_20260712.pdf", ["TS2026001"], ["reply"]),
        ("ts２０２６００１答复.pdf", ["TS2026001"], ["reply"]),
        ("TS20260011答复.pdf", ["TS20260011"], ["reply"]),
        ("TS202600112答复.pdf", [], ["reply"]),
        ("XTS2026001答复.pdf", [], ["reply"]),
        ("2026/TS2026001/调查/笔录.docx", ["TS2026001"], ["inquiry"]),
        ("TS2026001/TS20260011答复.pdf", ["TS20260011"], ["reply"]),
        ("TS2026001和TS20260011调查及答复.pdf", ["TS2026001", "TS20260011"], ["inquiry", "reply"]),
        ("调查/TS2026001答复.pdf", ["TS2026001"], ["reply"]),
        ("消保〔2026〕3号答复.pdf", ["消保〔2026〕3号"], ["reply"]),
        ("A_2026_7 核查.pdf", ["A/2026/7"], ["inquiry"]),
        ("12答复.pdf", [], ["reply"]),
        ("TS2026001", ["TS2026001"], []),
    ],
)
def test_a_name_tells_the_complaint_and_the_kind(path, numbers, kinds):
    belongs = NAMES.read(path.split("/"))
    assert (list(belongs.numbers), list(belongs.kinds)) == (numbers, kinds)


def test_a_file_that_lies_in_the_folder_of_another_complaint_is_known():
    assert NAMES.read(["TS2026001", "TS20260011答复.pdf"]).folder_numbers == ("TS2026001",)
    assert NAMES.read(["TS2026001", "TS2026001答复.pdf"]).folder_numbers == ()


@given(st.lists(st.from_regex(r"TS[0-9]{3,6}", fullmatch=True), min_size=1, max_size=20, unique=True), st.data())
def test_a_number_is_found_whole_wherever_it_stands(numbers, data):
    names = Names(RULE, {number: number for number in numbers})
    number = data.draw(st.sampled_from(numbers))
    before, after = (
        data.draw(st.sampled_from(["", "答复", "_", "（"])),
        data.draw(st.sampled_from(["", "答复", "-1", "）"])),
    )
    assert names.read([f"{before}{number}{after}.pdf"]).numbers == (number,)


COMPLAINTS = [
    [
        "投诉编号",
        "事项性质",
        "收到日期",
        "投诉来源",
        "办结日期",
        "撤回日期",
        "不予受理日期",
        "回访日期",
        "赔付金额",
        "投诉人姓名",
    ],
    [
        "TS2026070001",
        "消费投诉",
        date(2026, 7, 1),
        "来电",
        date(2026, 7, 12),
        None,
        None,
        date(2026, 7, 20),
        100,
        "张三",
    ],
    ["TS2026070002", "消费投诉", date(2026, 7, 2), "人民银行转办", date(2026, 7, 13), None, None, None, None, "李四"],
    ["TS2026070003", "消费投诉", date(2026, 7, 3), "来电", None, date(2026, 7, 4), None, None, None, "王五"],
    ["TS2026070004", "消费投诉", date(2026, 7, 4), "来电", None, None, None, None, None, "赵六"],
]
FILES = {
    "TS2026070001/TS2026070001_登记_20260701.pdf": "a",
    "TS2026070001/调查/笔录.docx": "b",
    "TS2026070001/TS2026070001_答复_20260712.pdf": "c",
    "TS2026070001/客户回访.txt": "d",
    "TS2026070001/付款凭证.pdf": "",
    "TS2026070002_登记_20260702.pdf": "e",
    "TS2026070002_答复_20260713.pdf": "c",
    "TS2026070003/登记.pdf": "f",
    "客户张三反映的情况 13800138000.txt": "g",
    "TS2026070002/~$答复.docx": "h",
    ".DS_Store": "i",
}


def book_of(path, sheet, rows):
    book = openpyxl.Workbook()
    book.worksheets[0].title = sheet
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "归档"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    book_of(tmp_path / "台账.xlsx", "消费投诉台账", COMPLAINTS)
    return tmp_path


def checked(rules, desk, **given_):
    return tasks.check_archive(rules, desk / "归档", desk / "台账.xlsx", tasks.Reading(), date(2026, 9, 30), **given_)


def test_each_complaint_is_asked_only_for_what_it_must_have(rules, desk):
    wanted = {case.number: set(case.wanted) for case in checked(rules, desk).cases}
    assert wanted == {
        "TS2026070001": {"registration", "investigation", "reply", "follow_up", "evidence"},
        "TS2026070002": {"registration", "investigation", "reply"},
        "TS2026070003": {"registration"},
        "TS2026070004": {"registration"},
    }


def test_missing_stray_and_equal_files_are_listed(rules, desk):
    found = checked(rules, desk)
    assert {case.number: case.missing for case in found.incomplete} == {
        "TS2026070001": ("evidence",),  # the file is there and is empty
        "TS2026070002": ("investigation",),
        "TS2026070004": ("registration",),
    }
    assert [paper.path for paper in found.strays] == ["客户张三反映的情况 13800138000.txt"]
    assert [{paper.name for paper in group} for group in found.duplicates] == [
        {"TS2026070001_答复_20260712.pdf", "TS2026070002_答复_20260713.pdf"}
    ]
    assert found.counts()["空文件"] == 1
    assert len(found.papers) == len(FILES) - 2
    assert found.needs_eyes


def test_the_index_holds_every_file_with_its_fingerprint(rules, desk):
    for paper in checked(rules, desk).papers:
        content = (desk / "归档" / paper.path).read_bytes()
        assert (paper.size, paper.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_nothing_in_the_folder_is_changed(rules, desk):
    def state():
        return {
            path: (path.stat().st_mtime_ns, path.read_bytes())
            for path in desk.joinpath("归档").rglob("*")
            if path.is_file()
        }

    before = state()
    found = checked(rules, desk)
    tasks.write_archive_check(found, desk / "归档", desk / "归档检查.xlsx")
    assert state() == before
    with pytest.raises(WorkbookError, match="不要写进被检查的文件夹"):
        tasks.write_archive_check(found, desk / "归档", desk / "归档" / "归档检查.xlsx")


def test_retention_follows_the_deadlines_of_the_archive(rules, desk):
    kept = {case.number: case.kept for case in checked(rules, desk).cases}
    assert kept["TS2026070001"].until == date(2029, 7, 12)
    assert kept["TS2026070001"].title == rules.deadlines["archive_house_retention"].title
    assert kept["TS2026070002"].title == rules.deadlines["archive_pboc_retention"].title
    assert not kept["TS2026070001"].is_certain
    assert kept["TS2026070003"] is None


def test_the_register_of_files_prevails_and_is_compared(rules, desk):
    written = hashlib.sha256(b"other").hexdigest()
    register = book_of(
        desk / "文档管理台账.xlsx", "文档管理台账",
        [["档案编号", "投诉编号", "案卷题名", "档案类别", "办结日期", "回访材料", "电子文件名", "文件指纹", "归档日期", "保管期满日期"],
         ["D1", "TS2026070001", "甲", "消费投诉", date(2026, 7, 12), "是", "TS2026070001_登记_20260701.pdf",
          hashlib.sha256(b"a").hexdigest(), date(2026, 8, 1), date(2036, 12, 31)],
         ["D2", "TS2026070002", "乙", "征信投诉与异议", date(2026, 7, 13), "是", "TS2026070002_登记_20260702.pdf", written, date(2026, 8, 1), None],
         ["D3", "TS2026070003", "丙", "消费投诉", None, "否", "TS2026070003_全卷.pdf", written, date(2026, 8, 1), None]],
    )  # fmt: skip
    found = checked(rules, desk, files=register)
    kept = {case.number: case.kept for case in found.cases}
    assert kept["TS2026070001"].until == date(2036, 12, 31)
    assert kept["TS2026070002"].until == date(2036, 7, 13)
    assert list(found.differences) == [
        ("TS2026070002", "台账写有回访材料，文件夹里没有找到"),
        ("TS2026070002", "文件 TS2026070002_登记_20260702.pdf 与归档时的指纹不一致，内容改动过或不是同一份"),
        ("TS2026070003", "台账所记的文件 TS2026070003_全卷.pdf 不在文件夹里"),
    ]


def test_a_register_that_lacks_a_column_says_what_was_not_asked_for(rules, desk):
    book_of(desk / "台账.xlsx", "消费投诉台账", [row[:5] for row in COMPLAINTS])
    notes = "".join(checked(rules, desk).notes)
    assert "台账没有回访日期一列，无法知道哪些投诉要有回访材料" in notes
    assert "撤回日期" not in notes


def test_as_typed_with_workbook_json_and_exit_code(desk):
    out, told = desk / "归档检查.xlsx", desk / "归档检查.json"
    words = ["archive", str(desk / "归档"), str(desk / "台账.xlsx"), "--as-of", "2026-09-30"]
    ran = run(*words, "--out", str(out), "--json", str(told))
    assert ran.code == 1, ran
    assert ran.out.startswith("4 件投诉，材料齐全 1 件，缺材料 3 件；共 9 个文件。")
    assert "TS2026070002（第3行）缺 调查材料" in ran.out
    assert "张三" not in ran.out + told.read_text(encoding="utf-8")
    assert "13800138000" not in ran.out + told.read_text(encoding="utf-8")
    assert json.loads(told.read_text(encoding="utf-8"))["counts"]["缺材料"] == 3
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["归档检查", "缺件清单", "逐件完整性", "文件目录", "没有写明投诉", "内容相同"]
    states = {row[0]: row[2:7] for row in book["逐件完整性"].iter_rows(min_row=4, values_only=True)}
    assert states["TS2026070001"] == ("有", "有", "有", "有", "缺")
    assert states["TS2026070003"] == ("有", "—", "—", "—", "—")


def test_a_whole_archive_is_content(desk):
    book_of(desk / "台账.xlsx", "消费投诉台账", [COMPLAINTS[0], COMPLAINTS[3]])
    for path in sorted((desk / "归档").rglob("*"), reverse=True):
        if "TS2026070003" not in str(path):
            path.rmdir() if path.is_dir() else path.unlink()
    ran = run("archive", str(desk / "归档"), str(desk / "台账.xlsx"), "--as-of", "2026-09-30")
    assert ran.code == 0, ran


def test_a_folder_that_is_not_there_is_refused(desk):
    ran = run("archive", str(desk / "没有"), str(desk / "台账.xlsx"))
    assert ran.code == 2
    assert "找不到这个文件夹" in ran.err


def test_an_institution_adds_a_kind_and_mistakes_are_named(tmp_path):
    own = tmp_path / "本行.yaml"
    head = "extends: shipped\narchiving:\n  complaint:\n    kinds:\n"
    own.write_text(
        head + "      identity: {title: 身份材料, words: [身份证明], when: {complainant_type: filled}}\n",
        encoding="utf-8",
    )
    assert "identity" in load_rules(own).archiving["complaint"].kinds
    own.write_text(
        head + "      identity: {title: 身份材料, words: [''], has: no_such, when: {no_such: filled}}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as raised:
        load_rules(own)
    for place in ("kinds.identity.words", "kinds.identity.has", "kinds.identity.when"):
        assert place in str(raised.value)
