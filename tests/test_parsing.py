# ruff: noqa: DTZ001  (cells of a workbook have no time zone)
from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xiaobao_xl import amounts
from xiaobao_xl.cells import Cells
from xiaobao_xl.parsing import Parsed, Setting, parse
from xiaobao_xl.registers import Column, ColumnType


def _parse(kind: ColumnType, *cells: Any, **more: Any) -> Parsed:
    column = {key: more.pop(key) for key in ("unit", "values") if key in more}
    return parse(Column(title="某列", type=kind, **column), Cells.of(list(cells)), setting=Setting(**more))


def _list(parsed: Parsed) -> list[Any]:
    return [None if pd.isna(value) else value for value in parsed.values]


def test_text_keeps_zeros_and_is_trimmed() -> None:
    parsed = _parse("text", " 0012 ", "　银行卡\u00a0", "", None, "甲\n乙")
    assert _list(parsed) == ["0012", "银行卡", None, None, "甲\n乙"]
    assert parsed.values.dtype == "str"


def test_numbers_in_text_columns_read_as_shown() -> None:
    assert _list(_parse("text", 1001.0, 0.1 + 0.2, True, date(2026, 1, 5), datetime(2026, 1, 5, 9, 30))) == [
        "1001", "0.3", "TRUE", "2026-01-05", "2026-01-05 09:30:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "damage"),
    [
        (110101199003070000.0, "已成为 0"),
        (110101199003074514.0, "末尾几位已不是"),
        ("1.10101E+17", "科学计数法"),
        (1001.0, "不是文本"),
        (110101.5, "小数"),
        (date(2026, 1, 5), "日期"),
        (True, "逻辑值"),
    ],
)
def test_identity_damage_is_told_by_kind(cell: object, damage: str) -> None:
    parsed = _parse("identity", cell, "110101199003074514")
    assert _list(parsed) == [None, "110101199003074514"]
    assert parsed.faulty.tolist() == [True, False]
    (fault,) = parsed.faults
    assert (fault.check, fault.level) == ("reading.identity_is_text", "error")
    assert damage in fault.message


def test_identity_text_is_made_half_width_and_loses_the_apostrophe() -> None:
    parsed = _parse("identity", "１１０１０１１９９００３０７４５１Ｘ", "'110101199003074514", '="00123"', "\u200b6222")
    assert _list(parsed) == ["11010119900307451X", "110101199003074514", "00123", "6222"]
    assert not parsed.faults


def test_numbers_in_code_columns_are_kept_with_a_warning() -> None:
    parsed = _parse("code", "20260001", 20260002.0)
    assert _list(parsed) == ["20260001", "20260002"]
    assert [(fault.position, fault.level) for fault in parsed.faults] == [(1, "warning")]
    assert not parsed.faulty.any()


def test_a_mobile_number_has_lost_nothing() -> None:
    parsed = _parse("code", "13800001234", 13800001235.0)
    assert _list(parsed) == ["13800001234", "13800001235"]
    assert [(fault.level, "没有丢失" in fault.message) for fault in parsed.faults] == [("note", True)]


def test_lost_zeros_are_an_error_only_where_the_column_proves_them() -> None:
    proven = _parse("code", "0102", "0103", 104.0)
    assert [(fault.level, "已丢失" in fault.message) for fault in proven.faults] == [("error", True)]
    assert _list(proven) == ["0102", "0103", None]
    unknown = _parse("code", "0102", "13", 104.0)
    assert [fault.level for fault in unknown.faults] == ["warning"]


def test_codes_beyond_fifteen_digits_are_lost() -> None:
    assert _parse("code", 12345678901234560000.0).faulty.all()
    assert not _parse("code", "1E05").faults


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!"])
@pytest.mark.parametrize("kind", ["text", "identity", "code", "date", "number", "boolean"])
def test_error_values_are_neither_empty_nor_filled(kind: ColumnType, value: str) -> None:
    held, pasted = _parse(kind, "", errors={0: value}), _parse(kind, value)
    for parsed in (held, pasted):
        assert parsed.values.isna().all()
        assert parsed.faulty.all()
        assert [fault.check for fault in parsed.faults] == ["reading.no_error_value"]
        assert value in parsed.faults[0].message


def test_a_formula_never_calculated_is_a_fault() -> None:
    assert [fault.check for fault in _parse("number", "", errors={0: ""}).faults] == ["reading.formula_calculated"]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1200", 1200), ("1,200.50", 1200.5), ("￥1,200", 1200), ("１２００元", 1200), ("1.5万元", 15000), ("2万", 20000),
        ("3千元", 3000), ("0.5亿元", 5e7), ("-5", -5), ("(1,200)", -1200), ("人民币 100 元", 100), (" 7 ", 7), ("1.2E+3", 1200),
        (".5", 0.5), ("100元整", 100),
    ],
)  # fmt: skip
def test_amounts_people_write_are_read(text: str, yuan: float) -> None:
    assert amounts.read_text(text, counts_money=True) == yuan


@pytest.mark.parametrize(
    "text", ["约2000", "2000左右", "3000-5000", "1.234,56", "1,20", "12 件套", "5美元", "$5", "1 200", "两千", "--"]
)
def test_what_is_only_about_an_amount_is_refused(text: str) -> None:
    assert isinstance(amounts.read_text(text, counts_money=True), str)


def test_the_headings_unit_scales_numbers_and_yields_to_the_cells_own() -> None:
    parsed = _parse("number", 1.5, "0.12", "3元", "2万元", unit="cny", scale=1e4)
    assert _list(parsed) == [15000, 1200, 3, 20000]


def test_integers_take_their_counting_word_and_no_fraction() -> None:
    parsed = _parse("integer", "3人", 2.0, 2.5, "20人")
    assert _list(parsed) == [3, 2, None, 20]
    assert [fault.check for fault in parsed.faults] == ["reading.number_readable"]


def test_dates_in_number_columns_are_faults() -> None:
    assert _parse("number", date(2026, 1, 5), True).faulty.tolist() == [True, True]


def test_yes_and_no_in_their_spellings() -> None:
    yes = ["是", "√", "1", "Y", "y", "有", "TRUE", "真", "成立", "属实", "有责", 1.0, True]
    no = ["否", "×", "0", "N", "x", "无", "FALSE", "假", "不成立", "不属实", "无责", 0.0, False]
    assert _list(_parse("boolean", *yes, *no)) == [True] * len(yes) + [False] * len(no)


def test_an_unknown_yes_or_no_is_a_fault_and_a_slash_is_empty() -> None:
    parsed = _parse("boolean", "不详", "01", "/", "")
    assert parsed.faulty.tolist() == [True, True, False, False]
    assert parsed.values.isna().all()


def test_a_legend_in_the_heading_explains_codes() -> None:
    assert _list(_parse("boolean", "01", "02", 1.0, legend={"1": "是", "2": "否"})) == [True, False, True]
    assert _list(_parse("boolean", "0", "1", legend={"0": "是", "1": "否"})) == [True, False]


def test_titles_become_ids_and_unknown_titles_stay() -> None:
    values = {"simple": ("简单", "一般"), "complex": ("复杂",)}
    parsed = _parse("text", "一般", " 复 杂", "特急", "", values=values)
    assert _list(parsed) == ["simple", "complex", "特急", None]
    assert not parsed.faults


def test_cells_of_several_stretches_join_with_their_places() -> None:
    joined = Cells.joined([Cells.of(["a", 1.0]), Cells.of([]), Cells.of([date(2026, 1, 5), "b"])])
    assert [joined.cell(place) for place in range(4)] == ["a", 1.0, date(2026, 1, 5), "b"]
    kept = joined.keep(np.array([False, True, False, True]))
    assert [kept.cell(place) for place in range(2)] == [1.0, "b"]
    assert joined.filled().all()
