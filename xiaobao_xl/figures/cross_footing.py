"""Cross-footing: both sides of a relation compared row by row, so that a break names the complaints behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import numpy as np

from xiaobao_xl.figures.kinds import AnyFigure, Flow, split_term
from xiaobao_xl.figures.member_footing import sides_by_member
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Footing, Member, Value, pick
from xiaobao_xl.findings import Finding
from xiaobao_xl.reports import CrossFoot

_ADDED = {"sum", "total"}
_LISTED = 100  # rows named one by one; the 底稿 has them all
_NAMED = 5  # members that do not foot, named in one sentence


class Counted(Protocol):
    """What is cross-footed: one report (`figures.Figures`), or all reports of a filing (`filing_figures.FilingFigures`)."""

    @property
    def id(self) -> str:
        """Id in rules.yaml."""

    @property
    def stack(self) -> Stack:
        """The rows."""

    @property
    def footings(self) -> tuple[Footing, ...]:
        """The cross-foots, worked out."""

    def title(self, value: Value) -> str:
        """Printable name of a value."""


def feet(
    relations: Mapping[str, CrossFoot], figures: Mapping[str, AnyFigure],
    values: Mapping[str, Mapping[Member, Value]], rows: int,
) -> tuple[Footing, ...]:  # fmt: skip
    """Work out cross-foots.

    A flow without a value adds nothing: the register has no such date at all. Any other term without a value leaves
    the relation unchecked, and so does a side of which nothing has a value.

    Args:
        relations: id → what must be equal.
        figures: figure → what rules.yaml says of it.
        values: figure → member → value.
        rows: number of rows of the stack.
    """
    return tuple(_foot(name, relation, figures, values, rows) for name, relation in relations.items())


def _foot(
    name: str, relation: CrossFoot, figures: Mapping[str, AnyFigure],
    values: Mapping[str, Mapping[Member, Value]], rows: int,
) -> Footing:  # fmt: skip
    sides = sides_by_member(relation, figures, values) if relation.each else []
    left, right = (
        _in_order(relation, [value for side in sides for value in side[place]]) if sides else _terms(values, terms)
        for place, terms in enumerate((relation.left, relation.right))
    )
    lacking = [v for v in (*left, *right) if v.value is None and not isinstance(figures.get(v.figure), Flow)]
    lacking += [value for side in (left, right) if all(term.value is None for term in side) for value in side]
    if lacking:
        why = "；".join(dict.fromkeys(value.note for value in lacking))
        return Footing(name, relation.title, left, right, (), relation.same_source, why)
    whole = _compared(name, relation, left, right, rows)
    parts = tuple(_compared(name, relation, *side, rows) for side in sides)
    return replace(whole, parts=parts, breaks=tuple(row for part in parts for row in part.breaks)) if parts else whole


def _compared(name: str, relation: CrossFoot, left: tuple[Value, ...], right: tuple[Value, ...], rows: int) -> Footing:
    """Both sides row by row."""
    weights, slack = [_weights(side, rows) for side in (left, right)], _slack((*left, *right))
    breaks = np.flatnonzero(np.abs(weights[0] - weights[1]) > 1e-6 * _finest((*left, *right)))
    unequal = tuple((int(row), float(weights[0][row]), float(weights[1][row])) for row in breaks)
    return Footing(name, relation.title, left, right, unequal, relation.same_source, slack=slack)


def _in_order(relation: CrossFoot, values: Sequence[Value]) -> tuple[Value, ...]:
    """Values figure by figure, so that a sentence can add them up."""
    places = {name: place for place, name in enumerate(relation.figures())}
    return tuple(sorted(values, key=lambda value: places[value.figure]))


def _terms(values: Mapping[str, Mapping[Member, Value]], side: Sequence[str]) -> tuple[Value, ...]:
    """Values of a side; a split figure stands for its members, not for its whole: they are what the table prints."""
    found: list[Value] = []
    for name, member in map(split_term, side):
        depth = max(map(len, values[name]))
        inside = [value for key, value in values[name].items() if len(key) == depth and not member]
        found += inside or [pick(values[name], name, member)]
    return tuple(found)


def _weights(side: Sequence[Value], rows: int) -> np.ndarray:
    """What each row adds to a side."""
    added = np.zeros(rows)
    for value in side:
        np.add.at(added, value.positions, value.amounts * (value.per if value.operation == "sum" else 1))
        added += _weights(value.parts, rows) if value.operation == "total" else 0
    return added


def _slack(terms: Sequence[Value]) -> float:
    """How far rounding may put two sides apart: a scaled term (万元) is printed within half a unit of its last place."""
    return sum(
        _slack(term.parts) if term.operation == "total" else 0.5 * 10.0**-term.decimals
        for term in terms
        if term.operation == "total" or (term.operation == "sum" and term.decimals >= 0)
    )


def _finest(terms: Sequence[Value]) -> float:
    """The smallest factor among scaled terms."""
    return min([1.0, *(_finest(term.parts) if term.parts else term.per for term in terms if term.operation in _ADDED)])


Why = Callable[[str, int], list[str]]
"""Figure and row → what keeps the row out of the figure; `exclusions.why_not` tells it."""


def findings_of(figures: Counted, why: Why | None = None) -> Iterable[Finding]:
    """One finding per broken relation, then one per complaint that breaks it.

    Args:
        figures: what was cross-footed.
        why: tells what keeps a complaint out of a figure.
    """
    for footing in figures.footings:
        if footing.holds or footing.unchecked:
            continue
        check, file = f"{figures.id}.{footing.id}", figures.stack.registers[0].origin.file
        yield Finding(check, "error" if footing.differs else "warning", sentence(figures, footing), file=file)
        for row in list(dict.fromkeys(row for row, _, _ in footing.breaks))[:_LISTED]:
            register = figures.stack.registers[figures.stack.number[row]]
            message = explain(figures, footing, row, why)
            yield Finding(
                check, "warning", message, file=register.origin.file, sheet=register.origin.sheet,
                row=int(figures.stack.rows[row]), key=str(figures.stack.keys[row]),
            )  # fmt: skip


def sentence(figures: Counted, footing: Footing) -> str:
    """Both sides with their numbers, and how many complaints break the relation."""
    sides = [_side(figures, side) for side in (footing.left, footing.right)]
    left, right = footing.sums
    if footing.unchecked:
        return f"未核对：{footing.title}（{footing.unchecked}）"
    source = "（同源：两边出自同一台账，相等只说明计数无遗漏）" if footing.same_source else ""
    if footing.differs:
        title = f"（{footing.title}）" if footing.parts else ""
        head = (
            f"勾稽不平{title}：{sides[0]} = {_shown(left)}，{sides[1]} = {_shown(right)}，相差 {_shown(left - right)}"
        )
        rows = len({row for row, _, _ in footing.breaks})
        return f"{head}{_uneven(figures, footing.parts)}；{rows} 件{figures.stack.noun}两边计法不同，请逐件核对{source}"
    if footing.breaks:
        return f"两边合计都是 {_shown(left)}，但有 {len(footing.breaks)} 件{figures.stack.noun}两边计法不同，互相抵消；请逐件核对：{footing.title}{source}"
    if abs(left - right) > 1e-6:
        gap = f"所印数字相差 {_shown(abs(left - right))}，在四舍五入误差 {_shown(footing.slack)} 之内"
        return f"平：{sides[0]}，{sides[1]}；{gap}{source}"
    return f"平：{sides[0]} = {sides[1]}{source}"


def _uneven(figures: Counted, parts: Sequence[Footing]) -> str:
    """Which members of a relation that must hold for each of them do not foot."""
    told = [f"{_side(figures, part.left)} ≠ {_side(figures, part.right)}" for part in parts if part.differs]
    more = f"等 {len(told)} 项" if len(told) > _NAMED else ""
    return f"；逐项看，{'，'.join(told[:_NAMED])}{more}" if told else ""


def _side(figures: Counted, side: Sequence[Value]) -> str:
    """The terms of a side with their numbers; the members of a split figure as one sum."""
    printed = []
    for _, members in groupby(side, key=lambda value: value.figure):
        values = list(members)
        if len(values) == 1:
            printed.append(f"{figures.title(values[0])} {_shown(values[0].value)}")
        else:
            number = sum(float(value.value) for value in values if isinstance(value.value, (int, float)))
            printed.append(f"{figures.title(replace(values[0], member=()))}各项之和 {_shown(number)}")
    return " + ".join(printed)


def explain(figures: Counted, footing: Footing, row: int, why: Why | None = None) -> str:
    """Where a complaint is counted, and which of its cells keep it out of the other side.

    Example: `每一机构…：投诉 T003 左边计入 本期收到；右边 投诉量合计 没有计入（合并至编号为T001）`.
    """
    sides = [
        f"{name}{_told(figures, side, row, why)}"
        for name, side in zip(("左边", "右边"), (footing.left, footing.right), strict=True)
    ]
    return f"{footing.title}：{figures.stack.noun} {figures.stack.keys[row] or '（无编号）'} {'；'.join(sides)}"


def _told(figures: Counted, side: Sequence[Value], row: int, why: Why | None) -> str:
    """Which terms of a side count a row and how much, or why none does."""
    counted = [(figures.title(value), _weight(value, row)) for value in side if row in value.rows()]
    if counted:
        return "计入" + "、".join(f" {title}{'' if added == 1 else f'（计 {added:g}）'}" for title, added in counted)
    names = dict.fromkeys(value.figure for value in side)
    reasons = {name: found for name in names if why and (found := why(name, row))}
    happened = {name: found for name, found in reasons.items() if not all(one.endswith("未填") for one in found)}
    shown = happened or reasons  # an event that did not happen explains nothing where another did
    if len(side) == 1:
        return f" {figures.title(side[0])} 没有计入（{'；'.join(next(iter(shown.values()), ['请核对其日期与分类']))}）"
    titles = {name: figures.title(replace(value, member=())) for value in side for name in [value.figure]}
    told = "，".join(f"{titles[name]}：{'；'.join(found)}" for name, found in shown.items())
    return f"没有计入（{told or '请核对其日期与分类'}）"


def _weight(value: Value, row: int) -> float:
    """What a row adds to a value, its parts included."""
    own = float(value.amounts[value.positions == row].sum())
    return own + (sum(_weight(part, row) for part in value.parts) if value.operation == "total" else 0)


def _shown(number: float | str | None) -> str:
    if number is None:
        return "（未能计算，按零）"
    return number if isinstance(number, str) else f"{number:.10g}"
