"""handover 交接: open cases, what is due soon, filings, layouts, waivers and rules in one workbook, with lines to sign."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from xiaobao_xl.handing import Case, open_cases
from xiaobao_xl.registers import Register
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.checking import read_waivers
from xiaobao_xl.tasks.intake import HEADINGS_FILE, Layouts, Reading, Step, receipt_json, silent
from xiaobao_xl.tasks.timing import due
from xiaobao_xl.waivers import Waiver

FILINGS: Final = "filing_calendar"
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class OwnFiles:
    """The institution's own files, where they were named: rules, headings.yaml, waivers.yaml."""

    rules: Path | None = None
    headings: Path | None = None
    waivers: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What is handed over.

    Attributes:
        rules: the rules.
        registers: the registers read.
        cases: open cases, the most urgent first, without filings.
        filings: filings that are due within the days asked for, or overdue.
        soon: deadlines of open cases within those days, or overdue.
        waivers: findings accepted for a while.
        refused: sentences about waivers that do not hold.
        layouts: the institution's own headings.
        own_rules: name, SHA-256 and text of the institution's own rules; None where the shipped ones are used.
        as_of: the day of the handing over.
        days: how far the list of what is due looks ahead.
    """

    rules: Rules
    registers: Sequence[Register]
    cases: Sequence[Case]
    filings: Sequence[Case]
    soon: Sequence[DueRow]
    waivers: Sequence[Waiver]
    refused: Sequence[str]
    layouts: Layouts = field(default_factory=dict)
    own_rules: tuple[str, str, str] | None = None
    as_of: date
    days: int

    def counts(self) -> dict[str, int]:
        """Title → number, as the first page shows them."""
        return {
            "在办事项": len(self.cases),
            "其中已超期": sum((case.days_left or 0) < 0 for case in self.cases),
            f"{self.days} 日内到期": sum((row.days_left or 0) >= 0 for row in self.soon),
            "待报送": len(self.filings),
            "有效豁免": sum(waiver.expires_on >= self.as_of for waiver in self.waivers),
            "表头对照": sum(map(len, self.layouts.values())),
        }

    def lines(self) -> Iterator[str]:
        """What a person reads."""
        yield (
            f"以 {self.as_of} 为交接日："
            + "，".join(f"{title} {number}" for title, number in self.counts().items())
            + "。"
        )
        for case in self.cases[:SHOWN]:
            yield f"  {case.key}　{case.unit}　{case.awaited()}"
        if len(self.cases) > SHOWN:
            yield f"  …… 另有 {len(self.cases) - SHOWN} 件，加 --out 交接.xlsx 可逐件查看。"
        yield from (f"  {sentence}" for sentence in self.refused)

    def as_json(self) -> dict[str, Any]:
        """Receipt, counts, open cases and filings."""
        return {
            "receipt": receipt_json(self.registers),
            "as_of": self.as_of.isoformat(),
            "counts": self.counts(),
            "cases": [_as_json(case) for case in self.cases],
            "filings": [_as_json(case) for case in self.filings],
            "rules": {"version": str(self.rules.version), "sha256": self.rules.sha256, "own": self.own_rules[:2] if self.own_rules else None},
        }  # fmt: skip


def _as_json(case: Case) -> dict[str, Any]:
    return {
        "register": case.register, "key": case.key, "unit": case.unit, "handler": case.handler, "file": case.file, "sheet": case.sheet,
        "row": case.row, "due_on": case.due_on.isoformat() if case.due_on else None, "days_left": case.days_left, "awaited": case.awaited(),
    }  # fmt: skip


def handover(
    rules: Rules, books: Sequence[Path], reading: Reading, as_of: date, *, files: OwnFiles | None = None, days: int = 30,
    step: Step = silent,
) -> Handed:  # fmt: skip
    """Collect what the next officer must know.

    Args:
        rules: the rules.
        books: the register, and others handed over with it.
        reading: how the first is read; the others are read by their headings.
        as_of: the day of the handing over.
        files: the institution's own files.
        days: how far to look ahead.
        step: told what is being done.
    """
    files = files or OwnFiles()
    reading = reading if reading.sheet else replace(reading, sheet=("all",))
    registers: list[Register] = []
    cases: list[Case] = []
    rows: list[DueRow] = []
    waivers: list[Waiver] = []
    refused: list[str] = []
    titles = _titles(rules)
    for number, path in enumerate(books):
        timed = due(
            rules, path, reading if not number else replace(reading, register="", sheet=("all",)), as_of, step=step
        )
        registers += timed.registers
        for register in timed.registers:
            own = [row for part in timed.timed if part.register is register for row in part.board_rows()]
            cases += open_cases(register, own, titles)
            rows += own
        accepted, problems = read_waivers(timed.book, files.waivers if not number else None)
        waivers += [waiver for waiver in accepted if waiver not in waivers]
        refused += [problem.message for problem in problems]
    until = as_of + timedelta(days=days)
    open_rows = {id(row) for case in cases if case.register != FILINGS for row in case.waits}
    soon = [row for row in rows if id(row) in open_rows and row.due_on and row.due_on <= until]
    return Handed(
        rules=rules, registers=registers, as_of=as_of, days=days, layouts=reading.layouts, waivers=waivers, refused=refused,
        cases=[case for case in cases if case.register != FILINGS],
        filings=[case for case in cases if case.register == FILINGS and case.due_on and case.due_on <= until],
        soon=sorted(soon, key=lambda row: (row.due_on or until, row.key)),
        own_rules=_own(files.rules),
    )  # fmt: skip


def _titles(rules: Rules) -> dict[str, str]:
    return {name: scheme.title_of(name) for scheme in rules.categories.values() for name in scheme.ids()}


def _own(path: Path | None) -> tuple[str, str, str] | None:
    if path is None:
        return None
    data = path.read_bytes()
    return path.name, hashlib.sha256(data).hexdigest(), data.decode("utf-8-sig")


def write_handover(result: Handed, out: Path, *, overwrite: bool = False, step: Step = silent) -> None:
    """Write the workbook.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    from xiaobao_xl.tasks.intake import require_xlsx
    from xiaobao_xl.workbook import handover_book

    require_xlsx(out)
    step("写交接工作簿")
    facts: Mapping[str, str] = {
        "规则版本": str(result.rules.version),
        "规则指纹（SHA-256）": result.rules.sha256,
        "本机构规则文件": result.own_rules[0] if result.own_rules else "没有，用的是随附规则",
        "该文件指纹（SHA-256）": result.own_rules[1] if result.own_rules else "",
        "表头对照文件": HEADINGS_FILE if result.layouts else "没有",
        "交接的台账": "；".join(dict.fromkeys(f"{each.origin.file}“{each.origin.sheet}”{len(each)} 行" for each in result.registers)),
    }  # fmt: skip
    book = handover_book.Handover(
        as_of=result.as_of, days=result.days, counts=result.counts(), cases=result.cases, soon=result.soon, filings=result.filings,
        waivers=result.waivers, layouts=result.layouts, column_titles=_column_titles(result.rules), facts=facts,
        own_rules=result.own_rules[2] if result.own_rules else "",
    )  # fmt: skip
    handover_book.write(book, out, overwrite=overwrite)


def _column_titles(rules: Rules) -> dict[str, str]:
    return {
        name: column.title
        for schema in reversed(list(rules.registers.values()))
        for name, column in schema.columns.items()
    }
