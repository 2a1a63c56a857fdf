"""Figures: a report counted over registers, every number with the rows behind it.

A figure counted from rows (flow, stock, sum, mean, median) lists their positions in the stack; one made of others
(ratio, share, change, total) holds those as parts. `recount` calculates a value again from rows and parts alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import numpy as np

from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.axes import Axis
from xiaobao_xl.figures.kinds import Figure, Share
from xiaobao_xl.figures.row_lists import RowList
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.findings import Finding
from xiaobao_xl.periods import Period
from xiaobao_xl.reports import Base, Report

Member = tuple[str, ...]
Operation = Literal[
    "count",
    "sum",
    "mean",
    "median",
    "ratio",
    "share",
    "interval",
    "change",
    "total",
    "rank",
    "median_of",
    "text",
    "given",
]
BLANK = "—"  # printed where a value cannot be given; the note says why


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """One number or text of a report.

    Attributes:
        figure: figure or base id.
        member: member ids along the axes; () for the whole.
        period: period it was counted over; differs from the report's for the earlier side of a change.
        operation: how it follows from rows or parts.
        value: the number or text; None where it cannot be given.
        positions: rows counted, in the stack.
        amounts: what each row adds (1 where rows are counted), same length.
        parts: values it is made of: numerator and denominator, this and the earlier period, or terms.
        per: factor of a ratio or of a scaled sum; of an interval the unit of the share's last place.
        decimals: places a share or a scaled sum is rounded to; -1 where nothing is rounded.
        note: why there is no value, or what to know about it.
    """

    figure: str
    member: Member
    period: Period
    operation: Operation
    value: float | str | None = None
    positions: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.int64))
    amounts: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.float64))
    parts: tuple[Value, ...] = ()
    per: float = 1
    decimals: int = -1
    note: str = ""

    @property
    def key(self) -> tuple[str, Member, Period]:
        """What tells a value from all others of a report."""
        return self.figure, self.member, self.period

    def has(self, row: int) -> bool:
        """The row had a part in it."""
        return bool((self.positions == row).any()) or any(part.has(row) for part in self.parts)

    def rows(self) -> np.ndarray:
        """Positions of every row that had a part in it, in order, each once."""
        found, waiting, seen = [self.positions], [*self.parts], set[int]()
        while waiting:  # a rank shares its siblings with all other ranks: each is looked at once
            part = waiting.pop()
            if id(part) not in seen:
                seen.add(id(part))
                found.append(part.positions)
                waiting += part.parts
        return np.unique(np.concatenate(found))


@dataclass(frozen=True)
class Footing:
    """A cross-foot worked out.

    Attributes:
        id: id in rules.yaml.
        title: the relation in words.
        left: terms of the left side.
        right: terms of the right side.
        breaks: rows counted unequally: position, amount on the left, amount on the right.
        same_source: both sides come from one register.
        unchecked: why the relation cannot be checked; '' where it was.
        parts: where the relation must hold for each member of a column, one footing for each.
        slack: how far rounded terms (万元) may put the two sides apart: half a unit of the last place of each.
    """

    id: str
    title: str
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    breaks: tuple[tuple[int, float, float], ...]
    same_source: bool = False
    unchecked: str = ""
    slack: float = 0.0
    parts: tuple[Footing, ...] = ()

    @property
    def differs(self) -> bool:
        """The sides lie further apart than rounding explains."""
        left, right = self.sums
        return abs(left - right) > self.slack + 1e-6 or any(part.differs for part in self.parts)

    @property
    def sums(self) -> tuple[float, float]:
        """Both sides added up; a term without a value adds nothing."""
        left, right = (
            sum(float(term.value) for term in side if isinstance(term.value, (int, float)))
            for side in (self.left, self.right)
        )
        return left, right

    @property
    def holds(self) -> bool:
        """The sides are equal, and by the same rows; false too where that could not be checked."""
        return not self.unchecked and not self.differs and not self.breaks

    @property
    def verdict(self) -> str:
        """平, 不平, 抵消后相等 or 未核对."""
        if self.unchecked:
            return "未核对"
        return "平" if self.holds else "不平" if self.differs else "抵消后相等"


@dataclass(frozen=True)
class Figures:
    """A report, counted.

    Attributes:
        id: report id.
        report: what was counted.
        period: the period.
        stack: the rows.
        values: figure or base id → member → value, in the order of rules.yaml.
        axes: figure id → its axes.
        footings: the cross-foots, worked out.
        findings: broken cross-foots, rows without a date, missing columns and bases.
        lists: figure id → its lines, for figures that list complaints.
        nil: says that nothing was to be counted; '' where something was.
    """

    id: str
    report: Report
    period: Period
    stack: Stack
    values: Mapping[str, Mapping[Member, Value]]
    axes: Mapping[str, tuple[Axis, ...]]
    footings: tuple[Footing, ...] = ()
    findings: tuple[Finding, ...] = ()
    lists: Mapping[str, RowList] = field(default_factory=dict)
    nil: str = ""

    def __iter__(self) -> Iterator[Value]:
        """Every value."""
        return (value for members in self.values.values() for value in members.values())

    def spec(self, name: str) -> Figure | Base:
        """What rules.yaml says of a figure or base."""
        return self.report.figures[name] if name in self.report.figures else self.report.bases[name]

    def id_of(self, name: str) -> str | None:
        """Id of a figure or base given its id or Chinese title."""
        if name in self.values:
            return name
        return next((known for known in self.values if self.spec(known).title == name), None)

    def member_of(self, figure: str, names: Sequence[str]) -> Member | None:
        """Ids of members given their ids or titles; None where one is unknown."""
        axes = self.axes[figure]
        if len(names) > len(axes):
            return None
        found = [_named(axis, name) for axis, name in zip(axes, names, strict=False)]
        return None if None in found else tuple(name for name in found if name is not None)

    def member_titles(self, figure: str, member: Member) -> tuple[str, ...]:
        """Titles of members."""
        return tuple(axis.titles.get(name, name) for axis, name in zip(self.axes[figure], member, strict=False))

    def title(self, value: Value) -> str:
        """Printable name: 按原因［其他］, with the period where it is not the report's."""
        inside = "".join(f"［{name}］" for name in self.member_titles(value.figure, value.member))
        other = "" if value.period == self.period else f"（{value.period.title}）"
        return f"{self.spec(value.figure).title}{inside}{other}"

    def keys_of(self, value: Value) -> list[str]:
        """Complaint numbers behind a value, in the order of the register."""
        return [str(self.stack.keys[position]) for position in value.rows()]


def _named(axis: Axis, name: str) -> str | None:
    if name in axis.titles:
        return name
    return next((member for member, title in axis.titles.items() if title == name), None)


def recount(value: Value) -> float | str | None:
    """A value calculated again from its rows and parts.

    A share is the exact one: the printed share may differ by one unit of its last place where shares are made to
    add up to 100 %.
    """
    if value.operation in {"text", "given"} or (value.value is None and not value.parts):
        return value.value
    if value.operation == "interval":
        exact, printed = recount(value.parts[0]), value.parts[0].value
        if not isinstance(exact, (int, float)) or not isinstance(printed, (int, float)):
            return None
        return fit(exact, rounded(printed, round(-math.log10(value.per))), value.per)
    if value.parts:
        numbers = [recount(part) for part in value.parts]
        return combine(value.operation, [n if isinstance(n, (int, float)) else None for n in numbers], value.per)
    return summarise(value.operation, value.amounts, value.per, value.decimals)


def summarise(operation: Operation, amounts: np.ndarray, per: float = 1, decimals: int = -1) -> float | None:
    """Number of rows, or their amounts added up (and scaled and rounded), averaged or halved.

    >>> import numpy as np
    >>> summarise("median", np.array([3.0, 1.0, 2.0, 10.0]))
    2.5
    """
    if operation == "count":
        return len(amounts)
    if operation == "sum":
        number = round(float(amounts.sum()), 4)
        return number if decimals < 0 else rounded(number * per, decimals)
    if not len(amounts):
        return None
    return float(np.mean(amounts) if operation == "mean" else np.median(amounts))


def combine(operation: Operation, numbers: Sequence[float | None], per: float = 1) -> float | None:
    """A value made of others.

    >>> combine("ratio", [3, 4], 1000), combine("change", [110, 100]), combine("ratio", [1, 0])
    (750.0, 0.1, None)
    >>> combine("rank", [7, 9, 7, 9]), combine("median_of", [1, 4, 2, 9])
    (3, 3.0)
    """
    known = [number for number in numbers if number is not None]
    if operation in {"total", "median_of"}:
        return None if not known else sum(known) if operation == "total" else float(np.median(known))
    if operation == "rank":  # its own number first, then those of its siblings
        return 1 + sum(other - known[0] > 1e-9 for other in known[1:])
    first, second = numbers
    if first is None or not second:
        return None
    return (first - second) / second if operation == "change" else first * per / second


def rounded(number: float, decimals: int) -> float:
    """A number as printed: half up, on the fifteen digits a spreadsheet reckons with.

    >>> rounded(1.005, 2), rounded(-2.5, 0), rounded(0.1 + 0.2, 1)
    (1.01, -3.0, 0.3)
    """
    return float(Decimal(f"{number:.15g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def fit(exact: float, printed: float, unit: float) -> str:
    """Whether a printed share lies in the rounding interval of the exact one; if not, how far it was moved.

    >>> fit(0.3333, 0.333, 0.001), fit(1 / 3, 0.334, 0.001)
    ('相符', '尾差＋0.1')
    """
    if abs(printed - exact) <= unit / 2 + 1e-12:
        return "相符"
    decimals = round(-math.log10(unit))
    moved = f"{(printed - rounded(exact, decimals)) * 100:+.{decimals - 2}f}"
    return "尾差" + moved.replace("+", "＋").replace("-", "－")


def largest_remainder(amounts: Sequence[float], scale: int) -> list[int]:
    """Whole numbers in proportion to amounts that make exactly `scale`; the rest goes to the largest remainders.

    >>> largest_remainder([1, 1, 1], 1000)
    [334, 333, 333]
    """
    exact = np.asarray(amounts, dtype=float)
    if exact.sum() == 0:
        return [0] * len(exact)
    exact = exact * scale / exact.sum()
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: scale - int(whole.sum())]] += 1
    return [int(number) for number in whole]


def figures_as_json(figures: Figures, cells: Iterable[tuple[str, str, Member]] = ()) -> list[dict[str, object]]:
    """Every figure with id, title, member, value, cells and complaint numbers; of a rank those of its own member.

    Args:
        figures: the counted report.
        cells: address in the finished report, such as `统计表!C5`, with figure and member; a cell may hold several.
    """
    places: dict[tuple[str, Member], list[str]] = {}
    for cell, figure, member in cells:
        places.setdefault((figure, member), []).append(cell)
    return [
        {
            "figure": value.figure,
            "title": figures.spec(value.figure).title,
            "member": "/".join(figures.member_titles(value.figure, value.member)),
            "value": value.value,
            "unit": figures.spec(value.figure).unit,
            "cell": ", ".join(places.get((value.figure, value.member), [])),
            "keys": figures.keys_of(value.parts[0] if value.operation == "rank" and value.parts else value),
            "note": value.note,
        }
        for value in figures
    ]


def pick(values: Mapping[Member, Value], figure: str, member: Member) -> Value:
    """One member's value.

    Raises:
        XiaobaoError: the figure has no such member.
    """
    if member not in values:
        known = "、".join("/".join(name) for name in values if name)
        message = f"规则中的 {figure}{''.join(f'[{name}]' for name in member)} 没有这个成员；应为 {known or '（该指标没有 by）'} 之一"
        raise XiaobaoError(message)
    return values[member]


def shared(figure: Share, amounts: Sequence[float]) -> list[float]:
    """Printed shares of a split figure's members, as fractions."""
    scale = 10 ** (figure.decimals + 2)
    if figure.adds_up:
        return [number / scale for number in largest_remainder(amounts, scale)]
    whole = sum(amounts)
    return [amount / whole if whole else 0.0 for amount in amounts]
