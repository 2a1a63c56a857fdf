"""The workbook 衔接表: from last period's open complaints to this period's.

衔接    the steps with their numbers and running balance, as formulas over the steps
逐件    one line for each complaint of each step: where and how it stood, where and how it stands, why
改类    changed classifications of complaints filed before, old → new
补登    complaints of earlier periods that the old register did not know
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl.styles import Font

from xiaobao_xl.filings.bridges import Bridge, BridgeStep, Line
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.bridge_chart import draw_bridge
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head, line, link

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STEPS, LINES, CLASSES, LATE = "衔接", "逐件", "改类", "补登"
_STEP_WIDTHS, _LINE_WIDTHS = (6, 46, 12, 12, 14, 60, 9), (26, 22, 26, 46, 26, 46, 50)
_CLASS_WIDTHS, _LATE_WIDTHS = (24, 20, 30, 30, 28, 28), (22, 28, 60, 60)
_SIGNS = {"=": "＝", "+": "＋", "-": "－"}


def write_bridge_book(out: Path, bridge: Bridge, files: str, *, overwrite: bool = False) -> Path:
    """Write the workbook.

    Args:
        out: where to write.
        bridge: the bridge.
        files: what was bridged, in words.
        overwrite: an existing file may be replaced.
    """
    drawing = Drawing()
    steps, lines, classes, late = (drawing.sheet(title) for title in (STEPS, LINES, CLASSES, LATE))
    starts = _lines_sheet(lines, bridge)
    _steps_sheet(steps, bridge, files, starts)
    _table(
        classes, "改类：上期已报送的投诉，分类后来改过", "上期各分类表中这些投诉按原值统计；是否重报，见重报说明。",
        ("投诉编号", "栏目", "原值", "现值", "原位置", "现位置"), _CLASS_WIDTHS,
        [(one.key, one.edit.title, one.edit.old, one.edit.new, one.old_place, one.new_place) for one in bridge.reclassified],
        "上期已报送的投诉没有改类。",
    )  # fmt: skip
    _table(
        late, "补登：早于本期收到，而上期台账没有的投诉", "这些投诉在以前各期的报表中没有计入。",
        ("投诉编号", "现位置", "现状", "影响"), _LATE_WIDTHS,
        [(one.key, one.new_place, one.new_state, one.why) for one in bridge.backdated], "没有补登以前各期的投诉。",
    )  # fmt: skip
    drawing.workbook.calculation.fullCalcOnLoad = True
    drawing.save(out, overwrite=overwrite)
    return out


def _steps_sheet(sheet: Worksheet, bridge: Bridge, files: str, starts: Sequence[int]) -> None:
    verdict = "有投诉需要说明，见红色各步" if bridge.needs_a_look else "各步衔接，没有漏转"
    hint = f"{files}；上期在办续转 {bridge.carried} 件。{verdict}。" + "".join(bridge.limits)
    headings = ("", "步骤", "件数", "逐步余额", "核对", "说明", "逐件")
    head(sheet, f"期初期末衔接表  {bridge.title}  {bridge.period.title}", hint, headings, _STEP_WIDTHS)
    for row, (step, start) in enumerate(zip(bridge.steps, starts, strict=True), start=TOP):
        _step(sheet, row, step, start)
    sheet.page_setup.fitToHeight = 1
    below = TOP + len(bridge.steps) + 1
    _more(sheet, below, bridge)
    draw_bridge(sheet, below + 3, bridge.steps, TOP - 1)


def _more(sheet: Worksheet, row: int, bridge: Bridge) -> None:
    """Below the steps: what moves no balance but must be known."""
    told = (
        (f"上期已报送的投诉，分类后来改过：{len(bridge.reclassified)} 处", CLASSES, len(bridge.reclassified)),
        (f"早于本期收到、上期台账没有的投诉：{len(bridge.backdated)} 件", LATE, len(bridge.backdated)),
    )
    for place, (words, target, count) in enumerate(told, start=row):
        put(sheet.cell(place, 2), words, font=palette.STRONG if count else palette.TEXT)
        if count:
            put(sheet.cell(place, 7), "查看 →", alignment=palette.CENTRED)
            link(sheet, f"G{place}", (target, "A1"))
        sheet.row_dimensions[place].height = 22


def _step(sheet: Worksheet, row: int, step: BridgeStep, start: int) -> None:
    is_balance, bad = step.sign == "=", step.needs_a_look and step.count > 0
    first = row == TOP
    running = f"=C{row}" if first else f"=D{row - 1}" if is_balance else f"=D{row - 1}{step.sign}C{row}"
    check = f'=IF(C{row}=D{row},"平","不平")' if is_balance and not first else None
    told = _about(step)
    cells = (_SIGNS[step.sign], step.title, step.count, running, check, told, "查看 →" if step.lines else None)
    for column, content in enumerate(cells, start=1):
        alignment = palette.WRAPPED if column in {2, 6} else palette.CENTRED
        cell = sheet.cell(row, column)
        put(
            cell,
            None,
            font=palette.STRONG if is_balance else palette.TEXT,
            border=palette.UNDERLINE,
            alignment=alignment,
        )
        if isinstance(content, str) and not content.startswith("="):
            put(cell, content)
        else:
            cell.value = content
        if is_balance:
            cell.fill = palette.fill(palette.PALE)
    if bad:
        for column in (1, 2, 3):
            sheet.cell(row, column).fill = palette.fill(palette.LEVEL_FILLS["error"])
            sheet.cell(row, column).font = palette.LEVEL_FONTS["error"]
    if check:
        sheet.cell(row, 5).font = Font(name=palette.FONT, size=10, bold=True, color=palette.GOOD_INK)
    if step.lines:
        link(sheet, f"G{row}", (LINES, f"A{start}"))
    sheet.row_dimensions[row].height = 8 + 14 * max(
        lines_needed(told, _STEP_WIDTHS[5]), lines_needed(step.title, _STEP_WIDTHS[1])
    )


def _about(step: BridgeStep) -> str:
    """The complaints of a short step by number; nothing for the flows, which are long and expected."""
    if step.sign == "=" or not step.lines or not any(line.why for line in step.lines):
        return ""
    keys = [line.key or "（无编号）" for line in step.lines]
    return "、".join(keys[:8]) + (f"等 {len(keys)} 件" if len(keys) > 8 else "")


def _lines_sheet(sheet: Worksheet, bridge: Bridge) -> list[int]:
    """Every complaint of every step; gives the first row of each step."""
    headings = ("步骤", "投诉编号", "上期位置", "上期状态", "本期位置", "本期状态", "原因")
    head(sheet, "逐件：每一步由哪些投诉构成", "按“步骤”筛选。只列编号与日期，不含投诉人信息。", headings, _LINE_WIDTHS)
    row, starts = TOP, []
    for step in bridge.steps:
        starts.append(row)
        for told in step.lines:
            line(sheet, row, (f"{_SIGNS[step.sign]}{step.title}", *_cells(told)), _LINE_WIDTHS)
            row += 1
    sheet.auto_filter.ref = f"A{TOP - 1}:G{max(TOP, row - 1)}"
    sheet.freeze_panes = f"C{TOP}"
    return starts


def _cells(told: Line) -> tuple[str, ...]:
    return told.key or "（无编号）", told.old_place, told.old_state, told.new_place, told.new_state, told.why


def _table(
    sheet: Worksheet, title: str, hint: str, headings: Sequence[str], widths: Sequence[float],
    rows: Sequence[Sequence[str]], nothing: str,
) -> None:  # fmt: skip
    head(sheet, title, hint, headings, widths)
    for row, cells in enumerate(rows, start=TOP):
        line(sheet, row, cells, widths)
    if not rows:
        put(sheet.cell(TOP, 1), nothing, font=palette.TEXT)
    sheet.auto_filter.ref = f"A{TOP - 1}:{chr(ord('A') + len(headings) - 1)}{max(TOP, TOP + len(rows) - 1)}"
