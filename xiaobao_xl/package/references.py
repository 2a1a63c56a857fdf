"""Addresses: `B5` and (5, 2), ranges, and what inserting rows does to them. Rows and columns count from 1."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from xiaobao_xl.errors import WorkbookError

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@lru_cache(maxsize=MAX_COLUMNS)
def letters(column: int) -> str:
    """Letters of a column.

    >>> letters(1), letters(28), letters(16384)
    ('A', 'AB', 'XFD')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=MAX_COLUMNS)
def column_number(text: str) -> int:
    """Number of a column's letters.

    >>> column_number("AB")
    28
    """
    number = 0
    for sign in text.upper():
        number = number * 26 + ord(sign) - 64
    return number


def cell(address: str) -> tuple[int, int]:
    """Row and column of an address such as `B5` or `$B$5`.

    Raises:
        WorkbookError: it is none, or beyond the sheet.
    """
    found = _CELL.fullmatch(address)
    row, column = (int(found[2]), column_number(found[1])) if found else (0, 0)
    if not 0 < row <= MAX_ROWS or not 0 < column <= MAX_COLUMNS:
        raise WorkbookError(f"{address} 不是单元格地址；请写成 B5 的样子。")
    return row, column


def address(row: int, column: int) -> str:
    """Address of a cell.

    >>> address(5, 28)
    'AB5'
    """
    return f"{letters(column)}{row}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, all four borders included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def read(cls, text: str) -> Area:
        """`B5` or `B5:C9`, with or without `$`; also whole columns `A:C` and whole rows `2:5`.

        Raises:
            WorkbookError: it is neither.
        """
        first, _, last = text.replace("$", "").partition(":")
        last = last or first
        if first.isdigit() and last.isdigit():
            return cls(int(first), 1, int(last), MAX_COLUMNS)
        if first.isalpha() and last.isalpha():
            return cls(1, column_number(first), MAX_ROWS, column_number(last))
        (top, left), (bottom, right) = cell(first), cell(last)
        return cls(min(top, bottom), min(left, right), max(top, bottom), max(left, right))

    def __str__(self) -> str:
        """`B5:C9`, or `B5` for a single cell."""
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def holds(self, row: int, column: int) -> bool:
        """A cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows inserted into one sheet.

    Attributes:
        sheet: title of the sheet.
        at: the first new row; what stood there moves down.
        count: new rows.
        stretches_at: the row above the new ones that is copied into them (`repeat_row`); 0 for none. Ranges that end
            in it, SUM(B8:B8) as well as SUM(B2:B8), grow over the new rows: a total that left copies out would lie.
            Ranges in formulas of that row itself run along it and do not grow; for those use `without_stretch`.
    """

    sheet: str
    at: int
    count: int
    stretches_at: int = 0

    def row(self, row: int) -> int:
        """Where a row goes."""
        return row + self.count if row >= self.at else row

    def rows(self, top: int, bottom: int) -> tuple[int, int]:
        """Where a range of rows in a formula goes: rows inserted inside it make it longer; whole columns stay whole.

        >>> Shift("Sheet1", at=8, count=2).rows(5, 8), Shift("Sheet1", at=9, count=2, stretches_at=8).rows(8, 8)
        ((5, 10), (8, 10))
        """
        if top == 1 and bottom == MAX_ROWS:
            return top, bottom
        if self.stretches_at and bottom == self.stretches_at:
            return top, min(bottom + self.count, MAX_ROWS)
        return min(self.row(top), MAX_ROWS), min(self.row(bottom), MAX_ROWS)

    def area(self, area: Area) -> Area:
        """Where a rectangle goes: the area of a format, a rule or a filter."""
        top, bottom = self.rows(area.top, area.bottom)
        return Area(top, area.left, bottom, area.right)

    def without_stretch(self) -> Shift:
        """The same rows inserted, no range growing over them but those they stand inside of."""
        return replace(self, stretches_at=0)


def quoted(title: str) -> str:
    """A title as formulas write it, without the `!`.

    >>> quoted("a'b")
    "'a''b'"
    """
    return "'" + title.replace("'", "''") + "'"
