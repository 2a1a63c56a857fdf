"""The workbook 试算: what would change under other rules, one sheet for each kind of change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.findings import LEVEL_TITLES
from xiaobao_xl.what_if import CHANGE_TITLES, FigureChange, FindingChange
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, Row, lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head

SUMMARY, FINDINGS, DUES, FIGURES = "概要", "校验变化", "时限变化", "报表变化"
MOST_KEYS: Final = 200  # complaint numbers in one cell; the JSON has them all
_HIGHEST: Final = 400  # points; Excel allows no row above 409
_SUMMARY_WIDTH: Final = 110
_FINDING_HEADS: Final = ("变化", "检查", "级别", "工作表", "单元格", "哪一件", "试用规则下怎么说", "现行规则下怎么说")
_DUE_HEADS: Final = (
    "哪一件",
    "时限",
    "工作表",
    "行号",
    "起算日",
    "适用版本自",
    "原届满日",
    "新届满日",
    "原状态",
    "新状态",
)
_FIGURE_HEADS: Final = ("指标", "原值", "新值", "单位", "新计入的", "不再计入的")


def write(
    out: Path, summary: Sequence[str], findings: Sequence[FindingChange], dues: Sequence[Mapping[str, Any]],
    figures: Sequence[FigureChange], titles: Mapping[str, str], *, report: str = "", overwrite: bool = False,
) -> None:  # fmt: skip
    """Write it whole or not at all.

    Args:
        out: the new file.
        summary: sentences for the first sheet, the verdict first.
        findings: findings gained, lost or changed.
        dues: rows whose last day or status changes.
        figures: figures that change.
        titles: check id → short Chinese name.
        report: title of the report compared; '' leaves its sheet out.
        overwrite: replace an existing file.
    """
    drawing = Drawing()
    _summary(drawing, summary)
    _table(drawing, FINDINGS, f"共 {len(findings)} 处", _FINDING_HEADS, (8, 24, 8, 16, 9, 20, 56, 56),
           (_finding(each, titles) for each in findings), len(findings))  # fmt: skip
    _table(drawing, DUES, f"共 {len(dues)} 件；未列出的不变", _DUE_HEADS, (20, 22, 16, 8, 12, 12, 12, 12, 12, 12),
           map(_due, dues), len(dues))  # fmt: skip
    if report:
        _table(drawing, FIGURES, f"{report}，共 {len(figures)} 个数", _FIGURE_HEADS, (32, 14, 14, 10, 60, 60),
               map(_figure, figures), len(figures))  # fmt: skip
    drawing.save(out, overwrite=overwrite)


def _summary(drawing: Drawing, lines: Sequence[str]) -> None:
    sheet = drawing.sheet(SUMMARY)
    sheet.column_dimensions["A"].width = _SUMMARY_WIDTH
    sheet.sheet_view.showGridLines = False
    palette.print_landscape(sheet)
    put(sheet["A1"], "换用另一套规则，会变什么", font=palette.TITLE)
    put(sheet["A2"], "只是比较，没有改动台账，也没有改动规则。", font=palette.FAINT)
    for row, line in enumerate(lines, start=4):
        font = palette.HEADING if row == 4 else palette.TEXT
        put(sheet[f"A{row}"], line, font=font, alignment=palette.WRAPPED, border=palette.UNDERLINE)
        sheet.row_dimensions[row].height = 15 * lines_needed(line, _SUMMARY_WIDTH - 2) + 5


def _table(
    drawing: Drawing, title: str, hint: str, heads: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[Any]], count: int
) -> None:  # fmt: skip
    sheet = drawing.sheet(title)
    head(sheet, title, hint, heads, widths)
    text = drawing.style(alignment=palette.WRAPPED, border=palette.UNDERLINE)
    number = drawing.style(number_format="#,##0.##", alignment=palette.CENTRED, border=palette.UNDERLINE)
    looks = {
        "gained": (palette.LEVEL_FONTS["error"], palette.LEVEL_FILLS["error"]),
        "lost": (palette.font(10, palette.GOOD_INK), palette.GOOD_FILL),
        "changed": (palette.LEVEL_FONTS["note"], palette.LEVEL_FILLS["note"]),
    }
    marks = {
        name: drawing.style(
            font=looks[change][0], fill=looks[change][1], alignment=palette.CENTRED, border=palette.UNDERLINE
        )
        for change, name in CHANGE_TITLES.items()
    }

    def style(value: Any) -> int:
        return number if isinstance(value, (int, float)) else marks.get(value, text)

    def streamed() -> Iterable[Row]:
        for values in rows:
            lines = max(lines_needed(str(v or ""), width) for v, width in zip(values, widths, strict=True))
            yield Row([(value, style(value)) for value in values], height=min(15 * lines + 3, _HIGHEST))

    drawing.stream(sheet, TOP, streamed())
    sheet.auto_filter.ref = f"A{TOP - 1}:{get_column_letter(len(heads))}{max(TOP, TOP + count - 1)}"


def _finding(each: FindingChange, titles: Mapping[str, str]) -> tuple[Any, ...]:
    finding = each.finding
    before = each.before.message if each.before else finding.message if each.change == "lost" else None
    after = None if each.change == "lost" else finding.message
    return (
        CHANGE_TITLES[each.change], titles.get(finding.check, finding.check), LEVEL_TITLES[finding.level], finding.sheet,
        finding.cell or (f"第{finding.row}行" if finding.row else ""), finding.key, after, before,
    )  # fmt: skip


def _due(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("key", "title", "sheet", "row", "starts_on", "version", "due_before", "due_after", "status_before", "status_after")  # fmt: skip
    return tuple(row[name] for name in names)


def _figure(each: FigureChange) -> tuple[Any, ...]:
    values = [_printed(value, each.unit) for value in (each.before, each.after)]
    return (each.title, *values, each.unit, _keys(each.joined), _keys(each.left))


def _printed(value: float | str | None, unit: str) -> float | str | None:
    """A figure as it is printed: percentages times a hundred, two places."""
    return round(value * (100 if unit == "%" else 1), 2) if isinstance(value, (int, float)) else value


def _keys(keys: Sequence[str]) -> str:
    more = f" 等 {len(keys)} 件" if len(keys) > MOST_KEYS else ""
    return "、".join(keys[:MOST_KEYS]) + more
