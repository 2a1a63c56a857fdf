"""The template of 投诉业务办理渠道统计表: by unit, and by region."""

from __future__ import annotations

from collections.abc import Mapping

from matrices import Heading, unit_table
from openpyxl import Workbook
from pages import Page

from xiaobao_xl.figures.axes import members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

ELECTRONIC = ("online_banking", "telephone", "mobile_app", "public_platform", "sms", "electronic_other")
CALLED_CHANNEL = ("online_banking", "telephone", "sms")  # the head found says 网银渠道 where the standard says 网银
NOTES = (
    "说明：1. 电子渠道小计＝其左六项之和；前台小计＝营业现场＋自助机具＋电子渠道小计＋第三方渠道＋其他；投诉量合计＝前台小计＋中、后台业务渠道。",
    "2. 台账只填到“电子渠道”“前台业务渠道”的计入相应小计，未填写、无法识别的计入投诉量合计，均另列在“未归类”。",
    "3. 有未归类投诉的行显示“待归类”，补填后三条关系方能成立；逐件编号见底稿“勾稽”。每个数字对应的投诉编号见同名底稿。",
    "4. 渠道指办理业务的渠道，不是投诉受理渠道；已合并的重复投诉随主件计一次。本表版式为自行设计，报送前请与监管部门现行表样核对。",
)
CHECK = (
    "=IF(AND(SUM({electronic})=SUM({online_banking}:{electronic_other}),"
    "SUM({front})=SUM({outlet},{self_service},{electronic},{third_party},{front_other}),{total}=SUM({front},{back_office})),"
    '"平",IF(AND(SUM({electronic})=SUM({online_banking}:{electronic_other},{bare_electronic}),'
    "SUM({front})=SUM({outlet},{self_service},{electronic},{third_party},{front_other},{bare_front}),"
    '{total}=SUM({front},{back_office},{unfilled},{unknown})),"待归类","不平"))'
)


def draw(rules: Rules, report: Report) -> Workbook:
    """按机构, 按地区."""
    schema = rules.registers[report.register]
    titles = members(schema.columns["business_channel"], "leaf", rules.categories)
    workbook = Workbook()
    workbook.worksheets[0].title = "按机构"
    workbook.create_sheet("按地区")
    for sheet, (word, name) in zip(workbook.worksheets, (("机构", "被投诉机构"), ("地区", "所在地区")), strict=True):
        unit_table(Page(sheet, report), f"{report.title}（按{word}）", columns(word, name, titles), CHECK, NOTES)
    return workbook


def columns(word: str, name: str, titles: Mapping[str, str]) -> list[Heading]:
    """The channel tree with its subtotals; `word` is 机构 or 地区."""
    top, front, electronic = "金融消费者投诉业务办理渠道", "前台业务渠道", "电子渠道"

    def leaf(member: str, *path: str, heading: str = "", key: str = "") -> Heading:
        title = heading or titles[member].split("/")[-1] + ("渠道" if member in CALLED_CHANNEL else "")
        marks = f"{word}渠道[{titles[member]}]", f"按渠道[{titles[member]}]"
        return Heading((*path, title), *marks, key=key or member, width=6.9)

    return [
        Heading(("序号",), f"按{word}.序号", width=5),
        Heading((name,), f"按{word}.名称", width=22),
        Heading(("投诉量合计",), f"按{word}.值", "投诉量合计", is_sum=True, key="total", width=8),
        *(leaf(member, top, front) for member in ("outlet", "self_service")),
        *(leaf(member, top, front, electronic) for member in ELECTRONIC),
        Heading((top, front, electronic, "小计"), f"{word}电子渠道.值", "电子渠道小计", is_sum=True, key="electronic"),
        *(leaf(member, top, front) for member in ("third_party", "front_other")),
        Heading((top, front, "小计"), f"{word}前台.值", "前台小计", is_sum=True, key="front"),
        leaf("back_office", top),
        leaf("electronic", "未归类", heading="只填电子渠道", key="bare_electronic"),
        leaf("front_office", "未归类", heading="只填前台", key="bare_front"),
        leaf(UNFILLED, "未归类", key="unfilled"),
        leaf(UNKNOWN, "未归类", key="unknown"),
        Heading(("核对",), width=7),
    ]
