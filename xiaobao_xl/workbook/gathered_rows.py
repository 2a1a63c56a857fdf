"""Rows of one sheet as they stand in the register they are gathered into: our headings and units, nothing left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import pandas as pd
from openpyxl.utils import column_index_from_string, get_column_letter

from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.registers import Column, Receipt, Register
from xiaobao_xl.returns import is_blank
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.headings import NOT_READ, bare
from xiaobao_xl.workbook.raw_rows import RawRows, cell_at, raw_rows

FILE, ROW = "来源文件", "来源行"
_COUNTERS = frozenset({"序号", "序", "no", "no."})  # the new register numbers its rows itself


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the reading of all sheets shares: scheme id → scheme, and the institution's own headings."""

    schemes: Mapping[str, Scheme]
    layouts: Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Part:
    """The rows of one sheet.

    Attributes:
        file: the file they come from.
        sheet: its sheet.
        header_rows: first and last row of its heading.
        rows: Excel row of each.
        columns: column id → cells in our unit; what could not be read stands as it stood.
        extra: heading of the sheet → cells, for columns no registered column claims.
        skipped: (row, reason, the row in words) of rows that are no data.
        receipt: what was read.
    """

    file: str
    sheet: str
    header_rows: tuple[int, int]
    rows: list[int]
    columns: dict[str, list[Cell]]
    extra: dict[str, list[Cell]] = field(default_factory=dict)
    skipped: list[tuple[int, str, str]] = field(default_factory=list)
    receipt: Receipt = field(default_factory=Receipt)


def gathered(taking: Gathering, book: Book, register: Register, file: str) -> Part:
    """The rows of a register as they stand in the new one.

    Args:
        taking: schemes and layouts.
        book: the file it was read from.
        register: what was read.
        file: name of the file.
    """
    grid = book.load(register.origin.sheet)
    raw = raw_rows(grid, register)
    columns = {
        name: _cells(register.schema.columns[name], raw.columns[name], register.frame[name], taking.schemes)
        for name in map(str, register.frame)
    }
    part = Part(
        file, register.origin.sheet, register.origin.header_rows, register.origin.rows.tolist(), columns, receipt=register.receipt
    )  # fmt: skip
    part.extra = _extra(taking, register, raw, grid.scan.errors)
    part.skipped = [(row, reason, _words(raw.rows, row)) for row, reason in register.receipt.skipped]
    return part


def _cells(column: Column, raw: Sequence[Cell], values: pd.Series, schemes: Mapping[str, Scheme]) -> list[Cell]:
    """Cells as read where they could be read, else as they stood."""
    missing = values.isna().tolist()
    read = values.tolist()
    scheme = schemes.get(column.scheme)
    return [
        (None if is_blank(cell) else cell) if gone else _written(column, scheme, cell, value)
        for cell, value, gone in zip(raw, read, missing, strict=True)
    ]


def _written(column: Column, scheme: Scheme | None, cell: Cell, value: Any) -> Cell:
    if column.values or scheme is not None:
        return _code(column, scheme, shown(cell).strip(), value)
    if column.type in {"date", "moment"}:
        moment = pd.Timestamp(value).to_pydatetime()
        return moment if moment.time() != time() else moment.date()
    if column.type == "boolean":
        return "是" if value else "否"
    if column.type in {"number", "integer"}:
        return float(value)
    return str(value)


def _code(column: Column, scheme: Scheme | None, text: str, value: str) -> str:
    """A code as it was written; digits that the heading explained become words, for our heading explains none."""
    if text and not text.isdigit():
        return text
    if value in column.values:
        return column.values[value][0]
    return scheme.title_of(value) if scheme is not None and value in scheme.ids() else text or str(value)


def _extra(
    taking: Gathering, register: Register, raw: RawRows, errors: Mapping[tuple[int, int], str]
) -> dict[str, list[Cell]]:
    """Columns no registered column claims and that hold anything, under their own headings."""
    claimed = {column_index_from_string(letters) - 1 for letters in register.origin.letters.values()}
    ignored = {bare(word) for layout in taking.layouts.values() for word, key in layout.items() if key == NOT_READ}
    taken = {FILE, ROW, *(column.title for column in register.schema.columns.values())}
    numbers = register.origin.rows.tolist()
    width = max((len(raw.rows[number - 1]) for number in numbers if number <= len(raw.rows)), default=0)
    found: dict[str, list[Cell]] = {}
    for place in range(width):
        if place in claimed:
            continue
        cells = [errors.get((number - 1, place)) or cell_at(raw.rows, number, place) for number in numbers]
        heading = _heading(raw.rows, register.origin.header_rows, place)
        if all(map(is_blank, cells)) or bare(heading) in _COUNTERS | ignored:
            continue
        heading = heading or f"（无表头）{get_column_letter(place + 1)}列"
        while heading in found or heading in taken:
            heading += "（又一列）"
        found[heading] = [None if is_blank(cell) else cell for cell in cells]
    return found


def _heading(rows: Sequence[Sequence[Cell]], header_rows: tuple[int, int], place: int) -> str:
    top, bottom = header_rows
    texts = (" ".join(shown(cell_at(rows, number, place)).split()) for number in range(bottom, top - 1, -1))
    return next(filter(None, texts), "")


def _words(rows: Sequence[Sequence[Cell]], number: int) -> str:
    cells = rows[number - 1] if number <= len(rows) else ()
    return "　".join(text for cell in cells if (text := shown(cell).strip()))
