"""What the benchmarks share: a program in a process of its own, its peak memory, and the rows of the table of results.

A benchmark prints what it likes for people and, at the end, one Markdown row for each goal; `run.py` gathers the rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = ("what", "ours", "peer", "ratio", "goal", "met")
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """A program that has run.

    Attributes:
        seconds: from start to end, interpreter and imports included.
        peak: most memory it held at once, in bytes; 0 where the system does not tell (Windows).
        printed: what it wrote to standard output.
        code: exit code.
    """

    seconds: float
    peak: int
    printed: str
    code: int


def run(command: Sequence[object]) -> Run:
    """Run a program from the top of the repository, in UTF-8, with this source tree first on its path."""
    search = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    settings = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": search}
    settings.pop("PYTHONDONTWRITEBYTECODE", "")  # an installed package is compiled once and kept
    started = time.perf_counter()
    words = [str(word) for word in command]
    with subprocess.Popen(words, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:  # noqa: S603
        printed = child.stdout.read() if child.stdout else ""
        peak = _waited(child)
    return Run(time.perf_counter() - started, peak, printed, child.returncode)


def _waited(child: subprocess.Popen[str]) -> int:
    """Wait for the end of a program; its peak memory in bytes."""
    if not hasattr(os, "wait4"):
        child.wait()
        return 0
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return int(used.ru_maxrss) * (1 if sys.platform == "darwin" else 1024)  # Linux counts kilobytes


def row(what: str, ours: str, peer: str, ratio: str, goal: str, *, is_met: bool) -> str:
    """One row of the table of results.

    >>> row("due", "2.0 million rows/s", "", "", "≥ 1 million rows/s", is_met=True)
    '| due | 2.0 million rows/s |  |  | ≥ 1 million rows/s | yes |'
    """
    return f"| {' | '.join((what, ours, peer, ratio, goal, 'yes' if is_met else '**no**'))} |"
