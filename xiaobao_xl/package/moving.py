"""Rows of a sheet moved down, and formulas with them, in the bytes between `<sheetData>` and `</sheetData>`.

A row whose place and formulas stay is kept byte for byte.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import formulas, references
from xiaobao_xl.package.markup import unescaped
from xiaobao_xl.package.references import MAX_ROWS, Area, Shift
from xiaobao_xl.package.row_bytes import (
    Master,
    Place,
    Tags,
    formula_element,
    formula_text,
    places,
    plain,
    readdressed,
    renumbered,
    with_attribute,
    without_sharing,
)
from xiaobao_xl.package.sheet import attribute, cell_column

_NUMBER: Final = re.compile(rb"[0-9]+")
_LOOSE: Final = re.compile(r"(?<![A-Za-z0-9_.$])\$?[A-Za-z]{1,3}([0-9]+)|(?<![A-Za-z0-9_.$])([0-9]+)\s*:|:\s*([0-9]+)")


def insert_in_rows(rows: bytes, prefix: str, shift: Shift, home: str) -> bytes:
    """Rows of one sheet after rows were inserted there or in another sheet; the new ones are not among them.

    Formulas follow. A shared formula of which some cells would mean something else is written out in every cell.

    Args:
        rows: what stands between the tags of `sheetData`.
        prefix: prefix of the sheet's elements (`x:`), or "".
        shift: the rows inserted.
        home: title of the sheet whose rows these are.
    """
    work = _Insertion(Tags.of(prefix), shift, home)
    if not work.is_here and b"!" not in rows:
        return rows
    original, rows = rows, plain(rows)
    out, written = [], 0
    for place in places(rows, prefix):
        if work.is_here and place.number + shift.count > MAX_ROWS and place.number >= shift.at:
            out.append(rows[written : place.begin])  # only formats get so far, see obstacles
            written = place.end
        elif (made := work.row(rows, place)) is not None:
            out += [rows[written : place.begin], made]
            written = place.close
    return b"".join([*out, rows[written:]]) if out else original


class _Insertion:
    """Rows inserted, as one sheet sees it."""

    def __init__(self, tags: Tags, shift: Shift, home: str) -> None:
        self.tags, self.shift, self.home = tags, shift, home
        self.is_here = home.casefold() == shift.sheet.casefold()
        self.lowest = shift.stretches_at or shift.at  # the first row that any change can concern
        self.title = shift.sheet.replace("'", "''").casefold()
        self.masters: dict[str, Master] = {}
        self.in_row = shift  # as the formulas of the row at hand see it
        self.number = 0

    def row(self, rows: bytes, place: Place) -> bytes | None:
        """A row without its end tag; None: as it is."""
        tags, self.number = self.tags, place.number
        new = self.shift.row(place.number) if self.is_here else place.number
        tag, body = rows[place.begin : place.open_end], rows[place.open_end : place.close]
        before = body
        if tags.formula_begin in body:
            is_copied = self.is_here and place.number == self.shift.stretches_at
            self.in_row = self.shift.without_stretch() if is_copied else self.shift
            body = self._formulas(body)
        if new != place.number:
            tag = renumbered(tag, new, tags)
            body = readdressed(body, new, tags)
        elif body == before:
            return None
        return tag + body

    def _formulas(self, body: bytes) -> bytes:
        """The inside of a row, with its formulas as they now read."""
        if any(found[1] or self._concerns(found[2] or b"") for found in self.tags.formula.finditer(body)):
            return self.tags.formula.sub(self._formula, body)
        return body

    def _concerns(self, text: bytes) -> bool:
        """A formula may refer to what moves; False is certain."""
        if self.is_here:
            return any(len(number) > 6 or int(number) >= self.lowest for number in _NUMBER.findall(text))
        return b"!" in text and self.title in unescaped(text.decode("utf-8")).casefold()

    def _formula(self, found: re.Match[bytes]) -> bytes:
        attributes = found[1]
        if not attributes and not self._concerns(found[2] or b""):
            return found[0]
        text = formula_text(found)
        kind = attribute(attributes, b"t")
        if kind == "shared":
            return self._shared(found, text)
        new = formulas.shift(text, self.in_row, self.home)
        if kind in {"array", "dataTable"} and self.is_here:
            for name in (b"ref", b"r1", b"r2"):
                attributes = self._moved(attributes, name)
        if new == text and attributes == found[1]:
            return found[0]
        return formula_element(self.tags, attributes, new) if new else found[0].replace(found[1], attributes, 1)

    def _shared(self, found: re.Match[bytes], text: str) -> bytes:
        """A cell of a shared formula: as it was while the whole formula holds together, else written out."""
        attributes, group = found[1], attribute(found[1], b"si")
        if text:
            column = self._column(found)
            area = Area.read(attribute(attributes, b"ref") or references.address(self.number, column))
            self.masters[group] = Master(self.number, column, text, self._stays(area, found[2] or b"", text))
        master = self.masters.get(group)
        if master is None:
            return found[0]
        if not master.stays:
            return formula_element(
                self.tags, without_sharing(attributes), self._shift(master.text_at(self.number, self._column(found)))
            )
        if not text or not self.is_here:
            return found[0]
        moved, new = self._moved(attributes, b"ref"), self._shift(text)
        return found[0] if (moved, new) == (attributes, text) else formula_element(self.tags, moved, new)

    def _column(self, found: re.Match[bytes]) -> int:
        """Column of the cell a formula stands in."""
        begin = found.string.rfind(b"<%bc" % self.tags.prefix, 0, found.start())
        if address := self.tags.address.match(found.string, begin):
            return references.column_number(address[2].decode())
        column = 0
        for cell in self.tags.cell.finditer(found.string):
            column = cell_column(cell[1], column)
            if cell.start() == begin:
                break
        return column

    def _shift(self, text: str) -> str:
        return formulas.shift(text, self.in_row, self.home)

    def _stays(self, area: Area, written: bytes, text: str) -> bool:
        """A shared formula needs no writing out: all its cells and what they refer to move together, or not at all."""
        if not self.is_here:
            return not self._concerns(written)
        if area.top >= self.shift.at and area.top == self.number:
            return all(int(next(filter(None, found))) >= self.shift.at for found in _LOOSE.findall(text))
        reach = max((int(number) for number in _NUMBER.findall(written)), default=0)
        return area.bottom < self.lowest and reach + area.bottom - self.number < self.lowest

    def _moved(self, attributes: bytes, name: bytes) -> bytes:
        """Attributes of a formula with the area in one of them moved."""
        written = attribute(attributes, name)
        with suppress(WorkbookError):  # a lost cell, #REF!, stays so
            return with_attribute(attributes, name, str(self.shift.without_stretch().area(Area.read(written))))
        return attributes
