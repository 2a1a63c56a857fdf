"""Registers as files, the workbooks divided from them, and the hand of a unit that fills them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

HEADINGS = (
    "投诉编号",
    "收到日期",
    "被投诉机构",
    "投诉人姓名",
    "投诉内容",
    "处理人",
    "办结日期",
    "处理结果",
    "投诉是否成立",
    "赔付金额",
)
SHEET, HEAD_ROW = "消费投诉台账", 4


def make_register(
    path: Path, rows: Iterable[Mapping[str, Any]], headings: Sequence[str] = HEADINGS, *, above: int = 0
) -> Path:
    """A register with a heading row and rows of heading → value."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    for _ in range(above):
        sheet.append(["某某银行投诉台账"])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


def complaint(number: int, unit: str, **parts: Any) -> dict[str, Any]:
    """A row of `HEADINGS`."""
    return {
        "投诉编号": f"TS{number:04d}", "收到日期": f"2026-08-{number % 28 + 1:02d}", "被投诉机构": unit, "投诉人姓名": "甲某某",
        "投诉内容": f"反映第 {number} 件事", **parts,
    }  # fmt: skip


def changed(
    path: Path,
    edits: Mapping[tuple[str, str], Any],
    sheet: str = "转办单",
    head_row: int = HEAD_ROW,
    key: str = "投诉编号",
) -> None:
    """Fill cells, (key, heading) → value, and save."""
    book = load_workbook(path)
    page = book[sheet]
    places = {cell.value: cell.column for cell in page[head_row]}
    rows = {page.cell(row, places[key]).value: row for row in range(head_row + 1, page.max_row + 1)}
    for (number, heading), value in edits.items():
        page.cell(rows[number], places[heading]).value = value
    book.save(path)


def table(path: Path, sheet: str = SHEET, head_row: int = 1) -> list[dict[str, Any]]:
    """Rows of a sheet, heading → value, without what is empty."""
    page = load_workbook(path)[sheet]
    heads = [cell.value for cell in page[head_row]]
    rows = page.iter_rows(min_row=head_row + 1, values_only=True)
    return [{head: cell for head, cell in zip(heads, row, strict=False) if head and cell is not None} for row in rows]


def by_key(path: Path, sheet: str = SHEET, head_row: int = 1, key: str = "投诉编号") -> dict[str, dict[str, Any]]:
    """Rows of a sheet by their key."""
    return {row[key]: row for row in table(path, sheet, head_row) if key in row}
