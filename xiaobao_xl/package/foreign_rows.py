"""Rows of another workbook made to fit this one: shared text moves into the cells, styles and days are renumbered."""

from __future__ import annotations

import re

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.cells import FROM_1904, number_text
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.looks import Looks
from xiaobao_xl.package.markup import MAIN, prefixes, whole
from xiaobao_xl.package.sheet import Sheet, attribute
from xiaobao_xl.package.styles import Styles

_PHONETIC = re.compile(rb"<(?:[\w.-]+:)?phoneticPr(?=[\s/>])[^>]*?(?:/>|>\s*</(?:[\w.-]+:)?phoneticPr\s*>)")


class ForeignRows:
    """Rows of another workbook made to fit this one."""

    def __init__(self, sheet: Sheet, source: Directory, target: Directory, looks: Looks) -> None:
        """Prepare for a sheet.

        Args:
            sheet: where the rows stand.
            source: list of sheets of that workbook.
            target: of this one.
            looks: its styles found here.
        """
        self._sheet, self._source, self._looks = sheet, source, looks
        name = re.escape(sheet.prefix).encode()
        self._dressed = re.compile(rb"""(<""" + name + rb"""(?:c|row)\s(?:[^>]*?\s)?s=["'])(\d+)""")
        self._described = re.compile(rb"""(<""" + name + rb"""c\s[^>]*?)\s[cv]m=["']\d+["']""")
        self._bare = re.compile(rb"<" + name + rb"""c(?=[\s/>])(?![^>]*\ss=)""")
        self._days = (FROM_1904 if source.is_1904() else 0) - (FROM_1904 if target.is_1904() else 0)
        self._styles = Styles(source.parts, source) if self._days else None
        self._texts: list[bytes] | None = None

    def block(self, block: bytes) -> bytes:
        """Whole rows, with the text, days and styles of their cells."""
        if b't="s"' in block or b"t='s'" in block or self._days:
            block = self._sheet.patterns.cell.sub(self._cell, block)
        block = self._dressed.sub(lambda found: found[1] + self._looks.style(found[2]), block)
        if (default := self._looks.style(b"0")) != b"0":
            block = self._bare.sub(lambda found: found[0] + b' s="' + default + b'"', block)
        if b" cm=" in block or b" vm=" in block:  # what they count stands in a part that stays behind
            block = self._described.sub(rb"\g<1>", self._described.sub(rb"\g<1>", block))
        return block

    def _cell(self, found: re.Match[bytes]) -> bytes:
        """A cell whose value means the same in the target."""
        given, inside, kind = found[1], found[2] or b"", attribute(found[1], b"t")
        value = re.search(rb"<" + self._sheet.prefix.encode() + rb"v(?:\s[^>]*)?>\s*([^<\s]+)\s*<", inside)
        if value is None:
            return found[0]
        if kind == "s":
            return self._with_text(given, whole(value[1].decode()))
        if kind in {"", "n"} and self._styles and self._is_day(whole(attribute(given, b"s")), value[1]):
            day = self._day(value[1], given)
            return self._built(given, inside[: value.start(1)] + day + inside[value.end(1) :])
        return found[0]

    def _with_text(self, given: bytes, number: int) -> bytes:
        """A cell that held the number of a shared text, holding the text itself."""
        given = re.sub(rb"""(\st\s*=\s*["'])s(?=["'])""", rb"\g<1>inlineStr", given)
        p = self._sheet.prefix.encode()
        text = self._text(number) or b"<%st></%st>" % (p, p)
        return self._built(given, b"<%sis>%s</%sis>" % (p, text, p))

    def _day(self, value: bytes, given: bytes) -> bytes:
        """A day of a cell as the target counts it."""
        day = float(value) + self._days
        if day < 0:
            where = f"{self._sheet.title}!{attribute(given, b'r')}"
            raise WorkbookError(f"{where} 的日期早于 1904 年，而目标工作簿从 1904 年起计日，放不下；请写成文字。")
        return number_text(day).encode()

    def _built(self, given: bytes, inside: bytes) -> bytes:
        """A cell of attributes and what stands inside it."""
        name = f"{self._sheet.prefix}c".encode()
        return b"<" + name + given + b">" + inside + b"</" + name + b">"

    def _is_day(self, style: int, value: bytes) -> bool:
        """A date; not a time of day nor a length of time."""
        if self._styles is None or not self._styles.is_date(style) or float(value) < 1:
            return False
        return not re.search(r"\[[hms]", self._styles.number_format(style), re.IGNORECASE)

    def _text(self, number: int) -> bytes:
        """What stands inside a shared text, its runs included."""
        if self._texts is None:
            part = self._source.related("sharedStrings")
            data = _PHONETIC.sub(b"", self._source.parts.read(part)) if part else b""
            prefix = prefixes(data).get(MAIN, "")
            name = re.escape(f"{prefix}si").encode()
            found = re.finditer(rb"<" + name + rb"(?:\s[^>]*)?(?:/>|>(.*?)</" + name + rb"\s*>)", data, re.DOTALL)
            self._texts = [text[1] or b"" for text in found]
            if prefix != self._sheet.prefix:
                old, new = re.escape(prefix).encode(), self._sheet.prefix.encode()
                self._texts = [re.sub(rb"<(/?)" + old + rb"(?=\w)", rb"<\g<1>" + new, text) for text in self._texts]
        return self._texts[number] if number < len(self._texts) else b""
