"""Gaps: what a report could not count, said aloud, so that nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from xiaobao_xl.figures.kinds import Figure, Listing, Ratio, Stock
from xiaobao_xl.figures.values import BLANK, Figures, Value
from xiaobao_xl.findings import Finding, Level
from xiaobao_xl.registers import UNKNOWN

_LISTED = 20  # complaints named in one sentence


def without_value(figures: Figures) -> Iterable[Finding]:
    """Printed figures that have no value, one finding for each reason; in a nil return those it does not explain."""
    reasons: dict[str, list[str]] = {}
    for name, figure in figures.report.figures.items():
        value = figures.values[name][()]
        explained = bool(figures.nil) and _wants_complaints(figures, figure, value)
        if figure.printed and value.value is None and value.note and not explained:  # a rank has none as a whole
            reasons.setdefault(value.note, []).append(figure.title)
    for note, titles in reasons.items():
        fix = "；请在基础数据表（项目、数值，分类别的另填类别）补填" if "基础数据" in note else ""
        level: Level = "note" if figures.nil else "warning"
        yield _whole(
            figures, "figures_have_values", level, f"{'、'.join(titles)} 未能计算，表中填“{BLANK}”：{note}{fix}"
        )


def _wants_complaints(figures: Figures, figure: Figure, value: Value) -> bool:
    """Nothing but complaints is missing: all columns are there, and all that the value is made of."""
    if not value.parts and value.operation not in {"mean", "median"}:
        return False
    parts = [*value.parts]
    while parts:
        part = parts.pop()
        if part.value is None and not part.parts:
            return False
        parts += part.parts
    return all(column in figures.stack.frame for column in figure.columns())


def without_base(figures: Figures) -> Iterable[Finding]:
    """Ratios whose whole leaves out members without a base: complaints per 亿元 of lines whose premium is not given."""
    for name, figure in figures.report.figures.items():
        value = figures.values[name][()]
        if isinstance(figure, Ratio) and figure.printed and value.value is not None and value.note:
            yield _whole(figures, f"{name}_complete", "note", f"{figure.title}的{value.note}（件）")


def left_out(figures: Figures, chosen: np.ndarray, as_of: date) -> Iterable[Finding]:
    """Rows that cannot be placed in time, unreadable dates taken as empty, complaints given twice.

    Args:
        figures: the counted report.
        chosen: rows that meet the report's own condition.
        as_of: the day of the question.
    """
    rows, judged = figures.stack, figures.stack.registers[0].schema.judged_on
    current = chosen & rows.is_current
    if judged in rows.frame:
        what = "没有可用的内容，未计入按该日期统计的指标；请补填后重新生成"
        yield from _rows(figures, current & rows.frame[judged].isna().to_numpy(), judged, what)
    counting = [figure for figure in figures.report.figures.values() if not isinstance(figure, Listing)]
    used = dict.fromkeys(column for figure in counting for column in figure.columns())
    for column in used:
        if column != judged and column in rows.frame and rows.frame[column].dtype.kind == "M":
            yield from _rows(figures, current & rows.bad(column), column, "无法识别，按未填写统计；请改正后重新生成")
    again = list(dict.fromkeys(key for key, _ in rows.repeated))
    if again:
        message = f"{len(again)} 个{_key(figures)}在几份台账中重复出现，只按先给出的一份计一次：{_listed(again)}"
        yield _whole(figures, "counted_once", "note", message)
    keys, times = np.unique(rows.keys[current].astype(str), return_counts=True)
    twice = keys[(times > 1) & (keys != "")].tolist()
    if twice:
        message = (
            f"{len(twice)} 个{_key(figures)}在台账中不止一行，每一行各计一件；请核对是否重复登记：{_listed(twice)}"
        )
        yield _whole(figures, "counted_row_by_row", "warning", message)
    if figures.period.end > as_of:
        message = f"统计期间 {figures.period.dates} 尚未结束，数字截至 {as_of.isoformat()}"
        yield _whole(figures, "period_is_over", "note", message)


def unrecognised(figures: Figures) -> Iterable[Finding]:
    """Complaints under 未识别, once for each column: the table shows their number, here are their names."""
    seen: set[str] = set()
    for name, figure in figures.report.figures.items():
        value = figures.values[name].get((UNKNOWN,))
        if value and len(value.positions) and figure.by[0] not in seen:
            seen.add(figure.by[0])
            what = f"不在规定的取值之内，{figure.title}列在“{UNKNOWN}”；请改为下拉选项中的写法后重新生成"
            yield from _rows(figures, np.isin(np.arange(len(figures.stack.frame)), value.positions), figure.by[0], what)


def unlisted(figures: Figures) -> Iterable[Finding]:
    """Columns of a list that the register lacks: they stay empty in the report."""
    for name, lines in figures.lists.items():
        if lines.lacking and len(lines):
            message = f"{figures.spec(name).title}的{_listed(list(lines.lacking))}台账没有，表中留空；请补列后重新生成，或手工填写"
            yield _whole(figures, f"{name}_filled", "note", message)


def not_carried(figures: Figures, before: Iterable[tuple[Stock, np.ndarray]]) -> Iterable[Finding]:
    """Complaints that earlier registers leave open at the start of the period and the present one lacks."""
    for figure, rows in before:
        what = f"早于本期，在上期台账中仍未办结，却不在本期台账中，未计入{figure.title}；请核对是否漏转"
        yield from _rows(figures, rows, figure.stock[0], what)


def _key(figures: Figures) -> str:
    """Title of the column that identifies a row."""
    schema = figures.stack.registers[0].schema
    return schema.columns[schema.key].title


def _rows(figures: Figures, rows: np.ndarray, column: str, what: str) -> Iterable[Finding]:
    places = [figures.stack.place(int(position)) for position in np.flatnonzero(rows)]
    if places:
        title = figures.stack.registers[0].schema.columns[column].title
        message = f"{len(places)} 件{figures.stack.noun}的{title}{what}：{_listed(places)}"
        yield _whole(figures, f"{column}_usable", "warning", message, column)


def _listed(names: list[str]) -> str:
    return "、".join(names[:_LISTED]) + ("等" if len(names) > _LISTED else "")


def _whole(figures: Figures, check: str, level: Level, message: str, column: str = "") -> Finding:
    file = figures.stack.registers[0].origin.file
    return Finding(f"{figures.id}.{check}", level, message, file=file, column=column)
