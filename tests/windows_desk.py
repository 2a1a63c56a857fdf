"""A Windows computer made of a temporary folder and a dictionary that stands for the registry; and an add-in to install."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from xiaobao_xl.desktop.machine import Machine

Settings = tuple[tuple[str, str | None], ...]

EXCEL = {
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe": {"": r"C:\Office16\EXCEL.EXE"},
    r"HKCR\Excel.Application\CurVer": {"": "Excel.Application.16"},
    r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration": {"VersionToReport": "16.0.17328.20184"},
}
# What WPS leaves: its own folder, and itself where other programs look for Excel.
WPS = {
    r"HKCU\Software\Kingsoft\Office\6.0\Common": {"InstallRoot": r"C:\Kingsoft\12.1", "Version": "12.1.0.16120"},
    r"HKCR\Excel.Application\CurVer": {"": "Excel.Application.12"},
    r"HKCR\Excel.Application\CLSID": {"": "{45540001-5750-5300-4B49-4E47534F4655}"},
    r"HKCR\CLSID\{45540001-5750-5300-4B49-4E47534F4655}\LocalServer32": {
        "": r'"C:\Kingsoft\12.1\office6\et.exe" /Automation'
    },
}
LIBRARIES = dict.fromkeys(
    ("docxtpl", "msoffcrypto-tool", "numpy", "openpyxl", "pandas", "pyarrow", "python-calamine", "python-stdnum", "PyYAML", "rich", "typer",
     "xlwings", "pywin32"),
    "9.9",
)  # fmt: skip
_PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ADDIN = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"


def windows(home: Path, *registries: dict[str, dict[str, Any]], **changes: Any) -> Machine:
    """A computer whose user's folder is `home`, with an interpreter that is there."""
    python = home / "消保" / "python" / "python.exe"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    keys: dict[str, dict[str, Any]] = {}
    for registry in registries:
        for key, values in registry.items():
            keys.setdefault(key.lower(), {}).update(values)
    facts = {
        "system": "Windows",
        "home": home,
        "python": python,
        "environ": {"APPDATA": str(home / "AppData" / "Roaming"), "TEMP": str(home / "AppData" / "Local" / "Temp")},
        "registry": lambda key: keys.get(key.lower(), {}),
        "installed": lambda library: LIBRARIES.get(library, ""),
    }
    return Machine(**facts | changes)


def make_addin(path: Path, settings: Settings = (("INTERPRETER_WIN", None),), macros: bytes = b"VBA") -> Path:
    """An .xlam with a sheet of settings, keys in column A and values in column B, and something in the place of macros."""
    book = Workbook()
    book.active.title = "XB"
    sheet = book.create_sheet("xlwings.conf")
    for row in settings:
        sheet.append(row)
    plain = path.with_suffix(".plain")
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(_PLAIN, _ADDIN))
        target.writestr("xl/vbaProject.bin", macros)
    plain.unlink()
    return path
