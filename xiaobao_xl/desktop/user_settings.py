"""xlwings' settings of the user, where the buttons of any register look for Python when the register itself names none.

The file belongs to xlwings, not to us: other tools may have written into it. Only our one line is added, and only where there
is none of that name.
"""

from __future__ import annotations

import csv
import io
import sys
from contextlib import suppress
from pathlib import Path

from xiaobao_xl.desktop.addin_file import INTERPRETER
from xiaobao_xl.desktop.machine import Machine

_ENCODING = "mbcs" if sys.platform == "win32" else "gbk"  # VBA reads the file in the code page of Windows
_LINE_END = "\r\n"


def place(machine: Machine) -> Path:
    """The file."""
    home = Path(machine.environ.get("USERPROFILE") or machine.home)
    return home / ".xlwings" / "xlwings.conf"


def interpreter(machine: Machine) -> str:
    """The Python written there, by whomever; empty where there is none."""
    for row in csv.reader(io.StringIO(_text(machine))):
        if len(row) > 1 and row[0].strip().upper() == INTERPRETER:
            return row[1]
    return ""


def put(machine: Machine, python: str) -> bool:
    """Write the Python in, unless another tool has written its own.

    Returns:
        Whether it stands there now.

    Raises:
        OSError: the file cannot be written.
    """
    if known := interpreter(machine):
        return known == python
    text = _text(machine)
    text += "" if not text or text.endswith("\n") else _LINE_END
    try:
        content = f'{text}"{INTERPRETER}","{python}"{_LINE_END}'.encode(_ENCODING)
    except UnicodeEncodeError:
        return False
    place(machine).parent.mkdir(parents=True, exist_ok=True)
    place(machine).write_bytes(content)
    return True


def drop(machine: Machine, python: str) -> bool:
    """Take our line out; the file goes when nothing else is in it.

    Returns:
        Whether there was one.

    Raises:
        OSError: the file cannot be written.
    """
    if not python or interpreter(machine) != python:
        return False
    rest = [
        line for line in _text(machine).splitlines() if not line.upper().startswith((INTERPRETER, f'"{INTERPRETER}"'))
    ]
    if rest:
        place(machine).write_bytes((_LINE_END.join(rest) + _LINE_END).encode(_ENCODING))
        return True
    place(machine).unlink()
    with suppress(OSError):  # other tools keep their files in it
        place(machine).parent.rmdir()
    return True


def _text(machine: Machine) -> str:
    try:
        return place(machine).read_bytes().decode(_ENCODING, errors="replace")
    except OSError:
        return ""
