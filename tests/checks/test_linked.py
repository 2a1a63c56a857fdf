"""Check kind `linked`."""

from __future__ import annotations

from linked_registers import SCHEMAS, found, sheet

from xiaobao_xl.checks import Linked

CHECK = Linked(column="complaint_no", register="complaint")


def test_a_number_nobody_has_is_found_and_named() -> None:
    complaints = sheet("complaint", {"complaint_no": ["TS1", "TS2"]})
    mending = sheet(
        "mending", {"mending_no": ["Z1", "Z2", "Z3", "Z4"], "complaint_no": ["TS1", "TS2、TS9，TS8", None, "TS7"]}
    )
    first, second = found(CHECK, mending, complaints)
    assert (first.cell, first.level, second.cell) == ("B3", "warning", "B5")
    assert first.message == (
        "“投诉编号”“TS9、TS8”在“投诉台账”（所读 2 行）的“投诉编号”列中没有；请核对编号，或补登对应的一行"
    )


def test_several_sheets_of_the_other_register_count_together() -> None:
    sheets = [
        sheet("complaint", {"complaint_no": [number]}, name) for number, name in (("TS1", "上半年"), ("TS2", "下半年"))
    ]
    assert not found(CHECK, sheet("mending", {"complaint_no": ["TS1 TS2"]}), *sheets)


def test_without_the_other_register_the_check_does_not_run_and_says_why() -> None:
    mending = sheet("mending", {"complaint_no": ["TS9"]})
    assert not found(CHECK, mending)
    assert mending.receipt.not_run == {
        "mending.it": "没有同时读到“投诉台账”，无从核对；在同一工作簿的请加 --sheet all，另有文件的请加 --beside 文件"
    }


def test_another_column_and_a_condition_there() -> None:
    check = Linked(column="complaint_no", register="mending", key="complaint_no", where={"done_on": ("filled",)})
    complaints = sheet("complaint", {"complaint_no": ["TS1", "TS2"]})
    mending = sheet("mending", {"complaint_no": ["TS1", "TS2"], "done_on": ["2026-03-02", None]})
    assert [finding.key for finding in found(check, complaints, mending)] == ["TS2"]


def test_wrong_names_are_refused() -> None:
    assert list(Linked(column="complaint_no", register="petition").link_problems(SCHEMAS)) == ["台账 petition 没有定义"]
    wrong = Linked(column="complaint_no", register="complaint", key="no")
    assert list(wrong.link_problems(SCHEMAS)) == ["台账 complaint 没有列 no"]
