"""Conditional formats by formula over a range.

The interface is that of xlwings 0.37.5; with older versions it is reached through `range.impl.conditional_formats`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.libreoffice.addresses import Area
from xiaobao_xl.libreoffice.bridge import enum
from xiaobao_xl.libreoffice.conditional_layout import (
    EXPRESSION,
    Format,
    Rule,
    add,
    expression,
    formats_of,
    remove,
    take_away,
)
from xiaobao_xl.libreoffice.formats import Colour, Font, of_rgb, to_rgb
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.grammar import render, to_own

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet

_INHERITED = (
    "CharFontName",
    "CharFontNameAsian",
    "CharFontNameComplex",
    "CharHeight",
    "CharHeightAsian",
    "CharHeightComplex",
    "VertJustify",
)


@fills_gaps(getattr(base_classes, "ConditionalFormat", None))
class ConditionalFormat:
    """One rule, on all the cells that stand under it."""

    sheet: Sheet

    def __init__(self, sheet: Sheet, rule: Rule, areas: Sequence[Area]) -> None:
        """Of a sheet; LibreOffice has no object for a rule that lasts, so a rule is known by what it says."""
        self.sheet = sheet
        self._rule, self._areas = rule, areas

    @property
    def api(self) -> Any:
        """The first UNO entry that says so; None where the rule was deleted."""
        for one in formats_of(self.sheet):
            for index, rule in enumerate(one.rules):
                if rule.says(self._rule) and one.meets(self._areas):
                    return one.api.getByIndex(index)
        return None

    @property
    def type(self) -> str:
        """`custom` for a rule by formula, `unknown` for every other."""
        return "custom" if self._rule.operator == EXPRESSION else "unknown"

    @property
    def formula(self) -> str | None:
        """Formula in Excel's words, seen from the first cell; None for other rules."""
        return f"={self._rule.first}" if self.type == "custom" else None

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
        return styles.getByName(self._rule.style or "Default")

    def delete(self) -> None:
        """Take the rule away; other rules of the cells stay."""
        remove(self.sheet, formats_of(self.sheet), self._areas, self._rule.says)


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

    def _rules(self, formats: Sequence[Format]) -> list[tuple[Rule, list[Area]]]:
        """Each rule that touches the range once, with its cells."""
        found: list[tuple[Rule, list[Area]]] = []
        for one in formats:
            if not one.meets([self.area]):
                continue
            for rule in one.rules:
                areas = next((areas for known, areas in found if one.is_plain and rule == known), None)
                if areas is None:
                    found.append((rule, list(one.areas)))
                else:
                    areas += one.areas
        return found

    def __iter__(self) -> Iterator[ConditionalFormat]:
        """Each rule that touches the range."""
        return iter([ConditionalFormat(self.sheet, rule, areas) for rule, areas in self._rules(formats_of(self.sheet))])

    def __len__(self) -> int:
        """How many rules touch the range."""
        return len(self._rules(formats_of(self.sheet)))

    def __call__(self, key: int) -> ConditionalFormat:
        """A rule by its number, counted from 1."""
        return list(self)[key - 1]

    def __contains__(self, key: int) -> bool:
        """Whether there are so many rules."""
        return 1 <= key <= len(self)

    def add_custom(self, spec: Mapping[str, Any]) -> ConditionalFormat:
        """Add a rule by formula, behind those the cells have.

        Args:
            spec: `formula` in Excel's words, seen from the range's first cell; optionally `fill_color`, `font_color`,
                `font_bold`, `font_italic`.

        Raises:
            ValueError: the formula refers to what no rule can refer to, e.g. another file.
        """
        (made,) = self.add_customs([spec])
        return made

    def add_customs(self, specs: Sequence[Mapping[str, Any]], *, is_first: bool = False) -> list[ConditionalFormat]:
        """Add several rules at once; see `add_custom` (not a method of xlwings: reach it by `impl`).

        Args:
            specs: the rules, the first that holds wins.
            is_first: they come before those the cells have.
        """
        formulas = [_own(spec["formula"]) for spec in specs]
        self.sheet.changeable(self.area)
        rules = [
            expression(formula, self._style_name(spec), self.area)
            for formula, spec in zip(formulas, specs, strict=True)
        ]
        add(self.sheet, self.area, tuple(rules), is_first=is_first)
        return [ConditionalFormat(self.sheet, rule, [self.area]) for rule in rules]

    def remove(self, is_unwanted: Callable[[ConditionalFormat], bool]) -> None:
        """Take rules away from the range at once (not a method of xlwings: reach it by `impl`)."""
        formats = formats_of(self.sheet)
        rules = [
            rule for rule, areas in self._rules(formats) if is_unwanted(ConditionalFormat(self.sheet, rule, areas))
        ]
        if rules:
            remove(self.sheet, formats, [self.area], lambda rule: any(map(rule.says, rules)))

    def _style_name(self, spec: Mapping[str, Any]) -> str:
        """A cell style with the looks of a rule; equal looks share one."""
        fill, text = to_rgb(spec.get("fill_color")), to_rgb(spec.get("font_color"))
        is_bold, is_italic = bool(spec.get("font_bold")), bool(spec.get("font_italic"))
        colours = [f"{number:06X}" if number >= 0 else "-" for number in (fill, text)]
        own = self._own_looks()
        marks = [*(["B"] if is_bold else []), *(["I"] if is_italic else []), *([_short(own)] if own else [])]
        name = " ".join(["XB", *colours, *marks])
        styles = self.sheet.document.StyleFamilies.getByName("CellStyles")
        if not styles.hasByName(name):
            style = self.sheet.document.createInstance("com.sun.star.style.CellStyle")
            styles.insertByName(name, style)
            for one, value in own.items():
                setattr(style, one, value)
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

    def _own_looks(self) -> dict[str, Any]:
        """Looks of the cells that a style would take from them: each descends from the default style, and what that sets wins.

        Where the cells differ among themselves, those of the first stand for all.
        """
        default = self.sheet.document.StyleFamilies.getByName("CellStyles").getByName("Default")
        names = [name for name in _INHERITED if default.getPropertyState(name).value == "DIRECT_VALUE"]
        if not names:
            return {}
        cell = self.sheet.cells_of(Area(self.area.row, self.area.column))
        pairs = zip(names, cell.getPropertyValues(tuple(names)), default.getPropertyValues(tuple(names)), strict=True)
        return {name: value for name, value, inherited in pairs if value != inherited}

    def clear(self) -> None:
        """Take away the formats that lie wholly inside the range."""
        take_away(self.sheet, [one for one in formats_of(self.sheet) if all(map(self.area.holds, one.areas))])


def _short(looks: Mapping[str, Any]) -> str:
    """A few letters for looks.

    >>> _short({"CharHeight": 9.0})
    '100343f0'
    """
    return f"{zlib.crc32(repr(sorted(looks.items())).encode()):08x}"


def _own(formula: str) -> str:
    """A formula in LibreOffice's words."""
    template = to_own(formula if formula.startswith("=") else f"={formula}")
    if template is None:
        raise ValueError(f"条件格式用不了这个公式：{formula}")
    return render(template).removeprefix("=")
