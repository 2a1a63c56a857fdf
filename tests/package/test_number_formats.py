from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles.numbers import is_date_format as is_date_in_openpyxl

from xiaobao_xl.package.number_formats import is_date_format


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("General", False),
        ("G/通用格式", False),
        ("0.00E+00", False),
        ("##0.0E-0", False),
        ('0"days"', False),
        ("0\\d", False),
        ("0_d", False),
        ("[Red]#,##0", False),
        ("[红色]0.00;[蓝色]-0.00", False),
        ("[$¥-804]#,##0.00", False),
        ('#,##0;"d"', False),
        ("@", False),
        ("", False),
        ("[DBNum1][$-804]General", False),
        ("yyyy-mm-dd", True),
        ("[$-804]yyyy/m/d;@", True),
        ('yyyy"年"m"月"d"日"', True),
        ("yyyy年m月d日", True),
        ("[DBNum1][$-804]yyyy年m月d日;@", True),
        ("[$-804]aaaa;@", True),
        ("[h]:mm", True),
        ("[mm]:ss", True),
        ("[ss].00", True),
        ("H:MM", True),
        ("上午/下午h时mm分", True),
        ("[红色]yyyy-m-d", True),
        ('[$-411]ge"."m"."d', True),
    ],
)
def test_dates_are_told_by_their_letters(code, expected):
    assert is_date_format(code) is expected


@given(
    st.lists(st.sampled_from(["yyyy", "m", "d", "h", "0", "#,##0", "-", "/", '"日 d"', "[Red]", "[$-804]"]), min_size=1)
)
def test_openpyxl_agrees_about_dates(pieces):
    code = "".join(pieces)
    assert is_date_format(code) is bool(is_date_in_openpyxl(code))
