"""What moved since a report was filed, where the old register is gone: a filing record against figures or another record.

The record holds the numbers; which complaints were behind them its 底稿 knows. Without the 底稿 only the numbers are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xiaobao_xl.categories import Scheme
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.figures.values import Figures, Member
from xiaobao_xl.filings.pairing import EMPTY, Edit, said
from xiaobao_xl.filings.records import Number, Record, figures_filed
from xiaobao_xl.filings.restatements import Moved, Mover, columns_behind
from xiaobao_xl.reports import Report

Place = tuple[str, str]  # title of a figure, titles of its members joined by /
_SHOWN = 6  # columns of the present state told of a complaint


@dataclass(frozen=True)
class Behind:
    """Complaints behind the numbers of a report.

    Attributes:
        added: (figure title, member titles) → complaint number → what it adds.
        places: complaint number → where it stood, in words.
        dates: complaint number → heading → date it had.
    """

    added: Mapping[Place, Mapping[str, float]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Now:
    """The present register, to say what became of a complaint.

    Attributes:
        figures: the report counted again.
        schemes: scheme id → scheme.
        deadlines: deadline id → deadline.
    """

    figures: Figures
    schemes: Mapping[str, Scheme]
    deadlines: Mapping[str, Deadline]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Complaint number → its first row."""
        return {str(key): place for place, key in reversed(list(enumerate(self.figures.stack.keys)))}

    def state(self, key: str, columns: Sequence[str], dates: Mapping[str, str]) -> str:
        """Which dates were changed, or else the cells a figure depends on as they are now."""
        rows = self.figures.stack
        found = self.positions.get(key)
        if found is None:
            return "台账中已没有这一件（已删除或改了编号）"
        titles = rows.registers[0].schema.columns
        names = {titles[name].title: name for name in columns}
        edits = [
            Edit(names[heading], heading, was or EMPTY, now)
            for heading, was in dates.items()
            if heading in names and (now := said(rows, names[heading], found, self.schemes)) != (was or EMPTY)
        ]
        if edits:
            return "；".join(edit.sentence() for edit in edits)
        cells = [(titles[name].title, said(rows, name, found, self.schemes)) for name in columns]
        filled = [f"{title} {cell}" for title, cell in cells if cell != EMPTY]
        empty = [title for title, cell in cells if cell == EMPTY]
        words = "、".join(filled[:_SHOWN]) + (f"；{'、'.join(empty[:_SHOWN])}空" if empty else "")
        return f"台账现为：{words}"

    def place(self, key: str) -> str:
        """Complaint number and row now; '' where it is gone."""
        return self.figures.stack.place(self.positions[key]) if key in self.positions else ""


def behind_figures(figures: Figures) -> Behind:
    """Complaints behind counted figures."""
    added: dict[Place, Mapping[str, float]] = {}
    for value in figures:
        if len(value.positions):
            where = (figures.spec(value.figure).title, "/".join(figures.member_titles(value.figure, value.member)))
            added[where] = _summed(figures.stack.keys[value.positions], value.amounts.tolist())
    return Behind(added)


def moved_since(record: Record, before: Behind | None, now: Now) -> list[Moved]:
    """Numbers of a record that would be others now.

    Args:
        record: what was filed.
        before: complaints behind it, from its 底稿; None where that is not at hand.
        now: the report counted again.
    """
    cells = [("", "", name, number.member) for name, figure in record.figures.items() for number in figure.numbers]
    again = figures_filed(now.figures, [cell for cell in cells if cell[2] in now.figures.values])
    after = _numbers({name: figure.numbers for name, figure in again.items()})
    return _compared(record, after, now.figures.report, before, behind_figures(now.figures), now)


def moved_between(old: Record, new: Record, report: Report, before: Behind | None, after: Behind | None) -> list[Moved]:
    """Numbers that differ between two records of one report."""
    numbers = _numbers({name: figure.numbers for name, figure in new.figures.items()})
    return _compared(old, numbers, report, before, after, None)


def _numbers(figures: Mapping[str, Sequence[Number]]) -> dict[tuple[str, Member], Number]:
    return {(name, number.member): number for name, numbers in figures.items() for number in numbers}


def _compared(
    record: Record, after: Mapping[tuple[str, Member], Number], report: Report, before: Behind | None,
    behind: Behind | None, now: Now | None,
) -> list[Moved]:  # fmt: skip
    was = _numbers({name: figure.numbers for name, figure in record.figures.items()})
    found = []
    for name, member in dict.fromkeys([*was, *after]):
        then, current = was.get((name, member)), after.get((name, member))
        if name not in record.figures or (then or current).operation == "text" or _same(then, current):  # type: ignore[union-attr]
            continue
        figure = record.figures[name]
        titles = [axis.get(one, one) for axis, one in zip(figure.axes, member, strict=False)]
        where = (figure.title, "/".join(titles))
        columns = columns_behind(report, name, now.deadlines) if now else []
        movers = tuple(_movers(where, before, behind, now, columns)) if before and behind else ()
        spec = report.figures.get(name) or report.bases.get(name)
        found.append(Moved(
            name, member, figure.title + "".join(f"［{title}］" for title in titles), spec.unit if spec else "",
            getattr(spec, "decimals", 0), then.value if then else 0, current.value if current else 0, movers,
        ))  # fmt: skip
    return found


def _same(then: Number | None, now: Number | None) -> bool:
    """The same number from the same complaints; a member that is not there counts nothing."""
    if then is None or now is None:
        other = then or now
        return other is None or not other.value
    if isinstance(then.value, (int, float)) and isinstance(now.value, (int, float)):
        return abs(then.value - now.value) < 1e-9 and then.keys_sha256 == now.keys_sha256
    return then.value == now.value and then.keys_sha256 == now.keys_sha256


def _movers(where: Place, before: Behind, behind: Behind, now: Now | None, columns: Sequence[str]) -> Iterator[Mover]:
    was, is_ = before.added.get(where, {}), behind.added.get(where, {})
    for key in dict.fromkeys([*was, *is_]):
        if was.get(key) == is_.get(key):
            continue
        way = "left" if key not in is_ else "entered" if key not in was else "changed"
        why = {"left": "报送时计入，现在不再计入", "entered": "报送时没有计入", "changed": "计入值改变"}[way]
        if way == "changed":
            why += f"：{was[key]:g} → {is_[key]:g}"
        if now:
            why += f"；{now.state(key, columns, before.dates.get(key, {}))}"
        there = now.place(key) if now else behind.places.get(key, "")
        yield Mover(key, way, before.places.get(key, ""), there, (), why)  # type: ignore[arg-type]


def _summed(keys: Sequence[object], amounts: Sequence[float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, amount in zip(map(str, keys), amounts, strict=True):
        found[key] = found.get(key, 0) + amount
    return found
