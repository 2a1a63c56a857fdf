"""Sheets that list complaints, one line each, under a small head of totals; landscape. Used by draw_templates.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from pages import (
    BAND,
    CENTRE,
    FINE,
    LABEL,
    LARGE,
    LEFT,
    NAME,
    PALE,
    RIGHT,
    SONG,
    STRONG,
    TEXT,
    TITLE,
    Page,
    nil_mark,
    print_setup,
)  # fmt: skip

from xiaobao_xl.figures.kinds import Listing
from xiaobao_xl.reports import Report
from xiaobao_xl.workbook import palette

Kind = Literal["text", "name", "day", "number", "money", "id"]
_FORMATS = {"day": "yyyy-mm-dd", "number": "0;[Red]-0", "money": "#,##0.00", "id": "@"}
_NONE = Border()


@dataclass(frozen=True)
class Line:
    """One column of the list.

    Attributes:
        heading: what stands above it.
        mark: title of the list's column; '' for one to be filled in by hand.
        width: in digits.
        kind: how it is shown; `text` is set to the left and broken into lines.
    """

    heading: str
    mark: str
    width: float
    kind: Kind = "name"


def listing_sheet(
    report: Report, name: str, tiles: Sequence[str], lines: Sequence[Line], notes: Sequence[str]
) -> Workbook:
    """The whole template.

    Args:
        report: the report.
        name: id of its list.
        tiles: figures of the head.
        lines: columns of the list; 序号 is put before them.
        notes: sentences below.
    """
    workbook = Workbook()
    page = Page(workbook.worksheets[0], report)
    page.sheet.title = "清单"
    columns = (Line("序号", "序号", 6, "number"), *lines)
    for place, line in enumerate(columns, start=1):
        page.sheet.column_dimensions[get_column_letter(place)].width = line.width
    last = get_column_letter(len(columns))
    _head(page, last, len(columns))
    _tiles(page, tiles, [line.width for line in columns])
    page.line(8)
    top = _table(page, report.figures[name], columns)
    _closing(page, last, notes, [line.width for line in columns])
    print_setup(page.sheet, f"A1:{last}{page.row - 1}", f"1:{top}")
    page.sheet.page_setup.orientation = "landscape"
    page.sheet.freeze_panes = f"A{top + 1}"
    return workbook


def _head(page: Page, last: str, count: int) -> None:
    """Title, period, who reports."""
    middle, after = get_column_letter(count // 2), get_column_letter(count // 2 + 1)
    page.box(f"A1:{last}1", page.report.title, TITLE, border=_NONE)
    page.box(
        f"A2:{last}2",
        f"{{{{ 统计期间 }}}}（{{{{ 起止日期 }}}}）{nil_mark(page.report)}",
        Font(name=SONG, size=11, color=palette.INK),
        border=_NONE,
    )
    page.box(f"A3:{middle}3", "填报单位：{{ 填报单位 }}", TEXT, LEFT, border=_NONE)
    page.box(f"{after}3:{last}3", "统计时点：{{ 统计时点 }}", TEXT, RIGHT, border=_NONE)
    for height in (34, 20, 20):
        page.line(height)


def _tiles(page: Page, names: Sequence[str], widths: Sequence[float]) -> None:
    """One row of labels, one of numbers, spread over the columns."""
    labels, numbers = page.line(18), page.line(30)
    for (first, end), name in zip(spread(widths, len(names)), names, strict=True):
        spec = page.report.figures[name]
        unit = f"（{spec.unit}）" if spec.unit not in {"件", "%"} else ""
        page.box(_across(first, end, labels), spec.title + unit, LABEL, fill=PALE)
        page.mark(_across(first, end, numbers), name, font=LARGE)


def spread(widths: Sequence[float], count: int) -> list[tuple[str, str]]:
    """Neighbouring columns in so many groups of about the same width: first and last letter of each.

    >>> spread([6, 10, 10, 6], 2)
    [('A', 'B'), ('C', 'D')]
    """
    edges, total, passed = [0], sum(widths), 0.0
    for place, width in enumerate(widths):
        passed += width
        is_full = passed >= total * len(edges) / count - width / 2
        if len(edges) < count and (is_full or len(widths) - place - 1 == count - len(edges)):
            edges.append(place + 1)
    edges.append(len(widths))
    return [(get_column_letter(first + 1), get_column_letter(end)) for first, end in pairwise(edges)]


def _across(first: str, last: str, row: int) -> str:
    return f"{first}{row}" if first == last else f"{first}{row}:{last}{row}"


def _table(page: Page, figure: Listing, columns: Sequence[Line]) -> int:
    """Headings, the repeated row, and the number of complaints; gives the row of the headings."""
    top, row, foot = page.line(24), page.row, page.row + 1
    page.row += 2  # the repeated row has no height of its own, so that long texts show in full
    page.sheet.row_dimensions[foot].height = 20
    for place, line in enumerate(columns, start=1):
        letter = get_column_letter(place)
        page.box(f"{letter}{top}", line.heading, LABEL, fill=PALE)
        mark = f"{{{{ {figure.title}.{line.mark} }}}}" if line.mark else None
        cell = page.box(f"{letter}{row}", mark, TEXT, NAME if line.kind == "text" else CENTRE)
        cell.number_format = _FORMATS.get(line.kind, "General")
        if line.mark == "时限状态":
            late = FormulaRule(
                formula=[f'OR({letter}{row}="已超期",{letter}{row}="超期办结")'],
                font=Font(color=palette.LEVEL_INKS["error"], bold=True),
            )
            page.sheet.conditional_formatting.add(f"{letter}{row}:{letter}{row}", late)
    last = get_column_letter(len(columns))
    page.box(f"A{foot}:{last}{foot}", f"合计 {{{{ {figure.title} }}}} 件", STRONG, fill=BAND)
    return top


def _closing(page: Page, last: str, notes: Sequence[str], widths: Sequence[float]) -> None:
    """Notes and signatures."""
    page.line(7)
    for note in notes:
        row = page.line(15)
        page.box(f"A{row}:{last}{row}", note, FINE, Alignment("left", "center"), border=_NONE)
    page.line(6)
    row = page.line(22)
    words = ("负责人：{{ 负责人 }}", "复核人：{{ 复核人 }}", "填报人：{{ 填报人 }}")
    for (first, end), text in zip(spread(widths, 3), words, strict=True):
        line = Border(top=Side(style="thin", color=palette.MUTED))
        page.box(_across(first, end, row), text, TEXT, LEFT, border=line)
