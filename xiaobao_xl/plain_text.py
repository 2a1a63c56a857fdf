"""Text brought to one spelling: full-width signs, blanks and hyphens of every kind made ordinary, or left out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_BLANKS = "\t\n\v\f\r \u00a0\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u00ad" + "".join(
    map(chr, range(0x2000, 0x2010))
)
_HYPHENS = "-_‐‑‒–—―−－﹣～~"
_PLAIN = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，：；！？（）"},
    **{ord(sign): " " for sign in _BLANKS if sign != " "},
    **{ord(sign): "-" for sign in _HYPHENS if sign != "-"},
    **{code + number: str(number) for code in (0x660, 0x6F0, 0x966) for number in range(10)},
}
_ODD = re.compile("[" + "".join(re.escape(chr(code)) for code in _PLAIN) + "]")
SKIPPED: Final = frozenset(_BLANKS + _HYPHENS)
"""Signs that part neither numbers nor names."""
_COMPACT = {**_PLAIN, **{ord(sign): None for sign in SKIPPED}}
_SPELLED = dict(zip("零〇一二三四五六七八九幺", "001234567891", strict=True))


def plain(text: str) -> str:
    """A text of the same length in half-width signs, with ordinary blanks and hyphens.

    >>> plain("１３８　0013—8000")
    '138 0013-8000'
    """
    return text.translate(_PLAIN) if _ODD.search(text) else text


@lru_cache(maxsize=1 << 17)
def compact(text: str) -> str:
    """What two spellings of one number or name have in common.

    >>> compact("138-0013 8000"), compact("+86 138 0013 8000"), compact("11010519491231002x"), compact("张　三")
    ('13800138000', '13800138000', '11010519491231002X', '张三')
    """
    kept = text.translate(_COMPACT).upper().strip("().,;:+（），：；")
    if len(kept) >= 11 and all(sign in _SPELLED for sign in kept):
        kept = "".join(_SPELLED[sign] for sign in kept)
    return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", kept)
