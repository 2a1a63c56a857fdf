"""Check kind `not_recurring`: what was put right does not come back in another register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

import numpy as np
import pandas as pd

from xiaobao_xl import linking
from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register, Schema

_NAMED = 5
_SPAN = 1 << 20  # more days than any two dates are apart


@entry
class NotRecurring(Check):
    """Within so many days after a date, no row of another register has the same matter.

    Attributes:
        after: own date column, such as the day a rectification was closed.
        register: id of the other register.
        on: its date column; only days later than `after` count.
        within_days: so many days after it, the last one included.
        same: own column → column there; all must be filled and equal.
        where: only rows there that meet this condition count.
        at_least: so many rows make a recurrence.

    Passes: a rectification of 城东支行 for 定价收费 was closed on 2026-03-10; the next such complaint came after 90 days.
    Breaks: one came on 2026-04-02.
    Empty cell: nothing; a row without its date or a column of `same` is not judged.
    """

    KIND: ClassVar[str] = "not_recurring"
    after: str
    register: str
    on: str
    within_days: int
    same: Mapping[str, str]
    where: Condition = field(default_factory=dict)
    at_least: int = 1

    def uses(self) -> tuple[str, ...]:
        """Own columns."""
        return (self.after, *self.same)

    def registers_named(self) -> tuple[str, ...]:
        """The other register."""
        return (self.register,)

    def problems(self) -> Iterator[str]:
        """Numbers that say nothing, nothing to be the same."""
        if self.within_days < 1 or self.at_least < 1:
            yield "within_days、at_least：应为正整数"
        if not self.same:
            yield "same：没有写明哪些列相同才算同一事项"

    def link_problems(self, schemas: Mapping[str, Schema]) -> Iterator[str]:
        """The other register or a column of it is not defined."""
        yield from linking.unknown(schemas, self.register, [self.on, *self.same.values()], self.where)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Rows whose matter came back."""
        others = context.registers[self.register]
        key = others[0].schema.key
        theirs = linking.rows_of(
            others, [key, self.on, *self.same.values()], where=self.where, schemes=context.schemes
        ).dropna(subset=[self.on, *self.same.values()])
        mine = register.frame[[self.after, *self.same]]
        own = np.flatnonzero(mine.notna().all(axis=1).to_numpy())
        matters = _matters([(mine[a].iloc[own], theirs[b]) for a, b in self.same.items()])
        first = matters[: len(own)] * _SPAN + _days(mine[self.after].iloc[own])
        places = matters[len(own) :] * _SPAN + _days(theirs[self.on])
        order = np.argsort(places, kind="stable")
        begin = np.searchsorted(places[order], first, side="right")
        counts = np.searchsorted(places[order], first + self.within_days, side="right") - begin
        again = counts >= self.at_least
        few = [
            order[start : start + min(count, _NAMED)] for start, count in zip(begin[again], counts[again], strict=True)
        ]
        named = _printed(theirs, key, self.on)
        found = [[named[place] for place in places_.tolist()] for places_ in few]
        yield Breach(
            positions=own[again],
            column=self.after,
            message=self._messages(register, context, own[again], counts[again].tolist(), found),
        )

    def _messages(
        self,
        register: Register,
        context: Context,
        positions: np.ndarray,
        counts: list[int],
        found: list[list[str]],
    ) -> list[str]:
        title, after = context.registers[self.register][0].schema.title, wording.quoted(register, self.after)
        cells = [
            [
                f"{wording.quoted(register, column)}为“{text}”"
                for text in wording.printed(register, context, column, positions)
            ]
            for column in self.same
        ]
        return [
            f"{after}之后 {self.within_days} 日内，“{title}”中{'且'.join(matter)}的又出现 {count} 件："
            f"{'、'.join(rows)}{' 等' if count > _NAMED else ''}；请复查措施是否有效，需要时重新处理"
            for rows, count, matter in zip(found, counts, zip(*cells, strict=True), strict=True)
        ]


def _matters(columns: Sequence[tuple[pd.Series, pd.Series]]) -> np.ndarray:
    """A number per row, of ours and then of theirs, equal where all columns are equal."""
    numbers = np.zeros(sum(map(len, columns[0])), dtype=np.int64)
    for pair in columns:
        codes, names = pd.factorize(pd.concat(pair, ignore_index=True))
        numbers = pd.factorize(numbers * len(names) + codes)[0].astype(np.int64)
    return numbers


def _days(dates: pd.Series) -> np.ndarray:
    """Days as numbers of the size of a span at most."""
    return dates.to_numpy().astype("M8[D]").astype(np.int64) + _SPAN // 2


def _printed(theirs: pd.DataFrame, key: str, on: str) -> list[str]:
    """Number and day of each row of the other register."""
    keys, days = theirs[key].fillna("").tolist(), wording.days(theirs[on].to_numpy())
    return [f"{key or '（无编号）'}（{day[:10]}）" for key, day in zip(keys, days, strict=True)]
