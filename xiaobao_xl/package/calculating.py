"""Kept values of formulas after cells changed: which hang on the change, and what they come to.

Values of plain arithmetic are computed, exactly as Excel does; the others are named, so that no stale value is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xiaobao_xl.package.dependents import Cells, Key, Readers, in_order
from xiaobao_xl.package.evaluating import parse
from xiaobao_xl.package.formulas import Kind, Outline, Token, outline
from xiaobao_xl.package.operations import NUMBER, Beyond, Range, Scope, Value
from xiaobao_xl.package.references import Area

Areas = Sequence[tuple[str, Area]]
Read = Callable[[str, int, int], Value]
Extent = Callable[[str], tuple[int, int]]
Behind = Callable[[Token, str], Areas | None]
_MOST_READ: Final = 5_000_000  # cells read by all formulas together; what needs more is left to the spreadsheet program
_TOO_LARGE: Final = 1e308  # a number no spreadsheet holds
_LARGEST: Final = 100_000  # cells of an area on a sheet whose extent is not known


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the formulas that hang on a change, in the order given.

    Attributes:
        values: the new values.
        dropped: formulas whose value is no longer known.
    """

    values: dict[Key, Value] = field(default_factory=dict)
    dropped: list[Key] = field(default_factory=list)


def recalculate(
    changed: Mapping[Key, Value],
    formulas: Mapping[Key, str],
    value: Read,
    extent: Extent | None = None,
    behind: Behind | None = None,
) -> Outcome:
    """Compute what hangs on changed cells, directly or through other formulas.

    Args:
        changed: new values. A changed cell that holds a formula is computed, whatever value is said here.
        formulas: all formulas of the workbook, without `=`. Give array formulas and data tables a text that cannot be
            computed but shows what they read, such as `{}+` and their own.
        value: of any other cell, None where it is empty; errors as `CellError`, dates as numbers.
        extent: last row and column in use on a sheet; without it areas such as whole columns are not computed.
        behind: areas behind a name, table or function (a token of a formula, and the sheet it stands on); None where
            nobody knows. Without it, a formula that holds one is dropped as soon as anything changed.

    >>> new = recalculate({("表", 1, 1): 3}, {("表", 3, 1): "SUM(A1:A2)", ("表", 4, 1): "FOO(A3)"}, lambda *_: 2)
    >>> new.values, new.dropped
    ({('表', 3, 1): 5.0}, [('表', 4, 1)])
    """
    if not changed:
        return Outcome()
    titles = {title.casefold(): title for keys in (formulas, changed) for title, _, _ in keys}
    reach = _Reach(formulas, titles, behind)
    stale = reach.stale(changed)
    values = _Values(reach, stale, changed, value, extent).compute()
    ordered = [key for key in formulas if key in stale]
    return Outcome(
        {key: values[key] for key in ordered if key in values}, [key for key in ordered if key not in values]
    )


class _Reach:
    """What formulas read."""

    def __init__(self, formulas: Mapping[Key, str], titles: Mapping[str, str], behind: Behind | None) -> None:
        self.formulas = formulas
        self._titles = titles
        self._behind = behind

    def title(self, written: str) -> str:
        """The title as the sheet has it; formulas may write it in another case."""
        return self._titles.get(written.casefold(), written)

    def outline(self, key: Key) -> Outline:
        """A formula taken apart, its areas under the titles the sheets have."""
        found = outline(self.formulas[key], key[0])
        return found._replace(areas=[(self.title(title), area) for title, area in found.areas])

    def further(self, found: Outline, home: str) -> Areas | None:
        """Areas a formula reads through names, tables and the like; None where nobody knows."""
        areas: list[tuple[str, Area]] = []
        for token in found.unseen:
            known = self.behind(token, home)
            if known is None:
                return None
            areas += [(self.title(title), area) for title, area in known]
        return areas

    def behind(self, token: Token, title: str) -> Areas | None:
        """Areas behind a name or table; None where nobody knows."""
        return self._behind(token, title) if self._behind else None

    def stale(self, changed: Mapping[Key, Value]) -> set[Key]:
        """Formulas that hang on changed cells, or may."""
        readers, doubtful = Readers(), []
        for key in self.formulas:
            found = self.outline(key)
            further = self.further(found, key[0]) if found.unseen else ()
            if further is None:
                doubtful.append(key)
            for title, area in (*found.areas, *(further or ())):
                readers.add(title, area, key)
        waiting = [*changed, *doubtful]
        stale = {key for key in waiting if key in self.formulas}
        while waiting:
            for key in readers.pop(*waiting.pop()):
                if key not in stale:
                    stale.add(key)
                    waiting.append(key)
        return stale


class _Values:
    """New values of stale formulas."""

    def __init__(
        self, reach: _Reach, stale: set[Key], changed: Mapping[Key, Value], value: Read, extent: Extent | None
    ) -> None:
        self.reach = reach
        self._stale = stale
        self._changed = changed
        self._value = value
        self._extent = extent
        self._extents: dict[str, tuple[int, int] | None] = {}
        self._cells = Cells(stale)
        self._prepared: dict[Key, tuple[Callable[[Scope], Value], Outline]] = {}
        self._known: dict[Key, Value] = {}
        self._left = _MOST_READ

    def compute(self) -> dict[Key, Value]:
        """All that can be computed."""
        for key, is_circular in in_order(sorted(self._stale), self._before):
            program, found = self._prepared.pop(key, (None, None))
            if program is None or found is None or is_circular:
                continue
            try:
                self._known[key] = program(_Place(self, *key, found.areas))
            except Beyond:
                continue
        return self._known

    def _before(self, key: Key) -> Iterator[Key]:
        """Stale formulas that one reads; none for one that cannot be computed anyway."""
        found = self.reach.outline(key)
        program = parse(found.shape)
        if program is None:
            return
        self._prepared[key] = program, found
        for title, area in (*found.areas, *(self.reach.further(found, key[0]) or ())):
            for cell in self._cells.inside(title, area):
                self._left -= 1
                if self._left < 0:
                    return
                yield cell

    def read(self, key: Key) -> Value:
        """Value of a cell."""
        if key in self._stale:
            if key not in self._known:
                raise Beyond
            return self._known[key]
        value = self._changed[key] if key in self._changed else self._value(*key)
        if isinstance(value, (float, int)) and not isinstance(value, bool):
            return value if abs(value) < _TOO_LARGE else NUMBER
        if value is not None and not isinstance(value, (str, bool)):
            raise Beyond
        return value

    def used(self, title: str, area: Area) -> Area:
        """The part of an area that may hold something."""
        size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
        if size > 1:
            rows, columns = self._last(title) or (area.bottom, area.right)
            area = Area(area.top, area.left, min(area.bottom, rows), min(area.right, columns))
            size = max(0, area.bottom - area.top + 1) * max(0, area.right - area.left + 1)
            if size > (self._left if self._extent else min(self._left, _LARGEST)):
                raise Beyond
        self._left -= size
        if self._left < 0:
            raise Beyond
        return area

    def _last(self, title: str) -> tuple[int, int] | None:
        """Last row and column in use, changed cells included."""
        if self._extent is None:
            return None
        if title not in self._extents:
            rows, columns = self._extent(title)
            for sheet, row, column in (*self._changed, *self._stale):
                if sheet == title:
                    rows, columns = max(rows, row), max(columns, column)
            self._extents[title] = rows, columns
        return self._extents[title]


@dataclass(frozen=True, slots=True)
class _Place:
    """What one formula sees."""

    values: _Values
    title: str
    row: int
    column: int
    areas: Areas

    def cells(self, found: Range) -> Iterator[Value]:
        """Values row by row."""
        area = self.values.used(found.title, found.area)
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                yield self.values.read((found.title, row, column))

    def named(self, name: str) -> Range:
        """The area of a defined name."""
        areas = self.values.reach.behind(Token(Kind.NAME, name), self.title)
        if not areas or len(areas) != 1:
            raise Beyond
        return Range(self.values.reach.title(areas[0][0]), areas[0][1])
