"""The 基础数据 table: numbers the register does not hold, and the lists of units.

A sheet named 基础数据, in the register's workbook or in a file of its own, has two columns, or three:

    项目               数值      类别
    营业网点数          126
    个人客户数（万户）    215.4               the unit of the item scales it: 万 counts ten thousand
    保费收入（亿元）      35.2    机动车辆保险    one line for each member, where a report asks for the number by 险种

A sheet named 机构名单 may stand beside it: each column is headed by a column title of the register (被投诉机构) and
lists every unit, so that one without a complaint still has its line in the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xiaobao_xl import amounts
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Schema
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.opening import open_book

SHEET, UNITS = "基础数据", "机构名单"
_UNIT = re.compile(r"(.+?)\s*[（(]\s*(?:单位[:：]?)?\s*(万|百万|亿)?[^（()）]*[)）]")
_SCALES = {"万": 1e4, "百万": 1e6, "亿": 1e8}
_SMALL = 1_000_000  # bytes; a larger csv is a register


@dataclass(frozen=True)
class BaseTable:
    """What the sheets say.

    Attributes:
        numbers: item, or `item[类别]`, → number.
        units: heading of 机构名单 → names, in order.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def units_of(self, schema: Schema) -> dict[str, Sequence[str]]:
        """Names by column id of a register."""
        headings = {
            heading: name for name, column in schema.columns.items() for heading in (column.title, *column.aliases)
        }
        return {headings[title]: names for title, names in self.units.items() if title in headings}


def read_base_table(path: Path, password: str = "") -> BaseTable:
    """Read 基础数据 and 机构名单; sheets that are absent give nothing. A csv file may be 基础数据 as a whole.

    Args:
        path: the workbook.
        password: its password, if it is encrypted.

    Raises:
        WorkbookError: the file cannot be read, a number is none or negative, or an item has two numbers.
    """
    return base_table_of(open_book(path, password))


def base_table_of(book: Book) -> BaseTable:
    """The same from an opened file."""
    path = book.path
    named = {name.strip(): name for name in book.names}
    if book.kind == "csv" and path.stat().st_size < _SMALL:
        rows = list(book.load(book.names[0]).rows())
        return BaseTable(_numbers(rows, path)) if rows and _texts(rows[0])[:2] == ["项目", "数值"] else BaseTable()
    sheets = {title: list(book.load(named[title]).rows()) if title in named else [] for title in (SHEET, UNITS)}
    return BaseTable(_numbers(sheets[SHEET], path), _units(sheets[UNITS]))


def _numbers(rows: Sequence[Sequence[object]], path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for line, row in enumerate(rows, start=1):
        item, value, category = (*_texts(row), "", "", "")[:3]
        if not item or not value or item == "项目":
            continue
        read = amounts.read_text(value)
        place = f"{path.name} {SHEET}!B{line}: “{item}”"
        if isinstance(read, str):
            raise WorkbookError(f"{place}的数值“{value}”{read}")
        if read < 0:
            raise WorkbookError(f"{place}的数值“{value}”是负数；请填实际的数")
        shape = _UNIT.fullmatch(item)
        name, scale = (shape[1], _SCALES.get(shape[2] or "", 1.0)) if shape else (item, 1.0)
        name += f"[{category}]" if category else ""
        number = round(read * scale, 4)
        if found.setdefault(name, number) != number:
            raise WorkbookError(f"{place}写了两次而数值不同；请只留一行")
    return found


def _units(rows: Sequence[Sequence[object]]) -> dict[str, list[str]]:
    lines = [_texts(row) for row in rows]
    return {
        heading: [line[place] for line in lines[1:] if place < len(line) and line[place]]
        for place, heading in enumerate(lines[0] if lines else [])
        if heading
    }


def _texts(row: Sequence[object]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]
