from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.reminders import DueRow, _folded, calendar

AS_OF = date(2026, 1, 6)
ROW = DueRow(
    key="TS001", deadline="decision", title="作出处理决定并告知", status="pending", unit="一分行", handler="张敏",
    received_on=date(2026, 1, 5), due_on=date(2026, 1, 20), days_left=14, explanation="李小明 13800138000", sheet="台账", row=5,
)  # fmt: skip


def lines(text: str) -> list[str]:
    """Content lines, unfolded."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_open_complaint_is_an_all_day_event_with_an_alarm_three_days_before() -> None:
    text = lines(calendar([ROW], AS_OF))
    assert text[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//xiaobao-xl//reminders//ZH"]
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VEVENT")]
    assert {
        "DTSTART;VALUE=DATE:20260120",
        "DTEND;VALUE=DATE:20260121",
        "DTSTAMP:20260106T000000Z",
        "SUMMARY:投诉 TS001 作出处理决定并告知届满",
        "TRIGGER:-P2DT15H",
    } <= set(event)


def test_nothing_personal_gets_into_a_calendar() -> None:
    text = calendar([ROW], AS_OF).replace("\r\n ", "")
    assert not any(word in text for word in ("李小明", "13800138000", "张敏", "一分行"))


def test_less_than_three_days_ahead_rings_on_the_day_itself() -> None:
    near = calendar([replace(ROW, due_on=date(2026, 1, 8))], AS_OF)
    assert "TRIGGER:PT9H\r\n" in near
    assert "TRIGGER:-P2DT15H\r\n" in calendar([replace(ROW, due_on=date(2026, 1, 9))], AS_OF)


@pytest.mark.parametrize(
    "change",
    [{"status": "met", "done_on": date(2026, 1, 6)}, {"status": "withdrawn"}, {"status": "suspended", "due_on": None},
     {"status": "no_rule"}, {"status": "no_calendar", "done_on": date(2026, 1, 6)}],
)  # fmt: skip
def test_closed_and_undated_complaints_have_no_event(change: dict[str, object]) -> None:
    assert "VEVENT" not in calendar([replace(ROW, **change)], AS_OF)


def test_identity_follows_from_number_and_deadline_only() -> None:
    def identity(row: DueRow) -> str:
        return next(line for line in lines(calendar([row], AS_OF)) if line.startswith("UID:"))

    assert identity(ROW) == identity(replace(ROW, due_on=date(2026, 2, 3), handler="李强", row=9))
    assert identity(ROW) != identity(replace(ROW, key="TS002"))
    assert identity(ROW) != identity(replace(ROW, deadline="review_decision"))


def test_a_number_registered_twice_gives_one_event_on_the_earlier_day() -> None:
    text = calendar([replace(ROW, due_on=date(2026, 2, 3), row=9), ROW], AS_OF)
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20260120" in text


def test_the_file_is_the_same_whatever_the_order() -> None:
    other = replace(ROW, key="TS000")
    assert calendar([ROW, other], AS_OF) == calendar([other, ROW], AS_OF)


def test_a_row_without_number_is_named_by_its_place() -> None:
    assert "SUMMARY:投诉 台账 第5行 作出处理决定并告知届满" in lines(calendar([replace(ROW, key="")], AS_OF))


def test_signs_with_a_meaning_of_their_own_are_escaped() -> None:
    text = lines(calendar([replace(ROW, key="A;B,C\\D\nBEGIN:VEVENT\x07")], AS_OF))
    assert "SUMMARY:投诉 A\\;B\\,C\\\\D\\nBEGIN:VEVENT 作出处理决定并告知届满" in text
    assert text.count("BEGIN:VEVENT") == 1


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=300))
def test_lines_are_folded_at_75_octets_and_lose_nothing(line: str) -> None:
    parts = list(_folded(line))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line
