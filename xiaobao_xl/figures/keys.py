"""Keys common to all kinds of figure, and how one figure names another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Literal

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry

Level = Literal["reported", "leaf"] | int
_TERM = re.compile(r"([^\[\]]+)((?:\[[^\[\]]+\])*)")


def split_term(term: str) -> tuple[str, tuple[str, ...]]:
    """A figure, or one member of it, as written in totals, cross-foots and templates.

    >>> split_term("by_channel[counter]"), split_term("received")
    (('by_channel', ('counter',)), ('received', ()))
    """
    found = _TERM.fullmatch(term.strip())
    if not found:
        return term.strip(), ()
    return found[1].strip(), tuple(part.strip() for part in re.findall(r"\[([^\[\]]+)\]", found[2]))


@entry
class Figure:
    """Keys common to all kinds.

    Attributes:
        title: Chinese title; marks in templates use it.
        meaning: what is counted, in words, for the 底稿.
        by: none, one or two columns that split the figure into members.
        level: where a tree of categories is cut: `reported` (as statistics count it), `leaf`, or a depth from 1; one
            for each column of `by`, or one for all.
        finer: column of the same scheme that says more than one of `by` (业务类别明细); its category is taken where it
            lies below that of the other, and everywhere where the register lacks the other.
        where: only rows that meet this condition; also `<deadline>.status`.
        unit: 件, 元, 天 …; `%` means the value is a fraction shown as a percentage.
        decimals: digits after the point when shown (of the percentage where the unit is %).
        printed: false for a figure that only serves others and need not stand in the template.
    """

    title: str
    meaning: str = ""
    by: tuple[str, ...] = ()
    level: tuple[Level, ...] = ("reported",)
    finer: str = ""
    where: Condition = field(default_factory=dict)
    unit: str = "件"
    decimals: int = 0
    printed: bool = True

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names, `where` aside."""
        return self.by

    def figures(self) -> tuple[str, ...]:
        """Other figures or bases the figure is made of."""
        return ()

    def deadlines(self) -> tuple[str, ...]:
        """Deadlines the figure names, `where` aside."""
        return ()

    def level_of(self, column: str) -> Level:
        """Where the tree of one column of `by` is cut."""
        return self.level[self.by.index(column)] if len(self.level) > 1 else self.level[0]

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself, whatever the register."""
        if len(self.by) > 2:
            yield "by 最多两列"
        if len(self.level) not in {1, len(self.by)}:
            yield "level 应为一项，或与 by 逐列对应"
