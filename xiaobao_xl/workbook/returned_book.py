"""A workbook that came back from a unit: its rows, each with what it says it is, and what was sent in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.registers import Register, Schema
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.headings import bare
from xiaobao_xl.workbook.origin_sheet import SentBook
from xiaobao_xl.workbook.raw_rows import RawRows, cell_at, raw_rows
from xiaobao_xl.workbook.reading import read_book
from xiaobao_xl.workbook.referral_book import NUMBER

_LONGEST_ROW = 400  # characters of a row told in words


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """One row: its number in the file, its line number as sent (0 where lost), its key, and its position."""

    number: int
    line: int
    key: str
    position: int


@dataclass(frozen=True, kw_only=True)
class ReturnedBook:
    """What came back.

    Attributes:
        register: the sheet as it was read.
        raw: its cells.
        rows: its rows.
        sent: what the workbook says of itself; None where that was lost.
    """

    register: Register
    raw: RawRows
    rows: Sequence[ReturnedRow]
    sent: SentBook | None = None

    def cell(self, row: ReturnedRow, column: str) -> tuple[str, Cell]:
        """Address and content of a cell."""
        return f"{self.register.origin.letters[column]}{row.number}", self.raw.columns[column][row.position]

    def told(self, row: ReturnedRow) -> str:
        """A row in words, so that nothing of it is lost; what is private is left out."""
        columns = self.register.schema.columns
        parts = [
            f"{columns[name].title}：{shown(cells[row.position]).strip()}"
            for name, cells in self.raw.columns.items()
            if shown(cells[row.position]).strip() and not columns[name].private
        ]
        return "；".join(parts)[:_LONGEST_ROW]


def read(
    book: Book, schema: Schema, schemes: Mapping[str, Scheme], sent: SentBook | None, *,
    register: str, layouts: Mapping[str, Mapping[str, str]],
) -> ReturnedBook:  # fmt: skip
    """Read the sheet of a workbook that came back, by its headings.

    Args:
        book: the opened file.
        schema: the register's schema.
        schemes: scheme id → scheme.
        sent: what the workbook says of itself.
        register: id of the register.
        layouts: how an institution's own headings are read.

    Raises:
        WorkbookError: no heading is found, or several sheets look like what was sent.
    """
    own = {column.heading: column.id for column in sent.columns if column.id in schema.columns} if sent else {}
    read_as = {**layouts, "转办单": own} if own else layouts
    (found,) = read_book(book, {register: schema}, schemes, register=register, layouts=read_as)
    raw = raw_rows(book.load(found.origin.sheet), found)
    return ReturnedBook(register=found, raw=raw, rows=list(_rows(found, raw)), sent=sent)


def _rows(found: Register, raw: RawRows) -> Iterator[ReturnedRow]:
    heads = raw.rows[found.origin.header_rows[1] - 1]
    numbered = next((place for place, cell in enumerate(heads) if bare(shown(cell)) == NUMBER), None)
    keys = raw.columns.get(found.schema.key, [])
    for position, number in enumerate(found.origin.rows.tolist()):
        line = cell_at(raw.rows, number, numbered) if numbered is not None else 0
        yield ReturnedRow(number, _whole(line), key_text(keys[position]) if keys else "", position)


def key_text(cell: Cell) -> str:
    """A key as it is compared.

    >>> key_text(1001.0), key_text(" TS1 ")
    ('1001', 'TS1')
    """
    return shown(cell).strip()


def _whole(cell: Cell) -> int:
    text = shown(cell).strip()
    return int(text) if text.isdecimal() and len(text) < 9 else 0
