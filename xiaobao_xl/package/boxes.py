"""The legacy VML drawing of a sheet, as far as it shows notes: one box each, hidden until the mouse is over the cell.

Such a drawing also holds form buttons and need not be well-formed XML (`<br>`), so it is never parsed: boxes are found
by pattern, and new ones are spliced into the bytes. The drawing of headers and footers is another part.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain, count, islice
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import references
from xiaobao_xl.package.markup import BROKEN, Element, Markup, attribute, prefixes
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.sheet import ORDER
from xiaobao_xl.package.splicing import Splice, encoded, held, spliced

Place = tuple[int, int]
"""Row and column of a cell."""

_DRAWING: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BLOCK: Final = 1024  # ids of shapes are given out in blocks, which o:idmap lists; the first of each is not used
_SPACES: Final = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_EMPTY: Final = (
    "<xml " + " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items()) + ">"
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'
).encode()
_KIND = (
    '<{v}shapetype id="_x0000_t202" coordsize="21600,21600" {o}spt="202" path="m,l,21600r21600,l21600,xe">'
    '<{v}stroke joinstyle="miter"/><{v}path gradientshapeok="t" {o}connecttype="rect"/></{v}shapetype>'
)
_SHAPE = (
    '<{v}shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;visibility:hidden"'
    ' fillcolor="#ffffe1" {o}insetmode="auto"><{v}fill color2="#ffffe1"/><{v}shadow on="t" color="black" obscured="t"/>'
    '<{v}path {o}connecttype="none"/><{v}textbox style="mso-direction-alt:auto"/><{x}ClientData ObjectType="Note">'
    "<{x}MoveWithCells/><{x}SizeWithCells/><{x}Anchor>%s</{x}Anchor><{x}AutoFill>False</{x}AutoFill>"
    "<{x}Row>%d</{x}Row><{x}Column>%d</{x}Column></{x}ClientData></{v}shape>"
)
_TAG = rb"""(?:[^<>"']|"[^"<]*"|'[^'<]*')*"""
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)" + _TAG + rb">")
_ROOT_WITHIN: Final = 1 << 16  # bytes; declarations and remarks before the root element are short
_ID_MAP = re.compile(rb"<(?:[\w.-]+:)?idmap\b" + _TAG + rb"""\sdata\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_SHAPE_ID = re.compile(rb"""\sshapeId\s*=\s*["']([0-9]{1,9})["']""")
_ID = re.compile(rb"_x0000_s([0-9]{1,9})\b")
_NOTE = re.compile(rb"""ClientData\s[^<>]*\bObjectType\s*=\s*["']Note["'][^<>]*>""")
_ROW = re.compile(rb"<(?:[\w.-]+:)?Row\s*>\s*([0-9]{1,9})\s*<")
_COLUMN = re.compile(rb"<(?:[\w.-]+:)?Column\s*>\s*([0-9]{1,9})\s*<")


def draw(
    parts: Parts, sheet_part: str, shell: Markup, wanted: Mapping[Place, str], others: Mapping[Place, str]
) -> None:
    """Give notes their boxes.

    Args:
        parts: the workbook's parts.
        sheet_part: the worksheet's part.
        shell: that part without its rows; it gets the pointer to a new drawing.
        wanted: text by cell; one that has a box keeps it as it is.
        others: the sheet's further notes: they get boxes only where the drawing is new, since then they have none.

    Raises:
        WorkbookError: the drawing is broken or too large.
    """
    part = _drawing_part(parts, sheet_part, shell)
    is_new = part not in parts
    data = _EMPTY if is_new else held(parts, part)
    shown = set() if is_new else _boxes(data)
    texts = {**others, **wanted} if is_new else {place: wanted[place] for place in wanted.keys() - shown}
    if not texts:
        return
    taken = {int(number) // _BLOCK for number in _SHAPE_ID.findall(shell.original)}
    for name in parts.names():
        if name.lower().endswith(".vml"):
            taken |= _blocks(held(parts, name))
    if is_new:
        parts.declare_extension("vml", _DRAWING)
    parts.put(part, _with_boxes(data, texts, _Grid(shell), taken, part), _DRAWING)


def _drawing_part(parts: Parts, sheet_part: str, shell: Markup) -> str:
    """The drawing the sheet points to for its notes and form controls; if there is none, a new name is pointed to."""
    pointed = {relation.id: relation.target for relation in parts.relations(sheet_part) if not relation.is_external}
    current = Markup(shell.data(), sheet_part).root if shell.is_changed else shell.root
    found = current.child("legacyDrawing")
    target = pointed.get(attribute(found, "id"), "") if found else ""
    if target:
        return target
    target = parts.free_name("xl/drawings/vmlDrawing{}.vml")
    name = parts.relate(sheet_part, "vmlDrawing", target)
    pointer = f"<{shell.root.prefix}legacyDrawing{parts.id_attribute(shell, name)}/>".encode()
    dangling = shell.root.child("legacyDrawing")
    if dangling is None:
        shell.place(shell.root, "legacyDrawing", ORDER, pointer)
    else:
        shell.replace(dangling, pointer)
    return target


def _boxes(data: bytes) -> set[Place]:
    """Cells whose note has a box."""
    found = set()
    for note in _NOTE.finditer(data):
        end = data.find(b"ClientData", note.end())
        end = end if end >= 0 else len(data)
        row, column = _ROW.search(data, note.end(), end), _COLUMN.search(data, note.end(), end)
        if row and column:
            found.add((int(row[1]) + 1, int(column[1]) + 1))
    return found


def _blocks(data: bytes) -> set[int]:
    """Blocks of ids a drawing uses or has reserved."""
    found = _ID_MAP.search(data)
    reserved = re.findall(rb"[0-9]{1,9}", found[1] or found[2] or b"") if found else []
    return {int(number) for number in reserved} | {int(number) // _BLOCK for number in set(_ID.findall(data))}


def _with_boxes(data: bytes, texts: Mapping[Place, str], grid: _Grid, taken: set[int], part: str) -> bytes:
    """A drawing with further boxes, in blocks of ids nobody has taken."""
    root = _ROOT.search(data, 0, _ROOT_WITHIN)
    close = -1 if root is None else data.rfind(b"</" + root[1])
    if root is None or (close < 0 and not root[0].endswith(b"/>")):
        raise WorkbookError(BROKEN.format(part))
    known = prefixes(data)
    names, declared = {}, ""
    for prefix, space in _SPACES.items():
        names[prefix] = known.get(space, "")
        if not names[prefix] and (space not in known or prefix == "o"):  # attributes take no default namespace
            names[prefix] = f"{prefix}:" if f"{prefix}:" not in known.values() else f"xb{prefix}:"
            declared += f' xmlns:{names[prefix][:-1]}="{space}"'
    blocks = list(islice((block for block in count(1) if block not in taken), -(-len(texts) // (_BLOCK - 1))))
    numbers = (block * _BLOCK + place for block in blocks for place in range(1, _BLOCK))
    shape = _SHAPE.format(**names)
    shapes = (
        shape % (number, grid.anchor(row, column, text), row - 1, column - 1)
        for number, ((row, column), text) in zip(numbers, sorted(texts.items()), strict=False)
    )
    kind = b"" if re.search(rb"""\bid\s*=\s*["']_x0000_t202["']""", data) else _KIND.format(**names).encode()
    added = chain([kind], encoded(shapes))
    splices: list[Splice] = []
    if close < 0:
        end_tag = b"</" + root[1] + b">"
        splices.append((root.end() - 2, root.end(), chain([declared.encode(), b">"], added, [end_tag])))
    else:
        splices += [(root.end() - 1, root.end() - 1, [declared.encode()]), (close, close, added)]
    if found := _ID_MAP.search(data):
        group = 1 if found[1] is not None else 2
        more = ",".join(map(str, blocks))
        splices.append((found.end(group), found.end(group), [f"{',' if found[group].strip() else ''}{more}".encode()]))
    return spliced(data, splices)


class _Grid:
    """Widths of columns and heights of rows in pixels, as far as the shell tells: rows of a height of their own are not known."""

    def __init__(self, shell: Markup) -> None:
        usual = shell.root.child("sheetFormatPr")
        self._row = max(1, round(_decimal(usual, "defaultRowHeight", 15) * 4 / 3))
        base = _decimal(usual, "baseColWidth", 8) * 7 + 8
        self._column = max(1, round(_decimal(usual, "defaultColWidth", base / 7) * 7))
        listed = shell.root.child("cols")
        self._columns: list[tuple[int, int, int]] = []  # first, last, width
        for found in sorted(listed.children if listed else (), key=lambda found: _decimal(found, "min", 1)):
            first, last = int(_decimal(found, "min", 1)), int(_decimal(found, "max", 1))
            is_hidden = found.flag("hidden")
            width = 0 if is_hidden else round(_decimal(found, "width", self._column / 7) * 7)
            self._columns.append((first, last, width))
        self._right = lru_cache(maxsize=None)(self._right_of)

    def anchor(self, row: int, column: int, text: str) -> str:
        """Where the box of a cell's note lies: column, pixels, row, pixels of its upper left and lower right corner."""
        width, height = _size(text)
        left = min(column, references.MAX_COLUMNS - 9)
        right, inside = self._right(left, width + 15)
        top, above = (0, 2) if row == 1 else (row - 2, 10)
        rows, below = divmod(above + height, self._row)
        top = min(top, references.MAX_ROWS - 1 - rows)
        return f"{left},15,{top},{above},{right},{inside},{top + rows},{below}"

    def _right_of(self, left: int, width: int) -> tuple[int, int]:
        """Column (from 0) and pixels in it, a number of pixels right of a column's left border."""
        column = left
        while column < references.MAX_COLUMNS - 1 and width >= (here := self._width(column + 1)):
            width -= here
            column += 1
        return column, width

    def _width(self, column: int) -> int:
        at = bisect_right(self._columns, (column, references.MAX_COLUMNS + 1, 0)) - 1
        return self._columns[at][2] if at >= 0 and column <= self._columns[at][1] else self._column


@lru_cache(maxsize=4096)
def _size(text: str) -> tuple[int, int]:
    """Width and height in pixels of the box for a text in 9 point letters.

    >>> _size("短"), _size("长" * 60)
    ((144, 44), (320, 60))
    """
    lines = [len(line.encode("gb18030", "replace")) for line in text.split("\n")]  # a Chinese character is two wide
    width = min(max(6 * max(lines) + 20, 144), 320)
    room = (width - 20) // 6
    return width, min(max(16 * sum(max(1, -(-line // room)) for line in lines) + 12, 44), 640)


def _decimal(element: Element | None, name: str, usual: float) -> float:
    """An attribute's number, not below 0; the usual one where it says none."""
    try:
        number = float(element.attributes[name]) if element is not None else usual
    except (KeyError, ValueError):
        return usual
    return number if 0 <= number <= references.MAX_ROWS else usual
