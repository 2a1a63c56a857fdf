"""The template of 保险消费投诉季度统计表."""

from __future__ import annotations

from openpyxl import Workbook
from pages import BAND, LABEL, LARGE, PALE, STRONG, TEXT, Page, across, place, tiles
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

from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules

NOTES = (
    "说明：1. 统计范围为对本机构的民事诉求；已合并的重复投诉随主件计一次。险种、纠纷类型以台账所填为准，台账为空的列“未填写”。",
    (
        "2. 亿元保费、万张保单、万人次投诉量的分母为同期保费收入、保单数量、承保人次，取自基础数据表（项目、数值、类别三列，类别填险种）。"
        "“—”表示该险种没有填报分母，不参加排名与中位数，合计行也不含这些险种的投诉；表中另有不填类别的一行时，合计行以该行为全部险种的分母。"
    ),
    "3. 排名从高到低，数值相同名次相同。中位数为有值的各险种的中位数（项数为偶数时取居中两数的平均）。",
    "4. 每个数字对应的投诉编号与台账行号见同名底稿。本表版式为自行设计，报送前请与监管部门现行表样核对。",
)


def draw(rules: Rules, report: Report) -> Workbook:
    """Main sheet with three tables, 附表 by unit."""
    workbook, page = first_sheet(report, "统计表")
    page.section("一、总体情况")
    overview = ("pending_at_start", "received", "closed", "withdrawn", "refused", "pending_at_end")
    tiles(page, overview, height=34, font=LARGE)
    changes = ("received_period_on_period", "received_year_on_year", "received_this_year")
    tiles(page, (*changes, "timely_rate", "average_days", "median_days"))
    pairs = pair_table(page, rules)
    rates(page, rules)
    units = units_of(workbook, report)
    checks(page, pairs, units)
    closing(page, NOTES)
    return workbook


def pair_table(page: Page, rules: Rules) -> dict[str, str]:
    """Section 二: lines down, dispute types across; gives the addresses of the sums."""
    page.section("二、险种与纠纷类型（件）")
    disputes = titles_of(rules, page.report, "by_line_and_dispute", 1)
    areas = ("C", "D", "E", "F:G", "H", "I")
    parts = [
        Part(area, title, "by_line_and_dispute", member=title) for area, title in zip(areas, disputes, strict=True)
    ]
    whole = [
        Part("J", "合计", "by_line", SUM), Part("K", "占比", "line_share", SUM), Part("L:M", "排名", "line_rank"),
    ]  # fmt: skip
    head_row(page, {"A:B": "险种", **{part.area: part.heading for part in [*parts, *whole]}})
    first = member_rows(page, "A:B", titles_of(rules, page.report, "by_line"), [*parts, *whole])
    bottom = total_row(page, "A:B", "合计", [*parts, *whole], first)
    row = page.line(20)
    place(page, "A:B", row, "占比", TEXT)
    for part in parts:
        page.mark(across(part.area, bottom), "by_dispute", part.member, font=STRONG).fill = BAND
        page.mark(across(part.area, row), "dispute_share", part.member, font=TEXT)
    for area in ("J", "K", "L:M"):
        place(page, area, row, None, TEXT)
    return {"lines": f"J{bottom}", "pairs": f"C{first}:I{bottom - 1}", "disputes": f"C{bottom}:I{bottom}"}


def rates(page: Page, rules: Rules) -> None:
    """Section 三: complaints against the volume of business, line by line, with ranks and medians."""
    page.section("三、投诉与业务量对比")
    groups = (
        ("premium", "保费收入\n（亿元）", "per_premium", "件/亿元", ("C:D", "E", "F:G")),
        ("policies", "保单数量\n（万张）", "per_policy", "件/万张", ("H", "I", "J")),
        ("insured", "承保人次\n（万人次）", "per_insured", "件/万人次", ("K", "L", "M")),
    )
    names = {"C:G": "亿元保费投诉量", "H:J": "万张保单投诉量", "K:M": "万人次投诉量"}
    top = page.row
    head_row(page, names)
    parts, medians = [], []
    for base, heading, rate, unit, (where, value, rank) in groups:
        parts += [Part(where, heading, base, base), Part(value, unit, rate, rate), Part(rank, "排名", f"{rate}_rank")]
        medians += [Part(where, "", base), Part(value, "", rate, f"{rate}_median"), Part(rank, "", f"{rate}_rank")]
    head_row(page, {part.area: part.heading for part in parts}, 30)
    page.box(f"A{top}:B{top + 1}", "险种", LABEL, fill=PALE)
    titles = [title for title in titles_of(rules, page.report, "by_line") if title not in {UNFILLED, UNKNOWN}]
    first = member_rows(page, "A:B", titles, parts)
    total_row(page, "A:B", "中位数", medians, first)
    total_row(page, "A:B", "合计", parts, first)


def checks(page: Page, pairs: dict[str, str], units: str) -> None:
    """Section 四."""
    page.section("四、勾稽核对")
    cell = page.cells
    received = f"=SUM({cell['received']})"
    ended = ",".join(cell[name] for name in ("closed", "withdrawn", "refused", "pending_at_end"))
    relations = [
        ("期初在办＋本期收到＝办结＋撤回＋不予受理＋期末在办", f"=SUM({cell['pending_at_start']},{cell['received']})", f"=SUM({ended})"),
        ("本期收到＝按险种合计", received, f"=SUM({pairs['lines']})"),
        ("本期收到＝按纠纷类型合计", received, f"=SUM({pairs['disputes']})"),
        ("本期收到＝险种与纠纷类型各格之和", received, f"=SUM({pairs['pairs']})"),
        ("本期收到＝附表各机构合计", received, f"=SUM({units}C7)"),
    ]  # fmt: skip
    cross_foots(page, relations)


def units_of(workbook: Workbook, report: Report) -> str:
    """附表: one row for each unit, as the regulator's table of insurers prints them."""
    columns = (
        Unit("序号", "按机构.序号", "", 6), Unit("被投诉机构", "按机构.名称", "合计", 24), Unit("本期收到", "按机构", SUM, 10),
        Unit("排名", "机构排名", "", 8), Unit("占比", "机构占比", SUM, 10), Unit("保费收入\n（亿元）", "机构保费收入", "机构保费收入", 12),
        Unit("亿元保费投诉量\n（件/亿元）", "机构亿元保费投诉量", "机构亿元保费投诉量", 15), Unit("排名", "机构亿元保费投诉量排名", "", 8),
    )  # fmt: skip
    note = (
        "机构以台账所填为准；机构保费收入取自基础数据表（类别填机构名称）。排名从高到低，数值相同名次相同。"
        "各机构亿元保费投诉量的中位数：{{ 机构亿元保费投诉量中位数 }} 件/亿元。"
    )
    return unit_sheet(workbook, report, "附表　按被投诉机构", columns, note)
