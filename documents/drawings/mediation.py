"""The joint application for mediation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import paper

from xiaobao_xl.rules import Rules

_ROWS = (
    ("申请人\n（消费者）", "{{ 投诉人姓名 }}", "联系电话", "{{ 联系电话 }}"),
    ("联系地址", "{{ 联系地址 }}"),
    ("申请人\n（机构）", "{{ 机构名称 }}"),
    ("授权代表", "{{ 授权代表 }}"),
    ("投诉编号", "{{ 投诉编号 }}", "投诉日期", "{{ 收到日期 }}"),
    ("业务类别", "{{ 投诉业务类别 }}", "涉及金额", "{{ 涉及金额 }}"),
    ("请求事项", "{{ 投诉请求 }}"),
    ("消费者陈述\n的事实", "{{ 投诉内容 }}"),
    ("机构的意见", "{{ 机构意见 }}"),
    ("消费者\n签字", f"\n\n{paper.DATE}", "机构\n盖章", f"\n\n{paper.DATE}"),
)


def draw(rules: Rules) -> Iterator[tuple[str, str, Any]]:
    """Id, title and document."""
    letter, law = rules.letters["mediation_application"], rules.law["complaint_measures_2020"]
    document = paper.sheet(is_slip=True)
    paper.line(
        document, "消费纠纷调解申请书", size=20, font=paper.SONG, align=paper.CENTRE, bold=True, spacing=32, after=8
    )
    paper.line(document, "{{ 调解组织 }}：", size=14, align=paper.LEFT, spacing=24)
    words = f"双方同意通过调解方式解决下列消费纠纷。依照《{law.title}》（{law.document_no}）第二十三条，共同提出申请，请予受理。"
    paper.line(document, words, size=14, indent=2, spacing=24, after=6)
    heights = {"请求事项": 16, "消费者陈述\n的事实": 42, "机构的意见": 30, "消费者\n签字": 24}
    paper.slip(document, _ROWS, heights=heights)
    note = "注：证件号码等由消费者自行向调解组织提供。调解组织另有申请书式样的，从其式样。申请日期：{{ 今日 }}"
    paper.line(document, note, size=paper.SMALL, font=paper.SONG, colour=paper.GREY, spacing=16, before=6)
    yield "mediation_application", letter.title, document
