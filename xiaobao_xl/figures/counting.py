"""Counting: a report and its registers → Figures. Everything works on whole columns.

What a register cannot tell is not claimed: a figure whose column the register lacks, a ratio whose base is missing
and a change against a period no register covers have no value, and their note says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xiaobao_xl import conditions
from xiaobao_xl.figures import gaps
from xiaobao_xl.figures.axes import Axis, axis, cells_of, find
from xiaobao_xl.figures.cross_footing import feet, findings_of
from xiaobao_xl.figures.deriving import base_values, categories_of, derive, term
from xiaobao_xl.figures.exclusions import why_not
from xiaobao_xl.figures.kinds import (
    Flow,
    Level,
    Listing,
    Mean,
    Median,
    MedianOf,
    Stock,
    Sum,
    Text,
    split_term,
)
from xiaobao_xl.figures.nil_returns import nil_return, nil_sentence
from xiaobao_xl.figures.row_lists import Knowledge, RowList, due_by, moment_of, row_list
from xiaobao_xl.figures.stacking import Prepared, Stack, stack
from xiaobao_xl.figures.values import Figures, Member, Operation, Value, summarise
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import Register
from xiaobao_xl.reports import Base, Report

Counted = Flow | Stock | Sum | Mean | Median
_OPERATIONS: dict[type, Operation] = {Flow: "count", Stock: "count", Sum: "sum", Mean: "mean", Median: "median"}


def count(
    report_id: str, report: Report, registers: Sequence[Register], period: Period, context: Knowledge, *,
    earlier: Sequence[Register] = (), base_table: Mapping[str, float] | None = None,
    units: Mapping[str, Sequence[str]] | None = None, texts: Mapping[str, str] | None = None, prepared: Prepared | None = None,
) -> Figures:  # fmt: skip
    """Count a report.

    Args:
        report_id: id in rules.yaml.
        report: the report.
        registers: the register of the period, or several sheets of it.
        period: the period.
        context: day of the question, calendar, deadlines, schemes.
        earlier: registers of earlier periods; they serve 环比, 同比 and 累计 only.
        base_table: item of the 基础数据 table → number.
        units: column id → names that are members even with no row.
        texts: `institution`, `prepared_by`, `reviewed_by`, `approved_by`.
        prepared: the same registers stacked before, for another report as of the same day.
    """
    ready = prepared or Prepared(stack(registers, earlier))
    rows = ready.stack
    words = {"period": period.title, "dates": period.dates, "as_of": context.as_of.isoformat()} | dict(texts or {})
    work = _Work(report, rows, period, context, dict(base_table or {}), dict(units or {}), words, ready.statuses)
    chosen = work.selected(report.where)
    whole = [work.of(name, period)[()] for name, figure in report.figures.items() if isinstance(figure, Counted)]
    work.texts["nil"] = nil_sentence(whole, chosen, rows, period, context.as_of)
    values = {name: work.of(name, period) for name in report.figures}
    values |= {name: work.base(name) for name in report.bases}
    footings = feet(report.cross_foots, report.figures, values, len(rows.frame))
    counted = Figures(report_id, report, period, rows, values, {name: work.axes(name) for name in values}, footings)
    counted = replace(counted, lists=work.lists, nil=work.texts["nil"])
    found = [
        *findings_of(counted, lambda name, row: why_not(counted, name, row, context.schemes)),
        *gaps.without_value(counted),
        *gaps.without_base(counted),
        *gaps.left_out(counted, chosen, context.as_of),
        *gaps.unrecognised(counted),
        *gaps.unlisted(counted),
        *gaps.not_carried(counted, work.open_before()),
        *nil_return(counted),
    ]
    return replace(counted, findings=tuple(found))


@dataclass(slots=True)
class _Work:
    """One report being counted; what has been worked out is kept.

    Attributes:
        report: as given to `count`, like the next six.
        stack: the rows.
        period: the period.
        context: day, calendar, deadlines, schemes.
        base_table: item → number.
        units: column id → names.
        texts: words for the head and foot.
        statuses: (deadline, moment) → status of every row.
        done: (figure, period) → its values.
        axis_by_column: (column, level, finer column) → axis.
        lists: figure → its lines.
    """

    report: Report
    stack: Stack
    period: Period
    context: Knowledge
    base_table: dict[str, float]
    units: dict[str, Sequence[str]]
    texts: dict[str, str]
    statuses: dict[tuple[str, date | None], pd.Series]
    done: dict[tuple[str, Period], dict[Member, Value]] = field(default_factory=dict)
    axis_by_column: dict[tuple[str, Level, str], Axis] = field(default_factory=dict)
    lists: dict[str, RowList] = field(default_factory=dict)

    def of(self, name: str, period: Period) -> dict[Member, Value]:
        """Values of a figure over a period, member by member; () is the whole."""
        if (name, period) not in self.done:
            figure = self.report.figures[name]
            if isinstance(figure, Counted):
                found = self._counted(name, figure, period)
            elif isinstance(figure, Text):
                found = {(): Value(name, (), period, "text", self.texts.get(figure.text, ""))}
            elif isinstance(figure, Listing):
                found = {(): self._listed(name, figure, period)}
            else:
                found = derive(self, name, figure, period)
            self.done[name, period] = found
        return self.done[name, period]

    def base(self, name: str) -> dict[Member, Value]:
        """A number of the 基础数据 table, or one for each member."""
        entry, one = self.report.bases[name], next(iter(self.axes(name)), None)
        named = {text: self._member(entry, text) for text in categories_of(entry, name, self.base_table)}
        return base_values(name, entry, self.period, self.base_table, one, named)

    def _member(self, entry: Base, text: str) -> str:
        column = self.stack.registers[0].schema.columns[entry.by] if entry.by else None
        return find(text, column, entry.level, self.context.schemes) if column else text

    # --- figures counted from rows

    def _counted(self, name: str, figure: Counted, period: Period) -> dict[Member, Value]:
        lacking = self.lacking(figure)
        mask, amounts = (
            self.rows_of(figure, period) if not lacking else (np.zeros(len(self.stack.frame), dtype=bool), None)
        )
        note = f"台账没有{'、'.join(lacking)}列" if lacking else ""
        operation = _OPERATIONS[type(figure)]
        scaled = isinstance(figure, Sum) and figure.scale != 1
        per, decimals = (1 / figure.scale, figure.decimals) if isinstance(figure, Sum) and scaled else (1.0, -1)

        def value(member: Member, positions: np.ndarray) -> Value:
            added = np.ones(len(positions)) if amounts is None else amounts[positions]
            number = None if lacking else summarise(operation, added, per, decimals)
            why = note or (f"本期没有可计算的{self.stack.noun}" if number is None else "")
            return Value(
                name, member, period, operation, number, positions, added, per=per, decimals=decimals, note=why
            )

        return _split(np.flatnonzero(mask), self._axes_of(figure), value)

    def rows_of(self, figure: Counted, period: Period) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows a figure counts, and what each adds (None: one each)."""
        frame, amounts = self.stack.frame, None
        if isinstance(figure, Stock):
            last = period.start - timedelta(days=1) if figure.at == "start" else period.end
            begun = _by(frame[figure.stock[0]], last)
            ended = [_by(frame[column], last) for column in figure.stock[1:] if column in frame]
            mask = begun & ~np.logical_or.reduce(ended)
        else:
            last = None
            mask = _within(frame[figure.flow if isinstance(figure, Flow) else figure.on], period)
            if not isinstance(figure, Flow):
                amounts = self._amounts(figure)
                mask &= ~np.isnan(amounts) & ((amounts != 0) | (not isinstance(figure, Sum)))
        mask &= self.selected({**self.report.where, **figure.where}, last)
        return mask & (self.stack.is_current | (period != self.period)), amounts

    def open_before(self) -> Iterator[tuple[Stock, np.ndarray]]:
        """Every stock at the start of the period, and the rows of earlier registers that would belong to it."""
        before = Period(self.period.start, self.period.start)  # any period but the report's takes earlier rows in
        for figure in self.report.figures.values():
            if isinstance(figure, Stock) and figure.at == "start" and not figure.by and not self.lacking(figure):
                yield figure, self.rows_of(figure, before)[0] & ~self.stack.is_current

    def _amounts(self, figure: Sum | Mean | Median) -> np.ndarray:
        columns = (
            (figure.sum,) if isinstance(figure, Sum) else figure.mean if isinstance(figure, Mean) else figure.median
        )
        cells = [self.stack.frame[column] for column in columns]
        if len(cells) == 1:
            return cells[0].to_numpy(dtype=float, na_value=np.nan)
        days = (cells[1].dt.normalize() - cells[0].dt.normalize()).dt.days.to_numpy(dtype=float, na_value=np.nan)
        return np.where(days < 0, np.nan, days)

    def selected(self, condition: conditions.Condition, moment: date | None = None) -> np.ndarray:
        """Rows that meet a condition, deadline statuses included; those as of a moment where one is given."""
        frame = self.stack.frame[[column for column in condition if column in self.stack.frame]]
        statuses = {column: self._status(column.partition(".")[0], moment) for column in condition if "." in column}
        schema = self.stack.registers[0].schema
        return conditions.select(frame.assign(**statuses), condition, schema, self.context.schemes, self.stack.faulty)

    def _status(self, deadline: str, moment: date | None) -> pd.Series:
        if (deadline, moment) not in self.statuses:
            found = due_by(deadline, self.stack.frame, self.context, moment)
            self.statuses[deadline, moment] = found.table["status"].reset_index(drop=True)
        return self.statuses[deadline, moment]

    def lacking(self, figure: Counted) -> list[str]:
        """Titles of the columns a figure cannot do without and no register has."""
        needed = [column for column in figure.columns() if column not in figure.by]
        if isinstance(figure, Stock):  # without its usual end, the first named, all that ever began would be pending
            needed = list(figure.stock[:2])
        for column, wanted in figure.where.items():
            deadline, _, part = column.partition(".")
            if part:
                needed.append(self.context.deadlines[deadline].starts)
            elif not (isinstance(wanted, tuple) and conditions.EMPTY in wanted):
                needed.append(column)
        columns = self.stack.registers[0].schema.columns
        return [columns[column].title for column in dict.fromkeys(needed) if column not in self.stack.frame]

    # --- axes

    def axes(self, name: str) -> tuple[Axis, ...]:
        """Axes of a figure, its own or those of the figure it is made of."""
        figure = self.report.figures.get(name)
        if figure is None:
            entry = self.report.bases[name]
            return (
                (self._axis(entry.by, Flow(title="", flow="", by=(entry.by,), level=(entry.level,))),)
                if entry.by
                else ()
            )
        if isinstance(figure, Listing | MedianOf):
            return ()
        if isinstance(figure, Counted):
            return self._axes_of(figure)
        names = [split_term(term)[0] for term in getattr(figure, "total", figure.figures()) if "[" not in term]
        return next((found for other in names if (found := self.axes(other))), ())

    def _axes_of(self, figure: Counted) -> tuple[Axis, ...]:
        return tuple(self._axis(column, figure) for column in figure.by)

    def _axis(self, column: str, figure: Counted) -> Axis:
        schema, frame, level = self.stack.registers[0].schema, self.stack.frame, figure.level_of(column)
        if (column, level, figure.finer) not in self.axis_by_column:
            cells = cells_of(frame, column, figure.finer, schema, self.context.schemes)
            split = [
                f
                for f in self.report.figures.values()
                if isinstance(f, Counted) and column in f.by and not self.lacking(f)
            ]
            counted = [self.rows_of(f, self.period)[0] for f in split] or [np.zeros(len(frame), dtype=bool)]
            self.axis_by_column[column, level, figure.finer] = axis(
                cells, schema.columns[column], level, self.context.schemes, self.stack.bad(column),
                counted=counted, units=self.units.get(column, ()),
            )  # fmt: skip
        return self.axis_by_column[column, level, figure.finer]

    def _listed(self, name: str, figure: Listing, period: Period) -> Value:
        source, moment = term(self, figure.of, period)[()], moment_of(figure.of, self.report.figures, period)
        lines = row_list(figure, source.rows(), self.stack, self.context, moment)
        if period == self.period:
            self.lists[name] = lines
        number = None if source.value is None else len(lines)
        return Value(name, (), period, "count", number, lines.positions, np.ones(len(lines)), note=source.note)

    # --- what deriving asks

    def begins_late(self, first: date) -> str:
        """Says so where no row lies before the first day of an earlier period: it may be there in part only."""
        earliest = self.stack.earliest
        if earliest is None or earliest < first:
            return ""
        return f"台账最早一件收到于 {earliest.isoformat()}；请确认台账自 {first.isoformat()} 起完整"

    def covers(self, period: Period, name: str) -> bool:
        """Whether the registers cover a period."""
        figure = self.report.figures[name]
        columns = self.report.covered_by or (getattr(figure, "flow", "") or getattr(figure, "on", ""),)
        return self.stack.covers(period, columns, self.selected(self.report.where))


def _by(cells: pd.Series, last: date) -> np.ndarray:
    """Dates up to the end of a day."""
    return np.asarray(cells < pd.Timestamp(last + timedelta(days=1)), dtype=bool)


def _within(cells: pd.Series, period: Period) -> np.ndarray:
    begun: np.ndarray = np.asarray(cells >= pd.Timestamp(period.start), dtype=bool)
    within: np.ndarray = begun & _by(cells, period.end)
    return within


def _split(
    positions: np.ndarray, axes: Sequence[Axis], value: Callable[[Member, np.ndarray], Value]
) -> dict[Member, Value]:
    """The whole, each member of the first axis, each pair of members."""
    groups: dict[Member, np.ndarray] = {(): positions}
    for depth, one in enumerate(axes):
        for member in [known for known in groups if len(known) == depth]:
            groups |= {(*member, name): part for name, part in _grouped(groups[member], one).items()}
    return {member: value(member, part) for member, part in groups.items()}


def _grouped(positions: np.ndarray, one: Axis) -> dict[str, np.ndarray]:
    codes = one.codes[positions]
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(one.titles) + 1))
    return {name: positions[order[edges[place] : edges[place + 1]]] for place, name in enumerate(one.titles)}
