"""The officer's day: everything that waits today, as one list of items in the order in which a page shows them.

>>> from datetime import date
>>> row = DueRow(key="TS1", deadline="decision", title="作出处理决定", status="overdue", days_left=-2)
>>> [(item.section, item.days) for item in of_deadlines([row], soon_days=7)]
[('overdue', -2)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.registers import Register
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.roles import DayList

Section = Literal["overdue", "today", "soon", "contact", "chase", "filings", "warnings"]
SECTION_TITLES: Final[Mapping[Section, str]] = {
    "overdue": "已超期", "today": "今日到期", "soon": "即将到期", "contact": "该联系", "chase": "该催办", "filings": "该报送",
    "warnings": "预警",
}  # fmt: skip
_PLACES: Final = ("outlet", "respondent", "unit", "assessed_unit")
_OFFICES: Final = ("handling_unit", "owner")
_HANDLERS: Final = ("handler",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the page.

    Attributes:
        section: where it stands on the page.
        title: what waits (Chinese).
        key: number of the row, such as the complaint number; of a warning, what it is about.
        unit: unit concerned.
        handler: person who handles it.
        due_on: last day; None where there is none.
        days: days left to it, negative when past; where there is no last day, days waited.
        says: what to do, or how the day came about (Chinese).
        file: file it stands in.
        sheet: sheet.
        row: Excel row.
        cell: Excel address to jump to.
    """

    section: Section
    title: str
    key: str = ""
    unit: str = ""
    handler: str = ""
    due_on: date | None = None
    days: int | None = None
    says: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    cell: str = ""

    @property
    def when(self) -> str:
        """The days in words.

        >>> Item(section="soon", title="", due_on=date(2026, 1, 2), days=1).when, Item(section="chase", title="", days=9).when
        ('还有 1 天', '已等 9 天')
        """
        if self.days is None:
            return ""
        if self.due_on is None:
            return f"已等 {self.days} 天" if self.days else "今天"
        if self.days < 0:
            return f"超期 {-self.days} 天"
        return f"还有 {self.days} 天" if self.days else "今天到期"


def of_deadlines(rows: Iterable[DueRow], *, soon_days: int) -> Iterator[Item]:
    """Open rows past their last day, on it, or close to it."""
    for row in rows:
        if row.is_open and row.days_left is not None and row.days_left <= soon_days:
            section: Section = "overdue" if row.days_left < 0 else "soon" if row.days_left else "today"
            yield _item(row, section, row.title)


def of_filings(rows: Iterable[DueRow], *, days: int) -> Iterator[Item]:
    """Filings still to be made, overdue or due within so many days."""
    for row in rows:
        if row.is_open and row.days_left is not None and row.days_left <= days:
            yield _item(row, "filings", row.title)


def of_list(
    day_list: DayList, register: Register, rows: np.ndarray, as_of: date, schemes: Mapping[str, Scheme]
) -> Iterator[Item]:
    """Rows of a register that a day list shows.

    Args:
        day_list: the list.
        register: a sheet of its register.
        rows: rows the role may see, bool.
        as_of: the day the question is asked.
        schemes: schemes of categories.
    """
    positions, days = day_list.waiting(register, as_of, schemes)
    positions, days = positions[rows[positions]], days[rows[positions]]
    origin, frame = register.origin, register.frame.iloc[positions]
    letter = origin.letters.get(day_list.since, "")
    keys = register.keys().iloc[positions].tolist()
    for key, unit, handler, waited, row in zip(
        keys,
        units_of(frame),
        first_filled(frame, _HANDLERS),
        days.tolist(),
        origin.rows[positions].tolist(),
        strict=True,
    ):
        yield Item(
            section=day_list.section, title=day_list.title, key=str(key), unit=unit, handler=handler, days=waited,
            says=day_list.advice, file=origin.file, sheet=origin.sheet, row=row, cell=f"{letter}{row}" if letter else "",
        )  # fmt: skip


def units_of(frame: pd.DataFrame) -> list[str]:
    """Where a row belongs and which office deals with it, in one line.

    >>> units_of(pd.DataFrame({"outlet": ["城东支行", None], "handling_unit": ["运营部", "运营部"]}))
    ['城东支行／运营部', '运营部']
    """
    both = zip(first_filled(frame, _PLACES), first_filled(frame, _OFFICES), strict=True)
    return ["／".join(dict.fromkeys(name for name in names if name)) for names in both]


def first_filled(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """The first filled cell among some columns, row by row; '' where there is none.

    >>> first_filled(pd.DataFrame({"unit": ["一分行", None], "owner": ["张敏", "李强"]}), ["unit", "owner"])
    ['一分行', '李强']
    """
    found = pd.Series(pd.NA, index=frame.index, dtype="str")
    for column in columns:
        if column in frame:
            found = found.fillna(frame[column].astype("str"))
    return found.fillna("").tolist()


def _item(row: DueRow, section: Section, title: str) -> Item:
    return Item(
        section=section, title=title, key=row.key, unit=row.unit, handler=row.handler, due_on=row.due_on,
        days=row.days_left, says=row.explanation, file=row.file, sheet=row.sheet, row=row.row, cell=row.cell,
    )  # fmt: skip


def in_order(items: Iterable[Item]) -> list[Item]:
    """Section by section; in each what ends first, or has waited longest, comes first."""
    places = {section: place for place, section in enumerate(SECTION_TITLES)}

    def urgency(item: Item) -> tuple[int, str, int, str]:
        days = 0 if item.days is None else item.days if item.due_on else -item.days
        return places[item.section], "" if item.due_on else item.title, days, item.key

    return sorted(items, key=urgency)
