"""Reports: figures over one register, relations that must hold between them, and numbers the register does not hold.

The kinds of figure are in `figure_kinds.py`; `counting.py` does the counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.figures.kinds import (
    AnyFigure,
    Figure,
    Interval,
    Level,
    Listing,
    MedianOf,
    Rank,
    Ratio,
    Share,
    Text,
    Total,
    split_term,
)


@entry
class CrossFoot:
    """Two sides that must be equal, row by row.

    Attributes:
        left: figures or single members; a split figure stands for its total.
        right: likewise.
        title: the relation in words.
        same_source: both sides come from one register (同源): equality shows that nothing was lost in counting,
            not that the register agrees with the last filing.
        each: column that splits every term; the relation must hold for each of its members (each branch), and a
            bracket names members of the other column.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    title: str
    same_source: bool = False
    each: str = ""

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
        by: column whose members each have a number of their own, named in the table's 类别 (保费收入 by 险种). The
            whole is the row without 类别, or else the sum.
        level: where a tree of categories is cut, as for figures.
        scale: the number is given in so many of the table's (100000000, with `unit: 亿元`).
        decimals: digits after the point when shown.
    """

    title: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    by: str = ""
    level: Level = "reported"
    scale: float = 1
    decimals: int = 0


@entry
class Hints:
    """When a report gives hints; settings of ours, not of any law.

    Attributes:
        of: figures split along one axis whose members are compared with their own earlier number and with each other.
        small_base: an earlier number below this is a small base.
        least_change: smaller changes of a member from a small base are not mentioned.
        deviations: how many scaled median absolute deviations above the median a member must lie to stand out.
        least_members: with fewer members than this, none stands out.
    """

    of: tuple[str, ...] = ()
    small_base: int = 10
    least_change: int = 5
    deviations: float = 3.5
    least_members: int = 5


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
        hints: when the analyst is told of small bases and outliers.
    """

    title: str
    register: str
    where: Condition = field(default_factory=dict)
    figures: Mapping[str, AnyFigure]
    cross_foots: Mapping[str, CrossFoot] = field(default_factory=dict)
    bases: Mapping[str, Base] = field(default_factory=dict)
    covered_by: tuple[str, ...] = ()
    note: str = ""
    hints: Hints = field(default_factory=Hints)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Mistakes the types cannot show: path below the report, and what is wrong."""
        for name, figure in self.figures.items():
            for what in figure.problems():
                yield f"figures.{name}", what
            if name in self._behind(name, set()):
                yield f"figures.{name}", "指标绕回自身"
            else:
                yield from ((f"figures.{name}", what) for what in self._unfit(figure))
        titles: dict[str, str] = {}
        for name, named in [*self.figures.items(), *self.bases.items()]:
            if titles.setdefault(named.title, name) != name:
                yield f"figures.{name}", f"标题 {named.title} 已被 {titles[named.title]} 使用"

    def split_by(self, term: str, behind: tuple[str, ...] = ()) -> Figure | Base | None:
        """The figure or base whose `by` splits a term: itself or one it is made of; None for a whole or one member."""
        name, member = split_term(term)
        if name in self.bases:
            return self.bases[name] if self.bases[name].by and not member else None
        figure = self.figures.get(name)
        if figure is None or member or name in behind or isinstance(figure, MedianOf | Listing):
            return None
        if figure.by:
            return figure
        terms = figure.total if isinstance(figure, Total) else figure.figures()
        return next((found for other in terms if (found := self.split_by(other, (*behind, name)))), None)

    def _unfit(self, figure: Figure) -> Iterator[str]:
        """Figures that the kind of a figure cannot be made of."""
        needs = {Share: "无从计算占比", Rank: "无从排名", MedianOf: "无从取各项的中位数"}
        for other in figure.figures() if type(figure) in needs else ():
            if other in self.figures and not self.split_by(other):
                yield f"{other} 没有 by，{needs[type(figure)]}"
        if isinstance(figure, Listing):
            told = self.figures.get(split_term(figure.of)[0])
            if figure.of in self.bases or isinstance(told, Text | Rank | Interval):
                yield f"{figure.of} 不由投诉计得，无从逐件列示"
        if isinstance(figure, Interval) and not isinstance(self.figures.get(figure.interval, Share), Share | type):
            yield f"{figure.interval} 不是占比（share），没有舍入可核对"
        if isinstance(figure, Ratio) and len(figure.ratio) == 2:
            base, split = self.bases.get(figure.ratio[1]), self.split_by(figure.ratio[0])
            if base and base.by and isinstance(split, Figure) and (base.by, base.level) != _first_axis(split):
                column, level = _first_axis(split)
                named = f"分母 {figure.ratio[1]} 按 {base.by}（{base.level}）分列"
                yield f"{named}，分子 {figure.ratio[0]} 却按 {column}（{level}）分列，无法逐项相除"

    def _behind(self, name: str, seen: set[str]) -> set[str]:
        for other in self.figures[name].figures() if name in self.figures else ():
            if other not in seen:
                seen.add(other)
                self._behind(other, seen)
        return seen


def _first_axis(figure: Figure) -> tuple[str, Level]:
    """Column and level of a figure's first axis."""
    return figure.by[0], figure.level_of(figure.by[0])
