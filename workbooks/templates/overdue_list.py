"""The template of 超期未办结清单."""

from __future__ import annotations

from listings import Line, listing_sheet
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_LINES = (
    Line("投诉编号", "投诉编号", 14.5, "id"),
    Line("收到日期", "收到日期", 10.5, "day"),
    Line("被投诉机构", "被投诉机构", 15),
    Line("业务类别", "投诉业务类别", 11),
    Line("处理机构", "处理机构", 12),
    Line("经办人", "经办人", 8),
    Line("届满日", "届满日", 10.5, "day"),
    Line("剩余天数", "剩余天数", 8, "number"),
    Line("等待事项", "等待事项", 11),
    Line("怎样算出", "怎样算出", 40, "text"),
    Line("超期原因与处理措施", "", 20, "text"),
)
_NOTES = (
    "说明：1. 期末在办且到期末当天已超过规定期限、仍未作出处理决定并告知的投诉；剩余天数为负数即已超期的自然日数。",
    "2. “超期原因与处理措施”台账没有，由经办人填写。本表版式为自行设计，不是监管部门的正式报表。",
)


def draw(rules: Rules, report: Report) -> Workbook:  # noqa: ARG001  (every template is drawn with both)
    """One list under three totals."""
    return listing_sheet(report, "overdue_cases", ("pending_at_end", "overdue_at_end", "overdue_rate"), _LINES, _NOTES)
