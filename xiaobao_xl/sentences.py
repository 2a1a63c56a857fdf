"""Sentences: how one row's due date and status came about, in Chinese, for an auditor to follow by hand.

Trigger and its day, what restarted the clock, the limit with its source and way of counting, what was left out, the
last day (and, for information, the same under the wide reading of 民法典第203条); then what became of the case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xiaobao_xl.law import BASIS_TITLES, cite
from xiaobao_xl.terms import Version
from xiaobao_xl.workdays import UNIT_TITLES

if TYPE_CHECKING:
    from xiaobao_xl.deadlines import Due

_COUNTED = {
    "calendar": "自然日", "working": "按国务院办公厅放假安排数工作日", "hours": "按小时连续计",
    "months": "按月计，无对应日的为月末日", "years": "按年计，无对应日的为月末日",
}  # fmt: skip


class Cells:
    """Single cells of a frame, fast: each column is taken out of pandas once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        """Take a frame; nothing is read yet."""
        self.frame = frame
        self._columns: dict[str, np.ndarray | None] = {}

    def at(self, column: str, position: int) -> Any:
        """The cell as a Python value (a date column gives `datetime`); None where missing or no such column."""
        if column not in self._columns:
            self._columns[column] = self._read(column)
        cells = self._columns[column]
        if cells is None:
            return None
        cell = cells[position]
        return cell.item() if isinstance(cell, np.generic) else cell

    def _read(self, column: str) -> np.ndarray | None:
        if column not in self.frame:
            return None
        cells = self.frame[column]
        if cells.dtype.kind == "M":
            return cells.to_numpy(dtype="M8[s]")
        return cells.astype(object).where(cells.notna(), None).to_numpy()


def explain(due: Due, position: int, frame: Cells, table: Cells) -> str:
    """The sentence for one row of `due`, whose frame and table are given as `Cells`."""
    return _Row(due, position, frame, table).sentence()


class _Row:
    """One row of a `Due`, and the words for it."""

    def __init__(self, due: Due, position: int, frame: Cells, table: Cells) -> None:
        self.due, self.position, self.deadline = due, position, due.deadline
        self.frame, self.table = frame, table
        self.version = due.version(position)
        self.status = table.at("status", position)

    def sentence(self) -> str:
        """Trigger, length, source, what moved the end, the end; then what became of it."""
        if self.status is None:
            return f"“{self.deadline.title}”时限不适用于此行。"
        start = self.word(self.deadline.starts)
        if self.cell(self.deadline.starts) is None:
            return f"{start}日期未填，无法计算“{self.deadline.title}”时限（资料不足）。"
        if not self.deadline.versions:
            later = (
                [f"{self.dated(self.deadline.agreed)}，以此为准"] if self.cell(self.deadline.agreed) is not None else []
            )
            return "，".join([self.dated(self.deadline.starts), *later]) + f"。{self.became()}"
        if self.version is None:
            first = min(self.deadline.versions)
            return f"{start} {self.day(self.deadline.starts)}，早于所载规定的最早适用日 {first}，无适用规定。"
        parts = [self.dated(self.deadline.starts), *self.restarted(), self.limit(self.version)]
        parts += [*self.left_out(), *self.end(self.version)]
        return "，".join(parts) + f"。{self.outcome(self.version)}{self.notes()}"

    def cell(self, column: str) -> Any:
        """A cell of the frame, None where missing."""
        return self.frame.at(column, self.position)

    def word(self, name: str) -> str:
        """How sentences call a column or a value."""
        return self.deadline.words.get(name, name)

    def day(self, column: str) -> str:
        """A date cell in print."""
        return self.printed(self.cell(column))

    def dated(self, column: str) -> str:
        """The word and the date of a column."""
        word = self.word(column)
        return f"{word}{'' if word.endswith('）') else ' '}{self.day(column)}"

    def printed(self, moment: Any) -> str:
        """A `date`, `datetime` or `datetime64`, with its time of day where the clock counts hours."""
        hours = self.version is not None and self.version.unit == "hours"
        return str(np.datetime64(moment, "m")).replace("T", " ") if hours else str(np.datetime64(moment, "D"))

    def restarted(self) -> list[str]:
        """What new facts did."""
        facts = self.cell(self.deadline.restarts)
        if facts is None:
            return []
        word = self.word(self.deadline.restarts)
        if self.printed(facts) == self.printed(self.due.clock.starts[self.position]):
            return [f"期限进行中 {self.printed(facts)} {word}，自该日重新起算"]
        return [f"{self.printed(facts)} {word}时期限不在进行中，不重新起算"]

    def limit(self, version: Version) -> str:
        """The limit that stands, why, and its source."""
        names, stands = list(version.limits), int(self.due.clock.stands[self.position])
        count = f"限 {version.limits[names[stands]]} {UNIT_TITLES[version.unit]}"
        if self.deadline.sense == "not_before":
            count = f"至少保存 {version.limits[names[stands]]} {UNIT_TITLES[version.unit]}"
        doubt = "" if version.basis == "seen" else f"，{BASIS_TITLES[version.basis]}"
        counted = f"{_COUNTED[version.unit]}，{self.word(self.deadline.starts)}当日不计"
        if version.unit == "hours":
            counted = _COUNTED["hours"]
        source = f"（{cite(self.due.law, version.source)}{doubt}，{counted}）"
        if int(self.due.clock.claimed[self.position]) < 0:
            return "可能的时限：" + "、".join(
                f"{self.word(name)} {number} {UNIT_TITLES[version.unit]}" for name, number in version.limits.items()
            ) + source  # fmt: skip
        return self.claim(version, names[stands]) + count + source

    def claim(self, version: Version, standing: str) -> str:
        """Which case the register names, and which one stands."""
        if not version.by:
            return ""
        claimed = self.cell(version.by)
        if claimed is None:
            return f"{self.word(version.by)}未填，按{self.word(standing)}"
        if claimed == standing:
            return self.word(standing)
        return f"填报为{self.word(str(claimed))}，但{self.unmet()}，仍按{self.word(standing)}"

    def unmet(self) -> str:
        """Why a longer limit does not stand."""
        lacking = [self.word(c) for c, rows in self.due.missing_needs.items() if rows[self.position]]
        late = [self.dated(c) for c, rows in self.due.late_needs.items() if rows[self.position]]
        reasons = [f"未填{'、'.join(lacking)}"] if lacking else []
        if late:
            reasons.append(f"{'、'.join(late)} 晚于原期限 {self.printed(self.due.previous_due_on[self.position])}")
        return "且".join(reasons)

    def left_out(self) -> list[str]:
        """Intervals left out of the count."""
        spent, start = int(self.due.clock.spent[self.position]), self.due.clock.starts[self.position]
        if not spent:
            return []
        intervals = []
        for first, last in self.deadline.excludes:
            begins, ends = self.cell(first), self.cell(last)
            if begins is None or ends is None or not start < np.datetime64(ends, "D") >= np.datetime64(begins, "D"):
                continue
            if np.datetime64(begins, "D") <= self.due.clock.nominal[self.position]:
                intervals.append(f"{self.dated(first)} 至 {self.printed(ends)}")
        unit = "个工作日" if self.version and self.version.unit == "working" else "日"
        return [f"{'、'.join(intervals)} 共 {spent} {unit}（含首尾，重叠只计一次）不计入"]

    def end(self, version: Version) -> list[str]:
        """The last day, and the same under the wide reading."""
        end, nominal = self.due.clock.due[self.position], self.due.clock.nominal[self.position]
        if np.isnat(end) or self.status in {"suspended", "insufficient"}:
            return []
        name = "届满时刻" if version.unit == "hours" else "届满日"
        if self.deadline.sense == "not_before":
            name = "保存期届满日"
        if self.cell(self.deadline.agreed) is not None:
            legal = "" if np.isnat(nominal) else f"依规定为 {self.printed(nominal)}，"
            return [f"{legal}{self.dated(self.deadline.agreed)}，以约定为准"]
        if end != nominal:
            return [f"{self.printed(nominal)} 遇休息日，依法顺延，{name} {self.printed(end)}"]
        return [f"{name} {self.printed(end)}{self.wide(version)}"]

    def wide(self, version: Version) -> str:
        """The wide reading, where it differs."""
        if version.unit in {"working", "hours"} or self.deadline.sense == "not_before" or version.basis != "seen":
            return ""
        wide = self.table.at("wide_due_on", self.position)
        if wide is None:
            return "；是否遇休息日顺延，待该年放假安排公布后可知"
        if wide == self.table.at("due_on", self.position):
            return ""
        return f"；若按《民法典》第203条遇休息日顺延则为 {self.printed(wide)}，仅供参考"

    def outcome(self, version: Version) -> str:
        """What became of the case."""
        status = self.status
        if status == "no_rule":
            return f"该规定{BASIS_TITLES[version.basis]}，所列日期仅供参考，不据以判断是否超期（无适用规定）。"
        if status == "no_calendar":
            known = f"{self.due.calendar.first} 至 {self.due.calendar.last}"
            return f"期限超出所载放假安排（{known}），不作推算，待放假安排公布并补入后计算（日历未公布）。"
        if status == "suspended":
            return f"{self.open_interval()}尚未结束，期间不计入，时限暂停（暂停中）。"
        if status == "insufficient":
            return self.insufficient(version)
        return self.became()

    def became(self) -> str:
        """What became of a case whose last day is known."""
        if self.deadline.sense == "not_before":
            return self.kept()
        return self.ended() if self.status in {"met", "met_late", "withdrawn"} else self.running()

    def insufficient(self, version: Version) -> str:
        """What is lacking."""
        if int(self.due.clock.claimed[self.position]) < 0:
            expected = "、".join(self.word(name) for name in version.limits)
            return f"{self.word(version.by)}填为“{self.cell(version.by)}”，应为{expected}之一，请改正（资料不足）。"
        end = self.printed(self.due.clock.due[self.position])
        return (
            f"{self.open_interval()}未填结束日期；{self.done()}，已过不扣除该段时的届满日 {end}，"
            "无法判断是否超期，请补填结束日期（资料不足）。"
        )

    def open_interval(self) -> str:
        """The interval that has not ended."""
        for first, last in self.deadline.excludes:
            if self.cell(first) is not None and self.cell(last) is None:
                return f"{self.word(first)}自 {self.day(first)} 起"
        return ""

    def done(self) -> str:
        """The event that ended the case, and how it was found."""
        place = int(self.due.done_by[self.position])
        column = self.deadline.stops if place < 0 else self.deadline.met_by[place]
        word = self.word(column)
        if place > 0:
            better = "、".join(self.word(name) for name in self.deadline.met_by[:place])
            return f"{better}日期未填，以{word}日期 {self.day(column)} 为准"
        return f"已于 {self.day(column)} {word}"

    def ended(self) -> str:
        """How a finished case ended."""
        if self.status == "met":
            return f"{self.done()}，按时办结。"
        if self.status == "withdrawn":
            return f"{self.done()}，办理程序于当日终止，不计超期（已撤回）。"
        late = self.past_end()
        if int(self.due.done_by[self.position]) < 0:
            return f"{self.done()}，撤回时已超期 {late} 日（超期办结）。"
        return f"{self.done()}，超期 {late} 日（超期办结）。" if late else f"{self.done()}，当日已过时限（超期办结）。"

    def running(self) -> str:
        """How an open case stands."""
        left = int(self.table.at("days_left", self.position))
        what = self.word(self.deadline.met_by[0]) if self.deadline.met_by else "办结"
        if left < 0 and not self.deadline.duty:
            return f"截至 {self.due.as_of} 未见{what}，期限已过 {-left} 日（非本机构的义务，不作超期）。"
        if left < 0:
            return f"截至 {self.due.as_of} 未见{what}，已超期 {-left} 日。"
        remains = f"还剩 {left} 日" if left else "当日届满"
        title = "将到期" if self.status == "due_soon" else "未到期"
        return f"截至 {self.due.as_of} 未见{what}，{remains}（{title}）。"

    def kept(self) -> str:
        """How a file to be kept stands."""
        if self.status == "pending":
            return f"截至 {self.due.as_of} 保存期未满，须继续保存。"
        if self.table.at("done_on", self.position) is None:
            return f"截至 {self.due.as_of} 保存期已满。"
        early = -self.past_end()
        return f"{self.done()}，早于保存期届满 {early} 日。" if early > 0 else f"{self.done()}，已满保存期。"

    def notes(self) -> str:
        """Intervals that could not be left out."""
        notes = []
        for first, last in self.deadline.excludes:
            begins, ends, word = self.cell(first), self.cell(last), self.word(first)
            if ends is None:
                continue
            if begins is None:
                notes.append(f"{word}只填了结束日期，未予扣除，请补填开始日期。")
            elif ends < begins:
                reverse = f"{word}结束日期 {self.printed(ends)} 早于开始日期 {self.printed(begins)}"
                notes.append(f"{reverse}，未予扣除，请核对。")
        return "".join(notes)

    def past_end(self) -> int:
        """Calendar days from the last day to the event that ended the case."""
        done = np.datetime64(self.table.at("done_on", self.position), "D")
        return int((done - self.due.clock.due[self.position].astype("M8[D]")).astype(np.int64))
