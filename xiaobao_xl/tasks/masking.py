"""mask 脱敏: a copy of a workbook as an audience may see it, and registers masked before anything is made of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.masking.audiences import AUDIENCE_TITLES, TREATMENT_TITLES, require_audience
from xiaobao_xl.masking.masker import Masker
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, receipt_json, silent
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.reading import ALL

if TYPE_CHECKING:
    from xiaobao_xl.workbook.masked_copy import MaskedCells, Plan


@dataclass(kw_only=True)
class MaskedBook:
    """A workbook as an audience may see it.

    Attributes:
        book: the opened file.
        registers: all its registers, hidden sheets included, as read.
        masked: the same, masked.
        masker: masks alike whatever else goes into the copy.
        plans: sheet → what its columns are.
        cells: what was masked in the written copy; None before.
    """

    book: Book
    registers: Sequence[Register]
    masked: Sequence[Register]
    masker: Masker
    plans: dict[str, Plan]
    cells: MaskedCells | None = None

    def lines(self) -> list[str]:
        """The receipt: what became of each column, and what of the rest."""
        tally, said = self.masker.tally, []
        columns = {
            key: column for one in self.registers for key, column in one.schema.columns.items() if key in one.frame
        }
        schema = self.registers[0].schema
        for key, column in columns.items():
            treatment = self.masker.treatment(schema, key)
            if cells := tally.cells.get(key, 0):
                said.append(f"{column.title}：{TREATMENT_TITLES[treatment]}，{cells} 格。")
            elif treatment == "kept" and column.private:
                said.append(f"{column.title}：保留，随登记。")
        said += [f"{columns[key].title}：文字中替换，{cells} 格。" for key, cells in tally.texts.items()]
        return said + (self._of_the_file(self.cells) if self.cells else [])

    def _of_the_file(self, cells: MaskedCells) -> list[str]:
        sheets = {register.origin.sheet for register in self.registers}
        beside = sum(
            (cells.private + cells.text)[place] for place in cells.private + cells.text if place[0] not in sheets
        )
        emptied = {heading or "（无标题）": 0 for _, heading in cells.emptied}
        for (_, heading), count in cells.emptied.items():
            emptied[heading or "（无标题）"] += count
        return [
            *cells.notes,
            *([f"其他工作表：{beside} 格。"] if beside else []),
            *(
                [
                    f"未登记的列已清空：{'、'.join(f'{heading}（{count} 格）' for heading, count in emptied.items())}；要保留请写 --keep 标题。"
                ]
                if emptied
                else []
            ),
            *([f"没有带入：{'、'.join(cells.dropped)}。"] if cells.dropped else []),
            "读回检查：逐个部件解开查过，0 处个人信息。",
        ]

    def as_json(self) -> dict[str, Any]:
        """What was masked, column by column."""
        tally = self.masker.tally
        return {
            "receipt": receipt_json(self.masked),
            "audience": self.masker.audience,
            "audience_title": AUDIENCE_TITLES[self.masker.audience],
            "cells": dict(tally.cells),
            "free_text": dict(tally.texts),
            "dropped": self.cells.dropped if self.cells else [],
            "leaks": 0 if self.cells else None,
        }


def mask(
    rules: Rules, source: Source, reading: Reading, audience: str, *, keep: Collection[str] = (), step: Step = silent
) -> MaskedBook:
    """Mask all registers of a workbook.

    Args:
        rules: the rules.
        source: the workbook, or its path; it is only read.
        reading: which register and headings; every sheet is masked, whichever sheets are named.
        audience: one of `audiences.AUDIENCES`.
        keep: headings of columns no register knows that are to stay, searched like free text.
        step: told what is being done.

    Raises:
        WorkbookError: there is no such audience, or the file cannot be read.
    """
    from xiaobao_xl.workbook import masked_copy

    require_audience(audience)
    step("读取台账")
    reading = replace(reading, audience="")
    book, registers = open_registers(rules, source, replace(reading, sheet=reading.sheet or (ALL,)))
    registers = [*registers, *_unread(rules, book, reading, registers)]
    step(f"脱敏（{AUDIENCE_TITLES[audience]}）")
    masker = Masker(registers, audience)
    masked = [masker.register(register) for register in registers]
    planned = masked_copy.plans(book, rules.registers, reading.layouts, registers, masker, keep)
    return MaskedBook(book=book, registers=registers, masked=masked, masker=masker, plans=planned)


def write_masked(
    result: MaskedBook, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False, step: Step = silent
) -> None:
    """The masked copy; written only once it was read back and nothing personal was found in it."""
    from xiaobao_xl.workbook import masked_copy

    step("写脱敏副本并读回检查")
    result.cells = masked_copy.write_masked_copy(
        result.book,
        result.registers,
        result.masker,
        result.plans,
        out,
        overwrite=overwrite,
        allow_unsigned=allow_unsigned,
    )


def _unread(rules: Rules, book: Book, reading: Reading, registers: Sequence[Register]) -> list[Register]:
    """Registers on the sheets not asked for, hidden ones too: their people are in the copy as well."""
    read, found = {register.origin.sheet for register in registers}, []
    for name in book.names:
        if name not in read:
            with suppress(WorkbookError):
                found += open_registers(rules, book, replace(reading, sheet=(name,)))[1]
    return found


def prove(written: Sequence[Path], masker: Masker) -> None:
    """Read files made of masked registers back; those that still tell of a person are taken away again.

    Args:
        written: the files, each of any kind this tool writes.
        masker: what they were masked by.

    Raises:
        WorkbookError: something personal survived; names the file, the part and what it is, masked.
    """
    from xiaobao_xl.workbook.leak_check import leaks_in

    for path in written:
        found = leaks_in(path, masker.values, masker.allowed, with_persons=masker.audience != "regulator")
        if found:
            for each in written:
                each.unlink(missing_ok=True)
            raise WorkbookError(
                f"{path.name}：脱敏后读回检查，仍有个人信息（{found[0]}），这次写出的文件已全部删去；"
                "请把这一处在台账中改掉，或改用 xiaobao mask 先做脱敏副本。"
            )
