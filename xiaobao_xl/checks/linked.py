"""Check kind `linked`: what a row names exists in another register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import ClassVar

import numpy as np

from xiaobao_xl import linking
from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register, Schema


@entry
class Linked(Check):
    """Every number a cell names is that of a row of another register.

    Attributes:
        column: own column that names rows of the other register, one or several, parted by commas or blanks.
        register: id of the other register; it may be the register's own.
        key: column there that must hold the number; without it, the key of that register.
        where: only rows there that meet this condition count.

    Passes: `投诉编号` of a mediation is TS2026001, and the complaint register read with it has a row TS2026001.
    Breaks: it is TS2026009, and no complaint read has that number.
    Empty cell: nothing.
    Where the other register is not read in the same run the check is listed under 未执行.
    """

    KIND: ClassVar[str] = "linked"
    column: str
    register: str
    key: str = ""
    where: Condition = field(default_factory=dict)

    def uses(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def registers_named(self) -> tuple[str, ...]:
        """The other register."""
        return (self.register,)

    def link_problems(self, schemas: Mapping[str, Schema]) -> Iterator[str]:
        """The other register or a column of it is not defined."""
        yield from linking.unknown(schemas, self.register, [self.key], self.where)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Cells that name a row nobody has."""
        others = context.registers[self.register]
        key = self.key or others[0].schema.key
        known = linking.rows_of(others, [key], where=self.where, schemes=context.schemes)
        names = linking.named(register.frame[self.column])
        lost = names[~names["name"].isin(linking.named(known[key])["name"]).to_numpy()]
        lacking: dict[int, list[str]] = {}
        for row, name in zip(lost["row"].tolist(), lost["name"].tolist(), strict=True):
            lacking.setdefault(row, []).append(name)
        rows = sum(len(other) for other in others)
        title, heading = others[0].schema.title, others[0].schema.columns[key].title
        named = wording.quoted(register, self.column)
        tail = f"在“{title}”（所读 {rows} 行）的“{heading}”列中没有；请核对编号，或补登对应的一行"
        messages = [f"{named}“{'、'.join(found)}”{tail}" for found in lacking.values()]
        yield Breach(positions=np.array(list(lacking), dtype=np.int64), column=self.column, message=messages)
