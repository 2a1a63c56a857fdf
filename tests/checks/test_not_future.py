from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.not_future import NotFuture
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = NotFuture(columns=("received_on", "called_at"), is_form=True)


def test_today_and_earlier_and_empty_cells_pass(find: Find, register: Make) -> None:
    cells = {"received_on": ["2026-06-30", "2020-01-01", None], "called_at": ["2026-06-30 23:59", None, None]}
    assert find(CHECK, register(cells)) == []


def test_a_later_date_is_found(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"received_on": ["2062-03-02"], "called_at": [None]}))
    assert finding.message == "“收到日期” 2062-03-02 晚于检查日 2026-06-30；该事项应已发生，请核对年、月、日"
    assert (finding.cell, finding.level) == ("A3", "error")


def test_an_unreadable_cell_is_left_alone(find: Find, register: Make) -> None:
    assert find(CHECK, register({"received_on": [None], "called_at": [None]}, faulty={"received_on": [0]})) == []
