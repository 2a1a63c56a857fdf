"""Our add-in in Excel's folders: where it goes, what it holds, and the copy with this computer's Python written into it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from xiaobao_xl import package
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.errors import WorkbookError

NAME = "xiaobao_xl.xlam"
SETTINGS_SHEET = "xlwings.conf"
INTERPRETER = "INTERPRETER_WIN"
_MACROS = "xl/vbaProject.bin"
OFFICE_VERSIONS = ("16.0", "15.0", "14.0")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """An add-in that is installed.

    Attributes:
        path: the file.
        python: the interpreter its buttons start; empty where none is written in it.
        is_readable: it could be opened.
    """

    path: Path
    python: str = ""
    is_readable: bool = True

    @property
    def finds_python(self) -> bool:
        """The interpreter is there."""
        return bool(self.python) and Path(self.python).is_file()


def startup_folder(machine: Machine) -> Path:
    """The user's own start-up folder of Excel: what lies in it is opened with Excel, and Excel trusts it."""
    return machine.appdata / "Microsoft" / "Excel" / "XLSTART"


def folders(machine: Machine) -> list[Path]:
    """Every folder Excel takes add-ins from without asking an administrator; the one we install into comes first."""
    keys = (f"HKCU\\Software\\Microsoft\\Office\\{version}\\Excel\\Options" for version in OFFICE_VERSIONS)
    further = [found for key in keys if (found := machine.registry(key).get("AltStartup"))]
    known = [startup_folder(machine), machine.appdata / "Microsoft" / "AddIns", *map(Path, further)]
    return list(dict.fromkeys(known))


def copies(machine: Machine) -> list[Copy]:
    """The add-in wherever it is installed."""
    return [read(folder / NAME) for folder in folders(machine) if (folder / NAME).is_file()]


def read(path: Path) -> Copy:
    """What an installed add-in says."""
    try:
        with package.open(path) as book:
            key = _row(book)
            python = book.value(SETTINGS_SHEET, f"B{key}") if key else None
    except (WorkbookError, OSError):
        return Copy(path=path, is_readable=False)
    return Copy(path=path, python=str(python or ""))


def has_macros_of(path: Path, shipped: Path) -> bool:
    """An installed add-in has the very macros of the shipped one; those of xlwings must be of one version with Python's."""
    try:
        with zipfile.ZipFile(path) as one, zipfile.ZipFile(shipped) as other:
            return one.read(_MACROS) == other.read(_MACROS)
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def write(source: Path, target: Path, python: Path) -> None:
    """Copy the add-in and write the interpreter into its settings.

    Args:
        source: the shipped add-in.
        target: the file to write; one that is there is replaced.
        python: the interpreter.

    Raises:
        WorkbookError: the shipped add-in has no sheet of settings, or the file cannot be written.
    """
    with package.open(source) as book:
        if SETTINGS_SHEET not in book.worksheets:
            raise WorkbookError(f"{source.name}：里面没有设置表 {SETTINGS_SHEET}；请重新安装 xiaobao-xl")
        row = _row(book)
        if not row:
            row = 1 + max((row for (row, _), cell in book.each(SETTINGS_SHEET) if cell.value is not None), default=0)
            book.set(SETTINGS_SHEET, f"A{row}", INTERPRETER)
        book.set(SETTINGS_SHEET, f"B{row}", console_python(python))
        book.save(target)


def console_python(python: PurePath) -> str:
    r"""The interpreter that has a console; the other one loses what a failing button has to say.

    >>> from pathlib import PureWindowsPath
    >>> console_python(PureWindowsPath(r"C:\消保\python\pythonw.exe"))
    'C:\\消保\\python\\python.exe'
    """
    return str(python.with_name("python.exe") if python.name.lower() == "pythonw.exe" else python)


def _row(book: package.Book) -> int:
    """The row of the setting, 0 where there is none."""
    if SETTINGS_SHEET not in book.worksheets:
        return 0
    return next(_rows_of(book, INTERPRETER), 0)


def _rows_of(book: package.Book, key: str) -> Iterator[int]:
    for (row, column), cell in book.each(SETTINGS_SHEET):
        if column == 1 and str(cell.value or "").strip().upper() == key:
            yield row
