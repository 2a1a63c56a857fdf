"""Check kind `not_recurring`: what was put right does not come back in another register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
        yield from linking.unknown(schemas, self.register, [self.on, *self.same.values(), *self.where])

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Rows whose matter came back."""
        others = context.registers[self.register]
        key = others[0].schema.key
        theirs = linking.rows_of(
            others, [key, self.on, *self.same.values()], where=self.where, schemes=context.schemes
        ).dropna(subset=[self.on, *self.same.values()])
        names = {column: f"same {place}" for place, column in enumerate(self.same)}
        mine = register.frame[[self.after, *self.same]].rename(columns=names | {self.after: "after"})
        mine = mine.assign(own=np.arange(len(register))).dropna()
        found = {f"same {place}": theirs[column] for place, column in enumerate(self.same.values())}
        other = pd.DataFrame(
            {"key": theirs[key], "on": theirs[self.on], "sheet": theirs["sheet"], "row": theirs["row"]} | found
        )
        pairs = mine.merge(other, on=list(names.values()), how="inner")
        days = (pairs["on"].to_numpy().astype("M8[D]") - pairs["after"].to_numpy().astype("M8[D]")).astype(np.int64)
        again = pairs[(days > 0) & (days <= self.within_days)].sort_values(["own", "on"], kind="stable").groupby("own")
        positions, messages = [], []
        for own, rows in again:
            if len(rows) >= self.at_least:
                positions.append(own)
                messages.append(self._message(register, context, int(own), rows))
        yield Breach(positions=np.array(positions, dtype=np.int64), column=self.after, message=messages)

    def _message(self, register: Register, context: Context, own: int, rows: pd.DataFrame) -> str:
        others = context.registers[self.register]
        matter = "且".join(
            f"{wording.quoted(register, column)}为“{wording.printed(register, context, column, np.array([own]))[0]}”"
            for column in self.same
        )
        shown = [
            f"{key or '（无编号）'}（{str(day)[:10]}）"
            for key, day in zip(rows["key"].fillna("").head(_NAMED), rows["on"].head(_NAMED), strict=True)
        ]
        more = " 等" if len(rows) > _NAMED else ""
        return (
            f"{wording.quoted(register, self.after)}之后 {self.within_days} 日内，“{others[0].schema.title}”中{matter}的又出现"
            f" {len(rows)} 件：{'、'.join(shown)}{more}；请复查措施是否有效，需要时重新处理"
        )
