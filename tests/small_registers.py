"""Small registers for tests, written as officers write them: headings and values in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.registers import Column, Origin, Receipt, Register, Schema


def register_of(
    rows: Sequence[Mapping[str, Any]], schema: Schema, schemes: Mapping[str, Scheme], file: str = "台账.xlsx"
) -> Register:
    """Rows of heading → value as the register they are read into; row 1 stands on Excel row 4."""
    names = {column.title: name for name, column in schema.columns.items()}
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    frame = pd.DataFrame(index=range(len(rows)))
    for heading in headings:
        column = schema.columns[names[heading]]
        frame[names[heading]] = _typed([_meant(row.get(heading), column, schemes) for row in rows], column)
    letters = {names[heading]: chr(ord("A") + place) for place, heading in enumerate(headings)}
    origin = Origin(file, schema.title, (2, 3), letters, {}, np.arange(4, 4 + len(rows)))
    return Register("complaint", schema, frame, origin, receipt=Receipt(rows_read=len(rows), rows_used=len(rows)))


def _meant(cell: Any, column: Column, schemes: Mapping[str, Scheme]) -> Any:
    if isinstance(cell, str) and column.scheme:
        return schemes[column.scheme].find(cell) or cell
    if isinstance(cell, str) and column.type == "boolean":
        return cell == "是"
    return next((value for value, spellings in column.values.items() if cell in spellings), cell)


def _typed(cells: list[Any], column: Column) -> pd.Series:
    if column.type in {"date", "moment"}:
        return pd.Series(pd.to_datetime(cells)).astype("datetime64[s]")
    if column.type in {"number", "integer"}:
        return pd.Series(cells, dtype="float64")
    return pd.Series(cells, dtype="boolean" if column.type == "boolean" else "str")
