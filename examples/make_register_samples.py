"""Draws the sample of every register but the complaints' from its rows in samples/<register id>.yaml; the same cells every time.

    python examples/make_register_samples.py [--to FOLDER] [REGISTER ...]

A file of rows, in the words of the officer:

    period: 2026Q3                     period the statistics of the sample are shown for
    as_of: 2026-09-30                  day the sample is checked on
    beside: [投诉台账_样例.xlsx]         samples that are looked up beside it
    planted: {complaint_exists: 1}     check → findings put in on purpose; nothing else is found
    rows:
      - {调解编号: TJ202607001, 投诉编号: WL20260705001, …}

A date with a time of day is written as text, "2026-07-05 09:30".

The workbook is `<title of the register>_样例.xlsx`, with all columns of the register in their order and an `基础数据` sheet
where `bases: {项目: 数值}` is given.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from reproducible import save

from xiaobao_xl.registers import Column, Schema
from xiaobao_xl.rules import load_rules, read_mapping
from xiaobao_xl.workbook import palette

FOLDER = Path(__file__).resolve().parent
Cell = date | bool | int | float | str
_WIDTHS = {"identity": 21, "code": 17, "date": 12.5, "moment": 17, "number": 13, "integer": 9, "boolean": 9}
_FORMATS = {
    "identity": "@",
    "code": "@",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "number": "#,##0.00",
    "integer": "0",
}
_PAGE = 150  # width of columns that stays readable on one A4 page across
_LINE = Side(style="thin", color="C9D3DB")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows of one register.

    Attributes:
        period: period the statistics are shown for.
        as_of: day the sample is checked on.
        beside: samples looked up beside it.
        planted: check id → number of findings put in on purpose.
        uneven: cross-foots of the statistics that the planted faults break, by title.
        bases: item → number of the sheet 基础数据.
        rows: heading → cell of each row.
    """

    period: str
    as_of: date
    beside: tuple[str, ...] = ()
    planted: Mapping[str, int] = field(default_factory=dict)
    uneven: tuple[str, ...] = ()
    bases: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[Mapping[str, Cell], ...]


def main() -> None:
    """Draw the samples named, or all."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER")
    words.add_argument("registers", nargs="*", metavar="REGISTER")
    given, rules = words.parse_args(), load_rules()
    for name in given.registers or samples():
        schema = rules.registers[name]
        path = given.to / f"{schema.title}_样例.xlsx"
        save(drawn(schema, sample_of(name)), path)
        print(path.name)


def samples() -> list[str]:
    """Ids of the registers that have rows."""
    return sorted(path.stem for path in (FOLDER / "samples").glob("*.yaml"))


def sample_of(register: str) -> Sample:
    """The rows of a register."""
    sample: Sample = read_mapping(FOLDER / "samples" / f"{register}.yaml", Sample)
    return sample


def drawn(schema: Schema, sample: Sample) -> Workbook:
    """The workbook: one sheet under our own headings."""
    unknown = {heading for row in sample.rows for heading in row} - {column.title for column in schema.columns.values()}
    if unknown:
        raise ValueError(f"{schema.title}: 没有这些列：{'、'.join(sorted(unknown))}")
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = schema.title
    for number, (name, column) in enumerate(schema.columns.items(), start=1):
        letter = get_column_letter(number)
        cells = [row.get(column.title) for row in sample.rows]
        sheet.column_dimensions[letter].width = _width(column, cells)
        head = sheet.cell(1, number, column.title)
        head.font, head.border = Font(name="宋体", size=10, bold=True, color="FFFFFF"), _BOX
        head.fill = PatternFill("solid", fgColor=palette.ACCENT if name == schema.key else palette.OURS)
        head.font = Font(name="宋体", size=10, bold=True, color="FFFFFF" if name == schema.key else palette.INK)
        head.alignment = Alignment("center", "center", wrap_text=True)
        for row, value in enumerate(cells, start=2):
            cell = sheet.cell(row, number, _written(column, value))
            cell.number_format = _FORMATS.get(column.type, "General")
            cell.font, cell.border = Font(name="宋体", size=10), _BOX
            cell.alignment = Alignment(vertical="center", wrap_text=column.type == "text")
    sheet.row_dimensions[1].height = 32
    key = list(schema.columns).index(schema.key) + 1
    sheet.freeze_panes = f"{get_column_letter(key + 1)}2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(schema.columns))}{len(sample.rows) + 1}"
    palette.print_landscape(sheet, title_rows="1:1")
    sheet.page_setup.fitToWidth = math.ceil(sum(size.width for size in sheet.column_dimensions.values()) / _PAGE)
    sheet.print_title_cols = f"A:{get_column_letter(key)}"
    if sample.bases:
        bases = workbook.create_sheet("基础数据")
        for line in (("项目", "数值"), *sample.bases.items()):
            bases.append(line)
        bases.column_dimensions["A"].width, bases.column_dimensions["B"].width = 24, 14
    return workbook


def _written(column: Column, value: Any) -> Any:
    if column.type == "moment" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  (cells have no zone)
    return value


def _width(column: Column, cells: list[Any]) -> float:
    """Wide enough for the heading and for most of what stands below it."""
    if column.type in _WIDTHS:
        return max(_WIDTHS[column.type], 2 * len(column.title) + 2)
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(2 * len(column.title) + 2, 2 * longest + 2, 9), 34)


if __name__ == "__main__":
    main()
