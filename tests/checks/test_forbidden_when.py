from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.forbidden_when import ForbiddenWhen
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = ForbiddenWhen(columns=("closed_on",), when={"status": ("pending",)})


def test_empty_or_not_forbidden_passes(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": ["pending", "closed"], "closed_on": [None, "2026-03-02"]})) == []


def test_a_filled_cell_is_found(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"status": ["pending"], "closed_on": ["2026-03-02"]}))
    assert finding.message == "“办理状态”为“在办”时，“办结日期”不应填写；请删去该值，或更正前者"
    assert (finding.cell, finding.value) == ("B3", "2026-03-02")


def test_an_unreadable_cell_is_not_filled(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": ["pending"], "closed_on": [None]}, faulty={"closed_on": [0]})) == []


def test_no_condition_is_a_mistake() -> None:
    assert [problem.split("：")[0] for problem in ForbiddenWhen(columns=("text",), when={}).problems()] == ["when"]
