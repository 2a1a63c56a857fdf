"""The built register in a live LibreOffice, as a place to calculate the worksheet functions."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao_xl.libreoffice import bridge

ADDIN = Path(__file__).parents[2] / "workbooks" / "addin"
MODULES = ("XBFunctions", "XBPython", "XBDays", "XBNumbers", "XBArguments")
_EVERYTHING = 1023  # com.sun.star.sheet.CellFlags, all of them
_RESULTS = "F"  # a case has at most five arguments: columns A to E

if str(ADDIN) not in sys.path:
    sys.path.append(str(ADDIN))
CALENDAR: Any = importlib.import_module("calendar_sheet")


def source(name: str) -> str:
    """Text of a module."""
    return (ADDIN / f"{name}.bas").read_text(encoding="ascii")


class Calc:
    """A workbook with the functions, and a sheet to try them on."""

    def __init__(self, document: Any) -> None:
        """Take an open workbook whose macros may run."""
        self._document = document
        document.Sheets.insertNewByName("试算", 0)
        self._sheet = document.Sheets.getByName("试算")

    def evaluate(self, name: str, cases: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Results of a function over cases, each a tuple of numbers, texts and None for an empty cell."""
        width = max(map(len, cases))
        padded = [(*case, *[None] * (width - len(case))) for case in cases]
        cells = self._sheet.getCellRangeByName(f"A1:{chr(64 + width)}{len(cases)}")
        cells.setDataArray(tuple(tuple("" if cell is None else cell for cell in case) for case in padded))
        rows = range(1, len(cases) + 1)
        references = (";".join(f"{chr(65 + place)}{row}" for place in range(width)) for row in rows)
        return self.formulas([f"={name}({reference})" for reference in references])

    def formulas(self, formulas: Sequence[str]) -> list[Any]:
        """Results of formulas, one below the other."""
        results = self._sheet.getCellRangeByName(f"{_RESULTS}1:{_RESULTS}{len(formulas)}")
        results.setFormulaArray(tuple((formula,) for formula in formulas))
        return [row[0] for row in results.getDataArray()]

    def put(self, address: str, formula: str) -> None:
        """Write one formula."""
        self._sheet.getCellRangeByName(address).Formula = formula

    def run(self, macro: str) -> None:
        """Run a macro of the functions' module."""
        address = f"vnd.sun.star.script:VBAProject.XBFunctions.{macro}?language=Basic&location=document"
        self._document.ScriptProvider.getScript(address).invoke((), (), ())

    def forget(self, name: str) -> None:
        """Delete a defined name."""
        self._document.NamedRanges.removeByName(name)

    def count_from(self, year: int, month: int, day: int) -> None:
        """Choose the day numbered 0, and have the functions notice."""
        null = bridge.uno().createUnoStruct("com.sun.star.util.Date")
        null.Year, null.Month, null.Day = year, month, day
        self._document.NullDate = null
        self.run("XB_ReloadCalendar")

    def follow(self, rules: Any) -> None:
        """Lay out the calendar sheet anew, and have the functions read it."""
        found, names = CALENDAR.calendar_sheet(rules), self._document.NamedRanges
        sheet = self._document.Sheets.getByName(CALENDAR.SHEET)
        sheet.clearContents(_EVERYTHING)
        block = sheet.getCellRangeByPosition(0, 0, len(found.rows[0]) - 1, len(found.rows) - 1)
        block.setDataArray(tuple(tuple(map(_held, row)) for row in found.rows))
        origin = bridge.uno().createUnoStruct("com.sun.star.table.CellAddress")
        for name, address in found.names.items():
            if names.hasByName(name):
                names.removeByName(name)
            names.addNewByName(name, "$" + address.replace("!", "."), origin, 0)
        self.run("XB_ReloadCalendar")


def _held(cell: Any) -> Any:
    """A cell as LibreOffice holds it: numbers and texts only."""
    if isinstance(cell, date):
        return float((cell - date(1899, 12, 30)).days)
    return "" if cell is None else float(cell) if isinstance(cell, int) else cell
