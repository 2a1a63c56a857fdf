"""Reading a written file back to see whether it tells of a person: every part of it unpacked, every text looked at.

Whatever the file is (workbook, Word file, JSON, csv, calendar, text), nothing of how it was written is relied on.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.known_values import KnownValues
from xiaobao_xl.masking.leaks import Leak, leaks

_XML: Final = (".xml", ".rels", ".vml", ".svg")
_MEASURES: Final = ("word/fontTable.xml",)  # names and measures of fonts; their signatures look like card numbers
_PIECE: Final = 1 << 23
_NODE = re.compile(rb">([^<]+)(?=<)|(?<! r)(?<! s)(?<!panose)=(?:\"([^\"<]+)\"|'([^'<]+)')")
"""Characters and attributes; not the address and style of a cell, nor the measures of a font."""
_CONTAINER = re.compile(rb"<((?:[\w.-]+:)?(?:si|is|p|rst))(?=[\s>])[^>]*>(.*?)</\1\s*>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{8,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x4e-\x9f]){4,}")


@dataclass(frozen=True, slots=True)
class LeakInFile:
    """Something personal that a file still holds.

    Attributes:
        part: the part of the file, '' for a file of text.
        leak: what it is.
    """

    part: str
    leak: Leak

    def __str__(self) -> str:
        """A sentence's worth: where and what."""
        return f"{self.part or '正文'}：{self.leak.kind}（{self.leak.shown}）"


def leaks_in(
    path: Path, known: KnownValues | Collection[str] = (), allowed: Collection[str] = (), *, with_persons: bool = True
) -> list[LeakInFile]:
    """What is still personal in a file, part by part.

    Args:
        path: any file this tool writes.
        known: values that must not be there.
        allowed: whole texts that are no leak.
        with_persons: names by their shape and addresses count as well.

    Raises:
        WorkbookError: the file cannot be read.
    """
    try:
        return [
            LeakInFile(part, leak)
            for part, found in _texts_of(path)
            for leak in leaks(sorted(found), known, allowed, with_persons=with_persons)
        ]
    except (OSError, zipfile.BadZipFile) as problem:
        raise WorkbookError(f"{path}：无法读回检查（{problem}）；请确认文件完整、没有被其他程序占用。") from None


def _texts_of(path: Path) -> Iterator[tuple[str, set[str]]]:
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\3\4":
            stream.seek(0)
            yield "", set(_decoded(stream.read()).splitlines())
            return
        yield from _parts(stream, "")


def _parts(stream: IO[bytes], inside: str) -> Iterator[tuple[str, set[str]]]:
    with zipfile.ZipFile(stream) as archive:
        yield f"{inside}（部件名）", set(archive.namelist())
        for name in archive.namelist():
            where = f"{inside}{name}"
            with archive.open(name) as part:
                if name.endswith(_MEASURES):
                    continue
                if name.lower().endswith(_XML):
                    yield where, _of_xml(part)
                    continue
                data = part.read()
            if data.startswith(b"PK\3\4"):
                yield from _parts(BytesIO(data), f"{where}/")
            else:
                yield where, _of_bytes(data)


def _of_xml(part: IO[bytes]) -> set[str]:
    """Texts, attributes, and what is written in several pieces put together."""
    found: set[bytes] = set()
    rest = b""
    while piece := part.read(_PIECE):
        data = rest + piece
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _of_xml(BytesIO((data + part.read()).decode("utf-16").encode()))
        cut = max(data.rfind(b"</row>"), data.rfind(b"</si>"), data.rfind(b"</w:p>"))
        data, rest = (data[:cut], data[cut:]) if cut > 0 and len(piece) == _PIECE else (data, b"")
        _collect(data, found)
    _collect(rest, found)
    return {html.unescape(text.decode("utf-8", "replace")) for text in found if len(text) > 1}


def _collect(data: bytes, found: set[bytes]) -> None:
    for groups in _NODE.findall(data):
        found.update(groups)
    for _, inside in _CONTAINER.findall(data):
        if inside.count(b"<") > 2:
            found.add(_TAG.sub(b"", inside))


def _of_bytes(data: bytes) -> set[str]:
    """What can be read in a part that is no text."""
    found = {text.decode("ascii") for text in _PRINTABLE.findall(data)}
    return found | {text.decode("utf-16-le", "replace") for text in _WIDE.findall(data)}


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
