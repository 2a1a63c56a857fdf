# ruff: noqa: DTZ001  (cells know no time zones)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from xiaobao_xl import waivers
from xiaobao_xl.checks import InTime, Required, Unique
from xiaobao_xl.checks.check import Check
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Column, Origin, Register, Schema
from xiaobao_xl.terms import Version
from xiaobao_xl.waivers import Waiver

AS_OF = date(2026, 10, 8)
CHECK = "complaint.filled"
CHECKS: dict[str, Mapping[str, Check]] = {
    "complaint": {"filled": Required(columns=("phone", "handler")), "key_unique": Unique(columns=("complaint_no",))},
    "petition": {"filled": Required(columns=("phone",))},
}
COLUMNS = ("complaint_no", "received_on", "disputed_cny", "phone", "handler", "is_repeat")


def register(**cells: list[object]) -> Register:
    values: dict[str, list[object]] = {
        "complaint_no": ["TS1", "TS2"], "received_on": ["2026-01-05", None], "disputed_cny": [1.5, None],
        "phone": [None, None], "handler": [None, "张敏"], "is_repeat": [True, None],
    } | cells  # fmt: skip
    frame = pd.DataFrame({name: pd.Series(column) for name, column in values.items()})
    frame = frame.astype(dict.fromkeys(("complaint_no", "phone", "handler"), "str") | {"disputed_cny": "float64"})
    frame["received_on"] = pd.to_datetime(frame["received_on"]).astype("datetime64[s]")
    frame["is_repeat"] = frame["is_repeat"].astype("boolean")
    schema = Schema(title="台账", key="complaint_no", columns={name: Column(title=name) for name in COLUMNS})
    letters = dict(zip(COLUMNS, "ABCDEF", strict=True))
    return Register(
        id="complaint",
        schema=schema,
        frame=frame,
        origin=Origin("a.xlsx", "台账", (1, 1), letters, {}, np.array([2, 3])),
    )


def findings(of: Register) -> list[Finding]:
    return [
        of.finding(position, column, CHECK, "warning", "未填写；请补填")
        for position, column in ((0, "phone"), (0, "handler"), (1, "phone"))
    ]


def mark(of: Register, number: int = 0, checks: waivers.Checks = CHECKS) -> str:
    return waivers.fingerprints(findings(of), [of], checks)[number]


def waiver(of: Register, **parts: object) -> Waiver:
    settings = {
        "check": CHECK,
        "key": "TS1",
        "fingerprint": mark(of),
        "reason": "客户未留",
        "approver": "王主任",
        "expires_on": AS_OF,
    }
    return Waiver(**(settings | parts))  # type: ignore[arg-type]


def apply(of: Register, *accepted: Waiver, as_of: date = AS_OF, checks: waivers.Checks = CHECKS) -> waivers.Applied:
    return waivers.apply(findings(of), accepted, [of], checks, as_of)


def test_a_waiver_silences_its_finding_and_no_other() -> None:
    done = apply(register(), waiver(register()))
    assert [(finding.key, finding.column) for finding in done.waived] == [("TS1", "phone")]
    assert [(finding.key, finding.column) for finding in done.kept] == [("TS1", "handler"), ("TS2", "phone")]
    assert done.problems == []


def test_a_fingerprint_as_typed_by_hand_still_fits() -> None:
    assert len(apply(register(), waiver(register(), fingerprint=f" {mark(register()).lower()} ")).waived) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"handler": ["李强", "张敏"]},
        {"received_on": ["2026-01-06", None]},
        {"disputed_cny": [2.0, None]},
        {"is_repeat": [False, None]},
    ],
)
def test_it_lapses_when_a_value_of_the_row_changes(cells: dict[str, list[object]]) -> None:
    changed = register(**cells)
    done = apply(changed, waiver(register()))
    assert done.waived == []
    assert "指纹与现状不符" in done.problems[0].message


def test_it_holds_when_another_row_or_an_empty_column_changes() -> None:
    changed = register(disputed_cny=[1.5, 99.0])
    changed.frame["remark"] = pd.Series([None, None], dtype="str")
    assert len(apply(changed, waiver(register())).waived) == 1


def test_the_order_of_columns_does_not_matter() -> None:
    turned = register()
    turned.frame = turned.frame[list(reversed(turned.frame.columns))]
    assert mark(turned) == mark(register())


def test_a_changed_unreadable_cell_counts_as_a_changed_row() -> None:
    broken = register()
    broken.faults = [broken.finding(0, "received_on", "reading.date_readable", "error", "", value="26.1.5")]
    other = register()
    other.faults = [other.finding(0, "received_on", "reading.date_readable", "error", "", value="26.1.6")]
    assert len({mark(register()), mark(broken), mark(other)}) == 3


def test_it_lapses_when_the_rule_changes() -> None:
    changed = {"complaint": {"filled": Required(columns=("phone",))}}
    assert apply(register(), waiver(register()), checks=changed).waived == []


def test_it_lapses_when_the_deadline_of_the_rule_changes() -> None:
    checks = {"complaint": {"filled": InTime(deadline="decision")}}
    long, short = (
        Deadline(
            title="答复",
            starts="received_on",
            met_by=("handler",),
            versions={date(2020, 3, 1): Version(days=days, source="x 第1条")},
        )
        for days in (30, 15)
    )
    marks = [
        waivers.fingerprints(findings(register()), [register()], checks, {"decision": deadline})[0]
        for deadline in (long, short, long)
    ]
    assert marks[0] == marks[2] != marks[1]


def test_it_holds_through_its_last_day() -> None:
    assert len(apply(register(), waiver(register())).waived) == 1
    done = apply(register(), waiver(register()), as_of=date(2026, 10, 9))
    assert done.waived == []
    assert [(problem.level, problem.key) for problem in done.problems] == [("note", "TS1")]
    assert "已于 2026-10-08 到期" in done.problems[0].message


def test_the_message_and_the_day_are_no_part_of_the_fingerprint() -> None:
    plain = findings(register())[0]
    later = replace(plain, message="已超期 9 天", level="error")
    first, second = waivers.fingerprints([plain, later], [register()], CHECKS)
    assert first == second


@pytest.mark.parametrize("part", ["reason", "approver", "fingerprint"])
def test_one_without_reason_or_approver_is_refused(part: str) -> None:
    done = apply(register(), waiver(register(), **{part: " "}))
    assert done.waived == []
    assert [(problem.check, problem.level) for problem in done.problems] == [("waivers.complete", "warning")]
    assert f"缺少{waivers.HEADINGS[part]}" in done.problems[0].message


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"check": "complaint.filed"}, "没有这条规则，是否想写 complaint.filled？"),
        ({"key": "TS9"}, "台账中没有这个投诉编号"),
        ({"check": "complaint.key_unique"}, "所豁免的问题已不存在"),
    ],
)
def test_one_that_is_not_needed_says_why(parts: dict[str, object], sentence: str) -> None:
    done = apply(register(), waiver(register(), **parts))
    assert len(done.kept) == 3
    assert sentence in done.problems[0].message


def test_one_for_a_register_not_read_is_passed_over() -> None:
    assert apply(register(), waiver(register(), check="petition.filled")).problems == []


def test_findings_about_a_whole_sheet_can_be_waived() -> None:
    whole = Finding("reading.hidden_rows", "note", "有隐藏行", "a.xlsx", "台账")
    accepted = Waiver(check=whole.check, fingerprint=waivers.fingerprints([whole], [register()], CHECKS)[0], reason="惯例",
                      approver="王主任", expires_on=AS_OF)  # fmt: skip
    assert waivers.apply([whole], [accepted], [register()], CHECKS, AS_OF).waived == [whole]


def test_fingerprints_are_never_read_as_numbers() -> None:
    assert all(
        text.startswith("W") and len(text) == 12
        for text in waivers.fingerprints(findings(register()), [register()], CHECKS)
    )


def table(**cells: object) -> dict[str, object]:
    return {
        "规则": CHECK,
        "投诉编号": "TS1",
        "指纹": "W0",
        "理由": "客户未留",
        "批准人": "王主任",
        "有效期至": date(2026, 12, 31),
    } | cells


@pytest.mark.parametrize(
    "until", [date(2026, 12, 31), datetime(2026, 12, 31), "2026-12-31", "2026年12月31日", "20261231", 46387.0]
)
def test_the_sheet_is_read_with_dates_as_people_type_them(until: object) -> None:
    found, refused = waivers.from_table({2: table(有效期至=until)})
    assert refused == []
    assert found == [
        Waiver(
            check=CHECK,
            key="TS1",
            fingerprint="W0",
            reason="客户未留",
            approver="王主任",
            expires_on=date(2026, 12, 31),
        )
    ]


def test_numbers_typed_into_the_sheet_are_text() -> None:
    found, _ = waivers.from_table({2: table(投诉编号=202600012.0)})
    assert found[0].key == "202600012"


@pytest.mark.parametrize("heading", ["规则", "指纹", "理由", "批准人", "有效期至"])
def test_incomplete_rows_are_refused_with_what_is_missing(heading: str) -> None:
    found, refused = waivers.from_table({7: table(**{heading: None})}, file="a.xlsx")
    assert found == []
    assert [(one.row, one.level, one.sheet) for one in refused] == [(7, "warning", "豁免")]
    assert f"豁免第7行缺少{heading}，此条未生效" in refused[0].message


def test_a_date_that_is_none_is_refused_and_empty_rows_are_passed_over() -> None:
    found, refused = waivers.from_table({2: dict.fromkeys(table(), None), 3: table(有效期至="长期")})
    assert found == []
    assert ["“长期”不是日期" in one.message for one in refused] == [True]
