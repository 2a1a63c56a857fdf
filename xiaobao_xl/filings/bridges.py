"""Bridges: last period's open complaints carried over to this period's, step by step, each step with its complaints.

    上期期末在办 (as the last filing had it)
    － 漏转或删除  － 改日期  － 改类  － 合并        complaints that were open then and are not at the start now
    ＋ 补登       ＋ 改日期  ＋ 改类  ＋ 取消合并     complaints open at the start now that were not then
    ＝ 期初在办
    ＋ 本期收到 － 本期办结 － 本期撤回 － 不予受理
    ＝ 期末在办

The second half is the report's own relation between its two stocks. Its first half alone shows whether the register
agrees with what was filed: both stocks of one register always agree with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from xiaobao_xl.conditions import select
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.exclusions import why_not
from xiaobao_xl.figures.kinds import Stock
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.filings.pairing import EMPTY, Edit, Pairs, said
from xiaobao_xl.filings.restatements import columns_behind
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import Column
from xiaobao_xl.reports import CrossFoot, Report

Group = Literal["dropped", "late", "dates", "classes", "merged", "other"]
GROUP_TITLES: dict[Group, tuple[str, str]] = {  # as complaints leave, as they enter
    "dropped": ("漏转或删除", ""), "late": ("", "补登（上期台账没有）"), "dates": ("改日期", "改日期"), "classes": ("改类", "改类"),
    "merged": ("合并", "取消合并"), "other": ("其他", "其他"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One complaint of a step.

    Attributes:
        key: complaint number.
        old_place: number and row in the old register, '' where it is not in it.
        new_place: number and row in the new one, likewise.
        old_state: what the old register said of it.
        new_state: what the new one says.
        why: why it belongs to the step.
    """

    key: str
    old_place: str
    new_place: str
    old_state: str
    new_state: str
    why: str


@dataclass(frozen=True)
class BridgeStep:
    """One step.

    Attributes:
        title: what it is called.
        sign: `=` for a balance, `+` or `-` for what is added or taken.
        count: complaints.
        lines: the complaints; empty for balances.
        needs_a_look: an officer must explain it.
    """

    title: str
    sign: Literal["=", "+", "-"]
    count: int
    lines: Sequence[Line] = ()
    needs_a_look: bool = False


@dataclass(frozen=True)
class Reclassified:
    """A cell by which complaints are classified, changed since it was filed."""

    key: str
    old_place: str
    new_place: str
    edit: Edit


@dataclass(frozen=True)
class Bridge:
    """A period bridged to the one before.

    Attributes:
        title: title of the report whose stocks are bridged.
        period: the period.
        steps: the steps in order, balances between them.
        reclassified: changed classifications of complaints of the last filing.
        backdated: complaints received in an earlier period and absent from the old register.
        carried: how many open complaints reappear.
        limits: what could not be said, and why.
    """

    title: str
    period: Period
    steps: Sequence[BridgeStep]
    reclassified: Sequence[Reclassified]
    backdated: Sequence[Line]
    carried: int
    limits: Sequence[str] = ()

    @property
    def needs_a_look(self) -> bool:
        """Some complaint is lost, or the steps do not lead from one balance to the other."""
        return any(step.needs_a_look and step.count for step in self.steps)


@dataclass(frozen=True)
class Filed:
    """The old state.

    Attributes:
        stack: its rows.
        open: rows that were open at its end, positions.
        told: rows that had a part in the last filing, positions; () where only the open ones are known.
    """

    stack: Stack
    open: np.ndarray
    told: np.ndarray


def flow_relation(report: Report) -> CrossFoot:
    """The relation of a report that leads from its stock at the start to that at the end.

    Raises:
        XiaobaoError: it has none.
    """
    for relation in report.cross_foots.values():
        left, right = (_stocks(report, side) for side in (relation.left, relation.right))
        if [stock.at for stock in left] == ["start"] and [stock.at for stock in right] == ["end"]:
            return relation
    raise XiaobaoError(
        f"{report.title}没有“期初＋新增＝减少＋期末”的勾稽关系，不能编衔接表；请用 --report 给出有这种关系的报表。"
    )


def trimmed(report: Report) -> Report:
    """The report with the figures of its flow relation alone."""
    relation = flow_relation(report)
    names = relation.figures()
    figures = {name: report.figures[name] for name in names}
    return replace(report, figures=figures, cross_foots={"flow": relation}, bases={})


def bridge(
    report: Report, filed: Filed, now: Figures, pairs: Pairs, deadlines: Mapping[str, Deadline],
    limits: Sequence[str] = (),
) -> Bridge:  # fmt: skip
    """Bridge a period.

    Args:
        report: the report as rules.yaml has it.
        filed: the old state.
        now: the trimmed report counted over the new register.
        pairs: the rows of both, paired.
        deadlines: deadline id → deadline.
        limits: what could not be said of the old state.
    """
    relation = flow_relation(report)
    start, end = (
        next(term for term in side if isinstance(report.figures[term], Stock))
        for side in (relation.left, relation.right)
    )
    columns = columns_behind(report, start, deadlines)
    opening = now.values[start][()].positions
    left, entered, carried = _carried(filed, opening, pairs)
    steps = [BridgeStep(f"上期{now.spec(end).title}（上期台账）", "=", len(filed.open))]
    steps += _grouped(pairs, columns, left, "-")
    steps += _grouped(pairs, columns, entered, "+")
    steps.append(BridgeStep(f"本期{now.spec(start).title}", "=", len(opening)))
    steps += _flows(now, relation, pairs, columns)
    steps.append(BridgeStep(f"本期{now.spec(end).title}", "=", len(now.values[end][()].positions)))
    return Bridge(
        report.title, now.period, steps, _reclassified(report, filed, pairs), _backdated(report, start, now, pairs, columns),
        carried, limits,
    )  # fmt: skip


def _stocks(report: Report, side: Sequence[str]) -> list[Stock]:
    return [figure for term in side if isinstance(figure := report.figures.get(term), Stock)]


_Pair = tuple[int, int]  # position in the old state and in the new, -1 where it is not there


def _carried(filed: Filed, opening: np.ndarray, pairs: Pairs) -> tuple[list[_Pair], list[_Pair], int]:
    """Complaints open then and not at the start now, those open at the start now and not then, and how many are both."""
    there = pairs.to_new[filed.open]
    stays = (there >= 0) & np.isin(there, opening)
    left = [(int(old), int(new)) for old, new in zip(filed.open[~stays], there[~stays], strict=True)]
    before = pairs.to_old[opening]
    known = (before >= 0) & np.isin(before, filed.open)
    entered = [(int(old), int(new)) for old, new in zip(before[~known], opening[~known], strict=True)]
    return left, entered, int(stays.sum())


def _grouped(
    pairs: Pairs, columns: Sequence[str], moved: Sequence[_Pair], sign: Literal["+", "-"]
) -> Iterator[BridgeStep]:
    """One step for each kind of cause."""
    groups: dict[Group, list[Line]] = {}
    specs = pairs.new.registers[0].schema.columns
    for old, new in moved:
        edits = pairs.edits(old, columns) if old >= 0 else []
        group: Group = "dropped" if new < 0 else "late" if old < 0 else _kind(edits, specs)
        groups.setdefault(group, []).append(
            _line(pairs, old, new, columns, _why(group, edits) + _twin(pairs, old, new))
        )
    for group, (leaving, entering) in GROUP_TITLES.items():
        title = leaving if sign == "-" else entering
        if title:
            lines = groups.get(group, [])
            if lines or group != "other":
                yield BridgeStep(title, sign, len(lines), lines, needs_a_look=group in {"dropped", "other"})


def _kind(edits: Sequence[Edit], specs: Mapping[str, Column]) -> Group:
    """What kind of cell put the complaint elsewhere: a number of another complaint, a class, a date."""
    kinds = {_kind_of(specs[edit.column]) for edit in edits}
    return next((kind for kind in ("merged", "classes", "dates") if kind in kinds), "other")


def _kind_of(spec: Column) -> Group:
    if spec.type in {"date", "moment"}:
        return "dates"
    return "classes" if spec.values or spec.scheme or spec.type == "boolean" else "merged"


def _why(group: Group, edits: Sequence[Edit]) -> str:
    if group == "dropped":
        return "上期期末仍在办，本期台账没有这一件；请补转，或说明删除的依据"
    if group == "late":
        return "上期台账没有这一件，本期台账补登为上期或更早收到"
    return "；".join(edit.sentence() for edit in edits) or "有关各列没有改动；请核对两期台账与统计口径"


def _twin(pairs: Pairs, old: int, new: int) -> str:
    """Says so where a complaint that is gone, or new, has a twin in the other register that differs in its number alone."""
    twin = pairs.renumbered.get(old) if new < 0 else None
    if old < 0:
        before = next((gone for gone, came in pairs.renumbered.items() if came == new), None)
        return "" if before is None else f"；疑似由 {pairs.old.keys[before] or '空号'} 改号而来，其余各列相同"
    return "" if twin is None else f"；疑似改号为 {pairs.new.keys[twin] or '空'}，其余各列相同"


def _line(pairs: Pairs, old: int, new: int, columns: Sequence[str], why: str) -> Line:
    key = pairs.old.keys[old] if old >= 0 else pairs.new.keys[new]
    return Line(
        str(key),
        pairs.old.place(old) if old >= 0 else "",
        pairs.new.place(new) if new >= 0 else "",
        _state(pairs.old, old, columns, pairs) if old >= 0 else "",
        _state(pairs.new, new, columns, pairs) if new >= 0 else "",
        why,
    )


def _state(stack: Stack, position: int, columns: Sequence[str], pairs: Pairs) -> str:
    """What a register says of a complaint, in the columns that decide, and its status where it has one."""
    specs = stack.registers[0].schema.columns
    named = dict.fromkeys([*columns[:8], *(name for name in ("status",) if name in specs)])
    cells = [(specs[name].title, said(stack, name, position, pairs.schemes)) for name in named]
    return "，".join(f"{title} {cell}" for title, cell in cells if cell != EMPTY)


def _flows(now: Figures, relation: CrossFoot, pairs: Pairs, columns: Sequence[str]) -> Iterator[BridgeStep]:
    """What came in and went out in the period, and the complaints that do not fit."""
    for side, sign in ((relation.left, "+"), (relation.right, "-")):
        for term in side:
            figure = now.report.figures[term]
            if not isinstance(figure, Stock):
                positions = now.values[term][()].positions.tolist()
                lines = [_line(pairs, int(pairs.to_old[new]), new, columns, "") for new in positions]
                yield BridgeStep(now.spec(term).title, sign, len(lines), lines)  # type: ignore[arg-type]
    footing = now.footings[0]
    for here_more, sign in ((True, "-"), (False, "+")):
        breaks = [row for row, here, there in footing.breaks if (here > there) == here_more]
        if breaks:
            lines = [_line(pairs, int(pairs.to_old[row]), row, columns, _unfit(now, row, pairs)) for row in breaks]
            yield BridgeStep("不能衔接（日期先后矛盾等）", sign, len(lines), lines, needs_a_look=True)  # type: ignore[arg-type]


def _unfit(now: Figures, row: int, pairs: Pairs) -> str:
    """Which terms count a complaint and what keeps it out of the others."""
    footing = now.footings[0]
    terms = (*footing.left, *footing.right)
    counted = [now.title(value) for value in terms if row in value.rows()]
    every = [
        f"{now.title(value)}：{'；'.join(why)}"
        for value in terms
        if row not in value.rows() and (why := why_not(now, value.figure, row, pairs.schemes))
    ]
    reasons = [
        reason for reason in every if not reason.endswith("未填")
    ] or every  # an event that did not happen explains nothing
    return f"计入 {'、'.join(counted) or '（无）'}；没有计入 {'，'.join(reasons)}"


def _reclassified(report: Report, filed: Filed, pairs: Pairs) -> list[Reclassified]:
    """Cells by which the last filing classified its complaints and that say something else now."""
    specs = pairs.new.registers[0].schema.columns
    split = [
        column
        for figure in report.figures.values()
        for column in (*figure.by, *figure.where, *filter(None, [figure.finer]))
    ]
    columns = [
        name for name in dict.fromkeys([*split, *report.where]) if name in specs and _kind_of(specs[name]) != "dates"
    ]
    columns = [name for name in columns if specs[name].type not in {"number", "integer"}]
    found = []
    told = np.unique(filed.told)
    changed = np.zeros(len(pairs.old.frame), dtype=bool)
    for name in columns:
        changed |= pairs.changed(name)
    for position in told[changed[told]] if len(told) else ():
        new = int(pairs.to_new[position])
        for edit in pairs.edits(int(position), columns):
            key = str(pairs.old.keys[position])
            found.append(Reclassified(key, pairs.old.place(int(position)), pairs.new.place(new), edit))
    return found


def _backdated(report: Report, start: str, now: Figures, pairs: Pairs, columns: Sequence[str]) -> list[Line]:
    """Complaints received before the period that the old register did not know."""
    figure, rows = report.figures[start], now.stack
    begun = rows.frame[figure.columns()[0]]
    schema = rows.registers[0].schema
    plain = {column: wanted for column, wanted in report.where.items() if "." not in column}
    chosen = select(rows.frame, plain, schema, pairs.schemes, rows.faulty)
    early = np.asarray(begun < str(now.period.start), dtype=bool)
    found = np.flatnonzero(chosen & early & (pairs.to_old < 0))
    before, opening = now.period.previous, set(now.values[start][()].positions.tolist())
    lines = []
    for row in found.tolist():
        in_last = begun.iloc[row] >= np.datetime64(before.start)
        why = f"收到日期在{before.title}，上期报送未计入" if in_last else f"收到日期早于{before.title}"
        why += "；仍在办，计入本期期初" if row in opening else "；期初以前已办结或终止，不影响期初，但影响以前各期的数"
        lines.append(_line(pairs, -1, row, columns, why))
    return lines
