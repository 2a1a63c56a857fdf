"""Working days against every announced day, and counting against a walk day by day."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao_xl.errors import LawGap, RulesError
from xiaobao_xl.rules import Rules
from xiaobao_xl.workdays import Calendar, Unit, Year

NOTICES = (Path(__file__).parent / "cases" / "holidays.csv").read_text(encoding="utf-8").splitlines()
ANNOUNCED = {date.fromisoformat(row["date"]): row["is_off_day"] == "1" for row in csv.DictReader(NOTICES)}
FIRST, LAST = date(2018, 12, 29), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def is_work(day: date) -> bool:
    """What the notices and the ordinary week say of a day."""
    return not ANNOUNCED.get(day, day.weekday() >= 5)


def walk(start: date, days: int) -> date | None:
    """The last day of a term of working days, one step at a time; None beyond the notices."""
    day = start
    while days:
        day += timedelta(days=1)
        if day > LAST:
            return None
        days -= is_work(day)
    return day


def column(*days: date | None) -> np.ndarray:
    return np.array(days, dtype="M8[D]")


def test_every_day_of_2019_to_2026(rules: Rules) -> None:
    calendar = rules.calendar
    assert [day for day in DAYS if calendar.is_workday(day) != is_work(day)] == []
    assert (calendar.first, calendar.last) == (FIRST, LAST)
    assert len(ANNOUNCED) == 286


def test_every_year_names_its_notice(rules: Rules) -> None:
    for number, year in rules.workdays.items():
        assert str(number) in year.source
        assert "gov.cn" in year.url


@settings(deadline=None)
@given(start=st.sampled_from(DAYS), days=st.integers(0, 40))
def test_working_days_equal_a_walk(rules: Rules, start: date, days: int) -> None:
    expected = walk(start, days)
    found = rules.calendar.add_days(column(start), days, "working")[0]
    assert found.item() == expected
    if expected is None:
        with pytest.raises(LawGap, match="2026-12-31"):
            rules.calendar.add_days(start, days, "working")
    else:
        assert rules.calendar.add_days(start, days, "working") == expected


@settings(deadline=None)
@given(start=st.sampled_from(DAYS), length=st.integers(0, 60))
def test_count_equals_a_walk(rules: Rules, start: date, length: int) -> None:
    end = min(start + timedelta(days=length), LAST)
    expected = sum(is_work(start + timedelta(days=number)) for number in range((end - start).days + 1))
    assert rules.calendar.count(start, end) == expected


@settings(deadline=None)
@given(day=st.sampled_from(DAYS))
def test_roll_is_the_day_itself_or_the_next_working_day(rules: Rules, day: date) -> None:
    expected = next((later for later in DAYS[DAYS.index(day) : DAYS.index(day) + 15] if is_work(later)), None)
    assert rules.calendar.roll(column(day))[0].item() == expected


@pytest.mark.parametrize(
    ("start", "days", "unit", "end"),
    [
        ("2025-01-15", 15, "calendar", "2025-01-30"),
        ("2025-09-26", 7, "working", "2025-10-13"),
        ("2018-12-29", 1, "working", "2019-01-02"),
        ("2024-02-29", 3, "years", "2027-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2025-01-31", 1, "months", "2025-02-28"),
        ("2025-08-31", 6, "months", "2026-02-28"),
        ("2025-11-30", 3, "months", "2026-02-28"),
        ("2025-05-15", 1, "months", "2025-06-15"),
        ("2030-01-01", 30, "calendar", "2030-01-31"),
    ],
)
def test_one_date_and_a_column_agree(rules: Rules, start: str, days: int, unit: Unit, end: str) -> None:
    day, last = date.fromisoformat(start), date.fromisoformat(end)
    assert rules.calendar.add_days(day, days, unit) == last
    found = rules.calendar.add_days(column(day, None), np.array([days, days]), unit)
    assert found.tolist() == [last, None]


def test_hours_keep_the_time_of_day(rules: Rules) -> None:
    found, told = datetime.fromisoformat("2025-09-30 09:30"), datetime.fromisoformat("2025-10-03 09:30")
    assert rules.calendar.add_days(found, 72, "hours") == told
    moments = np.array(["2025-09-30T23:59:59", "NaT"], dtype="M8[s]")
    assert str(rules.calendar.add_days(moments, 1, "hours")[0]) == "2025-10-01T00:59:59"


def test_a_year_not_announced_is_a_gap_for_one_date_and_missing_in_a_column(rules: Rules) -> None:
    with pytest.raises(LawGap, match=r"自 2026-12-28 起 7 个工作日.*不作推算"):
        rules.calendar.add_days(date(2026, 12, 28), 7, "working")
    found = rules.calendar.add_days(column(date(2026, 12, 28), date(2026, 12, 1), date(2010, 1, 1)), 7, "working")
    assert found.tolist() == [None, date(2026, 12, 10), None]
    with pytest.raises(LawGap, match="2027-01-01"):
        rules.calendar.is_workday(date(2027, 1, 1))
    with pytest.raises(LawGap, match="2018-12-28"):
        rules.calendar.count(date(2018, 12, 28), date(2019, 1, 4))


def test_years_must_be_joined() -> None:
    year = Year(source="通知", holidays=())
    with pytest.raises(RulesError, match="缺少2020"):
        Calendar({2019: year, 2021: year})
    with pytest.raises(RulesError, match="缺少任何年份"):
        Calendar({})


def test_count_of_a_column_is_nothing_where_a_day_is_missing_or_reversed(rules: Rules) -> None:
    start = column(date(2025, 4, 8), date(2025, 4, 8), None, date(2010, 1, 1), FIRST)
    end = column(date(2025, 4, 14), date(2025, 4, 7), date(2025, 4, 14), date(2010, 1, 8), date(2019, 1, 2))
    assert rules.calendar.count_column(start, end).tolist() == [5, 0, 0, 0, 2]
