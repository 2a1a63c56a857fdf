"""Lists of complaints behind a figure: their lines, their repeated rows, a sheet for each, and the shipped reports made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from command_line import run
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet
from small_registers import register_of

from xiaobao_xl import package, resources, tasks
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Change, Flow, Listing
from xiaobao_xl.figures.values import Figures, recount
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.workbook.cards import MOST, safe_title
from xiaobao_xl.workbook.filling import Filled, fill
from xiaobao_xl.workbook.recounting import recounted
from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "lists.yaml").read_text(encoding="utf-8"))
DAY = datetime(2026, 7, 1)  # noqa: DTZ001  (a cell of a workbook has no zone)
STAMP = Stamp(program="xiaobao-xl", rules_version="2026-11-25", rules_sha256="0" * 64, as_of="2026-09-30")
SHIPPED = ("overdue_list", "open_list", "withdrawn_list", "regulator_referrals", "major_report", "complaint_form")
SAMPLE = Path(__file__).parents[1] / "examples" / "投诉台账_规范样例.xlsx"
ROWS: list[dict[str, Any]] = [
    {"投诉编号": "0021", "收到日期": date(2026, 7, 8), "被投诉机构": "城西支行", "涉及金额": 88.5, "是否重复投诉": "是", "投诉来源": "来信"},
    {"投诉编号": "0007", "收到日期": date(2026, 7, 1), "投诉内容": "=收费未告知，要求退还并解释" * 4},
]  # fmt: skip
COLUMNS = (
    "complaint_no",
    "received_on",
    "respondent",
    "source",
    "disputed_cny",
    "is_repeat",
    "text",
    "decision.due_on",
)


def figures_of(rules: Rules, report: Report | str, rows: list[dict[str, Any]], period: str = "2026Q3",
               as_of: date = date(2026, 9, 30)) -> Figures:  # fmt: skip
    register = register_of(rows, rules.registers["complaint"], rules.categories)
    rule = rules.reports[report] if isinstance(report, str) else report
    return count(
        "report", rule, [register], parse_period(period), rules.context(as_of), texts={"institution": "甲银行"}
    )


def small_report(rules: Rules, rows: list[dict[str, Any]], **changes: Any) -> Figures:
    """A report of one flow and its list, 清单."""
    given = {"title": "清单", "list": COLUMNS, "of": "received", "order": ("received_on",)} | changes
    figures = {"received": Flow(title="收到", flow="received_on"), "lines": Listing(**given)}
    return figures_of(rules, Report(title="小表", register="complaint", figures=figures), rows)


def template(path: Path, draw: Callable[[Worksheet], None], title: str = "表") -> Path:
    workbook = Workbook()
    draw(workbook.worksheets[0])
    workbook.worksheets[0].title = title
    workbook.save(path)
    return path


def filled(figures: Figures, folder: Path, draw: Callable[[Worksheet], None], title: str = "表") -> Filled:
    return fill(template(folder / "模板.xlsx", draw, title), figures, folder / "out.xlsx")


def put(**cells: str) -> Callable[[Worksheet], None]:
    def draw(sheet: Worksheet) -> None:
        for place, text in cells.items():
            sheet[place] = text

    return draw


# --- lines


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_lines_of_the_shipped_lists(rules: Rules, case: dict[str, Any]) -> None:
    figures = figures_of(rules, case["report"], case["register"], case["period"], case["as_of"])
    for title, number in case["figures"].items():
        assert figures.values[figures.id_of(title)][()].value == pytest.approx(number), title  # type: ignore[index]
    [(name, lines)] = figures.lists.items()
    assert len(lines) == len(case["lines"]) == figures.values[name][()].value
    for number, expected in enumerate(case["lines"]):
        for title, said in expected.items():
            found = number + 1 if title == "序号" else lines.cells[lines.names[title]][number]
            assert found == (None if said == "空" else said), (expected, title)


def test_a_list_counts_the_rows_of_the_figure_it_lists(rules: Rules) -> None:
    figures = small_report(rules, ROWS)
    value = figures.values["lines"][()]
    assert figures.keys_of(value) == figures.keys_of(figures.values["received"][()])
    assert [figures.stack.keys[position] for position in value.positions] == ["0007", "0021"]
    assert recount(value) == value.value == 2


def test_descending_order_keeps_empty_cells_last(rules: Rules) -> None:
    lines = small_report(rules, ROWS, order=("-disputed_cny",)).lists["lines"]
    assert lines.cells["complaint_no"] == ["0021", "0007"]


def test_what_cannot_be_read_is_not_shown_as_empty(rules: Rules) -> None:
    register = register_of(ROWS, rules.registers["complaint"], rules.categories)
    register.faulty["disputed_cny"] = np.array([False, True])
    report = Report(title="小表", register="complaint", figures={
        "received": Flow(title="收到", flow="received_on"),
        "lines": Listing(title="清单", list=("complaint_no", "disputed_cny"), of="received"),
    })  # fmt: skip
    found = count("report", report, [register], parse_period("2026Q3"), rules.context(date(2026, 9, 30)))
    assert found.lists["lines"].cells["disputed_cny"] == [88.5, UNKNOWN]


def test_columns_the_register_lacks_stay_empty_and_are_named(rules: Rules) -> None:
    figures = small_report(rules, [{"投诉编号": "A1", "收到日期": date(2026, 7, 1)}])
    assert figures.lists["lines"].cells["respondent"] == [None]
    assert [found.message for found in figures.findings if found.check == "report.lines_filled"] == [
        "清单的被投诉机构、投诉来源、涉及金额、是否重复投诉、投诉内容台账没有，表中留空；请补列后重新生成，或手工填写"
    ]


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        ("{title: 单, list: [complaint_no, nobody], of: received}", "nobody 没有定义"),
        ("{title: 单, list: [decision.when], of: received}", "时限没有 when"),
        ("{title: 单, list: [decisions.due_on], of: received}", "时限 decisions 没有定义"),
        ("{title: 单, list: [complaint_no], of: received, by: reason}", "list 不写 by 和 where"),
        ("{title: 单, list: [complaint_no], of: lines}", "绕回自身"),
        ("{title: 单, list: [complaint_no], of: words}", "不由投诉计得"),
        ("{title: 单, list: [decision.explanation], of: received, order: [decision.explanation]}", "不能按"),
    ],
)
def test_mistakes_in_a_list_are_refused(tmp_path: Path, figure: str, says: str) -> None:
    own = tmp_path / "rules.yaml"
    own.write_text(
        "extends: shipped\nreports:\n  mine:\n    title: 我的表\n    register: complaint\n    figures:\n"
        f"      received: {{flow: received_on, title: 收到}}\n      words: {{text: period, title: 期}}\n      lines: {figure}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError, match=says):
        load_rules(own)


def test_the_list_of_an_earlier_period_does_not_take_the_place_of_this_one(rules: Rules) -> None:
    rows = [ROWS[0], ROWS[1] | {"收到日期": date(2026, 4, 1)}]
    figures = figures_of(rules, Report(title="小表", register="complaint", covered_by=("received_on",), figures={
        "received": Flow(title="收到", flow="received_on"),
        "lines": Listing(title="清单", list=("complaint_no",), of="received"),
        "change": Change(title="环比", change="lines", versus="previous_period"),
    }), rows)  # fmt: skip
    assert figures.lists["lines"].cells["complaint_no"] == ["0021"]
    assert figures.values["change"][()].value == 0


# --- repeated rows


def test_each_complaint_has_a_row_with_values_of_their_kind(rules: Rules, tmp_path: Path) -> None:
    names = ("序号", "投诉编号", "收到日期", "投诉来源", "涉及金额", "是否重复投诉", "投诉内容", "届满日")
    marks = {f"{'ABCDEFGH'[place]}2": f"{{{{ 清单.{name} }}}}" for place, name in enumerate(names)}
    result = filled(small_report(rules, ROWS), tmp_path, put(**marks, A3="共 {{ 清单 }} 件", B3="=COUNTA(B2:B2)"))
    sheet = load_workbook(result.path)["表"]
    assert [cell.value for cell in sheet[3]] == [
        2, "0021", DAY.replace(day=8), "来信", 88.5, "是", None, DAY.replace(day=23)
    ]  # fmt: skip
    assert sheet["G2"].value == ROWS[1]["投诉内容"]
    assert sheet["G2"].data_type == "s"
    assert (sheet["B2"].number_format, sheet["C2"].is_date) == ("@", True)
    assert (sheet["A4"].value, sheet["B4"].value) == ("共 2 件", "=COUNTA(B2:B3)")
    assert result.findings[0].check == "report.received_printed"


def test_rows_grow_with_wrapped_texts_unless_the_template_fixes_them(rules: Rules, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A2"], sheet["B2"] = "{{ 清单.投诉编号 }}", "{{ 清单.投诉内容 }}"
        sheet["B2"].alignment = Alignment(wrap_text=True)
        sheet.column_dimensions["B"].width = 20

    figures = small_report(rules, ROWS)
    heights = load_workbook(filled(figures, tmp_path, draw).path)["表"].row_dimensions
    assert heights[2].height > 70
    assert heights[3].height < 20
    (tmp_path / "fixed").mkdir()

    def fixed(sheet: Worksheet) -> None:
        draw(sheet)
        sheet.row_dimensions[2].height = 33

    assert load_workbook(filled(figures, tmp_path / "fixed", fixed).path)["表"].row_dimensions[3].height == 33


def test_an_empty_list_prints_one_row_that_says_so(rules: Rules, tmp_path: Path) -> None:
    figures = small_report(rules, [ROWS[0] | {"收到日期": date(2026, 1, 8)}])
    result = filled(figures, tmp_path, put(A2="{{ 清单.序号 }}", B2="{{ 清单.投诉编号 }}", C2="{{ 清单.被投诉机构 }}"))
    assert [cell.value for cell in load_workbook(result.path)["表"][2]] == [None, "无", None]


def test_a_list_the_register_cannot_tell_is_not_called_empty(rules: Rules, tmp_path: Path) -> None:
    figures = figures_of(rules, "withdrawn_list", [{"投诉编号": "A1", "收到日期": date(2026, 7, 1)}])
    result = fill(Path(resources.template_path("withdrawn_list")), figures, tmp_path / "out.xlsx")
    cells = [cell.value for row in load_workbook(result.path)["清单"].iter_rows() for cell in row]
    assert "无" not in cells
    assert "合计 — 件" in cells


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ 清单.收到日 }}", "“收到日”不在清单“清单”里；是否想写 收到日期"),
        ("{{ 清单[来信] }}", "不分类别"),
        ("{{ 收到.投诉编号 }}", "“收到”不是清单"),
    ],
)
def test_wrong_marks_of_a_list_are_named(rules: Rules, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(WorkbookError, match=r"模板\.xlsx 表!A2") as problem:
        filled(small_report(rules, ROWS), tmp_path, put(A2=text))
    assert says in str(problem.value)


def test_two_lists_in_one_row_are_refused(rules: Rules, tmp_path: Path) -> None:
    figures = figures_of(rules, Report(title="小表", register="complaint", figures={
        "received": Flow(title="收到", flow="received_on"),
        "one": Listing(title="甲单", list=("complaint_no",), of="received"),
        "other": Listing(title="乙单", list=("complaint_no",), of="received"),
    }), ROWS)  # fmt: skip
    with pytest.raises(WorkbookError, match="只能用一份清单"):
        filled(figures, tmp_path, put(A2="{{ 甲单.投诉编号 }}", B2="{{ 乙单.投诉编号 }}"))


# --- a sheet for each complaint


def test_a_titled_sheet_is_copied_for_each_complaint(rules: Rules, tmp_path: Path) -> None:
    def draw(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = "第 {{ 清单.序号 }} 张：{{ 清单.收到日期 }}", "{{ 清单.被投诉机构 }}"
        sheet["A2"], sheet["B2"] = "{{ 清单.投诉编号 }}", "=A2"
        sheet.print_area = "A1:B2"

    result = filled(small_report(rules, ROWS), tmp_path, draw, "{{ 清单.投诉编号 }}")
    workbook = load_workbook(result.path)
    assert workbook.sheetnames == ["0007", "0021"]
    assert [sheet["A1"].value for sheet in workbook] == ["第 1 张：2026-07-01", "第 2 张：2026-07-08"]
    assert [sheet["B1"].value for sheet in workbook] == [None, "城西支行"]
    assert [sheet["A2"].value for sheet in workbook] == ["0007", "0021"]
    assert [sheet.print_area for sheet in workbook] == ["'0007'!$A$1:$B$2", "'0021'!$A$1:$B$2"]


def test_titles_of_sheets_are_made_safe_and_unique(rules: Rules, tmp_path: Path) -> None:
    rows = [{"投诉编号": number, "收到日期": date(2026, 7, 1)} for number in ("A/1", "a-1", "", "X" * 40)]
    result = filled(small_report(rules, rows), tmp_path, put(A1="{{ 清单.投诉编号 }}"), "{{ 清单.投诉编号 }}")
    workbook = load_workbook(result.path)
    assert workbook.sheetnames == ["A-1", "a-1(2)", "无编号", "X" * 31]
    assert workbook["A-1"]["A1"].value == "A/1"


def test_a_safe_title_counts_as_excel_does() -> None:
    assert len(safe_title("𠮷" * 40, set()).encode("utf-16-le")) // 2 <= 31


def test_an_empty_list_leaves_one_sheet(rules: Rules, tmp_path: Path) -> None:
    figures = small_report(rules, [ROWS[0] | {"收到日期": date(2026, 1, 8)}])
    workbook = load_workbook(filled(figures, tmp_path, put(A1="{{ 清单.投诉编号 }}"), "{{ 清单.投诉编号 }}").path)
    assert workbook.sheetnames == ["无"]
    assert workbook["无"]["A1"].value == "无"


def test_too_many_sheets_are_refused_with_the_way_out(rules: Rules, tmp_path: Path) -> None:
    rows = [{"投诉编号": f"A{number}", "收到日期": date(2026, 7, 1)} for number in range(MOST + 1)]
    with pytest.raises(WorkbookError, match=rf"共 {MOST + 1} 件.*一次最多 {MOST} 张.*--no"):
        filled(small_report(rules, rows), tmp_path, put(A1="{{ 清单.投诉编号 }}"), "{{ 清单.投诉编号 }}")
    assert not (tmp_path / "out.xlsx").exists()


def test_a_sheet_title_takes_a_column_of_a_list_only(rules: Rules, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="工作表名里的标记应是清单的列"):
        filled(small_report(rules, ROWS), tmp_path, put(A1="{{ 清单.投诉编号 }}"), "{{ 收到 }}")


# --- the shipped reports


@pytest.mark.parametrize("report", SHIPPED)
def test_the_list_is_in_the_working_paper_and_recounts(rules: Rules, tmp_path: Path, report: str) -> None:
    case = next(case for case in CASES if case["report"] == report)
    figures = figures_of(rules, report, case["register"], case["period"], case["as_of"])
    result = fill(Path(resources.template_path(report)), figures, tmp_path / "报表.xlsx")
    assert result.findings == ()
    assert all(footing.holds for footing in figures.footings)
    paper = write_working_paper(tmp_path / "底稿.xlsx", figures, result, STAMP)
    again = recounted(paper)
    [name] = figures.lists
    assert all(line.agrees for line in again)
    assert [line.again for line in again if line.title == figures.spec(name).title] == [len(case["lines"])]


@pytest.mark.parametrize("report", SHIPPED)
def test_nothing_official_is_claimed(rules: Rules, report: str) -> None:
    workbook = load_workbook(resources.template_path(report))
    words = "".join(str(cell.value) for row in workbook.worksheets[0].iter_rows() for cell in row if cell.value)
    assert "自行设计，不是监管部门的正式" in rules.reports[report].note.replace("版式", "")
    assert "版式为自行设计" in words


@pytest.mark.parametrize("report", SHIPPED)
def test_a_period_without_complaints_gives_a_nil_return(rules: Rules, tmp_path: Path, report: str) -> None:
    case = next(case for case in CASES if case["report"] == report)
    rows = [
        dict.fromkeys(row) | {"投诉编号": "A1", "收到日期": date(2025, 1, 2), "办结日期": date(2025, 1, 5)}
        for row in case["register"][:1]
    ]
    figures = figures_of(rules, report, rows)
    result = fill(Path(resources.template_path(report)), figures, tmp_path / "报表.xlsx")
    words = [str(cell.value) for row in load_workbook(result.path).worksheets[0].iter_rows() for cell in row]
    assert any("零报告" in text for text in words)


# --- chosen complaints


def chosen(rules: Rules, report: str, *keys: str, period: str = "2026-09") -> tasks.Reported:
    wanted = tasks.Wanted(report=report, period=period, keys=keys)
    return tasks.report(rules, [SAMPLE], Reading(), wanted, date(2026, 9, 30))


def test_only_the_complaints_asked_for_are_printed(rules: Rules, tmp_path: Path) -> None:
    key = next(iter(chosen(rules, "complaint_form").figures.lists["form_cases"].cells["complaint_no"]))
    result = chosen(rules, "complaint_form", str(key))
    out, paper = tasks.write_report(result, tmp_path)[:2]
    assert load_workbook(out).sheetnames == [key]
    assert (out.name, paper.name) == (
        f"投诉登记表_2026年9月_{key}.xlsx",
        f"投诉登记表_2026年9月_{key}_底稿.xlsx",
    )
    notes = load_workbook(paper)["说明"]
    assert any(f"只含选定的投诉：{key}" in str(cell.value) for row in notes.iter_rows() for cell in row)


def test_a_complaint_nobody_knows_or_of_another_period_is_named(rules: Rules) -> None:
    with pytest.raises(WorkbookError, match="台账里没有投诉编号 TS2026"):
        chosen(rules, "complaint_form", "TS2026")
    lines = chosen(rules, "complaint_form").figures
    outside = next(str(key) for key in lines.stack.keys if key not in lines.lists["form_cases"].cells["complaint_no"])
    with pytest.raises(WorkbookError, match=f"投诉 {outside} 不在投诉登记表（2026年9月）所列范围内"):
        chosen(rules, "complaint_form", outside)


def test_a_statistical_table_takes_no_chosen_complaints(rules: Rules) -> None:
    with pytest.raises(WorkbookError, match="是统计表，不逐件列示"):
        chosen(rules, "complaint_quarterly", "A1")


def test_the_command_takes_complaint_numbers(tmp_path: Path) -> None:
    result = run("report", "complaint_form", str(SAMPLE), "--period", "2026-09", "--as-of", "2026-09-30",
                 "--no", "TS2026090075", "--no", "TS2026090078", "--out", str(tmp_path))  # fmt: skip
    assert result.code == 0, result.err
    [form] = tmp_path.glob("投诉登记表_2026年9月_选定2件.xlsx")
    assert load_workbook(form).sheetnames == ["TS2026090075", "TS2026090078"]


# --- what the package gives for it


def test_what_names_a_sheet_follows_its_new_title(tmp_path: Path) -> None:
    workbook = Workbook()
    one, other = workbook.worksheets[0], workbook.create_sheet("汇总")
    one.title = "旧 名"
    one["A1"], one["A2"], other["A1"] = 3, "='旧 名'!A1", "='旧 名'!A1*2"
    one.print_area = "A1:A2"
    other["B1"] = "看"
    other["B1"].hyperlink = "#'旧 名'!A1"
    workbook.save(tmp_path / "a.xlsx")
    with package.open(tmp_path / "a.xlsx") as book:
        book.rename_sheet("旧 名", "新")
        book.set("新", "A1", 4)
        book.save(tmp_path / "b.xlsx")
    again = load_workbook(tmp_path / "b.xlsx")
    assert again.sheetnames == ["新", "汇总"]
    assert (again["新"]["A2"].value, again["汇总"]["A1"].value) == ("='新'!A1", "='新'!A1*2")
    assert again["汇总"]["B1"].hyperlink.target == "#'新'!A1"
    assert again["新"].print_area == "'新'!$A$1:$A$2"


def test_heights_are_set_and_read(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"], sheet["B1"] = "长", "短"
    sheet["A1"].alignment = Alignment(wrap_text=True)
    sheet.column_dimensions["A"].width = 31
    workbook.save(tmp_path / "a.xlsx")
    with package.open(tmp_path / "a.xlsx") as book:
        assert book.room("Sheet", 1) == (0, {1: 31.0})
        book.set_height("Sheet", 1, 44)
        book.set_height("Sheet", 5, 22)
        book.save(tmp_path / "b.xlsx")
    with package.open(tmp_path / "b.xlsx") as book:
        assert [book.room("Sheet", row).height for row in (1, 5, 9)] == [44, 22, 0]
