"""Check kind `required`: cells that must be filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class Required(Check):
    """Each of the columns is filled in every row.

    Attributes:
        columns: columns that must be filled.

    Passes: `投诉编号` holds TS2026001.
    Breaks: `投诉编号` is empty.
    Empty cell: the breach itself. An unreadable cell is not empty; its own finding asks for the repair.
    """

    KIND: ClassVar[str] = "required"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:  # noqa: ARG002
        """Empty cells."""
        for column in self.present(register):
            empty = np.flatnonzero(register.empty(column))
            yield Breach(positions=empty, column=column, message=f"{wording.quoted(register, column)}未填写；请补填")
