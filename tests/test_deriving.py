"""Figures made of others: ranks, medians of members, rounding tests, scaled sums, and bases with a number per member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from small_registers import register_of

from xiaobao_xl.errors import RulesError, WorkbookError, XiaobaoError
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.deriving import base_values
from xiaobao_xl.figures.kinds import Flow, Interval, MedianOf, Rank, Ratio, Share, Sum, Total
from xiaobao_xl.figures.values import Figures, combine, fit, recount, rounded
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import Base, CrossFoot, Report
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.workbook.base_table import read_base_table
from xiaobao_xl.workbook.filling import fill
from xiaobao_xl.workbook.recounting import recounted
from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

BY_LINE = Flow(title="按险种", flow="received_on", by=("insurance_line",))
BY_UNIT = Flow(title="按机构", flow="received_on", by=("respondent",))
PREMIUM = Base(title="保费", by="insurance_line", scale=1e8, decimals=2)


def rows(column: str, counts: Mapping[str | None, int], **more: Any) -> list[dict[str, Any]]:
    names = [name for name, number in counts.items() for _ in range(number)]
    return [
        {"投诉编号": f"D{place}", "收到日期": date(2026, 7, 1), column: name, **more}
        for place, name in enumerate(names)
    ]


def counted(rules: Rules, lines: list[dict[str, Any]], figures: Mapping[str, Any], **settings: Any) -> Figures:
    bases, foots = settings.pop("bases", {}), settings.pop("cross_foots", {})
    report = Report(title="表", register="complaint", figures=figures, bases=bases, cross_foots=foots)
    register = register_of(lines, rules.registers["complaint"], rules.categories)
    return count("t", report, [register], parse_period("2026Q3"), rules.context(date(2026, 10, 10)), **settings)


def values(figures: Figures, name: str) -> dict[str, Any]:
    return {"/".join(member): value.value for member, value in figures.values[name].items()}


# --- ranks and medians


def test_equal_values_share_a_place_and_the_unnamed_have_none(rules: Rules) -> None:
    lines = rows("被投诉机构", {"甲": 5, "乙": 3, "丙": 3, "丁": 1, None: 9})
    figures = counted(rules, lines, {"by": BY_UNIT, "rank": Rank(title="排名", rank="by")})
    places = {"": None, "甲": 1, "乙": 2, "丙": 2, "丁": 4, "未填写": None, "未识别": None}
    assert values(figures, "rank") == places
    assert all(recount(value) == value.value for value in figures)


def test_a_rank_is_taken_among_siblings(rules: Rules) -> None:
    lines = rows("险种", {"机动车辆保险": 2, "疾病保险": 3}, 纠纷类型="理赔纠纷") + rows(
        "险种", {"机动车辆保险": 4}, 纠纷类型="销售纠纷"
    )
    pairs = Flow(title="格", flow="received_on", by=("insurance_line", "dispute_type"))
    found = values(counted(rules, lines, {"by": pairs, "rank": Rank(title="排名", rank="by")}), "rank")
    assert (found["motor"], found["illness"]) == (1, 2)
    assert (found["motor/sales"], found["motor/claim"], found["illness/claim"]) == (1, 2, 1)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_a_rank_is_one_more_than_the_number_of_larger_values(numbers: list[int]) -> None:
    places = [combine("rank", [own, *numbers]) for own in numbers]
    ordered = sorted(numbers, reverse=True)
    assert places == [ordered.index(number) + 1 for number in numbers]


def test_median_of_members_leaves_out_the_unnamed_and_the_valueless(rules: Rules) -> None:
    lines = rows("险种", {"机动车辆保险": 6, "疾病保险": 2, "普通人寿保险": 1, None: 50})
    table = {"保费[机动车辆保险]": 2e8, "保费[疾病保险]": 1e8, "保费[保证保险]": 1e8}
    kinds = {
        "by": BY_LINE, "rate": Ratio(title="率", ratio=("by", "premium")), "median": MedianOf(title="中位数", median_of="rate"),
    }  # fmt: skip
    figures = counted(rules, lines, kinds, bases={"premium": PREMIUM}, base_table=table)
    assert values(figures, "median") == {"": 2.0}  # of 3 (motor), 2 (illness), 0 (guarantee)
    assert figures.axes["median"] == ()
    nothing = counted(rules, lines, kinds, bases={"premium": PREMIUM})
    assert nothing.values["median"][()].value is None
    assert "基础数据表没有“保费”" in nothing.values["median"][()].note


# --- the test beside a printed share


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([3, 4]))
def test_a_rounded_share_always_fits_and_a_moved_one_never(part: int, whole: int, decimals: int) -> None:
    exact, unit = part / whole, 10.0**-decimals
    printed = rounded(exact, decimals)
    assert fit(exact, printed, unit) == "相符"
    for step, sign in ((2, "＋"), (-2, "－")):
        assert fit(exact, printed + step * unit, unit) == f"尾差{sign}{200 * unit:.{decimals - 2}f}"


def test_interval_names_the_share_that_was_moved(rules: Rules) -> None:
    kinds = {
        "by": BY_UNIT, "share": Share(title="占比", share="by", adds_up=True), "test": Interval(title="核对", interval="share"),
    }  # fmt: skip
    figures = counted(rules, rows("被投诉机构", {"甲": 1, "乙": 1, "丙": 1}), kinds)
    found = values(figures, "test")
    assert sorted(str(found[name]) for name in ("甲", "乙", "丙")) == ["尾差＋0.1", "相符", "相符"]
    assert (found["未填写"], found[""]) == (None, "相符")


# --- scaled sums


def test_scaled_sums_are_rounded_and_foot_within_their_rounding(rules: Rules) -> None:
    lines = rows("被投诉机构", {"甲": 1, "乙": 1, "丙": 1}, 赔付金额=33_333.0)
    paid = {"sum": "compensation_cny", "on": "received_on", "scale": 10_000, "decimals": 1, "unit": "万元"}
    kinds = {"all": Sum(title="赔付", **paid), "by": Sum(title="按机构赔付", by=("respondent",), **paid)}
    foots = {"adds_up": CrossFoot(left=("all",), right=("by",), title="赔付＝按机构赔付")}
    figures = counted(rules, lines, kinds, cross_foots=foots)
    assert figures.values["all"][()].value == 10.0  # the members print 3.3 each: 9.9
    (foot,) = figures.footings
    assert (foot.verdict, foot.breaks) == ("平", ())
    assert foot.sums == pytest.approx((10.0, 9.9))
    assert foot.slack == pytest.approx(0.05 * 6)
    assert figures.findings == ()
    assert all(recount(value) == value.value for value in figures)


def test_a_missing_row_breaks_a_scaled_relation_even_within_rounding(rules: Rules) -> None:
    lines = [
        *rows("被投诉机构", {"甲": 1}, 赔付金额=12.0),
        {"投诉编号": "X", "收到日期": date(2026, 7, 1), "赔付金额": 3.0, "投诉来源": "来信"},
    ]
    paid = {"sum": "compensation_cny", "on": "received_on", "scale": 10_000, "decimals": 2}
    kinds = {"all": Sum(title="赔付", **paid), "letter": Sum(title="来信", where={"source": ("letter",)}, **paid)}
    foots = {"alike": CrossFoot(left=("all",), right=("letter",), title="赔付＝来信赔付")}
    (foot,) = counted(rules, lines, kinds, cross_foots=foots).footings
    assert [round(left, 6) for _, left, _ in foot.breaks] == [0.0012]
    assert foot.verdict == "抵消后相等"


def test_unscaled_relations_stay_exact(rules: Rules) -> None:
    lines = rows("被投诉机构", {"甲": 1, "乙": 1}, 赔付金额=0.01)
    paid = {"sum": "compensation_cny", "on": "received_on", "decimals": 0}
    kinds = {
        "all": Sum(title="赔付", **paid), "by": Sum(title="按机构", by=("respondent",), **paid),
        "one": Total(title="甲", total=("by[甲]",)),
    }  # fmt: skip
    foots = {"alike": CrossFoot(left=("all",), right=("one",), title="赔付＝甲")}
    (foot,) = counted(rules, lines, kinds, cross_foots=foots).footings
    assert (foot.slack, foot.verdict) == (0, "不平")


# --- a base for each member


def rated(rules: Rules, table: Mapping[str, float]) -> Figures:
    lines = rows("险种", {"机动车辆保险": 6, "疾病保险": 2, None: 1})
    kinds = {"by": BY_LINE, "rate": Ratio(title="亿元保费投诉量", ratio=("by", "premium"))}
    return counted(rules, lines, kinds, bases={"premium": PREMIUM}, base_table=table)


def test_each_member_is_divided_by_its_own_base(rules: Rules) -> None:
    figures = rated(rules, {"保费[车险]": 3e8, "保费[疾病保险]": 4e8})
    found = values(figures, "rate")
    assert (found["motor"], found["illness"], found["life"]) == (2.0, 0.5, None)
    assert figures.values["rate"]["life",].note == "基础数据表没有“保费”的类别“普通人寿保险”"
    assert values(figures, "premium")[""] == 7.0  # the sum, in 亿元


def test_the_whole_counts_only_members_that_have_a_base_and_says_so(rules: Rules) -> None:
    figures = rated(rules, {"保费[机动车辆保险]": 3e8})
    whole = figures.values["rate"][()]
    assert whole.value == 2.0  # 6 complaints of motor over 3, not 9 over 3
    assert figures.keys_of(whole) == [f"D{number}" for number in range(6)]
    assert "未计入：“疾病保险”2、“未填写”1" in "\n".join(finding.message for finding in figures.findings)
    assert recount(whole) == 2.0


def test_a_row_without_category_is_the_base_of_the_whole(rules: Rules) -> None:
    figures = rated(rules, {"保费[机动车辆保险]": 3e8, "保费": 9e8})
    assert (values(figures, "rate")[""], values(figures, "rate")["motor"]) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"保费[机动船险]": 1e8}, "类别“机动船险”无法识别"),
        ({"保费[车险]": 1e8, "保费[机动车辆保险]": 1e8}, "与另一行是同一类别"),
    ],
)
def test_a_category_that_is_none_or_comes_twice_is_refused(rules: Rules, table: dict[str, float], words: str) -> None:
    with pytest.raises(XiaobaoError, match=words):
        rated(rules, table)


def test_a_unit_without_complaints_still_counts_in_the_sum(rules: Rules) -> None:
    lines = rows("被投诉机构", {"甲": 3})
    kinds = {"by": BY_UNIT, "rate": Ratio(title="率", ratio=("by", "outlets"))}
    bases = {"outlets": Base(title="网点数", by="respondent")}
    figures = counted(rules, lines, kinds, bases=bases, base_table={"网点数[甲]": 2, "网点数[新设支行]": 4})
    assert values(figures, "rate")["甲"] == 1.5
    assert values(figures, "rate")[""] == 0.5
    assert base_values("n", Base(title="数"), figures.period, {"数": 4}, None, {})[()].value == 4


def test_base_table_with_a_third_column(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.create_sheet("基础数据")
    for line in (
        ("项目", "数值", "类别"),
        ("营业网点数", 12),
        ("保费收入（亿元）", "35.2", "机动车辆保险"),
        ("保费收入（亿元）", 3, "疾病保险"),
    ):
        sheet.append(line)
    workbook.save(tmp_path / "基础.xlsx")
    numbers = read_base_table(tmp_path / "基础.xlsx").numbers
    assert numbers == {"营业网点数": 12, "保费收入[机动车辆保险]": 35.2e8, "保费收入[疾病保险]": 3e8}
    (tmp_path / "基础.csv").write_text("项目,数值,类别\n保费,1,甲\n保费,2,甲\n", encoding="utf-8")
    with pytest.raises(WorkbookError, match="写了两次而数值不同"):
        read_base_table(tmp_path / "基础.csv")


# --- the 底稿


def test_working_paper_recounts_every_kind(rules: Rules, tmp_path: Path) -> None:
    lines = rows("险种", {"机动车辆保险": 6, "疾病保险": 2, "普通人寿保险": 4, None: 1}, 赔付金额=12_345.0)
    kinds = {
        "by": BY_LINE, "share": Share(title="占比", share="by", adds_up=True), "test": Interval(title="核对", interval="share"),
        "rate": Ratio(title="率", ratio=("by", "premium")), "rank": Rank(title="排名", rank="rate"),
        "median": MedianOf(title="中位数", median_of="rate"),
        "paid": Sum(title="赔付", sum="compensation_cny", on="received_on", scale=10_000, decimals=2),
    }  # fmt: skip
    table = {"保费[机动车辆保险]": 3e8, "保费[疾病保险]": 1e8}
    figures = counted(rules, lines, kinds, bases={"premium": PREMIUM}, base_table=table)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for column, name in enumerate(("by.名称", "by.值", "share", "test", "rate", "rank", "premium"), start=1):
        sheet.cell(1, column).value = f"{{{{ {name if '.' in name else name + '.值'} }}}}"
    sheet["A2"], sheet["B2"], sheet["C2"] = "{{ 中位数 }}", "{{ 赔付 }}", "{{ 率 }}"
    workbook.save(tmp_path / "模板.xlsx")
    filled = fill(tmp_path / "模板.xlsx", figures, tmp_path / "报表.xlsx")
    stamp = Stamp(program="x", rules_version="1", rules_sha256="0" * 64, as_of="2026-10-10")
    paper = write_working_paper(tmp_path / "底稿.xlsx", figures, filled, stamp)
    found = recounted(paper)
    assert [one for one in found if not one.agrees] == []
    again = {one.title: one.again for one in found}
    assert (again["排名 机动车辆保险"], again["中位数"], again["赔付"], again["率"]) == (1, 2.0, 16.05, 2.0)
    lines_of = load_workbook(paper)["指标"].iter_rows(min_row=4)
    formulas = {str(row[2].value): str(row[11].value) for row in lines_of if row[11].value}
    assert formulas["中位数"].startswith("=MEDIAN(")
    assert formulas["排名"].startswith("=1+SUMPRODUCT(")
    assert formulas["核对"].startswith("=IF(ABS(ROUND(")
    assert formulas["赔付"].startswith("=ROUND(SUMIFS(")


# --- mistakes in the rules


def test_problems_of_derived_figures_are_named() -> None:
    report = Report(
        title="表", register="complaint", bases={"premium": Base(title="保费", by="insurance_line")},
        figures={
            "whole": Flow(title="甲", flow="received_on"), "by": BY_UNIT, "share": Share(title="占比", share="by"),
            "r": Rank(title="乙", rank="whole"), "m": MedianOf(title="丙", median_of="whole"), "i": Interval(title="丁", interval="by"),
            "q": Ratio(title="戊", ratio=("by", "premium")), "s": Sum(title="己", sum="a", on="b", scale=0),
            "fine": Rank(title="庚", rank="share"), "fit": Interval(title="辛", interval="share"),
        },
    )  # fmt: skip
    found = dict(report.problems())
    assert set(found) == {f"figures.{name}" for name in "rmiqs"}
    assert "没有 by，无从排名" in found["figures.r"]
    assert "不是占比" in found["figures.i"]
    assert "按 insurance_line（reported）分列" in found["figures.q"]


def test_a_base_cut_at_another_level_than_the_numerator_is_refused() -> None:
    leaves = Flow(title="甲", flow="received_on", by=("product_line",), level=("leaf",))
    kinds = {"by": leaves, "rate": Ratio(title="乙", ratio=("by", "customers"))}
    for level in ("reported", "leaf"):
        bases = {"customers": Base(title="客户数", by="product_line", level=level)}
        found = list(Report(title="表", register="complaint", bases=bases, figures=kinds).problems())
        assert bool(found) == (level == "reported")


def test_a_figure_made_of_a_circle_is_one_problem_not_a_crash() -> None:
    kinds = {
        "a": Total(title="甲", total=("b",)), "b": Total(title="乙", total=("a",)), "c": Share(title="丙", share="a"),
    }  # fmt: skip
    found = dict(Report(title="表", register="complaint", figures=kinds).problems())
    assert "绕回自身" in found["figures.a"]
    assert "没有 by" in found["figures.c"]


def test_a_base_by_an_unknown_column_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "extends: shipped\nreports:\n  t:\n    title: 表\n    register: complaint\n"
        "    bases: {premium: {title: 保费, by: insurance_lines}}\n    figures: {a: {flow: received_on, title: 甲}}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError, match=r"bases\.premium\.by: 列 insurance_lines 没有定义.*是否想写 insurance_line"):
        load_rules(tmp_path / "rules.yaml")
