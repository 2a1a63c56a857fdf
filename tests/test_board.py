from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from xiaobao_xl.reminders import DueRow
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import board, findings_sheet
from xiaobao_xl.workbook.drawing import Drawing
from xiaobao_xl.workbook.headings import Names

AS_OF = date(2026, 10, 8)


def row(key: str, left: int | None, *, status: str = "pending", age: int = 10, **parts: Any) -> DueRow:
    due_on = None if left is None else AS_OF + timedelta(days=left)
    defaults = {
        "unit": "一分行",
        "handler": "张敏",
        "sheet": "台账",
        "row": int(key[2:]) + 4,
        "cell": f"A{int(key[2:]) + 4}",
    }
    return DueRow(
        key=key, deadline="decision", title="作出处理决定", status=status, received_on=AS_OF - timedelta(days=age),
        due_on=due_on, days_left=left, explanation=f"{key} 怎样算出", **(defaults | parts),
    )  # fmt: skip


ROWS = [
    row("TS1", 3, status="due_soon"),
    row("TS2", -5, status="overdue", age=20),
    row("TS3", 0, status="due_soon", handler="李强"),
    row("TS4", 7),
    row("TS5", 8, age=7),
    row("TS6", -40, status="overdue", age=61, unit="", handler=""),
    row("TS7", None, status="suspended", age=31),
    row("TS8", None, status="met", done_on=AS_OF),
    row("TS9", None, status="no_rule"),
]


@pytest.fixture
def sheet(tmp_path: Path) -> Worksheet:
    drawing = Drawing()
    board.draw(drawing, ROWS, AS_OF, file="台账.xlsx")
    drawing.sheet("台账")
    drawing.save(tmp_path / "看板.xlsx")
    return load_workbook(tmp_path / "看板.xlsx")[board.TITLE]


def table(sheet: Worksheet, head: str) -> list[list[object]]:
    """Rows below the head row that begins with `head`, up to the first row without a value in D."""
    rows = [[cell.value for cell in line] for line in sheet.iter_rows()]
    first = next(number for number, line in enumerate(rows) if line[0] == head and line[8])
    found = []
    for line in rows[first + 1 :]:
        if line[3] is None:
            break
        found.append(line)
    return found


def test_cards_count_what_is_urgent(sheet: Worksheet) -> None:
    cards = {sheet[f"{letter}4"].value: sheet[f"{letter}5"].value for letter in "ACDEFG"}
    assert cards == {
        "已超期": 2,
        "今日到期": 1,
        "1至3日到期": 1,
        "4至7日到期": 1,
        "暂停中": 1,
        "资料不足或无适用规定": 1,
    }


def test_the_most_urgent_come_first_with_a_link_to_their_cell(sheet: Worksheet) -> None:
    lines = table(sheet, "紧急程度")
    assert [(line[0], line[1], line[3]) for line in lines] == [
        ("已超期", -40, "TS6"), ("已超期", -5, "TS2"), ("今日到期", 0, "TS3"), ("1至3日到期", 3, "TS1"), ("4至7日到期", 7, "TS4")
    ]  # fmt: skip
    links = {cell.value: cell.hyperlink.location for line in sheet.iter_rows() for cell in line if cell.hyperlink}
    assert links == {f"TS{number}": f"'台账'!A{number + 4}" for number in (6, 2, 3, 1, 4)}


def test_each_unit_and_handler_has_its_counts(sheet: Worksheet) -> None:
    assert [[line[0], *line[3:]] for line in table(sheet, "所在机构")] == [
        ["一分行", "张敏", 5, 1, 2, 1, "TS2 已超期 5 天（2026-10-03 届满）"],
        ["一分行", "李强", 1, 0, 1, 0, "TS3 今日到期（2026-10-08 届满）"],
        ["未填写", "未填写", 1, 1, 0, 0, "TS6 已超期 40 天（2026-08-29 届满）"],
    ]


def test_open_complaints_are_counted_by_age_once_each() -> None:
    waiting = [item for item in ROWS if item.is_open]
    twice = [*waiting, row("TS5", 40, age=7)]
    assert board.ages(twice, AS_OF) == [1, 3, 1, 1, 1]


@pytest.mark.parametrize(
    ("age", "place"), [(0, 0), (7, 0), (8, 1), (15, 1), (16, 2), (30, 2), (31, 3), (60, 3), (61, 4)]
)
def test_ages_include_both_ends(age: int, place: int) -> None:
    assert board.ages([row("TS1", 1, age=age)], AS_OF)[place] == 1


def test_the_chart_draws_the_ages() -> None:
    drawing = Drawing()
    board.draw(drawing, ROWS, AS_OF)
    sheet = drawing.workbook[board.TITLE]
    reference = sheet._charts[0].series[0].val.numRef.f
    first, last = (int(part.strip("$C")) for part in reference.split("!")[1].split(":"))
    assert [sheet[f"C{number}"].value for number in range(first, last + 1)] == [1, 3, 1, 1, 1]


def test_a_day_without_work_says_so() -> None:
    drawing = Drawing()
    board.draw(drawing, [], AS_OF)
    texts = [cell.value for line in drawing.workbook[board.TITLE].iter_rows() for cell in line]
    assert "今天没有必办事项。" in texts


def test_our_sheets_never_pass_for_a_register(rules: Rules) -> None:
    names = Names(rules.registers["complaint"], {})
    for heads in (board._TODAY_HEADS, board._UNIT_HEADS, findings_sheet.HEADS):
        assert [head for head in heads if head and names.find([head])] in ([], ["投诉编号"])
