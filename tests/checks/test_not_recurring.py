"""Check kind `not_recurring`."""

from __future__ import annotations

from typing import Any

from linked_registers import SCHEMAS, found, sheet

from xiaobao_xl.checks import NotRecurring

SETTINGS: dict[str, Any] = {
    "after": "done_on", "register": "complaint", "on": "received_on", "within_days": 90, "same": {"unit": "unit"},
}  # fmt: skip
COMPLAINTS = {
    "complaint_no": ["TS1", "TS2", "TS3", "TS4", "TS5"],
    "received_on": ["2026-03-10", "2026-03-11", "2026-06-08", "2026-06-09", "2026-03-20"],
    "unit": ["城东支行", "城东支行", "城东支行", "城东支行", "城西支行"],
    "is_repeat": [False, False, True, False, False],
}


def test_only_later_days_within_the_term_count() -> None:
    mending = sheet("mending", {"done_on": ["2026-03-10", None, "2026-06-09"], "unit": ["城东支行"] * 3})
    (finding,) = found(NotRecurring(**SETTINGS), mending, sheet("complaint", COMPLAINTS))
    assert (finding.cell, finding.level) == ("A2", "warning")
    assert finding.message == (
        "“完成日期”之后 90 日内，“投诉台账”中“机构”为“城东支行”的又出现 2 件：TS2（2026-03-11）、TS3（2026-06-08）；"
        "请复查措施是否有效，需要时重新处理"
    )


def test_so_many_make_a_recurrence_and_only_some_rows_count() -> None:
    mending = sheet("mending", {"done_on": ["2026-03-10"], "unit": ["城东支行"]})
    complaints = sheet("complaint", COMPLAINTS)
    assert not found(NotRecurring(**SETTINGS, at_least=3), mending, complaints)
    assert not found(NotRecurring(**SETTINGS, at_least=2, where={"is_repeat": False}), mending, complaints)
    assert found(NotRecurring(**SETTINGS, where={"is_repeat": True}), mending, complaints)


def test_settings_that_say_nothing_are_refused() -> None:
    assert list(NotRecurring(**SETTINGS).problems()) == []
    assert len(list(NotRecurring(**{**SETTINGS, "within_days": 0, "same": {}}).problems())) == 2
    wrong = NotRecurring(**{**SETTINGS, "same": {"unit": "branch"}})
    assert list(wrong.link_problems(SCHEMAS)) == ["台账 complaint 没有列 branch"]
