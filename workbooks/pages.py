"""How a printed table looks: fonts, boxes, tiles and tables with a 合计. Used by draw_templates.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.cell import Cell
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from xiaobao_xl.figures.axes import UNDIVIDED
from xiaobao_xl.figures.kinds import Text
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.workbook import palette

LAST, GAP = "M", "G"  # last column of the main sheet; the narrow one between tables side by side
TILES = {6: ("A:B", "C:D", "E:G", "H:I", "J:K", "L:M"), 4: ("A:C", "D:G", "H:J", "K:M")}
SONG, HEI = "宋体", "黑体"
HAIR = Side(style="hair", color="9AA8B3")
BOX = Border(left=HAIR, right=HAIR, top=HAIR, bottom=HAIR)
PALE, BAND = PatternFill("solid", start_color="E4ECF2"), PatternFill("solid", start_color="F4F7F9")
CENTRE = Alignment("center", "center", wrap_text=True)
LEFT, NAME = Alignment("left", "center", wrap_text=True), Alignment("left", "center", wrap_text=True, indent=1)
RIGHT = Alignment("right", "center")
LABEL, TEXT = Font(name=SONG, size=9, color=palette.MUTED), Font(name=SONG, size=9.5, color=palette.INK)
NUMBER = Font(name=SONG, size=11, bold=True, color=palette.INK)
LARGE = Font(name=SONG, size=15, bold=True, color=palette.ACCENT)
STRONG = Font(name=SONG, size=9.5, bold=True, color=palette.INK)
SECTION = Font(name=HEI, size=11, color=palette.ACCENT)
TITLE, FINE = Font(name=HEI, size=20, color=palette.INK), Font(name=SONG, size=8.5, color=palette.MUTED)


@dataclass
class Page:
    """A sheet being drawn, from the top down.

    Attributes:
        sheet: the sheet.
        report: whose figures it shows.
        row: next free row.
        cells: figure id → address of its cell, for the cross-foots.
    """

    sheet: Worksheet
    report: Report
    row: int = 1
    cells: dict[str, str] = field(default_factory=dict)

    def box(
        self,
        area: str,
        value: object,
        font: Font,
        alignment: Alignment = CENTRE,
        fill: PatternFill | None = None,
        border: Border = BOX,
    ) -> Cell:
        """Write into an area, merged where it is more than one cell."""
        for row in self.sheet[area] if ":" in area else ((self.sheet[area],),):
            for cell in row:
                cell.border, cell.font, cell.alignment = border, font, alignment
                if fill:
                    cell.fill = fill
        if ":" in area:
            self.sheet.merge_cells(area)
        first = self.sheet[area.split(":", maxsplit=1)[0]]
        first.value = value
        return first

    def line(self, height: float) -> int:
        """Take the next row."""
        self.sheet.row_dimensions[self.row].height = height
        self.row += 1
        return self.row - 1

    def section(self, *titles: str) -> None:
        """A section's heading with a little air above; two headings for tables side by side."""
        self.line(9)
        row = self.line(22)
        areas = (f"A{row}:F{row}", f"H{row}:{LAST}{row}") if len(titles) > 1 else (f"A{row}:{LAST}{row}",)
        for area, title in zip(areas, titles, strict=True):
            self.box(
                area,
                title,
                SECTION,
                Alignment("left", "center"),
                border=Border(bottom=Side(style="medium", color=palette.ACCENT)),
            )

    def mark(self, area: str, name: str, member: str = "", font: Font = NUMBER, alignment: Alignment = CENTRE) -> Cell:
        """Place a figure, with the number format its rules ask for."""
        spec = self.report.figures[name] if name in self.report.figures else self.report.bases[name]
        cell = self.box(area, f"{{{{ {spec.title}{f'[{member}]' if member else ''} }}}}", font, alignment)
        cell.number_format = number_format(spec)
        if not member:
            self.cells[name] = area.split(":", maxsplit=1)[0]
        return cell


def number_format(spec: object) -> str:
    """Number format of a figure's cell."""
    decimals = getattr(spec, "decimals", 0)
    point = "." + "0" * decimals if decimals else ""
    return f"0{point}%" if getattr(spec, "unit", "") == "%" else f"#,##0{point}"


def head(page: Page, title: str, last: str) -> None:
    """Title, period, who reports."""
    middle = chr((ord("A") + ord(last)) // 2)
    none = Border()
    page.box(f"A1:{last}1", title, TITLE, border=none)
    page.box(
        f"A2:{last}2",
        f"{{{{ 统计期间 }}}}（{{{{ 起止日期 }}}}）{nil_mark(page.report)}",
        Font(name=SONG, size=11, color=palette.INK),
        border=none,
    )
    page.box(f"A3:{middle}3", "填报单位：{{ 填报单位 }}", TEXT, LEFT, border=none)
    page.box(
        f"{chr(ord(middle) + 1)}3:{last}3", "单位：件、元、天　　统计时点：{{ 统计时点 }}", TEXT, RIGHT, border=none
    )
    for height in (34, 20, 20):
        page.line(height)


def nil_mark(report: Report) -> str:
    """The mark that says `零报告：…` where nothing was to be counted; '' where the report has no such figure."""
    titles = [figure.title for figure in report.figures.values() if isinstance(figure, Text) and figure.text == "nil"]
    return f"{{{{ {titles[0]} }}}}" if titles else ""


def tiles(page: Page, names: Sequence[str], height: float = 25, font: Font = NUMBER) -> None:
    """One row of labels, one of numbers."""
    labels, numbers = page.line(18), page.line(height)
    for area, name in zip(TILES[len(names)], names, strict=True):
        spec = page.report.figures[name] if name in page.report.figures else page.report.bases[name]
        unit = f"（{spec.unit}）" if spec.unit not in {"件", "%", ""} else ""
        place(page, area, labels, spec.title + unit, LABEL, fill=PALE)
        page.mark(across(area, numbers), name, font=font)


@dataclass(frozen=True)
class Column:
    """Numbers of one figure in a table.

    Attributes:
        figure: figure id.
        heading: its heading.
        area: letter of its column.
    """

    figure: str
    heading: str
    area: str


def heads(page: Page, row: int, name_area: str, heading: str, columns: Sequence[Column]) -> None:
    """The headings of a table."""
    for area, words in ((name_area, heading), *((column.area, column.heading) for column in columns)):
        place(page, area, row, words, LABEL, fill=PALE)


def table(
    page: Page, top: int, name_area: str, heading: str, titles: Sequence[str], columns: Sequence[Column], bottom: int
) -> dict[str, str]:
    """A table of members, blank down to a 合计 on row `bottom`; gives the address of the total of each figure."""
    heads(page, top, name_area, heading, columns)
    for row, title in enumerate([*titles, *[""] * (bottom - top - 1 - len(titles))], start=top + 1):
        faint = title in {UNFILLED, UNKNOWN} or UNDIVIDED in title
        place(page, name_area, row, title, LABEL if faint else TEXT, NAME)
        for column in columns:
            if title:
                page.mark(across(column.area, row), column.figure, title, font=TEXT)
            else:
                place(page, column.area, row, None, TEXT)
    place(page, name_area, bottom, "合计", STRONG, fill=BAND)
    found = {}
    for column in columns:
        cell = place(
            page, column.area, bottom, f"=SUM({column.area}{top + 1}:{column.area}{bottom - 1})", STRONG, fill=BAND
        )
        cell.number_format = number_format(page.report.figures[column.figure])
        found[column.figure] = cell.coordinate
    return found


def across(area: str, row: int) -> str:
    """`E:F` on row 5 → `E5:F5`."""
    return ":".join(f"{letter}{row}" for letter in area.split(":"))


def place(
    page: Page,
    area: str,
    row: int,
    value: object,
    font: Font,
    alignment: Alignment = CENTRE,
    fill: PatternFill | None = None,
) -> Cell:
    """Write into some columns of a row."""
    return page.box(across(area, row), value, font, alignment, fill)


def verdicts(sheet: Worksheet, area: str) -> None:
    """Green for 平, red for 不平."""
    good, bad = Font(color=palette.GOOD_INK, bold=True), Font(color=palette.LEVEL_INKS["error"], bold=True)
    sheet.conditional_formatting.add(area, CellIsRule(operator="equal", formula=['"平"'], font=good))
    sheet.conditional_formatting.add(
        area,
        FormulaRule(
            formula=[f'{area.split(":", maxsplit=1)[0]}="不平"'],
            font=bad,
            fill=palette.fill(palette.LEVEL_FILLS["error"]),
        ),
    )


def print_setup(sheet: Worksheet, area: str, titles: str) -> None:
    """A4 portrait, one page wide, head repeated, pages numbered."""
    sheet.print_area, sheet.print_title_rows = area, titles
    sheet.page_setup.paperSize, sheet.page_setup.orientation = "9", "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.55
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.6, 0.65, 0.3
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text, sheet.oddFooter.center.size = "第 &P 页　共 &N 页", 8
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 110
