"""Workdays: which days are working days in China, and counting days from a day.

In rules.yaml, one entry for each year, as the State Council's notice announces it:

    workdays:
      2026:
        source: 国务院办公厅关于2026年部分节假日安排的通知
        holidays: [2026-01-01, 2026-01-02, 2026-01-03]      days off, weekends among them may be listed too
        make_up_days: [2026-01-04]                          Saturdays and Sundays that are worked

A notice may reach into the December before its year. Days of a year without a notice are never guessed: a count of
working days that touches one is a `LawGap` for a single date and NaT in a column.

The first day is not counted (民法典第201条). Months and years end on the day of the same number, or on the last day of
the month where it has none (民法典第202条).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, overload

import numpy as np

from xiaobao_xl.entries import entry
from xiaobao_xl.errors import LawGap, RulesError

Unit = Literal["calendar", "working", "hours", "months", "years"]
Days = np.ndarray[Any, np.dtype[np.datetime64]]
UNIT_TITLES: dict[str, str] = {
    "calendar": "日", "working": "个工作日", "hours": "小时", "months": "个月", "years": "年",
}  # fmt: skip
_NO_DAY = np.datetime64("NaT", "D")


@entry
class Year:
    """One year's notice.

    Attributes:
        source: title of the notice.
        document_no: its number; empty where not seen.
        url: where it can be read.
        holidays: days off.
        make_up_days: Saturdays and Sundays that are worked.
        note: what else should be known.
    """

    source: str
    document_no: str = ""
    url: str = ""
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...] = ()
    note: str = ""


class Calendar:
    """The announced working days, from the first to the last announced day without a gap.

    Attributes:
        first: first announced day.
        last: last announced day. A later notice may still change its last days of December (it did in 2018 and 2022).
    """

    def __init__(self, years: Mapping[int, Year]) -> None:
        """Lay the notices over the ordinary week.

        Raises:
            RulesError: no year at all, or a year is missing between two others.
        """
        missing = sorted(set(range(min(years), max(years) + 1)) - set(years)) if years else []
        if missing or not years:
            names = "、".join(map(str, missing)) or "任何年份"
            raise RulesError([f"workdays: 缺少{names}的放假安排；各年须相连，请补上该年的通知"])
        off = _days(day for year in years.values() for day in year.holidays)
        work = _days(day for year in years.values() for day in year.make_up_days)
        first = np.datetime64(f"{min(years)}-01-01", "D")
        self._first: np.datetime64 = min([first, *off[:1], *work[:1]])
        self._last = np.datetime64(f"{max(years)}-12-31", "D")
        days = np.arange(self._first, self._last + 1)
        is_work = np.is_busday(days)
        is_work[_inside(off, days)] = False
        is_work[_inside(work, days)] = True
        self._is_work = is_work
        self._work = days[is_work]
        self._worked = np.cumsum(is_work)  # working days from the first announced day up to and including each day
        following = np.searchsorted(self._work, days)
        self._next = np.append(self._work, _NO_DAY)[following]  # each day itself, or the next working day

    @property
    def first(self) -> date:
        """First announced day."""
        return _date(self._first)

    @property
    def last(self) -> date:
        """Last announced day."""
        return _date(self._last)

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked, make-up days included.

        Raises:
            LawGap: no notice covers the day.
        """
        self._announced(day)
        return bool(self._is_work[(np.datetime64(day, "D") - self._first).astype(np.int64)])

    def count(self, start: date, end: date) -> int:
        """Working days from one day to another, both included.

        Raises:
            LawGap: no notice covers one of the days.
        """
        self._announced(start)
        self._announced(end)
        return int(self.count_column(np.array([start], dtype="M8[D]"), np.array([end], dtype="M8[D]"))[0])

    def count_column(self, start: Days, end: Days) -> np.ndarray:
        """Working days between two columns, both ends included; 0 where a day is missing, reversed or not announced."""
        place, known = self._places(end)
        before, known_before = self._places(start - 1)
        count = self._worked[place] - np.where(start == self._first, 0, self._worked[before])
        return np.where(known & (known_before | (start == self._first)) & (end >= start), count, 0)

    @overload
    def add_days(self, start: date, days: int, unit: Unit = "calendar") -> date: ...
    @overload
    def add_days(self, start: Days, days: int | np.ndarray, unit: Unit = "calendar") -> Days: ...
    def add_days(self, start: date | Days, days: int | np.ndarray, unit: Unit = "calendar") -> date | Days:
        """The last day of a term; the start is not counted.

        Args:
            start: a day (for hours a `datetime`), or a column of `datetime64[D]` (for hours `datetime64[s]`).
            days: length of the term, not negative, one number or one for each row.
            unit: what `days` counts.

        Returns:
            A day for a day, a column for a column (NaT where the start is missing or no notice covers the way).

        Raises:
            LawGap: for a single day, where no notice covers the way.

        >>> year = Year(source="通知", holidays=(date(2026, 1, 1), date(2026, 1, 2)), make_up_days=(date(2026, 1, 4),))
        >>> calendar = Calendar({2026: year})
        >>> print(calendar.add_days(date(2026, 1, 1), 2, "working"), calendar.add_days(date(2026, 1, 31), 1, "months"))
        2026-01-05 2026-02-28
        """
        if isinstance(start, date):
            column = np.array([start], dtype="M8[s]" if unit == "hours" else "M8[D]")
            end = self._add(column, days, unit)[0]
            if np.isnat(end):
                raise LawGap(self._gap(f"自 {start:%Y-%m-%d} 起 {days} {UNIT_TITLES[unit]}"))
            return end.item() if isinstance(start, datetime) and unit == "hours" else _date(end)
        return self._add(start, days, unit)

    def _add(self, start: Days, days: int | np.ndarray, unit: Unit) -> Days:
        if unit == "working":
            return self._add_working(start, np.asarray(days, dtype=np.int64))
        if unit in {"calendar", "hours"}:
            hours = unit == "hours"
            end: Days = start.astype("M8[s]" if hours else "M8[D]") + np.asarray(
                days, dtype="m8[h]" if hours else "m8[D]"
            )
            return end
        return _add_months(start, np.asarray(days, dtype=np.int64) * (12 if unit == "years" else 1))

    def _add_working(self, start: Days, days: np.ndarray) -> Days:
        place, known = self._places(start)
        ordinal = self._worked[place] + days - 1
        inside = known & (ordinal < len(self._work))
        end = self._work[np.where(inside, np.maximum(ordinal, 0), 0)]
        return np.where(inside, np.where(days > 0, end, start), _NO_DAY)

    def roll(self, days: Days) -> Days:
        """Move days off to the next working day, the others stay; NaT where no notice covers the way.

        This is the wide reading of 民法典第203条: weekends count as days off.
        """
        place, known = self._places(days)
        return np.where(known, self._next[place], _NO_DAY)

    def _places(self, days: Days) -> tuple[np.ndarray, np.ndarray]:
        """Position of each day in the announced calendar (0 where outside), and whether it is inside."""
        known = (days >= self._first) & (days <= self._last)  # NaT compares false
        place = (days - self._first).astype(np.int64)
        return (place, known) if known.all() else (np.where(known, place, 0), known)

    def _announced(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise LawGap(self._gap(f"{day:%Y-%m-%d}"))

    def _gap(self, what: str) -> str:
        return (
            f"{what}：超出已公布的放假安排（{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}），不作推算；"
            "国务院办公厅公布该年通知后，请在 rules.yaml 的 workdays 补上"
        )


def _days(days: Any) -> Days:
    return np.unique(np.array(list(days), dtype="M8[D]"))


def _inside(some: Days, days: Days) -> np.ndarray:
    """Positions in a run of days of those that lie in it."""
    places: np.ndarray = (some[(some >= days[0]) & (some <= days[-1])] - days[0]).astype(np.int64)
    return places


def _date(day: np.datetime64) -> date:
    found: date = day.astype("M8[D]").item()
    return found


def _add_months(start: Days, months: np.ndarray) -> Days:
    month = start.astype("M8[M]")
    day = (start - month.astype("M8[D]")).astype(np.int64)
    target = month + months
    length = ((target + 1).astype("M8[D]") - target.astype("M8[D]")).astype(np.int64)
    end: Days = target.astype("M8[D]") + np.minimum(day, length - 1)
    return end
