"""How values read inside a text: figures with their decimals, cells of a list as they would be shown."""

from __future__ import annotations

from datetime import date, datetime

from xiaobao_xl.figures.row_lists import Cell
from xiaobao_xl.figures.values import BLANK, Figures, Member, Value


def value_of(figures: Figures, figure: str, member: Member) -> Value:
    """A value of a report; of a unit that did not occur nothing was counted, and no average or rate can be given."""
    found = figures.values[figure].get(member)
    if found is not None:
        return found
    whole = figures.values[figure][()]
    number = 0 if whole.value is not None and whole.operation in {"count", "sum", "total"} else None
    return Value(figure, member, figures.period, whole.operation, number)


def printed(value: Value, spec: object) -> str:
    """A value inside a text."""
    if value.value is None or isinstance(value.value, str):
        return BLANK if value.value is None else value.value
    decimals = getattr(spec, "decimals", 0)
    return f"{value.value:.{decimals}%}" if getattr(spec, "unit", "") == "%" else f"{value.value:,.{decimals}f}"


def printed_cell(cell: Cell) -> str:
    """A cell of a list inside a text; an empty one leaves nothing.

    >>> printed_cell(date(2026, 9, 1)), printed_cell(1200.5), printed_cell(None)
    ('2026-09-01', '1,200.5', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, str) else f"{cell:,.2f}".rstrip("0").rstrip(".")
