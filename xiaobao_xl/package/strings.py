"""The shared strings of a workbook, read only: text we write stands in the cell itself."""

from __future__ import annotations

from functools import cached_property
from xml.parsers import expat

from xiaobao_xl.package.cells import plain_text
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import parse


class SharedStrings:
    """Texts by number; the part is read when the first is asked for."""

    def __init__(self, directory: Directory) -> None:
        """Note where they are."""
        self._directory = directory

    def __getitem__(self, number: int) -> str:
        """A text, its runs joined; '' for a number the part does not have."""
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    def keep(self) -> None:
        """Read the part now: what cells held stays known, whatever becomes of it."""
        _ = self._texts

    @cached_property
    def _texts(self) -> list[str]:
        part = self._directory.related("sharedStrings")
        return texts(self._directory.parts.read(part), part) if part else []


def texts(data: bytes, name: str) -> list[str]:
    """Texts of all `si` elements (or of one `is`), in order; readings (rPh) beside the text are left out.

    >>> texts(b"<sst><si><r><t>a</t></r><rPh><t>x</t></rPh><t>b</t></si><si><t/></si></sst>", "")
    ['ab', '']
    """
    found: list[str] = []
    pieces: list[str] = []
    state = {"reading": 0, "text": 0}
    reader = expat.ParserCreate()
    reader.buffer_text = True

    def start(tag: str, _attributes: object) -> None:
        local = tag.rpartition(":")[2]
        if local == "rPh":
            state["reading"] += 1
        elif local == "t":
            state["text"] = 1

    def end(tag: str) -> None:
        local = tag.rpartition(":")[2]
        if local == "rPh":
            state["reading"] -= 1
        elif local == "t":
            state["text"] = 0
        elif local in {"si", "is"}:
            found.append(plain_text("".join(pieces)))
            pieces.clear()

    def characters(text: str) -> None:
        if state["text"] and not state["reading"]:
            pieces.append(text)

    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = start, end, characters
    parse(reader, data, name)
    return found
