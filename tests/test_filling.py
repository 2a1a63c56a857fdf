"""Filling a template, the 底稿 beside it, and the 基础数据 table."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet
from small_registers import register_of

from xiaobao_xl import resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Flow
from xiaobao_xl.figures.values import BLANK, Figures
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import working_paper
from xiaobao_xl.workbook.base_table import read_base_table
from xiaobao_xl.workbook.filling import Filled, Placed, fill
from xiaobao_xl.workbook.recounting import recounted
from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

TEMPLATE = Path(resources.template_path("complaint_quarterly"))
STAMP = Stamp(program="xiaobao-xl", rules_version="2026-11-24", rules_sha256="0" * 64, as_of="2026-10-10")
ROWS: list[dict[str, Any]] = [
    {"投诉编号": "A1", "收到日期": date(2026, 6, 20), "办结日期": date(2026, 7, 2), "被投诉机构": "城东支行"},
    {"投诉编号": "A2", "收到日期": date(2026, 7, 1), "办结日期": date(2026, 7, 9), "被投诉机构": "城西支行", "赔付金额": 88.5},
    {"投诉编号": "A3", "收到日期": date(2026, 9, 1), "被投诉机构": "城西支行", "投诉原因": "因定价收费引起的投诉"},
    {"投诉编号": "A4", "收到日期": date(2026, 8, 1), "撤回日期": date(2026, 8, 9), "被投诉机构": "信用卡中心", "投诉业务类别": "信用卡"},
]  # fmt: skip


@pytest.fixture
def figures(rules: Rules) -> Figures:
    return counted(rules)


def counted(rules: Rules, rows: list[dict[str, Any]] | None = None) -> Figures:
    register = register_of(rows if rows is not None else ROWS, rules.registers["complaint"], rules.categories)
    return count(
        "complaint_quarterly", rules.reports["complaint_quarterly"], [register], parse_period("2026Q3"),
        rules.context(date(2026, 10, 10)), base_table={"营业网点数": 4, "个人客户数": 100_000}, texts={"institution": "=示例银行"},
    )  # fmt: skip


def template(path: Path, draw: Callable[[Worksheet], None]) -> Path:
    workbook = Workbook()
    draw(workbook.worksheets[0])
    workbook.worksheets[0].title = "表"
    workbook.save(path)
    return path


def cell_of(filled: Filled, figure: str, *member: str) -> Placed:
    return next(one for one in filled.cells if (one.figure, one.member) == (figure, member))


def value_at(path: Path, place: Placed) -> Any:
    return load_workbook(path)[place.sheet][place.cell].value


# --- the shipped template


def test_shipped_template_shows_every_figure(figures: Figures, tmp_path: Path) -> None:
    filled = fill(TEMPLATE, figures, tmp_path / "报表.xlsx")
    assert filled.findings == ()
    assert value_at(filled.path, cell_of(filled, "received")) == 3
    assert value_at(filled.path, cell_of(filled, "compensation")) == 88.5
    assert value_at(filled.path, cell_of(filled, "received_year_on_year")) == BLANK
    assert value_at(filled.path, cell_of(filled, "by_reason", "pricing")) == 1
    assert value_at(filled.path, cell_of(filled, "by_unit", "城西支行")) == 2


def test_no_mark_is_left_and_text_stays_text(figures: Figures, tmp_path: Path) -> None:
    workbook = load_workbook(fill(TEMPLATE, figures, tmp_path / "报表.xlsx").path)
    cells = [
        cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]
    assert [cell.coordinate for cell in cells if "{{" in str(cell.value)] == []
    assert workbook["统计表"]["A3"].value == "填报单位：=示例银行"
    assert workbook.calculation.fullCalcOnLoad


def test_formulas_stay_and_cover_the_repeated_rows(figures: Figures, tmp_path: Path) -> None:
    sheet = load_workbook(fill(TEMPLATE, figures, tmp_path / "报表.xlsx").path)["附表1 按机构"]
    assert [sheet.cell(row, 2).value for row in range(6, 10)] == ["城西支行", "信用卡中心", "城东支行", "合计"]
    assert sheet["D9"].value == "=SUM(D6:D8)"
    assert sheet["K8"].value == '=IF(SUM(C8,D8)=SUM(F8:I8),"平","不平")'
    assert sheet["D8"].number_format == sheet["D6"].number_format
    assert sheet["D8"].border.left.style == "hair"
    assert sheet.print_area.endswith("$K$11")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_cross_footing_formulas_come_out_even(figures: Figures, tmp_path: Path) -> None:
    filled = fill(TEMPLATE, figures, tmp_path / "报表.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
    ]
    subprocess.run([*command, "--outdir", tmp_path, filled.path], check=True, capture_output=True, timeout=120)
    lines = [line for path in tmp_path.glob("报表-*.csv") for line in csv.reader(path.read_text("utf-8").splitlines())]
    verdicts = [cell for line in lines for cell in line if cell in {"平", "不平"} or cell.startswith(("#", "Err"))]
    assert verdicts == ["平"] * (12 + 3 + 1)


def test_templates_are_drawn_from_the_rules(tmp_path: Path) -> None:
    folder = tmp_path / "workbooks"
    shutil.copytree(TEMPLATE.parent, folder, ignore=shutil.ignore_patterns("*.xlsx"))
    subprocess.run([sys.executable, folder / "draw_templates.py"], check=True, capture_output=True, timeout=120)
    drawn = sorted(path.name for path in folder.glob("*.xlsx"))
    assert TEMPLATE.name in drawn
    assert [name for name in drawn if (folder / name).read_bytes() != (TEMPLATE.parent / name).read_bytes()] == []


# --- marks


def test_unknown_marks_are_all_named_and_nothing_is_written(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"] = "{{ 本期收道 }}"
        sheet["B2"] = "{{ 按原因[因定价引起的投诉] }}"
        sheet["C3"] = "{{ 本期收到[电话] }}"
        sheet["D4"] = '=IF("{{ 本期收到 }}"="",1,2)'

    with pytest.raises(WorkbookError) as problem:
        fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    lines = str(problem.value).split("\n")
    assert [line.split(":")[0] for line in lines] == [f"模板.xlsx 表!{cell}" for cell in ("A1", "B2", "C3", "D4")]
    assert "是否想写 本期收到" in lines[0]
    assert "因定价收费引起的投诉" in lines[1]
    assert not (tmp_path / "out.xlsx").exists()


def test_unused_figures_and_members_are_warnings(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"] = "{{ received }}", "{{ 按原因[pricing] }}"

    filled = fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    told = {finding.check.rpartition(".")[2]: finding for finding in filled.findings}
    assert told["closed_printed"].level == "warning"
    assert "没有出现在模板中" in told["closed_printed"].message
    assert "未填写（2）" in told["by_reason_printed"].message
    assert "referred_by_mark_printed" not in told  # printed: false


def test_marks_inside_a_text_are_printed(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"] = "本期收到{{ 本期收到 }}件，按时办结率{{ 按时办结率 }}，同比{{ 收到同比 }}"

    filled = fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    assert load_workbook(filled.path)["表"]["A1"].value == "本期收到3件，按时办结率100.0%，同比—"
    assert [one.figure for one in filled.cells] == ["received", "timely_rate", "received_year_on_year"]


def test_unit_that_did_not_occur_counts_nothing(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"] = "{{ 按机构[新设支行] }}", "{{ 机构按时办结率[新设支行] }}"

    filled = fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    sheet = load_workbook(filled.path)["表"]
    assert (sheet["A1"].value, sheet["A2"].value) == (0, BLANK)
    write_working_paper(tmp_path / "底稿.xlsx", figures, filled, STAMP)


def test_no_member_prints_one_row(rules: Rules, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["A2"] = "{{ 按机构.名称 }}", "{{ 按机构.值 }}", "合计"

    figures = counted(
        rules,
        [{"投诉编号": "B1", "收到日期": date(2020, 6, 20), "办结日期": date(2020, 7, 2), "被投诉机构": "城东支行"}],
    )
    sheet = load_workbook(fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx").path)["表"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["无", None], ["合计", None]]


def test_repeated_row_of_two_axes_is_refused(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = "{{ 按机构.名称 }}", "{{ 按来源.值 }}"

    with pytest.raises(WorkbookError, match="按不同的列分类"):
        fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")


def test_marks_without_field_follow_the_repeated_row(rules: Rules, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        for column, mark in enumerate(("甲.名称", "甲[客服电话]", "甲[letter].值", "乙", "总数"), start=1):
            sheet.cell(1, column).value = f"{{{{ {mark} }}}}"

    report = Report(
        title="表", register="complaint",
        figures={
            "a": Flow(title="甲", flow="received_on", by=("respondent", "source")),
            "b": Flow(title="乙", flow="closed_on", by=("respondent",)), "c": Flow(title="总数", flow="received_on"),
        },
    )  # fmt: skip
    sources = ["客服电话", "来信", "客服电话", "客服电话"]
    register = register_of(
        [row | {"投诉来源": source} for row, source in zip(ROWS, sources, strict=True)],
        rules.registers["complaint"], rules.categories,
    )  # fmt: skip
    figures = count("t", report, [register], parse_period("2026Q3"), rules.context(date(2026, 10, 10)))
    sheet = load_workbook(fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx").path)["表"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines == [["城西支行", 1, 1, 1, 3], ["信用卡中心", 1, 0, 0, 3], ["城东支行", 0, 0, 1, 3]]


def test_what_a_template_holds_besides_marks_stays(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = "{{ 本期收到 }}", "=A1*2"
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=1))
        sheet.add_chart(chart, "D1")

    filled = fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    with ZipFile(tmp_path / "模板.xlsx") as before, ZipFile(filled.path) as after:
        assert set(before.namelist()) == set(after.namelist())
        assert before.read("xl/charts/chart1.xml") == after.read("xl/charts/chart1.xml")
    assert load_workbook(filled.path, data_only=True)["表"]["B1"].value == 6
    assert {finding.level for finding in filled.findings} == {"warning"}


def test_formulas_only_a_spreadsheet_program_computes_are_named(figures: Figures, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = "{{ 本期收到 }}", '=TEXT(A1,"0")'

    filled = fill(template(tmp_path / "模板.xlsx", draw), figures, tmp_path / "out.xlsx")
    [told] = [finding for finding in filled.findings if finding.level == "note"]
    assert "有 1 个公式的结果要由 Excel 或 WPS 打开文件时计算（表!B1）" in told.message


def test_target_is_not_overwritten_unasked(figures: Figures, tmp_path: Path) -> None:
    out = tmp_path / "报表.xlsx"
    out.write_text("旧")
    with pytest.raises(WorkbookError, match="已存在"):
        fill(TEMPLATE, figures, out)
    assert out.read_text() == "旧"
    assert fill(TEMPLATE, figures, out, overwrite=True).path == out


@pytest.mark.parametrize("content", [b"", b"not a workbook"])
def test_broken_template_is_one_sentence(figures: Figures, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "模板.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match="模板无法打开"):
        fill(path, figures, tmp_path / "out.xlsx")


def test_template_without_marks_is_refused(figures: Figures, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="没有任何标记"):
        fill(template(tmp_path / "模板.xlsx", lambda _sheet: None), figures, tmp_path / "out.xlsx")


# --- 底稿


def paper(figures: Figures, tmp_path: Path) -> Path:
    filled = fill(TEMPLATE, figures, tmp_path / "报表.xlsx")
    return write_working_paper(tmp_path / "底稿.xlsx", figures, filled, STAMP)


def test_working_paper_recounts_every_figure(figures: Figures, tmp_path: Path) -> None:
    found = recounted(paper(figures, tmp_path))
    assert len(found) > 150
    assert [one for one in found if not one.agrees] == []


def test_a_row_taken_out_of_the_working_paper_is_noticed(figures: Figures, tmp_path: Path) -> None:
    path = paper(figures, tmp_path)
    workbook = load_workbook(path)
    taken = workbook["明细"]["A4"].value
    workbook["明细"].delete_rows(4)
    workbook.save(path)
    assert [one.code for one in recounted(path) if one.code == taken and not one.agrees] == [taken]


def test_working_paper_leads_from_figure_to_rows_and_back(figures: Figures, tmp_path: Path) -> None:
    workbook = load_workbook(paper(figures, tmp_path))
    lines = {row[2].value: row for row in workbook["指标"].iter_rows(min_row=4) if not row[3].value}
    received = lines["本期收到"]
    assert received[1].hyperlink.target == "%E6%8A%A5%E8%A1%A8.xlsx"
    sheet, _, first = received[13].hyperlink.location.partition("!")
    assert sheet.strip("'") == "明细"
    row = int(first[1:])
    listed = [workbook["明细"].cell(row + step, 4).value for step in range(3)]
    assert listed == ["A2", "A3", "A4"]
    assert workbook["明细"].cell(row, 8).value == 5
    assert workbook["明细"].cell(row, 1).hyperlink.location == f"'指标'!A{received[0].row}"
    assert received[11].value.startswith("=SUMIFS(")


def test_working_paper_names_rows_that_break_a_cross_foot(rules: Rules, tmp_path: Path) -> None:
    rows = [
        *ROWS,
        {
            "投诉编号": "Z9",
            "收到日期": date(2026, 5, 1),
            "办结日期": date(2026, 5, 2),
            "撤回日期": date(2026, 7, 5),
            "被投诉机构": "城东支行",
        },
    ]
    sheet = load_workbook(paper(counted(rules, rows), tmp_path))["勾稽"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert lines[0][4] == "不平"
    assert "Z9" in lines[1][0]


def test_working_paper_says_what_it_was_made_from(figures: Figures, tmp_path: Path) -> None:
    sheet = load_workbook(paper(figures, tmp_path))["说明"]
    notes = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=4) if row[0].value}
    assert "0" * 64 in notes["规则"]
    assert notes["台账收据"] == "读取 4 行＝采用 4 行＋略过 0 行"
    assert len(notes["模板"].rpartition(" ")[2]) == 64


def test_long_working_paper_goes_on_on_another_sheet(
    figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_paper, "_LAST_ROW", 20)
    monkeypatch.setattr(working_paper, "_LINKED_ROWS", 5)
    path = paper(figures, tmp_path)
    assert "明细2" in load_workbook(path).sheetnames
    assert [one for one in recounted(path) if not one.agrees] == []


# --- 基础数据


def test_base_table(rules: Rules, tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.create_sheet("基础数据")
    for line in (("项目", "数值"), ("营业网点数", 126), ("个人客户数（万户）", "215.4"), ("备注", None)):
        sheet.append(line)
    units = workbook.create_sheet("机构名单")
    for line in (("被投诉单位", "所在地区"), ("城东支行", "城东区"), ("城西支行", None)):
        units.append(line)
    workbook.save(tmp_path / "基础.xlsx")
    table = read_base_table(tmp_path / "基础.xlsx")
    assert table.numbers == {"营业网点数": 126, "个人客户数": 2_154_000}
    assert table.units_of(rules.registers["complaint"]) == {
        "respondent": ["城东支行", "城西支行"],
        "region": ["城东区"],
    }


def test_base_table_from_csv_and_from_nothing(tmp_path: Path) -> None:
    (tmp_path / "基础.csv").write_text("项目,数值\n营业网点数,12\n", encoding="utf-8")
    assert read_base_table(tmp_path / "基础.csv").numbers == {"营业网点数": 12}
    Workbook().save(tmp_path / "台账.xlsx")
    assert read_base_table(tmp_path / "台账.xlsx").numbers == {}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("营业网点数,-5\n", "B2: “营业网点数”的数值“-5”是负数"),
        ("网点数,1\n网点数,2\n", "B3: “网点数”写了两次而数值不同"),
    ],
)
def test_base_table_refuses_what_cannot_be(tmp_path: Path, lines: str, words: str) -> None:
    (tmp_path / "基础.csv").write_text(f"项目,数值\n{lines}", encoding="utf-8")
    with pytest.raises(WorkbookError, match=words):
        read_base_table(tmp_path / "基础.csv")


def test_base_table_refuses_what_is_no_number(tmp_path: Path) -> None:
    (tmp_path / "基础.csv").write_text("项目,数值\n营业网点数,约一百\n", encoding="utf-8")
    with pytest.raises(WorkbookError, match="基础数据!B2: “营业网点数”的数值“约一百”"):
        read_base_table(tmp_path / "基础.csv")
