"""Periods: 2026Q3, 2026H1, 2026-09, 2026 and the same in Chinese words; the one before, the same a year ago.

>>> parse_period("2026Q3").title, parse_period("2026年上半年").previous.title
('2026年第三季度', '2025年下半年')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from xiaobao_xl.errors import XiaobaoError

_QUARTERS = "一二三四"
_HALVES = "上下"
_SHAPES = (  # months in a period, pattern of its number within the year; a year beyond two centuries is a slip
    (3, re.compile(r"((?:19|20)\d\d)[-年.]?(?:[Qq]([1-4])|第?([一二三四1-4])季度?)")),
    (6, re.compile(r"((?:19|20)\d\d)[-年.]?(?:[Hh]([12])|([上下])半年)")),
    (1, re.compile(r"((?:19|20)\d\d)[-年./](?:(0?[1-9]|1[0-2])月?)")),
    (12, re.compile(r"((?:19|20)\d\d)(?:年|年度)?")),
)


@dataclass(frozen=True, order=True)
class Period:
    """Whole months of one year.

    Attributes:
        start: first day.
        end: last day.
    """

    start: date
    end: date

    @property
    def months(self) -> int:
        """Length in months."""
        return self.end.month - self.start.month + 1

    @property
    def previous(self) -> Period:
        """The period of equal length just before."""
        return _months(self.start.year * 12 + self.start.month - 1 - self.months, self.months)

    @property
    def same_last_year(self) -> Period:
        """The same months a year earlier."""
        return _months(self.start.year * 12 + self.start.month - 1 - 12, self.months)

    @property
    def year_to_date(self) -> Period:
        """From the first of January to the end of the period."""
        return Period(date(self.start.year, 1, 1), self.end)

    @property
    def middle(self) -> date:
        """The day half way through."""
        return self.start + (self.end - self.start) // 2

    @property
    def title(self) -> str:
        """In words, as a table's head prints it."""
        year, first, months = self.start.year, self.start.month, self.months
        if months == 12:
            return f"{year}年度"
        if months == 6 and first in {1, 7}:
            return f"{year}年{_HALVES[first // 6]}半年"
        if months == 3 and first % 3 == 1:
            return f"{year}年第{_QUARTERS[first // 3]}季度"
        return f"{year}年{first}月" if months == 1 else f"{year}年{first}至{self.end.month}月"

    @property
    def dates(self) -> str:
        """First to last day."""
        return f"{self.start.isoformat()} 至 {self.end.isoformat()}"


def parse_period(text: str) -> Period:
    """A period as officers write it.

    Raises:
        XiaobaoError: the text is no period.

    >>> parse_period("2026-09").dates
    '2026-09-01 至 2026-09-30'
    """
    words = "".join(text.split())
    for months, shape in _SHAPES:
        found = shape.fullmatch(words)
        if found:
            number = next((part for part in found.groups()[1:] if part), "1")
            place = next((names.index(number) + 1 for names in (_QUARTERS, _HALVES) if number in names), 0) or int(
                number
            )
            return _months(int(found[1]) * 12 + (place - 1) * months, months)
    message = f"统计期间“{text}”无法识别；请写成 2026Q3、2026H1、2026-09 或 2026"
    raise XiaobaoError(message)


def month_of(day: date) -> Period:
    """The month a day lies in.

    >>> month_of(date(2026, 9, 5)).title
    '2026年9月'
    """
    return _months(day.year * 12 + day.month - 1, 1)


def _months(first: int, count: int) -> Period:
    """The period of `count` months that begins `first` months after year 0."""
    after = date((first + count) // 12, (first + count) % 12 + 1, 1)
    return Period(date(first // 12, first % 12 + 1, 1), after - timedelta(days=1))
