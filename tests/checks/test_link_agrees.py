"""Check kind `link_agrees`."""

from __future__ import annotations

from typing import Any

import pytest
from linked_registers import found, sheet

from xiaobao_xl.checks import LinkAgrees

COMPLAINTS = {
    "complaint_no": ["TS1", "TS2"],
    "unit": ["城东支行", "城西支行"],
    "received_on": ["2026-03-02", "2026-03-10"],
    "disputed_cny": [100.0, None],
}


def check(column: str, to: str, **settings: Any) -> LinkAgrees:
    return LinkAgrees(by="complaint_no", register="complaint", column=column, to=to, **settings)


def test_the_message_names_both_cells_and_where_the_other_stands() -> None:
    mending = sheet(
        "mending", {"complaint_no": ["TS1", "TS2", "TS9", None], "unit": ["城 东支行", "城东支行", "x", "y"]}
    )
    (finding,) = found(check("unit", "unit"), mending, sheet("complaint", COMPLAINTS))
    assert finding.cell == "B3"
    assert finding.message == (
        "“机构”为“城东支行”，TS2 的“机构”为“城西支行”（台账.xlsx 表 第 3 行），应当一致；请核对，更正其中一处"
    )


def test_a_row_that_belongs_to_several_agrees_with_one_of_them() -> None:
    mending = sheet("mending", {"complaint_no": ["TS1、TS2", "TS1、TS2"], "unit": ["城西支行", "城南支行"]})
    assert [finding.cell for finding in found(check("unit", "unit"), mending, sheet("complaint", COMPLAINTS))] == ["B3"]


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({}, ["B2", "B4"]),
        ({"margin": 2}, ["B4"]),
        ({"relation": "not_less"}, ["B2"]),
        ({"relation": "not_more"}, ["B4"]),
        ({"relation": "not_more", "margin": 30}, []),
    ],
)
def test_dates(settings: dict[str, Any], wrong: list[str]) -> None:
    days = ["2026-02-28", "2026-03-02", "2026-03-20"]
    mending = sheet("mending", {"complaint_no": ["TS1"] * 3, "begun_on": days})
    result = found(check("begun_on", "received_on", **settings), mending, sheet("complaint", COMPLAINTS))
    assert [finding.cell for finding in result] == wrong


def test_numbers_and_an_empty_side() -> None:
    mending = sheet("mending", {"complaint_no": ["TS1", "TS1", "TS2"], "cost_cny": [100.0, 120.0, 5.0]})
    (finding,) = found(check("cost_cny", "disputed_cny", relation="not_more"), mending, sheet("complaint", COMPLAINTS))
    assert finding.cell == "B3"
    assert "不应大于它" in finding.message


def test_private_cells_stay_masked() -> None:
    mending = sheet("mending", {"complaint_no": ["TS1"], "owner": ["欧阳小明"]})
    (finding,) = found(check("owner", "unit"), mending, sheet("complaint", COMPLAINTS))
    assert "欧阳小明" not in finding.message + finding.value
