from datetime import date

import pytest
from exchange_registers import complaint, make_register
from openpyxl import Workbook, load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.handing_over import OwnFiles, handover, write_handover
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.workbook import reading

TODAY = date(2026, 9, 30)
HEADINGS = (
    "投诉编号",
    "收到日期",
    "被投诉机构",
    "投诉人姓名",
    "投诉原因",
    "处理人",
    "告知日期",
    "办结日期",
    "撤回日期",
)
WAIVER = (
    "- {check: complaint.key_unique, fingerprint: W1, reason: 系统外并案, approver: 王主任, expires_on: 2026-12-31}\n"
)
ROWS = [
    complaint(1, "城东", 收到日期="2026-09-01", 处理人="李某"),
    complaint(2, "城西", 收到日期="2026-09-25"),
    complaint(3, "城西", 收到日期="2026-09-20", 告知日期="2026-09-28"),
    complaint(4, "城西", 收到日期="2026-09-20", 告知日期="2026-09-28", 办结日期="2026-09-28"),
    complaint(5, "城西", 收到日期="2026-09-20", 撤回日期="2026-09-22"),
]


@pytest.fixture
def register(tmp_path):
    return make_register(tmp_path / "台账.xlsx", ROWS, HEADINGS)


@pytest.fixture
def calendar(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "报送日历"
    sheet.append(["报送编号", "报送年度", "报送事项", "到期日期", "责任部门", "报送日期"])
    for number, (due_on, filed_on) in enumerate(
        (("2026-10-15", None), ("2026-09-20", "2026-09-18"), ("2027-01-31", None)), start=1
    ):
        sheet.append([f"BS{number}", 2026, f"报送件{number}", due_on, "消保部", filed_on])
    path = tmp_path / "报送日历.xlsx"
    book.save(path)
    return path


def handed(rules, books, **parts):
    return handover(rules, books, Reading(layouts=parts.pop("layouts", {})), TODAY, **parts)


def test_open_cases_are_those_that_wait_or_are_not_closed(rules, register):
    result = handed(rules, [register])
    assert [(case.key, case.days_left) for case in result.cases] == [("TS0001", -14), ("TS0002", 10), ("TS0003", None)]
    overdue, waiting, done = result.cases
    assert overdue.awaited() == "作出处理决定并告知（2026-09-16 届满，超期 14 天）"
    assert waiting.unit == "城西"
    assert done.awaited() == "登记办结日期"


def test_what_is_due_within_the_days_asked_for(rules, register):
    assert [row.key for row in handed(rules, [register]).soon] == ["TS0001", "TS0002"]
    assert [row.key for row in handed(rules, [register], days=5).soon] == ["TS0001"]


def test_filings_come_from_the_calendar_beside_and_stand_apart(rules, register, calendar):
    result = handed(rules, [register, calendar])
    assert [(case.key, case.says, case.due_on) for case in result.filings] == [("BS1", "报送件1", date(2026, 10, 15))]
    assert {case.register for case in result.cases} == {"complaint"}


def test_everything_stands_in_the_workbook_and_no_name_of_a_complainant_does(register, calendar, tmp_path):
    (tmp_path / "waivers.yaml").write_text(WAIVER, encoding="utf-8")
    own = tmp_path / "本行规则.yaml"
    own.write_text("extends: shipped\n# 本行口径\n", encoding="utf-8")
    result = handed(
        load_rules(own), [register, calendar], files=OwnFiles(rules=own), layouts={"本行": {"流水": "complaint_no"}}
    )
    out = tmp_path / "交接.xlsx"
    write_handover(result, out)
    book = load_workbook(out)
    assert book.sheetnames == [
        "交接单",
        "在办事项",
        "30日内到期",
        "待报送",
        "豁免交接",
        "表头对照",
        "联系人",
        "规则与口径",
        "本机构规则全文",
    ]
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {
        "TS0001",
        "报送件1",
        "系统外并案",
        "流水",
        "投诉编号",
        "城东联络人",
        "本行规则.yaml",
        result.own_rules[1],
        "# 本行口径",
        "签字",
        "监交人",
    } <= cells
    assert "甲某某" not in cells


def test_the_first_page_counts_what_the_others_list(rules, register, calendar):
    assert handed(rules, [register, calendar]).counts() == {
        "在办事项": 3, "其中已超期": 1, "30 日内到期": 1, "待报送": 1, "有效豁免": 0, "表头对照": 0,
    }  # fmt: skip


def test_the_workbook_does_not_pass_for_a_register(rules, register, tmp_path):
    out = tmp_path / "交接.xlsx"
    write_handover(handed(rules, [register]), out)
    with pytest.raises(WorkbookError, match="没有找到"):
        reading.read(out, rules.registers, rules.categories)
