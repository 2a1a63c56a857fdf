"""Check kind `in_time`: what a deadline asks was done by its last day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.deadlines import Deadline, Due
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class InTime(Check):
    """No case is overdue, and none was answered late, under the version of the deadline that governs it.

    Attributes:
        deadline: id of the deadline in the `deadlines` section.

    Passes: `收到日期` 2026-03-02, `复杂程度` 简单, `告知日期` 2026-03-17.
    Breaks: the same with `告知日期` 2026-03-18, or with none as of 2026-03-18.
    Empty cell: an empty date means that the event has not happened; without the first date nothing is judged.
    Level and source are those of the version: one seen in the text makes an error, any other, and a last day that only
    the register sets (a deadline without versions), a warning. The message is
    the sentence that explains the due date. A row with an unreadable cell in any column of the deadline is not judged.
    """

    KIND: ClassVar[str] = "in_time"
    deadline: str

    def uses(self) -> tuple[str, ...]:
        """None of its own; the deadline names the columns."""
        return ()

    def gap(self, register: Register, context: Context) -> tuple[tuple[str, ...], bool]:
        """Needs the date that starts the clock, and one that can meet the deadline."""
        deadline = context.deadlines[self.deadline]
        lacking = tuple(column for column in (deadline.starts,) if column not in register.frame)
        if not any(column in register.frame for column in deadline.met_by):
            lacking += deadline.met_by
        return lacking, not lacking

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Late rows, marked at the event that came late, or where it is still to be filled in."""
        deadline, due = context.deadlines[self.deadline], context.due(self.deadline, register.frame)
        sources = [*(deadline.versions[day].source for day in sorted(deadline.versions)), ""]
        late = (due.late | due.late_by_reference) & ~unreadable(deadline, register)
        places = _marked_at(deadline, due, register)
        for place in np.unique(places[late]).tolist():
            rows = np.flatnonzero(late & (places == place))
            column = (*deadline.met_by, deadline.stops)[place]
            empty = register.frame[column].isna().to_numpy()[rows].tolist()
            fixes = {is_empty: _fix(deadline, register, column, is_empty=is_empty) for is_empty in set(empty)}
            yield Breach(
                positions=rows,
                column=column,
                message=[
                    due.explain(row) + fixes[is_empty] for row, is_empty in zip(rows.tolist(), empty, strict=True)
                ],
                level=["error" if seen else "warning" for seen in due.late[rows].tolist()],
                source=[sources[number] for number in due.governed_by[rows].tolist()],
            )


def unreadable(deadline: Deadline, register: Register) -> np.ndarray:
    """Rows with an unreadable cell in a column of the deadline: no date that follows from it can be trusted."""
    found = np.zeros(len(register), dtype=bool)
    for column in (*deadline.columns(), *deadline.when):
        found |= register.faulty.get(column, found)
    return found


def _marked_at(deadline: Deadline, due: Due, register: Register) -> np.ndarray:
    """Place in `met_by` (behind it: `stops`) of the column to mark in each row."""
    first = next(place for place, column in enumerate(deadline.met_by) if column in register.frame)
    ended = due.table["done_on"].notna().to_numpy()
    answered = np.where(due.done_by >= 0, due.done_by, len(deadline.met_by))
    return np.where(ended, answered, first)


def _fix(deadline: Deadline, register: Register, column: str, *, is_empty: bool) -> str:
    if is_empty:
        return f"请尽快办理；如已办理，请补填{wording.quoted(register, column)}"
    if deadline.sense == "not_before":
        return "请核对日期；日期无误的，应查明原因并留存说明"
    return "请核对各日期；日期无误的，应查明超期原因并留存说明"
