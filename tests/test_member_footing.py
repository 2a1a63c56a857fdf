"""Cross-foots that must hold for every member of a column: which member does not foot, and by which complaints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_registers import register_of

from xiaobao_xl.errors import RulesError, XiaobaoError
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import AnyFigure, Flow, Share, Total
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import CrossFoot, Report
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.workbook.filling import Filled
from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

CHANNELS: dict[str, AnyFigure] = {
    "by_unit": Flow(title="按机构", flow="received_on", by=("respondent",)),
    "split": Flow(title="机构渠道", flow="received_on", by=("respondent", "business_channel"), level=("leaf",)),
    "electronic": Flow(
        title="电子渠道", flow="received_on", by=("respondent",), where={"business_channel": ("electronic",)}
    ),
    "by_channel": Flow(title="按渠道", flow="received_on", by=("business_channel",), level=("leaf",)),
    "both": Total(title="两项", total=("electronic", "by_unit")),
}
SIX = tuple(
    f"split[{name}]"
    for name in ("online_banking", "telephone", "mobile_app", "public_platform", "sms", "electronic_other")
)


def rows(*cells: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [
        {"投诉编号": f"A{n}", "收到日期": date(2026, 7, n), "被投诉机构": unit, "投诉业务办理渠道": channel}
        for n, (unit, channel) in enumerate(cells, start=1)
    ]


def counted(
    rules: Rules, register: list[dict[str, Any]], foot: CrossFoot, figures: Mapping[str, AnyFigure] = CHANNELS
) -> Figures:
    report = Report(title="表", register="complaint", figures=figures, cross_foots={"adds_up": foot})
    read = register_of(register, rules.registers["complaint"], rules.categories)
    return count("t", report, [read], parse_period("2026Q3"), rules.context(date(2026, 10, 10)))


REGISTER = rows(("城东", "网银"), ("城东", "电子渠道"), ("城西", "电话"), ("城西", "营业现场"))
SUM_RULE = CrossFoot(left=("electronic",), right=SIX, title="电子渠道＝六项之和", each="respondent")


def test_a_break_names_the_branch_and_the_complaint(rules: Rules) -> None:
    figures = counted(rules, REGISTER, SUM_RULE)
    (foot,) = figures.footings
    assert (foot.sums, foot.verdict) == ((3, 2), "不平")
    assert [part.verdict for part in foot.parts] == ["不平", "平", "平", "平"]  # 城东, 城西, 未填写, 未识别
    first, second = figures.findings
    assert first.level == "error"
    assert "电子渠道［城东］ 2 ≠ 机构渠道各项之和 1" in first.message
    assert "城西" not in first.message
    assert (second.key, second.row) == ("A2", 5)


def test_every_branch_foots(rules: Rules) -> None:
    (foot,) = counted(rules, rows(("城东", "网银"), ("城西", "电话")), SUM_RULE).footings
    assert (foot.holds, len(foot.parts)) == (True, 4)


def test_without_complaints_nothing_is_broken(rules: Rules) -> None:
    (foot,) = counted(rules, [REGISTER[0] | {"收到日期": date(2020, 1, 1)}], SUM_RULE).footings
    assert (foot.holds, foot.sums) == (True, (0, 0))


def test_branches_that_make_up_for_each_other_do_not_foot(rules: Rules) -> None:
    """Sides equal as a whole: 收到 by the branch complained of against 办结 by the same, two branches swapped."""
    figures: dict[str, AnyFigure] = {
        "left": Flow(title="收到", flow="received_on", by=("respondent",)),
        "right": Flow(title="办结", flow="closed_on", by=("respondent",)),
    }
    register = [
        {"投诉编号": "A1", "收到日期": date(2026, 7, 1), "被投诉机构": "城东"},
        {"投诉编号": "A2", "收到日期": date(2026, 6, 1), "办结日期": date(2026, 7, 2), "被投诉机构": "城西"},
    ]
    foot = CrossFoot(left=("left",), right=("right",), title="收到＝办结", each="respondent")
    told = counted(rules, register, foot, figures)
    assert told.footings[0].sums == (1, 1)
    assert told.footings[0].verdict == "不平"
    assert {finding.key for finding in told.findings} == {"", "A1", "A2"}
    assert "收到［城西］ 0 ≠ 办结［城西］ 1" in told.findings[0].message


def test_the_other_column_may_be_the_one_that_holds(rules: Rules) -> None:
    foot = CrossFoot(left=("by_channel",), right=("split",), title="每一渠道＝各机构之和", each="business_channel")
    (found,) = counted(rules, REGISTER, foot).footings
    assert found.holds
    assert [part.sums for part in found.parts if any(part.sums)] == [(1, 1)] * 4


def test_figures_made_of_others_are_split_as_those_are(rules: Rules) -> None:
    foot = CrossFoot(left=("both",), right=("electronic", "by_unit"), title="两项之和", each="respondent")
    (found,) = counted(rules, REGISTER, foot).footings
    assert found.holds
    assert [part.sums for part in found.parts[:2]] == [(4, 4), (3, 3)]


def test_an_unknown_member_is_named(rules: Rules) -> None:
    foot = CrossFoot(left=("electronic",), right=("split[moon]",), title="电子渠道＝月亮", each="respondent")
    with pytest.raises(XiaobaoError, match=r"split\[moon\] 没有这个成员"):
        counted(rules, REGISTER, foot)


def test_a_term_not_split_by_the_column_is_refused(rules: Rules, tmp_path: Path) -> None:
    foot = CrossFoot(left=("by_unit",), right=("by_channel",), title="机构＝渠道", each="respondent")
    with pytest.raises(XiaobaoError, match="by_channel 不按这一列分类"):
        counted(rules, REGISTER, foot)
    own = tmp_path / "rules.yaml"
    own.write_text(
        "extends: shipped\nversion: 2026-11-25\nreports:\n  mine:\n    title: 我的表\n    register: complaint\n    figures:\n"
        "      units: {flow: received_on, by: respondent, title: 机构}\n      whole: {flow: received_on, title: 全部}\n"
        "    cross_foots:\n      adds_up: {each: respondent, left: [units], right: [whole], title: 机构＝全部}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError, match="each 写了 respondent，而 whole 不按这一列分类"):
        load_rules(own)


def test_the_working_paper_lists_the_branches_that_do_not_foot(rules: Rules, tmp_path: Path) -> None:
    figures = counted(rules, REGISTER, SUM_RULE)
    (tmp_path / "表.xlsx").write_bytes(b"")
    stamp = Stamp(program="xiaobao-xl", rules_version="1", rules_sha256="0", as_of="2026-10-10")
    paper = tmp_path / "底稿.xlsx"
    write_working_paper(paper, figures, Filled(tmp_path / "表.xlsx", (), (), "0", "0"), stamp)
    lines = [[cell.value for cell in row] for row in load_workbook(paper)["勾稽"].iter_rows(min_row=4)]
    assert [line[1:5] for line in lines] == [[3, 2, 1, "不平"], [2, 1, 1, "不平"], [1, 0, 1, None]]
    assert "城东" in lines[1][5]
    assert "A2" in lines[2][0]


def test_shares_have_the_columns_of_what_they_share(rules: Rules) -> None:
    figures = CHANNELS | {"share": Share(title="占比", share="electronic")}
    foot = CrossFoot(left=("share",), right=("share",), title="占比＝占比", each="respondent")
    (found,) = counted(rules, REGISTER, foot, figures).footings
    assert len(found.parts) == 4
