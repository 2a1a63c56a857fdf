"""Excel, WPS and LibreOffice: found or not, and in which version."""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

from xiaobao_xl.desktop.machine import Machine

_SOFTWARE = ("HKCU\\Software", "HKLM\\SOFTWARE", "HKLM\\SOFTWARE\\WOW6432Node")
_APP_PATHS = "Microsoft\\Windows\\CurrentVersion\\App Paths"
_CLICK_TO_RUN = "HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration"


@dataclass(frozen=True, kw_only=True)
class Program:
    """A spreadsheet program.

    Attributes:
        title: what it is called.
        version: `16.0.17328.20184`; empty where it cannot be told.
        place: its file or folder; empty where only its entry in the registry is known.
    """

    title: str
    version: str = ""
    place: str = ""

    def told(self) -> str:
        """Title, version and, in brackets, the place.

        >>> Program(title="Excel", version="16.0", place="/Applications").told()
        'Excel 16.0（/Applications）'
        """
        return f"{self.title} {self.version}".rstrip() + (f"（{self.place}）" if self.place else "")


def excel(machine: Machine) -> Program | None:
    """Microsoft Excel."""
    if machine.system == "Darwin":
        return _mac_program(machine, "Excel", "Microsoft Excel.app")
    if not machine.is_windows:
        return None
    place = machine.default(*_app_paths("excel.exe"))
    place = "" if _is_wps(place) else place
    # WPS, where it has put itself in the place of Excel, gives a version of its own choice there
    entry = "" if excel_belongs_to_wps(machine) else machine.default("HKCR\\Excel.Application\\CurVer")
    if not place and not entry:
        return None
    reported = str(machine.registry(_CLICK_TO_RUN).get("VersionToReport", ""))
    series = re.search(r"\.(\d+)$", entry)
    return Program(title="Excel", version=reported or (f"{series[1]}.0" if series else ""), place=place.strip('"'))


def excel_belongs_to_wps(machine: Machine) -> bool:
    """WPS answers where programs ask Windows for Excel."""
    entry = machine.default("HKCR\\Excel.Application\\CLSID")
    return bool(entry) and _is_wps(
        machine.default(f"HKCR\\CLSID\\{entry}\\LocalServer32", f"HKCR\\WOW6432Node\\CLSID\\{entry}\\LocalServer32")
    )


def wps(machine: Machine) -> Program | None:
    """WPS 表格."""
    if machine.system == "Darwin":
        return _mac_program(machine, "WPS", "wpsoffice.app")
    if not machine.is_windows:
        place = machine.which("et") or machine.which("wps")
        return Program(title="WPS", place=place) if place else None
    keys = [f"{software}\\Kingsoft\\Office\\6.0\\Common" for software in _SOFTWARE]
    folder = next((found for key in keys if (found := machine.registry(key).get("InstallRoot"))), "")
    version = next((found for key in keys if (found := machine.registry(key).get("Version"))), "")
    place = str(folder) or machine.default(*_app_paths("et.exe"))
    if not place and not machine.default("HKCR\\Ket.Application\\CLSID"):
        return None
    return Program(title="WPS", version=str(version), place=place)


def libreoffice(machine: Machine) -> Program | None:
    """LibreOffice Calc."""
    if machine.system == "Darwin":
        return _mac_program(machine, "LibreOffice", "LibreOffice.app")
    if machine.is_windows:
        place = machine.default(*(f"{software}\\LibreOffice\\UNO\\InstallPath" for software in _SOFTWARE))
        return Program(title="LibreOffice", version=_product_version(Path(place)), place=place) if place else None
    command = machine.which("soffice") or machine.which("libreoffice")
    if not command:
        return None
    return Program(title="LibreOffice", version=_product_version(Path(command).resolve().parent), place=command)


def _product_version(folder: Path) -> str:
    """LibreOffice keeps its version beside its program, in `versionrc` (`version.ini` on Windows) or in its help address."""
    for name in ("versionrc", "version.ini"):
        with suppress(OSError):
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            if found := re.search(r"(?:MsiProductVersion|AboutBoxVersion)=([\d.]+)", text) or re.search(
                r"UpdateID=LibreOffice_(\d+)", text
            ):
                return found[1]
    return ""


def _app_paths(program: str) -> Iterator[str]:
    return (f"{software}\\{_APP_PATHS}\\{program}" for software in _SOFTWARE)


def _is_wps(command: str) -> bool:
    r"""Whether a command line starts WPS.

    >>> _is_wps(r'"C:\Users\a\Kingsoft\WPS Office\12.1\office6\et.exe" /Automation'), _is_wps(r"C:\Office16\EXCEL.EXE")
    (True, False)
    """
    return bool(re.search(r"kingsoft|wps office|\\(?:et|wps)\.exe", command, re.IGNORECASE))


def _mac_program(machine: Machine, title: str, name: str) -> Program | None:
    for folder in (machine.root / "Applications", machine.home / "Applications"):
        place = folder / name
        if place.is_dir():
            return Program(title=title, version=_bundle_version(place), place=str(place))
    return None


def _bundle_version(place: Path) -> str:
    with suppress(OSError, plistlib.InvalidFileException, ExpatError, ValueError):
        told = plistlib.loads((place / "Contents" / "Info.plist").read_bytes())
        return str(told.get("CFBundleShortVersionString", ""))
    return ""
