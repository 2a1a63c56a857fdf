"""Dates as people type them, read or refused, never guessed.

Read: 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日, 20260105 (text or number), each with full-width digits, spaces,
a weekday, a time of day; serial numbers by the date system of the workbook.
Refused, with the reason: two-digit years (26.1.5), the day or month first (1/5/2026), a missing day or year,
days that do not exist (2026-02-30, 1900-02-29), serial numbers no one means as a date.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta

FIRST_DAY, LAST_YEAR = datetime(1900, 3, 1), 2199  # noqa: DTZ001  Excel counts a 29 February 1900 that never was
_SERIALS = range(14_000, 80_000)  # 1938 to 2119 in the 1900 system: the numbers someone can mean as a date
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001
_REWRITE = "请改写为 2026-01-05 这样的年-月-日"

_TIME = (
    r"(?P<half>上午|下午|晚上|凌晨|中午|[AaPp][Mm])?(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?"
    r"(?:[:分](?P<second>\d{1,2})?)?(?:\.\d+)?秒?(?P<after>[AaPp][Mm])?(?:\+08:?00)?"
)
_WEEKDAY = r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?"
_TAIL = re.compile(rf"(?:{_WEEKDAY})?[T,]?(?:{_TIME})?(?:{_WEEKDAY})?")
_DAY = re.compile(
    r"(?P<year>\d{4})(?:-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})(?!\d)|/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})(?!\d)"
    r"|\.(?P<m3>\d{1,2})\.(?P<d3>\d{1,2})(?!\d)\.?|年(?P<m4>\d{1,2})月(?P<d4>\d{1,2})(?:[日号]|(?!\d))"
    r"|(?P<m5>\d{2})(?P<d5>\d{2})(?!\d))(?P<tail>.*)"
)
_SPACED = re.compile(r"(?<=\d)\s+(?=(?:上午|下午|晚上|凌晨|中午|[AaPp][Mm])?\d{1,2}[:时点])")
_BLANKS_BETWEEN = re.compile(r"\d{4}\s+\d{1,2}\s+\d{1,2}")
_COMPACT = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})?")
_SHORT_YEAR = re.compile(r"'?\d{1,2}(?:([-/.])\d{1,2}\1\d{1,2}|年\d{1,2}月\d{1,2}[日号]?)(?:\D.*)?")
_YEAR_LAST = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}(?:\D.*)?")
_NO_DAY = re.compile(r"\d{4}(?:[-/.]\d{1,2}|年(?:\d{1,2}月?)?)?|\d{6}")
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.]\d{1,2}|月\d{1,2}[日号]?)")


def read_text(text: str) -> datetime | str:
    """Read one date, or say in Chinese why it cannot be read.

    >>> read_text("２０２６年１月５日"), read_text("26.1.5")
    (datetime.datetime(2026, 1, 5, 0, 0), '年份只有两位，无法确定是哪一年；请改写为 2026-01-05 这样的年-月-日')
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("—", "-").replace("–", "-").replace("−", "-")
    if _BLANKS_BETWEEN.fullmatch(plain):
        return f"年、月、日之间只有空格；{_REWRITE}"
    plain = re.sub(r"\s+", "", _SPACED.sub("T", plain))
    if compact := _COMPACT.fullmatch(plain):
        plain = f"{compact[1]}T{compact[2]}:{compact[3]}:{compact[4] or '00'}"
    match = _DAY.fullmatch(plain)
    tail = _TAIL.fullmatch(match["tail"]) if match else None
    if match is None or tail is None:
        return _why_not(plain)
    month, day = (next(match[f"{part}{form}"] for form in range(1, 6) if match[f"{part}{form}"]) for part in "md")
    try:
        on = date(int(match["year"]), int(month), int(day))
        return _plausible(datetime.combine(on, _clock(tail)))
    except ValueError:
        return f"这一天或时刻不存在；{_REWRITE}"


def read_number(number: float, *, is_1904: bool) -> datetime | str:
    """Read a bare number in a date column: 20260105, or a serial of the workbook's date system.

    >>> read_number(46027.0, is_1904=False), read_number(20260105.0, is_1904=False)
    (datetime.datetime(2026, 1, 5, 0, 0), datetime.datetime(2026, 1, 5, 0, 0))
    """
    if number % 1 == 0 and 19000101 <= number <= 21991231:
        return read_text(str(int(number)))
    if math.isfinite(number) and int(number) + (1462 if is_1904 else 0) in _SERIALS:
        return _EPOCHS[is_1904] + timedelta(milliseconds=round(number * 86_400_000))
    return f"这个数字不是日期（也不是合理的日期序号）；{_REWRITE}"


def read_cell(cell: object) -> datetime | str:
    """Check a cell that Excel itself holds as a date or time."""
    if isinstance(cell, datetime):
        return _plausible(cell)
    if isinstance(cell, date):
        return _plausible(datetime.combine(cell, time()))
    if isinstance(cell, (time, timedelta)):
        return f"只有时刻、没有日期；{_REWRITE}"
    return f"不是日期；{_REWRITE}"


def _plausible(moment: datetime) -> datetime | str:
    if moment < FIRST_DAY:
        return f"1900 年 3 月 1 日以前的日期在 Excel 里不可靠；{_REWRITE}"
    if moment.year > LAST_YEAR:
        return f"年份超出合理范围；{_REWRITE}"
    return moment


def _clock(tail: re.Match[str]) -> time:
    if not tail["hour"]:
        return time()
    hour, half = int(tail["hour"]), (tail["half"] or tail["after"] or "").lower()
    if half in {"下午", "晚上", "pm"} and hour < 12:
        hour += 12
    elif half in {"凌晨", "上午", "am"} and hour == 12:
        hour = 0
    return time(hour, int(tail["minute"] or 0), int(tail["second"] or 0))


def _why_not(plain: str) -> str:
    if _SHORT_YEAR.fullmatch(plain):
        return f"年份只有两位，无法确定是哪一年；{_REWRITE}"
    if _YEAR_LAST.fullmatch(plain):
        return f"分不清哪个是月、哪个是日；{_REWRITE}"
    if _NO_DAY.fullmatch(plain):
        return f"缺少月或日；{_REWRITE}"
    if _NO_YEAR.fullmatch(plain):
        return f"缺少年份；{_REWRITE}"
    return f"不是能识别的日期；{_REWRITE}"
