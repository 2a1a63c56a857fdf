"""A form as a person reads it: every cell that can be filled, named by the words beside and above it.

Places move when a form is revised, words mostly stay. So a cell is known by its sheet and by the nearest words to its left
and above; the fingerprint of a form is the hash of all its words and of what may be filled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.references import address

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MARK = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FURTHEST = 60  # empty rows or columns within a form that are still looked at
_MOST = (2_000, 200)  # rows and columns of a form; what lies beyond is no form
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell that is or can be filled.

    Attributes:
        sheet: sheet title.
        row: its row.
        column: its column.
        beside: words to its left, outermost first, joined by `／`.
        above: words above it, topmost first, joined by `／`.
        marks: the text with marks that stands in it; '' where it is blank.
        is_locked: the sheet is protected and the cell may not be written.
    """

    sheet: str
    row: int
    column: int
    beside: str
    above: str
    marks: str
    is_locked: bool

    @property
    def place(self) -> str:
        """Sheet and address."""
        return f"{self.sheet}!{address(self.row, self.column)}"

    @property
    def words(self) -> str:
        """Both labels, for people."""
        return " × ".join(part for part in (self.beside, self.above) if part) or "（旁边没有文字）"


@dataclass(frozen=True)
class Form:
    """A form, read.

    Attributes:
        path: the file.
        cells: cells with marks, and blank cells between words, sheet by sheet.
        fingerprint: hash of its words and their places; marks and numbers do not count.
    """

    path: Path
    cells: tuple[FormCell, ...]
    fingerprint: str

    @property
    def marked(self) -> list[FormCell]:
        """Cells with marks."""
        return [cell for cell in self.cells if cell.marks]


def read_form(path: Path) -> Form:
    """Read a form.

    Raises:
        WorkbookError: the file is no workbook that can be edited in place.
    """
    package.open(path).close()  # tells every obstacle in one sentence
    try:
        workbook = load_workbook(path)
    except (KeyError, ValueError, TypeError) as cause:
        raise WorkbookError(
            f"{path}：表样读不出来（{type(cause).__name__}）；请用 Excel 或 WPS 另存为 .xlsx 后重试"
        ) from cause
    cells: list[FormCell] = []
    digest = hashlib.sha256()
    for sheet in workbook.worksheets:
        grid = _grid(sheet)
        cells += _cells(sheet, grid)
        for place, text in sorted(grid.items()):
            if isinstance(text, str) and not _MARK.search(text):
                digest.update(f"{sheet.title}\0{place}\0{text.strip()}\n".encode())
    return Form(path, tuple(cells), digest.hexdigest())


def locked_cells(path: Path) -> list[str]:
    """Sheet and address of every cell with content that a protected sheet locks; nothing is read where none is protected."""
    with package.open(path) as book:
        if not any(
            b"sheetProtection" in book.parts.read(entry.part) for entry in book.directory.entries() if entry.part
        ):
            return []
    return [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in load_workbook(path).worksheets
        if sheet.protection.sheet
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.protection.locked
    ]


def _grid(sheet: Worksheet) -> dict[Place, Any]:
    """Content by place; a merged area's content stands in each of its cells."""
    grid = {(cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
    for area in sheet.merged_cells.ranges:
        first = grid.get((area.min_row, area.min_col))
        if first is not None:
            grid |= {
                (row, column): first
                for row in range(area.min_row, area.max_row + 1)
                for column in range(area.min_col, area.max_col + 1)
            }
    return grid


def _cells(sheet: Worksheet, grid: Mapping[Place, Any]) -> Iterator[FormCell]:
    covered = {
        (row, column)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    is_protected, rows = bool(sheet.protection.sheet), {row for row, _ in grid}
    last_row, last_column = (max((place[axis] for place in grid), default=0) for axis in (0, 1))
    for row in range(1, min(last_row, _MOST[0]) + 1):
        for column in range(1, min(last_column, _MOST[1]) + 1):
            content = grid.get((row, column))
            marks = content if isinstance(content, str) and _MARK.search(content) else ""
            if (row, column) in covered or (content is not None and not marks):
                continue
            beside, above = (_words(grid, rows, (row, column), step) for step in ((0, -1), (-1, 0)))
            if marks or beside or above:
                is_locked = is_protected and bool(sheet.cell(row, column).protection.locked)
                yield FormCell(sheet.title, row, column, beside, above, marks, is_locked)


def _words(grid: Mapping[Place, Any], rows: Container[int], start: Place, step: Place) -> str:
    """The nearest run of words in a direction, outermost first; blanks, marks and numbers before it are passed over.

    Upwards a row without any content ends the table the cell stands in.
    """
    row, column, passed = start[0] + step[0], start[1] + step[1], 0
    found: list[str] = []
    while row > 0 and column > 0 and passed < _FURTHEST and row in rows:
        content = grid.get((row, column))
        if isinstance(content, str) and not _MARK.search(content) and content.strip():
            text = "".join(content.split())
            if not found or found[-1] != text:
                found.append(text)
        elif found:
            break
        else:
            passed += 1
        row, column = row + step[0], column + step[1]
    return "／".join(reversed(found))


def blank_cells(form: Form) -> Sequence[FormCell]:
    """Cells of a form that may be filled: not locked, and empty or marked."""
    return [cell for cell in form.cells if not cell.is_locked]
