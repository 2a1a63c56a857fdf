"""The one palette and the few styles of everything we draw: quiet ink blue, and one colour per level of a finding.

Colours are RGB without `#`, as openpyxl wants them. Nothing else in this package names a colour or a font.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties

from xiaobao_xl.findings import LEVEL_TITLES, Level

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "微软雅黑"
INK, MUTED, ACCENT, LINE = "22303C", "6B7883", "2F5D7C", "CBD5DC"
WHITE, PALE = "FFFFFF", "EDF2F6"
OURS = "6E8CA3"  # heads of columns we add to a register
ENTRY = "FFF7DC"  # cells someone else is asked to fill
LEVEL_FILLS: dict[Level, str] = {"error": "F9D5D0", "warning": "FCEAC3", "note": "DCE8F2"}
LEVEL_INKS: dict[Level, str] = {"error": "9F2D20", "warning": "7F5600", "note": "2F5D7C"}
GOOD_FILL, GOOD_INK = "DDEEDF", "2C6B3B"

TITLE = Font(name=FONT, size=16, bold=True, color=INK)
HEADING = Font(name=FONT, size=11, bold=True, color=ACCENT)
TEXT = Font(name=FONT, size=10, color=INK)
STRONG = Font(name=FONT, size=10, bold=True, color=INK)
FAINT = Font(name=FONT, size=9, color=MUTED)
HEAD = Font(name=FONT, size=10, bold=True, color=WHITE)
LINK = Font(name=FONT, size=10, color=ACCENT, underline="single")
LEVEL_FONTS: dict[Level, Font] = {
    level: Font(name=FONT, size=10, bold=True, color=ink) for level, ink in LEVEL_INKS.items()
}

HEAD_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)
CENTRED = Alignment(horizontal="center", vertical="center")
MIDDLE = Alignment(horizontal="center")
LEFT = Alignment(horizontal="left", vertical="center")
WRAPPED = Alignment(vertical="center", wrap_text=True)
UNDERLINE = Border(bottom=Side(style="thin", color=LINE))
HEAD_BORDER = Border(right=Side(style="thin", color=WHITE))

DATE_FORMAT, MOMENT_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@"


def font(size: float, colour: str, *, bold: bool = True) -> Font:
    """Our font in another size and colour."""
    return Font(name=FONT, size=size, bold=bold, color=colour)


def fill(colour: str) -> PatternFill:
    """A plain fill.

    >>> fill(PALE).fill_type
    'solid'
    """
    return PatternFill("solid", start_color=colour, end_color=colour)


HEAD_FILL = fill(ACCENT)


def level_legend() -> str:
    """One line that explains the colours of the marked cells.

    >>> level_legend()
    '红＝错误，黄＝提示，蓝＝说明'
    """
    return "，".join(f"{colour}＝{LEVEL_TITLES[level]}" for colour, level in zip("红黄蓝", LEVEL_FILLS, strict=True))


def print_landscape(sheet: Worksheet, *, title_rows: str = "") -> None:
    """A4 landscape, as wide as one page, page numbers below; `title_rows` such as `1:3` repeat on every page."""
    sheet.page_setup.paperSize = "9"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
    sheet.page_margins.header = sheet.page_margins.footer = 0.25
    sheet.print_options.horizontalCentered = True
    footer = sheet.oddFooter or HeaderFooterItem()
    for part, text in ((footer.left, "&A"), (footer.right, "第 &P 页，共 &N 页")):
        part.text, part.size = text, 8
    sheet.oddFooter = footer
    if title_rows:
        sheet.print_title_rows = title_rows
