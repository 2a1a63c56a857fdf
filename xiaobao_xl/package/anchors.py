"""What hangs between cells: drawings, controls and notes, moved when rows are inserted."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

from xiaobao_xl.package import formulas
from xiaobao_xl.package.markup import Element, Markup, unescaped
from xiaobao_xl.package.references import MAX_ROWS, Shift

_ANCHORS: Final = {"twoCellAnchor": "twoCell", "oneCellAnchor": "oneCell"}
_SHAPE: Final = re.compile(rb"<(?:[\w.-]+:)?ClientData\b.*?</(?:[\w.-]+:)?ClientData\s*>", re.DOTALL)
_ROW: Final = re.compile(rb"(<(?:[\w.-]+:)?Row\s*>\s*)([0-9]+)(\s*<)")
_ANCHOR: Final = re.compile(rb"(<(?:[\w.-]+:)?Anchor\s*>)([^<]*)(<)")
_LINK: Final = re.compile(rb"(<(?:[\w.-]+:)?Fmla(?:Link|Range|Pict|Group|Txbx)\s*>)([^<]*)(<)")
_NOTE: Final = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")


def move_drawing(drawing: Markup, shift: Shift) -> None:
    """Move the anchors in a drawing of the sheet whose rows are inserted."""
    for anchor in drawing.root.all(*_ANCHORS):
        move_anchor(drawing, anchor, shift, anchor.attributes.get("editAs", _ANCHORS[anchor.local]))


def follow_drawing(drawing: Markup, shift: Shift) -> None:
    """Move what shapes in any drawing show: the text of a cell."""
    for shape in drawing.root.all("sp"):
        if link := shape.attributes.get("textlink"):
            put(drawing, shape, "textlink", formulas.shift(link, shift, ""))


def move_notes(data: bytes, shift: Shift) -> bytes:
    """Move notes and controls in the old drawing (VML) of the sheet whose rows are inserted.

    It is edited as bytes, since it is often no well-formed XML. A note moves with its cell; of a control, `MoveWithCells`
    says that it does not move, `SizeWithCells` that it does not grow.
    """

    def moved(found: re.Match[bytes]) -> bytes:
        shape = found[0]
        row = _ROW.search(shape)
        if _NOTE.search(shape) and row:
            step = min(shift.row(int(row[2]) + 1), MAX_ROWS) - 1 - int(row[2])
            shape = _ROW.sub(rb"\g<1>%d\g<3>" % (int(row[2]) + step), shape)
            return _with_anchor(shape, shift, "step", step)
        if _says(shape, "MoveWithCells"):
            return shape
        return _with_anchor(shape, shift, "oneCell" if _says(shape, "SizeWithCells") else "twoCell")

    return _SHAPE.sub(moved, data)


def follow_notes(data: bytes, shift: Shift, home: str) -> bytes:
    """Move the cells that controls in the old drawing (VML) of any sheet are linked to."""

    def moved(found: re.Match[bytes]) -> bytes:
        text = unescaped(found[2].decode("utf-8"))
        new = formulas.shift(text, shift, home)
        return found[0] if new == text else found[1] + escape(new).encode() + found[3]

    return _LINK.sub(moved, data)


def move_anchor(part: Markup, anchor: Element, shift: Shift, how: str) -> None:
    """Move what hangs between two cells: a drawing, a control. Its rows count from 0.

    Args:
        part: the part it stands in.
        anchor: the element with `from` and perhaps `to`.
        shift: the rows inserted.
        how: `twoCell` moves and grows, `oneCell` moves, `absolute` stays where it is.
    """
    first, last = _row_of(anchor, "from"), _row_of(anchor, "to")
    if how == "absolute" or first is None:
        return
    top = int(part.text(first))
    moved = min(shift.row(top + 1), MAX_ROWS) - 1
    put_text(part, first, str(moved))
    if last is None:
        return
    bottom = int(part.text(last))
    below = bottom if _ends_on_edge(part, anchor) and bottom > top else bottom + 1  # last row it covers, from 1
    new = bottom + shift.row(below) - below if how == "twoCell" else bottom + moved - top
    put_text(part, last, str(min(new, MAX_ROWS - 1)))


def put(part: Markup, element: Element, name: str, value: str) -> None:
    """Set an attribute unless it has that value."""
    if element.attributes.get(name) != value:
        part.set(element, name, value)


def put_text(part: Markup, element: Element, text: str) -> None:
    """Set the text of an element unless it has that text."""
    if part.text(element) != text:
        part.set_text(element, text)


def _with_anchor(shape: bytes, shift: Shift, how: str, step: int = 0) -> bytes:
    """A shape with its anchor moved; the rows in it count from 0."""
    found = _ANCHOR.search(shape)
    numbers = found[2].split(b",") if found else []
    if found is None or len(numbers) != 8:
        return shape
    top, bottom, is_edge = int(numbers[2]), int(numbers[6]), int(numbers[7]) == 0
    if how != "step":
        step = _step(top + 1, shift)
    grown = _step(bottom if is_edge and bottom > top else bottom + 1, shift) if how == "twoCell" else step
    for place, row in ((2, top + step), (6, bottom + grown)):
        written = numbers[place]
        blanks = written[: len(written) - len(written.lstrip())]
        numbers[place] = blanks + b"%d" % min(row, MAX_ROWS - 1)
    return shape[: found.start(2)] + b",".join(numbers) + shape[found.end(2) :]


def _step(row: int, shift: Shift) -> int:
    """How far a row moves."""
    return min(shift.row(row), MAX_ROWS) - row


def _says(shape: bytes, name: str) -> bool:
    found = re.search(rb"<(?:[\w.-]+:)?" + name.encode() + rb"\s*(?:/>|>\s*([A-Za-z]*))", shape)
    return found is not None and (found[1] or b"").lower() not in {b"false", b"f"}


def _row_of(anchor: Element, end: str) -> Element | None:
    found = anchor.child(end)
    return found.child("row") if found is not None else None


def _ends_on_edge(part: Markup, anchor: Element) -> bool:
    """The lower end lies exactly on the upper edge of its row."""
    last = anchor.child("to")
    offset = last.child("rowOff") if last is not None else None
    return offset is None or re.match(r"0*(?:\D|$)", part.text(offset).strip()) is not None
