"""A compound file ([MS-CFB] version 3) from streams: the container in which Office keeps a VBA project.

The same streams give the same bytes: no times, no identities. Storages and streams only, small enough for one list of
sectors; that is all a project needs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SECTOR: Final = 512  # bytes
SMALL_SECTOR: Final = 64  # bytes
SMALL: Final = 4096  # streams below this size lie in small sectors
MOST_LISTS: Final = 109  # sectors of the allocation table that the header can name
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = _FREE  # no such entry
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_LONGEST_NAME = 31  # characters
_HEAD = struct.Struct("<8s16s5H6s9I109I")
_ENTRY = struct.Struct("<64sHBB3I16sI2QIQ")
_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(eq=False)
class _Entry:
    """One line of the directory.

    Attributes:
        name: as it is listed.
        kind: root, storage or stream.
        data: content of a stream.
        inside: entries of a storage.
        links: numbers of the left and right neighbour in the tree, and of the top of what is inside.
        colour: of the node in the tree.
        begin: first sector.
    """

    name: str
    kind: int
    data: bytes = b""
    inside: list[_Entry] = field(default_factory=list)
    links: tuple[int, int, int] = (_NONE, _NONE, _NONE)
    colour: int = _BLACK
    begin: int = 0

    def packed(self, size: int) -> bytes:
        """The line as it is written."""
        name = self.name.encode("utf-16-le")
        return _ENTRY.pack(
            name, len(name) + 2, self.kind, self.colour, *self.links, bytes(16), 0, 0, 0, self.begin, size
        )  # fmt: skip


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file.

    Args:
        streams: path → content; folders of a path (`VBA/dir`) become storages.

    Raises:
        ValueError: a name is longer than 31 characters, or the content is larger than about 7 MB.
    """
    entries = _entries(streams)
    numbers = {id(entry): number for number, entry in enumerate(entries)}
    for entry in entries:
        if entry.inside:
            ordered = sorted(entry.inside, key=_rank)
            entry.links = (*entry.links[:2], _tree(ordered, numbers, depth=0, deepest=len(ordered).bit_length() - 1))
    return _laid_out(entries)


def _entries(streams: Mapping[str, bytes]) -> list[_Entry]:
    """All entries in the order of the directory, the root first."""
    root = _Entry("Root Entry", _ROOT)
    found = {"": root}
    for path, data in streams.items():
        *folders, name = path.split("/")
        above = ""
        for folder in folders:
            place = f"{above}/{folder}"
            if place not in found:
                found[place] = _Entry(folder, _STORAGE)
                found[above].inside.append(found[place])
            above = place
        if len(name) > _LONGEST_NAME:
            raise ValueError(f"a name in a compound file has at most {_LONGEST_NAME} characters: {name}")
        found[f"{above}/{name}"] = stream = _Entry(name, _STREAM, data)
        found[above].inside.append(stream)
    return list(found.values())


def _rank(entry: _Entry) -> tuple[int, str]:
    """Entries are ordered by the length of their names, then by their capitals."""
    return len(entry.name), entry.name.upper()


def _tree(entries: Sequence[_Entry], numbers: Mapping[int, int], *, depth: int, deepest: int) -> int:
    """Link ordered entries as a balanced red-black tree, the deepest row red; gives the number of its top."""
    if not entries:
        return _NONE
    middle = len(entries) // 2
    top = entries[middle]
    left = _tree(entries[:middle], numbers, depth=depth + 1, deepest=deepest)
    right = _tree(entries[middle + 1 :], numbers, depth=depth + 1, deepest=deepest)
    top.links = (left, right, top.links[2])
    top.colour = _RED if depth and depth == deepest else _BLACK
    return numbers[id(top)]


class _Sectors:
    """Sectors in the order they are given out, and the table that chains them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.table: list[int] = []
        self.data = bytearray()

    def put(self, data: bytes, padding: bytes = b"\0") -> int:
        """Lay data into the next sectors; gives the first one."""
        if not data:
            return _END
        first, count = len(self.table), -(-len(data) // self.size)
        self.table += [*range(first + 1, first + count), _END]
        self.data += data.ljust(count * self.size, padding)
        return first


def _laid_out(entries: Sequence[_Entry]) -> bytes:
    sectors, small = _Sectors(SECTOR), _Sectors(SMALL_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.begin = (sectors if len(entry.data) >= SMALL else small).put(entry.data)
    root = entries[0]
    root.begin = sectors.put(bytes(small.data))
    small_table = struct.pack(f"<{len(small.table)}I", *small.table)
    small_begin = sectors.put(small_table, b"\xff")
    directory = sectors.put(b"".join(_lines(entries, len(small.data))))
    lists = _lists_needed(len(sectors.table))
    own = range(len(sectors.table), len(sectors.table) + lists)
    table = [*sectors.table, *[_TABLE] * lists]
    table += [_FREE] * (-len(table) % (SECTOR // 4))
    head = _HEAD.pack(
        _SIGNATURE, bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, lists, directory, 0, SMALL, small_begin, -(-len(small_table) // SECTOR), _END, 0,
        *own, *[_FREE] * (MOST_LISTS - lists),
    )  # fmt: skip
    return head + bytes(sectors.data) + struct.pack(f"<{len(table)}I", *table)


def _lines(entries: Sequence[_Entry], small_size: int) -> Iterator[bytes]:
    """The lines of the directory, filled up to whole sectors."""
    for entry in entries:
        yield entry.packed(small_size if entry.kind == _ROOT else len(entry.data))
    for _ in range(-len(entries) % (SECTOR // _ENTRY.size)):
        yield _ENTRY.pack(b"", 0, 0, 0, _NONE, _NONE, _NONE, bytes(16), 0, 0, 0, 0, 0)


def _lists_needed(count: int) -> int:
    """Sectors of the allocation table, which lists itself too."""
    lists = next(lists for lists in range(1, count + 2) if lists * (SECTOR // 4) >= count + lists)
    if lists > MOST_LISTS:
        raise ValueError("the content is too large for a compound file of this simple kind")
    return lists
