"""Macros: building their files, and a button's cold process up to the first cell it reads, beside `import xlwings` alone.

    python benchmarks/macro.py                 nine rounds in turn, each in a process of its own
    python benchmarks/macro.py --rounds 21

The button's process is started with the words xlwings' module uses, on the sample register open in LibreOffice, and ends
when it has read its first cell. Both are timed from the start of the interpreter. One round before the first is not
counted. Behind the times stands what our process spends its imports on (milliseconds, summed by package).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from timing import ROOT, row, run

from xiaobao_xl.libreoffice import bridge

SAMPLE = ROOT / "examples" / "投诉台账_样例.xlsx"
BUILD_GOAL, START_GOAL = 2.0, 1.5  # seconds; times `import xlwings`
_PATHS = "import xlwings.utils;xlwings.utils.prepare_sys_path('False;;;;;;'); "
_CONNECT = "from xiaobao_xl import libreoffice; libreoffice.connect(port={}); "
_STOP = (  # the first thing a button asks of the workbook's cells is what it left there last time
    "import os; from xiaobao_xl.live import undo; undo.now = lambda book: os._exit(book.sheets.active['A1'].value is None); "
)
_VERB = "import xiaobao_xl.addin; xiaobao_xl.addin.run('check')"
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\w+)")


def main() -> int:
    """Print the times and the ratio; 1 if a goal is missed, 2 if there is no LibreOffice."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=9)
    rounds = words.parse_args().rounds
    if not shutil.which("soffice"):
        print("LibreOffice is not installed")
        return 2
    seconds = build_seconds()
    with tempfile.TemporaryDirectory() as folder, office(Path(folder)) as port:
        copy = Path(shutil.copy(SAMPLE, folder))
        with opened(copy, port):
            command = [_PATHS + _CONNECT.format(port) + _STOP + _VERB, f"--wb={copy.name}", "--from_xl=1"]
            ours, peer = started(command, rounds)
            tell_imports(command)
    button, alone = statistics.median(ours), statistics.median(peer)
    ratio = statistics.median(mine / its for mine, its in zip(ours, peer, strict=True))
    print(
        f"median of {rounds}: button {button:.3f} s, import xlwings {alone:.3f} s; least {min(ours):.3f}, {min(peer):.3f} s"
    )
    is_quick, is_light = seconds < BUILD_GOAL, ratio < START_GOAL
    print(
        row(
            "build the add-in and the register with macros",
            f"{seconds:.2f} s",
            "",
            "",
            f"< {BUILD_GOAL:g} s",
            is_met=is_quick,
        )
    )
    print(
        row("button to first cell read, cold", f"{button:.2f} s", f"{alone:.2f} s (`import xlwings`)", f"{ratio:.2f} ×",
            f"< {START_GOAL:g} ×", is_met=is_light)
    )  # fmt: skip
    return int(not (is_quick and is_light))


def build_seconds() -> float:
    """How long both files take, start of the interpreter included; the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, ROOT / "workbooks" / "addin" / "build.py", folder]
        return min(run(command).seconds for _ in range(3))


def started(command: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of the button's process and of `import xlwings`, in turn."""
    ours, peer = [], []
    for number in range(rounds + 1):
        button = run([sys.executable, *([] if number == 0 else ["-B"]), "-c", *command])
        alone = run([sys.executable, "-B", "-c", "import xlwings"])
        if button.code or alone.code:
            raise SystemExit(2)
        if number:
            ours.append(button.seconds)
            peer.append(alone.seconds)
    return ours, peer


def tell_imports(command: list[str]) -> None:
    """Where the imports of the button's process spend their time, the dearest package first."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-X", "importtime", "-c", *command], env=settings, capture_output=True, text=True, check=False
    ).stderr
    spent: Counter[str] = Counter()
    for line in told.splitlines():
        if found := _IMPORT.match(line):
            spent[found[2]] += int(found[1])
    dearest = ", ".join(f"{package} {micro / 1000:.0f} ms" for package, micro in spent.most_common(9))
    print(f"imports: {dearest}; all {spent.total() / 1000:.0f} ms")


@contextlib.contextmanager
def office(folder: Path) -> Iterator[int]:
    """A LibreOffice of our own, its port; ended with all it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "soffice", "--headless", "--norestore", "--nologo", f"--accept=socket,host=127.0.0.1,port={port};urp;",
        f"-env:UserInstallation=file://{folder}/profile",
    ]  # fmt: skip
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, start_new_session=True, stdout=quiet, stderr=quiet) as process:  # noqa: S603
        try:
            bridge.resolve("127.0.0.1", port, 60)
            yield port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            time.sleep(0.2)  # its last files


@contextlib.contextmanager
def opened(path: Path, port: int) -> Iterator[None]:
    """A workbook open in that LibreOffice."""
    context = bridge.resolve("127.0.0.1", port, 10)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = desktop.loadComponentFromURL(bridge.to_url(path), "_blank", 0, bridge.properties(Hidden=True))
    try:
        yield
    finally:
        document.close(True)  # noqa: FBT003


if __name__ == "__main__":
    raise SystemExit(main())
