"""Workbooks with a bit of everything on a sheet, for the tests that carry sheets over."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from copy import copy
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LISTS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}


class _Picture(Image):
    """A picture without the imaging library openpyxl asks for."""

    def __init__(self) -> None:
        self.ref = io.BytesIO(base64.b64decode(PIXEL))
        self.width = self.height = 20
        self.format = "png"
        self.anchor = "H1"

    def _data(self) -> bytes:
        return base64.b64decode(PIXEL)


def fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


def decorated(workbook: Workbook, title: str, *, table: str = "校验问题", name: str = "阈值") -> Any:
    """A sheet with a bit of everything."""
    sheet = workbook.create_sheet(title)
    rows = [
        ("机构", "件数", "日期"),
        ("一分行", 3, date(2026, 1, 5)),
        ("二分行", 5, date(2026, 2, 6)),
        ("合计", f"='{title}'!B2+B3", None),
    ]
    for row in rows:
        sheet.append(row)
    sheet["A1"].font = Font(name="微软雅黑", size=12, bold=True, color="FFFFFF")
    sheet["A1"].fill = fill("2F5D7C")
    sheet["A1"].alignment = Alignment(horizontal="center", wrap_text=True)
    sheet["B2"].border = Border(bottom=Side(style="thin", color="CBD5DC"))
    sheet["B3"].number_format = "0.0000"
    sheet["A2"].hyperlink = Hyperlink(ref="", location=f"'{title}'!B3")
    sheet["A4"].hyperlink = f"#'{title}'!B2"
    sheet["A3"].hyperlink = "https://a.cn/?x=1&y=2"
    sheet["B2"].comment = Comment("核对过", "审计")
    sheet.merge_cells("E1:F2")
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 31
    sheet.column_dimensions["D"].fill = fill("EDF2F6")
    sheet.conditional_formatting.add("B2:B3", CellIsRule(operator="greaterThan", formula=["4"], fill=fill("F9D5D0")))
    sheet.conditional_formatting.add(
        "A2:A3", FormulaRule(formula=[f"'{title}'!$B2>4"], font=Font(bold=True, color="9F2D20"))
    )
    sheet.add_data_validation(rule := DataValidation(type="list", formula1='"一分行,二分行"'))
    rule.add("A2:A3")
    sheet.add_table(Table(displayName=table, ref="A1:C3"))
    sheet["D2"] = f"=SUM({table}[件数])"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=3))
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=3))
    sheet.add_chart(chart, "A8")
    sheet.add_image(_Picture())
    sheet.print_title_rows = "1:1"
    sheet.print_area = "A1:C4"
    sheet.page_setup.orientation = "landscape"
    sheet.defined_names[name] = DefinedName(name, attr_text=f"'{title}'!$B$2")
    return sheet


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def source() -> bytes:
    workbook = Workbook()
    workbook.active.title = "另一张"
    decorated(workbook, "看板 甲")
    return saved(workbook)


def target(epoch: datetime | None = None) -> bytes:
    """A register with styles, a chart and a note of its own."""
    workbook = Workbook()
    workbook.active.title = "台账"
    sheet = workbook.active
    for row in range(1, 6):
        sheet.append([row, f"文字{row}"])
        sheet.cell(row, 1).font = Font(name="宋体", size=8 + row)
        sheet.cell(row, 1).number_format = f"0.{'0' * row}"
    sheet["B1"].comment = Comment("原有批注", "甲")
    sheet.conditional_formatting.add("A1:A5", CellIsRule(operator="lessThan", formula=["2"], fill=fill("DDEEDF")))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=5))
    sheet.add_chart(chart, "D1")
    workbook.epoch = epoch or workbook.epoch
    sheet.sheet_view.tabSelected = True
    return saved(workbook)


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as file, zipfile.ZipFile(out, "w") as new:
        for name in file.namelist():
            new.writestr(name, change(name, file.read(name)))
    return out.getvalue()


def strict(data: bytes) -> bytes:
    """A workbook with the addresses of ISO 29500 Strict."""
    usual = re.compile(rb"http://schemas\.openxmlformats\.org/(spreadsheetml|drawingml|officeDocument)/2006/")
    return rewritten(data, lambda _, text: usual.sub(rb"http://purl.oclc.org/ooxml/\1/", text))


def prefixed(data: bytes) -> bytes:
    """A workbook whose own elements are written `x:…`."""
    kinds = ("xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet", "xl/tables/")

    def change(name: str, text: bytes) -> bytes:
        if not name.startswith(kinds):
            return text
        return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", text).replace(b" xmlns=", b" xmlns:x=")

    return rewritten(data, change)


def dress(cell: Any) -> tuple[Any, ...]:
    return copy(cell.font), copy(cell.fill), copy(cell.border), copy(cell.alignment), cell.number_format
