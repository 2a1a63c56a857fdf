"""The template of 重大消费投诉报告表: one sheet for each."""

from __future__ import annotations

from forms import Field, Form
from openpyxl import Workbook

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

_NOTES = (
    "说明：1. 银保监会令2020年第3号第29条要求报告重大消费投诉，条文没有规定报告时限和金额标准；以监管部门通知和本机构规定为准。",
    "2. 空白栏台账没有，由经办人填写。本表版式为自行设计，不是监管部门的正式报表；含个人信息，注意保密。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """Event, complainants, what was done, what follows, signatures."""
    form = Form(report, rules.registers[report.register], "report_cases", "报告日期：{{ 报告表.重大投诉报告日期 }}")
    form.fields(Field("投诉编号", "complaint_no"), Field("原系统编号", "original_no"), Field("报送对象"))
    form.section("一、基本情况")
    form.fields(Field("收到日期", "received_on"), Field("投诉来源", "source"), Field("受理渠道", "received_via"))
    form.fields(Field("被投诉机构", "respondent"), Field("机构层级", "respondent_level"), Field("所在地区", "region"))
    form.fields(Field("网点名称", "outlet"), Field("业务类别", "product_line"), Field("投诉原因", "reason"), height=28)
    form.fields(
        Field("投诉人", "complainant_name"), Field("投诉人类型", "complainant_type"), Field("联系电话", "phone")
    )
    form.fields(
        Field("投诉人数", "complainant_count"),
        Field("代表人数", "representative_count"),
        Field("涉及金额(元)", "disputed_cny"),
    )
    form.section("二、重大情形")
    form.fields(
        Field(
            "台账标注", text="重大投诉：{{ 报告表.是否重大投诉 }}　　群体性投诉：{{ 报告表.是否群体性投诉 }}", width=12
        )
    )
    form.fields(
        Field(
            "第29条所列\n情形（勾选）",
            text="□ 因自然灾害、安全事故、公共卫生事件等引发　　□ 20名以上（含20名）投诉人采取面对面方式提出共同投诉\n□ 监管部门认定的其他情形：",
            width=12,
        ),
        height=40,
    )  # fmt: skip
    form.section("三、事件经过与诉求")
    form.fields(Field("投诉内容", "text", 12), height=110)
    form.fields(Field("投诉请求", "request", 12), height=50)
    form.fields(Field("媒体与舆情", width=12), height=30)
    form.section("四、处理情况")
    form.fields(
        Field("届满日", "decision.due_on"), Field("时限状态", "decision.status"), Field("处理机构", "handling_unit")
    )
    form.fields(Field("处理决定", "decided_on"), Field("告知日期", "notified_on"), Field("办结日期", "closed_on"))
    form.fields(Field("处理结果", "result", 8), Field("赔付金额(元)", "compensation_cny"), height=44)
    form.fields(Field("已采取措施", width=12), height=66)
    form.fields(Field("原因与整改", "rectification", 12), height=44)
    form.fields(Field("责任追究", "accountability", 12), height=30)
    form.fields(Field("下一步安排", width=12), height=66)
    form.signatures("经办人（{{ 报告表.经办人 }}）", "消保部门负责人", "机构负责人（盖章）")
    return form.close(_NOTES)
