"""Registers: the columns of a ledger, and one ledger read into memory.

A `Schema` is what rules.yaml says of a register; a `Register` is one sheet read by it. Text is parsed into
values in `parsing.py`; this module only knows shapes. Checks are not part of a schema: `Rules.checks` holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from xiaobao_xl.entries import entry
from xiaobao_xl.findings import Finding, Level, mask

ColumnType = Literal["text", "identity", "code", "date", "moment", "number", "integer", "boolean"]
UNFILLED, UNKNOWN = "未填写", "未识别"


@entry
class FilledFrom:
    """Where empty cells of a column are filled from, when the other register is read too.

    Attributes:
        register: id of the other register.
        by: column there that holds the key of our row.
        column: column there whose cell is taken.
    """

    register: str
    by: str
    column: str


@entry
class Column:
    """One column of a register.

    Attributes:
        title: the heading in our own workbooks (Chinese).
        type: `text`; `identity` (ID and card numbers: a number cell is damage); `code` (phones, case numbers:
            a number cell is a warning); `date`; `moment` (date with time of day); `number`; `integer`; `boolean`.
        aliases: other headings found in real registers.
        private: personal data, masked in every message and log.
        scheme: id of the categories scheme whose ids the column holds.
        values: closed list: id → title and other spellings, the title first.
        unit: `cny` (yuan) or `days`; a heading's own unit (万元, 千元) scales the numbers to it.
        note: help shown as a comment in blank registers.
        filled_from: another register that fills empty cells for the time of a run.
    """

    title: str
    type: ColumnType = "text"
    aliases: tuple[str, ...] = ()
    private: bool = False
    scheme: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit: str = ""
    note: str = ""
    filled_from: FilledFrom | None = None


@entry
class Schema:
    """What rules.yaml says of one register, without its checks.

    Attributes:
        title: name of the register (Chinese); also the name of the sheet in our workbooks.
        key: id of the column that identifies a row.
        judged_on: date column whose day selects the law in force for a row.
        columns: column id → column, in the order of our own workbooks.
        noun: what one row of it is called in messages.
        note: what the register is for.
    """

    title: str
    key: str
    judged_on: str = ""
    columns: Mapping[str, Column]
    noun: str = "记录"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a register came from.

    Attributes:
        file: file name as given by the user.
        sheet: sheet name.
        header_rows: first and last heading row, 1-based.
        letters: column id → Excel column letters.
        headings: column id → heading as printed.
        rows: Excel row number of each frame row, shape (n,), int64.
    """

    file: str
    sheet: str
    header_rows: tuple[int, int]
    letters: Mapping[str, str]
    headings: Mapping[str, str]
    rows: np.ndarray


@dataclass(slots=True)
class Receipt:
    """What was read and what was not; `rows_read == rows_used + len(skipped)`, always.

    Attributes:
        rows_read: non-empty rows below the heading.
        rows_used: rows that became rows of the frame.
        skipped: (Excel row, reason in Chinese) of every non-empty row not used.
        notes: further sentences: heading found, hidden rows, filters, unknown and missing headings, scaling.
        unknown_headings: heading → nearest registered titles, for headings no column claims.
        missing_columns: ids of registered columns the sheet lacks.
        not_run: check id → why it did not run (a column is missing).
        waived: number of findings silenced by a waiver.
    """

    rows_read: int = 0
    rows_used: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown_headings: dict[str, list[str]] = field(default_factory=dict)
    missing_columns: list[str] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    waived: int = 0


@dataclass(slots=True)
class Register:
    """One sheet, read: the frame, where it came from, and what was wrong with its cells.

    Attributes:
        id: register id in rules.yaml.
        schema: its schema.
        frame: one row per complaint, RangeIndex; one column per registered column *present in the sheet*. dtypes:
            `str` (pandas 3 default, Arrow storage, missing = NaN) for text, identity, code and coded columns;
            `datetime64[s]` for dates and moments; `float64` for numbers; `boolean` for booleans. Coded columns hold
            ids; a text that is no known title stays as it is.
        origin: file, sheet, addresses.
        faults: findings made while reading (unreadable dates, damaged identifiers, error values …).
        faulty: column id → bool array, True where the cell held something unreadable: such a cell is missing in
            the frame but is neither empty nor filled for checks.
        receipt: rows read, used, skipped.
    """

    id: str
    schema: Schema
    frame: pd.DataFrame
    origin: Origin
    faults: list[Finding] = field(default_factory=list)
    faulty: dict[str, np.ndarray] = field(default_factory=dict)
    receipt: Receipt = field(default_factory=Receipt)

    def __len__(self) -> int:
        """Rows of the frame."""
        return len(self.frame)

    def filled(self, column: str) -> np.ndarray:
        """Bool array: the cell holds a readable value."""
        return self.frame[column].notna().to_numpy()

    def empty(self, column: str) -> np.ndarray:
        """Bool array: the cell is truly empty (an unreadable cell is neither empty nor filled)."""
        missing: np.ndarray = self.frame[column].isna().to_numpy()
        bad = self.faulty.get(column)
        return missing if bad is None else missing & ~bad

    def keys(self) -> pd.Series:
        """Key of each row as text, '' where missing."""
        if self.schema.key not in self.frame:
            return pd.Series("", index=self.frame.index)
        return self.frame[self.schema.key].fillna("")

    def finding(
        self, position: int, column: str, check: str, level: Level, message: str, *, source: str = "", value: str = ""
    ) -> Finding:
        """A finding about one cell (or, with column '', one row) of this register; masks private values."""
        row = int(self.origin.rows[position])
        letter = self.origin.letters.get(column, "")
        spec = self.schema.columns.get(column)
        key = str(self.keys().iloc[position]) if self.schema.key in self.frame else ""
        return Finding(
            check=check, level=level, message=message, file=self.origin.file, sheet=self.origin.sheet, row=row,
            column=column, heading=self.origin.headings.get(column, spec.title if spec else ""),
            cell=f"{letter}{row}" if letter else "", key=key,
            value=mask(value) if spec and spec.private else value, source=source,
        )  # fmt: skip
