"""Formulas of a range, written and read as Excel writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from xiaobao_xl.libreoffice.addresses import Area, cell_address, rectangles
from xiaobao_xl.libreoffice.grammar import render, to_excel, to_own

_OOXML = 3  # com.sun.star.sheet.AddressConvention.XL_OOX
_EXCEL_WORDS = 4  # com.sun.star.sheet.FormulaLanguage.XL_ENGLISH
_EVERY_GROUP = 0x7FFFFFFF  # of com.sun.star.sheet.FormulaMapGroup
_FILE_MARKS = re.compile(r'("[^"]*"|\'[^\']*\')|_xlfn\.(?:_xlws\.)?', re.IGNORECASE)
_OWN_UNION = re.compile(r'("[^"]*"|\'[^\']*\')|~')  # the parser leaves it where it was read from a cell


class Parser:
    """LibreOffice's own parser, in Excel's words; made when it is first needed, for that takes ten milliseconds."""

    def __init__(self, document: Any) -> None:
        """Of the spreadsheet document."""
        self._document = document

    @cached_property
    def _api(self) -> Any:
        made = self._document.createInstance("com.sun.star.sheet.FormulaParser")
        mapper = self._document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        made.FormulaConvention = _OOXML
        # Without it the parser would know younger functions only with the mark `_xlfn.`, as files have it.
        made.OpCodeMap = mapper.getAvailableMappings(_EXCEL_WORDS, _EVERY_GROUP)
        return made

    def tokens(self, formula: str, sheet_index: int, cell: Area) -> Any:
        """A formula as LibreOffice's tokens, relative to a cell."""
        bare = without_marks(formula).removeprefix("=")
        return self._api.parseFormula(bare, cell_address(sheet_index, cell))

    def text(self, tokens: Any, sheet_index: int, cell: Area) -> str:
        """LibreOffice's tokens as a formula."""
        text = str(self._api.printFormula(tokens, cell_address(sheet_index, cell)))
        return "=" + _OWN_UNION.sub(lambda found: found[1] or ",", text)


def without_marks(formula: str) -> str:
    """A formula without the marks that files put before younger functions.

    >>> without_marks('=_xlfn.IFS(A1="_xlfn.",1)')
    '=IFS(A1="_xlfn.",1)'
    """
    return _FILE_MARKS.sub(lambda found: found[1] or "", formula)


def write(document: Any, sheet: Any, formulas: Mapping[tuple[int, int], str]) -> None:
    """Write formulas, one call for each rectangle of them.

    Args:
        document: the spreadsheet document.
        sheet: the UNO sheet.
        formulas: cells (row, column), counted from 1, with formulas in Excel's words.
    """
    own = {cell: render(template) for cell, formula in formulas.items() if (template := to_own(without_marks(formula)))}
    for area in rectangles(own):
        rows = tuple(
            tuple(own[row, column] for column in range(area.column, area.last_column + 1))
            for row in range(area.row, area.last_row + 1)
        )
        _cells(sheet, area).setFormulaArray(rows)
    sheet_index, parser = sheet.RangeAddress.Sheet, Parser(document)
    for cell in sorted(formulas.keys() - own.keys()):
        place = Area(*cell)
        _cells(sheet, place).getCellByPosition(0, 0).setTokens(parser.tokens(formulas[cell], sheet_index, place))


def fill(document: Any, sheet: Any, area: Area, formula: str) -> None:
    """Write one formula into every cell; what is relative moves along, seen from the first cell."""
    template = to_own(without_marks(formula))
    if template is not None:
        rows = tuple(
            tuple(render(template, row, column) for column in range(area.column_count)) for row in range(area.row_count)
        )
        _cells(sheet, area).setFormulaArray(rows)
        return
    cells = _cells(sheet, area)
    tokens = Parser(document).tokens(formula, sheet.RangeAddress.Sheet, area)
    for row in range(area.row_count):
        for column in range(area.column_count):
            cells.getCellByPosition(column, row).setTokens(tokens)


def read(document: Any, sheet: Any, area: Area) -> list[list[str]]:
    """Formulas in Excel's words, the contents of other cells as text."""
    parser = Parser(document)
    return [
        [
            _in_excel(parser, sheet, Area(area.row + row, area.column + column), text) if text.startswith("=") else text
            for column, text in enumerate(texts)
        ]
        for row, texts in enumerate(_cells(sheet, area).getFormulaArray())
    ]


def _in_excel(parser: Parser, sheet: Any, cell: Area, text: str) -> str:
    template = to_excel(text)
    if template is not None:
        return render(template)
    tokens = _cells(sheet, cell).getCellByPosition(0, 0).getTokens()
    return parser.text(tokens, sheet.RangeAddress.Sheet, cell) if tokens else text


def _cells(sheet: Any, area: Area) -> Any:
    return sheet.getCellRangeByPosition(area.column - 1, area.row - 1, area.last_column - 1, area.last_row - 1)
