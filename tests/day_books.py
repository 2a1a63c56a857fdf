"""Small workbooks for the tests of the officer's day: registers with a heading row, as an officer would type them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def write_book(path: Path, sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """Title of a sheet → rows of heading → value; row 1 holds the headings."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path
