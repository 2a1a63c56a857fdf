"""What xlwings has no word for, or not in every version: one door to each program.

Conditional formats, merged cells, protection, sharing and filters are asked of the program itself: Excel through the
object model (`sheet.api`), LibreOffice through its engine (`impl`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from xiaobao_xl.findings import Level
from xiaobao_xl.live.ours import MARKS, LiveBook, LiveRange, LiveSheet
from xiaobao_xl.workbook.grids import Merge

_EXPRESSION: Final = 2  # XlFormatConditionType.xlExpression
_CENTRE, _FILL = -4108, 5  # XlHAlign: xlCenter, xlFill
_AS_XML: Final = 11  # XlRangeValueDataType.xlRangeValueXMLSpreadsheet


@dataclass(frozen=True)
class Painted:
    """A conditional format of ours.

    Attributes:
        level: what the colour stands for.
        formula: in Excel's grammar, true wherever the cell is to be coloured.
        colour: RGB in hexadecimal.
    """

    level: Level
    formula: str
    colour: str


class Door(Protocol):
    """What a program can be asked beside what xlwings asks."""

    def paint(self, sheet: LiveSheet, area: str, layer: str, painted: Sequence[Painted]) -> None:
        """Add conditional formats over an area; formats already there stay."""

    def unpaint(self, sheet: LiveSheet, layer: str) -> None:
        """Delete our conditional formats of one layer from a sheet."""

    def merges(self, area: LiveRange) -> list[Merge]:
        """Merged ranges of an area that begins in A1, 0-based."""

    def full_name(self, book: LiveBook) -> str:
        """Path or address of the book as the program knows it; its bare name where it was never saved."""

    def is_protected(self, sheet: LiveSheet) -> bool:
        """The cells of a sheet cannot be formatted."""

    def is_structure_protected(self, book: LiveBook) -> bool:
        """No sheet can be added."""

    def is_shared(self, book: LiveBook) -> bool:
        """Several people edit the book at once in the old way, which forbids conditional formats."""

    def is_read_only(self, book: LiveBook) -> bool:
        """Changes cannot be saved under this name."""

    def is_filtered(self, sheet: LiveSheet) -> bool:
        """A filter hides rows and writing to them needs a second look."""

    def heights_kept(self, sheet: LiveSheet) -> AbstractContextManager[None]:
        """Rows keep their heights while cells are written."""

    def is_fitted(self, row: LiveRange) -> bool:
        """A row is as high as its texts, or that is not known."""

    def cut(self, cells: LiveRange) -> None:
        """Long texts end at the edge of their cell, also where the next one is empty."""

    def centre(self, cells: LiveRange, *, is_heading: bool = False) -> None:
        """Centre contents across; those of headings down as well."""

    def stand_like(self, cells: LiveRange, model: LiveRange) -> None:
        """Place texts as high in their cells as those of another cell."""


def is_of_layer(formula: object, layer: str) -> bool:
    """A conditional format's formula is one of ours.

    >>> is_of_layer("=MID(INDEX('校验标记'!$A:$A,ROW()),COLUMN(),1)", "A"), is_of_layer("=$A1>0", "A")
    (True, False)
    """
    return bool(re.search(rf"{MARKS}'?[!.]\${layer}(?![A-Z])", str(formula)))


def rgb(colour: str) -> tuple[int, int, int]:
    """A colour as xlwings takes it.

    >>> rgb("FF8000")
    (255, 128, 0)
    """
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def _number(colour: str) -> int:
    """A colour as Excel's object model takes it: blue first."""
    return int(colour[4:] + colour[2:4] + colour[:2], 16)


class ExcelDoor:
    """Excel and WPS on Windows, through their object model."""

    def paint(self, sheet: LiveSheet, area: str, layer: str, painted: Sequence[Painted]) -> None:  # noqa: ARG002  (its formulas tell)
        """See `Door`."""
        formats = sheet.range(area).api.FormatConditions
        for one in painted:
            added = formats.Add(Type=_EXPRESSION, Formula1=one.formula)
            added.Interior.Color = _number(one.colour)
            added.StopIfTrue = False  # Excel's default for formats made by programs would silence the officer's own
            added.SetFirstPriority()

    def unpaint(self, sheet: LiveSheet, layer: str) -> None:
        """See `Door`; from the last on, since those behind move up."""
        formats = sheet.api.Cells.FormatConditions
        for number in range(int(formats.Count), 0, -1):
            one = formats.Item(number)
            if int(one.Type) == _EXPRESSION and is_of_layer(one.Formula1, layer):
                one.Delete()

    def merges(self, area: LiveRange) -> list[Merge]:
        """See `Door`; the cells as XML, in one call, and only where some are merged."""
        if area.api.MergeCells is False:
            return []
        try:
            text = str(area.api.GetValue(_AS_XML))
        except AttributeError:  # some versions of WPS
            return found_merges(area)
        return merges_of_xml(text)

    def full_name(self, book: LiveBook) -> str:
        """See `Door`."""
        return str(book.api.FullName)

    def is_protected(self, sheet: LiveSheet) -> bool:
        """See `Door`."""
        return bool(sheet.api.ProtectContents)

    def is_structure_protected(self, book: LiveBook) -> bool:
        """See `Door`."""
        return bool(book.api.ProtectStructure)

    def is_shared(self, book: LiveBook) -> bool:
        """See `Door`."""
        return bool(book.api.MultiUserEditing)

    def is_read_only(self, book: LiveBook) -> bool:
        """See `Door`."""
        return bool(book.api.ReadOnly)

    def is_filtered(self, sheet: LiveSheet) -> bool:
        """See `Door`."""
        return bool(sheet.api.FilterMode)

    def heights_kept(self, sheet: LiveSheet) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `Door`; Excel measures a row anew only for texts that wrap."""
        return nullcontext()

    def is_fitted(self, row: LiveRange) -> bool:  # noqa: ARG002
        """See `Door`; not known."""
        return True

    def cut(self, cells: LiveRange) -> None:
        """See `Door`."""
        cells.api.HorizontalAlignment = _FILL

    def centre(self, cells: LiveRange, *, is_heading: bool = False) -> None:
        """See `Door`."""
        cells.api.HorizontalAlignment = _CENTRE
        if is_heading:
            cells.api.VerticalAlignment = _CENTRE

    def stand_like(self, cells: LiveRange, model: LiveRange) -> None:
        """See `Door`."""
        cells.api.VerticalAlignment = model.api.VerticalAlignment


class PlainDoor:
    """Excel on a Mac, with the words of xlwings alone."""

    def paint(self, sheet: LiveSheet, area: str, layer: str, painted: Sequence[Painted]) -> None:  # noqa: ARG002
        """See `Door`."""
        formats = sheet.range(area).conditional_formats
        for one in painted:
            formats.add_custom(one.formula, fill_color=f"#{one.colour}", stop_if_true=False)

    def unpaint(self, sheet: LiveSheet, layer: str) -> None:
        """See `Door`."""
        for one in reversed(list(sheet.used_range.conditional_formats)):
            if is_of_layer(one.formula, layer):
                one.delete()

    def merges(self, area: LiveRange) -> list[Merge]:
        """See `Door`."""
        return found_merges(area)

    def full_name(self, book: LiveBook) -> str:
        """See `Door`."""
        return str(book.fullname)

    def is_protected(self, sheet: LiveSheet) -> bool:  # noqa: ARG002
        """See `Door`; not known before writing fails."""
        return False

    def is_structure_protected(self, book: LiveBook) -> bool:  # noqa: ARG002
        """See `Door`; not known before writing fails."""
        return False

    def is_shared(self, book: LiveBook) -> bool:  # noqa: ARG002
        """See `Door`; not known before writing fails."""
        return False

    def is_read_only(self, book: LiveBook) -> bool:  # noqa: ARG002
        """See `Door`; not known."""
        return False

    def is_filtered(self, sheet: LiveSheet) -> bool:  # noqa: ARG002
        """See `Door`; not known, so what was written is looked at again."""
        return True

    def heights_kept(self, sheet: LiveSheet) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `Door`; Excel measures a row anew only for texts that wrap."""
        return nullcontext()

    def is_fitted(self, row: LiveRange) -> bool:  # noqa: ARG002
        """See `Door`; not known."""
        return True

    def cut(self, cells: LiveRange) -> None:
        """See `Door`; without a word for it, the next cell cuts where it is filled."""

    def centre(self, cells: LiveRange, *, is_heading: bool = False) -> None:
        """See `Door`; without a word for it, they stay as they are."""

    def stand_like(self, cells: LiveRange, model: LiveRange) -> None:
        """See `Door`; without a word for it, they stay as they are."""


class OfficeDoor(PlainDoor):
    """LibreOffice, through what its engine knows beyond xlwings."""

    def paint(self, sheet: LiveSheet, area: str, layer: str, painted: Sequence[Painted]) -> None:  # noqa: ARG002
        """See `Door`."""
        specs = [{"formula": one.formula, "fill_color": rgb(one.colour)} for one in painted]
        sheet.range(area).impl.conditional_formats.add_customs(specs, is_first=True)

    def unpaint(self, sheet: LiveSheet, layer: str) -> None:
        """See `Door`."""
        sheet.cells.impl.conditional_formats.remove(lambda one: is_of_layer(one.formula, layer))

    def is_protected(self, sheet: LiveSheet) -> bool:
        """See `Door`."""
        return bool(sheet.impl.is_protected)

    def is_structure_protected(self, book: LiveBook) -> bool:
        """See `Door`."""
        return bool(book.impl.is_protected)

    def is_shared(self, book: LiveBook) -> bool:
        """See `Door`."""
        settings = book.api.createInstance("com.sun.star.document.Settings")
        return bool(settings.getPropertyValue("IsDocumentShared"))

    def is_read_only(self, book: LiveBook) -> bool:
        """See `Door`."""
        return bool(book.impl.is_read_only)

    def is_filtered(self, sheet: LiveSheet) -> bool:  # noqa: ARG002
        """See `Door`; LibreOffice writes to hidden rows as to any other."""
        return False

    def heights_kept(self, sheet: LiveSheet) -> AbstractContextManager[None]:
        """See `Door`."""
        kept: AbstractContextManager[None] = sheet.impl.heights_kept()
        return kept

    def is_fitted(self, row: LiveRange) -> bool:
        """See `Door`."""
        return bool(row.impl.is_row_fitted)

    def cut(self, cells: LiveRange) -> None:
        """See `Door`."""
        cells.impl.horizontal_alignment = "fill"

    def centre(self, cells: LiveRange, *, is_heading: bool = False) -> None:
        """See `Door`."""
        cells.impl.horizontal_alignment = "center"
        if is_heading:
            cells.impl.vertical_alignment = "center"

    def stand_like(self, cells: LiveRange, model: LiveRange) -> None:
        """See `Door`."""
        cells.impl.vertical_alignment = model.impl.vertical_alignment


def found_merges(area: LiveRange) -> list[Merge]:
    """Merged ranges of an area that begins in A1; where none are merged one call tells, so the rows do not count."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    height, width = (int(size) for size in area.shape)
    _look_for_merges(area.sheet, (1, 1, height, width), found)
    return list(found.items())


def _look_for_merges(
    sheet: LiveSheet, box: tuple[int, int, int, int], found: dict[tuple[int, int], tuple[int, int]]
) -> None:
    """Gather merged ranges of a box (top, left, bottom, right; 1-based), halving it until a single cell is left."""
    top, left, bottom, right = box
    if (top - 1, left - 1) in found:
        return
    cells = sheet.range((top, left), (bottom, right))
    if cells.merge_cells is False:
        return
    if (top, left) == (bottom, right):
        whole = cells.merge_area
        first = (int(whole.row) - 1, int(whole.column) - 1)
        found[first] = (first[0] + int(whole.shape[0]) - 1, first[1] + int(whole.shape[1]) - 1)
    elif bottom - top >= right - left:
        middle = (top + bottom) // 2
        _look_for_merges(sheet, (top, left, middle, right), found)
        _look_for_merges(sheet, (middle + 1, left, bottom, right), found)
    else:
        middle = (left + right) // 2
        _look_for_merges(sheet, (top, left, bottom, middle), found)
        _look_for_merges(sheet, (top, middle + 1, bottom, right), found)


_ROW: Final = re.compile(r"<(Row|Cell)\b([^>]*)>")
_SPANS: Final = re.compile(r'ss:(Index|MergeAcross|MergeDown)="(\d+)"')


def merges_of_xml(text: str) -> list[Merge]:
    """Merged ranges in cells that Excel has written as an XML spreadsheet, 0-based.

    >>> merges_of_xml('<Row><Cell ss:MergeAcross="2"/><Cell/></Row><Row ss:Index="4"><Cell ss:Index="3" ss:MergeDown="1"/></Row>')
    [((0, 0), (0, 2)), ((3, 2), (4, 2))]
    """
    merges: list[Merge] = []
    row, column = -1, 0
    for match in _ROW.finditer(text):
        numbers = {name: int(value) for name, value in _SPANS.findall(match[2])}
        if match[1] == "Row":
            row, column = numbers.get("Index", row + 2) - 1, 0
            continue
        column = numbers.get("Index", column + 1) - 1
        across, down = numbers.get("MergeAcross", 0), numbers.get("MergeDown", 0)
        if across or down:
            merges.append(((row, column), (row + down, column + across)))
        column += across + 1
    return merges


def door_of(book: LiveBook, platform: str) -> Door:
    """The door to the program a book is open in.

    Args:
        book: the open workbook.
        platform: `sys.platform`.
    """
    engine = str(book.app.engine.name)
    if engine == "libreoffice":
        return OfficeDoor()
    return ExcelDoor() if platform == "win32" else PlainDoor()
