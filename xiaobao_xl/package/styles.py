"""The styles part: what number format a cell has, and new styles that differ from an existing one in named points.

Cells point into the list `cellXfs` by position, so existing entries never move: whatever is new is appended. New
entries wait in memory until `Styles.flush` puts them all into the part at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Final, NamedTuple

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import (
    DECLARATION,
    MAIN,
    START_TAG,
    Element,
    Markup,
    attributes,
    prefixed,
    with_attributes,
)
from xiaobao_xl.package.number_formats import BUILT_IN, FIRST_FREE, FIXED, is_date_format
from xiaobao_xl.package.parts import SPREADSHEET, Parts

MAX_STYLES: Final = 65_490  # entries of cellXfs Excel reads
ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
"""Children of a styleSheet element in the schema's order."""

_BEHIND_COLOUR: Final = {"name", "family", "charset", "scheme", "extLst"}


class _Change(NamedTuple):
    """In what a style differs from its origin; None is as there."""

    fill: str | None
    colour: str | None
    bold: bool | None
    number_format: str | None

    def over(self, earlier: _Change) -> _Change:
        """Both changes, this one after the other."""
        return _Change(
            earlier.fill if self.fill is None else self.fill,
            earlier.colour if self.colour is None else self.colour,
            earlier.bold if self.bold is None else self.bold,
            earlier.number_format if self.number_format is None else self.number_format,
        )


class Styles:
    """The styles of a workbook. A workbook has one object of this class: it counts what it will append.

    A workbook without a styles part gets one as soon as a style is derived; until then its only style is 0.
    """

    def __init__(self, parts: Parts, directory: Directory) -> None:
        """Read the part.

        Raises:
            WorkbookError: it is broken, or too large to be read as a tree.
        """
        self._parts, self._directory = parts, directory
        self._part = directory.related("styles")
        space = parts.namespace(MAIN)
        minimal = Markup(_minimal("", space))
        markup = parts.settle(self._part) if self._part else minimal
        if markup.root.prefix:
            minimal = Markup(_minimal(markup.root.prefix, space))
        self._formats = _Section(markup, minimal, "numFmts", "numFmt")
        self._fonts = _Section(markup, minimal, "fonts", "font")
        self._fills = _Section(markup, minimal, "fills", "fill")
        self._xfs = _Section(markup, minimal, "cellXfs", "xf")
        self._codes = {found.number("numFmtId"): found.attributes.get("formatCode", "") for found in self._formats.read}
        taken = {*self._codes, *(found.number("numFmtId") for found in self._xfs.read)}
        differential = markup.root.child("dxfs")
        for entry in differential.children if differential else ():
            taken |= {found.number("numFmtId") for found in entry.children if found.local == "numFmt"}
        self._free_formats = (number for number in count(FIRST_FREE) if number not in taken)
        self._format_ids = {code: number for number, code in reversed((FIXED | self._codes).items())}
        self._asked: dict[tuple[int, _Change], int] = {}
        self._indexes: dict[tuple[int, _Change], int] = {}
        self._origins: dict[int, tuple[int, _Change]] = {}

    def count(self) -> int:
        """Styles there are, new ones included."""
        return len(self._xfs)

    def derived(
        self,
        base: int,
        *,
        fill: str | None = None,
        colour: str | None = None,
        bold: bool | None = None,
        number_format: str | None = None,
    ) -> int:
        """Index of a style that is like another but for what is named; the same request gives the same index.

        Args:
            base: index of the other style; one the file does not define counts as 0.
            fill: colour of the ground, six hexadecimal digits RRGGBB.
            colour: colour of the letters, likewise.
            bold: letters are bold.
            number_format: format code, as `0.00%` or `yyyy-mm-dd`.

        Raises:
            WorkbookError: a colour is none, or Excel's limit of styles is reached.
        """
        asked = base, _Change(fill, colour, bold, number_format)
        if asked not in self._asked:
            self._asked[asked] = self._index(base, _Change(_colour(fill), _colour(colour), bold, number_format))
        return self._asked[asked]

    def _index(self, base: int, change: _Change) -> int:
        """Index of a style; asked again in other words, the same."""
        base = base if 0 <= base < len(self._xfs) else 0
        if not any(part is not None for part in change):
            return base
        origin, earlier = self._origins.get(base, (base, _Change(None, None, None, None)))
        request = origin, change.over(earlier)
        if request not in self._indexes:
            index = self._xfs.index_of(self._xf(*request))
            self._indexes[request] = index
            if index >= len(self._xfs.read):
                self._origins.setdefault(index, request)
        return self._indexes[request]

    def number_format(self, index: int) -> str:
        """Format code of a style: the file's own, or Excel's built-in one as a Chinese Excel reads it."""
        origin, change = self._origins.get(index, (index, None))
        if change and change.number_format is not None:
            return change.number_format
        number = self._read(origin).number("numFmtId")
        return self._codes.get(number, BUILT_IN.get(number, "General"))

    def wraps(self, index: int) -> bool:
        """The style breaks long texts into lines."""
        alignment = self._read(self._origins.get(index, (index, None))[0]).child("alignment")
        return alignment is not None and alignment.flag("wrapText")

    def is_date(self, index: int) -> bool:
        """A number in this style is shown as a date, a time of day or an elapsed time."""
        return is_date_format(self.number_format(index))

    def create(self) -> None:
        """Give a workbook without a styles part one, with style 0 alone.

        `flush` does so when needed; call it before where other parts are written ahead of `flush`, since the new part
        changes the content types and the relations of the workbook.
        """
        if not self._part:
            self._part = self._parts.free_name("xl/styles{}.xml") if "xl/styles.xml" in self._parts else "xl/styles.xml"
            self._parts.add(self._part, self._xfs.markup.original, f"{SPREADSHEET}.styles+xml")
            self._parts.relate(self._directory.part, "styles", self._part)

    def flush(self) -> None:
        """Put all new entries into the part; without any, the part stays untouched. May be called again later."""
        sections = (self._formats, self._fonts, self._fills, self._xfs)
        if not any(section.is_waiting for section in sections):
            return
        self.create()
        markup = self._parts.settle(self._part)
        for section in sections:
            section.flush(markup)

    def _read(self, index: int) -> Element:
        """An entry of cellXfs as read."""
        return self._xfs.read[index if 0 <= index < len(self._xfs.read) else 0]

    def _xf(self, origin: int, change: _Change) -> bytes:
        """A new entry of cellXfs."""
        element = self._read(origin)
        new: dict[str, str] = {}
        if change.number_format is not None:
            new |= {"numFmtId": str(self._format(change.number_format)), "applyNumberFormat": "1"}
        if change.colour is not None or change.bold is not None:
            new |= {"fontId": str(self._font(element.number("fontId"), change)), "applyFont": "1"}
        if change.fill is not None:
            new |= {"fillId": str(self._fill(change.fill)), "applyFill": "1"}
        source = self._xfs.markup.source(element)
        found = START_TAG.match(source)
        tag = found[0] if found else source
        return with_attributes(tag.decode("utf-8"), new).encode("utf-8") + source[len(tag) :]

    def _format(self, code: str) -> int:
        """Number of a format code."""
        if code not in self._format_ids:
            number = next(self._free_formats)
            self._format_ids[code] = number
            given = attributes({"numFmtId": str(number), "formatCode": code})
            self._formats.append(f"<{self._formats.prefix}numFmt{given}/>".encode())
        return self._format_ids[code]

    def _font(self, origin: int, change: _Change) -> int:
        """Index of a font like another, but bold or coloured."""
        fonts, prefix = self._fonts, self._fonts.prefix
        element = fonts.read[origin if origin < len(fonts.read) else 0]
        dropped = {"b"} if change.bold is not None else set()
        dropped |= {"color"} if change.colour is not None else set()
        kept = [child for child in element.children if child.local not in dropped]
        place = next((at for at, child in enumerate(kept) if child.local in _BEHIND_COLOUR), len(kept))
        pieces = [fonts.markup.source(child) for child in kept]
        if change.colour is not None:
            pieces.insert(place, f'<{prefix}color rgb="FF{change.colour}"/>'.encode())
        if change.bold:
            pieces.insert(0, f"<{prefix}b/>".encode())
        return fonts.index_of(b"".join([f"<{prefix}font>".encode(), *pieces, f"</{prefix}font>".encode()]))

    def _fill(self, colour: str) -> int:
        """Index of a fill of one colour."""
        prefix = self._fills.prefix
        if len(self._fills) == 1:  # Excel takes the first two for no fill and a grey pattern, whatever they say
            self._fills.append(f'<{prefix}fill><{prefix}patternFill patternType="gray125"/></{prefix}fill>'.encode())
        inner = f'<{prefix}fgColor rgb="FF{colour}"/><{prefix}bgColor indexed="64"/>'
        pattern = f'<{prefix}patternFill patternType="solid">{inner}</{prefix}patternFill>'
        return self._fills.index_of(f"<{prefix}fill>{pattern}</{prefix}fill>".encode())


class _Section:
    """One list of the part: its entries as read, and those that wait to be appended.

    Attributes:
        markup: where the entries stand: the part, or the minimal one if the part lacks the list.
        read: the entries.
        prefix: prefix of their elements.
    """

    def __init__(self, part: Markup, minimal: Markup, local: str, entry: str) -> None:
        element = part.root.child(local)
        self._is_missing = element is None or not element.children
        self.markup = minimal if self._is_missing else part
        element = self.markup.root.child(local) if self._is_missing else element
        self.read = [child for child in element.children if child.local == entry] if element else []
        self.prefix = element.prefix if element else part.root.prefix
        self._local, self._added, self._flushed = local, list[bytes](), 0
        self._known: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self.read) + len(self._added)

    @property
    def is_waiting(self) -> bool:
        """Some entry is not in the part yet."""
        return len(self._added) > self._flushed

    def append(self, entry: bytes) -> int:
        """Add an entry and give its index."""
        if self._local == "cellXfs" and len(self) >= MAX_STYLES:
            raise WorkbookError(
                f"这个工作簿的单元格样式已有 {len(self)} 种，达到 Excel 的上限，无法再添加颜色或格式；"
                "请先在 Excel 里把内容复制到新工作簿（样式会随之精简）后再试。"
            )
        self._added.append(entry)
        return len(self) - 1

    def index_of(self, entry: bytes) -> int:
        """Index of an entry of the very same bytes; it is added if there is none."""
        if not self._known:
            for index in reversed(range(len(self))):
                self._known[self._source(index)] = index
        if entry not in self._known:
            self._known[entry] = self.append(entry)
        return self._known[entry]

    def flush(self, markup: Markup) -> None:
        """Put what waits into the part as it now is."""
        if not self.is_waiting:
            return
        first = 0 if self._is_missing and not self._flushed else len(self.read) + self._flushed
        _append(markup, self._local, [self._source(index) for index in range(first, len(self))])
        self._flushed = len(self._added)

    def _source(self, index: int) -> bytes:
        if index < len(self.read):
            return self.markup.source(self.read[index])
        return self._added[index - len(self.read)]


def styles_part(directory: Directory, styles: Styles | None = None) -> str:
    """Name of the styles part, which is made if there is none; `styles` is the object that keeps them, if any."""
    if not directory.related("styles"):
        (styles or Styles(directory.parts, directory)).create()
    return directory.related("styles")


def append_entries(markup: Markup, local: str, entries: Sequence[str]) -> None:
    """Put entries, written without prefixes, at the end of a list of the styles part.

    Args:
        markup: the styles part, with no edits waiting in that list.
        local: name of the list.
        entries: the new ones.
    """
    _append(markup, local, [prefixed(entry, markup.root.prefix).encode() for entry in entries])


def _append(markup: Markup, local: str, entries: Sequence[bytes]) -> None:
    """Put entries at the end of a list, which is made if there is none."""
    listed, data = markup.root.child(local), b"".join(entries)
    if listed is None:
        tag = f"{markup.root.prefix}{local}"
        whole = f'<{tag} count="{len(entries)}">'.encode() + data + f"</{tag}>".encode()
        markup.place(markup.root, local, ORDER, whole)
    else:
        markup.append(listed, data)
        markup.set(listed, "count", str(len(listed.children) + len(entries)))


def _colour(text: str | None) -> str | None:
    if text is not None and not re.fullmatch("[0-9A-Fa-f]{6}", text):
        raise WorkbookError(f"颜色“{text}”写法不对；应为六位十六进制数，如 FFF2CC。")
    return text.upper() if text else None


def _minimal(prefix: str, space: str) -> bytes:
    """The least a styles part holds: one style, and what it points to; `space` is the address of its elements."""
    lists = (
        ("fonts", '<font><sz val="11"/><name val="宋体"/><charset val="134"/></font>'),
        ("fills", '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'),
        ("borders", "<border><left/><right/><top/><bottom/><diagonal/></border>"),
        ("cellStyleXfs", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'),
        ("cellXfs", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'),
        ("cellStyles", '<cellStyle name="Normal" xfId="0" builtinId="0"/>'),
    )
    inside = "".join(f'<{local} count="{2 if local == "fills" else 1}">{text}</{local}>' for local, text in lists)
    declared = attributes({f"xmlns:{prefix[:-1]}" if prefix else "xmlns": space})
    return (
        DECLARATION + prefixed(f"<styleSheet>{inside}</styleSheet>", prefix).replace(">", f"{declared}>", 1)
    ).encode()
