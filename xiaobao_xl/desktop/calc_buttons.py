"""Buttons in LibreOffice Calc: a Python script in the user's own profile, and a toolbar that calls it.

The script runs inside LibreOffice, with the libraries of the Python we are installed in; so both must be of one minor version,
as they are where a distribution brings LibreOffice.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import xiaobao_xl
from xiaobao_xl.desktop.machine import Machine

SCRIPT = "xiaobao_xl_buttons.py"
TOOLBAR = "custom_toolbar_xiaobao_xl.xml"
BUTTONS: Mapping[str, str] = {
    "blank": "新建台账",
    "check": "校验",
    "next_finding": "定位",
    "clear_marks": "清除标记",
    "undo": "撤销上次",
    "classify": "分类",
    "due": "时限",
    "report": "报表",
}
_ADDRESS = "vnd.sun.star.script:{script}${verb}?language=Python&location=user"
_SCRIPT = '''\
# Buttons of xiaobao-xl in LibreOffice. Written by `xiaobao install-libreoffice`, taken away by adding `--remove`.
import sys

PLACES = {places}


def _run(verb):
    """Do the work on the workbook in front, show the sentence it ends with, and give it back."""
    sys.path.extend(place for place in PLACES if place not in sys.path)
    from xiaobao_xl import addin, libreoffice

    app = libreoffice.activate(XSCRIPTCONTEXT.getComponentContext())
    try:
        sentence = addin.VERBS[verb](app.books.active)
    except Exception as fault:
        sentence = addin.told(fault)
    _show(sentence)
    return sentence


def _show(sentence):
    from com.sun.star.awt.MessageBoxType import INFOBOX

    frame = XSCRIPTCONTEXT.getDesktop().getCurrentFrame()
    window = frame and frame.getContainerWindow()
    if window and window.isVisible():
        window.getToolkit().createMessageBox(window, INFOBOX, 1, "消保", sentence).execute()

{functions}

g_exportedScripts = ({names},)
'''
_FUNCTION = '''
def {verb}(*_):
    """{title}"""
    return _run("{verb}")
'''
_TOOLBAR = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE toolbar:toolbar PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "toolbar.dtd">
<toolbar:toolbar xmlns:toolbar="http://openoffice.org/2001/toolbar" xmlns:xlink="http://www.w3.org/1999/xlink" \
toolbar:id="toolbar" toolbar:uiname="消保">
{items}
</toolbar:toolbar>
"""


def profile(machine: Machine) -> Path:
    """The user's own profile of LibreOffice."""
    if machine.is_windows:
        return machine.appdata / "LibreOffice" / "4" / "user"
    if machine.system == "Darwin":
        return machine.home / "Library" / "Application Support" / "LibreOffice" / "4" / "user"
    settings = Path(machine.environ.get("XDG_CONFIG_HOME") or machine.home / ".config")
    return settings / "libreoffice" / "4" / "user"


def places(folder: Path) -> tuple[Path, Path]:
    """Where in a profile the script and the toolbar belong."""
    toolbars = folder / "config" / "soffice.cfg" / "modules" / "scalc" / "toolbar"
    return folder / "Scripts" / "python" / SCRIPT, toolbars / TOOLBAR


def script() -> str:
    """The script; its functions are named after the verbs of `addin`."""
    paths = sysconfig.get_paths()
    found = dict.fromkeys((str(Path(xiaobao_xl.__file__).parents[1]), paths["purelib"], paths["platlib"]))
    functions = "\n".join(_FUNCTION.format(verb=verb, title=title) for verb, title in BUTTONS.items())
    return _SCRIPT.format(places=list(found), functions=functions, names=", ".join(BUTTONS))


def is_current(folder: Path) -> bool | None:
    """The script in a profile is the one this program would write; None where there is none."""
    try:
        return places(folder)[0].read_text(encoding="utf-8") == script()
    except OSError:
        return None


def toolbar() -> str:
    """The toolbar, in LibreOffice's own form."""
    items = (
        f"  <toolbar:toolbaritem xlink:href={quoteattr(address(verb))} toolbar:text={quoteattr(title)}/>"
        for verb, title in BUTTONS.items()
    )
    return _TOOLBAR.format(items="\n".join(items))


def address(verb: str) -> str:
    """The address under which LibreOffice runs a button.

    >>> address("check")
    'vnd.sun.star.script:xiaobao_xl_buttons.py$check?language=Python&location=user'
    """
    return _ADDRESS.format(script=SCRIPT, verb=verb)
