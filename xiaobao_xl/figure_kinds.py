"""The kinds of figure a report may hold. `counting.py` does the counting.

A figure's kind is told by its first key:

    received:      {flow: received_on, title: 本期收到}                 rows whose date falls in the period
    pending:       {stock: [received_on, closed_on], at: end, …}        rows begun and not ended at a moment
    paid:          {sum: compensation_cny, on: closed_on, …}            a number column added up
    average_days:  {mean: [received_on, closed_on], on: closed_on, …}   days between two dates, or a number column
    median_days:   {median: [received_on, closed_on], on: closed_on, …} the ordinary median
    timely_rate:   {ratio: [closed_in_time, closed], …}                 one figure over another (or over a base), × per
    reason_share:  {share: by_reason, …}                                each member of a figure over its total
    versus_last:   {change: received, versus: previous_period, …}       环比、同比、累计
    front:         {total: ["by_channel[counter]", electronic], …}      figures, or single members, added up
    institution:   {text: institution, …}                               words for the head of the table

`by` splits a figure along one or two columns. The members are the categories or values of the column in their own
order, then 未填写 and 未识别, always. A figure's `where` on a column takes the place of the report's on that column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Literal

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry

TEXTS = ("institution", "period", "dates", "as_of", "prepared_by", "reviewed_by", "approved_by")
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
        level: where a tree of categories is cut: `reported` (as statistics count it), `leaf`, or a depth from 1.
        where: only rows that meet this condition; also `<deadline>.status`.
        unit: 件, 元, 天 …; `%` means the value is a fraction shown as a percentage.
        decimals: digits after the point when shown (of the percentage where the unit is %).
        printed: false for a figure that only serves others and need not stand in the template.
    """

    title: str
    meaning: str = ""
    by: tuple[str, ...] = ()
    level: Literal["reported", "leaf"] | int = "reported"
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

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself, whatever the register."""
        if len(self.by) > 2:
            yield "by 最多两列"


@entry
class Flow(Figure):
    """Rows whose date falls in the period, both end days included.

    Attributes:
        flow: date column.
    """

    flow: str

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (self.flow, *self.by)


@entry
class Stock(Figure):
    """Rows begun and not ended at a moment; a row ends on the first of its end dates.

    At the start of the period: begun before its first day and not ended before it. At the end: begun by the last
    day and not ended by it. A deadline's status in `where` is the status as of that moment, knowing only what had
    happened by then.

    Attributes:
        stock: column of the beginning, then one or more of the end.
        at: `start` or `end` of the period.
    """

    stock: tuple[str, ...]
    at: Literal["start", "end"] = "end"

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (*self.stock, *self.by)

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        yield from super().problems()
        if len(self.stock) < 2:
            yield "stock 至少两列：开始日期、结束日期"


@entry
class Sum(Figure):
    """A number column added up over the rows whose date falls in the period.

    Attributes:
        sum: number column; an empty cell or zero adds nothing and is not listed.
        on: date column that places a row in the period.
    """

    sum: str
    on: str

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (self.sum, self.on, *self.by)


@entry
class Mean(Figure):
    """Average over the rows whose date falls in the period; rows without the number do not count.

    Attributes:
        mean: a number column, or two date columns: days from the first to the second (reversed ones do not count).
        on: date column that places a row in the period.
    """

    mean: tuple[str, ...]
    on: str

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (*self.mean, self.on, *self.by)

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        yield from super().problems()
        if len(self.mean) > 2:
            yield "mean 应为一列数值，或两列日期"


@entry
class Median(Figure):
    """Ordinary median (mean of the two middle values), otherwise as Mean.

    Attributes:
        median: a number column, or two date columns.
        on: date column that places a row in the period.
    """

    median: tuple[str, ...]
    on: str

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (*self.median, self.on, *self.by)

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        yield from super().problems()
        if len(self.median) > 2:
            yield "median 应为一列数值，或两列日期"


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


@entry
class Text(Figure):
    """Words for the head and foot of the table.

    Attributes:
        text: `institution`, `period` (2026年第三季度), `dates` (first to last day), `as_of`, `prepared_by`,
            `reviewed_by`, `approved_by`.
    """

    text: str
    unit: str = ""

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        if self.text not in TEXTS:
            yield f"不认识的 text {self.text}；应为 {'、'.join(TEXTS)} 之一"


AnyFigure = Flow | Stock | Sum | Mean | Median | Ratio | Share | Change | Total | Text
