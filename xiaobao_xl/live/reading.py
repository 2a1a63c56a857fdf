"""The live register as a book of grids, so that every verb reads it as it reads a file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from xiaobao_xl.cells import Cell
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live.doors import Door
from xiaobao_xl.live.ours import SHEETS, LiveBook, LiveSheet, sheet_names
from xiaobao_xl.workbook.grids import Book, Grid
from xiaobao_xl.workbook.scanning import Scan

ERRORS: Final = frozenset({
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
})  # fmt: skip
MOST_CELLS: Final = 8_000_000  # more than this is a sheet whose formats reach down to its last row


def live_book(book: LiveBook, door: Door, path: Path) -> Book:
    """The open workbook as a book of grids; our own sheets are left out, and a sheet is read when first asked for.

    Args:
        book: xlwings.Book.
        door: what only the program behind it can tell.
        path: where the workbook lies, for messages and the files beside it.
    """
    read: dict[str, Grid] = {}

    def load(name: str) -> Grid:
        if name not in read:
            read[name] = _grid(book.sheets[name], door)
        return read[name]

    return Book(path, "xlsx", [name for name in sheet_names(book) if name not in SHEETS], load)


def _grid(sheet: LiveSheet, door: Door) -> Grid:
    """One sheet, its values read in one call."""
    last = sheet.used_range.last_cell
    height, width = int(last.row), int(last.column)
    if height * width > MOST_CELLS:
        raise WorkbookError(
            f"工作表“{sheet.name}”用到了 {height:,} 行 × {width:,} 列，多半是格式一直设到了表底；"
            "请删去数据下面和右面的空行空列、保存后再点一次。"
        )
    area = sheet.range((1, 1), (height, width))
    rows: list[list[Cell]] = area.options(ndim=2, err_to_str=True).value
    scan = Scan(height=height, width=width)
    _take_out_errors(rows, scan)
    return Grid(str(sheet.name), lambda: iter(rows), door.merges(area), scan)


def _take_out_errors(rows: list[list[Cell]], scan: Scan) -> None:
    """Error values become empty cells and are noted; numbers of money become plain numbers."""
    for place, column in enumerate(zip(*rows, strict=True)):
        if not ERRORS.isdisjoint(column):
            for row, cell in enumerate(column):
                if cell in ERRORS:
                    scan.errors[row, place] = str(cell)
                    rows[row][place] = ""
        if Decimal in set(map(type, column)):
            _plain_numbers(rows, place, column)


def _plain_numbers(rows: list[list[Cell]], place: int, column: Sequence[object]) -> None:
    """Excel hands over cells formatted as currency as decimals."""
    for row, cell in enumerate(column):
        if isinstance(cell, Decimal):
            rows[row][place] = float(cell)
