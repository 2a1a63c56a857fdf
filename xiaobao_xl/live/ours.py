"""What is ours in a live workbook: a few sheets, known by their names."""

from __future__ import annotations

from typing import Any, Final

LiveBook = Any  # xlwings.Book
LiveSheet = Any  # xlwings.Sheet
LiveRange = Any  # xlwings.Range

RESULTS: Final = "校验结果"
MARKS: Final = "校验标记"
STATUS: Final = "消保状态"
UNDO: Final = "消保撤销"
BUTTONS: Final = "消保按钮"  # of a register with macros
HIDDEN: Final = (MARKS, STATUS, UNDO)
SHEETS: Final = frozenset({RESULTS, BUTTONS, *HIDDEN})


def sheet_names(book: LiveBook) -> list[str]:
    """Names of all sheets, in order."""
    return [str(sheet.name) for sheet in book.sheets]


def our_sheet(book: LiveBook, name: str) -> LiveSheet:
    """One of our sheets, added at the end where it is missing; all but the results are hidden."""
    names = sheet_names(book)
    if name in names:
        return book.sheets[name]
    active = book.sheets.active
    sheet = book.sheets.add(name, after=book.sheets[names[-1]])
    active.activate()
    if name in HIDDEN:
        sheet.visible = False
    return sheet


def drop(book: LiveBook, name: str) -> None:
    """Delete one of our sheets if it is there, unasked."""
    if name in sheet_names(book):
        alerts, book.app.display_alerts = book.app.display_alerts, False
        try:
            book.sheets[name].delete()
        finally:
            book.app.display_alerts = alerts
