"""The template of 监管转办办理情况表."""

from __future__ import annotations

from listings import Line, listing_sheet
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_TILES = ("referred", "in_time", "late", "overdue", "running", "other", "timely_rate")
_LINES = (
    Line("投诉编号", "投诉编号", 14.5, "id"),
    Line("转办编号", "原系统编号", 14, "id"),
    Line("监管收到", "监管收到日期", 10.5, "day"),
    Line("监管转办", "监管转办日期", 10.5, "day"),
    Line("机构收到", "收到日期", 10.5, "day"),
    Line("被投诉机构", "被投诉机构", 15),
    Line("业务类别", "投诉业务类别", 11),
    Line("投诉原因", "投诉原因", 17),
    Line("届满日", "届满日", 10.5, "day"),
    Line("告知日期", "告知日期", 10.5, "day"),
    Line("办结日期", "办结日期", 10.5, "day"),
    Line("时限状态", "时限状态", 10),
    Line("处理结果", "处理结果", 18, "text"),
    Line("要求反馈日", "", 10.5, "day"),
    Line("实际反馈日", "", 10.5, "day"),
)
_NOTES = (
    "说明：1. 本期收到、来源为金融监管部门转办或标明监管转办的投诉；届满日自机构收到之日起按投诉处理期限计算。",
    "2. 按时答复率＝按时答复÷（按时答复＋超期答复＋超期未答复）。",
    "3. 办法未规定向监管部门反馈结果的期限；转办单另有要求的，由经办人在“要求反馈日”“实际反馈日”填写。",
    "4. 本表版式为自行设计，不是监管部门的正式报表。",
)


def draw(rules: Rules, report: Report) -> Workbook:  # noqa: ARG001  (every template is drawn with both)
    """One list under its total, the states that make it, and the rate."""
    return listing_sheet(report, "referral_cases", _TILES, _LINES, _NOTES)
