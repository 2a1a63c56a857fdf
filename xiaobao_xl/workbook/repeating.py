"""Repeated rows: one row of a template becomes several, and everything below moves down with its look.

openpyxl's own `insert_rows` moves values only. Here heights, merges, styles, print areas, validations, conditional
formats and the references of formulas on every sheet move too; a range that covers the repeated row grows with it.
"""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from openpyxl.cell import Cell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

_REFERENCE = re.compile(
    r"(?P<sheet>(?:'(?:[^']|'')+'|[^'!:]+)!)?(?P<area>\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)", re.IGNORECASE
)
_ROW = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)", re.IGNORECASE)


def repeat_row(workbook: Workbook, sheet: Worksheet, row: int, times: int) -> None:
    """Make `times` rows of one: the row itself and copies of its look below it; the copies hold no values."""
    added = times - 1
    if added <= 0:
        return
    merges = [area for area in sheet.merged_cells.ranges if area.min_row == row == area.max_row]
    for area in list(sheet.merged_cells.ranges):
        if area.max_row >= row + 1:
            area.expand(down=added) if area.min_row <= row else area.shift(row_shift=added)
    _move_cells(sheet, row, added)
    _move_heights(sheet, row, added)
    for place in range(row + 1, row + times):
        for column in range(1, sheet.max_column + 1):
            _copy_look(sheet.cell(row, column), sheet.cell(place, column))
        sheet.row_dimensions[place].height = sheet.row_dimensions[row].height
        for area in merges:
            sheet.merge_cells(start_row=place, end_row=place, start_column=area.min_col, end_column=area.max_col)
    _move_settings(sheet, row, added)
    for other in workbook.worksheets:
        _move_references(other, sheet, row, added)


def _copy_look(source: Any, target: Any) -> None:
    """Copy a cell's whole style; openpyxl offers no public way that is as complete."""
    target._style = copy(source._style)  # noqa: SLF001


def _move_cells(sheet: Worksheet, row: int, added: int) -> None:
    """Move cells below a row down, last first; merged areas have been moved already."""
    for place in range(sheet.max_row, row, -1):
        for column in range(1, sheet.max_column + 1):
            cell = sheet._cells.pop((place, column), None)  # noqa: SLF001  (keeps style, link and comment with the cell)
            if cell is not None:
                cell.row = place + added
                sheet._cells[place + added, column] = cell  # noqa: SLF001
                if isinstance(cell, Cell) and cell.hyperlink is not None:
                    cell.hyperlink.ref = cell.coordinate


def _move_heights(sheet: Worksheet, row: int, added: int) -> None:
    for place in sorted((number for number in sheet.row_dimensions if number > row), reverse=True):
        dimension = sheet.row_dimensions.pop(place)
        dimension.index = place + added
        sheet.row_dimensions[place + added] = dimension
    for line in sheet.row_breaks.brk:
        line.id = line.id + added if line.id >= row else line.id


def _move_settings(sheet: Worksheet, row: int, added: int) -> None:
    """Print area, filter, validations and conditional formats."""
    if sheet.print_area:
        sheet.print_area = ",".join(moved(area.split("!")[-1], row, added) for area in str(sheet.print_area).split(","))
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = moved(sheet.auto_filter.ref, row, added)
    for validation in sheet.data_validations.dataValidation:
        validation.sqref = MultiCellRange(
            [CellRange(moved(area.coord, row, added)) for area in validation.sqref.ranges]
        )
    formats = ConditionalFormattingList()
    for formatting in sheet.conditional_formatting:
        areas = " ".join(moved(area.coord, row, added) for area in formatting.sqref.ranges)
        for rule in formatting.rules:
            rule.formula = [
                _moved_formula(f"={text}", sheet.title, sheet.title, row, added)[1:] for text in rule.formula
            ]
            formats.add(areas, rule)
    sheet.conditional_formatting = formats


def _move_references(sheet: Worksheet, changed: Worksheet, row: int, added: int) -> None:
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f" and isinstance(cell.value, str):
                own = sheet is changed and cell.row == row  # its ranges run along the row and are not to grow
                cell.value = _moved_formula(cell.value, sheet.title, changed.title, row, added, grows=not own)


def _moved_formula(formula: str, home: str, changed: str, row: int, added: int, *, grows: bool = True) -> str:
    tokens = Tokenizer(formula)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            found = _REFERENCE.fullmatch(token.value)
            named = (found["sheet"] or "")[:-1].strip("'").replace("''", "'") if found else ""
            if found and (named or home) == changed:
                token.value = (found["sheet"] or "") + moved(found["area"], row, added, grows=grows)
    return "=" + "".join(token.value for token in tokens.items)


def moved(area: str, row: int, added: int, *, grows: bool = True) -> str:
    """An address after rows were added below `row`; a range that ends on the row grows with it.

    >>> moved("A5", 4, 2), moved("B2:B4", 4, 2), moved("$A$1:$C$3", 4, 2), moved("C4", 4, 2)
    ('A7', 'B2:B6', '$A$1:$C$3', 'C4')
    """
    first, colon, last = area.partition(":")
    longer = grows and bool(colon) and int(_ROW.fullmatch(last)[2]) == row  # type: ignore[index]
    return _moved_cell(first, row, added) + (colon + _moved_cell(last, row - longer, added) if colon else "")


def _moved_cell(cell: str, row: int, added: int) -> str:
    found = _ROW.fullmatch(cell)
    if found is None or int(found[2]) <= row:
        return cell
    return f"{found[1]}{int(found[2]) + added}"
