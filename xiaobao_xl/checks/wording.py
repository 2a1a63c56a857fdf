"""Words the kinds of check share: headings, cells and conditions as the officer sees them.

Ids never reach a reader: a category is shown by its title, a date as 2026-01-05, a yes as 是. Private cells come out
masked, so that no message can carry one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from xiaobao_xl.checks.check import Context
from xiaobao_xl.conditions import EMPTY, FILLED, Bounds, Condition
from xiaobao_xl.deadlines import STATUS_TITLES
from xiaobao_xl.findings import mask
from xiaobao_xl.registers import Column, Register

_YES_NO = {True: "是", False: "否"}
_LONGEST = 30  # characters of a cell that a sentence repeats; the finding's own value keeps all of them


def heading(register: Register, column: str) -> str:
    """The heading as printed in the sheet, else the column's title."""
    spec = register.schema.columns.get(column)
    return register.origin.headings.get(column) or (spec.title if spec else column)


def quoted(register: Register, *columns: str) -> str:
    """Headings in quotation marks: “收到日期”、“办结日期”."""
    return "、".join(f"“{heading(register, column)}”" for column in columns)


def printed(register: Register, context: Context, column: str, positions: np.ndarray) -> list[str]:
    """Cells of a column as a reader knows them, masked where private; '' where missing.

    Args:
        register: the register.
        context: holds the schemes, for the titles of categories.
        column: column id.
        positions: frame positions, shape (k,).

    Returns:
        k texts.
    """
    if column not in register.frame:
        return [""] * len(positions)
    cells = register.frame[column].iloc[positions]
    texts = _texts(cells)
    spec = register.schema.columns.get(column)
    if spec is None:
        return texts
    if spec.values or spec.scheme:
        known = titles(spec, context)
        texts = [known.get(text, text) for text in texts]
    return [mask(text) for text in texts] if spec.private else texts


def short(texts: Sequence[str]) -> list[str]:
    """Texts cut to what a sentence can carry."""
    return [text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in texts]


def _texts(cells: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(cells):
        return days(cells.to_numpy())
    if pd.api.types.is_bool_dtype(cells):
        return [_YES_NO.get(cell, "") for cell in cells.astype(object)]
    if pd.api.types.is_numeric_dtype(cells):
        return [plain(number) if number == number else "" for number in cells.astype("float64").tolist()]  # noqa: PLR0124
    return [str(cell) for cell in cells.fillna("")]


def days(moments: np.ndarray) -> list[str]:
    """Moments as 2026-01-05, with 14:30 behind where there is a time of day; '' where missing."""
    shown = np.datetime_as_string(moments.astype("datetime64[m]"), unit="m")
    return ["" if text == "NaT" else text.replace("T00:00", "").replace("T", " ") for text in shown.tolist()]


def plain(number: float) -> str:
    """A number without needless zeros or exponents.

    >>> plain(1234567.0), plain(0.5)
    ('1234567', '0.5')
    """
    return np.format_float_positional(number, trim="-")


def titles(spec: Column, context: Context) -> dict[str, str]:
    """Id → title of what a coded column may hold; empty where the column is not coded."""
    if spec.values or spec.scheme not in context.schemes:
        return {name: spellings[0] for name, spellings in spec.values.items()}
    scheme = context.schemes[spec.scheme]
    return {name: scheme.title_of(name) for name in scheme.ids()}


def condition(register: Register, context: Context, wanted: Condition) -> str:
    """A condition in Chinese: “办理状态”为“办结”且“撤回日期”为空."""
    return "且".join(_clause(register, context, column, value) for column, value in wanted.items())


def _clause(register: Register, context: Context, column: str, wanted: Bounds | bool | tuple[str, ...]) -> str:  # noqa: FBT001  (a condition may be yes or no)
    deadline, _, part = column.partition(".")
    if part == "status" and isinstance(wanted, tuple):
        title = context.deadlines[deadline].title if deadline in context.deadlines else deadline
        return f"“{title}”的时限状态为" + "或".join(f"“{STATUS_TITLES.get(name, name)}”" for name in wanted)
    name = f"“{heading(register, column)}”"
    if isinstance(wanted, bool):
        return f"{name}为“{_YES_NO[wanted]}”"
    if isinstance(wanted, Bounds):
        return f"{name}{bounds(wanted.min, wanted.max)}"
    spec = register.schema.columns.get(column)
    known = titles(spec, context) if spec else {}
    named = [known.get(value, value) for value in wanted if value not in {EMPTY, FILLED}]
    parts = ["为" + "或".join(f"“{title}”" for title in named)] if named else []
    parts += [words for word, words in ((EMPTY, "为空"), (FILLED, "已填写")) if word in wanted]
    return name + "或".join(parts)


def bounds(least: float | date | None, most: float | date | None) -> str:
    """Bounds in Chinese: 在 1 与 5 之间 / 不小于 1 / 不晚于 2026-01-05."""
    low, high = (
        bound.isoformat() if isinstance(bound, date) else plain(bound) if bound is not None else ""
        for bound in (least, most)
    )
    if low and high:
        return f"在 {low} 与 {high} 之间"
    dated = isinstance(least, date) or isinstance(most, date)
    if low:
        return f"不早于 {low}" if dated else f"不小于 {low}"
    return f"不晚于 {high}" if dated else f"不大于 {high}"
