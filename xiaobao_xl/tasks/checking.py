"""check 校验: everything that is wrong with a workbook's registers, in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao_xl import checks, waivers
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding, in_order
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules, read_mapping
from xiaobao_xl.tasks.intake import (
    Reading,
    Source,
    Step,
    look_up,
    open_registers,
    receipt_json,
    refuse_strange,
    seen_by,
    silent,
)
from xiaobao_xl.workbook.grids import Book

WAIVERS_FILE = "waivers.yaml"
TITLES = {
    "reading.boolean_readable": "是否栏读得出",
    "reading.code_is_text": "编号与电话以文本存放",
    "reading.date_readable": "日期读得出且无歧义",
    "reading.formula_calculated": "公式有计算结果",
    "reading.identity_is_text": "证件号与卡号以文本存放",
    "reading.no_error_value": "单元格没有错误值",
    "reading.number_readable": "数字读得出",
    "reading.row_is_data": "行是数据行",
    "waivers.complete": "豁免要件齐全",
    "waivers.fits": "豁免仍与现状相符",
    "waivers.in_term": "豁免在有效期内",
}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A workbook, checked.

    Attributes:
        rules: the rules used.
        book: the opened file.
        registers: registers read, with their receipts.
        findings: all findings left after waivers, in order.
        as_of: the day the question was asked.
    """

    rules: Rules
    book: Book
    registers: Sequence[Register]
    findings: Sequence[Finding]
    as_of: date

    @property
    def has_errors(self) -> bool:
        """Some finding is an error."""
        return any(finding.level == "error" for finding in self.findings)

    def titles(self) -> dict[str, str]:
        """Check id → its short Chinese name; a check without one speaks through its first finding."""
        words: dict[str, str] = {}
        for finding in self.findings:
            register, _, name = finding.check.partition(".")
            check_ = self.rules.checks.get(register, {}).get(name)
            words.setdefault(finding.check, (check_.title if check_ else TITLES.get(finding.check)) or finding.message)
        return words

    def as_json(self) -> dict[str, Any]:
        """Receipt and findings."""
        return {"receipt": receipt_json(self.registers), "findings": [asdict(finding) for finding in self.findings]}


def check(
    rules: Rules,
    source: Source,
    reading: Reading,
    as_of: date,
    *,
    waivers_file: Path | None = None,
    step: Step = silent,
) -> Checked:
    """Check the registers of a workbook.

    Args:
        rules: the rules.
        source: the workbook, or its path; it is only read.
        reading: which register, sheets and headings, and files to be looked up beside it.
        as_of: the day the question is asked.
        waivers_file: accepted findings; None looks for waivers.yaml beside the workbook.
        step: told what is being done.
    """
    step("读取台账")
    book, registers = open_registers(rules, source, replace(reading, audience=""))
    needed = {
        name for each in registers for check_ in rules.checks[each.id].values() for name in check_.registers_named()
    }
    refuse_strange(rules, reading, (each.id for each in registers), needed)
    context = rules.context(as_of, [*registers, *look_up(rules, book, registers, reading, needed)])
    found: list[Finding] = []
    for register in registers:
        step(f"校验 {register.origin.sheet}（{len(register)} 行）")
        found += register.faults + checks.run(rules.checks[register.id], register, context)
    accepted, refused = read_waivers(book, waivers_file)
    if accepted or refused:
        found = [*_unwaived(rules, registers, found, accepted, as_of), *refused]
    schemas = {register.origin.sheet: register.schema for register in registers}
    book, registers = seen_by(rules, book, registers, reading)
    if reading.masker:
        found = [reading.masker.finding(each, schemas.get(each.sheet, registers[0].schema)) for each in found]
    return Checked(rules=rules, book=book, registers=registers, findings=in_order(found), as_of=as_of)


def write_marked(
    found: Checked, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False, step: Step = silent
) -> None:
    """A marked copy: coloured cells with notes, and the sheet 校验结果 in front."""
    from xiaobao_xl.workbook import findings_sheet, marked_copy

    step("写标记副本")
    rules = found.rules
    outcome = findings_sheet.Outcome(
        file=found.book.path.name,
        as_of=found.as_of,
        registers=found.registers,
        findings=found.findings,
        fingerprints=waivers.fingerprints(found.findings, found.registers, rules.checks, rules.deadlines),
        rules=found.titles(),
        rules_version=str(rules.version),
    )
    front = [lambda drawing: findings_sheet.draw(drawing, outcome)]
    marked_copy.write_copy(
        found.book,
        found.registers,
        out,
        findings=found.findings,
        front=front,
        overwrite=overwrite,
        allow_unsigned=allow_unsigned,
    )


def _unwaived(
    rules: Rules, registers: Sequence[Register], found: list[Finding], accepted: list[waivers.Waiver], as_of: date
) -> list[Finding]:
    done = waivers.apply(found, accepted, registers, rules.checks, as_of, rules.deadlines)
    for register in registers:
        register.receipt.waived = sum(finding.sheet == register.origin.sheet for finding in done.waived)
    return [*done.kept, *done.problems]


def read_waivers(book: Book, path: Path | None) -> tuple[list[waivers.Waiver], list[Finding]]:
    """Waivers of waivers.yaml and of the sheet 豁免, and what was wrong with them."""
    file = path or book.path.parent / WAIVERS_FILE
    if path and not path.is_file():
        raise WorkbookError(f"{path}：找不到豁免清单；请检查 --waivers 的路径。")
    accepted: list[waivers.Waiver] = list(read_mapping(file, tuple[waivers.Waiver, ...])) if file.is_file() else []
    if waivers.SHEET not in book.names:
        return accepted, []
    written, refused = waivers.from_table(_table(book, waivers.SHEET), book.path.name)
    return accepted + written, refused


def _table(book: Book, sheet: str) -> Mapping[int, Mapping[str, Any]]:
    """Excel row → heading → cell of a plain sheet whose first row holds the headings."""
    rows = list(book.load(sheet).rows())
    heads = [str(cell).strip() for cell in rows[0]] if rows else []
    return {number: dict(zip(heads, row, strict=False)) for number, row in enumerate(rows[1:], start=2)}
