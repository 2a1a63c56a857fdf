"""archive 归档检查: a folder of files against the register: what is there, what is missing, how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from xiaobao_xl import conditions, private_text
from xiaobao_xl.archiving import Archiving, Names
from xiaobao_xl.case_files import CaseFile, CaseFiles, Kept, Paper
from xiaobao_xl.deadlines import due
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import mask
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.folder_files import papers
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, receipt_json, require_xlsx, silent

_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class ArchiveChecked(CaseFiles):
    """A folder checked, as it is told."""

    def as_json(self) -> dict[str, Any]:
        """Counts, cases, index with fingerprints, strays, duplicates, differences; persons in names masked."""
        return {
            "as_of": str(self.as_of),
            "receipt": receipt_json(self.registers),
            "counts": self.counts(),
            "notes": list(self.notes),
            "cases": [
                {"number": case.number, "row": case.row, "wanted": case.wanted, "present": case.present,
                 "missing": case.missing, "files": len(case.papers),
                 "kept_until": str(case.kept.until) if case.kept else None,
                 "kept_by": case.kept.title if case.kept else None,
                 "kept_is_certain": case.kept.is_certain if case.kept else None}
                for case in self.cases
            ],
            "index": [
                {"file": masked(paper.path), "numbers": paper.belongs.numbers, "kinds": paper.belongs.kinds,
                 "size": paper.size, "changed_on": str(paper.changed_on), "sha256": paper.sha256}
                for paper in self.papers
            ],
            "strays": [masked(paper.path) for paper in self.strays],
            "duplicates": [[masked(paper.path) for paper in group] for group in self.duplicates],
            "differences": [{"number": number, "what": what} for number, what in self.differences],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The verdict, then what is missing and stray."""
        counts = self.counts()
        yield f"{counts['投诉']} 件投诉，材料齐全 {counts['材料齐全']} 件，缺材料 {counts['缺材料']} 件；共 {counts['文件']} 个文件。"
        for case in self.incomplete[:_SHOWN]:
            yield f"{case.number}（第{case.row}行）缺 {self.titles(case.missing)}"
        if len(self.incomplete) > _SHOWN:
            yield f"其余 {len(self.incomplete) - _SHOWN} 件请加 --out 归档检查.xlsx 查看。"
        for paper in self.strays[:_SHOWN]:
            yield f"没有写明投诉：{masked(paper.path)}"
        yield from (f"{number}：{what}" for number, what in self.differences[:_SHOWN])
        rest = [f"{name} {count}" for name, count in list(counts.items())[4:] if count]
        if rest:
            yield "另有：" + "，".join(rest)
        yield from self.notes


def check_archive(
    rules: Rules, folder: Path, book: Path, reading: Reading, as_of: date, *, files: Path | None = None, step: Step = silent
) -> ArchiveChecked:  # fmt: skip
    """Check a folder against a register; nothing in the folder is changed.

    Args:
        rules: the settings, and the deadlines of the register of files.
        folder: the folder.
        book: the register of complaints.
        reading: how it is read.
        as_of: the day the question is asked.
        files: the register of files, 文档管理台账, where there is one.
        step: told what is being done.
    """
    step(f"读取 {book.name}")
    _, registers = open_registers(rules, book, reading)
    rule, register = _judged(rules, registers, book)
    listed = None
    if files is not None and rule.files:
        step(f"读取 {files.name}")
        _, found = open_registers(
            rules, files, Reading(register=rule.files, layouts=reading.layouts, password=reading.password)
        )
        listed = found[0]
    rows = _first_rows(register)
    names = Names(rule, _numbers(rule, register, rows))
    fits = re.compile(rule.naming.pattern).fullmatch if rule.naming else None
    read = [
        replace(paper, belongs=names.read(paper.path.split("/")), is_named_well=fits is None or bool(fits(paper.name)))
        for paper in papers(folder, step, without=book)
    ]
    step("核对材料")
    cases = list(_cases(rules, rule, register, rows, read, _kept(rules, rule, register, listed, as_of)))
    return ArchiveChecked(
        rule=rule, as_of=as_of, registers=[register, *([listed] if listed else [])], cases=cases, papers=read,
        strays=[paper for paper in read if not paper.belongs.numbers],
        duplicates=_duplicates(read),
        differences=list(_differences(rule, listed, cases, read)) if listed else [],
        notes=list(_notes(rule, register, rows)),
    )  # fmt: skip


def write_archive_check(
    result: ArchiveChecked, folder: Path, out: Path, *, overwrite: bool = False, step: Step = silent
) -> Path:
    """Write what was found as a workbook, whole or not at all, and not into the folder."""
    from xiaobao_xl.workbook import archive_book

    require_xlsx(out)
    if out.resolve().is_relative_to(folder.resolve()):
        raise WorkbookError(f"{out}：检查结果不要写进被检查的文件夹，否则下次会被当作材料；请换一个位置。")
    step("写归档检查")
    archive_book.write(result, out, str(folder), overwrite=overwrite)
    return out


def masked(path: str) -> str:
    """A path in which persons and their numbers are hidden."""
    for begin, end, _ in reversed(private_text.spans(path)):
        path = path[:begin] + mask(path[begin:end]) + path[end:]
    return path


def _judged(rules: Rules, registers: Sequence[Register], book: Path) -> tuple[Archiving, Register]:
    for rule in rules.archiving.values():
        for register in registers:
            if register.id == rule.register:
                return rule, register
    known = "、".join(rules.registers[rule.register].title for rule in rules.archiving.values())
    raise WorkbookError(
        f"{book}：没有认出可以查归档的台账（{known or '规则里没有 archiving 一节'}）；请用 --sheet 指明工作表。"
    )


def _first_rows(register: Register) -> dict[str, int]:
    """Number → position of its first row."""
    rows: dict[str, int] = {}
    for position, number in enumerate(register.keys().tolist()):
        if number:
            rows.setdefault(str(number), position)
    return rows


def _numbers(rule: Archiving, register: Register, rows: Mapping[str, int]) -> dict[str, str]:
    """A number as written in any of the columns → the number of its row; the first column that holds it decides."""
    found: dict[str, str] = {}
    columns = [column for column in rule.numbers if column in register.frame]
    keys = list(rows)
    for column in columns:
        cells = register.frame[column].iloc[list(rows.values())].tolist()
        for written, key in zip(cells, keys, strict=True):
            if isinstance(written, str) and written:
                found.setdefault(written, key)
    return found


def _cases(
    rules: Rules, rule: Archiving, register: Register, rows: Mapping[str, int], read: Sequence[Paper], kept: Mapping[str, Kept]
) -> Iterator[CaseFile]:  # fmt: skip
    belonging: dict[str, list[Paper]] = {number: [] for number in rows}
    for paper in read:
        for number in paper.belongs.numbers:
            belonging[number].append(paper)
    wanted = {
        name: conditions.select(register.frame, kind.when, register.schema, rules.categories, register.faulty)
        for name, kind in rule.kinds.items()
    }
    for number, position in rows.items():
        present = {kind for paper in belonging[number] if paper.size for kind in paper.belongs.kinds}
        yield CaseFile(
            number=number, row=int(register.origin.rows[position]), papers=belonging[number],
            wanted=tuple(kind for kind, rows_wanted in wanted.items() if rows_wanted[position]),
            present=tuple(kind for kind in rule.kinds if kind in present), kept=kept.get(number),
        )  # fmt: skip


def _kept(rules: Rules, rule: Archiving, register: Register, listed: Register | None, as_of: date) -> dict[str, Kept]:
    """Number → how long its file is kept; what the register of files says goes before what follows from ours."""
    if not rule.files:
        return {}
    frame = register.frame.copy()
    if rule.file_class:
        classes = pd.Series(pd.NA, index=frame.index, dtype="str")
        for value, condition in reversed(list(rule.classes.items())):
            classes[conditions.select(frame, condition, register.schema, rules.categories, register.faulty)] = value
        frame[rule.file_class] = classes
    found = _periods(rules, rule, frame, register.keys(), as_of)
    if listed is not None and rule.link in listed.frame:
        found |= _periods(rules, rule, listed.frame, listed.frame[rule.link].fillna(""), as_of)
    return found


def _periods(rules: Rules, rule: Archiving, frame: pd.DataFrame, numbers: pd.Series, as_of: date) -> dict[str, Kept]:
    """Number → the longest period that applies to its row."""
    found: dict[str, Kept] = {}
    keys = numbers.tolist()
    for deadline in rules.deadlines.values():
        if deadline.register != rule.files or deadline.sense != "not_before":
            continue
        result = due(deadline, frame, rules.calendar, as_of, rules.law)
        certain = result.table["due_on"].to_numpy().astype("M8[D]")
        days = np.where(np.isnat(certain), result.reference_due_on.astype("M8[D]"), certain)
        for position in np.flatnonzero(~np.isnat(days)).tolist():
            until, before = days[position].astype(object), found.get(keys[position])
            if keys[position] and (before is None or until > before.until):
                sure = not np.isnat(certain[position])
                found[keys[position]] = Kept(
                    until=until, title=deadline.title, is_certain=sure, says=result.explain(position)
                )
    return found


def _duplicates(read: Sequence[Paper]) -> list[list[Paper]]:
    groups: dict[str, list[Paper]] = {}
    for paper in read:
        if paper.sha256 and paper.size:
            groups.setdefault(paper.sha256, []).append(paper)
    return [group for group in groups.values() if len(group) > 1]


def _differences(
    rule: Archiving, listed: Register, cases: Sequence[CaseFile], read: Sequence[Paper]
) -> Iterator[tuple[str, str]]:
    """What the register of files says and the folder does not."""
    by_number = {case.number: case for case in cases}
    by_name: dict[str, set[str]] = {}
    for paper in read:
        by_name.setdefault(paper.name.casefold(), set()).add(paper.sha256)
    for row in listed.frame.to_dict("records"):
        number = _cell(row, rule.link)
        case = by_number.get(number)
        for name, kind in rule.kinds.items():
            if case is not None and kind.has and row.get(kind.has) is True and name not in case.present:
                yield number, f"台账写有{kind.title}，文件夹里没有找到"
        file, fingerprint = _cell(row, rule.file_name), _cell(row, rule.fingerprint).casefold()
        if not file:
            continue
        hashes = by_name.get(file.casefold())
        if hashes is None:
            yield number, f"台账所记的文件 {masked(file)} 不在文件夹里"
        elif fingerprint and fingerprint not in hashes:
            yield number, f"文件 {masked(file)} 与归档时的指纹不一致，内容改动过或不是同一份"


def _cell(row: Mapping[Any, Any], column: str) -> str:
    cell = row.get(column)
    return cell.strip() if isinstance(cell, str) else ""


def _notes(rule: Archiving, register: Register, rows: Mapping[str, int]) -> Iterator[str]:
    for kind in rule.kinds.values():
        lacking = [
            register.schema.columns[column].title for column, wanted in kind.when.items()
            if column not in register.frame and not (isinstance(wanted, tuple) and conditions.EMPTY in wanted)
        ]  # fmt: skip
        if lacking:
            yield f"台账没有{'、'.join(lacking)}一列，无法知道哪些投诉要有{kind.title}，没有要求。"
    short = [number for number in rows if len(number) < rule.least_signs]
    if short:
        yield f"{len(short)} 个编号不足 {rule.least_signs} 位（如 {short[0]}），在文件名里容易认错，没有按它找文件。"
    without = len(register) - int((register.keys() != "").sum())
    if without:
        yield f"台账有 {without} 行没有编号，没有查。"
    if len(register) - without > len(rows):
        yield f"台账有 {len(register) - without - len(rows)} 行编号重复，各以第一行为准。"
