"""Check kind `valid_number`: identity, organisation, telephone and card numbers that can exist.

Sources: resident identity number GB 11643 (birth date, check digit by ISO 7064 MOD 11-2; 15 digits before 1999);
unified social credit code GB 32100 (31 letters and digits, check character modulo 31); bank cards ISO/IEC 7812 (Luhn).
Whole columns are screened by NumPy; python-stdnum computes the digit a message names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from stdnum import luhn
from stdnum.cn import ric, uscc

from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.checks.matches import fits
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register

Number = Literal["resident_id", "uscc", "mobile", "phone", "bank_card"]

_GUESS = "guess"  # no type given: a resident's number where the shape says so
_MOD_11_2 = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_LAST_OF_11 = np.frombuffer(b"10X98765432", dtype=np.uint8)
_USCC_LETTERS = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = np.full(256, -1, dtype=np.int64)
_USCC_VALUES[np.frombuffer(_USCC_LETTERS, dtype=np.uint8)] = np.arange(31)
_MOD_31 = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FIRST_BIRTH = 19000101

_SEPARATOR = r"[ ]*[、，,;；/\n ][ ]*"
_MOBILE = r"(?:\+?(?:00)?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"
_LANDLINE = r"(?:\(?0[0-9]{2,3}\)?[- ]?)?[2-9][0-9]{2,3}[- ]?[0-9]{4}(?:(?:-|转|#| 转 )[0-9]{1,6})?"
_SERVICE = r"(?:[48]00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}|9[5-6][0-9]{3,6}|1[0-2][0-9]{3,4})"
_ABROAD = r"(?:\+|00)(?:[1-79]|8[0-57-9])[0-9 -]{6,16}"
_MAIL = r"[0-9A-Za-z._+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"
_ANY_PHONE = rf"(?:{_MOBILE}|{_LANDLINE}|{_SERVICE}|{_ABROAD}|{_MAIL})"
_CARD = r"62[0-9]{14,17}|[345][0-9]{15}"


@entry
class ValidNumber(Check):
    """Each number of the columns can exist: its length, birth date and check digit agree.

    Attributes:
        columns: columns with numbers.
        number: what they are: `resident_id` (18 digits, or 15 of the old kind), `uscc` (统一社会信用代码), `mobile`,
            `phone` (mobile, landline, service number or e-mail, also several in one cell), or `bank_card` (numbers
            that begin like a card are checked; others are account numbers and are not).
        by: column that tells the kind row by row: `resident_id` and `uscc` are checked, other papers are not; where it
            is empty or the sheet lacks it, a number of the shape of a resident's is checked as one.

    Passes: 11010519491231002X, also with x, in full-width digits or with blanks.
    Breaks: 110105194912310021; the message says that the last place should be X.
    Empty cell: nothing.
    """

    KIND: ClassVar[str] = "valid_number"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]
    number: Number | Literal[""] = ""
    by: str = ""

    def uses(self) -> tuple[str, ...]:
        """The columns; `by` only adds to what can be told."""
        return self.columns

    def columns_named(self) -> tuple[str, ...]:
        """The columns and `by`."""
        return (*self.columns, self.by) if self.by else self.columns

    def problems(self) -> Iterator[str]:
        """Neither or both of `number` and `by`."""
        if bool(self.number) is bool(self.by):
            yield "number：number 与 by 应写且只写一个"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Numbers that cannot exist, by kind of number."""
        kinds = self._kinds(register)
        for column in self.present(register):
            filled = register.filled(column)
            for kind in (self.number,) if self.number else ("resident_id", "uscc", _GUESS):
                rows = np.flatnonzero(filled & (kinds == kind))
                codes, numbers = pd.factorize(register.frame[column].iloc[rows].astype("str"))
                faults = _FAULTS[kind](_cleaned(numbers, kind), context.as_of)
                wrong = np.isin(codes, list(faults))
                messages = [faults[code] for code in codes[wrong].tolist()]
                yield Breach(positions=rows[wrong], column=column, message=messages)

    def _kinds(self, register: Register) -> np.ndarray:
        """Kind of number of each row; '' where nothing can be told."""
        if self.number:
            return np.full(len(register), self.number, dtype=object)
        if self.by not in register.frame:
            return np.full(len(register), _GUESS, dtype=object)
        kinds = register.frame[self.by].astype(object).to_numpy(copy=True)
        kinds[register.frame[self.by].isna().to_numpy()] = ""
        kinds[register.empty(self.by)] = _GUESS
        return kinds


def _cleaned(numbers: pd.Index, kind: str) -> pa.Array:
    """Numbers in half-width capitals; blanks and hyphens taken out, but for telephones, which may hold several."""
    texts = pc.utf8_trim_whitespace(pc.utf8_normalize(pa.array(numbers, type=pa.string()), form="NFKC"))
    return texts if kind in {"mobile", "phone"} else pc.utf8_upper(pc.replace_substring_regex(texts, r"[\s-]", ""))


def _matrix(texts: pa.Array, width: int) -> np.ndarray:
    """ASCII texts of one width as bytes, shape (n, width)."""
    return np.array(texts.to_pylist(), dtype=f"S{width}").view(np.uint8).reshape(-1, width)


def _at(texts: pa.Array, chosen: np.ndarray) -> tuple[np.ndarray, pa.Array]:
    places = np.flatnonzero(chosen)
    return places, texts.take(pa.array(places))


def resident_id_faults(numbers: pa.Array, as_of: date) -> dict[int, str]:
    """Faults of resident identity numbers: place in `numbers` → sentence.

    >>> resident_id_faults(pa.array(["11010519491231002X", "110105194912310021"]), date(2026, 1, 1))
    {1: '居民身份证号码的校验位不对，按前 17 位推算末位应为 X；请对照证件更正'}
    """
    new, old = fits(numbers, r"[0-9]{17}[0-9X]"), fits(numbers, r"[0-9]{15}")
    faults = {int(place): _misshapen(numbers[int(place)].as_py()) for place in np.flatnonzero(~new & ~old)}
    places, texts = _at(numbers, new)
    signs = _matrix(texts, 18)
    digits = signs[:, :17].astype(np.int64) - ord("0")
    for place in places[signs[:, 17] != _LAST_OF_11[digits @ _MOD_11_2 % 11]].tolist():
        last = ric.calc_check_digit(numbers[place].as_py())
        faults[place] = f"居民身份证号码的校验位不对，按前 17 位推算末位应为 {last}；请对照证件更正"
    _note_births(faults, places, digits[:, 6:14] @ 10 ** np.arange(7, -1, -1), as_of, "第 7 至 14 位")
    places, texts = _at(numbers, old)
    digits = _matrix(texts, 15).astype(np.int64) - ord("0")
    _note_births(faults, places, 19000000 + digits[:, 6:12] @ 10 ** np.arange(5, -1, -1), as_of, "第 7 至 12 位")
    return faults


def _misshapen(number: str) -> str:
    if len(number) in {15, 18}:
        return "居民身份证号码只能是数字（18 位的末位可为 X）；请对照证件更正"
    return f"居民身份证号码应为 18 位（旧证 15 位），此处为 {len(number)} 位；请对照证件更正"


def _note_births(faults: dict[int, str], places: np.ndarray, births: np.ndarray, as_of: date, where: str) -> None:
    """Note birth dates that are no date or cannot be; `births` as yyyymmdd. They outrank the check digit."""
    years, months, days = births // 10000, births // 100 % 100, births % 100
    leap = (months == 2) & (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    last = _MONTH_DAYS[np.where(months <= 12, months, 0)] + leap
    bad = (days < 1) | (days > last)
    outside = ~bad & ((births < _FIRST_BIRTH) | (births > int(f"{as_of:%Y%m%d}")))
    for wrong, sentence in ((bad, "不是存在的日期"), (outside, f"早于 1900 年或晚于检查日 {as_of.isoformat()}")):
        for place in places[wrong].tolist():
            faults[place] = f"居民身份证号码{where}的出生日期{sentence}；请对照证件更正"


def uscc_faults(codes: pa.Array, as_of: date) -> dict[int, str]:  # noqa: ARG001
    """Faults of unified social credit codes: place in `codes` → sentence.

    >>> uscc_faults(pa.array(["91110000600037341L", "911100006000373410"]), date(2026, 1, 1))
    {1: '统一社会信用代码的校验位不对，按前 17 位推算末位应为 L；请对照证照更正'}
    """
    shaped = fits(codes, r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
    faults = {}
    for place in np.flatnonzero(~shaped).tolist():
        length = len(codes[place].as_py())
        what = (
            "含不应有的字符（第 3 至 8 位应为数字，不用 I、O、S、V、Z）"
            if length == 18
            else f"应为 18 位，此处为 {length} 位"
        )
        faults[place] = f"统一社会信用代码{what}；请对照证照更正"
    places, texts = _at(codes, shaped)
    values = _USCC_VALUES[_matrix(texts, 18)]
    for place in places[(values[:, :17] @ _MOD_31 + values[:, 17]) % 31 != 0].tolist():
        last = uscc.calc_check_digit(codes[place].as_py())
        faults[place] = f"统一社会信用代码的校验位不对，按前 17 位推算末位应为 {last}；请对照证照更正"
    return faults


def _guessed_faults(numbers: pa.Array, as_of: date) -> dict[int, str]:
    """Without a type only what looks like a resident's number is judged, unless it is a good credit code."""
    looks = fits(numbers, r"[0-9]{17}[0-9X]|[0-9]{15}")
    others = uscc_faults(numbers, as_of)
    found = resident_id_faults(numbers, as_of)
    return {place: sentence for place, sentence in found.items() if looks[place] and place in others}


def bank_card_faults(numbers: pa.Array, as_of: date) -> dict[int, str]:  # noqa: ARG001
    """Faults of bank card numbers: place in `numbers` → sentence. What does not begin like a card is an account.

    >>> bank_card_faults(pa.array(["6222021234567890128", "6222021234567890123"]), date(2026, 1, 1))
    {1: '银行卡号的校验位不对，按前面各位推算末位应为 8；请核对卡号'}
    """
    places, texts = _at(numbers, fits(numbers, _CARD))
    digits = _matrix(pc.utf8_lpad(texts, width=20, padding="0"), 20).astype(np.int64) - ord("0")
    doubled = digits[:, 0::2] * 2
    totals = digits[:, 1::2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    wrong = places[totals % 10 != 0].tolist()
    return {
        place: f"银行卡号的校验位不对，按前面各位推算末位应为 {luhn.calc_check_digit(numbers[place].as_py()[:-1])}；请核对卡号"
        for place in wrong
    }


def mobile_faults(numbers: pa.Array, as_of: date) -> dict[int, str]:  # noqa: ARG001
    """Faults of mobile numbers: place in `numbers` → sentence."""
    wrong = np.flatnonzero(~fits(numbers, _MOBILE)).tolist()
    return {
        place: f"手机号码应为 11 位、以 13 至 19 开头{_length(numbers[place].as_py())}；请向客户核对" for place in wrong
    }


def phone_faults(numbers: pa.Array, as_of: date) -> dict[int, str]:  # noqa: ARG001
    """Faults of cells with telephone numbers: place in `numbers` → sentence."""
    wrong = np.flatnonzero(~fits(numbers, rf"{_ANY_PHONE}(?:{_SEPARATOR}{_ANY_PHONE})*")).tolist()
    expected = "手机号码应为 11 位、以 13 至 19 开头，固定电话应为区号加 7 或 8 位号码（不以 0、1 开头）"
    return {place: f"联系电话不成号码：{expected}{_length(numbers[place].as_py())}；请向客户核对" for place in wrong}


def _length(number: str) -> str:
    digits = sum(sign.isdigit() for sign in number)
    return f"，此处为 {digits} 位数字"


_FAULTS: dict[str, Callable[[pa.Array, date], dict[int, str]]] = {
    "resident_id": resident_id_faults,
    "uscc": uscc_faults,
    "mobile": mobile_faults,
    "phone": phone_faults,
    "bank_card": bank_card_faults,
    _GUESS: _guessed_faults,
}
