from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from xiaobao_xl.checks.in_time import InTime
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.terms import Version

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]
Look = Callable[..., tuple[list[Finding], Register]]

DECISION = Deadline(
    title="作出处理决定并告知", starts="received_on", met_by=("notified_on", "closed_on"), when={"route": ("empty", "complaint")},
    versions={
        date(2012, 4, 3): Version(days=10, source="old 第9条", basis="secondary"),
        date(2020, 3, 1): Version(days=15, source="measures 第18条"),
    },
    words={"received_on": "收到", "notified_on": "告知", "closed_on": "办结"},
)  # fmt: skip
CHECK = InTime(deadline="decision")


@pytest.fixture
def late(find, register):
    def look(received_on, faulty=None, **cells):
        ledger = register({"received_on": [received_on]} | {name: [cell] for name, cell in cells.items()}, faulty)
        return find(CHECK, ledger, deadlines={"decision": DECISION}), ledger

    return look


def test_an_answer_within_the_limit_and_a_case_still_open_pass(late: Look) -> None:
    assert late("2026-03-02", notified_on="2026-03-17")[0] == []
    assert late("2026-06-20", notified_on=None)[0] == []


def test_an_overdue_case_is_found_where_the_answer_is_to_be_filled_in(late: Look) -> None:
    (finding,) = late("2026-03-02", notified_on=None)[0]
    assert (finding.level, finding.column, finding.cell) == ("error", "notified_on", "B3")
    assert finding.source == "消费投诉处理管理办法（令2020年第3号）第18条"
    assert "届满日 2026-03-17" in finding.message
    assert finding.message.endswith("已超期 105 日。请尽快办理；如已办理，请补填“告知日期”")


def test_a_late_answer_is_found_at_its_date(late: Look) -> None:
    (finding,) = late("2026-03-02", notified_on=None, closed_on="2026-03-18")[0]
    assert (finding.column, finding.value) == ("closed_on", "2026-03-18")
    assert finding.message.endswith("超期 1 日（超期办结）。请核对各日期；日期无误的，应查明超期原因并留存说明")


def test_a_rule_not_seen_in_the_text_makes_a_warning(late: Look) -> None:
    (finding,) = late("2019-03-02", notified_on="2019-04-02")[0]
    assert (finding.level, finding.source) == ("warning", "old 第9条")


def test_empty_dates_and_other_routes_are_not_judged(late: Look) -> None:
    assert late(None, notified_on="2026-03-18")[0] == []
    assert late("2026-03-02", notified_on=None, route="petition")[0] == []


def test_an_unreadable_date_may_have_been_in_time(late: Look) -> None:
    assert late("2026-03-02", notified_on=None, faulty={"notified_on": [0]})[0] == []
    assert late("2026-03-02", notified_on=None, route=None, faulty={"route": [0]})[0] == []


def test_without_any_date_that_can_meet_it_the_check_does_not_run(late: Look) -> None:
    found, ledger = late("2026-03-02")
    assert found == []
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“告知日期”、“办结日期”列"}


def test_what_was_destroyed_too_early_is_found(find: Find, register: Make) -> None:
    keep = Deadline(
        title="保存档案", sense="not_before", starts="received_on", met_by=("closed_on",),
        versions={date(2020, 3, 1): Version(days=3, unit="years", source="measures 第28条")},
    )  # fmt: skip
    ledger = register({"received_on": ["2021-03-02", "2021-03-02"], "closed_on": ["2024-03-01", "2024-03-02"]})
    (finding,) = find(CHECK, ledger, deadlines={"decision": keep})
    assert (finding.row, finding.column) == (3, "closed_on")
    assert finding.message.endswith("请核对日期；日期无误的，应查明原因并留存说明")
