"""What a letter says of one complaint: each mark as text, with a blank wherever the register does not know.

Nothing is guessed: an empty cell, an unreadable one and a due date that cannot be reckoned are blanks with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.conditions import EMPTY, select
from xiaobao_xl.figures.row_lists import Knowledge
from xiaobao_xl.law import BASIS_TITLES, cite, statements
from xiaobao_xl.letters.letter import COMPUTED, DAYS, MARK, Letter
from xiaobao_xl.letters.terms import Limits
from xiaobao_xl.registers import Column, Register
from xiaobao_xl.sentences import Cells

NOT_REGISTERED = "台账未登记"
_UNREADABLE = "台账中此格的写法读不出，请先更正"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Blank:
    """Something to be filled in by hand.

    Attributes:
        title: what is lacking.
        hint: what belongs there, or why it is lacking.
    """

    title: str
    hint: str = ""

    def __str__(self) -> str:
        """As it stands in the letter."""
        return f"〔待填：{self.title}{f'（{self.hint}）' if self.hint else ''}〕"


Text = tuple[str | Blank, ...]


def day_in_words(day: date) -> str:
    """A day as letters print it.

    >>> day_in_words(date(2026, 9, 30))
    '2026年9月30日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def _in_words(text: str) -> str:
    return _ISO.sub(lambda found: day_in_words(date(*map(int, found.groups()))), text)


class Facts:
    """The facts of one letter over one register, complaint by complaint."""

    def __init__(
        self,
        letter: Letter,
        register: Register,
        context: Knowledge,
        given: Mapping[str, str],
        plain: Register | None = None,
    ) -> None:
        """Take the letter, its register, what due dates are worked out from, and the answers given for its blanks.

        Args:
            letter: the letter.
            register: one sheet of the register it is written from.
            context: day of the letter, calendar, deadlines, schemes, law.
            given: id of an ask, or `institution` → its text.
            plain: the same register before it was masked; days and conditions are judged by it, nothing of it is shown.
        """
        self.letter, self.register, self.context = letter, register, context
        self.plain = plain or register
        self.given = {name: ask.text for name, ask in letter.asks.items() if ask.text} | dict(given)
        self.names = letter.names(register.schema)
        self._cells = Cells(register.frame)

    @cached_property
    def limits(self) -> Limits | None:
        """The time limit the letter speaks of."""
        return Limits(self.letter, self.plain.frame, self.context) if self.letter.deadline else None

    @cached_property
    def keys(self) -> list[str]:
        """Complaint number of every row, '' where missing."""
        return [str(key) for key in self.register.keys()]  # noqa: SIM118  (no dict)

    @cached_property
    def _met(self) -> dict[str, np.ndarray]:
        """Column of `when` → rows whose cell is as it asks."""
        return {column: self._meets(column) for column in self.letter.when}

    @cached_property
    def fitting(self) -> np.ndarray:
        """Bool array: the complaints the letter fits."""
        rows = np.ones(len(self.register), dtype=bool)
        for met in self._met.values():
            rows &= met
        return rows

    def misfits(self, position: int) -> list[str]:
        """Why a complaint is none the letter usually fits: each column that speaks against it."""
        return [self._shown(column, position) for column, met in self._met.items() if not met[position]]

    def doubts(self, position: int) -> Iterator[str]:
        """What the officer should look at before the letter leaves: time that is up, law that is not in force."""
        if self.limits and self.letter.audience == "complainant" and (passed := self.limits.passed(position)):
            yield f"{_in_words(passed)}，请核对"
        judged = self._cells.at(self.register.schema.judged_on, position)
        for part in filter(None, map(str.strip, self.letter.source.split(";"))):
            instrument = self.context.law[part.split()[0]]
            if judged is not None and judged.date() < instrument.in_force_from:
                yield f"此件收到于 {day_in_words(judged)}，早于《{instrument.title}》施行之日，函中所引条文请核对"
            if instrument.basis != "seen":
                yield f"《{instrument.title}》{BASIS_TITLES[instrument.basis]}，引用前请核对原文"
            if instrument.repealed_on and instrument.repealed_on <= self.context.as_of:
                yield f"《{instrument.title}》已于 {day_in_words(instrument.repealed_on)} 停止施行，函中所引条文请核对"

    def text(self, name: str, position: int) -> Text:
        """What a mark says of a complaint, by its id."""
        if name in self.given:
            return (self.given[name],)
        if name in self.letter.asks:
            return (Blank(self.letter.asks[name].title, self.letter.asks[name].hint),)
        if name in self.letter.choices:
            return self._chosen(name, position)
        if name == "course":
            return self._course(position)
        return (self._computed(name, position) if name in COMPUTED else self._column(name, position),)

    def _computed(self, name: str, position: int) -> str | Blank:
        if name == "today":
            return day_in_words(self.context.as_of)
        if name == "basis" and self.letter.source:
            return cite(self.context.law, self.letter.source)
        if name == "provisions" and (said := statements(self.context.law, self.letter.source)):
            return "\n".join(said)
        if name in {"basis", "provisions", "institution"} or self.limits is None:
            return Blank(COMPUTED[name])
        found, reason = (_in_words(words) for words in getattr(self.limits, name)(position))
        return found or Blank(COMPUTED[name], reason)

    def _course(self, position: int) -> Text:
        """The days of the row in order, a line each: what happened in the letter's words, else the column's title."""
        told: list[tuple[datetime, str, str]] = []
        unread: list[Blank] = []
        for name, spec in self.register.schema.columns.items():
            words = self.letter.course.get(name, spec.title)
            if spec.type not in DAYS or spec.private or not words:
                continue
            if (moment := self._cells.at(name, position)) is not None:
                told.append((moment, printed(moment, spec, self.context.schemes), words))
            elif self._unreadable(name, position):
                unread.append(Blank(spec.title, _UNREADABLE))
        told.sort(key=lambda each: each[0])  # on one day, in the order of the columns
        days: dict[str, list[str]] = {}
        for _, day, words in told:
            days.setdefault(day, []).append(words)
        lines: list[str | Blank] = [f"{day}　{'；'.join(words)}" for day, words in days.items()]
        lines += unread
        return tuple(part for line in lines for part in ("\n", line))[1:] or (Blank(COMPUTED["course"]),)

    def _chosen(self, name: str, position: int) -> Text:
        choice = self.letter.choices[name]
        value = self._cells.at(choice.by, position)
        title = self.register.schema.columns[choice.by].title
        if value is None and not self._unreadable(choice.by, position):
            value = EMPTY
        words = choice.texts.get(str(value))
        if words is None:
            return (
                Blank(choice.title, f"台账的“{title}”{'未填' if value == EMPTY else '没有对应的写法'}，请自行写明"),
            )
        parts = MARK.split(words)  # text, mark, text, mark … text
        return tuple(
            piece
            for place, part in enumerate(parts)
            for piece in (self.text(self.names[part], position) if place % 2 else (part,))
        )

    def _column(self, name: str, position: int) -> str | Blank:
        spec, value = self.register.schema.columns[name], self._cells.at(name, position)
        if value is not None:
            return printed(value, spec, self.context.schemes)
        if self._unreadable(name, position):
            return Blank(spec.title, _UNREADABLE)
        return NOT_REGISTERED if name in self.letter.optional else Blank(spec.title)

    def _unreadable(self, column: str, position: int) -> bool:
        faulty = self.register.faulty.get(column)
        return faulty is not None and bool(faulty[position])

    def _meets(self, column: str) -> np.ndarray:
        deadline, _, part = column.partition(".")
        frame = self.plain.frame
        if part:
            frame = frame.assign(**{column: Limits.of(deadline, frame, self.context).table["status"]})
        condition = {column: self.letter.when[column]}
        return select(frame, condition, self.plain.schema, self.context.schemes, self.plain.faulty)

    def _shown(self, column: str, position: int) -> str:
        if "." in column:
            return f"{self.context.deadlines[column.partition('.')[0]].title}的时限状态"
        spec, value = self.register.schema.columns[column], self._cells.at(column, position)
        if value is None:
            return f"{spec.title}{'读不出' if self._unreadable(column, position) else '未填'}"
        return f"{spec.title}{'已填' if spec.private else f'为{printed(value, spec, self.context.schemes)}'}"


def printed(value: Any, spec: Column, schemes: Mapping[str, Scheme]) -> str:
    """A cell as letters print it.

    >>> printed(1234.5, Column(title="涉及金额", type="number", unit="cny"), {})
    '1,234.50元'
    >>> printed("visit", Column(title="告知方式", values={"visit": ("当面",)}), {})
    '当面'
    """
    if isinstance(value, datetime):
        return day_in_words(value) + (f"{value:%H:%M}" if spec.type == "moment" else "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:,.2f}元" if spec.unit == "cny" else f"{value:g}"
    if spec.scheme and value in set(schemes[spec.scheme].ids()):
        return schemes[spec.scheme].category(value).title
    return spec.values.get(str(value), (str(value),))[0]
