"""The template of 撤回投诉清单."""

from __future__ import annotations

from listings import Line, listing_sheet
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_TILES = ("received", "withdrawn", "withdrawn_referred", "withdrawn_late", "average_days")
_LINES = (
    Line("投诉编号", "投诉编号", 14.5, "id"),
    Line("收到日期", "收到日期", 10.5, "day"),
    Line("撤回日期", "撤回日期", 10.5, "day"),
    Line("投诉来源", "投诉来源", 12),
    Line("被投诉机构", "被投诉机构", 15),
    Line("业务类别", "投诉业务类别", 11),
    Line("投诉原因", "投诉原因", 17),
    Line("涉及金额（元）", "涉及金额", 12, "money"),
    Line("经办人", "经办人", 8),
    Line("时限状态", "时限状态", 10),
    Line("处理结果", "处理结果", 22, "text"),
    Line("撤回凭证", "", 10),
)
_NOTES = (
    "说明：1. 撤回日期在本期内的投诉，不论何时收到；办理程序自收到撤回申请当日终止（银保监会令2020年第3号第15条）。",
    "2. 时限状态“超期办结”表示到撤回之日已超过规定期限。“撤回凭证”台账没有，由经办人填写。本表版式为自行设计，不是监管部门的正式报表。",
)


def draw(rules: Rules, report: Report) -> Workbook:  # noqa: ARG001  (every template is drawn with both)
    """One list under five totals."""
    return listing_sheet(report, "withdrawn_cases", _TILES, _LINES, _NOTES)
