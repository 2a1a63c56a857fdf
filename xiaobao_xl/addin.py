"""The door of Excel: one function for each button of the tab 消保, on a workbook that is open.

Each takes the xlwings `Book`, works on the register sheet in front, and ends with one sentence, which it puts into the
status cell and gives back. A refusal is a `WorkbookError`, raised before anything was written. `run` is what macros
call, `attach` what the command line calls; both drive Excel, WPS or LibreOffice.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import xlwings

from xiaobao_xl.errors import WorkbookError, XiaobaoError
from xiaobao_xl.live import obstacles, status
from xiaobao_xl.live.buttons import TITLES, blank, check, classify, clear_marks, due, next_finding, report
from xiaobao_xl.live.buttons import undo_last as undo
from xiaobao_xl.live.doors import door_of

__all__ = [
    "TITLES", "VERBS", "attach", "blank", "check", "classify", "clear_marks", "due", "next_finding", "report", "run", "told", "undo",
]  # fmt: skip

FAILED: Final = 1
PORT: Final = "XIAOBAO_OFFICE_PORT"  # environment: where LibreOffice listens, 2002 if not said
_WAIT_SECONDS: Final = 5
_PATIENCE: Final = 200  # times a call that Excel rejects is made again; xlwings would do so for ever


VERBS: Final[dict[str, Callable[..., str]]] = {
    "blank": blank,
    "check": check,
    "classify": classify,
    "due": due,
    "report": report,
    "next_finding": next_finding,
    "clear_marks": clear_marks,
    "undo": undo,
}


def run(verb: str, book: xlwings.Book | None = None) -> str:
    """What a macro calls: the button's work on the calling workbook, and every failure told in its status cell.

    Args:
        verb: a key of `VERBS`.
        book: the workbook; None takes the one whose macro started this process.

    Raises:
        SystemExit: with 1 where the work could not be done, after saying why.
    """
    try:
        _be_patient()
        if not list(xlwings.engines):
            _office()
        book = book or xlwings.Book.caller()
        return VERBS[verb](book)
    except Exception as fault:  # noqa: BLE001  (the last resort of this door: a sentence, never a traceback or the data)
        sentence = told(fault)
        if book is not None:
            with contextlib.suppress(Exception):
                status.say(book, sentence)
        sys.stderr.write(f"{sentence}\n")
        sys.exit(FAILED)


def attach(verb: str, name: str = "", **wanted: Any) -> str:
    """Do a button's work from outside, on a workbook that is open in Excel, WPS or LibreOffice.

    Args:
        verb: a key of `VERBS`.
        name: name or path of the workbook; '' takes the one in front.
        wanted: further arguments of the verb, such as `as_of`.

    Returns:
        What was found, and the sentence of the button.

    Raises:
        WorkbookError: nothing is running, no such workbook is open, or the work was refused.
    """
    if verb not in VERBS:
        raise WorkbookError(f"没有名为 {verb} 的操作；应为 {'、'.join(VERBS)} 之一。")
    _be_patient()
    book, program = _open_book(name)
    try:
        return f"已连到 {program} 里的 {book.name}。{VERBS[verb](book, **wanted)}"
    except XiaobaoError as refusal:
        with contextlib.suppress(Exception):
            status.say(book, str(refusal))
        raise
    except Exception as fault:
        if sentence := obstacles.busy(fault):
            raise WorkbookError(sentence) from fault
        raise


def told(fault: Exception) -> str:
    """A fault as one sentence; one nobody foresaw names the place in the program, never the data."""
    if isinstance(fault, XiaobaoError):
        return str(fault)
    if sentence := obstacles.busy(fault):
        return sentence
    if isinstance(fault, NotImplementedError):
        return str(fault)
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"程序内部出错（{type(fault).__name__}，{place}），台账未改动。请把这一句和 xiaobao 的版本告诉维护人。"


def _be_patient() -> None:
    """Let a call that Excel rejects be made again some times, not for ever."""
    if sys.platform == "win32":
        _windows().N_COM_ATTEMPTS = _PATIENCE


def _office() -> xlwings.App:
    """LibreOffice, where it listens; from then on xlwings drives it.

    Raises:
        XiaobaoError: it does not listen, or Python cannot speak to it.
    """
    from xiaobao_xl import libreoffice

    return libreoffice.connect(port=int(os.environ.get(PORT, "2002")), timeout_seconds=_WAIT_SECONDS)


def _windows() -> Any:
    """The engine of xlwings for Windows; some of its switches are found nowhere else."""
    return vars(xlwings)["_xlwindows"]


def _open_book(name: str) -> tuple[xlwings.Book, str]:
    """The workbook asked for, and the program it is open in."""
    programs = _programs()
    books = [(book, program) for app, program in programs for book in app.books]
    if not books:
        seen = "、".join(program for _, program in programs)
        raise WorkbookError(
            f"找到了 {seen}，但里面没有打开工作簿（“受保护的视图”里的不算，先点“启用编辑”）；请先打开台账再试。"
        )
    if not name:
        front = programs[0][0].books.active
        return front, programs[0][1]
    wanted = Path(name).name.casefold()
    same = [(book, program) for book, program in books if str(book.name).casefold() == wanted]
    if len(same) > 1 and Path(name).parent != Path():
        path = str(Path(name).resolve()).casefold()
        same = [pair for pair in same if door_of(pair[0], sys.platform).full_name(pair[0]).casefold() == path]
    if len(same) == 1:
        return same[0]
    if same:
        raise WorkbookError(f"打开着 {len(same)} 个名为 {name} 的工作簿，分不清是哪一个；请关掉其他的再试。")
    raise WorkbookError(
        f"没有打开名为 {name} 的工作簿；现在打开的是 {'、'.join(str(book.name) for book, _ in books)}。"
    )


def _programs() -> list[tuple[xlwings.App, str]]:
    """Programs that are running, the one in front first, each with a name to show; LibreOffice where no other is.

    Raises:
        WorkbookError: there is none.
    """
    running = [(app, _title(app)) for app in xlwings.apps] if list(xlwings.engines) else []
    if sys.platform == "win32":
        known = {app.pid for app, _ in running}
        running += [(app, f"WPS 表格 {app.version}") for app in _wps() if app.pid not in known]
    if not running:
        try:
            office = _office()
        except XiaobaoError as missing:
            raise WorkbookError(f"没有找到正在运行的 Excel 或 WPS；{missing}") from missing
        return [(office, _title(office))]
    active = xlwings.apps.active
    return sorted(running, key=lambda pair: active is None or pair[0].pid != active.pid)


def _title(app: xlwings.App) -> str:
    """Name to show; the engine of LibreOffice gives Excel's version, which would say nothing."""
    return "LibreOffice" if app.engine.name == "libreoffice" else f"Excel {app.version}"


def _wps() -> list[xlwings.App]:
    """WPS as an automation server under its own names; it has no window that xlwings would find."""
    from win32com.client import GetActiveObject  # type: ignore[import-untyped,unused-ignore]

    found = []
    for name in ("Ket.Application", "ET.Application"):
        with contextlib.suppress(Exception):
            found.append(xlwings.App(impl=_windows().App(xl=_windows().COMRetryObjectWrapper(GetActiveObject(name)))))
            break
    return found
