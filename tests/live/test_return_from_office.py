"""A register divided into forty, three of the workbooks filled in a running LibreOffice, and all brought home."""

import datetime as dt

import pytest
from exchange_registers import SHEET, by_key, changed, complaint, make_register
from openpyxl import load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.merging import merge, write_merged
from xiaobao_xl.tasks.splitting import Division, split, write_split
from xiaobao_xl.workbook import opening, origin_sheet

UNITS, EACH = 40, 5
DAY = dt.datetime(2026, 9, 3)  # noqa: DTZ001  (cells know no time zone)


def fill(app, path, edits):
    """What a person does: open, type into the cells of a row, save."""
    places = {cell.value: cell.column_letter for cell in load_workbook(path)["转办单"][4]}
    rows = {row[1].value: row[1].row for row in load_workbook(path)["转办单"].iter_rows(min_row=5)}
    book = app.books.open(str(path))
    for (key, heading), value in edits.items():
        book.sheets["转办单"][f"{places[heading]}{rows[key]}"].value = value
    book.save()
    book.close()


def test_forty_workbooks_three_of_them_filled_come_home_with_the_one_conflict(app, rules, tmp_path):
    rows = [complaint(number, f"支行{number % UNITS:02d}") for number in range(1, UNITS * EACH + 1)]
    register = make_register(tmp_path / "台账.xlsx", rows)
    paths = write_split(split(rules, register, Reading(), Division()), tmp_path / "分发")
    files = {path.stem.removeprefix("转办单_"): path for path in paths}
    fill(
        app,
        files["支行01"],
        {("TS0001", "处理结果"): "已致歉", ("TS0001", "办结日期"): DAY, ("TS0041", "处理人"): "李某"},
    )
    fill(app, files["支行02"], {("TS0002", "投诉是否成立"): "是", ("TS0042", "办结日期"): "2026年9月4日"})
    fill(app, files["支行03"], {("TS0003", "赔付金额"): 120.5, ("TS0043", "处理结果"): "已退费"})
    changed(register, {("TS0043", "处理结果"): "台账这边先改了"}, SHEET, 1)

    back = opening.open_book(files["支行01"])
    assert back.hidden == [origin_sheet.SHEET]  # LibreOffice kept it hidden
    merged = merge(rules, register, paths, Reading())
    assert [(merged.address(each), each.replies[0].sender) for each in merged.undecided] == [("H44", "支行03")]
    assert not merged.troubles
    assert sum(receipt.matched for receipt in merged.receipts) == UNITS * EACH

    out = tmp_path / "合并.xlsx"
    write_merged(merged, out)
    wanted = by_key(register)
    wanted["TS0001"] |= {"处理结果": "已致歉", "办结日期": DAY}
    wanted["TS0041"] |= {"处理人": "李某"}
    wanted["TS0002"] |= {"投诉是否成立": "是"}
    wanted["TS0042"] |= {"办结日期": dt.datetime(2026, 9, 4)}  # noqa: DTZ001
    wanted["TS0003"] |= {"赔付金额": 120.5}
    assert by_key(out) == wanted


def test_a_locked_cell_cannot_be_typed_into_in_the_office(app, rules, tmp_path):
    register = make_register(tmp_path / "台账.xlsx", [complaint(1, "支行1")])
    path, _ = write_split(split(rules, register, Reading(), Division()), tmp_path / "分发")
    with pytest.raises(WorkbookError, match="受保护"):
        fill(app, path, {("TS0001", "投诉内容"): "改了"})
