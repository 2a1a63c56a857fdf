"""law: provisions found by number or word, and what a change of an article touches."""

from __future__ import annotations

import json
from datetime import date

import pytest
from command_line import run
from day_books import write_book
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl import law_index
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.law import Instrument
from xiaobao_xl.law_index import Citation
from xiaobao_xl.tasks import search_law
from xiaobao_xl.tasks.law_search import citations_of

MEASURES = "complaint_measures_2020"


def touched(found) -> set[tuple[str, str]]:
    return {(each.kind, each.id) for each in found.touched}


@pytest.mark.parametrize("asked", ["第18条", "第十八条", "第１８条"])
def test_an_article_is_found_however_its_number_is_written(rules, asked):
    found = search_law(rules, asked)
    assert [each.article for each in found.provisions if each.instrument == MEASURES] == [
        f"第18条第{n}款" for n in (1, 2, 3, 4)
    ]


def test_a_paragraph_is_found_alone(rules):
    found = search_law(rules, f"{MEASURES} 第18条第2款")
    assert [each.article for each in found.provisions] == ["第18条第2款"]


def test_a_provision_may_speak_for_two_articles(rules):
    assert [each.article for each in search_law(rules, "2020年第3号 第9条").provisions] == ["第4条、第9条"]


def test_every_word_must_be_found(rules):
    both = search_law(rules, "保险 档案")
    assert ("insurance_law", "第87条") in {(each.instrument, each.article) for each in both.provisions}
    assert not search_law(rules, "保险 档案 调解").provisions


def test_a_change_reaches_the_deadline_its_checks_and_the_reports_that_use_it(rules):
    reached = touched(search_law(rules, "第18条", touches=MEASURES))
    assert {
        ("时限", "decision"), ("检查", "complaint.decided_in_time"), ("检查", "complaint.extension_in_order"), ("报表", "complaint_quarterly"),
    } <= reached  # fmt: skip
    assert ("检查", "complaint.withdrawn_has_date") not in reached
    assert ("时限", "credit_objection") not in reached


def test_an_article_a_deadline_only_mentions_reaches_it_and_says_so(rules):
    found = search_law(rules, "第15条", touches=MEASURES)
    decision = [each for each in found.touched if each.id == "decision"]
    assert [each.detail for each in decision] == ["说明中提到"]
    assert ("检查", "complaint.withdrawn_has_date") in touched(found)


def test_without_an_article_the_whole_instrument_changes(rules):
    found = search_law(rules, "", touches="credit_regulation")
    assert {
        ("时限", "credit_objection"),
        ("时限", "credit_complaint"),
        ("检查", "complaint.credit_objection_answered_in_time"),
    } <= touched(found)
    assert {each.article for each in found.provisions} == {"第25条", "第26条"}


def test_policies_that_implement_an_article_are_listed(rules, tmp_path):
    policies = write_book(
        tmp_path / "制度台账.xlsx",
        {
            "制度流程台账": [
                {"制度编号": "ZD1", "制度名称": "投诉处理办法", "落实的条款": "银保监会令2020年第3号第十八条、第20条"},
                {
                    "制度编号": "ZD2",
                    "制度名称": "档案管理办法",
                    "落实的条款": "《银行业保险业消费投诉处理管理办法》第28条；保险法第87条",
                },
                {"制度编号": "ZD3", "制度名称": "其他", "落实的条款": "有关规定"},
            ]
        },
    )
    found = search_law(rules, "第18条", touches=MEASURES, policies=policies)
    assert [(each.id, each.title) for each in found.touched if each.kind == "制度"] == [("ZD1", "投诉处理办法")]
    assert any(note.startswith("有 1 项制度") for note in found.notes)
    assert ("制度", "ZD2") in touched(search_law(rules, "第87条", policies=policies))
    assert ("制度", "ZD3") not in touched(search_law(rules, "", touches=MEASURES, policies=policies))


def test_what_was_not_seen_is_marked(rules):
    lines = list(search_law(rules, "泄露").lines())
    assert any("［只见于二手资料］" in line and "72小时" in line for line in lines)
    assert lines[-1].startswith("各条是本工具自己的概括，只供查找，不是法律意见")


def test_no_provision_is_better_known_than_its_instrument_or_from_memory(rules):
    for name, instrument in rules.law.items():
        for article, provision in instrument.provisions.items():
            assert provision.basis != "unverified", (name, article)
            assert provision.basis != "seen" or instrument.basis == "seen", (name, article)
            assert provision.basis == "seen" or provision.note, (name, article)
            assert law_index.articles(article) or "未见" in article or "点" in article, (name, article)


def test_articles_cited_as_seen_have_their_statement(rules):
    """Whoever reads the source of a deadline or check seen in the text can look up what it says."""
    missing = set()
    for each in law_index_citations(rules):
        for part in each.source.split(";"):
            name, _, rest = part.strip().partition(" ")
            for article in law_index.articles(rest):
                stated = [other for key in rules.law[name].provisions for other in law_index.articles(key)]
                if not any(law_index.touches(article, other) for other in stated):
                    missing.add((name, law_index.written(article)))
    assert missing == set()


def law_index_citations(rules):
    return [each for each in citations_of(rules) if each.source and each.detail != "说明中提到"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"query": " "}, "请写要查的词"),
        ({"query": "第18条", "touches": "complaint_measure_2020"}, "是否想写 complaint_measures_2020"),
        ({"query": "调解", "touches": MEASURES}, "“调解”里没有条号"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(rules, settings, told):
    with pytest.raises(WorkbookError, match=told):
        search_law(rules, **settings)


def test_the_command_prints_and_writes_json():
    ran = run("law", "--touches", MEASURES, "第18条")
    assert ran.code == 0, ran
    assert "  检查 按时作出处理决定并告知［complaint.decided_in_time］：用到时限 decision" in ran.out.splitlines()
    told = json.loads(run("law", "第18条", "--json", "-").out)
    assert told["provisions"][0]["article"] == "第18条第1款"
    assert run("law", "没有这样的词").out.startswith("没有找到“没有这样的词”")


def test_a_citation_is_reached_through_another():
    chain = [
        Citation("时限", "a", "甲", "law 第1条"),
        Citation("检查", "b", "乙", rests_on=("时限", "a")),
        Citation("报表", "c", "丙", rests_on=("检查", "b")),
        Citation("时限", "d", "丁", "law 第2条"),
    ]
    assert [each.id for each in law_index.resting(chain, "law", [(1, 0)])] == ["a", "b", "c"]


def test_an_instrument_is_known_by_its_short_title():
    law = {"consumer": Instrument(title="中华人民共和国消费者权益保护法", in_force_from=date(2014, 3, 15))}
    assert list(law_index.named(law, "消费者权益保护法第46条")) == ["consumer 第46条"]


@given(st.integers(1, 9999))
def test_numbers_read_the_same_in_digits_and_in_chinese(value):
    assert law_index.number(in_chinese(value)) == law_index.number(str(value)) == value


def in_chinese(value: int) -> str:
    signs = "零一二三四五六七八九"
    words, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            words += ("零" if gap and words else "") + signs[digit] + unit
        gap = not digit
    return words
