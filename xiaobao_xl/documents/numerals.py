"""Numerals: numbers as officers write them in a sentence, each as the range it may stand for once rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％＋－−", "0123456789.%+--")
_NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?")
SCALES: Final = {"万": 1e4, "亿": 1e8, "%": 0.01}
_PLACES = re.compile(  # numbers that count nothing: dates, ordinals, headings, factors
    r"\d{4}-\d{1,2}(?:-\d{1,2})?|\d{4}[./]\d{1,2}[./]\d{1,2}|\d{4}年(?:度|\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月(?:\d{1,2}日|份)?|\d{1,2}日|"
    r"第\d+|前\d+(?=[位名项类])|[×x]\d+|^\s*[（(]?\d+[)）.、](?!\d)|\d{5,}(?=热线|平台)"
)
_HEDGES_BEFORE = re.compile(r"(?:大约|约|近|将近|接近|超过|超|逾|突破|高于|不足|不到|低于|至少|最多|不少于|不超过)\s*$")
_HEDGES_BEHIND = re.compile(r"\s*(?:多|余|左右|上下|以上|以下|以内)")


class Numeral(NamedTuple):
    """A number in a text.

    Attributes:
        start: where it begins.
        end: where it ends, with 万, 亿 or %.
        low: the least exact value it may stand for.
        high: the greatest.
        is_hedged: 约, 近, 余 … stand beside it.
        is_percentage: it ends with %.
    """

    start: int
    end: int
    low: float
    high: float
    is_hedged: bool
    is_percentage: bool

    def agrees(self, exact: float) -> bool:
        """The exact value, rounded as the text rounds, is the number."""
        slack = 1e-9 * max(1.0, abs(exact))
        return self.low - slack <= exact <= self.high + slack


def plain(text: str) -> str:
    """Full-width digits as half-width ones; the length stays.

    >>> plain("９７件，２９．３％")
    '97件，29.3%'
    """
    return text.translate(_HALF_WIDTH)


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text that say how many; dates, ordinals and factors are left out.

    >>> [text[n.start:n.end] for text in ["2026年7月收到1,234件，占29.3%，第2位"] for n in numerals(text)]
    ['1,234', '29.3%']
    """
    text = plain(text)
    places = [range(*found.span()) for found in _PLACES.finditer(text)]
    for found in _NUMBER.finditer(text):
        if any(found.start() in place or found.end() - 1 in place for place in places):
            continue
        unit = text[found.end() : found.end() + 1]
        scale = SCALES.get(unit, 1.0)
        end = found.end() + (unit in SCALES)
        value = float(found[0].replace(",", "")) * scale
        half = 0.5 * 10.0 ** -len(found[0].partition(".")[2]) * scale
        hedged = bool(_HEDGES_BEFORE.search(text[: found.start()]) or _HEDGES_BEHIND.match(text, end))
        yield Numeral(found.start(), end, value - half, value + half, hedged, unit == "%")
