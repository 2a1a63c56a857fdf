from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from xiaobao_xl import waivers
from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.checks import Required, RequiredWhen
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Column, Schema
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import base_table, reading
from xiaobao_xl.workbook.blank import ROWS, Blank, required, write_blank

LINES = Scheme(
    title="业务类别",
    codes={
        "card": Category(title="银行卡", is_split=True, codes={
            "debit_card": Category(title="借记卡"),
            "credit_card": Category(title="信用卡", codes={"card_fee": Category(title="年费")}),
        }),
        "loan": Category(title="贷款", codes={"home_loan": Category(title="个人住房贷款")}),
    },
)  # fmt: skip
CHANNELS = Scheme(
    title="渠道", codes={"front": Category(title="前台渠道", codes={"counter": Category(title="营业现场")})}
)
SCHEMA = Schema(
    title="消费投诉台账",
    key="complaint_no",
    columns={
        "complaint_no": Column(title="投诉编号", type="code", aliases=("工单号",)),
        "received_on": Column(title="收到日期", type="date"),
        "answered_at": Column(title="答复时间", type="moment"),
        "id_no": Column(title="证件号码", type="identity", private=True, note="证件上的号码"),
        "status": Column(title="办理状态", values={"pending": ("在办", "处理中"), "closed": ("办结",)}),
        "product_line": Column(title="业务类别", scheme="product_line"),
        "product_line_detail": Column(title="业务类别明细", scheme="product_line"),
        "channel": Column(title="业务办理渠道", scheme="channel"),
        "is_major": Column(title="是否重大投诉", type="boolean"),
        "disputed_cny": Column(title="涉及金额", type="number", unit="cny"),
        "complainant_count": Column(title="投诉人数", type="integer"),
        "text": Column(title="投诉内容"),
    },
)
BLANK = Blank(
    register="complaint",
    schema=SCHEMA,
    checks={
        "key_filled": Required(columns=("complaint_no", "received_on")),
        "line_filled": Required(columns=("product_line",), when={"status": ("closed",)}),
        "answer_filled": RequiredWhen(columns=("answered_at",), when={"status": ("closed",)}),
    },
    schemes={"product_line": LINES, "channel": CHANNELS},
    bases=["营业网点数（个）"],
)
LETTERS = {name: get_column_letter(number) for number, name in enumerate(SCHEMA.columns, start=1)}


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    write_blank(BLANK, tmp_path / "新台账.xlsx")
    return load_workbook(tmp_path / "新台账.xlsx")


def rule_of(book: Workbook, column: str) -> DataValidation:
    place = f"{LETTERS[column]}2:{LETTERS[column]}{ROWS + 1}"
    return next(rule for rule in book[SCHEMA.title].data_validations.dataValidation if str(rule.sqref) == place)


def entries(book: Workbook, column: str) -> list[object]:
    """What a drop-down offers, read from where its formula points."""
    sheet, _, place = rule_of(book, column).formula1.rpartition("!")
    return [row[0].value for row in book[sheet.strip("'")][place.replace("$", "")]]


def test_sheets_and_heads(book: Workbook) -> None:
    assert book.sheetnames == ["消费投诉台账", "填写说明", "代码表", "基础数据", "豁免"]
    sheet = book[SCHEMA.title]
    assert [cell.value for cell in sheet[1]] == [column.title for column in SCHEMA.columns.values()]
    assert (sheet.freeze_panes, sheet.max_row, sheet.auto_filter.ref) == ("B2", 1, f"A1:L{ROWS + 1}")


def test_numbers_that_identify_are_text_before_anything_is_typed(book: Workbook) -> None:
    formats = {name: book[SCHEMA.title].column_dimensions[letter].number_format for name, letter in LETTERS.items()}
    assert formats["complaint_no"] == formats["id_no"] == "@"
    assert (formats["received_on"], formats["answered_at"]) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm")
    assert formats["text"] == "General"


def test_drop_downs_offer_titles_counted_categories_and_paths(book: Workbook) -> None:
    assert entries(book, "status") == ["在办", "办结"]
    assert entries(book, "product_line") == ["借记卡", "信用卡", "贷款"]
    assert entries(book, "product_line_detail") == ["银行卡/借记卡", "银行卡/信用卡/年费", "贷款/个人住房贷款"]
    assert entries(book, "channel") == ["前台渠道/营业现场"]
    assert rule_of(book, "is_major").formula1 == '"是,否"'


def test_dates_and_numbers_are_validated(book: Workbook) -> None:
    kinds = {
        name: rule_of(book, name).type for name in ("received_on", "answered_at", "disputed_cny", "complainant_count")
    }
    assert kinds == {
        "received_on": "date",
        "answered_at": "date",
        "disputed_cny": "decimal",
        "complainant_count": "whole",
    }
    assert rule_of(book, "received_on").error == "请写成日期，如 2026-01-05"
    assert all(rule.showErrorMessage for rule in book[SCHEMA.title].data_validations.dataValidation)


def test_heads_carry_their_help(book: Workbook) -> None:
    sheet = book[SCHEMA.title]
    notes = {name: sheet[f"{letter}1"].comment.text.split("\n") for name, letter in LETTERS.items()}
    assert notes["complaint_no"] == ["投诉编号：必填，编号或电话（文本）", "也认得的表头：工单号"]
    assert notes["id_no"] == ["证件号码：证件或账号（文本）", "证件上的号码", "个人信息：报告与屏幕上只显示部分"]
    assert notes["status"] == ["办理状态：下拉选择", "可填：在办、办结"]
    assert notes["disputed_cny"] == ["涉及金额：数字，单位：元"]


def test_only_what_every_row_must_fill_is_marked(book: Workbook) -> None:
    assert required(BLANK) == {"complaint_no", "received_on"}
    sheet = book[SCHEMA.title]
    fills = {name: sheet[f"{letter}1"].fill.fgColor.rgb for name, letter in LETTERS.items()}
    assert fills["complaint_no"] == fills["received_on"] != fills["product_line"] == fills["answered_at"]


def test_instructions_tell_which_rules_use_a_column(book: Workbook) -> None:
    rows = {row[1].value: [cell.value for cell in row] for row in book["填写说明"].iter_rows(min_row=5)}
    assert rows["投诉编号"] == ["A", "投诉编号", "编号或电话（文本）", "必填", None, "工单号", "key_filled"]
    assert rows["答复时间"][6] == "answer_filled"
    assert rows["办理状态"][4] == "可填：在办、办结"


def test_the_sheet_of_waivers_has_the_heads_waivers_are_read_by(book: Workbook) -> None:
    assert [cell.value for cell in book[waivers.SHEET][1]] == list(waivers.HEADINGS.values())


def test_without_figures_to_ask_for_there_is_no_base_sheet(tmp_path: Path) -> None:
    write_blank(Blank(register="complaint", schema=SCHEMA), tmp_path / "新台账.xlsx")
    assert load_workbook(tmp_path / "新台账.xlsx").sheetnames == ["消费投诉台账", "填写说明", "代码表", "豁免"]


def test_an_existing_register_is_kept(tmp_path: Path) -> None:
    (tmp_path / "新台账.xlsx").write_bytes(b"mine")
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        write_blank(BLANK, tmp_path / "新台账.xlsx")


def test_rows_typed_into_a_blank_register_are_read_without_a_fault(tmp_path: Path) -> None:
    write_blank(BLANK, tmp_path / "新台账.xlsx")
    book = load_workbook(tmp_path / "新台账.xlsx")
    book[SCHEMA.title].append(
        [
            "TS001",
            date(2026, 1, 5),
            None,
            "110101199003074512",
            "在办",
            "信用卡",
            "银行卡/信用卡/年费",
            "营业现场",
            "否",
            12.5,
            1,
            "年费",
        ]
    )
    book["基础数据"]["B2"].value = 126
    book.save(tmp_path / "新台账.xlsx")
    (found,) = reading.read(tmp_path / "新台账.xlsx", {"complaint": SCHEMA}, BLANK.schemes)
    assert (found.faults, found.receipt.unknown_headings, found.receipt.missing_columns) == ([], {}, [])
    assert found.frame.loc[0, ["status", "product_line", "product_line_detail", "id_no"]].tolist() == [
        "pending", "credit_card", "card_fee", "110101199003074512"
    ]  # fmt: skip
    assert base_table.read_base_table(tmp_path / "新台账.xlsx").numbers == {"营业网点数": 126}


def test_every_shipped_register_reads_its_own_blank(rules: Rules, tmp_path: Path) -> None:
    for name, schema in rules.registers.items():
        out = tmp_path / f"{name}.xlsx"
        write_blank(Blank(register=name, schema=schema, checks=schema.checks, schemes=rules.categories), out)
        (found,) = reading.read(out, rules.registers, rules.categories)
        assert (found.id, len(found)) == (name, 0)
        assert (found.receipt.unknown_headings, found.receipt.missing_columns) == ({}, [])


def test_every_entry_of_a_shipped_list_means_one_category(rules: Rules, tmp_path: Path) -> None:
    for name, schema in rules.registers.items():
        out = tmp_path / f"{name}.xlsx"
        write_blank(Blank(register=name, schema=schema, schemes=rules.categories), out)
        codes = load_workbook(out)["代码表"]
        titles = {f"{column.title}的取值": column for column in schema.columns.values() if column.scheme}
        for head, *cells in codes.iter_cols(values_only=True):
            if head in titles:
                offered = [cell for cell in cells if cell is not None]
                meant = rules.categories[titles[head].scheme].find_all(offered)
                assert None not in meant
                assert len(set(meant)) == len(offered) > 1
