"""Styles of one workbook found in another, or appended there.

Entries are compared by what they say, not by their bytes: the two workbooks may use other prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import Element, Markup, attributes, whole
from xiaobao_xl.package.number_formats import FIRST_FREE
from xiaobao_xl.package.styles import MAX_STYLES, append_entries, styles_part


class Looks:
    """Styles of one workbook found in another, or appended there."""

    def __init__(self, source: Directory, target: Directory) -> None:
        """Read the styles of both; a target without any gets a styles part."""
        part = source.related("styles")
        self._source = Markup(source.parts.read(part), part).root if part else None
        self._markup = target.parts.settle(styles_part(target))
        self._lists = {name: _List(self._markup, name) for name in ("fonts", "fills", "borders", "cellXfs", "dxfs")}
        self._formats = _Formats(self._markup, self._source)
        self._styles: dict[bytes, bytes] = {}
        self._conditional: dict[str, str] = {}

    def style(self, old: bytes) -> bytes:
        """Number of a cell style here."""
        if old not in self._styles:
            self._styles[old] = str(self._style(int(old))).encode()
        return self._styles[old]

    def conditional(self, old: str) -> str:
        """Number of a conditional format's looks here."""
        if old not in self._conditional:
            element = self._entry("dxfs", whole(old))
            for child in element.children if element else ():
                if child.local == "numFmt":
                    child.attributes["numFmtId"] = str(self._formats.of_code(child.attributes.get("formatCode", "")))
            self._conditional[old] = str(self._lists["dxfs"].index(_untied(_plain(element)) if element else "<dxf/>"))
        return self._conditional[old]

    def flush(self) -> None:
        """Put what is new into the styles part."""
        for entries in self._lists.values():
            entries.flush()
        self._formats.flush()

    def _style(self, old: int) -> int:
        """Number here of a cell style that has a number there."""
        element = self._entry("cellXfs", old)
        if element is None:
            return 0
        given = element.attributes
        new = {"numFmtId": str(self._formats.of_number(element.number("numFmtId")))}
        for name, list_ in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            part = self._entry(list_, element.number(name))
            new[name] = str(self._lists[list_].index(_untied(_plain(part)))) if part else "0"
        new["xfId"] = "0"
        new |= dict.fromkeys(("applyNumberFormat", "applyFont", "applyFill", "applyBorder"), "1")
        new |= {
            name: given[name]
            for name in ("quotePrefix", "pivotButton", "applyAlignment", "applyProtection")
            if name in given
        }
        inside = "".join(_plain(child) for child in element.children if child.local in {"alignment", "protection"})
        return self._lists["cellXfs"].index(f"<xf{attributes(new)}{f'>{inside}</xf>' if inside else '/>'}")

    def _entry(self, name: str, number: int) -> Element | None:
        """An entry of a list there."""
        listed = self._source.child(name) if self._source else None
        return listed.children[number] if listed and number < len(listed.children) else None


class _List:
    """One list of the styles part: what is there, and what comes at its end."""

    def __init__(self, markup: Markup, name: str) -> None:
        listed = markup.root.child(name)
        there = [_plain(child) for child in listed.children] if listed else []
        self._count = len(there)
        self._known = {entry: number for number, entry in reversed(list(enumerate(there)))}
        self._new: list[str] = []
        self._markup, self._name = markup, name
        if name == "fills" and self._count < 2:  # Excel takes the first two for no fill and a grey pattern
            patterns = ("none", "gray125")[self._count :]
            self._new = [f'<fill><patternFill patternType="{pattern}"/></fill>' for pattern in patterns]

    def index(self, entry: str) -> int:
        """Number of an entry; it is appended if there is none like it."""
        if entry not in self._known:
            if self._name == "cellXfs" and self._count + len(self._new) >= MAX_STYLES:
                raise WorkbookError(
                    "这个工作簿的单元格样式已达到 Excel 的上限，放不下带格式的新工作表；请先精简样式后再试。"
                )
            self._known[entry] = self._count + len(self._new)
            self._new.append(entry)
        return self._known[entry]

    def flush(self) -> None:
        """Put the new entries into the part."""
        if self._new:
            append_entries(self._markup, self._name, self._new)


class _Formats:
    """Number formats: their codes there, their numbers here."""

    def __init__(self, target: Markup, source: Element | None) -> None:
        self._codes = dict(_codes(source))
        there = list(_codes(target.root))
        self._numbers = {code: number for number, code in reversed(there)}
        used = [found.number("numFmtId") for found in target.root.all("numFmt", "xf")]
        self._next = max([FIRST_FREE - 1, *used]) + 1
        self._new: list[str] = []
        self._markup = target

    def of_number(self, number: int) -> int:
        """Number here of a format known there by number; the built-in ones are the same."""
        return self.of_code(self._codes[number]) if number in self._codes else number

    def of_code(self, code: str) -> int:
        """Number here of a format code."""
        if code not in self._numbers:
            self._numbers[code] = self._next
            self._new.append(f"<numFmt{attributes({'numFmtId': str(self._next), 'formatCode': code})}/>")
            self._next += 1
        return self._numbers[code]

    def flush(self) -> None:
        """Put the new formats into the part."""
        if self._new:
            append_entries(self._markup, "numFmts", self._new)


def _plain(element: Element) -> str:
    """An entry of the styles part written anew without prefixes; what other namespaces add to it is left out."""
    kept = [child for child in element.children if child.space == element.space and child.local != "extLst"]
    inside = "".join(map(_plain, kept))
    named = {name: value for name, value in element.attributes.items() if not name.startswith("{")}
    return f"<{element.local}{attributes(named)}{f'>{inside}</{element.local}>' if inside else '/>'}"


def _untied(font: str) -> str:
    """A font without its tie to the theme, which would give it the name of the font there."""
    return re.sub(r"<scheme [^>]*/>", "", font)


def _codes(root: Element | None) -> Iterator[tuple[int, str]]:
    """Number and code of each format a styles part names."""
    listed = root.child("numFmts") if root else None
    for found in listed.children if listed else ():
        yield found.number("numFmtId"), found.attributes.get("formatCode", "")
