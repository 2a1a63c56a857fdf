"""Due dates: a whole column at once, beside what one would write with pandas alone.

    python benchmarks/due.py                       1,000,000 rows, five rounds, every competitor in turn
    python benchmarks/due.py --rows 200000 --rounds 3

*decision*: dates and statuses of the time limit for a decision with all its events (`due`), beside a plain function of
the same rule applied row by row (`DataFrame.apply`, timed on fewer rows and scaled). *seven working days*: make-up
Saturdays included, beside NumPy's `busday_offset` and pandas' `CustomBusinessDay` (timed on fewer rows and scaled). All
must give the same dates, or the benchmark fails. Building the frame and imports are not timed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import timing  # noqa: E402  (the path comes first)

from xiaobao_xl.deadlines import Deadline, due  # noqa: E402
from xiaobao_xl.rules import load_rules  # noqa: E402
from xiaobao_xl.workdays import Calendar  # noqa: E402

AS_OF = date(2026, 6, 30)
GOAL = 1_000_000  # rows a second
SLOW_ROWS = 5_000  # row by row would take minutes on the whole frame
LENGTHS = {"simple": 15, "complex": 30, "special": 60}


def register(rows: int) -> pd.DataFrame:
    """A register as banks keep them: most cases closed, a few with events that move the clock."""
    random = np.random.default_rng(20260630)
    received = np.datetime64("2024-01-01", "D") + random.integers(0, 900, rows)

    def after(least: int, most: int, share: float) -> np.ndarray:
        days = (received + random.integers(least, most, rows)).astype("M8[s]")
        days[random.random(rows) > share] = np.datetime64("NaT")
        return days

    kinds = np.array(["simple", "complex", "special", None], dtype=object)
    return pd.DataFrame(
        {
            "received_on": received.astype("M8[s]"),
            "route": pd.array(random.choice(["complaint", "petition"], rows, p=[0.97, 0.03]), dtype="str"),
            "complexity": pd.array(random.choice(kinds, rows, p=[0.6, 0.25, 0.05, 0.1]), dtype="str"),
            "notified_on": after(1, 40, 0.8),
            "decided_on": after(1, 40, 0.85),
            "closed_on": after(1, 45, 0.85),
            "withdrawn_on": after(1, 20, 0.03),
            "new_facts_on": after(1, 20, 0.02),
            "mediation_from": after(1, 14, 0.05),
            "mediation_to": after(14, 40, 0.045),
            "extension_approved_by": pd.array(np.where(random.random(rows) < 0.05, "张三", None), dtype="str"),
            "extension_notified_on": after(10, 40, 0.05),
            "agreed_due_on": after(10, 60, 0.01),
        }
    )


def by_row(row: pd.Series) -> pd.Timestamp:
    """The due date of one row, the way a first script does it."""
    if row["route"] == "petition":
        return pd.NaT
    if pd.notna(row["agreed_due_on"]):
        return row["agreed_due_on"]
    over = min(
        next(
            (row[name] for name in ("notified_on", "decided_on", "closed_on") if pd.notna(row[name])), pd.Timestamp.max
        ),
        row["withdrawn_on"] if pd.notna(row["withdrawn_on"]) else pd.Timestamp.max,
    )
    end, opened = _limit(row, row["received_on"])
    facts = row["new_facts_on"]
    if pd.notna(facts) and row["received_on"] < facts and (opened or facts <= end) and over >= facts:
        end, opened = _limit(row, facts)
    return end


def _limit(row: pd.Series, start: pd.Timestamp) -> tuple[pd.Timestamp, bool]:
    kind = row["complexity"] if pd.notna(row["complexity"]) else "simple"
    if kind == "special":
        before, opened = _end(row, start, LENGTHS["complex"])
        told = row["extension_notified_on"]
        if pd.isna(row["extension_approved_by"]) or pd.isna(told) or (told > before and not opened):
            kind = "complex"
    return _end(row, start, LENGTHS[kind])


def _end(row: pd.Series, start: pd.Timestamp, length: int) -> tuple[pd.Timestamp, bool]:
    end, first, last = start + timedelta(days=length), row["mediation_from"], row["mediation_to"]
    if pd.isna(first) or first > end:
        return end, False
    if pd.isna(last):
        return end, True
    first = max(first, start + timedelta(days=1))
    return (end + timedelta(days=(last - first).days + 1) if last >= first else end), False


def decision(deadline: Deadline, frame: pd.DataFrame, calendar: Calendar, rounds: int) -> int:
    """Ours on all rows, row by row on a few; both must agree where a due date is shown."""
    few = frame.head(SLOW_ROWS)
    ours, theirs = race(
        rounds, [lambda: due(deadline, frame, calendar, AS_OF), lambda: few.apply(by_row, axis=1)]
    )  # fmt: skip
    found = due(deadline, few, calendar, AS_OF).table["due_on"]
    expected = few.apply(by_row, axis=1).astype("datetime64[s]")
    agree = found.isna() | (found == expected)
    if not agree.all():
        raise SystemExit(f"不一致：第 {agree.idxmin()} 行")
    tell("decision: xiaobao_xl.due", len(frame), ours)
    tell("decision: DataFrame.apply", len(few), theirs, ours / len(frame))
    speed, plain = len(frame) / ours, len(few) / theirs
    print(
        timing.row(
            f"due, {len(frame):,} rows", f"{speed:,.0f} rows/s", f"{plain:,.0f} rows/s (DataFrame.apply)",
            f"{speed / plain:.0f} ×", f"≥ {GOAL:,} rows/s", is_met=speed >= GOAL,
        )
    )  # fmt: skip
    return int(speed < GOAL)


def seven_working_days(calendar: Calendar, frame: pd.DataFrame, rounds: int) -> None:
    """The same seven working days by three hands."""
    days = frame["received_on"].to_numpy().astype("M8[D]")
    # NumPy knows no make-up days: let all seven weekdays be worked and name every day off instead.
    span = np.arange(np.datetime64("2023-12-01"), np.datetime64(calendar.last) + 1)
    off = [day for day in span if not calendar.is_workday(day.item())]
    numpys = np.busdaycalendar(weekmask="1111111", holidays=off)
    pandas7 = pd.offsets.CustomBusinessDay(
        7, weekmask="Mon Tue Wed Thu Fri Sat Sun", holidays=[day.item() for day in off]
    )
    few = pd.Series(days[:SLOW_ROWS])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)  # that it is slow is what is measured
        ours, theirs, offset = race(
            rounds,
            [
                lambda: calendar.add_days(days, 7, "working"),
                lambda: np.busday_offset(days, 7, roll="backward", busdaycal=numpys),
                lambda: few + pandas7,
            ],
        )
    if (calendar.add_days(days, 7, "working") != np.busday_offset(days, 7, roll="backward", busdaycal=numpys)).any():
        raise SystemExit("不一致：七个工作日")
    tell("7 working days: xiaobao_xl", len(days), ours)
    tell("7 working days: numpy.busday_offset", len(days), theirs, ours / len(days))
    tell("7 working days: pandas CustomBusinessDay", len(few), offset, ours / len(days))


def race(rounds: int, competitors: list[Callable[[], object]]) -> list[float]:
    """Median seconds of each, run in turn so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in competitors]
    for _ in range(rounds):
        for competitor, taken in zip(competitors, times, strict=True):
            start = time.perf_counter()
            competitor()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def tell(name: str, rows: int, seconds: float, ours: float = 0) -> None:
    """One line: rows a second, and how many times slower than ours."""
    ratio = f"  {seconds / rows / ours:8,.1f} ×" if ours else "       1.0 ×"
    print(f"{name:42} {rows:>9,} rows {seconds:8.3f} s {rows / seconds:>13,.0f} rows/s{ratio}")


def main() -> int:
    """Run both races; 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    rules, frame = load_rules(), register(asked.rows)
    seven_working_days(rules.calendar, frame, asked.rounds)
    return decision(rules.deadlines["decision"], frame, rules.calendar, asked.rounds)


if __name__ == "__main__":
    raise SystemExit(main())
