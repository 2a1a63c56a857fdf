"""Rows inserted into a sheet, with everything in the workbook that points there.

`insert` does it all; `obstacles` says beforehand what cannot be moved, in which case nothing should be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import anchors, formulas, limits, moving, repeating, row_bytes
from xiaobao_xl.package.anchors import put, put_text
from xiaobao_xl.package.directory import Directory, Entry
from xiaobao_xl.package.markup import Element, Markup
from xiaobao_xl.package.obstacles import obstacles
from xiaobao_xl.package.overlays import follow_shell, kept_relative, move_shell, moved_areas, runs_along
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.references import Area, Shift

__all__ = ["insert", "move_followers", "obstacles"]

_ADDRESSED: Final = {
    "comments": ("comment",), "threadedComment": ("threadedComment",), "tableSingleCells": ("singleXmlCell",),
    "namedSheetView": ("nsvFilter", "sortCondition"),
}  # fmt: skip
"""Parts of a sheet by the kind of pointer to them, and the elements in them that stand for cells."""
_LINKS: Final = ("fmlaLink", "fmlaRange", "fmlaPict", "fmlaGroup", "fmlaTxbx")
_SERIES_TEXT: Final = "tx"


def insert(parts: Parts, directory: Directory, shift: Shift) -> None:
    """Insert rows into a sheet; everything below, and everything that points there, follows.

    New rows look like the row above them; where the shift stretches a row, they are its copies.

    Args:
        parts: the workbook.
        directory: its sheets.
        shift: the rows inserted.

    Raises:
        WorkbookError: there is no such sheet.
    """
    entry = directory.entry(shift.sheet)
    shift = replace(shift, sheet=entry.title)
    shell, rows = _opened(parts, entry)
    prefix = _prefix(shell)
    rows = moving.insert_in_rows(rows, prefix, shift, entry.title)
    if shift.stretches_at:
        rows = repeating.repeat_in_rows(rows, prefix, shift.stretches_at, shift.count + 1)
    else:
        rows = repeating.format_in_rows(rows, prefix, shift.at - 1, shift.count)
    move_shell(shell, shift)
    _close(parts, entry, shell, rows)
    move_followers(parts, directory, shift)


def move_followers(parts: Parts, directory: Directory, shift: Shift) -> None:
    """Move everything outside the sheet's own part that points there.

    These are the other sheets, defined names, tables, notes, drawings, charts and controls. The order of calculation is
    dropped: the program that opens the file makes it anew.
    """
    entries = directory.entries()
    for entry in entries:
        if not entry.part:
            continue
        is_own = entry.title.casefold() == shift.sheet.casefold()
        if not is_own:
            _follow_sheet(parts, entry, shift)
        for kind, name in _attached(parts, entry.part):
            _move_attached(parts, kind, name, shift, entry.title)
            if is_own:
                _move_own(parts, kind, name, shift)
    _move_names(directory, entries, shift)
    _move_volatile(parts, directory, shift)
    if chain := directory.related("calcChain"):
        parts.unrelate(directory.part, "calcChain")
        parts.remove(chain)


def _opened(parts: Parts, entry: Entry) -> tuple[Markup, bytes]:
    """A sheet's shell and its rows."""
    head, rows, tail = row_bytes.split(parts.read(entry.part))
    return Markup(head + tail, entry.part), rows


def _prefix(shell: Markup) -> str:
    """Prefix of the elements in the rows; the root of a macro sheet has another."""
    data = shell.root.child("sheetData")
    return data.prefix if data is not None else shell.root.prefix


def _close(parts: Parts, entry: Entry, shell: Markup, rows: bytes) -> None:
    head, _, tail = row_bytes.split(shell.data())
    parts.write(entry.part, head + rows + tail)


def _follow_sheet(parts: Parts, entry: Entry, shift: Shift) -> None:
    """Formulas of another sheet, and what lies over its cells."""
    if parts.size(entry.part) > limits.MAX_HELD:  # it mentions no other sheet, see obstacles
        return
    shell, rows = _opened(parts, entry)
    new = moving.insert_in_rows(rows, _prefix(shell), shift, entry.title)
    follow_shell(shell, shift, entry.title)
    if shell.is_changed or new != rows:
        _close(parts, entry, shell, new)


def _attached(parts: Parts, part: str) -> Iterator[tuple[str, str]]:
    """Kind and name of the parts a sheet points to, charts in its drawings included."""
    for relation in parts.relations(part):
        if relation.is_external or relation.target not in parts:
            continue
        yield relation.kind, relation.target
        if relation.kind == "drawing":
            for found in parts.related(relation.target, "chart", "chartEx"):
                if found.target in parts:
                    yield found.kind, found.target


def _move_attached(parts: Parts, kind: str, name: str, shift: Shift, home: str) -> None:
    """Formulas in a part that belongs to any sheet."""
    if kind == "drawing":
        anchors.follow_drawing(parts.settle(name), shift)
    elif kind in {"chart", "chartEx"}:
        _move_chart(parts.settle(name), shift)
    elif kind == "ctrlProp":
        control = parts.settle(name)
        for link in _LINKS:
            if link in control.root.attributes:
                put(control, control.root, link, formulas.shift(control.root.attributes[link], shift, home))
    elif kind == "vmlDrawing":
        _rewrite(parts, name, anchors.follow_notes(parts.read(name), shift, home))
    elif kind == "table":
        table = parts.settle(name)
        for element in table.root.all("calculatedColumnFormula", "totalsRowFormula"):
            put_text(table, element, formulas.shift(table.text(element), shift, home))


def _move_own(parts: Parts, kind: str, name: str, shift: Shift) -> None:
    """Places in a part that belongs to the sheet whose rows are inserted."""
    if kind == "drawing":
        anchors.move_drawing(parts.settle(name), shift)
    elif kind == "vmlDrawing":
        _rewrite(parts, name, anchors.move_notes(parts.read(name), shift))
    elif kind == "table":
        _move_table(parts.settle(name), shift)
    elif kind in _ADDRESSED:
        part, seen = parts.settle(name), shift.without_stretch()
        for element in part.root.all(*_ADDRESSED[kind]):
            place = "r" if kind == "tableSingleCells" else "ref"
            if written := element.attributes.get(place):
                put(part, element, place, moved_areas(written, seen))


def _rewrite(parts: Parts, name: str, data: bytes) -> None:
    if data != parts.read(name):
        parts.write(name, data)


def _move_table(table: Markup, shift: Shift) -> None:
    """A table grows with rows inserted inside; its row of totals stays its last."""
    root = table.root
    area = Area.read(root.attributes.get("ref", ""))
    has_totals = root.attributes.get("totalsRowCount", "0") != "0"
    seen = shift.without_stretch() if has_totals and area.bottom == shift.stretches_at else shift
    new = seen.area(area)
    put(table, root, "ref", str(new))
    for element in list(root.all("autoFilter", "sortState", "sortCondition")):
        written = element.attributes.get("ref", "")
        if element.local != "autoFilter":
            put(table, element, "ref", moved_areas(written, seen))
        else:
            with suppress(WorkbookError):
                filtered = Area.read(written)
                rest = area.bottom - filtered.bottom
                put(table, element, "ref", str(replace(filtered, top=seen.row(filtered.top), bottom=new.bottom - rest)))


def _move_chart(chart: Markup, shift: Shift) -> None:
    """Ranges of a chart. A series along the copied row stays one row; one that is a single cell of it grows down."""
    for element in chart.root.all("f", "sqref"):
        if element.children:
            continue
        text = chart.text(element)
        if _is_title(element) or runs_along(text, shift):
            put_text(chart, element, formulas.shift(text, shift.without_stretch(), ""))
        else:
            put_text(chart, element, _grown(formulas.shift(text, shift, ""), shift))


def _is_title(element: Element) -> bool:
    """It holds the name of a series or the title of an axis, which is one cell."""
    around = element.parent
    while around is not None and around.local not in {_SERIES_TEXT, "ser"}:
        around = around.parent
    return around is not None and around.local == _SERIES_TEXT


def _grown(text: str, shift: Shift) -> str:
    """A reference to one cell of the copied row, as reference to it and its copies."""
    found = re.fullmatch(r"(.+!)(\$[A-Z]{1,3}\$)([0-9]+)", text)
    if not found or int(found[3]) != shift.stretches_at:
        return text
    if formulas.references(text, "")[0][0].casefold() != shift.sheet.casefold():
        return text
    return f"{found[1]}{found[2]}{found[3]}:{found[2]}{shift.stretches_at + shift.count}"


def _move_names(directory: Directory, entries: list[Entry], shift: Shift) -> None:
    """Defined names, print areas and titles among them."""
    workbook = directory.markup
    for name in workbook.root.all("definedName"):
        place = name.attributes.get("localSheetId", "")
        home = entries[int(place)].title if place.isdigit() and int(place) < len(entries) else ""
        is_titles = name.attributes.get("name", "").lower() == "_xlnm.print_titles"
        seen = shift.without_stretch() if is_titles else shift
        put_text(workbook, name, kept_relative(workbook.text(name), seen, home))


def _move_volatile(parts: Parts, directory: Directory, shift: Shift) -> None:
    """Cells that wait for data from outside (RTD)."""
    name = directory.related("volatileDependencies")
    if not name:
        return
    part, sheet = parts.settle(name), str(directory.entry(shift.sheet).id)
    for element in part.root.all("tr"):
        if element.attributes.get("s") == sheet and (written := element.attributes.get("r")):
            put(part, element, "r", moved_areas(written, shift.without_stretch()))
