"""A checklist: what was looked at, whether it is in order, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Literal

State = Literal["good", "bad", "note"]
MARKS: dict[State, str] = {"good": "✓", "bad": "✗", "note": "！"}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a checklist.

    Attributes:
        part: the heading it stands under, `程序`.
        state: in order; out of order; or nothing wrong but worth knowing.
        text: what was found.
        next_step: what to do; empty where nothing is to be done.
    """

    part: str
    state: State
    text: str
    next_step: str = ""

    def lines(self) -> Iterator[str]:
        """The line, and under it the next step."""
        yield f"  {MARKS[self.state]} {self.text}"
        if self.next_step:
            yield f"      → {self.next_step}"

    def as_json(self) -> dict[str, str]:
        """Plain values under the names of the attributes."""
        return asdict(self)


def lines(items: Sequence[Item]) -> Iterator[str]:
    """All items in their order, a heading before each part.

    >>> list(lines([Item(part="程序", state="good", text="版本 1")]))
    ['程序', '  ✓ 版本 1', '']
    """
    for part, group in groupby(items, key=lambda item: item.part):
        yield part
        for item in group:
            yield from item.lines()
        yield ""
