"""What insurance_quarterly and complaint_annual share: a row for each member, a row for each unit, 勾稽, closing lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from pages import (
    BAND,
    CENTRE,
    FINE,
    GAP,
    LABEL,
    LAST,
    LEFT,
    NAME,
    PALE,
    STRONG,
    TEXT,
    Page,
    across,
    head,
    number_format,
    place,
    print_setup,
    verdicts,
)  # fmt: skip

from xiaobao_xl.figures.axes import UNDIVIDED, members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import palette

SUM = "SUM"  # in place of a mark: the total of the column is added up by a formula


@dataclass(frozen=True)
class Part:
    """One column of a table.

    Attributes:
        area: its letters, such as `F:G`.
        heading: its heading.
        figure: figure printed in each row.
        total: SUM, the figure printed in the row 合计, or '' for none.
        member: member of the second axis, where the figure has two.
    """

    area: str
    heading: str
    figure: str
    total: str = ""
    member: str = ""


@dataclass(frozen=True)
class Unit:
    """One column of a sheet with a row for each unit: heading, mark, and the mark or formula in the row 合计."""

    heading: str
    mark: str
    total: str
    width: float


def first_sheet(report: Report, title: str) -> tuple[Workbook, Page]:
    """A workbook and its main sheet, columns A to M with a narrow G."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for letter in "ABCDEFGHIJKLM":
        sheet.column_dimensions[letter].width = 1.6 if letter == GAP else 8.6
    page = Page(sheet, report)
    head(page, report.title, LAST)
    return workbook, page


def titles_of(rules: Rules, report: Report, name: str, axis: int = 0) -> list[str]:
    """Titles of the members of a split figure, as marks use them."""
    figure = report.figures[name]
    column = rules.registers[report.register].columns[figure.by[axis]]
    return list(members(column, figure.level_of(figure.by[axis]), rules.categories).values())


def member_rows(page: Page, name_area: str, titles: Sequence[str], parts: Sequence[Part], height: float = 20) -> int:
    """A row for each member; gives the first."""
    first = page.row
    for title in titles:
        row = page.line(height)
        faint = title in {UNFILLED, UNKNOWN} or UNDIVIDED in title
        place(page, name_area, row, title, LABEL if faint else TEXT, NAME)
        for part in parts:
            inside = f"{title}][{part.member}" if part.member else title
            page.mark(across(part.area, row), part.figure, inside, font=TEXT)
    return first


def total_row(page: Page, name_area: str, title: str, parts: Sequence[Part], first: int) -> int:
    """合计 below the rows of members: formulas, figures, or nothing."""
    bottom = page.line(20.5)
    place(page, name_area, bottom, title, STRONG, fill=BAND)
    for part in parts:
        letter = part.area.split(":", maxsplit=1)[0]
        if part.total in page.report.figures or part.total in page.report.bases:
            page.mark(across(part.area, bottom), part.total, font=STRONG).fill = BAND
            continue
        text = f"=SUM({letter}{first}:{letter}{bottom - 1})" if part.total == SUM else None
        cell = place(page, part.area, bottom, text, STRONG, fill=BAND)
        cell.number_format = number_format(page.report.figures.get(part.figure) or page.report.bases[part.figure])
    return bottom


def head_row(page: Page, headings: Mapping[str, str], height: float = 19) -> None:
    """Headings by area."""
    row = page.line(height)
    for area, words in headings.items():
        place(page, area, row, words, LABEL, fill=PALE)


def unit_sheet(workbook: Workbook, report: Report, title: str, columns: Sequence[Unit], note: str) -> str:
    """A sheet with one row for each unit and its 合计; gives the sheet's name, quoted for formulas."""
    page, last = Page(workbook.create_sheet(title.replace("　", " ")), report), chr(ord("A") + len(columns) - 1)
    head(page, title, last)
    page.line(6)
    top, row, foot = page.line(30), page.line(20), page.line(21)
    shapes = {spec.title: number_format(spec) for spec in [*report.figures.values(), *report.bases.values()]}
    for number, column in enumerate(columns):
        letter = chr(ord("A") + number)
        page.sheet.column_dimensions[letter].width = column.width
        page.box(f"{letter}{top}", column.heading, LABEL, fill=PALE)
        text = column.mark if "." in column.mark else f"{column.mark}.值"
        page.box(f"{letter}{row}", f"{{{{ {text} }}}}", TEXT, NAME if number == 1 else CENTRE)
        total = f"=SUM({letter}{row}:{letter}{row})" if column.total == SUM else column.total
        if total in shapes:
            total = f"{{{{ {total} }}}}"
        page.box(f"{letter}{foot}", total, STRONG, fill=BAND)
        for line in (row, foot):
            page.sheet[f"{letter}{line}"].number_format = shapes.get(column.mark, "General")
    page.line(5)
    end = page.line(28)
    page.box(f"A{end}:{last}{end}", note, FINE, Alignment("left", "top", wrap_text=True), border=Border())
    print_setup(page.sheet, f"A1:{last}{end}", f"1:{top}")
    return f"'{page.sheet.title}'!"


def cross_foots(page: Page, relations: Sequence[tuple[str, str, str]]) -> None:
    """Relations as formulas that anybody can follow: words, left, right."""
    head_row(page, {"A:G": "勾稽关系", "H:I": "左边", "J:K": "右边", "L:M": "结论"}, 18)
    first = page.row
    for words, left, right in relations:
        row = page.line(17)
        place(page, "A:G", row, words, TEXT, NAME)
        place(page, "H:I", row, left, TEXT).number_format = "#,##0"
        place(page, "J:K", row, right, TEXT).number_format = "#,##0"
        place(page, "L:M", row, f'=IF(H{row}=J{row},"平","不平")', STRONG)
    verdicts(page.sheet, f"L{first}:L{page.row - 1}")


def closing(page: Page, notes: Sequence[str]) -> None:
    """Notes and signatures."""
    page.line(7)
    for note in notes:
        row = page.line(15 if len(note) < 70 else 26)
        page.box(f"A{row}:{LAST}{row}", note, FINE, Alignment("left", "top", wrap_text=True), border=Border())
    page.line(6)
    row = page.line(22)
    signatures = {"A:D": "负责人：{{ 负责人 }}", "E:I": "复核人：{{ 复核人 }}", "J:M": "填报人：{{ 填报人 }}"}
    for area, words in signatures.items():
        page.box(across(area, row), words, TEXT, LEFT, border=Border(top=Side(style="thin", color=palette.MUTED)))
    print_setup(page.sheet, f"A1:{LAST}{page.row - 1}", "1:3")
