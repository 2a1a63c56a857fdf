"""Sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.libreoffice.addresses import (
    COLUMN_COUNT,
    ROW_COUNT,
    Area,
    area_of,
    parse,
    range_address,
    rectangles,
    split_sheet,
)
from xiaobao_xl.libreoffice.filters import filtered_areas
from xiaobao_xl.libreoffice.formats import to_rgb
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.names import Names
from xiaobao_xl.libreoffice.notes import Note, notes_of
from xiaobao_xl.libreoffice.number_formats import has_one, heights_kept
from xiaobao_xl.libreoffice.ranges import Range

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.books import Book


@fills_gaps(getattr(base_classes, "Sheets", None))
class Sheets:
    """The sheets of a workbook, in order."""

    book: Book

    def __init__(self, book: Book) -> None:
        """Of a workbook."""
        self.book = book

    @property
    def api(self) -> Any:
        """UNO's sheets."""
        return self.book.document.Sheets

    @property
    def active(self) -> Sheet:
        """The sheet that is shown."""
        controller = self.book.document.CurrentController
        return Sheet(self.book, controller.ActiveSheet if controller else self.api.getByIndex(0))

    def __call__(self, key: int | str) -> Sheet:
        """A sheet by its number, counted from 1, or by its name in either case."""
        names = self.api.ElementNames
        if isinstance(key, int):
            if not 1 <= key <= len(names):
                raise KeyError(key)
            return Sheet(self.book, self.api.getByIndex(key - 1))
        found = next((name for name in names if name.lower() == key.lower()), None)
        if found is None:
            raise KeyError(key)
        return Sheet(self.book, self.api.getByName(found))

    def __len__(self) -> int:
        """How many."""
        return len(self.api.ElementNames)

    def __iter__(self) -> Iterator[Sheet]:
        """Each sheet."""
        return iter([Sheet(self.book, self.api.getByName(name)) for name in self.api.ElementNames])

    def __contains__(self, key: int | str) -> bool:
        """Whether there is such a sheet."""
        names = [name.lower() for name in self.api.ElementNames]
        return 1 <= key <= len(names) if isinstance(key, int) else key.lower() in names

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Insert a sheet, before the active one where nothing is said, and show it."""
        names = self.api.ElementNames
        if name is None:
            name = next(free for number in range(1, len(names) + 2) if (free := f"Sheet{number}") not in names)
        place = after.index if after is not None else (before or self.active).index - 1
        self.api.insertNewByName(name, place)
        made = Sheet(self.book, self.api.getByName(name))
        made.activate()
        return made


@fills_gaps(getattr(base_classes, "Sheet", None))
class Sheet:
    """One sheet."""

    book: Book
    api: Any

    def __init__(self, book: Book, api: Any) -> None:
        """Of a workbook and the UNO sheet."""
        self.book = book
        self.api = api

    @property
    def document(self) -> Any:
        """The UNO document."""
        return self.book.document

    @property
    def name(self) -> str:
        """Its name."""
        name: str = self.api.Name
        return name

    @name.setter
    def name(self, value: str) -> None:
        self.api.Name = value

    @property
    def index(self) -> int:
        """Its number, counted from 1."""
        number: int = self.api.RangeAddress.Sheet
        return number + 1

    @property
    def names(self) -> Names:
        """Names that belong to this sheet alone."""
        return Names(self.book, self.api.NamedRanges, self.name)

    @property
    def notes(self) -> Iterator[Note]:
        """Its notes."""
        return notes_of(self)

    @property
    def visible(self) -> bool:
        """Whether its tab is seen."""
        return bool(self.api.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.api.IsVisible = bool(value)

    @property
    def is_protected(self) -> bool:
        """Whether the sheet is protected against changes (not an attribute of xlwings: reach it by `sheet.impl`)."""
        return bool(self.api.isProtected())

    @property
    def filtered_areas(self) -> list[Area]:
        """Areas with an autofilter (not an attribute of xlwings: reach it by `sheet.impl`)."""
        return filtered_areas(self.document, self.index - 1)

    @property
    def cells(self) -> Range:
        """All cells."""
        return Range(self, Area(1, 1, ROW_COUNT, COLUMN_COUNT))

    @property
    def used_area(self) -> Area:
        """From the first to the last cell in use."""
        cursor = self.api.createCursor()
        cursor.gotoStartOfUsedArea(False)  # noqa: FBT003 - UNO takes no names
        cursor.gotoEndOfUsedArea(True)  # noqa: FBT003
        return area_of(cursor.RangeAddress)

    @property
    def used_range(self) -> Range:
        """From the first to the last cell in use."""
        return Range(self, self.used_area)

    @property
    def freeze_panes(self) -> FreezePanes:
        """Rows and columns that stay in sight."""
        return FreezePanes(self)

    def cells_of(self, area: Area) -> Any:
        """The UNO range of an area."""
        return self.api.getCellRangeByPosition(area.column - 1, area.row - 1, area.last_column - 1, area.last_row - 1)

    def changeable(self, area: Area) -> Any:
        """The UNO range of an area that may be changed; LibreOffice itself passes over protected cells in silence.

        Raises:
            WorkbookError: the sheet is protected, and cells of the area are locked.
        """
        cells = self.cells_of(area)
        if self.is_protected and (not has_one(cells, "CellProtection") or cells.CellProtection.IsLocked):
            raise WorkbookError(f"工作表“{self.name}”受保护，{area.text()} 改不了；请先撤销工作表保护。")
        return cells

    def heights_kept(self) -> AbstractContextManager[None]:
        """Rows keep their heights whatever is written (not an attribute of xlwings: reach it by `sheet.impl`)."""
        return heights_kept(self.document)

    def column_at(self, column: int) -> Any:
        """The UNO column, counted from 1."""
        return self.api.Columns.getByIndex(column - 1)

    def range_of(self, area: Area) -> Range:
        """The range of an area."""
        return Range(self, area)

    def range(self, first: Any, second: Any = None) -> Range:
        """A range by address, defined name, row and column, or from one of these to another.

        Raises:
            KeyError: neither an address nor a name.
            IndexError: a row or column 0.
        """
        start = self._found(first)
        if second is None:
            return start
        return Range(start.sheet, start.area.around(self._found(second).area))

    def _found(self, key: Any) -> Range:
        if isinstance(key, Range):
            return key
        if isinstance(key, tuple):
            if 0 in key:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            return Range(self, Area(*key))
        sheet_name, text = split_sheet(key.strip().removeprefix("="))
        sheet = self if sheet_name is None else self.book.sheets(sheet_name.rpartition("]")[2])
        area = parse(text)
        if area is not None:
            return Range(sheet, area)
        for names in (sheet.names, self.book.names):
            if names.contains(text):
                return names(text).refers_to_range
        raise KeyError(key)

    def paint(self, area: Area, colours: Sequence[Sequence[Any]]) -> None:
        """Fill the cells of an area with colours given as rows; one call for each colour."""
        self.changeable(area)
        cells: dict[int, list[tuple[int, int]]] = {}
        for row, line in enumerate(colours):
            for column, colour in enumerate(line):
                cells.setdefault(to_rgb(colour), []).append((area.row + row, area.column + column))
        for number, places in cells.items():
            self.collected(rectangles(places)).CellBackColor = number

    def collected(self, areas: Sequence[Area]) -> Any:
        """UNO's collection of several areas of the sheet."""
        some = self.document.createInstance("com.sun.star.sheet.SheetCellRanges")
        index = self.index - 1
        some.addRangeAddresses(tuple(range_address(index, area) for area in areas), False)  # noqa: FBT003
        return some

    def activate(self) -> None:
        """Show it."""
        controller = self.document.CurrentController
        if controller:
            controller.setActiveSheet(self.api)

    select = activate

    def clear_contents(self) -> None:
        """Empty all cells, keep their looks."""
        self.used_range.clear_contents()

    def clear_formats(self) -> None:
        """Take all looks away, keep the contents."""
        self.used_range.clear_formats()

    def clear(self) -> None:
        """Take everything away."""
        self.used_range.clear()

    def autofit(self, axis: str | None = None) -> None:
        """Fit columns, rows or both to what stands in them."""
        self.used_range.autofit(axis)

    def delete(self) -> None:
        """Take the sheet away."""
        self.document.Sheets.removeByName(self.name)

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """Copy it inside the workbook, as `name (2)`, and show the copy."""
        place = before.index - 1 if before is not None else after.index if after is not None else len(self.book.sheets)
        names = self.document.Sheets.ElementNames
        name = next(free for number in range(2, len(names) + 3) if (free := f"{self.name} ({number})") not in names)
        self.document.Sheets.copyByName(self.name, name, place)
        self.book.sheets(name).activate()

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        """Move it inside the workbook."""
        place = before.index - 1 if before is not None else after.index if after is not None else len(self.book.sheets)
        self.document.Sheets.moveByName(self.name, place)


class FreezePanes:
    """Rows and columns of a sheet that stay in sight."""

    def __init__(self, sheet: Sheet) -> None:
        """Of a sheet."""
        self.sheet = sheet

    def freeze_at(self, frozen: str) -> None:
        """Keep the rows and columns down to the end of an address in sight, e.g. `1:1` or `A1:B2`."""
        area = self.sheet.range(frozen).area
        rows = 0 if area.row_count == ROW_COUNT else area.last_row
        columns = 0 if area.column_count == COLUMN_COUNT else area.last_column
        self._at(columns, rows)

    def unfreeze(self) -> None:
        """Let everything scroll."""
        self._at(0, 0)

    def _at(self, columns: int, rows: int) -> None:
        shown = self.sheet.book.sheets.active
        self.sheet.activate()
        self.sheet.document.CurrentController.freezeAtPosition(columns, rows)
        shown.activate()
