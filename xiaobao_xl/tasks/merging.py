"""merge 合并: what units sent back, brought home cell by cell into a copy of the register."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xiaobao_xl.cells import shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import mask
from xiaobao_xl.registers import Register
from xiaobao_xl.returns import OUTCOME_TITLES, FileReceipt, Settled, Take, Trouble, settle
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.homecoming import Home
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, receipt_json, silent
from xiaobao_xl.workbook import origin_sheet
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.opening import open_book
from xiaobao_xl.workbook.origin_sheet import SentBook

SHOWN = 12  # lines of one kind on the screen


@dataclass(kw_only=True)
class Merged:
    """A register with what came back, not yet written.

    Attributes:
        book: the register's workbook.
        register: the register.
        settled: what becomes of every cell that came back changed.
        troubles: what is wrong, sender by sender.
        receipts: file by file.
        dropped: once written, formulas whose result the spreadsheet program computes when it opens the copy.
    """

    book: Book
    register: Register
    settled: list[Settled] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    receipts: list[FileReceipt] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def undecided(self) -> list[Settled]:
        """Cells the officer must decide about."""
        return [each for each in self.settled if not each.is_settled]

    @property
    def applied(self) -> list[Settled]:
        """Cells that go home."""
        return [each for each in self.settled if each.is_applied]

    @property
    def needs_eyes(self) -> bool:
        """Something is undecided, wrong, missing or new."""
        return bool(self.undecided or self.troubles or any(each.missing or each.added for each in self.receipts))

    def by_sender(self) -> dict[str, list[Trouble]]:
        """Sender → what is wrong with what it sent."""
        found: dict[str, list[Trouble]] = defaultdict(list)
        for trouble in self.troubles:
            found[trouble.sender].append(trouble)
        return found

    def address(self, each: Settled) -> str:
        """Address of a cell in the register."""
        return each.address(self.register.origin.letters)

    def title(self, column: str) -> str:
        """Heading of a column in the register."""
        return self.register.origin.headings.get(column) or self.register.schema.columns[column].title

    def lines(self) -> Iterator[str]:
        """The result in words; what is private is masked."""
        read = [each for each in self.receipts if not each.note]
        yield (
            f"收回 {len(self.receipts)} 个文件，读了 {len(read)} 个、{sum(each.back for each in read)} 行；"
            f"写回 {len(self.applied)} 格，要您决定 {len(self.undecided)} 格，问题 {len(self.troubles)} 处。"
        )
        if isinstance(self.book.editable, bytes):
            yield "  原文件有打开密码，合并后的副本没有加密；请按保密要求存放。"
        if self.dropped:
            yield f"  有 {len(self.dropped)} 个公式的结果随之改变，打开副本时由 Excel 或 WPS 重算（如 {self.dropped[0]}）。"
        for receipt in self.receipts:
            yield from _told(receipt)
        for each in self.undecided[:SHOWN]:
            yield self._asked(each)
        yield from _rest(len(self.undecided), "格要决定")
        for sender, troubles in self.by_sender().items():
            for trouble in troubles[:SHOWN]:
                yield f"  [问题] {sender}（{' '.join(filter(None, (trouble.file, trouble.place)))}）：{trouble.message}"
            yield from _rest(len(troubles), f"处，{sender}")

    def _asked(self, each: Settled) -> str:
        first = each.replies[0]
        theirs = "；".join(
            f"{reply.sender}填“{self.print(reply.column, reply.there) or '（空）'}”" for reply in each.replies
        )
        return (
            f"  [{OUTCOME_TITLES[each.outcome]}] {self.register.origin.sheet}!{self.address(each)} {first.key} {self.title(first.column)}："
            f"台账现为“{self.print(first.column, first.here) or '（空）'}”，{theirs}。{each.message}"
        )

    def print(self, column: str, cell: Any) -> str:
        """A cell in a sentence: masked where private, cut where long."""
        text = " ".join(shown(cell).split())
        return mask(text) if self.register.schema.columns[column].private else text[:40]

    def as_json(self) -> dict[str, Any]:
        """Every cell that came back changed, every trouble, and the receipts."""
        counts = Counter(each.outcome for each in self.settled)
        return {
            "receipt": receipt_json([self.register]),
            "files": [
                {"file": each.file, "sender": each.sender, "rows_sent": each.sent, "rows_back": each.back, "rows_matched": each.matched,
                 "missing": each.missing, "added": len(each.added), "note": each.note}
                for each in self.receipts
            ],
            "counts": {name: counts[name] for name in OUTCOME_TITLES},
            "applied": len(self.applied),
            "undecided": len(self.undecided),
            "cells": [
                {"sheet": self.register.origin.sheet, "cell": self.address(each), "key": each.replies[0].key, "column": each.replies[0].column,
                 "outcome": each.outcome, "applied": each.is_applied, "settled": each.is_settled, "message": each.message,
                 "here": self.print(each.replies[0].column, each.replies[0].here),
                 "replies": [{"sender": reply.sender, "file": reply.file, "cell": reply.cell, "sent": self.print(reply.column, reply.base),
                              "there": self.print(reply.column, reply.there)} for reply in each.replies]}
                for each in self.settled
            ],
            "troubles": [{"sender": t.sender, "file": t.file, "place": t.place, "message": t.message} for t in self.troubles],
        }  # fmt: skip


def _told(receipt: FileReceipt) -> Iterator[str]:
    name = f"{receipt.sender}（{receipt.file}）" if receipt.sender else receipt.file
    if receipt.note:
        yield f"  {name}：{receipt.note}"
    if receipt.missing:
        keys = "、".join(receipt.missing[:5])
        yield f"  [少行] {name}：发出的 {len(receipt.missing)} 行没有回来：{keys}{' 等' if len(receipt.missing) > 5 else ''}；台账里照旧。"
    if receipt.added:
        yield f"  [多行] {name}：多出 {len(receipt.added)} 行，没有并入，内容见“合并结果”页。"


def _rest(count: int, what: str) -> Iterator[str]:
    if count > SHOWN:
        yield f"  …… 另有 {count - SHOWN} {what}，全部见“合并结果”页或 --json。"


def merge(
    rules: Rules, source: Path, returned: Sequence[Path], reading: Reading, take: Take | None = None, *, step: Step = silent
) -> Merged:  # fmt: skip
    """Compare what came back with what was sent and with the register as it is now.

    Args:
        rules: the rules.
        source: the register; it is only read.
        returned: workbooks that came back.
        reading: which register, sheet and headings.
        take: how cells are settled that both sides changed.
        step: told what is being done.

    Raises:
        WorkbookError: the register cannot be read, cannot be edited in place, or several of its sheets match.
    """
    paths = list(dict.fromkeys(returned))
    if any(path.exists() and path.samefile(source) for path in paths):
        raise WorkbookError(f"{source.name} 是台账本身，不是收回的文件；请从收回的文件里去掉它。")
    sents: dict[Path, tuple[Book, SentBook | None] | WorkbookError] = {}
    for number, path in enumerate(paths, start=1):
        step(f"读取收回的文件 {number}/{len(paths)}")
        sents[path] = _opened(path, reading.password)
    step("读取台账")
    book, register = _register(rules, source, reading, [each[1] for each in sents.values() if isinstance(each, tuple)])
    home = Home(rules, book, register, reading)
    for path, found in sents.items():
        home.take_in(path, found)
    step("逐格比较")
    settled = settle(home.replies, register.schema.columns, rules.categories, take)
    known = {each.sender for each in home.receipts}
    if take and (unknown := [name for name in take.units if name not in known]):
        raise WorkbookError(f"--take {unknown[0]}：收回的文件里没有这个机构；有：{'、'.join(sorted(known))}。")
    merged = Merged(book=book, register=register, settled=settled, troubles=home.troubles, receipts=home.receipts)
    _tell_unfit(merged)
    _guard(merged)
    return merged


def _opened(path: Path, password: str) -> tuple[Book, SentBook | None] | WorkbookError:
    try:
        book = open_book(path, password)
        return book, origin_sheet.read(book)
    except WorkbookError as problem:
        return problem


def _register(rules: Rules, source: Path, reading: Reading, sents: Sequence[SentBook | None]) -> tuple[Book, Register]:
    """The register; where nobody says which sheet, the one the workbooks were divided from."""
    told = [sent for sent in sents if sent is not None and sent.kind == origin_sheet.REFERRAL]
    book = open_book(source, reading.password)
    if book.editable is None:
        raise WorkbookError(f"{source.name}：这种文件不能就地改写；请用 Excel 或 WPS 另存为 .xlsx，再合并。")
    if not reading.sheet:
        sheets = Counter(sent.sheet for sent in told if sent.sheet in book.names)
        reading = replace(reading, sheet=(sheets.most_common(1)[0][0],)) if sheets else reading
    if not reading.register and told:
        known = Counter(sent.register for sent in told if sent.register in rules.registers)
        reading = replace(reading, register=known.most_common(1)[0][0]) if known else reading
    _, registers = open_registers(rules, book, reading)
    if len(registers) != 1:
        raise WorkbookError(f"{source.name}：一次只合并一个工作表；请用 --sheet 选一个。")
    if registers[0].schema.key not in registers[0].origin.letters:
        title = registers[0].schema.columns[registers[0].schema.key].title
        raise WorkbookError(f"{source.name}“{registers[0].origin.sheet}”没有“{title}”一列，对不上号；请补上这一列。")
    return book, registers[0]


def _tell_unfit(merged: Merged) -> None:
    """Locked cells that were changed and cells that cannot be read are told to their sender."""
    for each in merged.settled:
        reply = each.replies[0]
        title, there = merged.title(reply.column), merged.print(reply.column, reply.there)
        if each.outcome == "locked":
            was = merged.print(reply.column, reply.base) or "（空）"
            message = f"{reply.key} 锁定的“{title}”由“{was}”改成了“{there or '（空）'}”，没有采用"
            if not reply.is_base_known:
                message = f"{reply.key} “{title}”是“{there}”，与台账的“{merged.print(reply.column, reply.here)}”不同，没有采用"
        elif each.outcome == "unreadable":
            message = f"{reply.key} “{title}”填的“{there}”：{each.message}；没有采用"
        else:
            continue
        merged.troubles.append(Trouble(reply.sender, reply.file, reply.cell, message))


def _guard(merged: Merged) -> None:
    """Cells of the register that hold a formula, or hide in a merged range, are left to the officer."""
    from xiaobao_xl import package

    applied = {merged.address(each): place for place, each in enumerate(merged.settled) if each.is_applied}
    if not applied or merged.book.editable is None:
        return
    with package.open(merged.book.editable, allow_unsigned=True) as original:
        cells = original.cells(merged.register.origin.sheet, applied)
    for address, cell in cells.items():
        is_inside = bool(cell.merged) and cell.merged.split(":")[0] != address
        if cell.formula is not None or is_inside:
            why = "台账这一格是公式，没有写入" if cell.formula is not None else "台账这一格在合并单元格里，没有写入"
            place = applied[address]
            merged.settled[place] = replace(
                merged.settled[place], outcome="conflict", is_applied=False, is_settled=False, message=why
            )


def write_merged(
    result: Merged, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False, step: Step = silent
) -> None:
    """Write the copy of the register: cells that go home in place, the sheet 合并结果 in front.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), is the register itself, or cannot be written.
    """
    from xiaobao_xl.workbook import merge_sheet, merged_copy

    step("写合并后的台账")
    sheet = merge_sheet.MergeSheet(
        register=result.register, settled=result.settled, troubles=result.troubles, receipts=result.receipts, lines=[next(result.lines())]
    )  # fmt: skip
    result.dropped = merged_copy.write(result.book, sheet, out, overwrite=overwrite, allow_unsigned=allow_unsigned)
