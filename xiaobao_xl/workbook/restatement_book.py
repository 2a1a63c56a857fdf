"""The workbook 重报说明: which figures of a report moved, from what to what, and which complaints moved each.

变动    one line a figure: before, now, difference, how many complaints entered, left or were changed
逐件    one line for each complaint of each figure that moved: how, why, where it stood and where it stands
    按投诉  one line a complaint: what was changed in it, and all the figures it moved
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xiaobao_xl.figures.values import BLANK
from xiaobao_xl.filings.restatements import WAY_TITLES, Moved
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head, line, link

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOVED, MOVERS, CASES = "变动", "逐件", "按投诉"
_MOVED_HEADINGS = ("指标", "原数", "现数", "差额", "单位", "新计入", "不再计入", "计入值改变", "说明", "逐件")
_MOVED_WIDTHS = (40, 14, 14, 14, 10, 10, 10, 11, 46, 9)
_MOVER_HEADINGS = ("指标", "投诉编号", "变动", "原因", "原位置", "现位置")
_MOVER_WIDTHS = (34, 22, 12, 70, 30, 30)
_SIGNS = {"entered": "＋", "left": "－", "changed": "±"}
_CASE_HEADINGS, _CASE_WIDTHS = ("投诉编号", "位置", "原因", "指标数", "涉及的指标"), (22, 30, 60, 9, 90)
_WAY_FILLS = {
    "entered": palette.GOOD_FILL,
    "left": palette.LEVEL_FILLS["error"],
    "changed": palette.LEVEL_FILLS["warning"],
}


def write_restatement_book(
    out: Path, title: str, files: str, moved: Sequence[Moved], *, compared: int, limits: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:  # fmt: skip
    """Write the workbook.

    Args:
        out: where to write.
        title: report and period.
        files: what was compared, in words.
        moved: figures that moved.
        compared: how many numbers were compared.
        limits: what could not be said.
        overwrite: an existing file may be replaced.
    """
    drawing = Drawing()
    sheet, rows = drawing.sheet(MOVED), drawing.sheet(MOVERS)
    same = "没有数字变动" if not moved else f"{len(moved)} 个数字变动"
    hint = f"{files}：比对 {compared} 个数字，{same}。" + "".join(f"{limit}。" for limit in limits)
    head(sheet, f"重报说明  {title}", hint, _MOVED_HEADINGS, _MOVED_WIDTHS)
    head(
        rows,
        "逐件说明",
        "按“指标”筛选即得某一指标的全部变动；同一投诉可能涉及几个指标。",
        _MOVER_HEADINGS,
        _MOVER_WIDTHS,
    )
    starts = _movers(rows, moved)
    for row, (one, start) in enumerate(zip(moved, starts, strict=True), start=TOP):
        _moved(sheet, row, one, start)
    if not moved:
        put(sheet.cell(TOP, 1), "两份结果完全相同，不需要重报。", font=palette.TEXT)
    _cases(drawing.sheet(CASES), moved)
    sheet.freeze_panes = f"B{TOP}"
    sheet.auto_filter.ref = f"A{TOP - 1}:J{max(TOP, TOP + len(moved) - 1)}"
    drawing.save(out, overwrite=overwrite)
    return out


def _moved(sheet: Worksheet, row: int, one: Moved, start: int) -> None:
    ways = Counter(mover.way for mover in one.movers)
    why = f"由 {'、'.join(one.of)} 推得" if one.of else "数值相同，所含投诉不同" if one.is_offset else ""
    values = (BLANK if one.old is None else one.old, BLANK if one.new is None else one.new, one.difference)
    counts = [ways[way] or None for way in WAY_TITLES]
    cells = (one.title, *values, one.unit, *counts, why, "查看 →" if one.movers else None)
    for column, content in enumerate(cells, start=1):
        alignment = palette.WRAPPED if column in {1, 9} else palette.CENTRED
        put(sheet.cell(row, column), content, font=palette.TEXT, border=palette.UNDERLINE, alignment=alignment)
    point = "." + "0" * one.decimals if one.decimals else ""
    for column in (2, 3, 4):
        shape = f"0{point}%" if one.unit == "%" else f"#,##0{point}"
        sheet.cell(row, column).number_format = f"+{shape};-{shape};0" if column == 4 else shape
    sheet.cell(row, 3).font = palette.STRONG
    if one.movers:
        link(sheet, f"J{row}", (MOVERS, f"A{start}"))
    lines = max(lines_needed(one.title, _MOVED_WIDTHS[0]), lines_needed(why, _MOVED_WIDTHS[8]))
    sheet.row_dimensions[row].height = 6 + 14 * lines


def _movers(sheet: Worksheet, moved: Sequence[Moved]) -> list[int]:
    """Write every complaint; gives the first row of each figure."""
    row, starts = TOP, []
    for one in moved:
        starts.append(row)
        for mover in one.movers:
            cells = (one.title, mover.key, WAY_TITLES[mover.way], mover.why, mover.old_place, mover.new_place)
            line(sheet, row, cells, _MOVER_WIDTHS)
            sheet.cell(row, 3).fill = palette.fill(_WAY_FILLS[mover.way])
            row += 1
    sheet.auto_filter.ref = f"A{TOP - 1}:F{max(TOP, row - 1)}"
    sheet.freeze_panes = f"C{TOP}"
    return starts


def _cases(sheet: Worksheet, moved: Sequence[Moved]) -> None:
    """One line a complaint, those that moved most figures first."""
    head(
        sheet,
        "按投诉",
        "每件投诉改了什么，影响哪些指标；＋为新计入，－为不再计入，±为计入值改变。",
        _CASE_HEADINGS,
        _CASE_WIDTHS,
    )
    cases: dict[tuple[str, str, str], list[str]] = {}
    for one in moved:
        for mover in one.movers:
            case = (mover.key, mover.new_place or mover.old_place, mover.why)
            cases.setdefault(case, []).append(f"{_SIGNS[mover.way]}{one.title}")
    ordered = sorted(cases.items(), key=lambda case: -len(case[1]))
    for row, ((key, place, why), titles) in enumerate(ordered, start=TOP):
        told = "、".join(titles)
        for column, content in enumerate((key, place, why, len(titles), told), start=1):
            alignment = palette.CENTRED if column == 4 else palette.WRAPPED
            put(sheet.cell(row, column), content, font=palette.TEXT, border=palette.UNDERLINE, alignment=alignment)
        sheet.row_dimensions[row].height = 6 + 14 * max(
            lines_needed(why, _CASE_WIDTHS[2]), lines_needed(told, _CASE_WIDTHS[4])
        )
    sheet.auto_filter.ref = f"A{TOP - 1}:E{max(TOP, TOP + len(cases) - 1)}"
    sheet.freeze_panes = f"B{TOP}"
