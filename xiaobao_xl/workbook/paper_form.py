"""What the sheets of a 底稿 have in common: their names, columns, head and links."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from xiaobao_xl.figures.values import Operation
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import lines_needed, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIGURES, ROWS, FOOTS, NOTES = "指标", "明细", "勾稽", "说明"
OPERATION_TITLES: dict[Operation, str] = {
    "count": "计件", "sum": "合计", "mean": "平均", "median": "中位数", "ratio": "比率", "share": "占比",
    "interval": "舍入核对", "change": "变动", "total": "加总", "rank": "排名", "median_of": "各项中位数", "text": "文字", "given": "基础数据",
}  # fmt: skip
HEADINGS = (
    "编码",
    "报表单元格",
    "指标",
    "类别",
    "含义",
    "值",
    "单位",
    "运算",
    "组成",
    "倍数",
    "件数",
    "重算",
    "核对",
    "明细",
    "备注",
)
WIDTHS = (8, 20, 20, 24, 46, 14, 12, 9, 16, 11, 8, 14, 8, 8, 34)
TOP = 4  # first row below the headings, on 指标 and 明细


def head(sheet: Worksheet, title: str, hint: str, headings: Sequence[str], widths: Sequence[float]) -> None:
    """Title, one line of help, the headings."""
    put(sheet["A1"], title, font=palette.TITLE)
    put(sheet["A2"], hint, font=palette.FAINT)
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        put(
            sheet.cell(TOP - 1, column),
            heading,
            font=palette.HEAD,
            fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT,
            border=palette.HEAD_BORDER,
        )
    sheet.row_dimensions[1].height, sheet.row_dimensions[TOP - 1].height = 26, 22
    sheet.freeze_panes = f"A{TOP}"
    sheet.sheet_view.showGridLines = False
    palette.print_landscape(sheet, title_rows=f"{TOP - 1}:{TOP - 1}")


def line(
    sheet: Worksheet, row: int, cells: Sequence[object], widths: Sequence[float], *, font: Font = palette.TEXT
) -> None:
    """One row of a table: words wrapped, all else centred, days as days, and high enough for the longest text."""
    for column, content in enumerate(cells, start=1):
        cell = sheet.cell(row, column)
        alignment = palette.WRAPPED if isinstance(content, str) else palette.CENTRED
        put(cell, None if content == "" else content, font=font, border=palette.UNDERLINE, alignment=alignment)
        if isinstance(content, date):
            cell.number_format = palette.DATE_FORMAT
    wrapped = (
        lines_needed(cell, width - 1) for cell, width in zip(cells, widths, strict=False) if isinstance(cell, str)
    )
    sheet.row_dimensions[row].height = 6 + 14 * max(wrapped, default=1)


def relative(path: Path, folder: Path) -> str:
    """A link from a folder to a file, so that both may be moved together; absolute across drives."""
    try:
        return quote(Path(os.path.relpath(path, folder)).as_posix())
    except ValueError:
        return path.resolve().as_uri()


def link(sheet: Worksheet, address: str, target: tuple[str, str], file: str = "") -> None:
    """Let a cell jump to a (sheet, cell) of this workbook, or of another file, and look as if it did."""
    jump(sheet, address, target, file)
    sheet[address].font = palette.LINK


def jump(sheet: Worksheet, address: str, target: tuple[str, str], file: str = "") -> None:
    """The same for a cell that is streamed and has its looks already: fonts one by one cost most of a long sheet."""
    place = f"{quote_sheetname(target[0])}!{target[1]}"
    sheet[address].hyperlink = Hyperlink(ref=address, location=place, target=file or None)


def number_format(spec: object) -> str:
    """How a figure is shown."""
    decimals = getattr(spec, "decimals", 0)
    point = "." + "0" * decimals if decimals else ""
    return f"0{point}%" if getattr(spec, "unit", "") == "%" else f"#,##0{point}"
