"""Templates drawn from the rules alone: every printed figure has its mark, tables close, cross-foots point at cells."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from small_registers import register_of

from xiaobao_xl.figures import counting
from xiaobao_xl.figures.kinds import Change, Flow, Mean, Ratio, Share, Stock, Text, Total
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import CrossFoot, Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook.filling import fill

sys.path.insert(0, str(Path(__file__).parent.parent / "workbooks"))
import general
import plans

ROWS = [
    {"投诉编号": "TS1", "收到日期": date(2026, 7, 1), "办结日期": date(2026, 7, 9), "投诉来源": "客服电话", "是否重大投诉": "是", "被投诉机构": "城东支行"},
    {"投诉编号": "TS2", "收到日期": date(2026, 8, 1), "办结日期": date(2026, 8, 5), "投诉来源": "客户来访", "是否重大投诉": "否", "被投诉机构": "城西支行"},
    {"投诉编号": "TS3", "收到日期": date(2026, 9, 1), "办结日期": None, "投诉来源": "客服电话", "是否重大投诉": "否", "被投诉机构": "城西支行"},
]  # fmt: skip
TEXTS = {"period": Text(text="period", title="期间"), "approved_by": Text(text="approved_by", title="负责人")}


def report(**figures: Any) -> Report:
    received = Flow(flow="received_on", title="收到")
    feet = {"sources": CrossFoot(left=("received",), right=("by_source",), title="收到＝按来源合计")}
    wanted = {"received": received, **figures}
    return Report(
        title="试验表", register="complaint", figures=TEXTS | wanted, cross_foots=feet if "by_source" in wanted else {}
    )


def filled(rules: Rules, made: Report, folder: Path) -> dict[str, dict[str, Any]]:
    """The drawn template, filled: sheet → address → value; nothing printed is left out."""
    drawn: Workbook = general.draw(rules, made)
    drawn.save(folder / "模板.xlsx")
    register = register_of(ROWS, rules.registers["complaint"], rules.categories)
    figures = counting.count("trial", made, [register], parse_period("2026Q3"), rules.context(date(2026, 9, 30)))
    done = fill(folder / "模板.xlsx", figures, folder / "表.xlsx")
    assert [finding.line() for finding in done.findings] == []
    return {
        sheet.title: {cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None}
        for sheet in load_workbook(done.path)
    }


def test_undivided_figures_stand_in_tiles_and_cross_foots_point_at_their_cells(rules: Rules, tmp_path: Path) -> None:
    by_source = Flow(flow="received_on", by=("source",), title="按来源")
    share = Share(share="by_source", title="来源占比")
    cells = filled(rules, report(by_source=by_source, share=share), tmp_path)["统计表"]
    (number,) = [place for place, value in cells.items() if value == 3 and place.startswith("A")]
    (relation,) = [place for place, value in cells.items() if value == "收到＝按来源合计"]
    row = relation[1:]
    assert cells[f"H{row}"] == f"={number}"
    total = cells[f"J{row}"].removeprefix("=")
    assert cells[total].startswith("=SUM(")
    assert cells[f"L{row}"] == f'=IF(ROUND(H{row}-J{row},2)=0,"平","不平")'
    assert "二、按投诉来源" in cells.values()
    assert "三、勾稽核对" in cells.values()
    assert "负责人：" in " ".join(map(str, cells.values()))


def test_a_rate_is_not_added_up(rules: Rules, tmp_path: Path) -> None:
    closed = Flow(flow="closed_on", by=("source",), title="办结按来源")
    by_source = Flow(flow="received_on", by=("source",), title="按来源")
    rate = Ratio(ratio=("closed", "by_source"), title="办结率", unit="%", decimals=1)
    cells = filled(rules, report(by_source=by_source, closed=closed, rate=rate), tmp_path)["统计表"]
    assert sum(value == 2 / 3 for value in cells.values()) == 1


def test_columns_of_free_text_and_pairs_of_columns_have_sheets_of_their_own(rules: Rules, tmp_path: Path) -> None:
    sheets = filled(
        rules,
        report(
            by_unit=Flow(flow="received_on", by=("respondent",), title="按机构"),
            open_unit=Stock(stock=("received_on", "closed_on"), by=("respondent",), title="在办按机构"),
            major=Flow(flow="received_on", by=("respondent", "is_major"), title="机构与重大"),
            coded=Flow(flow="received_on", by=("source", "is_major"), title="来源与重大"),
        ),
        tmp_path,
    )
    assert list(sheets) == [
        "统计表",
        "附表1 按被投诉机构",
        "附表2 按被投诉机构与是否重大投诉",
        "附表3 按投诉来源与是否重大投诉",
    ]
    units = sheets["附表1 按被投诉机构"]
    assert [units[f"{letter}6"] for letter in "ABCD"] == [1, "城西支行", 2, 1]
    pair = sheets["附表2 按被投诉机构与是否重大投诉"]
    assert [pair[f"{letter}5"] for letter in "CD"] == ["是", "否"]
    assert {(pair[f"B{row}"], pair[f"C{row}"], pair[f"D{row}"]) for row in (6, 7)} == {
        ("城西支行", 0, 2),
        ("城东支行", 1, 0),
    }


@pytest.mark.parametrize("count", range(1, 30))
def test_rows_of_tiles_hold_all_and_fill_the_width(count: int) -> None:
    rows = general._rows(count)
    assert sum(rows) == count
    assert all(1 <= size <= 6 for size in rows)
    assert count < 7 or set(rows) <= {6, 4, 3}


def test_a_figure_made_of_others_stands_with_the_one_it_is_made_of(rules: Rules) -> None:
    made = report(
        by_source=Flow(flow="received_on", by=("source",), title="按来源"),
        share=Share(share="by_source", title="来源占比"),
        change=Change(change="received", versus="previous_period", title="环比"),
        both=Total(total=("by_source", "by_source"), title="两倍按来源"),
        days=Mean(mean=("received_on", "closed_on"), on="closed_on", title="平均天数", unit="天"),
    )
    plan = plans.plan_of(made, rules.registers["complaint"], rules.categories)
    assert plan.undivided == ["received", "change", "days"]
    (group,) = plan.groups
    assert list(group.figures) == ["by_source", "share", "both"]
    assert plans.headings(made, group.figures) == ["件数", "占比", "两倍"]
