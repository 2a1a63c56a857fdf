"""Rows and cells of workbooks that came back, matched with the register they were divided from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from xiaobao_xl.cells import plain, shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.returns import FileReceipt, Reply, Trouble, is_blank, is_same
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.workbook import origin_sheet, returned_book
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.origin_sheet import SentBook
from xiaobao_xl.workbook.raw_rows import RawRows, raw_rows
from xiaobao_xl.workbook.returned_book import ReturnedBook, ReturnedRow, key_text


class Home:
    """The register to which rows find their way home.

    Attributes:
        replies: cells that came back different from what was sent.
        troubles: what is wrong, in the order of the files.
        receipts: file by file.
    """

    def __init__(self, rules: Rules, book: Book, register: Register, reading: Reading) -> None:
        """Index the register's rows by key and by number."""
        self.rules, self.register, self.reading = rules, register, reading
        self.raw: RawRows = raw_rows(book.load(register.origin.sheet), register)
        self.sha256 = hashlib.sha256(book.path.read_bytes()).hexdigest()
        self.sheets = book.names
        self.rows = {row: position for position, row in enumerate(register.origin.rows.tolist())}
        self.keys: dict[str, list[int]] = defaultdict(list)
        for position, cell in enumerate(self.raw.columns[register.schema.key]):
            self.keys[key_text(cell)].append(position)
        self.open = {name for split in rules.splits.values() if split.register == register.id for name in split.filled}
        self.replies: list[Reply] = []
        self.troubles: list[Trouble] = []
        self.receipts: list[FileReceipt] = []

    def take_in(self, path: Path, found: tuple[Book, SentBook | None] | WorkbookError) -> None:
        """One file that came back."""
        receipt = FileReceipt(path.name, path.stem)
        self.receipts.append(receipt)
        if isinstance(found, WorkbookError):
            self._trouble(receipt, "", str(found))
            receipt.note = "读不了，没有并入"
            return
        book, sent = found
        if sent is not None and sent.kind == origin_sheet.LIST:
            receipt.note, receipt.sender = "不是发出的转办单，略过", ""
            return
        receipt.sender = (sent.unit if sent else "") or path.stem
        receipt.sent = len(sent.rows) if sent and sent.columns else None
        if sent is not None and sent.register != self.register.id:
            self._trouble(
                receipt, "", f"这是“{self._title(sent.register)}”的转办单，不是“{self.register.schema.title}”的"
            )
            receipt.note = "不是这本台账的，没有并入"
            return
        if sent is not None and sent.sheet != self.register.origin.sheet and sent.sheet in self.sheets:
            receipt.note = f"发自工作表“{sent.sheet}”，这次没有并入；请另用 --sheet {sent.sheet} 合并"
            self._trouble(receipt, "", receipt.note)
            return
        try:
            back = returned_book.read(
                book, self.register.schema, self.rules.categories, sent, register=self.register.id, layouts=self.reading.layouts
            )  # fmt: skip
        except WorkbookError as problem:
            self._trouble(receipt, "", str(problem))
            receipt.note = "认不出表头，没有并入"
            return
        self._compare(receipt, back)

    def _title(self, register: str) -> str:
        return self.rules.registers[register].title if register in self.rules.registers else register

    def _trouble(self, receipt: FileReceipt, place: str, message: str) -> None:
        self.troubles.append(Trouble(receipt.sender, receipt.file, place, message))

    def _compare(self, receipt: FileReceipt, back: ReturnedBook) -> None:
        receipt.back = len(back.rows)
        if back.sent is None or not back.sent.columns:
            self._trouble(receipt, "", "隐藏页“收发对号”不见了，只按编号和表头对号；发出时的内容已无从查对")
        for number, reason in back.register.receipt.skipped:
            self._trouble(receipt, f"第 {number} 行", f"没有读：{reason}")
        self._tell_strange(receipt, back)
        columns = self._columns(receipt, back)
        lines = _Lines(back, self.register.schema.key)
        taken: dict[int, int] = {}
        for row in back.rows:
            line, position = self._place(receipt, back, row, lines)
            if position is None:
                continue
            if position in taken:
                self._trouble(
                    receipt, f"第 {row.number} 行", f"与第 {taken[position]} 行是同一件（{row.key}），只用前一行"
                )
                continue
            taken[position] = row.number
            self._tell_moved(receipt, back, row, position)
            self._cells(receipt, back, row, columns, line, position)
        receipt.matched = len(taken)
        receipt.missing = [lines.key(line) or f"序号 {line}" for line in lines.left()]

    def _tell_strange(self, receipt: FileReceipt, back: ReturnedBook) -> None:
        """Columns and cells the unit added, which have no place in the register."""
        if back.sent is None or not back.sent.columns:
            return
        sent = {column.id for column in back.sent.columns}
        added = [
            back.register.origin.headings[name]
            for name, cells in back.raw.columns.items()
            if name not in sent and not all(map(is_blank, cells))
        ]
        for heading in (*added, *back.register.receipt.unknown_headings):
            self._trouble(receipt, "", f"多出“{heading}”一列，没有并入；要用的请自行转录")
        for note in back.register.receipt.notes:
            if note.startswith("没有表头的列里有零散内容"):
                self._trouble(receipt, "", note)

    def _tell_moved(self, receipt: FileReceipt, back: ReturnedBook, row: ReturnedRow, position: int) -> None:
        """A row the register has given to another unit since it was sent."""
        by = back.sent.by if back.sent is not None else ""
        spec = self.register.schema.columns.get(by)
        if spec is None or spec.values or spec.scheme or by not in self.raw.columns:
            return
        unit = " ".join(shown(self.raw.columns[by][position]).split())
        if plain(unit) != plain(receipt.sender):
            self._trouble(
                receipt, f"第 {row.number} 行", f"{row.key} 在台账里现在归“{unit or '（空）'}”，内容照常比较，请核实"
            )

    def _columns(self, receipt: FileReceipt, back: ReturnedBook) -> list[tuple[int, str, bool]]:
        """Columns to compare: place among those sent, id, whether the unit may fill it."""
        has, home = back.register.origin.letters, self.register.origin.letters
        if back.sent is None or not back.sent.columns:
            return [(-1, name, name in self.open) for name in has if name in home and name != self.register.schema.key]
        found = []
        for place, column in enumerate(back.sent.columns):
            if column.id not in has:
                self._trouble(receipt, "", f"“{column.heading}”一列不见了，或表头被改，这一列没有并入")
            elif column.id not in home:
                self._trouble(receipt, "", f"台账里现在没有“{column.heading}”一列，这一列没有并入")
            elif column.id != self.register.schema.key:
                found.append((place, column.id, column.is_open))
        return found

    def _place(
        self, receipt: FileReceipt, back: ReturnedBook, row: ReturnedRow, lines: _Lines
    ) -> tuple[int, int | None]:
        """The line a row was sent as, and its position in the register; None where it has no place there."""
        line = lines.of(row)
        known = self.keys.get(row.key, []) if row.key or line else []
        if lines.is_known and not line:
            if known:
                self._trouble(receipt, f"第 {row.number} 行", f"{row.key} 不在发给该机构的清单里，没有并入")
            else:
                receipt.added.append(f"第 {row.number} 行　{back.told(row)}")
            return 0, None
        position = self._found(back.sent, line, row.key, known)
        if position is not None:
            return line, position
        if known:
            self._trouble(
                receipt,
                f"第 {row.number} 行",
                f"{row.key or '没有编号的'} 在台账里有 {len(known)} 行，分不清是哪一行，没有并入",
            )
        elif lines.is_known:
            self._trouble(receipt, f"第 {row.number} 行", f"{row.key or '这一行没有编号，'}在台账里已找不到，没有并入")
        else:
            receipt.added.append(f"第 {row.number} 行　{back.told(row)}")
        return line, None

    def _found(self, sent: SentBook | None, line: int, key: str, known: Sequence[int]) -> int | None:
        """The position of a row: by key, where that is not enough by what was sent, then by its number in the register."""
        if len(known) == 1:
            return known[0]
        if sent is None or not line:
            return None
        row = sent.rows[line]
        keys = self.raw.columns[self.register.schema.key]
        before = self.rows.get(row.row)
        if before is not None and key_text(keys[before]) != key:
            before = None
        if sent.sha256 == self.sha256:
            return before
        locked = [
            (place, self.raw.columns[column.id])
            for place, column in enumerate(sent.columns)
            if not column.is_open and column.id in self.raw.columns
        ]
        alike = [each for each in known if all(is_same(row.cells[place], cells[each]) for place, cells in locked)]
        if len(alike) == 1:
            return alike[0]
        return before if before in (alike or known) else None

    def _cells(
        self, receipt: FileReceipt, back: ReturnedBook, row: ReturnedRow, columns: Sequence[tuple[int, str, bool]], line: int,
        position: int,
    ) -> None:  # fmt: skip
        base = back.sent.rows[line].cells if back.sent is not None and line else ()
        for place, column, is_open in columns:
            address, there = back.cell(row, column)
            here = self.raw.columns[column][position]
            sent = base[place] if base else here
            if is_same(there, sent):
                continue
            self.replies.append(
                Reply(
                    sender=receipt.sender, file=receipt.file, cell=address, row=int(self.register.origin.rows[position]),
                    key=row.key, column=column, base=sent, here=here, there=there, is_open=is_open, is_base_known=bool(base),
                )
            )  # fmt: skip


class _Lines:
    """The lines a workbook was sent with, found again by key or, where that is not enough, by number."""

    def __init__(self, back: ReturnedBook, key: str) -> None:
        sent = back.sent
        self._keys: dict[int, str] = {}
        if sent is not None:
            place = next((number for number, column in enumerate(sent.columns) if column.id == key), None)
            self._keys = {
                line: key_text(row.cells[place]) if place is not None else "" for line, row in sent.rows.items()
            }
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for line, text in self._keys.items():
            self._by_key[plain(text)].append(line)
        self._seen: set[int] = set()

    @property
    def is_known(self) -> bool:
        """The workbook still tells what was sent."""
        return bool(self._keys)

    def of(self, row: ReturnedRow) -> int:
        """The line of a row; 0 where it was not sent."""
        found = self._by_key.get(plain(row.key), [])
        line = found[0] if len(found) == 1 else row.line if row.line in found else 0
        self._seen.add(line)
        return line

    def key(self, line: int) -> str:
        """The key a line was sent with."""
        return self._keys[line]

    def left(self) -> list[int]:
        """Lines no row came back for."""
        return [line for line in self._keys if line not in self._seen]
