"""Columns added right of a live register: where each goes, what stood there before, and back again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live import dressing
from xiaobao_xl.live.doors import Door
from xiaobao_xl.live.dressing import Model, Raised
from xiaobao_xl.live.ours import LiveRange, LiveSheet
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.grids import Grid
from xiaobao_xl.workbook.scanning import column_number

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn


@dataclass(frozen=True, kw_only=True)
class Block:
    """Neighbouring columns of ours, from the heading to the last row.

    Attributes:
        sheet: name of the register's sheet.
        top: row of the heading.
        left: first column.
        before: what stood in the cells, row by row; empty where the columns are new.
        widths: widths the new columns had before.
        head: how the row of the headings was made higher; None where it was high enough.
        titles: headings written.
        bottom: last row written.
    """

    sheet: str
    top: int
    left: int
    before: Sequence[Sequence[Any]]
    widths: Sequence[float]
    titles: Sequence[str]
    bottom: int
    head: Raised | None = None

    def heads(self, sheet: LiveSheet) -> LiveRange:
        """The headings on their sheet."""
        return sheet.range((self.top, self.left), (self.top, self.left + len(self.titles) - 1))

    def cells(self, sheet: LiveSheet) -> LiveRange:
        """The cells on their sheet."""
        return sheet.range((self.top, self.left), (self.bottom, self.left + len(self.titles) - 1))

    def as_json(self) -> dict[str, Any]:
        """For the undo sheet."""
        before = [[_kept(cell) for cell in row] for row in self.before]
        return {
            "sheet": self.sheet, "top": self.top, "left": self.left, "before": before, "widths": list(self.widths),
            "titles": list(self.titles), "bottom": self.bottom, "head": self.head and asdict(self.head),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Block:
        """From the undo sheet."""
        before = [[_given(cell) for cell in row] for row in kept["before"]]
        head = Raised(**kept["head"]) if kept.get("head") else None
        return cls(**{**kept, "before": before, "head": head})


def _kept(cell: Any) -> Any:
    """A cell as JSON; dates and times are told from texts."""
    return {"at": cell.isoformat()} if isinstance(cell, (date, datetime)) else cell


def _given(cell: Any) -> Any:
    return datetime.fromisoformat(cell["at"]) if isinstance(cell, dict) else cell


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the columns go.

    Attributes:
        blocks: neighbouring columns with what stood there.
        columns: the column written at each place, 1-based; None empties one of an earlier time.
        model: what new columns are to look like.
    """

    blocks: Sequence[Block]
    columns: Mapping[int, ExtraColumn | None]
    model: Model


def plan(
    sheet: LiveSheet,
    door: Door,
    grid: Grid,
    register: Register,
    columns: Sequence[ExtraColumn],
    known: Collection[str],
) -> Plan:
    """Find a place for each column: under its own heading where that stands already, else right of everything.

    Args:
        sheet: the register's sheet.
        door: the way to what xlwings has no word for.
        grid: the same as read.
        register: the register read from it.
        columns: what to write.
        known: headings that are ours, also those not written this time.
    """
    row = list(grid.rows())[register.origin.header_rows[1] - 1]
    mine = {str(title): place for place, title in enumerate(row, start=1) if title in known}
    free = grid.scan.width + 1
    places: dict[int, ExtraColumn | None] = {}
    for column in columns:
        place = mine.pop(column.title, 0)
        places[place or free] = column
        free += not place
    places |= dict.fromkeys(mine.values())
    last = max(column_number(letters.encode()) for letters in register.origin.letters.values()) + 1
    model = dressing.model_of(sheet, register.origin.header_rows[1], last)
    bottom = max([register.origin.header_rows[1] + 1, *register.origin.rows[-1:].tolist()])
    blocks = []
    for left, right in _runs(places, grid.scan.width):
        titles = [given.title if (given := places[place]) else str(row[place - 1]) for place in range(left, right + 1)]
        is_new = left > grid.scan.width
        block = Block(
            sheet=grid.name,
            top=register.origin.header_rows[1],
            left=left,
            before=(),
            widths=(),
            titles=titles,
            bottom=bottom,
        )
        blocks.append(_with_past(sheet, door, block, model if is_new else None))
    return Plan(blocks=blocks, columns=places, model=model)


def _runs(places: Collection[int], width: int) -> list[tuple[int, int]]:
    """Stretches of neighbouring columns, those within the used range apart from new ones."""
    runs: list[tuple[int, int]] = []
    for place in sorted(places):
        if runs and place == runs[-1][1] + 1 and place != width + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _with_past(sheet: LiveSheet, door: Door, block: Block, model: Model | None) -> Block:
    """The block with what stands there now; a model where the columns are new."""
    if model is None:
        return replace(block, before=block.cells(sheet).options(ndim=2).value)
    widths = [float(sheet.range((1, block.left + place)).column_width) for place in range(len(block.titles))]
    return replace(block, widths=widths, head=dressing.to_be_raised(sheet.range((block.top, 1)), door, model))


def write(sheet: LiveSheet, door: Door, planned: Plan) -> None:
    """Write all columns, one call for each block; a new one gets its formats first. Rows stay as high as they are.

    Raises:
        WorkbookError: a filter kept some rows from being written.
    """
    for block in planned.blocks:
        with door.heights_kept(sheet):
            _write(sheet, door, block, planned)


def _write(sheet: LiveSheet, door: Door, block: Block, planned: Plan) -> None:
    rows = [list(block.titles)]
    mine = [planned.columns[block.left + place] for place in range(len(block.titles))]
    rows += [[_value(column, row) for column in mine] for row in range(block.top + 1, block.bottom + 1)]
    cells = block.cells(sheet)
    if block.widths:
        dressing.dress(cells, door, planned.model, mine, block.head)
    cells.options(ndim=2).value = rows
    if door.is_filtered(sheet) and not _is_same(cells.options(ndim=2).value, rows):
        raise WorkbookError("筛选隐藏的行没有写进去，已全部恢复原状；请先清除筛选（数据 → 清除），再点一次。")


def _value(column: ExtraColumn | None, row: int) -> Any:
    value = column.values.get(row) if column else None
    return None if value == "" else value


def _is_same(found: Sequence[Sequence[Any]], wanted: Sequence[Sequence[Any]]) -> bool:
    """As many cells are filled as were written, column by column."""
    return all(
        sum(cell is not None for cell in now) == sum(cell is not None for cell in then)
        for now, then in zip(zip(*found, strict=True), zip(*wanted, strict=True), strict=True)
    )


def restore(sheet: LiveSheet, door: Door, block: Block) -> None:
    """Put a block back as it was before it was written."""
    with door.heights_kept(sheet):
        if not block.widths:
            block.cells(sheet).options(ndim=2).value = block.before
            return
        last = max(block.bottom, int(sheet.used_range.last_cell.row))
        sheet.range((block.top, block.left), (last, block.left + len(block.titles) - 1)).clear()
        for place, width in enumerate(block.widths):
            sheet.range((1, block.left + place)).column_width = width
    if block.head:
        dressing.lower(sheet.range((block.top, 1)), block.head)


def is_in_place(sheet: LiveSheet, block: Block) -> bool:
    """Our headings still stand where they were written; if not, the officer has moved columns."""
    heads = block.heads(sheet).options(ndim=1).value
    return [str(head) for head in heads] == list(block.titles)
