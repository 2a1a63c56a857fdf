from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from xiaobao_xl.checks.valid_number import (
    ValidNumber,
    bank_card_faults,
    resident_id_faults,
    uscc_faults,
)
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

GOOD_ID, BAD_ID = "11010519491231002X", "110105194912310021"  # invented; the published example of GB 11643
AS_OF = date(2026, 6, 30)
RESIDENT = ValidNumber(columns=("id_no",), number="resident_id", is_form=True)
BY_TYPE = ValidNumber(columns=("id_no",), by="id_type", is_form=True)
PHONE = ValidNumber(columns=("phone",), number="phone")
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "number",
    [GOOD_ID, GOOD_ID.lower(), "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105491231002", None],
)
def test_numbers_that_can_exist_and_empty_cells_pass(find: Find, register: Make, number: str | None) -> None:
    assert find(RESIDENT, register({"id_no": [number]})) == []


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (BAD_ID, "居民身份证号码的校验位不对，按前 17 位推算末位应为 X；请对照证件更正"),
        (GOOD_ID[:17], "居民身份证号码应为 18 位（旧证 15 位），此处为 17 位；请对照证件更正"),
        ("11010519491231O02X", "居民身份证号码只能是数字（18 位的末位可为 X）；请对照证件更正"),
        ("110105199002300029", "居民身份证号码第 7 至 14 位的出生日期不是存在的日期；请对照证件更正"),
        (
            "110105209001010027",
            "居民身份证号码第 7 至 14 位的出生日期早于 1900 年或晚于检查日 2026-06-30；请对照证件更正",
        ),
        ("110105491331002", "居民身份证号码第 7 至 12 位的出生日期不是存在的日期；请对照证件更正"),
    ],
)
def test_what_is_wrong_is_told_without_the_number(find: Find, register: Make, number: str | None, message: str) -> None:
    (finding,) = find(RESIDENT, register({"id_no": [number]}))
    assert (finding.message, finding.level) == (message, "error")
    assert number not in finding.value


def test_the_29th_of_february_exists_in_leap_years(find: Find, register: Make) -> None:
    numbers = [f"110105{year}022900{last}" for year, last in ((2000, "1X"), (1900, "10"), (2023, "10"))]
    found = find(RESIDENT, register({"id_no": numbers}))
    assert [finding.row for finding in found if "不是存在的日期" in finding.message] == [4, 5]


def test_an_unreadable_cell_is_left_alone(find: Find, register: Make) -> None:
    assert find(RESIDENT, register({"id_no": [None]}, faulty={"id_no": [0]})) == []


def test_the_type_of_paper_chooses(find: Find, register: Make) -> None:
    cells = {
        "id_type": ["resident_id", "uscc", "passport", "军人证", "uscc"],
        "id_no": [BAD_ID, "911100006000373410", "E1234", BAD_ID, "91110000600037341L"],
    }
    found = find(BY_TYPE, register(cells))
    assert [finding.row for finding in found] == [3, 4]
    assert found[1].message == "统一社会信用代码的校验位不对，按前 17 位推算末位应为 L；请对照证照更正"


def test_a_credit_code_has_18_places_and_few_letters(find: Find, register: Make) -> None:
    found = find(BY_TYPE, register({"id_type": ["uscc"] * 2, "id_no": ["110105123456789", "91110000600O37341L"]}))
    assert found[0].message == "统一社会信用代码应为 18 位，此处为 15 位；请对照证照更正"
    assert found[1].message.startswith("统一社会信用代码含不应有的字符")


@pytest.mark.parametrize("types", [{"id_type": [None] * 5}, {}])
def test_without_a_type_the_shape_is_judged(find: Find, register: Make, types: dict[str, list[str | None]]) -> None:
    numbers = [BAD_ID, "E1234", "91110000600037341L", "110105491331002", GOOD_ID]
    ledger = register({"id_no": numbers} | types)
    assert [finding.row for finding in find(BY_TYPE, ledger)] == [3, 6]
    assert ledger.receipt.not_run == {}


def test_an_unreadable_type_chooses_nothing(find: Find, register: Make) -> None:
    assert find(BY_TYPE, register({"id_type": [None], "id_no": [BAD_ID]}, faulty={"id_type": [0]})) == []


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "+86 138-0013-8000", "１３８００１３８０００", "010-23456789", "(0571)8765432", "0451-8666 6666", "0571-87654321转801",
        "13800138000/010-23456789", "13800138000、13900139000", "400-820-8820", "95588", "+852 2345 6789", "a.b@example.com",
    ],
)  # fmt: skip
def test_telephones_that_can_exist_pass(find: Find, register: Make, number: str | None) -> None:
    assert find(PHONE, register({"phone": [number]})) == []


@pytest.mark.parametrize(
    ("number", "digits"), [("1380013800", 10), ("12800138000", 11), ("138001380001", 12), ("不详", 0)]
)
def test_telephones_that_cannot_exist_are_found(find: Find, register: Make, number: str | None, digits: int) -> None:
    (finding,) = find(PHONE, register({"phone": [number]}))
    assert finding.message.endswith(f"此处为 {digits} 位数字；请向客户核对")


def test_a_mobile_is_no_landline(find: Find, register: Make) -> None:
    check = ValidNumber(columns=("phone",), number="mobile")
    found = find(check, register({"phone": ["13800138000", "010-23456789", "12800138000"]}))
    assert [finding.row for finding in found] == [4, 5]
    assert found[1].message == "手机号码应为 11 位、以 13 至 19 开头，此处为 11 位数字；请向客户核对"


def test_cards_have_a_check_digit_and_accounts_have_none(find: Find, register: Make) -> None:
    check = ValidNumber(columns=("account_no",), number="bank_card")
    numbers = ["6222 0212 3456 7890 128", "6222021234567890123", "0200001234567890123", "4111111111111112"]
    found = find(check, register({"account_no": numbers}))
    assert [finding.row for finding in found] == [4, 6]
    assert found[0].message == "银行卡号的校验位不对，按前面各位推算末位应为 8；请核对卡号"


def test_one_fault_is_told_at_every_row_that_has_it(find: Find, register: Make) -> None:
    assert [finding.row for finding in find(RESIDENT, register({"id_no": [BAD_ID, GOOD_ID, BAD_ID]}))] == [3, 5]


def test_number_and_by_exclude_each_other() -> None:
    assert [problem.split("：")[0] for problem in ValidNumber(columns=("id_no",)).problems()] == ["number"]
    assert [
        problem.split("：")[0] for problem in ValidNumber(columns=("id_no",), number="uscc", by="id_type").problems()
    ] == ["number"]
    assert list(BY_TYPE.problems()) == list(RESIDENT.problems()) == []


@given(st.lists(st.from_regex(r"\A[1-8][0-9]{5}19[0-9]{2}0[1-9]1[0-9][0-9]{3}[0-9X]\Z"), min_size=1, unique=True))
def test_the_check_digit_of_residents_agrees_with_stdnum(numbers: list[str]) -> None:
    wrong = {place for place, number in enumerate(numbers) if ric.calc_check_digit(number) != number[-1]}
    assert set(resident_id_faults(pa.array(numbers), AS_OF)) == wrong


@given(st.lists(st.text(LETTERS, min_size=9, max_size=9), min_size=1), st.text(LETTERS, min_size=1, max_size=1))
def test_the_check_digit_of_credit_codes_agrees_with_stdnum(middles: list[str], last: str) -> None:
    numbers = [f"91110000{middle}{last}" for middle in middles]
    numbers += [number[:-1] + uscc.calc_check_digit(number) for number in numbers]
    wrong = {place for place, number in enumerate(numbers) if not uscc.is_valid(number)}
    assert set(uscc_faults(pa.array(numbers), AS_OF)) == wrong


@given(st.lists(st.from_regex(r"\A62[0-9]{14,17}\Z"), min_size=1))
def test_the_check_digit_of_cards_agrees_with_stdnum(numbers: list[str]) -> None:
    numbers += [number[:-1] + luhn.calc_check_digit(number[:-1]) for number in numbers]
    wrong = {place for place, number in enumerate(numbers) if not luhn.is_valid(number)}
    assert set(bank_card_faults(pa.array(numbers), AS_OF)) == wrong
