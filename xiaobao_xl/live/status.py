"""The status cell, the officer's settings beside it, and the state of the program, kept while a button works."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xiaobao_xl.live.ours import SHEETS, STATUS, LiveBook, our_sheet, sheet_names

NAME: Final = "XB_STATUS"
LABELS: Final = ("状态", "报表", "期间", "机构名称", "规则文件")
NOTES: Final = (
    "",
    "报表编号；空着用季度统计表",
    "如 2026Q3；空着用最近一个完整季度",
    "填在报表的表头",
    "本行规则文件的完整路径；空着用随附规则",
)


def say(book: LiveBook, sentence: str) -> str:
    """Put a sentence into the status cell, which macros show; the sheet is made when first needed."""
    is_new = STATUS not in sheet_names(book)
    sheet = our_sheet(book, STATUS)
    if is_new:
        sheet.range("A1:C5").number_format = "@"
        sheet.range("A1:C5").value = [[label, "", note] for label, note in zip(LABELS, NOTES, strict=True)]
        sheet.range("B1").column_width = 40
        book.names.add(NAME, f"='{STATUS}'!$B$1")
    sheet.range("B1").value = sentence
    return sentence


def settings(book: LiveBook) -> Mapping[str, str]:
    """What the officer has typed beside the labels; '' where nothing is."""
    if STATUS not in sheet_names(book):
        return dict.fromkeys(LABELS, "")
    cells = book.sheets[STATUS].range("B1:B5").options(ndim=1).value
    return {label: "" if cell is None else str(cell).strip() for label, cell in zip(LABELS, cells, strict=True)}


@contextlib.contextmanager
def steady(book: LiveBook) -> Iterator[None]:
    """Work without flicker and events; sheet, selection and switches are put back at the end."""
    sheet, selected = book.sheets.active, _selected(book)
    with _switched(book, {"screen_updating": False, "enable_events": False}):
        try:
            yield
        finally:
            with contextlib.suppress(NotImplementedError):
                book.app.status_bar = False
            if sheet.name in sheet_names(book):
                sheet.activate()
                if selected and sheet.name not in SHEETS:
                    sheet.range(selected).select()


def uncalculated(book: LiveBook) -> contextlib.AbstractContextManager[None]:
    """Write without recalculation; not for reading, since formulas may wait for their first calculation."""
    return _switched(book, {"calculation": "manual"})


@contextlib.contextmanager
def _switched(book: LiveBook, switches: Mapping[str, Any]) -> Iterator[None]:
    """The program's switches in other positions, as far as it has them, and back again."""
    app = book.app
    kept: dict[str, Any] = {}
    try:
        for switch, value in switches.items():
            with contextlib.suppress(NotImplementedError):
                before = getattr(app, switch)
                setattr(app, switch, value)
                kept[switch] = before
        yield
    finally:
        for switch, value in kept.items():
            setattr(app, switch, value)


def _selected(book: LiveBook) -> str:
    """Address of the selected cells; '' where a shape is selected, another book is in front, or it is not known."""
    with contextlib.suppress(NotImplementedError):
        selection = book.selection
        if selection is not None and selection.sheet.name == book.sheets.active.name and selection.sheet.book == book:
            return str(selection.address)
    return ""


def progress(book: LiveBook, text: str) -> None:
    """Say in the program's status bar what is being done."""
    with contextlib.suppress(NotImplementedError):
        book.app.status_bar = f"消保：{text}…"
