"""The whole check of a large register, file to findings, beside what reading the file alone costs others.

    python benchmarks/check.py                        100,000 rows × 30 columns, three rounds in turn, fresh processes
    python benchmarks/check.py --rows 10000 --rounds 1

*xiaobao_xl*: `tasks.check`, from opening the file to all findings in order. *calamine*: python-calamine reading the same
sheet into lists of Python values, nothing else. *openpyxl*: its read-only mode walking over all values. Imports and the
loading of rules.yaml are not timed; everything else is, the preparation of the keywords too. Peak memory is that of
the whole process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from datetime import date
from pathlib import Path

from timing import MEGABYTE, row, run

AS_OF = date(2026, 9, 30)
MOST_OF_CALAMINE, MOST_OF_OPENPYXL, MOST_MEGABYTES = 3.0, 0.5, 1200


def xiaobao_xl(path: Path) -> tuple[float, int]:
    """Seconds and number of findings."""
    from xiaobao_xl.rules import load_rules  # noqa: PLC0415  (each competitor imports its own)
    from xiaobao_xl.tasks import Reading, check  # noqa: PLC0415

    rules, reading = load_rules(), Reading()
    started = time.perf_counter()
    found = check(rules, path, reading, AS_OF)
    return time.perf_counter() - started, len(found.findings)


def calamine(path: Path) -> tuple[float, int]:
    """Seconds and number of rows."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    started = time.perf_counter()
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return time.perf_counter() - started, len(rows)


def openpyxl(path: Path) -> tuple[float, int]:
    """Seconds and number of rows; rows are dropped as they come."""
    from openpyxl import load_workbook  # noqa: PLC0415

    started = time.perf_counter()
    book = load_workbook(path, read_only=True, data_only=True)
    count = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    return time.perf_counter() - started, count


COMPETITORS = {"xiaobao_xl": xiaobao_xl, "calamine": calamine, "openpyxl": openpyxl}


def main() -> int:
    """Print times, memory and goals; 1 if a goal is missed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--only", choices=COMPETITORS, help="measure one in this process and print JSON")
    words.add_argument("--file", type=Path, help="another register than the invented one")
    given = words.parse_args()
    if given.only:
        print(json.dumps(COMPETITORS[given.only](given.file)))
        return 0
    # drawn in a process of its own, so that its memory is not taken for anyone else's
    path = (
        given.file or run([sys.executable, Path(__file__).with_name("large_register.py"), given.rows]).printed.strip()
    )
    seconds: dict[str, list[float]] = {name: [] for name in COMPETITORS}
    peaks: dict[str, list[float]] = {name: [] for name in COMPETITORS}
    for number in range(given.rounds):
        for name in COMPETITORS:
            if name == "openpyxl" and number:
                continue  # a minute long; one round is enough for a ratio near ten
            done = run([sys.executable, __file__, "--only", name, "--file", path])
            if done.code:
                return 2
            taken, count = json.loads(done.printed.splitlines()[-1])
            seconds[name].append(taken)
            peaks[name].append(done.peak / MEGABYTE)
            print(f"{name:12} {taken:8.2f} s {peaks[name][-1]:8,.0f} MB  {count:,}", flush=True)
    return _goals(seconds, peaks, f"check {given.rows:,} × 30")


def _goals(seconds: dict[str, list[float]], peaks: dict[str, list[float]], what: str) -> int:
    """Medians against the three goals."""
    taken = {name: statistics.median(all_) for name, all_ in seconds.items()}
    peak = {name: max(all_) for name, all_ in peaks.items()}
    ours, most = taken["xiaobao_xl"], 0
    for peer, goal in (("calamine", MOST_OF_CALAMINE), ("openpyxl", MOST_OF_OPENPYXL)):
        ratio = ours / taken[peer]
        most |= ratio > goal
        print(
            row(
                what,
                f"{ours:.2f} s",
                f"{peer} only reading {taken[peer]:.2f} s",
                f"{ratio:.2f} ×",
                f"≤ {goal:g} ×",
                is_met=ratio <= goal,
            )
        )
    memory = peak["xiaobao_xl"]
    others = "；".join(f"{name} {peak[name]:,.0f} MB" for name in ("calamine", "openpyxl"))
    print(
        row(
            f"{what}, peak memory",
            f"{memory:,.0f} MB",
            others,
            "",
            f"< {MOST_MEGABYTES:,} MB",
            is_met=memory < MOST_MEGABYTES,
        )
    )
    return int(most or memory >= MOST_MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main())
