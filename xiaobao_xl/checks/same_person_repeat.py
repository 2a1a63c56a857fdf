"""Check kind `same_person_repeat`: repeated complaints that are marked as such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.checks.unique import group_numbers
from xiaobao_xl.conditions import select
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register

_NOBODY = r"0+|[-—/无]+|暂无|不详|未知|匿名|保密|未提供|未填写|未留"  # written where nobody is named


@entry
class SamePersonRepeat(Check):
    """A complaint of the same person about the same matter within so many days of an earlier one is marked as a repeat.

    Attributes:
        person: columns that tell the person; one of them filled and equal is enough, e.g. `id_no`, `phone`.
        matter: columns that tell the matter; all must be filled and equal, e.g. `product_line`.
        within_days: so many days after the nearest earlier row, that day included.
        on: the date of the complaint.
        marked: columns that mark a repeat: a boolean that says 是, or any other column that is filled.

    Passes: the second complaint of 138…8000 about 信用卡, ten days after the first, says 是 under `是否重复投诉`.
    Breaks: it says 否, or nothing, and `合并至编号` is empty.
    Empty cell: nothing; a row without date, person or matter is compared with none.
    Rows outside `when` are not compared with. Blanks, hyphens and the case of letters do not tell persons apart.
    """

    KIND: ClassVar[str] = "same_person_repeat"
    person: tuple[str, ...]
    matter: tuple[str, ...]
    within_days: int
    on: str
    marked: tuple[str, ...]

    def uses(self) -> tuple[str, ...]:
        """All columns of the check."""
        return (self.on, *self.person, *self.matter, *self.marked)

    def problems(self) -> Iterator[str]:
        """Days that are no length of time."""
        if self.within_days < 0:
            yield "within_days：天数不能小于 0"

    def gap(self, register: Register, context: Context) -> tuple[tuple[str, ...], bool]:
        """Needs the date, the whole matter, one column for the person and one for the mark."""
        lacking, _ = super().gap(register, context)
        choices = (self.person, self.marked)
        return lacking, not {self.on, *self.matter} & set(lacking) and all(
            set(choice) - set(lacking) for choice in choices
        )

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Later rows not marked."""
        frame = register.frame
        inside = select(frame, self.when, register.schema, context.schemes, register.faulty) & register.filled(self.on)
        matters = np.where(inside, group_numbers(frame, self.matter), -1)
        earlier = np.full(len(frame), -1, dtype=np.int64)
        for column in self.person:
            if column in frame:
                persons = _persons(frame[column])
                earlier = np.maximum(earlier, self._earlier(frame, persons, matters))
        unmarked = ~self._marked(register)
        ranked = _in_time_order(frame[self.on])
        later = np.flatnonzero((earlier >= 0) & unmarked)
        yield Breach(
            positions=later,
            column=next(column for column in self.marked if column in frame),
            message=self._messages(register, later, ranked[earlier[later]]),
        )

    def _earlier(self, frame: pd.DataFrame, persons: np.ndarray, matters: np.ndarray) -> np.ndarray:
        """Rank in time of the nearest earlier row of the same person and matter within the days; -1 where none."""
        rank = np.empty(len(frame), dtype=np.int64)
        order = _in_time_order(frame[self.on])
        rank[order] = np.arange(len(frame))
        comparable = np.flatnonzero((persons >= 0) & (matters >= 0))
        rows = comparable[np.lexsort((rank[comparable], matters[comparable], persons[comparable]))]
        same = (np.diff(persons[rows]) == 0) & (np.diff(matters[rows]) == 0)
        days = frame[self.on].to_numpy().astype("datetime64[D]")[rows]
        near = same & (np.diff(days) <= np.timedelta64(self.within_days, "D"))
        found = np.full(len(frame), -1, dtype=np.int64)
        found[rows[1:][near]] = rank[rows[:-1][near]]
        return found

    def _marked(self, register: Register) -> np.ndarray:
        """Rows that say they repeat; an unreadable mark may say so too and is left alone."""
        marked = np.zeros(len(register), dtype=bool)
        for column in self.marked:
            if column in register.frame:
                cells = register.frame[column]
                says = (
                    cells.fillna(value=False).to_numpy(dtype=bool)
                    if cells.dtype == "boolean"
                    else register.filled(column)
                )
                marked |= says | register.faulty.get(column, np.zeros(len(register), dtype=bool))
        return marked

    def _messages(self, register: Register, later: np.ndarray, first: np.ndarray) -> list[str]:
        keys, rows = register.keys().to_numpy(dtype=object), register.origin.rows
        days = register.frame[self.on].to_numpy().astype("datetime64[D]")
        apart = (days[later] - days[first]).astype(np.int64)
        matter = wording.quoted(register, *self.matter)
        marks = wording.quoted(register, *(column for column in self.marked if column in register.frame))
        return [
            f"与第 {row} 行{f'（{key}）' if key else ''}为同一投诉人、同一{matter}，相隔 {gap} 日"
            f"（{self.within_days} 日以内），却未标为重复投诉；如确属重复，请填写{marks}"
            for row, key, gap in zip(rows[first].tolist(), keys[first].tolist(), apart.tolist(), strict=True)
        ]


def _persons(cells: pd.Series) -> np.ndarray:
    """A number per row, equal for equal persons; -1 where nobody is named."""
    texts = cells.astype("str").str.replace(r"[\s-]", "", regex=True).str.upper()
    named = texts.where(~texts.str.fullmatch(_NOBODY).fillna(value=False) & (texts.str.len() > 0))
    return np.asarray(pd.factorize(named)[0], dtype=np.int64)


def _in_time_order(dates: pd.Series) -> np.ndarray:
    """Positions sorted by day, rows of one day in the order of the sheet."""
    return np.argsort(dates.to_numpy().astype("datetime64[D]"), kind="stable")
