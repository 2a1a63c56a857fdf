"""A cell's value as XML, and back: numbers, text, dates in the workbook's date system, booleans, errors, formulas."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError

LONGEST_TEXT: Final = 32_767  # in UTF-16 units, as Excel counts
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (Excel knows no time zones)
FROM_1904: Final = 1462  # days between the two date systems
_LEAP_THAT_WAS_NOT: Final = 60  # Excel's 1900-02-29
_LAST_DAY: Final = 2_958_466  # the day after 9999-12-31
_SECONDS: Final = 86_400
_LONGEST_WHOLE: Final = 1e15  # beyond, a spreadsheet keeps no single units


class CellError(str):
    """An error value such as `#DIV/0!`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula to be written, without the leading `=`; its value is computed or left to the spreadsheet program."""

    text: str


Value = str | int | float | bool | date | datetime | time | timedelta | CellError | Formula | None


def content(value: Value, prefix: str, *, is_1904: bool, where: str = "") -> tuple[str, str]:
    """What a cell's type attribute says and what stands inside it.

    Args:
        value: what to write.
        prefix: of the sheet's elements.
        is_1904: the workbook counts days from 1904.
        where: the cell, for messages.

    Raises:
        WorkbookError: the text is too long, the date is outside the calendar, the number is none.

    >>> content(3.5, "", is_1904=False), content("a<b", "x:", is_1904=False)
    (('', '<v>3.5</v>'), ('inlineStr', '<x:is><x:t>a&lt;b</x:t></x:is>'))
    """
    v = f"{prefix}v"
    if value is None or value == "":
        return "", ""
    if isinstance(value, Formula):
        return "", f"<{prefix}f>{escape(value.text.removeprefix('='))}</{prefix}f>"
    if isinstance(value, CellError):
        return "e", f"<{v}>{escape(value)}</{v}>"
    if isinstance(value, str):
        return "inlineStr", f"<{prefix}is>{text_element(value, prefix, where)}</{prefix}is>"
    if isinstance(value, bool):
        return "b", f"<{v}>{int(value)}</{v}>"
    if isinstance(value, (date, time, timedelta)):
        value = serial(value, is_1904=is_1904, where=where)
    return "", f"<{v}>{number_text(value, where)}</{v}>"


def number_text(value: float, where: str = "") -> str:
    """A number as the file writes it.

    >>> number_text(3.0), number_text(0.1), number_text(10**20)
    ('3', '0.1', '1e+20')
    """
    if hasattr(value, "item"):  # a scalar of NumPy prints its type
        value = value.item()
    if not math.isfinite(value):
        raise WorkbookError(f"{where}：{value} 不是单元格能存放的数。")
    if abs(value) >= _LONGEST_WHOLE:
        return repr(float(value))
    return repr(int(value)) if value == int(value) else repr(value)


def text_element(text: str, prefix: str, where: str = "") -> str:
    r"""Text in its `t` element, blanks kept and signs XML cannot hold written as Excel writes them.

    >>> text_element(" a\r", "")
    '<t xml:space="preserve"> a_x000D_</t>'
    """
    units = len(text) + sum(sign > "\uffff" for sign in text) if len(text) * 2 > LONGEST_TEXT else 0
    if units > LONGEST_TEXT:
        raise WorkbookError(f"{where}：文字有 {units:,} 字，超过单元格的 {LONGEST_TEXT:,} 字上限；请截短或分成几格。")
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text or "\t" in text or "  " in text else ""
    return f"<{prefix}t{kept}>{escape(text)}</{prefix}t>"


def plain_text(stored: str) -> str:
    r"""Stored text without Excel's escapes.

    >>> plain_text("a_x000D_b_x005F_x0041_")
    'a\rb_x0041_'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored) if "_x" in stored else stored


def serial(value: date | time | timedelta, *, is_1904: bool, where: str = "") -> float:
    """A date, moment or length of time as the workbook counts it: days.

    >>> serial(date(2026, 1, 5), is_1904=False), serial(datetime(2026, 1, 5, 12), is_1904=True)
    (46027, 44565.5)
    """
    if isinstance(value, time):
        length = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    elif isinstance(value, timedelta):
        length = value
    else:
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        length = moment.replace(tzinfo=None) - _EPOCH - timedelta(days=FROM_1904 if is_1904 else 0)
        if length.days < (0 if is_1904 else _LEAP_THAT_WAS_NOT + 1):
            raise WorkbookError(f"{where}：日期 {value} 早于 Excel 能存放的日期；请写成文字。")
    return length.days if length == timedelta(days=length.days) else length / timedelta(days=1)


def moment(days: float, *, is_1904: bool) -> date | datetime | time | float:
    """What a number of days means under a date format; the number itself where it is no date.

    >>> moment(46027, is_1904=False), moment(0.25, is_1904=False), moment(60, is_1904=False)
    (datetime.date(2026, 1, 5), datetime.time(6, 0), 60)
    """
    if days < 0 or days >= _LAST_DAY - (FROM_1904 if is_1904 else 0):
        return days
    seconds = round((days % 1) * _SECONDS * 1000) / 1000
    whole = int(days) + int(seconds >= _SECONDS)
    clock = timedelta(seconds=seconds % _SECONDS)
    if whole == 0 and not is_1904:
        return (_EPOCH + clock).time()
    if not is_1904 and whole == _LEAP_THAT_WAS_NOT:
        return days
    early = 1 if not is_1904 and whole < _LEAP_THAT_WAS_NOT else 0
    day = _EPOCH + timedelta(days=whole + early + (FROM_1904 if is_1904 else 0)) + clock
    return day.date() if not clock else day


def number(text: str) -> float | int | str:
    """The number a file writes; its text where it is none.

    >>> number("3"), number("1E+3"), number("x")
    (3, 1000.0, 'x')
    """
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
