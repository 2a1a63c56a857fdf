"""The template of 投诉登记表: one sheet for each complaint."""

from __future__ import annotations

from forms import Field, Form
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_NOTES = (
    "说明：空白栏台账没有，由登记人、经办人填写。本表版式为自行设计，不是监管部门的正式表样；含个人信息，请按档案要求保管。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """Registration, complainant, complaint, handling, signatures."""
    form = Form(report, rules.registers[report.register], "form_cases", "档案编号：{{ 登记表.档案编号 }}")
    form.fields(Field("投诉编号", "complaint_no"), Field("收到日期", "received_on"), Field("登记日期", "registered_on"))
    form.fields(Field("事项性质", "route"), Field("投诉来源", "source"), Field("受理渠道", "received_via"))
    form.fields(
        Field("原系统编号", "original_no"),
        Field("监管收到", "regulator_received_on"),
        Field("监管转办", "regulator_referred_on"),
    )
    form.fields(
        Field("重复", "is_repeat", 3),
        Field("升级", "is_escalated", 3),
        Field("重大", "is_major", 3),
        Field("并入", "merged_into", 3),
    )
    form.section("一、投诉人")
    form.fields(
        Field("姓名/名称", "complainant_name"), Field("投诉人类型", "complainant_type"), Field("联系电话", "phone")
    )
    form.fields(Field("证件类型", "id_type"), Field("证件号码", "id_no", 8))
    form.fields(Field("账号/卡号", "account_no", 8), Field("投诉人数", "complainant_count"))
    form.fields(Field("联系地址", "address", 12))
    form.fields(
        Field("代理人", "agent_name"), Field("代理人证件", "agent_id_no"), Field("授权委托书", "agent_authorised")
    )
    form.section("二、投诉事项")
    form.fields(Field("被投诉机构", "respondent"), Field("网点名称", "outlet"), Field("所在地区", "region"))
    form.fields(
        Field("业务类别", "product_line"),
        Field("类别明细", "product_line_detail"),
        Field("业务渠道", "business_channel"),
        height=28,
    )
    form.fields(Field("投诉原因", "reason", 8), Field("涉及金额(元)", "disputed_cny"))
    form.fields(Field("事发日期"), Field("证据材料", width=8))
    form.fields(Field("投诉内容", "text", 12), height=96)
    form.fields(Field("投诉请求", "request", 12), height=42)
    form.section("三、办理")
    form.fields(
        Field("复杂程度", "complexity"), Field("届满日", "decision.due_on"), Field("时限状态", "decision.status")
    )
    form.fields(Field("处理机构", "handling_unit"), Field("经办人", "handler"), Field("受理日期", "accepted_on"))
    form.fields(
        Field("通知补正", "supplement_asked_on"),
        Field("补正收到", "supplement_received_on"),
        Field("不予受理", "refused_on"),
    )
    form.fields(
        Field("延期审批人", "extension_approved_by"),
        Field("延期告知", "extension_notified_on"),
        Field("撤回日期", "withdrawn_on"),
    )
    form.fields(
        Field("调解开始", "mediation_from"), Field("调解结束", "mediation_to"), Field("调解结果", "mediation_result")
    )
    form.fields(Field("处理决定", "decided_on"), Field("告知日期", "notified_on"), Field("告知方式", "notified_via"))
    form.fields(Field("处理结果", "result", 12), height=42)
    form.fields(
        Field("是否成立", "is_upheld"), Field("赔付金额(元)", "compensation_cny"), Field("退费金额(元)", "refund_cny")
    )
    form.fields(Field("办结日期", "closed_on"), Field("回访日期", "followed_up_on"), Field("满意度", "satisfaction"))
    form.fields(Field("整改措施", "rectification", 12), height=30)
    form.fields(Field("备注", "remark", 12), height=24)
    form.signatures("投诉人（现场）", "登记人", "经办人", "负责人")
    return form.close(_NOTES)
