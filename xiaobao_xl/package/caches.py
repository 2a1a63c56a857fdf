"""The values formulas keep: those that depend on a change are computed, or taken away and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property

from xiaobao_xl.package import cells, formulas, operations, references
from xiaobao_xl.package.calculating import recalculate
from xiaobao_xl.package.cells import Formula, Value
from xiaobao_xl.package.dependents import Key
from xiaobao_xl.package.directory import ORDER, Directory, Entry
from xiaobao_xl.package.formulas import Kind, Token
from xiaobao_xl.package.patching import KEEP, Edits
from xiaobao_xl.package.references import Area
from xiaobao_xl.package.sheet import attribute
from xiaobao_xl.package.truth import Truth

_LARGEST_GROUP = 100_000  # cells of an array formula that are looked at one by one
_SEVERAL = "{{}}+{}"  # a formula that fills several cells is computed by the spreadsheet program alone


@dataclass(slots=True)
class Refreshed:
    """What became of kept values.

    Attributes:
        values: part → (row, column) → new value; None where it is taken away.
        dropped: the cells whose value is taken away, `工作表!B5`.
        breaks_chain: the list of formula cells (calcChain) no longer holds.
    """

    values: dict[str, dict[tuple[int, int], Value]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    breaks_chain: bool = False


class Caches:
    """The formulas of a workbook and what they keep.

    Args:
        directory: the workbook's sheets.
        truth: reads the cells of a part and its title.
    """

    def __init__(self, directory: Directory, truth: Callable[[str, str], Truth]) -> None:
        """Read nothing yet."""
        self._directory, self._truth = directory, truth
        self._sheets = {entry.title: entry for entry in directory.entries() if entry.kind == "worksheet" and entry.part}
        self._values: dict[str, dict[tuple[int, int], operations.Value]] = {}
        self._read: dict[str, list[int]] = {}

    def refresh(self, edits: Mapping[str, Edits], moved: Mapping[str, set[int]]) -> Refreshed:
        """Find what depends on changed cells.

        Args:
            edits: part → edits not yet written.
            moved: part → rows whose cells changed otherwise.
        """
        done = Refreshed()
        known = self._formulas()
        changed = self._edited(edits, known, done)
        self._note_read(known)
        if any(moved.values()):
            changed |= {key: None for key, text in known.items() if formulas.hangs_on_place(text)}
            changed = self._in_rows(moved) | changed
        if not known or not changed:
            return done
        outcome = recalculate(changed, known, self._value, self._extent, self._behind)
        for (title, row, column), value in outcome.values.items():
            done.values.setdefault(self._sheets[title].part, {})[row, column] = value
        for title, row, column in outcome.dropped:
            done.values.setdefault(self._sheets[title].part, {})[row, column] = None
            done.dropped.append(f"{title}!{references.address(row, column)}")
        return done

    def _edited(
        self, edits: Mapping[str, Edits], known: dict[Key, str], done: Refreshed
    ) -> dict[Key, operations.Value]:
        """New values of edited cells; formulas that were overwritten or written are taken note of."""
        changed: dict[Key, operations.Value] = {}
        for title, entry in self._sheets.items():
            for (row, column), edit in edits.get(entry.part, {}).items():
                if edit.value is KEEP:
                    continue
                done.breaks_chain |= known.pop((title, row, column), None) is not None
                if isinstance(edit.value, Formula):
                    known[title, row, column] = edit.value.text.removeprefix("=")
                    done.breaks_chain = True
                changed[title, row, column] = self._plain(edit.value)
        return changed

    def _in_rows(self, moved: Mapping[str, set[int]]) -> dict[Key, operations.Value]:
        """Values of the cells that formulas read in some rows."""
        return {
            (title, *place): value
            for title, entry in self._sheets.items()
            if entry.part in moved
            for place, value in self._held(title).items()
            if place[0] in moved[entry.part]
        }

    def request(self, *, is_chain_broken: bool) -> None:
        """Have the spreadsheet program compute everything when it opens the file."""
        book = self._directory.markup
        setting = book.root.child("calcPr")
        if setting is None:
            book.place(book.root, "calcPr", ORDER, f'<{book.root.prefix}calcPr fullCalcOnLoad="1"/>'.encode())
        else:
            book.set(setting, "fullCalcOnLoad", "1")
        chain = self._directory.related("calcChain")
        if is_chain_broken and chain:  # built anew by the spreadsheet program
            self._directory.parts.unrelate(self._directory.part, "calcChain")
            self._directory.parts.remove(chain)

    def _formulas(self) -> dict[Key, str]:
        """All formulas; each cell of a shared one has its own text."""
        found: dict[Key, str] = {}
        for title, entry in self._sheets.items():
            found.update(self._formulas_of(title, entry))
        return found

    def _formulas_of(self, title: str, entry: Entry) -> dict[Key, str]:
        found: dict[Key, str] = {}
        masters: dict[str, tuple[int, int, str]] = {}
        truth = self._truth(entry.part, entry.title)
        for number, row in truth.sheet.rows(holding=b"f"):
            for stored in truth.sheet.cells(row, number):
                formula = stored.formula()
                if formula is None:
                    continue
                key, (attributes, text) = (title, number, stored.column), formula
                kind = attribute(attributes, b"t")
                if kind in {"array", "dataTable"}:
                    found.update(_several(key, attributes, text))
                elif kind == "shared":
                    found[key] = _shared(key, attributes, text, masters)
                else:
                    found[key] = text
        return found

    def _behind(self, token: Token, home: str) -> list[tuple[str, Area]] | None:
        """Areas behind a table, or a defined name that is nothing but areas; None for all else."""
        if token.kind is Kind.TABLE:
            return self._tables.get(token.text.partition("[")[0].casefold())
        if token.kind is not Kind.NAME:
            return None
        text = self._names.get((home.casefold(), token.text.casefold())) or self._names.get(("", token.text.casefold()))
        return None if not text or formulas.is_opaque(text) else formulas.references(text, home)

    @cached_property
    def _tables(self) -> dict[str, list[tuple[str, Area]]]:
        """Name of a table, in small letters → where it stands."""
        parts, found = self._directory.parts, {}
        for title, entry in self._sheets.items():
            for relation in parts.related(entry.part, "table"):
                table = parts.markup(relation.target).root
                area = Area.read(table.attributes.get("ref", "A1"))
                for name in (table.attributes.get("displayName", ""), table.attributes.get("name", "")):
                    found[name.casefold()] = [(title, area)]
        return found

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        """(sheet or "", name), in small letters → what a defined name stands for."""
        titles = [entry.title.casefold() for entry in self._directory.entries()]
        section = self._directory.section("definedNames")
        book, found = self._directory.markup, {}
        for name in section.children if section else ():
            place = name.attributes.get("localSheetId", "")
            home = titles[int(place)] if place.isdigit() and int(place) < len(titles) else ""
            found[home, name.attributes.get("name", "").casefold()] = book.text(name)
        return found

    def _extent(self, title: str) -> tuple[int, int]:
        """Last row and column in use on a sheet."""
        places = self._held(title) if title in self._sheets else {}
        return max((row for row, _ in places), default=0), max((column for _, column in places), default=0)

    def _held(self, title: str) -> dict[tuple[int, int], operations.Value]:
        """Values of a sheet in the columns that formulas read; a large register has many more."""
        if title not in self._values:
            entry, columns = self._sheets[title], self._read.get(title.casefold(), [])
            truth = self._truth(entry.part, entry.title)
            self._values[title] = {
                (number, stored.column): self._plain(truth.raw(stored))
                for number, row in truth.sheet.rows([] if not columns else None)
                for stored in truth.sheet.some(row, number, columns)
            }
        return self._values[title]

    def _note_read(self, known: Mapping[Key, str]) -> None:
        """Take note of the columns that formulas, and defined names, read on each sheet."""
        read: dict[str, set[int]] = {}
        named = ((title, text) for (title, _), text in self._names.items())
        for home, text in (*((title, text) for (title, _, _), text in known.items()), *named):
            for title, area in formulas.references(text, home):
                columns = read.setdefault(title.casefold(), set())
                if not {area.left, area.right} <= columns or area.right - area.left > 1:
                    columns.update(range(area.left, area.right + 1))
        self._read = {title: sorted(columns) for title, columns in read.items()}

    def _value(self, title: str, row: int, column: int) -> operations.Value:
        known = next((name for name in self._sheets if name.casefold() == title.casefold()), "")
        return self._held(known).get((row, column)) if known else None

    def _plain(self, value: Value) -> operations.Value:
        """A value as formulas see it: dates are numbers of days."""
        if isinstance(value, Formula):
            return None
        if isinstance(value, (date, time, timedelta)):
            return cells.serial(value, is_1904=self._directory.is_1904())
        return value


def _shared(key: Key, attributes: bytes, text: str, masters: dict[str, tuple[int, int, str]]) -> str:
    """The formula of one cell of a group whose text stands in its first cell only."""
    _, row, column = key
    group = attribute(attributes, b"si")
    if text:
        masters[group] = (row, column, text)
        return text
    top, left, master = masters.get(group, (row, column, ""))
    return formulas.translate(master, row - top, column - left)


def _several(key: Key, attributes: bytes, text: str) -> dict[Key, str]:
    """A formula that fills several cells, as each of them sees it: only the spreadsheet program computes it."""
    title, row, column = key
    inputs = [found for name in (b"r1", b"r2") if (found := attribute(attributes, name))]
    shown = _SEVERAL.format("+".join([*filter(None, [text]), *inputs]) or "0")
    area = Area.read(attribute(attributes, b"ref") or references.address(row, column))
    if (area.bottom - area.top + 1) * (area.right - area.left + 1) > _LARGEST_GROUP:
        return {key: shown}
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    return {(title, inner, across): shown for inner in rows for across in columns}
