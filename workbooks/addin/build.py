"""Builds the add-in and the register with macros from text: `python workbooks/addin/build.py [folder]`.

`xiaobao_xl.xlam` brings the tab 消保 to every workbook; `投诉台账.xlsm` is the register `xiaobao blank` draws, with the
same buttons in the file; `投诉台账_LibreOffice.xlsm` is that register with the worksheet functions alone: LibreOffice has its
own buttons, and runs no function of a project that it cannot compile, as it cannot xlwings' module.

The macros are the .bas files of this folder and xlwings' own module (BSD licence), taken from the installed xlwings so that
both are of one version. The same sources give the same bytes.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import button_sheet
import macro_parts
import xlwings
from calendar_sheet import SHEET as CALENDAR
from calendar_sheet import calendar_sheet
from openpyxl import Workbook
from openpyxl.styles import Alignment
from vba_project import Module

from xiaobao_xl import package
from xiaobao_xl.live.ours import STATUS
from xiaobao_xl.live.status import LABELS, NOTES
from xiaobao_xl.live.status import NAME as STATUS_NAME
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks import blanks
from xiaobao_xl.workbook import palette

HERE: Final = Path(__file__).resolve().parent
ADDIN, REGISTER, CALC_REGISTER = "xiaobao_xl.xlam", "投诉台账.xlsm", "投诉台账_LibreOffice.xlsm"
SETTINGS: Final = "xlwings.conf"  # where xlwings' module looks for its settings
RUNNER: Final = "xlwings"  # the module that runs Python
BUTTONS: Final = "XB"  # the module that calls it
SENTENCES: Final = {
    "XB_RUNNING": "正在处理，请稍候……",
    "XB_SILENT": "没有做成：Python 没有回答。请在命令行运行 xiaobao doctor 看原因；宏被单位禁止时，可改用 xiaobao attach。",
    "XB_FAILED": "没有做成：",
    "XB_NO_BOOK": "没有打开的工作簿；请先打开台账，再点按钮。",
}
_STATUS_CELL: Final = "B1"
_READY: Final = "就绪：请点“消保”选项卡或“消保按钮”表上的按钮。"
_NAME_OF_CALLER: Final = "ThisWorkbook.Name"  # in xlwings' module, where it tells Python which workbook called
_FIXED_TIME: Final = (2026, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True)
class Macros:
    """The source of a file with macros.

    Attributes:
        modules: standard modules and classes.
        ribbon: the ribbon's XML; empty for none.
        settings: rows of the sheet xlwings.conf.
    """

    modules: Sequence[Module]
    ribbon: bytes
    settings: Sequence[tuple[str, str]]


def main(words: Sequence[str]) -> None:
    """Build the files into a folder, else into workbooks/."""
    folder = Path(words[0]) if words else HERE.parent
    rules = load_rules()
    built = {
        ADDIN: addin(macros(is_addin=True), rules),
        REGISTER: register(macros(is_addin=False), rules),
        CALC_REGISTER: calc_register(functions(), rules),
    }
    for name, data in built.items():
        (folder / name).write_bytes(data)
        print(folder / name)


def macros(*, is_addin: bool, runner: str = "", settings: Sequence[tuple[str, str]] = ()) -> Macros:
    """The sources as they stand in this folder.

    Args:
        is_addin: for the add-in, which works on the workbook in front.
        runner: text of the module that has `RunPython`; xlwings' own if not given.
        settings: further rows of settings.
    """
    modules = [*_own_modules(), Module(RUNNER, "standard", runner or _runner(is_addin=is_addin))]
    if not runner:
        modules.append(Module("Dictionary", "class", _of_xlwings("addin/Dictionary.cls")))  # xlwings needs it on a Mac
    place = [("INTERPRETER_WIN", ""), ("INTERPRETER_MAC", "")] if is_addin else []
    given = [("ADD_WORKBOOK_TO_PYTHONPATH", "False"), ("XB_VERSION", version("xiaobao-xl")), *SENTENCES.items()]
    return Macros(modules, (HERE / "customUI14.xml").read_bytes(), [*place, *settings, *given])


def functions() -> Macros:
    """The sources of the worksheet functions alone."""
    return Macros([module for module in _own_modules() if module.name != BUTTONS], b"", [])


def _own_modules() -> list[Module]:
    return [Module(path.stem, "standard", path.read_text(encoding="ascii")) for path in sorted(HERE.glob("*.bas"))]


def register(given: Macros, rules: Rules) -> bytes:
    """The register of complaints with macros, a sheet of buttons and a status cell."""
    book = _blank(rules)
    found = button_sheet.buttons(given.ribbon, next(one.source for one in given.modules if one.name == BUTTONS))
    button_sheet.add_cells(book, found, STATUS_NAME)
    book = _with_sheets(book, given, rules)
    button_sheet.add_shapes(book, found)
    macro_parts.add_macros(book, given.modules, given.ribbon, is_addin=False)
    return _packed(book)


def calc_register(given: Macros, rules: Rules) -> bytes:
    """The register of complaints with worksheet functions and the calendar they read."""
    calendar, book = calendar_sheet(rules), _blank(rules)
    book.add_sheet(CALENDAR, calendar.rows)
    book = package.Book(_saved(book))
    macro_parts.add_names(book, calendar.names)
    macro_parts.hide_sheets(book, (CALENDAR,))
    macro_parts.add_macros(book, given.modules, given.ribbon, is_addin=False)
    return _packed(book)


def _blank(rules: Rules) -> package.Book:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        blanks.blank(rules, "complaint", path)
        return package.Book(path.read_bytes())


def addin(given: Macros, rules: Rules) -> bytes:
    """The add-in; its sheets are never seen, unless someone looks into the file."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "说明"
    sheet["A1"] = "消保加载宏：装好后 Excel 功能区出现“消保”选项卡。安装与卸载用 xiaobao install-excel。"
    sheet["A1"].font, sheet["A1"].alignment = palette.TEXT, Alignment(wrap_text=True)
    sheet.column_dimensions["A"].width = 80
    drawn = io.BytesIO()
    workbook.save(drawn)
    book = _with_sheets(package.Book(drawn.getvalue()), given, rules)
    macro_parts.add_macros(book, given.modules, given.ribbon, is_addin=True)
    return _packed(book)


def _runner(*, is_addin: bool) -> str:
    """The module of xlwings for a workbook of its own. In the add-in it names to Python the workbook in front.

    xlwings has a variant for add-ins too, but that takes its settings, the interpreter among them, first from the workbook
    in front, which may come from anyone.
    """
    text = _of_xlwings("xlwings.bas")
    if text.count(_NAME_OF_CALLER) != 2:
        raise RuntimeError(f"xlwings {xlwings.__version__} names the calling workbook in another way than expected")
    return text.replace(_NAME_OF_CALLER, "ActiveWorkbook.Name") if is_addin else text


def _of_xlwings(place: str) -> str:
    return (Path(xlwings.__file__).parent / place).read_text(encoding="ascii")


def _with_sheets(book: package.Book, given: Macros, rules: Rules) -> package.Book:
    """The workbook with the sheets the macros read and write, saved and opened again, so that all of it lies in its parts."""
    calendar = calendar_sheet(rules)
    values = [_READY, *[""] * (len(LABELS) - 1)]
    book.add_sheet(STATUS, zip(LABELS, values, NOTES, strict=True), widths={"A": 12, "B": 60, "C": 40})
    book.add_sheet(SETTINGS, given.settings, widths={"A": 34, "B": 90})
    book.add_sheet(CALENDAR, calendar.rows)
    book = package.Book(_saved(book))
    macro_parts.add_names(book, {STATUS_NAME: macro_parts.absolute(STATUS, _STATUS_CELL), **calendar.names})
    macro_parts.hide_sheets(book, (STATUS, SETTINGS, CALENDAR))
    return book


def _saved(book: package.Book) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        book.save(path)
        return path.read_bytes()


def _packed(book: package.Book) -> bytes:
    """The file with fixed times, packed anew, so that neither the day nor the packer of this computer is seen in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_saved(book))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _TIMES.sub(rb"\g<1>2026-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system = 0
            target.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
