"""Conditions: `when:` and `where:` in rules.yaml, a mapping of column to what its cell must be.

    when: {route: complaint}                       the cell is this value (a category covers its sub-categories)
    when: {product_line: [credit_card, debit_card]}  one of these
    when: {closed_on: empty}                       truly empty        (`filled`: holds a readable value)
    when: {disputed_cny: {min: 10000}}             within bounds, ends included; dates too
    when: {route: [empty, complaint]}              empty, or this value

All columns must agree. A column the frame lacks is empty in every row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Schema

EMPTY, FILLED = "empty", "filled"


@entry
class Bounds:
    """Least and greatest value allowed, both included; one may be left out.

    Attributes:
        min: least number or date.
        max: greatest number or date.
    """

    min: float | date | None = None
    max: float | date | None = None


Wanted = Bounds | bool | tuple[str, ...]
Condition = Mapping[str, Wanted]


def select(
    frame: pd.DataFrame,
    condition: Condition,
    schema: Schema | None = None,
    schemes: Mapping[str, Scheme] | None = None,
    faulty: Mapping[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Rows that meet a condition.

    Args:
        frame: rows to choose from.
        condition: column → what its cell must be.
        schema: tells which columns hold categories.
        schemes: scheme id → scheme, to widen a category to its sub-categories.
        faulty: unreadable cells by column; they are neither empty nor filled.

    Returns:
        Bool array, shape (len(frame),).

    >>> frame = pd.DataFrame({"route": ["complaint", None, "petition"]})
    >>> select(frame, {"route": ("empty", "complaint")}).tolist()
    [True, True, False]
    """
    chosen = np.ones(len(frame), dtype=bool)
    for column, wanted in condition.items():
        bad = (faulty or {}).get(column, np.zeros(len(frame), dtype=bool))
        if column not in frame:
            chosen &= ~bad if not isinstance(wanted, (Bounds, bool)) and EMPTY in wanted else False
        else:
            chosen &= _cells(frame[column], wanted, bad, _scheme(column, schema, schemes))
    return chosen


def _scheme(column: str, schema: Schema | None, schemes: Mapping[str, Scheme] | None) -> Scheme | None:
    spec = schema.columns.get(column) if schema else None
    return (schemes or {}).get(spec.scheme) if spec and spec.scheme else None


def _cells(cells: pd.Series, wanted: Wanted, bad: np.ndarray, scheme: Scheme | None) -> np.ndarray:
    if isinstance(wanted, bool):
        return np.asarray((cells == wanted).fillna(value=False), dtype=bool)
    if isinstance(wanted, Bounds):
        inside = cells.notna().to_numpy(copy=True)
        if wanted.min is not None:
            inside &= (cells >= _comparable(wanted.min)).to_numpy()
        if wanted.max is not None:
            inside &= (cells <= _comparable(wanted.max)).to_numpy()
        return inside
    found = np.zeros(len(cells), dtype=bool)
    if EMPTY in wanted:
        found |= cells.isna().to_numpy() & ~bad
    if FILLED in wanted:
        found |= cells.notna().to_numpy()
    names = [name for name in wanted if name not in {EMPTY, FILLED}]
    if names:
        found |= cells.isin(
            [leaf for name in names for leaf in (scheme.descendants(name) if scheme else (name,))]
        ).to_numpy()
    return found


def _comparable(bound: float | date) -> float | pd.Timestamp:
    return pd.Timestamp(bound) if isinstance(bound, date) else bound
