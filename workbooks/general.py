"""The template of a report that has no module of its own, drawn from the rules alone.

Numbers that are not split stand in tiles; figures split along one coded column side by side in a table; those split along
a column of free text, or along two columns, on a sheet of their own with a row for each unit; lists line by line. The
cross-foots close the first sheet, with the note of the report and the line for signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pages
from annexes import Cells, fine, head, list_sheet, total_of, unit_sheet
from openpyxl import Workbook
from openpyxl.styles import Border, Side
from openpyxl.worksheet.pagebreak import Break
from pages import (
    BAND,
    GAP,
    LABEL,
    LARGE,
    LAST,
    LEFT,
    NAME,
    PALE,
    STRONG,
    TEXT,
    Page,
    across,
    number_format,
    place,
    print_setup,
    verdicts,
)  # fmt: skip
from plans import Group, Plan, headings, plan_of

from xiaobao_xl.figures.axes import UNDIVIDED
from xiaobao_xl.figures.kinds import split_term
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import palette

_TILES = {
    1: ("A:M",), 2: ("A:G", "H:M"), 3: ("A:D", "E:I", "J:M"), 4: ("A:C", "D:G", "H:J", "K:M"),
    5: ("A:B", "C:D", "E:H", "I:J", "K:M"), 6: ("A:B", "C:D", "E:G", "H:I", "J:K", "L:M"),
}  # fmt: skip
_SLOTS = ("E", "F:G", "H", "I", "J", "K", "L", "M")  # columns of a table as wide as the page, its names in A:D
_NUMERALS = "一二三四五六七八九十"
_PAGE = 860  # points of height that a printed page holds at the scale of the sheet
_NONE = Border()


@dataclass(frozen=True)
class _Side:
    """Where a table stands.

    Attributes:
        names: columns of the members' names.
        areas: columns of each figure.
    """

    names: str
    areas: Sequence[str]


def draw(rules: Rules, report: Report) -> Workbook:
    """The whole template."""
    schema = rules.registers[report.register]
    plan = plan_of(report, schema, rules.categories)
    workbook = Workbook()
    page = Page(workbook.worksheets[0], report)
    page.sheet.title = "统计表"
    for letter in "ABCDEFGHIJKLM":
        page.sheet.column_dimensions[letter].width = 1.6 if letter == GAP else 8.6
    cells, numbers = Cells(), iter(_NUMERALS)
    head(page, plan, report.title, LAST)
    if plan.undivided:
        _section(page, f"{next(numbers)}、总体情况")
        _overview(page, plan.undivided, cells)
    for pair in _paired(report, plan.groups):
        _tables(page, pair, [f"{next(numbers)}、{group.title}" for group in pair], cells)
    for number, group in enumerate(plan.open + plan.matrices, start=1):
        unit_sheet(workbook, plan, group, number, report, cells)
    for number, name in enumerate(plan.lists, start=1):
        list_sheet(workbook, plan, name, number, report, schema)
    _checks(page, rules, cells, next(numbers))
    _closing(page, plan, LAST)
    print_setup(page.sheet, f"A1:{LAST}{page.row - 1}", "1:3")
    return workbook


def _section(page: Page, *titles: str, rows: float = 0) -> None:
    """A section's heading, on a new page where the section would not fit on this one."""
    printed = [page.sheet.row_dimensions[row].height or 15 for row in range(_first_on_page(page), page.row)]
    if rows and sum(printed) + rows > _PAGE:
        page.sheet.row_breaks.append(Break(id=page.row - 1))
    page.section(*titles)


def _first_on_page(page: Page) -> int:
    return page.sheet.row_breaks.brk[-1].id + 1 if page.sheet.row_breaks.brk else 1


def _overview(page: Page, names: Sequence[str], cells: Cells) -> None:
    """Tiles, at most six in a row."""
    left = list(names)
    for count in _rows(len(names)):
        _tiles(page, left[:count], large=len(left) == len(names))
        del left[:count]
    cells.whole |= page.cells


def _rows(count: int) -> list[int]:
    """Tiles of each row: as few rows as there can be, of 6, 4 or 3 tiles, which fill the width evenly.

    >>> _rows(16), _rows(7), _rows(5)
    ([6, 6, 4], [4, 3], [5])
    """
    if count < 7:
        return [count]
    options = ([first, *_rows(count - first)] for first in (6, 4, 3))
    return min(options, key=lambda rows: (sum(row not in {6, 4, 3} for row in rows), len(rows)))


def _tiles(page: Page, names: Sequence[str], *, large: bool) -> None:
    labels, numbers = page.line(18), page.line(34 if large else 25)
    for area, name in zip(_TILES[len(names)], names, strict=True):
        spec = page.report.figures[name] if name in page.report.figures else page.report.bases[name]
        unit = f"（{spec.unit}）" if spec.unit not in {"件", "%", ""} else ""
        place(page, area, labels, spec.title + unit, LABEL, fill=PALE)
        page.mark(across(area, numbers), name, font=LARGE if large else pages.NUMBER)


def _paired(report: Report, groups: Sequence[Group]) -> list[list[Group]]:
    """Tables in the order they are drawn; two narrow ones of about the same length side by side."""
    narrow = sorted((g for g in groups if _is_narrow(report, g)), key=lambda group: len(group.rows))
    pairs = [narrow[first : first + 2] for first in range(0, len(narrow), 2)]
    return [*pairs, *([group] for group in groups if group not in narrow)]


def _is_narrow(report: Report, group: Group) -> bool:
    longest = max(map(len, [*group.rows, *headings(report, group.figures)]))
    return len(group.figures) <= 2 and longest <= 16 or len(group.figures) == 3 and longest <= 11  # noqa: RUF021


def _tables(page: Page, pair: Sequence[Group], titles: Sequence[str], cells: Cells) -> None:
    """One table as wide as the page, or two of half its width."""
    longest = max(len(group.rows) for group in pair)
    _section(page, *titles, rows=33 + 18 * (longest + 2))
    sides = [_wide(len(pair[0].figures))] if len(pair) == 1 else [_half("A", pair[0]), _half("H", pair[1])]
    top = page.row
    for _ in range(longest + 2):
        page.line(18)
    page.sheet.row_dimensions[top].height = 24
    for group, side in zip(pair, sides, strict=True):
        _table(page, group, side, top, top + longest + 1, cells)


def _half(first: str, group: Group) -> _Side:
    letters = [chr(ord(first) + step) for step in range(6)]
    names = 4 if len(group.figures) < 3 else 3
    areas = letters[names:] if len(group.figures) > 1 else [f"{letters[4]}:{letters[5]}"]
    return _Side(f"{letters[0]}:{letters[names - 1]}", areas)


def _wide(count: int) -> _Side:
    if count > len(_SLOTS):
        raise ValueError(f"more than {len(_SLOTS)} figures split along one column do not fit beside each other")
    edges = [round(len(_SLOTS) * step / count) for step in range(count + 1)]
    parts = [[letter for slot in _SLOTS[a:b] for letter in slot.split(":")] for a, b in pairwise(edges)]
    return _Side("A:D", [part[0] if len(part) == 1 else f"{part[0]}:{part[-1]}" for part in parts])


def _table(page: Page, group: Group, side: _Side, top: int, bottom: int, cells: Cells) -> None:
    """Heading, members, blank down to a 合计."""
    report = page.report
    place(page, side.names, top, group.title.removeprefix("按"), LABEL, fill=PALE)
    for area, words in zip(side.areas, headings(report, group.figures), strict=True):
        place(page, area, top, words, LABEL, fill=PALE)
    for row in range(top + 1, bottom):
        title = group.rows[row - top - 1] if row - top <= len(group.rows) else ""
        faint = title in {UNFILLED, UNKNOWN} or UNDIVIDED in title
        place(page, side.names, row, title or None, LABEL if faint else TEXT, NAME)
        for area, name in zip(side.areas, group.figures, strict=True):
            if title:
                cells.member[name, title] = page.mark(across(area, row), name, title, font=TEXT).coordinate
            else:
                place(page, area, row, None, TEXT)
    place(page, side.names, bottom, "合计", STRONG, fill=BAND)
    for area, name in zip(side.areas, group.figures, strict=True):
        total = total_of(report, name, area.split(":")[0], top + 1, bottom - 1)
        cell = place(page, area, bottom, total, STRONG, fill=BAND)
        cell.number_format = number_format(report.figures[name])
        cells.whole[name] = cell.coordinate


def _checks(page: Page, rules: Rules, cells: Cells, numeral: str) -> None:
    """The cross-foots, as formulas over the cells above and on the other sheets."""
    report = page.report
    relations = [
        (foot.title, *sides)
        for foot in report.cross_foots.values()
        if all(sides := [_sum(rules, report, cells, terms) for terms in (foot.left, foot.right)])
    ]
    if not relations:
        return
    _section(page, f"{numeral}、勾稽核对", rows=33 + 18 * (len(relations) + 1))
    row = page.line(18)
    for area, heading in (("A:G", "勾稽关系"), ("H:I", "左边"), ("J:K", "右边"), ("L:M", "结论")):
        place(page, area, row, heading, LABEL, fill=PALE)
    first = page.row
    for words, left, right in relations:
        row = page.line(30 if len(words) > 30 else 18)
        place(page, "A:G", row, words, TEXT, NAME)
        for area, side in (("H:I", left), ("J:K", right)):
            place(page, area, row, side, TEXT).number_format = "#,##0.##;-#,##0.##" if "." in side else "#,##0"
        place(page, "L:M", row, f'=IF(ROUND(H{row}-J{row},2)=0,"平","不平")', STRONG)
    verdicts(page.sheet, f"L{first}:L{page.row - 1}")


def _sum(rules: Rules, report: Report, cells: Cells, terms: Sequence[str]) -> str:
    """A formula that adds up terms of a cross-foot; '' where one of them stands in no cell."""
    found = []
    for term in terms:
        name, inside = split_term(term)
        titles = [_title(rules, report, name, member) for member in inside]
        found.append(
            cells.member.get((name, titles[0])) if len(titles) == 1 else None if titles else cells.whole.get(name)
        )
    return "=" + "+".join(map(str, found)) if all(found) else ""


def _title(rules: Rules, report: Report, name: str, member: str) -> str:
    """Title of a member that a term names by its id."""
    schema = rules.registers[report.register]
    spec = schema.columns[report.figures[name].by[0]] if report.figures[name].by else None
    if spec is None:
        return member
    if spec.scheme:
        return rules.categories[spec.scheme].title_of(member)
    return spec.values[member][0] if member in spec.values else member


def _closing(page: Page, plan: Plan, last: str) -> None:
    """Notes and signatures."""
    notes = [
        "“—”表示无法计算，原因见底稿；占比四舍五入显示一位小数，各项之和与100%可有尾差。",
        "每个数字对应的台账行见同名底稿。",
    ]
    if page.report.note:
        notes.append(page.report.note.rstrip("。") + "。")
    fine(page, last, [f"{'说明：' if not number else ''}{number + 1}. {note}" for number, note in enumerate(notes)])
    signed = [(words, plan.texts[kind]) for kind, words in _SIGNED.items() if kind in plan.texts]
    if not signed:
        return
    page.line(6)
    row = page.line(22)
    line = Border(top=Side(style="thin", color=palette.MUTED))
    for area, (words, title) in zip(_TILES[len(signed)], signed, strict=True):
        page.box(across(area, row), f"{words}：{{{{ {title} }}}}", TEXT, LEFT, border=line)


_SIGNED = {"approved_by": "负责人", "reviewed_by": "复核人", "prepared_by": "填报人"}
