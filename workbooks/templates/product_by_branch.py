"""The template of 投诉业务类别统计表: by unit, and by region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matrices import Heading, unit_table
from openpyxl import Workbook
from pages import Page

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.axes import members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

NOTES = (
    "说明：1. 业务类别按 JR/T 0169-2018 的大类，银行卡按借记卡、信用卡分列；台账只填“银行卡”的列“未细分”，未填写、无法识别的另列，都计入投诉量合计。",
    "2. 已合并的重复投诉随主件计一次；每个数字对应的投诉编号见同名底稿。本表版式为自行设计，报送前请与监管部门现行表样核对。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """按机构, 按地区."""
    column = rules.registers[report.register].columns["product_line"]
    titles, scheme = members(column, "reported", rules.categories), rules.categories[column.scheme]
    workbook = Workbook()
    workbook.worksheets[0].title = "按机构"
    workbook.create_sheet("按地区")
    for sheet, (word, name) in zip(workbook.worksheets, (("机构", "被投诉机构"), ("地区", "所在地区")), strict=True):
        columns = [
            Heading(("序号",), f"按{word}.序号", width=4.5),
            Heading((name,), f"按{word}.名称", width=21),
            Heading(("投诉量合计",), f"按{word}.值", "投诉量合计", is_sum=True, key="total", width=7.5),
            *lines(word, titles, scheme),
            Heading(("核对",), width=5),
        ]
        unit_table(Page(sheet, report), f"{report.title}（按{word}）", columns, check(scheme), NOTES)
    return workbook


def lines(word: str, titles: Mapping[str, str], scheme: Scheme) -> Iterator[Heading]:
    """One column for each line; below a split one (银行卡) its kinds, what is not divided, and their sum."""
    top = "投诉业务类别"

    def column(member: str, *path: str) -> Heading:
        marks = f"{word}业务类别[{titles[member]}]", f"按业务类别[{titles[member]}]"
        return Heading((top, *path), *marks, key=member, width=7.2 if len(path[-1]) == 5 else 6.3)

    for name, category in scheme.codes.items():
        if not category.is_split:
            yield column(name, category.title)
            continue
        yield from (column(kind, category.title, titles[kind]) for kind in category.codes)
        yield column(name, category.title, "未细分")
        marks = f"{word}{category.title}.值", f"{category.title}小计"
        yield Heading((top, category.title, "小计"), *marks, is_sum=True, key=f"{name}_sum", width=6.3)
    yield from (column(member, member) for member in (UNFILLED, UNKNOWN))


def check(scheme: Scheme) -> str:
    """The whole is the sum of the lines, and each 小计 that of its kinds."""
    whole = [f"{{{name}_sum}}" if category.is_split else f"{{{name}}}" for name, category in scheme.codes.items()]
    whole += [f"{{{member}}}" for member in (UNFILLED, UNKNOWN)]
    tests = [f"{{total}}=SUM({','.join(whole)})"]
    tests += [
        f"SUM({{{name}_sum}})=SUM({','.join(f'{{{kind}}}' for kind in (*category.codes, name))})"
        for name, category in scheme.codes.items()
        if category.is_split
    ]
    return f'=IF(AND({",".join(tests)}),"平","不平")'
