from __future__ import annotations

from collections.abc import Callable
from datetime import date

from xiaobao_xl.checks.in_range import InRange
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = InRange(columns=("complainant_count",), min=1, max=5)


def test_numbers_within_the_bounds_and_empty_cells_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complainant_count": [1, 5, None]})) == []


def test_numbers_outside_are_found(find: Find, register: Make) -> None:
    found = find(CHECK, register({"complainant_count": [0, 6, 3]}))
    assert [finding.row for finding in found] == [3, 4]
    assert found[0].message == "“投诉人数”为 0，应在 1 与 5 之间；请核对更正"


def test_one_bound_is_enough(find: Find, register: Make) -> None:
    (finding,) = find(InRange(columns=("refund_cny",), min=0), register({"refund_cny": [-0.5, 1e12]}))
    assert finding.message == "“退费金额”为 -0.5，应不小于 0；请核对更正"


def test_dates_have_bounds_too(find: Find, register: Make) -> None:
    check = InRange(columns=("received_on",), min=date(2026, 1, 1))
    (finding,) = find(check, register({"received_on": ["2026-01-01", "2025-12-31"]}))
    assert finding.message == "“收到日期”为 2025-12-31，应不早于 2026-01-01；请核对更正"


def test_an_unreadable_cell_is_left_alone(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complainant_count": [None]}, faulty={"complainant_count": [0]})) == []


def test_bounds_nothing_can_meet_are_mistakes() -> None:
    assert [problem.split("：")[0] for problem in InRange(columns=("text",)).problems()] == ["min"]
    assert [problem.split("：")[0] for problem in InRange(columns=("text",), min=2, max=1).problems()] == ["max"]
    assert [
        problem.split("：")[0] for problem in InRange(columns=("text",), min=2, max=date(2026, 1, 1)).problems()
    ] == ["max"]
    assert list(CHECK.problems()) == []
