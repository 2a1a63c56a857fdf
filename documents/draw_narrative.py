"""Draws the shipped templates of reports in sentences: `python documents/draw_narrative.py`; the same code, the same bytes.

Officers may change a template in Word: marks keep working wherever they stand. What marks may say is told in
`xiaobao_xl/documents/phrases.py`.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from pages_of_text import new_document, paragraph, save, table

_HERE = Path(__file__).resolve().parent


def quarterly() -> Document:
    """投诉分析报告 of 消费投诉季度统计表."""
    document = new_document("消费投诉分析报告", "消费投诉分析报告　{{ 统计期间 }}")
    paragraph(document, "消费投诉分析报告", "标题页")
    paragraph(document, "{{ 统计期间 }}（{{ 起止日期 }}）", "副题")
    paragraph(document, "{{ 填报单位 }}", "副题")
    overview(document)
    timeliness(document)
    classes(document)
    places(document)
    matters(document)
    comparison(document)
    notes(document)
    return document


def overview(document: Document) -> None:
    """Section 一."""
    paragraph(document, "总体情况", "Heading 1")
    paragraph(
        document,
        "{{ 统计期间 }}，本期收到投诉{{ 本期收到 }}件〔，环比{{ 收到环比.变动 }}〕〔，同比{{ 收到同比.变动 }}〕；"
        "本期办结{{ 本期办结 }}件〔，环比{{ 办结环比.变动 }}〕〔，同比{{ 办结同比.变动 }}〕。"
        "期初在办{{ 期初在办 }}件，期末在办{{ 期末在办 }}件〔；本期撤回{{ 本期撤回.非零 }}件〕〔；不予受理{{ 不予受理.非零 }}件〕。"
        "本年累计收到{{ 本年累计收到 }}件，本年累计办结{{ 本年累计办结 }}件。{{ 本期收到.为零 }}本期没有收到消费投诉。",
    )
    paragraph(
        document,
        "按营业网点数{{ 营业网点数 }}个计，每千营业网点投诉量为{{ 每千营业网点投诉量 }}件；"
        "按个人客户数{{ 个人客户数 }}户计，每千万个人客户投诉量为{{ 每千万个人客户投诉量 }}件。",
    )
    paragraph(document, "{{ 本期收到、本期办结.走势图 }}\n图　逐月收到与办结件数", "图")
    paragraph(document, "{{ 本期收到.大于零 }}表　逐月件数（件）", "表题")
    table(
        document, ("月份", "收到", "办结", "撤回"),
        [("{{ 本期收到.月份 }}", "{{ 本期收到.当月 }}", "{{ 本期办结.当月 }}", "{{ 本期撤回.当月 }}")], (3.8, 3.4, 3.4, 3.4),
    )  # fmt: skip


def timeliness(document: Document) -> None:
    """Section 二."""
    paragraph(document, "办理时效", "Heading 1")
    paragraph(
        document,
        "本期办结的投诉中，按时办结{{ 按时办结 }}件，超期办结{{ 超期办结 }}件〔，时限无法判定{{ 时限无法判定.非零 }}件〕，"
        "按时办结率为{{ 按时办结率 }}。平均办理天数为{{ 平均办理天数 }}天，办理天数中位数为{{ 办理天数中位数 }}天。"
        "{{ 本期办结.为零 }}本期没有办结的投诉。期末超期在办{{ 期末超期在办.非零 }}件，应逐件催办。{{ 期末超期在办.为零 }}期末没有超期在办的投诉。",
    )


def classes(document: Document) -> None:
    """Section 三."""
    paragraph(document, "分类分析", "Heading 1")
    kinds = (
        ("业务类别", "按业务类别", "业务类别占比", "办结按业务类别", "条形图", "图　各业务类别投诉件数"),
        ("投诉原因", "按原因", "原因占比", "办结按原因", "排列图", "图　投诉原因排列图（柱为件数，线为累计占比）"),
        ("业务办理渠道", "按业务办理渠道", "渠道占比", "", "", ""),
        ("投诉来源", "按来源", "来源占比", "", "", ""),
    )
    for heading, received, share, closed, chart, caption in kinds:
        paragraph(document, heading, "Heading 2")
        extra = "电子渠道小计{{ 电子渠道小计.非零 }}件。" if received == "按业务办理渠道" else ""
        paragraph(
            document,
            f"本期收到的投诉按{heading}看，居前的是{{{{ {received}.前3 }}}}。{extra}"
            f"与上期相比，增加较多的是{{{{ {received}.增加前2 }}}}；减少较多的是{{{{ {received}.减少前2 }}}}。",
        )
        if chart:
            paragraph(document, f"{{{{ {received}.{chart} }}}}\n{caption}", "图")
        paragraph(document, f"{{{{ {received}.大于零 }}}}表　按{heading}", "表题")
        heads, marks, widths = (
            [heading, "收到（件）", "占比"],
            [f"{{{{ {received}.名称 }}}}", f"{{{{ {received}.值 }}}}", f"{{{{ {share}.值 }}}}"],
            [8.2, 2.6, 2.6],
        )
        if closed:
            heads.append("办结（件）")
            marks.append(f"{{{{ {closed}.值 }}}}")
            widths = [8.8, 2.2, 2.0, 2.2]
        table(document, heads, [marks], widths)


def places(document: Document) -> None:
    """Section 四."""
    paragraph(document, "机构与地区", "Heading 1")
    paragraph(
        document,
        "本期收到的投诉按被投诉机构看，居前的是{{ 按机构.前3 }}。与上期相比，增加较多的是{{ 按机构.增加前2 }}；减少较多的是{{ 按机构.减少前2 }}。",
    )
    paragraph(document, "{{ 按机构.大于零 }}表　按被投诉机构", "表题")
    table(
        document, ("被投诉机构", "期初在办", "收到", "占比", "办结", "期末在办", "按时办结率"),
        [(
            "{{ 按机构.名称 }}", "{{ 机构期初.值 }}", "{{ 按机构.值 }}", "{{ 机构占比.值 }}", "{{ 机构办结.值 }}", "{{ 机构期末.值 }}",
            "{{ 机构按时办结率.值 }}",
        )],
        (4.6, 1.9, 1.5, 1.7, 1.5, 1.9, 2.4),
    )  # fmt: skip
    paragraph(document, "按所在地区看，居前的是{{ 按地区.前3 }}。")
    paragraph(document, "{{ 按地区.大于零 }}表　按所在地区", "表题")
    table(
        document, ("所在地区", "收到（件）", "占比", "办结（件）", "期末在办（件）"),
        [("{{ 按地区.名称 }}", "{{ 按地区.值 }}", "{{ 地区占比.值 }}", "{{ 地区办结.值 }}", "{{ 地区期末.值 }}")], (5.2, 2.4, 2.4, 2.4, 2.8),
    )  # fmt: skip


def matters(document: Document) -> None:
    """Section 五."""
    paragraph(document, "重点事项", "Heading 1")
    paragraph(
        document,
        "本期收到的投诉中，监管转办{{ 监管转办 }}件〔，重大投诉{{ 重大投诉 }}件〕〔，群体性投诉{{ 群体性投诉 }}件〕"
        "〔，升级投诉{{ 升级投诉 }}件〕〔，重复投诉{{ 重复投诉 }}件〕。"
        "另有合并处理{{ 合并处理.非零 }}件，不计入本期收到；非投诉事项{{ 非投诉事项.非零 }}件，不计入本报告的其他数字。",
    )
    paragraph(
        document,
        "本期收到投诉的涉及金额合计{{ 涉及金额 }}元。本期办结的投诉中，认定成立{{ 认定成立 }}件；"
        "赔付件数{{ 赔付件数 }}件，赔付金额{{ 赔付金额 }}元。",
    )
    paragraph(document, "【请补充：主要成因、典型案例（隐去个人信息）、已采取的措施与下一步安排。】")


def comparison(document: Document) -> None:
    """Section 六."""
    paragraph(document, "同比与环比", "Heading 1")
    paragraph(
        document,
        "与上期相比，本期收到投诉由{{ 收到环比.上期 }}件变为{{ 本期收到 }}件，环比{{ 收到环比.变动 }}；本期办结环比{{ 办结环比.变动 }}。"
        "{{ 收到环比.未算原因 }}，未作环比比较。",
    )
    paragraph(
        document,
        "与去年同期相比，本期收到投诉由{{ 收到同比.上期 }}件变为{{ 本期收到 }}件，同比{{ 收到同比.变动 }}；本期办结同比{{ 办结同比.变动 }}。"
        "{{ 收到同比.未算原因 }}，未作同比比较。",
    )
    for heading, figure in (("投诉原因", "按原因"), ("业务类别", "按业务类别"), ("被投诉机构", "按机构")):
        paragraph(document, f"{{{{ 收到环比.有 }}}}表　{heading}的环比变动（件）", "表题")
        table(
            document, (heading, "本期", "上期", "增减", "变动"),
            [tuple(f"{{{{ {figure}.{part} }}}}" for part in ("名称", "值", "上期", "增减", "变动"))], (6.6, 1.6, 1.6, 1.6, 3.6),
        )  # fmt: skip


def notes(document: Document) -> None:
    """Section 七."""
    paragraph(document, "口径说明", "Heading 1")
    for line in (
        "统计范围为对本机构的民事诉求；已合并的重复投诉随主件计一次，合并处理与非投诉事项只作列示。",
        "环比与上一个等长期间相比，同比与去年同期相比。上期不足{{ 小基数 }}件的，写明由几件变为几件，不单列百分比；这一界限是本报告的写法，不是监管要求。",
        "占比、比率四舍五入，各项之和可有尾差；表中只列有投诉的类别。逐月件数按收到、办结、撤回日期所在月份统计，起自台账可见的月份，至多十二个月。",
        "未能计算的指标：{{ 未能计算 }}。",
        "【请核对后删去本行：{{ 数据提示 }}。】",
        "本报告中的数字由台账统计得出，对应的投诉编号与台账行号见同名底稿；版式为自行设计，不是监管部门的正式格式。",
    ):
        paragraph(document, line, "注")
    paragraph(document, "表　本报告所用指标", "表题")
    table(document, ("指标", "口径"), [("{{ 指标.名称 }}", "{{ 指标.口径 }}")], (4.2, 11.4), left=2)


def annual() -> Document:
    """The text an institution publishes once a year, of 年度投诉情况."""
    document = new_document("年度消费投诉情况披露", "消费投诉情况　{{ 统计期间 }}")
    paragraph(document, "消费投诉情况披露", "标题页")
    paragraph(document, "{{ 统计期间 }}", "副题")
    paragraph(document, "{{ 填报单位 }}", "副题")
    paragraph(document, "投诉总体情况", "Heading 1")
    paragraph(
        document,
        "{{ 统计期间 }}，〔{{ 填报单位 }}〕全年收到消费投诉{{ 全年收到 }}件〔，同比{{ 收到同比.变动 }}〕；"
        "全年办结{{ 全年办结 }}件〔，同比{{ 办结同比.变动 }}〕；"
        "年末在办{{ 年末在办 }}件。全年办结的投诉中，按时办结率为{{ 按时办结率 }}；平均办理天数为{{ 平均办理天数 }}天。"
        "{{ 全年收到.为零 }}全年没有收到消费投诉。"
        "每千营业网点投诉量为{{ 每千营业网点投诉量 }}件；每千万个人客户投诉量为{{ 每千万个人客户投诉量 }}件。",
    )
    paragraph(document, "{{ 全年收到.走势图 }}\n图　逐月收到投诉件数", "图")
    paragraph(document, "投诉分布", "Heading 1")
    kinds = (
        ("业务类别", "按业务类别", "业务类别占比", "条形图"), ("投诉原因", "按原因", "原因占比", "排列图"),
        ("业务办理渠道", "按业务办理渠道", "渠道占比", ""), ("投诉来源", "按来源", "来源占比", ""), ("地区", "按地区", "地区占比", ""),
    )  # fmt: skip
    for heading, received, share, chart in kinds:
        paragraph(document, heading, "Heading 2")
        paragraph(document, f"全年收到的消费投诉按{heading}看，居前的是{{{{ {received}.前3 }}}}。")
        if chart:
            paragraph(document, f"{{{{ {received}.{chart} }}}}\n图　{heading}分布", "图")
        paragraph(document, f"{{{{ {received}.大于零 }}}}表　按{heading}", "表题")
        marks = [f"{{{{ {received}.名称 }}}}", f"{{{{ {received}.值 }}}}", f"{{{{ {share}.值 }}}}"]
        table(document, (heading, "件数", "占比"), [marks], (9.6, 2.6, 2.6))
    paragraph(document, "投诉处理与改进", "Heading 1")
    paragraph(document, "【请填写：投诉处理工作机制、溯源整改与消费者权益保护的主要措施。】")
    paragraph(document, "【请填写：投诉电话、通讯地址、网上投诉入口等投诉渠道。】")
    paragraph(document, "说明", "Heading 1")
    for line in (
        "统计范围为对本机构的民事诉求；已合并的重复投诉随主件计一次，非投诉事项不计。",
        "占比以最大余数法取一位小数，各项相加正好是全部；同比为与上一年相比，上年不足{{ 小基数 }}件的写明由几件变为几件；未列出的类别全年没有投诉。",
        "【请核对后删去本行：{{ 数据提示 }}。】",
        "银行业保险业消费投诉处理管理办法第26条要求年度披露，没有规定文字格式；本文格式为自行设计。",
    ):
        paragraph(document, line, "注")
    return document


TEMPLATES = {"complaint_annual": annual, "complaint_quarterly": quarterly}


def main() -> None:
    """Draw every template."""
    for name, draw in TEMPLATES.items():
        save(draw(), _HERE / f"{name}.docx")
        print(f"{name}.docx")


if __name__ == "__main__":
    main()
