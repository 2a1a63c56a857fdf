"""Filing records: what was filed and what it followed from, small enough to keep beside the report for years.

A record holds hashes of every file that had a part in a report, every number printed, and for each counted number how
many complaints are behind it and a hash of their numbers; no complaint number, no person. Who filed it, when and by which
way only the officer knows: those places are left blank.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np

from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.axes import Axis
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Figures, Member, Operation, Value
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import Report

KIND = "xiaobao-xl 报送记录"
FORM = 1  # of the record itself; a later program must read older ones
OFFICER = ("报送人", "报送时间", "报送渠道")
_COUNTED = ("count", "sum", "mean", "median")
Role = Literal["register", "earlier", "beside", "base", "rules", "template", "output", "working_paper"]
ROLE_TITLES: dict[Role, str] = {
    "register": "台账", "earlier": "上期台账", "beside": "一起读的台账", "base": "基础数据", "rules": "规则", "template": "模板", "output": "报表",
    "working_paper": "底稿",
}  # fmt: skip


class FileMark(NamedTuple):
    """A file that had a part in a report.

    Attributes:
        role: what it was.
        path: where it lay, seen from the record.
        sha256: its hash; '' where no file was read (a workbook open in Excel).
        note: sheets read, versions.
    """

    role: Role
    path: str
    sha256: str
    note: str = ""


class Number(NamedTuple):
    """One number filed.

    Attributes:
        member: member ids.
        operation: how it followed from rows or parts.
        value: the number or text; None where the report shows —.
        cells: where it stands, `统计表!C5`.
        complaints: how many are behind it; None for a number made of others.
        keys_sha256: hash of their numbers; '' likewise.
    """

    member: Member
    operation: Operation
    value: float | str | None
    cells: tuple[str, ...] = ()
    complaints: int | None = None
    keys_sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class FigureRecord:
    """A figure filed, with all its members.

    Attributes:
        title: its title.
        axes: for each axis member id → title, in order.
        numbers: the numbers.
    """

    title: str
    axes: Sequence[Mapping[str, str]]
    numbers: Sequence[Number]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What was filed.

    Attributes:
        report: report id.
        title: its title.
        period: the period in words.
        as_of: the day the figures were made for.
        program: name and version of the program.
        rules_version: version of rules.yaml.
        rules_sha256: hash of the rules read.
        institution: bank or insurer.
        texts: words for the head and foot, as given.
        keys: the complaints the report was narrowed to; none: all.
        files: the files that had a part in it.
        figures: figure or base id → what was filed of it.
        officer: who, when, which way; blank until the officer fills it in.
    """

    report: str
    title: str
    period: str
    as_of: date
    program: str
    rules_version: str
    rules_sha256: str
    institution: str
    texts: Mapping[str, str]
    keys: Sequence[str] = ()
    files: Sequence[FileMark]
    figures: Mapping[str, FigureRecord]
    officer: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(OFFICER, ""))

    def of(self, role: Role) -> list[FileMark]:
        """Files of a role."""
        return [mark for mark in self.files if mark.role == role]

    def as_json(self) -> dict[str, Any]:
        """As written; read back by `record_from`."""
        return {
            "kind": KIND, "form": FORM, "report": self.report, "title": self.title, "period": self.period,
            "as_of": self.as_of.isoformat(), "program": self.program, "rules_version": self.rules_version,
            "rules_sha256": self.rules_sha256, "institution": self.institution, "officer": dict(self.officer),
            "texts": dict(self.texts), "keys": list(self.keys), "files": [mark._asdict() for mark in self.files],
            "figures": {name: _figure_json(figure) for name, figure in self.figures.items()},
        }  # fmt: skip


def figures_filed(figures: Figures, cells: Iterable[tuple[str, str, str, Member]]) -> dict[str, FigureRecord]:
    """The part of a record that says the numbers.

    Args:
        figures: the counted report.
        cells: sheet, cell, figure and member of every number in the finished report.
    """
    places: dict[str, dict[Member, list[str]]] = {}
    for sheet, cell, figure, member in cells:
        places.setdefault(figure, {}).setdefault(member, []).append(f"{sheet}!{cell}")
    return {
        name: FigureRecord(
            title=figures.spec(name).title,
            axes=[dict(axis.titles) for axis in figures.axes[name]],
            numbers=[_number(figures, value, found.get(member, ())) for member, value in figures.values[name].items()],
        )
        for name, found in places.items()
    }


def keys_sha256(keys: Iterable[object]) -> str:
    """Hash of complaint numbers, whatever their order.

    >>> keys_sha256(["T2", "T1"]) == keys_sha256(["T1", "T2"])
    True
    """
    return hashlib.sha256("\n".join(sorted(map(str, keys))).encode()).hexdigest()


def figures_of(record: Record, report: Report, rows: Stack) -> Figures:
    """The numbers of a record as figures, to fill the report again as it was filed; without complaints behind them."""
    period = parse_period(record.period)
    nothing = np.full(len(rows.frame), -1)
    values = {
        name: {one.member: Value(name, one.member, period, one.operation, one.value) for one in figure.numbers}
        for name, figure in record.figures.items()
    }
    axes = {name: tuple(Axis(titles, nothing) for titles in figure.axes) for name, figure in record.figures.items()}
    for name in (*report.figures, *report.bases):  # figures that do not stand in the report
        values.setdefault(name, {(): Value(name, (), period, "text")})
        axes.setdefault(name, ())
    return Figures(record.report, report, period, rows, values, axes)


def record_from(content: Any, name: str) -> Record:
    """A record read back.

    Args:
        content: what its JSON says.
        name: the file, for messages.

    Raises:
        XiaobaoError: it is no filing record, or one of a later form.
    """
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise XiaobaoError(f"{name}：不是报送记录；请给出 xiaobao report 写在报表旁的“报送记录_….json”。")
    if content["form"] > FORM:
        raise XiaobaoError(f"{name}：报送记录由更新的版本（{content.get('program', '')}）写成；请用该版本核对。")
    plain = (
        "report",
        "title",
        "period",
        "program",
        "rules_version",
        "rules_sha256",
        "institution",
        "texts",
        "keys",
        "officer",
    )
    try:
        return Record(
            **{key: content[key] for key in plain},
            as_of=date.fromisoformat(content["as_of"]),
            files=[FileMark(**mark) for mark in content["files"]],
            figures={key: _figure_from(figure) for key, figure in content["figures"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise XiaobaoError(f"{name}：报送记录残缺或被改动，无法核对；请换回原来的文件。") from None


def _number(figures: Figures, value: Value, cells: Sequence[str]) -> Number:
    counted = value.operation in _COUNTED
    keys = figures.stack.keys[value.positions] if counted else ()
    return Number(
        value.member, value.operation, _plain(value.value), tuple(cells), len(keys) if counted else None,
        keys_sha256(keys) if counted else "",
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """A value as Python has it, not NumPy."""
    return value.item() if hasattr(value, "item") else value


def _figure_json(figure: FigureRecord) -> dict[str, Any]:
    return {
        "title": figure.title,
        "axes": list(figure.axes),
        "numbers": [number._asdict() for number in figure.numbers],
    }


def _figure_from(content: Mapping[str, Any]) -> FigureRecord:
    numbers = [
        Number(**{**one, "member": tuple(one["member"]), "cells": tuple(one["cells"])}) for one in content["numbers"]
    ]
    return FigureRecord(title=content["title"], axes=content["axes"], numbers=numbers)
