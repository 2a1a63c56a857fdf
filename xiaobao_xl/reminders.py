r"""Reminders: the due dates of open complaints as a calendar file (.ics) that Outlook, WPS and phones can import.

One all-day event per open complaint on the day it is due, with an alarm three days before at nine in the morning
(on the day itself where fewer than three days are left). An event names the complaint number and the deadline and
nothing else: calendars are shared, so no name, telephone or text of a complaint goes into them. Importing a newer
file moves the events already there, because an event's identity follows from complaint number and deadline.

    >>> from datetime import date
    >>> row = DueRow(key="TS001", deadline="decision", title="作出处理决定", status="pending", due_on=date(2026, 1, 20))
    >>> "DTSTART;VALUE=DATE:20260120\r\n" in calendar([row], as_of=date(2026, 1, 6))
    True
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

OPEN: Final = frozenset({"pending", "due_soon", "overdue", "suspended", "no_calendar"})
_FOLD: Final = 75  # RFC 5545, 3.1: octets in a line, without the line break
_ALARM_DAYS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """One deadline of one complaint, as the board and the calendar show it.

    Attributes:
        key: complaint number.
        deadline: id of the deadline.
        title: title of the deadline (Chinese).
        status: id of the status, a key of `deadlines.STATUS_TITLES`.
        unit: unit that handles the complaint.
        handler: person who handles it.
        received_on: day the complaint was received.
        due_on: last day of the limit; None where there is none.
        done_on: day the limit was met or the complaint withdrawn; None while it waits.
        days_left: days from the day asked about to `due_on`; negative when overdue, None where there is no due day.
        explanation: sentence an auditor can follow by hand.
        file: file of the register.
        sheet: sheet of the register.
        row: Excel row.
        cell: Excel address to jump to.
        noun: what a calendar calls the row before its number.
    """

    key: str
    deadline: str
    title: str
    status: str
    unit: str = ""
    handler: str = ""
    received_on: date | None = None
    due_on: date | None = None
    done_on: date | None = None
    days_left: int | None = None
    explanation: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    cell: str = ""
    noun: str = "投诉"

    @property
    def is_open(self) -> bool:
        """Whether the complaint still waits for what the deadline asks."""
        return self.done_on is None and self.status in OPEN


def calendar(rows: Iterable[DueRow], as_of: date) -> str:
    """The open rows that have a due day, as the text of an .ics file (RFC 5545).

    Args:
        rows: deadlines of complaints; closed ones and ones without a due day are left out.
        as_of: day the dates were computed for; the only time stamp in the file.

    Returns:
        Text with CRLF line ends; write it as UTF-8 without translating line ends.
    """
    chosen: dict[tuple[str, str], DueRow] = {}
    for row in sorted((row for row in rows if row.is_open and row.due_on), key=_order):
        chosen.setdefault((_name(row), row.deadline), row)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//xiaobao-xl//reminders//ZH", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", "X-WR-CALNAME:投诉办理时限"]  # fmt: skip
    for row in chosen.values():
        lines += _event(row, as_of)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _order(row: DueRow) -> tuple[date, str, str]:
    return (row.due_on or date.max, _name(row), row.deadline)


def _name(row: DueRow) -> str:
    return row.key or (f"{row.sheet} 第{row.row}行" if row.row else "未编号")


def _event(row: DueRow, as_of: date) -> list[str]:
    due_on = row.due_on or as_of
    identity = hashlib.sha256(f"{_name(row)}\0{row.deadline}".encode()).hexdigest()[:32]
    summary = _escaped(f"{row.noun} {_name(row)} {row.title}届满")
    ahead = due_on - as_of >= timedelta(days=_ALARM_DAYS)
    return [
        "BEGIN:VEVENT",
        f"UID:{identity}@xiaobao-xl",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{summary}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{summary}",
        f"TRIGGER:{f'-P{_ALARM_DAYS - 1}DT15H' if ahead else 'PT9H'}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """Text as RFC 5545, 3.3.11 wants it."""
    text = "".join(sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign >= " " or sign in "\n\t")
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Cut a line into parts of at most 75 octets, never inside a character; later parts begin with a blank."""
    part, octets = "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > _FOLD:
            yield part
            part, octets = " ", 1
        part, octets = part + sign, octets + size
    yield part
