"""Rows: the height they have, the room a wrapped text has in them, and another height given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from xiaobao_xl.package.references import Area
from xiaobao_xl.package.sheet import Sheet, attribute, row_number
from xiaobao_xl.package.styles import Styles

_USUAL_WIDTH: Final = 8.43
_HEIGHT: Final = re.compile(rb"""\s(?:ht|customHeight)\s*=\s*(?:"[^"]*"|'[^']*')""")


class Room(NamedTuple):
    """What a row offers to wrapped texts.

    Attributes:
        height: points, where the file fixes it; 0 where the program chooses.
        widths: column → width in digits, of its cells that wrap and are not merged.
    """

    height: float
    widths: Mapping[int, float]


def room(sheet: Sheet, row: int, styles: Styles) -> Room:
    """The room of a row; a row the file does not hold has none."""
    number = 0
    for block in sheet.blocks():
        for found in sheet.patterns.row.finditer(block):
            number = row_number(found[1], number)
            if number == row:
                body = block[found.end() : sheet.row_end(block, found)]
                fixed = attribute(found[1], b"customHeight") in {"1", "true"}
                height = float(attribute(found[1], b"ht") or 0) if fixed else 0.0
                return Room(height, _wrapped(sheet, row, body, styles))
    return Room(0.0, {})


def with_height(tag: bytes, points: float) -> bytes:
    """The start tag of a row with another height.

    >>> with_height(b'<row r="5" ht="15">', 30.5)
    b'<row r="5" ht="30.5" customHeight="1">'
    """
    plain = _HEIGHT.sub(b"", tag)
    return plain[:-1].rstrip() + b' ht="%b" customHeight="1">' % f"{points:g}".encode()


def _wrapped(sheet: Sheet, row: int, body: bytes, styles: Styles) -> dict[int, float]:
    areas = [Area.read(merge.attributes.get("ref", "A1")) for merge in sheet.shell.root.all("mergeCell")]
    merged = {column for area in areas if area.top <= row <= area.bottom for column in range(area.left, area.right + 1)}
    return {
        cell.column: _width(sheet, cell.column)
        for cell in sheet.cells(body, row)
        if styles.wraps(cell.style) and cell.column not in merged
    }


def _width(sheet: Sheet, column: int) -> float:
    listed = sheet.shell.root.child("cols")
    for element in listed.children if listed is not None else ():
        if element.number("min") <= column <= element.number("max") and "width" in element.attributes:
            return float(element.attributes["width"])
    usual = sheet.shell.root.child("sheetFormatPr")
    return float(usual.attributes.get("defaultColWidth", _USUAL_WIDTH)) if usual is not None else _USUAL_WIDTH
