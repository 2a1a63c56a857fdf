"""The sheets 勾稽 and 说明 of a 底稿."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from openpyxl.styles import Font

from xiaobao_xl.figures.cross_footing import Counted, Why, explain, sentence
from xiaobao_xl.figures.values import Figures, Footing
from xiaobao_xl.findings import Level
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.filling import Filled, sha256_of
from xiaobao_xl.workbook.paper_form import TOP, head, line

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from xiaobao_xl.workbook.working_paper import Stamp

_FOOT_HEADINGS = ("勾稽关系", "左边", "右边", "差额", "结论", "逐件核对")
_FOOT_WIDTHS, _NOTE_WIDTHS = (46, 12, 12, 12, 14, 90), (22, 120)


def foots_sheet(sheet: Worksheet, figures: Counted, why: Why | None = None) -> None:
    """Every cross-foot with both sides, and below it the complaints counted unequally."""
    foots_head(sheet, "勾稽关系", "两边逐件比较：即使合计相等，只要有投诉两边计法不同也会列出。")
    foot_rows(sheet, TOP, figures, why)


def foots_head(sheet: Worksheet, title: str, hint: str) -> None:
    """Title, help and headings of a sheet of cross-foots."""
    head(sheet, title, hint, _FOOT_HEADINGS, _FOOT_WIDTHS)


def foot_rows(sheet: Worksheet, row: int, figures: Counted, why: Why | None = None) -> int:
    """Every cross-foot from a row on; gives the next free row. `why` tells what keeps a complaint out of a figure."""
    for footing in figures.footings:
        row = _foot(sheet, row, figures, footing, why)
    return row


def _foot(sheet: Worksheet, row: int, figures: Counted, footing: Footing, why: Why | None) -> int:
    left, right = footing.sums
    title = footing.title + ("（同源）" if footing.same_source else "")
    line(
        sheet,
        row,
        (title, left, right, left - right, footing.verdict, sentence(figures, footing)),
        _FOOT_WIDTHS,
        font=palette.STRONG,
    )
    cell = sheet.cell(row, 5)
    level: Level = "note" if footing.unchecked else "error"
    cell.fill = palette.fill(palette.GOOD_FILL if footing.holds else palette.LEVEL_FILLS[level])
    cell.font = Font(
        name=palette.FONT, size=10, bold=True, color=palette.GOOD_INK if footing.holds else palette.LEVEL_INKS[level]
    )
    for part in footing.parts or (footing,):
        if footing.parts and not part.holds:
            row += 1
            sums = (*part.sums, part.sums[0] - part.sums[1])
            line(sheet, row, ("　其中", *sums, part.verdict, sentence(figures, part)), _FOOT_WIDTHS, font=palette.TEXT)
        row = _broken(sheet, row, figures, footing, part, why)
    return row + 1


def _broken(sheet: Worksheet, row: int, figures: Counted, footing: Footing, part: Footing, why: Why | None) -> int:
    """The complaints a relation, or one member of it, counts unequally; gives the last row."""
    for position, here, there in part.breaks:
        row += 1
        told = (
            f"　　{figures.stack.place(position)}",
            here,
            there,
            here - there,
            "",
            explain(figures, footing, position, why),
        )
        line(sheet, row, told, _FOOT_WIDTHS, font=palette.TEXT)
    return row


def notes_sheet(sheet: Worksheet, figures: Figures, filled: Filled, stamp: Stamp) -> None:
    """What the report was made from and with, and what to know about it."""
    hint = "本底稿供复核与备查，含投诉编号，不含投诉人信息；请按内部资料保管。"
    head(sheet, "说明", hint, ("项目", "内容"), _NOTE_WIDTHS)
    for row, (name, content) in enumerate(_notes(figures, filled, stamp), start=TOP):
        line(sheet, row, (name, content), _NOTE_WIDTHS, font=palette.TEXT)
        sheet.cell(row, 1).font = palette.STRONG


def _notes(figures: Figures, filled: Filled, stamp: Stamp) -> Iterator[tuple[str, str]]:
    report = figures.report
    yield "报表", f"{report.title}（{figures.id}）"
    yield "统计期间", f"{figures.period.title}（{figures.period.dates}）"
    yield "统计时点", stamp.as_of
    yield "口径", report.note
    yield "程序", stamp.program
    yield "规则", f"版本 {stamp.rules_version}；SHA-256 {stamp.rules_sha256}"
    yield "模板", f"SHA-256 {filled.template_sha256}"
    yield "报表文件", f"{filled.path.name}；SHA-256 {filled.sha256}（填报完成时）"
    for place, register in enumerate(figures.stack.registers):
        origin, receipt = register.origin, register.receipt
        digest = f"；SHA-256 {sha256_of(stamp.register_paths[place])}" if place < len(stamp.register_paths) else ""
        yield "台账", f"{origin.file}，工作表 {origin.sheet}{digest}"
        yield "台账收据", f"读取 {receipt.rows_read} 行＝采用 {receipt.rows_used} 行＋略过 {len(receipt.skipped)} 行"
        for row, reason in receipt.skipped:
            yield "", f"第 {row} 行未采用：{reason}"
        for note in receipt.notes:
            yield "", note
    for finding in (*figures.findings, *filled.findings):
        yield "需要注意", finding.message
