"""A cold start: `xiaobao check` of the sample register, some 300 rows, beside `import pandas` alone.

    python benchmarks/cold.py                 nine rounds in turn, each in a process of its own
    python benchmarks/cold.py --rounds 21

Both are timed from the start of the interpreter to its end. One round before the first is not counted: it compiles our
modules, as installing the package does, and brings both from the disk. Behind the times stands what our process
spends its imports on (`-X importtime`, milliseconds, summed by package) and what is left for the work itself.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections import Counter

from timing import ROOT, row, run

SAMPLE = ROOT / "examples" / "投诉台账_样例.xlsx"
GOAL = 2.0
CHECK = (
    "-c",
    "import sys; from xiaobao_xl.cli import main; sys.exit(main())",
    "check",
    SAMPLE,
    "--as-of",
    "2026-09-30",
    "--quiet",
)  # fmt: skip  (what the console script `xiaobao` does)
_LINE = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\w+)")


def main() -> int:
    """Print both times and the ratio; 1 if the goal is missed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=9)
    given = words.parse_args()
    ours: list[float] = []
    peer: list[float] = []
    for number in range(given.rounds + 1):
        checked, imported = run([sys.executable, *CHECK]), run([sys.executable, "-c", "import pandas"])
        if checked.code not in {0, 1} or imported.code:  # 1: it found errors, as it should
            return 2
        if number:
            ours.append(checked.seconds)
            peer.append(imported.seconds)
    check, pandas = statistics.median(ours), statistics.median(peer)
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, peer, strict=True))
    print(checked.printed.strip())
    print(
        f"median of {given.rounds}: check {check:.3f} s, import pandas {pandas:.3f} s; least {min(ours):.3f} s, {min(peer):.3f} s"
    )
    tell_imports()
    print(
        row(
            "`xiaobao check`, 300 rows, cold",
            f"{check:.2f} s",
            f"{pandas:.2f} s (`import pandas`)",
            f"{ratio:.2f} ×",
            f"< {GOAL:g} ×",
            is_met=ratio < GOAL,
        )
    )
    return int(ratio >= GOAL)


def tell_imports() -> None:
    """Where the imports of our process spend their time, package by package, the dearest first."""
    command = [sys.executable, "-X", "importtime", *map(str, CHECK)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False).stderr  # noqa: S603
    spent: Counter[str] = Counter()
    for line in told.splitlines():
        if found := _LINE.match(line):
            spent[found[2]] += int(found[1])
    print(
        "imports: "
        + ", ".join(f"{package} {time / 1000:.0f} ms" for package, time in spent.most_common(9))
        + f"; all {spent.total() / 1000:.0f} ms"
    )


if __name__ == "__main__":
    raise SystemExit(main())
