"""Check kind `forbidden_when`: cells that must be empty where a condition is met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class ForbiddenWhen(Check):
    """Where the condition is met, none of the columns is filled.

    Attributes:
        columns: columns that must then be empty.
        when: the condition; unlike elsewhere it must be given, and the message repeats it.

    Passes: `办理状态` is 在办 and `办结日期` is empty.
    Breaks: `办理状态` is 在办 and `办结日期` is 2026-03-02.
    Empty cell: nothing, as wished. An unreadable cell is not filled and passes here.
    """

    KIND: ClassVar[str] = "forbidden_when"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]
    when: Condition

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def problems(self) -> Iterator[str]:
        """A condition that is always met."""
        if not self.when:
            yield "when：条件为空，等于永远不许填写；请写明条件"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Filled cells; the caller keeps those where the condition is met."""
        case = wording.condition(register, context, self.when)
        for column in self.present(register):
            filled = np.flatnonzero(register.filled(column))
            message = f"{case}时，{wording.quoted(register, column)}不应填写；请删去该值，或更正前者"
            yield Breach(positions=filled, column=column, message=message)
