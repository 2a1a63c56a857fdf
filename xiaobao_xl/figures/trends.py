"""Trends: figures of a counted report over other periods — the one before, a year ago, each month — row by row.

A report prints what was asked of it; a text about it also compares members with earlier periods and follows the months.
What the registers do not cover is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xiaobao_xl import conditions
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Flow
from xiaobao_xl.figures.row_lists import Knowledge
from xiaobao_xl.figures.values import Figures, Member, Value
from xiaobao_xl.periods import Period
from xiaobao_xl.reports import Hints

MONTHS = 12  # a trend shows a year of months at most


def over(figures: Figures, period: Period, context: Knowledge) -> dict[str, Mapping[Member, Value]]:
    """Every flow of a report over another period.

    Args:
        figures: the counted report.
        period: a period before the report's; registers of the period and earlier ones both serve.
        context: as for `count`.

    Returns:
        Figure id → member → value; empty where no register covers the period.
    """
    flows = {name: figure for name, figure in figures.report.figures.items() if isinstance(figure, Flow)}
    if not flows or not covers(figures, period, context):
        return {}
    report = replace(figures.report, figures=flows, cross_foots={}, bases={}, hints=Hints())
    return dict(count(figures.id, report, figures.stack.registers, period, context).values)


def covers(figures: Figures, period: Period, context: Knowledge) -> bool:
    """Whether some row of the report has a date of `covered_by` (or of any flow) within the period."""
    stack, report = figures.stack, figures.report
    flows = tuple(figure.flow for figure in report.figures.values() if isinstance(figure, Flow))
    columns = [column for column in report.covered_by or flows if column in stack.frame]
    where = {column: wanted for column, wanted in report.where.items() if "." not in column}
    chosen = conditions.select(stack.frame, where, stack.registers[0].schema, context.schemes, stack.faulty)
    return stack.covers(period, columns, chosen)


def months(
    figures: Figures, names: Sequence[str], context: Knowledge, most: int = MONTHS
) -> dict[str, dict[Period, Value]]:
    """Flows month by month, up to the last month of the period; the first is the first month the registers cover.

    Args:
        figures: the counted report.
        names: ids of flows.
        context: as for `count`.
        most: number of months.

    Returns:
        Figure id → month → value. Within the report's period the months add up to the figure; months to come, in which
        nothing is counted, are left out.
    """
    last = _month(figures.period.end)
    every = [last]
    while len(every) < most and _is_shown(figures, every[0].previous, context):
        every.insert(0, every[0].previous)
    while every[0].start > figures.period.start:  # the months of the report itself are all shown
        every.insert(0, every[0].previous)
    flows = {name: figure for name in names if isinstance(figure := figures.report.figures.get(name), Flow)}
    whole = {name: replace(flow, by=()) for name, flow in flows.items()}
    report = replace(figures.report, figures=whole, cross_foots={}, bases={}, hints=Hints())
    span = Period(every[0].start, last.end)
    counted = count(figures.id, report, figures.stack.registers, span, context)
    found = {
        name: {month: _part(figures, counted.values[name][()], flow.flow, month) for month in every}
        for name, flow in flows.items()
    }
    begun = [
        month for month in every if month.start <= context.as_of or any(one[month].value for one in found.values())
    ]
    return {name: {month: one[month] for month in begun} for name, one in found.items()}


def _is_shown(figures: Figures, month: Period, context: Knowledge) -> bool:
    """A month of an earlier year needs one before it: a register of one year also carries what the last one left open."""
    is_earlier = month.start.year < figures.period.start.year
    return covers(figures, month, context) and (not is_earlier or covers(figures, month.previous, context))


def _part(figures: Figures, value: Value, column: str, month: Period) -> Value:
    """The rows of one month; within the report's period only those of its own registers, as the report counts them."""
    if value.value is None:
        return replace(value, period=month)
    rows = value.positions[_within(figures.stack.frame[column].iloc[value.positions], month)]
    if figures.period.start <= month.start <= figures.period.end:
        rows = rows[figures.stack.is_current[rows]]
    return replace(value, period=month, value=len(rows), positions=rows, amounts=np.ones(len(rows)))


def _month(day: date) -> Period:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(day.replace(day=1), following - timedelta(days=1))


def _within(cells: pd.Series, period: Period) -> np.ndarray:
    after = pd.Timestamp(period.end + timedelta(days=1))
    return np.asarray((cells >= pd.Timestamp(period.start)) & (cells < after), dtype=bool)
