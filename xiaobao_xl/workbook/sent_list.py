"""The list that stays with the officer when a register is divided: which unit got which file, with room for what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.workbook import origin_sheet, palette
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put
from xiaobao_xl.workbook.origin_sheet import SentBook

TITLE: Final = "分发清单"
_HEADS: Final = ("机构", "文件", "件数", "可填的格", "发出日期", "接收人", "收回日期", "备注")
_WIDTHS: Final = (30, 42, 8, 10, 13, 12, 13, 30)


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """One line of the list: unit, name of its file, rows, cells it may fill, a remark."""

    unit: str
    file: str
    rows: int
    open_cells: int
    remark: str = ""


def write(files: Sequence[SentFile], lines: Sequence[str], out: Path, *, overwrite: bool = False) -> None:
    """Write the list.

    Args:
        files: what was sent.
        lines: sentences above the table.
        out: target.
        overwrite: replace an existing file.
    """
    drawing = Drawing()
    sheet = drawing.sheet(TITLE)
    sheet.sheet_view.showGridLines = False
    put(sheet["A1"], TITLE, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    for row, line in enumerate(lines, start=2):
        put(sheet[f"A{row}"], line, font=palette.FAINT, alignment=palette.LEFT)
    head = len(lines) + 3
    for number, (title, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True), start=1):
        put(sheet.cell(head, number), title, font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[head].height = 24
    for row, file in enumerate(files, start=head + 1):
        values = (file.unit, file.file, file.rows, file.open_cells, None, None, None, file.remark or None)
        for number, value in enumerate(values, start=1):
            cell = sheet.cell(row, number)
            put(cell, value, font=palette.TEXT, border=palette.UNDERLINE,
                alignment=palette.CENTRED if number in {3, 4, 5, 7} else palette.WRAPPED,
                fill=palette.fill(palette.ENTRY) if number in {5, 6, 7} else None)  # fmt: skip
            if number in {5, 7}:
                cell.number_format = palette.DATE_FORMAT
        wrapped = zip((file.unit, file.file, file.remark), (_WIDTHS[0], _WIDTHS[1], _WIDTHS[7]), strict=True)
        sheet.row_dimensions[row].height = 15 * max(lines_needed(text, width - 1) for text, width in wrapped) + 5
    sheet.freeze_panes = f"A{head + 1}"
    palette.print_landscape(sheet, title_rows=f"{head}:{head}")
    origin_sheet.write(drawing, SentBook(kind=origin_sheet.LIST), [])
    drawing.save(out, overwrite=overwrite)
