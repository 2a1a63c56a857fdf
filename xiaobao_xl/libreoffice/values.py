"""Values of a whole range, read and written in a number of calls that does not grow with its rows.

LibreOffice knows numbers, texts and errors only; whether a number is a date or a truth value is said by its format. So a
read asks for the data and for the formats, and a write sets the data and the formats that Excel would have set by itself.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from xiaobao_xl.libreoffice.addresses import Area
from xiaobao_xl.libreoffice.number_formats import Formats

_MAXIMUM_SERIAL = 2_958_466  # the day after 9999-12-31
_ERROR_TEXTS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
# Of the errors that LibreOffice shows by number; the others are #VALUE!.
_ERROR_NUMBERS = {"503": "#NUM!", "508": "#NAME?", "521": "#NULL!", "523": "#NUM!", "524": "#REF!", "525": "#NAME?"}


class CellError(str):
    """What a cell with an error reads as, e.g. `#DIV/0!`; xlwings turns it into None or keeps the text (`err_to_str`)."""

    __slots__ = ()


def read(document: Any, cells: Any, area: Area, *, names_errors: bool) -> list[list[Any]]:
    """Rows of values: None is never among them, an empty cell is an empty text.

    Args:
        document: the spreadsheet document.
        cells: the UNO range.
        area: where it lies.
        names_errors: tell errors apart, at three calls for each column that has some; otherwise all read `#N/A`.

    Returns:
        Texts, floats, bools, datetimes and CellErrors.
    """
    data: list[list[Any]] = [list(row) for row in cells.getDataArray()]
    formats = Formats(document, cells, area)
    numbers = formats.parts("date", "truth")
    null = null_moment(document) if numbers else None
    for rows, columns, kind in numbers:
        for row in data[rows]:
            row[columns] = [_meant(value, null if kind == "date" else None) for value in row[columns]]
    for column in sorted({column for row in data if None in row for column, value in enumerate(row) if value is None}):
        texts = _texts(cells, column, len(data)) if names_errors else ()
        for index, row in enumerate(data):
            if row[column] is None:
                row[column] = _error(texts[index]) if names_errors else CellError("#N/A")
    return data


def _texts(cells: Any, column: int, row_count: int) -> Sequence[str]:
    """What the cells of one column show; only as labels of a chart are they to be had in one call."""
    line = cells.getCellRangeByPosition(column, 0, column, row_count - 1)
    line.ChartRowAsLabel, line.ChartColumnAsLabel = False, True
    texts: Sequence[str] = line.getRowDescriptions()
    return texts


def _error(text: str) -> CellError:
    """Excel's name of an error that LibreOffice shows.

    >>> _error("#DIV/0!"), _error("Err:503"), _error("错误:502")
    ('#DIV/0!', '#NUM!', '#VALUE!')
    """
    return CellError(text if text in _ERROR_TEXTS else _ERROR_NUMBERS.get(text[-3:], "#VALUE!"))


def null_moment(document: Any) -> dt.datetime:
    """A document's day zero."""
    day = document.NullDate
    return dt.datetime(day.Year, day.Month, day.Day)  # noqa: DTZ001 - cells know no time zone


def _meant(value: Any, null: dt.datetime | None) -> Any:
    if not isinstance(value, float):
        return value
    if null is None:
        return bool(value)
    if not 0 <= value < _MAXIMUM_SERIAL:
        return value
    # A day's fraction is exact to some microseconds only; milliseconds are what spreadsheets keep.
    return null + dt.timedelta(days=int(value), milliseconds=round((value - int(value)) * 86_400_000))


def plain(value: Any) -> Any:
    """A value as `write` takes it: None and NaN become an empty text, NumPy and pandas values Python's own.

    >>> plain(None), plain(float("nan")), plain(np.int64(3)), plain(pd.NaT), plain(np.datetime64("NaT")), plain(True)
    ('', '', 3.0, '', '', True)
    >>> plain(dt.time(12)), plain(Decimal("1.5")), plain(pd.Timestamp("2024-01-05")), plain(np.bool_(0))
    (0.5, 1.5, datetime.datetime(2024, 1, 5, 0, 0), False)
    """
    if isinstance(value, (str, bool)):
        return value
    if value is None:
        return ""
    if isinstance(value, (float, int, np.number)):
        return "" if math.isnan(value) else float(value)
    return _plain_other(value)


def _plain_other(value: Any) -> Any:
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Decimal):
        return "" if value.is_nan() else float(value)
    if isinstance(value, (np.datetime64, pd.Timestamp)):
        value = pd.Timestamp(value)
        return "" if value is pd.NaT else value.to_pydatetime(warn=False)
    if value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, (dt.datetime, dt.date)):
        return value
    if isinstance(value, dt.time):
        value = dt.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
    return value.total_seconds() / 86_400 if isinstance(value, dt.timedelta) else str(value)
