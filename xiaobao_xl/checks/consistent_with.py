"""Check kind `consistent_with`: what follows where a condition is met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import FILLED, Bounds, Condition, select
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class ConsistentWith(Check):
    """Where the condition `when` is met, what `holds` says is true as well.

    Attributes:
        holds: condition that must then be met, one column or several.
        when: the condition that calls for it; without one `holds` is asked of every row.

    Passes: `投诉人数` is 25, `受理渠道` is 现场 and `是否重大投诉` is 是.
    Breaks: `投诉人数` is 25, `受理渠道` is 现场 and `是否重大投诉` is 否.
    Empty cell: nothing; an empty cell contradicts only a `holds` that asks for `filled`.
    """

    KIND: ClassVar[str] = "consistent_with"
    ENOUGH: ClassVar[int | None] = 1
    holds: Condition

    def uses(self) -> tuple[str, ...]:
        """Columns that must agree."""
        return tuple(self.holds)

    def problems(self) -> Iterator[str]:
        """Nothing that must hold."""
        if not self.holds:
            yield "holds：没有写明应当成立的条件"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Cells that contradict, where `when` is met."""
        case = wording.condition(register, context, self.when)
        met = select(register.frame, self.when, register.schema, context.schemes, register.faulty)
        for column in self.present(register):
            wanted = self.holds[column]
            true = select(register.frame, {column: wanted}, register.schema, context.schemes, register.faulty)
            judged = register.filled(column)
            if not isinstance(wanted, (Bounds, bool)) and FILLED in wanted:
                judged = judged | register.empty(column)
            wrong = np.flatnonzero(met & judged & ~true)
            should = wording.condition(register, context, {column: wanted}).replace("”", "”应", 1)
            head = f"{case}时，" if case else ""
            shown = wording.short(wording.printed(register, context, column, wrong))
            messages = [f"{head}{should}，现为{f'“{text}”' if text else '空'}；请核对，更正其中一处" for text in shown]
            yield Breach(positions=wrong, column=column, message=messages)
