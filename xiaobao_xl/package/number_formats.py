"""Number formats: those Excel knows by number alone, and which of them show a number as a date."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

FIXED: Final = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats Excel knows by number alone. Dates under 14 and 22 it shows as the system writes them, whatever is said here."""
_YEAR_MONTH, _MONTH_DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
_HALF_DAY, _HALF_DAY_SECONDS = '上午/下午h"时"mm"分"', '上午/下午h"时"mm"分"ss"秒"'
_MONEY: Final = tuple(
    f'"¥"{digits};{colour}"¥"\\-{digits}' for digits in ("#,##0", "#,##0.00") for colour in ("", "[Red]")
)
_LOCAL: Final = {  # these depend on the language of Excel: as a Chinese one reads them
    5: _MONEY[0], 6: _MONEY[1], 7: _MONEY[2], 8: _MONEY[3],
    27: _YEAR_MONTH, 28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 34: _HALF_DAY, 35: _HALF_DAY_SECONDS, 36: _YEAR_MONTH,
    41: '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    50: _YEAR_MONTH, 51: _MONTH_DAY, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _MONTH_DAY, 55: _HALF_DAY,
    56: _HALF_DAY_SECONDS, 57: _YEAR_MONTH, 58: _MONTH_DAY,
}  # fmt: skip
BUILT_IN: Final = FIXED | _LOCAL
"""Every format Excel knows by number alone, as a Chinese Excel reads it."""
FIRST_FREE: Final = 164
"""The least number of a format a file may name itself."""
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?|general|g/通用格式', re.IGNORECASE | re.DOTALL)
_DATE_SIGN = re.compile(r"[dmyhsgb]|aaa|e(?![+-])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_date_format(code: str) -> bool:
    """A number in this format is shown as a date, a time of day or an elapsed time.

    >>> is_date_format("[$-804]yyyy-mm-dd;@"), is_date_format("[h]:mm"), is_date_format('[Red]0.00"days"')
    (True, True, False)
    """
    return bool(_DATE_SIGN.search(_LITERAL.sub(" ", code).partition(";")[0]))
