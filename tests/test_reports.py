"""Reports: cases a lawyer can read, and what must hold of every figure of every register."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from small_registers import register_of

from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Change, Flow, Ratio, Share, Stock, Sum, Text, Total, split_term
from xiaobao_xl.figures.values import Figures, Value, figures_as_json, largest_remainder, recount
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import Register
from xiaobao_xl.reports import CrossFoot, Report
from xiaobao_xl.rules import Rules

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases/reports.yaml").read_text(encoding="utf-8"))
AS_OF = date(2026, 10, 10)


def counted(
    rules: Rules, *registers: Register, period: str = "2026Q3", report: Report | None = None, **settings: Any
) -> Figures:
    rule = report or rules.reports["complaint_quarterly"]
    return count("complaint_quarterly", rule, registers, parse_period(period), rules.context(AS_OF), **settings)


def small(rules: Rules, rows: list[dict[str, Any]], file: str = "台账.xlsx") -> Register:
    return register_of(rows, rules.registers["complaint"], rules.categories, file)


def mixed(rules: Rules, size: int, seed: int = 7) -> Register:
    """An invented register in which every kind of event occurs."""
    choose = random.Random(seed)  # noqa: S311  (a reproducible sample)
    columns = rules.registers["complaint"].columns
    rows = []
    for number in range(size):
        received = date(2026, 1, 1) + timedelta(days=choose.randrange(270))
        ended = received + timedelta(days=choose.choice([1, 9, 15, 16, 29, 45]))
        row: dict[str, Any] = {
            "投诉编号": f"T{number:03d}",
            "收到日期": received,
            "复杂程度": choose.choice(["简单", "复杂"]),
        }
        row |= {"办结日期": ended} if choose.random() < 0.8 else {}
        row |= {"撤回日期": ended} if choose.random() < 0.1 else {}
        row |= {"赔付金额": choose.choice([0, 12.5, 300])} if "办结日期" in row else {}
        row |= {"事项性质": "举报"} if choose.random() < 0.1 else {}
        row |= {"合并至编号": "T001"} if choose.random() < 0.05 else {}
        row["被投诉机构"] = choose.choice(["城东支行", "城西支行", "信用卡中心"])
        row["投诉来源"] = choose.choice([spellings[0] for spellings in columns["source"].values.values()])
        row["投诉原因"] = choose.choice(["因定价收费引起的投诉", "因信息披露引起的投诉", "看不懂的原因", None])
        row["投诉业务类别"] = choose.choice(["信用卡", "贷款", "银行卡"])
        row["投诉业务办理渠道"] = choose.choice(["网银", "营业现场", "电子渠道"])
        row["是否重复投诉"], row["是否监管转办"] = choose.choice(["是", "否"]), choose.choice(["是", "否"])
        rows.append(row)
    return small(rules, rows)


def term(figures: Figures, name: str) -> Value:
    title, members = split_term(name)
    figure = figures.id_of(title)
    assert figure is not None, title
    member = figures.member_of(figure, members)
    assert member is not None, name
    return figures.values[figure][member]


def same(left: object, right: object, tolerance: float = 1e-6) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left - right) <= tolerance
    return left == right


# --- cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(rules: Rules, case: Mapping[str, Any]) -> None:
    figures = counted(rules, small(rules, case["register"]), period=case["period"], base_table=case.get("base"))
    for name, expected in case.get("figures", {}).items():
        assert same(term(figures, name).value, None if expected == "无" else expected), name
    for name, keys in case.get("rows", {}).items():
        assert figures.keys_of(term(figures, name)) == keys, name
    broken = {foot.id: [str(figures.stack.keys[row]) for row, _, _ in foot.breaks] for foot in figures.footings}
    if "breaks" in case and any(case["breaks"].values()):
        assert {name: keys for name, keys in broken.items() if keys} == case["breaks"]
    elif "breaks" not in case:
        assert all(foot.holds or foot.unchecked for foot in figures.footings)
    told = "\n".join(finding.message for finding in figures.findings)
    assert [words for words in case.get("says", []) if words not in told] == []
    for name, members in case.get("members", {}).items():
        figure = figures.id_of(name)
        assert figure is not None
        assert list(figures.axes[figure][0].titles) == members


# --- what holds of every figure


def test_every_figure_is_recounted_from_its_rows(rules: Rules) -> None:
    figures = counted(rules, mixed(rules, 120), base_table={"营业网点数": 12, "个人客户数": 100_000})
    assert sum(1 for value in figures if value.value) > 80
    for value in figures:
        tolerance = 10.0**-value.decimals if value.decimals >= 0 else 1e-9
        assert same(recount(value), value.value, tolerance), figures.title(value)
    assert all(foot.holds for foot in figures.footings)


def test_deleting_a_row_changes_exactly_the_figures_that_list_it(rules: Rules) -> None:
    register = mixed(rules, 32)
    before = counted(rules, register)
    keys_before = {value.key: before.keys_of(value) for value in before}
    for position in range(len(register)):
        gone = str(register.keys().iloc[position])
        after = counted(rules, without(register, position))
        for value in before:
            left = after.values[value.figure].get(value.member)
            keys = after.keys_of(left) if left else []
            assert keys == [key for key in keys_before[value.key] if key != gone], before.title(value)
            if gone not in keys_before[value.key] and left is not None:
                assert left.value == value.value, before.title(value)
            if gone in keys_before[value.key] and value.operation in {"count", "sum", "total"}:
                number = left.value if left else 0
                assert number != value.value, before.title(value)


def without(register: Register, position: int) -> Register:
    origin = replace(register.origin, rows=np.delete(register.origin.rows, position))
    return Register(register.id, register.schema, register.frame.drop(index=position).reset_index(drop=True), origin)


@pytest.mark.parametrize("adds_up", [True, False])
def test_shares_make_one_hundred_percent(rules: Rules, adds_up: bool) -> None:
    shipped = rules.reports["complaint_quarterly"]
    changed = {n: replace(f, adds_up=adds_up) if isinstance(f, Share) else f for n, f in shipped.figures.items()}
    figures = counted(rules, mixed(rules, 97), report=replace(shipped, figures=changed))
    for name, figure in figures.report.figures.items():
        if isinstance(figure, Share):
            shares = [float(value.value or 0) for member, value in figures.values[name].items() if member]
            assert same(sum(shares), 1.0), name
            assert not adds_up or all(same(share, round(share, 3)) for share in shares)


def test_order_of_rows_does_not_matter(rules: Rules) -> None:
    register = mixed(rules, 60)
    order = np.random.default_rng(3).permutation(60)
    origin = replace(register.origin, rows=register.origin.rows[order])
    shuffled = Register(register.id, register.schema, register.frame.iloc[order].reset_index(drop=True), origin)
    first, second = counted(rules, register), counted(rules, shuffled)
    assert {value.key: value.value for value in first} == {value.key: value.value for value in second}


def test_json_names_every_complaint(rules: Rules) -> None:
    figures = counted(rules, small(rules, [{"投诉编号": "P1", "收到日期": date(2026, 7, 1)}]))
    cells = [("表!C5", "received", ()), ("表!C5", "closed", ())]  # one cell may print two figures
    found = {(one["figure"], one["member"]): one for one in figures_as_json(figures, cells)}
    assert found["closed", ""]["cell"] == "表!C5"
    assert found["received", ""]["keys"] == ["P1"]
    assert found["received", ""]["cell"] == "表!C5"
    assert found["by_reason", "未填写"]["value"] == 1


def test_empty_register(rules: Rules) -> None:
    full = small(rules, [{"投诉编号": "P1", "收到日期": date(2026, 7, 1), "办结日期": date(2026, 7, 2)}])
    figures = counted(rules, without(full, 0))
    assert term(figures, "本期收到").value == 0
    assert term(figures, "按时办结率").value is None
    assert all(foot.holds for foot in figures.footings)


# --- several registers


def test_earlier_register_serves_changes_only(rules: Rules) -> None:
    current = small(
        rules,
        [
            {"投诉编号": "Q1", "收到日期": date(2026, 7, 1)},
            {"投诉编号": "Q2", "收到日期": date(2026, 6, 1), "办结日期": date(2026, 7, 2)},
        ],
    )
    earlier = small(
        rules,
        [
            {"投诉编号": "Q2", "收到日期": date(2026, 6, 1)},  # an older state of Q2: not counted again
            {"投诉编号": "Q3", "收到日期": date(2026, 5, 1), "办结日期": date(2026, 5, 9)},
            {"投诉编号": "Q4", "收到日期": date(2026, 5, 2)},  # never handed over to the present register
        ],
        "上季台账.xlsx",
    )
    figures = counted(rules, current, earlier=[earlier])
    assert term(figures, "期初在办").value == 1
    assert term(figures, "期末在办").value == 1
    change = term(figures, "收到环比")
    assert same(change.value, 1 / 3 - 1)
    assert figures.keys_of(change.parts[1]) == ["Q2", "Q3", "Q4"]
    told = "\n".join(finding.message for finding in figures.findings)
    assert "Q4（上季台账.xlsx 第6行）" in told
    assert "1 个投诉编号在几份台账中重复出现，只按先给出的一份计一次：Q2" in told


def test_several_sheets_are_one_register(rules: Rules) -> None:
    sheets = [small(rules, [{"投诉编号": f"R{n}", "收到日期": date(2026, n, 1), "是否重大投诉": "是"}]) for n in (7, 8)]
    figures = counted(rules, *sheets)
    assert figures.keys_of(term(figures, "重大投诉")) == ["R7", "R8"]


# --- kinds and mistakes


def test_two_axes_and_totals(rules: Rules) -> None:
    report = Report(
        title="表", register="complaint",
        figures={
            "cells": Flow(title="按机构与来源", flow="received_on", by=("respondent", "source")),
            "paid": Sum(title="赔付", sum="compensation_cny", on="received_on", by=("respondent",)),
            "phone_and_letter": Total(title="电话与来信", total=("cells[城东支行][hotline]", "cells[城东支行][letter]")),
            "average": Ratio(title="件均", ratio=("paid", "cells"), per=1),
        },
    )  # fmt: skip
    rows = [
        {
            "投诉编号": f"S{n}",
            "收到日期": date(2026, 7, n),
            "被投诉机构": unit,
            "投诉来源": source,
            "赔付金额": n * 10.0,
        }
        for n, (unit, source) in enumerate(
            [("城东支行", "客服电话"), ("城东支行", "来信"), ("城西支行", "客服电话")], start=1
        )
    ]
    figures = counted(rules, small(rules, rows), report=report)
    assert figures.values["cells"]["城东支行", "hotline"].value == 1
    assert figures.values["cells"]["城东支行",].value == 2
    assert figures.values["cells"]["城西支行", "letter"].value == 0
    assert figures.values["phone_and_letter"][()].value == 2
    assert same(figures.values["average"]["城东支行",].value, 15.0)


def test_units_without_complaints_have_their_line(rules: Rules) -> None:
    register = small(rules, [{"投诉编号": "U1", "收到日期": date(2026, 7, 1), "被投诉机构": "城西支行"}])
    figures = counted(rules, register, units={"respondent": ["城东支行", "城西支行"]})
    assert list(figures.axes["by_unit"][0].titles)[:2] == ["城东支行", "城西支行"]
    assert term(figures, "按机构[城东支行]").value == 0


def test_unreadable_cell_is_unrecognised_not_unfilled(rules: Rules) -> None:
    register = small(rules, [{"投诉编号": "V1", "收到日期": date(2026, 7, 1), "投诉来源": None, "办结日期": None}])
    register.faulty = {"source": np.array([True]), "closed_on": np.array([True])}
    figures = counted(rules, register)
    assert term(figures, "按来源[未识别]").value == 1
    assert "1 件投诉的办结日期无法识别，按未填写统计" in "\n".join(finding.message for finding in figures.findings)


def test_compensating_errors_are_not_called_equal(rules: Rules) -> None:
    rows = [
        {"投诉编号": "W1", "收到日期": date(2026, 7, 1), "是否重大投诉": "是", "是否升级投诉": "否"},
        {"投诉编号": "W2", "收到日期": date(2026, 7, 1), "是否重大投诉": "否", "是否升级投诉": "是"},
    ]
    report = replace(
        rules.reports["complaint_quarterly"],
        cross_foots={"alike": CrossFoot(left=("major",), right=("escalated",), title="重大＝升级")},
    )
    figures = counted(rules, small(rules, rows), report=report)
    (foot,) = figures.footings
    assert not foot.holds
    assert [figures.stack.keys[row] for row, _, _ in foot.breaks] == ["W1", "W2"]
    assert "互相抵消" in figures.findings[0].message


def test_problems_of_a_report_are_named() -> None:
    report = Report(
        title="表", register="complaint",
        figures={
            "a": Total(title="甲", total=("b",)), "b": Total(title="乙", total=("a",)),
            "c": Flow(title="丙", flow="received_on"), "d": Share(title="丁", share="c"), "e": Ratio(title="戊", ratio=("c",)),
            "f": Stock(title="己", stock=("received_on",)), "g": Text(title="庚", text="author"), "h": Flow(title="丙", flow="closed_on"),
            "i": Flow(title="壬", flow="received_on", by=("source", "reason", "region")),
        },
    )  # fmt: skip
    found = dict(report.problems())
    assert set(found) == {f"figures.{name}" for name in "abdefghi"}
    assert "绕回自身" in found["figures.a"]


def test_unknown_member_in_the_rules_is_an_error(rules: Rules) -> None:
    report = Report(
        title="表", register="complaint",
        figures={"a": Flow(title="甲", flow="received_on", by=("source",)), "b": Total(title="乙", total=("a[moon]",))},
    )  # fmt: skip
    with pytest.raises(XiaobaoError, match=r"a\[moon\] 没有这个成员"):
        counted(rules, small(rules, [{"投诉编号": "X1", "收到日期": date(2026, 7, 1)}]), report=report)


def test_change_from_zero_claims_nothing(rules: Rules) -> None:
    rows = [
        {"投诉编号": "Y1", "收到日期": date(2026, 1, 2), "办结日期": date(2026, 5, 2)},
        {"投诉编号": "Y2", "收到日期": date(2026, 7, 2)},
    ]
    change = term(counted(rules, small(rules, rows)), "收到环比")
    assert change.value is None
    assert "上期为零" in change.note


def test_every_shipped_change_compares_a_count(rules: Rules) -> None:
    report = rules.reports["complaint_quarterly"]
    changes = [figure for figure in report.figures.values() if isinstance(figure, Change)]
    assert {figure.change for figure in changes} == {"received", "closed"}


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=30), st.sampled_from([100, 1000, 10_000]))
def test_largest_remainder_adds_up_and_stays_near(amounts: list[int], scale: int) -> None:
    shares = largest_remainder(amounts, scale)
    whole = sum(amounts)
    assert sum(shares) == (scale if whole else 0)
    assert all(abs(share - amount * scale / whole) < 1 for share, amount in zip(shares, amounts, strict=True) if whole)


# --- periods


@pytest.mark.parametrize(
    ("text", "title", "dates", "previous", "last_year"),
    [
        ("2026Q3", "2026年第三季度", "2026-07-01 至 2026-09-30", "2026年第二季度", "2025年第三季度"),
        ("2026q1", "2026年第一季度", "2026-01-01 至 2026-03-31", "2025年第四季度", "2025年第一季度"),
        ("2026年第2季度", "2026年第二季度", "2026-04-01 至 2026-06-30", "2026年第一季度", "2025年第二季度"),
        ("2026", "2026年度", "2026-01-01 至 2026-12-31", "2025年度", "2025年度"),
        ("2026H2", "2026年下半年", "2026-07-01 至 2026-12-31", "2026年上半年", "2025年下半年"),
        ("2024-02", "2024年2月", "2024-02-01 至 2024-02-29", "2024年1月", "2023年2月"),
        ("2026年1月", "2026年1月", "2026-01-01 至 2026-01-31", "2025年12月", "2025年1月"),
    ],
)
def test_period(text: str, title: str, dates: str, previous: str, last_year: str) -> None:
    period = parse_period(text)
    assert (period.title, period.dates) == (title, dates)
    assert (period.previous.title, period.same_last_year.title) == (previous, last_year)


@pytest.mark.parametrize("text", ["2026Q5", "三季度", "2026-13", "26Q3", "2026Q", "", "9999", "0001", "1000Q1"])
def test_no_period(text: str) -> None:
    with pytest.raises(XiaobaoError, match="无法识别；请写成 2026Q3"):
        parse_period(text)
