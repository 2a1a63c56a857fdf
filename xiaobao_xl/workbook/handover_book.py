"""The workbook of a handing over: a page to sign, and behind it what waits, what is due, and how the work is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.handing import Case
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.waivers import Waiver
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, dress, lines_needed, put, refuse_existing

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TITLE: Final = "交接单"
_COVER: Final = (22, 22, 22, 22, 22, 22)
_BLANK_LINES: Final = 6
_CONTACTS: Final = (
    "金融监管部门对口处室", "人民银行分支机构", "地方金融管理部门", "行业协会与调解组织", "上级机构消保部门", "法律合规", "信息科技", "客户服务中心",
)  # fmt: skip
_KEPT: Final = (
    "投诉系统账号（不写密码）", "报送系统账号（不写密码）", "投诉档案（纸质）", "投诉档案（电子）", "印章、证件", "工作邮箱与共享目录",
)  # fmt: skip
_TO_TELL: Final = ("哪件事", "到哪一步", "下一步", "由谁", "到哪天")


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What is written.

    Attributes:
        as_of: day of the handing over.
        days: how far the list of what is due looks ahead.
        counts: title → number, for the first page.
        cases: open cases.
        soon: their deadlines within the days.
        filings: filings due.
        waivers: findings accepted for a while.
        layouts: layout → heading → column.
        column_titles: column id → title.
        facts: what the work is set up with, title → text.
        own_rules: text of the institution's own rules, '' where there are none.
    """

    as_of: date
    days: int
    counts: Mapping[str, int]
    cases: Sequence[Case] = ()
    soon: Sequence[DueRow] = ()
    filings: Sequence[Case] = ()
    waivers: Sequence[Waiver] = ()
    layouts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    column_titles: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    own_rules: str = ""


def write(book: Handover, out: Path, *, overwrite: bool = False) -> None:
    """Write the workbook.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    drawing = Drawing()
    _draw_cover(drawing.sheet(TITLE), book)
    _draw_table(
        drawing, "在办事项", ("件号", "哪类", "关于", "承接机构", "承接人", "何时起", "届满", "剩余", "等什么", "交接说明"),
        (18, 14, 28, 20, 10, 12, 12, 8, 46, 26), map(_case, book.cases), colour=_urgent(7), asks=(10,),
    )  # fmt: skip
    _draw_table(
        drawing, f"{book.days}日内到期", ("届满", "剩余", "件号", "时限事项", "承接机构", "承接人", "怎样算出"),
        (12, 8, 18, 24, 22, 10, 70), map(_due, book.soon), colour=_urgent(1),
    )  # fmt: skip
    _draw_table(
        drawing, "待报送", ("届满", "剩余", "报送件", "报送什么", "承接部门", "承接人", "准备到哪一步"),
        (12, 8, 18, 40, 22, 10, 40), map(_filing, book.filings), colour=_urgent(1), asks=(7,),
    )  # fmt: skip
    _draw_table(
        drawing, "豁免交接", ("规则编号", "件号", "指纹码", "为何豁免", "谁批准", "到哪天"), (34, 22, 18, 44, 14, 14),
        ((w.check, w.key, w.fingerprint, w.reason, w.approver, w.expires_on) for w in book.waivers),
    )  # fmt: skip
    _draw_table(
        drawing, "表头对照", ("版式", "本机构的表头", "对应的列"), (24, 36, 36),
        ((layout, heading, book.column_titles.get(column, column)) for layout, found in book.layouts.items() for heading, column in found.items()),
    )  # fmt: skip
    units = dict.fromkeys(case.unit for case in book.cases if case.unit)
    contacts = [(who, None, None, None, None) for who in (*_CONTACTS, *(f"{unit}联络人" for unit in units))]
    _draw_table(drawing, "联系人", ("对口", "姓名与职务", "电话或邮箱", "对接什么", "提醒"), (34, 20, 26, 30, 34), contacts, asks=(2, 3, 4, 5))  # fmt: skip
    _draw_table(drawing, "规则与口径", ("哪一项", "现在用的"), (28, 100), book.facts.items())
    if book.own_rules:
        _draw_text(drawing.sheet("本机构规则全文"), book.own_rules)
    drawing.save(out, overwrite=overwrite)


def _case(case: Case) -> tuple[Any, ...]:
    return (
        case.key,
        case.title,
        case.says,
        case.unit,
        case.handler,
        case.since,
        case.due_on,
        case.days_left,
        case.awaited(),
        None,
    )


def _due(row: DueRow) -> tuple[Any, ...]:
    return (row.due_on, row.days_left, row.key, row.title, row.unit, row.handler, row.explanation)


def _filing(case: Case) -> tuple[Any, ...]:
    return (case.due_on, case.days_left, case.key, case.says, case.unit, case.handler, None)


def _urgent(place: int) -> Callable[[Sequence[Any]], tuple[int, str] | None]:
    """Place and colour of the cell that tells how urgent a line is; the days left stand in `place`."""

    def colour(line: Sequence[Any]) -> tuple[int, str] | None:
        left = line[place]
        if left is None or left > 7:
            return None
        return place, palette.LEVEL_FILLS["error"] if left < 0 else palette.LEVEL_FILLS["warning"]

    return colour


def _draw_cover(sheet: Worksheet, book: Handover) -> None:
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEF", _COVER, strict=True):
        sheet.column_dimensions[letter].width = width
    put(sheet["A1"], "消保岗工作交接单", font=palette.TITLE, alignment=palette.LEFT)
    put(sheet["A2"], f"交接日 {book.as_of}　｜　在办、到期与报送均以这一天为准", font=palette.FAINT)
    sheet.row_dimensions[1].height = 32
    for letter, (title, number) in zip("ABCDEF", book.counts.items(), strict=True):
        is_bad = title == "其中已超期" and number > 0
        colour, ink = (
            (palette.LEVEL_FILLS["error"], palette.LEVEL_INKS["error"]) if is_bad else (palette.PALE, palette.INK)
        )
        for row, value, size in ((4, title, 10), (5, number, 20)):
            put(sheet[f"{letter}{row}"], value, font=palette.font(size, ink), fill=palette.fill(colour),
                alignment=palette.CENTRED, border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[4].height, sheet.row_dimensions[5].height = 20, 34
    row = _draw_form(sheet, 7, "一、交接双方", ("", "移交人", "接收人", "监交人"), ("姓名", "部门与岗位", "联系电话"))
    row = _draw_form(
        sheet, row, "二、物品、账号与档案", ("哪一样", "数量或位置", "已移交", "接收人核对", "提醒"), _KEPT
    )
    title = "三、另需说明的事（未了的承诺、敏感客户、舆情、约定答复等）"
    row = _draw_form(sheet, row, title, _TO_TELL, [""] * _BLANK_LINES)
    row = _draw_form(sheet, row, "四、签字", ("", "移交人", "接收人", "监交人"), ("签字", "日期"), height=34)
    put(
        sheet[f"A{row}"],
        "本单由台账自动汇总，三方核对在办事项与到期清单后签字；各页明细见本工作簿后面各页。",
        font=palette.FAINT,
    )
    palette.print_landscape(sheet)
    sheet.page_setup.fitToHeight = 1


def _draw_form(
    sheet: Worksheet, row: int, title: str, heads: Sequence[str], lines: Sequence[str], *, height: float = 24
) -> int:
    """A small form with cells to fill; gives the row after it."""
    put(sheet[f"A{row}"], title, font=palette.HEADING, alignment=palette.LEFT)
    sheet.row_dimensions[row].height = 26
    spans = [1, *[1] * (len(heads) - 2), 6 - len(heads) + 1] if len(heads) != 4 else [1, 2, 2, 1]
    for number, texts in enumerate((heads, *((line, *[""] * (len(heads) - 1)) for line in lines)), start=row + 1):
        column = 1
        for place, (text, span) in enumerate(zip(texts, spans, strict=True)):
            is_head = number == row + 1
            for inside in range(column, column + span):
                fill = (
                    palette.HEAD_FILL if is_head else palette.fill(palette.ENTRY if place or not text else palette.PALE)
                )
                dress(
                    sheet.cell(number, inside), fill=fill, border=palette.HEAD_BORDER if is_head else palette.UNDERLINE
                )
            put(sheet.cell(number, column), text or None, font=palette.HEAD if is_head else palette.TEXT,
                alignment=palette.HEAD_ALIGNMENT if is_head else palette.WRAPPED)  # fmt: skip
            if span > 1:
                sheet.merge_cells(start_row=number, end_row=number, start_column=column, end_column=column + span - 1)
            column += span
        lines_high = lines_needed(texts[0], _COVER[0] - 1)
        sheet.row_dimensions[number].height = 22 if number == row + 1 else max(height, 15 * lines_high + 6)
    return row + len(lines) + 3


def _draw_table(
    drawing: Drawing, title: str, heads: Sequence[str], widths: Sequence[float], lines: Iterable[Sequence[Any]], *,
    colour: Callable[[Sequence[Any]], tuple[int, str] | None] | None = None, asks: Sequence[int] = (),
) -> None:  # fmt: skip
    """A sheet with one table; columns in `asks` (1-based) are to be filled by hand."""
    sheet = drawing.sheet(title)
    sheet.sheet_view.showGridLines = False
    put(sheet["A1"], title, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    for number, (text, width) in enumerate(zip(heads, widths, strict=True), start=1):
        put(sheet.cell(3, number), text, font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[3].height = 24
    row = 3
    for row, line in enumerate(lines, start=4):
        loud = colour(line) if colour else None
        for place, value in enumerate(line):
            cell = sheet.cell(row, place + 1)
            is_short = isinstance(value, (date, int))
            put(cell, value, font=palette.TEXT, border=palette.UNDERLINE,
                alignment=palette.CENTRED if is_short else palette.WRAPPED)  # fmt: skip
            if isinstance(value, date):
                cell.number_format = palette.DATE_FORMAT
            if place + 1 in asks:
                cell.fill = palette.fill(palette.ENTRY)
            if loud and loud[0] == place:
                cell.fill = palette.fill(loud[1])
        texts = zip(line, widths, strict=True)
        high = max(lines_needed(value, width - 1) for value, width in ((str(v or ""), w) for v, w in texts))
        sheet.row_dimensions[row].height = 15 * min(high, 8) + 5
    if row == 3:
        put(sheet["A4"], "没有。", font=palette.TEXT)
    sheet.freeze_panes = "A4"
    palette.print_landscape(sheet, title_rows="3:3")


def _draw_text(sheet: Worksheet, text: str) -> None:
    sheet.column_dimensions["A"].width = 130
    for row, line in enumerate(text.splitlines(), start=1):
        put(sheet[f"A{row}"], line, font=palette.TEXT)
    palette.print_landscape(sheet)
