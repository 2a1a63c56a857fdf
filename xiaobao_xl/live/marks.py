"""Marks on a live sheet: letters on a hidden sheet, and conditional formats that turn them into colours.

Row n of the hidden sheet tells of row n of the register, one letter for each of its cells: `..e.w` marks the third as an
error and the fifth as a warning. Beside it stands the row's key, and the headings of the columns in a third column: where
rows were sorted or columns moved since, neither fits, and a cell loses its colour instead of bearing another's. Writing
the marks of a whole register is one call, and taking them away leaves the officer's own formats as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.findings import Finding, Level
from xiaobao_xl.live.doors import Door, Painted
from xiaobao_xl.live.ours import MARKS, LiveBook, our_sheet, sheet_names
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.grids import Grid
from xiaobao_xl.workbook.scanning import column_letters, column_number

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn

LETTERS: Final[dict[Level, str]] = {"error": "e", "warning": "w", "note": "n"}
LAYERS: Final = {"check": ("A", "B", "C"), "classify": ("D", "E", "F"), "due": ("G", "H", "I")}
_NONE: Final = "."


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Marks of one button.

    Attributes:
        sheet: name of the register's sheet.
        area: address of the cells that can be coloured, `A2:AD5001`.
        lines: row number → letters from column A on.
        key: letters of the column whose cells tell rows apart; '' where there is none.
        keys: row number → text of that cell, for each row of `lines`.
        head: row of the headings.
        heads: texts of that row from column A on.
    """

    sheet: str
    area: str
    lines: Mapping[int, str]
    key: str
    keys: Mapping[int, str]
    head: int
    heads: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """For the undo sheet."""
        rows = [[row, line, self.keys.get(row, "")] for row, line in self.lines.items()]
        return {
            "sheet": self.sheet, "area": self.area, "rows": rows, "key": self.key, "head": self.head, "heads": self.heads,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Layer:
        """From the undo sheet."""
        rows = kept["rows"]
        return cls(
            sheet=kept["sheet"], area=kept["area"], key=kept["key"], head=kept["head"], heads=kept["heads"],
            lines={row: line for row, line, _ in rows}, keys={row: key for row, _, key in rows},
        )  # fmt: skip


def of_findings(register: Register, grid: Grid, findings: Iterable[Finding]) -> Layer:
    """The marks of findings; a finding about a row marks the cell of its key."""
    from xiaobao_xl.workbook import marking

    found = marking.places(findings, {register.origin.sheet: register})[register.origin.sheet]
    marks = marking.anchored(found, grid.merges)
    levels = marking.levels(marks)
    top = register.origin.header_rows[1] + 1
    bottom = max([top, *register.origin.rows[-1:].tolist(), *levels])
    width = max([column for _, column in marks], default=1)
    return _layer(register, grid, f"A{top}:{column_letters(width - 1)}{bottom}", levels, ())


def of_columns(register: Register, grid: Grid, columns: Mapping[int, ExtraColumn | None]) -> Layer | None:
    """The marks of added columns.

    Args:
        register: the register they stand beside.
        grid: its sheet as read, before they were written.
        columns: place, 1-based → column; None where an older one was emptied.

    Returns:
        The layer; None where no cell stands out.
    """
    from xiaobao_xl.workbook import palette

    by_colour = {colour: level for level, colour in palette.LEVEL_FILLS.items()}
    levels: dict[int, dict[int, Level]] = defaultdict(dict)
    for place, column in columns.items():
        for row, colour in column.fills.items() if column else ():
            levels[row][place - 1] = by_colour[colour]
    if not levels:
        return None
    top = register.origin.header_rows[1] + 1
    area = f"{column_letters(min(columns) - 1)}{top}:{column_letters(max(columns) - 1)}{max(levels)}"
    titles = [(place, column.title) for place, column in columns.items() if column]
    return _layer(register, grid, area, levels, titles)


def _layer(
    register: Register,
    grid: Grid,
    area: str,
    levels: Mapping[int, Mapping[int, Level]],
    titles: Sequence[tuple[int, str]],
) -> Layer:
    """The layer, with what tells its rows and columns again."""
    rows, head = list(grid.rows()), register.origin.header_rows[1]
    key = register.origin.letters.get(register.schema.key, "")
    place = column_number(key.encode()) if key else 0
    heads = [_text(cell) for cell in rows[head - 1]]
    heads += [""] * (max([at for at, _ in titles], default=0) - len(heads))
    for at, title in titles:
        heads[at - 1] = title
    return Layer(
        sheet=grid.name, area=area, lines=_lines(levels), key=key, head=head, heads=heads,
        keys={row: _text(rows[row - 1][place]) for row in levels} if key else {},
    )  # fmt: skip


def _text(cell: Cell) -> str:
    """A cell as `&""` makes it a text in Excel."""
    return cell if isinstance(cell, str) else shown(cell)


def _lines(levels: Mapping[int, Mapping[int, Level]]) -> dict[int, str]:
    """Row → letters."""
    lines = {}
    for row, places in levels.items():
        letters = [_NONE] * (max(places) + 1)
        for place, level in places.items():
            letters[place] = LETTERS[level]
        lines[row] = "".join(letters)
    return lines


def show(book: LiveBook, door: Door, name: str, layer: Layer | None) -> None:
    """Make a layer the only one of its name; None takes it away.

    Args:
        book: the open workbook.
        door: the way to its conditional formats.
        name: `check`, `classify` or `due`.
        layer: the marks.
    """
    from xiaobao_xl.workbook import palette

    names, letters = sheet_names(book), LAYERS[name]
    if MARKS in names:
        for sheet in book.sheets:
            if sheet.name != MARKS:
                door.unpaint(sheet, letters[0])
        book.sheets[MARKS].range(f"{letters[0]}:{letters[2]}").clear_contents()
    if layer is None or layer.sheet not in names or not layer.lines:
        return
    bottom = max(*layer.lines, len(layer.heads))
    heads = [*layer.heads, *[None] * (bottom - len(layer.heads))]
    table = [[layer.lines.get(row), layer.keys.get(row), heads[row - 1] or None] for row in range(1, bottom + 1)]
    cells = our_sheet(book, MARKS).range(f"{letters[0]}1:{letters[2]}{bottom}")
    cells.number_format = "@"
    cells.options(ndim=2).value = table
    painted = [
        Painted(level, _formula(letters, mark, layer), palette.LEVEL_FILLS[level]) for level, mark in LETTERS.items()
    ]
    door.paint(book.sheets[layer.sheet], layer.area, letters[0], painted)


def _formula(letters: tuple[str, str, str], mark: str, layer: Layer) -> str:
    """True where the cell being formatted bears the mark, wherever that cell is, and row and column are those checked."""
    marks, keys, heads = letters
    tests = [
        f'MID(INDEX({MARKS}!${marks}:${marks},ROW()),COLUMN(),1)="{mark}"',
        f'INDEX({MARKS}!${heads}:${heads},COLUMN())&""=IFERROR(INDEX(${layer.head}:${layer.head},COLUMN())&"","")',
    ]
    if layer.key:
        tests.append(f'INDEX({MARKS}!${keys}:${keys},ROW())&""=IFERROR(INDEX(${layer.key}:${layer.key},ROW())&"","")')
    return f"=AND({','.join(tests)})"
