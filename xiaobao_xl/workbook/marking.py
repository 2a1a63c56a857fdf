"""Findings as marks in a copy: which cell, which level, and the note that says what is wrong."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string

from xiaobao_xl.findings import LEVEL_TITLES, Finding, Level, in_order
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.drawing import lines_needed
from xiaobao_xl.workbook.grids import Merge

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Marks = dict[tuple[int, int], list[Finding]]
"""(row, column), 1-based → findings of the cell."""

MOST_NOTES: Final = 20_000
_LONGEST_NOTE: Final = 1_200
_TALLEST_MERGE: Final = 1_000  # rows; nobody reads a note at the top of a higher one
AUTHOR: Final = "校验"
_RANK: Final[dict[Level, int]] = {"error": 0, "warning": 1, "note": 2}


def places(findings: Iterable[Finding], by_sheet: Mapping[str, Register]) -> dict[str, Marks]:
    """Sheet → (row, column), 1-based → findings of the cell; a finding about a row marks the cell of its key."""
    marks: dict[str, Marks] = {name: defaultdict(list) for name in by_sheet}
    columns: dict[str, int] = {}
    for finding in in_order(list(findings)):
        if finding.row is None or finding.sheet not in by_sheet:
            continue
        register = by_sheet[finding.sheet]
        letters = re.sub(r"\d+$", "", finding.cell) or register.origin.letters.get(register.schema.key, "A")
        if letters not in columns:
            columns[letters] = column_index_from_string(letters)
        marks[finding.sheet][finding.row, columns[letters]].append(finding)
    return marks


def anchored(marks: Marks, merges: Iterable[Merge]) -> Marks:
    """Marks inside a merged range go to its first cell, the only one that shows."""
    marked = sorted(marks)
    rows = [row for row, _ in marked]
    first = {
        (row, column): (top + 1, left + 1)
        for (top, left), (low, right) in merges
        if low - top < _TALLEST_MERGE
        for row, column in marked[bisect_left(rows, top + 1) : bisect_right(rows, low + 1)]
        if left < column <= right + 1
    }
    moved: Marks = defaultdict(list)
    for place, found in marks.items():
        moved[first.get(place, place)] += found
    return moved


def levels(marks: Marks) -> dict[int, dict[int, Level]]:
    """Row number → place → the gravest level of its findings."""
    found_levels: dict[int, dict[int, Level]] = defaultdict(dict)
    for (row, column), found in marks.items():
        found_levels[row][column - 1] = min((finding.level for finding in found), key=_RANK.__getitem__)
    return found_levels


def notes(marks: Marks) -> dict[tuple[int, int], str]:
    """The text of the note on each marked cell, the errors first when there are too many."""
    gravest = sorted(marks, key=lambda place: min(_RANK[finding.level] for finding in marks[place]))[:MOST_NOTES]
    return {place: _text(marks[place]) for place in gravest}


def note(sheet: Worksheet, marks: Marks) -> None:
    """A note on each marked cell of a sheet we draw."""
    for (row, column), text in notes(marks).items():
        height = 18 * lines_needed(text, 46) + 14
        sheet.cell(row, column).comment = Comment(text, AUTHOR, height=min(height, 420), width=330)


def _text(found: Iterable[Finding]) -> str:
    parts = [
        f"[{LEVEL_TITLES[finding.level]}] {finding.message}" + (f"\n依据：{finding.source}" if finding.source else "")
        for finding in sorted(found, key=lambda finding: _RANK[finding.level])
    ]
    return "\n".join(parts)[:_LONGEST_NOTE]
