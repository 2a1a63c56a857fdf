"""What a workbook says of its cells: value, formula, style, whether it is hidden or merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from xiaobao_xl.package import cells, references
from xiaobao_xl.package.cells import CellError, Value
from xiaobao_xl.package.references import Area
from xiaobao_xl.package.sheet import Sheet, Stored, attribute, child
from xiaobao_xl.package.strings import SharedStrings, texts
from xiaobao_xl.package.styles import Styles


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the file holds it.

    Attributes:
        value: its value; of a formula the one the file keeps, None where it keeps none.
        type: how it is stored: `n` number, `s` shared text, `inlineStr`, `str` text of a formula, `b`, `e`, `d`.
        formula: without `=`, None if it has none; of a shared formula the text stands in one cell only, others give "".
        style: number of its style.
        is_hidden: its row or column is hidden.
        merged: the merged area it belongs to, or "".
    """

    value: Value = None
    type: str = "n"
    formula: str | None = None
    style: int = 0
    is_hidden: bool = False
    merged: str = ""


class Truth:
    """Reads cells of one sheet."""

    def __init__(self, sheet: Sheet, strings: SharedStrings, styles: Styles, *, is_1904: bool) -> None:
        """Note where values are looked up."""
        self.sheet, self.strings, self.styles, self.is_1904 = sheet, strings, styles, is_1904

    def each(self) -> Iterator[tuple[int, int, Cell]]:
        """Row, column and cell of every cell the file holds, row by row; merged areas are not looked up."""
        hidden = self._hidden_columns()
        for number, row in self.sheet.rows():
            for stored in self.sheet.cells(row, number):
                yield number, stored.column, self._cell(stored, is_hidden=_is_hidden(row) or stored.column in hidden)

    def read(self, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Cell]:
        """Cells by (row, column), in one pass over the sheet; those that do not exist are empty cells."""
        asked = set(wanted)
        found = {
            place: Cell(is_hidden=place[1] in self._hidden_columns(), merged=self._merged(place)) for place in asked
        }
        for number, row in self.sheet.rows({row for row, _ in asked}):
            hidden = _is_hidden(row)
            for stored in self.sheet.cells(row, number):
                place = (number, stored.column)
                if place in asked:
                    known = found[place]
                    found[place] = self._cell(stored, is_hidden=hidden or known.is_hidden, merged=known.merged)
        return found

    def _cell(self, stored: Stored, *, is_hidden: bool, merged: str = "") -> Cell:
        formula = stored.formula()
        return Cell(
            self.value(stored), stored.type or "n", formula[1] if formula else None, stored.style, is_hidden, merged
        )

    def value(self, stored: Stored) -> Value:
        """The value of a stored cell; a number under a date format is a date."""
        found = self.raw(stored)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not self.styles.is_date(stored.style):
            return found
        return cells.moment(found, is_1904=self.is_1904)

    def raw(self, stored: Stored) -> str | int | float | bool | date | None:  # noqa: PLR0911  (one way out per type of cell)
        """The value of a stored cell, dates as the number of days that the file keeps."""
        kind = stored.type
        if kind == "inlineStr":
            found = child("is").search(stored.inside)
            return (texts(found.group(), self.sheet.part) or [""])[0] if found else None
        text = stored.text("v")
        if text is None:
            return None
        if kind == "s":
            return self.strings[int(text)] if text.strip().isdigit() else None
        if kind == "str":
            return cells.plain_text(text)
        if kind == "b":
            return text.strip() in {"1", "true"}
        if kind == "e":
            return CellError(text)
        if kind == "d":
            return _iso(text)
        return cells.number(text)

    def _hidden_columns(self) -> set[int]:
        hidden: set[int] = set()
        for column in self.sheet.shell.root.all("col"):
            if column.attributes.get("hidden", "") in {"1", "true"}:
                first, last = int(column.attributes.get("min", "1")), int(column.attributes.get("max", "0"))
                hidden.update(range(first, min(last, references.MAX_COLUMNS) + 1))
        return hidden

    def _merged(self, place: tuple[int, int]) -> str:
        areas = (Area.read(merge.attributes.get("ref", "A1")) for merge in self.sheet.shell.root.all("mergeCell"))
        return next((str(area) for area in areas if area.holds(*place)), "")


def _is_hidden(row: bytes) -> bool:
    return attribute(row[: row.find(b">")], b"hidden") in {"1", "true"}


def _iso(text: str) -> date | datetime | str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.date() if "T" not in text else found
