"""Check kind `in_range`: numbers and dates within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import Bounds, select
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class InRange(Check):
    """Each cell of the columns lies within the bounds, both included.

    Attributes:
        columns: number or date columns.
        min: least value allowed; without it there is no lower bound.
        max: greatest value allowed; without it there is no upper bound.

    Passes: `投诉人数` is 1 where `min: 1`.
    Breaks: `投诉人数` is 0.
    Empty cell: nothing.
    """

    KIND: ClassVar[str] = "in_range"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]
    min: float | date | None = None
    max: float | date | None = None

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def problems(self) -> Iterator[str]:
        """Bounds that are missing, or that nothing can meet."""
        if self.min is None and self.max is None:
            yield "min：min 与 max 至少写一个"
        elif self.min is not None and self.max is not None:
            if isinstance(self.min, date) is not isinstance(self.max, date):
                yield "max：min 与 max 应同为数字或同为日期"
            elif self.min > self.max:  # type: ignore[operator]
                yield "max：max 小于 min"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Filled cells outside the bounds."""
        expected = wording.bounds(self.min, self.max)
        for column in self.present(register):
            inside = select(register.frame, {column: Bounds(min=self.min, max=self.max)})
            outside = np.flatnonzero(register.filled(column) & ~inside)
            shown = wording.printed(register, context, column, outside)
            name = wording.quoted(register, column)
            yield Breach(
                positions=outside,
                column=column,
                message=[f"{name}为 {text}，应{expected}；请核对更正" for text in shown],
            )
