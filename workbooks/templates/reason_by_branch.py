"""The template of 投诉原因统计表: by unit, and by region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matrices import Heading, short_reason, unit_table
from openpyxl import Workbook
from pages import Page

from xiaobao_xl.figures.axes import members
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

NOTES = (
    "说明：1. 投诉原因按 JR/T 0169-2018 的大类，表头略去“因……引起的投诉”；未填写、无法识别的另列，都计入投诉量合计。",
    "2. 已合并的重复投诉随主件计一次；每个数字对应的投诉编号见同名底稿。本表版式为自行设计，报送前请与监管部门现行表样核对。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """按机构, 按地区."""
    titles = members(rules.registers[report.register].columns["reason"], "reported", rules.categories)
    workbook = Workbook()
    workbook.worksheets[0].title = "按机构"
    workbook.create_sheet("按地区")
    for sheet, (word, name) in zip(workbook.worksheets, (("机构", "被投诉机构"), ("地区", "所在地区")), strict=True):
        columns = [
            Heading(("序号",), f"按{word}.序号", width=5),
            Heading((name,), f"按{word}.名称", width=22),
            Heading(("投诉量合计",), f"按{word}.值", "投诉量合计", is_sum=True, key="total", width=8),
            *reasons(word, titles),
            Heading(("核对",), width=6),
        ]
        check = f'=IF({{total}}=SUM({",".join(f"{{{member}}}" for member in titles)}),"平","不平")'
        unit_table(Page(sheet, report), f"{report.title}（按{word}）", columns, check, NOTES)
    return workbook


def reasons(word: str, titles: Mapping[str, str]) -> Iterator[Heading]:
    """One column for each reason."""
    for member, title in titles.items():
        marks = f"{word}原因[{title}]", f"按原因[{title}]"
        yield Heading(("投诉原因", short_reason(title)), *marks, key=member, width=7.6)
