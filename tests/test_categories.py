"""Categories: what a cell means, what a text is about, and how often the suggestion is right.

`cases/categories.yaml` is split into halves: the lexicon was tuned on `tuning` only; `reporting` is only ever counted.
Failures print scores, never texts of the reporting half.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.classifying import Suggestions, classify, classify_all
from xiaobao_xl.errors import RulesError
from xiaobao_xl.matching import Matcher, fixed_parts, fold, fold_keyword
from xiaobao_xl.rules import Rules

APPLIED = {
    "bank": ("product_line", "reason", "not_complaint"),
    "insurer": ("insurance_line", "dispute_type", "not_complaint"),
}
PRODUCT_LINES = [
    "人民币储蓄",
    "借记卡",
    "信用卡",
    "贷款",
    "自营理财",
    "银行代理业务",
    "其他中间业务",
    "支付结算",
    "外汇",
    "贵金属",
    "国库",
    "人民币管理",
    "个人金融信息",
    "债务催收",
    "其他",
]
REASONS = [
    "因服务态度及服务质量引起的投诉",
    "因金融机构服务设施、设备、业务系统引起的投诉",
    "因金融机构管理制度、业务规则与流程引起的投诉",
    "因营销方式和手段引起的投诉",
    "因信息披露引起的投诉",
    "因自主选择权引起的投诉",
    "因定价收费引起的投诉",
    "因产品收益引起的投诉",
    "因合同条款引起的投诉",
    "因消费者资金安全引起的投诉",
    "因消费者信息安全引起的投诉",
    "因债务催收方式和手段引起的投诉",
    "其他",
]


def applied(rules: Rules, institution: str) -> dict[str, Scheme]:
    return {name: rules.categories[name] for name in APPLIED[institution]}


# What a cell means


@pytest.mark.parametrize(
    ("scheme", "cell", "meant"),
    [
        ("reason", "因定价收费引起的投诉", "pricing"),
        ("reason", "定价收费", "pricing"),
        ("reason", " 因 定价收费 引起的投诉　", "pricing"),
        ("reason", "07-因定价收费引起的投诉", "pricing"),
        ("reason", "因服务态度及服务质量引起的投诉/服务态度", "service_attitude"),
        ("reason", "业务差错", "service_error"),
        ("reason", "其它", "other"),
        ("product_line", "银行卡", "bank_card"),
        ("product_line", "银行卡/信用卡", "credit_card"),
        ("product_line", "银行卡 > 借记卡 > 借记卡盗刷", "debit_theft"),
        ("product_line", "银行卡—信用卡—其他", "credit_card_other"),
        ("product_line", "支付结算-其他", "payment_other"),
        ("product_line", "贷款／个人住房", "housing_loan"),
        ("product_line", "个人住房贷款", "housing_loan"),
        ("product_line", "（3）贷款业务", "loan"),
        ("product_line", "其他", "other"),
        ("product_line", "投诉业务类别/外汇", "foreign_exchange"),
        ("business_channel", "ＡＴＭ", "self_service"),
        ("business_channel", "网银渠道", "online_banking"),
        ("business_channel", "电子渠道/其他", "electronic_other"),
        ("business_channel", "其他", "front_other"),
        ("insurance_line", "车险", "motor"),
        ("dispute_type", "理赔", "claim"),
    ],
)
def test_a_cell_is_read(rules: Rules, scheme: str, cell: str, meant: str) -> None:
    assert rules.categories[scheme].find(cell) == meant


@pytest.mark.parametrize("cell", ["", "/", "信用卡/房贷", "贷款/借记卡", "不存在", "12", "银行卡/信用卡/年终奖"])
def test_what_is_no_category_is_not_guessed(rules: Rules, cell: str) -> None:
    assert rules.categories["product_line"].find(cell) is None


def test_every_spelling_leads_to_its_own_category(rules: Rules) -> None:
    for scheme in rules.categories.values():
        for name in scheme.ids():
            category = scheme.category(name)
            assert scheme.find(name) == name
            assert scheme.find("/".join(scheme.title_of(part) for part in scheme.path(name))) == name
            for text in (category.title, *category.aliases):
                found = scheme.find(text)
                assert found is not None
                assert found == name or text in {scheme.title_of(found), *scheme.category(found).aliases}


def test_cells_are_read_together(rules: Rules) -> None:
    assert rules.categories["reason"].find_all(["定价收费", "？", "定价收费"]) == ["pricing", None, "pricing"]


def test_an_institution_brings_its_own_numbers(rules: Rules) -> None:
    scheme, unknown = rules.categories["product_line"].with_codes(
        {"贷款": "K03", "银行卡/信用卡": "K0202", "月球业务": "K99"}
    )
    assert unknown == ["月球业务"]
    assert [scheme.find("K03"), scheme.find("k0202"), rules.categories["product_line"].find("K03")] == [
        "loan",
        "credit_card",
        None,
    ]


# The tree


def test_statistics_count_cards_by_kind(rules: Rules) -> None:
    scheme = rules.categories["product_line"]
    assert scheme.reported("debit_theft") == "debit_card"
    assert scheme.reported("credit_card") == "credit_card"
    assert scheme.reported("housing_loan") == "loan"
    assert scheme.path("debit_theft") == ("bank_card", "debit_card", "debit_theft")
    assert {"bank_card", "debit_card", "debit_theft"} <= scheme.descendants("bank_card")
    assert scheme.descendants("nothing_known") == {"nothing_known"}


@pytest.mark.parametrize(("scheme", "titles"), [("product_line", PRODUCT_LINES), ("reason", REASONS)])
def test_labels_are_those_of_the_standard(rules: Rules, scheme: str, titles: list[str]) -> None:
    assert [rules.categories[scheme].title_of(name) for name in classify(rules.categories[scheme], []).ids] == titles


def test_shipped_schemes_hold_together(rules: Rules) -> None:
    for scheme in rules.categories.values():
        assert list(scheme.faults(rules.categories)) == []
        assert scheme.title
        assert scheme.note
        assert not any(scheme.category(name).code for name in scheme.ids()), "no official number is known"


def test_the_lexicon_is_a_serious_one(rules: Rules) -> None:
    for name in ("product_line", "reason"):
        scheme = rules.categories[name]
        words: Counter[str] = Counter()
        for below in scheme.ids():
            words[scheme.reported(below)] += sum(len(text.split()) for text in scheme.category(below).keywords.values())
        del words["bank_card"]
        assert min(words[top] for top in words if top != "debt_collection") >= 60, words


def test_faults_are_named() -> None:
    twice = Category(title="乙", keywords={"loud": "词"}, hints={"reason/none": 1})
    scheme = Scheme(
        title="甲",
        codes={"a": Category(title="甲", is_split=True, keywords={"loud": "词"}, codes={"b": twice}), "b": twice},
    )
    faults = list(scheme.faults({"reason": scheme}))
    assert any("重复" in fault for fault in faults)
    assert any("强度" in fault for fault in faults)
    assert any("reason/none" in fault for fault in faults)
    assert any("只按下级统计" in fault for fault in faults)


# What a text is about


def scheme(dismissals: str = "", pointers: str = "", typos: str = "", **codes: Category) -> Scheme:
    strengths = {"strong": 4.0, "weak": 1.0, "against": -4.0}
    return Scheme(title="试", strengths=strengths, dismissals=dismissals, pointers=pointers, typos=typos, codes=codes)


FEE = Category(title="收费", keywords={"strong": "年费 扣…费"})
DUN = Category(title="催收", keywords={"strong": "催收"})


def test_a_matter_waved_aside_does_not_count() -> None:
    plain, waving = scheme(fee=FEE, dun=DUN), scheme(fee=FEE, dun=DUN, dismissals="不是", pointers="问题是")
    text = "不是催收催收的事，年费乱收"
    assert classify(plain, ["这不是催收，催收，年费"]).second_titles() == ["催收"]
    found = classify(waving, [text])
    assert found.best_titles() == ["收费"]
    assert found.second_titles() == [""]
    assert classify(waving, ["这不是催收吗"]).best_titles() == ["催收"], "a question waves nothing aside"


def test_what_stands_after_the_pointer_counts_more() -> None:
    found = classify(
        scheme(fee=FEE, dun=DUN, dismissals="并非", pointers="问题是"), ["先有人催收过，问题是年费一直没有退还给我本人"]
    )
    assert found.best_titles() == ["收费"]
    assert found.evidence(0).words == [("年费", 4.0)]


def test_a_word_inside_a_longer_one_does_not_count() -> None:
    boxes = scheme(
        insurance=Category(title="保险", keywords={"strong": "保险"}),
        box=Category(title="保管箱", keywords={"weak": "保险箱"}),
    )
    assert classify(boxes, ["租的保险箱打不开"]).best_titles() == ["保管箱"]
    assert classify(boxes, ["保险箱里放着保险单"]).best_titles() == ["保险"]


def test_wrong_spellings_and_words_against() -> None:
    cards = scheme(card=Category(title="卡", keywords={"strong": "信用卡", "against": "销了"}), typos="咔=卡")
    found = classify(cards, ["我的信用咔", "信用卡我销了"])
    assert found.score[0] > found.score[1]
    assert found.evidence(0).words == [("信用咔", 4.0)]
    assert found.evidence(1).against == [("销了", -4.0)]


def test_one_scheme_hints_at_another() -> None:
    schemes = {"line": scheme(debt=Category(title="债务", hints={"why/dun": 0.5}), fee=FEE), "why": scheme(dun=DUN)}
    found = classify_all(schemes, ["天天催收"])["line"]
    assert found.best_titles() == ["债务"]
    assert found.evidence(0).words == [("催收", 2.0)]


def test_nothing_to_go_by_is_not_confident(rules: Rules) -> None:
    for found in classify_all(applied(rules, "bank"), ["", "嗯", "？？？"]).values():
        assert not found.confident.any()
        assert (found.score == 0).all()
        assert found.details.tolist() == ["", "", ""]


def test_no_texts(rules: Rules) -> None:
    for found in classify_all(applied(rules, "bank"), []).values():
        assert found.best_titles() == []


def test_scores_are_shares_and_columns_agree(rules: Rules, cases: list[dict[str, Any]]) -> None:
    texts = [case["text"] for case in cases if case["half"] == "tuning"]
    together = classify_all(applied(rules, "bank"), texts)
    for name, found in together.items():
        assert ((found.score >= 0) & (found.score <= 1)).all()
        assert ((found.second_score >= 0) & (found.second_score <= 1)).all()
        assert (found.second != found.best).all()
        inside = [
            not detail or found.scheme.reported(detail) == best
            for detail, best in zip(found.details, found.best_ids(), strict=True)
        ]
        assert all(inside), name
        for row in range(0, len(texts), 9):
            alone = classify_all(applied(rules, "bank"), [texts[row]])[name]
            assert alone.best_titles() == [found.best_titles()[row]]
            assert alone.score[0] == pytest.approx(found.score[row], abs=1e-6)
            evidence = found.evidence(row)
            total = sum(weight for _, weight in evidence.words + evidence.against) + evidence.rest
            best = max(total, 0.0)
            assert bool(evidence.words) or found.score[row] == 0
            if found.scheme.is_exclusive and best:
                assert found.score[row] <= best / (best + found.scheme.doubt) + 0.01


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("催收给我爸妈和单位打电话，说我不还就上门", "债务催收", "因债务催收方式和手段引起的投诉"),
        ("信用卡年费没人告诉我就扣了，退还年费！", "信用卡", "因定价收费引起的投诉"),
        ("这不就是砍头息，借五万到手四万四", "贷款", "因定价收费引起的投诉"),
        ("ＡＴＭ　吞卡了，机器黑屏", "借记卡", "因金融机构服务设施、设备、业务系统引起的投诉"),
        ("存款变保险，说是跟存款一样", "银行代理业务", "因营销方式和手段引起的投诉"),
    ],
)
def test_plain_matters(rules: Rules, text: str, line: str, reason: str) -> None:
    found = classify_all(applied(rules, "bank"), [text])
    assert found["product_line"].best_titles() == [line]
    assert found["reason"].best_titles() == [reason]
    assert not found["not_complaint"].confident[0]
    assert found["reason"].evidence(0).words


# Finding keywords: both ways give the same

WORDS = [
    "年费",
    "费",
    "扣…费",
    "手续费",
    "(退|返)还?",
    "^咨询",
    "[0-9]+元",
    "a.{0,2}b",
    "息(高|低)",
    "不(给|让)…才",
    "atm",
    "谢谢$",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30), st.text(alphabet="年费扣手续退返还咨询元0a.b息高低不给让才atm谢,。\n A", max_size=30)
        ),
        max_size=4,
    )
)
def test_both_engines_find_the_same(texts: list[str]) -> None:
    pytest.importorskip("re2")
    words = [fold_keyword(word) for word in WORDS]
    folded = fold(texts)
    first, second = Matcher(words, "re2").hits(folded), Matcher(words, "table").hits(folded)
    for mine, theirs in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    plain = sorted(
        (row, number) for row, text in enumerate(folded) for number, word in enumerate(words) if re.search(word, text)
    )
    assert plain == list(zip(first.texts.tolist(), first.words.tolist(), strict=True)), "as if tried one by one"


@pytest.mark.parametrize("institution", ["bank", "insurer"])
def test_both_engines_agree_on_every_case(rules: Rules, cases: list[dict[str, Any]], institution: str) -> None:
    pytest.importorskip("re2")
    texts = [case["text"] for case in cases]
    schemes = applied(rules, institution)
    for name, found in classify_all(schemes, texts, engine="re2").items():
        other = classify_all(schemes, texts, engine="table")[name]
        np.testing.assert_array_equal(found.best, other.best)
        np.testing.assert_array_equal(found.score, other.score)


@pytest.mark.parametrize("pattern", [".{0,3}", "[0-9]+", "(a|b)?", "甲|乙", "(甲", "甲*"])
def test_a_pattern_without_fixed_part_is_refused(pattern: str) -> None:
    with pytest.raises(RulesError, match="关键词"):
        fixed_parts(pattern)


def test_lone_surrogates_do_no_harm() -> None:
    assert Matcher(["年费"]).hits(fold(["年\ud800费年费"])).first.tolist() == [3]


# How often it is right


def is_right(case: Mapping[str, Any], key: str, title: str) -> bool:
    return title in {case[key], *(case[f"{key}_also"] or ())}


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Mean over the true labels of F1; a second defensible label has been put down as the true one."""
    table = Counter(pairs)
    labels = sorted({true for true, _ in table})
    each = []
    for label in labels:
        both = table[label, label]
        named = sum(count for (_, said), count in table.items() if said == label)
        meant = sum(count for (true, _), count in table.items() if true == label)
        each.append(2 * both / (named + meant))
    return sum(each) / len(each)


def measure(found: Suggestions, part: list[dict[str, Any]], key: str) -> tuple[float, float]:
    """Accuracy and macro-F1 over the cases that have a label."""
    titles = found.best_titles()
    judged = [(case, titles[row]) for row, case in enumerate(part) if case[key] is not None]
    right = [is_right(case, key, title) for case, title in judged]
    pairs = [(case[key], case[key] if good else title) for (case, title), good in zip(judged, right, strict=True)]
    return sum(right) / len(right), macro_f1(pairs)


@pytest.mark.parametrize(
    ("institution", "key", "half", "floor"),
    [
        ("bank", "product_line", "reporting", 0.85),
        ("bank", "reason", "reporting", 0.75),
        ("insurer", "product_line", "reporting", 0.80),
        ("insurer", "reason", "reporting", 0.80),
        ("bank", "product_line", "tuning", 0.90),
        ("bank", "reason", "tuning", 0.85),
    ],
)
def test_accuracy(
    rules: Rules, cases: list[dict[str, Any]], institution: str, key: str, half: str, floor: float
) -> None:
    part = [case for case in cases if case["half"] == half and case["institution"] == institution]
    found = classify_all(applied(rules, institution), [case["text"] for case in part], grams=rules.grams)
    name = APPLIED[institution][0 if key == "product_line" else 1]
    accuracy, f1 = measure(found[name], part, key)
    print(f"{half} {name}: accuracy {accuracy:.1%}, macro-F1 {f1:.1%}, confident {found[name].confident.mean():.0%}")  # noqa: T201  (the figures are the report)
    assert accuracy >= floor


@pytest.mark.parametrize("half", ["reporting", "tuning"])
def test_what_is_no_complaint_is_flagged(rules: Rules, cases: list[dict[str, Any]], half: str) -> None:
    part = [case for case in cases if case["half"] == half]
    only = {"not_complaint": rules.categories["not_complaint"]}
    flagged = classify_all(only, [case["text"] for case in part], grams=rules.grams)["not_complaint"].confident
    true = np.array([bool(case["not_complaint"]) for case in part])
    precision = (flagged & true).sum() / max(flagged.sum(), 1)
    recall = (flagged & true).sum() / true.sum()
    print(f"{half} not_complaint: precision {precision:.1%}, recall {recall:.1%} of {true.sum()}")  # noqa: T201  (the figures are the report)
    assert precision >= 0.8
    assert recall >= 0.7
