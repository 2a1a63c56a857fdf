"""A worksheet read as a stream: rows and cells as they are written and as they are meant, and the shell around them.

A sheet of any length passes through in pieces; only one row is held at a time. Texts are resolved, whether they stand
in the cell or in the table of shared strings, and so are the formulas that a cell shares with another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.formulas import translate
from xiaobao_xl.package.markup import unescaped
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.references import MAX_COLUMNS, column_number

CellType = Literal["", "number", "text", "boolean", "error", "date"]
RawCell = tuple[bytes, bytes, bytes, bytes]
"""A cell as written: letters of its column (or b""), its other attributes, b"/" if it is empty, what is inside."""

_TYPES: Final[Mapping[str, CellType]] = {
    "n": "number", "s": "text", "str": "text", "inlineStr": "text", "b": "boolean", "e": "error", "d": "date",
}  # fmt: skip
_LONGEST_TAG: Final = 4096  # bytes of a list's start tag, so that one cut in two is found
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NUMBER = re.compile(rb"""\sr\s*=\s*["']\s*([0-9]+)""")
_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding=["'](?!(?i:utf-?8|us-ascii|ascii)["'])""")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Row(NamedTuple):
    """One row as written.

    Attributes:
        number: counted from 1.
        attributes: the bytes between `<row` and `>`.
        body: the bytes of its cells.
    """

    number: int
    attributes: bytes
    body: bytes


class Cell(NamedTuple):
    """One cell as it is meant.

    Attributes:
        row: counted from 1.
        column: counted from 1.
        type: what it holds or, with a formula, what the formula gave; "" for nothing, also for a text of no characters.
        value: the text; a number, a date or an error as written; a boolean as `1` or `0`.
        formula: without `=`; None where there is none. Array formulas and data tables begin with their own words.
        style: index into `cellXfs`.
        rich: the runs of a text whose characters are formatted one by one, as written; else b"".
    """

    row: int
    column: int
    type: CellType
    value: str
    formula: str | None
    style: int
    rich: bytes


@dataclass(slots=True)
class Strings:
    """The table of shared strings.

    Attributes:
        texts: one for each index.
        rich: index → runs as written, of texts formatted character by character.
    """

    texts: list[str] = field(default_factory=list)
    rich: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, parts: Parts) -> Strings:
        """The table of a workbook; empty if it has none."""
        table = cls()
        part = Directory(parts).related("sharedStrings")
        if part:
            stream = Stream(pieces(parts, part), "sst", "si")
            for _, body in stream.elements():
                text, rich = text_of(body, stream.prefix)
                if rich:
                    table.rich[len(table.texts)] = rich
                table.texts.append(text)
        return table


class Stream:
    """A part that is a long list: what stands before it, its items one by one, and what stands after.

    Args:
        source: the part in pieces.
        container: name of the element that holds the list (`sheetData`).
        item: name of its elements (`row`).

    Attributes:
        prefix: what stands before the names of the elements (`x:`), or "".
        head: everything up to and including the container's start tag.
        tail: its end tag and everything after it; known when the items have been read.
    """

    def __init__(self, source: Iterable[bytes], container: str, item: str) -> None:
        """Read the head."""
        self._source = iter(source)
        opening = re.compile(rb"<((?:[\w.-]+:)?)%b(?:\s[^>]*?)?(/)?>" % container.encode())
        data, found = b"", None
        for piece in self._source:
            data += piece
            found = opening.search(data, max(len(data) - len(piece) - _LONGEST_TAG, 0))
            if found:
                break
            _refuse_beyond(data)
        self.prefix = found[1].decode() if found else ""
        name = (self.prefix + item).encode()
        self._end = b"</" + (self.prefix + container).encode()
        self._item_start = re.compile(rb"<%b((?:\s[^>]*)?)>" % re.escape(name))
        self._item_end = re.compile(rb"</%b\s*>" % re.escape(name))
        self._is_empty = found is None or found[2] is not None
        self.head = data[: found.end()] if found else data
        self._rest = data[len(self.head) :]
        self.tail = b""

    def elements(self) -> Iterator[tuple[bytes, bytes]]:
        """Attributes and inside of each item, as written; once only."""
        rest, self._rest = self._rest, b""
        while not self._is_empty:
            stop = rest.find(self._end)
            *whole, rest_of = self._item_end.split(rest if stop < 0 else rest[:stop])
            for data in whole:
                yield from self._opened(data)
            if stop >= 0:
                yield from self._opened(rest_of)
                rest = rest[stop:]
                break
            piece = next(self._source, None)
            if piece is None:
                rest = rest_of
                break
            rest = rest_of + piece
            _refuse_beyond(rest_of)
        for piece in self._source:
            rest += piece
            _refuse_beyond(rest)
        self.tail = rest

    @property
    def shell(self) -> bytes:
        """The part without its items, when they have been read."""
        return self.head + self.tail

    def _opened(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The empty items before one, and the one, of which the end tag is cut off."""
        for found in self._item_start.finditer(data):
            attributes = found[1]
            if not attributes.endswith(b"/") and not found[0].endswith(b"/>"):
                yield attributes, data[found.end() :]
                return
            yield attributes[:-1], b""


class SheetStream(Stream):
    """A worksheet part as a stream of rows."""

    def __init__(self, source: Iterable[bytes]) -> None:
        """Read what stands before the rows."""
        super().__init__(source, "sheetData", "row")

    def rows(self) -> Iterator[Row]:
        """The rows in order; one without a number follows the one before."""
        number = 0
        for attributes, body in self.elements():
            found = _NUMBER.search(attributes)
            number = int(found[1]) if found else number + 1
            yield Row(number, attributes, body)


class CellReader:
    """Reads the cells of one sheet; it must see every row, since formulas are shared from one row to others."""

    def __init__(self, strings: Strings, prefix: str = "") -> None:
        """Remember the shared strings and the prefix of the sheet's elements."""
        self._strings = strings
        self._prefix = prefix
        self._shapes = _shapes(prefix)
        self._shared: dict[str, tuple[str, int, int]] = {}
        self._before, self._after = f"<{prefix}v>".encode(), f"</{prefix}v>".encode()

    def split(self, body: bytes) -> list[RawCell]:
        """The cells of a row as written."""
        return self._shapes.cell.findall(body)

    def cells(self, row: Row) -> Iterator[Cell]:
        """The cells of a row as they are meant."""
        column = 0
        for raw in self.split(row.body):
            column = column_of(raw, column)
            yield self.cell(row.number, column, raw)

    def cell(self, row: int, column: int, raw: RawCell) -> Cell:
        """One cell as it is meant."""
        style, written = style_and_type(raw[1])
        inside = raw[3]
        if not inside:
            return Cell(row, column, "", "", None, style, b"")
        if inside.startswith(self._before) and inside.find(b"<", 3) == len(inside) - len(self._after):
            formula, value = None, inside[len(self._before) : -len(self._after)]
        else:
            found = self._shapes.value.search(inside)
            value = found[1] if found else b""
            formula = self._formula(row, column, inside)
        type_, text, rich = self._value(written, value, inside)
        return Cell(row, column, type_, text, formula, style, rich)

    def _value(self, written: str, value: bytes, inside: bytes) -> tuple[CellType, str, bytes]:
        rich = b""
        if written == "s":
            index = int(value) if value.strip().isdigit() else -1
            known = 0 <= index < len(self._strings.texts)
            text, rich = (self._strings.texts[index], self._strings.rich.get(index, b"")) if known else ("", b"")
        elif written == "inlineStr":
            found = self._shapes.inline.search(inside)
            text, rich = text_of(found[1], self._prefix) if found else ("", b"")
        else:
            text = _characters(value) if b"&" in value or written == "str" else value.decode().strip()
            if written == "b":
                text = {"true": "1", "false": "0"}.get(text, text)
        return (_TYPES.get(written, "number") if text else ""), text, rich

    def _formula(self, row: int, column: int, inside: bytes) -> str | None:
        found = self._shapes.formula.search(inside)
        if not found:
            return None
        given, text = attributes_of(found[1]), unescaped((found[2] or b"").decode())
        kind = given.get("t", "normal")
        if kind == "shared":
            if text:
                self._shared[given.get("si", "")] = (text, row, column)
                return text
            master, top, left = self._shared.get(given.get("si", ""), ("", row, column))
            return translate(master, row - top, column - left)
        if kind == "array":
            return f"数组公式 {given.get('ref', '')} {text}"
        if kind == "dataTable":
            return "模拟运算表 " + " ".join(f"{name}={given[name]}" for name in sorted(given))
        return text


class _Shapes(NamedTuple):
    cell: re.Pattern[bytes]
    value: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    inline: re.Pattern[bytes]
    text: re.Pattern[bytes]
    phonetic: re.Pattern[bytes]


def pieces(parts: Parts, name: str) -> Iterator[bytes]:
    """A part as it now is, in UTF-8, piece by piece, without comments; characters marked CDATA stand as others do.

    Raises:
        WorkbookError: it declares a document type.
    """
    return _plain(raw_pieces(parts, name), name)


def raw_pieces(parts: Parts, name: str) -> Iterator[bytes]:
    """A part as it now is, in UTF-8, piece by piece."""
    found = parts.find(name)
    changed = parts.changed()
    if found not in parts.archive.names or found in changed:
        yield changed.get(found) or parts.read(name)
        return
    stream = parts.archive.stream(found)
    first = next(stream, b"")
    if b"\0" in first[:200] or _DECLARED.match(first.removeprefix(b"\xef\xbb\xbf").lstrip()):
        yield parts.read(name)
        return
    yield first.removeprefix(b"\xef\xbb\xbf")
    yield from stream


def sheet_cells(parts: Parts, part: str) -> Iterator[Cell]:
    """Every cell written in a worksheet part, as it is meant, in the order of the file."""
    stream = SheetStream(pieces(parts, part))
    reader = CellReader(Strings.read(parts), stream.prefix)
    for row in stream.rows():
        yield from reader.cells(row)


def column_of(raw: RawCell, before: int) -> int:
    """Number of a cell's column; one without an address stands right of the one before."""
    if raw[0]:
        return _letters_number(raw[0])
    if raw[1]:
        address = attributes_of(raw[1]).get("r", "")
        if address:
            return column_number(address.rstrip("0123456789"))
    return before + 1


@lru_cache(maxsize=MAX_COLUMNS)
def _letters_number(data: bytes) -> int:
    return column_number(data.decode())


@lru_cache(maxsize=4096)
def style_and_type(attributes: bytes) -> tuple[int, str]:
    """Index of a cell's style and its type as written (`n` where none is)."""
    given = attributes_of(attributes)
    style = given.get("s", "0")
    return int(style) if style.isdecimal() else 0, given.get("t", "n")


def attributes_of(data: bytes) -> dict[str, str]:
    """The attributes in the bytes of a start tag, prefixes as written."""
    return {name: unescaped(double or single) for name, double, single in _ATTRIBUTE.findall(data.decode())}


def text_of(data: bytes, prefix: str = "") -> tuple[str, bytes]:
    """Characters of a text item, and its runs if they are formatted; how it is pronounced is left out.

    >>> text_of(b"<r><rPr><b/></rPr><t>a</t></r><r><t xml:space='preserve'> b</t></r>")[0]
    'a b'
    """
    start = f"<{prefix}t>".encode()
    if data.startswith(start) and data.find(b"<", len(start)) == len(data) - len(start) - 1:
        return _characters(data[len(start) : -len(start) - 1]), b""
    shapes = _shapes(prefix)
    data = shapes.phonetic.sub(b"", data)
    text = "".join(_characters(found) for found in shapes.text.findall(data))
    return text, data if f"<{prefix}rPr".encode() in data else b""


@lru_cache(maxsize=16)
def _shapes(prefix: str) -> _Shapes:
    """What cells look like; no element holds one of its own kind, so that damaged markup is read in one pass too."""
    name = re.escape(prefix).encode()

    def inside(local: bytes) -> bytes:
        return rb"([^<]*(?:<(?!/?%b[\s>/])[^<]*)*)" % (name + local)

    def leaf(local: bytes) -> re.Pattern[bytes]:
        return re.compile(rb"<%b(?:\s[^>]*)?>([^<]*)</%b\s*>" % (name + local, name + local))

    cell = rb'<%bc(?:\sr="([A-Za-z]{1,3})[0-9]+")?((?:\s[^>/]*)?)(?:(/)>|>%b</%bc\s*>)' % (name, inside(b"c"), name)
    return _Shapes(
        cell=re.compile(cell),
        value=leaf(b"v"),
        formula=re.compile(rb"<%bf((?:\s[^>/]*)?)(?:/>|>([^<]*)</%bf\s*>)" % (name, name)),
        inline=re.compile(rb"<%bis(?:\s[^>]*)?>%b</%bis\s*>" % (name, inside(b"is"), name)),
        text=leaf(b"t"),
        phonetic=re.compile(rb"<%brPh(?:\s[^>]*)?>%b</%brPh\s*>" % (name, inside(b"rPh"), name)),
    )


def _characters(data: bytes) -> str:
    text = unescaped(data.decode())
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _refuse_beyond(data: bytes) -> None:
    """What must be held at once is small in every real file."""
    if len(data) > limits.MAX_MARKUP:
        raise WorkbookError("文件内部有一处大得不正常，无法读取；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。")


def _plain(source: Iterable[bytes], name: str) -> Iterator[bytes]:
    rest = b""
    for piece in source:
        rest += piece
        out = []
        while (begin := rest.find(b"<!")) >= 0:
            mark = next((mark for mark in (b"<!--", b"<![CDATA[") if rest.startswith(mark, begin)), b"")
            if not mark and len(rest) > begin + 9:
                raise WorkbookError(f"文件内部的 {name} 含有文档类型声明（可能是恶意文件），已拒绝打开。")
            end = rest.find(b"-->" if mark == b"<!--" else b"]]>", begin + len(mark)) if mark else -1
            if end < 0:
                break
            kept = escape(rest[begin + 9 : end].decode()).encode() if mark == b"<![CDATA[" else b""
            out += [rest[:begin], kept]
            rest = rest[end + 3 :]
        _refuse_beyond(rest)
        cut = begin if begin >= 0 else rest.rfind(b"<")
        cut = len(rest) if cut < 0 else cut
        yield b"".join([*out, rest[:cut]])
        rest = rest[cut:]
    yield rest
