"""Values as a cell holds them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.cells import CellError, Formula, content, moment, number, plain_text, serial, text_element
from xiaobao_xl.package.strings import texts

FIRST, LAST = datetime.fromisoformat("1900-03-01"), datetime.fromisoformat("9999-12-31T23:59:59")


@given(st.text(max_size=60))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    element = text_element(text, "x:")
    assert texts(f"<si>{element}</si>".encode(), "") == [text]


@given(st.datetimes(min_value=FIRST, max_value=LAST), st.booleans())
def test_a_moment_survives_in_both_date_systems(when: datetime, is_1904: bool) -> None:
    when = when.replace(microsecond=0)
    if is_1904 and when.year < 1905:
        return
    back = moment(serial(when, is_1904=is_1904), is_1904=is_1904)
    assert back == (when if when.time() != time() else when.date())


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**14), 10**14))
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    _, inside = content(value, "", is_1904=False)
    assert number(inside[3:-4]) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, ("b", "<v>1</v>")),
        (None, ("", "")),
        ("", ("", "")),
        (CellError("#DIV/0!"), ("e", "<v>#DIV/0!</v>")),
        (Formula('=A1&"<"'), ("", '<f>A1&amp;"&lt;"</f>')),
        (date(2026, 1, 5), ("", "<v>46027</v>")),
        (timedelta(hours=36), ("", "<v>1.5</v>")),
        (" 两端有空格 ", ("inlineStr", '<is><t xml:space="preserve"> 两端有空格 </t></is>')),
        ("=1+1", ("inlineStr", "<is><t>=1+1</t></is>")),
    ],
)
def test_each_type_is_stored_as_such(value: object, expected: tuple[str, str]) -> None:
    assert content(value, "", is_1904=False) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["长" * 32_768, "\U0001f600" * 16_384, date(1899, 1, 1), float("inf")])
def test_what_no_cell_can_hold_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(WorkbookError, match="台账!B5"):
        content(value, "", is_1904=False, where="台账!B5")  # type: ignore[arg-type]


def test_the_day_excel_invented_stays_a_number() -> None:
    assert moment(60, is_1904=False) == 60
    assert moment(59, is_1904=False) == date(1900, 2, 28)
    assert moment(61, is_1904=False) == date(1900, 3, 1)
    assert moment(1e9, is_1904=False) == 1e9


def test_an_escape_typed_by_somebody_is_not_taken_for_one() -> None:
    assert text_element("_x0041_", "") == "<t>_x005F_x0041_</t>"
    assert plain_text("_x005F_x0041_") == "_x0041_"
