"""Deadlines: cases a lawyer can read, worked examples, an oracle that walks day by day, and promises of the table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao_xl.deadlines import STATUS_TITLES, Deadline, Due, Version, due
from xiaobao_xl.rules import Rules
from xiaobao_xl.workdays import Calendar, Year

CASES = Path(__file__).parent / "cases"
BY_DEADLINE: Mapping[str, list[dict[str, Any]]] = yaml.safe_load((CASES / "deadlines.yaml").read_text(encoding="utf-8"))
EXAMPLES: list[dict[str, Any]] = yaml.safe_load((CASES / "worked_examples.yaml").read_text(encoding="utf-8"))
CALENDAR = Calendar({2025: Year(source="通知", holidays=())})
ALL = [pytest.param(name, case, id=f"{name}: {case['name']}") for name, cases in BY_DEADLINE.items() for case in cases]


def frame_of(*given: Mapping[str, Any]) -> pd.DataFrame:
    """Rows as a register would hold them: dates as `datetime64[s]`, text as `str`."""
    columns = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(given)):
        cells = [row.get(name) for row in given]
        kind = next(cell for cell in cells if cell is not None)
        columns[name] = pd.Series(
            pd.to_datetime(cells).astype("datetime64[s]") if isinstance(kind, date) else cells,
            dtype=None if isinstance(kind, date) else "boolean" if isinstance(kind, bool) else "str",
        )
    return pd.DataFrame(columns, index=range(len(given)))


def ask(rules: Rules, deadline: str, *given: Mapping[str, Any], as_of: date = date(2026, 11, 24)) -> Due:
    return due(rules.deadlines[deadline], frame_of(*given), rules.calendar, as_of, rules.law)


def shown(found: Due, position: int, name: str) -> Any:
    cell = found.table[name].iloc[position]
    return "none" if pd.isna(cell) else cell.date() if isinstance(cell, pd.Timestamp) else cell


def check(found: Due, position: int, case: Mapping[str, Any]) -> None:
    """Compare one row with what its case says."""
    assert shown(found, position, "applies") == case.get("applies", True)
    assert shown(found, position, "status") == case.get("status", "none")
    assert shown(found, position, "due_on") == case["due_on"]
    for name in ("wide_due_on", "days_left"):
        if name in case:
            assert shown(found, position, name) == case[name]
    if "late" in case:
        assert bool(found.late[position]) == case["late"]
    said = found.explain(position)
    parts = case.get("says", [])
    for part in parts if isinstance(parts, list) else [parts]:
        assert str(part) in said
    assert said.endswith("。")


@pytest.mark.parametrize(("deadline", "case"), ALL)
def test_case(rules: Rules, deadline: str, case: dict[str, Any]) -> None:
    check(ask(rules, deadline, case["given"], as_of=case["as_of"]), 0, case)


@pytest.mark.parametrize("deadline", BY_DEADLINE)
def test_a_column_gives_what_single_rows_give(rules: Rules, deadline: str) -> None:
    cases = BY_DEADLINE[deadline]
    for as_of in {case["as_of"] for case in cases}:
        together = [case for case in cases if case["as_of"] == as_of]
        found = ask(rules, deadline, *(case["given"] for case in [*cases, *together]), as_of=as_of)
        for position, case in enumerate(together, start=len(cases)):
            check(found, position, case)


@pytest.mark.parametrize("example", [pytest.param(example, id=example["id"]) for example in EXAMPLES])
def test_worked_example(rules: Rules, example: dict[str, Any]) -> None:
    found = ask(rules, example["deadline"], example["given"], as_of=date(2025, 1, 1))
    assert shown(found, 0, "due_on") == example["due_on"]
    assert shown(found, 0, "wide_due_on") == example["wide_due_on"]


def test_every_deadline_has_three_cases_and_a_word_for_all_it_names(rules: Rules) -> None:
    assert set(BY_DEADLINE) == set(rules.deadlines)
    for name, deadline in rules.deadlines.items():
        assert len(BY_DEADLINE[name]) >= 3, name
        ends = {last for _, last in deadline.excludes}
        values = {value for version in deadline.versions.values() for value in version.limits if value}
        assert {*deadline.columns(), *values} - set(deadline.words) <= ends, name
        assert list(deadline.problems()) == [], name


def test_what_was_not_seen_in_the_text_decides_nothing(rules: Rules) -> None:
    for name, deadline in rules.deadlines.items():
        doubtful = {day: version for day, version in deadline.versions.items() if version.basis != "seen"}
        for day in doubtful:
            chosen = {column: wanted[0] for column, wanted in deadline.when.items() if isinstance(wanted, tuple)}
            row = {column: value for column, value in chosen.items() if value not in {"empty", "filled"}}
            row[deadline.starts] = max(day, date(2019, 3, 1))
            found = ask(rules, name, row, as_of=date(2040, 1, 1))
            assert shown(found, 0, "status") == "no_rule", name
            assert not found.late[0]
            assert not np.isnat(found.reference_due_on[0])


def test_late_by_reference_tells_a_secondary_rule_broken(rules: Rules) -> None:
    row = {"route": "pboc_referral", "received_on": date(2025, 3, 3)}
    answers = [{"notified_on": date(2025, 3, 18)}, {"notified_on": date(2025, 3, 19)}, {}]
    found = ask(rules, "pboc_reply", *(row | answer for answer in answers))
    assert found.late.tolist() == [False, False, False]
    assert found.late_by_reference.tolist() == [False, True, True]
    assert found.reference_due_on.astype("M8[D]").tolist() == [date(2025, 3, 18)] * 3


def test_extension_arrays(rules: Rules) -> None:
    row = {"received_on": date(2025, 12, 3), "complexity": "special"}
    full = row | {"extension_approved_by": "行长", "extension_notified_on": date(2025, 12, 31)}
    late = full | {"extension_notified_on": date(2026, 1, 3)}
    complex_ = {"received_on": date(2025, 12, 3), "complexity": "complex"}
    found = ask(rules, "decision", row, full, late, complex_, complex_ | {"route": "petition"})
    assert found.claims_extension.tolist() == [True, True, True, False, False]
    assert found.missing_needs["extension_approved_by"].tolist() == [True, False, False, False, False]
    assert found.missing_needs["extension_notified_on"].tolist() == [True, False, False, False, False]
    assert found.late_needs["extension_notified_on"].tolist() == [False, False, True, False, False]
    assert found.previous_due_on.astype("M8[D]").tolist() == [date(2026, 1, 2)] * 3 + [None] * 2


def test_an_extension_told_while_the_clock_was_stopped_is_in_time(rules: Rules) -> None:
    row = {
        "received_on": date(2025, 12, 3), "complexity": "special", "extension_approved_by": "行长",
        "extension_notified_on": date(2026, 1, 20), "mediation_from": date(2025, 12, 20),
    }  # fmt: skip
    ends = [{}, {"mediation_to": date(2026, 1, 10)}, {"mediation_to": date(2025, 12, 31)}]
    found = ask(rules, "decision", *(row | end for end in ends))
    assert found.late_needs["extension_notified_on"].tolist() == [False, False, True]


def test_after_a_restart_the_extension_is_judged_by_the_new_limit(rules: Rules) -> None:
    row = {
        "received_on": date(2025, 1, 2), "complexity": "special", "new_facts_on": date(2025, 1, 20),
        "extension_approved_by": "行长", "extension_notified_on": date(2025, 2, 10),
    }  # fmt: skip
    found = ask(rules, "decision", row)
    assert shown(found, 0, "due_on") == date(2025, 3, 21)
    assert shown(found, 0, "starts_on") == date(2025, 1, 20)
    assert not found.late_needs["extension_notified_on"][0]


def test_intervals_at_fault_are_told(rules: Rules) -> None:
    row = {"received_on": date(2025, 4, 1)}
    day, before = date(2025, 4, 9), date(2025, 4, 8)
    faults = [{}, {"mediation_from": day, "mediation_to": before}, {"appraisal_to": day}]
    one_day = {"mediation_from": day, "mediation_to": day}
    found = ask(rules, "decision", *(row | fault for fault in [*faults, one_day]))
    assert found.reversed.tolist() == [False, True, False, False]
    assert found.unstarted.tolist() == [False, False, True, False]
    assert [shown(found, n, "due_on").day for n in range(4)] == [16, 16, 16, 17]


def test_the_version_stays_that_of_receipt_when_new_facts_come_after_a_change() -> None:
    old, new = Version(days=10, source="old"), Version(days=20, source="new")
    versions = {date(2025, 6, 1): new, date(2025, 1, 1): old}
    deadline = Deadline(title="限期", starts="on", restarts="again", versions=versions)
    frame = frame_of({"on": date(2025, 5, 30), "again": date(2025, 6, 2)}, {"on": date(2025, 6, 2)})
    found = due(deadline, frame, CALENDAR, date(2025, 6, 3))
    assert [shown(found, n, "due_on") for n in range(2)] == [date(2025, 6, 12), date(2025, 6, 22)]
    assert [shown(found, n, "version") for n in range(2)] == [date(2025, 1, 1), date(2025, 6, 1)]
    assert [found.version(n) for n in range(2)] == [old, new]


def test_hours_are_met_by_the_minute_and_by_the_day_where_only_a_day_is_known() -> None:
    versions = {date(2025, 1, 1): Version(days=72, unit="hours", source="x")}
    deadline = Deadline(title="报告", starts="found_at", met_by=("told_at",), versions=versions)
    found_at = datetime.fromisoformat("2025-03-03 09:30")
    told = [datetime.fromisoformat(f"2025-03-{text}") for text in ("06 09:30", "06 09:31", "06 00:00", "07 00:00")]
    frame = frame_of(*({"found_at": found_at, "told_at": moment} for moment in told), {"found_at": found_at})
    found = due(deadline, frame, CALENDAR, date(2025, 3, 6))
    assert found.table["status"].tolist() == ["met", "met_late", "met", "met_late", "due_soon"]
    assert found.table["due_on"].tolist() == [pd.Timestamp("2025-03-06 09:30")] * 5
    assert "2025-03-06 09:30" in found.explain(1)
    assert "超期" in found.explain(1)


def test_working_days_left_out_of_a_term_of_working_days(rules: Rules) -> None:
    deadline = Deadline(
        title="限期", starts="on", excludes=(("from", "to"),), words={"from": "调解"},
        versions={date(2020, 1, 1): Version(days=5, unit="working", source="x")},
    )  # fmt: skip
    frame = frame_of({"on": date(2025, 9, 25), "from": date(2025, 9, 29), "to": date(2025, 10, 9)})
    found = due(deadline, frame, rules.calendar, date(2025, 9, 30))
    # 09-26, 09-28 (make-up), [09-29, 09-30, 10-09 left out], 10-10, 10-11 (make-up), 10-13
    assert shown(found, 0, "due_on") == date(2025, 10, 13)
    assert "调解 2025-09-29 至 2025-10-09 共 3 个工作日" in found.explain(0)


def test_days_left_out_of_a_term_of_months_are_calendar_days() -> None:
    versions = {date(2025, 1, 1): Version(days=1, unit="months", source="x")}
    deadline = Deadline(title="限期", starts="on", excludes=(("from", "to"),), versions=versions)
    frame = frame_of({"on": date(2025, 1, 31), "from": date(2025, 2, 28), "to": date(2025, 3, 2)})
    # 02-28 is the month's end; it and two more days are left out
    assert shown(due(deadline, frame, CALENDAR, date(2025, 2, 1)), 0, "due_on") == date(2025, 3, 3)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"excludes": (("a",),)}, "应为两列"),
        ({"versions": {}, "restarts": "again"}, "至少要有一个版本"),
        ({"versions": {date(2025, 1, 1): Version(days={"a": 1}, source="x")}}, "须写 by"),
        ({"versions": {date(2025, 1, 1): Version(days=3, by="kind", source="x")}}, "不分情形时不写"),
        ({"versions": {date(2025, 1, 1): Version(days={"a": 1}, by="k", needs={"b": ()}, source="x")}}, "b 不在 days"),
        ({"versions": {date(2025, 1, 1): Version(days=0, source="x")}}, "应为正整数"),
        (
            {"excludes": (("a", "b"),), "versions": {date(2025, 1, 1): Version(days=3, unit="hours", source="x")}},
            "不能写 excludes",
        ),
    ],
)
def test_problems(change: dict[str, Any], problem: str) -> None:
    deadline = Deadline(title="限期", starts="on", versions={date(2025, 1, 1): Version(days=3, source="x")})
    assert list(deadline.problems()) == []
    assert any(problem in line for line in replace(deadline, **change).problems())


def test_table_keeps_index_and_types(rules: Rules) -> None:
    frame = frame_of({"received_on": date(2025, 3, 3)}, {"received_on": date(2025, 3, 4)}).set_axis([7, 3])
    table = due(rules.deadlines["decision"], frame, rules.calendar, date(2025, 3, 5)).table
    assert table.index.tolist() == [7, 3]
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        "applies": "bool", "starts_on": "datetime64[s]", "due_on": "datetime64[s]", "wide_due_on": "datetime64[s]",
        "done_on": "datetime64[s]", "status": "str", "days_left": "float64", "basis": "str", "version": "datetime64[s]",
    }  # fmt: skip


@pytest.mark.parametrize("columns", [[], ["received_on"], ["received_on", "complexity", "mediation_from"]])
@pytest.mark.parametrize("rows", [0, 2])
def test_empty_frames_and_columns_without_a_type(rules: Rules, columns: list[str], rows: int) -> None:
    frame = pd.DataFrame({name: [None] * rows for name in columns}, index=range(rows))
    found = due(rules.deadlines["decision"], frame, rules.calendar, date(2025, 3, 5))
    assert found.table["status"].tolist() == ["insufficient"] * rows
    assert not found.late.any()


def test_asking_changes_nothing_in_the_frame(rules: Rules) -> None:
    frame = frame_of(*(case["given"] for case in BY_DEADLINE["decision"]))
    before = frame.copy(deep=True)
    due(rules.deadlines["decision"], frame, rules.calendar, date(2025, 3, 5))
    pd.testing.assert_frame_equal(frame, before)


def test_status_titles_are_those_of_the_manual() -> None:
    assert list(STATUS_TITLES.values()) == [
        "未到期", "将到期", "已超期", "按时办结", "超期办结",
        "已撤回", "暂停中", "资料不足", "日历未公布", "无适用规定",
    ]  # fmt: skip


# —— an oracle that walks day by day ——

DAY_0 = date(2025, 3, 3)
LENGTHS = {"simple": 15, "complex": 30, "special": 60}
offsets = st.integers(-5, 80)
maybe_day = st.none() | offsets.map(lambda number: DAY_0 + timedelta(days=number))
rows = st.fixed_dictionaries(
    {"received_on": st.integers(0, 400).map(lambda number: DAY_0 + timedelta(days=number % 12))},
    optional={
        "complexity": st.sampled_from(list(LENGTHS)), "extension_approved_by": st.just("行长"),
        **dict.fromkeys(
            ("extension_approved_on", "extension_notified_on", "new_facts_on", "notified_on", "decided_on", "closed_on",
             "withdrawn_on", "mediation_from", "mediation_to", "appraisal_from", "appraisal_to"), maybe_day,
        ),
    },
)  # fmt: skip


def intervals(row: Mapping[str, Any]) -> Iterator[tuple[date, date | None]]:
    for name in ("mediation", "appraisal"):
        first, last = row.get(f"{name}_from"), row.get(f"{name}_to")
        if first and (last is None or last >= first):
            yield first, last


def walk(row: Mapping[str, Any], start: date, length: int) -> tuple[date, bool]:
    """Step forward until `length` days that are not left out have gone by."""
    day = start
    while length:
        day += timedelta(days=1)
        length -= not any(last and first <= day <= last for first, last in intervals(row))
    return day, any(last is None and first <= day for first, last in intervals(row))


def limit(row: Mapping[str, Any], start: date) -> tuple[date, bool]:
    case = row.get("complexity") or "simple"
    if case == "special":
        before, opened = walk(row, start, 30)
        dates = [row.get("extension_approved_on"), row.get("extension_notified_on")]
        told = bool(row.get("extension_approved_by") and row.get("extension_notified_on"))
        if not told or (not opened and any(day and day > before for day in dates)):
            case = "complex"
    return walk(row, start, LENGTHS[case])


def expected(row: Mapping[str, Any], as_of: date) -> tuple[date | None, str]:
    """Due date and status of the time limit for a decision, told the slow way."""
    end, opened = limit(row, row["received_on"])
    done = next((row[name] for name in ("notified_on", "decided_on", "closed_on") if row.get(name)), None)
    stop, facts = row.get("withdrawn_on"), row.get("new_facts_on")
    over = min((day for day in (done, stop) if day), default=date.max)
    if facts and row["received_on"] < facts <= (date.max if opened else end) and over >= facts:
        end, opened = limit(row, facts)
    if stop and not (done and done < stop):
        return (end, "met_late") if stop > end and not opened else (end, "withdrawn")
    if done:
        if done <= end:
            return end, "met"
        return (None, "insufficient") if opened else (end, "met_late")
    if opened:
        return None, "suspended"
    left = (end - as_of).days
    return end, "overdue" if left < 0 else "due_soon" if left <= 3 else "pending"


@settings(max_examples=300, deadline=None)
@given(row=rows, as_of=offsets.map(lambda number: DAY_0 + timedelta(days=number)))
def test_a_decision_equals_the_walk(rules: Rules, row: dict[str, Any], as_of: date) -> None:
    row = {name: cell for name, cell in row.items() if cell is not None}
    found = ask(rules, "decision", row, as_of=as_of)
    end, status = expected(row, as_of)
    assert (shown(found, 0, "due_on"), shown(found, 0, "status")) == (end or "none", status)
    assert bool(found.late[0]) == (status in {"overdue", "met_late"})
    assert STATUS_TITLES[status] in found.explain(0)


@settings(deadline=None)  # a busy machine is no fault
@given(many=st.lists(rows, min_size=2, max_size=12))
def test_a_column_equals_its_rows(rules: Rules, many: list[dict[str, Any]]) -> None:
    filled = [{name: cell for name, cell in row.items() if cell is not None} for row in many]
    together = ask(rules, "decision", *filled, as_of=DAY_0)
    alone = [ask(rules, "decision", row, as_of=DAY_0) for row in filled]
    pd.testing.assert_frame_equal(together.table, pd.concat([one.table for one in alone], ignore_index=True))
    assert [together.explain(n) for n in range(len(filled))] == [one.explain(0) for one in alone]


@settings(deadline=None)
@given(start=offsets, later=st.integers(0, 60), length=st.integers(0, 30), gap=st.integers(0, 90))
def test_the_end_never_comes_forward(rules: Rules, start: int, later: int, length: int, gap: int) -> None:
    received = DAY_0 + timedelta(days=start)
    first = received + timedelta(days=gap)
    plain = {"received_on": received}
    stopped = plain | {"mediation_from": first, "mediation_to": first + timedelta(days=length)}
    found = ask(rules, "decision", plain, stopped, {"received_on": received + timedelta(days=later)})
    ends = found.table["due_on"].tolist()
    assert ends[0] <= ends[1]
    assert ends[0] <= ends[2]
    wide = found.table["wide_due_on"].tolist()
    assert all(strict <= rolled for strict, rolled in zip(ends, wide, strict=True))


def test_a_date_of_the_register_may_be_the_last_day_itself(rules: Rules) -> None:
    limit = Deadline(
        title="完成整改",
        starts="rectify_by",
        agreed="extended_to",
        met_by=("rectified_on",),
        words={"rectify_by": "整改期限", "extended_to": "延期至", "rectified_on": "整改完成"},
    )
    assert list(limit.problems()) == []

    def days(*texts: str | None) -> pd.DatetimeIndex:
        return pd.to_datetime(list(texts)).astype("datetime64[s]")

    frame = pd.DataFrame(
        {
            "rectify_by": days("2026-03-31", "2026-03-31", "2026-07-02", None, "2026-03-31"),
            "rectified_on": days(None, "2026-03-31", None, None, None),
            "extended_to": days(None, None, None, None, "2026-07-31"),
        }
    )
    found = due(limit, frame, rules.calendar, date(2026, 6, 30))
    assert found.table["status"].tolist() == ["overdue", "met", "due_soon", "insufficient", "pending"]
    assert not found.late.any(), "no rule of law is broken"
    assert found.late_by_reference.tolist() == [True, False, False, False, False]
    assert found.explain(0) == "整改期限 2026-03-31。截至 2026-06-30 未见整改完成，已超期 91 日。"
    extended = "整改期限 2026-03-31，延期至 2026-07-31，以此为准。截至 2026-06-30 未见整改完成，还剩 31 日（未到期）。"
    assert found.explain(4) == extended
