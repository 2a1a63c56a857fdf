"""Columns: their widths, in the shell of a sheet."""

from __future__ import annotations

from collections.abc import Mapping

from xiaobao_xl.package.markup import Element, Markup
from xiaobao_xl.package.references import MAX_COLUMNS
from xiaobao_xl.package.sheet import ORDER


def set_widths(shell: Markup, widths: Mapping[int, float]) -> None:
    """Give columns a width; a range of columns they stand in is split, its other columns stay as they are.

    Args:
        shell: the sheet's shell; its columns must not have been edited yet.
        widths: column, from 1 → width in digits of the default font, as the file counts.
    """
    prefix, left = shell.root.prefix, dict(sorted(widths.items()))
    new = f'<{prefix}col min="{{0}}" max="{{0}}" width="{{1:g}}" customWidth="1"{{2}}/>'
    listed = shell.root.child("cols")
    for element in listed.children if listed is not None else ():
        first, last = _range(element)
        between = "".join(new.format(column, left.pop(column), "") for column in list(left) if column < first)
        if between:
            shell.before(element, between.encode())
        inside = [column for column in left if column <= last]
        if not inside:
            continue
        style = element.attributes.get("style", "")
        pieces, begin = "", first
        for column in inside:
            pieces += _piece(element, begin, column - 1) if begin < column else ""
            pieces += new.format(column, left.pop(column), f' style="{style}"' if style else "")
            begin = column + 1
        shell.replace(element, (pieces + (_piece(element, begin, last) if begin <= last else "")).encode())
    behind = "".join(new.format(column, width, "") for column, width in left.items())
    if listed is not None and behind:
        shell.append(listed, behind.encode())
    elif behind:
        shell.place(shell.root, "cols", ORDER, f"<{prefix}cols>{behind}</{prefix}cols>".encode())


def _range(element: Element) -> tuple[int, int]:
    first = int(element.attributes.get("min", "1"))
    return first, min(int(element.attributes.get("max", str(first))), MAX_COLUMNS)


def _piece(element: Element, first: int, last: int) -> str:
    """A part of a range of columns, with all its other attributes."""
    kept = {**element.attributes, "min": str(first), "max": str(last)}
    return f"<{element.prefix}col " + " ".join(f'{name}="{value}"' for name, value in kept.items()) + "/>"
