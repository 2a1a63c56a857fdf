from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.unique import Unique
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = Unique(columns=("complaint_no",), is_form=True)
COMBINED = Unique(columns=("outlet_no", "complaint_no"), combined=True)


def test_different_values_and_empty_cells_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complaint_no": ["A1", "A2", None, None]})) == []


def test_every_row_of_a_repeated_value_is_found_and_names_the_others(find: Find, register: Make) -> None:
    found = find(CHECK, register({"complaint_no": ["A1", "A2", "A1", "A1"]}))
    assert [finding.row for finding in found] == [3, 5, 6]
    assert found[1].message == "“投诉编号”应当唯一，与第 3、6 行相同；请核对，改正编号或删去重复行"


def test_a_long_list_of_rows_is_cut(find: Find, register: Make) -> None:
    found = find(CHECK, register({"complaint_no": ["A1"] * 9}))
    assert "与第 4、5、6、7、8 等 8 行相同" in found[0].message
    assert "与第 3、4、5、6、7 等 8 行相同" in found[8].message


def test_unreadable_cells_are_not_alike(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complaint_no": [None, None]}, faulty={"complaint_no": [0, 1]})) == []


def test_columns_that_count_together(find: Find, register: Make) -> None:
    cells = {"outlet_no": ["1", "2", "1", None], "complaint_no": ["A1", "A1", "A1", "A1"]}
    found = find(COMBINED, register(cells))
    assert [finding.row for finding in found] == [3, 5]
    assert found[0].message.startswith("“网点机构号”、“投诉编号”的组合应当唯一，与第 5 行相同")


def test_columns_that_count_together_are_needed_together(find: Find, register: Make) -> None:
    ledger = register({"complaint_no": ["A1", "A1"]})
    assert find(COMBINED, ledger) == []
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“网点机构号”列"}


def test_rows_outside_the_condition_are_not_compared_with(find: Find, register: Make) -> None:
    ledger = register({"complaint_no": ["A1", "A1"], "route": ["complaint", "petition"]})
    assert find(Unique(columns=("complaint_no",), when={"route": ("complaint",)}), ledger) == []


def test_a_private_value_stays_masked(find: Find, register: Make) -> None:
    found = find(Unique(columns=("phone",)), register({"phone": ["13800138000", "13800138000"]}))
    assert {finding.value for finding in found} == {"138****8000"}
    assert not any("13800138000" in finding.message for finding in found)
