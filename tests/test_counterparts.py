"""Our register against other lists: what is one complaint, what is missing where, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st
from small_registers import register_of

from xiaobao_xl import tasks
from xiaobao_xl.counterparts import Matched, fits, match
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook.paper_form import TOP

OURS = [
    {"投诉编号": "TS1", "原系统编号": "12378-001", "收到日期": date(2026, 7, 3), "投诉来源": "12378转办", "投诉人姓名": "张小明",
     "联系电话": "13800138000", "被投诉机构": "城东支行", "投诉业务类别": "信用卡", "投诉内容": "年费没有告知就扣了，要求退还"},
    {"投诉编号": "TS2", "收到日期": date(2026, 7, 5), "投诉来源": "12378转办", "投诉人姓名": "李华", "联系电话": "13911112222",
     "被投诉机构": "城西支行", "投诉业务类别": "贷款", "投诉内容": "提前还款收违约金"},
    {"投诉编号": "TS3", "收到日期": date(2026, 7, 8), "投诉来源": "12378转办", "投诉人姓名": "王五", "联系电话": "13700001111",
     "被投诉机构": "城西支行", "投诉业务类别": "贷款", "投诉内容": "利率与合同不一致"},
    {"投诉编号": "TS4", "收到日期": date(2026, 8, 8), "投诉来源": "来电", "投诉人姓名": "赵六", "联系电话": "13600002222",
     "被投诉机构": "城西支行", "投诉业务类别": "贷款", "投诉内容": "催收电话骚扰家人"},
]  # fmt: skip
THEIRS = [
    {"原系统编号": "12378-001", "监管转办日期": date(2026, 7, 1), "投诉人姓名": "张**", "联系电话": "138****8000",
     "被投诉机构": "城东支行", "投诉业务类别": "借记卡", "投诉内容": "扣年费"},
    {"原系统编号": "12378-002", "监管转办日期": date(2026, 7, 3), "投诉人姓名": "李*", "联系电话": "139****2222",
     "被投诉机构": "城西支行", "投诉业务类别": "贷款", "投诉内容": "提前还款要收违约金不合理"},
    {"原系统编号": "12378-003", "监管转办日期": date(2026, 7, 6), "投诉人姓名": "陈**", "联系电话": "131****9999",
     "被投诉机构": "城南支行", "投诉业务类别": "信用卡", "投诉内容": "盗刷"},
    {"原系统编号": "12378-004", "监管转办日期": date(2026, 8, 5), "投诉人姓名": "赵*", "联系电话": "136****2222",
     "被投诉机构": "城西支行", "投诉业务类别": "贷款", "投诉内容": "催收电话打给家人"},
]  # fmt: skip


def matched(rules: Rules, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> Matched:
    schema = rules.registers["complaint"]
    left, right = (register_of(rows, schema, rules.categories) for rows in (ours, theirs))
    expected = np.ones(len(ours), dtype=bool)
    return match(rules.counterparts["regulator"], left.frame, right.frame, expected)


def workbook(path: Path, rows: list[dict[str, Any]]) -> Path:
    book = openpyxl.Workbook()
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    book.worksheets[0].append(headings)
    for row in rows:
        book.worksheets[0].append([row.get(heading) for heading in headings])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def compared(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> tasks.MatchedBook:
    folder = tmp_path_factory.mktemp("核对")
    lists = {"regulator": workbook(folder / "清单.xlsx", THEIRS)}
    return tasks.match_lists(rules, workbook(folder / "台账.xlsx", OURS), lists, tasks.Reading())


def test_numbers_masked_phones_and_names_find_their_complaint(rules: Rules) -> None:
    found = matched(rules, OURS, THEIRS)
    assert [(pair.ours, pair.theirs, pair.certainty) for pair in found.pairs] == [
        (0, 0, "sure"), (1, 1, "likely"), (3, 3, "likely")
    ]  # fmt: skip
    assert [alone.place for alone in found.ours_alone] == [alone.place for alone in found.theirs_alone] == [2]


def test_of_two_complaints_of_one_person_each_finds_its_own(rules: Rules) -> None:
    person = {"投诉人姓名": "李华", "联系电话": "13911112222", "被投诉机构": "城西支行"}
    texts = ("提前还款收取违约金", "手机银行转账失败")
    ours = [
        {"投诉编号": f"A{n}", "收到日期": date(2026, 7, 5 + n), "投诉内容": text} | person
        for n, text in enumerate(texts)
    ]
    theirs = [{"监管转办日期": date(2026, 7, 5), "投诉内容": f"反映{text}"} | person for text in reversed(texts)]
    assert [(pair.ours, pair.theirs) for pair in matched(rules, ours, theirs).pairs] == [(0, 1), (1, 0)]


def test_the_same_phone_months_apart_is_another_complaint_and_the_reason_says_so(rules: Rules) -> None:
    ours = [OURS[1] | {"收到日期": date(2026, 2, 1)}]
    found = matched(rules, ours, [THEIRS[1]])
    assert found.pairs == ()
    [alone] = found.theirs_alone
    assert alone.nearest == 0
    assert "可见部分相同" in alone.reason
    assert "日期相差 152 天" in alone.reason
    assert "不足以认定为同一件" in alone.reason


def test_two_rows_that_would_do_as_well_are_told(rules: Rules) -> None:
    twins = [OURS[1] | {"投诉编号": "X1"}, OURS[1] | {"投诉编号": "X2"}]
    [pair] = matched(rules, twins, [THEIRS[1]]).pairs
    assert pair.rivals == 1


def test_what_both_sides_say_differently_is_listed(compared: tasks.MatchedBook) -> None:
    [one] = compared.compared
    told = {(one.matched.pairs[number].ours, title, mine, other) for number, title, mine, other in one.differences}
    assert told == {(0, "投诉业务类别", "信用卡", "借记卡"), (3, "投诉来源", "客服电话", "在监管转办清单中")}
    assert compared.counts()["监管转办清单"]["内容不一致"] == 2
    assert one.expected == 3


def test_the_workbook_has_every_pair_and_every_gap(compared: tasks.MatchedBook, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(tasks.write_matched(compared, tmp_path / "核对.xlsx"))
    cells = {
        name: [[cell.value for cell in row] for row in book[name].iter_rows(min_row=TOP)] for name in book.sheetnames
    }
    assert len(cells["监管转办清单·配对"]) == 3
    assert cells["监管转办清单·对方有我方无"][0][0] == "12378-003（第4行）"
    assert cells["监管转办清单·我方有对方无"][0][0] == "TS3（第4行）"
    assert "138" not in str(cells)  # no phone, however masked, leaves the register


def test_the_command_tells_the_gaps(tmp_path: Path) -> None:
    book, theirs = workbook(tmp_path / "台账.xlsx", OURS), workbook(tmp_path / "清单.xlsx", THEIRS)
    told = run("match", str(book), "--regulator", str(theirs))
    assert told.code == 1
    assert "对方有我方无 12378-003（第4行）" in told.out
    assert run("match", str(book)).err.startswith("没有要核对的清单")


def test_a_list_without_matching_headings_is_refused_in_one_sentence(rules: Rules, tmp_path: Path) -> None:
    book = workbook(tmp_path / "台账.xlsx", OURS)
    other = workbook(tmp_path / "别的.xlsx", [{"甲": 1, "乙": 2}])
    with pytest.raises(WorkbookError):
        tasks.match_lists(rules, book, {"hotline": other}, tasks.Reading())


# --- what is left visible


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 7))
def test_a_masked_number_fits_itself_and_nothing_that_differs_where_it_is_visible(number: str, start: int) -> None:
    masked = number[:start] + "****" + number[start + 4 :]
    assert fits(masked, number, 4)
    for place in [*range(start), *range(start + 4, 11)]:
        other = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not fits(masked, other, 4)


def test_two_whole_texts_never_fit_for_they_can_be_compared() -> None:
    assert not fits("13800138000", "13800138000", 4)
    assert not fits(None, "138****8000", 4)
