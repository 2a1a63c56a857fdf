"""Marking a large register in place, beside openpyxl and beside a mere unzip-and-rezip of the same file.

    python benchmarks/editing.py                              10,000 and 100,000 rows × 30 columns, in turn
    python benchmarks/editing.py --rows 10000 --rounds 5
    python benchmarks/editing.py --rows 100000 --peer-rounds 2   openpyxl more than once; it takes minutes

Two cells in a hundred get a colour and a note, and a sheet of findings, one row for each mark, is put in front. Each
competitor runs in a process of its own; imports are not timed, everything from opening to the finished file is.
*xiaobao_xl*: `package.open`, `set`, `add_sheet`, `save`. Its `save` reads the written file back before putting it in
place — checksums of all parts, packed bytes of the untouched ones, content of every touched cell —, and that is in its
time. *openpyxl*: load, mark, save; it reads nothing back. *rezip*: `zipfile`, every part unpacked and packed again at
zlib's level 6, held one at a time; what no program that packs with zlib goes below if it packs everything. Peak memory is
that of the whole process. Afterwards the marks in every file are counted, outside the time.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from random import Random

from timing import MEGABYTE, row, run

COLUMNS, SHARE, FILL, TITLE = 30, 0.02, "FFF2CC", "校验结果"
GOALS = {10_000: (12.0, 1.8), 100_000: (15.0, 1.6)}  # × faster than openpyxl, × of rezip
MOST_MEGABYTES = 220
REASONS = ("日期写法不合规", "与办结日期先后颠倒", "不在代码表内", "证件号码校验位不符", "应填未填", "与投诉原因不一致")
_NOTE = re.compile(rb"<(?:\w+:)?comment\s")


def marks(rows: int) -> list[tuple[str, str]]:
    """Address and message of each mark, top to bottom, the same every time; row 1 is the heading."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  (a helper of the peer, outside the time)

    random = Random(20260930)
    count = round(rows * COLUMNS * SHARE)
    places = sorted(divmod(number, COLUMNS) for number in random.sample(range(rows * COLUMNS), count))
    return [
        (f"{get_column_letter(column + 1)}{row + 2}", f"{random.choice(REASONS)}（第 {row + 2} 行）")
        for row, column in places
    ]


def xiaobao_xl(source: Path, target: Path, rows: int) -> float:
    """Seconds."""
    from xiaobao_xl import package  # noqa: PLC0415  (each competitor imports its own)

    wanted = marks(rows)
    started = time.perf_counter()
    book = package.open(source)
    register = book.sheet_names[0]
    for address, message in wanted:
        book.set(register, address, fill=FILL, note=message)
    book.add_sheet(TITLE, [("单元格", "问题"), *wanted], first=True)
    book.save(target)
    return time.perf_counter() - started


def openpyxl(source: Path, target: Path, rows: int) -> float:
    """Seconds."""
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    wanted = marks(rows)
    started = time.perf_counter()
    book = load_workbook(source)
    sheet, fill = book.worksheets[0], PatternFill("solid", fgColor=FILL)
    for address, message in wanted:
        cell = sheet[address]
        cell.fill, cell.comment = fill, Comment(message, "check")
    findings = book.create_sheet(TITLE, 0)
    for line in (("单元格", "问题"), *wanted):
        findings.append(line)
    book.save(target)
    return time.perf_counter() - started


def rezip(source: Path, target: Path, _rows: int) -> float:
    """Seconds."""
    started = time.perf_counter()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    return time.perf_counter() - started


COMPETITORS = {"xiaobao_xl": xiaobao_xl, "rezip": rezip, "openpyxl": openpyxl}


def main() -> int:
    """Print times, memory and goals; 1 if a goal is missed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--peer-rounds", type=int, default=1, help="rounds of openpyxl, which takes minutes")
    words.add_argument("--only", choices=COMPETITORS, help="measure one in this process and print JSON")
    words.add_argument("--file", type=Path)
    words.add_argument("--out", type=Path)
    given = words.parse_args()
    if given.only:
        print(json.dumps(COMPETITORS[given.only](given.file, given.out, given.rows[0])))
        return 0
    return max(measure(rows, given.rounds, given.peer_rounds) for rows in given.rows)


def measure(rows: int, rounds: int, peer_rounds: int) -> int:
    """All competitors in turn on one register; 2 if one failed."""
    # drawn in a process of its own, so that its memory is not taken for anyone else's
    source = Path(run([sys.executable, Path(__file__).with_name("large_register.py"), rows]).printed.strip())
    seconds: dict[str, list[float]] = {name: [] for name in COMPETITORS}
    peaks: dict[str, list[float]] = {name: [] for name in COMPETITORS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for name in COMPETITORS:
                if name == "openpyxl" and number >= peer_rounds:
                    continue
                target = Path(folder) / f"{name}.xlsx"
                done = run(
                    [sys.executable, __file__, "--only", name, "--rows", rows, "--file", source, "--out", target]
                )
                if done.code:
                    return 2
                seconds[name].append(json.loads(done.printed.splitlines()[-1]))
                peaks[name].append(done.peak / MEGABYTE)
                told = f"{name:12} {seconds[name][-1]:8.2f} s {peaks[name][-1]:8,.0f} MB  {target.stat().st_size / 1e6:6.1f} MB"
                print(f"{told}  {notes(target):,} notes", flush=True)
    return _goals(seconds, peaks, rows)


def notes(path: Path) -> int:
    """How many notes a file holds."""
    with zipfile.ZipFile(path) as archive:
        return sum(len(_NOTE.findall(archive.read(name))) for name in archive.namelist() if "comments" in name.lower())


def _goals(seconds: dict[str, list[float]], peaks: dict[str, list[float]], rows: int) -> int:
    """Medians against the three goals."""
    what = f"mark {rows:,} × {COLUMNS} in place"
    taken = {name: statistics.median(all_) for name, all_ in seconds.items()}
    faster_than_openpyxl, times_rezip = GOALS.get(rows, GOALS[100_000])
    ours, memory = taken["xiaobao_xl"], max(peaks["xiaobao_xl"])
    faster, times = taken["openpyxl"] / ours, ours / taken["rezip"]
    others = "；".join(f"{name} {max(peaks[name]):,.0f} MB" for name in ("openpyxl", "rezip"))
    met = (faster >= faster_than_openpyxl, times <= times_rezip, memory < MOST_MEGABYTES)
    told = (
        f"{ours:.2f} s",
        f"openpyxl {taken['openpyxl']:.2f} s",
        f"{faster:.1f} × faster",
        f"≥ {faster_than_openpyxl:g} ×",
    )
    print(row(what, *told, is_met=met[0]))
    told = (f"{ours:.2f} s", f"unzip and rezip {taken['rezip']:.2f} s", f"{times:.2f} ×", f"≤ {times_rezip:g} ×")
    print(row(what, *told, is_met=met[1]))
    print(row(f"{what}, peak memory", f"{memory:,.0f} MB", others, "", f"< {MOST_MEGABYTES} MB", is_met=met[2]))
    return int(not all(met))


if __name__ == "__main__":
    raise SystemExit(main())
