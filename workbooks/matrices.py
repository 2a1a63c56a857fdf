"""Wide tables: merged heads from a tree of headings, a repeated row for each unit, sums that check themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from pages import (
    BAND,
    CENTRE,
    FINE,
    HEI,
    LEFT,
    NAME,
    PALE,
    RIGHT,
    SONG,
    TEXT,
    TITLE,
    Page,
    nil_mark,
    print_setup,
    verdicts,
)  # fmt: skip

from xiaobao_xl.workbook import palette

HEADING = Font(name=SONG, size=9.5, color=palette.INK)
DATUM, SUM = Font(name=SONG, size=11, color=palette.INK), Font(name=SONG, size=11, bold=True, color=palette.INK)
FAINT = "9AA8B3"
_NONE = Border()


@dataclass(frozen=True)
class Heading:
    """One column of a wide table.

    Attributes:
        path: headings from the top down; columns side by side share the upper ones.
        mark: figure and members in the row of a unit, without the braces: `机构渠道[网银]`, `按机构.名称`.
        total: the same in the row 合计; '' leaves it empty.
        width: width of the column.
        is_sum: a subtotal, printed strong.
        key: name by which formulas refer to the column.
    """

    path: tuple[str, ...]
    mark: str = ""
    total: str = ""
    width: float = 7.2
    is_sum: bool = False
    key: str = ""


def short_reason(title: str) -> str:
    """A reason without the words all reasons are wrapped in: 因定价收费引起的投诉 → 定价收费."""
    return title.removeprefix("因").removesuffix("引起的投诉").removeprefix("金融机构")


def title_rows(page: Page, title: str, last: str) -> None:
    """Title, period, who reports, of a table some twenty columns wide."""
    page.box(f"A1:{last}1", title, Font(name=HEI, size=18, color=TITLE.color), border=_NONE)
    period = f"{{{{ 统计期间 }}}}（{{{{ 起止日期 }}}}）{nil_mark(page.report)}"
    page.box(f"A2:{last}2", period, Font(name=SONG, size=11, color=palette.INK), border=_NONE)
    page.box("A3:H3", "填报单位：{{ 填报单位 }}", HEADING, LEFT, border=_NONE)
    page.box(f"I3:{last}3", "单位：件　　统计时点：{{ 统计时点 }}", HEADING, RIGHT, border=_NONE)
    for height in (32, 20, 20):
        page.line(height)


def merged_heads(page: Page, columns: Sequence[Heading], height: float = 24, lowest: float = 44) -> int:
    """Draw the headings, merged across columns that share them and down where a path ends; gives the last row."""
    top, depth = page.row, max(len(column.path) for column in columns)
    for level in range(depth):
        page.line(lowest if level == depth - 1 else height)
    for place, column in enumerate(columns, start=1):
        page.sheet.column_dimensions[get_column_letter(place)].width = column.width
    _heads(page, columns, 0, top, top + depth - 1, 1)
    return top + depth - 1


def _heads(page: Page, columns: Sequence[Heading], level: int, top: int, bottom: int, first: int) -> None:
    place = 0
    while place < len(columns):
        words, end = columns[place].path[level], place + 1
        is_last = len(columns[place].path) == level + 1
        while not is_last and end < len(columns) and columns[end].path[: level + 1] == columns[place].path[: level + 1]:
            end += 1
        below = bottom if is_last else top
        area = (get_column_letter(first + place), top, get_column_letter(first + end - 1), below)
        fill = BAND if columns[place].is_sum and is_last else PALE
        page.box(_area(*area), words, HEADING, CENTRE, fill)
        if not is_last:
            _heads(page, columns[place:end], level + 1, top + 1, bottom, first + place)
        place = end


def _area(left: str, top: int, right: str, bottom: int) -> str:
    return f"{left}{top}" if (left, top) == (right, bottom) else f"{left}{top}:{right}{bottom}"


def letters(columns: Sequence[Heading]) -> dict[str, str]:
    """Letter of each column that has a key."""
    return {column.key: get_column_letter(place) for place, column in enumerate(columns, start=1) if column.key}


def unit_table(page: Page, title: str, columns: Sequence[Heading], check: str, notes: Sequence[str]) -> None:
    """One row for each unit, 合计, and below it whether the rows make the 合计.

    Args:
        page: the sheet.
        title: title of the table.
        columns: number, name, sums and members; the last one shows the verdict of each row.
        check: formula of the verdict, `{key}` for the cell of a column in the row.
        notes: lines below the table.
    """
    last = get_column_letter(len(columns))
    title_rows(page, title, last)
    bottom = merged_heads(page, columns)
    row, total, proof = page.line(27), page.line(25), page.line(20)
    cells = letters(columns)
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        font, fill = (SUM, BAND) if column.is_sum else (DATUM, None)
        is_name = column.mark.endswith(".名称")
        datum(
            page,
            f"{letter}{row}",
            _braced(column.mark),
            font if not is_name else TEXT,
            NAME if is_name else CENTRE,
            fill,
        )
        datum(page, f"{letter}{total}", "合计" if is_name else _braced(column.total), SUM, CENTRE, BAND)
        if column.total:
            datum(
                page,
                f"{letter}{proof}",
                f'=IF(SUM({letter}{row}:{letter}{row})=SUM({letter}{total}),"平","不平")',
                FINE,
            )
        else:
            datum(page, f"{letter}{proof}", "各行相加" if is_name else None, FINE)
    for line in (row, total):
        datum(page, f"{last}{line}", check.format(**{key: f"{letter}{line}" for key, letter in cells.items()}), HEADING)
    faint_zeros(page, f"C{row}:{get_column_letter(len(columns) - 1)}{row}")
    verdicts(page.sheet, f"{last}{row}:{last}{total}")
    waiting(page, f"{last}{row}:{last}{total}")
    verdicts(page.sheet, f"C{proof}:{get_column_letter(len(columns) - 1)}{proof}")
    closing(page, last, notes)
    landscape(page, last, bottom, "C")


def _braced(mark: str) -> str | None:
    return f"{{{{ {mark} }}}}" if mark else None


def datum(
    page: Page,
    where: str,
    value: object,
    font: Font,
    alignment: Alignment = CENTRE,
    fill: PatternFill | None = None,
) -> None:
    """A cell of whole numbers."""
    page.box(where, value, font, alignment, fill).number_format = "#,##0"


def faint_zeros(page: Page, area: str) -> None:
    """Zeros are printed, but step back behind the numbers."""
    page.sheet.conditional_formatting.add(area, CellIsRule(operator="equal", formula=["0"], font=Font(color=FAINT)))


def waiting(page: Page, area: str) -> None:
    """待归类 in the colour of a warning."""
    ink, ground = palette.LEVEL_INKS["warning"], palette.fill(palette.LEVEL_FILLS["warning"])
    rule = CellIsRule(operator="equal", formula=['"待归类"'], font=Font(color=ink, bold=True), fill=ground)
    page.sheet.conditional_formatting.add(area, rule)


def closing(page: Page, last: str, notes: Sequence[str]) -> None:
    """Notes and signatures."""
    page.line(5)
    for note in notes:
        row = page.line(15)
        page.box(f"A{row}:{last}{row}", note, FINE, Alignment("left", "center"), border=_NONE)
    page.line(5)
    row = page.line(22)
    line = Border(top=Side(style="thin", color=palette.MUTED))
    for area, words in (
        (f"A{row}:F{row}", "负责人：{{ 负责人 }}"),
        (f"G{row}:M{row}", "复核人：{{ 复核人 }}"),
        (f"N{row}:{last}{row}", "填报人：{{ 填报人 }}"),
    ):
        page.box(area, words, HEADING, LEFT, border=line)


def landscape(page: Page, last: str, heads: int, frozen: str) -> None:
    """A4 landscape, one page wide, heads repeated on every page and kept in sight on the screen."""
    print_setup(page.sheet, f"A1:{last}{page.row - 1}", f"1:{heads}")
    page.sheet.page_setup.orientation = "landscape"
    page.sheet.page_margins.left = page.sheet.page_margins.right = 0.4
    page.sheet.freeze_panes = f"{frozen}{heads + 1}"
    page.sheet.sheet_view.zoomScale = 100
