"""Colours as the six digits they come to, whether they are written out, numbered, or taken from the theme."""

from __future__ import annotations

import colorsys
from typing import Final

from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import Element
from xiaobao_xl.package.parts import Parts

_PALETTE: Final = 2 * "000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF" + (
    "800000008000000080808000800080008080C0C0C08080809999FF993366FFFFCCCCFFFF660066FF80800066CCCCCCFF"
    "000080FF00FFFFFF0000FFFF8000808000000080800000FF00CCFFCCFFFFCCFFCCFFFF9999CCFFFF99CCCC99FFFFCC99"
    "3366FF33CCCC99CC00FFCC00FF9900FF6600666699969696003366339966003300333300993300993366333399333333"
)
"""The 64 colours that numbers stand for unless a workbook brings its own."""
_THEME: Final = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
"""The colours of a theme in the order in which styles number them."""


class Colours:
    """What the colours of a workbook come to."""

    def __init__(self, parts: Parts, styles: Element) -> None:
        """Read the theme, and the palette if the styles bring one.

        Args:
            parts: the workbook.
            styles: root of its styles.
        """
        own = "".join(entry.attributes.get("rgb", "")[-6:].upper().rjust(6, "0") for entry in styles.all("rgbColor"))
        self._palette = own + _PALETTE[len(own) :]
        self._theme = _theme(parts)

    def words(self, element: Element | None) -> str:
        """A colour as six digits; "自动" where the program chooses; "" for none."""
        if element is None:
            return ""
        given = element.attributes
        tint = float(given.get("tint", "0"))
        if "rgb" in given:
            return tinted(given["rgb"][-6:].upper(), tint)
        if given.get("theme", "").isdecimal():
            known = self._theme.get(int(given["theme"]), "")
            return tinted(known, tint) if known else f"主题色{given['theme']}({tint:+.2f})"
        index = int(given["indexed"]) if given.get("indexed", "").isdecimal() else 64
        return tinted(self._palette[6 * index : 6 * index + 6], tint) if index < 64 else "自动"


def tinted(digits: str, tint: float) -> str:
    """A colour made lighter (tint up to 1) or darker (down to -1).

    >>> tinted("4F81BD", 0), tinted("000000", 0.5), tinted("FFFFFF", -0.5)
    ('4F81BD', '808080', '808080')
    """
    if not tint or len(digits) != 6:
        return digits
    hue, light, strength = colorsys.rgb_to_hls(*(int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{int(min(max(part, 0), 1) * 255 + 0.5):02X}" for part in colorsys.hls_to_rgb(hue, light, strength))


def _theme(parts: Parts) -> dict[int, str]:
    part = Directory(parts).related("theme")
    scheme = next(parts.settle(part).root.all("clrScheme"), None) if part else None
    found = {}
    for child in scheme.children if scheme else ():
        if child.local in _THEME and child.children:
            given = child.children[0].attributes
            found[_THEME.index(child.local)] = (given.get("lastClr") or given.get("val", "")).upper()
    return found
