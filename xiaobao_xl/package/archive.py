"""The zip: parts read safely, written anew, or carried over with their packed bytes untouched.

A name in the zip is a name only; nothing is ever unpacked to disk. The standard library's `zipfile` can neither copy
packed bytes nor see what an attack bends (overlaps, two names for one part), so the few structures are read and written
by `entries`. ISA-L (`isal`) packs several times as fast as zlib where it is installed.
"""

from __future__ import annotations

import importlib
import io
import weakref
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import IO, Any, BinaryIO, Final, Self

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits
from xiaobao_xl.package.entries import (
    DEFLATED,
    DESCRIPTOR,
    ENCRYPTED,
    HEADER,
    STORED,
    UTF8,
    Entry,
    end_of_list,
    find_list,
    read_entry,
    read_header,
)
from xiaobao_xl.package.refusing import (
    ASK_AGAIN,
    BOMB,
    DAMAGED,
    LOCKED,
    SAVE_AGAIN,
    damaged,
    refuse_other_kinds,
    refuse_strangers,
)

try:
    _fast: ModuleType | None = importlib.import_module("isal.isal_zlib")
except ImportError:
    _fast = None

_content = attrgetter("method", "packed", "size", "checksum")
_CHUNK: Final = 1 << 20  # bytes of a piece, unpacked or copied
_PACKED_CHUNK: Final = 1 << 16  # smaller, since what is left of it is copied at every piece that comes out


class Archive:
    """A zip being read. It holds the file open until `close`, or its own end; reading keeps a few pieces of a megabyte in memory.

    Args:
        source: the file, or its bytes.

    Attributes:
        names: parts in their order in the file, without folders.
    """

    def __init__(self, source: Path | bytes) -> None:
        """Open and check it.

        Raises:
            WorkbookError: one sentence that says why it cannot be read. It does not name the file.
        """
        self._file = io.BytesIO(source) if isinstance(source, bytes) else _opened(source)
        weakref.finalize(self, self._file.close)  # where nobody closes it
        try:
            self._length = self._file.seek(0, io.SEEK_END)
            refuse_other_kinds(self._at(0, min(4096, self._length)))
            start, entries = self._list()
            _refuse_attacks(entries)
            refuse_strangers(entry.name for entry in entries)
            located = self._located(entries, start)
        except BaseException:
            self._file.close()
            raise
        self._entries = {entry.name: located[entry.name] for entry in entries if not entry.name.endswith("/")}
        self.names = list(self._entries)

    def __enter__(self) -> Self:
        """The archive itself."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Let go of the file."""
        self.close()

    def entry(self, name: str) -> Entry:
        """What the zip says of a part.

        Raises:
            WorkbookError: there is none of this very name.
        """
        if name not in self._entries:
            raise WorkbookError(f"文件内部缺少 {name}；{SAVE_AGAIN}")
        return self._entries[name]

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked."""
        return self.entry(name).size

    def checksum(self, name: str) -> int:
        """CRC-32 of a part, as the zip says."""
        return self.entry(name).checksum

    def read(self, name: str) -> bytes:
        """A part, unpacked, its checksum proved.

        Raises:
            WorkbookError: it is damaged, or larger than the zip says.
        """
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece (at most 1 MiB each), its checksum proved at the end.

        Several streams may be read in turn.

        Raises:
            WorkbookError: it is damaged, or larger than the zip says; pieces given before cannot be relied on.
        """
        entry = self.entry(name)
        crc32 = (_fast or zlib).crc32
        size = checksum = 0
        for data in self.packed(name) if entry.method == STORED else _inflated(self.packed(name, _PACKED_CHUNK), name):
            size += len(data)
            if size > entry.size:
                raise WorkbookError(f"文件内部的 {name} 解开后比它自称的大，像是“压缩炸弹”，已停止读取；{ASK_AGAIN}")
            checksum = crc32(data, checksum)
            yield data
        if size != entry.size or checksum != entry.checksum:
            raise WorkbookError(damaged(name))

    def packed(self, name: str, chunk: int = _CHUNK) -> Iterator[bytes]:
        """The bytes of a part as they stand in the file, in pieces of `chunk` bytes."""
        entry = self.entry(name)
        for position in range(0, entry.packed, chunk):
            yield self._at(entry.begin + position, min(chunk, entry.packed - position))

    def raw_equal(self, other: Archive, name: str) -> bool:
        """A part is the same in another archive, in its packed bytes and in what the zip says of its content."""
        mine, its = self.entry(name), other._entries.get(name)
        if its is None or _content(mine) != _content(its):
            return False
        return all(data == same for data, same in zip(self.packed(name), other.packed(name), strict=True))

    def prove(self, names: Iterable[str] | None = None) -> None:
        """Unpack parts (all, if not told which) once and prove their checksums.

        Raises:
            WorkbookError: one is damaged.
        """
        for name in self.names if names is None else names:
            for _ in self.stream(name):
                pass

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _at(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        data = self._file.read(length)
        if len(data) < length:
            raise WorkbookError(DAMAGED)
        return data

    def _list(self) -> tuple[int, list[Entry]]:
        """Where the list of parts begins, and what it says."""
        count, length, start = find_list(self._length, self._at)
        if count > limits.MAX_ENTRIES or length > limits.MAX_DIRECTORY:
            raise WorkbookError(BOMB)
        lines = io.BytesIO(self._at(start, length))
        entries = [read_entry(lines) for _ in range(count)]
        if lines.tell() != length:
            raise WorkbookError(DAMAGED)
        return start, entries

    def _located(self, entries: list[Entry], start: int) -> dict[str, Entry]:
        """Parts with the position of their packed bytes, once their headers agree and none overlaps another."""
        end, located = 0, {}
        for entry in sorted(entries, key=lambda entry: entry.offset):
            flags, name_size, extra_size = read_header(self._at(entry.offset, HEADER))
            if entry.offset < end:
                raise WorkbookError(f"文件内部的 {entry.name} 与别的部分重叠，已拒绝打开；{ASK_AGAIN}")
            if self._at(entry.offset + HEADER, name_size) != entry.raw_name:
                raise WorkbookError(f"文件内部的 {entry.name} 前后写着两个不同的名字，已拒绝打开；{ASK_AGAIN}")
            if flags & ENCRYPTED:
                raise WorkbookError(LOCKED)
            begin = entry.offset + HEADER + name_size + extra_size
            end = begin + entry.packed
            located[entry.name] = replace(entry, begin=begin)
        if end > start:
            raise WorkbookError(DAMAGED)
        return located


class Writer:
    """A zip being written: the same parts give the same bytes, whenever it is done.

    Args:
        target: an empty file, open for writing, in which one can go back.
        level: how hard to pack, about as zlib counts: 1 to 9. Up to 6 ISA-L does it, where it is installed.
    """

    def __init__(self, target: IO[bytes], level: int = 6) -> None:
        """Begin at the start of the file."""
        self._target = target
        self._level = level
        self._entries: list[Entry] = []

    def copy(self, archive: Archive, name: str) -> None:
        """Carry a part over: packed bytes, date and attributes as they are.

        Raises:
            WorkbookError: there is no such part, or the file ends before it.
        """
        entry = archive.entry(name)
        # the sizes are known, so no descriptor follows the bytes
        entry = replace(entry, offset=self._target.tell(), flags=entry.flags & ~DESCRIPTOR)
        self._target.write(entry.local())
        for data in archive.packed(name):
            self._target.write(data)
        self._entries.append(entry)

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Write a part anew, packed piece by piece; the whole of it is never in memory unless it is given whole."""
        raw_name = name.encode()
        entry = Entry(name, raw_name, flags=0 if name.isascii() else UTF8, offset=self._target.tell())
        self._target.write(entry.local())
        begin, packer, crc32 = self._target.tell(), _packer(self._level), (_fast or zlib).crc32
        size = checksum = 0
        for piece in [data] if isinstance(data, bytes) else data:
            size += len(piece)
            checksum = crc32(piece, checksum)
            self._target.write(packer.compress(piece))
        self._target.write(packer.flush())
        end = self._target.tell()
        entry = replace(entry, size=size, packed=end - begin, checksum=checksum)
        self._target.seek(entry.offset)
        self._target.write(entry.local())
        self._target.seek(end)
        self._entries.append(entry)

    def close(self) -> None:
        """Write the list of parts; the file itself stays open."""
        start = self._target.tell()
        for entry in self._entries:
            self._target.write(entry.central())
        self._target.write(end_of_list(len(self._entries), start, self._target.tell()))


def _opened(path: Path) -> BinaryIO:
    if path.name.startswith("~$"):
        raise WorkbookError("这是 Excel 打开文件时留下的临时文件；请选择名字前没有 ~$ 的那一个。")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise WorkbookError(f"找不到文件 {path}；请检查路径和文件名。") from None
    except OSError:
        if path.is_dir():
            raise WorkbookError(f"{path} 是文件夹；请给出其中的表格文件。") from None
        raise WorkbookError("没有读取权限，或文件正被其他程序占用；请关闭占用它的程序后再试。") from None


def _refuse_attacks(entries: list[Entry]) -> None:
    """Whatever the list of parts alone gives away."""
    packed, size = sum(entry.packed for entry in entries), sum(entry.size for entry in entries)
    if _is_bomb(packed, size, limits.MAX_TOTAL):
        raise WorkbookError(BOMB)
    seen = set()
    for entry in entries:
        form, name = entry.name.replace("\\", "/").lstrip("/").lower(), entry.name
        if _is_bomb(entry.packed, entry.size, limits.MAX_PART):
            raise WorkbookError(BOMB)
        if entry.flags & ENCRYPTED:
            raise WorkbookError(LOCKED)
        if form in seen:
            raise WorkbookError(f"文件内部有两个同名的 {name}，分不清哪个是真的，已拒绝打开；{ASK_AGAIN}")
        if entry.method not in {STORED, DEFLATED}:
            raise WorkbookError(f"文件内部的 {name} 用了少见的压缩方法（{entry.method} 号），无法读取；{SAVE_AGAIN}")
        if entry.method == STORED and entry.packed != entry.size:
            raise WorkbookError(damaged(name))
        seen.add(form)


def _is_bomb(packed: int, size: int, most: int) -> bool:
    return size > most or size > max(limits.RATIO_FREE, limits.MAX_RATIO * packed)


def _inflated(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    module = _fast or zlib
    unpacker = module.decompressobj(-zlib.MAX_WBITS)
    try:
        for rest in pieces:
            is_full = True
            while (rest or is_full) and not unpacker.eof:
                data = unpacker.decompress(rest, _CHUNK)
                rest, is_full = unpacker.unconsumed_tail, len(data) == _CHUNK  # noqa: PLW2901  what is left of it
                yield data
    except (zlib.error, module.error):
        raise WorkbookError(damaged(name)) from None


def _packer(level: int) -> Any:
    # Measured on a register: ISA-L 1 packs as zlib 1 in a seventh of the time; its tighter levels gain a twentieth and
    # take three times as long. zlib 5 comes near zlib 6 in two thirds of the time.
    if _fast and level <= 6:
        return _fast.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return zlib.compressobj(5 if level == 6 else level, zlib.DEFLATED, -zlib.MAX_WBITS)
