"""The cells of a register's rows as the sheet holds them, before anyone decides what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.utils import column_index_from_string

from xiaobao_xl.cells import Cell
from xiaobao_xl.registers import Register
from xiaobao_xl.returns import is_blank
from xiaobao_xl.workbook.grids import Grid


@dataclass(slots=True)
class RawRows:
    """Rows of one sheet.

    Attributes:
        columns: column id → cells of the register's rows, in its order; error values as their text.
        covered: (row, column id) of cells inside a merged range that are not its first.
        rows: all rows of the sheet, from the first.
    """

    columns: dict[str, list[Cell]]
    rows: Sequence[Sequence[Cell]]
    covered: set[tuple[int, str]] = field(default_factory=set)


def raw_rows(grid: Grid, register: Register) -> RawRows:
    """The cells of a register; what is merged downwards stands in each of its rows, as the register was read.

    Args:
        grid: the sheet the register was read from.
        register: what was read.
    """
    rows = list(grid.rows())
    places = {key: column_index_from_string(letters) - 1 for key, letters in register.origin.letters.items()}
    numbers = register.origin.rows.tolist()
    errors = grid.scan.errors
    columns: dict[str, list[Cell]] = {
        key: [errors.get((number - 1, place)) or cell_at(rows, number, place) for number in numbers]
        for key, place in places.items()
    }
    found = RawRows(columns, rows)
    _spread(found, grid, register, places)
    return found


def cell_at(rows: Sequence[Sequence[Cell]], number: int, place: int) -> Cell:
    """One cell by its 1-based row and 0-based column; '' beyond what is filled."""
    row = rows[number - 1] if number <= len(rows) else ()
    return row[place] if place < len(row) else ""


def _spread(found: RawRows, grid: Grid, register: Register, places: dict[str, int]) -> None:
    positions = {number: position for position, number in enumerate(register.origin.rows.tolist())}
    keys = {place: key for key, place in places.items()}
    for (top, left), (bottom, right) in grid.merges:
        for place in range(left, min(right, max(keys, default=-1)) + 1):
            for row in range(top, min(bottom, len(found.rows) - 1) + 1):
                position = positions.get(row + 1)
                if place not in keys or position is None or (row, place) == (top, left):
                    continue
                key = keys[place]
                found.covered.add((row + 1, key))
                column = register.schema.columns[key]
                is_spread = place == left and key != register.schema.key and column.type not in {"number", "integer"}
                if is_spread and is_blank(found.columns[key][position]):
                    found.columns[key][position] = cell_at(found.rows, top + 1, left)
