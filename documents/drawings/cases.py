"""The card of a case others are to learn from: what happened, by which law, and what was learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import paper
from docx.oxml import OxmlElement

from xiaobao_xl.rules import Rules

_CARD = (
    ("案例编号", "{{ 案例编号 }}", "投诉编号", "{{ 投诉编号 }}"),
    ("案例名称", "{{ 案例名称 }}"),
    ("业务类别", "{{ 投诉业务类别 }}", "投诉原因", "{{ 投诉原因 }}"),
    ("投诉来源", "{{ 投诉来源 }}", "机构层级", "{{ 机构层级 }}"),
    ("涉及金额", "{{ 涉及金额 }}", "复杂程度", "{{ 复杂程度 }}"),
    ("案情", "{{ 投诉内容 }}"),
    ("投诉请求", "{{ 投诉请求 }}"),
    ("经过", "{{ 经过 }}"),
    ("办理时限", "{{ 时限说明 }}"),
    ("处理结果", "{{ 处理结果 }}"),
    ("投诉成立", "{{ 投诉是否成立 }}", "满意度", "{{ 满意度 }}"),
    ("适用规定", "{{ 依据 }}\n{{ 条文要点 }}"),
    ("争议焦点", "{{ 争议焦点 }}"),
    ("教训", "{{ 教训 }}"),
    ("措施", "{{ 措施 }}"),
    ("撰写人", "{{ 撰写人 }}", "脱敏复核人", "{{ 脱敏复核人 }}"),
)


def draw(rules: Rules) -> Iterator[tuple[str, str, Any]]:
    """Id, title and document of each."""
    document = paper.sheet(is_slip=True)
    paper.line(document, "消费投诉案例卡", size=20, font=paper.SONG, align=paper.CENTRE, bold=True, spacing=32, after=4)
    paper.line(document, "{{ 机构名称 }}　　{{ 今日 }}", size=paper.CELL, align=paper.CENTRE, spacing=20, after=8)
    paper.slip(document, _CARD, heights={"案情": 18, "争议焦点": 13, "教训": 15, "措施": 15})
    for row in document.tables[0].rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  (python-docx keeps no row whole)
    note = (
        "注：本卡已脱敏，代号只表示出现的先后；日期、金额和经过仍在，熟悉情况的人可能认出当事人，请通读后再用。"
        "所列条文要点是本工具的概括，引用请对照公布的原文。"
    )
    paper.line(document, note, size=paper.SMALL, font=paper.SONG, colour=paper.GREY, spacing=16, before=6)
    yield "case_card", rules.letters["case_card"].title, document
