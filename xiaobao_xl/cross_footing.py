"""Cross-footing: both sides of a relation compared row by row, so that a break names the complaints behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np

from xiaobao_xl.figure_kinds import Flow, split_term
from xiaobao_xl.figures import Figures, Footing, Member, Value, pick
from xiaobao_xl.findings import Finding
from xiaobao_xl.reports import Report

_LISTED = 100  # rows named one by one; the 底稿 has them all


def foot(name: str, report: Report, values: Mapping[str, Mapping[Member, Value]], rows: int) -> Footing:
    """Work out a cross-foot.

    A flow without a value adds nothing: the register has no such date at all. Any other term without a value leaves
    the relation unchecked, and so does a side of which nothing has a value.

    Args:
        name: its id in rules.yaml.
        report: the report.
        values: figure → member → value.
        rows: number of rows of the stack.
    """
    relation = report.cross_foots[name]
    left, right = (_terms(values, side) for side in (relation.left, relation.right))
    lacking = [v for v in (*left, *right) if v.value is None and not isinstance(report.figures[v.figure], Flow)]
    lacking += [value for side in (left, right) if all(term.value is None for term in side) for value in side]
    if lacking:
        why = "；".join(dict.fromkeys(value.note for value in lacking))
        return Footing(name, relation.title, left, right, (), relation.same_source, why)
    weights = [_weights(side, rows) for side in (left, right)]
    breaks = np.flatnonzero(np.abs(weights[0] - weights[1]) > 1e-6)
    unequal = tuple((int(row), float(weights[0][row]), float(weights[1][row])) for row in breaks)
    return Footing(name, relation.title, left, right, unequal, relation.same_source)


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
        np.add.at(added, value.positions, value.amounts)
        added += _weights(value.parts, rows) if value.operation == "total" else 0
    return added


def findings_of(figures: Figures) -> Iterable[Finding]:
    """One finding per broken relation, then one per complaint that breaks it."""
    for footing in figures.footings:
        if footing.holds or footing.unchecked:
            continue
        left, right = footing.sums
        check, file = f"{figures.id}.{footing.id}", figures.stack.registers[0].origin.file
        yield Finding(check, "error" if abs(left - right) > 1e-6 else "warning", sentence(figures, footing), file=file)
        for row, _, _ in footing.breaks[:_LISTED]:
            register = figures.stack.registers[figures.stack.number[row]]
            yield Finding(
                check, "warning", explain(figures, footing, row), file=register.origin.file, sheet=register.origin.sheet,
                row=int(figures.stack.rows[row]), key=str(figures.stack.keys[row]),
            )  # fmt: skip


def sentence(figures: Figures, footing: Footing) -> str:
    """Both sides with their numbers, and how many complaints break the relation."""
    sides = [_side(figures, side) for side in (footing.left, footing.right)]
    left, right = footing.sums
    if footing.unchecked:
        return f"未核对：{footing.title}（{footing.unchecked}）"
    source = "（同源：两边出自同一台账，相等只说明计数无遗漏）" if footing.same_source else ""
    if abs(left - right) > 1e-6:
        head = f"勾稽不平：{sides[0]} = {_shown(left)}，{sides[1]} = {_shown(right)}，相差 {_shown(left - right)}"
        return f"{head}；{len(footing.breaks)} 件投诉两边计法不同，请逐件核对{source}"
    if footing.breaks:
        return f"两边合计都是 {_shown(left)}，但有 {len(footing.breaks)} 件投诉两边计法不同，互相抵消；请逐件核对：{footing.title}{source}"
    return f"平：{sides[0]} = {sides[1]}{source}"


def _side(figures: Figures, side: Sequence[Value]) -> str:
    """The terms of a side with their numbers; the members of a split figure as one sum."""
    printed = []
    for name, members in groupby(side, key=lambda value: value.figure):
        values = list(members)
        if len(values) == 1:
            printed.append(f"{figures.title(values[0])} {_shown(values[0].value)}")
        else:
            number = sum(float(value.value) for value in values if isinstance(value.value, (int, float)))
            printed.append(f"{figures.spec(name).title}各项之和 {_shown(number)}")
    return " + ".join(printed)


def explain(figures: Figures, footing: Footing, row: int) -> str:
    """Where a row is counted on each side.

    Example: `计入 本期办结；右边没有对应`.
    """
    sides = [[figures.title(value) for value in side if row in value.rows()] for side in (footing.left, footing.right)]
    words = [
        f"{name}计入 {'、'.join(titles)}" if titles else f"{name}没有计入"
        for name, titles in zip(("左边", "右边"), sides, strict=True)
    ]
    return f"{footing.title}：投诉 {figures.stack.keys[row] or '（无编号）'} {'，'.join(words)}；请核对其日期与分类"


def _shown(number: float | str | None) -> str:
    if number is None:
        return "（未能计算，按零）"
    return number if isinstance(number, str) else f"{number:.10g}"
