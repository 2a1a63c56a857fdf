"""Conditional formats by formula over a range.

The interface is that of xlwings 0.37.5; with older versions it is reached through `range.impl.conditional_formats`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.libreoffice.addresses import Area, area_of, range_address
from xiaobao_xl.libreoffice.bridge import enum
from xiaobao_xl.libreoffice.formats import Colour, Font, of_rgb, to_rgb
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.grammar import render, to_excel, to_own

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet

_EXPRESSION = 24  # com.sun.star.sheet.ConditionFormatOperator
_CONDITION = 0  # com.sun.star.sheet.ConditionEntryType


@fills_gaps(getattr(base_classes, "ConditionalFormat", None))
class ConditionalFormat:
    """One rule of a conditional format."""

    sheet: Sheet
    api: Any

    def __init__(self, sheet: Sheet, owner: Any, entry: Any) -> None:
        """Of the UNO format that owns it."""
        self.sheet = sheet
        self.api = entry
        # What was found may be written anew when a neighbour is deleted; so a rule is known by what it says.
        self._cells, self._shape = owner.Range.RangeAddressesAsString, _shape(entry)

    @property
    def type(self) -> str:
        """`custom` for a rule by formula, `unknown` for every other."""
        is_custom = self.api.Type == _CONDITION and self.api.Operator == _EXPRESSION
        return "custom" if is_custom else "unknown"

    @property
    def formula(self) -> str | None:
        """Formula in Excel's words, seen from the first cell; None for other rules."""
        if self.type != "custom":
            return None
        own = f"={self.api.Formula1}"
        template = to_excel(own)
        return render(template) if template else own

    @property
    def stop_if_true(self) -> bool:
        """In LibreOffice the first rule that holds wins always."""
        return True

    @property
    def fill_color(self) -> Colour | None:
        """Fill it gives."""
        return of_rgb(self._style().CellBackColor)

    @property
    def font_color(self) -> Colour | None:
        """Colour of the text it gives."""
        return of_rgb(self._style().CharColor)

    @property
    def font_bold(self) -> bool | None:
        """Whether the text becomes bold."""
        return Font(self._style()).bold

    @property
    def font_italic(self) -> bool | None:
        """Whether the text becomes italic."""
        return Font(self._style()).italic

    def _style(self) -> Any:
        """The style of a rule; scales and bars of colours have none, for which the default style stands."""
        styles = self.sheet.document.StyleFamilies.getByName("CellStyles")
        return styles.getByName(self._shape[3] or "Default")

    def delete(self) -> None:
        """Take the rule away; other rules of the cells stay."""
        formats = self.sheet.api.ConditionalFormats
        owner = next((one for one in formats.getConditionalFormats() if self._is_in(one)), None)
        if owner is None:
            return
        entries = [owner.getByIndex(index) for index in range(owner.getCount())]
        others = [entry for entry in entries if _shape(entry) != self._shape]
        if any(entry.Type != _CONDITION for entry in others):
            # A scale or bar of colours cannot be written anew; beside it, the rule is left so that it never holds.
            next(entry for entry in entries if _shape(entry) == self._shape).Formula1 = "FALSE()"
            return
        # LibreOffice refuses to remove one of several rules, so the others are written anew.
        cells, shapes = owner.Range, [_shape(entry) for entry in others]
        formats.removeByID(owner.ID)
        if shapes:
            _add_entries(formats, cells, shapes)

    def _is_in(self, owner: Any) -> bool:
        if owner.Range.RangeAddressesAsString != self._cells:
            return False
        return any(_shape(owner.getByIndex(index)) == self._shape for index in range(owner.getCount()))


_Shape = tuple[int, str, str, str]


def _shape(entry: Any) -> _Shape:
    """Operator, first formula, second formula and style of a condition."""
    if entry.Type != _CONDITION:
        return 0, "", "", ""
    return entry.Operator, entry.Formula1, entry.Formula2, entry.StyleName


def _add_entries(formats: Any, cells: Any, shapes: list[_Shape]) -> Any:
    """A new conditional format over UNO's cells, with these conditions."""
    number = formats.createByRange(cells)
    made = next(found for found in formats.getConditionalFormats() if number == found.ID)
    for index, (operator, first, second, style) in enumerate(shapes):
        made.createEntry(_CONDITION, index)
        entry = made.getByIndex(index)
        entry.Operator, entry.Formula1, entry.StyleName = operator, first, style
        if second:
            entry.Formula2 = second
    return made


@fills_gaps(getattr(base_classes, "ConditionalFormats", None))
class ConditionalFormats:
    """The rules that touch a range."""

    def __init__(self, sheet: Sheet, area: Area) -> None:
        """Of a range."""
        self.sheet = sheet
        self.area = area

    @property
    def api(self) -> Any:
        """UNO's formats of the whole sheet."""
        return self.sheet.api.ConditionalFormats

    def _formats(self) -> Iterator[tuple[Any, list[Area]]]:
        for found in self.api.getConditionalFormats():
            areas = [area_of(address) for address in found.Range.RangeAddresses]
            if any(area.meets(self.area) for area in areas):
                yield found, areas

    def __iter__(self) -> Iterator[ConditionalFormat]:
        """Each rule that touches the range."""
        rules = [
            ConditionalFormat(self.sheet, found, found.getByIndex(index))
            for found, _ in self._formats()
            for index in range(found.getCount())
        ]
        return iter(rules)

    def __len__(self) -> int:
        """How many rules touch the range."""
        return sum(found.getCount() for found, _ in self._formats())

    def __call__(self, key: int) -> ConditionalFormat:
        """A rule by its number, counted from 1."""
        return list(self)[key - 1]

    def __contains__(self, key: int) -> bool:
        """Whether there are so many rules."""
        return 1 <= key <= len(self)

    def add_custom(self, spec: Mapping[str, Any]) -> ConditionalFormat:
        """Add a rule by formula.

        Args:
            spec: `formula` in Excel's words, seen from the range's first cell; optionally `fill_color`, `font_color`,
                `font_bold`, `font_italic`.

        Raises:
            ValueError: the formula refers to what no rule can refer to, e.g. another file.
        """
        formula = spec["formula"]
        template = to_own(formula if formula.startswith("=") else f"={formula}")
        if template is None:
            raise ValueError(f"条件格式用不了这个公式：{formula}")
        self.sheet.changeable(self.area)
        style_name = self._style_name(spec)
        cells = self.sheet.document.createInstance("com.sun.star.sheet.SheetCellRanges")
        cells.addRangeAddress(range_address(self.sheet.index - 1, self.area), False)  # noqa: FBT003 - UNO takes no names
        formula = render(template).removeprefix("=")
        owner = _add_entries(self.api, cells, [(_EXPRESSION, formula, "", style_name)])
        return ConditionalFormat(self.sheet, owner, owner.getByIndex(0))

    def _style_name(self, spec: Mapping[str, Any]) -> str:
        """A cell style with the looks of a rule; equal looks share one."""
        fill, text = to_rgb(spec.get("fill_color")), to_rgb(spec.get("font_color"))
        is_bold, is_italic = bool(spec.get("font_bold")), bool(spec.get("font_italic"))
        colours = [f"{number:06X}" if number >= 0 else "-" for number in (fill, text)]
        name = " ".join(["XB", *colours, *(["B"] if is_bold else []), *(["I"] if is_italic else [])])
        styles = self.sheet.document.StyleFamilies.getByName("CellStyles")
        if not styles.hasByName(name):
            style = self.sheet.document.createInstance("com.sun.star.style.CellStyle")
            styles.insertByName(name, style)
            if fill >= 0:
                style.CellBackColor = fill
            if text >= 0:
                style.CharColor = text
            for script in ("", "Asian", "Complex"):
                if is_bold:
                    setattr(style, f"CharWeight{script}", 150.0)
                if is_italic:
                    setattr(style, f"CharPosture{script}", enum("awt.FontSlant", "ITALIC"))
        return name

    def clear(self) -> None:
        """Take away the rules that lie wholly inside the range."""
        numbers = [found.ID for found, areas in self._formats() if all(self.area.holds(area) for area in areas)]
        for number in numbers:
            self.api.removeByID(number)
