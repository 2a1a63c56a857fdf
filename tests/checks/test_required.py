from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.required import Required
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = Required(columns=("complaint_no", "received_on"), is_form=True)


def test_filled_cells_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complaint_no": ["A1"], "received_on": ["2026-01-05"]})) == []


def test_an_empty_cell_is_found_with_its_place(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"complaint_no": ["A1", "A2"], "received_on": ["2026-01-05", None]}))
    assert (finding.check, finding.level, finding.cell, finding.key) == ("complaint.it", "error", "B4", "A2")
    assert finding.message == "“收到日期”未填写；请补填"
    assert (finding.heading, finding.value, finding.source) == ("收到日期", "", "")


def test_an_unreadable_cell_is_not_empty(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complaint_no": ["A1"], "received_on": [None]}, faulty={"received_on": [0]})) == []


def test_columns_the_sheet_lacks_are_listed_and_the_others_still_checked(find: Find, register: Make) -> None:
    ledger = register({"complaint_no": [None]})
    assert [finding.column for finding in find(CHECK, ledger)] == ["complaint_no"]
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“收到日期”列，只检查了其余各列"}
