"""The workbook 勾稽核对 of a filing: which reports it holds, the relations between them, those within each.

总览   one line a report: how many relations hold, what needs attention, links to report and 底稿
表间   relations between reports with both sides; below a broken one the complaints counted on one side only
表内   the relations within every report
提示   everything the reports have to say
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xiaobao_xl.figures.cross_footing import Why
from xiaobao_xl.figures.exclusions import why_not
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.filings.figures import FilingFigures
from xiaobao_xl.findings import LEVEL_TITLES, Finding
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head
from xiaobao_xl.workbook.paper_notes import foot_rows, foots_head

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

OVERVIEW, ACROSS, WITHIN, NOTES = "总览", "表间勾稽", "表内勾稽", "需要注意"
_HEADINGS = ("报表", "统计期间", "数字", "表内勾稽", "平", "不平", "未核对", "错误", "提示", "说明", "报表文件", "底稿")
_WIDTHS = (36, 18, 8, 10, 8, 8, 9, 8, 8, 8, 12, 12)
_NOTE_WIDTHS = (30, 9, 120)


def write_foot_book(
    out: Path, together: FilingFigures, findings: Sequence[Sequence[Finding]], *, overwrite: bool = False
) -> Path:
    """Write the workbook.

    Args:
        out: where to write.
        together: the filing.
        findings: of each report, in its order.
        overwrite: an existing file may be replaced.
    """
    drawing = Drawing()
    _overview(drawing.sheet(OVERVIEW), together, findings)
    _across(drawing.sheet(ACROSS), together)
    _within(drawing.sheet(WITHIN), together)
    _notes(drawing.sheet(NOTES), together, findings)
    drawing.save(out, overwrite=overwrite)
    return out


def _overview(sheet: Worksheet, together: FilingFigures, findings: Sequence[Sequence[Finding]]) -> None:
    period = next(iter(together.reports.values())).period
    held = sum(footing.holds for footing in together.footings)
    unchecked = sum(bool(footing.unchecked) for footing in together.footings)
    broken = len(together.footings) - held - unchecked
    across = f"表间勾稽 {len(together.footings)} 条：平 {held}，不平 {broken}，未核对 {unchecked}。"
    head(sheet, f"{together.filing.title}  {period.title}", f"{across}{together.filing.note}", _HEADINGS, _WIDTHS)
    for row, (figures, told) in enumerate(zip(together.reports.values(), findings, strict=True), start=TOP):
        _report(sheet, row, figures, told)
    sheet.freeze_panes = f"B{TOP}"


def _report(sheet: Worksheet, row: int, figures: Figures, told: Sequence[Finding]) -> None:
    title, foots = figures.report.title, figures.footings
    verdicts = [footing.verdict for footing in foots]
    unchecked, held = verdicts.count("未核对"), verdicts.count("平")
    counts = [sum(finding.level == level for finding in told) for level in LEVEL_TITLES]
    numbers = sum(1 for value in figures if value.operation != "text" and value.value is not None)
    broken = len(foots) - held - unchecked
    cells = (title, figures.period.title, numbers, len(foots), held, broken, unchecked, *counts, "打开 →", "打开 →")
    for column, content in enumerate(cells, start=1):
        alignment = palette.LEFT if column <= 2 else palette.CENTRED
        put(sheet.cell(row, column), content, font=palette.TEXT, border=palette.UNDERLINE, alignment=alignment)
    for column, bad in ((6, broken), (8, counts[0])):
        if bad:
            put(
                sheet.cell(row, column),
                bad,
                font=palette.LEVEL_FONTS["error"],
                fill=palette.fill(palette.LEVEL_FILLS["error"]),
            )
    name = f"{title}_{figures.period.title}"
    sheet.cell(row, 11).hyperlink, sheet.cell(row, 12).hyperlink = f"{name}.xlsx", f"{name}_底稿.xlsx"
    sheet.cell(row, 11).font = sheet.cell(row, 12).font = palette.LINK
    sheet.row_dimensions[row].height = 22


def _across(sheet: Worksheet, together: FilingFigures) -> None:
    foots_head(sheet, "报表之间的勾稽关系", "各报表由同一份台账同时计出，两边逐件比较；不平时列出只在一边计入的投诉。")
    foot_rows(sheet, TOP, together, together.why_not)
    if not together.footings:
        put(sheet.cell(TOP, 1), "本次报送没有登记表间勾稽关系", font=palette.FAINT)


def _within(sheet: Worksheet, together: FilingFigures) -> None:
    foots_head(sheet, "各报表内的勾稽关系", "与各报表底稿的“勾稽”页相同，汇在一处便于复核。")
    row = TOP
    for figures in together.reports.values():
        put(sheet.cell(row, 1), figures.report.title, font=palette.HEADING)
        sheet.row_dimensions[row].height = 22
        row = foot_rows(sheet, row + 1, figures, _why(figures, together))
        if not figures.footings:
            put(sheet.cell(row, 1), "　本表没有登记表内勾稽关系", font=palette.FAINT)
            row += 1


def _why(figures: Figures, together: FilingFigures) -> Why:
    return lambda name, row: why_not(figures, name, row, together.schemes)


def _notes(sheet: Worksheet, together: FilingFigures, findings: Sequence[Sequence[Finding]]) -> None:
    """Everything to know, once each: what several reports say alike names all of them."""
    told: dict[tuple[str, str], list[str]] = {}
    for figures, own in zip(together.reports.values(), findings, strict=True):
        for finding in own:
            titles = told.setdefault((finding.level, finding.message), [])
            titles += [] if figures.report.title in titles else [figures.report.title]
    head(
        sheet,
        "需要注意",
        "报送前逐条处理或确认；同一问题涉及几张报表时只列一次。",
        ("报表", "程度", "内容"),
        _NOTE_WIDTHS,
    )
    levels = list(LEVEL_TITLES)
    ordered = sorted(told.items(), key=lambda one: levels.index(one[0][0]))
    for row, ((level, message), titles) in enumerate(ordered, start=TOP):
        owners = "各报表" if len(titles) == len(together.reports) > 1 else "、".join(titles)
        cells = (owners, LEVEL_TITLES[level], message)
        for column, content in enumerate(cells, start=1):
            put(
                sheet.cell(row, column), content, font=palette.TEXT, border=palette.UNDERLINE, alignment=palette.WRAPPED
            )
        sheet.cell(row, 2).font = palette.LEVEL_FONTS[level]  # type: ignore[index]
        lines = max(lines_needed(cell, width) for cell, width in zip(cells, _NOTE_WIDTHS, strict=True))
        sheet.row_dimensions[row].height = 6 + 14 * lines
    if not ordered:
        put(sheet.cell(TOP, 3), "没有需要注意的事项。", font=palette.TEXT)
