"""Waivers: findings accepted for a while, with a reason, an approver and an expiry.

A waiver stands in the sheet 豁免 of the register's workbook (规则, 投诉编号, 指纹, 理由, 批准人, 有效期至) or in
`waivers.yaml`:

    - {check: complaint.repeat_marked, key: TS001, fingerprint: W3fa9c01b2d4, reason: 系统外并案, approver: 王主任, expires_on: 2026-12-31}

The fingerprint is copied from the sheet 校验结果. It is computed from the rule, its deadline and every value of the
row, so a waiver falls silent no longer than row, rule and term stay as they were when it was approved. A waiver that
lacks a part is refused; one that has run out, no longer fits or is no longer needed is named in a note.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from xiaobao_xl import dates
from xiaobao_xl.checks.check import Check
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

SHEET: Final = "豁免"
HEADINGS: Final = {
    "check": "规则", "key": "投诉编号", "fingerprint": "指纹", "reason": "理由", "approver": "批准人", "expires_on": "有效期至",
}  # fmt: skip
_NEEDED: Final = ("check", "fingerprint", "reason", "approver", "expires_on")

Checks = Mapping[str, Mapping[str, Check]]


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One finding accepted.

    Attributes:
        check: id of the rule as findings print it, `complaint.repeat_marked`.
        key: complaint number.
        fingerprint: as the sheet 校验结果 prints it.
        reason: why it is accepted.
        approver: who accepted it.
        expires_on: last day it holds.
    """

    check: str
    key: str = ""
    fingerprint: str
    reason: str
    approver: str
    expires_on: date


@dataclass(slots=True)
class Applied:
    """What waivers did.

    Attributes:
        kept: findings no waiver covers.
        waived: findings silenced.
        problems: warnings and notes about waivers that were refused, ran out, no longer fit or are not needed.
    """

    kept: list[Finding] = field(default_factory=list)
    waived: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def from_table(
    rows: Mapping[int, Mapping[str, Any]], file: str = "", sheet: str = SHEET
) -> tuple[list[Waiver], list[Finding]]:
    """Waivers from the sheet 豁免.

    Args:
        rows: Excel row number → heading → cell value; rows without any value are passed over.
        file: file name, for messages.
        sheet: sheet name, for messages.

    Returns:
        Complete waivers, and one warning per row that is refused.

    >>> waivers, refused = from_table({2: {"规则": "complaint.key_unique", "指纹": "W0", "批准人": "王"}})
    >>> len(waivers), refused[0].message
    (0, '豁免第2行缺少理由、有效期至，此条未生效；请补齐（豁免须写明规则、指纹、理由、批准人和有效期至）')
    """
    waivers, refused = [], []
    for number, row in rows.items():
        texts = {name: _text(row.get(heading)) for name, heading in HEADINGS.items()}
        if not any(texts.values()):
            continue
        expires_on = _day(row.get(HEADINGS["expires_on"]))
        missing = [HEADINGS[name] for name in _NEEDED if not texts[name]]
        if missing:
            message = f"豁免第{number}行缺少{'、'.join(missing)}，此条未生效；请补齐（豁免须写明规则、指纹、理由、批准人和有效期至）"
        elif expires_on is None:
            message = f"豁免第{number}行的有效期至“{texts['expires_on']}”不是日期，此条未生效；请写成 2026-12-31"
        else:
            waivers.append(Waiver(**{**texts, "expires_on": expires_on}))  # type: ignore[arg-type]
            continue
        refused.append(
            Finding("waivers.complete", "warning", message, file=file, sheet=sheet, row=number, key=texts["key"])
        )
    return waivers, refused


def apply(
    findings: Sequence[Finding],
    waivers: Sequence[Waiver],
    registers: Sequence[Register],
    checks: Checks,
    as_of: date,
    deadlines: Mapping[str, Deadline] | None = None,
) -> Applied:
    """Take the waived findings out.

    Args:
        findings: all findings of the registers.
        waivers: complete waivers, see `from_table`; from YAML, reason and approver may still be empty and are refused.
        registers: the registers the findings are about.
        checks: register id → check id → check, as in `Rules.checks`.
        as_of: the day the question is asked; a waiver holds up to and including its last day.
        deadlines: deadline id → deadline; a changed deadline ends the waivers of its checks.
    """
    done = Applied()
    sound = [waiver for waiver in waivers if _is_sound(waiver, as_of, done)]
    wanted = {(waiver.check, waiver.key) for waiver in sound}
    candidates = [finding for finding in findings if (finding.check, finding.key) in wanted]
    marks: dict[tuple[str, str], dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding, mark in zip(candidates, fingerprints(candidates, registers, checks, deadlines), strict=True):
        marks[finding.check, finding.key][mark.casefold()].append(finding)
    silenced: set[int] = set()
    for waiver in sound:
        known = marks.get((waiver.check, waiver.key), {})
        covered = known.get(waiver.fingerprint.strip().casefold(), [])
        silenced.update(map(id, covered))
        if not covered and (message := _why_useless(waiver, list(known), registers, checks)):
            done.problems.append(Finding("waivers.fits", "note", message, key=waiver.key))
    for finding in findings:
        (done.waived if id(finding) in silenced else done.kept).append(finding)
    return done


def fingerprints(
    findings: Sequence[Finding],
    registers: Sequence[Register],
    checks: Checks,
    deadlines: Mapping[str, Deadline] | None = None,
) -> list[str]:
    """Fingerprint of each finding: rule, deadline, column and every value of the row; not the day, not the message."""
    definitions: dict[str, str] = {}
    rows = _row_texts(findings, registers)
    result = []
    for finding in findings:
        if finding.check not in definitions:
            definitions[finding.check] = _definition(finding.check, checks, deadlines or {})
        row = rows.get((finding.file, finding.sheet, finding.row), finding.heading + finding.value)
        text = "\0".join((finding.check, definitions[finding.check], finding.column, row))
        # The letter in front keeps Excel from reading 123456e78901 as a number.
        result.append("W" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:11])
    return result


def _definition(check_id: str, checks: Checks, deadlines: Mapping[str, Deadline]) -> str:
    register, _, name = check_id.partition(".")
    check = checks.get(register, {}).get(name)
    if check is None:
        return ""
    deadline = deadlines.get(getattr(check, "deadline", ""))
    return f"{check!r}\0{deadline!r}" if deadline else repr(check)


def _row_texts(findings: Sequence[Finding], registers: Sequence[Register]) -> dict[tuple[str, str, int | None], str]:
    """All values of each row that has a finding, as one text in order of column id; empty cells leave no trace."""
    texts: dict[tuple[str, str, int | None], str] = {}
    for register in registers:
        place = (register.origin.file, register.origin.sheet)
        wanted = np.unique([f.row for f in findings if f.row is not None and (f.file, f.sheet) == place])
        positions = np.flatnonzero(np.isin(register.origin.rows, wanted))
        chosen = register.frame.iloc[positions]
        columns = [
            [f"{name}={text}" if text else "" for text in _texts(chosen[name])] for name in sorted(map(str, chosen))
        ]
        bad: dict[int, str] = defaultdict(str)
        for fault in register.faults:
            bad[fault.row or 0] += f"\x1f{fault.column}!{fault.value}"
        for row, cells in zip(register.origin.rows[positions].tolist(), zip(*columns, strict=True), strict=True):
            texts[(*place, row)] = "\x1f".join(filter(None, cells)) + bad.get(row, "")
    return texts


def _texts(cells: pd.Series) -> list[str]:
    missing = cells.isna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        printed = np.datetime_as_string(cells.to_numpy().astype("datetime64[s]")).tolist()
    else:
        printed = [str(value) for value in cells.tolist()]
    return ["" if empty else text for empty, text in zip(missing.tolist(), printed, strict=True)]


def _is_sound(waiver: Waiver, as_of: date, done: Applied) -> bool:
    name = f"豁免（规则 {waiver.check}，投诉编号 {waiver.key or '无'}）"
    missing = [HEADINGS[part] for part in _NEEDED if not str(getattr(waiver, part)).strip()]
    if missing:
        message = f"{name}缺少{'、'.join(missing)}，此条未生效；请补齐"
        done.problems.append(Finding("waivers.complete", "warning", message, key=waiver.key))
        return False
    if as_of > waiver.expires_on:
        message = f"{name}已于 {waiver.expires_on} 到期，问题重新列出；如仍需豁免，请重新审批"
        done.problems.append(Finding("waivers.in_term", "note", message, key=waiver.key))
        return False
    return True


def _why_useless(waiver: Waiver, found: list[str], registers: Sequence[Register], checks: Checks) -> str:
    """Why a sound waiver covers nothing; '' where it concerns a register that was not read."""
    name = f"豁免（规则 {waiver.check}，投诉编号 {waiver.key or '无'}）"
    if found:
        now = f"（现指纹 {found[0].upper()[:1]}{found[0][1:]}）" if len(found) == 1 else ""
        return f"{name}的指纹与现状不符：批准后该行内容或规则已变，问题重新列出；请核对后按新指纹{now}重新审批"
    register, _, rule = waiver.check.partition(".")
    if register in checks and register not in {read.id for read in registers}:
        return ""
    if register in checks and rule not in checks[register]:
        near = difflib.get_close_matches(rule, checks[register], n=1)
        return f"{name}：没有这条规则" + (
            f"，是否想写 {register}.{near[0]}？" if near else "，请从“校验结果”表复制规则编号"
        )
    if waiver.key and not any((read.keys() == waiver.key).any() for read in registers):
        return f"{name}：台账中没有这个投诉编号；如该投诉不在本台账，可删除此条"
    return f"{name}：所豁免的问题已不存在，可删除此条"


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _day(value: Any) -> date | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        moment = dates.read_number(float(value), is_1904=False)
    else:
        moment = dates.read_text(value) if isinstance(value, str) else dates.read_cell(value)
    return moment.date() if isinstance(moment, datetime) else None
