"""When a period is a nil return, and when that must not be claimed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_registers import register_of

from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.periods import parse_period
from xiaobao_xl.rules import Rules

OLD: dict[str, Any] = {"投诉编号": "A1", "收到日期": date(2026, 1, 5), "办结日期": date(2026, 1, 20)}


def counted(rules: Rules, *rows: dict[str, Any], as_of: date = date(2026, 10, 10)) -> Figures:
    register = register_of(rows, rules.registers["complaint"], rules.categories)
    report = rules.reports["complaint_quarterly"]
    return count("complaint_quarterly", report, [register], parse_period("2026Q3"), rules.context(as_of))


def test_a_period_without_complaints_says_so_once(rules: Rules) -> None:
    figures = counted(rules, OLD)
    assert figures.nil == "零报告：本期没有应计入本表的投诉。"
    assert figures.values["nil"][()].value == figures.nil
    assert {finding.level for finding in figures.findings} == {"note"}
    told = "\n".join(finding.message for finding in figures.findings)
    assert told.count("零报告") == 1
    assert "分母为零" not in told
    assert "没有可计算的投诉" not in told
    assert "基础数据表没有“营业网点数”" in told


@pytest.mark.parametrize(
    "row",
    [
        {"投诉编号": "A2", "收到日期": date(2026, 7, 1)},
        {"投诉编号": "A2", "收到日期": date(2026, 5, 1)},  # still pending
        {"投诉编号": "A2", "收到日期": date(2026, 5, 1), "办结日期": date(2026, 7, 1)},
    ],
    ids=["received", "pending", "closed"],
)
def test_a_complaint_of_the_period_makes_it_no_nil_return(rules: Rules, row: dict[str, Any]) -> None:
    figures = counted(rules, OLD, row)
    assert figures.nil == figures.values["nil"][()].value == ""
    assert "零报告" not in "\n".join(finding.message for finding in figures.findings)


def test_what_is_listed_for_information_only_is_no_complaint(rules: Rules) -> None:
    figures = counted(rules, OLD, {"投诉编号": "A2", "收到日期": date(2026, 7, 1), "事项性质": "咨询"})
    assert figures.values["not_complaints"][()].value == 1
    assert figures.nil.startswith("零报告")


def test_a_complaint_without_a_date_forbids_the_claim(rules: Rules) -> None:
    figures = counted(rules, OLD, {"投诉编号": "A2", "收到日期": None})
    assert figures.nil == "本期没有计入本表的投诉；另有 1 件收到日期不明，核实前不能作零报告。"
    assert "warning" in {finding.level for finding in figures.findings}


def test_a_period_not_over_is_nil_only_so_far(rules: Rules) -> None:
    assert counted(rules, OLD, as_of=date(2026, 8, 1)).nil == "零报告：本期截至 2026-08-01 没有应计入本表的投诉。"


def test_a_register_without_dates_claims_nothing(rules: Rules) -> None:
    assert "不能作零报告" in counted(rules, {"投诉编号": "A1", "被投诉机构": "城东"}).nil
