"""Cells filled from another register for the time of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from linked_registers import SCHEMAS, sheet
from openpyxl import Workbook

from xiaobao_xl import linking
from xiaobao_xl.registers import Column, FilledFrom, Register, Schema
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks import Reading, check, due

AS_OF = date(2026, 9, 30)


def shown(register: Register, column: str) -> list[str]:
    return [str(cell)[:10] for cell in register.frame[column]]


def test_empty_cells_are_filled_together_and_the_receipt_says_so() -> None:
    complaints = sheet(
        "complaint",
        {"complaint_no": ["TS1", "TS2", "TS3"], "from": [None, "2026-01-05", None], "to": [None, None, None]},
    )
    mending = sheet(
        "mending",
        {
            "complaint_no": ["TS1", "TS2", "TS1"],
            "begun_on": ["2026-02-01", "2026-02-02", "2026-03-01"],
            "done_on": ["2026-02-10", "2026-02-11", None],
        },
    )
    linking.fill([complaints], [mending])
    assert shown(complaints, "from") == ["2026-02-01", "2026-01-05", "NaT"]
    assert shown(complaints, "to") == ["2026-02-10", "NaT", "NaT"], "an interval is never made of two sources"
    assert shown(complaints, "from#2") == ["2026-03-01", "NaT", "NaT"]
    assert complaints.receipt.notes == [
        "有 1 行的“开始”、“结束”为空，计算时取自“整改台账”（不写入本表）；有 1 行在其中不止一条，各条的起止日期都计入。"
    ]


def test_a_column_the_sheet_lacks_appears_only_where_something_fills_it() -> None:
    complaints = sheet("complaint", {"complaint_no": ["TS1", "TS2"]})
    linking.fill([complaints], [sheet("mending", {"complaint_no": ["TS9"], "begun_on": ["2026-02-01"]})])
    assert list(complaints.frame) == ["complaint_no"]
    linking.fill([complaints], [sheet("mending", {"complaint_no": ["TS2"], "begun_on": ["2026-02-01"]})])
    assert shown(complaints, "from") == ["NaT", "2026-02-01"]
    assert complaints.frame["from"].dtype == "datetime64[s]"


def test_an_unreadable_cell_is_not_filled() -> None:
    complaints = sheet("complaint", {"complaint_no": ["TS1"], "from": [None]})
    complaints.faulty["from"] = pd.Series([True]).to_numpy()
    linking.fill([complaints], [sheet("mending", {"complaint_no": ["TS1"], "begun_on": ["2026-02-01"]})])
    assert shown(complaints, "from") == ["NaT"]


def test_wrong_names_are_refused() -> None:
    assert list(linking.problems(SCHEMAS["complaint"], SCHEMAS)) == []
    origin = FilledFrom(register="mending", by="no", column="when")
    schema = Schema(title="表", key="a", columns={"a": Column(title="甲", filled_from=origin)})
    assert [what for _, what in linking.problems(schema, SCHEMAS)] == [
        "filled_from：台账 mending 没有列 no", "filled_from：台账 mending 没有列 when",
    ]  # fmt: skip


def test_a_condition_there_names_values_there_are(rules: Rules) -> None:
    assert list(linking.unknown(rules.registers, "complaint", [], {"route": ("empty", "complaint")})) == []
    assert list(linking.unknown(rules.registers, "complaint", [], {"route": ("complain",), "rout": True})) == [
        "台账 complaint 没有列 rout", "台账 complaint 的列 route 没有取值 complain",
    ]  # fmt: skip


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


COMPLAINT = [
    ["投诉编号", "收到日期", "事项性质", "被投诉机构", "办结日期"],
    ["TS1", date(2026, 9, 1), "消费投诉", "城东支行", None],
]
MEDIATION = [
    ["调解编号", "投诉编号", "提议调解日期", "双方同意日期", "调解终结日期", "被投诉机构"],
    ["TJ1", "TS1", date(2026, 9, 4), date(2026, 9, 5), date(2026, 9, 24), "城东支行"],
    ["TJ2", "TS8", date(2026, 9, 4), None, None, "城东支行"],
]


def test_days_of_the_mediation_register_move_the_complaints_due_day(tmp_path: Path, rules: Rules) -> None:
    together = workbook(tmp_path / "工作台.xlsx", 消费投诉台账=COMPLAINT, 纠纷调解台账=MEDIATION)
    alone = workbook(tmp_path / "投诉.xlsx", 消费投诉台账=COMPLAINT)
    other = workbook(tmp_path / "调解.xlsx", 纠纷调解台账=MEDIATION)
    days = {
        name: due(rules, path, Reading(sheet=("消费投诉台账",), beside=beside), AS_OF, only="decision").as_json()[
            "rows"
        ][0]
        for name, path, beside in (("together", together, ()), ("alone", alone, ()), ("two files", alone, (other,)))
    }
    assert {name: row["due_on"] for name, row in days.items()} == {
        "together": "2026-10-06", "alone": "2026-09-16", "two files": "2026-10-06",
    }  # fmt: skip
    assert "调解（第23条）2026-09-05 至 2026-09-24 共 20 日" in days["together"]["explanation"]


def test_the_days_of_every_mediation_of_a_complaint_are_left_out(tmp_path: Path, rules: Rules) -> None:
    """A refused proposal has no days; of two mediations one still runs."""
    refused = ["TJ0", "TS1", date(2026, 9, 2), None, None, "城东支行"]
    again = ["TJ3", "TS1", date(2026, 9, 25), date(2026, 9, 26), date(2026, 9, 28), "城东支行"]
    ended = workbook(tmp_path / "两次.xlsx", 消费投诉台账=COMPLAINT, 纠纷调解台账=[*MEDIATION[:2], again, refused])
    running = [*again[:4], None, again[5]]
    open_ = workbook(
        tmp_path / "在调.xlsx", 消费投诉台账=COMPLAINT, 纠纷调解台账=[MEDIATION[0], refused, MEDIATION[1], running]
    )
    (first,), (second,) = (
        due(rules, path, Reading(sheet=("消费投诉台账",)), AS_OF, only="decision").as_json()["rows"]
        for path in (ended, open_)
    )
    assert first["due_on"] == "2026-10-09", "15 days, and 20 and 3 days of mediation"
    assert "2026-09-05 至 2026-09-24、调解（第23条）2026-09-26 至 2026-09-28 共 23 日" in first["explanation"]
    assert second["status_id"] == "suspended"


def test_a_workbook_of_several_registers_is_checked_with_its_links(tmp_path: Path, rules: Rules) -> None:
    book = workbook(tmp_path / "工作台.xlsx", 消费投诉台账=COMPLAINT, 纠纷调解台账=MEDIATION)
    found = check(rules, book, Reading(sheet=("all",)), AS_OF)
    assert [register.id for register in found.registers] == ["complaint", "mediation"]
    (lost,) = [finding for finding in found.findings if finding.check == "mediation.complaint_exists"]
    assert (lost.sheet, lost.cell, lost.value) == ("纠纷调解台账", "B3", "TS8")


def test_one_sheet_is_checked_with_the_other_looked_up(tmp_path: Path, rules: Rules) -> None:
    book = workbook(tmp_path / "工作台.xlsx", 消费投诉台账=COMPLAINT, 纠纷调解台账=MEDIATION)
    found = check(rules, book, Reading(sheet=("纠纷调解台账",)), AS_OF)
    assert [register.id for register in found.registers] == ["mediation"]
    assert "mediation.complaint_exists" in {finding.check for finding in found.findings}
    alone = check(rules, workbook(tmp_path / "调解.xlsx", 纠纷调解台账=MEDIATION), Reading(), AS_OF)
    assert "mediation.complaint_exists" in alone.registers[0].receipt.not_run
