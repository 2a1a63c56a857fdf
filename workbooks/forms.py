"""Forms of one sheet per complaint: labelled boxes, those the register knows filled, the others blank. Used by draw_templates.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from pages import FINE, LABEL, LEFT, NAME, PALE, RIGHT, SECTION, TEXT, TITLE, Page, nil_mark, print_setup

from xiaobao_xl.figures.kinds import DEADLINE_PARTS
from xiaobao_xl.registers import Schema
from xiaobao_xl.reports import Report
from xiaobao_xl.workbook import palette

WIDTH = 12  # columns of the grid
_LAST = "L"
_NONE = Border()
_FORMATS = {"date": "yyyy-mm-dd", "number": "#,##0.00", "integer": "0", "identity": "@", "code": "@"}
_TOP = Alignment("left", "top", wrap_text=True, indent=1)


@dataclass(frozen=True)
class Field:
    """A label with its box.

    Attributes:
        label: the label.
        column: id of the list's column; '' for a box to be filled in by hand.
        width: columns of label and box together, 12 to a line.
        text: words that stand in the box instead, with marks.
    """

    label: str
    column: str = ""
    width: int = 4
    text: str = ""


class Form:
    """A form being drawn, from the top down."""

    def __init__(self, report: Report, schema: Schema, name: str, subtitle: str) -> None:
        """Begin with title and head.

        Args:
            report: the report.
            schema: columns of its register.
            name: id of the list whose complaints have a form each.
            subtitle: the line below the title.
        """
        figure = report.figures[name]
        self.workbook = Workbook()
        self.page = Page(self.workbook.worksheets[0], report)
        self.title, self.schema, sheet = figure.title, schema, self.page.sheet
        sheet.title = f"{{{{ {figure.title}.{schema.columns[schema.key].title} }}}}"
        for place in range(WIDTH):
            sheet.column_dimensions[chr(ord("A") + place)].width = 8.2
        self.page.box(f"A1:{_LAST}1", report.title, TITLE, border=_NONE)
        self.page.line(36)
        self.page.box("A2:F2", "填报单位：{{ 填报单位 }}", TEXT, LEFT, border=_NONE)
        self.page.box(f"G2:{_LAST}2", subtitle, TEXT, RIGHT, border=_NONE)
        self.page.line(20)
        words = f"{{{{ 统计期间 }}}}（{{{{ 起止日期 }}}}）{nil_mark(report)}　统计时点：{{{{ 统计时点 }}}}"
        self.page.box(f"A3:{_LAST}3", words, FINE, LEFT, border=_NONE)
        self.page.line(14)

    def mark(self, column: str) -> str:
        """The mark of a column."""
        part = column.partition(".")[2]
        return f"{{{{ {self.title}.{DEADLINE_PARTS[part] if part else self.schema.columns[column].title} }}}}"

    def section(self, title: str) -> None:
        """A heading."""
        self.page.line(5)
        row = self.page.line(20)
        line = Border(bottom=Side(style="medium", color=palette.ACCENT))
        self.page.box(f"A{row}:{_LAST}{row}", title, SECTION, Alignment("left", "center"), border=line)

    def fields(self, *fields: Field, height: float = 24) -> None:
        """One line of labelled boxes; their widths make 12."""
        row, at = self.page.line(height), 0
        for field in fields:
            label = self._area(at, 1 if field.width < 4 else 2, row)
            self.page.box(label, field.label, LABEL, fill=PALE)
            wide = field.width - (1 if field.width < 4 else 2)
            text = field.text or (self.mark(field.column) if field.column else None)
            cell = self.page.box(
                self._area(at + field.width - wide, wide, row), text, TEXT, _TOP if height > 40 else NAME
            )
            if "." in field.column:
                cell.number_format = _FORMATS["date"] if field.column.endswith("due_on") else "General"
            elif field.column:
                cell.number_format = _FORMATS.get(self.schema.columns[field.column].type, "General")
            at += field.width

    def signatures(self, *words: str, height: float = 58) -> None:
        """Boxes to be signed."""
        row, wide = self.page.line(height), WIDTH // len(words)
        for place, text in enumerate(words):
            self.page.box(
                self._area(place * wide, wide, row), f"{text}：\n\n　　　　　　　　年　　月　　日", TEXT, _TOP
            )

    def close(self, notes: Sequence[str]) -> Workbook:
        """Notes, and how it prints: one page each."""
        self.page.line(4)
        for note in notes:
            row = self.page.line(13)
            self.page.box(f"A{row}:{_LAST}{row}", note, FINE, Alignment("left", "center"), border=_NONE)
        sheet = self.page.sheet
        print_setup(sheet, f"A1:{_LAST}{self.page.row - 1}", "1:1")
        sheet.page_setup.fitToHeight = 1
        sheet.oddFooter.center.text = ""
        return self.workbook

    def _area(self, first: int, wide: int, row: int) -> str:
        begin, end = chr(ord("A") + first), chr(ord("A") + first + wide - 1)
        return f"{begin}{row}" if wide == 1 else f"{begin}{row}:{end}{row}"
