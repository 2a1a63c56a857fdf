"""The analysis workbook: what stands out, the trend, reasons, where, how old, who again, which words, and every complaint.

总览     the figures of the period and the early warnings
趋势     received, closed and open, month by month
原因     the ranking, with the cumulative share
热力图   outlet against business line
在办时效 open complaints by age and unit; how long closed ones took
重复投诉 persons who complained more than once
热词     words that gained on the period before
清单     one line per complaint, with the bucket it is in on every other sheet
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles.colors import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break

from xiaobao_xl.analyses.insights import Grid, Insights
from xiaobao_xl.workbook import analysis_charts, palette
from xiaobao_xl.workbook.drawing import Drawing, Row, dress, put
from xiaobao_xl.workbook.paper_form import head, line, link, relative

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TOP: Final = 4
OVERVIEW, TREND, REASONS, HEAT, AGES, AGAIN, WORDS, LIST = (
    "总览",
    "趋势",
    "原因",
    "热力图",
    "在办时效",
    "重复投诉",
    "热词",
    "清单",
)
_KEYS_SHOWN: Final = 12
_OVERVIEW_WIDTHS: Final = (8, 22, 28, 12, 12, 8, 40, 42)
_CARDS: Final = (("A", "B"), ("C", "C"), ("D", "F"), ("G", "G"), ("H", "H"))
_LINKED_ROWS: Final = 20_000
_LIST_HEADS: Final = (
    "投诉编号", "台账文件", "工作表", "行号", "收到日期", "办结日期", "收到月份", "办结月份", "本期收到", "原因", "网点", "业务类别", "机构",
    "在办账龄", "办理天数", "重复投诉人", "预警",
)  # fmt: skip
_LIST_WIDTHS: Final = (22, 22, 16, 7, 12, 12, 12, 12, 9, 34, 24, 18, 24, 11, 11, 14, 16)


def write_analysis(out: Path, found: Insights, paths: Sequence[Path], *, title: str, overwrite: bool = False) -> Path:
    """Write the workbook.

    Args:
        out: where to write.
        found: the analysis.
        paths: the register files, in the order of the stack's registers; may be fewer.
        title: whose analysis it is, for the head.
        overwrite: an existing file may be replaced.

    Raises:
        WorkbookError: the target exists or cannot be written.
    """
    drawing = Drawing()
    sheets = {name: drawing.sheet(name) for name in (OVERVIEW, TREND, REASONS, HEAT, AGES, AGAIN, WORDS, LIST)}
    _overview(sheets[OVERVIEW], found, title)
    _trend(sheets[TREND], found)
    _reasons(sheets[REASONS], found)
    _heat(sheets[HEAT], found)
    _ages(sheets[AGES], found)
    _again(sheets[AGAIN], found)
    _words(sheets[WORDS], found)
    _list(drawing, sheets[LIST], found, [relative(path, out.parent) for path in paths])
    for sheet in sheets.values():
        palette.print_landscape(sheet, title_rows="" if sheet.title == OVERVIEW else f"1:{TOP - 1}")
        sheet.sheet_view.showGridLines = False
    drawing.save(out, overwrite=overwrite)
    return out


def _overview(sheet: Worksheet, found: Insights, title: str) -> None:
    period = found.period
    hint = f"{period.dates}　｜　只统计消费投诉，合并的重复投诉随主件计一次　｜　每个数对应的投诉在“清单”页按相应列筛选"
    head(
        sheet,
        f"{title}　{period.title}",
        hint,
        ("编号", "预警", "涉及", "起", "止", "件数", "依据与提示", "投诉编号"),
        _OVERVIEW_WIDTHS,
    )
    for column in range(1, 9):  # the headings stand further down here, below the cards
        sheet.cell(TOP - 1, column).value = None
        dress(sheet.cell(TOP - 1, column), fill=palette.fill(palette.WHITE), border=palette.UNDERLINE)
    sheet.freeze_panes = None
    row = _cards(sheet, TOP, found)
    row = _notes(sheet, row, found)
    put(sheet.cell(row, 1), f"预警 {len(found.warned)} 项", font=palette.HEADING)
    sheet.row_dimensions[row].height = 24
    _heads(sheet, row + 1, ("编号", "预警", "涉及", "起", "止", "件数", "依据与提示", "投诉编号"))
    row += 2
    for number, one in enumerate(found.warned, start=1):
        law = f"\n{one.alarm.source}" if one.alarm.source else ""
        advice = f"{one.reason}；{one.alarm.note}{law}" if one.alarm.note else one.reason + law
        cells = (
            f"W{number:02d}",
            one.alarm.title,
            one.about or "—",
            one.first,
            one.last,
            len(one.positions),
            advice,
            _told(found.keys_at(one.positions)),
        )
        line(sheet, row, cells, _OVERVIEW_WIDTHS)
        dress(
            sheet.cell(row, 1),
            font=palette.LEVEL_FONTS["warning"],
            fill=palette.fill(palette.LEVEL_FILLS["warning"]),
            alignment=palette.CENTRED,
        )
        row += 1
    if not found.warned:
        put(sheet.cell(row, 1), "本期没有达到设定的预警。", font=palette.TEXT)


def _cards(sheet: Worksheet, row: int, found: Insights) -> int:
    last = found.months[-1] if found.months else None
    closed = int(sum(count for _, count in found.spans))
    days = f"{np.median(found.days):g} ／ {found.days.mean():.1f}" if len(found.days) else "—"
    cards = (
        ("本期收到", int(found.listed["in_period"].sum())), ("本期办结", closed), ("期末在办", last.pending if last else 0),
        ("办理天数：中位数 ／ 平均", days), ("重复投诉人 ／ 预警", f"{len(found.repeaters)} ／ {len(found.warned)}"),
    )  # fmt: skip
    for (title, value), (first, final) in zip(cards, _CARDS, strict=True):
        for number, content, size in ((row, title, 10), (row + 1, value, 20)):
            put(sheet[f"{first}{number}"], content, font=palette.font(size, palette.INK if size > 10 else palette.MUTED),
                fill=palette.fill(palette.PALE), alignment=palette.CENTRED, border=palette.HEAD_BORDER)  # fmt: skip
            if first != final:
                sheet.merge_cells(f"{first}{number}:{final}{number}")
    sheet.row_dimensions[row].height, sheet.row_dimensions[row + 1].height = 20, 34
    return row + 3


def _notes(sheet: Worksheet, row: int, found: Insights) -> int:
    """What the registers cannot tell."""
    notes = []
    if found.lacking:
        notes.append(f"台账没有{'、'.join(found.lacking)}列，用到它们的部分为空或按“未填写”列示。")
    if found.reaches and found.months and len(found.months) < found.rule.months:
        notes.append(
            f"台账最早一件收到于 {found.reaches}，趋势只有 {len(found.months)} 个月；加上往年台账可补足 {found.rule.months} 个月。"
        )
    if not found.has_earlier_texts:
        notes.append(f"台账没有{found.period.previous.title}的投诉内容，热词只按出现件数排列，不作比较。")
    for note in notes:
        put(sheet.cell(row, 1), note, font=palette.FAINT)
        row += 1
    return row + 1


def _trend(sheet: Worksheet, found: Insights) -> None:
    hint = "在“清单”页按“收到月份”“办结月份”筛选即得每个数的投诉；在办是月末尚未办结、撤回、不予受理的件数。"
    head(sheet, "趋势：逐月收到、办结与在办", hint, ("月份", "收到", "办结", "月末在办"), (12, 11, 11, 11))
    for row, month in enumerate(found.months, start=TOP):
        line(sheet, row, (month.title, month.received, month.closed, month.pending), (12, 11, 11, 11))
    if found.months:
        analysis_charts.lines(
            sheet, "F3", TOP - 1, (2, 4), (TOP, TOP + len(found.months) - 1), "逐月收到、办结与月末在办（件）"
        )


def _reasons(sheet: Worksheet, found: Insights) -> None:
    hint = "件数由多到少；累计占比先到八成的几项，是先要治理的。在“清单”页按“本期收到＝是”与“原因”筛选即得投诉。"
    widths = (46, 10, 10, 12, 24)
    head(sheet, "投诉原因排列（帕累托）", hint, ("原因", "件数", "占比", "累计占比", "图中简称"), widths)
    short = short_titles([one.title for one in found.ranking])
    for row, one in enumerate(found.ranking, start=TOP):
        line(sheet, row, (one.title, one.count, one.share, one.cumulative, short[row - TOP]), widths)
        sheet.cell(row, 3).number_format = sheet.cell(row, 4).number_format = "0.0%"
        sheet.cell(row, 5).font = palette.FAINT
        if one.cumulative - one.share < 0.8:
            dress(sheet.cell(row, 1), font=palette.STRONG)
    if found.ranking:
        sheet.row_breaks.append(Break(id=TOP + len(found.ranking)))
        analysis_charts.pareto(
            sheet,
            f"A{TOP + len(found.ranking) + 1}",
            TOP - 1,
            (TOP, TOP + len(found.ranking) - 1),
            "投诉原因：件数与累计占比",
        )


def _heat(sheet: Worksheet, found: Insights) -> None:
    grid = found.heat
    hint = "颜色越深件数越多。在“清单”页按“本期收到＝是”与“网点”“业务类别”筛选即得每一格的投诉。"
    widths = (30, *[11 for _ in grid.columns], 10)
    head(sheet, "热力图：网点 × 业务类别（本期收到）", hint, ("网点", *grid.columns, "合计"), widths)
    _matrix(sheet, grid, widths)
    if grid.rows and grid.columns:
        area = f"B{TOP}:{get_column_letter(1 + len(grid.columns))}{TOP + len(grid.rows) - 1}"
        ends = [FormatObject(type="num", val=0), FormatObject(type="max")]
        scale = ColorScale(cfvo=ends, color=[Color(palette.WHITE), Color("E08E45")])
        sheet.conditional_formatting.add(area, Rule(type="colorScale", colorScale=scale))
    sheet.row_dimensions[TOP - 1].height = 34
    sheet.freeze_panes = f"B{TOP}"


def _ages(sheet: Worksheet, found: Insights) -> None:
    grid = found.ages
    hint = "期末在办按收到日起的天数；在“清单”页按“在办账龄”“机构”筛选即得投诉。办理天数为本期办结的投诉从收到到办结的自然日数。"
    widths = (30, *[11 for _ in grid.columns], 10)
    head(sheet, "在办账龄与办理时长", hint, ("机构", *grid.columns, "合计"), widths)
    row = _matrix(sheet, grid, widths) + 2
    put(sheet.cell(row, 1), "办理天数分布（本期办结）", font=palette.HEADING)
    _heads(sheet, row + 1, ("办理天数", "件数"))
    first = row + 2
    for place, (title, count) in enumerate(found.spans, start=first):
        line(sheet, place, (title, count), widths)
    last = first + len(found.spans) - 1
    if len(found.days):
        middle, ninth = np.median(found.days), np.percentile(found.days, 90)
        told = f"中位数 {middle:g} 天，平均 {found.days.mean():.1f} 天，九成在 {ninth:.0f} 天以内。"
        put(sheet.cell(last + 1, 1), told, font=palette.FAINT)
        analysis_charts.bars(sheet, f"D{row}", 2, (first, last), "办理天数分布（件）")


def _again(sheet: Worksheet, found: Insights) -> None:
    hint = f"截至期末 {found.rule.repeat_months} 个月内，证件号码或联系电话相同的投诉人（姓名已遮盖）。在“清单”页按“重复投诉人”筛选即得投诉。"
    widths = (18, 9, 13, 13, 36, 80)
    head(sheet, "重复投诉", hint, ("投诉人", "件数", "首次", "最近", "涉及业务", "投诉编号"), widths)
    for row, one in enumerate(found.repeaters, start=TOP):
        line(sheet, row, (one.label, one.count, one.first, one.last, "、".join(one.matters), _told(one.keys)), widths)
    if not found.repeaters:
        put(sheet.cell(TOP, 1), "没有证件号码或联系电话相同的投诉人。", font=palette.TEXT)


def _words(sheet: Worksheet, found: Insights) -> None:
    before = found.period.previous.title
    hint = f"本期含有该词的投诉件数与{before}相比，占比上升最明显的在前；由投诉内容自动找出，供分析参考。" if found.has_earlier_texts else (
        f"台账没有{before}的投诉内容，只按本期出现的件数排列。")  # fmt: skip
    widths = (16, 12, 12, 100)
    head(sheet, "热词", hint, ("词", "本期件数", "上期件数", "本期含有该词的投诉编号"), widths)
    for row, word in enumerate(found.words, start=TOP):
        cells = (
            word.word,
            word.now,
            word.before if found.has_earlier_texts else None,
            _told(found.keys_at(word.texts)),
        )
        line(sheet, row, cells, widths)
    if found.words:
        analysis_charts.bars(
            sheet, "F3", 2, (TOP, TOP + len(found.words) - 1), "本期含有该词的投诉（件）", is_lying=True, size=(16, 12)
        )
    else:
        put(sheet.cell(TOP, 1), "没有占比明显上升的词。", font=palette.TEXT)


def _matrix(sheet: Worksheet, grid: Grid, widths: Sequence[float]) -> int:
    """Counts with sums on both sides; gives the row after the last."""
    row = TOP
    for title, counts in zip(grid.rows, grid.counts.tolist(), strict=True):
        line(sheet, row, (title, *counts, sum(counts)), widths)
        row += 1
    line(sheet, row, ("合计", *grid.counts.sum(axis=0).tolist(), int(grid.counts.sum())), widths)
    for column in range(1, len(grid.columns) + 3):
        dress(sheet.cell(row, column), font=palette.STRONG, fill=palette.fill(palette.PALE))
    return row + 1


def _list(drawing: Drawing, sheet: Worksheet, found: Insights, links: Sequence[str]) -> None:
    hint = "每件投诉一行，后面各列是它在其他页里所属的一格：按列筛选，件数与那一格相等。点“行号”打开台账原行。"
    head(sheet, "清单", hint, _LIST_HEADS, _LIST_WIDTHS)
    text, day = drawing.style(), drawing.style(number_format=palette.DATE_FORMAT, alignment=palette.LEFT)
    linked = drawing.style(font=palette.LINK, alignment=palette.CENTRED)
    drawing.stream(sheet, TOP, _listed(found, text, day, linked))
    rows = found.stack
    for row, position in enumerate(found.listed["position"].tolist()[:_LINKED_ROWS], start=TOP):
        register = int(rows.number[position])
        if register < len(links):
            link(sheet, f"D{row}", (rows.registers[register].origin.sheet, f"A{rows.rows[position]}"), links[register])
    sheet.auto_filter.ref = f"A{TOP - 1}:{get_column_letter(len(_LIST_HEADS))}{max(TOP, TOP + len(found.listed) - 1)}"
    sheet.freeze_panes = f"B{TOP}"


def _listed(found: Insights, text: int, day: int, linked: int) -> Iterator[Row]:
    rows, rule = found.stack, found.rule
    begun, ended = (_days(rows.frame, column) for column in (rule.received, rule.ended[0]))
    lines: Iterator[Any] = found.listed.itertuples(index=False)
    for one in lines:
        origin = rows.registers[rows.number[one.position]].origin
        words = (
            one.received_month,
            one.closed_month,
            "是" if one.in_period else "否",
            one.ranked,
            one.down,
            one.across,
            one.unit,
            one.age,
            one.span,
            one.person,
            one.alarms,
        )
        yield Row((
            (str(rows.keys[one.position]), text), (origin.file, text), (origin.sheet, text), (int(rows.rows[one.position]), linked),
            (begun[one.position], day), (ended[one.position], day), *((word, text) for word in words),
        ))  # fmt: skip


def _days(frame: pd.DataFrame, column: str) -> list[Any]:
    if column not in frame:
        return [None] * len(frame)
    return [None if pd.isna(cell) else cell.date() for cell in frame[column]]


def _heads(sheet: Worksheet, row: int, titles: Sequence[str]) -> None:
    for column, title in enumerate(titles, start=1):
        put(
            sheet.cell(row, column),
            title,
            font=palette.HEAD,
            fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT,
            border=palette.HEAD_BORDER,
        )
    sheet.row_dimensions[row].height = 22


def _told(keys: Sequence[str]) -> str:
    """Complaint numbers; the rest as a count, all of them are on 清单."""
    shown = "、".join(key or "（无编号）" for key in keys[:_KEYS_SHOWN])
    return shown + (f" 等 {len(keys)} 件" if len(keys) > _KEYS_SHOWN else "")


def short_titles(titles: Sequence[str]) -> list[str]:
    """Titles without the words most of them begin or end with, for the axis of a chart.

    >>> short_titles(["因定价收费引起的投诉", "因债务催收引起的投诉", "因信息披露引起的投诉", "其他"])
    ['定价收费', '债务催收', '信息披露', '其他']
    """
    most = max(2, math.ceil(0.6 * len(titles)))

    def shared(endings: Sequence[str]) -> str:
        counts = Counter(ending[:size] for ending in endings for size in range(1, len(ending)))
        return max((ending for ending, count in counts.items() if count >= most), key=len, default="")

    head_, tail = shared(titles), shared([title[::-1] for title in titles])[::-1]
    return [title.removeprefix(head_).removesuffix(tail) or title for title in titles]
