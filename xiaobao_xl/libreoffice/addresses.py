"""Addresses: rectangles of cells, and the ways they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xiaobao_xl.libreoffice.bridge import struct

ROW_COUNT = 1_048_576
COLUMN_COUNT = 16_384
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?(\d+):\$?(\d+)")
_CELLS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?")


def column_letters(column: int) -> str:
    """Letters of a column.

    >>> column_letters(1), column_letters(27), column_letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Number of a column, counted from 1.

    >>> column_number("A"), column_number("xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on a sheet, counted from 1 as xlwings does; may be empty.

    Attributes:
        row: first row.
        column: first column.
        row_count: rows.
        column_count: columns.
    """

    row: int
    column: int
    row_count: int = 1
    column_count: int = 1

    @property
    def last_row(self) -> int:
        """Last row."""
        return self.row + self.row_count - 1

    @property
    def last_column(self) -> int:
        """Last column."""
        return self.column + self.column_count - 1

    @property
    def cell_count(self) -> int:
        """Cells."""
        return self.row_count * self.column_count

    def around(self, other: Area) -> Area:
        """Smallest rectangle holding both."""
        row, column = min(self.row, other.row), min(self.column, other.column)
        return Area(
            row,
            column,
            max(self.last_row, other.last_row) - row + 1,
            max(self.last_column, other.last_column) - column + 1,
        )

    def holds(self, other: Area) -> bool:
        """Whether the other lies wholly inside."""
        return self.around(other) == self

    def meets(self, other: Area) -> bool:
        """Whether both share a cell."""
        is_apart = self.last_row < other.row or other.last_row < self.row
        return not (is_apart or self.last_column < other.column or other.last_column < self.column)

    def completes(self, other: Area) -> bool:
        """Whether both lie side by side and make a rectangle."""
        return not self.meets(other) and self.around(other).cell_count == self.cell_count + other.cell_count

    def common(self, other: Area) -> Area:
        """The cells both hold; they must meet."""
        top, left = max(self.row, other.row), max(self.column, other.column)
        bottom, right = min(self.last_row, other.last_row), min(self.last_column, other.last_column)
        return Area(top, left, bottom - top + 1, right - left + 1)

    def without(self, other: Area) -> list[Area]:
        """What is left of it, in at most four pieces.

        >>> [piece.text() for piece in Area(1, 1, 3, 3).without(Area(2, 3, 5, 1))]
        ['$A$1:$C$1', '$A$2:$B$3']
        """
        if not self.meets(other):
            return [self]
        hole = self.common(other)
        pieces = (
            Area(self.row, self.column, hole.row - self.row, self.column_count),
            Area(hole.last_row + 1, self.column, self.last_row - hole.last_row, self.column_count),
            Area(hole.row, self.column, hole.row_count, hole.column - self.column),
            Area(hole.row, hole.last_column + 1, hole.row_count, self.last_column - hole.last_column),
        )
        return [piece for piece in pieces if piece.cell_count]

    def text(self, *, is_row_absolute: bool = True, is_column_absolute: bool = True) -> str:
        """The address as Excel writes it.

        >>> Area(2, 3, 4, 1).text()
        '$C$2:$C$5'
        """
        row, column = "$" * is_row_absolute, "$" * is_column_absolute
        first = f"{column}{column_letters(self.column)}{row}{self.row}"
        if self.cell_count == 1:
            return first
        return f"{first}:{column}{column_letters(self.last_column)}{row}{self.last_row}"


def area_of(address: Any) -> Area:
    """Area of a UNO CellRangeAddress."""
    return Area(
        address.StartRow + 1,
        address.StartColumn + 1,
        address.EndRow - address.StartRow + 1,
        address.EndColumn - address.StartColumn + 1,
    )


def range_address(sheet_index: int, area: Area) -> Any:
    """UNO CellRangeAddress of an area; the sheet is counted from 0."""
    return struct(
        "table.CellRangeAddress",
        Sheet=sheet_index,
        StartColumn=area.column - 1,
        StartRow=area.row - 1,
        EndColumn=area.last_column - 1,
        EndRow=area.last_row - 1,
    )


def cell_address(sheet_index: int, area: Area) -> Any:
    """UNO CellAddress of an area's first cell; the sheet is counted from 0."""
    return struct("table.CellAddress", Sheet=sheet_index, Column=area.column - 1, Row=area.row - 1)


def parse(text: str) -> Area | None:
    """Area of an address without a sheet; None for what is none, e.g. a defined name.

    >>> parse("B2"), parse("$A:$C").column_count, parse("2:3").row_count, parse("XB_STATUS")
    (Area(row=2, column=2, row_count=1, column_count=1), 3, 2, None)
    """
    if whole := _COLUMNS.fullmatch(text):
        first, last = sorted((column_number(whole[1]), column_number(whole[2])))
        found = Area(1, first, ROW_COUNT, last - first + 1)
    elif whole := _ROWS.fullmatch(text):
        first, last = sorted((int(whole[1]), int(whole[2])))
        found = Area(first, 1, last - first + 1, COLUMN_COUNT)
    elif cells := _CELLS.fullmatch(text):
        start = Area(int(cells[2]), column_number(cells[1]))
        found = start.around(Area(int(cells[4]), column_number(cells[3]))) if cells[3] else start
    else:
        return None
    is_on_sheet = found.row >= 1 and found.last_row <= ROW_COUNT and found.last_column <= COLUMN_COUNT
    return found if is_on_sheet else None


def split_sheet(text: str) -> tuple[str | None, str]:
    """Sheet and the rest of an address.

    >>> split_sheet("'Bob''s'!A1"), split_sheet("A1")
    (("Bob's", 'A1'), (None, 'A1'))
    """
    sheet, bang, rest = text.rpartition("!")
    if not bang:
        return None, text
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, rest


def quoted(sheet: str) -> str:
    """A sheet's name as a formula writes it, always in quotes.

    >>> quoted("Bob's")
    "'Bob''s'"
    """
    return "'" + sheet.replace("'", "''") + "'"


def common(areas: Iterable[Area], others: Sequence[Area]) -> list[Area]:
    """The cells both hold; each of them in one piece only, where no two of the others meet."""
    return [area.common(other) for area in areas for other in others if area.meets(other)]


def without(areas: Iterable[Area], others: Iterable[Area]) -> list[Area]:
    """What is left of areas."""
    left = list(areas)
    for other in others:
        left = [piece for area in left for piece in area.without(other)]
    return left


def joined(areas: Iterable[Area]) -> list[Area]:
    """The same cells, with neighbours made one where that is a rectangle; the areas do not meet.

    >>> whole, hole = Area(1, 1, 9, 4), Area(3, 2, 2, 2)
    >>> joined([hole, *whole.without(hole)]) == [whole]
    True
    """
    found: list[Area] = []
    for area in areas:
        whole = area
        while other := next((one for one in found if one.completes(whole)), None):
            found.remove(other)
            whole = whole.around(other)
        found.append(whole)
    return sorted(found, key=lambda area: (area.row, area.column))


def rectangles(cells: Iterable[tuple[int, int]]) -> list[Area]:
    """Few rectangles that together hold exactly the given cells (row, column).

    >>> [area.text() for area in rectangles([(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)])]
    ['$A$1:$B$2', '$A$4']
    """
    runs: dict[tuple[int, int], list[int]] = {}
    for column, rows in _by_column(cells):
        for first, last in _runs(rows):
            runs.setdefault((first, last), []).append(column)
    return [
        Area(first, left, last - first + 1, right - left + 1)
        for (first, last), columns in sorted(runs.items())
        for left, right in _runs(columns)
    ]


def _by_column(cells: Iterable[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    columns: dict[int, list[int]] = {}
    for row, column in cells:
        columns.setdefault(column, []).append(row)
    return sorted((column, sorted(rows)) for column, rows in columns.items())


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
