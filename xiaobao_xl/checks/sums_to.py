"""Check kind `sums_to`: totals that equal the sum of their parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class SumsTo(Check):
    """The total equals the sum of the parts.

    Attributes:
        total: number column.
        parts: number columns that make it up.
        tolerance: difference left alone; half a fen unless said otherwise.

    Passes: `赔付金额` 150, `退费金额` 100, `补偿金额` 50; or 100, 100 and empty.
    Breaks: `赔付金额` 150, `退费金额` 100, `补偿金额` 40.
    Empty cell: an empty part adds nothing; without a total or any part the row is not judged.
    A row with an unreadable part is not judged either.
    """

    KIND: ClassVar[str] = "sums_to"
    total: str
    parts: tuple[str, ...]
    tolerance: float = 0.005

    def uses(self) -> tuple[str, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:  # noqa: ARG002
        """Totals that differ."""
        parts = register.frame[list(self.parts)].to_numpy(dtype=np.float64, na_value=np.nan)
        total = register.frame[self.total].to_numpy(dtype=np.float64, na_value=np.nan)
        sums = np.nansum(parts, axis=1)
        judged = ~np.isnan(total) & ~np.isnan(parts).all(axis=1)
        for part in self.parts:
            judged &= register.filled(part) | register.empty(part)
        wrong = np.flatnonzero(judged & (np.abs(total - sums) > self.tolerance + 1e-9))
        names = "＋".join(wording.quoted(register, part) for part in self.parts)
        messages = [
            f"{wording.quoted(register, self.total)}为 {whole}，而{names}合计为 {added}；请核对各项金额"
            for whole, added in zip(_amounts(total[wrong]), _amounts(sums[wrong]), strict=True)
        ]
        yield Breach(positions=wrong, column=self.total, message=messages)


def _amounts(numbers: np.ndarray) -> list[str]:
    return [wording.plain(round(number, 6)) for number in numbers.tolist()]
