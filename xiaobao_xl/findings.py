"""Finding: one thing wrong, where, by which check, under which law.

Findings are values: they are collected, sorted and shown together, never raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
LEVEL_TITLES: dict[str, str] = {"error": "错误", "warning": "提示", "note": "说明"}
_RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a register.

    Attributes:
        check: id that states what is true when all is well, `complaint.decided_in_time` or `reading.date_readable`.
        level: `error`, `warning` or `note`.
        message: plain Chinese: what is wrong, what was expected, the fix.
        file: name of the file as given.
        sheet: name of the sheet.
        row: Excel row number, 1-based; None where the whole sheet or a column is meant.
        column: column id of the register; empty where the whole row is meant.
        heading: the heading as printed in the sheet.
        cell: Excel address such as `D3`; empty where no single cell is meant.
        key: the complaint number of the row, if it has one.
        value: the value as printed, masked where the column is private.
        source: instrument and article, printable; empty for a fault of form.
    """

    check: str
    level: Level
    message: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    cell: str = ""
    key: str = ""
    value: str = ""
    source: str = ""

    def line(self) -> str:
        """One compiler-like line.

        >>> Finding("complaint.decided_in_time", "error", "超过处理时限", "台账.xlsx", "投诉", 3, cell="D3").line()
        '台账.xlsx 投诉!D3 [错误] 超过处理时限 (complaint.decided_in_time)'
        """
        place = f"{self.sheet}!{self.cell or (f'第{self.row}行' if self.row else '')}" if self.sheet else ""
        where = " ".join(part for part in (self.file, place.rstrip("!")) if part)
        law = f"; {self.source}" if self.source else ""
        return f"{where} [{LEVEL_TITLES[self.level]}] {self.message} ({self.check}{law})"

    def sort_key(self) -> tuple[str, str, int, int, str, str]:
        """Order of a report: file, sheet, row, then errors before warnings."""
        return (self.file, self.sheet, self.row or 0, _RANK[self.level], self.column, self.check)


def in_order(findings: list[Finding]) -> list[Finding]:
    """Sort findings as a report prints them."""
    return sorted(findings, key=Finding.sort_key)


def mask(value: str) -> str:
    """Hide the middle of a private value: a name keeps its first character, a number its first 3 and last 4.

    >>> mask("李小明"), mask("13800138000"), mask("110101199003074512")
    ('李**', '138****8000', '110***********4512')
    """
    if len(value) <= 7:
        return value[:1] + "*" * (len(value) - 1)
    return value[:3] + "*" * (len(value) - 7) + value[-4:]
