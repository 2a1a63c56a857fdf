"""Workbooks of others, each edited in place: what stayed, what was lost, what was refused, how long it took.

    python tests/package/corpus.py                                   the files beside the repository, if there are any
    python tests/package/corpus.py D:/表 another.xlsx                folders and files of your own

Every file is edited in a process of its own: one cell that holds a value and one that does not exist are set, and once
more with a row put in. The written file is compared with the original by `proving`, and python-calamine and openpyxl read
both. Nothing is written beside the files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from openpyxl.utils import get_column_letter  # noqa: E402  (the path comes first)
from openpyxl.utils.cell import coordinate_to_tuple  # noqa: E402
from package import proving  # noqa: E402

from xiaobao_xl import package  # noqa: E402
from xiaobao_xl.errors import WorkbookError  # noqa: E402

FOLDERS = tuple(ROOT.parent / "shared" / "data" / name for name in ("workbooks", "chinese_workbooks", "hostile"))
SUFFIXES = {".xlsx", ".xlsm", ".xls"}
_MEGABYTE = 1 << 20


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        refusal: the sentence, if it was not edited.
        parts: how many parts it has.
        identical: how many of them have the same packed bytes after two cells were set.
        differing: what differs beyond the two cells, and what other libraries read otherwise.
        insertion: "" if a row was put in and every element is still there; or the refusal, or what was lost.
        seconds: from the start of the interpreter that edits to its end; the longer of both edits.
        megabytes: most memory of those processes.
    """

    refusal: str = ""
    parts: int = 0
    identical: int = 0
    differing: list[str] = field(default_factory=list)
    insertion: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


def files(*places: Path) -> Iterator[Path]:
    """Workbooks in folders, and files named one by one."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES)
        elif place.exists():
            yield place


def examine(path: Path) -> Outcome:
    """Edit a file in another process and compare."""
    data = path.read_bytes()
    title, there, new = _places(data)
    edited = {title: {there, new}}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "edited.xlsx"
        outcome = _run("set", path, target, title, there, new)
        if outcome.refusal:
            return outcome
        after = target.read_bytes()
        changed = set(proving.changed_parts(data, after))
        outcome.parts = len(proving.packed(data))
        outcome.identical = len(proving.packed(data).keys() - changed)
        outcome.differing = proving.differences(data, after, edited) + proving.other_values(data, after, edited)
        inserted = _run("insert", path, target, title, there, new)
        outcome.seconds = max(outcome.seconds, inserted.seconds)
        outcome.megabytes = max(outcome.megabytes, inserted.megabytes)
        lost = {} if inserted.refusal else proving.elements(data) - proving.elements(target.read_bytes())
        outcome.insertion = inserted.refusal or ", ".join(f"{name} −{count}" for name, count in lost.items())
    return outcome


def edit(how: str, path: Path, target: Path, title: str, there: str, new: str) -> str:
    """Edit a file; the sentence if that is refused."""
    try:
        with package.open(path, allow_unsigned=True) as book:
            title = title or book.sheet_names[0]
            if how == "insert":
                book.insert_rows(title, at=int(re.sub(r"\D", "", there)), count=1)
            else:
                book.set(title, there, 4711)
                book.set(title, new, "新增")
            book.save(target)
    except WorkbookError as refusal:
        return str(refusal)
    return ""


def _places(data: bytes) -> tuple[str, str, str]:
    """Title of the first sheet, a cell of it that holds a value, and one beyond all cells; that one twice if there is no value."""
    try:
        title, part = next(iter(proving.sheet_parts(data).items()))
        rows = proving.rows(proving.unpacked(data)[part])
        cells = rows.cells
    except Exception:  # noqa: BLE001  (no whole workbook: that is what the edit will say)
        return "", "A1", "C3"
    formulas = rows.formulas
    plain = [address for address, cell in cells.items() if cell.content and address not in formulas]
    numbers = [address for address in plain if cells[address].kind == "n"]
    row = max((coordinate_to_tuple(address)[0] for address in cells), default=1)
    column = max((coordinate_to_tuple(address)[1] for address in cells), default=1)
    beyond = f"{get_column_letter(min(column + 2, 16_384))}{min(row + 2, 1_048_576)}"
    return title, (numbers or plain or [beyond])[-1], beyond


def _run(*words: object) -> Outcome:
    """`edit` in a process of its own."""
    settings = {**os.environ, "PYTHONUTF8": "1"}
    started = time.perf_counter()
    command = [sys.executable, __file__, "--edit", *map(str, words)]
    done = subprocess.run(command, env=settings, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"{words[1]}: the edit broke off")
    refusal, peak = json.loads(done.stdout)
    return Outcome(refusal, seconds=time.perf_counter() - started, megabytes=peak / _MEGABYTE)


def _peak() -> int:
    """Most memory this process has held, in bytes; 0 where the system does not tell."""
    status = Path("/proc/self/status")  # what `resource` tells includes the process that started this one
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else 0


def _examined(path: Path) -> Outcome:
    """`examine`, an edit that breaks off being one more loss."""
    try:
        return examine(path)
    except RuntimeError as broken:
        return Outcome(differing=[str(broken)])


def main(words: list[str]) -> int:
    """Print the table; 1 if anything was lost."""
    if words[:1] == ["--edit"]:
        how, path, target, *rest = words[1:]
        sys.stdout.write(json.dumps((edit(how, Path(path), Path(target), *rest), _peak())))
        return 0
    found = {path: _examined(path) for path in files(*(map(Path, words) if words else FOLDERS))}
    lines = ["| file | parts | byte-identical | lost | row put in | s | MB |", "|---|---|---|---|---|---|---|"]
    for path, outcome in found.items():
        told = (
            f"refused: {outcome.refusal} | | |"
            if outcome.refusal
            else f"{outcome.parts} | {outcome.identical} | {'；'.join(outcome.differing[:3]) or 0} | {outcome.insertion or 'yes'}"
        )
        lines.append(f"| {path.name} | {told} | {outcome.seconds:.2f} | {outcome.megabytes:.0f} |")
    taken = [outcome for outcome in found.values() if not outcome.refusal]
    lost = sum(1 for outcome in taken if outcome.differing)
    lines.append(
        f"\n{len(found)} files tried, {len(taken)} edited, {len(found) - len(taken)} refused; {sum(outcome.identical for outcome in taken)} of "
        f"{sum(outcome.parts for outcome in taken)} parts byte-identical; {lost} files differ beyond the cells set; "
        f"a row put in: {sum(1 for outcome in taken if not outcome.insertion)}"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(lost > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
