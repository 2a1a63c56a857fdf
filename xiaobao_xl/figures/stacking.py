"""Several registers as one frame whose rows still know where they came from.

The registers of the period come first, earlier ones (for 环比 and 同比) after them. A complaint number that occurs in
more than one register counts once, in the register given first: the copy in an earlier file is an older state of the
same complaint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from xiaobao_xl.periods import Period
from xiaobao_xl.registers import Register


@dataclass(frozen=True)
class Stack:
    """Rows of several registers, one below the other.

    Attributes:
        registers: the registers, those of the period first.
        frame: their rows; a column one of them lacks is missing there.
        faulty: column id → unreadable cells.
        keys: complaint number of each row, '' where missing.
        number: which of `registers` each row came from.
        rows: Excel row of each row.
        is_current: rows of the registers of the period.
        repeated: key → registers' places in which it occurs again and was not counted.
    """

    registers: tuple[Register, ...]
    frame: pd.DataFrame
    faulty: dict[str, np.ndarray]
    keys: np.ndarray
    number: np.ndarray
    rows: np.ndarray
    is_current: np.ndarray
    repeated: tuple[tuple[str, int], ...]

    def bad(self, column: str) -> np.ndarray:
        """Unreadable cells of a column."""
        return self.faulty.get(column, np.zeros(len(self.frame), dtype=bool))

    def covers(self, period: Period, columns: Sequence[str], chosen: np.ndarray) -> bool:
        """Whether the registers cover a period: some chosen row is dated within it, and they begin in its first half.

        A row merely carried over proves nothing, and against half a period no change is told.

        Args:
            period: the period.
            columns: date columns that show it.
            chosen: rows that count, bool per row.
        """
        begun = self.earliest
        if begun is not None and begun > period.middle:
            return False
        first, after = pd.Timestamp(period.start), pd.Timestamp(period.end) + pd.Timedelta(days=1)
        dated = [self.frame[column] for column in columns if column in self.frame]
        return any((((cells >= first) & (cells < after)) & chosen).any() for cells in dated)

    @property
    def noun(self) -> str:
        """What one row is called in messages: 投诉."""
        return self.registers[0].schema.noun

    @property
    def earliest(self) -> date | None:
        """Day of the earliest case in the registers; None where none has a day."""
        judged = self.registers[0].schema.judged_on
        first = self.frame[judged].min() if judged in self.frame else pd.NaT
        return None if pd.isna(first) else first.date()

    def place(self, position: int) -> str:
        """Complaint number and Excel row, for messages; the file too where there are several."""
        register = self.registers[self.number[position]]
        sheet = f"{register.origin.file} " if len(self.registers) > 1 else ""
        return f"{self.keys[position] or '（无编号）'}（{sheet}第{self.rows[position]}行）"


@dataclass(frozen=True)
class Prepared:
    """Registers laid below one another, with what has been worked out over them: the reports of a filing share it.

    Attributes:
        stack: the rows.
        statuses: (deadline, moment) → status of every row, as of one day of the question.
    """

    stack: Stack
    statuses: dict[tuple[str, date | None], pd.Series] = field(default_factory=dict)


def stack(registers: Sequence[Register], earlier: Sequence[Register] = ()) -> Stack:
    """Lay registers below one another."""
    every = (*registers, *earlier)
    sizes = [len(register) for register in every]
    number = np.repeat(np.arange(len(every)), sizes)
    keys = (
        np.concatenate([register.keys().to_numpy(dtype=object) for register in every])
        if every
        else np.array([], dtype=object)
    )
    kept = _first_of_each_key(keys, number)
    dropped = np.flatnonzero(~kept)
    columns = list(dict.fromkeys(str(column) for register in every for column in register.frame))
    frame = pd.DataFrame({column: _column(column, every) for column in columns}, index=range(sum(sizes)))
    faulty = {
        column: np.concatenate(
            [register.faulty.get(column, np.zeros(len(register), dtype=bool)) for register in every]
        )[kept]
        for column in dict.fromkeys(column for register in every for column in register.faulty)
    }
    return Stack(
        registers=every,
        frame=frame[kept].reset_index(drop=True),
        faulty=faulty,
        keys=keys[kept],
        number=number[kept],
        rows=np.concatenate([np.asarray(register.origin.rows) for register in every])[kept],
        is_current=(number < len(registers))[kept],
        repeated=tuple((str(keys[position]), int(number[position])) for position in dropped),
    )


def _first_of_each_key(keys: np.ndarray, number: np.ndarray) -> np.ndarray:
    first = pd.Series(number).groupby(keys).transform("min").to_numpy()
    return np.asarray((keys == "") | (number == first), dtype=bool)


def _column(column: str, registers: Sequence[Register]) -> pd.Series:
    dtype = next(register.frame[column].dtype for register in registers if column in register.frame)
    pieces = [
        register.frame[column] if column in register.frame else pd.Series(index=range(len(register)), dtype=dtype)
        for register in registers
    ]
    return pd.concat(pieces, ignore_index=True)
