"""The officer's own form: marks follow their words to a revised form, and locked cells are never written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from command_line import run
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from xiaobao_xl import tasks
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.form_cells import read_form

SAMPLE = Path(__file__).parents[1] / "examples/投诉台账_规范样例.xlsx"


def old_form(sheet: Worksheet) -> None:
    sheet["A1"] = "消费投诉情况表"
    sheet.merge_cells("A1:D1")
    for place, text in {
        "A3": "项目",
        "B3": "收到",
        "C3": "办结",
        "D3": "在办",
        "A4": "合计",
        "A5": "其中：重大投诉",
        "A6": "其中：重复投诉",
    }.items():
        sheet[place] = text
    for place, mark in {
        "B4": "本期收到",
        "C4": "本期办结",
        "D4": "期末在办",
        "B5": "重大投诉",
        "B6": "重复投诉",
    }.items():
        sheet[place] = f"{{{{ {mark} }}}}"
    sheet["A8"], sheet["B8"] = "填报单位", "{{ 填报单位 }}"


def new_form(sheet: Worksheet) -> None:
    """A column put in, a row moved, a heading reworded, a row dropped, two rows added."""
    sheet["A1"] = "消费投诉情况表（2026年版）"
    sheet.merge_cells("A1:E1")
    for place, text in {
        "A4": "项目", "B4": "上期", "C4": "收到", "D4": "办结", "E4": "在办", "A5": "合计", "A6": "其中：群体性投诉", "A7": "其中：重大消费投诉",
        "A10": "填报单位", "A11": "填报日期",
    }.items():  # fmt: skip
        sheet[place] = text


def form(path: Path, *drawers: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    for draw in drawers:
        draw(book.worksheets[0])
    book.save(path)
    return path


@pytest.fixture
def moved(tmp_path: Path) -> tasks.Moved:
    return tasks.move_marks(form(tmp_path / "新.xlsx", new_form), form(tmp_path / "旧.xlsx", old_form))


def test_each_mark_follows_its_words(moved: tasks.Moved) -> None:
    told = {move.old.marks: (move.new.place if move.new else None, move.verdict) for move in moved.moves}
    assert told == {
        "{{ 本期收到 }}": ("Sheet!C5", "moved"),
        "{{ 本期办结 }}": ("Sheet!D5", "moved"),
        "{{ 期末在办 }}": ("Sheet!E5", "moved"),
        "{{ 重大投诉 }}": ("Sheet!C7", "reworded"),
        "{{ 重复投诉 }}": (None, "lost"),
        "{{ 填报单位 }}": ("Sheet!B10", "moved"),
    }
    assert not moved.is_unchanged
    assert len(moved.doubtful()) == 2


def test_the_new_form_gets_the_marks_and_the_comparison_says_what_to_look_at(
    moved: tasks.Moved, tmp_path: Path
) -> None:
    marked, beside = tasks.write_moved(moved, tmp_path / "新标记表.xlsx")
    sheet = openpyxl.load_workbook(marked).worksheets[0]
    assert sheet["C5"].value == "{{ 本期收到 }}"
    assert sheet["C6"].value is None
    compared = openpyxl.load_workbook(beside)
    rows = [[cell.value for cell in row] for row in compared["标记对照"].iter_rows(min_row=4)]
    assert [row[5] for row in rows[:2]] == ["没有找到，未放标记", "标题有改动，请确认"]
    new_cells = {(row[1].value, row[2].value) for row in compared["本期新增"].iter_rows(min_row=4)}
    assert ("其中：群体性投诉", "收到") in {(beside, above.split("／")[-1]) for beside, above in new_cells}
    assert read_form(tmp_path / "新.xlsx").marked == []
    with pytest.raises(WorkbookError, match="已存在"):
        tasks.write_moved(moved, tmp_path / "新标记表.xlsx")


def test_an_unchanged_form_is_recognised_whatever_marks_it_holds(tmp_path: Path) -> None:
    def blank(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if str(cell.value).startswith("{{"):
                    cell.value = None

    result = tasks.move_marks(form(tmp_path / "新.xlsx", old_form, blank), form(tmp_path / "旧.xlsx", old_form))
    assert result.is_unchanged
    assert {move.verdict for move in result.moves} == {"same"}


def test_a_form_without_marks_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="请给出上期填报时用的、带标记的那一份"):
        tasks.move_marks(form(tmp_path / "新.xlsx", new_form), form(tmp_path / "旧.xlsx", new_form))


def locked(sheet: Worksheet) -> None:
    sheet.protection.sheet = True
    for place in ("B4", "C4", "D4", "B5", "B6", "B8"):
        sheet[place].protection = Protection(locked=False)


def test_a_protected_form_is_filled_in_its_open_cells_and_stays_protected(tmp_path: Path) -> None:
    template = form(tmp_path / "表.xlsx", old_form, locked)
    told = run(
        "report",
        "complaint_quarterly",
        str(SAMPLE),
        "--period",
        "2026Q3",
        "--template",
        str(template),
        "--out",
        str(tmp_path / "出"),
    )
    assert told.code in {0, 1}, told
    [filled] = [path for path in (tmp_path / "出").glob("*.xlsx") if "底稿" not in path.name]
    sheet = openpyxl.load_workbook(filled).worksheets[0]
    [record] = (tmp_path / "出").glob("报送记录_*.json")
    assert f"表样指纹 {read_form(template).fingerprint}" in record.read_text(encoding="utf-8")
    assert sheet.protection.sheet
    assert isinstance(sheet["B4"].value, int)
    assert sheet["A4"].protection.locked


def test_a_mark_in_a_locked_cell_stops_the_filling(tmp_path: Path) -> None:
    def lock_one(sheet: Worksheet) -> None:
        sheet["B5"].protection = Protection(locked=True)

    template = form(tmp_path / "表.xlsx", old_form, locked, lock_one)
    told = run(
        "report",
        "complaint_quarterly",
        str(SAMPLE),
        "--period",
        "2026Q3",
        "--template",
        str(template),
        "--out",
        str(tmp_path / "出"),
    )
    assert told.code == 2
    assert "表.xlsx Sheet!B5：工作表受保护，这些格被锁定，不会写入" in told.err
    assert list((tmp_path / "出").glob("*")) == []


def test_a_new_blank_form_is_told_how_it_gets_its_marks(tmp_path: Path) -> None:
    blank = form(tmp_path / "新.xlsx", new_form)
    told = run(
        "report",
        "complaint_quarterly",
        str(SAMPLE),
        "--period",
        "2026Q3",
        "--template",
        str(blank),
        "--out",
        str(tmp_path / "出"),
    )
    assert told.code == 2
    assert "新发的空表可用 xiaobao form 把上期的标记移过来" in told.err


def test_the_command_shows_what_needs_a_look(tmp_path: Path) -> None:
    new, old = form(tmp_path / "新.xlsx", new_form), form(tmp_path / "旧.xlsx", old_form)
    told = run("form", str(new), "--last", str(old), "--out", str(tmp_path / "新标记表.xlsx"))
    assert told.code == 1
    assert "没有找到，未放标记 1 处" in told.out
    assert "Sheet!B6 {{ 重复投诉 }}" in told.out
