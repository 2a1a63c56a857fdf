"""The template of 投诉业务类别与原因统计表: 大类, 中类, 小类 with a subtotal on every level, by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matrices import (
    DATUM,
    HEADING,
    SUM,
    Heading,
    closing,
    datum,
    faint_zeros,
    landscape,
    letters,
    merged_heads,
    short_reason,
    title_rows,
)  # fmt: skip
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from pages import BAND, CENTRE, FINE, LABEL, NAME, PALE, Page, verdicts

from xiaobao_xl.categories import Category
from xiaobao_xl.figures.axes import members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

UNDIVIDED = "未细分"
LEVELS = {"大类": 1, "中类": 2, "小类": "leaf"}
NOTES = (
    "说明：1. 大类以台账“投诉业务类别”为准，中类、小类取自“业务类别明细”；明细未填、或不在该大类之下的，列“未细分”。中类、小类只列公开见到过的。",
    "2. 有下级的行为小计，等于其下各行之和；“核对”核对本行各原因之和与下级之和。投诉原因按 JR/T 0169-2018 的大类，表头略去“因……引起的投诉”。",
    "3. 已合并的重复投诉随主件计一次；每个数字对应的投诉编号见同名底稿。本表版式为自行设计，报送前请与监管部门现行表样核对。",
)


@dataclass
class Line:
    """One row: what it counts, and the rows it is the sum of.

    Attributes:
        depth: 1 大类, 2 中类, 3 小类.
        level: 大类, 中类 or 小类: which figures count it.
        member: id of the category.
        label: its name.
        parts: places of the rows below it that make it up.
    """

    depth: int
    level: str
    member: str
    label: str
    parts: list[int]


def draw(rules: Rules, report: Report) -> Workbook:
    """One sheet."""
    schema = rules.registers[report.register]
    line, reasons = schema.columns["product_line"], members(schema.columns["reason"], "reported", rules.categories)
    titles = {level: members(line, cut, rules.categories) for level, cut in LEVELS.items()}
    workbook = Workbook()
    workbook.worksheets[0].title = "业务类别与原因"
    page = Page(workbook.worksheets[0], report)
    columns = [
        *(Heading(("投诉业务类别", level), width=width) for level, width in zip(LEVELS, (4, 4, 23), strict=True)),
        Heading(("合计",), is_sum=True, width=7.5, key="total"),
        *(Heading(("投诉原因", short_reason(title)), key=name) for name, title in reasons.items()),
        Heading(("核对",), width=6),
    ]
    last = get_column_letter(len(columns))
    title_rows(page, report.title, last)
    bottom, top = merged_heads(page, columns), page.row
    rows = [
        *lines(rules.categories[line.scheme].codes, 1),
        *(Line(1, "大类", name, name, []) for name in (UNFILLED, UNKNOWN)),
    ]
    for found in rows:
        row(page, found, titles, reasons, letters(columns), top)
    totals(page, rows, reasons, letters(columns), top)
    area = f"E{top}:{get_column_letter(len(columns) - 1)}{page.row - 3}"
    faint_zeros(page, area)
    verdicts(page.sheet, f"D{top}:{last}{page.row - 1}")
    closing(page, last, NOTES)
    landscape(page, last, bottom, "E")
    return workbook


def lines(codes: Mapping[str, Category], depth: int, at: int = 0) -> list[Line]:
    """A category, what stands below it, and what is not divided, from the top down; `at` is the place of the first."""
    found: list[Line] = []
    level = list(LEVELS)[depth - 1]
    for name, category in codes.items():
        here = Line(depth, level, name, category.title, [])
        found.append(here)
        if category.codes:
            below = lines(category.codes, depth + 1, at + len(found))
            below.append(Line(depth + 1, list(LEVELS)[depth], name, UNDIVIDED, []))
            here.parts = [at + len(found) + place for place, one in enumerate(below) if one.depth == depth + 1]
            found += below
    return found


def row(
    page: Page,
    line: Line,
    titles: Mapping[str, Mapping[str, str]],
    reasons: Mapping[str, str],
    cells: Mapping[str, str],
    top: int,
) -> None:
    """A category: its name under its level, its sum, its reasons, and whether they agree."""
    number = page.line(17 if line.depth > 1 else 19)
    is_sum = bool(line.parts)
    font, fill = (SUM, BAND) if is_sum else (DATUM, None)
    for letter in "ABC"[: line.depth - 1]:
        page.box(f"{letter}{number}", None, HEADING)
    first = "ABC"[line.depth - 1]
    area = f"{first}{number}:C{number}" if first != "C" else f"C{number}"
    words = line.label + (" 小计" if is_sum else "")
    is_faint = line.label in {UNDIVIDED, UNFILLED, UNKNOWN}
    page.box(area, words, LABEL if is_faint else HEADING, NAME, PALE if is_sum and line.depth == 1 else fill)
    title = titles[line.level][line.member]
    datum(page, f"{cells['total']}{number}", f"{{{{ 按{line.level}[{title}] }}}}", SUM, CENTRE, BAND)
    for name, reason in reasons.items():
        datum(page, f"{cells[name]}{number}", f"{{{{ 原因与{line.level}[{reason}][{title}] }}}}", font, CENTRE, fill)
    verdict(page, number, reasons, cells, [top + part for part in line.parts])


def verdict(
    page: Page, number: int, reasons: Sequence[str] | Mapping[str, str], cells: Mapping[str, str], parts: Sequence[int]
) -> None:
    """The row is the sum of its reasons, and of the rows below it."""
    first, last = (cells[name] for name in (next(iter(reasons)), list(reasons)[-1]))
    tests = [f"{cells['total']}{number}=SUM({first}{number}:{last}{number})"]
    if parts:
        letter = cells["total"]
        tests.append(f"{letter}{number}=SUM({','.join(f'{letter}{part}' for part in parts)})")
    after = get_column_letter(len(reasons) + 5)
    datum(page, f"{after}{number}", f'=IF(AND({",".join(tests)}),"平","不平")', HEADING)


def totals(page: Page, rows: Sequence[Line], reasons: Mapping[str, str], cells: Mapping[str, str], top: int) -> None:
    """合计, and below it whether the 大类 make it."""
    number, proof = page.line(21), page.line(17)
    groups = [top + place for place, line in enumerate(rows) if line.depth == 1]
    page.box(f"A{number}:C{number}", "合计", SUM, CENTRE, BAND)
    page.box(f"A{proof}:C{proof}", "各大类相加", FINE)
    for name, letter in cells.items():
        mark = "投诉量合计" if name == "total" else f"按原因[{reasons[name]}]"
        datum(page, f"{letter}{number}", f"{{{{ {mark} }}}}", SUM, CENTRE, BAND)
        added = ",".join(f"{letter}{group}" for group in groups)
        datum(page, f"{letter}{proof}", f'=IF(SUM({added})={letter}{number},"平","不平")', FINE)
    verdict(page, number, reasons, cells, groups)
    page.box(f"{get_column_letter(len(reasons) + 5)}{proof}", None, FINE)
