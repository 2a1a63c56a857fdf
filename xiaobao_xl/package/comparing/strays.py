"""Proof that an edit touched nothing else: byte by byte, not by meaning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from xiaobao_xl.package.comparing.contents import marks
from xiaobao_xl.package.comparing.difference import at
from xiaobao_xl.package.comparing.reading import CellReader, RawCell, Row, SheetStream, Strings, column_of, raw_pieces
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.parts import Parts

_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\b[^>]*?(?:/>|>\s*</(?:[\w.-]+:)?dimension\s*>)")
_SPANS = re.compile(rb"""\sspans=(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    allowed: frozenset[str]


def strays(
    old: Parts, new: Parts, cells: Mapping[str, Collection[str]] | None = None, parts: Collection[str] = ()
) -> list[str]:
    """What an edit changed beyond what it was to change; an empty list is the proof that it kept everything else.

    A sheet may differ in the cells named, in rows that hold nothing but such cells, in `spans` and in `dimension`;
    every other byte must be as it was. All parts not named must be the same byte for byte.

    Args:
        old: the workbook before the edit.
        new: the workbook after it.
        cells: title of a sheet → addresses of the cells that may differ.
        parts: names of parts, sheets or not, that may differ, appear or vanish.

    Returns:
        One line for each stray change: `sheet!B5`, `sheet 行 5`, `sheet 行以外`, or the name of a part.
    """
    directories = Directory(old), Directory(new)
    sheets = {
        directories[0].entry(title).part: _Sheet(title, frozenset(addresses))
        for title, addresses in (cells or {}).items()
    }
    before, after = marks(old), marks(new)
    found = []
    names = [[name for name in side if name not in parts] for side in (before, after)]
    found += [f"{name} 没有了" for name in names[0] if name not in after]
    found += [f"{name} 是多出的" for name in names[1] if name not in before]
    for name in names[0]:
        if name not in after or before[name] == after[name]:
            continue
        if name in sheets:
            found += _sheet_strays(old, new, name, sheets[name])
        else:
            found.append(name)
    return found


def _sheet_strays(old: Parts, new: Parts, part: str, sheet: _Sheet) -> Iterator[str]:
    streams = SheetStream(raw_pieces(old, part)), SheetStream(raw_pieces(new, part))
    reader = CellReader(Strings(), streams[0].prefix)
    rows = [stream.rows() for stream in streams]
    before, after = next(rows[0], None), next(rows[1], None)
    while before or after:
        number = min(row.number for row in (before, after) if row)
        pair = [row if row and row.number == number else None for row in (before, after)]
        yield from _row_strays(reader, pair[0], pair[1], sheet)
        before = next(rows[0], None) if pair[0] else before
        after = next(rows[1], None) if pair[1] else after
    shells = [_DIMENSION.sub(b"", stream.shell) for stream in streams]
    if shells[0] != shells[1]:
        yield f"{sheet.title} 行以外"


def _row_strays(reader: CellReader, before: Row | None, after: Row | None, sheet: _Sheet) -> Iterator[str]:
    was, now = ({} if row is None else _cells(reader, row) for row in (before, after))
    changed = [address for address in {**was, **now} if was.get(address) != now.get(address)]
    yield from (f"{sheet.title}!{address}" for address in changed if address not in sheet.allowed)
    if before and after:
        attributes = [_SPANS.sub(b"", row.attributes).strip() for row in (before, after)]
        if attributes[0] != attributes[1]:
            yield f"{sheet.title} 行 {before.number}"
    elif not changed:
        yield from (f"{sheet.title} 行 {row.number}" for row in (before, after) if row)


def _cells(reader: CellReader, row: Row) -> dict[str, RawCell]:
    found, column = {}, 0
    for raw in reader.split(row.body):
        column = column_of(raw, column)
        found[at(row.number, column)] = raw
    return found
