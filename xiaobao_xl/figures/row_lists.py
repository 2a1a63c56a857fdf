"""Lists: the complaints behind a figure, one line each, as a report prints them.

Cells hold what is printed: Chinese titles of coded values, dates, numbers, 是 or 否, identifiers as text. An empty cell
stays empty, for a hand to fill in; what could not be read is 未识别.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.deadlines import Deadline, Due, due
from xiaobao_xl.figures.kinds import DEADLINE_PARTS, Figure, Listing, Stock, split_term
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.law import Instrument
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNKNOWN, Column, Schema
from xiaobao_xl.workdays import Calendar

Cell = str | float | date | datetime | None


class Knowledge(Protocol):
    """What due dates are worked out from."""

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

    @property
    def law(self) -> Mapping[str, Instrument]:
        """Instrument id → instrument."""


@dataclass(frozen=True)
class RowList:
    """A list, line by line.

    Attributes:
        positions: rows in the stack, in the order of the list.
        cells: column id → what each line says, same length as `positions`; columns the register lacks are empty.
        names: every name a mark may use → column id: ids, titles, and for a deadline both `届满日` and
            `作出处理决定并告知·届满日`.
        identifiers: columns whose cells must stay text.
        lacking: titles of the columns no register has.
    """

    positions: np.ndarray
    cells: Mapping[str, Sequence[Cell]]
    names: Mapping[str, str]
    identifiers: frozenset[str]
    lacking: tuple[str, ...]

    def __len__(self) -> int:
        """Lines."""
        return len(self.positions)


def row_list(
    figure: Listing, positions: np.ndarray, rows: Stack, context: Knowledge, moment: date | None = None
) -> RowList:
    """Write out the rows behind a figure.

    Args:
        figure: which columns, in which order.
        positions: rows in the stack.
        rows: the stack.
        context: day of the question, calendar, deadlines, schemes, law.
        moment: deadlines are told as of this day, knowing only what had happened by then; None: the day of the question.
    """
    schema = rows.registers[0].schema
    found = {name: due_by(name, rows.frame, context, moment) for name in figure.deadlines()}
    ordered = _ordered(figure.order, positions, rows, found, schema, context.schemes)
    cells: dict[str, Sequence[Cell]] = {}
    for name in figure.list:
        deadline, _, part = name.partition(".")
        cells[name] = _dated(found[deadline], part, ordered) if part else _column(name, ordered, rows, context.schemes)
    kept = frozenset(
        name for name in figure.list if "." not in name and schema.columns[name].type in {"identity", "code"}
    )
    missing = [schema.columns[name].title for name in figure.list if "." not in name and name not in rows.frame]
    return RowList(ordered, cells, _names(figure, schema, context.deadlines), kept, tuple(missing))


def moment_of(term: str, figures: Mapping[str, Figure], period: Period) -> date | None:
    """The day a figure is told as of: the moment of a stock, or of stocks added up; None for flows and mixtures."""
    figure = figures.get(split_term(term)[0])
    if isinstance(figure, Stock):
        return period.end if figure.at == "end" else period.start - timedelta(days=1)
    moments = {moment_of(other, figures, period) for other in (figure.figures() if figure else ())}
    return moments.pop() if len(moments) == 1 else None


def due_by(name: str, frame: pd.DataFrame, context: Knowledge, moment: date | None) -> Due:
    """A deadline of every row as of a moment, knowing only what had happened by its end; None: the day of the question."""
    as_of = context.as_of
    if moment is not None:
        as_of, after = min(as_of, moment), pd.Timestamp(moment + timedelta(days=1))
        known = {str(column): cells.where(cells < after) for column, cells in frame.items() if cells.dtype.kind == "M"}
        frame = frame.assign(**known)
    return due(context.deadlines[name], frame, context.calendar, as_of, context.law)


def _ordered(
    order: Sequence[str], positions: np.ndarray, rows: Stack, found: Mapping[str, Due], schema: Schema,
    schemes: Mapping[str, Scheme],
) -> np.ndarray:  # fmt: skip
    """Rows sorted by the wanted columns, `-` before a column turning it round; empty cells last, equals as they were."""
    sorted_ = pd.Index(np.sort(positions))
    for term in reversed(order):
        deadline, _, part = term.removeprefix("-").partition(".")
        if part:
            keys = found[deadline].table[part].reset_index(drop=True)
        elif deadline in rows.frame:
            keys = _ranked(rows.frame[deadline], schema.columns[deadline], schemes)
        else:
            continue
        keys = keys.iloc[sorted_].set_axis(sorted_)
        sorted_ = keys.sort_values(ascending=not term.startswith("-"), kind="stable", na_position="last").index
    ordered: np.ndarray = sorted_.to_numpy()
    return ordered


def _ranked(cells: pd.Series, spec: Column, schemes: Mapping[str, Scheme]) -> pd.Series:
    """Coded values stand in their own order, others in theirs."""
    titles = _titles(spec, schemes)
    return cells.map({name: place for place, name in enumerate(titles)}) if titles else cells


def _column(name: str, positions: np.ndarray, rows: Stack, schemes: Mapping[str, Scheme]) -> Sequence[Cell]:
    spec = rows.registers[0].schema.columns[name]
    if name not in rows.frame:
        return [None] * len(positions)
    cells, bad = rows.frame[name].iloc[positions], rows.bad(name)[positions]
    if spec.type == "boolean":
        cells = cells.map({True: "是", False: "否"})
    elif spec.type == "date":
        cells = cells.dt.date
    elif titles := _titles(spec, schemes):
        cells = cells.map(titles).fillna(cells)
    printed = cells.astype(object).where(cells.notna(), None).tolist()
    if spec.type == "integer":
        printed = [None if cell is None else int(cell) for cell in printed]
    elif spec.type == "moment":
        printed = [None if cell is None else cell.to_pydatetime() for cell in printed]
    return [UNKNOWN if unreadable else cell for cell, unreadable in zip(printed, bad.tolist(), strict=True)]


def _titles(spec: Column, schemes: Mapping[str, Scheme]) -> dict[str, str]:
    """Value → title of a coded column; a title that occurs twice is told with the one above it: 电子渠道/其他."""
    if spec.scheme not in schemes:
        return {value: spellings[0] for value, spellings in spec.values.items()}
    scheme = schemes[spec.scheme]
    plain = {name: scheme.title_of(name) for name in scheme.ids()}
    seen = list(plain.values())
    return {
        name: title if seen.count(title) == 1 else "/".join(map(scheme.title_of, scheme.path(name)[-2:]))
        for name, title in plain.items()
    }


def _dated(found: Due, part: str, positions: np.ndarray) -> Sequence[Cell]:
    """One part of a deadline for every line; empty where the deadline does not apply."""
    applies = found.table["applies"].to_numpy()
    if part == "explanation":
        return [found.explain(int(position)) if applies[position] else None for position in positions]
    if part == "awaits":
        return [_awaited(found, int(position)) if applies[position] else None for position in positions]
    cells = found.table[part].iloc[positions]
    if part == "due_on":
        has_times = any(version.unit == "hours" for version in found.deadline.versions.values())
        days = cells if has_times else cells.dt.date
        return [None if pd.isna(cell) else cell.to_pydatetime() if has_times else cell for cell in days]
    if part == "days_left":
        return [None if pd.isna(cell) else int(cell) for cell in cells]
    return [None if pd.isna(cell) else found.deadline.status_title(cell) for cell in cells]


def _awaited(found: Due, position: int) -> str:
    """What has not happened yet, in the words of the deadline: 待调解结束, 待告知, 已有处理决定，待告知, 已告知."""
    deadline, done_by = found.deadline, int(found.done_by[position])
    words = [deadline.words.get(column, "办理") for column in deadline.met_by]
    if found.table["status"].iloc[position] == "suspended":
        frame = found.frame.iloc[position]
        opened = (first for first, last in deadline.excludes if pd.notna(frame.get(first)) and pd.isna(frame.get(last)))
        return f"待{deadline.words.get(next(opened, ''), '暂停事项').partition('（')[0]}结束"
    if done_by == 0:
        return f"已{words[0]}"
    return f"已有{words[done_by]}，待{words[0]}" if done_by > 0 else f"待{words[0]}"


def _names(figure: Listing, schema: Schema, deadlines: Mapping[str, Deadline]) -> dict[str, str]:
    """The short name of a deadline's part belongs to the deadline named first; a register's own title goes before it."""
    names: dict[str, str] = {}
    for name in figure.list:
        deadline, _, part = name.partition(".")
        if part:
            names[f"{deadlines[deadline].title}·{DEADLINE_PARTS[part]}"] = name
    names |= {schema.columns[name].title: name for name in figure.list if "." not in name}
    for name in figure.list:
        names.setdefault(DEADLINE_PARTS.get(name.partition(".")[2], name), name)
        names[name] = name
    return names
