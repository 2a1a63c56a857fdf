from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.consistent_with import ConsistentWith
from xiaobao_xl.conditions import Bounds
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = ConsistentWith(when={"complainant_count": Bounds(min=20)}, holds={"is_major": True}, source="measures 第29条")


def test_agreement_and_rows_outside_the_condition_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"complainant_count": [20, 19, None], "is_major": [True, False, False]})) == []


def test_a_contradiction_is_found_in_titles(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"complainant_count": [25], "is_major": [False]}))
    assert finding.message == "“投诉人数”不小于 20时，“是否重大投诉”应为“是”，现为“否”；请核对，更正其中一处"
    assert (finding.level, finding.column, finding.source) == (
        "error",
        "is_major",
        "消费投诉处理管理办法（令2020年第3号）第29条",
    )


def test_empty_and_unreadable_cells_contradict_nothing(find: Find, register: Make) -> None:
    ledger = register({"complainant_count": [25, 25], "is_major": [None, None]}, faulty={"is_major": [1]})
    assert find(CHECK, ledger) == []


def test_an_empty_cell_contradicts_filled(find: Find, register: Make) -> None:
    check = ConsistentWith(when={"status": ("closed",)}, holds={"closed_on": ("filled",)})
    ledger = register({"status": ["closed"] * 3, "closed_on": [None, "2026-03-02", None]}, faulty={"closed_on": [2]})
    (finding,) = find(check, ledger)
    assert finding.message == "“办理状态”为“办结”时，“办结日期”应已填写，现为空；请核对，更正其中一处"


def test_bounds_may_hold(find: Find, register: Make) -> None:
    check = ConsistentWith(when={"is_major": True}, holds={"complainant_count": Bounds(min=20)})
    (finding,) = find(check, register({"is_major": [True, True], "complainant_count": [3, 20]}))
    assert "“投诉人数”应不小于 20，现为“3”" in finding.message


def test_several_values_may_hold(find: Find, register: Make) -> None:
    check = ConsistentWith(when={"closed_on": ("filled",)}, holds={"status": ("closed", "withdrawn")})
    (finding,) = find(check, register({"closed_on": ["2026-03-02"] * 2, "status": ["pending", "withdrawn"]}))
    assert "“办理状态”应为“办结”或“撤回”，现为“在办”" in finding.message


def test_nothing_to_hold_is_a_mistake() -> None:
    assert [problem.split("：")[0] for problem in ConsistentWith(holds={}).problems()] == ["holds"]
    assert list(CHECK.problems()) == []
