from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date

import pytest

from xiaobao_xl import checks
from xiaobao_xl.checks import KINDS
from xiaobao_xl.checks.in_time import InTime
from xiaobao_xl.checks.required import Required
from xiaobao_xl.checks.required_when import RequiredWhen
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.findings import Finding
from xiaobao_xl.law import Instrument
from xiaobao_xl.registers import Register
from xiaobao_xl.terms import Version

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

DECISION = Deadline(
    title="处理决定",
    starts="received_on",
    met_by=("closed_on",),
    versions={date(2020, 3, 1): Version(days=15, source="measures 第18条")},
)


def test_nineteen_kinds_each_with_a_name_and_a_manual_page() -> None:
    assert len(KINDS) == 19
    assert len({kind.KIND for kind in KINDS}) == 19
    for kind in KINDS:
        page = kind.__doc__ or ""
        assert all(part in page for part in ("Attributes:", "Passes:", "Breaks:", "Empty cell:")), kind
        own = {field.name for field in fields(kind)} - {"title", "source", "basis", "is_form", "when", "says", "note"}
        assert all(f"    {name}:" in page for name in own), kind


@pytest.mark.parametrize(
    ("received_on", "count"),
    [("2020-02-29", 0), ("2020-03-01", 1), ("2029-12-31", 1), ("2030-01-01", 0), (None, 1)],
)
def test_an_old_case_keeps_the_old_rule(find: Find, register: Make, received_on: str | None, count: int) -> None:
    check = Required(columns=("text",), source="measures 第12条")
    assert len(find(check, register({"received_on": [received_on], "text": [None]}))) == count


def test_one_of_several_instruments_in_force_is_enough(find: Find, register: Make) -> None:
    check = Required(columns=("text",), source="measures 第12条; policy 第3条")
    law = {
        "measures": Instrument(title="办法", in_force_from=date(2020, 3, 1)),
        "policy": Instrument(title="本行制度", in_force_from=date(2018, 1, 1)),
    }
    found = find(check, register({"received_on": ["2019-01-01", "2017-01-01"], "text": [None, None]}), law=law)
    assert [(finding.row, finding.source) for finding in found] == [(3, "办法第12条；本行制度第3条")]


def test_level_follows_from_the_source(find: Find, register: Make) -> None:
    ledger = register({"text": [None]})
    levels = [
        find(Required(columns=("text",), **keys), ledger)[0].level
        for keys in (
            {},
            {"source": "measures 第1条"},
            {"source": "measures 第1条", "basis": "secondary"},
            {"is_form": True},
        )
    ]
    assert levels == ["warning", "error", "warning", "error"]


def test_own_words_take_the_place_of_the_message(find: Find, register: Make) -> None:
    check = Required(columns=("text",), says="请写清{列}")
    assert find(check, register({"text": [None]}))[0].message == "请写清投诉内容"
    late = checks.not_future.NotFuture(columns=("received_on",), says="{列}写成了{值}")
    assert find(late, register({"received_on": ["2062-01-01"]}))[0].message == "收到日期写成了2062-01-01"


def test_the_printed_heading_is_used_where_there_is_one(find: Find, register: Make) -> None:
    ledger = register({"text": [None]})
    ledger.origin.headings["text"] = "投诉事由"
    (finding,) = find(Required(columns=("text",)), ledger)
    assert (finding.heading, finding.message) == ("投诉事由", "“投诉事由”未填写；请补填")


def test_a_condition_may_ask_for_the_status_of_a_deadline(find: Find, register: Make) -> None:
    check = RequiredWhen(columns=("text",), when={"decision.status": ("overdue", "met_late")})
    ledger = register({"received_on": ["2026-03-02", "2026-06-29"], "closed_on": [None, None], "text": [None, None]})
    (finding,) = find(check, ledger, deadlines={"decision": DECISION})
    assert finding.row == 3
    assert finding.message.startswith("“处理决定”的时限状态为“已超期”或“超期办结”时，“投诉内容”必须填写")


def test_findings_come_check_by_check_and_nothing_is_computed_twice(
    register: Make, context: checks.Context, monkeypatch: pytest.MonkeyPatch
):
    calls = []
    module = checks.check
    counted = module.due
    monkeypatch.setattr(module, "due", lambda *given: calls.append(given) or counted(*given))
    settings = {"as_of": context.as_of, "calendar": context.calendar, "law": context.law}
    known = checks.Context(**settings, deadlines={"decision": DECISION})
    ledger = register({"received_on": ["2026-03-02"], "closed_on": [None], "text": [None]})
    found = checks.run(
        {"a": InTime(deadline="decision"), "b": Required(columns=("text",)), "c": InTime(deadline="decision")},
        ledger,
        known,
    )
    assert [finding.check for finding in found] == ["complaint.a", "complaint.b", "complaint.c"]
    assert len(calls) == 1
    assert known.computed == {}


def test_an_empty_register_has_no_findings(find: Find, register: Make) -> None:
    assert find(Required(columns=("text",), source="measures 第1条"), register({"received_on": [], "text": []})) == []
