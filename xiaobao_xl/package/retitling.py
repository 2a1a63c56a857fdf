"""A sheet given another title, with every formula and place in the workbook that names it."""

from __future__ import annotations

import re
from typing import Final

from xiaobao_xl.package.anchors import put, put_text
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.listing import admit
from xiaobao_xl.package.parts import Parts, relations_file
from xiaobao_xl.package.renaming import Renaming

_FOLLOWS: Final = re.compile(
    r"xl/(?:worksheets|chartsheets|drawings|charts|tables|ctrlProps)/[^/]+\.(?:xml|vml)", re.IGNORECASE
)


def retitle_sheet(
    parts: Parts, directory: Directory, title: str, new_title: str, *, even_if_protected: bool = False
) -> None:
    """Give a sheet another title.

    Args:
        parts: the workbook.
        directory: its list of sheets.
        title: the present title.
        new_title: the new one.
        even_if_protected: also where the structure of the workbook is protected.

    Raises:
        WorkbookError: there is no such sheet, or the new title is taken or not allowed.
    """
    entry = directory.entry(title)
    admit(directory, new_title, even_if_protected=even_if_protected)
    renaming = Renaming({entry.title.casefold(): new_title}, {})
    for name in filter(_FOLLOWS.fullmatch, parts.names()):
        data = parts.read(name)
        if b"!" in data and (new := renaming.data(data)) != data:
            parts.write(name, new)
    for sheet in directory.entries():
        _follow_links(parts, sheet.part, renaming)
    workbook = directory.markup
    for listed in workbook.root.all("sheet"):
        if listed.attributes.get("name") == entry.title:
            put(workbook, listed, "name", new_title)
    for defined in workbook.root.all("definedName"):
        put_text(workbook, defined, renaming.formula(workbook.text(defined)))


def _follow_links(parts: Parts, part: str, renaming: Renaming) -> None:
    """Links of a sheet to places in the workbook, where they are written as addresses: `#Sheet!A1`."""
    file = parts.find(relations_file(part)) if part else ""
    if not file:
        return
    markup = parts.settle(file)
    for pointer in markup.root.children:
        target = pointer.attributes.get("Target", "")
        if target.startswith("#"):
            put(markup, pointer, "Target", f"#{renaming.formula(target[1:])}")
