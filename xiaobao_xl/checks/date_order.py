"""Check kind `date_order`: dates that follow one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class DateOrder(Check):
    """The dates of a row come in this order.

    Attributes:
        order: two or more date columns, the earliest first.
        may_equal: two of them may fall on the same day.

    Passes: `收到日期` 2026-03-02, `处理决定日期` empty, `办结日期` 2026-03-02.
    Breaks: `收到日期` 2026-03-02, `处理决定日期` empty, `办结日期` 2026-03-01.
    Empty cell: nothing; its neighbours are compared with each other instead.
    The time of day counts only where all the columns are of type `moment`.
    """

    KIND: ClassVar[str] = "date_order"
    ENOUGH: ClassVar[int | None] = 2
    order: tuple[str, ...]
    may_equal: bool = True

    def uses(self) -> tuple[str, ...]:
        """The columns in order."""
        return self.order

    def problems(self) -> Iterator[str]:
        """An order of fewer than two columns."""
        if len(set(self.order)) < 2 or len(set(self.order)) < len(self.order):
            yield "order：至少写两个不同的日期列"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:  # noqa: ARG002
        """Each date that comes before the nearest filled date ahead of it in the order."""
        columns = self.present(register)
        unit = "s" if all(register.schema.columns[column].type == "moment" for column in columns) else "D"
        dates = [register.frame[column].to_numpy().astype(f"datetime64[{unit}]") for column in columns]
        before, nearest = dates[0], np.zeros(len(register), dtype=np.int64)
        for number in range(1, len(columns)):
            now = dates[number]
            wrong = now < before if self.may_equal else now <= before
            for earlier in range(number) if wrong.any() else ():
                rows = np.flatnonzero(wrong & (nearest == earlier))
                messages = self._messages(register, columns[earlier], columns[number], before[rows], now[rows])
                yield Breach(positions=rows, column=columns[number], message=messages)
            missing = np.isnat(now)
            before, nearest = np.where(missing, before, now), np.where(missing, nearest, number)

    def _messages(self, register: Register, first: str, second: str, before: np.ndarray, now: np.ndarray) -> list[str]:
        one, other = wording.quoted(register, first), wording.quoted(register, second)
        fault, expected = ("早于", f"应不早于{one}") if self.may_equal else ("不晚于", f"应晚于{one}")
        pairs = zip(wording.days(before), wording.days(now), strict=True)
        return [f"{other} {late} {fault}{one} {early}；{expected}，请核对两个日期" for early, late in pairs]
