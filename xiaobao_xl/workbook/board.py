"""The sheet 时限看板: what must be done today, how old the open complaints are, who has how many."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.worksheet.hyperlink import Hyperlink

from xiaobao_xl.deadlines import STATUS_TITLES
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, dress, lines_needed, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TITLE: Final = "时限看板"
MOST_ROWS: Final = 1_000
AGES: Final = ((0, 7), (8, 15), (16, 30), (31, 60), (61, None))
_WIDTHS: Final = (11, 10, 13, 20, 20, 20, 12, 13, 60)
_LETTERS: Final = "ABCDEFGHI"
# Other words than a register's own, or the copy's board would pass for a register when the copy is checked again.
_TODAY_HEADS: Final = (
    "紧急程度",
    "剩余天数",
    "届满日",
    "投诉编号",
    "时限事项",
    "所在机构",
    "承办人",
    "何时收到",
    "怎样算出",
)
_UNIT_HEADS: Final = ("所在机构", "", "", "承办人", "待办事项", "其中已超期", "7日内到期", "暂停中", "最紧急的一件")
_UNDECIDED: Final = frozenset({"insufficient", "no_calendar", "no_rule"})
_GROUPS: Final[tuple[tuple[str, Callable[[int], bool], str, str], ...]] = (
    ("已超期", lambda left: left < 0, palette.LEVEL_FILLS["error"], palette.LEVEL_INKS["error"]),
    ("今日到期", lambda left: left == 0, palette.LEVEL_FILLS["warning"], palette.LEVEL_INKS["warning"]),
    ("1至3日到期", lambda left: 1 <= left <= 3, palette.LEVEL_FILLS["note"], palette.LEVEL_INKS["note"]),
    ("4至7日到期", lambda left: 4 <= left <= 7, palette.PALE, palette.INK),
)
_CARDS: Final = ("A:B", "C:C", "D:D", "E:E", "F:F", "G:H")


def draw(drawing: Drawing, rows: Sequence[DueRow], as_of: date, *, file: str = "") -> None:
    """Add the sheet 时限看板.

    Args:
        drawing: workbook to add it to; links lead to the registers' sheets in it.
        rows: one per complaint and deadline, closed ones too.
        as_of: the day the question is asked.
        file: name of the register's file, for the head.
    """
    sheet = drawing.sheet(TITLE)
    for letter, width in zip(_LETTERS, _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    palette.print_landscape(sheet)
    waiting = [row for row in rows if row.is_open]
    _head(sheet, rows, waiting, as_of, file)
    row = _ages(sheet, 7, waiting, as_of)
    row = _today(sheet, row, waiting)
    _units(sheet, row, waiting)


def group(row: DueRow) -> str:
    """The group of an open row: 已超期, 今日到期, 1至3日到期, 4至7日到期 or ''.

    >>> group(DueRow(key="TS1", deadline="decision", title="", status="due_soon", days_left=2))
    '1至3日到期'
    """
    if row.days_left is None:
        return ""
    return next((title for title, holds, _, _ in _GROUPS if holds(row.days_left)), "")


def ages(rows: Sequence[DueRow], as_of: date) -> list[int]:
    """How many open complaints are 0–7, 8–15, 16–30, 31–60 and over 60 days old; each complaint counts once."""
    received = {
        (row.file, row.sheet, row.row or row.key): row.received_on for row in rows if row.received_on is not None
    }
    days = [(as_of - on).days for on in received.values()]
    return [sum(low <= age and (high is None or age <= high) for age in days) for low, high in AGES]


def _head(sheet: Worksheet, rows: Sequence[DueRow], waiting: Sequence[DueRow], as_of: date, file: str) -> None:
    put(sheet["A1"], TITLE, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    source = f"台账 {file}　｜　" if file else ""
    put(sheet["A2"], f"{source}以 {as_of} 为今天　｜　待办事项 {len(waiting)} 项", font=palette.FAINT)
    groups = Counter(map(group, waiting))
    cards = [(title, groups[title], colour, ink) for title, _, colour, ink in _GROUPS]
    cards += [
        ("暂停中", sum(row.status == "suspended" for row in waiting), palette.PALE, palette.INK),
        ("资料不足或无适用规定", sum(row.status in _UNDECIDED for row in rows), palette.PALE, palette.MUTED),
    ]
    for (title, count, colour, ink), place in zip(cards, _CARDS, strict=True):
        first, last = place.split(":")
        for number, (value, size) in enumerate(((title, 10), (count, 20)), start=4):
            cell = sheet[f"{first}{number}"]
            put(
                cell,
                value,
                font=palette.font(size, ink),
                fill=palette.fill(colour),
                alignment=palette.CENTRED,
                border=palette.HEAD_BORDER,
            )
            if first != last:
                sheet.merge_cells(f"{first}{number}:{last}{number}")
    sheet.row_dimensions[4].height, sheet.row_dimensions[5].height = 20, 34


def _ages(sheet: Worksheet, row: int, waiting: Sequence[DueRow], as_of: date) -> int:
    _heading(sheet, row, "在办投诉账龄（自收到日起）")
    _heads(sheet, row + 1, ("天数", "", "件数"))
    sheet.merge_cells(f"A{row + 1}:B{row + 1}")
    for number, ((low, high), count) in enumerate(zip(AGES, ages(waiting, as_of), strict=True), start=row + 2):
        put(
            sheet[f"A{number}"],
            f"{low}–{high} 天" if high else f"超过 {low - 1} 天",
            font=palette.TEXT,
            alignment=palette.CENTRED,
        )
        put(sheet[f"C{number}"], count, font=palette.STRONG, alignment=palette.CENTRED)
        for letter in "ABC":
            sheet[f"{letter}{number}"].border = palette.UNDERLINE
        sheet.merge_cells(f"A{number}:B{number}")
    for number in range(row + 2, row + 2 + len(AGES)):
        sheet.row_dimensions[number].height = 26
    _age_chart(sheet, row + 1)
    return row + 2 + len(AGES) + 2


def _age_chart(sheet: Worksheet, row: int) -> None:
    chart = BarChart()
    last = row + len(AGES)
    chart.add_data(Reference(sheet, min_col=3, min_row=row + 1, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=row + 1, max_row=last))
    chart.legend, chart.gapWidth = None, 70
    chart.width, chart.height = 20, 5.2
    chart.x_axis.delete, chart.y_axis.delete = False, True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.x_axis.graphicalProperties = GraphicalProperties()
    chart.x_axis.graphicalProperties.line.solidFill = palette.LINE
    series = chart.series[0]
    series.graphicalProperties.solidFill = palette.ACCENT
    series.graphicalProperties.line.noFill = True
    series.dLbls = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
    )
    chart.graphical_properties = GraphicalProperties(noFill=True)
    chart.graphical_properties.line.noFill = True
    sheet.add_chart(chart, f"D{row}")


def _today(sheet: Worksheet, row: int, waiting: Sequence[DueRow]) -> int:
    urgent = sorted((item for item in waiting if group(item)), key=_urgency)
    more = f"；只列前 {MOST_ROWS} 项，其余见台账各行" if len(urgent) > MOST_ROWS else ""
    _heading(sheet, row, f"今日必办（已超期、今日到期、7 日内到期，共 {len(urgent)} 项{more}）")
    row += 1
    _heads(sheet, row, _TODAY_HEADS)
    colours = {title: (colour, ink) for title, _, colour, ink in _GROUPS}
    for item in urgent[:MOST_ROWS]:
        row += 1
        values = (
            group(item),
            item.days_left,
            item.due_on,
            item.key,
            item.title,
            item.unit,
            item.handler,
            item.received_on,
            item.explanation,
        )
        _values(sheet, row, values)
        colour, ink = colours[group(item)]
        dress(sheet[f"A{row}"], font=palette.font(10, ink), fill=palette.fill(colour))
        _link(sheet, f"D{row}", item)
        wrapped = zip(values, _WIDTHS, strict=True)
        lines = max(lines_needed(value, width - 1) for value, width in wrapped if isinstance(value, str))
        sheet.row_dimensions[row].height = 15 * lines + 3
    if not urgent:
        row += 1
        put(sheet[f"A{row}"], "今天没有必办事项。", font=palette.TEXT)
    return row + 3


def _units(sheet: Worksheet, row: int, waiting: Sequence[DueRow]) -> None:
    _heading(sheet, row, "按机构与承办人")
    row += 1
    _heads(sheet, row, _UNIT_HEADS)
    sheet.merge_cells(f"A{row}:C{row}")
    parts: dict[tuple[str, str], list[DueRow]] = defaultdict(list)
    for item in waiting:
        parts[item.unit or "未填写", item.handler or "未填写"].append(item)

    def order(part: tuple[str, str]) -> tuple[str, int, str]:
        return part[0], -sum(group(item) == _GROUPS[0][0] for item in parts[part]), part[1]

    for unit, handler in sorted(parts, key=order):
        items = parts[unit, handler]
        groups = Counter(map(group, items))
        soon = sum(groups[title] for title, _, _, _ in _GROUPS[1:])
        suspended = sum(item.status == "suspended" for item in items)
        row += 1
        _values(sheet, row, (unit, None, None, handler, len(items), groups["已超期"], soon, suspended, _first(items)))
        if groups["已超期"]:
            sheet[f"F{row}"].font = palette.LEVEL_FONTS["error"]
        sheet[f"A{row}"].alignment = palette.LEFT
        sheet.merge_cells(f"A{row}:C{row}")
        sheet.row_dimensions[row].height = 18


def _urgency(item: DueRow) -> tuple[int, str]:
    return (item.days_left if item.days_left is not None else 10**6, item.key)


def _first(items: Sequence[DueRow]) -> str:
    """The most urgent of some rows, in words."""
    item = min(items, key=_urgency)
    if item.days_left is None:
        return f"{item.key} {STATUS_TITLES.get(item.status, item.status)}"
    left = item.days_left
    words = f"已超期 {-left} 天" if left < 0 else ("今日到期" if left == 0 else f"还有 {left} 天")
    return f"{item.key} {words}（{item.due_on} 届满）"


def _values(sheet: Worksheet, row: int, values: Sequence[Any]) -> None:
    for letter, value in zip(_LETTERS, values, strict=True):
        cell = sheet[f"{letter}{row}"]
        is_text = isinstance(value, str) and letter in "DEFGI"
        put(
            cell,
            value,
            font=palette.TEXT,
            border=palette.UNDERLINE,
            alignment=palette.WRAPPED if is_text else palette.CENTRED,
        )
        if isinstance(value, date):
            cell.number_format = palette.DATE_FORMAT


def _link(sheet: Worksheet, place: str, item: DueRow) -> None:
    if item.sheet and (item.cell or item.row):
        target = "'{}'!{}".format(item.sheet.replace("'", "''"), item.cell or f"A{item.row}")
        sheet[place].hyperlink = Hyperlink(ref="", location=target)
        sheet[place].font = palette.LINK


def _heading(sheet: Worksheet, row: int, text: str) -> None:
    put(sheet[f"A{row}"], text, font=palette.HEADING, alignment=palette.LEFT)
    sheet.row_dimensions[row].height = 22


def _heads(sheet: Worksheet, row: int, titles: Sequence[str]) -> None:
    for letter, title in zip(_LETTERS, titles, strict=False):
        put(sheet[f"{letter}{row}"], title or None, font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[row].height = 22
