"""What `xiaobao diff` finds, and how it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.comparing import SHOWN, compare

ROWS = 40


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    book = Workbook()
    book.active.title = "台账"
    for row in range(1, ROWS + 1):
        book.active.append([f"TS-{row}", row, "在办"])
    book.create_sheet("说明")["A1"] = "填报说明"
    book.save(tmp_path / "发出.xlsx")
    return tmp_path / "发出.xlsx"


def returned(sent: Path, change) -> Path:
    book = load_workbook(sent)
    change(book)
    book.save(sent.with_name("收回.xlsx"))
    return sent.with_name("收回.xlsx")


def test_a_file_that_was_only_saved_again_is_the_same(sent):
    compared = compare(sent, returned(sent, lambda _: None))
    assert compared.groups == []
    assert compared.as_json()["same"] is True


def test_a_changed_cell_is_told_with_its_address_and_both_values(sent):
    def change(book):
        book["台账"]["B5"] = 50

    (group,) = compare(sent, returned(sent, change)).groups
    assert list(group.lines()) == ["台账!B5：内容由“5”变为“50”"]


def test_many_equal_changes_are_told_together(sent):
    def change(book):
        for row in range(1, ROWS + 1):
            book["台账"].cell(row, 3).value = "办结"

    compared = compare(sent, returned(sent, change))
    (group,) = compared.groups
    lines = list(group.lines())
    assert lines[0] == f"台账 C 列：内容有 {ROWS} 处不同（C1 至 C{ROWS}）"
    assert len(lines) == 1 + SHOWN + 1
    assert compared.count == ROWS


def test_all_changes_are_kept_on_demand(sent):
    def change(book):
        for row in range(1, ROWS + 1):
            book["台账"].cell(row, 3).fill = PatternFill("solid", fgColor="FFF2CC")

    compared = compare(sent, returned(sent, change), every=True)
    found = compared.as_json()["differences"]
    assert len(found) == ROWS
    assert found[0]["sentence"] == "台账!C1：填充颜色由“无”变为“FFF2CC”"


def test_a_sheet_with_many_kinds_of_changes_is_told_in_few_lines(sent):
    def change(book):
        for row in book["台账"].iter_rows():
            for cell in row:
                cell.value = f"新 {cell.coordinate}"
        book["说明"]["A1"] = "新的说明"

    compared = compare(sent, returned(sent, change))
    lines = list(compared.lines(per_sheet=10))
    assert len(lines) == 1 + SHOWN + 1 + 1 + 1
    assert lines[-2] == f"台账：另有 2 类共 {2 * ROWS} 处不同；加 --all 全部列出，加 --json 结果.json 可取全部。"
    assert lines[-1] == "说明!A1：内容由“填报说明”变为“新的说明”"
    every = compare(sent, sent.with_name("收回.xlsx"), every=True)
    assert len(list(every.lines(every=True))) == 3 * (1 + ROWS) + 1
    assert list(every.lines(per_sheet=10)) == lines


def test_differences_are_counted_by_sheet(sent):
    def change(book):
        book["说明"]["A1"] = "新的说明"
        book.create_sheet("附表")

    assert compare(sent, returned(sent, change)).counts() == {"附表": 1, "说明": 1}


def test_a_file_that_is_no_workbook_is_named(sent):
    stranger = sent.with_name("记录.xlsx")
    stranger.write_text("不是工作簿", encoding="utf-8")
    with pytest.raises(WorkbookError, match=r"记录\.xlsx"):
        compare(sent, stranger)


def test_the_command_says_in_its_exit_code_whether_anything_differs(sent):
    def change(book):
        book["说明"]["A1"] = "新的说明"

    back = returned(sent, change)
    same, other = run("diff", str(sent), str(sent)), run("diff", str(sent), str(back))
    assert (same.code, same.out) == (0, "两个工作簿没有不同。\n")
    assert other.code == 1
    assert other.out == "说明!A1：内容由“填报说明”变为“新的说明”\n共 1 处不同：说明 1 处。\n"
    assert run("diff", str(sent), str(back), "--quiet").out == "共 1 处不同：说明 1 处。\n"
    missing = run("diff", str(sent), "没有.xlsx")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err.startswith("找不到文件 没有.xlsx")


def test_the_command_gives_every_difference_as_json(sent):
    def change(book):
        for row in book["台账"].iter_rows():
            row[0].value = "换"

    told = json.loads(run("diff", str(sent), str(returned(sent, change)), "--json", "-").out)
    assert len(told["differences"]) == ROWS
    assert {one["kind"] for one in told["differences"]} == {"cell_value"}
