"""Runs the checks of a register: all findings in one pass.

A check whose columns the sheet lacks is listed in the receipt instead; where it can still judge its other columns it
does, and the receipt says which are left out. A check that cites an instrument judges only rows dated while that
instrument was in force: an old case keeps the old rule. Rows without a date are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.conditions import EMPTY, Bounds, select
from xiaobao_xl.findings import Finding, mask
from xiaobao_xl.law import cite
from xiaobao_xl.registers import Register


def run(checks: Mapping[str, Check], register: Register, context: Context) -> list[Finding]:
    """Find everything wrong in a register.

    Args:
        checks: check id → check, as rules.yaml lists them.
        register: the register; its receipt is told which checks did not run.
        context: calendar, deadlines, schemes, law and the day of the check.

    Returns:
        Findings, check by check and within one in the order of rows; `findings.in_order` sorts them for a report.
    """
    context = replace(context, computed={}, classified={})
    found: list[Finding] = []
    keys = register.keys().to_numpy()
    for name, check in checks.items():
        check_id = f"{register.id}.{name}"
        if _can_run(check_id, check, register, context):
            judged = _judged(check, register, context)
            if judged.any():
                for breach in check.breaches(register, context):
                    found.extend(_findings(check_id, check, breach, judged, keys, register, context))
    return found


def _can_run(check_id: str, check: Check, register: Register, context: Context) -> bool:
    """Whether the sheet has the columns; notes in the receipt what is left out."""
    unknown = _never_met(check, register, context)
    if unknown:
        register.receipt.not_run[check_id] = f"台账没有{wording.quoted(register, *unknown)}列，无从判断适用条件"
        return False
    lacking, able = check.gap(register, context)
    if able and (unread := _unread(check, context)):
        if _concerns_a_row(check, register, context):
            register.receipt.not_run[check_id] = unread
        return False
    if lacking:
        rest = "，只检查了其余各列" if able else ""
        register.receipt.not_run[check_id] = f"台账没有{wording.quoted(register, *lacking)}列{rest}"
    return able


def _concerns_a_row(check: Check, register: Register, context: Context) -> bool:
    """Some row has all that the check would look up elsewhere."""
    concerned = _judged(check, register, context)
    for column in check.uses():
        concerned = concerned & register.filled(column)
    return bool(concerned.any())


def _unread(check: Check, context: Context) -> str:
    """Why the check cannot look up what it must; '' where it can."""
    missing = [name for name in check.registers_named() if not context.registers.get(name)]
    if not missing:
        return ""
    titles = "、".join(f"“{context.schemas[name].title if name in context.schemas else name}”" for name in missing)
    return f"没有同时读到{titles}，无从核对；在同一工作簿的请加 --sheet all，另有文件的请加 --beside 文件"


def _never_met(check: Check, register: Register, context: Context) -> list[str]:
    """Columns of `when` that the sheet lacks and that an empty cell could not satisfy."""
    return [
        column
        for column, wanted in check.when.items()
        if column not in register.frame
        and not _is_status(column, context)
        and (isinstance(wanted, (Bounds, bool)) or EMPTY not in wanted)
    ]


def _is_status(column: str, context: Context) -> bool:
    deadline, _, part = column.partition(".")
    return part == "status" and deadline in context.deadlines


def _judged(check: Check, register: Register, context: Context) -> np.ndarray:
    """Rows the check speaks of: `when` is met, and its law was in force on the day of the row."""
    frame = register.frame
    statuses = {
        column: context.due(column.partition(".")[0], frame) for column in check.when if _is_status(column, context)
    }
    if statuses:
        frame = frame.assign(**{column: result.table["status"] for column, result in statuses.items()})
    met = select(frame, check.when, register.schema, context.schemes, register.faulty)
    judged: np.ndarray = met & _in_force(check, register, context)
    return judged


def _in_force(check: Check, register: Register, context: Context) -> np.ndarray:
    names = [part.split()[0] for part in check.source.split(";") if part.strip()]
    judged_on = register.schema.judged_on
    if not names or judged_on not in register.frame or any(name not in context.law for name in names):
        return np.ones(len(register), dtype=bool)
    days = register.frame[judged_on].to_numpy().astype("datetime64[D]")
    valid: np.ndarray = np.isnat(days)
    for name in names:
        instrument = context.law[name]
        since = days >= np.datetime64(instrument.in_force_from)
        until = instrument.repealed_on
        valid |= since if until is None else since & (days < np.datetime64(until))
    return valid


def _findings(
    check_id: str,
    check: Check,
    breach: Breach,
    judged: np.ndarray,
    keys: np.ndarray,
    register: Register,
    context: Context,
) -> Iterator[Finding]:
    """Findings of a breach, for the rows the check speaks of."""
    kept = np.flatnonzero(judged[breach.positions])
    if not kept.size:
        return
    positions, column = breach.positions[kept], breach.column
    values = _kept(breach.value, kept) or wording.printed(register, context, column, positions)
    spec = register.schema.columns.get(column)
    values = [mask(value) for value in values] if spec and spec.private else values
    heading = wording.heading(register, column) if column else ""
    cells = _cells(register, column, positions)
    for message, level, source, row, cell, key, value in zip(
        _messages(check, breach, kept, heading, values),
        repeat(check.level) if breach.level is None else _kept(breach.level, kept),
        _sources(check, breach, kept, context),
        register.origin.rows[positions].tolist(),
        cells,
        keys[positions].tolist(),
        values,
        strict=False,
    ):
        where = (register.origin.file, register.origin.sheet, row, column, heading, cell, key, value)
        yield Finding(check_id, level, message, *where, source)


def _kept(items: Sequence[str] | None, kept: np.ndarray) -> list[str]:
    return [] if items is None else [items[place] for place in kept.tolist()]


def _messages(check: Check, breach: Breach, kept: np.ndarray, heading: str, values: list[str]) -> Iterable[str]:
    if check.says:
        sentence = check.says.replace("{列}", heading)
        return [sentence.replace("{值}", value) for value in values] if "{值}" in sentence else repeat(sentence)
    return repeat(breach.message) if isinstance(breach.message, str) else _kept(breach.message, kept)


def _sources(check: Check, breach: Breach, kept: np.ndarray, context: Context) -> Iterable[str]:
    if breach.source is None:
        return repeat(cite(context.law, check.source))
    sources = _kept(breach.source, kept)
    printed = {source: cite(context.law, source) for source in set(sources)}
    return [printed[source] for source in sources]


def _cells(register: Register, column: str, positions: np.ndarray) -> Iterable[str]:
    letter = register.origin.letters.get(column, "")
    return [f"{letter}{row}" for row in register.origin.rows[positions].tolist()] if letter else repeat("")
