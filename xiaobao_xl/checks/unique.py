"""Check kind `unique`: values that may occur once only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import select
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register

_ROWS_NAMED = 5


@entry
class Unique(Check):
    """No value of the columns occurs in two rows.

    Attributes:
        columns: columns whose values must differ from row to row.
        combined: the columns count together (same outlet *and* same number); otherwise each for itself.

    Passes: `投诉编号` is TS2026001 in row 3 and TS2026002 in row 4.
    Breaks: `投诉编号` is TS2026001 in rows 3 and 4; both are found, each naming the other.
    Empty cell: nothing. Of columns that count together, one empty cell keeps the row out.
    Rows outside `when` are not compared with.
    """

    KIND: ClassVar[str] = "unique"
    columns: tuple[str, ...]
    combined: bool = False

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def gap(self, register: Register, context: Context) -> tuple[tuple[str, ...], bool]:
        """Columns that count together are needed together; otherwise one is enough."""
        lacking, _ = super().gap(register, context)
        return lacking, not lacking if self.combined else len(lacking) < len(self.columns)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Values that occur again."""
        inside = select(register.frame, self.when, register.schema, context.schemes, register.faulty)
        present = self.present(register)
        for columns in [present] if self.combined else [(column,) for column in present]:
            groups = np.where(inside, group_numbers(register.frame, columns), -1)
            positions, others = _repeated(groups, register.origin.rows)
            name = wording.quoted(register, *columns) + ("的组合" if len(columns) > 1 else "")
            messages = [f"{name}应当唯一，与第 {rows} 行相同；请核对，改正编号或删去重复行" for rows in others]
            yield Breach(positions=positions, column=columns[0], message=messages)


def group_numbers(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """A number per row, equal where all the columns are equal; -1 where one of them is missing."""
    numbers = np.zeros(len(frame), dtype=np.int64)
    missing = np.zeros(len(frame), dtype=bool)
    for column in columns:
        codes, names = pd.factorize(frame[column])
        missing |= codes < 0
        numbers = pd.factorize(numbers * (len(names) + 1) + codes)[0].astype(np.int64)
    numbers[missing] = -1
    return numbers


def _repeated(groups: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Positions whose group has more than one row, and the Excel rows of the others, printable."""
    counts = np.bincount(groups + 1)
    counts[0] = 0
    positions = np.flatnonzero(counts[groups + 1] > 1)
    members: dict[int, list[int]] = {}
    for group, row in zip(groups[positions].tolist(), rows[positions].tolist(), strict=True):
        members.setdefault(group, []).append(row)
    own = zip(groups[positions].tolist(), rows[positions].tolist(), strict=True)
    return positions, [_named(members[group], row) for group, row in own]


def _named(rows: list[int], own: int) -> str:
    others = [str(row) for row in rows[: _ROWS_NAMED + 1] if row != own][:_ROWS_NAMED]
    more = len(rows) - 1 - len(others)
    return "、".join(others) + (f" 等 {len(rows) - 1}" if more else "")
