"""The template of 年度投诉情况."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.pagebreak import Break
from pages import LARGE, Page, tiles
from statements import (
    SUM,
    Part,
    Unit,
    closing,
    cross_foots,
    first_sheet,
    head_row,
    member_rows,
    titles_of,
    total_row,
    unit_sheet,
)  # fmt: skip

from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

NOTES = (
    "说明：1. 统计范围为对本机构的民事诉求，以收到日期归入年度；已合并的重复投诉随主件计一次，非投诉事项不计。",
    (
        "2. 占比保留一位小数，按最大余数法凑整，各项之和恰为100%。“舍入核对”写“相符”的，所印占比就是件数÷合计四舍五入的结果；"
        "写“尾差＋0.1”的，为使合计为100%比四舍五入多0.1个百分点，单独引用该项时请注意。"
    ),
    "3. 赔付金额以万元计，逐项四舍五入，各项之和与合计可有尾差。“—”表示无法计算（如没有上年台账、基础数据未填），原因见底稿。",
    "4. 每个数字对应的投诉编号与台账行号见同名底稿。本表版式为自行设计；披露口径有规定的，从其规定。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """Two pages of tables, 附表 by region."""
    workbook, page = first_sheet(report, "年度情况")
    page.section("一、总体情况")
    first = ("pending_at_start", "received", "closed", "withdrawn", "refused", "pending_at_end")
    tiles(page, first, height=34, font=LARGE)
    second = (
        "received_year_on_year",
        "closed_year_on_year",
        "timely_rate",
        "ended_rate",
        "average_days",
        "median_days",
    )
    tiles(page, second)
    tiles(page, ("regulator_referred", "repeats", "upheld", "compensation"))
    tiles(page, ("outlets", "per_1000_outlets", "personal_customers", "per_10_million_customers"))
    found = {"product_line": product_lines(page, rules)}
    found["reason"] = simple(page, rules, "三、按投诉原因", "投诉原因", "reason", ranked=True)
    page.sheet.row_breaks.append(Break(id=page.row - 1))
    found["channel"] = simple(page, rules, "四、按投诉业务办理渠道", "渠道", "channel")
    found["source"] = simple(page, rules, "五、按投诉来源", "来源", "source")
    checks(page, found, regions(workbook, report))
    closing(page, NOTES)
    return workbook


def product_lines(page: Page, rules: Rules) -> str:
    """Section 二; gives the address of the sum."""
    page.section("二、按投诉业务类别")
    parts = [
        Part("D", "件数", "by_product_line", SUM), Part("E", "排名", "product_line_rank"),
        Part("F:G", "占比", "product_line_share", SUM), Part("H:I", "舍入核对", "product_line_test"),
        Part("J:K", "同比", "product_line_year_on_year"),
        Part("L:M", "赔付金额（万元）", "product_line_compensation", "compensation"),
    ]  # fmt: skip
    return table(page, rules, "业务类别", "by_product_line", parts)


def simple(page: Page, rules: Rules, title: str, heading: str, name: str, *, ranked: bool = False) -> str:
    """A section of count, share and its test, with rank and year-on-year where the rules have them."""
    page.section(title)
    count = Part("F:G", "件数", f"by_{name}", SUM)
    share = [Part("I" if ranked else "H:J", "占比", f"{name}_share", SUM)]
    test = Part("J:K" if ranked else "K:M", "舍入核对", f"{name}_test")
    parts = [count, *([Part("H", "排名", f"{name}_rank")] if ranked else []), *share, test]
    parts += [Part("L:M", "同比", f"{name}_year_on_year")] if ranked else []
    return table(page, rules, heading, f"by_{name}", parts, "A:E")


def table(page: Page, rules: Rules, heading: str, name: str, parts: list[Part], area: str = "A:C") -> str:
    """Headings, members, 合计; gives the address of the sum of counts."""
    head_row(page, {area: heading, **{part.area: part.heading for part in parts}})
    first = member_rows(page, area, titles_of(rules, page.report, name), parts, 18.5)
    bottom = total_row(page, area, "合计", parts, first)
    return f"{parts[0].area.split(':', maxsplit=1)[0]}{bottom}"


def checks(page: Page, found: dict[str, str], regions_sheet: str) -> None:
    """Section 六."""
    page.section("六、勾稽核对")
    cell = page.cells
    received = f"=SUM({cell['received']})"
    ended = ",".join(cell[name] for name in ("closed", "withdrawn", "refused", "pending_at_end"))
    begun = f"=SUM({cell['pending_at_start']},{cell['received']})"
    words = {"product_line": "业务类别", "reason": "投诉原因", "channel": "业务办理渠道", "source": "投诉来源"}
    relations = [("年初在办＋全年收到＝全年办结＋全年撤回＋不予受理＋年末在办", begun, f"=SUM({ended})")]
    relations += [(f"全年收到＝按{words[name]}合计", received, f"=SUM({place})") for name, place in found.items()]
    relations.append(("全年收到＝附表各地区合计", received, f"=SUM({regions_sheet}C7)"))
    cross_foots(page, relations)


def regions(workbook: Workbook, report: Report) -> str:
    """附表: one row for each region."""
    columns = (
        Unit("序号", "按地区.序号", "", 7), Unit("所在地区", "按地区.名称", "合计", 28), Unit("全年收到", "按地区", SUM, 12),
        Unit("排名", "地区排名", "", 9), Unit("占比", "地区占比", SUM, 12), Unit("舍入核对", "地区舍入核对", "", 14), Unit("同比", "地区同比", "", 12),
    )  # fmt: skip
    note = "地区以台账所填为准，台账为空的列“未填写”。占比按最大余数法凑整，各项之和为100%。"
    return unit_sheet(workbook, report, "附表　按所在地区", columns, note)
