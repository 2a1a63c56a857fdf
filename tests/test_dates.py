# ruff: noqa: DTZ001  (cells of a workbook have no time zone)
from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl import dates
from xiaobao_xl.cells import Cells
from xiaobao_xl.parsing import Parsed, Setting, parse
from xiaobao_xl.registers import Column, ColumnType

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "dates.yaml").read_text(encoding="utf-8"))


def _parsed(cell: object, kind: ColumnType, system: int = 1900) -> Parsed:
    return parse(Column(title="收到日期", type=kind), Cells.of([cell]), setting=Setting(is_1904=system == 1904))


def _cell(case: dict[str, object]) -> object:
    return case["text"] if "text" in case else float(case["number"])


@pytest.mark.parametrize("case", CASES["read"], ids=str)
def test_dates_people_write_are_read(case: dict[str, object]) -> None:
    system = int(case.get("date_system", 1900))
    moment = _parsed(_cell(case), "moment", system)
    assert moment.values[0] == pd.Timestamp(str(case["means"]))
    assert not moment.faults
    assert _parsed(_cell(case), "date", system).values[0] == pd.Timestamp(str(case["means"])[:10])


@pytest.mark.parametrize("case", CASES["refused"], ids=str)
def test_other_dates_are_faults_never_guesses(case: dict[str, object]) -> None:
    parsed = _parsed(_cell(case), "date")
    assert parsed.values.isna().all()
    assert parsed.faulty.all()
    (fault,) = parsed.faults
    assert fault.check == "reading.date_readable"
    assert fault.level == "error"
    assert str(case["because"]) in fault.message


@pytest.mark.parametrize("text", CASES["empty"])
def test_a_dash_in_a_date_column_is_an_empty_cell(text: str) -> None:
    parsed = _parsed(text, "date")
    assert parsed.values.isna().all()
    assert not parsed.faulty.any()
    assert parsed.placeholders == bool(text)


@pytest.mark.parametrize("cell", [date(2026, 1, 5), datetime(2026, 1, 5, 9, 30)])
def test_dates_excel_holds_are_taken(cell: object) -> None:
    assert _parsed(cell, "date").values[0] == pd.Timestamp("2026-01-05")


@pytest.mark.parametrize("cell", [time(9, 30), timedelta(hours=30), True, date(1900, 1, 1), date(9999, 12, 31)])
def test_cells_excel_holds_that_are_no_day_are_faults(cell: object) -> None:
    assert _parsed(cell, "date").faulty.all()


@given(
    day=st.dates(date(1940, 1, 1), date(2100, 1, 1)),
    form=st.sampled_from(
        [
            "{0:%Y-%m-%d}",
            "{0.year}/{0.month}/{0.day}",
            "{0.year}.{0.month}.{0.day}",
            "{0.year}年{0.month}月{0.day}日",
            "{0:%Y%m%d}",
        ]
    ),
    is_wide=st.booleans(),
)
def test_every_day_in_every_form_reads_back(day: date, form: str, is_wide: bool) -> None:
    text = form.format(day)
    if is_wide:
        text = text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert dates.read_text(text) == datetime.combine(day, time())


@given(day=st.dates(date(1940, 1, 1), date(2100, 1, 1)), is_1904=st.booleans())
def test_serial_numbers_read_back_in_both_date_systems(day: date, is_1904: bool) -> None:
    epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
    assert dates.read_number(float((day - epoch).days), is_1904=is_1904) == datetime.combine(day, time())


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_reason(text: str) -> None:
    assert isinstance(dates.read_text(text), (datetime, str))
