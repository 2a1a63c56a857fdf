"""New rows of a sheet: copies of the row above, or empty ones that look like it."""

from __future__ import annotations

import re
from typing import Final

from xiaobao_xl.package import formulas, references
from xiaobao_xl.package.references import Area
from xiaobao_xl.package.row_bytes import (
    Place,
    Tags,
    formula_element,
    formula_text,
    masters_in,
    places,
    plain,
    readdressed,
    renumbered,
    with_attribute,
    without_sharing,
)
from xiaobao_xl.package.sheet import attribute, cell_column

_OUTLINE: Final = re.compile(rb"""\soutlineLevel\s*=\s*["']([0-9]+)["']""")
_LEFT_OUT: Final = re.compile(rb"""\s(?:hidden|collapsed|outlineLevel)\s*=\s*(?:"[^"]*"|'[^']*')""")
_NO_LOOK: Final = re.compile(rb"""\s(?:r|spans)\s*=\s*(?:"[^"]*"|'[^']*')""")


def repeat_in_rows(rows: bytes, prefix: str, row: int, count: int) -> bytes:
    """A row copied into the free rows below it: styles, values, height, and formulas as copying down makes them.

    Args:
        rows: what stands between the tags of `sheetData`, the rows below moved away already.
        prefix: prefix of the sheet's elements.
        row: the row copied.
        count: how often it stands there in the end, itself included.
    """
    place = next((place for place in places(rows, prefix) if place.number == row), None)
    if place is None:
        return rows
    copy = _Copy(Tags.of(prefix), rows, place)
    return rows[: place.end] + b"".join(copy.at(row + step) for step in range(1, count)) + rows[place.end :]


def format_in_rows(rows: bytes, prefix: str, row: int, count: int) -> bytes:
    """New empty rows below a row, which look like it, as Excel makes them when rows are inserted.

    Args:
        rows: what stands between the tags of `sheetData`, the rows below moved away already.
        prefix: prefix of the sheet's elements.
        row: the row above the new ones.
        count: new rows.
    """
    found = {place.number: place for place in places(rows, prefix) if place.number in {row, row + count + 1}}
    if row not in found:
        return rows
    place, tags, cells, column = found[row], Tags.of(prefix), [], 0
    for cell in tags.cell.finditer(rows, place.open_end, place.close):
        column = cell_column(cell[1], column)
        if style := attribute(cell[1], b"s"):
            cells.append((references.letters(column), style))
    levels = [_OUTLINE.search(rows, one.begin, one.open_end) for one in found.values()]
    level = min(levels, key=lambda level: int(level[1]) if level else 0) if len(levels) > 1 else None
    tag = _LEFT_OUT.sub(b"", rows[place.begin : place.open_end].rstrip(b"/>")) + (level[0] if level else b"")
    if not cells and _NO_LOOK.sub(b"", tag).strip() == b"<" + tags.prefix + b"row":
        return rows
    made = []
    for number in range(row + 1, row + count + 1):
        inside = "".join(f'<{prefix}c r="{letters}{number}" s="{style}"/>' for letters, style in cells)
        made.append(renumbered(tag + b">", number, tags) + inside.encode() + tags.row_end + b">")
    return rows[: place.end] + b"".join(made) + rows[place.end :]


class _Copy:
    """A row to be copied down."""

    def __init__(self, tags: Tags, rows: bytes, place: Place) -> None:
        self.tags, self.number = tags, place.number
        self.tag, self.end = rows[place.begin : place.open_end], rows[place.close : place.end]
        self.body = plain(rows[place.open_end : place.close])
        self.masters = masters_in(rows[: place.end], tags) if b"shared" in self.body else {}

    def at(self, number: int) -> bytes:
        """The copy in a row below."""
        column = 0

        def cell(found: re.Match[bytes]) -> bytes:
            nonlocal column
            column = cell_column(found[1], column)
            formula = self.tags.formula.search(found[2] or b"")
            return self._calculated(found[1], formula, number, column) if formula else found[0]

        body = self.tags.cell.sub(cell, self.body) if self.tags.formula_begin in self.body else self.body
        return renumbered(self.tag, number, self.tags) + readdressed(body, number, self.tags) + self.end

    def _calculated(self, attributes: bytes, found: re.Match[bytes], number: int, column: int) -> bytes:
        """A cell with a formula; its value is left for the program that opens the file to compute."""
        about, text, step = found[1], formula_text(found), number - self.number
        kind = attribute(about, b"t")
        if kind == "shared":
            master = self.masters.get(attribute(about, b"si"))
            text = master.text_at(self.number, column) if master else text
            about = without_sharing(about)
        if kind == "array":
            area = Area.read(attribute(about, b"ref") or references.address(self.number, column))
            moved = Area(area.top + step, area.left, area.bottom + step, area.right)
            about = with_attribute(about, b"ref", str(moved))
        made = formula_element(self.tags, about, formulas.translate(text, step))
        attributes = re.sub(rb"""\s(?:t|vm)\s*=\s*(?:"[^"]*"|'[^']*')""", b"", attributes)
        return b"<%bc%b>%b</%bc>" % (self.tags.prefix, attributes, made, self.tags.prefix)
