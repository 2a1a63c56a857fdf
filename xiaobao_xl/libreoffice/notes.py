"""Notes of cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xiaobao_xl.libreoffice.addresses import Area, cell_address

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.ranges import Range
    from xiaobao_xl.libreoffice.sheets import Sheet


class Note:
    """The note of a cell."""

    def __init__(self, sheet: Sheet, area: Area) -> None:
        """Of a cell that has one."""
        self.sheet = sheet
        self.area = area

    @property
    def api(self) -> Any:
        """The UNO annotation."""
        return self.sheet.cells_of(self.area).getCellByPosition(0, 0).getAnnotation()

    @property
    def text(self) -> str:
        """What it says."""
        text: str = self.api.getString()
        return text

    @text.setter
    def text(self, value: str) -> None:
        self.api.setString(value)

    @property
    def author(self) -> str:
        """Who wrote it, as far as LibreOffice knows."""
        author: str = self.api.getAuthor()
        return author

    @property
    def location(self) -> Range:
        """The cell."""
        return self.sheet.range_of(self.area)

    def delete(self) -> None:
        """Take the note away."""
        annotations = self.sheet.api.Annotations
        for index in range(annotations.Count):
            position = annotations.getByIndex(index).Position
            if (position.Row + 1, position.Column + 1) == (self.area.row, self.area.column):
                annotations.removeByIndex(index)
                return


def note_at(sheet: Sheet, area: Area) -> Note | None:
    """Note of an area's first cell."""
    annotation = sheet.cells_of(area).getCellByPosition(0, 0).getAnnotation()
    return Note(sheet, Area(area.row, area.column)) if annotation is not None and annotation.getString() else None


def add_note(sheet: Sheet, area: Area, text: str) -> Note:
    """Give an area's first cell a note."""
    first = Area(area.row, area.column)
    sheet.changeable(first)
    sheet.api.Annotations.insertNew(cell_address(sheet.index - 1, first), text)
    return Note(sheet, first)


def notes_of(sheet: Sheet) -> Iterator[Note]:
    """Notes of a sheet."""
    annotations = sheet.api.Annotations
    for index in range(annotations.Count):
        position = annotations.getByIndex(index).Position
        yield Note(sheet, Area(position.Row + 1, position.Column + 1))
