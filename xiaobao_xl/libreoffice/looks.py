"""Looks of a range: formats, colours, alignment, sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiaobao_xl.libreoffice.addresses import Area
from xiaobao_xl.libreoffice.bridge import enum
from xiaobao_xl.libreoffice.cells import Cells
from xiaobao_xl.libreoffice.conditional import ConditionalFormats
from xiaobao_xl.libreoffice.formats import (
    Colour,
    Font,
    of_rgb,
    to_characters,
    to_hundredths,
    to_points,
    to_rgb,
    to_width,
)
from xiaobao_xl.libreoffice.number_formats import format_key, has_one, heights_kept

_HORIZONTAL = {
    "general": "STANDARD",
    "left": "LEFT",
    "center": "CENTER",
    "right": "RIGHT",
    "fill": "REPEAT",
    "justify": "BLOCK",
}
_VERTICAL = {"top": 1, "center": 2, "bottom": 3}


class Looks(Cells):
    """The part of a range that is about how cells look."""

    @property
    def number_format(self) -> str | None:
        """Number format as Excel writes it; None where cells differ."""
        cells = self.api
        if not has_one(cells, "NumberFormat"):
            return None
        code: str = self.sheet.document.NumberFormats.getByKey(cells.NumberFormat).FormatString
        return code

    @number_format.setter
    def number_format(self, code: str) -> None:
        document, cells = self.sheet.document, self._changeable
        with heights_kept(document):
            cells.NumberFormat = format_key(document, code)

    @property
    def color(self) -> Colour | None:
        """Fill; None for none, and where cells differ."""
        return of_rgb(self.api.CellBackColor)

    @color.setter
    def color(self, value: Any) -> None:
        self._changeable.CellBackColor = to_rgb(value)

    def set_colors(self, colors: Sequence[Sequence[Any]]) -> None:
        """One fill for each cell, rows of colours; one call for each colour."""
        self.sheet.paint(self.area, colors)

    @property
    def font(self) -> Font:
        """Font of the range."""
        return Font(self.api)

    @property
    def conditional_formats(self) -> ConditionalFormats:
        """Conditional formats over exactly this range."""
        return ConditionalFormats(self.sheet, self.area)

    @property
    def wrap_text(self) -> bool | None:
        """Whether long text is broken into lines."""
        is_wrapped: bool | None = self.api.IsTextWrapped
        return is_wrapped

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self._changeable.IsTextWrapped = bool(value)

    @property
    def horizontal_alignment(self) -> str | None:
        """Alignment across."""
        found = self.api.HoriJustify
        words = {uno_word: word for word, uno_word in _HORIZONTAL.items()}
        return None if found is None else words.get(found.value)

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self._changeable.HoriJustify = enum("table.CellHoriJustify", _HORIZONTAL[value])

    @property
    def vertical_alignment(self) -> str | None:
        """Alignment up and down."""
        words = {number: word for word, number in _VERTICAL.items()}
        return words.get(self.api.VertJustify, "bottom" if self.api.VertJustify == 0 else None)

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self._changeable.VertJustify = _VERTICAL[value]

    @property
    def column_width(self) -> float | None:
        """Width of the columns in characters; None where they differ."""
        widths = {self.sheet.column_at(column).Width for column in range(self.area.column, self.area.last_column + 1)}
        return to_characters(widths.pop()) if len(widths) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self._changeable.Columns.Width = to_width(value)

    @property
    def row_height(self) -> float | None:
        """Height of the rows in points, of the first where they differ."""
        return to_points(self.api.Rows.getByIndex(0).Height)

    @row_height.setter
    def row_height(self, value: float) -> None:
        self._changeable.Rows.Height = to_hundredths(value)

    @property
    def is_row_fitted(self) -> bool:
        """Whether the first row is as high as its texts (not an attribute of xlwings: reach it by `impl`)."""
        return bool(self.api.Rows.getByIndex(0).OptimalHeight)

    @property
    def width(self) -> float:
        """Width in points."""
        return to_points(self.api.Size.Width)

    @property
    def height(self) -> float:
        """Height in points."""
        return to_points(self.api.Size.Height)

    @property
    def left(self) -> float:
        """Distance from the left edge of the sheet in points."""
        return to_points(self.api.Position.X)

    @property
    def top(self) -> float:
        """Distance from the top edge of the sheet in points."""
        return to_points(self.api.Position.Y)

    @property
    def row_hidden(self) -> bool | None:
        """Whether the rows are hidden, by hand or by a filter; None where some are."""
        seen = self._visible_row_count()
        return None if 0 < seen < self.area.row_count else seen == 0

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._changeable.Rows.IsVisible = not value

    @property
    def column_hidden(self) -> bool | None:
        """Whether the columns are hidden; None where some are."""
        columns = range(self.area.column, self.area.last_column + 1)
        seen = sum(bool(self.sheet.column_at(column).IsVisible) for column in columns)
        return None if 0 < seen < self.area.column_count else seen == 0

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self._changeable.Columns.IsVisible = not value

    def _visible_row_count(self) -> int:
        # One column is enough: rows are seen or hidden as a whole.
        one = self.sheet.cells_of(Area(self.area.row, self.area.column, self.area.row_count, 1))
        return sum(part.EndRow - part.StartRow + 1 for part in one.queryVisibleCells().RangeAddresses)

    def autofit(self, axis: str | None = None) -> None:
        """Fit columns, rows or both to what stands in them."""
        if axis in {None, "columns", "c"}:
            self.api.Columns.OptimalWidth = True
        if axis in {None, "rows", "r"}:
            self.api.Rows.OptimalHeight = True
