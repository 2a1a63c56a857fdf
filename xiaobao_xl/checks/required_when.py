"""Check kind `required_when`: cells that must be filled where a condition is met."""

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
class RequiredWhen(Check):
    """Where the condition is met, each of the columns is filled.

    Attributes:
        columns: columns that must then be filled.
        when: the condition; unlike elsewhere it must be given, and the message repeats it.

    Passes: `办理状态` is 办结 and `办结日期` is 2026-03-02; or `办理状态` is 在办 and `办结日期` is empty.
    Breaks: `办理状态` is 办结 and `办结日期` is empty.
    Empty cell: in the columns, the breach itself; in the condition, what the condition says of it.
    """

    KIND: ClassVar[str] = "required_when"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]
    when: Condition

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def problems(self) -> Iterator[str]:
        """A condition that is always met."""
        if not self.when:
            yield "when：条件为空；无条件必填请用 required"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Empty cells; the caller keeps those where the condition is met."""
        case = wording.condition(register, context, self.when)
        for column in self.present(register):
            empty = np.flatnonzero(register.empty(column))
            message = f"{case}时，{wording.quoted(register, column)}必须填写；请补填，或更正前者"
            yield Breach(positions=empty, column=column, message=message)
