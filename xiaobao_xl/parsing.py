"""Parsing: the cells of one column into values of the column's type; what cannot be read is a fault, not a value.

Text stays text. A number where an identity belongs is damage, told by kind. Dates and amounts are read in the forms
people type (`dates.py`, `amounts.py`), yes and no in their many spellings; titles of coded columns become ids. A faulty
cell is missing in the values and True in `faulty`: for checks it is neither empty nor filled.

Every function works on a whole column: per distinct text, and per cell only where a cell is no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xiaobao_xl import amounts, dates
from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import TEXT, Cell, Cells, narrow, plain, shown
from xiaobao_xl.findings import Level
from xiaobao_xl.registers import Column

ERROR_VALUES = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#UNKNOWN!",
)  # fmt: skip
_DTYPE = pd.StringDtype(na_value=np.nan)
_NOTHING = frozenset({"/", "-", "--", "—", "——", "–", "\\", "无", "暂无", "不适用", "n/a", "na"})
_YES = frozenset(("是", "√", "✓", "✔", "☑", "1", "y", "yes", "有", "true", "真", "对", "成立", "属实", "有责"))
_NO = frozenset(
    ("否", "×", "✗", "✘", "x", "0", "n", "no", "无", "false", "假", "没有", "不是", "不成立", "不属实", "无责")
)
_KINDS: Mapping[type, int] = {date: 1, datetime: 2}
_FIRST, _END = np.datetime64(dates.FIRST_DAY, "D"), np.datetime64(f"{dates.LAST_YEAR + 1}-01-01")
_MOBILE = re.compile(r"1[3-9]\d{9}")  # complete as a number: no zero in front that could be lost
_REFILL = "请把单元格设为“文本”格式后按原件重填"


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that could not be read as its column's type.

    Attributes:
        position: 0-based position in the column.
        check: id of what should be true, such as `reading.date_readable`.
        message: Chinese, with the fix; never holds the value.
        value: the cell as printed, unmasked.
        level: error, or warning where nothing was lost.
    """

    position: int
    check: str
    message: str
    value: str
    level: Level = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the sheet says about a column beyond its type.

    Attributes:
        scale: factor of the heading's unit (万元: 10,000); only for columns counted in yuan.
        legend: codes explained in the heading, 质检结果(01合格/02不合格): '1' → '合格' (zeros in front dropped).
        is_1904: the workbook counts days from 1904.
        errors: position → error value (#N/A), or '' for a formula that was never calculated.
    """

    scale: float = 1.0
    legend: Mapping[str, str] = field(default_factory=dict)
    is_1904: bool = False
    errors: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Parsed:
    """Values of one column, shape (n,), and what was wrong.

    Attributes:
        values: `str`, `datetime64[s]`, `float64` or `boolean`.
        faulty: bool array: the cell held something unreadable.
        faults: one for each such cell, and warnings for cells read with doubt, by position.
        placeholders: number of cells such as `/` in a date, number or boolean column, read as empty.
    """

    values: pd.Series
    faulty: np.ndarray
    faults: list[Fault]
    placeholders: int = 0


_Read = tuple[pd.Series, list[Fault], int]


def parse(column: Column, cells: Cells, *, scheme: Scheme | None = None, setting: Setting | None = None) -> Parsed:
    """Parse one column.

    Args:
        column: what rules.yaml says of it.
        cells: the cells of the rows that are data, shape (n,).
        scheme: the categories its ids come from, if any.
        setting: what the sheet's headings and date system say.

    >>> parse(Column(title="涉及金额", type="number", unit="cny"), Cells.of(["1,200元", "约三百"])).values.tolist()
    [1200.0, nan]
    """
    setting = setting or Setting()
    cells, faults = _without_errors(cells, setting.errors)
    if column.values or scheme:
        values, more, placeholders = _coded(column, cells, setting, scheme)
    else:
        values, more, placeholders = _READERS[column.type](column, cells, setting)
    faults = sorted(faults + more, key=lambda fault: fault.position)
    faulty = np.zeros(len(cells), dtype=bool)
    faulty[[fault.position for fault in faults if fault.level == "error"]] = True
    return Parsed(values.mask(faulty) if faulty.any() else values, faulty, faults, placeholders)


def _without_errors(cells: Cells, errors: Mapping[int, str]) -> tuple[Cells, list[Fault]]:
    """Take out error values, whether the file holds them as errors or someone pasted them as text."""
    typed = np.flatnonzero(pc.is_in(cells.texts, value_set=pa.array(ERROR_VALUES, TEXT)))
    found = {int(place): str(cells.texts[int(place)].as_py()) for place in typed} | dict(errors)
    if not found:
        return cells, []
    return cells.without(found), [_error_fault(place, value) for place, value in found.items()]


def _error_fault(position: int, value: str) -> Fault:
    if value:
        message = f"单元格是错误值 {value}，不是数据；请改正公式，或改填实际内容"
        return Fault(position, "reading.no_error_value", message, value)
    message = "公式没有计算过，还没有结果；请用 Excel 或 WPS 打开文件、保存一次再校验"
    return Fault(position, "reading.formula_calculated", message, "")


def _series(texts: pa.Array) -> pd.Series:
    """Texts as a column; empty ones missing."""
    filled = pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, TEXT), texts)
    return pd.Series(pd.arrays.ArrowStringArray(filled, dtype=_DTYPE))  # type: ignore[call-arg]


def _text(_column: Column, cells: Cells, _setting: Setting) -> _Read:
    return _series(cells.as_text()), [], 0


def _identity(_column: Column, cells: Cells, _setting: Setting) -> _Read:
    faults = [
        Fault(int(place), "reading.identity_is_text", damage(cell)[1], shown(cell))
        for place, cell in zip(cells.odd, cells.values, strict=True)
    ]
    return _series(_tidy(cells.texts)), faults + _scientific(cells, "reading.identity_is_text"), 0


def _code(_column: Column, cells: Cells, _setting: Setting) -> _Read:
    tidy = Cells(_tidy(cells.texts), cells.odd, cells.values)
    width = _common_width(tidy.texts) if len(cells.odd) else 0
    faults = [_code_fault(int(place), cell, width) for place, cell in zip(cells.odd, cells.values, strict=True)]
    return _series(tidy.as_text()), faults + _scientific(cells, "reading.code_is_text"), 0


def _code_fault(position: int, cell: Cell, width: int) -> Fault:
    printed, (is_lost, message) = shown(cell), damage(cell)
    level: Level = "error" if is_lost else "warning"
    if not is_lost and len(printed) < width:
        level = "error"
        message = f"以数字存放，只有 {len(printed)} 位；本列其他编号都是 {width} 位、有的以 0 开头，可见开头的 0 已丢失；{_REFILL}"
    elif not is_lost and _MOBILE.fullmatch(printed):
        level = "note"
        message = "以数字存放；是完整的 11 位手机号，没有丢失，建议把该列设为“文本”格式"
    elif not is_lost:
        message = "以数字存放；已按数字原样读入，但如果原来以 0 开头，0 已看不到；请把该列设为“文本”格式并核对"
    return Fault(position, "reading.code_is_text", message, printed, level)


def _common_width(texts: pa.Array) -> int:
    """Length that all digit texts of a column share, if there are several and some begin with 0; else 0."""
    digits = texts.filter(pc.match_substring_regex(texts, "^[0-9]+$"))
    lengths = pc.unique(pc.binary_length(digits)).to_pylist()
    if len(digits) < 2 or len(lengths) != 1 or not pc.any(pc.starts_with(digits, "0")).as_py():
        return 0
    return int(lengths[0])


def damage(cell: Cell) -> tuple[bool, str]:
    """What happened to an identifier that is no text: whether digits are lost, and the sentence that says so.

    >>> [damage(number)[0] for number in (110101199003070000.0, 110101199003074496.0, 1001.0)]
    [True, True, False]
    """
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return True, f"应为号码，单元格却是日期、时刻或逻辑值；{_REFILL}"
    if cell % 1 or abs(cell) >= 1e21:
        return True, f"应为号码，单元格却是小数或过大的数字；{_REFILL}"
    digits = str(int(abs(cell)))
    if len(digits) > 15 and not digits[15:].strip("0"):
        lost = f"Excel 只保留 15 位有效数字，末尾 {len(digits) - 15} 位已成为 0，原来的数字无法还原"
        return True, f"以数字存放（{len(digits)} 位）：{lost}；{_REFILL}"
    if abs(cell) > 2**53:
        lost = "超过数字能精确保存的长度，末尾几位已不是原来的数字，无法还原"
        return True, f"以数字存放（{len(digits)} 位）：{lost}；{_REFILL}"
    return False, f"以数字存放（{len(digits)} 位），不是文本：开头的 0、末尾的 X 存不住；{_REFILL}"


def _scientific(cells: Cells, check: str) -> list[Fault]:
    message = f"号码已变成科学计数法，后面的数字已丢失、无法还原；{_REFILL}"
    places = np.flatnonzero(pc.match_substring_regex(cells.texts, r"^[-+]?[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}$"))
    # 1E05 may be a code typed as it is; with a decimal point or a plus sign it is a number that was rounded
    printed = [(int(place), str(cells.texts[int(place)].as_py())) for place in places]
    return [Fault(place, check, message, text) for place, text in printed if "." in text or "+" in text]


def _tidy(texts: pa.Array) -> pa.Array:
    """Half-width digits and letters, no apostrophe in front, no ="…" of csv exports; nothing else is touched."""
    wide = np.flatnonzero(pc.invert(pc.string_is_ascii(texts)))
    if len(wide):
        mask = np.zeros(len(texts), dtype=bool)
        mask[wide] = True
        narrowed = [narrow(text) for text in texts.filter(pa.array(mask)).to_pylist()]
        texts = pc.replace_with_mask(texts, pa.array(mask), pa.array(narrowed, TEXT))
    if pc.any(pc.match_substring_regex(texts, "^['=‘’`]")).as_py():
        texts = pc.replace_substring_regex(texts, pattern="""^(?:['‘’`]|=")([^"]*)"?$""", replacement=r"\1")
    return texts


def _per_distinct(
    cells: Cells, read: Callable[[str], Any], values: np.ndarray, check: str, nothing: frozenset[str] = _NOTHING
) -> tuple[list[Fault], int]:
    """Read each distinct text once and spread the results over `values`; a str result is the reason it failed."""
    texts, indices = cells.distinct()
    blank = np.array([not text or text.casefold() in nothing for text in texts], dtype=bool)
    results = [None if is_blank else read(text) for text, is_blank in zip(texts, blank, strict=True)]
    bad = np.array([isinstance(result, str) for result in results], dtype=bool)
    table = np.empty(len(texts), dtype=values.dtype)
    for place in np.flatnonzero(~bad & ~blank):
        table[place] = results[place]
    good = (~bad & ~blank)[indices]
    values[good] = table[indices[good]]
    faults = [
        Fault(int(place), check, results[indices[place]], texts[indices[place]])
        for place in np.flatnonzero(bad[indices])
    ]
    marks = blank & np.array([bool(text) for text in texts], dtype=bool)
    return faults, int(marks[indices].sum())


def _date(column: Column, cells: Cells, setting: Setting) -> _Read:
    values = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[s]")
    faults, placeholders = _per_distinct(cells, dates.read_text, values, "reading.date_readable")
    faults += _held_dates(cells, setting, values)
    if column.type == "date":
        values = values.astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(values), faults, placeholders


def _held_dates(cells: Cells, setting: Setting, values: np.ndarray) -> list[Fault]:
    """Spread dates, moments and numbers that Excel holds over `values`; what is no date is a fault."""
    kinds = np.fromiter((_KINDS.get(kind, 0) for kind in map(type, cells.values)), np.int8, len(cells.values))
    for kind, arrow in ((1, pa.date32()), (2, pa.timestamp("us"))):
        held = pa.array(list(compress(cells.values, kinds == kind)), arrow).to_numpy(zero_copy_only=False)
        good = (held >= _FIRST) & (held < _END)
        kinds[np.flatnonzero(kinds == kind)[~good]] = 0
        values[cells.odd[kinds == kind]] = held[good].astype("datetime64[s]")
    faults = []
    for place in np.flatnonzero(kinds == 0):
        cell, position = cells.values[place], int(cells.odd[place])
        read = _dated(cell, setting)
        if isinstance(read, str):
            faults.append(Fault(position, "reading.date_readable", read, shown(cell)))
        else:
            values[position] = np.datetime64(read, "s")
    return faults


def _dated(cell: Cell, setting: Setting) -> datetime | str:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return dates.read_number(cell, is_1904=setting.is_1904)
    return dates.read_cell(cell)


def _number(column: Column, cells: Cells, setting: Setting) -> _Read:
    values, check, is_money = np.full(len(cells), np.nan), "reading.number_readable", column.unit == "cny"

    def read(text: str) -> float | str:
        return amounts.read_text(text, scale=setting.scale, counts_money=is_money)

    faults, placeholders = _per_distinct(cells, read, values, check)
    is_number = np.fromiter((type(cell) in {int, float} for cell in cells.values), bool, len(cells.values))
    numbers = np.array(list(compress(cells.values, is_number)), dtype=float)
    values[cells.odd[is_number]] = np.round(numbers * setting.scale, 6) if setting.scale != 1 else numbers
    faults += [
        Fault(
            int(cells.odd[place]),
            check,
            "应为数字，单元格却是日期、时刻或逻辑值；请把单元格设为“常规”格式后重填",
            shown(cells.values[place]),
        )
        for place in np.flatnonzero(~is_number)
    ]
    if column.type == "integer":
        broken = np.flatnonzero(~np.isnan(values) & (values % 1 != 0))
        faults += [
            Fault(int(place), check, "应为整数，却带小数；请核对", shown(cells.cell(int(place)))) for place in broken
        ]
    return pd.Series(values), faults, placeholders


def _boolean(_column: Column, cells: Cells, setting: Setting) -> _Read:
    values = np.full(len(cells), -1, dtype=np.int8)

    def read(text: str) -> bool | str:
        word = plain(_explained(text, setting.legend))
        if word in _YES or word in _NO:
            return word in _YES
        return "看不出是“是”还是“否”；请填“是”或“否”"

    cells = Cells(cells.as_text(), np.empty(0, np.int64), [])
    faults, placeholders = _per_distinct(cells, read, values, "reading.boolean_readable", _NOTHING - {"无"})
    return pd.Series(pd.arrays.BooleanArray(values == 1, values < 0)), faults, placeholders


def _explained(text: str, legend: Mapping[str, str]) -> str:
    """The word a heading's legend gives for a code, or the text itself."""
    if not legend or not text.isdecimal():
        return text
    return legend.get(text.lstrip("0") or "0", text)


def _coded(column: Column, cells: Cells, setting: Setting, scheme: Scheme | None) -> _Read:
    """Titles to ids; a text that is no known title stays as it is."""
    known = {plain(word): key for key, words in column.values.items() for word in (key, *words)}

    def read(text: str) -> str:
        word = _explained(text, setting.legend)
        found = known.get(plain(word)) or (scheme.find(word) if scheme else None)
        return found or word

    coded = pc.dictionary_encode(cells.as_text())
    ids = pa.array([read(text) if text else "" for text in coded.dictionary.to_pylist()], TEXT)
    return _series(pc.take(ids, coded.indices)), [], 0


_READERS: Mapping[str, Callable[[Column, Cells, Setting], _Read]] = {
    "text": _text, "identity": _identity, "code": _code, "date": _date, "moment": _date, "number": _number,
    "integer": _number, "boolean": _boolean,
}  # fmt: skip
