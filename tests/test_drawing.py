# ruff: noqa: DTZ001  (cells know no time zones)
from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import LONGEST_TEXT, Drawing, Row, cell_xml, free_title, put, save, write_whole


def round_trip(tmp_path: Path, values: list[object]) -> list[object]:
    drawing = Drawing()
    sheet = drawing.sheet("值")
    drawing.stream(sheet, 1, [Row([(value, 0) for value in values])])
    drawing.save(tmp_path / "值.xlsx")
    return [cell.value for cell in load_workbook(tmp_path / "值.xlsx")["值"][1]]


def test_values_come_back_as_they_were(tmp_path: Path) -> None:
    values = ["=1+1", "+86 138", " 前后空格 ", "a&b<c>\"'", "两\n行", "_x", 3, 2.5, True, "0012", "110101199003074512"]
    assert round_trip(tmp_path, list(values)) == values


def test_text_that_looks_like_excels_own_escape_is_escaped() -> None:
    assert "_x005F_x0041_" in cell_xml("A1", "_x0041_")


def test_characters_xml_forbids_are_dropped_and_long_text_is_cut(tmp_path: Path) -> None:
    short, long = round_trip(tmp_path, ["甲\x00\x0b乙\ufffe", "长" * (LONGEST_TEXT + 5)])
    assert short == "甲乙"
    assert isinstance(long, str)
    assert (len(long), long[-1]) == (LONGEST_TEXT, "…")


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        (date(2026, 1, 5), "46027"),
        (datetime(2026, 1, 5, 6), "46027.25"),
        (pd.Timestamp("2026-01-05"), "46027"),
        (time(12), "0.5"),
        (timedelta(hours=36), "1.5"),
        (np.float64(2.5), "2.5"),
        (np.int64(7), "7"),
        (1e17, "1e+17"),
    ],
)
def test_numbers_and_dates_are_numbers(value: object, serial: str) -> None:
    assert cell_xml("A1", value) == f'<c r="A1"><v>{serial}</v></c>'


@pytest.mark.parametrize("value", [None, "", float("nan"), pd.NaT, np.float64("nan")])
def test_missing_values_leave_an_empty_cell(value: object) -> None:
    assert cell_xml("A1", value) == ""
    assert cell_xml("A1", value, 3) == '<c r="A1" s="3"/>'


def test_days_excel_cannot_count_stay_text() -> None:
    assert "1899-12-31" in cell_xml("A1", date(1899, 12, 31))


def test_streamed_rows_keep_the_head_notes_and_heights(tmp_path: Path) -> None:
    drawing = Drawing()
    sheet = drawing.sheet("台账")
    put(sheet["A1"], "表头")
    sheet["B3"].comment = Comment("有误", "校验")
    red = drawing.style(fill="F9D5D0")
    drawing.stream(sheet, 2, [Row([("甲", red)], height=30), Row([(None, 0), ("乙", 0)], hidden=True)])
    drawing.save(tmp_path / "a.xlsx")
    seen = load_workbook(tmp_path / "a.xlsx")["台账"]
    assert [seen["A1"].value, seen["A2"].value, seen["B3"].value] == ["表头", "甲", "乙"]
    assert seen["A2"].fill.fgColor.rgb == "00F9D5D0"
    assert seen["B3"].comment.text == "有误"
    assert (seen.row_dimensions[2].height, seen.row_dimensions[3].hidden) == (30, True)


def test_a_style_asked_for_too_late_is_refused(tmp_path: Path) -> None:
    drawing = Drawing()
    sheet = drawing.sheet("台账")
    drawing.stream(sheet, 1, (Row([("甲", drawing.style(fill=colour))]) for colour in ("F9D5D0",)))
    with pytest.raises(RuntimeError, match="style"):
        drawing.save(tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_our_text_never_becomes_a_formula(tmp_path: Path) -> None:
    workbook = Workbook()
    put(workbook.worksheets[0]["A1"], "=HYPERLINK(1)", font=palette.TEXT)
    save(workbook, tmp_path / "a.xlsx")
    assert load_workbook(tmp_path / "a.xlsx").worksheets[0]["A1"].data_type == "s"


def test_an_existing_file_is_kept_unless_overwriting_is_asked(tmp_path: Path) -> None:
    out = tmp_path / "已有.xlsx"
    out.write_bytes(b"old")
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        write_whole(out, lambda stream: stream.write(b"new"))
    assert out.read_bytes() == b"old"
    write_whole(out, lambda stream: stream.write(b"new"), overwrite=True)
    assert out.read_bytes() == b"new"


def test_a_failure_halfway_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(WorkbookError, match="无法写入"):
        write_whole(tmp_path / "a.xlsx", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="没有 不存在"):
        write_whole(tmp_path / "没有" / "a.xlsx", lambda stream: stream.write(b""))


def test_titles_excel_refuses_are_mended() -> None:
    assert free_title("a" * 40, []) == "a" * 31
    assert free_title("a" * 40, ["A" * 31]) == "a" * 30 + "2"
    assert free_title("[]", []) == "__"
    assert free_title("", []) == "工作表"
