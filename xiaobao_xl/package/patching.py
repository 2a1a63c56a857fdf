"""Cells of a sheet changed while its rows stream by: what is not touched passes through byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import references
from xiaobao_xl.package.cells import CellError, Value, content
from xiaobao_xl.package.heights import with_height
from xiaobao_xl.package.references import Area
from xiaobao_xl.package.sheet import Sheet, Stored, attribute, cell_column, row_number
from xiaobao_xl.package.styles import Styles

_DATE_FORMATS: Final = {
    date: "yyyy\\-mm\\-dd",
    datetime: "yyyy\\-mm\\-dd hh:mm:ss",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
_ARRAY = re.compile(rb"""<(?:[\w.-]+:)?f(?=\s)([^>]*\st\s*=\s*["'](?:array|dataTable)["'][^>]*)>""")
_OF_VALUE = tuple(re.compile(rb"\s+" + name + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""") for name in (b"t", b"cm", b"vm"))
_STYLE = re.compile(rb"""(?:^|\s+)s\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""\s+spans\s*=\s*(?:"[^"]*"|'[^']*')""")
_CALCULATED = re.compile(rb"<(?:[\w.-]+:)?f(?=[\s/>]).*?(?:</(?:[\w.-]+:)?f\s*>|(?<=/)>)", re.DOTALL)


class Keep(Enum):
    """What stands for no change."""

    AS_IT_IS = 0


KEEP: Final = Keep.AS_IT_IS


@dataclass(slots=True)
class Edit:
    """What becomes of one cell.

    Attributes:
        value: its new value.
        cache: value of its formula, computed by us; None takes the old one away, the spreadsheet program computes it.
        fill: colour of its ground, RGB.
        colour: colour of its letters, RGB.
        bold: its letters are bold.
        number_format: code of its number format.
        style: number of the style it begins from, in place of its own.
    """

    value: Value | Keep = KEEP
    cache: Value | Keep = KEEP
    fill: str | None = None
    colour: str | None = None
    bold: bool | None = None
    number_format: str | None = None
    style: int | None = None

    @property
    def is_dressing(self) -> bool:
        """It changes the style."""
        wishes = (self.fill, self.colour, self.bold, self.number_format, self.style)
        return any(wish is not None for wish in wishes)

    @property
    def is_dated(self) -> bool:
        """Its value needs a date format."""
        return type(self.value) in _DATE_FORMATS


Edits = Mapping[tuple[int, int], Edit]


class Patch:
    """The edits of one sheet.

    Args:
        sheet: the sheet.
        edits: (row, column) → edit.
        styles: the workbook's styles, which new ones are derived from.
        is_1904: the workbook counts days from 1904.
        heights: row → its height in points, for rows that get another.

    Attributes:
        written: (row, column) → checksum of what the cell now holds, for reading back.
    """

    def __init__(
        self, sheet: Sheet, edits: Edits, styles: Styles, *, is_1904: bool, heights: Mapping[int, float] | None = None
    ) -> None:
        """Sort the edits by row."""
        self._heights = heights or {}
        self.sheet, self.styles, self.is_1904 = sheet, styles, is_1904
        self._prefix, self._patterns = sheet.prefix, sheet.patterns
        self._rows: dict[int, list[tuple[int, Edit]]] = {}
        for (row, column), edit in sorted(edits.items(), key=lambda item: item[0]):
            self._rows.setdefault(row, []).append((column, edit))
        for row in self._heights:
            self._rows.setdefault(row, [])
        self._changes_values = any(edit.value is not KEEP for edit in edits.values())
        self._columns = _column_styles(sheet)
        self._arrays: list[Area] = []
        self.written: dict[tuple[int, int], int] = {}

    def blocks(self) -> Iterator[bytes]:
        """The rows with all edits, in blocks.

        Raises:
            WorkbookError: an edit would break an array or shared formula, or a value fits no cell.
        """
        todo, number = sorted(self._rows, reverse=True), 0
        for block in self.sheet.blocks():
            self._note_arrays(block)
            last = self.sheet.last_row(block)
            if not todo or (last and last < todo[-1]):
                number = last or number
                yield block
                continue
            out, place = [], 0
            for found in self._patterns.row.finditer(block):
                number = row_number(found[1], number)
                while todo and todo[-1] < number:
                    out += [block[place : found.start()], self._new_row(todo.pop())]
                    place = found.start()
                if todo and todo[-1] == number:
                    end = self.sheet.row_end(block, found)
                    out += [block[place : found.start()], self._row(block[found.start() : end], found, todo.pop())]
                    place = end
                if not todo:
                    break
            yield b"".join([*out, block[place:]])
        yield b"".join(self._new_row(todo.pop()) for _ in range(len(todo)))

    def _note_arrays(self, block: bytes) -> None:
        if self._changes_values and (b"array" in block or b"dataTable" in block):
            for found in _ARRAY.finditer(block):
                if area := attribute(found[1], b"ref"):
                    self._arrays.append(Area.read(area))

    def _new_row(self, number: int) -> bytes:
        cells = b"".join(self._new_cell(number, column, edit, b"") for column, edit in self._rows[number])
        name = f"{self._prefix}row".encode()
        return self._high(b'<%s r="%d">' % (name, number), number) + b"%s</%s>" % (cells, name)

    def _row(self, row: bytes, tag: re.Match[bytes], number: int) -> bytes:
        """A row with its edits: each cell is looked for by its address, and walked to if that does not find it."""
        edits, end = self._rows[number], self._patterns.row_end
        start = row[: len(tag.group())]
        if tag[2]:
            start, row = start[:-2].rstrip() + b">", b""
        else:
            row = row[len(start) : -len(end)]
        out, place, name = [], 0, b"<" + self._prefix.encode() + b"c "
        for done, (column, edit) in enumerate(edits):
            found = row.find(b' r="%s"' % references.address(number, column).encode(), place)
            begin = row.rfind(name, place, found + 1) if found >= 0 else -1
            cell = self._patterns.cell.match(row, begin) if begin >= 0 else None
            if cell is None or cell_column(cell[1], 0) != column:
                last = edits[done - 1][0] if done else 0
                out.append(self._walked(row[place:], tag[1], number, edits[done:], last=last))
                break
            out += [row[place:begin], self._cell(Stored(number, column, cell[1], cell[2] or b""), edit)]
            place = cell.end()
        else:
            out.append(row[place:])
        return self._high(self._spanning(start, edits), number) + b"".join(out) + end

    def _walked(
        self, cells: bytes, of_row: bytes, number: int, edits: Sequence[tuple[int, Edit]], *, last: int
    ) -> bytes:
        """The rest of a row, cell by cell; what is missing is put in at its place.

        `last` is the column the rest begins after.
        """
        todo, out, place, end, column = list(reversed(edits)), [], 0, 0, last
        for found in self._patterns.cell.finditer(cells):
            column, end = cell_column(found[1], column), found.end()
            while todo and todo[-1][0] < column:
                out += [cells[place : found.start()], self._new_cell(number, *todo.pop(), of_row)]
                place = found.start()
            if todo and todo[-1][0] == column:
                stored = Stored(number, column, found[1], found[2] or b"")
                out += [cells[place : found.start()], self._cell(stored, todo.pop()[1])]
                place = end
            if not todo:
                break
        if todo:  # after all cells, before what may follow them (extLst)
            out += [cells[place:end], *(self._new_cell(number, *edit, of_row) for edit in reversed(todo))]
            place = end
        return b"".join([*out, cells[place:]])

    def _spanning(self, start: bytes, edits: Sequence[tuple[int, Edit]]) -> bytes:
        """A row's start tag, without `spans` where an edit stands outside them."""
        first, _, last = attribute(start, b"spans").partition(":")
        if not edits or not last.isdigit() or (int(first) <= edits[0][0] and edits[-1][0] <= int(last)):
            return start
        return _SPANS.sub(b"", start)

    def _high(self, start: bytes, number: int) -> bytes:
        """A row's start tag with the height it is to have."""
        return with_height(start, self._heights[number]) if number in self._heights else start

    def _new_cell(self, row: int, column: int, edit: Edit, of_row: bytes) -> bytes:
        """A cell that did not exist: it looks as its row or column prescribes."""
        style = attribute(of_row, b"s") if attribute(of_row, b"customFormat") in {"1", "true"} else ""
        base = int(style) if style else self._columns.get(column, 0)
        if edit.value is KEEP and not edit.is_dressing:
            return b""
        attributes = b' r="%s"' % references.address(row, column).encode()
        return self._cell(Stored(row, column, attributes + (b' s="%d"' % base if base else b""), b""), edit)

    def _cell(self, cell: Stored, edit: Edit) -> bytes:
        name = f"{self._prefix}c"
        attributes, inside = cell.attributes.rstrip(), cell.inside
        style = self._style(cell.style, edit)
        if style != cell.style:
            attributes = _STYLE.sub(b"", attributes) + b' s="%d"' % style
        if edit.value is not KEEP or edit.cache is not KEEP:
            self._refuse_parts(cell, edit)
            kind, inside = self._content(cell, edit)
            for pattern in _OF_VALUE if edit.value is not KEEP else _OF_VALUE[:1]:
                attributes = pattern.sub(b"", attributes)
            attributes += b' t="%s"' % kind.encode() if kind else b""
        self.written[cell.row, cell.column] = Stored(cell.row, cell.column, attributes, inside).checksum()
        if not inside:
            return b"<%s%s/>" % (name.encode(), attributes)
        return b"<%s%s>%s</%s>" % (name.encode(), attributes, inside, name.encode())

    def _content(self, cell: Stored, edit: Edit) -> tuple[str, bytes]:
        """Type and inside of a cell that is edited."""
        where = f"{self.sheet.title}!{references.address(cell.row, cell.column)}"
        kind, inside = "", cell.inside
        if edit.value is not KEEP:
            kind, text = content(edit.value, self._prefix, is_1904=self.is_1904, where=where)
            inside = text.encode("utf-8")
        if edit.cache is KEEP:
            return kind, inside
        found = _CALCULATED.search(inside)
        formula = found.group() if found else b""
        if edit.cache is None:
            return "", formula
        if isinstance(edit.cache, str) and not isinstance(edit.cache, CellError):
            _, text = content(CellError(edit.cache), self._prefix, is_1904=self.is_1904, where=where)
            return "str", formula + text.encode("utf-8")
        kind, text = content(edit.cache, self._prefix, is_1904=self.is_1904, where=where)
        return kind, formula + text.encode("utf-8")

    def _style(self, base: int, edit: Edit) -> int:
        base = base if edit.style is None else edit.style
        number_format = edit.number_format
        if number_format is None and type(edit.value) in _DATE_FORMATS and not self.styles.is_date(base):
            number_format = _DATE_FORMATS[type(edit.value)]
        if number_format is None and edit.fill is None and edit.colour is None and edit.bold is None:
            return base
        return self.styles.derived(
            base, fill=edit.fill, colour=edit.colour, bold=edit.bold, number_format=number_format
        )

    def _refuse_parts(self, cell: Stored, edit: Edit) -> None:
        """A formula that fills several cells is changed as a whole or not at all."""
        if edit.value is KEEP:
            return
        where = f"{self.sheet.title}!{references.address(cell.row, cell.column)}"
        area = next((area for area in self._arrays if area.holds(cell.row, cell.column)), None)
        if area is not None and (area.top, area.left) != (area.bottom, area.right):
            raise WorkbookError(f"{where} 属于 {area} 的数组公式，不能只改其中一格；请先在 Excel 里改掉该公式。")
        formula = cell.formula()
        if formula is not None and attribute(formula[0], b"t") == "shared":
            raise WorkbookError(
                f"{where} 是一组共用公式中的一格，不能只改其中一格；请先在 Excel 里把它改成普通公式或数值。"
            )


def _column_styles(sheet: Sheet) -> dict[int, int]:
    """Column → style of its empty cells."""
    found: dict[int, int] = {}
    for column in sheet.shell.root.all("col"):
        style = int(column.attributes.get("style", "0") or 0)
        if style:
            first, last = int(column.attributes.get("min", "1")), int(column.attributes.get("max", "0"))
            found.update(dict.fromkeys(range(first, min(last, references.MAX_COLUMNS) + 1), style))
    return found
