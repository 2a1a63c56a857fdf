from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.checks.one_of import OneOf
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = OneOf(columns=("status",))
SCHEME = Scheme(
    title="业务类别", codes={"loan": Category(title="贷款", aliases=("借款",)), "credit_card": Category(title="信用卡")}
)


def test_members_and_empty_cells_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": ["closed", None]})) == []


def test_an_unknown_text_is_found_with_a_near_guess(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"status": ["已节案"]}))
    assert finding.message == "“已节案”不是“办理状态”的已知取值；是否为“办结”？应为在办、办结、撤回之一，请按代码表改写"
    assert (finding.cell, finding.value) == ("A3", "已节案")


def test_an_unreadable_cell_is_left_alone(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": [None]}, faulty={"status": [0]})) == []


def test_members_of_a_scheme(find: Find, register: Make) -> None:
    ledger = register({"product_line": ["loan", "信用咔", "借宽款"]})
    found = find(OneOf(columns=("product_line",)), ledger, schemes={"product_line": SCHEME})
    assert [finding.row for finding in found] == [4, 5]
    assert "是否为“信用卡”？应为贷款、信用卡之一" in found[0].message
    assert "是否为“贷款”？" in found[1].message


def test_a_title_hides_no_stranger(find: Find, register: Make) -> None:
    assert len(find(CHECK, register({"status": ["complaint", "在办"]}))) == 2
