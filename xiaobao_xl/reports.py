"""Reports: figures over one register, relations that must hold between them, and numbers the register does not hold.

The kinds of figure are in `figure_kinds.py`; `counting.py` does the counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.figure_kinds import AnyFigure, Share, split_term


@entry
class CrossFoot:
    """Two sides that must be equal, row by row.

    Attributes:
        left: figures or single members; a split figure stands for its total.
        right: likewise.
        title: the relation in words.
        same_source: both sides come from one register (同源): equality shows that nothing was lost in counting,
            not that the register agrees with the last filing.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    title: str
    same_source: bool = False

    def figures(self) -> tuple[str, ...]:
        """Figures named on either side."""
        return tuple(dict.fromkeys(split_term(term)[0] for term in (*self.left, *self.right)))


@entry
class Base:
    """A number the register does not hold, taken from the 基础数据 table.

    Attributes:
        title: name of the item in the table.
        aliases: other names of it.
        unit: unit of the number.
    """

    title: str
    aliases: tuple[str, ...] = ()
    unit: str = ""


@entry
class Report:
    """One statistical table.

    Attributes:
        title: name of the report (Chinese).
        register: id of the register it counts.
        where: only these rows, unless a figure's own `where` says otherwise of the same column.
        figures: figure id → figure.
        cross_foots: id → relation that must hold.
        bases: id → number from the 基础数据 table.
        covered_by: date columns that show a register covers a period: some row carries one within it. Without
            them the date column of the figure compared is taken.
        note: where the layout comes from, for the 底稿.
    """

    title: str
    register: str
    where: Condition = field(default_factory=dict)
    figures: Mapping[str, AnyFigure]
    cross_foots: Mapping[str, CrossFoot] = field(default_factory=dict)
    bases: Mapping[str, Base] = field(default_factory=dict)
    covered_by: tuple[str, ...] = ()
    note: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Mistakes the types cannot show: path below the report, and what is wrong."""
        for name, figure in self.figures.items():
            for what in figure.problems():
                yield f"figures.{name}", what
            if name in self._behind(name, set()):
                yield f"figures.{name}", "指标绕回自身"
            if isinstance(figure, Share) and not getattr(self.figures.get(figure.share), "by", ("",)):
                yield f"figures.{name}", f"{figure.share} 没有 by，无从计算占比"
        titles: dict[str, str] = {}
        for name, named in [*self.figures.items(), *self.bases.items()]:
            if titles.setdefault(named.title, name) != name:
                yield f"figures.{name}", f"标题 {named.title} 已被 {titles[named.title]} 使用"

    def _behind(self, name: str, seen: set[str]) -> set[str]:
        for other in self.figures[name].figures() if name in self.figures else ():
            if other not in seen:
                seen.add(other)
                self._behind(other, seen)
        return seen
