"""Counting: a report and its registers → Figures. Everything works on whole columns.

What a register cannot tell is not claimed: a figure whose column the register lacks, a ratio whose base is missing
and a change against a period no register covers have no value, and their note says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import pandas as pd

from xiaobao_xl import conditions, gaps
from xiaobao_xl.axes import Axis, Level, axis
from xiaobao_xl.categories import Scheme
from xiaobao_xl.cross_footing import findings_of, foot
from xiaobao_xl.deadlines import Deadline, due
from xiaobao_xl.figure_kinds import (
    AnyFigure,
    Change,
    Flow,
    Mean,
    Median,
    Ratio,
    Share,
    Stock,
    Sum,
    Text,
    Total,
    split_term,
)
from xiaobao_xl.figures import Figures, Member, Operation, Value, combine, pick, shared, summarise
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import Register
from xiaobao_xl.reports import Report
from xiaobao_xl.stacking import Stack, stack
from xiaobao_xl.workdays import Calendar

Counted = Flow | Stock | Sum | Mean | Median
_OPERATIONS: dict[type, Operation] = {Flow: "count", Stock: "count", Sum: "sum", Mean: "mean", Median: "median"}
_EARLIER = {"previous_period": "上期", "same_period_last_year": "去年同期", "cumulative": "本年前期"}


class Knowledge(Protocol):
    """What counting may know beside the registers; `checks.check.Context` is one."""

    @property
    def as_of(self) -> date:
        """The day the question is asked."""

    @property
    def calendar(self) -> Calendar:
        """Announced working days."""

    @property
    def deadlines(self) -> Mapping[str, Deadline]:
        """Deadline id → deadline."""

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """Scheme id → scheme of categories."""


def count(
    report_id: str, report: Report, registers: Sequence[Register], period: Period, context: Knowledge, *,
    earlier: Sequence[Register] = (), base_table: Mapping[str, float] | None = None,
    units: Mapping[str, Sequence[str]] | None = None, texts: Mapping[str, str] | None = None,
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
    """
    rows = stack(registers, earlier)
    words = {"period": period.title, "dates": period.dates, "as_of": context.as_of.isoformat()} | dict(texts or {})
    work = _Work(report, rows, period, context, dict(base_table or {}), dict(units or {}), words)
    values = {name: work.of(name, period) for name in report.figures}
    values |= {name: {(): work.base(name)} for name in report.bases}
    axes = {name: work.axes(name) for name in values}
    footings = tuple(foot(name, report, values, len(rows.frame)) for name in report.cross_foots)
    counted = Figures(report_id, report, period, rows, values, axes, footings)
    found = [
        *findings_of(counted),
        *gaps.without_value(counted),
        *gaps.left_out(counted, work.selected(report.where), context.as_of),
        *gaps.unrecognised(counted),
        *gaps.not_carried(counted, work.open_before()),
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
        done: (figure, period) → its values.
        statuses: (deadline, moment) → status of every row.
        axis_by_column: (column, level) → axis.
    """

    report: Report
    stack: Stack
    period: Period
    context: Knowledge
    base_table: dict[str, float]
    units: dict[str, Sequence[str]]
    texts: dict[str, str]
    done: dict[tuple[str, Period], dict[Member, Value]] = field(default_factory=dict)
    statuses: dict[tuple[str, date | None], pd.Series] = field(default_factory=dict)
    axis_by_column: dict[tuple[str, Level], Axis] = field(default_factory=dict)

    def of(self, name: str, period: Period) -> dict[Member, Value]:
        """Values of a figure over a period, member by member; () is the whole."""
        if (name, period) not in self.done:
            figure = self.report.figures[name]
            if isinstance(figure, Counted):
                found = self._counted(name, figure, period)
            elif isinstance(figure, Text):
                found = {(): Value(name, (), period, "text", self.texts.get(figure.text, ""))}
            else:
                found = self._made(name, figure, period)
            self.done[name, period] = found
        return self.done[name, period]

    def base(self, name: str) -> Value:
        """A number of the 基础数据 table."""
        entry = self.report.bases[name]
        number = next(
            (self.base_table[known] for known in (name, entry.title, *entry.aliases) if known in self.base_table), None
        )
        return Value(
            name, (), self.period, "given", number, note="" if number is not None else f"基础数据表没有“{entry.title}”"
        )

    # --- figures counted from rows

    def _counted(self, name: str, figure: Counted, period: Period) -> dict[Member, Value]:
        lacking = self.lacking(figure)
        mask, amounts = (
            self.rows_of(figure, period) if not lacking else (np.zeros(len(self.stack.frame), dtype=bool), None)
        )
        note = f"台账没有{'、'.join(lacking)}列" if lacking else ""
        operation = _OPERATIONS[type(figure)]

        def value(member: Member, positions: np.ndarray) -> Value:
            added = np.ones(len(positions)) if amounts is None else amounts[positions]
            number = None if lacking else summarise(operation, added)
            why = note or ("本期没有可计算的投诉" if number is None else "")
            return Value(name, member, period, operation, number, positions, added, note=why)

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
            frame, as_of = self.stack.frame, self.context.as_of
            if moment is not None:
                as_of = min(as_of, moment)
                later = {
                    name: cells.where(_by(cells, moment)) for name, cells in frame.items() if cells.dtype.kind == "M"
                }
                frame = frame.assign(**{str(name): cells for name, cells in later.items()})
            found = due(self.context.deadlines[deadline], frame, self.context.calendar, as_of)
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
            return ()
        if isinstance(figure, Counted):
            return self._axes_of(figure)
        names = [split_term(term)[0] for term in getattr(figure, "total", figure.figures()) if "[" not in term]
        return next((found for other in names if (found := self.axes(other))), ())

    def _axes_of(self, figure: Counted) -> tuple[Axis, ...]:
        return tuple(self._axis(column, figure.level) for column in figure.by)

    def _axis(self, column: str, level: Level) -> Axis:
        if (column, level) not in self.axis_by_column:
            schema, frame = self.stack.registers[0].schema, self.stack.frame
            cells = frame[column] if column in frame else pd.Series(index=frame.index, dtype="str")
            split = [
                f
                for f in self.report.figures.values()
                if isinstance(f, Counted) and column in f.by and not self.lacking(f)
            ]
            counted = [self.rows_of(f, self.period)[0] for f in split] or [np.zeros(len(frame), dtype=bool)]
            self.axis_by_column[column, level] = axis(
                cells, schema.columns[column], level, self.context.schemes, self.stack.bad(column),
                counted=counted, units=self.units.get(column, ()),
            )  # fmt: skip
        return self.axis_by_column[column, level]

    # --- figures made of others

    def _made(self, name: str, figure: AnyFigure, period: Period) -> dict[Member, Value]:
        if isinstance(figure, Ratio):
            first, second = (self._term(term, period) for term in figure.ratio)
            return {m: _combined(name, m, period, "ratio", (v, _for(second, m)), figure.per) for m, v in first.items()}
        if isinstance(figure, Share):
            return self._shares(name, figure, period)
        if isinstance(figure, Total):
            sides = [self._term(term, period) for term in figure.total]
            return {
                m: _combined(name, m, period, "total", tuple(_for(side, m) for side in sides))
                for m in max(sides, key=len)
            }
        return self._changes(name, figure, period) if isinstance(figure, Change) else {}

    def _term(self, term: str, period: Period) -> dict[Member, Value]:
        other, member = split_term(term)
        if other in self.report.bases:
            return {(): self.base(other)}
        found = self.of(other, period)
        return {(): pick(found, other, member)} if member else found

    def _shares(self, name: str, figure: Share, period: Period) -> dict[Member, Value]:
        split = self.of(figure.share, period)
        whole, deepest = split[()], max(map(len, split))
        found = {m: _combined(name, m, period, "share", (v, whole)) for m, v in split.items()}
        printed = [member for member in split if len(member) == deepest]
        if not whole.value:
            return found
        parts = shared(figure, [float(split[member].value or 0) for member in printed])
        decimals = figure.decimals + 2 if figure.adds_up else -1
        return found | {
            m: replace(found[m], value=part, decimals=decimals) for m, part in zip(printed, parts, strict=True)
        }

    def _changes(self, name: str, figure: Change, period: Period) -> dict[Member, Value]:
        if figure.versus == "cumulative":
            past = _quarters_before(period)
            found = self.of(figure.change, period.year_to_date)
            if all(self._covers(part, figure.change) for part in past):
                note = self._begins_late(period.year_to_date.start)
                return {
                    m: Value(name, m, period, "total", v.value, parts=(v,), note=v.note or note)
                    for m, v in found.items()
                }
            return {m: Value(name, m, period, "total", note=f"台账不含{past[0].title}的数据") for m in found}
        other = period.previous if figure.versus == "previous_period" else period.same_last_year
        now = self.of(figure.change, period)
        if not self._covers(other, figure.change):
            return {
                m: Value(name, m, period, "change", note=f"无{_EARLIER[figure.versus]}数据（{other.title}）")
                for m in now
            }
        then, note = self.of(figure.change, other), self._begins_late(other.start)
        found = {m: _combined(name, m, period, "change", (v, _for(then, m))) for m, v in now.items()}
        return {m: replace(v, note=v.note or note) for m, v in found.items()}

    def _begins_late(self, first: date) -> str:
        """Says so where no row lies before the first day of an earlier period: it may be there in part only."""
        judged = self.stack.registers[0].schema.judged_on
        earliest = self.stack.frame[judged].min() if judged in self.stack.frame else pd.NaT
        if pd.isna(earliest) or earliest < pd.Timestamp(first):
            return ""
        return f"台账最早一件收到于 {earliest:%Y-%m-%d}；请确认台账自 {first.isoformat()} 起完整"

    def _covers(self, period: Period, name: str) -> bool:
        """Whether the registers cover a period: a row merely carried over from it proves nothing."""
        figure = self.report.figures[name]
        columns = self.report.covered_by or (getattr(figure, "flow", "") or getattr(figure, "on", ""),)
        chosen = self.selected(self.report.where)
        dated = [self.stack.frame[column] for column in columns if column in self.stack.frame]
        return any((_within(cells, period) & chosen).any() for cells in dated)


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


def _for(values: Mapping[Member, Value], member: Member) -> Value:
    """The value of a member, of its nearest whole where the figure is split less far."""
    while member not in values:
        member = member[:-1]
    return values[member]


def _combined(
    name: str, member: Member, period: Period, operation: Operation, parts: tuple[Value, ...], per: float = 1
) -> Value:
    number = combine(operation, [part.value if isinstance(part.value, (int, float)) else None for part in parts], per)
    notes = list(dict.fromkeys(part.note for part in parts if part.value is None and part.note))
    if number is None and not notes:
        notes = ["上期为零，不计算变动"] if operation == "change" else ["分母为零"]
    return Value(name, member, period, operation, number, parts=parts, per=per, note="；".join(notes))


def _quarters_before(period: Period) -> list[Period]:
    """The quarters of the year, or the part of one, before the period."""
    parts, year = [], period.start.year
    for month in range(1, period.start.month, 3):
        after = min(month + 3, period.start.month)
        parts.append(Period(date(year, month, 1), date(year, after, 1) - timedelta(days=1)))
    return parts
