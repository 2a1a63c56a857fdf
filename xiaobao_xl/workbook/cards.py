"""Cards: a sheet whose title holds a mark of a list, such as `{{ 登记表.投诉编号 }}`, copied for every complaint."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.row_lists import Cell
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.package.references import address
from xiaobao_xl.workbook.lines import NOTHING, line_cells, list_in, said_by
from xiaobao_xl.workbook.marks import Mark, Marked, marks_in

MOST: Final = 200
_LONGEST: Final = 31
_FORBIDDEN = re.compile(r"[\\/*?:\[\]\x00-\x1f\ufffe\uffff]+")


def titled_sheets(book: package.Book, figures: Figures, file: str) -> dict[str, list[Mark]]:
    """Sheets with marks in their titles, and those marks.

    Raises:
        WorkbookError: a mark is not known, or belongs to no list.
    """
    found = {}
    for sheet in book.worksheets:
        try:
            marks = marks_in(sheet, figures)
        except ValueError as mistake:
            raise WorkbookError(f"{file} 工作表名“{sheet}”：{mistake}") from None
        if marks and not any(mark.figure in figures.lists and mark.field for mark in marks):
            raise WorkbookError(
                f"{file} 工作表名“{sheet}”：工作表名里的标记应是清单的列，如 {{{{ 登记表.投诉编号 }}}}，每件投诉一张"
            )
        if marks:
            found[sheet] = marks
    return found


def fill_cards(
    book: package.Book, titled: Mapping[str, Sequence[Mark]], found: Sequence[Marked], figures: Figures, file: str
) -> Iterator[tuple[str, str, str]]:
    """Copy every such sheet for each of its complaints and fill the copies.

    Yields:
        Sheet, address and id of each figure shown; of the list itself only on its first card.

    Raises:
        WorkbookError: more complaints than sheets can be made for, or marks of several lists on one sheet.
    """
    sheets = {sheet: list(cells) for sheet, cells in groupby(found, key=lambda cell: cell.sheet)}
    for sheet, marks in titled.items():
        cells = [Marked(sheet, 1, 1, sheet, list(marks)), *sheets.get(sheet, [])]
        name = list_in(cells, figures, file)
        count = len(figures.lists[name])
        if count > MOST:
            raise WorkbookError(
                f"{figures.spec(name).title}共 {count} 件，每件一张工作表，一次最多 {MOST} 张；"
                "请用 --no 投诉编号 选定要打印的（可重复），或把 --period 缩短到一个月"
            )
        titles = _titles(sheet, marks, figures, count, set(book.sheet_names) - {sheet})
        for title in titles[1:]:
            book.copy_sheet(sheet, title)
        book.rename_sheet(sheet, titles[0])
        for cell in line_cells(cells[1:], figures, name):
            place = address(cell.row, cell.column)
            for title, value in zip(titles, cell.values, strict=True):
                _set(book, title, place, value, is_text=cell.is_text)
            yield from ((titles[0], place, figure) for figure in cell.shows)


def _set(book: package.Book, sheet: str, place: str, value: Cell, *, is_text: bool) -> None:
    book.set(sheet, place, value, number_format="@" if is_text else None)


def _titles(sheet: str, marks: Iterable[Mark], figures: Figures, count: int, taken: Collection[str]) -> list[str]:
    """A title for each sheet: short enough, without what Excel refuses, each only once."""
    used = {title.casefold() for title in taken} | {"history", "历史记录"}
    titles = []
    for line in range(max(count, 1)):
        title = sheet
        for mark in marks:
            title = title.replace(mark.text, said_by(mark, figures, line) if count else NOTHING, 1)
        titles.append(safe_title(title, used))
        used.add(titles[-1].casefold())
    return titles


def safe_title(wish: str, used: Collection[str]) -> str:
    """A title Excel takes, near to the one wished.

    Args:
        wish: the title wished.
        used: titles that are taken, case-folded.

    >>> safe_title("TS/2026:001", set()), safe_title("TS001", {"ts001"}), safe_title("", set())
    ('TS-2026-001', 'TS001(2)', '无编号')
    """
    plain = _FORBIDDEN.sub("-", wish).strip().strip("'") or "无编号"
    tries = ("", *(f"({number})" for number in range(2, 100_000)))
    return next(title for end in tries if (title := _cut(plain, _LONGEST - len(end)) + end).casefold() not in used)


def _cut(text: str, length: int) -> str:
    """The beginning of a text, at most so many units of UTF-16, which is what Excel counts."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore").rstrip("'")
