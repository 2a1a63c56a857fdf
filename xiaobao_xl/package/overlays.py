"""What lies over the cells of a sheet, moved when rows are inserted: merges, formats, rules, links, filters, breaks.

All of it stands in the sheet's shell, see `sheet`. Areas follow a row that is copied down, see `references.Shift`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import formulas
from xiaobao_xl.package.anchors import move_anchor, put, put_text
from xiaobao_xl.package.markup import Element, Markup, attribute
from xiaobao_xl.package.references import MAX_ROWS, Area, Shift

_AREAS: Final = {
    "dimension": ("ref",), "conditionalFormatting": ("sqref",), "dataValidation": ("sqref",), "autoFilter": ("ref",),
    "sortState": ("ref",), "sortCondition": ("ref",), "protectedRange": ("sqref",), "ignoredError": ("sqref",),
    "hyperlink": ("ref",),
}  # fmt: skip
"""Elements whose area grows with a row that is copied down, and the attribute that holds it."""
_SPOTS: Final = {
    "selection": ("activeCell", "sqref"), "cellWatch": ("r",), "inputCells": ("r",), "scenarios": ("sqref",),
    "cellSmartTags": ("r",), "sheetPr": ("syncRef",), "webPublishItem": ("sourceRef",),
}  # fmt: skip
"""Elements whose area only moves."""
_FORMULAS: Final = {"controlPr": ("linkedCell", "listFillRange"), "oleObject": ("link",)}
_RULES: Final = ("conditionalFormatting", "dataValidation")
_TEXTS: Final = {"formula", "formula1", "formula2", "f"}
_PLAIN_NUMBER: Final = re.compile(r"[-+]?[0-9.]+(?:[Ee][-+]?[0-9]+)?")


def move_shell(shell: Markup, shift: Shift) -> None:
    """Move everything in the shell of the sheet whose rows are inserted."""
    for element in shell.root.all():
        for name in _AREAS.get(element.local, ()):
            _move_area(shell, element, name, _taken_over(shift) if element.local in _RULES else shift)
        for name in _SPOTS.get(element.local, ()):
            _move_area(shell, element, name, shift.without_stretch())
    for breaks in shell.root.all("rowBreaks"):
        _move_breaks(shell, breaks, shift)
    for merges in shell.root.all("mergeCells"):
        _move_merges(shell, merges, shift)
    for anchor in shell.root.all("anchor"):
        move_anchor(shell, anchor, shift, _how_control_moves(anchor))
    follow_shell(shell, shift, shift.sheet)
    for group in shell.root.all("sparklines"):
        _copy_sparklines(shell, group, shift)


def follow_shell(shell: Markup, shift: Shift, home: str) -> None:
    """Move the formulas and links in the shell of any sheet.

    Args:
        shell: the sheet without its rows.
        shift: the rows inserted.
        home: title of the sheet whose shell this is.
    """
    is_here = home.casefold() == shift.sheet.casefold()
    for element in list(shell.root.all()):
        local = element.local
        if local == "hyperlink" and not attribute(element, "id"):
            _move_formula(shell, element, "location", shift.without_stretch(), home)
        for name in _FORMULAS.get(local, ()):
            _move_formula(shell, element, name, shift, home)
        if local == "sqref" and is_here:
            _move_text_area(shell, element, shift)
        if (
            local == "dataRef"
            and not attribute(element, "id")
            and element.attributes.get("sheet", "").casefold() == shift.sheet.casefold()
        ):
            _move_area(shell, element, "ref", shift)
        if local == "cfvo" and not _PLAIN_NUMBER.fullmatch(element.attributes.get("val", "0")):
            put(shell, element, "val", _in_rule(element.attributes["val"], element, shell, shift, home))
        if local in _TEXTS and not element.children:
            _move_text(shell, element, shift, home)


def moved_areas(text: str, shift: Shift) -> str:
    """Areas with blanks between, moved; those pushed off the sheet are left out unless all are.

    >>> moved_areas("A1:B9 D5", Shift("Sheet1", at=3, count=2))
    'A1:B11 D7'
    """
    moved = []
    for written in text.split():
        new = written
        with suppress(WorkbookError):
            area = Area.read(written)
            if shift.at <= area.top > MAX_ROWS - shift.count and area.bottom - area.top < MAX_ROWS - 1:
                continue
            new = str(shift.area(area)) if shift.area(area) != area else written
        moved.append(new)
    return " ".join(moved) if moved and moved != text.split() else text


def kept_relative(formula: str, shift: Shift, home: str, down: int = 0) -> str:
    """A formula that many cells share, moved: `$B$8` follows the cell it means, `B8` stays as far away as it was.

    Args:
        formula: the formula as it reads in the first cell.
        shift: the rows inserted.
        home: title of the sheet of that cell.
        down: how far down that cell moves.

    >>> kept_relative("B7<>$B$9", Shift("Sheet1", at=8, count=2), "Sheet1", down=2)
    'B9<>$B$11'
    """
    return "".join(
        _kept(token.text, shift, home, down) if token.kind is formulas.Kind.REFERENCE else token.text
        for token in formulas.tokens(formula)
    )


def runs_along(formula: str, shift: Shift) -> bool:
    """A range of a drawn series lies along the row that is copied down: it stays one row."""
    areas = [area for _, area in formulas.references(formula, "")]
    return any(area.top == area.bottom == shift.stretches_at and area.left < area.right for area in areas)


def _kept(reference: str, shift: Shift, home: str, down: int) -> str:
    title = next((title for title, _ in formulas.references(reference, home)), "")
    if title.casefold() != shift.sheet.casefold():
        return formulas.translate(reference, down)
    # relative rows are taken out of the way of the insertion, and put back
    away = formulas.translate(reference, shift.at)
    kept = formulas.translate(formulas.shift(away, shift, home), down - shift.at - shift.count)
    if "#REF!" not in away + kept:
        return kept
    return formulas.shift(reference, shift, home) if down else reference


def _move_area(shell: Markup, element: Element, name: str, shift: Shift) -> None:
    if written := element.attributes.get(name):
        put(shell, element, name, moved_areas(written, shift))


def _move_formula(shell: Markup, element: Element, name: str, shift: Shift, home: str) -> None:
    if written := element.attributes.get(name):
        put(shell, element, name, formulas.shift(written, shift, home))


def _move_text(shell: Markup, element: Element, shift: Shift, home: str) -> None:
    """A formula that is the text of an element."""
    text = shell.text(element)
    if element.parent is not None and element.parent.local in {"sparkline", "sparklineGroup"}:
        seen = shift.without_stretch() if runs_along(text, shift) else shift
        put_text(shell, element, formulas.shift(text, seen, home))
    else:
        put_text(shell, element, _in_rule(text, element, shell, shift, home))


def _in_rule(formula: str, element: Element, shell: Markup, shift: Shift, home: str) -> str:
    """A formula of a format or a rule, which reads as in the first cell of the area."""
    areas = _areas_of(element, shell)
    if home.casefold() != shift.sheet.casefold() or not areas:
        return formulas.shift(formula, shift, home)
    top, bottom = min(area.top for area in areas), max(area.bottom for area in areas)
    if top == bottom != _taken_over(shift).stretches_at:
        return formulas.shift(formula, shift, home)
    return kept_relative(formula, shift, home, min(shift.row(top), MAX_ROWS) - top)


def _taken_over(shift: Shift) -> Shift:
    """As formats and rules see it: new rows take them over from the row above, as they do all that makes its look."""
    return replace(shift, stretches_at=shift.stretches_at or shift.at - 1)


def _areas_of(element: Element, shell: Markup) -> list[Area]:
    """Areas, before the move, of the format or rule an element is in."""
    around: Element | None = element
    while around is not None and around.local not in _RULES:
        around = around.parent
    if around is None:
        return []
    inner = around.child("sqref")
    source = shell.text(inner) if inner is not None else _as_read(shell, around, "sqref")
    found = []
    for written in source.split():
        with suppress(WorkbookError):
            found.append(Area.read(written))
    return found


def _as_read(shell: Markup, element: Element, name: str) -> str:
    """An attribute as it was before any edit."""
    tag = shell.original[element.begin : element.open_end].decode("utf-8")
    found = re.search(rf"""\s{name}\s*=\s*["']([^"']*)["']""", tag)
    return found[1] if found else ""


def _move_text_area(shell: Markup, element: Element, shift: Shift) -> None:
    """`xm:sqref`: of a sparkline its own cell, of others an area."""
    around = element.parent.local if element.parent is not None else ""
    seen = {"sparkline": shift.without_stretch(), **dict.fromkeys(_RULES, _taken_over(shift))}.get(around, shift)
    put_text(shell, element, moved_areas(shell.text(element), seen))


def _move_breaks(shell: Markup, breaks: Element, shift: Shift) -> None:
    """A break stands at the lower edge of the row of its number and moves with the row below."""
    for found in breaks.children:
        number = found.attributes.get("id", "")
        if number.isdigit() and 0 < int(number) < MAX_ROWS:
            put(shell, found, "id", str(min(shift.row(int(number) + 1), MAX_ROWS) - 1))


def _move_merges(shell: Markup, merges: Element, shift: Shift) -> None:
    """Merges move, or grow around the new rows; those of the copied row are copied."""
    plain, copies = shift.without_stretch(), 0
    for merge in [child for child in merges.children if child.local == "mergeCell"]:
        _move_area(shell, merge, "ref", plain)
        area = Area.read(merge.attributes.get("ref", "A1"))
        if area.top == area.bottom == shift.stretches_at:
            for row in range(shift.at, shift.at + shift.count):
                copy = Area(row, area.left, row, area.right)
                shell.append(merges, f'<{merge.prefix}mergeCell ref="{copy}"/>'.encode())
                copies += 1
    count = merges.attributes.get("count", "")
    if copies and count.isdigit():
        shell.set(merges, "count", str(int(count) + copies))


def _copy_sparklines(shell: Markup, group: Element, shift: Shift) -> None:
    """Sparklines in the copied row are copied, as copying their cell does."""
    for sparkline in group.children:
        place, data = sparkline.child("sqref"), sparkline.child("f")
        with suppress(WorkbookError):
            area = Area.read(shell.text(place)) if place is not None else None
            if place is None or area is None or area.top != shift.stretches_at:
                continue
            for step in range(1, shift.count + 1):
                copy = Markup(_declared(shell.source(sparkline), sparkline.prefix, place.prefix))
                root = copy.root.children[0]
                for found, old in zip(root.children, sparkline.children, strict=True):
                    text = shell.text(old)
                    if old is data:
                        copy.set_text(found, formulas.translate(text, step))
                    elif old is place:
                        copy.set_text(found, str(Area(area.top + step, area.left, area.bottom + step, area.right)))
                made = copy.data()
                shell.append(group, made[made.index(b">") + 1 : made.rindex(b"</")])


def _declared(source: bytes, *prefixes: str) -> bytes:
    """An element in one that declares its prefixes."""
    names = " ".join(f'xmlns:{prefix[:-1]}="urn:{prefix[:-1]}"' for prefix in dict.fromkeys(prefixes) if prefix)
    return f"<a {names}>".encode() + source + b"</a>"


def _how_control_moves(anchor: Element) -> str:
    """How an anchor in the shell says it moves."""
    if anchor.attributes.get("moveWithCells") not in {"1", "true"}:
        return "absolute"
    return "twoCell" if anchor.attributes.get("sizeWithCells") in {"1", "true"} else "oneCell"
