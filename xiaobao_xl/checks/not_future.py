"""Check kind `not_future`: dates of what has happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class NotFuture(Check):
    """No date of the columns is later than the day the register is checked as of.

    Attributes:
        columns: columns with dates of events that have happened.

    Passes: `收到日期` 2026-03-02, checked as of 2026-03-02.
    Breaks: `收到日期` 2062-03-02.
    Empty cell: nothing.
    """

    KIND: ClassVar[str] = "not_future"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Dates after the day of the check."""
        for column in self.present(register):
            late = np.flatnonzero(
                register.frame[column].to_numpy().astype("datetime64[D]") > np.datetime64(context.as_of)
            )
            shown = wording.printed(register, context, column, late)
            name, today = wording.quoted(register, column), context.as_of.isoformat()
            messages = [f"{name} {text} 晚于检查日 {today}；该事项应已发生，请核对年、月、日" for text in shown]
            yield Breach(positions=late, column=column, message=messages)
