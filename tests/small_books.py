"""Small registers as files, for tests of whole commands: headings and values in Chinese, as officers write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

UNITS, REASONS = (
    ("城东支行", "城西支行", "信用卡中心"),
    ("因定价收费引起的投诉", "因信息披露引起的投诉", "因服务态度及服务质量引起的投诉"),
)


def write_book(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows of heading → value as a register; the first stands on Excel row 2."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "消费投诉台账"
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    sheet.append(headings)
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    workbook.save(path)
    return path


def ordinary_rows(count: int = 24, first: date = date(2026, 4, 1)) -> list[dict[str, Any]]:
    """Invented complaints, one every seven days; most are closed after twelve days, every sixth is open."""
    rows = []
    for number in range(count):
        received = first + timedelta(days=7 * number)
        closed = None if number % 6 == 5 else received + timedelta(days=12)
        rows.append({
            "投诉编号": f"T{number + 1:03d}", "收到日期": received, "事项性质": "消费投诉", "复杂程度": "简单",
            "被投诉机构": UNITS[number % 3], "所在地区": "南京市", "投诉来源": "客服电话", "投诉原因": REASONS[number % 3],
            "投诉业务类别": ("信用卡", "贷款")[number % 2], "投诉业务办理渠道": ("网银", "营业现场")[number % 2],
            "告知日期": closed, "办结日期": closed, "撤回日期": None, "不予受理日期": None, "合并至编号": None,
            "是否监管转办": "否", "赔付金额": 100 if number % 4 == 0 else None,
        })  # fmt: skip
    return rows


def changed(rows: Sequence[Mapping[str, Any]], key: str, **cells: Any) -> list[dict[str, Any]]:
    """The rows with some cells of one complaint changed."""
    assert any(row["投诉编号"] == key for row in rows), key
    return [{**row, **(cells if row["投诉编号"] == key else {})} for row in rows]


def without(rows: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """The rows without one complaint."""
    assert any(row["投诉编号"] == key for row in rows), key
    return [dict(row) for row in rows if row["投诉编号"] != key]
