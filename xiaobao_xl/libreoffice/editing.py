"""Editing of a range: clearing, moving, merging, notes and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xiaobao_xl.libreoffice.addresses import Area, area_of, cell_address, quoted
from xiaobao_xl.libreoffice.bridge import enum
from xiaobao_xl.libreoffice.cells import Cells
from xiaobao_xl.libreoffice.names import Name, Names
from xiaobao_xl.libreoffice.notes import Note, add_note, note_at

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.ranges import Range

# com.sun.star.sheet.CellFlags
_VALUES, _DATES, _TEXTS, _FORMULAS = 1, 2, 4, 16
_CONTENTS = _VALUES | _DATES | _TEXTS | _FORMULAS
_LOOKS = 32 | 64 | 256 | 512
_EVERYTHING = 1023


class Editing(Cells):
    """The part of a range that changes cells otherwise than by values."""

    def clear_contents(self) -> None:
        """Empty the cells, keep their looks."""
        self._changeable.clearContents(_CONTENTS)

    def clear_formats(self) -> None:
        """Take the looks away, keep the contents."""
        self._changeable.clearContents(_LOOKS)

    def clear(self) -> None:
        """Take everything away."""
        self._changeable.clearContents(_EVERYTHING)

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:  # noqa: ARG002 - of xlwings
        """Insert cells here and push the others down, or to the right."""
        is_right = shift == "right" if shift else self.area.row_count > self.area.column_count
        mode = enum("sheet.CellInsertMode", "RIGHT" if is_right else "DOWN")
        self.sheet.api.insertCells(self._changeable.RangeAddress, mode)

    def delete(self, shift: str | None = None) -> None:
        """Delete the cells and draw the others up, or from the right."""
        is_left = shift == "left" if shift else self.area.row_count > self.area.column_count
        mode = enum("sheet.CellDeleteMode", "LEFT" if is_left else "UP")
        self.sheet.api.removeRange(self._changeable.RangeAddress, mode)

    def copy(self, destination: Any = None) -> None:
        """Copy everything to a place, whose first cell counts."""
        if destination is None:
            raise NotImplementedError("LibreOffice 引擎不用剪贴板（Range.copy），请给出 destination。")
        self.sheet.api.copyRange(getattr(destination, "impl", destination).cell_address, self.api.RangeAddress)

    def move(self, destination: Any) -> None:
        """Move everything to a place, whose first cell counts; references follow."""
        self.sheet.api.moveRange(getattr(destination, "impl", destination).cell_address, self.api.RangeAddress)

    @property
    def cell_address(self) -> Any:
        """UNO address of the first cell."""
        return cell_address(self.sheet.index - 1, self.area)

    def merge(self, across: bool = False) -> None:  # noqa: FBT001, FBT002 - xlwings passes it in order
        """Merge the cells, or those of each row."""
        if not across:
            self._changeable.merge(True)  # noqa: FBT003 - UNO takes no names
            return
        for row in range(self.area.row, self.area.last_row + 1):
            self.sheet.cells_of(Area(row, self.area.column, 1, self.area.column_count)).merge(True)  # noqa: FBT003

    def unmerge(self) -> None:
        """Take merged cells apart."""
        self._changeable.merge(False)  # noqa: FBT003 - UNO takes no names

    @property
    def merge_cells(self) -> bool | None:
        """Whether the range is merged; None where only a part of it is."""
        if not self.api.IsMerged:
            return False
        return True if self.merge_area.area.holds(self.area) else None

    @property
    def merge_area(self) -> Range:
        """The merged cells around the first cell."""
        cursor = self.sheet.api.createCursorByRange(self.api.getCellByPosition(0, 0))
        cursor.collapseToMergedArea()
        return self.sheet.range_of(area_of(cursor.RangeAddress))

    def select(self) -> None:
        """Show the sheet and select the range."""
        self.sheet.activate()
        self.sheet.document.CurrentController.select(self.api)

    @property
    def note(self) -> Note | None:
        """Note of the first cell."""
        return note_at(self.sheet, self.area)

    def add_note(self, text: str) -> Note:
        """Give the first cell a note; an old one is replaced."""
        return add_note(self.sheet, self.area, text)

    @property
    def name(self) -> Name | None:
        """The first defined name of exactly this range."""
        return next(
            (name for name in self.sheet.book.names if name.refers_to_area == (self.sheet.name, self.area)), None
        )

    @name.setter
    def name(self, value: str) -> None:
        names: Names = self.sheet.book.names
        names.add(value, f"={quoted(self.sheet.name)}!{self.area.text()}")
