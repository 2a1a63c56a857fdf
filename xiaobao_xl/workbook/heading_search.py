"""Columns of any list, found by their headings alone; the list need be no register."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.grids import Book, Grid
from xiaobao_xl.workbook.headings import bare
from xiaobao_xl.workbook.opening import open_book
from xiaobao_xl.workbook.rows import is_total

_DEPTH: Final = 30  # rows looked through for the headings


@dataclass(frozen=True, slots=True)
class Listed:
    """Values of some columns.

    Attributes:
        file: name of the file.
        sheet: name of the sheet.
        rows: (row, values in the order asked for), rows without the first value left out.
        skipped: row → why it was left out.
    """

    file: str
    sheet: str
    rows: Sequence[tuple[int, tuple[str, ...]]]
    skipped: Mapping[int, str] = field(default_factory=dict)

    def reasons(self) -> str:
        """Why rows were left out, each reason with how many."""
        return "；".join(f"{reason} {count} 行" for reason, count in Counter(self.skipped.values()).items())


def listed(path: Path, wanted: Sequence[Sequence[str]], *, sheet: str = "", password: str = "") -> Listed:
    """The values below some headings.

    Args:
        path: the workbook.
        wanted: for each column the spellings of its heading, the best first.
        sheet: the sheet; '' takes the first visible one that has all headings.
        password: for encrypted files.

    Raises:
        WorkbookError: no sheet has them.
    """
    book = open_book(path, password)
    if sheet and sheet not in book.names:
        raise WorkbookError(f"{path}：没有名为“{sheet}”的工作表；有 {'、'.join(book.names[:12])}。")
    for name in [sheet] if sheet else [each for each in book.names if each not in book.hidden]:
        grid = book.load(name)
        rows = list(grid.rows())
        head = _head(rows, wanted)
        if head is not None:
            number, places = head
            last = max((bottom for (top, left), (bottom, right) in grid.merges
                        if top <= number <= bottom and any(left <= place <= right for place in places)), default=number)  # fmt: skip
            found, skipped = _values(grid, rows, last, places)
            return Listed(book.path.name, name, found, skipped)
    raise _not_found(book, wanted, sheet)


def _head(rows: Sequence[Sequence[Cell]], wanted: Sequence[Sequence[str]]) -> tuple[int, list[int]] | None:
    """The row of the headings and the places of the columns, both 0-based."""
    for number, row in enumerate(rows[:_DEPTH]):
        texts = [bare(shown(cell)) for cell in row]
        places = [
            next((texts.index(bare(word)) for word in spellings if bare(word) in texts), None) for spellings in wanted
        ]
        if all(place is not None for place in places):
            return number, [place for place in places if place is not None]
    return None


def _values(
    grid: Grid, rows: Sequence[Sequence[Cell]], head: int, places: Sequence[int]
) -> tuple[list[tuple[int, tuple[str, ...]]], dict[int, str]]:
    spread = {
        (row, place): (top, left)
        for (top, left), (bottom, right) in grid.merges
        for place in places
        if left <= place <= right
        for row in range(max(top, head + 1), min(bottom, len(rows) - 1) + 1)
    }
    found, skipped = list[tuple[int, tuple[str, ...]]](), dict[int, str]()
    for number in range(head + 1, len(rows)):
        row = rows[number]
        if not any(shown(cell).strip() for cell in row):
            continue
        values = tuple(_text(rows, *spread.get((number, place), (number, place))) for place in places)
        texts = [text for cell in row if (text := shown(cell).strip())]
        if any(map(is_total, texts)):
            skipped[number + 1] = "合计行"
        elif not values[0]:
            skipped[number + 1] = "这一列是空的"
        else:
            found.append((number + 1, values))
    return found, skipped


def _text(rows: Sequence[Sequence[Cell]], number: int, place: int) -> str:
    row = rows[number]
    return " ".join(unicodedata.normalize("NFKC", shown(row[place])).split()) if place < len(row) else ""


def _not_found(book: Book, wanted: Sequence[Sequence[str]], sheet: str) -> WorkbookError:
    where = f"工作表“{sheet}”" if sheet else "各工作表"
    names = "、".join(f"“{spellings[0]}”" for spellings in wanted)
    return WorkbookError(
        f"{book.path}：{where}前 {_DEPTH} 行里没有同时有表头{names}；请照表里的写法写 --by（和 --within）。"
    )
