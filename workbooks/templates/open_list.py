"""The template of 在办投诉清单."""

from __future__ import annotations

from listings import Line, listing_sheet
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_TILES = ("pending_at_end", "overdue", "due_soon", "running", "suspended", "answered", "unjudged")
_LINES = (
    Line("投诉编号", "投诉编号", 14.5, "id"),
    Line("收到日期", "收到日期", 10.5, "day"),
    Line("投诉来源", "投诉来源", 12),
    Line("被投诉机构", "被投诉机构", 15),
    Line("业务类别", "投诉业务类别", 11),
    Line("投诉原因", "投诉原因", 17),
    Line("处理机构", "处理机构", 12),
    Line("经办人", "经办人", 8),
    Line("届满日", "届满日", 10.5, "day"),
    Line("剩余天数", "剩余天数", 8, "number"),
    Line("时限状态", "时限状态", 10),
    Line("等待事项", "等待事项", 12),
)
_NOTES = (
    "说明：1. 期末以前收到、期末尚未办结、撤回、不予受理的投诉，最先到期的在前；时限状态、剩余天数按期末当天判断，负数即已超期。",
    "2. 等待事项：“待告知”即待作出处理决定并告知投诉人；“已告知”而在办的，时限状态为“按时办结”或“超期办结”，只待登记办结。",
    "3. “暂停中”的届满日待调解、鉴定结束后确定。",
    "4. 本表版式为自行设计，不是监管部门的正式报表。",
)


def draw(rules: Rules, report: Report) -> Workbook:  # noqa: ARG001  (every template is drawn with both)
    """One list under its total and the states that make it."""
    return listing_sheet(report, "open_cases", _TILES, _LINES, _NOTES)
