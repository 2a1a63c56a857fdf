"""Quarter-end over a large register: every report with its 底稿 and record, in one process, file to files.

    python benchmarks/filing.py                          20,000 rows, quarter_end
    python benchmarks/filing.py --rows 2000 --filing year_end --period 2026

Prints seconds for reading, for each report's counting, filling and 底稿, and for the rest. Imports and the loading of
rules.yaml are not timed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from timing import row, run

from xiaobao_xl import tasks
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import reporting
from xiaobao_xl.workbook import filling, working_paper

MOST_SECONDS = 60
AS_OF = date(2026, 10, 8)


class Clock:
    """Adds up what is spent in wrapped functions, by report."""

    def __init__(self) -> None:
        """Nothing spent yet."""
        self.spent: dict[tuple[str, str], float] = {}

    def wrap(self, home: Any, name: str, what: str, title: Callable[..., str]) -> None:
        """Time every call of `home.name`; `title` tells from its arguments which report it serves."""
        original = getattr(home, name)

        def timed(*words: Any, **settings: Any) -> Any:
            started = time.perf_counter()
            try:
                return original(*words, **settings)
            finally:
                key = (title(*words), what)
                self.spent[key] = self.spent.get(key, 0) + time.perf_counter() - started

        setattr(home, name, timed)


def main() -> int:
    """Print the table of times; 1 if the whole takes too long."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=20_000)
    words.add_argument("--filing", default="quarter_end")
    words.add_argument("--period", default="2026Q3")
    given = words.parse_args()
    path = Path(run([sys.executable, Path(__file__).with_name("large_register.py"), given.rows]).printed.strip())
    rules, clock = load_rules(), Clock()
    titles = {name: report.title for name, report in rules.reports.items()}
    clock.wrap(reporting.counting, "count", "count", lambda name, *_: titles[name])
    clock.wrap(filling, "fill", "fill", lambda _, figures, *__: figures.report.title)
    clock.wrap(working_paper, "write_working_paper", "底稿", lambda _, figures, *__: figures.report.title)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        wanted = tasks.Wanted(report=given.filing, period=given.period)
        result = tasks.file_reports(rules, [path], tasks.Reading(), wanted, AS_OF)
        counted = time.perf_counter() - started
        tasks.write_filing(result, Path(folder))
        sizes = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    whole = time.perf_counter() - started
    _table(clock, [one.figures.report.title for one in result.reports], counted, whole)
    told = (f"{whole:.1f} s", f"{len(result.reports)} reports, {len(result.written)} files, {sizes:.0f} MB", "")
    print(row(f"{given.filing}, {given.rows:,} rows", *told, f"< {MOST_SECONDS} s", is_met=whole < MOST_SECONDS))
    return int(whole >= MOST_SECONDS)


def _table(clock: Clock, titles: list[str], counted: float, whole: float) -> None:
    parts = ("count", "fill", "底稿")
    print(f"{'':32}" + "".join(f"{part:>9}" for part in parts))
    for title in titles:
        spent = [clock.spent.get((title, part), 0) for part in parts]
        print(f"{title:{32 - len(title)}}" + "".join(f"{seconds:9.2f}" for seconds in spent))
    counting = sum(seconds for (_, part), seconds in clock.spent.items() if part == "count")
    writing = sum(seconds for (_, part), seconds in clock.spent.items() if part != "count")
    print(f"reading and stacking {counted - counting:.2f} s, records and cross-foots {whole - counted - writing:.2f} s")


if __name__ == "__main__":
    raise SystemExit(main())
