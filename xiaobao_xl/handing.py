"""Handing over 交接: which cases are open, and what each of them waits for.

A case is open while some duty of its deadlines waits, or while its register has a closing date that is empty and nothing
else has ended it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from xiaobao_xl.registers import Register
from xiaobao_xl.reminders import DueRow

CLOSED: Final = "closed_on"
_ENDS: Final = ("withdrawn_on", "refused_on", "merged_into")
_ENDED: Final = frozenset({"closed", "withdrawn", "merged", "refused"})
_UNITS: Final = ("handling_unit", "respondent", "unit", "owner", "outlet")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One open case.

    Attributes:
        register: id of its register.
        title: title of the register (Chinese).
        key: its number.
        says: what it is about (Chinese), nothing private.
        unit: unit that handles it.
        handler: person who handles it.
        since: day it began.
        waits: deadlines that wait, the most urgent first.
        file: file it stands in.
        sheet: sheet.
        row: Excel row.
    """

    register: str
    title: str
    key: str
    says: str = ""
    unit: str = ""
    handler: str = ""
    since: date | None = None
    waits: Sequence[DueRow] = ()
    file: str = ""
    sheet: str = ""
    row: int = 0

    @property
    def due_on(self) -> date | None:
        """The next last day."""
        return next((row.due_on for row in self.waits if row.due_on), None)

    @property
    def days_left(self) -> int | None:
        """Days to it; negative when past."""
        return next((row.days_left for row in self.waits if row.days_left is not None), None)

    def awaited(self) -> str:
        """What it waits for, in words.

        >>> Case(register="complaint", title="", key="TS1").awaited()
        '登记办结日期'
        """
        return "；".join(map(_wait, self.waits)) or "登记办结日期"


def _wait(row: DueRow) -> str:
    if row.days_left is None:
        return f"{row.title}（暂无届满日）"
    left = f"超期 {-row.days_left} 天" if row.days_left < 0 else f"剩 {row.days_left} 天"
    return f"{row.title}（{row.due_on} 届满，{left}）"


def open_cases(register: Register, rows: Iterable[DueRow], titles: dict[str, str]) -> list[Case]:
    """The open cases of a register, the most urgent first.

    Args:
        register: the register.
        rows: its deadlines, met ones too.
        titles: category id → title, to say what a case is about.
    """
    waiting: dict[int, list[DueRow]] = {}
    for row in rows:
        if row.is_open and row.row:
            waiting.setdefault(row.row, []).append(row)
    is_open = _not_closed(register)
    keys = register.keys().tolist()
    cases = [
        _case(register, position, keys[position], sorted(waiting.get(number, ()), key=_urgency), titles)
        for position, number in enumerate(register.origin.rows.tolist())
        if number in waiting or is_open[position]
    ]
    return sorted(cases, key=lambda case: (case.days_left is None, case.days_left or 0, case.row))


def _urgency(row: DueRow) -> tuple[bool, int]:
    return row.days_left is None, row.days_left or 0


def _not_closed(register: Register) -> np.ndarray:
    frame = register.frame
    if CLOSED not in frame:
        return np.zeros(len(register), dtype=bool)
    found = register.empty(CLOSED)
    for name in _ENDS:
        if name in frame:
            found = found & register.empty(name)
    if "status" in frame:
        found = found & ~frame["status"].isin(_ENDED).to_numpy()
    return found


def _case(register: Register, position: int, key: str, waits: Sequence[DueRow], titles: dict[str, str]) -> Case:
    begins = next((name for name in ("received_on", register.schema.judged_on) if name in register.frame), "")
    since = register.frame[begins].iloc[position] if begins else None
    says = (_text(register, name, position) for name in ("title", "topic", "issue", "reason"))
    return Case(
        register=register.id,
        title=register.schema.title,
        key=key,
        says=next((titles.get(text, text) for text in says if text), ""),
        unit=next((text for name in _UNITS if (text := _text(register, name, position))), ""),
        handler=_text(register, "handler", position),
        since=since.date() if since is not None and since == since else None,  # noqa: PLR0124  (NaT)
        waits=waits,
        file=register.origin.file,
        sheet=register.origin.sheet,
        row=int(register.origin.rows[position]),
    )


def _text(register: Register, column: str, position: int) -> str:
    value = register.frame[column].iloc[position] if column in register.frame else ""
    return value if isinstance(value, str) else ""
