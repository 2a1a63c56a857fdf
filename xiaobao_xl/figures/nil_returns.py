"""Nil returns: that nothing was to be counted in a period is said aloud, in the report and on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Figures, Value
from xiaobao_xl.findings import Finding
from xiaobao_xl.periods import Period


def nil_sentence(counted: Iterable[Value], chosen: np.ndarray, rows: Stack, period: Period, as_of: date) -> str:
    """The words of a nil return; '' where something was counted. A row without a date might belong to the period.

    Rows outside the report's own condition do not count: a consultation listed for information is no complaint.

    Args:
        counted: undivided values of the figures counted from rows.
        chosen: rows that meet the report's own condition.
        rows: the rows.
        period: the period.
        as_of: the day of the question.
    """
    known = [value for value in counted if value.value is not None or value.operation in {"mean", "median"}]
    judged, current = rows.registers[0].schema.judged_on, chosen & rows.is_current
    undated = current & (rows.frame[judged].isna().to_numpy() if judged in rows.frame else True)
    if not known or any(chosen[value.positions].any() for value in known):
        return ""
    until = f"截至 {as_of.isoformat()} " if period.end > as_of else ""
    if undated.any():
        day = rows.registers[0].schema.columns[judged].title
        return f"本期{until}没有计入本表的{rows.noun}；另有 {undated.sum()} 件{day}不明，核实前不能作零报告。"
    return f"零报告：本期{until}没有应计入本表的{rows.noun}。"


def nil_return(figures: Figures) -> Iterable[Finding]:
    """One note instead of a page of figures that cannot be given."""
    if figures.nil:
        message = f"{figures.nil}表中数字填零，无从计算的填“—”；请确认本期{figures.stack.noun}确已全部登记后再报送"
        yield Finding(f"{figures.id}.nil_return", "note", message, file=figures.stack.registers[0].origin.file)
