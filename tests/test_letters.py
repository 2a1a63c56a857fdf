"""What letters say: every one over complaints of every kind; what is unknown is a blank with its reason."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from letter_desk import AS_OF, EXTENSION, OPEN, WAITING, highlighted, register, template_of, text_of, written

from xiaobao_xl.documents.letters import fill
from xiaobao_xl.documents.templates import read_template
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.letters.facts import NOT_REGISTERED, Blank
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.lettering import WantedLetter, letters, write_letters

CONTENT = {
    "acceptance_notice": ("受理告知书", "2026年9月21日受理", "届满日为2026年10月5日", "第十八条第一款"),
    "supplement_notice": ("补正通知书", "第十三条", "无需提供", "届满日为2026年10月5日"),
    "refusal_notice": ("不予受理告知书", "2026年9月29日决定不予受理", "不予受理的理由", "不予受理的依据"),
    "extension_notice": ("延长办理期限", "原办理期限届满日为2026年10月20日", "总行分管副行长 孙三", "延长至2026年11月19日"),
    "decision_notice": ("第十九条", "核实情况", "退还年费 300 元", "依据和理由", "申请核查", "30日内", "调解", "仲裁", "诉讼"),
    "referral_slip": ("转办单", "收到日期", "事由", "反馈期限", "附件份数", "13800001111", NOT_REGISTERED),
    "follow_up_slip": ("督办单", "已超期14天", "简单投诉限 15 日", "2026年9月16日"),
    "mediation_application": ("调解申请书", "第二十三条", "双方同意", "信用卡年费未告知"),
    "case_card": (
        "案例卡", "2026年9月20日　收到投诉\n2026年9月21日　受理\n2026年9月29日　作出处理决定；告知投诉人\n2026年9月30日　办结",
        "退还年费 300 元", "届满日 2026年10月5日", "按时办结", "第18条第1款：收到之日起15日内", "教训", "措施",
    ),
}  # fmt: skip


@pytest.mark.parametrize("letter", WAITING)
def test_every_letter_says_what_it_must_and_nothing_it_does_not_know(rules, tmp_path, letter):
    (path,) = written(rules, tmp_path, letter, OPEN | WAITING[letter], given=("机构名称=某行",))
    assert path.name == f"{rules.letters[letter].title}_TS1.docx"
    text = text_of(path)
    assert all(words in text for words in CONTENT[letter])
    assert not re.search(r"[{}]|nan|NaT|None|mark_|\ue000|\ue001", text)
    assert "110101199003074514" not in text
    asks = {ask.title for ask in rules.letters[letter].asks.values()}
    assert {re.match("〔待填：([^（〕]+)", blank)[1] for blank in highlighted(path)} == asks


@pytest.mark.parametrize("letter", WAITING)
def test_a_register_that_knows_almost_nothing_gives_blanks(rules, tmp_path, letter):
    bare = {
        "投诉编号": "TS9",
        "收到日期": None,
        "投诉请求": None,
        "投诉内容": "内容",
        "联系电话": None,
        "投诉人姓名": None,
    }
    (path,) = written(rules, tmp_path, letter, bare, OPEN, keys=("TS9",))
    text = text_of(path)
    assert not re.search(r"[{}]|nan|NaT|None", text)
    blanks = {re.match("〔待填：([^（〕]+)", blank)[1] for blank in highlighted(path)}
    assert {"机构名称"} | {ask.title for ask in rules.letters[letter].asks.values()} < blanks
    assert len(highlighted(path)) == text.count("〔待填：")


def test_only_complaints_that_fit_get_a_letter(rules, tmp_path):
    cases = [
        OPEN,
        OPEN | {"投诉编号": "TS2", "事项性质": "信访"},
        OPEN | {"投诉编号": "TS3", "办结日期": date(2026, 9, 25)},
        OPEN | {"投诉编号": "TS4", "受理日期": None},
        OPEN | {"投诉编号": "TS5", "撤回日期": date(2026, 9, 25)},
    ]
    assert [path.name for path in written(rules, tmp_path, "受理告知", *cases)] == ["受理告知_TS1.docx"]


def test_a_complaint_asked_for_by_number_gets_one_and_the_officer_is_told_why_it_is_unusual(rules, tmp_path):
    book = register(tmp_path / "台账.xlsx", OPEN | {"办结日期": date(2026, 9, 25), "告知日期": date(2026, 9, 24)})
    result = letters(rules, book, Reading(), WantedLetter(letter="受理告知", keys=("TS1",)), AS_OF)
    assert result.pages[0].notes == ("通常不出此函：告知日期为2026年9月24日，办结日期为2026年9月25日",)


@pytest.mark.parametrize(
    ("changes", "blank", "hint"),
    [
        ({"延期审批人": None}, "延长后届满日", "未填延期审批人，期限未延长"),
        ({"收到日期": date(2026, 8, 20)}, "延长后届满日", "延期告知日期 2026年9月30日 晚于原期限 2026年9月19日，期限未延长"),
        ({"复杂程度": "简单"}, "延长后届满日", "台账的复杂程度没有登记为可以延长期限的情形"),
        ({"复杂程度": None}, "延期情形", "台账的“复杂程度”未填，请自行写明"),
        ({"复杂程度": "加急"}, "延期情形", "台账的“复杂程度”没有对应的写法，请自行写明"),
        ({"收到日期": None}, "原时限届满日", "资料不足"),
        ({"调解开始日期": date(2026, 9, 25)}, "延长后届满日", "暂停中"),
    ],
)  # fmt: skip
def test_no_later_day_is_promised_than_the_law_allows(rules, tmp_path, changes, blank, hint):
    book = register(
        tmp_path / "台账.xlsx",
        OPEN | EXTENSION | {"延期审批日期": date(2026, 9, 15)} | changes,
        OPEN | {"投诉编号": "TS2"},
    )
    result = letters(rules, book, Reading(), WantedLetter(letter="延期告知", keys=("TS1",)), AS_OF)
    assert {each.title: each.hint for each in result.pages[0].blanks}[blank] == hint
    assert any(hint in line for line in result.lines())


def test_a_complex_case_needs_no_approver(rules, tmp_path):
    (path,) = written(rules, tmp_path, "延期告知", OPEN | {"复杂程度": "复杂"})
    assert "原办理期限届满日为2026年10月5日" in text_of(path)
    assert "延长至2026年10月20日" in text_of(path)
    assert "审批" not in text_of(path)


def test_the_officer_is_told_that_time_is_up_and_that_older_law_may_govern(rules, tmp_path):
    book = register(
        tmp_path / "台账.xlsx",
        OPEN | {"收到日期": date(2026, 9, 1)},
        OPEN | {"投诉编号": "TS2", "收到日期": date(2020, 2, 1)},
    )
    late, old = letters(rules, book, Reading(), WantedLetter(letter="受理告知"), AS_OF).pages
    assert late.notes == ("已超期14天，请核对",)
    assert old.notes == (
        "此件收到于 2020年2月1日，早于《银行业保险业消费投诉处理管理办法》施行之日，函中所引条文请核对",
    )
    assert "时限届满日" in {blank.title for blank in old.blanks}


def test_an_organisation_is_addressed_as_one(rules, tmp_path):
    (path,) = written(rules, tmp_path, "受理告知", OPEN | {"投诉人类型": "单位", "投诉人姓名": "某商贸有限公司"})
    assert "某商贸有限公司：\n贵单位于2026年9月20日" in text_of(path)


def test_a_cell_that_cannot_be_read_is_a_blank_with_the_reason(rules, tmp_path):
    (path,) = written(
        rules, tmp_path, "受理告知", OPEN | {"受理日期": "上周五"}, OPEN | {"投诉编号": "TS2"}, keys=("TS1",)
    )
    assert "〔待填：受理日期（台账中此格的写法读不出，请先更正）〕" in highlighted(path)


@pytest.mark.parametrize(
    "words",
    ["利息 < 年化 & \"手续费\" > '合同'", "<w:p/>", "{{ 投诉编号 }}{% if %}", "第一行\n第二行", "]]>&amp;&#10;"],
)
def test_whatever_the_complaint_says_is_printed_as_it_is(rules, tmp_path, words):
    (path,) = written(rules, tmp_path, "转办单", OPEN | {"投诉内容": words})
    assert words in text_of(path)


@pytest.fixture(scope="module")
def one_mark(tmp_path_factory):
    """A template with one mark between two signs."""
    path = template_of(tmp_path_factory.mktemp("one") / "函.docx", "前{{ 投诉内容 }}后")
    return read_template(path, {"投诉内容": "text"}, {})


@settings(deadline=None)  # a document takes as long as it takes
@given(words=some.text(some.one_of(some.characters(), some.sampled_from("{}%#&<>'\"\n\r\t\a\f\ue000"))))
def test_any_text_comes_out_as_it_went_in_but_for_signs_no_word_file_may_hold(one_mark, words):
    out = one_mark.path.with_name("out.docx")
    out.write_bytes(fill(one_mark, {"text": (words, Blank("缺"))}, title="函"))
    kept = re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\ue000\ue001]", "", re.sub("\r\n?", "\n", words)
    )
    assert text_of(out) == f"前{kept}〔待填：缺〕后"


def test_what_is_given_fills_the_blanks(rules, tmp_path):
    (path,) = written(
        rules, tmp_path, "受理告知", OPEN, given=("受理电话=12345 转 1", "通讯地址=A&B 大厦", "institution=某行")
    )
    assert highlighted(path) == []
    assert "电话：12345 转 1；地址：A&B 大厦。" in text_of(path)


def test_a_standing_answer_in_the_own_rules_fills_the_blank(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\nletters:\n  acceptance_notice:\n    asks:\n"
        "      hotline: {title: 受理电话, text: 本行热线, replaces: true}\n",
        encoding="utf-8",
    )
    (path,) = written(load_rules(own), tmp_path, "受理告知", OPEN)
    assert "电话：本行热线" in text_of(path)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("受理电话", "请写成 名称=内容"),
        ("受理电活=1", "是否想写 受理电话？"),
        ("投诉请求=退钱", "台账里的内容请在台账中填写"),
    ],
)
def test_answers_for_nothing_are_refused(rules, tmp_path, setting, told):
    with pytest.raises(WorkbookError, match=told):
        written(rules, tmp_path, "受理告知", OPEN, given=(setting,))


def test_unknown_letters_and_complaints_are_told_with_a_guess(rules, tmp_path):
    with pytest.raises(WorkbookError, match="没有“受理通知”这种函件；是否想写 受理告知？"):
        written(rules, tmp_path, "受理通知", OPEN)
    with pytest.raises(WorkbookError, match="没有编号为 TS2026O1 的投诉；是否想写 TS202601？"):
        written(rules, tmp_path, "受理告知", OPEN | {"投诉编号": "TS202601"}, keys=("TS2026O1",))


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (
            {"repealed_on": date(2026, 9, 1)},
            "《银行业保险业消费投诉处理管理办法》已于 2026年9月1日 停止施行，函中所引条文请核对",
        ),
        ({"basis": "secondary"}, "《银行业保险业消费投诉处理管理办法》只见于二手资料，引用前请核对原文"),
    ],
)
def test_law_that_may_not_be_cited_as_it_stands_is_told(rules, tmp_path, change, note):
    measures = replace(rules.law["complaint_measures_2020"], **change)
    changed = replace(rules, law={**rules.law, "complaint_measures_2020": measures})
    book = register(tmp_path / "台账.xlsx", OPEN)
    (page,) = letters(changed, book, Reading(), WantedLetter(letter="受理告知"), AS_OF).pages
    assert page.notes == (note,)


MENTIONED = OPEN | WAITING["case_card"] | {"投诉内容": "钱一来电 13800001111 称信用卡年费未告知，经办陈二未回复"}


def test_a_case_card_is_masked_although_nobody_asks_for_it(rules, tmp_path):
    book = register(tmp_path / "台账.xlsx", MENTIONED)
    result = letters(rules, book, Reading(), WantedLetter(letter="案例卡"), AS_OF)
    text = text_of(write_letters(result, tmp_path / "案例")[0])
    assert result.masker.audience == result.as_json()["audience"] == "training"
    assert not [word for word in ("钱一", "陈二", "13800001111", "城东支行") if word in text]
    assert "投诉人001来电 电话001 称信用卡年费未告知，经办工作人员001未回复" in text


def test_a_case_card_for_the_public_hides_its_number_and_is_still_found_by_it(rules, tmp_path):
    special = MENTIONED | EXTENSION | {"延期告知日期": date(2026, 9, 29)}
    book = register(tmp_path / "台账.xlsx", OPEN | {"投诉编号": "TS0"}, special)
    wanted = WantedLetter(letter="案例卡", keys=("TS1",))
    (page,) = letters(rules, book, Reading(audience="public"), wanted, AS_OF).pages
    assert page.name == "案例卡_案件002.docx"
    assert "TS1" not in str(page.texts)
    (inside,) = letters(rules, book, Reading(), wanted, AS_OF).pages
    assert page.texts["due_words"] == inside.texts["due_words"]  # the approver is hidden, the extension stands


def test_a_case_card_is_not_given_to_those_who_may_see_more(rules, tmp_path):
    book = register(tmp_path / "台账.xlsx", MENTIONED)
    with pytest.raises(WorkbookError, match="案例卡总是脱敏的，不能按 department 出；--audience 可写 training"):
        letters(rules, book, Reading(audience="department"), WantedLetter(letter="案例卡"), AS_OF)


def test_a_day_that_cannot_be_read_is_a_blank_in_the_course(rules, tmp_path):
    case = MENTIONED | {"受理日期": "上周五", "收到日期": None}
    book = register(tmp_path / "台账.xlsx", case, OPEN | {"投诉编号": "TS2"})
    page, _ = letters(rules, book, Reading(), WantedLetter(letter="案例卡", keys=("TS1", "TS2")), AS_OF).pages
    course = page.texts["course"]
    assert course[-1] == Blank("受理日期", "台账中此格的写法读不出，请先更正")
    assert course[0] == "2026年9月29日　作出处理决定；告知投诉人"


def test_a_course_without_a_day_is_a_blank(rules, tmp_path):
    bare = {
        "投诉编号": "TS9",
        "投诉内容": "内容",
        "投诉请求": None,
        "收到日期": None,
        "联系电话": None,
        "投诉人姓名": None,
    }
    book = register(tmp_path / "台账.xlsx", bare, OPEN)
    (page,) = letters(rules, book, Reading(), WantedLetter(letter="案例卡", keys=("TS9",)), AS_OF).pages
    assert page.texts["course"] == (Blank("经过"),)
