"""A blank register, drawn from the register's entry in rules.yaml: heads with notes, drop-downs, code lists, instructions.

Sheets: the register itself (named after its title), 填写说明, 代码表, 基础数据 where a report needs figures no register
holds, and 豁免 for findings that are accepted. Identity and code columns are text from the start, so Excel cannot
damage a number typed into them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from xiaobao_xl import waivers
from xiaobao_xl.categories import Scheme
from xiaobao_xl.checks.check import Check
from xiaobao_xl.figures.keys import split_term
from xiaobao_xl.registers import Column, ColumnType, Schema
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put, refuse_existing, text_width

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

INSTRUCTIONS, CODES, BASES = "填写说明", "代码表", "基础数据"
ROWS: Final = 2_000
TYPE_TITLES: Final[dict[ColumnType, str]] = {
    "text": "文字", "identity": "证件或账号（文本）", "code": "编号或电话（文本）", "date": "日期", "moment": "日期与时刻",
    "number": "数字", "integer": "整数", "boolean": "是或否",
}  # fmt: skip
FORMATS: Final[dict[ColumnType, str]] = {
    "identity": palette.TEXT_FORMAT, "code": palette.TEXT_FORMAT, "date": palette.DATE_FORMAT,
    "moment": palette.MOMENT_FORMAT, "number": "#,##0.00", "integer": "0",
}  # fmt: skip
_WIDTHS: Final[dict[ColumnType, float]] = {
    "identity": 22,
    "code": 18,
    "date": 13,
    "moment": 18,
    "number": 14,
    "integer": 10,
}
_UNITS: Final = {"cny": "元", "days": "天"}
_PAGE_WIDTH: Final = 150  # column units that stay readable on one A4 page across
INSTRUCTION_HEADS: Final = ("列", "表头", "类型", "必填", "怎样填", "也认得的表头", "用到它的规则")
INSTRUCTION_WIDTHS: Final = (6, 20, 18, 8, 52, 34, 44)
_NOTE_AUTHOR: Final = "填写说明"
_CATEGORY_NOTE = (
    "一个项目要分类别填时（如保费收入分险种、分机构），一类一行，类别写险种或机构名称；不分的留空。用不到的行不必填。"
)


@dataclass(frozen=True, kw_only=True)
class Blank:
    """What a blank register is drawn from.

    Attributes:
        register: id of the register.
        schema: its schema.
        checks: check id → check, to say which rules a column serves.
        schemes: scheme id → scheme, for code lists.
        bases: items of the sheet 基础数据, with unit, or `item[类别]`; none leaves the sheet out.
    """

    register: str
    schema: Schema
    checks: Mapping[str, Check] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    bases: Sequence[str] = ()


@dataclass(frozen=True)
class Offer:
    """Where the drop-down of a column takes its entries from.

    Attributes:
        source: address or formula of the entries, as Excel wants it for a cell of row 2.
        note: line of the head's note that says so; '' where the entries themselves are named there.
        is_open: other entries may be typed.
    """

    source: str
    note: str = ""
    is_open: bool = False


def write_blank(blank: Blank, out: Path, *, overwrite: bool = False) -> None:
    """Write the workbook.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    drawing = Drawing()
    sheet = drawing.sheet(blank.schema.title)
    lists = dict(drop_downs(blank))
    letters = map(get_column_letter, range(1, len(lists) + 1))
    offers = {name: Offer(codes_at(letter, len(lists[name]))) for name, letter in zip(lists, letters, strict=True)}
    draw_register(sheet, blank, lists, offers)
    _draw_instructions(drawing.sheet(INSTRUCTIONS), blank, lists)
    draw_codes(drawing.sheet(CODES), blank.schema, lists)
    if blank.bases:
        draw_bases(drawing.sheet(BASES), blank.bases)
    draw_waivers(drawing.sheet(waivers.SHEET))
    drawing.save(out, overwrite=overwrite)


def required(blank: Blank) -> frozenset[str]:
    """Columns every row must fill, by the checks of kind `required` that hold for all rows."""
    always = (check for check in blank.checks.values() if check.KIND == "required" and not check.when)
    return frozenset(column for check in always for column in check.uses())


def drop_downs(blank: Blank) -> Iterator[tuple[str, list[str]]]:
    """Column id → entries of its drop-down.

    A scheme's column takes the finest categories with their path, as 银行卡/信用卡; where a second column follows for
    them (明细), the first takes those that statistics count.
    """
    last = {column.scheme: name for name, column in blank.schema.columns.items()}
    for name, column in blank.schema.columns.items():
        if column.values:
            yield name, [titles[0] for titles in column.values.values()]
        elif (scheme := blank.schemes.get(column.scheme)) and scheme.codes:
            yield name, _finest(scheme) if last[column.scheme] == name else _counted(scheme)


def codes_at(letter: str, count: int) -> str:
    """Address of the entries of a list on the sheet of codes.

    >>> codes_at("B", 3)
    "'代码表'!$B$2:$B$4"
    """
    return f"'{CODES}'!${letter}$2:${letter}${count + 1}"


def _counted(scheme: Scheme) -> list[str]:
    return [
        scheme.title_of(name)
        for name in scheme.ids()
        if scheme.reported(name) == name and not scheme.category(name).is_split
    ]


def _finest(scheme: Scheme) -> list[str]:
    leaves = (name for name in scheme.ids() if not scheme.category(name).codes)
    return ["/".join(scheme.title_of(part) for part in scheme.path(name)) for name in leaves]


def draw_register(
    sheet: Worksheet, blank: Blank, lists: Mapping[str, Sequence[str]], offers: Mapping[str, Offer]
) -> None:
    """The empty register: heads with notes, widths, drop-downs, frozen head and key, pages that repeat both.

    Args:
        sheet: where to draw.
        blank: the register.
        lists: column id → entries of its drop-down, as `drop_downs` gives them.
        offers: column id → where the drop-down takes its entries from.
    """
    must = required(blank)
    total = 0.0
    for number, (name, column) in enumerate(blank.schema.columns.items(), start=1):
        letter = get_column_letter(number)
        size = sheet.column_dimensions[letter]
        size.width = width_of(column, lists.get(name, ()))
        size.number_format = FORMATS.get(column.type, "General")
        total += size.width
        put(sheet[f"{letter}1"], column.title, font=palette.HEAD, alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER,
            fill=palette.fill(palette.ACCENT if name in must else palette.OURS))  # fmt: skip
        offer = offers.get(name, Offer(""))
        note = "\n".join(help_lines(column, lists.get(name, ()), is_required=name in must, offered=offer.note))
        sheet[f"{letter}1"].comment = Comment(
            note, _NOTE_AUTHOR, height=min(18 * lines_needed(note, 40) + 14, 420), width=290
        )
        if rule := validation(column, offer.source):
            rule.showErrorMessage = not offer.is_open
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.add_data_validation(rule)
    last = get_column_letter(len(blank.schema.columns))
    sheet.row_dimensions[1].height = 34
    key = list(blank.schema.columns).index(blank.schema.key) + 1
    sheet.freeze_panes = f"{get_column_letter(key + 1 if key <= 3 else 1)}2"
    sheet.auto_filter.ref = f"A1:{last}{ROWS + 1}"
    palette.print_landscape(sheet, title_rows="1:1")
    sheet.page_setup.fitToWidth = math.ceil(total / _PAGE_WIDTH)
    sheet.print_title_cols = f"A:{get_column_letter(key)}" if key <= 3 else None


def width_of(column: Column, entries: Sequence[str]) -> float:
    """Width that shows a column's title and the entries of its drop-down."""
    widest = max([text_width(entry) for entry in entries] + [_WIDTHS.get(column.type, 14)])
    return min(max(widest, text_width(column.title) + 4), 30)


def help_lines(column: Column, entries: Sequence[str], *, is_required: bool, offered: str = "") -> Iterator[str]:
    """The lines of a head's note; `offered` tells what its drop-down offers beside a closed list."""
    unit = f"，单位：{_UNITS.get(column.unit, column.unit)}" if column.unit else ""
    kind = "下拉选择" if entries else TYPE_TITLES[column.type]
    yield f"{column.title}：{'必填，' if is_required else ''}{kind}{unit}"
    if column.note:
        yield column.note
    if entries:
        more = f" 等 {len(entries)} 项，见“{CODES}”" if len(entries) > 12 else ""
        yield "可填：" + "、".join(entries[:12]) + more
    if offered:
        yield offered
    if column.type == "boolean":
        yield "可填：是、否"
    if column.type in {"date", "moment"}:
        yield "写成 2026-01-05" + (" 09:30" if column.type == "moment" else "")
    if column.private:
        yield "个人信息：报告与屏幕上只显示部分"
    if column.aliases:
        yield "也认得的表头：" + "、".join(column.aliases)


def validation(column: Column, source: str) -> DataValidation | None:
    """The rule Excel applies while typing; None where any text goes."""
    if source or column.type == "boolean":
        rule = DataValidation(type="list", formula1=source or '"是,否"', allow_blank=True)
        rule.error = "请从下拉列表中选择；列表见“代码表”"
    elif column.type in {"date", "moment"}:
        rule = DataValidation(
            type="date", operator="between", formula1="DATE(1990,1,1)", formula2="DATE(2099,12,31)", allow_blank=True
        )
        rule.error = "请写成日期，如 2026-01-05"
    elif column.type in {"number", "integer"}:
        rule = DataValidation(type="decimal" if column.type == "number" else "whole", operator="between",
                              formula1="-1000000000000", formula2="1000000000000", allow_blank=True)  # fmt: skip
        rule.error = "请只填数字" if column.type == "number" else "请填整数"
    else:
        return None
    rule.errorTitle, rule.showErrorMessage = column.title, True
    return rule


def _draw_instructions(sheet: Worksheet, blank: Blank, lists: Mapping[str, Sequence[str]]) -> None:
    title(sheet, f"{blank.schema.title}　{INSTRUCTIONS}", INSTRUCTION_WIDTHS)
    lines = [
        blank.schema.note,
        "一行一件；表头不改名、不合并，列可以移动、隐藏或删去用不到的列。深色表头为必填列。",
        f"下拉列表取自“{CODES}”。“{waivers.SHEET}”登记经批准暂不改的问题，指纹从校验结果中复制。",
    ]
    row = 2
    for line in filter(None, lines):
        put(sheet[f"A{row}"], line, font=palette.TEXT, alignment=palette.LEFT)
        row += 1
    row += 1
    heads(sheet, row, (*INSTRUCTION_HEADS[:-1], f"{INSTRUCTION_HEADS[-1]}（{blank.register}.…）"))
    palette.print_landscape(sheet, title_rows=f"{row}:{row}")
    sheet.freeze_panes = f"A{row + 1}"
    instruction_rows(sheet, row + 1, blank, lists)


def instruction_rows(
    sheet: Worksheet,
    first_row: int,
    blank: Blank,
    lists: Mapping[str, Sequence[str]],
    offers: Mapping[str, Offer] | None = None,
) -> int:
    """One line for each column of a register under `INSTRUCTION_HEADS`; the row after the last."""
    must = required(blank)
    used: dict[str, list[str]] = {name: [] for name in blank.schema.columns}
    for check_id, check in blank.checks.items():
        for named in dict.fromkeys(check.columns_named()):
            used.get(named, []).append(check_id)
    row = first_row
    for number, (name, column) in enumerate(blank.schema.columns.items(), start=1):
        offered = (offers or {}).get(name, Offer("")).note
        lines = help_lines(column, lists.get(name, ()), is_required=False, offered=offered)
        how = "；".join([line for line in lines if "表头：" not in line][1:])
        unit = f"（{_UNITS.get(column.unit, column.unit)}）" if column.unit else ""
        kind = "下拉选择" if name in lists else TYPE_TITLES[column.type]
        cells = (
            get_column_letter(number), column.title, kind + unit, "必填" if name in must else "",
            how, "、".join(column.aliases), "、".join(used[name]),
        )  # fmt: skip
        for letter, value in zip("ABCDEFG", cells, strict=True):
            put(sheet[f"{letter}{row}"], value or None, font=palette.STRONG if letter in "BD" else palette.TEXT,
                alignment=palette.CENTRED if letter in "AD" else palette.WRAPPED, border=palette.UNDERLINE)  # fmt: skip
        lines_high = max(lines_needed(text, width - 1) for text, width in zip(cells, INSTRUCTION_WIDTHS, strict=True))
        sheet.row_dimensions[row].height = 15 * lines_high + 4
        row += 1
    return row


def draw_codes(sheet: Worksheet, schema: Schema, lists: Mapping[str, Sequence[str]]) -> None:
    """The code lists that drop-downs point to, one column each."""
    # "…的取值" keeps this sheet from passing for a register.
    draw_lists(sheet, [(f"{schema.columns[name].title}的取值", entries) for name, entries in lists.items()])


def draw_lists(sheet: Worksheet, lists: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Lists of words side by side, each with its head and its entries."""
    heads(sheet, 1, [head for head, _ in lists])
    for number, (_, entries) in enumerate(lists, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(max([text_width(entry) for entry in entries] + [16]) + 3, 48)
        for row, entry in enumerate(entries, start=2):
            put(sheet[f"{letter}{row}"], entry, font=palette.TEXT, alignment=palette.LEFT)
    sheet.freeze_panes = "A2"
    palette.print_landscape(sheet, title_rows="1:1")
    total = sum(size.width for size in sheet.column_dimensions.values())
    sheet.page_setup.fitToWidth = max(1, math.ceil(total / _PAGE_WIDTH))


def draw_bases(sheet: Worksheet, items: Sequence[str]) -> None:
    """The sheet of figures no register holds, an item on each line."""
    for letter, width in (("A", 36), ("B", 18), ("C", 24)):
        sheet.column_dimensions[letter].width = width
    heads(sheet, 1, ("项目", "数值", "类别"))
    sheet["C1"].comment = Comment(_CATEGORY_NOTE, _NOTE_AUTHOR, height=120, width=290)
    for row, line in enumerate(items, start=2):
        item, category = split_term(line)
        for letter, text in (("A", item), ("B", None), ("C", "".join(category) or None)):
            put(sheet[f"{letter}{row}"], text, font=palette.TEXT, border=palette.UNDERLINE)
        sheet[f"B{row}"].number_format = "#,##0.##"
    palette.print_landscape(sheet)


def draw_waivers(sheet: Worksheet) -> None:
    """The sheet of accepted findings."""
    heads(sheet, 1, tuple(waivers.HEADINGS.values()))
    for letter, width, number_format in zip(
        "ABCDEF", (34, 22, 18, 44, 14, 14), ("@", "@", "@", "General", "General", palette.DATE_FORMAT), strict=True
    ):
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].number_format = number_format
    note = "规则、投诉编号、指纹从“校验结果”表复制。理由、批准人、有效期至缺一不可；该行内容、规则变动或过期后，豁免自动失效。"
    sheet["A1"].comment = Comment(note, _NOTE_AUTHOR, height=120, width=290)
    until = DataValidation(
        type="date", operator="greaterThan", formula1="DATE(2000,1,1)", allow_blank=True, showErrorMessage=True
    )
    until.error = "请写成日期，如 2026-12-31"
    until.add("F2:F501")
    sheet.add_data_validation(until)
    sheet.freeze_panes = "A2"
    palette.print_landscape(sheet, title_rows="1:1")


def title(sheet: Worksheet, text: str, widths: Sequence[float]) -> None:
    """The title of a page of ours, and its columns."""
    sheet.sheet_view.showGridLines = False
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    put(sheet["A1"], text, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30


def heads(sheet: Worksheet, row: int, titles: Sequence[str]) -> None:
    """A line of heads."""
    for number, title in enumerate(titles, start=1):
        put(sheet.cell(row, number), title, font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[row].height = 24
