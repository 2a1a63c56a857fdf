"""Writing values: what each becomes in a cell, and which formats go with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from xiaobao_xl.libreoffice.addresses import Area
from xiaobao_xl.libreoffice.number_formats import Formats, format_key, set_formats
from xiaobao_xl.libreoffice.values import null_moment

_FORMATS = {
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "truth": "BOOLEAN",
    "": "General",
    "percent": "0.00%",
}
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[Ee][+-]?\d+)?(%?)")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LIKE_NUMBER = re.compile(r"[0-9]|^(?:true|false)$", re.IGNORECASE)


def to_serial(value: dt.date | dt.datetime, null: dt.datetime) -> float:
    """Days since a document's day zero."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    passed = moment.replace(tzinfo=None) - null
    return passed.days + (passed.seconds + passed.microseconds / 1e6) / 86_400


class Writing:
    """One write: what goes into the cells, and what happens to their formats.

    Attributes:
        data: what is handed to LibreOffice, texts and floats only.
        formulas: cells (row, column) counted from 0, with their formulas in Excel's words.
        kept: cells with texts that LibreOffice might take for numbers; it then formats them as text, which Excel does not.
    """

    def __init__(self, formats: Formats, null: dt.datetime, *, coerces_text: bool) -> None:
        """Start empty."""
        self._kinds = formats.kinds()
        self._null = null
        self._coerces_text = coerces_text
        self._formats: dict[str, list[tuple[int, int]]] = {}
        self.data: list[tuple[str | float, ...]] = []
        self.formulas: dict[tuple[int, int], str] = {}
        self.kept: list[tuple[int, int]] = []

    def add(self, values: Sequence[Any]) -> None:
        """Take one more row."""
        row = len(self.data)
        self.data.append(tuple(self._taken(row, column, value) for column, value in enumerate(values)))

    def _taken(self, row: int, column: int, value: Any) -> str | float:
        kind = self._kinds[row][column]
        if isinstance(value, str):
            return self._text(row, column, value)
        if kind == "text" and self._coerces_text:
            return _as_text(value)
        wanted, number = self._number(value)
        if wanted != kind and not (kind == "date" and wanted in {"", "moment"}) and not (kind == "text" and not wanted):
            self._formats.setdefault(wanted, []).append((row, column))
        return number

    def _number(self, value: Any) -> tuple[str, float]:
        if isinstance(value, bool):
            return "truth", float(value)
        if isinstance(value, (dt.datetime, dt.date)):
            serial = to_serial(value, self._null)
            return "date" if serial.is_integer() else "moment", serial
        return "", float(value)

    def _text(self, row: int, column: int, value: str) -> str | float:
        kind = self._kinds[row][column]
        if kind == "text":
            return value
        if value.startswith("=") and len(value) > 1:
            self.formulas[row, column] = value
            return ""
        if value.startswith("'"):
            value = value[1:]
            if _LIKE_NUMBER.search(value):
                self.kept.append((row, column))
            return value
        if self._coerces_text and (found := coerced(value, self._null)) is not None:
            number, wanted = found
            if wanted and wanted != kind and not (kind == "date" and wanted == "moment"):
                self._formats.setdefault(wanted, []).append((row, column))
            return number
        if _LIKE_NUMBER.search(value):
            self.kept.append((row, column))
        return value

    def wanted(self) -> list[tuple[str, list[tuple[int, int]]]]:
        """Number formats that Excel sets by itself, with their cells."""
        return [(_FORMATS[wanted], cells) for wanted, cells in self._formats.items()]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def coerced(text: str, null: dt.datetime) -> tuple[float, str] | None:
    """What Excel makes of a text on a cell that is not formatted as text: a number and the format it sets, or None.

    >>> zero = dt.datetime(1899, 12, 30)
    >>> coerced("110101199003074512", zero), coerced("00123", zero), coerced("50%", zero), coerced("2024/1/5", zero)
    ((1.10101199003074e+17, ''), (123.0, ''), (0.5, 'percent'), (45296.0, 'date'))
    >>> coerced("投诉", zero) is None
    True
    """
    stripped = text.strip()
    if (found := _NUMBER.fullmatch(stripped)) and any(letter.isdigit() for letter in stripped):
        number = float(stripped.rstrip("%").replace(",", ""))
        if stripped.isdigit():
            number = float(stripped[:15].ljust(len(stripped), "0"))  # Excel keeps fifteen digits of a number
        return (number / 100, "percent") if found[1] else (number, "")
    if stripped.upper() in {"TRUE", "FALSE"}:
        return float(stripped.upper() == "TRUE"), "truth"
    if day := _DAY.fullmatch(stripped):
        parts = [int(part or 0) for part in day.groups()]
        try:
            serial = to_serial(dt.datetime(*parts), null)  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return None
        return serial, "moment" if day[4] else "date"
    return None


def write(document: Any, cells: Any, area: Area, rows: Sequence[Sequence[Any]], *, coerces_text: bool) -> Writing:
    """Write rows of values as `plain` gives them; formulas are left to the caller.

    Args:
        document: the spreadsheet document.
        cells: the UNO range; has as many rows and columns as are given.
        area: where it lies.
        rows: texts, floats, bools and datetimes.
        coerces_text: imitate Excel, which reads numbers and dates into texts on cells that are not formatted as text.

    Returns:
        The write, for its formulas.
    """
    formats = Formats(document, cells, area)
    writing = Writing(formats, null_moment(document), coerces_text=coerces_text)
    for row in rows:
        writing.add(row)
    sheet_index = cells.RangeAddress.Sheet

    def moved(places: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
        return ((row + area.row, column + area.column) for row, column in places)

    for code, places in writing.wanted():
        set_formats(document, sheet_index, moved(places), format_key(document, code))
    cells.setDataArray(tuple(writing.data))
    for key, places in formats.by_key(writing.kept).items() if writing.kept else ():
        set_formats(document, sheet_index, moved(places), key)
    return writing
