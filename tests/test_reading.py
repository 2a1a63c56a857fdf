# ruff: noqa: DTZ001  (cells of a workbook have no time zone)
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaobao_xl import workbook
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Column, Register, Schema
from xiaobao_xl.workbook.opening import open_book

SCHEMA = Schema(
    title="消费投诉台账",
    key="complaint_no",
    columns={
        "complaint_no": Column(title="投诉编号", type="code", aliases=("工单号",)),
        "received_on": Column(title="收到日期", type="date", aliases=("投诉日期",)),
        "complainant_name": Column(title="投诉人姓名", private=True, aliases=("姓名",)),
        "agent_name": Column(title="代理人姓名", private=True),
        "id_no": Column(title="证件号码", type="identity", private=True),
        "phone": Column(title="联系电话", type="code", private=True),
        "big_class": Column(title="产品大类", aliases=("产品（服务）大类",)),
        "text": Column(title="投诉内容"),
        "disputed_cny": Column(title="涉及金额", type="number", unit="cny", aliases=("投诉金额",)),
        "is_upheld": Column(title="投诉是否成立", type="boolean"),
        "closed_on": Column(title="办结日期", type="date"),
    },
)
HEAD = ["投诉编号", "收到日期", "投诉人姓名", "证件号码", "联系电话", "投诉内容", "涉及金额", "办结日期"]
Row = Sequence[Any]


def _row(number: int = 1, **other: Any) -> list[Any]:
    cells = {
        "投诉编号": f"TS{number:04d}", "收到日期": date(2026, 1, 5), "投诉人姓名": "李小明", "证件号码": "110101199003074514",
        "联系电话": "13800138000", "投诉内容": "年费未告知", "涉及金额": 100, "办结日期": "2026-01-12",
    }  # fmt: skip
    return [other.get(heading, cells[heading]) for heading in HEAD]


Maker = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Write rows into the first sheet of a new workbook; `change` may do more to it."""

    def write(*rows: Row, change: Callable[[openpyxl.Workbook], None] | None = None, name: str = "台账.xlsx") -> Path:
        book = openpyxl.Workbook()
        book.active.title = "投诉"
        for row in rows:
            book.active.append(list(row))
        if change:
            change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def _read(path: Path, **options: Any) -> Register:
    (register,) = workbook.read(path, {"complaint": SCHEMA}, {}, **options)
    assert register.receipt.rows_read == register.receipt.rows_used + len(register.receipt.skipped)
    assert len(register) == register.receipt.rows_used
    return register


def _notes(register: Register) -> str:
    return "\n".join(register.receipt.notes)


def test_a_plain_register_is_read_with_addresses(make: Maker) -> None:
    register = _read(make(HEAD, _row(1), _row(2)))
    assert register.frame["complaint_no"].tolist() == ["TS0001", "TS0002"]
    assert register.frame["received_on"].tolist() == [pd.Timestamp("2026-01-05")] * 2
    assert register.frame["id_no"].tolist() == ["110101199003074514"] * 2
    assert register.origin.rows.tolist() == [2, 3]
    assert register.origin.letters["id_no"] == "D"
    assert register.origin.header_rows == (1, 1)
    assert register.receipt.missing_columns == ["agent_name", "big_class", "is_upheld"]
    assert not register.faults


def test_title_rows_empty_columns_and_other_order_do_not_matter(make: Maker) -> None:
    shifted = [[None, None, *reversed(row)] for row in (HEAD, _row(7))]
    register = _read(make(["2026年消费投诉台账"], ["填报单位：某某银行", None, None], [], *shifted))
    assert register.origin.header_rows == (4, 4)
    assert register.origin.rows.tolist() == [5]
    assert register.origin.letters["complaint_no"] == "J"
    assert register.frame["complaint_no"].tolist() == ["TS0007"]


def test_two_level_merged_headings(make: Maker) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
            book.active.merge_cells(cells)

    upper = ["投诉编号", "收到日期", "投诉人", None, "代理人", None]
    lower = [None, None, "姓名", "证件号码", "姓名", "备用"]
    register = _read(
        make(upper, lower, ["TS1", date(2026, 1, 5), "李小明", "110101199003074514", "王大力", ""], change=merge)
    )
    assert register.origin.header_rows == (1, 2)
    assert register.frame.loc[0, ["complainant_name", "agent_name"]].tolist() == ["李小明", "王大力"]
    assert register.origin.headings["agent_name"] == "代理人/姓名"


def test_two_level_headings_without_merges_as_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        "投诉编号,投诉情况,,\n,收到日期,投诉内容,联系电话\nTS1,2026-01-05,年费,02012345678\n", encoding="gb18030"
    )
    register = _read(path)
    assert register.origin.header_rows == (1, 2)
    assert register.frame.loc[0, "phone"] == "02012345678"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["必填", "格式：2026-01-05", "必填", "18位，必填", "选填", "不超过500字符", "", ""], "填写说明"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "栏次"),
        (HEAD, "重复的表头"),
        (["合计", "", "", "", "", "", 300, ""], "合计"),
        (["合　计：3件"], "合计"),
        (["", "小计", "", "", "", "", 300, ""], "合计"),
        (["说明：1.本表按季填报。"], "表尾"),
        (["填表人：张三", "", "审核人：李四", "", "", "日期：2026年1月5日"], "表尾"),
        (["注：涉及金额以元计"], "表尾"),
        (["填报日期：2026-01-05", "填表人：张三", "审核人：李四"], "表尾"),
        (["1、本表统计范围包括全部渠道收到的投诉"], "说明文字"),
        (["", "", "", "", "", "", "", "2026-01-05"], "没有编号"),
    ],
)
def test_rows_that_are_no_complaints_are_skipped_with_a_reason(make: Maker, row: Row, reason: str) -> None:
    register = _read(make(HEAD, row, _row(1)))
    assert [(number, reason in why) for number, why in register.receipt.skipped] == [(2, True)]
    assert register.origin.rows.tolist() == [3]


def test_doubtful_rows_are_findings(make: Maker) -> None:
    lonely = ["TS0009", *[None] * 7]
    keyless = [None, date(2026, 1, 5), "李小明", *[None] * 5]
    register = _read(make(HEAD, _row(1), lonely, keyless))
    assert [(finding.row, finding.check, finding.level) for finding in register.faults] == [
        (3, "reading.row_is_data", "warning"), (4, "reading.row_is_data", "warning"),
    ]  # fmt: skip
    assert register.origin.rows.tolist() == [2, 3]


def test_a_row_without_key_but_three_columns_is_data(make: Maker) -> None:
    register = _read(make(HEAD, _row(1, 投诉编号=None)))
    assert len(register) == 1
    assert register.frame["complaint_no"].isna().all()


def test_words_like_total_inside_a_complaint_do_not_hide_it(make: Maker) -> None:
    register = _read(
        make(HEAD, _row(1, 投诉内容="合计"), _row(2, 投诉内容="说明：客户不满"), _row(3, 投诉人姓名="合计"))
    )
    assert len(register) == 3


def test_faults_name_cell_heading_key_and_mask_private_values(make: Maker) -> None:
    register = _read(make(HEAD, _row(1), _row(2, 证件号码=110101199003074514, 收到日期="26.1.5")))
    damaged, unreadable = sorted(register.faults, key=lambda finding: finding.column)
    assert (damaged.cell, damaged.heading, damaged.key, damaged.level) == ("D3", "证件号码", "TS0002", "error")
    assert "*" in damaged.value
    assert "1990030" not in damaged.message
    assert (unreadable.cell, unreadable.check) == ("B3", "reading.date_readable")
    assert "26.1.5" in unreadable.message
    assert register.empty("id_no").tolist() == [False, False]
    assert register.filled("id_no").tolist() == [True, False]


def test_error_values_and_formulas_never_calculated(make: Maker) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active["F2"] = "#N/A"
        book.active["F2"].data_type = "e"
        book.active["G2"] = "=1+1"

    register = _read(make(HEAD, _row(1), change=fill))
    assert {(finding.cell, finding.check) for finding in register.faults} == {
        ("F2", "reading.no_error_value"), ("G2", "reading.formula_calculated"),
    }  # fmt: skip
    assert register.frame.loc[0, ["text", "disputed_cny"]].isna().all()
    assert set(register.faulty) == {"text", "disputed_cny"}


def test_hidden_rows_columns_sheets_and_filters_are_read_and_named(make: Maker) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.row_dimensions[3].hidden = True
        book.active.row_dimensions[4].hidden = True
        book.active.column_dimensions["D"].hidden = True
        book.active.auto_filter.ref = "A1:H4"
        book.create_sheet("旧台账").sheet_state = "hidden"

    register = _read(make(HEAD, _row(1), _row(2), _row(3), change=hide))
    assert len(register) == 3
    assert "2 个隐藏行是数据，也已读入：第 3–4 行" in _notes(register)
    assert "隐藏列，也已读入：D" in _notes(register)
    assert "旧台账" in _notes(register)
    assert "A1:H4" in _notes(register)


def test_a_far_stray_cell_is_cut_away_and_named(make: Maker) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        book.active["XFD1048576"] = "x"
        book.active["XFC2"] = "y"

    register = _read(make(HEAD, _row(1), change=stray))
    assert len(register) == 1
    assert "2 个零散单元格" in _notes(register)
    assert "XFD1048576" in _notes(register)


def test_cells_beside_the_table_are_named_and_do_not_make_rows(make: Maker) -> None:
    register = _read(make(HEAD, [*_row(1), None, "核对过"], [*[None] * 9, "见邮件"]))
    assert len(register) == 1
    assert "J2、J3" in _notes(register)
    assert register.receipt.skipped == [(3, "登记列全空，只在未登记的列有内容")]


def test_the_first_sheet_may_be_a_code_list(make: Maker) -> None:
    def add(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("台账")
        sheet.append(HEAD)
        sheet.append(_row(1))

    register = _read(make(["代码", "名称"], ["01", "信用卡"], change=add))
    assert register.origin.sheet == "台账"


def _two_sheets(book: openpyxl.Workbook) -> None:
    for name in ("一月", "二月"):
        sheet = book.create_sheet(name)
        sheet.append(HEAD)
        sheet.append(_row(1))


def test_several_matching_sheets_must_be_chosen(make: Maker) -> None:
    path = make(["说明"], change=_two_sheets)
    with pytest.raises(WorkbookError, match=r"“一月”、“二月”.*--sheet all"):
        _read(path)
    assert _read(path, sheet=("二月",)).origin.sheet == "二月"
    both = workbook.read(path, {"complaint": SCHEMA}, {}, sheet=("all",))
    assert [register.origin.sheet for register in both] == ["一月", "二月"]


def test_an_unknown_sheet_is_answered_with_the_names_there_are(make: Maker) -> None:
    with pytest.raises(WorkbookError, match=r"没有名为“三月”.*一月、二月"):
        _read(make(["说明"], change=_two_sheets), sheet=("三月",))


def test_a_hidden_sheet_is_read_only_when_named(make: Maker) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        _two_sheets(book)
        book["一月"].sheet_state = "hidden"

    path = make(["说明"], change=hide)
    assert _read(path).origin.sheet == "二月"
    assert _read(path, sheet=("一月",)).origin.sheet == "一月"


def test_no_heading_says_what_was_looked_for_and_the_next_step(make: Maker) -> None:
    with pytest.raises(
        WorkbookError, match=r"没有找到“消费投诉台账”.*只认出.*headings.yaml.*“本行版式: {案件编号: 投诉编号}”"
    ):
        _read(make(["案件编号", "收到日期", "投诉内容说明"], ["1", "2", "3"]))


def test_own_headings_and_headings_set_aside(make: Maker) -> None:
    path = make(["LEG_ID", "LEG_DATE", "LEG_X", "姓名"], ["TS1", "2026-01-05", "无关", "李小明"])
    own = {"LEG_ID": "complaint_no", "LEG_DATE": "收到日期", "LEG_X": "不读"}
    register = _read(path, layouts={"信访系统": own})
    assert register.frame.loc[0, "complaint_no"] == "TS1"
    assert not register.receipt.unknown_headings
    assert "LEG_X" in _notes(register)


def test_each_sheet_is_read_by_the_layout_that_explains_most_of_it(make: Maker) -> None:
    layouts = {"甲": {"编": "complaint_no", "日": "received_on", "类": "产品大类"},
               "乙": {"编": "phone", "名": "complainant_name", "日": "closed_on"}}  # fmt: skip
    row = ["13800000001", "2026-01-05", "x", "年费未告知"]
    assert set(_read(make(["编", "日", "类", "投诉内容"], row), layouts=layouts).frame) == {
        "complaint_no",
        "received_on",
        "big_class",
        "text",
    }
    assert set(_read(make(["编", "日", "名", "投诉内容"], row), layouts=layouts).frame) == {
        "phone",
        "closed_on",
        "complainant_name",
        "text",
    }


def test_unknown_headings_come_with_near_guesses(make: Maker) -> None:
    register = _read(make([*HEAD, "投诉办结的日期", "天气"], [*_row(1), "x", "晴"]))
    assert "办结日期" in register.receipt.unknown_headings["投诉办结的日期"]
    assert register.receipt.unknown_headings["天气"] == []


def test_two_columns_that_claim_one_id_are_named(make: Maker) -> None:
    register = _read(make(["工单号", *HEAD], ["GD1", *_row(1)]))
    assert register.frame.loc[0, "complaint_no"] == "TS0001"
    assert "“工单号”（A 列）与“投诉编号”（B 列）是同一项" in _notes(register)


def test_an_empty_column_gives_way_to_its_duplicate_that_is_filled(make: Maker) -> None:
    register = _read(make(["工单号", *HEAD], ["GD1", *_row(1, 投诉编号=None)], ["GD2", *_row(2, 投诉编号=None)]))
    assert register.frame["complaint_no"].tolist() == ["GD1", "GD2"]
    assert register.origin.letters["complaint_no"] == "A"
    assert "“投诉编号”（B 列）与“工单号”（A 列）是同一项，只读了后者" in _notes(register)


def test_cells_merged_downwards_hold_for_each_row_but_amounts_count_once(make: Maker) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        for name in ("投诉人姓名", "涉及金额"):
            letter = openpyxl.utils.get_column_letter(HEAD.index(name) + 1)
            book.active.merge_cells(f"{letter}2:{letter}3")

    register = _read(
        make(HEAD, *(_row(number, 投诉人姓名=f"客户{number}", 涉及金额=number) for number in (1, 2, 3)), change=merge)
    )
    assert register.frame["complainant_name"].tolist() == ["客户1", "客户1", "客户3"]
    assert register.frame["disputed_cny"].fillna(-1).tolist() == [1, -1, 3]
    assert "“投诉人姓名”有 1 处上下合并的单元格，合并的各行都按所填的内容读入" in _notes(register)
    assert "“涉及金额”有 1 处上下合并的单元格，只算在合并的第一行" in _notes(register)


@pytest.mark.parametrize("heading", ["涉及金额(万元)", "涉及金额（万元）", "投诉金额\n(单位：万元)", "*涉及金额/万元"])
def test_the_headings_unit_scales_amounts(make: Maker, heading: str) -> None:
    head = [heading if name == "涉及金额" else name for name in HEAD]
    register = _read(make(head, _row(1, 涉及金额=1.5), _row(2, 涉及金额="300元")))
    assert register.frame["disputed_cny"].tolist() == [15000, 300]
    assert "万元" in _notes(register)


def test_a_unit_above_the_table_scales_amounts(make: Maker) -> None:
    register = _read(make(["消费投诉台账", "单位：万元"], HEAD, _row(1, 涉及金额=2)))
    assert register.frame["disputed_cny"].tolist() == [20000]


def test_a_legend_in_the_heading_is_used(make: Maker) -> None:
    head = ["投诉编号", "投诉日期", "投诉是否成立(01是/02否)", "产品（服务）大类"]
    register = _read(make(head, ["1号", "2026-1-5", "01", "银行卡"], ["2号", "2026-1-5", 2, "贷款"]))
    assert register.frame["is_upheld"].tolist() == [True, False]
    assert register.frame["big_class"].tolist() == ["银行卡", "贷款"]


def test_serial_numbers_follow_the_date_system_of_the_workbook(make: Maker) -> None:
    def old_mac(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    path = make(HEAD, _row(1, 收到日期=44565, 办结日期=datetime(2026, 1, 12, 9, 30)), change=old_mac)
    register = _read(path)
    assert register.frame.loc[0, ["received_on", "closed_on"]].tolist() == [
        pd.Timestamp("2026-01-05"),
        pd.Timestamp("2026-01-12"),
    ]


def test_an_empty_register_is_a_register(make: Maker) -> None:
    register = _read(make(HEAD))
    assert len(register) == 0
    assert register.frame["received_on"].dtype == "datetime64[s]"
    assert "没有数据行" in _notes(register)


def test_the_register_whose_headings_match_best_is_taken(make: Maker) -> None:
    other = Schema(
        title="审查台账",
        key="no",
        columns={"no": Column(title="投诉编号"), "on": Column(title="收到日期"), "c": Column(title="审查意见")},
    )
    (register,) = workbook.read(make(HEAD, _row(1)), {"review": other, "complaint": SCHEMA}, {})
    assert register.id == "complaint"


def test_tables_beside_the_register(make: Maker) -> None:
    def add(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("基础数据")
        for row in (
            ["基础数据"],
            ["指标", "数值", "截至"],
            ["网点数", 120, date(2026, 9, 30)],
            [],
            ["客户数", "1500万", None],
        ):
            sheet.append(row)

    path = make(HEAD, change=add)
    assert workbook.read_table(path, "基础数据") == [
        {"指标": "网点数", "数值": 120, "截至": datetime(2026, 9, 30)}, {"指标": "客户数", "数值": "1500万"},
    ]  # fmt: skip
    assert workbook.sheet_names(path) == ["投诉", "基础数据"]
    with pytest.raises(WorkbookError, match="没有名为“豁免”"):
        workbook.read_table(path, "豁免")


CELL = st.one_of(
    st.none(), st.integers(-5, 10**6), st.booleans(), st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["合计", "小计", "说明：", "填表人：", "", " ", *HEAD, "TS1", "2026-01-05", "必填", "#N/A", "注：x"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=8, max_size=9), max_size=8))
def test_no_row_is_ever_lost(make: Maker, rows: list[list[Any]]) -> None:
    register = _read(make(HEAD, *rows))
    filled = [
        number for number, row in enumerate(rows, 2) if any(cell is not None and str(cell).strip() for cell in row)
    ]
    told = [number for number, _ in register.receipt.skipped]
    assert sorted([*register.origin.rows.tolist(), *told]) == filled


@pytest.mark.parametrize("cell", ["A1048576", "H1048576", "XFD20"])
def test_a_stray_cell_costs_no_memory(make: Maker, cell: str) -> None:
    path = make(HEAD, _row(1), change=lambda book: book.active.__setitem__(cell, "x"))
    grid = open_book(path).load("投诉")
    assert sum(1 for _ in grid.rows()) <= 20
    assert max(map(len, grid.rows())) == len(HEAD)
    assert (grid.scan.stray, grid.scan.stray_count) == ([cell], 1)


def test_many_rows_after_a_long_gap_are_no_stray_cells(make: Maker) -> None:
    def far(book: openpyxl.Workbook) -> None:
        for number in range(30):
            for place, value in enumerate(_row(number), 1):
                book.active.cell(40_000 + number, place, value)

    assert len(_read(make(HEAD, _row(1), change=far))) == 31
