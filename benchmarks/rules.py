"""Rules alone on a 100,000-row frame: ours beside pandera and Great Expectations, the same 30 rules for each.

    python benchmarks/rules.py                 three rounds, every competitor in turn, each in a process of its own
    python benchmarks/rules.py --rows 20000 --rounds 1

The peers are the extra `bench` (`pip install -e ".[bench]"`); where this Python lacks them, an environment is made in
the temporary directory and kept for the next run. Reading the file, building the frame and imports are not timed;
making the complete list of findings is. `RULES` is written once, as checks of this library; `pandera_schema` and
`gx_suite` translate it. Rules neither peer can express (deadlines, identity numbers, classification, repeats, sums) are
left out. Every competitor must find the same number of faulty cells, or the benchmark fails.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import timing  # noqa: E402  (the path comes first)

from xiaobao_xl import checks  # noqa: E402
from xiaobao_xl.checks import Check, Context  # noqa: E402
from xiaobao_xl.checks.consistent_with import ConsistentWith  # noqa: E402
from xiaobao_xl.checks.date_order import DateOrder  # noqa: E402
from xiaobao_xl.checks.forbidden_when import ForbiddenWhen  # noqa: E402
from xiaobao_xl.checks.in_range import InRange  # noqa: E402
from xiaobao_xl.checks.matches import Matches  # noqa: E402
from xiaobao_xl.checks.not_future import NotFuture  # noqa: E402
from xiaobao_xl.checks.one_of import OneOf  # noqa: E402
from xiaobao_xl.checks.required import Required  # noqa: E402
from xiaobao_xl.checks.required_when import RequiredWhen  # noqa: E402
from xiaobao_xl.checks.unique import Unique  # noqa: E402
from xiaobao_xl.conditions import FILLED, Bounds, Condition, select  # noqa: E402
from xiaobao_xl.registers import Column, Origin, Register, Schema  # noqa: E402
from xiaobao_xl.workdays import Calendar, Year  # noqa: E402

AS_OF = date(2026, 9, 30)
GOALS = {"pandera": 2.0, "great_expectations": 8.0}
FAULTY = 0.01  # share of the cells of each rule that break it

VALUES = {
    "status": ("pending", "closed", "withdrawn"),
    "complexity": ("simple", "complex", "special"),
    "source": ("hotline", "letter", "pboc_12363", "regulator_12378"),
    "received_via": ("visit", "phone", "online"),
}
RULES: dict[str, Check] = {
    **{f"{name}_filled": Required(columns=(name,)) for name in ("complaint_no", "received_on", "complainant_name", "respondent", "text", "handler")},
    "closed_has_date": RequiredWhen(columns=("closed_on",), when={"status": ("closed",)}),
    "decided_has_result": RequiredWhen(columns=("result",), when={"decided_on": ("filled",)}),
    "pboc_case_has_number": RequiredWhen(columns=("pboc_no",), when={"source": ("pboc_12363",)}),
    "pending_not_closed": ForbiddenWhen(columns=("archived_on",), when={"status": ("pending",)}),
    "refused_not_decided": ForbiddenWhen(columns=("decided_on",), when={"refused_on": ("filled",)}),
    **{f"{name}_unique": Unique(columns=(name,)) for name in ("complaint_no", "original_no")},
    **{f"{name}_known": OneOf(columns=(name,)) for name in VALUES},
    "outlet_no_plain": Matches(columns=("outlet_no",), pattern="[0-9A-Za-z-]+", expected="只含数字、字母或短横线"),
    "phone_shaped": Matches(columns=("phone",), pattern="1[3-9][0-9]{9}", expected="为 11 位手机号码"),
    "text_says_something": Matches(columns=("text",), pattern=".{6,}", expected="至少 6 个字"),
    "amount_in_range": InRange(columns=("disputed_cny",), min=0),
    "count_in_range": InRange(columns=("complainant_count",), min=1, max=1000),
    "representatives_in_range": InRange(columns=("representative_count",), max=5),
    "received_before_decided": DateOrder(order=("received_on", "decided_on")),
    "received_before_closed": DateOrder(order=("received_on", "closed_on")),
    "decided_before_notified": DateOrder(order=("decided_on", "notified_on")),
    "received_not_future": NotFuture(columns=("received_on",)),
    "notified_not_future": NotFuture(columns=("notified_on",)),
    "merged_is_repeat": ConsistentWith(when={"merged_into": ("filled",)}, holds={"is_repeat": True}),
    "twenty_are_major": ConsistentWith(when={"complainant_count": Bounds(min=20)}, holds={"is_major": True}),
}  # fmt: skip


def frame_of(rows: int, seed: int = 20260930) -> pd.DataFrame:
    """An invented register of 30 columns; about one cell in a hundred of each rule is faulty."""
    random = np.random.default_rng(seed)
    number = np.arange(rows)

    def some(share: float) -> np.ndarray:
        return random.random(rows) < share

    def text(cells: object, empty: np.ndarray | None = None) -> pd.Series:
        series = pd.Series(cells, dtype="str")
        return series if empty is None else series.mask(empty)

    def days(base: np.ndarray, most: int, empty: np.ndarray) -> np.ndarray:
        return np.where(empty, np.datetime64("NaT"), base + random.integers(-most // 100 - 1, most, rows))

    received = np.datetime64("2025-01-01") + random.integers(0, 630, rows)
    received = np.where(some(FAULTY), np.datetime64("2062-01-01"), received)
    refused = some(0.03)
    decided = days(received, 60, some(0.2) | (refused & ~some(FAULTY)))
    status = random.choice(VALUES["status"], rows)
    merged = some(0.05)
    many = some(0.02)
    coded = {
        name: text(
            np.where(some(FAULTY), "不知道", status if name == "status" else random.choice(members, rows)), some(0.02)
        )
        for name, members in VALUES.items()
    }
    phones = np.char.add("1", (random.integers(3 * 10**9, 10**10, rows)).astype(str))
    words = np.array(
        ["信用卡年费收取未提前告知，要求退还", "贷款提前还款被收违约金，要求说明依据", "理财亏损，称未提示风险"]
    )
    return pd.DataFrame(
        {
            "complaint_no": text(
                np.char.add("TS", np.where(some(FAULTY), number - 1, number).astype(str)), some(FAULTY)
            ),
            "original_no": text(np.char.add("Y", np.where(some(FAULTY), number - 1, number).astype(str)), some(0.5)),
            "pboc_no": text(np.char.add("P", number.astype(str)), some(FAULTY)),
            "received_on": np.where(some(FAULTY), np.datetime64("NaT"), received).astype("datetime64[s]"),
            "registered_on": days(received, 3, some(0.1)).astype("datetime64[s]"),
            "refused_on": np.where(refused, received, np.datetime64("NaT")).astype("datetime64[s]"),
            "decided_on": decided.astype("datetime64[s]"),
            "notified_on": days(decided, 20, some(0.1)).astype("datetime64[s]"),
            "closed_on": days(received, 60, (status != "closed") | some(FAULTY)).astype("datetime64[s]"),
            "archived_on": days(received, 200, ((status == "pending") & ~some(FAULTY)) | some(0.5)).astype(
                "datetime64[s]"
            ),
            "complainant_name": text(np.char.add("客户", number.astype(str)), some(FAULTY)),
            "respondent": text(random.choice(["城东支行", "城西支行"], rows), some(FAULTY)),
            "handler": text(random.choice(["张三", "李四"], rows), some(FAULTY)),
            "text": text(np.where(some(FAULTY), "投诉", random.choice(words, rows)), some(FAULTY)),
            "result": text(np.full(rows, "已答复"), some(FAULTY)),
            "outlet_no": text(np.where(some(FAULTY), "城东 01", "0102-33"), some(0.02)),
            "phone": text(np.where(some(FAULTY), "1380013800", phones), some(0.02)),
            "disputed_cny": np.where(some(FAULTY), -1.0, random.integers(0, 10**6, rows) / 100),
            "complainant_count": np.where(many, 25.0, np.where(some(FAULTY), 0.0, 1.0)),
            "representative_count": np.where(some(FAULTY), 8.0, random.integers(1, 6, rows)),
            "merged_into": text(np.full(rows, "TS0"), ~merged),
            "is_repeat": pd.array(merged & ~some(0.1), dtype="boolean"),
            "is_major": pd.array(many & ~some(0.1), dtype="boolean"),
            **coded,
            **{name: text(np.full(rows, "备注文字")) for name in ("remark", "address", "request")},
        }
    )


def ours(frame: pd.DataFrame) -> Callable[[], int]:
    """This library: findings with cell, heading, complaint number, printed value and Chinese message."""
    columns = {name: Column(title=name, values={v: (v,) for v in VALUES.get(name, ())}) for name in frame}
    letters = {name: f"A{chr(65 + place)}" for place, name in enumerate(frame)}
    origin = Origin("台账.xlsx", "投诉", (1, 1), letters, {}, np.arange(2, 2 + len(frame)))
    register = Register("complaint", Schema(title="台账", key="complaint_no", columns=columns), frame, origin)
    context = Context(as_of=AS_OF, calendar=Calendar({2026: Year(source="", holidays=(date(2026, 1, 1),))}))
    return lambda: len(checks.run(RULES, register, context))


def pandera(frame: pd.DataFrame) -> Callable[[], int]:
    """pandera, lazy: all failure cases. Rules over two columns are checks of the whole frame, as its manual advises."""
    import pandera.pandas as pa  # noqa: PLC0415  (only where it is installed)

    schema = pandera_schema(pa, frame)

    def validate() -> int:
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as failed:
            cases = failed.failure_cases
            wide = cases["schema_context"] == "DataFrameSchema"
            return int((~wide).sum() + len(cases[wide].drop_duplicates(["check", "index"])))
        return 0

    return validate


def pandera_schema(pa, frame: pd.DataFrame):  # noqa: ANN001, ANN201  (a module that may be absent)
    """`RULES` as a pandera schema."""
    columns = {name: {"nullable": True, "unique": False, "checks": []} for name in frame}
    wide = []
    for name, rule in RULES.items():
        for column in getattr(rule, "columns", ()):
            spec = columns[column]
            match rule:
                case Required():
                    spec["nullable"] = False
                case Unique():
                    wide.append(_pandera_unique(pa, name, column))
                case OneOf():
                    spec["checks"].append(pa.Check.isin(VALUES[column]))
                case Matches():
                    spec["checks"].append(pa.Check.str_matches(f"^(?:{rule.pattern})$"))
                case InRange():
                    spec["checks"] += [pa.Check.ge(rule.min)] if rule.min is not None else []
                    spec["checks"] += [pa.Check.le(rule.max)] if rule.max is not None else []
                case NotFuture():
                    spec["checks"].append(pa.Check.le(pd.Timestamp(AS_OF)))
        wide += _pandera_wide(pa, name, rule)
    return pa.DataFrameSchema({name: pa.Column(None, **spec) for name, spec in columns.items()}, checks=wide)


def _pandera_unique(pa, name: str, column: str):  # noqa: ANN001, ANN202
    """Its own `unique=True` counts empty cells as equal to one another, so the rule is spelled out."""
    return pa.Check(lambda frame: frame[column].isna() | ~frame[column].duplicated(keep=False), name=name)


def _pandera_wide(pa, name: str, rule: Check) -> list:  # noqa: ANN001
    def out(frame: pd.DataFrame) -> np.ndarray:
        return ~select(frame, rule.when)

    match rule:
        case RequiredWhen(columns=(column,)):
            return [pa.Check(lambda frame: out(frame) | frame[column].notna(), name=name)]
        case ForbiddenWhen(columns=(column,)):
            return [pa.Check(lambda frame: out(frame) | frame[column].isna(), name=name)]
        case DateOrder(order=(first, second)):
            return [pa.Check(lambda frame: ~(frame[second] < frame[first]), name=name)]
        case ConsistentWith():
            ((column, wanted),) = rule.holds.items()
            return [pa.Check(lambda frame: out(frame) | (frame[column] == wanted).fillna(value=True), name=name)]
    return []


def great_expectations(frame: pd.DataFrame) -> Callable[[], int]:
    """Great Expectations, result format COMPLETE: all unexpected values with their complaint numbers."""
    import great_expectations as gx  # noqa: PLC0415  (only where it is installed)

    settings = gx.get_context(mode="ephemeral")
    settings.variables.progress_bars = {"globally": False}
    asset = settings.data_sources.add_pandas("frame").add_dataframe_asset("register")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        {"dataframe": frame.assign(row=np.arange(len(frame)))}
    )
    suite = gx.ExpectationSuite(name="rules", expectations=[gx_expectation(gx, rule) for rule in RULES.values()])
    complete = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
    return lambda: sum(
        found.result["unexpected_count"] for found in batch.validate(suite, result_format=complete).results
    )


def gx_expectation(gx, rule: Check):  # noqa: ANN001, ANN201, PLR0911  (one return for each kind)
    """One rule as an expectation."""
    known = gx.expectations
    when = _gx_condition(rule.when)
    match rule:
        case Required(columns=(column,)) | RequiredWhen(columns=(column,)):
            return known.ExpectColumnValuesToNotBeNull(column=column, **when)
        case ForbiddenWhen(columns=(column,)):
            return known.ExpectColumnValuesToBeNull(column=column, **when)
        case Unique(columns=(column,)):
            return known.ExpectColumnValuesToBeUnique(column=column)
        case OneOf(columns=(column,)):
            return known.ExpectColumnValuesToBeInSet(column=column, value_set=list(VALUES[column]))
        case Matches(columns=(column,)):
            return known.ExpectColumnValuesToMatchRegex(column=column, regex=f"^(?:{rule.pattern})$")
        case InRange(columns=(column,)):
            return known.ExpectColumnValuesToBeBetween(column=column, min_value=rule.min, max_value=rule.max)
        case NotFuture(columns=(column,)):
            return known.ExpectColumnValuesToBeBetween(column=column, max_value=pd.Timestamp(AS_OF).to_pydatetime())
        case DateOrder(order=(first, second)):
            return known.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=second, column_B=first, or_equal=True, ignore_row_if="either_value_is_missing"
            )
        case ConsistentWith():
            ((column, wanted),) = rule.holds.items()
            return known.ExpectColumnValuesToBeInSet(column=column, value_set=[wanted], **when)
    raise TypeError(rule)


def _gx_condition(when: Condition) -> dict[str, object]:
    from great_expectations.expectations.row_conditions import Column as Named  # noqa: PLC0415

    if not when:
        return {}
    ((column, wanted),) = when.items()
    if isinstance(wanted, Bounds):
        return {"row_condition": Named(column) >= wanted.min}
    return {"row_condition": Named(column).is_not_null() if FILLED in wanted else Named(column) == wanted[0]}


COMPETITORS = {"xiaobao_xl": ours, "pandera": pandera, "great_expectations": great_expectations}


def measure(name: str, rows: int) -> dict[str, float]:
    """Best of two passes in this process, and the findings of one."""
    work = COMPETITORS[name](frame_of(rows))
    seconds, found = [], 0
    for _ in range(2):
        started = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - started)
    return {"seconds": min(seconds), "found": found}


def python_with_peers() -> str:
    """This Python if it has the peers, else one in an environment made for them."""
    if all(importlib.util.find_spec(peer) for peer in GOALS):
        return sys.executable
    home = Path(tempfile.gettempdir()) / "xiaobao_xl_bench"
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"第一次运行：在 {home} 安装 pandera 与 Great Expectations …")
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"{ROOT}[bench]"], check=True)  # noqa: S603
    return str(python)


def main() -> int:
    """Print a table; 1 if a goal is missed, 2 if the competitors disagree about what is wrong."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--only", choices=COMPETITORS, help="measure one in this process and print JSON")
    given = words.parse_args()
    if given.only:
        print(json.dumps(measure(given.only, given.rows)))
        return 0
    python, results = python_with_peers(), {name: [] for name in COMPETITORS}
    for _ in range(given.rounds):
        for name, measured in results.items():
            command = [python, __file__, "--only", name, "--rows", str(given.rows)]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
            measured.append(json.loads(printed.splitlines()[-1]))
    return table(results, given.rows)


def table(results: dict[str, list[dict[str, float]]], rows: int) -> int:
    """Medians, ratios and goals."""
    seconds = {name: statistics.median(one["seconds"] for one in measured) for name, measured in results.items()}
    found = {name: int(measured[0]["found"]) for name, measured in results.items()}
    print(f"{len(RULES)} rules, {rows:,} rows, complete findings; median of {len(results['xiaobao_xl'])} rounds")
    missed = False
    for name, taken in seconds.items():
        ratio, goal = taken / seconds["xiaobao_xl"], GOALS.get(name, 0.0)
        missed |= ratio < goal
        print(
            f"{name:20} {taken:8.3f} s {ratio:7.1f} x"
            + (f"  (goal {goal:g} x)" if goal else "")
            + f"  {found[name]:,} findings"
        )
    for name, goal in GOALS.items():
        ratio = seconds[name] / seconds["xiaobao_xl"]
        print(
            timing.row(
                f"rules, {rows:,} rows × {len(RULES)} rules", f"{seconds['xiaobao_xl']:.2f} s",
                f"{seconds[name]:.2f} s ({name})", f"{ratio:.1f} × faster", f"≥ {goal:g} × faster", is_met=ratio >= goal,
            )
        )  # fmt: skip
    if len(set(found.values())) > 1:
        print("the competitors disagree about what is wrong")
        return 2
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
