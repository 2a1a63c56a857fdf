"""All benchmarks, one after the other, each in a process of its own; at the end one table.

    python benchmarks/run.py                 all
    python benchmarks/run.py cold classify   some

A benchmark exits with 1 where a goal is missed and with 2 where it could not be run; so does this program, with the
worst of all.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from timing import HEAD

HOME = Path(__file__).resolve().parent
BENCHMARKS = ("check", "rules", "classify", "due", "editing", "filling", "filing", "gathering", "live", "macro", "cold")
PEERS = ("pandas", "pyarrow", "numpy", "python-calamine", "openpyxl", "google-re2", "isal", "typer")


def main(names: list[str]) -> int:
    """Run, pass on what each prints, gather the rows that begin with `|`."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    rows: list[str] = []
    worst = 0
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        code, found = _run(name)
        worst, rows = max(worst, code), rows + found
    print(f"\n{date.today()}, {machine()}\n")  # noqa: DTZ011  (the day on this machine)
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    print("\n".join(rows))
    return worst


def _run(name: str) -> tuple[int, list[str]]:
    """Exit code and rows of one benchmark."""
    rows = []
    settings = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-u", str(HOME / f"{name}.py")]
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:  # noqa: S603
        for line in child.stdout or ():
            if line.startswith("| "):
                rows.append(line.rstrip())
            else:
                print("  " + line, end="", flush=True)
    return (0 if child.returncode == 0 else 1 if child.returncode == 1 and rows else 2), rows


def machine() -> str:
    """What the numbers were measured on."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {_version(name)}" for name in PEERS)
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
