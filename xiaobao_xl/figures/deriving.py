"""Deriving: figures made of other figures (ratio, share, interval, change, total, rank, median of members), and bases.

Nothing here counts rows. What cannot be derived has no value, and its note says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol

from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.axes import Axis
from xiaobao_xl.figures.kinds import AnyFigure, Change, Interval, MedianOf, Rank, Ratio, Share, Total, split_term
from xiaobao_xl.figures.values import Member, Operation, Value, combine, pick, recount, shared
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Base, Report

_EARLIER = {"previous_period": "上期", "same_period_last_year": "去年同期", "cumulative": "本年前期"}
_NOBODY = {UNFILLED, UNKNOWN}  # members that are no category of their own: not ranked, not in a median


class Work(Protocol):
    """A report being counted, as far as deriving asks it."""

    @property
    def report(self) -> Report:
        """The report."""

    def of(self, name: str, period: Period) -> Mapping[Member, Value]:
        """Values of a figure over a period."""

    def base(self, name: str) -> Mapping[Member, Value]:
        """Values of a base."""

    def covers(self, period: Period, name: str) -> bool:
        """Whether the registers cover a period."""

    def begins_late(self, first: date) -> str:
        """Says so where no row lies before a day; '' otherwise."""


def derive(work: Work, name: str, figure: AnyFigure, period: Period) -> dict[Member, Value]:
    """Values of a figure made of others, member by member; () is the whole.

    Args:
        work: where the figures it is made of come from.
        name: its id in rules.yaml.
        figure: what rules.yaml says of it.
        period: the period.
    """
    if isinstance(figure, Ratio | Total):
        return _of_terms(work, name, figure, period)
    if isinstance(figure, Share):
        return _shares(name, figure, period, work.of(figure.share, period))
    if isinstance(figure, Interval):
        return _intervals(name, work.report.figures[figure.interval], period, work.of(figure.interval, period))
    if isinstance(figure, Rank):
        return _ranks(name, period, work.of(figure.rank, period))
    if isinstance(figure, MedianOf):
        return _median(name, period, work.of(figure.median_of, period))
    return _changes(work, name, figure, period) if isinstance(figure, Change) else {}


def base_values(
    name: str, entry: Base, period: Period, table: Mapping[str, float], axis: Axis | None, named: Mapping[str, str]
) -> dict[Member, Value]:
    """A number of the 基础数据 table; of a base with `by` also each member's, the whole being their sum unless given.

    Args:
        name: its id in rules.yaml.
        entry: what rules.yaml says of it.
        period: the period of the report.
        table: item, or `item[类别]`, → number.
        axis: members where the base has `by`.
        named: 类别 as written in the table → member id, '' where it is none.

    Raises:
        XiaobaoError: a 类别 is no member, or one member is given twice.
    """
    titles = (name, entry.title, *entry.aliases)
    whole = next((table[title] / entry.scale for title in titles if title in table), None)
    given = _given(entry, table, titles, named, axis) if axis else {}
    found: dict[Member, Value] = {}
    silent = {member: member for member in given if axis and member not in axis.titles}  # a unit without complaints
    for member, title in {**axis.titles, **silent}.items() if axis else ():
        why = "" if member in given else f"基础数据表没有“{entry.title}”的类别“{title}”"
        found[member,] = Value(name, (member,), period, "given", given.get(member), note=why)
    if whole is None and given:
        parts = tuple(value for value in found.values() if value.value is not None)
        return {(): _combined(name, (), period, "total", parts), **found}
    why = "" if whole is not None else f"基础数据表没有“{entry.title}”"
    return {(): Value(name, (), period, "given", whole, note=why), **found}


def categories_of(entry: Base, name: str, table: Mapping[str, float]) -> list[str]:
    """The 类别 the table gives of a base, as written."""
    terms = map(split_term, table)
    return [members[0] for item, members in terms if members and item in {name, entry.title, *entry.aliases}]


def _given(
    entry: Base, table: Mapping[str, float], titles: Sequence[str], named: Mapping[str, str], axis: Axis
) -> dict[str, float]:
    found: dict[str, float] = {}
    for term, number in table.items():
        item, members = split_term(term)
        if item not in titles or not members:
            continue
        member, place = named[members[0]], f"基础数据表“{entry.title}”的类别“{members[0]}”"
        if not member:
            known = "、".join(title for name, title in axis.titles.items() if name not in _NOBODY)
            raise XiaobaoError(f"{place}无法识别；应为 {known} 之一")
        if member in found:
            raise XiaobaoError(f"{place}与另一行是同一类别；请合为一行")
        found[member] = number / entry.scale
    return found


def term(work: Work, name: str, period: Period) -> Mapping[Member, Value]:
    """Values of a figure or base, or of a single member of a figure, as totals and ratios name them."""
    other, member = split_term(name)
    found = work.base(other) if other in work.report.bases else work.of(other, period)
    return {(): pick(found, other, member)} if member else found


def _of_terms(work: Work, name: str, figure: Ratio | Total, period: Period) -> dict[Member, Value]:
    """Ratios follow the members of the numerator, totals those of the term split furthest."""
    sides = [term(work, part, period) for part in (figure.ratio if isinstance(figure, Ratio) else figure.total)]
    if isinstance(figure, Ratio):
        first, second = sides
        found = {m: _combined(name, m, period, "ratio", (v, _for(second, m)), figure.per) for m, v in first.items()}
        whole, note = _covered(work, figure.ratio[1], first, second)
        made = _combined(name, (), period, "ratio", (whole, second[()]), figure.per)
        return {**found, (): replace(made, note=made.note or note)} if note else found
    longest = max(sides, key=len)
    return {m: _combined(name, m, period, "total", tuple(_for(side, m) for side in sides)) for m in longest}


def _covered(work: Work, name: str, first: Mapping[Member, Value], second: Mapping[Member, Value]) -> tuple[Value, str]:
    """The whole of a numerator over a base added up from its members: only members that have a base are counted.

    Returns:
        The numerator, and a note that names the members left out; '' where none is.
    """
    whole, base = first[()], work.report.bases.get(name)
    if base is None or second[()].operation != "total":
        return whole, ""
    members = {m: value for m, value in first.items() if len(m) == 1}
    left_out = [value for m, value in members.items() if value.value and second[m].value is None]
    if not left_out:
        return whole, ""
    parts = tuple(value for m, value in members.items() if second[m].value is not None)
    told = "、".join(f"{second[value.member].note.rpartition('类别')[2]}{value.value:g}" for value in left_out)
    counted = _combined(whole.figure, (f"填了“{base.title}”的类别",), whole.period, "total", parts)
    return counted, f"合计只含填了“{base.title}”的类别；未计入：{told}"


def _shares(name: str, figure: Share, period: Period, split: Mapping[Member, Value]) -> dict[Member, Value]:
    whole, deepest = split[()], max(map(len, split))
    found = {m: _combined(name, m, period, "share", (v, whole)) for m, v in split.items()}
    printed = [member for member in split if len(member) == deepest]
    if not whole.value:
        return found
    parts = shared(figure, [float(split[member].value or 0) for member in printed])
    decimals = figure.decimals + 2 if figure.adds_up else -1
    return found | {m: replace(found[m], value=part, decimals=decimals) for m, part in zip(printed, parts, strict=True)}


def _intervals(name: str, share: AnyFigure, period: Period, shares: Mapping[Member, Value]) -> dict[Member, Value]:
    """The test beside each printed share; a share of nothing is not tested."""
    decimals = share.decimals + 2
    found = {}
    for member, value in shares.items():
        tested = Value(name, member, period, "interval", parts=(value,), per=10.0**-decimals, note=value.note)
        found[member] = replace(tested, value=recount(tested)) if value.value else tested
    return found


def _ranks(name: str, period: Period, split: Mapping[Member, Value]) -> dict[Member, Value]:
    """Places among the members below the same whole."""
    found: dict[Member, Value] = {(): Value(name, (), period, "rank")}
    for member, value in split.items():
        if not member:
            continue
        if member[-1] in _NOBODY or not _is_number(value):
            found[member] = Value(name, member, period, "rank", note=value.note or "不参加排名")
            continue
        siblings = tuple(other for key, other in _ranked(split, member[:-1]).items() if key != member)
        found[member] = _combined(name, member, period, "rank", (value, *siblings))
    return found


def _ranked(split: Mapping[Member, Value], above: Member) -> dict[Member, Value]:
    return {
        member: value
        for member, value in split.items()
        if member and member[:-1] == above and member[-1] not in _NOBODY and _is_number(value)
    }


def _median(name: str, period: Period, split: Mapping[Member, Value]) -> dict[Member, Value]:
    parts = tuple(_ranked(split, ()).values())
    if not parts:
        return {(): Value(name, (), period, "median_of", note=split[()].note or "没有可取中位数的类别")}
    return {(): _combined(name, (), period, "median_of", parts)}


def _changes(work: Work, name: str, figure: Change, period: Period) -> dict[Member, Value]:
    if figure.versus == "cumulative":
        past = _quarters_before(period)
        found = work.of(figure.change, period.year_to_date)
        if all(work.covers(part, figure.change) for part in past):
            note = work.begins_late(period.year_to_date.start)
            return {
                m: Value(name, m, period, "total", v.value, parts=(v,), note=v.note or note) for m, v in found.items()
            }
        return {m: Value(name, m, period, "total", note=f"台账不含{past[0].title}的数据") for m in found}
    other = period.previous if figure.versus == "previous_period" else period.same_last_year
    now = work.of(figure.change, period)
    if not work.covers(other, figure.change):
        why = f"无{_EARLIER[figure.versus]}数据（{other.title}）"
        return {m: Value(name, m, period, "change", note=why) for m in now}
    then, note = work.of(figure.change, other), work.begins_late(other.start)
    found = {m: _combined(name, m, period, "change", (v, _for(then, m))) for m, v in now.items()}
    return {m: replace(v, note=v.note or note) for m, v in found.items()}


def _quarters_before(period: Period) -> list[Period]:
    """The quarters of the year, or the part of one, before the period."""
    parts, year = [], period.start.year
    for month in range(1, period.start.month, 3):
        after = min(month + 3, period.start.month)
        parts.append(Period(date(year, month, 1), date(year, after, 1) - timedelta(days=1)))
    return parts


def _for(values: Mapping[Member, Value], member: Member) -> Value:
    """The value of a member, of its nearest whole where the figure is split less far."""
    while member not in values:
        member = member[:-1]
    return values[member]


def _is_number(value: Value) -> bool:
    return isinstance(value.value, (int, float))


def _combined(
    name: str, member: Member, period: Period, operation: Operation, parts: tuple[Value, ...], per: float = 1
) -> Value:
    number = combine(operation, [part.value if isinstance(part.value, (int, float)) else None for part in parts], per)
    notes = list(dict.fromkeys(part.note for part in parts if part.value is None and part.note))
    if number is None and not notes:
        notes = ["上期为零，不计算变动"] if operation == "change" else ["分母为零"]
    return Value(name, member, period, operation, number, parts=parts, per=per, note="；".join(notes))
