"""Defined names of a workbook or a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.libreoffice.addresses import Area, area_of, cell_address
from xiaobao_xl.libreoffice.formulas import Parser
from xiaobao_xl.libreoffice.gaps import fills_gaps

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.books import Book
    from xiaobao_xl.libreoffice.ranges import Range

_FIRST = Area(1, 1)


@fills_gaps(getattr(base_classes, "Names", None))
class Names:
    """The names of a workbook, or those that belong to one of its sheets."""

    book: Book
    api: Any

    def __init__(self, book: Book, api: Any, sheet_name: str = "") -> None:
        """Of UNO's NamedRanges; `sheet_name` is the sheet they belong to."""
        self.book = book
        self.api = api
        self.sheet_name = sheet_name

    def _found(self, name: str) -> str | None:
        bare = name.rpartition("!")[2].lower()
        return next((one for one in self.api.ElementNames if one.lower() == bare), None)

    def __call__(self, key: int | str) -> Name:
        """A name by its number, counted from 1, or by its text in either case."""
        if isinstance(key, int):
            return Name(self, self.api.ElementNames[key - 1])
        found = self._found(key)
        if found is None:
            raise KeyError(key)
        return Name(self, found)

    def __iter__(self) -> Iterator[Name]:
        """Each name."""
        return iter([Name(self, one) for one in self.api.ElementNames])

    def __len__(self) -> int:
        """How many."""
        return len(self.api.ElementNames)

    def snapshot(self) -> list[tuple[str, Name]]:
        """Texts and names."""
        return [(name.name, name) for name in self]

    def contains(self, key: int | str) -> bool:
        """Whether there is such a name."""
        return 1 <= key <= len(self) if isinstance(key, int) else self._found(key) is not None

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name; an old one of the same text is replaced."""
        bare = name.rpartition("!")[2]
        old = self._found(bare)
        if old is not None:
            self.api.removeByName(old)
        self.api.addNewByName(bare, "", cell_address(0, _FIRST), 0)
        self.api.getByName(bare).setTokens(Parser(self.book.document).tokens(refers_to, 0, _FIRST))
        return Name(self, bare)


@fills_gaps(getattr(base_classes, "Name", None))
class Name:
    """One defined name."""

    def __init__(self, names: Names, text: str) -> None:
        """Of a collection."""
        self._names = names
        self._text = text

    @property
    def api(self) -> Any:
        """UNO's NamedRange."""
        return self._names.api.getByName(self._text)

    @property
    def name(self) -> str:
        """Its text; that of a sheet begins with the sheet, as in Excel."""
        sheet = self._names.sheet_name
        return f"{sheet}!{self._text}" if sheet else self._text

    @name.setter
    def name(self, value: str) -> None:
        self.api.Name = value
        self._text = value

    def delete(self) -> None:
        """Take the name away; the cells stay."""
        self._names.api.removeByName(self._text)

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula of Excel."""
        return Parser(self._names.book.document).text(self.api.getTokens(), 0, _FIRST)

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.api.setTokens(Parser(self._names.book.document).tokens(value, 0, _FIRST))

    @property
    def refers_to_area(self) -> tuple[str, Area] | None:
        """Sheet and cells it stands for; None where it stands for something else."""
        cells = self.api.getReferredCells()
        return None if cells is None else (cells.Spreadsheet.Name, area_of(cells.RangeAddress))

    @property
    def refers_to_range(self) -> Range:
        """The range it stands for.

        Raises:
            ValueError: it stands for something else.
        """
        found = self.refers_to_area
        if found is None:
            raise ValueError(f"名称“{self.name}”不是单元格区域。")
        return self._names.book.sheets(found[0]).range_of(found[1])
