"""The toolbar in a running LibreOffice: it is shown, and its buttons work on the register in front, inside the program."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from xiaobao_xl import resources
from xiaobao_xl.desktop import calc_buttons
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.libreoffice import bridge
from xiaobao_xl.tasks.installing_calc import install_libreoffice

TOOLBAR = "private:resource/toolbar/custom_toolbar_xiaobao_xl"


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """The sample register, open in a LibreOffice that was started with our toolbar in its profile."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed (no soffice on the path)")
    if not Machine.here().speaks_uno():
        pytest.skip("this Python cannot load pyuno (package python3-uno)")
    folder = tmp_path_factory.mktemp("office")
    install_libreoffice(profile=folder / "user")
    file = Path(shutil.copyfile(resources.sample_path("投诉台账_样例.xlsx"), folder / "台账.xlsx"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        shutil.which("soffice"),
        "--headless",
        "--norestore",
        "--nologo",
        f"-env:UserInstallation={folder.as_uri()}",
    ]
    command.append(f"--accept=socket,host=127.0.0.1,port={port};urp;")
    # LibreOffice's own Python takes the library of the first python3 on the path for its own
    plain = {"env": {**os.environ, "PATH": os.defpath}, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **plain) as process:
        try:
            context = bridge.resolve("127.0.0.1", port, 60)
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            yield desktop.loadComponentFromURL(bridge.to_url(file), "_blank", 0, ())
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def press(register, verb: str) -> str:
    try:
        button = register.getScriptProvider().getScript(calc_buttons.address(verb))
    except bridge.error("script.provider.ScriptFrameworkErrorException"):
        pytest.skip("LibreOffice runs no Python scripts (package libreoffice-script-provider-python)")
    return button.invoke((), (), ())[0]


def test_the_toolbar_is_shown_without_being_asked_for(register):
    layout = register.CurrentController.Frame.LayoutManager
    assert layout.isElementVisible(TOOLBAR)
    settings = layout.getElement(TOOLBAR).getSettings(False)
    assert (settings.UIName, settings.Count) == ("消保", len(calc_buttons.BUTTONS))


def test_its_buttons_work_on_the_register_in_front(register):
    before = set(register.Sheets.ElementNames)
    assert press(register, "check").startswith("校验完 299 行")
    assert "校验结果" in register.Sheets.ElementNames
    assert "有问题的单元格共" in press(register, "next_finding")
    assert press(register, "undo").startswith("已撤销“校验”")
    left = set(register.Sheets.ElementNames) - before
    assert "校验结果" not in left


def test_a_refusal_is_one_sentence(register):
    sheet = register.Sheets.getByName("2026年台账")
    sheet.protect("")
    try:
        assert press(register, "check").startswith("工作表“2026年台账”受保护")
    finally:
        sheet.unprotect("")
