"""The workbook a unit gets: its rows with the columns it may see, cells to fill in yellow, all else locked.

The sheet is protected without a password: it guards against slips, not against intent, and what was changed in spite of
it is told when the workbook comes back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.registers import Column, Schema
from xiaobao_xl.workbook import blank, origin_sheet, palette
from xiaobao_xl.workbook.drawing import Drawing, Row, Styled, lines_needed, put, text_width
from xiaobao_xl.workbook.origin_sheet import SentBook, SentColumn

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEAD_ROW: Final = 4
NUMBER: Final = "序号"
_RULES: Final = "浅黄色格请填写，其余格已锁定；请不要改动编号、表头，也不要增删行列；填好后原样发回。"
_NARROWEST, _WIDEST = 10, 60
_CENTRED: Final = frozenset({"code", "identity", "date", "moment", "boolean"})
_PAGE_WIDTH: Final = 190
_LINE, _MOST_LINES = 15, 12


@dataclass(frozen=True, kw_only=True)
class Referral:
    """What a unit's workbook is drawn from.

    Attributes:
        title: name of its sheet.
        sent: rows and columns, and where they come from.
        schema: the register's schema.
        schemes: scheme id → scheme, for drop-downs.
        note: a sentence for the unit.
    """

    title: str
    sent: SentBook
    schema: Schema
    schemes: Mapping[str, Scheme]
    note: str = ""


def write(referral: Referral, out: Path, *, overwrite: bool = False) -> None:
    """Write the workbook.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    drawing = Drawing()
    sheet = drawing.sheet(referral.title)
    specs = {column.id: referral.schema.columns[column.id] for column in referral.sent.columns}
    asked = {column.id: specs[column.id] for column in referral.sent.columns if column.is_open}
    lists = dict(
        blank.drop_downs(
            blank.Blank(register="", schema=replace_columns(referral.schema, asked), schemes=referral.schemes)
        )
    )
    widths = [6.0, *(_width(specs[column.id], column, cells, lists) for column, cells in _columns(referral.sent))]
    _draw_head(sheet, referral, widths)
    drawing.stream(sheet, HEAD_ROW + 1, _Lines(drawing, referral, widths).rows())
    if lists:
        blank.draw_codes(codes := drawing.sheet(blank.CODES), referral.schema, lists)
        codes.protection.enable()
    _validate(sheet, referral, lists)
    formats = [_format(specs[column.id]) for column in referral.sent.columns]
    origin_sheet.write(drawing, referral.sent, formats)
    drawing.save(out, overwrite=overwrite)


def replace_columns(schema: Schema, columns: Mapping[str, Column]) -> Schema:
    """A schema with some of its columns only."""
    return Schema(title=schema.title, key=schema.key, columns=columns)


def _columns(sent: SentBook) -> Iterator[tuple[SentColumn, list[Cell]]]:
    for place, column in enumerate(sent.columns):
        yield column, [row.cells[place] for row in sent.rows.values()]


def _width(spec: Column, column: SentColumn, cells: Sequence[Cell], lists: Mapping[str, Sequence[str]]) -> float:
    """Wide enough for most of its texts; longer ones are wrapped."""
    texts = max([text_width(_printed(cell)) for cell in cells[:200]] or [0])
    entries = min(max([text_width(entry) for entry in lists.get(column.id, ())] or [0]), 24)
    floor = 26 if column.is_open and spec.type == "text" and not (spec.values or spec.scheme) else _NARROWEST
    head = min(text_width(column.heading), 16)
    return min(max(texts, entries, floor, head, 12 if spec.type in _CENTRED else 0) + 3, _WIDEST)


def _printed(cell: Cell) -> str:
    return shown(cell)


def _draw_head(sheet: Worksheet, referral: Referral, widths: Sequence[float]) -> None:
    sent = referral.sent
    sheet.sheet_view.showGridLines = False
    put(sheet["A1"], f"{referral.title}　{sent.unit}", font=palette.TITLE, alignment=palette.LEFT)
    put(sheet["A2"], f"来自 {sent.file}“{sent.sheet}”　｜　共 {len(sent.rows)} 件", font=palette.FAINT)
    put(
        sheet["A3"],
        f"{referral.note}{_RULES if any(column.is_open for column in sent.columns) else ''}",
        font=palette.TEXT,
    )
    for number, (heading, is_open) in enumerate(
        [(NUMBER, False), *((column.heading, column.is_open) for column in sent.columns)], start=1
    ):
        colour = palette.ACCENT if is_open else palette.OURS
        put(sheet.cell(HEAD_ROW, number), heading, font=palette.HEAD, fill=palette.fill(colour),
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
        sheet.column_dimensions[get_column_letter(number)].width = widths[number - 1]
    for row, height in ((1, 30), (3, 20), (HEAD_ROW, 34)):
        sheet.row_dimensions[row].height = height
    last = get_column_letter(len(widths))
    sheet.freeze_panes = f"C{HEAD_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{HEAD_ROW + len(sent.rows)}"
    palette.print_landscape(sheet, title_rows=f"{HEAD_ROW}:{HEAD_ROW}")
    sheet.page_setup.fitToWidth = math.ceil(sum(widths) / _PAGE_WIDTH)
    sheet.print_title_cols = "A:B"
    sheet.protection.enable()
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.autoFilter = False


def _validate(sheet: Worksheet, referral: Referral, lists: Mapping[str, Sequence[str]]) -> None:
    """Drop-downs and date rules of the cells to fill."""
    places, last = list(lists), HEAD_ROW + len(referral.sent.rows)
    for number, column in enumerate(referral.sent.columns, start=2):
        if not column.is_open:
            continue
        codes = get_column_letter(places.index(column.id) + 1) if column.id in lists else ""
        source = f"'{blank.CODES}'!${codes}$2:${codes}${len(lists[column.id]) + 1}" if codes else ""
        if rule := blank.validation(referral.schema.columns[column.id], source):
            letter = get_column_letter(number)
            rule.add(f"{letter}{HEAD_ROW + 1}:{letter}{last}")
            sheet.add_data_validation(rule)


class _Lines:
    """The streamed rows; all styles are made before the first of them."""

    def __init__(self, drawing: Drawing, referral: Referral, widths: Sequence[float]) -> None:
        self.sent, self.widths = referral.sent, widths
        self.specs = [referral.schema.columns[column.id] for column in referral.sent.columns]
        self.number = drawing.style(font=palette.FAINT, alignment=palette.CENTRED, border=palette.UNDERLINE)
        self.styles = {
            (place, is_odd): drawing.style(
                fill=palette.ENTRY if column.is_open else "",
                number_format="General" if is_odd else _format(spec),
                alignment=palette.CENTRED if spec.type in _CENTRED else palette.WRAPPED,
                border=palette.UNDERLINE,
                is_open=column.is_open,
            )
            for place, (column, spec) in enumerate(zip(referral.sent.columns, self.specs, strict=True))
            for is_odd in (False, True)
        }

    def rows(self) -> Iterator[Row]:
        for line, sent in sorted(self.sent.rows.items()):
            cells: list[Styled] = [(line, self.number)]
            cells += [(cell, self._style(place, cell)) for place, cell in enumerate(sent.cells)]
            lines = max(
                lines_needed(_printed(cell), width - 1) for cell, width in zip(sent.cells, self.widths[1:], strict=True)
            )
            yield Row(cells, height=_LINE * min(lines, _MOST_LINES) + 7)

    def _style(self, place: int, cell: Cell) -> int:
        is_day = self.specs[place].type in {"date", "moment"}
        return self.styles[place, is_day and not isinstance(cell, (str, date)) and cell is not None]


def _format(spec: Column) -> str:
    return blank.FORMATS.get(spec.type, "General")
