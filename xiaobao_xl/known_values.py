"""Known values found in running text: names, numbers and addresses a register holds, exact or with blanks in between.

A longer known value goes before a shorter one, and a protected term (the name of an outlet) before a name inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from xiaobao_xl.plain_text import SKIPPED, plain


class Found(NamedTuple):
    """A known value in a text.

    Attributes:
        begin: where it begins.
        end: where it ends.
        value: the value in its compact spelling.
    """

    begin: int
    end: int
    value: str


class KnownValues:
    """Values to look for, in compact spelling (see `private_text.compact`), of at least two signs.

    Args:
        values: value → its kind, anything.
        protected: texts in which a value is not looked for where they are longer than it.
    """

    def __init__(self, values: Mapping[str, str], protected: Iterable[str] = ()) -> None:
        """Note how long those are that begin with the same two signs."""
        self.kinds = {value: kind for value, kind in values.items() if len(value) > 1}
        self._terms = {*self.kinds, *(term for term in protected if len(term) > 2)}
        lengths: dict[str, set[int]] = {}
        for term in self._terms:
            lengths.setdefault(term[:2], set()).add(len(term))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}
        first, second = ("".join(map(re.escape, sorted({start[place] for start in lengths}))) for place in (0, 1))
        self._starts = re.compile(f"[{first}](?=[{second}])" if lengths else "(?!)")

    def find(self, text: str) -> Iterator[Found]:
        """Values in a text, from left to right, without overlaps.

        >>> list(KnownValues({"张三": "person"}, ["张三路支行"]).find("张　三在张三路支行"))
        [Found(begin=0, end=3, value='张三')]
        """
        seen = plain(text).upper()
        if len(seen) != len(text):  # a letter whose capital is longer
            seen = plain(text)
        places: list[int] | None = None
        if " " in seen or "-" in seen:
            places = [place for place, sign in enumerate(text) if sign not in SKIPPED]
            seen = "".join([seen[place] for place in places])
        end = 0
        for start in self._starts.finditer(seen):
            begin = start.start()
            lengths = self._lengths.get(seen[begin : begin + 2]) if begin >= end else None
            if lengths and (term := self._at(seen, begin, lengths, text, places)):
                end = begin + len(term)
                if term in self.kinds:
                    last = end - 1
                    yield Found(begin, end, term) if places is None else Found(places[begin], places[last] + 1, term)

    def _at(self, seen: str, begin: int, lengths: list[int], text: str, places: list[int] | None) -> str:
        """The longest term that stands here as a whole: a number is no part of a longer one."""
        for length in lengths:
            term = seen[begin : begin + length]
            if term in self._terms:
                first = begin if places is None else places[begin]
                last = begin + length - 1 if places is None else places[begin + length - 1]
                if not (_joins(term[0], text[first - 1 : first]) or _joins(term[-1], text[last + 1 : last + 2])):
                    return term
        return ""


def _joins(sign: str, neighbour: str) -> bool:
    """A letter or digit goes on in its neighbour."""
    return sign.isascii() and neighbour.isascii() and neighbour.isalnum()
