"""Check kind `extension_in_order`: a longer limit has what the law asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.checks.in_time import unreadable
from xiaobao_xl.deadlines import Deadline, Due
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class ExtensionInOrder(Check):
    """Who claims a limit that has `needs` has filled them, and in time where they are dated.

    Attributes:
        deadline: id of the deadline in the `deadlines` section.

    Passes: `复杂程度` 特别复杂, `延期审批人` 王主任, `延期告知日期` within the 30 days that would hold otherwise.
    Breaks: `复杂程度` 特别复杂 and `延期审批人` is empty, or the notice left after those 30 days.
    A case answered within the limit before it needed no extension and passes.
    Empty cell: in a column that is needed, the breach itself; an empty `复杂程度` claims nothing.
    Level and source are those of the version that governs the case.
    """

    KIND: ClassVar[str] = "extension_in_order"
    deadline: str

    def uses(self) -> tuple[str, ...]:
        """None of its own; the deadline names the columns."""
        return ()

    def gap(self, register: Register, context: Context) -> tuple[tuple[str, ...], bool]:
        """Needs the first date, the column that claims, and some column of what is asked."""
        deadline = context.deadlines[self.deadline]
        claiming = {deadline.starts, *(version.by for version in deadline.versions.values() if version.needs)}
        asked = _asked(deadline)
        lacking = tuple(column for column in (*sorted(claiming), *asked) if column not in register.frame)
        return lacking, not claiming & set(lacking) and any(column in register.frame for column in asked)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Cells that are missing, then dates that are too late."""
        deadline, due = context.deadlines[self.deadline], context.due(self.deadline, register.frame)
        versions = [deadline.versions[day] for day in sorted(deadline.versions)]
        sound = due.table["applies"].to_numpy(dtype=bool) & ~unreadable(deadline, register)
        # A case answered within the limit before it never made use of the extension (NaT compares false).
        sound &= ~(due.table["done_on"].to_numpy() <= due.previous_due_on)
        for notes, describe in ((due.missing_needs, _missing), (due.late_needs, _late)):
            for column, rows in notes.items():
                if column not in register.frame:
                    continue
                found = np.flatnonzero(rows & sound)
                governing = [versions[number] for number in due.governed_by[found].tolist()]
                yield Breach(
                    positions=found,
                    column=column,
                    message=describe(deadline, due, register, context, column, found),
                    level=["error" if version.basis == "seen" else "warning" for version in governing],
                    source=[version.source for version in governing],
                )


def _asked(deadline: Deadline) -> tuple[str, ...]:
    needs = (columns for version in deadline.versions.values() for columns in version.needs.values())
    return tuple(dict.fromkeys(column for columns in needs for column in columns))


def _missing(
    deadline: Deadline, due: Due, register: Register, context: Context, column: str, rows: np.ndarray
) -> list[str]:
    by = next(version.by for version in deadline.versions.values() if version.needs)
    claims = wording.printed(register, context, by, rows)
    name = wording.quoted(register, column)
    return [
        f"{wording.quoted(register, by)}填为“{claim}”，延期须有{name}，现未填，仍按 {end} 届满计；请补填{name}，或更正{wording.quoted(register, by)}"
        for claim, end in zip(claims, wording.days(due.previous_due_on[rows]), strict=True)
    ]


def _late(
    deadline: Deadline,  # noqa: ARG001
    due: Due,
    register: Register,
    context: Context,
    column: str,
    rows: np.ndarray,
) -> list[str]:
    name = wording.quoted(register, column)
    shown = wording.printed(register, context, column, rows)
    return [
        f"{name} {text} 晚于原期限 {end}，延期不成立，仍按 {end} 届满计；延期应在原期限内办理，请核对日期"
        for text, end in zip(shown, wording.days(due.previous_due_on[rows]), strict=True)
    ]
