"""Number formats: in LibreOffice they alone say whether a number is a date or a truth value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from xiaobao_xl.libreoffice.addresses import Area, area_of, range_address, rectangles

Kind = Literal["", "date", "truth", "text"]
_DATE, _TRUTH, _TEXT = 2, 1024, 256  # com.sun.star.util.NumberFormat


def format_key(document: Any, code: str) -> int:
    """Key of a number format in a document, entered where it is new."""
    formats, locale = document.NumberFormats, document.CharLocale
    if code in {"General", "BOOLEAN"}:
        key: int = formats.getStandardFormat(_TRUTH if code == "BOOLEAN" else 0, locale)
        return key
    key = formats.queryKey(code, locale, False)  # noqa: FBT003 - UNO takes no names
    return formats.addNew(code, locale) if key == -1 else key


def has_one(cells: Any, name: str) -> bool:
    """Whether all cells of a range agree in a property; where they differ its value means nothing."""
    return bool(cells.getPropertyState(name).value != "AMBIGUOUS_VALUE")


def set_formats(document: Any, sheet_index: int, cells: Iterable[tuple[int, int]], key: int) -> None:
    """Give cells (row, column), counted from 1, a number format, in one go."""
    some = document.createInstance("com.sun.star.sheet.SheetCellRanges")
    addresses = tuple(range_address(sheet_index, area) for area in rectangles(cells))
    some.addRangeAddresses(addresses, False)  # noqa: FBT003 - UNO takes no names
    with heights_kept(document):
        some.NumberFormat = key


@contextmanager
def heights_kept(document: Any) -> Iterator[None]:
    """Keep LibreOffice from measuring every row anew: a number format does not change how high one is."""
    before = document.IsAdjustHeightEnabled
    document.IsAdjustHeightEnabled = False
    try:
        yield
    finally:
        document.IsAdjustHeightEnabled = before


class Formats:
    """The number formats of a range, asked for once where it has only one, otherwise once per format.

    Attributes:
        everywhere: kind of every cell; None where their formats differ.
    """

    def __init__(self, document: Any, cells: Any, area: Area) -> None:
        """Of a document's UNO range, which lies there."""
        self._known_formats = document.NumberFormats
        self._kinds: dict[int, Kind] = {}
        self._area = area
        self._parts: list[tuple[Area, int]] = []
        self.everywhere: Kind | None = None
        if has_one(cells, "NumberFormat"):
            self._parts = [(area, cells.NumberFormat)]
            self.everywhere = self._kind(self._parts[0][1])
            return
        groups = cells.getUniqueCellFormatRanges()
        for index in range(groups.Count):
            group = groups.getByIndex(index)
            key = group.NumberFormat
            self._parts += [(area_of(address), key) for address in group.RangeAddresses]

    def _kind(self, key: int) -> Kind:
        if key not in self._kinds:
            meaning = self._known_formats.getByKey(key).Type
            self._kinds[key] = (
                "date" if meaning & _DATE else "truth" if meaning & _TRUTH else "text" if meaning & _TEXT else ""
            )
        return self._kinds[key]

    def parts(self, *kinds: Kind) -> list[tuple[slice, slice, Kind]]:
        """Rows and columns, counted from 0 inside the range, whose cells are of these kinds."""
        return [(*self._slices(part), kind) for part, key in self._parts if (kind := self._kind(key)) in kinds]

    def _slices(self, part: Area) -> tuple[slice, slice]:
        row, column = part.row - self._area.row, part.column - self._area.column
        return slice(row, row + part.row_count), slice(column, column + part.column_count)

    def kinds(self) -> list[list[Kind]]:
        """Kind of each cell."""
        grid: list[list[Kind]] = [[""] * self._area.column_count for _ in range(self._area.row_count)]
        for rows, columns, kind in self.parts("date", "truth", "text"):
            for row in grid[rows]:
                row[columns] = [kind] * (columns.stop - columns.start)
        return grid

    def by_key(self, cells: Iterable[tuple[int, int]]) -> dict[int, list[tuple[int, int]]]:
        """Cells (row, column), counted from 0 inside the range, by the key of their format."""
        wanted = list(cells)
        if len(self._parts) == 1:
            return {self._parts[0][1]: wanted}
        grid = [[0] * self._area.column_count for _ in range(self._area.row_count)]
        for part, key in self._parts:
            rows, columns = self._slices(part)
            for row in grid[rows]:
                row[columns] = [key] * (columns.stop - columns.start)
        found: dict[int, list[tuple[int, int]]] = {}
        for row_index, column_index in wanted:
            found.setdefault(grid[row_index][column_index], []).append((row_index, column_index))
        return found
