"""verify 核验: does a filed report still follow from its register, and are its files what they were?"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao_xl import __version__, resources
from xiaobao_xl.errors import WorkbookError, XiaobaoError
from xiaobao_xl.filings.records import KIND, ROLE_TITLES, FileMark, Record, figures_of, record_from
from xiaobao_xl.filings.restated_records import Now, moved_since
from xiaobao_xl.filings.restatements import Moved
from xiaobao_xl.package.comparing import Difference
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.comparing import compare
from xiaobao_xl.tasks.filing import SET_KIND
from xiaobao_xl.tasks.intake import Reading, Step, require, silent
from xiaobao_xl.tasks.recording import SHIPPED, read_json
from xiaobao_xl.tasks.reporting import Reported, Wanted, count_taken
from xiaobao_xl.tasks.restating import behind_record, shown
from xiaobao_xl.tasks.taking import Taken, take_in

_LISTED = 5  # complaints or cells told on the screen for each figure or sheet
_CONTENT = {"cell_value", "cell_type", "cell_formula", "sheet_added", "sheet_removed", "sheet_renamed"}
SAME, CHANGED, GONE, UNSEEN = "未变", "已变", "找不到", "无文件"


@dataclass(frozen=True)
class Seen:
    """A file of a record, looked at again.

    Attributes:
        mark: what the record says of it.
        state: 未变, 已变, 找不到, or 无文件 where none was read then.
    """

    mark: FileMark
    state: str

    def sentence(self) -> str:
        """Which file, and what became of it."""
        return f"{ROLE_TITLES[self.mark.role]} {Path(self.mark.path).name}：{self.state}"


@dataclass(kw_only=True)
class Verified:
    """A filing record, verified.

    Attributes:
        name: the record's file.
        record: what was filed.
        files: its files, looked at again.
        moved: numbers that would be others now.
        cells: cells of the finished report changed by hand.
        compared: how many numbers were counted again.
        notes: what could not be said, and why; changes that alter no number.
    """

    name: str
    record: Record
    files: Sequence[Seen]
    moved: Sequence[Moved] = ()
    cells: Sequence[Difference] = ()
    compared: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Every number filed follows from the register, and the report is the one that was written."""
        return not self.moved and not self.cells and not self.unseen

    @property
    def unseen(self) -> str:
        """Why the finished report could not be compared with what was written; '' where it was."""
        states = {seen.mark.role: seen.state for seen in self.files}
        if states.get("output") == GONE:
            return "报表文件不在记录旁边，未能比较"
        if states.get("output") == CHANGED and states.get("template") == GONE:
            return "报表文件已变，而模板不在，未能逐格比较"
        return ""

    def verdict(self) -> str:
        """One sentence."""
        what = f"{self.record.title}（{self.record.period}）"
        if self.agrees:
            return f"相符：{what}的 {self.compared} 个数字全部重算一致，报表文件内容未被改动。"
        parts = [f"{len(self.moved)} 个数字与台账不再相符"] if self.moved else [f"{self.compared} 个数字重算一致"]
        if self.cells:
            parts.append(f"报表文件有 {len(self.cells)} 处被改动")
        elif self.unseen:
            parts.append(self.unseen)
        return f"不符：{what}，{'；'.join(parts)}。"

    def lines(self) -> Iterator[str]:
        """What a person reads."""
        yield from (f"  {seen.sentence()}" for seen in self.files)
        for one in self.moved:
            yield f"  {one.title}：报送 {shown(one.old, one)}，现在 {shown(one.new, one)}"
            yield from (
                f"      {mover.new_place or mover.old_place or mover.key}：{mover.why}"
                for mover in one.movers[:_LISTED]
            )
            if len(one.movers) > _LISTED:
                yield f"      ……另有 {len(one.movers) - _LISTED} 件"
        yield from (f"  {cell.sentence()}" for cell in self.cells[:60])
        yield from (f"  {note}" for note in self.notes)
        yield self.verdict()  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "record": self.name, "report": self.record.report, "title": self.record.title, "period": self.record.period,
            "agrees": self.agrees, "verdict": self.verdict(), "compared": self.compared, "notes": self.notes,
            "files": [{**seen.mark._asdict(), "state": seen.state} for seen in self.files],
            "moved": [{**asdict(one), "difference": one.difference} for one in self.moved],
            "cells": [cell.as_json() for cell in self.cells],
        }  # fmt: skip


def verify(
    rules: Rules, path: Path, reading: Reading, *, register: Sequence[Path] = (), step: Step = silent
) -> list[Verified]:
    """Verify a filing record, or every record of a list of what was filed together.

    Args:
        rules: the rules to count again by.
        path: 报送记录_….json or 报送清单_….json.
        reading: how the register is read.
        register: the register as it is now, where it does not lie where the record says; earlier ones after it.
        step: told what is being done.

    Raises:
        WorkbookError: the record or the register cannot be read.
    """
    content = read_json(path)
    ground = _Ground(rules, reading, register, step)
    if isinstance(content, dict) and content.get("kind") == SET_KIND:
        names = [one["path"] for one in content["files"] if one["path"].endswith(".json")]
        found = [path.with_name(name) for name in names]
        return [_verified(ground, one, record_from(read_json(one), one.name)) for one in found]
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise XiaobaoError(f"{path.name}：不是报送记录或报送清单；请给出 xiaobao report 写在报表旁的 .json 文件。")
    return [_verified(ground, path, record_from(content, path.name))]


@dataclass(frozen=True)
class _Ground:
    """What all records of one run are verified with; registers are read once for all of them."""

    rules: Rules
    reading: Reading
    register: Sequence[Path]
    step: Step
    taken: dict[tuple[object, ...], Taken] = field(default_factory=dict)

    def take_in(
        self, paths: Sequence[Path], beside: tuple[Path, ...], base: Path | None, register: str, as_of: date
    ) -> Taken:
        """Registers read before, as of the same day, or read now."""
        key = (*paths, beside, base, register, as_of)
        if key not in self.taken:
            reading = replace(self.reading, beside=beside)
            self.taken[key] = take_in(self.rules, paths, reading, register=register, base=base, step=self.step)
        return self.taken[key]


def _verified(ground: _Ground, path: Path, record: Record) -> Verified:
    rules, folder = ground.rules, path.parent
    require(record.report, rules.reports, "报表")
    files = [_seen(mark, folder, ground) for mark in record.files]
    result = Verified(name=path.name, record=record, files=files)
    reported = _counted_again(ground, record, folder)
    now = Now(reported.figures, rules.categories, rules.deadlines)
    ground.step(f"核对 {record.title}")
    before = behind_record(record, folder)
    result.moved = moved_since(record, before, now)
    result.compared = sum(number.operation != "text" for figure in record.figures.values() for number in figure.numbers)
    if result.moved and before is None:
        result.notes.append("底稿不在记录旁边，只能说出哪些数字不同，不能指出是哪些投诉。")
    result.notes += _about(files, has_moved=bool(result.moved))
    if record.program != (now_running := f"xiaobao-xl {__version__}"):
        result.notes.append(f"报送时程序为 {record.program}，现为 {now_running}。")
    output = next((seen for seen in files if seen.mark.role == "output"), None)
    if output and output.state == CHANGED and not result.unseen:
        ground.step(f"比较 {output.mark.path}")
        result.cells, notes = _hand_edits(record, reported, folder / output.mark.path, has_moved=bool(result.moved))
        result.notes += notes
    return result


def _seen(mark: FileMark, folder: Path, ground: _Ground) -> Seen:
    """A file looked at again; a register given by the user takes the place of the one the record names."""
    from xiaobao_xl.workbook.filling import sha256_of

    if mark.role == "rules":
        return Seen(mark, SAME if ground.rules.sha256 == mark.sha256 else CHANGED)
    if not mark.sha256:
        return Seen(mark, UNSEEN)
    if mark.path.startswith(SHIPPED):
        path = resources.template_path(mark.path.removeprefix(SHIPPED).removesuffix(".xlsx"))
    elif mark.role in {"register", "earlier"} and ground.register:
        given = {one.name: one for one in ground.register}
        path = given.get(Path(mark.path).name, ground.register[0])
    else:
        path = folder / mark.path
    if not path.is_file():
        return Seen(mark, GONE)
    return Seen(mark, SAME if sha256_of(path) == mark.sha256 else CHANGED)


def _about(files: Sequence[Seen], *, has_moved: bool) -> Iterator[str]:
    """What changed files mean where no number moved, and what to suspect where one did."""
    changed = [seen.mark.role for seen in files if seen.state == CHANGED]
    if "register" in changed and not has_moved:
        yield "台账文件已改动，但不影响本表任何数字。"
    if "beside" in changed:
        yield "一起读的台账已改动" + ("，数字不同也可能由此而来。" if has_moved else "，但不影响本表任何数字。")
    if "rules" in changed:
        yield "现用规则与报送时不同" + ("，数字不同也可能由此而来。" if has_moved else "，但重算结果相同。")
    if "template" in changed:
        yield "现用模板与报送时不同；报表文件的比较以现用模板为准。"
    if "working_paper" in changed:
        yield "底稿在写出后被改动（填写报送人、时间、渠道属正常）；所列投诉以现在的底稿为准。"


def _counted_again(ground: _Ground, record: Record, folder: Path) -> Reported:
    """The report counted again as it was: same period, same day of the question, same words in its head."""
    named = (folder / mark.path for mark in (*record.of("register"), *record.of("earlier")))
    paths = list(ground.register) or list(dict.fromkeys(named))
    for path in paths:
        if not path.is_file():
            raise WorkbookError(f"{path}：找不到台账，无法重算；请用 --register 给出台账文件。")
    beside = tuple(folder / mark.path for mark in record.of("beside"))
    for path in beside:
        if not path.is_file():
            raise WorkbookError(f"{path}：报送时一起读的台账找不到了，无法重算；请把它放回记录所指的位置。")
    base = next((folder / mark.path for mark in record.of("base")), None)
    wanted = Wanted(
        report=record.report, period=record.period, base=base, texts=dict(record.texts), keys=tuple(record.keys),
        template=_template(record, folder),
    )  # fmt: skip
    taken = ground.take_in(paths, beside, base, ground.rules.reports[record.report].register, record.as_of)
    return count_taken(ground.rules, taken, wanted, record.as_of, step=ground.step)


def _template(record: Record, folder: Path) -> Path | None:
    """The template of a record; None for the shipped one, or where it is gone."""
    for mark in record.of("template"):
        if not mark.path.startswith(SHIPPED) and (folder / mark.path).is_file():
            return folder / mark.path
    return None


def _hand_edits(
    record: Record, reported: Reported, output: Path, *, has_moved: bool
) -> tuple[list[Difference], list[str]]:
    """Cells of the finished report that are not as it was written: the report is written again and the two compared."""
    from xiaobao_xl.workbook.filling import fill

    now = reported.figures
    figures = replace(figures_of(record, now.report, now.stack), lists=now.lists, nil=now.nil)
    notes = []
    if now.lists and has_moved:
        notes.append("清单按现在的台账重写后比较；台账已改，清单各行的不同可能由此而来。")
    with tempfile.TemporaryDirectory() as temporary:
        again = Path(temporary) / output.name
        fill(reported.template, figures, again)
        compared = compare(again, output, every=True)
    every = [difference for group in compared.groups for difference in group.shown]
    cells = [one for one in every if one.kind in _CONTENT and not _same_number(one.old, one.new)]
    if not cells:
        notes.append("报表文件在写出后另存过（字节不同），内容没有改动。")
    if len(every) > len(cells):
        notes.append(
            f"另有 {len(every) - len(cells)} 处格式、设置或公式结果不同，不影响所填的数；逐处见 xiaobao diff。"
        )
    return cells, notes


def _same_number(old: str, new: str) -> bool:
    """Two spellings of one number: programs that save a workbook again round the last of fifteen digits.

    >>> _same_number("0.179487179487179", "0.17948717948718"), _same_number("11", "12")
    (True, False)
    """
    try:
        first, second = float(old), float(new)
    except ValueError:
        return False
    return math.isclose(first, second, rel_tol=1e-12)
