from __future__ import annotations

from collections.abc import Callable

import pytest

from xiaobao_xl.checks.date_order import DateOrder
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

ORDER = ("received_on", "decided_on", "closed_on")
CHECK = DateOrder(order=ORDER)


def ledger(register, *rows):
    return register(dict(zip(ORDER, map(list, zip(*rows, strict=True)), strict=True)))


def test_dates_in_order_pass_with_equal_and_empty_ones(find: Find, register: Make) -> None:
    rows = ("2026-03-02", "2026-03-02", "2026-03-05"), ("2026-03-02", None, "2026-03-02"), (None, None, "2026-03-02")
    assert find(CHECK, ledger(register, *rows)) == []


def test_a_date_too_early_is_found_at_the_later_column(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register, ("2026-03-02", "2026-03-01", None)))
    assert finding.message == "“处理决定日期” 2026-03-01 早于“收到日期” 2026-03-02；应不早于“收到日期”，请核对两个日期"
    assert (finding.cell, finding.value) == ("B3", "2026-03-01")


def test_a_missing_date_is_skipped_and_its_neighbours_compared(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register, ("2026-03-02", None, "2026-03-01")))
    assert "早于“收到日期” 2026-03-02" in finding.message
    assert finding.column == "closed_on"


def test_each_pair_out_of_order_is_found(find: Find, register: Make) -> None:
    found = find(CHECK, ledger(register, ("2026-03-03", "2026-03-02", "2026-03-01")))
    assert [finding.column for finding in found] == ["decided_on", "closed_on"]


def test_equal_dates_may_be_forbidden(find: Find, register: Make) -> None:
    check = DateOrder(order=("received_on", "closed_on"), may_equal=False)
    (finding,) = find(check, ledger(register, ("2026-03-02", None, "2026-03-02")))
    assert finding.message == "“办结日期” 2026-03-02 不晚于“收到日期” 2026-03-02；应晚于“收到日期”，请核对两个日期"


def test_unreadable_dates_are_skipped(find: Find, register: Make) -> None:
    cells = {"received_on": ["2026-03-02"], "decided_on": [None], "closed_on": ["2026-03-03"]}
    assert find(CHECK, register(cells, faulty={"decided_on": [0]})) == []


@pytest.mark.parametrize(("order", "count"), [(("called_at", "received_on"), 0), (("called_at", "answered_at"), 1)])
def test_the_time_of_day_counts_between_moments_only(
    find: Find, register: Make, order: tuple[str, ...], count: int
) -> None:
    cells = {"called_at": ["2026-03-02 10:00"], "answered_at": ["2026-03-02 09:59"], "received_on": ["2026-03-02"]}
    found = find(DateOrder(order=order), register(cells))
    assert len(found) == count
    assert all("2026-03-02 09:59 早于“来电时间” 2026-03-02 10:00" in finding.message for finding in found)


def test_two_columns_are_enough(find: Find, register: Make) -> None:
    book = register({"received_on": ["2026-03-02"], "closed_on": ["2026-03-01"]})
    assert len(find(CHECK, book)) == 1
    assert book.receipt.not_run == {"complaint.it": "台账没有“处理决定日期”列，只检查了其余各列"}
    alone = register({"received_on": ["2026-03-02"]})
    assert find(CHECK, alone) == []
    assert alone.receipt.not_run == {"complaint.it": "台账没有“处理决定日期”、“办结日期”列"}


def test_an_order_of_one_is_a_mistake() -> None:
    assert [problem.split("：")[0] for problem in DateOrder(order=("closed_on",)).problems()] == ["order"]
    assert list(CHECK.problems()) == []
