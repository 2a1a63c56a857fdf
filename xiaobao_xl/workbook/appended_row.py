"""A copy of a workbook with one more row in a register: edited in place, dressed like the row above, all else untouched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.references import column_number
from xiaobao_xl.package.truth import Cell
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.grids import Book

_TEXT: Final = frozenset({"identity", "code"})  # a spreadsheet would turn their digits into a number
_DAY_FORMAT, _TEXT_FORMAT = "yyyy-mm-dd", "@"


@dataclass(frozen=True, kw_only=True)
class Appended:
    """Where the row went.

    Attributes:
        row: its Excel row.
        is_inserted: something stood below the register and was moved down.
        dropped: formulas whose result the spreadsheet program computes when it opens the copy.
    """

    row: int
    is_inserted: bool
    dropped: list[str]


def write(
    book: Book, register: Register, cells: Mapping[str, Any], out: Path, *, allow_unsigned: bool = False
) -> Appended:
    """Write the copy.

    Args:
        book: the register's workbook.
        register: one sheet of it.
        cells: column id → what is written: text, a day; columns the sheet lacks are passed over.
        out: target, of the same kind as the original; replaced where it exists.
        allow_unsigned: a digital signature of the original may become invalid in the copy.

    Raises:
        WorkbookError: the workbook cannot be edited in place, or is of another kind than the target.
    """
    if book.editable is None:
        raise WorkbookError(f"{book.path.name}：这种文件不能就地改写；请用 Excel 或 WPS 另存为 .xlsx 再试。")
    sheet, letters = register.origin.sheet, register.origin.letters
    last = max(int(row) for row in (*register.origin.rows.tolist(), register.origin.header_rows[1]))
    with package.open(book.editable, allow_unsigned=allow_unsigned) as original:
        suffix = ".xlsm" if original.has_macros else ".xlsx"
        if out.suffix.lower() != suffix:
            raise WorkbookError(f"{out}：新的台账只能存为 {suffix}；请把文件名改成 {out.stem}{suffix}")
        above, below = _rows(original, sheet, last)
        known = {column_number(letter) for letter in letters.values()}
        is_inserted = not _is_free(below, known)
        if is_inserted:
            original.insert_rows(sheet, last + 1, 1)
        is_register = bool(len(register))
        for column, letter in letters.items():
            over, under = above.get(column_number(letter), Cell()), below.get(column_number(letter), Cell())
            look: dict[str, Any] = {"style": over.style} if is_register and (is_inserted or not under.style) else {}
            value = cells.get(column)
            if isinstance(value, date) and not (is_register and isinstance(over.value, date)):
                look["number_format"] = _DAY_FORMAT
            if isinstance(value, str) and register.schema.columns[column].type in _TEXT:
                look["number_format"] = _TEXT_FORMAT
            if value is not None:
                original.set(sheet, f"{letter}{last + 1}", value, **look)
            elif look:
                original.set(sheet, f"{letter}{last + 1}", **look)
        original.save(out)
        return Appended(row=last + 1, is_inserted=is_inserted, dropped=list(original.dropped))


def _rows(original: package.Book, sheet: str, last: int) -> tuple[dict[int, Cell], dict[int, Cell]]:
    """Column → cell of the last row of the register, and of the row below it."""
    found: dict[int, dict[int, Cell]] = {last: {}, last + 1: {}}
    for (row, column), cell in original.each(sheet):
        if row in found:
            found[row][column] = cell
    return found[last], found[last + 1]


def _is_free(row: Mapping[int, Cell], known: set[int]) -> bool:
    """Nothing stands in the row but what officers prepare: numbers of rows and formulas beside the register's columns."""
    return not any(
        cell.merged or (_holds(cell) and (column in known or not (cell.formula is not None or _is_number(cell.value))))
        for column, cell in row.items()
    )


def _holds(cell: Cell) -> bool:
    return cell.formula is not None or cell.value not in (None, "")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
