"""The statistical tables by branch and region, and by product line and reason."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from small_registers import register_of

from xiaobao_xl import resources
from xiaobao_xl.errors import RulesError
from xiaobao_xl.figures.axes import members
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Flow
from xiaobao_xl.figures.values import BLANK, Figures
from xiaobao_xl.periods import parse_period
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.workbook.filling import fill

CITIES = ("南京", "苏州", "无锡", "南通", "徐州", "常州", "扬州", "盐城", "泰州", "镇江", "淮安", "连云港")
CHANNELS = (
    "营业现场",
    "移动客户端",
    "电话",
    "网银",
    "自助机具",
    "第三方渠道",
    "短信",
    "中、后台业务渠道",
    "电子渠道/其他",
)
TABLES = ("channel_by_branch", "product_by_branch", "reason_by_branch", "product_by_reason")
PLACES = ("product_by_branch", "channel_by_branch", "reason_by_branch")


def twelve_branches(rules: Rules) -> list[dict[str, Any]]:
    """An invented quarter: every category and every reason occurs."""
    choose, schemes = random.Random(5), rules.categories  # noqa: S311  (a reproducible sample)
    lines, reasons = list(schemes["product_line"].ids()), list(schemes["reason"].ids())
    return [
        {
            "投诉编号": f"T{number:04d}", "收到日期": date(2026, 7, 1) + timedelta(days=number % 92),
            "被投诉机构": f"{CITIES[number % 12]}分行", "所在地区": f"{CITIES[number % 12]}市",
            "投诉业务办理渠道": choose.choice(CHANNELS), "投诉原因": path(rules, "reason", reasons[number % len(reasons)]),
            "投诉业务类别": path(rules, "product_line", schemes["product_line"].path(lines[number % len(lines)])[0]),
            "业务类别明细": path(rules, "product_line", lines[number % len(lines)]),
        }
        for number in range(240)
    ]  # fmt: skip


def path(rules: Rules, scheme: str, name: str) -> str:
    return "/".join(rules.categories[scheme].title_of(part) for part in rules.categories[scheme].path(name))


def counted(rules: Rules, name: str, rows: list[dict[str, Any]]) -> Figures:
    register = register_of(rows, rules.registers["complaint"], rules.categories)
    return count(name, rules.reports[name], [register], parse_period("2026Q3"), rules.context(date(2026, 10, 10)))


def filled(rules: Rules, name: str, rows: list[dict[str, Any]], folder: Path) -> list[Worksheet]:
    """The finished report with the values its formulas have."""
    out = fill(Path(resources.template_path(name)), counted(rules, name, rows), folder / f"{name}.xlsx")
    assert out.findings == ()
    return load_workbook(out.path, data_only=True).worksheets


def lines_of(sheet: Worksheet) -> Iterator[list[Any]]:
    return ([cell.value for cell in row] for row in sheet.iter_rows())


def line_of(sheet: Worksheet, column: int, name: str) -> list[Any]:
    return next(line for line in lines_of(sheet) if line[column] == name)


@pytest.mark.parametrize("name", TABLES)
def test_every_sum_of_the_table_is_even(name: str, rules: Rules, tmp_path: Path) -> None:
    for sheet in filled(rules, name, twelve_branches(rules), tmp_path):
        verdicts = [cell for line in lines_of(sheet) for cell in line if cell in {"平", "不平", "待归类"}]
        assert len(verdicts) >= 12
        assert set(verdicts) == {"平"}
    figures = counted(rules, name, twelve_branches(rules))
    assert [foot.title for foot in figures.footings if not foot.holds] == []


@pytest.mark.parametrize("name", PLACES)
def test_one_row_for_each_branch_and_each_region(name: str, rules: Rules, tmp_path: Path) -> None:
    units, regions = filled(rules, name, twelve_branches(rules), tmp_path)
    for sheet, ending in ((units, "分行"), (regions, "市")):
        found = [line for line in lines_of(sheet) if str(line[1] or "").endswith(ending)]
        assert sorted(line[1] for line in found) == sorted(f"{city}{ending}" for city in CITIES)
        assert [line[0] for line in found] == list(range(1, 13))
        assert line_of(sheet, 1, "合计")[2] == sum(line[2] for line in found) == 240


@pytest.mark.parametrize("name", TABLES)
def test_wide_tables_print_on_landscape_pages_with_their_heads(name: str) -> None:
    for sheet in load_workbook(resources.template_path(name)).worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        heads = int(str(sheet.print_title_rows).rpartition("$")[2])
        assert sheet.freeze_panes[1:] == str(heads + 1)


def test_complaints_without_a_channel_are_shown_and_named(rules: Rules, tmp_path: Path) -> None:
    rows = [
        {"投诉编号": f"C{n}", "收到日期": date(2026, 7, n), "被投诉机构": "城东支行", "投诉业务办理渠道": channel}
        for n, channel in enumerate(["网银", "电子渠道", "前台业务渠道", None, "看不懂", "中、后台业务渠道"], start=1)
    ]
    sheet = filled(
        rules, "channel_by_branch", [*rows, {**rows[0], "投诉编号": "C9", "被投诉机构": "城西支行"}], tmp_path
    )[0]
    assert line_of(sheet, 1, "城东支行")[2:] == [6, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 3, 1, 1, 1, 1, 1, "待归类"]
    assert line_of(sheet, 1, "城西支行")[-1] == "平"
    assert line_of(sheet, 1, "合计")[-1] == "待归类"
    figures = counted(rules, "channel_by_branch", rows)
    broken = {
        foot.id: [str(figures.stack.keys[row]) for row, _, _ in foot.breaks] for foot in figures.footings if foot.breaks
    }
    assert broken == {"electronic_adds_up": ["C2"], "front_adds_up": ["C3"], "total_adds_up": ["C4", "C5"]}


def test_a_detail_divides_its_own_class_only(rules: Rules, tmp_path: Path) -> None:
    def row(number: int, line: str | None, detail: str | None) -> dict[str, Any]:
        return {
            "投诉编号": f"D{number}", "收到日期": date(2026, 7, number), "投诉原因": "因定价收费引起的投诉",
            "投诉业务类别": line, "业务类别明细": detail,
        }  # fmt: skip

    rows = [
        row(1, "贷款", "个人住房"), row(2, "贷款", None), row(3, "贷款", "借记卡盗刷"), row(4, "银行卡", "借记卡盗刷"),
        row(5, "信用卡", None), row(6, None, "个人住房"), row(7, "银行卡", None),
    ]  # fmt: skip
    (sheet,) = filled(rules, "product_by_reason", rows, tmp_path)
    table = {(line[0] or line[1] or line[2]): line[3] for line in lines_of(sheet) if isinstance(line[3], int)}
    assert {name: table[name] for name in ("贷款 小计", "个人住房", "银行卡 小计", "借记卡 小计", "借记卡盗刷", "信用卡 小计")} == {
        "贷款 小计": 3, "个人住房": 1, "银行卡 小计": 3, "借记卡 小计": 1, "借记卡盗刷": 1, "信用卡 小计": 1,
    }  # fmt: skip
    assert (table["未填写"], table["合计"]) == (1, 7)
    figures = counted(rules, "product_by_reason", rows)
    assert figures.keys_of(figures.values["by_class"]["loan",]) == ["D2", "D3"]
    assert figures.keys_of(figures.values["by_class"]["bank_card",]) == ["D7"]


def test_the_detail_alone_is_taken_where_the_register_has_no_other_column(rules: Rules) -> None:
    rows = [{"投诉编号": "E1", "收到日期": date(2026, 7, 1), "业务类别明细": "个人住房", "投诉原因": "其他"}]
    values = counted(rules, "product_by_reason", rows).values
    assert values["by_group"]["loan",].value == values["by_item"]["housing_loan",].value == 1


def test_every_category_has_its_row_or_column(rules: Rules) -> None:
    """Nothing that is counted under a category may be lost between the rules and a template."""
    marks = {
        name: "\n".join(
            str(cell.value)
            for sheet in load_workbook(resources.template_path(name)).worksheets
            for row in sheet.iter_rows()
            for cell in row
        )
        for name in TABLES
    }
    columns = rules.registers["complaint"].columns
    for name, column, level, figure in (
        ("channel_by_branch", "business_channel", "leaf", "机构渠道"),
        ("product_by_branch", "product_line", "reported", "机构业务类别"),
        ("reason_by_branch", "reason", "reported", "机构原因"),
        ("product_by_reason", "product_line", 1, "按大类"),
    ):
        for title in members(columns[column], level, rules.categories).values():
            assert f"{{{{ {figure}[{title}] }}}}" in marks[name], (name, title)
    for line in members(columns["product_line"], "leaf", rules.categories).values():
        assert f"[{line}] }}}}" in marks["product_by_reason"], line


def test_levels_are_given_once_or_column_by_column() -> None:
    split = Flow(title="甲", flow="received_on", by=("reason", "product_line"), level=("reported", 1))
    assert [split.level_of(column) for column in split.by] == ["reported", 1]
    assert list(split.problems()) == []
    wrong = replace(split, level=("reported", 1, "leaf"))
    assert list(wrong.problems()) == ["level 应为一项，或与 by 逐列对应"]


def test_an_unknown_finer_column_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "rules.yaml"
    own.write_text(
        "extends: shipped\nversion: 2026-11-25\nreports:\n  mine:\n    title: 我的表\n    register: complaint\n    figures:\n"
        "      lines: {flow: received_on, by: product_line, level: leaf, finer: product_detail, title: 业务}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError, match=r"reports\.mine\.figures\.lines\.finer: 列 product_detail 没有定义"):
        load_rules(own)


def test_without_a_column_of_channels_all_wait_to_be_classified(rules: Rules, tmp_path: Path) -> None:
    rows = [{"投诉编号": "F1", "收到日期": date(2026, 7, 1), "被投诉机构": "城东支行"}]
    out = fill(
        Path(resources.template_path("channel_by_branch")),
        counted(rules, "channel_by_branch", rows),
        tmp_path / "表.xlsx",
    )
    sheet = load_workbook(out.path, data_only=True).worksheets[0]
    line = line_of(sheet, 1, "城东支行")
    assert (line[2], line[11], line[14], line[18], line[-1]) == (1, BLANK, BLANK, 1, "待归类")
    assert "不平" not in {cell for found in lines_of(sheet) for cell in found}
