"""Exclusions: why a figure does not count a complaint, in words that name its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.conditions import select
from xiaobao_xl.figures.kinds import Flow, Listing, Mean, Median, Stock, Sum, Total, split_term
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.filings.pairing import said
from xiaobao_xl.periods import Period


def why_not(figures: Figures, name: str, row: int, schemes: Mapping[str, Scheme]) -> list[str]:
    """What keeps a row out of a figure; the first reason of each figure it is made of, none where nothing does.

    Args:
        figures: the counted report.
        name: figure id.
        row: position in the stack.
        schemes: scheme id → scheme.
    """
    figure = figures.report.figures.get(name)
    if isinstance(figure, (Total, Listing)):
        terms = figure.total if isinstance(figure, Total) else (figure.of,)
        told = [reason for term in terms for reason in why_not(figures, split_term(term)[0], row, schemes)]
        return list(dict.fromkeys(told))
    if not isinstance(figure, (Flow, Stock, Sum, Mean, Median)):
        return []
    first = next(_unmet(figures, {**figures.report.where, **figure.where}, row, schemes), "")
    if not first:
        column = figure.flow if isinstance(figure, Flow) else "" if isinstance(figure, Stock) else figure.on
        first = (
            _outside(figures.stack, column, row, figures.period, schemes)
            if column
            else _not_open(figures, figure, row, schemes)  # type: ignore[arg-type]
        )
    if not first and figure.by:  # counted, but under a class of its own
        classes = figures.stack.registers[0].schema.columns
        return [f"{classes[column].title}为{said(figures.stack, column, row, schemes)}" for column in figure.by]
    return [first] if first else []


def _unmet(figures: Figures, condition: Mapping[str, object], row: int, schemes: Mapping[str, Scheme]) -> Iterator[str]:
    """Columns that do not meet a condition, with what they say."""
    stack = figures.stack
    schema, one = stack.registers[0].schema, stack.frame.iloc[[row]]
    faulty = {name: bad[[row]] for name, bad in stack.faulty.items()}
    for column, wanted in condition.items():
        if "." in column:
            continue
        if not select(one, {column: wanted}, schema, schemes, faulty)[0]:  # type: ignore[dict-item]
            yield f"{schema.columns[column].title}为{said(stack, column, row, schemes)}"


def _outside(stack: Stack, column: str, row: int, period: Period, schemes: Mapping[str, Scheme]) -> str:
    """A date that is not in the period."""
    title = stack.registers[0].schema.columns[column].title
    day = stack.frame[column].iloc[row] if column in stack.frame else pd.NaT
    if pd.isna(day):
        return _missing(stack, column, row)
    inside = pd.Timestamp(period.start) <= day < pd.Timestamp(period.end + timedelta(days=1))
    return "" if inside else f"{title} {said(stack, column, row, schemes)} 不在本期"


def _missing(stack: Stack, column: str, row: int) -> str:
    """A date that is empty, or that nobody can read."""
    unreadable = column in stack.frame and stack.bad(column)[row]
    return f"{stack.registers[0].schema.columns[column].title}{'无法识别' if unreadable else '未填'}"


def _not_open(figures: Figures, figure: Stock, row: int, schemes: Mapping[str, Scheme]) -> str:
    """Not begun, or ended, at the moment of a stock."""
    stack, period = figures.stack, figures.period
    last = period.start if figure.at == "start" else period.end + timedelta(days=1)
    moment, titles = "期初" if figure.at == "start" else "期末", stack.registers[0].schema.columns
    begun, *ended = ((name, stack.frame[name].iloc[row] if name in stack.frame else pd.NaT) for name in figure.stock)
    if pd.isna(begun[1]):
        return _missing(stack, begun[0], row)
    if begun[1] >= pd.Timestamp(last):
        return f"{titles[begun[0]].title} {said(stack, begun[0], row, schemes)} 晚于{moment}"
    for name, day in ended:
        if not pd.isna(day) and day < pd.Timestamp(last):
            return f"{titles[name].title} {said(stack, name, row, schemes)} 不晚于{moment}"
    return ""
