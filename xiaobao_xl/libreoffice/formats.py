"""Looks of cells: colours, fonts, alignment, sizes."""

from __future__ import annotations

from typing import Any

Colour = tuple[int, int, int]
_HUNDREDTHS_PER_POINT = 2540 / 72  # of a millimetre
# Excel counts the width of a column in digits of the standard font; 5.25 points each and 3.75 points of padding.
_DIGIT_POINTS, _PADDING_POINTS = 5.25, 3.75
_BOLD, _REGULAR = 150.0, 100.0  # com.sun.star.awt.FontWeight


def to_rgb(colour: Any) -> int:
    """UNO's number of a colour; -1 is none.

    >>> to_rgb((255, 199, 206)), to_rgb("#ffc7ce"), to_rgb(None)
    (16762830, 16762830, -1)
    """
    if colour is None:
        return -1
    if isinstance(colour, str):
        return int(colour.lstrip("#"), 16)
    if isinstance(colour, (tuple, list)):
        red, green, blue = colour
        return (int(red) << 16) | (int(green) << 8) | int(blue)
    # Excel's own numbers have blue first.
    return to_rgb((colour & 255, (colour >> 8) & 255, (colour >> 16) & 255))


def of_rgb(number: Any) -> Colour | None:
    """Colour of UNO's number; None for none, and where the cells differ."""
    if number is None or number == -1:
        return None
    return (number >> 16) & 255, (number >> 8) & 255, number & 255


def to_hundredths(points: float) -> int:
    """Points in hundredths of a millimetre."""
    return round(points * _HUNDREDTHS_PER_POINT)


def to_points(hundredths: float) -> float:
    """Hundredths of a millimetre in points."""
    return round(hundredths / _HUNDREDTHS_PER_POINT, 2)


def to_width(characters: float) -> int:
    """Width of a column in hundredths of a millimetre."""
    return to_hundredths(characters * _DIGIT_POINTS + _PADDING_POINTS)


def to_characters(hundredths: float) -> float:
    """Width of a column in characters, near to what Excel says."""
    return round(max(hundredths / _HUNDREDTHS_PER_POINT - _PADDING_POINTS, 0) / _DIGIT_POINTS, 2)


class Font:
    """The font of a range; what differs inside it is None."""

    def __init__(self, cells: Any) -> None:
        """Of a UNO range."""
        self.api = cells

    @property
    def bold(self) -> bool | None:
        """Bold or not."""
        weight = self.api.CharWeight
        return None if weight is None else weight > _REGULAR

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set("CharWeight", _BOLD if value else _REGULAR)

    @property
    def italic(self) -> bool | None:
        """Italic or not."""
        posture = self.api.CharPosture
        return None if posture is None else posture.value != "NONE"

    @italic.setter
    def italic(self, value: bool) -> None:
        from xiaobao_xl.libreoffice.bridge import enum  # noqa: PLC0415 - only here is the bridge needed

        for script in ("", "Asian", "Complex"):
            setattr(self.api, f"CharPosture{script}", enum("awt.FontSlant", "ITALIC" if value else "NONE"))

    @property
    def size(self) -> float | None:
        """Points."""
        size: float | None = self.api.CharHeight
        return size

    @size.setter
    def size(self, value: float) -> None:
        self._set("CharHeight", float(value))

    @property
    def name(self) -> str | None:
        """Name of the font."""
        name: str | None = self.api.CharFontName
        return name

    @name.setter
    def name(self, value: str) -> None:
        self._set("CharFontName", value)

    @property
    def color(self) -> Colour | None:
        """Colour of the text."""
        return of_rgb(self.api.CharColor)

    @color.setter
    def color(self, value: Any) -> None:
        self.api.CharColor = to_rgb(value)

    def _set(self, name: str, value: Any) -> None:
        # Chinese text has its own font in LibreOffice; an officer means both.
        for script in ("", "Asian", "Complex"):
            setattr(self.api, name + script, value)
