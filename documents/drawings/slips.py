"""The slips to a department: referral and follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import paper

from xiaobao_xl.rules import Rules

_REFERRAL = (
    ("投诉编号", "{{ 投诉编号 }}", "原系统编号", "{{ 原系统编号 }}"),
    ("收到日期", "{{ 收到日期 }}", "投诉来源", "{{ 投诉来源 }}"),
    ("投诉人", "{{ 投诉人姓名 }}", "联系电话", "{{ 联系电话 }}"),
    ("被投诉机构", "{{ 被投诉机构 }}", "网点", "{{ 网点名称 }}"),
    ("业务类别", "{{ 投诉业务类别 }}", "投诉原因", "{{ 投诉原因 }}"),
    ("涉及金额", "{{ 涉及金额 }}", "复杂程度", "{{ 复杂程度 }}"),
    ("投诉请求", "{{ 投诉请求 }}"),
    ("事由", "{{ 投诉内容 }}"),
    ("转办意见", "{{ 转办意见 }}"),
    ("反馈期限", "{{ 反馈期限 }}", "时限届满日", "{{ 时限届满日 }}"),
    ("附件份数", "{{ 附件份数 }}", "转办人", "{{ 转办人 }}"),
    ("承办部门\n签收", "", "签收日期", ""),
    ("核实情况", ""),
    ("处理意见\n和依据", ""),
    ("承办人", "", "部门负责人", ""),
)
_FOLLOW_UP = (
    ("投诉编号", "{{ 投诉编号 }}", "收到日期", "{{ 收到日期 }}"),
    ("被投诉机构", "{{ 被投诉机构 }}", "投诉来源", "{{ 投诉来源 }}"),
    ("业务类别", "{{ 投诉业务类别 }}", "复杂程度", "{{ 复杂程度 }}"),
    ("承办部门", "{{ 处理机构 }}", "经办人", "{{ 经办人 }}"),
    ("时限届满日", "{{ 时限届满日 }}", "办理时限", "{{ 剩余天数 }}"),
    ("投诉请求", "{{ 投诉请求 }}"),
    ("时限说明", "{{ 时限说明 }}"),
    ("督办要求", "{{ 督办要求 }}"),
    ("反馈期限", "{{ 反馈期限 }}", "督办人", "{{ 督办人 }}"),
    ("未按时办理\n的原因", ""),
    ("办理进展\n和措施", ""),
    ("承办人", "", "部门负责人", ""),
)


def draw(rules: Rules) -> Iterator[tuple[str, str, Any]]:
    """Id, title and document of each."""
    yield "referral_slip", rules.letters["referral_slip"].title, _slip(
        "消费投诉转办单", _REFERRAL, {"事由": 22, "转办意见": 13, "核实情况": 20, "处理意见\n和依据": 16},
        "请指定与被投诉事项无直接利益关系的人员核实（第十七条）。本单含投诉人信息，只供办理本件使用，不得外传（第二十二条）。",
        rules,
    )  # fmt: skip
    yield "follow_up_slip", rules.letters["follow_up_slip"].title, _slip(
        "消费投诉督办单", _FOLLOW_UP, {"时限说明": 24, "督办要求": 20, "未按时办理\n的原因": 22, "办理进展\n和措施": 26},
        "处理决定应当在规定期限内作出并告知投诉人（第十八条第一款）。",
        rules,
    )  # fmt: skip


def _slip(title: str, rows: tuple[paper.Row, ...], heights: dict[str, float], footnote: str, rules: Rules) -> Any:
    law, document = rules.law["complaint_measures_2020"], paper.sheet(is_slip=True)
    paper.line(document, title, size=20, font=paper.SONG, align=paper.CENTRE, bold=True, spacing=32, after=4)
    paper.line(document, "{{ 机构名称 }}　　{{ 今日 }}", size=paper.CELL, align=paper.CENTRE, spacing=20, after=8)
    paper.line(document, "{{ 处理机构 }}：", size=14, align=paper.LEFT, spacing=22)
    opening = (
        "下列消费投诉转请办理，请按期反馈。"
        if "转办" in title
        else "下列消费投诉将要到期或者已经超期，请抓紧办理并反馈。"
    )
    paper.line(document, opening, size=14, align=paper.LEFT, indent=2, spacing=24, after=6)
    paper.slip(document, rows, heights=heights)
    note = f"{footnote[:-1]}，条文见《{law.title}》（{law.document_no}）。"
    paper.line(document, f"注：{note}", size=paper.SMALL, font=paper.SONG, colour=paper.GREY, spacing=16, before=6)
    return document
