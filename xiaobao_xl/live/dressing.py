"""Looks of columns added to a live register: as its own, with headings that can be read and no row made higher by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xiaobao_xl.live.doors import Door, rgb
from xiaobao_xl.live.ours import LiveRange, LiveSheet

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn

_GENERAL: Final = "General"
_WIDEST: Final = 48  # characters; what is longer is read in the formula bar
_NARROW: Final = 14  # dates, numbers and states; they stand in the middle
_LINES: Final = 2  # of a heading, where its row is no higher
_LINE: Final = 1.4  # height of a line of text, in sizes of its font
_NEARLY: Final = 0.95  # of the height it needs, and a row is left as it is
_BOLD: Final = 1.05  # bold type is that much wider
_BREAK: Final = 5.0  # characters left over at the ends of lines
_SAME: Final = 0.2  # points; a row is no finer
_SIZE: Final = 10.0  # points; the font `text_width` counts with


@dataclass(frozen=True, kw_only=True)
class Model:
    """What new columns are to look like.

    Attributes:
        head: heading of the register's last column.
        cell: the cell below it.
        head_size: its font, in points.
        size: font of the cell.
        lines: lines of a heading for which its row has, or is given, room.
    """

    head: LiveRange
    cell: LiveRange
    head_size: float
    size: float
    lines: int

    @property
    def height(self) -> float:
        """Height of a row with so many lines of a heading, in points."""
        return round(_LINE * self.head_size * self.lines + 2, 1)


@dataclass(frozen=True, kw_only=True)
class Raised:
    """A row of headings that is made higher.

    Attributes:
        before: its height before, in points.
        after: its height then.
        is_fitted: before, it was as high as its texts; or that is not known.
    """

    before: float
    after: float
    is_fitted: bool


def model_of(sheet: LiveSheet, top: int, last: int) -> Model:
    """The looks of a register, by its last column.

    Args:
        sheet: the register's sheet.
        top: row of the headings.
        last: the register's last column, 1-based.
    """
    head, cell = sheet.range((top, last)), sheet.range((top + 1, last))
    size = float(head.font.size or _SIZE)
    lines = max(_LINES, int(float(head.row_height) / (size * _LINE)))
    return Model(head=head, cell=cell, head_size=size, size=float(cell.font.size or _SIZE), lines=lines)


def to_be_raised(row: LiveRange, door: Door, model: Model) -> Raised | None:
    """How the row of the headings must be made higher; None where it is high enough, and where it is hidden."""
    height = float(row.row_height)
    if not 0 < height < model.height * _NEARLY:
        return None
    return Raised(before=height, after=model.height, is_fitted=door.is_fitted(row))


def lower(row: LiveRange, raised: Raised) -> None:
    """Give the row of the headings its height again, unless the officer has changed it since.

    Where it followed its texts, it does so again if that is the same height.
    """
    if not _is_high(row, raised.after):
        return
    if raised.is_fitted:
        row.rows.autofit()
    if not _is_high(row, raised.before):
        row.row_height = raised.before


def _is_high(row: LiveRange, height: float) -> bool:
    return abs(float(row.row_height) - height) < _SAME


def dress(
    cells: LiveRange, door: Door, model: Model, columns: Sequence[ExtraColumn | None], raised: Raised | None
) -> None:
    """Looks of new columns, "@" before any text is written; a few calls for each column, however long.

    Args:
        cells: the columns, from their headings to the last row.
        door: the way to what xlwings has no word for.
        model: what they are to look like.
        columns: what is written into each.
        raised: the height the row of the headings is given.
    """
    sheet, top, left = cells.sheet, int(cells.row), int(cells.column)
    bottom, right = int(cells.last_cell.row), left + len(columns) - 1
    heads, below = sheet.range((top, left), (top, right)), sheet.range((top + 1, left), (bottom, right))
    _dress_heads(heads, door, model.head)
    if raised:
        heads.row_height = raised.after
    _follow(below, model.cell)
    door.stand_like(below, model.cell)
    for place, column in enumerate(columns, start=left):
        if column is not None:
            _dress_column(sheet.range((top + 1, place), (bottom, place)), door, column, model)


def _dress_heads(heads: LiveRange, door: Door, model: LiveRange) -> None:
    """Our colour, in the font of the officer's headings, wrapped and centred."""
    from xiaobao_xl.workbook import palette

    heads.color = rgb(palette.OURS)
    heads.font.color = rgb(palette.WHITE)
    heads.font.bold = True
    _follow(heads, model)
    heads.wrap_text = True
    door.centre(heads, is_heading=True)


def _follow(cells: LiveRange, model: LiveRange) -> None:
    """Font and size of the officer's cell."""
    if model.font.name:
        cells.font.name = model.font.name
    if model.font.size:
        cells.font.size = model.font.size


def _dress_column(cells: LiveRange, door: Door, column: ExtraColumn, model: Model) -> None:
    """Format and width of one column; what is long ends at its edge."""
    is_text = any(isinstance(value, str) for value in column.values.values())
    if column.number_format != _GENERAL or is_text:
        cells.number_format = "@" if is_text else column.number_format
    texts = _text_widths(column, model.size)
    width = max(_width(column, texts), round(head_width(column.title, model.head_size) / model.lines, 1))
    cells.column_width = width
    if 0 < column.width <= _NARROW:
        door.centre(cells)
    elif _is_cut(texts, width):
        door.cut(cells)


def _text_widths(column: ExtraColumn, size: float) -> list[float]:
    """Widths of the different texts of a column."""
    from xiaobao_xl.workbook.drawing import text_width

    texts = {value for value in column.values.values() if isinstance(value, str) and value}
    return [text_width(text) * size / _SIZE for text in texts]


def _width(column: ExtraColumn, texts: Sequence[float]) -> float:
    """Width of a column below its heading: one of words or numbers shows all of them, one of sentences their beginning."""
    from xiaobao_xl.workbook.copying import fitted_width

    if column.wraps or not column.width:
        return min(column.width or fitted_width(column), _WIDEST)
    return min(max([column.width, *(width + 1 for width in texts)]), _WIDEST)


def head_width(title: str, size: float) -> float:
    """Width of a heading in one line; the lines of a wrapped one break where a character ends.

    >>> head_width("投诉原因得分", 10)
    17.0
    """
    from xiaobao_xl.workbook.drawing import text_width

    return round(text_width(title) * size / _SIZE * _BOLD + _BREAK, 1)


def _is_cut(texts: Sequence[float], width: float) -> bool:
    """Some texts are longer than their column is wide, and none is so short that filling would show it twice.

    >>> _is_cut([70.0, 40.0], 48), _is_cut([70.0, 20.0], 48), _is_cut([20.0], 48)
    (True, False, False)
    """
    return bool(texts) and max(texts) > width and min(texts) > width * 0.6
