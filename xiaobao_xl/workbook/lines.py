"""Lines of a list in a template: what each cell of a repeated row, or of a sheet per complaint, says for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.row_lists import Cell
from xiaobao_xl.figures.values import BLANK, Figures
from xiaobao_xl.package.heights import Room
from xiaobao_xl.package.references import address
from xiaobao_xl.workbook.drawing import lines_needed
from xiaobao_xl.workbook.marks import NUMBER, Mark, Marked
from xiaobao_xl.workbook.printing import printed, printed_cell, value_of

NOTHING = "无"
_HIGHEST = 409  # points a row can have


class LineCell(NamedTuple):
    """One cell of the template and what it says.

    Attributes:
        row: its row in the template.
        column: its column.
        values: what it says for each line; once where there is none.
        is_text: what it says must stay text (an identifier).
        shows: figures it shows.
    """

    row: int
    column: int
    values: Sequence[Cell]
    is_text: bool
    shows: tuple[str, ...]


def heights(cells: Sequence[LineCell], room: Room) -> Iterator[float]:
    """Points each line needs, so that its wrapped texts show in full; none where the template fixes the height."""
    wrapped = [(cell.values, room.widths[cell.column]) for cell in cells if cell.column in room.widths]
    if room.height:
        return
    for line in range(max((len(cell.values) for cell in cells), default=0)):
        texts = [(values[line], width) for values, width in wrapped]
        most = max((lines_needed(text, max(width - 1, 1)) for text, width in texts if isinstance(text, str)), default=1)
        yield min(6 + 13 * most, _HIGHEST)


def list_in(cells: Sequence[Marked], figures: Figures, file: str) -> str:
    """The list whose lines some cells follow; '' where they follow none.

    Raises:
        WorkbookError: they follow two lists, or a list and a split figure.
    """
    followed = {
        mark.figure if mark.figure in figures.lists else "" for cell in cells for mark in cell.marks if mark.field
    }
    if len(followed) > 1:
        first = cells[0]
        raise WorkbookError(
            f"{file} {first.sheet}!{address(first.row, first.column)}: 同一重复行或同一张逐件表里只能用一份清单的标记；请分开"
        )
    return followed.pop() if followed else ""


def line_cells(cells: Sequence[Marked], figures: Figures, name: str) -> Iterator[LineCell]:
    """Cells that follow a list, with what they say for every line.

    Without a line the first says 无 (— where the register cannot tell), the others are emptied.
    """
    lines, tells = figures.lists[name], name
    empty = NOTHING if figures.values[name][()].value is not None else BLANK
    for cell in cells:
        shown = tuple(mark.figure for mark in cell.marks if not mark.field)
        columns = [mark.field for mark in cell.marks if mark.field and mark.field != NUMBER]
        if columns and tells:
            shown, tells = (*shown, tells), ""
            said: Cell = empty
        else:
            said = None
        if not len(lines):
            kept = None if any(mark.field for mark in cell.marks) else _words(cell, figures, 0)
            yield LineCell(cell.row, cell.column, [kept if said is None else said], is_text=False, shows=shown)
            continue
        alone = cell.marks[0] if cell.text.strip() == cell.marks[0].text else None
        is_text = alone is not None and alone.field in lines.identifiers
        yield LineCell(cell.row, cell.column, _said(cell, figures, alone, len(lines)), is_text=is_text, shows=shown)


def _said(cell: Marked, figures: Figures, alone: Mark | None, count: int) -> Sequence[Cell]:
    """What a cell says for every line; a mark alone in its cell gives the value itself."""
    if alone is None:
        return [_words(cell, figures, line) for line in range(count)]
    if alone.field == NUMBER:
        return range(1, count + 1)
    if alone.field:
        return figures.lists[alone.figure].cells[alone.field]
    value = value_of(figures, alone.figure, alone.members).value
    return [BLANK if value is None else value] * count


def _words(cell: Marked, figures: Figures, line: int) -> str:
    text = cell.text
    for mark in cell.marks:
        text = text.replace(mark.text, said_by(mark, figures, line), 1)
    return text


def said_by(mark: Mark, figures: Figures, line: int) -> str:
    """What a mark says inside a text for a line."""
    if mark.field == NUMBER:
        return str(line + 1)
    if mark.field:
        return printed_cell(figures.lists[mark.figure].cells[mark.field][line])
    return printed(value_of(figures, mark.figure, mark.members), figures.spec(mark.figure))
