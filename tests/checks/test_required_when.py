from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.required_when import RequiredWhen
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = RequiredWhen(columns=("closed_on",), when={"status": ("closed",)})


def test_filled_or_not_asked_for_passes(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": ["closed", "pending", None], "closed_on": ["2026-03-02", None, None]})) == []


def test_an_empty_cell_is_found_and_the_message_repeats_the_condition_in_titles(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, register({"status": ["closed"], "closed_on": [None]}))
    assert finding.message == "“办理状态”为“办结”时，“办结日期”必须填写；请补填，或更正前者"
    assert (finding.cell, finding.level) == ("B3", "warning")


def test_an_unreadable_cell_is_not_empty(find: Find, register: Make) -> None:
    assert find(CHECK, register({"status": ["closed"], "closed_on": [None]}, faulty={"closed_on": [0]})) == []


def test_conditions_of_every_form_are_told_in_chinese(find: Find, register: Make) -> None:
    when = {"route": ("empty", "complaint"), "is_major": True, "closed_on": ("filled",)}
    ledger = register({"route": [None], "is_major": [True], "closed_on": ["2026-03-02"], "text": [None]})
    (finding,) = find(RequiredWhen(columns=("text",), when=when), ledger)
    told = "“事项性质”为“消费投诉”或为空且“是否重大投诉”为“是”且“办结日期”已填写时"
    assert finding.message.startswith(told)


def test_a_condition_on_a_column_the_sheet_lacks_is_listed(find: Find, register: Make) -> None:
    ledger = register({"closed_on": [None]})
    assert find(CHECK, ledger) == []
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“办理状态”列，无从判断适用条件"}


def test_a_condition_met_by_an_absent_column_applies(find: Find, register: Make) -> None:
    check = RequiredWhen(columns=("closed_on",), when={"status": ("empty", "closed")})
    ledger = register({"closed_on": [None]})
    assert len(find(check, ledger)) == 1
    assert ledger.receipt.not_run == {}


def test_no_condition_is_a_mistake() -> None:
    assert [problem.split("：")[0] for problem in RequiredWhen(columns=("text",), when={}).problems()] == ["when"]
    assert list(CHECK.problems()) == []
