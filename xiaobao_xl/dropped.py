"""The door of the portable folder: registers dropped on 校验 or 报表. Results stand beside the register and are opened.

python -m xiaobao_xl.dropped check 台账.xlsx …
python -m xiaobao_xl.dropped report 台账.xlsx …
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import typer

from xiaobao_xl import cli
from xiaobao_xl.commands.daily import FINE

REPORT = "complaint_quarterly"
_say = typer.echo


def main(words: Sequence[str]) -> int:
    """Check or count the dropped registers.

    Args:
        words: `check` or `report`, then the files.

    Returns:
        0 when all went well, 1 when errors were found in a register, 2 when something could not be done.
    """
    verbs = {"check": check, "report": report}
    verb, files = verbs[words[0]], [Path(word) for word in words[1:]]
    files = [file for file in files if not file.name.startswith("~$")]
    if not files:
        _say("请把台账文件拖到这个图标上（不是双击）。台账可以是 .xlsx .xlsm .xls .et .csv，可以一次拖几份。")
        return cli.FAILED
    return verb(files)


def check(files: Sequence[Path]) -> int:
    """Each register gets a marked copy beside it."""
    worst = FINE
    for file in files:
        suffix = ".xlsm" if file.suffix.lower() == ".xlsm" else ".xlsx"
        out = _free(file.with_name(f"{file.stem}_校验{suffix}"))
        _say(f"—— 校验 {file.name}")
        worst = max(worst, _run("check", str(file), "--out", str(out), "--quiet"))
        _open([out])
    return worst


def report(files: Sequence[Path], ask: Callable[[str], str] = input, today: date | None = None) -> int:
    """One report over all registers, the first of them the current one, into a folder beside it.

    Args:
        files: the registers.
        ask: how the period, and of several registers the current one, are asked for.
        today: from which the period offered follows; the computer's own day if not given.
    """
    current = _chosen(files, ask)
    offered = last_quarter(today or date.today())  # noqa: DTZ011  (the officer's own calendar day)
    period = _answer(ask, f"统计哪个期间？按回车用 {offered}，也可以写 2026-09、2026H1、2026：") or offered
    folder = _free(current.parent / f"报表_{period}")
    others = [str(file) for file in files if file != current]
    code = _run("report", REPORT, str(current), *others, "--period", period, "--out", str(folder))
    _open(sorted(folder.glob("*.xlsx")))
    return code


def last_quarter(today: date) -> str:
    """The last quarter that is over.

    >>> last_quarter(date(2026, 11, 25)), last_quarter(date(2027, 1, 4))
    ('2026Q3', '2026Q4')
    """
    quarter = (today.month - 1) // 3
    return f"{today.year}Q{quarter}" if quarter else f"{today.year - 1}Q4"


def _chosen(files: Sequence[Path], ask: Callable[[str], str]) -> Path:
    """Windows hands over several files in an order of its own, so the current one is asked for."""
    if len(files) == 1:
        return files[0]
    for number, file in enumerate(files, start=1):
        _say(f"  {number}. {file.name}")
    while True:
        answer = _answer(ask, "哪一份是本期台账？写它前面的数字（其余的用来算环比、同比）：") or "1"
        if answer.isdigit() and 1 <= int(answer) <= len(files):
            return files[int(answer) - 1]
        _say(f"请写 1 到 {len(files)} 之间的数字。")


def _answer(ask: Callable[[str], str], question: str) -> str:
    try:
        return ask(question).strip()
    except EOFError:  # nobody is there to answer
        return ""


def _free(wanted: Path) -> Path:
    """The name, or one with a number behind it: nothing is overwritten."""
    chosen, number = wanted, 2
    while chosen.exists():
        chosen, number = wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}"), number + 1
    return chosen


def _run(*words: str) -> int:
    """One command of the command line, as if typed."""
    given = sys.argv
    sys.argv = ["xiaobao", *words]
    try:
        cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else cli.FAILED
    finally:
        sys.argv = given
    return FINE


def _open(files: Iterable[Path]) -> None:
    """Show the results in whatever program opens such files; only Windows has such a call."""
    start: Callable[[Path], None] | None = getattr(os, "startfile", None)
    for file in files:
        if start and file.exists():
            start(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
