"""Lays out the sheet `XB_日历`, from which the worksheet functions read days and limits; everything comes from the rules.

The functions find its blocks by name, so columns may move:

    XB_OFF        announced days off, weekends among them
    XB_MAKEUP     Saturdays and Sundays that are worked; they outrank days off
    XB_YEARS      announced years, in order, and the notice of each
    XB_LIMITS     first day in force | value | length | unit | basis | rolls, in order of date; the first value of a
                  version is the one an empty cell means
    XB_SPELLINGS  spelling, without blanks and in small letters | value
    XB_TEXTS      key | sentence; {1} and {2} are filled in by the functions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from xiaobao_xl.cells import plain
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.errors import RulesError
from xiaobao_xl.law import cite
from xiaobao_xl.rules import Rules

Cell = str | int | date | None

SHEET = "XB_日历"
DEADLINE = "decision"
_NOTE = "本页由 rules.yaml 生成，XB_ 开头的函数从这里读取放假安排和时限，请勿手改；规则变动后重新生成加载项。"
_FIRST_ROW = 3
_SAYABLE_UNITS = {"calendar", "working"}
_RECHECK = "请对照证件更正"
_TEXTS = {
    "no_rule": "无适用规定",
    "id_length": f"居民身份证号码应为 18 位（旧证 15 位），此处为 {{1}} 位；{_RECHECK}",
    "id_signs": f"居民身份证号码只能是数字（18 位的末位可为 X）；{_RECHECK}",
    "id_last": f"居民身份证号码的校验位不对，按前 17 位推算末位应为 {{1}}；{_RECHECK}",
    "id_birth": f"居民身份证号码第 7 至 {{1}} 位的出生日期不是存在的日期；{_RECHECK}",
    "id_outside": f"居民身份证号码第 7 至 {{1}} 位的出生日期早于 1900 年或晚于检查日 {{2}}；{_RECHECK}",
    "uscc_length": "统一社会信用代码应为 18 位，此处为 {1} 位；请对照证照更正",
    "uscc_signs": "统一社会信用代码含不应有的字符（第 3 至 8 位应为数字，不用 I、O、S、V、Z）；请对照证照更正",
    "uscc_last": "统一社会信用代码的校验位不对，按前 17 位推算末位应为 {1}；请对照证照更正",
    "no_python": "Python 没有回答：本函数只在装好 xiaobao 的 Windows Excel 里可用；请运行 xiaobao doctor，或改用“分类”按钮",
    "number": "号码以数字或日期存放，不是文本：第 16 位起的数字、开头的 0、末尾的 X 存不住；请把单元格设为“文本”格式后按原件重填",
}


@dataclass(frozen=True)
class CalendarSheet:
    """The sheet.

    Attributes:
        rows: all rows from the first, all of the same length; dates are `date`.
        names: name → absolute address of its block, with the sheet, as a defined name holds it.
        date_columns: letters of the columns that hold dates.
        headings: number of rows above the blocks.
    """

    rows: tuple[tuple[Cell, ...], ...]
    names: Mapping[str, str]
    date_columns: tuple[str, ...]
    headings: int = _FIRST_ROW - 1


@dataclass(frozen=True)
class _Block:
    name: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def calendar_sheet(rules: Rules) -> CalendarSheet:
    """The sheet for some rules.

    Raises:
        RulesError: the limit is counted in a unit the worksheet functions do not know.
    """
    blocks = (*_calendar(rules), *_limits(rules, rules.deadlines[DEADLINE]), _texts())
    names, dates, column = {}, [], 1
    for block in blocks:
        last = column + len(block.headings) - 1
        bottom = _FIRST_ROW + len(block.rows) - 1
        names[block.name] = f"'{SHEET}'!${_letter(column)}${_FIRST_ROW}:${_letter(last)}${bottom}"
        dates += [_letter(column + place) for place, cell in enumerate(block.rows[0]) if isinstance(cell, date)]
        column = last + 2
    width = column - 2
    note = (_NOTE, *[None] * (width - 1))
    return CalendarSheet((note, *_side_by_side(blocks)), names, tuple(dates))


def _calendar(rules: Rules) -> tuple[_Block, ...]:
    years = sorted(rules.workdays.items())
    off = sorted({day for _, year in years for day in year.holidays})
    work = sorted({day for _, year in years for day in year.make_up_days})
    return (
        _Block("XB_OFF", ("放假日",), [(day,) for day in off] or [(None,)]),
        _Block("XB_MAKEUP", ("补班日",), [(day,) for day in work] or [(None,)]),
        _Block("XB_YEARS", ("年份", "通知"), [(year, notice.source) for year, notice in years]),
    )


def _limits(rules: Rules, deadline: Deadline) -> tuple[_Block, _Block]:
    limits: list[tuple[Cell, ...]] = []
    spellings: dict[str, str] = {}
    for day, version in sorted(deadline.versions.items()):
        if version.unit not in _SAYABLE_UNITS:
            raise RulesError(
                [f"deadlines.{DEADLINE}.versions.{day}: unit: 工作表函数只会算自然日和工作日，不会算 {version.unit}"]
            )
        source = cite(rules.law, version.source)
        limits += [
            (day, value, length, version.unit, version.basis, version.rolls, source)
            for value, length in version.limits.items()
        ]
        spellings |= _spellings(rules, deadline, version.by)
    heads = ("生效日", "情形", "期限", "单位", "依据情况", "末日遇休息日", "依据")
    return (
        _Block("XB_LIMITS", heads, limits),
        _Block("XB_SPELLINGS", ("写法", "情形"), list(spellings.items()) or [(None, None)]),
    )


def _spellings(rules: Rules, deadline: Deadline, column: str) -> dict[str, str]:
    """Every way to write a value of the column that chooses the length → the value."""
    columns = rules.registers[deadline.register].columns if deadline.register else {}
    values = columns[column].values if column in columns else {}
    return {plain(word): value for value, words in values.items() for word in (value, *words)}


def _texts() -> _Block:
    return _Block("XB_TEXTS", ("键", "文字"), list(_TEXTS.items()))


def _side_by_side(blocks: Sequence[_Block]) -> list[tuple[Cell, ...]]:
    """Headings and rows of all blocks, an empty column between any two."""
    rows: list[tuple[Cell, ...]] = []
    for line in zip_longest(*([block.headings, *block.rows] for block in blocks)):
        cells: list[Cell] = []
        for block, part in zip(blocks, line, strict=True):
            cells += [*(part or [None] * len(block.headings)), None]
        rows.append(tuple(cells[:-1]))
    return rows


def _letter(column: int) -> str:
    """Letters of a 1-based column up to ZZ."""
    first, last = divmod(column - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)
