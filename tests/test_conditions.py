"""Conditions: every way of choosing rows, and what an unreadable cell means."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from xiaobao_xl.conditions import Bounds, Condition, select

FRAME = pd.DataFrame({
    "route": pd.Series(["complaint", None, "petition"], dtype="str"),
    "amount": [10.0, np.nan, 30.0],
    "received_on": pd.to_datetime(["2026-01-01", None, "2026-03-01"]).astype("datetime64[s]"),
    "is_repeat": pd.array([True, None, False], dtype="boolean"),
})  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ({}, [True, True, True]),
        ({"route": ("complaint",)}, [True, False, False]),
        ({"route": ("empty", "petition")}, [False, True, True]),
        ({"route": ("filled",)}, [True, False, True]),
        ({"amount": Bounds(min=10, max=20)}, [True, False, False]),
        ({"amount": Bounds(min=11)}, [False, False, True]),
        ({"received_on": Bounds(max=date(2026, 2, 1))}, [True, False, False]),
        ({"is_repeat": True}, [True, False, False]),
        ({"is_repeat": False}, [False, False, True]),
        ({"route": ("filled",), "is_repeat": False}, [False, False, True]),
        ({"absent": ("empty",)}, [True, True, True]),
        ({"absent": ("filled",)}, [False, False, False]),
        ({"absent": True}, [False, False, False]),
        ({"absent": Bounds(min=1)}, [False, False, False]),
    ],
)
def test_select(condition: Condition, chosen: list[bool]) -> None:
    assert select(FRAME, condition).tolist() == chosen


def test_an_unreadable_cell_is_neither_empty_nor_filled() -> None:
    faulty = {"route": np.array([False, True, False])}
    assert select(FRAME, {"route": ("empty",)}, faulty=faulty).tolist() == [False, False, False]
    assert select(FRAME, {"route": ("filled",)}, faulty=faulty).tolist() == [True, False, True]
