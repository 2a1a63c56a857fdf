"""merge --new 汇总: whole registers of several units, each under its own headings, stacked into one new register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xiaobao_xl.cells import plain, shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Receipt, Register, Schema
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, refuse_unknown, silent
from xiaobao_xl.workbook.gathered_rows import Gathering, Part, gathered
from xiaobao_xl.workbook.opening import open_book
from xiaobao_xl.workbook.reading import read_book
from xiaobao_xl.workbook.returned_book import key_text

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Twice:
    """A key that stands in several rows: the places (file, row), and the titles of columns in which they differ."""

    key: str
    places: Sequence[tuple[str, int]]
    differing: Sequence[str]


@dataclass(kw_only=True)
class Gathered:
    """Registers stacked, not yet written.

    Attributes:
        schema: schema of the register they are.
        register: its id.
        parts: the rows, sheet by sheet.
        failed: file → why it was not read.
        twice: keys that stand in several rows.
    """

    schema: Schema
    register: str
    parts: list[Part] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    twice: list[Twice] = field(default_factory=list)

    @property
    def receipts(self) -> list[Receipt]:
        """What was read of each sheet."""
        return [part.receipt for part in self.parts]

    @property
    def rows(self) -> int:
        """Rows of the new register."""
        return sum(len(part.rows) for part in self.parts)

    @property
    def needs_eyes(self) -> bool:
        """A file was not read, or a key stands in several rows."""
        return bool(self.failed or self.twice)

    def lines(self) -> Iterator[str]:
        """The receipt in words."""
        read, skipped = (
            sum(numbers) for numbers in zip(*((r.rows_read, len(r.skipped)) for r in self.receipts), strict=True)
        )
        files = len({part.file for part in self.parts})
        yield (
            f"汇总 {files} 个文件{f'（另有 {len(self.failed)} 个没有读成）' if self.failed else ''}："
            f"读到 {read:,} 行＝采用 {self.rows:,} 行＋跳过 {skipped:,} 行。"
        )
        extra = list(dict.fromkeys(heading for part in self.parts for heading in part.extra))
        if extra:
            yield f"未登记的列放在最右边，共 {len(extra)} 列：{'、'.join(extra[:8])}{' 等' if len(extra) > 8 else ''}。"
        for file, why in self.failed.items():
            yield f"  [没有读] {file}：{why}"
        for found in self.twice[:SHOWN]:
            where = "、".join(f"{file} 第 {row} 行" for file, row in found.places[:4])
            how = f"，{'、'.join(found.differing[:4])}不同" if found.differing else "，内容相同"
            yield f"  [重复] {found.key} 出现 {len(found.places)} 次（{where}{' 等' if len(found.places) > 4 else ''}）{how}。"
        if len(self.twice) > SHOWN:
            yield f"  …… 另有 {len(self.twice) - SHOWN} 个重复编号，全部见“重复编号”页。"

    def as_json(self) -> dict[str, Any]:
        """Receipt sheet by sheet, files not read, keys that stand twice."""
        return {
            "register": self.register,
            "rows_read": sum(receipt.rows_read for receipt in self.receipts),
            "rows_used": self.rows,
            "rows_skipped": sum(len(receipt.skipped) for receipt in self.receipts),
            "sheets": [
                {"file": part.file, "sheet": part.sheet, "rows_read": part.receipt.rows_read, "rows_used": len(part.rows),
                 "rows_skipped": len(part.receipt.skipped), "columns": list(part.columns), "unknown_headings": list(part.extra)}
                for part in self.parts
            ],
            "failed": self.failed,
            "twice": [
                {"key": each.key, "places": [{"file": file, "row": row} for file, row in each.places], "differing": list(each.differing)}
                for each in self.twice
            ],
        }  # fmt: skip


def gather(rules: Rules, paths: Sequence[Path], reading: Reading, *, step: Step = silent) -> Gathered:
    """Read registers, each by its own headings, and stack them.

    Args:
        rules: the rules.
        paths: the files.
        reading: which register, sheets and headings; without a register the first file that can be read decides.
        step: told what is being done.

    Raises:
        WorkbookError: none of the files could be read.
    """
    refuse_unknown(reading.layouts, rules)
    result: Gathered | None = None
    failed: dict[str, str] = {}
    names = _names(paths)
    for number, path in enumerate(paths, start=1):
        step(f"读取台账 {number}/{len(paths)}")
        try:
            book = open_book(path, reading.password)
            if result is None:
                _, registers = open_registers(rules, book, reading)
                found = registers[0].id
                result = Gathered(schema=rules.registers[found], register=found)
                reading = replace(reading, register=found)
            else:
                registers = _read(rules, book, reading)
        except WorkbookError as problem:
            failed[names[path]] = str(problem)
            continue
        taking = Gathering(rules.categories, reading.layouts)
        result.parts += [gathered(taking, book, register, names[path]) for register in registers]
    if result is None:
        raise WorkbookError(f"{len(paths)} 个文件都没有读成；第一个：{next(iter(failed.values()), '没有文件')}")
    result.failed = failed
    result.twice = list(_twice(result))
    return result


def _read(rules: Rules, book: Any, reading: Reading) -> list[Register]:
    """The register in a further file: it need not be told apart from others any more."""
    known = {reading.register: rules.registers[reading.register]}
    return read_book(
        book, known, rules.categories, register=reading.register, sheet=reading.sheet, layouts=reading.layouts
    )


def _names(paths: Sequence[Path]) -> dict[Path, str]:
    """A name for each file: its own, with its folder where two are alike."""
    count: dict[str, int] = defaultdict(int)
    for path in paths:
        count[path.name] += 1
    return {path: path.name if count[path.name] == 1 else str(Path(path.parent.name) / path.name) for path in paths}


def _twice(result: Gathered) -> Iterator[Twice]:
    """Keys that stand in several rows, in the order in which they are met."""
    places: dict[str, list[tuple[Part, int]]] = defaultdict(list)
    for part in result.parts:
        for position, cell in enumerate(part.columns.get(result.schema.key, ())):
            if key := key_text(cell):
                places[plain(key)].append((part, position))
    for found in places.values():
        if len(found) < 2:
            continue
        differing = [
            column.title
            for name, column in result.schema.columns.items()
            if len({shown(part.columns[name][position]) if name in part.columns else "" for part, position in found})
            > 1
        ]
        first, position = found[0]
        key = key_text(first.columns[result.schema.key][position])
        yield Twice(key, [(part.file, part.rows[place]) for part, place in found], differing)


def write_gathered(result: Gathered, out: Path, *, overwrite: bool = False, step: Step = silent) -> None:
    """Write the new register with its receipt.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    from xiaobao_xl.tasks.intake import require_xlsx
    from xiaobao_xl.workbook import gathered_book

    require_xlsx(out)
    step("写汇总台账")
    twice = [(each.key, each.places, each.differing) for each in result.twice]
    head = list(result.lines())[:1]
    gathered_book.write(
        gathered_book.Book(schema=result.schema, parts=result.parts, failed=result.failed, twice=twice, lines=head), out, overwrite=overwrite
    )  # fmt: skip
