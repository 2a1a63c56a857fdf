"""The scan of material: what is found, what is not, and that every paragraph of a file is read."""

from __future__ import annotations

import json

import docx
import openpyxl
import pytest
from command_line import run
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl import tasks
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.forbidden_phrases import Phrase, hits
from xiaobao_xl.rules import load_rules

FOUND = {
    "guaranteed_principal": [
        "本产品保本保息。",
        "本金绝对安全，请放心。",
        "稳赚不赔",
        "零风险理财",
        "买了保证不会亏",
        "不仅保本，收益也高",
    ],
    "guaranteed_return": ["我行承诺年收益不低于 4%", "固定高收益，欢迎选购", "在家躺赚", "未来保证收益"],
    "expected_return": ["预期年化收益率 4.2%", "年化收益高达５％"],
    "superlative": ["全国第一品牌", "最优惠的利率", "100%获批", "百分百下款"],
    "deposit_likeness": ["和存款一样放心", "相当于定期", "比存款利息更高", "不但和存款一样方便"],
    "scarcity": ["仅剩3个名额", "即将停售", "手慢无"],
    "easy_credit": ["无条件放款", "免审核", "黑户也能贷", "修复征信"],
    "endorsement": ["国家担保", "金融监管总局推荐的产品", "政府兜底", "不仅有国家背书"],
    "hidden_exclusion": ["什么都能赔", "大病小病所有病都赔", "确诊即赔"],
    "selling_in_education": ["立即扫码开户", "点击链接领取", "新客专享利率"],
}
NOT_FOUND = [
    "本产品不保本，也不保证收益。",
    "理财非存款，产品有风险。",
    "警惕“保本高收益”骗局，远离非法集资。",
    "不法分子宣称稳赚不赔，零风险。",
    "所有保险责任以条款为准。",
    "存款保险保护您的存款。",
    "理财产品不是存款，不等同于存款。",
    "切勿轻信“修复征信”“无条件放款”的广告。",
    "无条件退款",
    "办理业务请带身份证。",
    "10利息",
    "对承诺高收益的项目要看穿套路，高收益必然伴随高风险。",
    "非法集资往往承诺高额回报。",
    "世上没有只赚不赔的买卖，不存在零风险的投资。",
    "银行理财打破刚性兑付，不再保本。",
    "银行卡丢失请立即办理挂失。",
    "请勿点击短信里的链接办理业务。",
    "存款保险实行限额偿付，最高偿付限额为人民币50万元。",
    "信用卡免息期最长56天。",
    "国家设立存款保险制度。",
]


@pytest.mark.parametrize(("phrase", "text"), [(phrase, text) for phrase, texts in FOUND.items() for text in texts])
def test_a_phrase_is_found(rules, phrase, text):
    assert phrase in [hit.phrase for hit in hits(text, rules.phrases)]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_warns_or_denies_is_no_hit(rules, text):
    assert hits(text, rules.phrases) == []


def test_every_shipped_group_is_tried(rules):
    assert set(FOUND) == set(rules.phrases)


def test_a_warning_excuses_its_own_sentence_only(rules):
    found = hits("警惕骗局。本产品保本。", rules.phrases)
    assert [(hit.words, hit.sentence) for hit in found] == [("保本", "本产品保本。")]


def test_a_denial_excuses_its_own_clause_only(rules):
    assert [hit.words for hit in hits("本金不保本，收益部分保息", rules.phrases)] == ["保息"]


@given(st.text(" \u3000\t\u200b", max_size=3))
def test_blanks_inside_do_not_hide_a_phrase(blanks):
    rule = Phrase(title="保本", patterns=("保本",), why="", instead="")
    [hit] = hits(f"本产品保{blanks}本。", {"guaranteed": rule})
    assert hit.words == f"保{blanks}本"
    assert hit.start == 3


def test_purpose_leaves_out_what_belongs_to_the_other(rules):
    text = "立即开户"
    assert [hit.phrase for hit in hits(text, rules.phrases, "education")] == ["selling_in_education"]
    assert hits(text, rules.phrases, "marketing") == []


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BOX = (
    f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml">'
    "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent><w:p><w:r><w:t>手慢无</w:t></w:r></w:p></w:txbxContent>"
    "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>手慢无</w:t></w:r></w:p>"
    "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


@pytest.fixture
def leaflet(tmp_path):
    document = docx.Document()
    document.add_heading("金融知识", 1)
    paragraph = document.add_paragraph("本产品")
    paragraph.add_run("保").bold = True
    paragraph.add_run("本。请放心。")
    table = document.add_table(2, 2)
    table.cell(1, 1).text = "秒批"
    document.sections[0].header.paragraphs[0].text = "国家担保"
    document.sections[0].footer.paragraphs[0].text = "最优惠"
    document.add_paragraph("看这里").runs[0]._r.addnext(parse_xml(BOX))
    path = tmp_path / "折页.docx"
    document.save(str(path))
    return path


def test_body_tables_headers_footers_and_text_boxes_are_read(rules, leaflet):
    found = tasks.scan(rules, leaflet)
    assert {(hit.place, hit.words) for hit in found.hits} == {
        ("正文第2段", "保本"), ("第1张表第2行", "秒批"), ("页眉第1段", "国家担保"), ("页脚第1段", "最优惠"), ("文本框第1段", "手慢无"),
    }  # fmt: skip
    assert len(found.hits) == 5
    assert found.needs_eyes


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_usual_encodings(rules, tmp_path, coding):
    path = tmp_path / "海报.txt"
    path.write_bytes("普及金融知识。\r\n\r\n本产品保本。\r\n".encode(coding))
    [hit] = tasks.scan(rules, path).hits
    assert (hit.place, hit.sentence) == ("第3行", "本产品保本。")


def test_a_folder_is_read_whole_and_what_is_not_read_is_said(rules, leaflet, tmp_path):
    (tmp_path / "旧").mkdir()
    (tmp_path / "旧" / "海报.txt").write_text("远离非法集资。", encoding="utf-8")
    (tmp_path / "旧" / "宣传.doc").write_bytes(b"\xd0\xcf")
    (tmp_path / "坏.docx").write_bytes(b"no zip")
    (tmp_path / "~$折页.docx").write_bytes(b"")
    found = tasks.scan(rules, tmp_path)
    assert list(found.files) == ["折页.docx", "旧/海报.txt"]
    assert set(found.unread) == {"坏.docx", "旧/宣传.doc"}
    assert leaflet.name in {hit.file for hit in found.hits}


def test_exit_codes_and_the_workbook(leaflet, tmp_path):
    out = tmp_path / "用语检查.xlsx"
    ran = run("scan", str(leaflet), "--out", str(out))
    assert ran.code == 1, ran
    assert "有 5 处用语要改" in ran.out
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["用语检查", "要改的用语", "材料清单", "查了哪些用语"]
    rows = list(book["要改的用语"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 5
    assert all(row[6] and row[7] and row[8] == "本机构设置，不是引用条文" for row in rows)
    clean = tmp_path / "好.txt"
    clean.write_text("理财非存款，产品有风险。", encoding="utf-8")
    assert run("scan", str(clean)).code == 0
    assert json.loads(run("scan", str(clean), "--json", "-").out)["hits"] == []


def test_what_cannot_be_read_is_refused_in_one_sentence(rules, tmp_path):
    (tmp_path / "空").mkdir()
    for name, sentence in (("无.docx", "找不到"), ("空", "没有能读的")):
        with pytest.raises(WorkbookError, match=sentence):
            tasks.scan(rules, tmp_path / name)
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert "只读 .docx 与 .txt" in run("scan", str(tmp_path / "a.pdf")).err
    (tmp_path / "a.txt").write_bytes(b"\xff\xff\xff")
    assert "编码认不出来" in run("scan", str(tmp_path / "a.txt")).err
    assert "请写 宣教 或 营销" in run("scan", str(tmp_path / "a.txt"), "--purpose", "其他").err


def test_an_institution_adds_its_own_phrases_and_mistakes_are_named(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\nphrases:\n  slogan: {title: 旧口号, patterns: [不见不散], why: 已停用, instead: 用新口号}\n",
        encoding="utf-8",
    )
    assert hits("周末不见不散", load_rules(own).phrases)[0].phrase == "slogan"
    own.write_text(
        "extends: shipped\nphrases:\n  slogan: {title: 旧口号, patterns: ['(坏'], why: 一, instead: 二, source: no_law 第1条}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as raised:
        load_rules(own)
    assert "phrases.slogan.patterns" in str(raised.value)
    assert "phrases.slogan.source" in str(raised.value)
