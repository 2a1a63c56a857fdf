"""due 时限: due dates of a whole workbook, or of one case as a calculator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xiaobao_xl import deadlines, reminders
from xiaobao_xl.deadlines import STATUS_TITLES, Deadline, Due
from xiaobao_xl.errors import LawGap, WorkbookError
from xiaobao_xl.findings import Level
from xiaobao_xl.registers import Register
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, receipt_json, refuse_strange, require, silent
from xiaobao_xl.tasks.settings import frame_of
from xiaobao_xl.workbook.grids import Book

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn

URGENT_DAYS = 7
_HEADS = ("{}·届满日", "{}·状态", "{}·剩余天数", "{}·怎样算出")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One deadline over one register.

    Attributes:
        register: the register.
        id: deadline id.
        deadline: the deadline.
        due: due dates of all rows.
        positions: rows it applies to.
    """

    register: Register
    id: str
    deadline: Deadline
    due: Due
    positions: np.ndarray

    @property
    def is_task(self) -> bool:
        """Someone must act by the due day: no right that may go unused, no file to be kept."""
        return self.deadline.duty and self.deadline.sense == "not_after"

    def row(self, position: int) -> dict[str, Any]:
        """One row as JSON; the cell is that of the day the clock starts."""
        origin = self.register.origin
        excel_row = int(origin.rows[position])
        letter = origin.letters.get(self.deadline.starts, "")
        return {
            "file": origin.file,
            "sheet": origin.sheet,
            "row": excel_row,
            "cell": f"{letter}{excel_row}" if letter else "",
            "key": str(self._keys[position]),
            **_as_json(self.id, self.due, position, self._lines[position]),
        }

    @cached_property
    def _keys(self) -> list[Any]:
        """Key of every row, taken once: rows are asked for one by one."""
        return self.register.keys().tolist()

    @cached_property
    def _lines(self) -> list[dict[Hashable, Any]]:
        """The table of due dates row by row, taken once."""
        return self.due.table.to_dict("records")

    def board_rows(self) -> Iterator[DueRow]:
        """Rows for the board and the calendar."""
        if not self.is_task:
            return
        frame = self.register.frame
        begins = "received_on" if "received_on" in frame else self.deadline.starts
        for position in self.positions.tolist():
            shown, line = self.row(position), self._lines[position]
            yield DueRow(
                key=shown["key"],
                deadline=self.id,
                title=self.deadline.title,
                status=str(line["status"]),
                unit=_text(frame, "handling_unit", position) or _text(frame, "respondent", position),
                handler=_text(frame, "handler", position),
                received_on=_day(frame[begins].iloc[position]) if begins in frame else None,
                due_on=_day(line["due_on"]),
                done_on=_day(line["done_on"]),
                days_left=shown["days_left"],
                explanation=shown["explanation"],
                file=shown["file"],
                sheet=shown["sheet"],
                row=shown["row"],
                cell=shown["cell"],
            )


@dataclass(frozen=True, kw_only=True)
class DueBook:
    """A workbook with due dates.

    Attributes:
        book: the opened file.
        registers: registers read.
        timed: deadline by deadline, only those that apply to some row.
        as_of: the day the question was asked.
    """

    book: Book
    registers: Sequence[Register]
    timed: Sequence[Timed]
    as_of: date

    def counts(self) -> dict[str, dict[str, int]]:
        """Title of a deadline → status → rows."""
        counted: dict[str, tuple[Deadline, Counter[str]]] = {}
        for part in self.timed:
            _, found = counted.setdefault(part.deadline.title, (part.deadline, Counter()))
            found.update(part.due.table["status"].iloc[part.positions])
        return {
            title: {deadline.status_title(status): found[status] for status in STATUS_TITLES if found[status]}
            for title, (deadline, found) in counted.items()
        }

    def urgent(self) -> list[dict[str, Any]]:
        """Rows overdue or due within seven days, the most urgent first."""
        rows = []
        for part in self.timed:
            if not part.is_task:
                continue
            left = part.due.table["days_left"].to_numpy()
            rows += [part.row(position) for position in part.positions.tolist() if left[position] <= URGENT_DAYS]
        return sorted(rows, key=lambda row: (row["days_left"], row["key"]))

    def as_json(self) -> dict[str, Any]:
        """One object per row and deadline."""
        rows = [part.row(position) for part in self.timed for position in part.positions.tolist()]
        return {"receipt": receipt_json(self.registers), "rows": rows}


def due(rules: Rules, source: Source, reading: Reading, as_of: date, *, only: str = "", step: Step = silent) -> DueBook:
    """Due dates of all deadlines that apply to the registers of a workbook, or of one deadline only.

    Args:
        rules: the rules.
        source: the workbook, or its path; it is only read.
        reading: which register, sheets and headings.
        as_of: the day the question is asked.
        only: id of the one deadline wanted; '' takes all.
        step: told what is being done.

    Raises:
        WorkbookError: the one deadline wanted is unknown or not run on registers.
    """
    step("读取台账")
    if only:
        require(only, rules.deadlines, "时限")
    book, registers = open_registers(rules, source, reading)
    refuse_strange(rules, reading, (each.id for each in registers))
    if only and rules.deadlines[only].register not in {register.id for register in registers}:
        deadline = rules.deadlines[only]
        raise WorkbookError(
            f"时限 {only}（{deadline.title}）不按台账逐件计算；请不写台账，用 --deadline {only} --set {deadline.starts}=日期 单独计算。"
        )
    timed: list[Timed] = []
    for register in registers:
        step(f"计算时限 {register.origin.sheet}（{len(register)} 行）")
        for name, deadline in rules.deadlines.items():
            if deadline.register == register.id and only in {"", name}:
                timed += _timed(rules, register, name, as_of)
    return DueBook(book=book, registers=registers, timed=timed, as_of=as_of)


def due_once(rules: Rules, name: str, settings: Sequence[str], as_of: date) -> dict[str, Any]:
    """One deadline from values given as `column=value`, in ids or Chinese titles.

    Raises:
        LawGap: the calendar of a year it reaches into is not announced.
        WorkbookError: an unknown deadline or column, or an unreadable value.
    """
    require(name, rules.deadlines, "时限")
    deadline = rules.deadlines[name]
    schema = rules.registers[deadline.register or "complaint"]
    frame = frame_of(settings, deadline, schema, rules.categories)
    result = deadlines.due(deadline, frame, rules.calendar, as_of, rules.law)
    line = result.table.to_dict("records")[0]
    if not line["applies"]:
        raise WorkbookError(f"时限 {name}（{deadline.title}）不适用于这种情形；请检查 --set 的值，例如事项性质 route。")
    if line["status"] == "no_calendar":
        raise LawGap(result.explain(0))
    return {"row": None, "cell": "", "key": "", **_as_json(name, result, 0, line)}


def write_due(
    result: DueBook,
    out: Path | None,
    ics: Path | None,
    *,
    overwrite: bool = False,
    allow_unsigned: bool = False,
    step: Step = silent,
) -> Path | None:
    """The copy with due dates beside the register and 时限看板 in front, and the calendar file; returns the latter."""
    from xiaobao_xl.workbook import board, marked_copy
    from xiaobao_xl.workbook.drawing import refuse_existing, write_whole

    rows = [row for part in result.timed for row in part.board_rows()]
    target = ics or (out.with_suffix(".ics") if out else None)
    if target:
        refuse_existing(target, overwrite=overwrite)
    if out:
        step("写时限副本与看板")
        front = [lambda drawing: board.draw(drawing, rows, result.as_of, file=result.book.path.name)]
        marked_copy.write_copy(
            result.book,
            result.registers,
            out,
            columns=beside(result),
            front=front,
            overwrite=overwrite,
            allow_unsigned=allow_unsigned,
        )
    if target:
        text = reminders.calendar(rows, result.as_of)
        write_whole(target, lambda stream: stream.write(text.encode("utf-8")), overwrite=overwrite)
    return target


def beside(result: DueBook) -> dict[str, list[ExtraColumn]]:
    """Sheet → the columns with due dates, to stand right of the register."""
    columns: dict[str, list[ExtraColumn]] = {}
    for part in result.timed:
        columns.setdefault(part.register.origin.sheet, []).extend(_columns(part))
    return columns


def titles_beside(rules: Rules) -> list[str]:
    """Headings of all columns that `beside` may give."""
    titles = dict.fromkeys(deadline.title for deadline in rules.deadlines.values())
    return [head.format(title) for title in titles for head in _HEADS]


def _timed(rules: Rules, register: Register, name: str, as_of: date) -> Iterator[Timed]:
    """The deadline over the register; nothing where it concerns no row."""
    deadline = rules.deadlines[name]
    if deadline.starts not in register.frame:
        return
    result = deadlines.due(deadline, register.frame, rules.calendar, as_of, rules.law)
    applies = result.table["applies"].to_numpy()
    if deadline.starts != register.schema.judged_on:  # a later stage: without its date it has not begun
        applies = applies & register.frame[deadline.starts].notna().to_numpy()
    if applies.any():
        yield Timed(register=register, id=name, deadline=deadline, due=result, positions=np.flatnonzero(applies))


def _columns(part: Timed) -> Iterator[ExtraColumn]:
    """届满日, 状态, 剩余天数 and 说明 of one deadline, to stand beside the register."""
    from xiaobao_xl.workbook import palette
    from xiaobao_xl.workbook.copying import ExtraColumn

    shown = {int(part.register.origin.rows[position]): part.row(position) for position in part.positions.tolist()}
    loud: dict[str, Level] = {"overdue": "error", "met_late": "error", "due_soon": "warning", "suspended": "note"}
    if not part.deadline.duty:
        del loud["overdue"]
    fills = {
        row: palette.LEVEL_FILLS[loud[line["status_id"]]] for row, line in shown.items() if line["status_id"] in loud
    }
    title = part.deadline.title

    def values(name: str) -> dict[int, Any]:
        return {row: line[name] for row, line in shown.items() if line[name] is not None}

    due_on = {row: date.fromisoformat(day) for row, day in values("due_on").items()}
    day, status, left, how = (head.format(title) for head in _HEADS)
    yield ExtraColumn(title=day, values=due_on, number_format="yyyy-mm-dd", fills=fills, width=13)
    yield ExtraColumn(title=status, values=values("status"), fills=fills, width=12)
    yield ExtraColumn(title=left, values=values("days_left"), fills=fills, width=12)
    yield ExtraColumn(title=how, values=values("explanation"), width=60, wraps=True)


def _as_json(name: str, result: Due, position: int, line: Mapping[Hashable, Any]) -> dict[str, Any]:
    """One due date; `wide_due_on` is the wide reading of 民法典第203条, for information only."""
    return {
        "deadline": name,
        "title": result.deadline.title,
        "due_on": _iso(line["due_on"]),
        "wide_due_on": _iso(line["wide_due_on"]),
        "done_on": _iso(line["done_on"]),
        "status": result.deadline.status_title(line["status"]),
        "status_id": line["status"],
        "days_left": None if np.isnan(line["days_left"]) else int(line["days_left"]),
        "basis": line["basis"],
        "explanation": result.explain(position),
    }


def _text(frame: pd.DataFrame, column: str, position: int) -> str:
    value = frame[column].iloc[position] if column in frame else ""
    return value if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


def _iso(value: Any) -> str | None:
    day = _day(value)
    return day.isoformat() if day else None
