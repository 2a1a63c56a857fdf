"""The sheets behind the first one of a general template: a row for each unit, a line for each row of a list.

And what all its sheets share. Used by general.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pages
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font
from openpyxl.utils import get_column_letter
from pages import (
    BAND,
    CENTRE,
    FINE,
    LABEL,
    LEFT,
    NAME,
    PALE,
    RIGHT,
    SONG,
    STRONG,
    TEXT,
    TITLE,
    Page,
    number_format,
    print_setup,
)  # fmt: skip
from plans import ADDITIVE, Group, Plan, headings

from xiaobao_xl.figures import kinds as figure_kinds
from xiaobao_xl.registers import Schema
from xiaobao_xl.reports import Report
from xiaobao_xl.workbook import palette

_NONE = Border()


@dataclass
class Cells:
    """Where figures stand, for the cross-foots.

    Attributes:
        whole: figure → address of its number or total.
        member: (figure, title of a member) → address.
    """

    whole: dict[str, str] = field(default_factory=dict)
    member: dict[tuple[str, str], str] = field(default_factory=dict)


def head(page: Page, plan: Plan, title: str, last: str) -> None:
    """Title, period, who reports."""
    nil = getattr(pages, "nil_mark", lambda _: "")(page.report)
    period = "（".join(f"{{{{ {plan.texts[kind]} }}}}" for kind in ("period", "dates") if kind in plan.texts)
    count = sum(1 for _ in page.sheet[f"A1:{last}1"][0])
    left = max(count // 2, min(2, count - 1))  # the first column of most sheets is narrow
    middle, after = get_column_letter(left), get_column_letter(left + 1)
    page.box(f"A1:{last}1", title, TITLE, border=_NONE)
    closed = "）" if {"period", "dates"} <= set(plan.texts) else ""
    page.box(f"A2:{last}2", f"{period}{closed}{nil}", Font(name=SONG, size=11, color=palette.INK), border=_NONE)
    page.box(f"A3:{middle}3", _named(plan, "institution", "填报单位"), TEXT, LEFT, border=_NONE)
    page.box(f"{after}3:{last}3", _named(plan, "as_of", "统计时点"), TEXT, RIGHT, border=_NONE)
    for height in (34, 20, 20):
        page.line(height)


def _named(plan: Plan, kind: str, words: str) -> str:
    return f"{words}：{{{{ {plan.texts[kind]} }}}}" if kind in plan.texts else ""


def total_of(report: Report, name: str, letter: str, first: int, last: int) -> str:
    """A sum where members add up; otherwise the figure over all of them."""
    figure = report.figures[name]
    return f"=SUM({letter}{first}:{letter}{last})" if isinstance(figure, ADDITIVE) else f"{{{{ {figure.title} }}}}"


def unit_sheet(workbook: Workbook, plan: Plan, group: Group, number: int, report: Report, cells: Cells) -> None:
    """附表: one row for each member of the first column; for two columns the members of the second across."""
    page = Page(workbook.create_sheet(f"附表{number} {group.title}"[:31]), report)
    columns = _matrix(report, group) if group.columns else _columns(report, group)
    letters = _letters(len(columns) + 2)
    width = max(9.0, min(16.0, (98 if len(columns) < 8 else 150) / (len(columns) + 3)))
    for letter, size in zip(letters, [6.0, 26.0, *[width] * len(columns)], strict=True):
        page.sheet.column_dimensions[letter].width = size
    head(page, plan, f"附表{number}　{group.title}", letters[-1])
    page.line(6)
    top = page.line(30)
    first_column = group.title.removeprefix("按").split("与")[0]
    for letter, words in zip(letters, ["序号", first_column, *(column[0] for column in columns)], strict=True):
        page.box(f"{letter}{top}", words, LABEL, fill=PALE)
    _unit_rows(page, group, columns)
    _unit_total(page, group, columns, top + 1, cells)
    fine(page, letters[-1], ["各行名称以台账所填为准；台账为空的列“未填写”。"])
    print_setup(page.sheet, f"A1:{letters[-1]}{page.row - 1}", f"1:{top}")
    page.sheet.freeze_panes = f"C{top + 1}"
    if len(columns) > 7:
        page.sheet.page_setup.orientation = "landscape"


def _unit_rows(page: Page, group: Group, columns: Sequence[tuple[str, str, str]]) -> None:
    """A row for each known member, or the one that is repeated for those that occur."""
    first = page.report.figures[group.figures[0]].title
    for number, title in enumerate(group.rows or [""], start=1):
        row = page.line(20)
        page.box(f"A{row}", number if title else f"{{{{ {first}.序号 }}}}", TEXT)
        page.box(f"B{row}", title or f"{{{{ {first}.名称 }}}}", TEXT, NAME)
        for letter, (_, name, mark) in zip(_letters(len(columns) + 2)[2:], columns, strict=True):
            text = mark.replace("[row]", f"[{title}]" if title else "")
            page.box(f"{letter}{row}", text, TEXT).number_format = number_format(page.report.figures[name])


def _unit_total(page: Page, group: Group, columns: Sequence[tuple[str, str, str]], start: int, cells: Cells) -> None:
    """The row 合计, and where it stands."""
    foot, sheet = page.line(21), page.sheet.title
    page.box(f"A{foot}", None, STRONG, fill=BAND)
    page.box(f"B{foot}", "合计", STRONG, fill=BAND)
    for letter, (_, name, _) in zip(_letters(len(columns) + 2)[2:], columns, strict=True):
        total = f"=SUM({letter}{start}:{letter}{foot - 1})"
        if not group.columns:
            total = total_of(page.report, name, letter, start, foot - 1)
            cells.whole[name] = f"'{sheet}'!{letter}{foot}"
        page.box(f"{letter}{foot}", total, STRONG, fill=BAND).number_format = number_format(page.report.figures[name])
    if group.columns:
        cells.whole[group.figures[0]] = f"SUM('{sheet}'!C{foot}:{get_column_letter(2 + len(group.columns))}{foot})"


def _columns(report: Report, group: Group) -> list[tuple[str, str, str]]:
    """Heading, figure and mark of each column of a table over one column of free text."""
    words = headings(report, group.figures)
    return [
        (word, name, f"{{{{ {report.figures[name].title}.值 }}}}")
        for word, name in zip(words, group.figures, strict=True)
    ]


def _matrix(report: Report, group: Group) -> list[tuple[str, str, str]]:
    """Likewise for each member of the second column, figure by figure."""
    several = len(group.figures) > 1
    return [
        (f"{report.figures[name].title} {title}" if several else title, name, f"{{{{ {report.figures[name].title}[row][{title}] }}}}")
        for name in group.figures
        for title in group.columns
    ]  # fmt: skip


def _letters(count: int) -> list[str]:
    return [get_column_letter(number + 1) for number in range(count)]


def list_sheet(workbook: Workbook, plan: Plan, name: str, number: int, report: Report, schema: Schema) -> None:
    """清单: one line for each row of the register behind a figure."""
    figure = report.figures[name]
    page = Page(workbook.create_sheet(f"清单{number}"), report)
    lines = [_list_column(schema, column) for column in figure.list]  # type: ignore[attr-defined]
    last = get_column_letter(len(lines) + 1)
    for letter, width in zip(_letters(len(lines) + 1), [6.0, *(width for _, width, _ in lines)], strict=True):
        page.sheet.column_dimensions[letter].width = width
    head(page, plan, figure.title, last)
    page.line(6)
    is_long = any(column.endswith(".explanation") for column in figure.list)  # type: ignore[attr-defined]
    top, row, foot = page.line(24), page.line(66 if is_long else 30), page.line(21)
    for letter, (words, _, shape) in zip(_letters(len(lines) + 1), [("序号", 6, "0"), *lines], strict=True):
        page.box(f"{letter}{top}", words, LABEL, fill=PALE)
        cell = page.box(
            f"{letter}{row}", f"{{{{ {figure.title}.{words} }}}}", TEXT, CENTRE if shape != "General" else NAME
        )
        cell.number_format = shape
    page.box(f"A{foot}:{last}{foot}", f"合计 {{{{ {figure.title} }}}} 行", STRONG, fill=BAND)
    print_setup(page.sheet, f"A1:{last}{page.row - 1}", f"1:{top}")
    page.sheet.page_setup.orientation = "landscape"
    page.sheet.freeze_panes = f"A{top + 1}"


def _list_column(schema: Schema, column: str) -> tuple[str, float, str]:
    """Heading, width and number format of a column of a list."""
    part = column.partition(".")[2]
    if part:
        words = getattr(figure_kinds, "DEADLINE_PARTS", {}).get(part, part)
        return words, 52 if part == "explanation" else 12, "yyyy-mm-dd" if part == "due_on" else "General"
    spec = schema.columns[column]
    shapes = {
        "date": ("yyyy-mm-dd", 12),
        "moment": ("yyyy-mm-dd hh:mm", 17),
        "number": ("#,##0.00", 13),
        "integer": ("0", 9),
    }
    shape, width = shapes.get(spec.type, ("@", 17) if spec.type in {"code", "identity"} else ("General", 18))
    return spec.title, width, shape


def fine(page: Page, last: str, notes: Sequence[str]) -> None:
    """Notes in small print."""
    page.line(6)
    for note in notes:
        row = page.line(15 if len(note) < 60 else 27)
        page.box(f"A{row}:{last}{row}", note, FINE, Alignment("left", "center", wrap_text=True), border=_NONE)
