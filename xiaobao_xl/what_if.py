"""What would change under other rules: findings, deadlines and figures compared, nothing else.

Both sides come from one workbook, so a row is told by file, sheet and Excel row. Which version of the law governs a
row depends on the day its clock starts: under rules that add a version, rows from before its first day stay as they
were, and `Spans` counts them so that this can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from xiaobao_xl.deadlines import Deadline, Due
from xiaobao_xl.figures.values import Figures, Member, Value
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Change = Literal["gained", "lost", "changed"]
CHANGE_TITLES: Final[Mapping[Change, str]] = {"gained": "新增", "lost": "消失", "changed": "改变"}
Kind = Literal["same", "new", "rewritten", "none"]
KIND_TITLES: Final[Mapping[Kind, str]] = {"same": "未改动", "new": "新增", "rewritten": "被改写", "none": "没有适用的版本"}  # fmt: skip
_PLACE = ["file", "sheet", "row"]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that comes, goes, or says something else.

    Attributes:
        change: `gained` under the new rules, `lost`, or `changed` in level or words.
        finding: the new finding, or the lost one.
        before: the old finding, where it has changed.
    """

    change: Change
    finding: Finding
    before: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """The rows one version of a deadline governs under the new rules, and how many of them change.

    Attributes:
        deadline: deadline id.
        title: its title.
        version: first day of the version; None for rows no version governs.
        kind: whether the old rules have that version, and with the same content.
        rows: rows it governs.
        changed: those whose last day or status differs.
    """

    deadline: str
    title: str
    version: date | None
    kind: Kind
    rows: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure of a report that differs.

    Attributes:
        figure: figure id.
        member: member ids.
        title: printable name.
        unit: its unit.
        before: value under the old rules; None where there was none.
        after: value under the new rules.
        joined: complaint numbers counted only under the new rules.
        left: complaint numbers counted only under the old rules.
    """

    figure: str
    member: Member
    title: str
    unit: str
    before: float | str | None
    after: float | str | None
    joined: tuple[str, ...]
    left: tuple[str, ...]


def findings_changed(old: Iterable[Finding], new: Iterable[Finding]) -> list[FindingChange]:
    """Findings gained, lost or changed, in the order of a report.

    >>> late = Finding("complaint.decided_in_time", "error", "超期", "台账.xlsx", "投诉", 3, "decided_on")
    >>> [each.change for each in findings_changed([late], [])]
    ['lost']
    """
    before, after = _by_place(old), _by_place(new)
    found: list[FindingChange] = []
    for place in dict.fromkeys([*before, *after]):
        mine, theirs = before.get(place, []), after.get(place, [])
        pairs = min(len(mine), len(theirs))
        found += [
            FindingChange("changed", now, was)
            for was, now in zip(mine, theirs, strict=False)
            if (was.level, was.message) != (now.level, now.message)
        ]
        found += [FindingChange("lost", each) for each in mine[pairs:]]
        found += [FindingChange("gained", each) for each in theirs[pairs:]]
    return sorted(found, key=lambda each: each.finding.sort_key())


def _by_place(findings: Iterable[Finding]) -> dict[tuple[Any, ...], list[Finding]]:
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for each in findings:
        found.setdefault((each.file, each.sheet, each.row, each.column, each.check), []).append(each)
    return found


def dues_of(register: Register, due: Due, positions: np.ndarray) -> pd.DataFrame:
    """Last day and status of some rows of a register, with their places.

    Returns:
        `file`, `sheet`, `row`, `key`, `starts_on`, `version` (first day), `due_on`, `status`; where no text decides,
        `due_on` is the day a secondary source or a setting gives.
    """
    table = due.table.iloc[positions].reset_index(drop=True)
    told = pd.Series(due.reference_due_on[positions].astype("M8[s]"))
    columns = {
        "file": register.origin.file,
        "sheet": register.origin.sheet,
        "row": register.origin.rows[positions],
        "key": register.keys().iloc[positions].astype("str").reset_index(drop=True),
        "starts_on": table["starts_on"],
        "version": table["version"],
        "due_on": table["due_on"].fillna(told),
        "status": table["status"],
    }
    return pd.DataFrame(columns)


def dues_changed(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Both sides of every row, and whether it changes.

    Args:
        old: from `dues_of`; several sheets one below the other.
        new: likewise.

    Returns:
        `file`, `sheet`, `row`, `key`, `starts_on`, `version` (the new one), `due_before`, `due_after`,
        `status_before`, `status_after` (missing where the deadline does not apply), `changed` bool.
    """
    both = old.merge(new, on=_PLACE, how="outer", suffixes=("_before", "_after"))
    same_day = (both["due_on_before"] == both["due_on_after"]) | (
        both["due_on_before"].isna() & both["due_on_after"].isna()
    )
    statuses = [both[f"status_{side}"].fillna("") for side in ("before", "after")]
    return pd.DataFrame(
        {
            **{name: both[name] for name in _PLACE},
            "key": both["key_after"].fillna(both["key_before"]),
            "starts_on": both["starts_on_after"].fillna(both["starts_on_before"]),
            "version": both["version_after"],
            "due_before": both["due_on_before"],
            "due_after": both["due_on_after"],
            "status_before": both["status_before"],
            "status_after": both["status_after"],
            "changed": ~(same_day & (statuses[0] == statuses[1])),
        }
    ).sort_values(_PLACE, ignore_index=True)


def spans(name: str, old: Deadline | None, new: Deadline, rows: pd.DataFrame) -> list[Spans]:
    """How many rows each version of a deadline governs under the new rules, and how many change.

    Args:
        name: deadline id.
        old: the deadline under the old rules; None where they have none of that name.
        new: the deadline under the new rules.
        rows: from `dues_changed`.
    """
    known = old.versions if old else {}
    found = []
    for _, group in rows.groupby(rows["version"].to_numpy().astype("M8[D]").astype(np.int64)):
        moment = group["version"].iloc[0]
        day = None if pd.isna(moment) else moment.date()
        found.append(
            Spans(
                deadline=name, title=new.title, version=day, kind=_kind(day, known, new.versions), rows=len(group),
                changed=int(group["changed"].sum()),
            )
        )  # fmt: skip
    return found


def _kind(day: date | None, old: Mapping[date, Any], new: Mapping[date, Any]) -> Kind:
    if day is None:
        return "none"
    if day not in old:
        return "new"
    return "same" if repr(old[day]) == repr(new.get(day)) else "rewritten"


def figures_changed(old: Figures, new: Figures) -> list[FigureChange]:
    """Figures whose value or whose complaints differ, in the order of the report; words in the head do not count."""
    before, after = _values(old), _values(new)
    found = []
    for place in dict.fromkeys([*after, *before]):
        was, now = before.get(place), after.get(place)
        keys = [set(side.keys_of(value)) if value else set() for side, value in ((old, was), (new, now))]
        if _same(was, now) and keys[0] == keys[1]:
            continue
        side, value = (new, now) if now else (old, was)
        if value is None:
            continue
        found.append(
            FigureChange(
                figure=place[0], member=place[1], title=side.title(value), unit=side.spec(place[0]).unit,
                before=was.value if was else None, after=now.value if now else None,
                joined=tuple(sorted(keys[1] - keys[0])), left=tuple(sorted(keys[0] - keys[1])),
            )
        )  # fmt: skip
    return found


def _values(figures: Figures) -> dict[tuple[str, Member], Value]:
    return {(value.figure, value.member): value for value in figures if value.operation not in {"text", "given"}}


def _same(was: Value | None, now: Value | None) -> bool:
    if was is None or now is None:
        return False
    if isinstance(was.value, (int, float)) and isinstance(now.value, (int, float)):
        return abs(was.value - now.value) < 1e-9
    return was.value == now.value


def counts(changes: Sequence[FindingChange]) -> dict[str, dict[Change, int]]:
    """Check id → how many findings it gained, lost and changed, the most affected first."""
    found: dict[str, dict[Change, int]] = {}
    for each in changes:
        row = found.setdefault(each.finding.check, {"gained": 0, "lost": 0, "changed": 0})
        row[each.change] += 1
    return dict(sorted(found.items(), key=lambda pair: (-sum(pair[1].values()), pair[0])))
