"""Scanning: what the XML of a sheet tells and python-calamine does not, in one pass over its bytes.

Error values, formulas never calculated, hidden rows and columns, the filter, and how far the cells really reach: a dense
reader would need gigabytes for one stray cell in XFD1048576, so such cells are found here first and cut from a copy.
The pass is bounded in memory: one stretch of rows at a time.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import IO

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import limits

_STRETCH = 1 << 18  # small enough to stay in the processor's cache between unpacking and searching
_SAMPLE = 5
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_ODD_CELL = re.compile(rb"(<(?:\w+:)?c)([\t\r\n>])")  # cells without attributes, or with a line break before them
_ROW_NUMBER = re.compile(rb"""\br=["'](\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']|\bht=["']0(?:\.0*)?["']""")
_FILTER = re.compile(rb"""<(?:\w+:)?autoFilter\b[^>]*?\bref=["']([A-Z0-9:$]+)["'][^>]*?(/?)>""")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_IS_TEXT_RESULT = re.compile(rb"""\bt=["'](?:str|b|e)["']""")


@dataclass(slots=True)
class Scan:
    """What one pass over a sheet found. Rows and columns are 0-based.

    Attributes:
        height: number of rows down to the last cell.
        width: number of columns to the furthest cell.
        errors: (row, column) → error value; '' for a formula never calculated.
        hidden_rows: rows not shown, by hand, by a filter, or of no height.
        hidden_columns: (first, last) of each hidden stretch.
        filter: range of the sheet's filter, '' where none.
        stray: addresses of the first few stray cells cut away.
        stray_count: how many cells were cut away.
        keep: rows and columns to keep where stray cells must be cut away; None where the sheet is read as it is.
        has_formulas: some cell holds a formula.
        filled_rows: number of rows with cells.
    """

    height: int = 0
    width: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filter: str = ""
    stray: list[str] = field(default_factory=list)
    stray_count: int = 0
    keep: tuple[int, int] | None = None
    has_formulas: bool = False
    filled_rows: int = 0


@dataclass(frozen=True, slots=True)
class _Tags:
    """Byte patterns of one sheet; `prefix` is `x:` where the writer put one before every element."""

    row: bytes
    row_head: re.Pattern[bytes]
    row_end: bytes
    cell: bytes
    cell_end: bytes
    formula: bytes
    error: bytes
    uncalculated: re.Pattern[bytes]


def _tags(head: bytes) -> _Tags:
    prefix = prefix_of(head)
    return _Tags(
        row=b"<%brow" % prefix,
        row_head=re.compile(rb'<%brow r="(\d{1,7})"([^>]*)(?<!/)>' % prefix),
        row_end=b"</%brow>" % prefix,
        cell=b"<%bc " % prefix,
        cell_end=b"</%bc>" % prefix,
        formula=b"</%bf" % prefix,
        error=b"t='e'" if b" r='" in head else b't="e"',
        uncalculated=re.compile(rb"(?:</%bf>|<%bf\b[^>]*/>)\s*(?:<%bv\s*/>|<%bv>\s*</%bv>)?\s*$" % ((prefix,) * 5)),
    )


def scan(package: zipfile.ZipFile, part: str) -> Scan:
    """Look through one sheet part, UTF-8, in one pass.

    Raises:
        WorkbookError: the part declares a document type, is damaged or too large.
    """
    found, last, ends = Scan(), -1, set[bytes]()
    tags, stretch = _tags(b""), b""
    for index, stretch in enumerate(stretches(package, part)):
        if index == 0:
            tags = _tags(stretch)
            found.hidden_columns = _hidden_columns(stretch)
        last = _scan_rows(stretch, tags, found, last, ends)
    if match := _FILTER.search(stretch, stretch.rfind(b"sheetData")):
        found.filter = match[1].decode().replace("$", "")
    found.width = 1 + max((column_number(end.split(b'"')[0].rstrip(b"0123456789")) for end in ends), default=-1)
    is_hollow = found.height > limits.SPARSE_FACTOR * found.filled_rows or found.width > limits.MAX_COLUMNS
    if is_hollow and found.height * found.width > limits.SPARSE_CELLS:
        _measure(package, part, found)
    height, width = found.keep or (found.height, found.width)
    if height * width > limits.MAX_CELLS:
        raise WorkbookError(
            f"工作表太大（{height} 行 × {width} 列），超出本工具能处理的范围；请删去多余的行列，或拆成几份再试。"
        )
    return found


def _scan_rows(stretch: bytes, tags: _Tags, found: Scan, number: int, ends: set[bytes]) -> int:
    """Note each row of a stretch that has cells; `ends` takes the first bytes of each row's last address."""
    # every error value holds a #, and looking for one byte is ten times faster than for several
    found.has_formulas = found.has_formulas or tags.formula in stretch
    is_plain = not found.has_formulas and not (b"#" in stretch and tags.error in stretch)
    for row in stretch.split(tags.row_end):
        last = row.rfind(tags.cell)
        if last < 0:
            continue
        if head := tags.row_head.match(row):
            start, number, attributes = head.end(), int(head[1]) - 1, head[2]
        else:
            start, number, attributes = _row_head(row, tags, number)
        if (b"hidden" in attributes or b"ht=" in attributes) and _HIDDEN.search(attributes):
            found.hidden_rows.append(number)
        ends.add(row[last + 6 : last + 9] if row[last : last + 6] == b'<c r="' else _letters_at(row, last, tags))
        found.filled_rows += 1
        found.height = max(found.height, number + 1)
        if not is_plain and (tags.error in row or tags.formula in row or b"<f " in row):
            _note_errors(row[start:], number, tags, found)
    return number


def _row_head(row: bytes, tags: _Tags, before: int) -> tuple[int, int, bytes]:
    """Where the cells of a row begin, its number and its attributes; empty rows may stand before it."""
    start = row.find(tags.row)
    end = row.find(b">", start)
    number = before
    while True:
        attributes = row[start + len(tags.row) : end]
        given = _ROW_NUMBER.search(attributes)
        number = int(given[1]) - 1 if given else number + 1
        if not attributes.endswith(b"/"):
            return end + 1, number, attributes
        start = row.find(tags.row, end)
        end = row.find(b">", start)


def _letters_at(row: bytes, cell: int, tags: _Tags) -> bytes:
    """Column letters of the cell that starts at `cell`; a cell without address is counted from the start of its row."""
    match = _REFERENCE.search(row, cell, row.find(b">", cell))
    return match[1] if match else column_letters(row.count(tags.cell, 0, cell)).encode()


def column_letters(number: int) -> str:
    """Letters of a 0-based column.

    >>> column_letters(0), column_letters(701), column_letters(16383)
    ('A', 'ZZ', 'XFD')
    """
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _note_errors(cells: bytes, row: int, tags: _Tags, found: Scan) -> None:
    """Note error values and formulas never calculated among the cells of one row."""
    pieces = cells.split(tags.cell_end)
    place = 0
    for piece in pieces:
        start = piece.rfind(tags.cell)
        if start < 0:
            continue
        place = piece.count(tags.cell) + place
        head = piece[start : piece.find(b">", start)]
        match = _REFERENCE.search(head)
        column = column_number(match[1]) if match else place - 1
        if tags.error in head:
            value = _VALUE.search(piece)
            found.errors[row, column] = value[1].decode() if value else "#N/A"
        # a formula whose result is an empty text has been calculated: its cell says t="str"
        elif not _IS_TEXT_RESULT.search(head) and tags.uncalculated.search(piece):
            found.errors[row, column] = ""


@cache
def column_number(letters: bytes) -> int:
    """0-based number of a column.

    >>> column_number(b"A"), column_number(b"XFD")
    (0, 16383)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _hidden_columns(head: bytes) -> list[tuple[int, int]]:
    stretch = head[: head.find(b"sheetData")]
    spans = []
    for match in _COLUMN.finditer(stretch):
        bounds = dict(re.findall(rb"""\b(min|max)=["'](\d+)["']""", match[1]))
        is_hidden = re.search(rb"""\bhidden=["'](?:1|true)["']|\bwidth=["']0(?:\.0*)?["']""", match[1])
        if is_hidden and len(bounds) == 2:
            spans.append((int(bounds[b"min"]) - 1, int(bounds[b"max"]) - 1))
    return spans


def _measure(package: zipfile.ZipFile, part: str, found: Scan) -> None:
    """Decide whether the rectangle is so empty that stray cells must be cut away."""
    rows, ends, tags = array("l"), array("l"), _tags(b"")
    for index, stretch in enumerate(stretches(package, part)):
        tags = _tags(stretch) if index == 0 else tags
        for row in stretch.split(tags.row_end):
            last = row.rfind(tags.cell)
            if last >= 0:
                rows.append(_row_head(row, tags, rows[-1] if rows else -1)[1])
                ends.append(column_number(_letters_at(row, last, tags)))
    rows_in_order = sorted(rows)
    last = next(
        (row for row, following in pairwise(rows_in_order) if following - row > limits.MAX_GAP), rows_in_order[-1]
    )
    far = sum(row > last for row in rows_in_order)
    height = last + 1 if far <= max(20, len(rows) // 10) else found.height
    width = max((end for end in ends if end < limits.MAX_COLUMNS), default=max(ends)) + 1
    if found.height * found.width >= limits.SPARSE_FACTOR * height * width:
        found.keep = (height, width)


def stretches(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Unpack a part and yield it in stretches that begin with a row.

    Raises:
        WorkbookError: the part declares a document type (entities could expand without end or reach outside).
    """
    with package.open(part) as stream:
        rest, row, is_odd = b"", b"", False
        while data := stream.read(max(_STRETCH, len(rest))):
            data = rest + data
            if not row:
                refuse_document_type(data)
                row = b"<%brow" % prefix_of(data)
                is_odd = bool(_ODD_CELL.search(data))
            cut = max(data.rfind(row), 0)
            rest = data[cut:]
            if len(rest) > limits.MAX_ROW_BYTES:
                raise WorkbookError("工作表里有一行大得不正常，文件可能已损坏；请在 Excel 里打开并另存后再试。")
            if cut:
                yield _ODD_CELL.sub(rb"\1 \2", data[:cut]) if is_odd else data[:cut]
        yield _ODD_CELL.sub(rb"\1 \2", rest) if is_odd else rest


def prefix_of(head: bytes) -> bytes:
    """`x:` where the writer named its elements x:worksheet, x:row …; else empty.

    >>> prefix_of(b'<x:worksheet xmlns:x="...">')
    b'x:'
    """
    match = re.search(rb"<(\w+:)?worksheet\b", head)
    return (match[1] or b"") if match else b""


def refuse_document_type(head: bytes) -> None:
    """Refuse XML that declares entities; no program that writes workbooks does."""
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise WorkbookError(
            "文件里含有外部引用或实体声明（DOCTYPE），正常的工作簿不会有，可能是恶意文件，已拒绝打开；"
            "请向发件人要一份在 Excel 里另存过的文件。"
        )


def without_stray(package: zipfile.ZipFile, part: str, found: Scan) -> Iterator[bytes]:
    """The part without its stray cells; what is cut is counted in `found`."""
    height, width = found.keep or (found.height, found.width)
    before, tags = -1, _tags(b"")
    for index, stretch in enumerate(stretches(package, part)):
        if index == 0:
            tags = _tags(stretch)
        kept = []
        for row in stretch.split(tags.row_end):
            last = row.rfind(tags.cell)
            if last >= 0:
                start, before, _ = _row_head(row, tags, before)
                if before >= height or column_number(_letters_at(row, last, tags)) >= width:
                    row = row[:start] + _near_cells(row[start:], before, (height, width), tags, found)  # noqa: PLW2901
            kept.append(row)
        yield tags.row_end.join(kept)


def _near_cells(cells: bytes, row: int, bounds: tuple[int, int], tags: _Tags, found: Scan) -> bytes:
    """The cells of one row that lie within bounds."""
    kept = []
    for piece in re.split(b"(?=%b)" % re.escape(tags.cell), cells):
        match = _REFERENCE.search(piece, 0, piece.find(b">")) if piece.startswith(tags.cell) else None
        column = column_number(match[1]) if match else 0
        if row < bounds[0] and column < bounds[1]:
            kept.append(piece)
        elif b"</" in piece:
            found.stray_count += 1
            found.errors.pop((row, column), None)
            if len(found.stray) < _SAMPLE:
                found.stray.append(f"{column_letters(column)}{row + 1}")
    return b"".join(kept)


def read_small(package: zipfile.ZipFile, part: str) -> bytes:
    """A small part, whole, with its document type refused."""
    with package.open(part) as stream:
        data = _read_limited(stream)
    refuse_document_type(data)
    return data


def _read_limited(stream: IO[bytes]) -> bytes:
    data = stream.read(limits.MAX_SMALL_BYTES + 1)
    if len(data) > limits.MAX_SMALL_BYTES:
        raise WorkbookError("文件的目录部分大得不正常，可能是恶意文件，已拒绝打开；请在 Excel 里另存后再试。")
    return data
