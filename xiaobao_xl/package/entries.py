"""The list of parts a zip ends with: its lines, the headers before the packed bytes, and the record that says where it is."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.refusing import DAMAGED

STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR, UTF8 = 1 << 0, 1 << 3, 1 << 11  # flags; a descriptor repeats the sizes after the bytes
_NEW_YEAR_1980: Final = 1 << 21 | 1 << 16  # as the zip counts time: the same for every new part, so outputs are equal
_IN_ZIP64: Final = 0xFFFF_FFFF  # says: the number stands in the extra field
_ZIP64: Final = 0x0001  # the extra field for numbers of eight bytes
_LARGE = 0xFFFF_FFFF  # sizes and positions from here on are written in eight bytes
_MANY = 0xFFFF  # counts from here on
# the field Office itself leaves free in its files; zip64 takes its place when a part grows past four gigabytes
_ROOM: Final = struct.pack("<3H14x", 0xA220, 16, 0xA028)

_LOCAL = struct.Struct("<4s3H4L2H")
_CENTRAL = struct.Struct("<4s4H4L5H2L")
HEADER: Final = _LOCAL.size
"""Bytes of a part's header before its name."""
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the zip says of a part; sizes and positions in bytes."""

    name: str
    raw_name: bytes  # as it stands in the file
    method: int = DEFLATED
    checksum: int = 0  # CRC-32 of the part, unpacked
    packed: int = 0  # size in the file
    size: int = 0  # unpacked
    offset: int = 0  # position of its header
    begin: int = 0  # position of its packed bytes
    stamp: int = _NEW_YEAR_1980
    flags: int = 0
    made_by: int = 3 << 8 | 20  # the system that gives `external` its meaning; 3 is Unix
    internal: int = 0  # whether it is text
    external: int = 0o600 << 16  # attributes of the file it was made from: its owner may read and write
    extra: bytes = b""  # further fields, without zip64
    comment: bytes = b""

    def local(self) -> bytes:
        """Its header before the packed bytes, which is as long whatever the sizes are."""
        is_large = max(self.size, self.packed) >= _LARGE
        fields = struct.pack("<2H2Q", _ZIP64, 16, self.size, self.packed) if is_large else _ROOM
        sizes = (_IN_ZIP64, _IN_ZIP64) if is_large else (self.packed, self.size)
        known = (45 if is_large else 20, self.flags, self.method, self.stamp, self.checksum, *sizes)
        return _LOCAL.pack(b"PK\3\4", *known, len(self.raw_name), len(fields)) + self.raw_name + fields

    def central(self) -> bytes:
        """Its line in the list of parts."""
        wide = [number for number in (self.size, self.packed, self.offset) if number >= _LARGE]
        extra = (struct.pack(f"<2H{len(wide)}Q", _ZIP64, 8 * len(wide), *wide) if wide else b"") + self.extra
        packed, size, offset = (_IN_ZIP64 if n >= _LARGE else n for n in (self.packed, self.size, self.offset))
        known = (self.made_by, 45 if wide else 20, self.flags, self.method, self.stamp, self.checksum, packed, size)
        lengths = (len(self.raw_name), len(extra), len(self.comment), 0)
        line = _CENTRAL.pack(b"PK\1\2", *known, *lengths, self.internal, self.external, offset)
        return line + self.raw_name + extra + self.comment


def read_entry(lines: BinaryIO) -> Entry:
    """The part named by the next line of the list.

    Raises:
        WorkbookError: the line is cut short or says what cannot be.
    """
    try:
        numbers = _CENTRAL.unpack(lines.read(_CENTRAL.size))
        sign, made_by, _, flags, method, stamp, checksum, packed, size, *lengths, _, internal, external, offset = (
            numbers
        )
        raw_name, fields, comment = (lines.read(length) for length in lengths)
        name = raw_name.decode("utf-8" if flags & UTF8 else "cp437")
        (size, packed, offset), extra = _widened([size, packed, offset], fields)
    except (struct.error, UnicodeDecodeError):
        raise WorkbookError(DAMAGED) from None
    if sign != b"PK\1\2" or not name or "\0" in name or [len(raw_name), len(fields), len(comment)] != lengths:
        raise WorkbookError(DAMAGED)
    known = (name, raw_name, method, checksum, packed, size, offset)
    return Entry(*known, 0, stamp, flags, made_by, internal, external, extra, comment)


def _widened(numbers: list[int], fields: bytes) -> tuple[list[int], bytes]:
    """Numbers from the zip64 field where they stand there, and the other extra fields."""
    kept = b""
    while len(fields) >= 4:
        kind, size = struct.unpack_from("<2H", fields)
        field, fields = fields[: 4 + size], fields[4 + size :]
        if kind == _ZIP64:
            wide = (number for (number,) in struct.iter_unpack("<Q", field[4 : 4 + size // 8 * 8]))
            numbers = [next(wide, number) if number == _IN_ZIP64 else number for number in numbers]
        elif len(field) == 4 + size:
            kept += field
    return numbers, kept


def read_header(header: bytes) -> tuple[int, int, int]:
    """Flags of a part, bytes of its name and bytes of its further fields, as its header says.

    Args:
        header: the first `HEADER` bytes of it.

    Raises:
        WorkbookError: no part begins here.
    """
    sign, _, flags, _, _, _, _, _, name, fields = _LOCAL.unpack(header)
    if sign != b"PK\3\4":
        raise WorkbookError(DAMAGED)
    return flags, name, fields


def find_list(size: int, at: Callable[[int, int], bytes]) -> tuple[int, int, int]:
    """Count, bytes and position of the lines that list the parts.

    Args:
        size: bytes of the file.
        at: gives the bytes at a position, so many.

    Raises:
        WorkbookError: the file does not end as a zip does.
    """
    tail_at = max(0, size - _END.size - 0xFFFF)
    tail = at(tail_at, size - tail_at)
    found = tail.rfind(b"PK\5\6")
    if not 0 <= found <= len(tail) - _END.size:
        raise WorkbookError(DAMAGED)
    _, disk, first_disk, _, count, length, start, _ = _END.unpack_from(tail, found)
    end = tail_at + found
    if count == 0xFFFF or _IN_ZIP64 in {length, start}:
        sign, _, record, _ = _LOCATOR.unpack(at(max(0, end - _LOCATOR.size), _LOCATOR.size))
        if sign != b"PK\6\7":
            raise WorkbookError(DAMAGED)
        _, _, _, _, disk, first_disk, _, count, length, start = _END64.unpack(at(record, _END64.size))
    if disk or first_disk or start + length > end:
        raise WorkbookError(DAMAGED)
    return count, length, start


def end_of_list(count: int, start: int, end: int) -> bytes:
    """What follows the lines that list the parts, and ends the file.

    Args:
        count: of the parts.
        start: position of the first line.
        end: position after the last.
    """
    length, wide = end - start, b""
    if count >= _MANY or max(start, length) >= _LARGE:
        wide = _END64.pack(b"PK\6\6", _END64.size - 12, 45, 45, 0, 0, count, count, length, start)
        wide += _LOCATOR.pack(b"PK\6\7", 0, end, 1)
        count, length, start = 0xFFFF, _IN_ZIP64, _IN_ZIP64
    return wide + _END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0)
