from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.checks.classified_as import ClassifiedAs
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = ClassifiedAs(
    column="product_line", text="text", scheme="product_line", source="measures 第26条", least_score=0.5
)
SCHEME = Scheme(
    title="业务类别",
    strengths={"strong": 6, "normal": 3},
    codes={
        "loan": Category(title="贷款", keywords={"strong": "房贷 车贷"}),
        "bank_card": Category(
            title="银行卡", is_split=True, codes={
                "credit_card": Category(title="信用卡", keywords={"strong": "信用卡 年费"}),
                "debit_card": Category(title="借记卡", keywords={"strong": "借记卡 取款机"}),
            },
        ),
    },
)  # fmt: skip


def ledger(register, code, text, faulty=None):
    return register({"product_line": [code], "text": [text]}, faulty)


def test_a_code_that_fits_passes(find: Find, register: Make) -> None:
    schemes = {"product_line": SCHEME}
    assert find(CHECK, ledger(register, "credit_card", "信用卡收了年费"), schemes=schemes) == []
    assert find(CHECK, ledger(register, "bank_card", "信用卡收了年费"), schemes=schemes) == []


def test_a_code_that_does_not_fit_is_a_warning_with_the_words_that_tell(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register, "loan", "信用卡收了年费"), schemes={"product_line": SCHEME})
    assert (finding.level, finding.cell, finding.value) == ("warning", "A3", "贷款")
    assert finding.message.startswith("“投诉业务类别”登记为“贷款”，而“投诉内容”更像“信用卡”（依据：")
    assert "信用卡" in finding.message.split("依据：")[1]
    assert "年费" in finding.message.split("依据：")[1]


def test_a_text_that_says_little_or_two_things_settles_nothing(find: Find, register: Make) -> None:
    schemes = {"product_line": SCHEME}
    assert find(CHECK, ledger(register, "loan", "请尽快处理"), schemes=schemes) == []
    assert find(CHECK, ledger(register, "loan", "房贷和信用卡都有问题"), schemes=schemes) == []


def test_a_second_choice_nearly_as_good_passes(find: Find, register: Make) -> None:
    two_thirds = Scheme(
        title="业务类别", strengths={"strong": 9, "normal": 6}, threshold=0.4,
        codes={
            "loan": Category(title="贷款", keywords={"normal": "房贷"}), "fund": Category(title="基金", keywords={"strong": "基金"}),
            "other": Category(title="其他"),
        },
    )  # fmt: skip
    text = "房贷和基金都有问题"
    assert find(CHECK, ledger(register, "loan", text), schemes={"product_line": two_thirds}) == []
    assert len(find(CHECK, ledger(register, "other", text), schemes={"product_line": two_thirds})) == 1


def test_a_weak_suggestion_is_not_worth_a_finding(find: Find, register: Make) -> None:
    strict = replace(CHECK, least_score=0.9)
    assert find(strict, ledger(register, "loan", "信用卡收了年费"), schemes={"product_line": SCHEME}) == []


def test_empty_unknown_and_unreadable_cells_are_not_judged(find: Find, register: Make) -> None:
    schemes = {"product_line": SCHEME}
    assert find(CHECK, ledger(register, None, "信用卡收了年费"), schemes=schemes) == []
    assert find(CHECK, ledger(register, "loan", None), schemes=schemes) == []
    assert find(CHECK, ledger(register, "房产", "信用卡收了年费"), schemes=schemes) == []
    assert find(CHECK, ledger(register, None, "信用卡收了年费", {"product_line": [0]}), schemes=schemes) == []
