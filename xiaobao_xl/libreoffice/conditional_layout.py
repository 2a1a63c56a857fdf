"""Which cells of a sheet stand under which rules of conditional formats, and how to change that so that it is seen.

LibreOffice keeps conditional formats in a list of the sheet, and in each cell the numbers of those that hold for it. It
paints by the numbers, but only formats set as a property of cells write them: what is added to the list is seen no sooner
than after saving and opening again. A property holds for a cell alone. So each group of cells gets all its rules at once;
where a new rule reaches only some of the cells of a format, that format is taken apart, and when the rule goes, what says
the same becomes one format again.

Some formats cannot be written as a property, or not in parts: scales, bars and icons, rules about texts, days, ranks and
double values, and cells under several formats. They stay as they are, and new rules stand beside them in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from xiaobao_xl.libreoffice.addresses import Area, area_of, cell_address, common, joined, without
from xiaobao_xl.libreoffice.bridge import properties
from xiaobao_xl.libreoffice.grammar import render, to_excel

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet

CONDITION = 0  # com.sun.star.sheet.ConditionEntryType
EXPRESSION = 24  # com.sun.star.sheet.ConditionFormatOperator
_FORMULA = 9  # com.sun.star.sheet.ConditionOperator
_SETTABLE = range(1, _FORMULA + 1)  # its values; rules about double values look at all cells of their format
_NEVER = "FALSE()"
_LOST = "#REF!"


class Rule(NamedTuple):
    """What a rule says.

    Attributes:
        kind: type of the entry.
        operator: of the entry in the sheet's list.
        first: first formula, in Excel's words and without `=`.
        second: second formula; '' where the operator takes none.
        style: name of the cell style.
        settable: operator of the property; 0 where the rule cannot be written as one.
        texts: both formulas in the words of the property.
        seen_from: row and column of the cell from which the formulas are seen, counted from 1.
    """

    kind: int
    operator: int
    first: str
    second: str
    style: str
    settable: int = 0
    texts: tuple[str, str] = ("", "")
    seen_from: tuple[int, int] = (0, 0)

    def says(self, other: Rule) -> bool:
        """Whether both are the same rule; from where one of the sheet's list is seen is not known."""
        is_elsewhere = self.settable and other.settable and self.seen_from != other.seen_from
        return self[:5] == other[:5] and not is_elsewhere


def expression(formula: str, style: str, seen_from: Area) -> Rule:
    """A rule by formula, in LibreOffice's words and without `=`."""
    place = (seen_from.row, seen_from.column)
    return Rule(CONDITION, EXPRESSION, _in_excel(formula), "", style, _FORMULA, (formula, ""), place)


def _in_excel(formula: str) -> str:
    """Formula in Excel's words; as it is where it has none."""
    template = to_excel(f"={formula}")
    return render(template).removeprefix("=") if template else formula


Rules = tuple[Rule, ...]


@dataclass(frozen=True)
class Format:
    """A conditional format of the sheet's list.

    Attributes:
        api: the UNO format.
        areas: its cells.
        rules: its rules, the first that holds wins.
        is_alone: its cells stand under no other format.
        is_plain: it can be written as a property of its cells.
    """

    api: Any
    areas: list[Area]
    rules: Rules
    is_alone: bool
    is_plain: bool

    def meets(self, areas: Sequence[Area]) -> bool:
        """Whether it reaches one of the areas."""
        return any(own.meets(area) for own in self.areas for area in areas)


def formats_of(sheet: Sheet) -> list[Format]:
    """The conditional formats of a sheet, with what they say."""
    listed = [(api, api.Range.RangeAddresses) for api in sheet.api.ConditionalFormats.getConditionalFormats()]
    found = [(api, list(map(area_of, addresses))) for api, addresses in listed if addresses]  # cells may be deleted
    return [
        _read(sheet, api, own, [area for other, areas in found if other is not api for area in areas])
        for api, own in found
    ]


def _read(sheet: Sheet, api: Any, areas: list[Area], others: Sequence[Area]) -> Format:
    """A format; others are the cells of all other formats."""
    rules = [_entry(api.getByIndex(index)) for index in range(api.getCount())]
    is_alone = not common(areas, others)
    settable = _settable(sheet, areas[0], rules) if is_alone else []
    return Format(api, areas, tuple(settable or rules), is_alone=is_alone, is_plain=bool(settable))


def _entry(entry: Any) -> Rule:
    """A rule as the sheet's list has it."""
    if entry.Type != CONDITION:
        return Rule(entry.Type, 0, "", "", "")
    second = "" if entry.Operator == EXPRESSION else entry.Formula2
    return Rule(CONDITION, entry.Operator, _in_excel(entry.Formula1), second, entry.StyleName)


def _settable(sheet: Sheet, area: Area, listed: Sequence[Rule]) -> list[Rule]:
    """The rules as a property of the cells has them; [] where it has them not, or cannot take them."""
    found = sheet.cells_of(Area(area.row, area.column)).ConditionalFormat
    if found.getCount() != len(listed) or any(rule.kind != CONDITION for rule in listed):
        return []
    rules = [_property(found.getByIndex(index), rule) for index, rule in enumerate(listed)]
    is_lost = any(rule.settable not in _SETTABLE or _LOST in "".join(rule.texts) for rule in rules)
    is_other = [rule.style for rule in rules] != [rule.style for rule in listed]
    return [] if is_lost or is_other else rules


def _property(entry: Any, listed: Rule) -> Rule:
    """A rule as the property of a cell has it."""
    place, first = entry.getSourcePosition(), entry.getFormula1()
    second = "" if listed.operator == EXPRESSION else entry.getFormula2()
    return Rule(
        CONDITION, listed.operator, _in_excel(first), second, entry.getStyleName(),
        entry.getConditionOperator(), (first, second), (place.Row + 1, place.Column + 1),
    )  # fmt: skip


def add(sheet: Sheet, area: Area, rules: Rules, *, is_first: bool) -> None:
    """Put rules over an area, before or behind those its cells have already."""
    formats = formats_of(sheet)
    _edit(sheet, formats, [area], lambda old: (*rules, *old) if is_first else (*old, *rules), fresh=rules)
    others = [own for one in formats if not one.is_plain for own in one.areas]
    if shared := without([area], without([area], others)):
        _list(sheet, area, shared, rules)


def remove(sheet: Sheet, formats: Sequence[Format], areas: Sequence[Area], is_unwanted: Callable[[Rule], bool]) -> None:
    """Take rules away from the cells of areas.

    Args:
        sheet: the sheet.
        formats: all of its formats.
        areas: the cells.
        is_unwanted: which rules.
    """
    for one in formats:
        if not one.is_plain and one.meets(areas) and any(map(is_unwanted, one.rules)):
            _remove_listed(sheet, one, is_unwanted)
    _edit(sheet, formats, areas, lambda old: tuple(rule for rule in old if not is_unwanted(rule)), fresh=())


def _edit(
    sheet: Sheet, formats: Sequence[Format], areas: Sequence[Area], change: Callable[[Rules], Rules], fresh: Rules
) -> None:
    """Change the rules of plain formats inside areas; `fresh` are those of cells that have none yet."""
    plain = [one for one in formats if one.is_plain]
    kept = [(one.rules, one.areas) for one in plain]
    changed: list[tuple[Rules, list[Area]]] = []
    for one in plain:
        if one.meets(areas) and change(one.rules) != one.rules:
            kept.remove((one.rules, one.areas))
            outside = without(one.areas, areas)
            changed += [(one.rules, outside), (change(one.rules), without(one.areas, outside))]
    if fresh:
        changed.append((fresh, without(areas, [own for one in formats for own in one.areas])))
    wanted = _grouped(changed)
    for rules, own in kept:
        if rules in wanted:
            wanted[rules] = joined([*wanted[rules], *own])
    _write(sheet, [one for one in plain if (one.rules, one.areas) not in kept or one.rules in wanted], wanted)


def _grouped(parts: Sequence[tuple[Rules, list[Area]]]) -> dict[Rules, list[Area]]:
    """Rules → all cells under them."""
    groups: dict[Rules, list[Area]] = {}
    for rules, areas in parts:
        if rules and areas:
            groups[rules] = joined([*groups.get(rules, []), *areas])
    return groups


def _write(sheet: Sheet, old: Sequence[Format], new: dict[Rules, list[Area]]) -> None:
    """Take formats away, and set others."""
    take_away(sheet, old)
    for rules, areas in new.items():
        cells = sheet.collected(areas)
        found = cells.ConditionalFormat
        found.clear()
        for rule in rules:
            found.addNew(_properties(sheet, rule))
        cells.ConditionalFormat = found


def take_away(sheet: Sheet, formats: Sequence[Format]) -> None:
    """Take whole formats away."""
    for one in formats:
        sheet.api.ConditionalFormats.removeByID(one.api.ID)
        if one.is_alone:
            sheet.collected(one.areas).setPropertyToDefault("ConditionalFormat")  # else an empty one stays in each cell


def _properties(sheet: Sheet, rule: Rule) -> tuple[Any, ...]:
    first, second = rule.texts
    formulas = {"Formula1": first} | ({"Formula2": second} if second else {})
    seen_from = cell_address(sheet.index - 1, Area(*rule.seen_from))
    return properties(Operator=rule.settable, SourcePosition=seen_from, StyleName=rule.style, **formulas)


def _list(sheet: Sheet, area: Area, shared: Sequence[Area], rules: Sequence[Rule]) -> None:
    """A new format in the sheet's list alone, over some cells of an area; seen once the workbook is opened again."""
    formats = sheet.api.ConditionalFormats
    number = formats.createByRange(sheet.collected([area]))  # from its first cell the formulas are seen
    made = next(found for found in formats.getConditionalFormats() if number == found.ID)
    for index, rule in enumerate(rules):
        made.createEntry(CONDITION, index)
        entry = made.getByIndex(index)
        entry.Operator, entry.Formula1, entry.StyleName = rule.operator, rule.texts[0], rule.style
    made.Range = sheet.collected(shared)


def _remove_listed(sheet: Sheet, one: Format, is_unwanted: Callable[[Rule], bool]) -> None:
    """Take rules away from a format that cannot be set.

    LibreOffice refuses to remove one of several rules; beside those that cannot be written anew it is left so that it never
    holds.
    """
    if all(map(is_unwanted, one.rules)):
        take_away(sheet, [one])
        return
    for index, rule in enumerate(one.rules):
        if is_unwanted(rule):
            one.api.getByIndex(index).Formula1 = _NEVER
