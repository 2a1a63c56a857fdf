"""Hints for the analyst: changes from a small base, and units far from the others. They claim nothing in law.

A change from 3 to 9 complaints is +200 %, and chance alone often does as much. Where the base is small, the numbers
themselves are said first. A unit stands out by the median, not by mean and standard deviation, which one large
branch would pull along: more than `deviations` scaled median absolute deviations above the median of the units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Change
from xiaobao_xl.figures.row_lists import Knowledge
from xiaobao_xl.figures.stacking import Prepared
from xiaobao_xl.figures.values import Figures, Member, Value
from xiaobao_xl.findings import Finding
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Hints

MAD_TO_SIGMA = 1.4826  # a normal distribution's standard deviation over its median absolute deviation
_LISTED = 10  # members named in one sentence


def hints(figures: Figures, settings: Hints, before: Figures | None = None) -> Iterator[Finding]:
    """What an analyst should know before quoting the figures.

    Args:
        figures: the counted report.
        settings: when to give a hint.
        before: the same figures counted over the period before, where the registers cover it.
    """
    yield from _small_changes(figures, settings)
    for name in settings.of:
        if before is not None and name in before.values:
            yield from _moved_members(figures, before, name, settings)
        yield from _outliers(figures, name, settings)


def from_to(before: float, now: float, small_base: int) -> str:
    """A change in words, a small base said so.

    >>> from_to(3, 9, 10), from_to(30, 24, 10), from_to(0, 4, 10)
    ('由 3 件增至 9 件（基数小，百分比仅供参考）', '由 30 件减至 24 件（-20.0%）', '由 0 件增至 4 件（上期为零，不计算百分比）')
    """
    verb = "增至" if now > before else "减至" if now < before else "保持"
    words = f"由 {before:g} 件{verb} {now:g} 件" if now != before else f"保持 {now:g} 件"
    if not before:
        return f"{words}（上期为零，不计算百分比）"
    share = "基数小，百分比仅供参考" if before < small_base else f"{(now - before) / before:+.1%}"
    return f"{words}（{share}）"


def _small_changes(figures: Figures, settings: Hints) -> Iterator[Finding]:
    """Printed percentages whose base is small."""
    for name, figure in figures.report.figures.items():
        value = figures.values[name][()]
        if not isinstance(figure, Change) or value.operation != "change" or not isinstance(value.value, float):
            continue
        now, then = (_number(part) for part in value.parts)
        if 0 < then < settings.small_base:
            words = f"{figure.title} {value.value:+.1%}：{from_to(then, now, settings.small_base)}"
            yield _note(figures, f"{name}_base_is_large", words)


def _moved_members(figures: Figures, before: Figures, name: str, settings: Hints) -> Iterator[Finding]:
    """Members that changed much from a small base."""
    told = []
    for member, value in _members(figures, name):
        now, then = _number(value), _number(before.values[name].get(member))
        if then < settings.small_base and abs(now - then) >= settings.least_change:
            told.append(
                (now - then, f"{figures.member_titles(name, member)[0]}{from_to(then, now, settings.small_base)}")
            )
    if told:
        ordered = [words for _, words in sorted(told, key=lambda one: (-abs(one[0]), one[1]))]
        words = "；".join(ordered[:_LISTED]) + (f"；等 {len(ordered)} 项" if len(ordered) > _LISTED else "")
        yield _note(
            figures, f"{name}_bases_are_large", f"{figures.spec(name).title}较上期（{before.period.title}）：{words}"
        )


def _outliers(figures: Figures, name: str, settings: Hints) -> Iterator[Finding]:
    """Members far above the others."""
    members = _members(figures, name)
    numbers = np.array([_number(value) for _, value in members])
    limit = outlier_limit(numbers, settings)
    above = [(value, figures.member_titles(name, member)[0]) for (member, _), value in zip(members, numbers, strict=True) if value > limit]  # fmt: skip
    if above:
        listed = "、".join(
            f"{title} {number:g} 件" for number, title in sorted(above, key=lambda one: (-one[0], one[1]))[:_LISTED]
        )
        middle = f"中位数 {np.median(numbers):g} 件，界限 {limit:.1f} 件"
        words = f"{figures.spec(name).title}明显高于其他：{listed}（{middle}＝中位数＋{settings.deviations:g}×绝对中位差×{MAD_TO_SIGMA}，本工具的分析设置）"
        yield _note(figures, f"{name}_alike", words)


def outlier_limit(numbers: np.ndarray, settings: Hints) -> float:
    """The number above which a member stands out; infinite where there are too few members or no spread.

    >>> outlier_limit(np.array([4, 5, 6, 5, 4, 30]), Hints())
    10.1891
    """
    if len(numbers) < settings.least_members:
        return float("inf")
    middle = float(np.median(numbers))
    spread = float(np.median(np.abs(numbers - middle))) * MAD_TO_SIGMA
    return round(middle + settings.deviations * spread, 4) if spread else float("inf")


def _members(figures: Figures, name: str) -> list[tuple[Member, Value]]:
    """Members along the first axis, without 未填写 and 未识别."""
    return [
        (member, value)
        for member, value in figures.values[name].items()
        if len(member) == 1 and member[0] not in {UNFILLED, UNKNOWN}
    ]


def _number(value: Value | None) -> float:
    return float(value.value) if value and isinstance(value.value, (int, float)) else 0.0


def _note(figures: Figures, check: str, message: str) -> Finding:
    return Finding(f"{figures.id}.{check}", "note", message, file=figures.stack.registers[0].origin.file)


def period_before(figures: Figures, context: Knowledge, prepared: Prepared) -> Figures | None:
    """The figures of `hints.of` counted over the period before; None where the registers do not cover it.

    Args:
        figures: the counted report.
        context: as it was counted with.
        prepared: the rows it was counted over.
    """
    report, period = figures.report, figures.period.previous
    split = {name: report.figures[name] for name in report.hints.of if name in report.figures}
    if not split or not _covers(figures, period):
        return None
    rows = replace(prepared.stack, is_current=np.ones(len(prepared.stack.frame), dtype=bool))
    trimmed = replace(report, figures=split, cross_foots={}, bases={})
    return count(figures.id, trimmed, rows.registers, period, context, prepared=Prepared(rows, prepared.statuses))


def _covers(figures: Figures, period: Period) -> bool:
    """Some row carries a date within the period, in a column that shows a register covers it."""
    stack = figures.stack
    columns = figures.report.covered_by or (stack.registers[0].schema.judged_on,)
    return stack.covers(period, columns, np.ones(len(stack.frame), dtype=bool))
