"""The kinds of figure a report may hold. `counting.py` counts those of rows, `deriving.py` those made of others.

A figure's kind is told by its first key:

    received:      {flow: received_on, title: 本期收到}                 rows whose date falls in the period
    pending:       {stock: [received_on, closed_on], at: end, …}        rows begun and not ended at a moment
    paid:          {sum: compensation_cny, on: closed_on, …}            a number column added up
    average_days:  {mean: [received_on, closed_on], on: closed_on, …}   days between two dates, or a number column
    median_days:   {median: [received_on, closed_on], on: closed_on, …} the ordinary median
    timely_rate:   {ratio: [closed_in_time, closed], …}                 one figure over another (or over a base), × per
    reason_share:  {share: by_reason, …}                                each member of a figure over its total
    share_test:    {interval: reason_share, …}                          whether each printed share is the rounded one
    reason_rank:   {rank: by_reason, …}                                 place of each member among its siblings
    middle_rate:   {median_of: rate_by_line, …}                         the ordinary median over the members of a figure
    versus_last:   {change: received, versus: previous_period, …}       环比、同比、累计
    front:         {total: ["by_channel[counter]", electronic], …}      figures, or single members, added up
    overdue_list:  {list: [complaint_no, decision.due_on], of: overdue, …}  the complaints behind a figure, line by line
    institution:   {text: institution, …}                               words for the head of the table

`by` splits a figure along one or two columns. The members are the categories or values of the column in their own
order, then 未填写 and 未识别, always. A figure's `where` on a column takes the place of the report's on that column.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from xiaobao_xl.entries import entry
from xiaobao_xl.figures.derived_kinds import Change, Interval, MedianOf, Rank, Ratio, Share, Total
from xiaobao_xl.figures.keys import Figure, Level, split_term

__all__ = [
    "DEADLINE_PARTS",
    "TEXTS",
    "AnyFigure",
    "Change",
    "Figure",
    "Flow",
    "Interval",
    "Level",
    "Listing",
    "Mean",
    "Median",
    "MedianOf",
    "Rank",
    "Ratio",
    "Share",
    "Stock",
    "Sum",
    "Text",
    "Total",
    "split_term",
]

TEXTS = ("institution", "period", "dates", "as_of", "prepared_by", "reviewed_by", "approved_by", "nil")
DEADLINE_PARTS = {
    "due_on": "届满日",
    "status": "时限状态",
    "days_left": "剩余天数",
    "awaits": "等待事项",
    "explanation": "怎样算出",
}


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

    A scaled sum is rounded to its printed digits (half up). Cross-foots over it then hold if the rounding intervals of
    the two sides meet.

    Attributes:
        sum: number column; an empty cell or zero adds nothing and is not listed.
        on: date column that places a row in the period.
        scale: the sum is given in so many of the column's unit (10000, with `unit: 万元`).
    """

    sum: str
    on: str
    scale: float = 1

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return (self.sum, self.on, *self.by)

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        yield from super().problems()
        if self.scale <= 0:
            yield "scale 应大于零"


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
class Listing(Figure):
    """The complaints behind another figure, one line each; its value is their number.

    In a template `{{ 清单.投诉编号 }}` repeats its row for every complaint; a sheet whose title holds such a mark is
    copied for every complaint.

    Attributes:
        list: register columns, and `<deadline>.due_on`, `.status`, `.days_left`, `.awaits` (what has not happened yet)
            or `.explanation` as of the moment of the figure listed; other columns are printed as they stand in the
            register.
        of: figure listed, or `figure[member]`.
        order: columns or parts of a deadline to sort by, `-` before one for the greatest first.
    """

    list: tuple[str, ...]
    of: str
    order: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Register columns the figure names."""
        return tuple(name for name in self._named() if "." not in name)

    def figures(self) -> tuple[str, ...]:
        """The figure listed."""
        return (split_term(self.of)[0],)

    def deadlines(self) -> tuple[str, ...]:
        """Deadlines the figure names."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self._named() if "." in name))

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        if self.by or self.where:
            yield "list 不写 by 和 where，所列的投诉由 of 决定"
        if not self.list:
            yield "list 至少一列"
        for name in self._named():
            part = name.partition(".")[2]
            if part and part not in DEADLINE_PARTS:
                yield f"时限没有 {part}；应为 {'、'.join(DEADLINE_PARTS)} 之一"
        if any(term.partition(".")[2] in {"awaits", "explanation"} for term in self.order):
            yield "不能按 awaits、explanation 排序"

    def _named(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.list, *(name.removeprefix("-") for name in self.order))))


@entry
class Text(Figure):
    """Words for the head and foot of the table.

    Attributes:
        text: `institution`, `period` (2026年第三季度), `dates` (first to last day), `as_of`, `prepared_by`,
            `reviewed_by`, `approved_by`, `nil` (says that nothing was to be counted; else nothing).
    """

    text: str
    unit: str = ""

    def problems(self) -> Iterator[str]:
        """What is wrong with the figure itself."""
        if self.text not in TEXTS:
            yield f"不认识的 text {self.text}；应为 {'、'.join(TEXTS)} 之一"


AnyFigure = (
    Flow | Stock | Sum | Mean | Median | Ratio | Share | Interval | Rank | MedianOf | Change | Total | Listing | Text
)
