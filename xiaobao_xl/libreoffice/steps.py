"""Where Ctrl and an arrow key lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiaobao_xl.libreoffice.addresses import COLUMN_COUNT, ROW_COUNT, Area

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet

_STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


def end_of(sheet: Sheet, area: Area, direction: str) -> Area:
    """The cell that Ctrl and an arrow key lead to from an area's first cell; the line is read in one call."""
    down, right = _STEPS[{"u": "up", "d": "down", "l": "left", "r": "right"}.get(direction, direction)]
    used = sheet.used_area
    if down:
        last = max(used.last_row, area.row)
        line = sheet.cells_of(Area(1, area.column, last, 1)).getDataArray()
        is_filled = [value != "" for (value,) in line]
        return Area(_reached(is_filled, area.row, down, ROW_COUNT), area.column)
    last = max(used.last_column, area.column)
    (values,) = sheet.cells_of(Area(area.row, 1, 1, last)).getDataArray()
    return Area(area.row, _reached([value != "" for value in values], area.column, right, COLUMN_COUNT))


def _reached(is_filled: list[bool], start: int, step: int, count: int) -> int:
    """Place reached from `start`, both counted from 1; beyond the list everything is empty.

    >>> _reached([True, True, False, True], 1, 1, 10), _reached([True, True, False, True], 2, 1, 10)
    (2, 4)
    >>> _reached([True, True, False, True], 4, 1, 10), _reached([True, True, False, True], 4, -1, 10)
    (10, 2)
    """

    def filled(place: int) -> bool:
        return 1 <= place <= len(is_filled) and is_filled[place - 1]

    place = start + step
    if filled(start) and filled(place):
        while filled(place + step):
            place += step
        return place
    while 1 <= place <= len(is_filled) and not filled(place):
        place += step
    return place if filled(place) else (1 if step < 0 else count)
