"""Restatements: one report counted twice, over two states of its register; which figures moved and which complaints moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.figures.values import Figures, Member, Value
from xiaobao_xl.filings.pairing import Edit, Pairs
from xiaobao_xl.reports import Report

Way = Literal["entered", "left", "changed"]
WAY_TITLES: dict[Way, str] = {"entered": "新计入", "left": "不再计入", "changed": "计入值改变"}
_PARTS = ("count", "sum", "mean", "median")


@dataclass(frozen=True)
class Mover:
    """A complaint that moved a figure.

    Attributes:
        key: complaint number, '' where it has none.
        way: how.
        old_place: number and row in the old register, '' where it is not in it.
        new_place: number and row in the new one, likewise.
        edits: cells that the figure depends on and that were changed.
        why: in words.
    """

    key: str
    way: Way
    old_place: str
    new_place: str
    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True)
class Moved:
    """A figure that is another now.

    Attributes:
        figure: figure id.
        member: member ids.
        title: printable name.
        unit: its unit.
        decimals: digits after the point when shown.
        old: value before; None where there was none.
        new: value now.
        movers: complaints that moved it; none for a figure made of others.
        of: titles of the parts that moved a figure made of others.
    """

    figure: str
    member: Member
    title: str
    unit: str
    decimals: int
    old: float | str | None
    new: float | str | None
    movers: tuple[Mover, ...] = ()
    of: tuple[str, ...] = ()

    @property
    def is_offset(self) -> bool:
        """The number is the same, by other complaints."""
        return self.old == self.new

    @property
    def difference(self) -> float | None:
        """New less old, where both are numbers."""
        both = isinstance(self.old, (int, float)) and isinstance(self.new, (int, float))
        return round(float(self.new) - float(self.old), 10) if both else None  # type: ignore[arg-type]


def moved(old: Figures, new: Figures, pairs: Pairs, deadlines: Mapping[str, Deadline]) -> list[Moved]:
    """Every figure that moved, in the order of the report.

    A figure whose number is the same but which other complaints make up is listed too.

    Args:
        old: the report over the old register.
        new: the report over the new one.
        pairs: the rows of both, paired.
        deadlines: deadline id → deadline, whose columns a status depends on.
    """
    found: dict[tuple[str, Member], Moved] = {}
    for name in new.values:
        members = dict.fromkeys([*new.values[name], *old.values.get(name, {})])
        columns = columns_behind(new.report, name, deadlines)
        for member in members:
            before, after = old.values.get(name, {}).get(member), new.values[name].get(member)
            one = _moved(old, new, pairs, before, after, columns)
            if one is not None:
                found[name, member] = one
    return list(found.values())


def columns_behind(report: Report, name: str, deadlines: Mapping[str, Deadline]) -> list[str]:
    """Register columns that decide which complaints a counted figure counts, and what each adds."""
    figure = report.figures.get(name)
    if figure is None:
        return []
    names = [*figure.columns(), *filter(None, [figure.finer])]
    for column in (*figure.where, *report.where):
        deadline, _, part = column.partition(".")
        names += deadlines[deadline].columns() if part else [column]
    return list(dict.fromkeys(names))


def _moved(
    old: Figures, new: Figures, pairs: Pairs, before: Value | None, after: Value | None, columns: Sequence[str]
) -> Moved | None:
    """One figure compared; None where neither its number nor its complaints are others."""
    owner, value = (new, after) if after is not None else (old, before)
    if value is None or value.operation == "text":
        return None
    numbers = [side.value if side is not None else _nothing(value) for side in (before, after)]
    movers = tuple(_movers(old, new, pairs, before, after, columns)) if value.operation in _PARTS else ()
    if _alike(*numbers) and not movers:
        return None
    spec = owner.spec(value.figure)
    parts = () if value.operation in _PARTS else tuple(_parts(old, new, before, after))
    return Moved(
        value.figure, value.member, owner.title(value), spec.unit, getattr(spec, "decimals", 0),
        numbers[0], numbers[1], movers, parts,
    )  # fmt: skip


def _nothing(value: Value) -> float | None:
    """What a member that did not occur was: none were counted, no average can be given."""
    return 0 if value.operation in {"count", "sum", "total"} else None


def _alike(before: float | str | None, after: float | str | None) -> bool:
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        return abs(before - after) < 1e-9
    return before == after


def _movers(
    old: Figures, new: Figures, pairs: Pairs, before: Value | None, after: Value | None, columns: Sequence[str]
) -> Iterator[Mover]:
    """Complaints counted on one side only, then those that add something else now."""
    was, now = _added(before, len(old.stack.frame)), _added(after, len(new.stack.frame))
    counted = np.flatnonzero(~np.isnan(was))
    there = pairs.to_new[counted]
    then = now[there]
    for place in np.flatnonzero(np.isnan(then) | (np.abs(was[counted] - then) > 1e-9)):
        way: Way = "left" if np.isnan(then[place]) else "changed"
        yield _mover(old, new, pairs, int(counted[place]), int(there[place]), way, columns)
    counted = np.flatnonzero(~np.isnan(now))
    earlier = pairs.to_old[counted]
    for place in np.flatnonzero(np.isnan(was[earlier])):
        yield _mover(old, new, pairs, int(earlier[place]), int(counted[place]), "entered", columns)


def _added(value: Value | None, rows: int) -> np.ndarray:
    """What each row adds to a value; not a number where it is not counted, nor in one place more, for rows that are not there."""
    added = np.full(rows + 1, np.nan)
    if value is not None:
        added[value.positions] = value.amounts
    return added


def _mover(
    old: Figures, new: Figures, pairs: Pairs, position: int, there: int, way: Way, columns: Sequence[str]
) -> Mover:
    edits = tuple(pairs.edits(position, columns)) if position >= 0 else ()
    if position < 0:
        why = "旧台账没有这一件，新台账新增" + _renumbered(pairs, there, "旧编号 {}")
    elif there < 0:
        why = "新台账没有这一件（已删除或漏转）" + _renumbered(pairs, position, "新编号 {}", gone=True)
    else:
        why = "；".join(edit.sentence() for edit in edits) or pairs.lacking(columns)
        why = why or "台账中有关各列没有改动，因统计时点、规则或期间不同"
    places = (
        old.stack.place(position) if position >= 0 else "",
        new.stack.place(there) if there >= 0 else "",
    )
    key = str(old.stack.keys[position] if position >= 0 else new.stack.keys[there])
    return Mover(key, way, *places, edits, why)


def _renumbered(pairs: Pairs, position: int, words: str, *, gone: bool = False) -> str:
    """Says so where a complaint that is gone, or new, has a twin that differs in its number alone."""
    twins = pairs.renumbered if gone else {new: old for old, new in pairs.renumbered.items()}
    twin = twins.get(position)
    if twin is None:
        return ""
    key = (pairs.new if gone else pairs.old).keys[twin]
    return f"；疑似只改了编号（{words.format(key or '空')}，其余各列相同）"


def _parts(old: Figures, new: Figures, before: Value | None, after: Value | None) -> Iterator[str]:
    """Parts of a figure made of others whose numbers moved."""
    then = {part.key[:2]: part for part in (before.parts if before else ())}
    seen = set()
    for part in after.parts if after else ():
        other = then.get(part.key[:2])
        if part.key not in seen and (other is None or not _alike(other.value, part.value)):
            yield new.title(part)
        seen.add(part.key)
    if after is None:
        yield from (old.title(part) for part in then.values())
