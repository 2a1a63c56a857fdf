"""The kinds of figure made of other figures; `deriving.py` works them out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from xiaobao_xl.entries import entry
from xiaobao_xl.figures.keys import Figure, split_term


@entry
class Ratio(Figure):
    """One figure over another, or over a base; member by member where the first is split.

    Attributes:
        ratio: numerator and denominator.
        per: the ratio is given per so many (1000 outlets).
    """

    ratio: tuple[str, ...]
    per: float = 1

    def figures(self) -> tuple[str, ...]:
        """Other figures or bases the figure is made of."""
        return self.ratio

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        yield from super().problems()
        if len(self.ratio) != 2:
            yield "ratio 应为两项：分子、分母"


@entry
class Share(Figure):
    """Each member of a split figure over its total.

    Attributes:
        share: figure with `by`.
        adds_up: round by largest remainder, so that the printed shares make exactly 100 %. Otherwise each share is exact
            and recomputes to its printed digit, as the regulator's bulletins do.
    """

    share: str
    adds_up: bool = False
    unit: str = "%"
    decimals: int = 1

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return (self.share,)


@entry
class Interval(Figure):
    """The test beside each printed share: does it lie within half a unit of its last place of count over total?

    相符: the printed share is the rounded one. 尾差＋0.1: the largest remainder method moved it by so many percentage
    points, so that the shares make 100 %. A share of nothing is not tested.

    Attributes:
        interval: figure of kind `share`.
    """

    interval: str
    unit: str = ""

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return (self.interval,)


@entry
class Rank(Figure):
    """Place of each member among its siblings, largest first; equal values share a place (1, 2, 2, 4).

    未填写, 未识别 and members without a value have no place.

    Attributes:
        rank: figure with `by`.
    """

    rank: str
    unit: str = "名"

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return (self.rank,)


@entry
class MedianOf(Figure):
    """Ordinary median (mean of the two middle values) over the members of a split figure, one number.

    Members of the first axis; 未填写, 未识别 and members without a value are left out.

    Attributes:
        median_of: figure with `by`.
    """

    median_of: str

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return (self.median_of,)


@entry
class Change(Figure):
    """A figure against an earlier period (as a fraction), or since the first of January (as a number).

    Nothing is claimed where the registers do not cover the earlier period.

    Attributes:
        change: figure compared.
        versus: `previous_period` 环比, `same_period_last_year` 同比, `cumulative` 本年累计.
    """

    change: str
    versus: Literal["previous_period", "same_period_last_year", "cumulative"]

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return (self.change,)


@entry
class Total(Figure):
    """Figures added up, member by member where they are split alike; `figure[member]` takes a single member.

    Attributes:
        total: figures or single members.
    """

    total: tuple[str, ...]

    def figures(self) -> tuple[str, ...]:
        """Other figures the figure is made of."""
        return tuple(dict.fromkeys(split_term(term)[0] for term in self.total))
