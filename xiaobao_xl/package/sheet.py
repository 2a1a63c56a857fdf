"""One worksheet: its shell (everything but the rows) as a tree, its rows as a stream of bytes.

A sheet of 300 MB is never held whole: reading and editing pass over its rows piece by piece.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits, references
from xiaobao_xl.package.markup import Markup, unescaped
from xiaobao_xl.package.parts import Parts, in_utf8

ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
"""Children of a worksheet element in the schema's order."""

_MANY = 6  # columns from which on it is quicker to walk through a row
_SHORT = 4 << 20  # bytes of a part that is unpacked in one piece
_OPEN = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?=[\s/>])[^>]*>")
_NO_DATA = re.compile(rb"<!--.*?-->|<\?(?!xml\s).*?\?>", re.DOTALL)
_LITERAL = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")


@dataclass(frozen=True, slots=True)
class Patterns:
    """What rows and cells look like under the sheet's prefix."""

    row: re.Pattern[bytes]
    row_end: bytes
    cell: re.Pattern[bytes]
    cell_end: bytes

    @classmethod
    def of(cls, prefix: str) -> Patterns:
        """Patterns for a prefix (`x:` or "")."""
        p = re.escape(prefix).encode()
        row = re.compile(rb"<" + p + rb"row(?=[\s/>])([^>]*?)(/?)>")
        cell = re.compile(rb"<" + p + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"c\s*>)", re.DOTALL)
        return cls(row, f"</{prefix}row>".encode(), cell, f"</{prefix}c>".encode())


class Sheet:
    """A worksheet part.

    Attributes:
        parts: the workbook's parts.
        part: its name.
        title: the sheet's title.
        prefix: what stands before the names of its elements (`x:`), or "".
        patterns: what its rows and cells look like.
    """

    prefix: str

    def __init__(self, parts: Parts, part: str, title: str, like: Sheet | None = None) -> None:
        """Read the shell; for a sheet written like another, only once it is asked for.

        Raises:
            WorkbookError: the part is no worksheet, or broken.
        """
        self.parts, self.part, self.title = parts, part, title
        self.prefix = like.prefix if like else self.shell.root.prefix
        self.patterns = Patterns.of(self.prefix)

    @cached_property
    def shell(self) -> Markup:
        """The part with its rows left out; edits in it are written."""
        head, tail = self._ends()
        return Markup(head + tail, self.part)

    def _ends(self) -> tuple[bytes, bytes]:
        """The bytes up to and with `<sheetData>`, and from `</sheetData>` on."""
        pieces = self._pieces()
        head = b""
        found = None
        for piece in pieces:
            head += piece
            if found := _OPEN.search(head):
                break
            if len(head) > limits.MAX_MARKUP:
                break
        if found is None:
            raise WorkbookError(
                f"工作表“{self.title}”的内部结构无法识别；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
            )
        if found.group().endswith(b"/>"):
            return head[: found.end()], head[found.end() :] + b"".join(pieces)
        close = b"</" + found[1] + b"sheetData"
        head, tail = head[: found.end()], head[found.end() :]
        for piece in pieces:
            if close not in tail:
                tail = tail[-len(close) :]
            tail += piece
        place = tail.rfind(close)
        if place < 0:
            raise WorkbookError(f"工作表“{self.title}”不完整（可能没有下载完）；请重新取得文件。")
        return head, tail[place:]

    def _pieces(self) -> Iterator[bytes]:
        """The part in UTF-8, piece by piece if it is long."""
        found = self.parts.find(self.part)
        if self.parts.is_written(self.part) or self.parts.archive.size(found) <= _SHORT:
            yield self.parts.read(self.part)
            return
        stream = self.parts.archive.stream(found)
        first = next(stream, b"")
        if in_utf8(first[:8192], self.part)[:100] != first.removeprefix(b"\xef\xbb\xbf")[:100]:
            yield self.parts.read(self.part)
            return
        yield first.removeprefix(b"\xef\xbb\xbf")
        yield from stream

    def halves(self) -> tuple[bytes, bytes]:
        """The shell with its edits, cut after the start tag of `sheetData`."""
        data = self.shell.data()
        element = (
            Markup(data, self.part).root.child("sheetData")
            if self.shell.is_changed
            else self.shell.root.child("sheetData")
        )
        place = element.open_end if element is not None else len(data)
        return data[:place], data[place:]

    def blocks(self) -> Iterator[bytes]:
        """The rows in blocks of whole rows: the bytes between `<sheetData>` and `</sheetData>`, comments left out."""
        waiting, begin, inside = b"", f"<{self.prefix}row".encode(), False
        close = f"</{self.prefix}sheetData".encode()
        pieces = self._pieces()
        for piece in pieces:
            waiting += piece
            if not inside:
                found = _OPEN.search(waiting)
                if not found:
                    continue
                if found.group().endswith(b"/>"):
                    return
                inside, waiting = True, waiting[found.end() :]
            if (b"!" in waiting and b"<!" in waiting) or (b"?" in waiting and b"<?" in waiting):
                if waiting.count(b"<!--") > waiting.count(b"-->") or waiting.count(b"<![CDATA[") > waiting.count(
                    b"]]>"
                ):
                    continue
                waiting = _LITERAL.sub(_escaped, _NO_DATA.sub(b"", waiting))
            place = waiting.find(close)
            if place >= 0:
                yield waiting[:place]
                yield from (b"" for _ in pieces)  # to its end, where its checksum is proved
                return
            cut = waiting.rfind(begin)
            if cut > 0:
                yield waiting[:cut]
                waiting = waiting[cut:]

    def rows(
        self, wanted: Iterable[int] | None = None, holding: bytes = b"", *, to_end: bool = False
    ) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of each row.

        Args:
            wanted: numbers of the rows to give; all if not given.
            holding: give only rows that may hold such a child of a cell (`f`).
            to_end: read the part to its end, so that its checksum is proved, even if no more rows are wanted.
        """
        number, chosen = 0, None if wanted is None else set(wanted)
        last = max(chosen, default=0) if chosen is not None else references.MAX_ROWS
        signs = [sign + holding for sign in (b"<", b":")] if holding else []
        for block in self.blocks():
            if number > last:
                if to_end:
                    continue
                return
            if signs and not any(sign in block for sign in signs):
                number = self.last_row(block) or number + len(self.patterns.row.findall(block))
                continue
            for found in self.patterns.row.finditer(block):
                number = row_number(found[1], number)
                if number > last:
                    break
                if chosen is None or number in chosen:
                    yield number, block[found.start() : self.row_end(block, found)]

    def last_row(self, block: bytes) -> int:
        """Number of a block's last row if it says so, else 0."""
        place = block.rfind(b"<" + self.prefix.encode() + b"row ")
        found = self.patterns.row.match(block, place) if place >= 0 else None
        return row_number(found[1], -1) if found else 0

    def row_end(self, block: bytes, tag: re.Match[bytes]) -> int:
        """Where the row of a start tag ends."""
        if tag[2]:
            return tag.end()
        end = block.find(self.patterns.row_end, tag.end())
        return len(block) if end < 0 else end + len(self.patterns.row_end)

    def widen(self, places: Iterable[tuple[int, int]]) -> None:
        """Make the noted extent of the sheet hold some cells, (row, column) each."""
        noted = self.shell.root.child("dimension")
        if noted is None:
            return
        area = references.Area.read(noted.attributes.get("ref", "A1"))
        top, left, bottom, right = area.top, area.left, area.bottom, area.right
        for row, column in places:
            top, left, bottom, right = min(top, row), min(left, column), max(bottom, row), max(right, column)
        wider = references.Area(top, left, bottom, right)
        if wider != area:
            self.shell.set(noted, "ref", str(wider))

    def cells(self, row: bytes, number: int) -> Iterator[Stored]:
        """The cells of a row; one without an address stands right of the one before."""
        column = 0
        for found in self.patterns.cell.finditer(row):
            column = cell_column(found[1], column)
            yield Stored(number, column, found[1], found[2] or b"")

    def some(self, row: bytes, number: int, columns: Sequence[int]) -> Iterator[Stored]:
        """The cells of a row that stand in some columns, which rise."""
        if len(columns) > _MANY:
            wanted = set(columns)
            yield from (stored for stored in self.cells(row, number) if stored.column in wanted)
        elif columns:
            yield from (stored for stored in self.found(row, number, columns).values() if stored)

    def found(self, row: bytes, number: int, columns: Iterable[int]) -> dict[int, Stored | None]:
        """Some cells of a row, columns rising: each is looked for by its address; if that fails, all are walked to."""
        name, place = b"<" + self.prefix.encode() + b"c ", 0
        cells: dict[int, Stored | None] = {}
        for column in columns:
            at = row.find(b' r="%s"' % references.address(number, column).encode(), place)
            begin = row.rfind(name, place, at + 1) if at >= 0 else -1
            cell = self.patterns.cell.match(row, begin) if begin >= 0 else None
            if cell is None or cell_column(cell[1], 0) != column:
                walked = {stored.column: stored for stored in self.cells(row, number)}
                return {wanted: walked.get(wanted) for wanted in columns}
            cells[column] = Stored(number, column, cell[1], cell[2] or b"")
            place = cell.end()
        return cells


@dataclass(frozen=True, slots=True)
class Stored:
    """A cell as the file holds it.

    Attributes:
        row: its row.
        column: its column.
        attributes: the bytes of its attributes.
        inside: the bytes between its tags.
    """

    row: int
    column: int
    attributes: bytes
    inside: bytes

    @property
    def style(self) -> int:
        """Number of its style."""
        return int(attribute(self.attributes, b"s") or 0)

    @property
    def type(self) -> str:
        """Its type attribute, "" for a number."""
        return attribute(self.attributes, b"t")

    def checksum(self) -> int:
        """Tells whether two cells hold the same, their style aside."""
        return zlib.crc32(self.inside, zlib.crc32(self.type.encode()))

    def text(self, local: str) -> str | None:
        """Characters of a child (`v`, `f`), None if there is none."""
        found = child(local).search(self.inside)
        return None if not found else unescaped((found[2] or b"").decode("utf-8"))

    def formula(self) -> tuple[bytes, str] | None:
        """Attributes and text of its formula; None if it has none."""
        found = child("f").search(self.inside)
        return None if not found else (found[1], unescaped((found[2] or b"").decode("utf-8")))


_NAMES: dict[bytes, re.Pattern[bytes]] = {}
_CHILDREN: dict[str, re.Pattern[bytes]] = {}


def child(local: str) -> re.Pattern[bytes]:
    """Finds a child of a cell by its name: its attributes, and what stands inside."""
    if local not in _CHILDREN:
        name = rb"(?:[\w.-]+:)?" + local.encode()
        _CHILDREN[local] = re.compile(rb"<" + name + rb"(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + name + rb"\s*>)", re.DOTALL)
    return _CHILDREN[local]


def attribute(attributes: bytes, name: bytes) -> str:
    """The value of an attribute without prefix, ""  if it is missing.

    >>> attribute(b' r="B5" s="3"', b"s")
    '3'
    """
    if name not in _NAMES:
        _NAMES[name] = re.compile(rb"(?:^|\s)" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""")
    found = _NAMES[name].search(attributes)
    return unescaped((found[1] or found[2] or b"").decode("utf-8")) if found else ""


def row_number(attributes: bytes, before: int) -> int:
    """Number of a row from its attributes; without one it follows the row before."""
    found = _ADDRESS.search(b" " + attributes)
    return int(found[2]) if found else before + 1


def cell_column(attributes: bytes, before: int) -> int:
    """Column of a cell from its attributes; without an address it follows the cell before."""
    found = _ADDRESS.search(b" " + attributes)
    return references.column_number(found[1].decode()) if found and found[1] else before + 1


def _escaped(found: re.Match[bytes]) -> bytes:
    return found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
