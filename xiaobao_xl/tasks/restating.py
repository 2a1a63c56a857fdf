"""restate 重报: two states of a register, or two filing records of one report; which figures moved and by which complaints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.filings.pairing import Pairs
from xiaobao_xl.filings.records import Record
from xiaobao_xl.filings.restated_records import Behind, moved_between
from xiaobao_xl.filings.restatements import WAY_TITLES, Moved, moved
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, require, require_xlsx, silent
from xiaobao_xl.tasks.recording import read_record
from xiaobao_xl.tasks.reporting import Wanted, count_taken
from xiaobao_xl.tasks.taking import take_in


@dataclass(kw_only=True)
class Restated:
    """A report restated.

    Attributes:
        title: title of the report.
        period: the period in words.
        old: name of the old register or record.
        new: name of the new one.
        moved: figures that moved, in the order of the report.
        compared: how many numbers were compared.
        limits: what could not be said, and why.
    """

    title: str
    period: str
    old: str
    new: str
    moved: Sequence[Moved]
    compared: int
    limits: Sequence[str] = ()

    @property
    def keys(self) -> list[str]:
        """Complaints that moved some figure, each once."""
        return list(dict.fromkeys(mover.key for one in self.moved for mover in one.movers))

    def as_json(self) -> dict[str, Any]:
        """Every figure that moved, with the complaints."""
        return {
            "report": self.title, "period": self.period, "old": self.old, "new": self.new, "compared": self.compared,
            "limits": list(self.limits), "moved": [{**asdict(one), "difference": one.difference} for one in self.moved],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """One line a figure, then the complaints that moved it."""
        told: list[str] = []
        for one in self.moved:
            told.append(
                f"{one.title}：{shown(one.old, one)} → {shown(one.new, one)}"
                + ("（数值相同，所含投诉不同）" if one.is_offset else "")
            )
            told += [
                f"    {WAY_TITLES[mover.way]} {mover.new_place or mover.old_place or mover.key}：{mover.why}"
                for mover in one.movers[:5]
            ]
            if len(one.movers) > 5:
                told.append(f"    ……另有 {len(one.movers) - 5} 件，见重报说明。")
        return told  # fmt: skip


def shown(value: float | str | None, one: Moved) -> str:
    """A value as the report prints it."""
    if not isinstance(value, (int, float)):
        return value or "—"
    return f"{value:.{one.decimals}%}" if one.unit == "%" else f"{value:,.{one.decimals}f}"


def restate(
    rules: Rules, old: Path, new: Path, reading: Reading, wanted: Wanted, as_of: date, *, step: Step = silent
) -> Restated:
    """Count a report over two states of its register and tell them apart.

    Args:
        rules: the rules, the same for both.
        old: the register as it was when the report was filed.
        new: the register as it is now.
        reading: how both are read.
        wanted: which report, for which period.
        as_of: the day the question is asked, the same for both.
        step: told what is being done.
    """
    require(wanted.report, rules.reports, "报表")
    register = rules.reports[wanted.report].register
    sides = []
    for path in (old, new):
        taken = take_in(rules, [path], reading, register=register, base=wanted.base, step=step)
        sides.append(count_taken(rules, taken, wanted, as_of, step=step).figures)
    step("逐件比较")
    before, after = sides
    pairs = Pairs(before.stack, after.stack, rules.categories)
    found = [
        one for one in moved(before, after, pairs, rules.deadlines) if getattr(after.spec(one.figure), "printed", True)
    ]
    compared = sum(
        1 for value in after if value.operation != "text" and getattr(after.spec(value.figure), "printed", True)
    )
    return Restated(
        title=after.report.title, period=after.period.title, old=old.name, new=new.name, moved=found, compared=compared
    )  # fmt: skip


def restate_records(rules: Rules, old: Path, new: Path, reading: Reading, *, step: Step = silent) -> Restated:
    """Tell two filings of one report apart by their records.

    Where both registers still lie where the records say, with the same hashes, they are counted again and every change
    is told cell by cell. Otherwise the numbers come from the records and the complaints from the 底稿 beside them.

    Raises:
        WorkbookError: the records are of different reports or periods.
    """
    records = [read_record(path) for path in (old, new)]
    first, second = records
    if (first.report, first.period) != (second.report, second.period):
        told = "；".join(
            f"{path.name} 是{one.title}（{one.period}）" for path, one in zip((old, new), records, strict=True)
        )
        raise WorkbookError(f"两份报送记录不是同一张报表的同一期间：{told}。")
    require(first.report, rules.reports, "报表")
    registers = [register_of(record, path.parent) for record, path in zip(records, (old, new), strict=True)]
    if registers[0] and registers[1] and first.as_of == second.as_of:
        wanted = Wanted(report=first.report, period=first.period, texts=dict(first.texts))
        result = restate(rules, registers[0], registers[1], reading, wanted, first.as_of, step=step)
        return replace(result, old=old.name, new=new.name)
    step("读取两份底稿")
    behind = [behind_record(record, path.parent) for record, path in zip(records, (old, new), strict=True)]
    found = moved_between(first, second, rules.reports[first.report], *behind)
    limits = ["当时的台账不在记录所指的位置或已被改动，只能说出哪些投诉进出，不能说出改了哪一格"]
    limits += [
        f"{path.name}：旁边没有底稿，不能指出投诉" for path, one in zip((old, new), behind, strict=True) if one is None
    ]
    compared = sum(number.operation != "text" for figure in second.figures.values() for number in figure.numbers)
    return Restated(
        title=second.title, period=second.period, old=old.name, new=new.name, moved=found, compared=compared, limits=limits
    )  # fmt: skip


def write_restatement(result: Restated, out: Path, *, overwrite: bool = False) -> Path:
    """Write the 重报说明."""
    from xiaobao_xl.workbook.restatement_book import write_restatement_book

    require_xlsx(out)
    head = f"{result.title}  {result.period}"
    return write_restatement_book(
        out, head, f"{result.old} → {result.new}", result.moved, compared=result.compared, limits=result.limits,
        overwrite=overwrite,
    )  # fmt: skip


def register_of(record: Record, folder: Path) -> Path | None:
    """The register of a record, where a single one was read and it is still what it was."""
    from xiaobao_xl.workbook.filling import sha256_of

    marks = {mark.path: mark for mark in record.of("register")}
    if len(marks) != 1 or record.of("earlier") or record.of("beside"):
        return None
    (mark,) = marks.values()
    path = folder / mark.path
    return path if mark.sha256 and path.is_file() and sha256_of(path) == mark.sha256 else None


def behind_record(record: Record, folder: Path) -> Behind | None:
    """Complaints behind a record's numbers, from the 底稿 beside it; None where there is none."""
    from xiaobao_xl.workbook.paper_rows import paper_rows

    paths = [folder / mark.path for mark in record.of("working_paper")]
    if not paths or not paths[0].is_file():
        return None
    added: dict[tuple[str, str], dict[str, float]] = {}
    places: dict[str, str] = {}
    dates: dict[str, dict[str, str]] = {}
    for line in paper_rows(paths[0]):
        counted = added.setdefault((line.figure, line.member), {})
        counted[line.key] = counted.get(line.key, 0) + line.amount
        places.setdefault(line.key, f"{line.key or '（无编号）'}（第{line.row}行）")
        dates.setdefault(
            line.key, {heading: f"{cell:%Y-%m-%d}" if cell else "" for heading, cell in line.dates.items()}
        )
    return Behind(added, places, dates)
