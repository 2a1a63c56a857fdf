"""The rows of a sheet as bytes, between `<sheetData>` and `</sheetData>`: where each stands, its cells and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from xiaobao_xl.package import formulas
from xiaobao_xl.package.markup import unescaped
from xiaobao_xl.package.sheet import attribute, cell_column, row_number

_OPEN: Final = re.compile(rb"<!--.*?-->|<((?:[\w.-]+:)?)sheetData(?=[\s/>])[^>]*>", re.DOTALL)
_NO_DATA: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_LITERAL: Final = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ROW_ADDRESS: Final = re.compile(rb"""(\sr\s*=\s*["'])[0-9]+""")


class Place(NamedTuple):
    """Where a row stands in the bytes of its sheet.

    Attributes:
        number: its number, from 1.
        begin: position of its `<`.
        open_end: position after its start tag.
        close: position of its end tag; the same as `open_end` for `<row/>`.
        end: position after the row.
    """

    number: int
    begin: int
    open_end: int
    close: int
    end: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What to look for under a sheet's prefix."""

    prefix: bytes
    row: re.Pattern[bytes]
    row_end: bytes
    cell: re.Pattern[bytes]
    address: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    formula_begin: bytes

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, prefix: str) -> Tags:
        """Patterns for a prefix (`x:` or "")."""
        plain, p = prefix.encode(), re.escape(prefix).encode()
        return cls(
            plain,
            re.compile(rb"<" + p + rb"row(?=[\s/>])[^>]*>"),
            b"</" + plain + b"row",
            re.compile(rb"<" + p + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"c\s*>)", re.DOTALL),
            re.compile(rb"(<" + p + rb"""c\s(?:[^>]*?\s)?r\s*=\s*["'])([A-Za-z]{1,3})([0-9]+)"""),
            re.compile(rb"<" + p + rb"f(?=[\s/>])([^>]*?)(?:/>|>([^<]*)</" + p + rb"f\s*>)"),
            b"<" + plain + b"f",
        )


@dataclass(frozen=True, slots=True)
class Master:
    """The cell of a shared formula that holds its text."""

    row: int
    column: int
    text: str
    stays: bool = False  # the other cells of the formula still find what they mean in it

    def text_at(self, row: int, column: int) -> str:
        """The formula as it reads in another cell."""
        return formulas.translate(self.text, row - self.row, column - self.column)


def split(data: bytes) -> tuple[bytes, bytes, bytes]:
    """A worksheet cut in three: up to and with `<sheetData>`, its rows, and from `</sheetData>` on.

    `<sheetData/>` is written as a pair of tags; a part without one is all head.

    >>> split(b"<a><!-- <sheetData> --><x:sheetData/></a>")
    (b'<a><!-- <sheetData> --><x:sheetData>', b'', b'</x:sheetData></a>')
    """
    found = next((found for found in _OPEN.finditer(data) if found[1] is not None), None)
    if found is None:
        return data, b"", b""
    end_tag = b"</" + found[1] + b"sheetData"
    if found[0].endswith(b"/>"):
        return data[: found.end() - 2].rstrip() + b">", b"", end_tag + b">" + data[found.end() :]
    close = data.find(end_tag, found.end())
    if 0 <= data.find(b"<!", found.end()) < close:
        skipped = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|(" + re.escape(end_tag) + rb")", re.DOTALL)
        close = next((mark.start() for mark in skipped.finditer(data, found.end()) if mark[1]), close)
    return data[: found.end()], data[found.end() : close], data[close:]


def places(rows: bytes, prefix: str) -> Iterator[Place]:
    """Every row; one without a number follows the one before."""
    tags, number = Tags.of(prefix), 0
    for found in tags.row.finditer(rows):
        number = row_number(found[0], number)
        if found[0].endswith(b"/>"):
            yield Place(number, found.start(), found.end(), found.end(), found.end())
        else:
            close = rows.find(tags.row_end, found.end())
            yield Place(number, found.start(), found.end(), close, rows.find(b">", close) + 1)


def formulas_in(rows: bytes, prefix: str) -> Iterator[tuple[bytes, str]]:
    """Attributes and text of every formula in rows, the cells of a shared formula but its first without text."""
    for found in Tags.of(prefix).formula.finditer(rows):
        yield found[1], formula_text(found)


def masters_in(rows: bytes, tags: Tags) -> dict[str, Master]:
    """Shared formulas by their number."""
    found: dict[str, Master] = {}
    for place in places(rows, tags.prefix.decode()):
        if rows.find(b"shared", place.open_end, place.close) < 0:
            continue
        column = 0
        for cell in tags.cell.finditer(rows, place.open_end, place.close):
            column = cell_column(cell[1], column)
            formula = tags.formula.search(cell[2] or b"")
            if formula and formula[2] and attribute(formula[1], b"t") == "shared":
                found[attribute(formula[1], b"si")] = Master(place.number, column, formula_text(formula))
    return found


def plain(rows: bytes) -> bytes:
    """Rows without comments, and with literal sections written as other text is."""
    if b"<!" not in rows and b"<?" not in rows:
        return rows

    def escaped(found: re.Match[bytes]) -> bytes:
        return escape(found[1].decode("utf-8")).encode()

    return _LITERAL.sub(escaped, _NO_DATA.sub(b"", rows))


def renumbered(tag: bytes, number: int, tags: Tags) -> bytes:
    """The start tag of a row with another number."""
    if found := _ROW_ADDRESS.search(tag):
        return tag[: found.end(1)] + b"%d" % number + tag[found.end() :]
    begin = b"<" + tags.prefix + b"row"
    return begin + b' r="%d"' % number + tag[len(begin) :]


def readdressed(body: bytes, number: int, tags: Tags) -> bytes:
    """The cells of a row, in a row of another number."""
    pieces = tags.address.split(body)
    pieces[3::4] = [b"%d" % number] * (len(pieces) // 4)
    return b"".join(pieces)


def formula_element(tags: Tags, attributes: bytes, text: str) -> bytes:
    """A formula as it is written."""
    return b"<%bf%b>%b</%bf>" % (tags.prefix, attributes, escape(text).encode(), tags.prefix)


def formula_text(found: re.Match[bytes]) -> str:
    """Text of a formula found with `Tags.formula`."""
    return unescaped((found[2] or b"").decode("utf-8"))


def with_attribute(attributes: bytes, name: bytes, value: str) -> bytes:
    """Attributes with another value for one of them; as they were if it is not among them."""
    pattern = rb"(\s" + name + rb"""\s*=\s*)(?:"[^"]*"|'[^']*')"""
    return re.sub(pattern, lambda found: found[1] + b'"' + value.encode() + b'"', attributes)


def without_sharing(attributes: bytes) -> bytes:
    """Attributes of a formula that is shared no longer."""
    return re.sub(rb"""\s(?:t|ref|si)\s*=\s*(?:"[^"]*"|'[^']*')""", b"", attributes)
