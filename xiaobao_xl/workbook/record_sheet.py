"""The sheet 报送记录 of a 底稿: what the report followed from, and the places the officer fills in when it is filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xiaobao_xl.filings.records import OFFICER, ROLE_TITLES, Record
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

RECORD: Final = "报送记录"
_WIDTHS: Final = (16, 52, 70, 40)
_TO_FILL: Final = palette.fill(palette.LEVEL_FILLS["warning"])


def record_sheet(sheet: Worksheet, record: Record, file: str) -> None:
    """Draw the record.

    Args:
        sheet: an empty sheet.
        record: the record.
        file: name of the record's own file.
    """
    hint = f"黄色格由报送人填写。日后核对：xiaobao verify {file}（报表是否仍与台账相符，文件是否被改动）。"
    head(sheet, f"报送记录  {record.title}  {record.period}", hint, ("项目", "内容", "SHA-256", "说明"), _WIDTHS)
    row = TOP
    for name in OFFICER:
        _line(sheet, row, (name, record.officer.get(name, ""), "", ""))
        sheet.cell(row, 2).fill = _TO_FILL
        row += 1
    printed = sum(1 for figure in record.figures.values() for number in figure.numbers if number.cells)
    about = (
        ("报表", f"{record.title}（{record.report}）", "", f"{printed} 个数字与文字；逐项见“指标”页"),
        ("统计期间", record.period, "", ""),
        ("统计时点", record.as_of.isoformat(), "", ""),
        ("程序", record.program, "", ""),
    )
    files = ((ROLE_TITLES[mark.role], mark.path, mark.sha256, mark.note) for mark in record.files)
    for cells in (*about, *files, ("报送记录", file, "", "与本页内容相同，另含底稿的 SHA-256 与全部数字")):
        _line(sheet, row, cells)
        row += 1


def _line(sheet: Worksheet, row: int, cells: tuple[str, ...]) -> None:
    for column, content in enumerate(cells, start=1):
        font = palette.STRONG if column == 1 else palette.FAINT if column == 3 else palette.TEXT
        put(sheet.cell(row, column), content or None, font=font, border=palette.UNDERLINE, alignment=palette.WRAPPED)
    lines = (lines_needed(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = 8 + 14 * max(lines)
