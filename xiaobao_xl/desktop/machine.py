"""The computer: its system, its folders, its registry. Whoever asks about it is handed a `Machine`."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

SYSTEM_TITLES = {"Windows": "Windows", "Darwin": "macOS", "Linux": "Linux"}
_UNO_FOLDERS = ("/usr/lib/python3/dist-packages", "/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What can be asked of a computer.

    Attributes:
        system: `Windows`, `Darwin` (macOS), `Linux` or what else Python calls it.
        python: the interpreter that runs now.
        home: the user's own folder.
        environ: environment variables.
        root: top of the file system, below which programs are looked for outside Windows.
        which: full path of a program on the search path, or None.
        registry: values of a registry key by name, `""` being its default value; empty where there is no such key.
        installed: version of an installed Python library, or nothing.
        speaks_uno: whether this Python can talk to LibreOffice.
    """

    system: str
    python: Path
    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    root: Path = Path("/")
    which: Callable[[str], str | None] = lambda _: None
    registry: Callable[[str], Mapping[str, Any]] = lambda _: {}
    installed: Callable[[str], str] = lambda _: ""
    speaks_uno: Callable[[], bool] = lambda: False

    @classmethod
    def here(cls) -> Machine:
        """The computer this runs on."""
        return cls(
            system=platform.system(),
            python=Path(sys.executable),
            home=Path.home(),
            environ=os.environ,
            which=shutil.which,
            registry=_registry_values,
            installed=_installed_version,
            speaks_uno=_speaks_uno,
        )

    @property
    def is_windows(self) -> bool:
        """It runs Windows."""
        return self.system == "Windows"

    @property
    def title(self) -> str:
        """The system as people call it."""
        return SYSTEM_TITLES.get(self.system, self.system or "未知系统")

    @property
    def appdata(self) -> Path:
        """The user's own settings of programs, on Windows."""
        return Path(self.environ.get("APPDATA") or self.home / "AppData" / "Roaming")

    def default(self, *keys: str) -> str:
        """The first default value found under these registry keys, or nothing."""
        return next((str(found) for key in keys if (found := self.registry(key).get(""))), "")

    def number(self, key: str, name: str) -> int | None:
        """A registry value as a number, whatever its type and the case of its name; None where it is not set."""
        values = {known.lower(): value for known, value in self.registry(key).items()}
        with suppress(TypeError, ValueError):
            return int(values.get(name.lower(), ""))
        return None


def _registry_values(key: str) -> dict[str, Any]:
    r"""Values of a key such as `HKCU\Software\Kingsoft`; empty on other systems and where it may not be read."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415  (only Windows has it)

        hives = {
            "HKCU": winreg.HKEY_CURRENT_USER,
            "HKLM": winreg.HKEY_LOCAL_MACHINE,
            "HKCR": winreg.HKEY_CLASSES_ROOT,
        }
        hive, _, path = key.partition("\\")
        with suppress(OSError), winreg.OpenKey(hives[hive], path) as opened:
            count = winreg.QueryInfoKey(opened)[1]
            named = (winreg.EnumValue(opened, index) for index in range(count))
            return {name: value for name, value, _ in named}
    return {}


def _installed_version(library: str) -> str:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(library)
    return ""


@cache
def _speaks_uno() -> bool:
    """Asked in a process of its own: the library is tied to one Python, and loading a wrong one may end the process."""
    if importlib.util.find_spec("uno"):
        return True
    probe = f"import sys; sys.path += {list(_UNO_FOLDERS)!r}; import uno"
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False, timeout=20)  # noqa: S603
        return done.returncode == 0
    return False
