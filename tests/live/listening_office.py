"""A LibreOffice of its own for a test module: started on a free port with an empty profile, ended with all it started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from xiaobao_xl.libreoffice import bridge

RUN_MACROS = 4  # MacroExecutionMode: always, without asking
ADDIN_FILTER = "Calc MS Excel 2007 VBA XML"  # of itself LibreOffice opens no .xlam, not even one that Excel wrote


class Office:
    """A running LibreOffice.

    Attributes:
        port: on which it listens.
        desktop: its UNO desktop.
    """

    def __init__(self, port, context):
        self.port = port
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def documents(self):
        """All workbooks that are open."""
        found, each = [], self.desktop.getComponents().createEnumeration()
        while each.hasMoreElements():
            found.append(each.nextElement())
        return found

    @contextlib.contextmanager
    def opened(self, path):
        """A workbook with its macros allowed to run; closed at the end, unsaved."""
        named = {"FilterName": ADDIN_FILTER} if path.suffix == ".xlam" else {}
        options = bridge.properties(Hidden=True, MacroExecutionMode=RUN_MACROS, RepairPackage=False, **named)
        document = self.desktop.loadComponentFromURL(bridge.to_url(path), "_blank", 0, options)
        assert document is not None, f"LibreOffice does not open {path.name}"
        try:
            yield document
        finally:
            document.close(True)


@contextlib.contextmanager
def running_office():
    """Skips where LibreOffice or Python's bridge to it is missing."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed (no soffice on the path)")
    try:
        bridge.uno()
    except bridge.NotReachable as missing:
        pytest.skip(str(missing))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    profile = tempfile.mkdtemp(prefix="xb-office-")
    command = [
        "soffice", "--headless", "--norestore", "--nologo", f"--accept=socket,host=127.0.0.1,port={port};urp;",
        f"-env:UserInstallation=file://{profile}",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **quiet) as process:
        try:
            yield Office(port, bridge.resolve("127.0.0.1", port, 60))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(profile, ignore_errors=True)
