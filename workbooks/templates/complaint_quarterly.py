"""The template of 消费投诉季度统计表."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.pagebreak import Break
from pages import (
    BAND,
    CENTRE,
    FINE,
    GAP,
    LABEL,
    LARGE,
    LAST,
    LEFT,
    NAME,
    PALE,
    STRONG,
    TEXT,
    Column,
    Page,
    across,
    head,
    heads,
    number_format,
    place,
    print_setup,
    table,
    tiles,
    verdicts,
)  # fmt: skip

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.axes import UNDIVIDED, members
from xiaobao_xl.registers import UNFILLED, UNKNOWN, Schema
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import palette


def draw(rules: Rules, report: Report) -> Workbook:
    """Main sheet with tiles and tables, 附表1 by unit, 附表2 by region."""
    schema, schemes = rules.registers[report.register], rules.categories
    workbook = Workbook()
    main = workbook.worksheets[0]
    main.title = "统计表"
    page = Page(main, report)
    for letter in "ABCDEFGHIJKLM":
        main.column_dimensions[letter].width = 1.6 if letter == GAP else 8.6
    head(page, report.title, LAST)
    overview(page)
    channel_total = channels(page, schema, schemes)
    main.row_breaks.append(Break(id=page.row - 1))
    classified = classes(page, schema, schemes)
    units = unit_sheet(workbook, report)
    regions = region_sheet(workbook, report)
    checks(page, {**channel_total, **classified, "units": units, "regions": regions})
    closing(page)
    print_setup(main, f"A1:{LAST}{page.row - 1}", "1:3")
    return workbook


def overview(page: Page) -> None:
    """Sections 一 to 三: labels above numbers."""
    page.section("一、总体情况")
    tiles(
        page,
        ("pending_at_start", "received", "closed", "withdrawn", "refused", "pending_at_end"),
        height=34,
        font=LARGE,
    )
    tiles(
        page,
        (
            "received_period_on_period",
            "received_year_on_year",
            "received_this_year",
            "closed_period_on_period",
            "closed_year_on_year",
            "closed_this_year",
        ),
    )
    page.section("二、办理时效")
    tiles(page, ("closed_in_time", "closed_late", "closed_unjudged", "timely_rate", "average_days", "median_days"))
    page.section("三、重点事项与强度指标")
    tiles(page, ("regulator_referred", "repeats", "escalated", "major", "collective", "overdue_at_end"))
    tiles(page, ("merged", "not_complaints", "disputed", "upheld", "compensated", "compensation"))
    tiles(page, ("outlets", "per_1000_outlets", "personal_customers", "per_10_million_customers"))


def titles_of(page: Page, name: str, schema: Schema, schemes: Mapping[str, Scheme]) -> list[str]:
    """Titles of the members of a split figure, as marks use them."""
    figure = page.report.figures[name]
    return list(members(schema.columns[figure.by[0]], figure.level_of(figure.by[0]), schemes).values())


def channels(page: Page, schema: Schema, schemes: Mapping[str, Scheme]) -> dict[str, str]:
    """Sections 四 and 五 side by side: channels as a tree with subtotals, sources."""
    page.section("四、按投诉业务办理渠道", "五、按投诉来源")
    top, scheme = page.row, schemes[schema.columns["business_channel"].scheme]
    found = members(schema.columns["business_channel"], "leaf", schemes)
    heads(page, top, "A:D", "渠道", (Column("by_channel", "件数", "E"), Column("channel_share", "占比", "F")))
    category = {name: page.report.figures[name].where["business_channel"][0] for name in ("electronic", "front")}
    subtotals = {name: [one for one in found if one in scheme.descendants(category[name])] for name in category}
    row, rows = top, {}
    for member, title in found.items():
        row += 1
        is_category = member not in {UNFILLED, UNKNOWN}
        label = "　" * (len(scheme.path(member)) - 1 if is_category else 0) + title.split("/")[-1]
        place(page, "A:D", row, label, TEXT if is_category and UNDIVIDED not in title else LABEL, NAME)
        page.mark(f"E{row}", "by_channel", title, font=TEXT)
        page.mark(f"F{row}", "channel_share", title, font=TEXT)
        rows[member] = row
        for name in [name for name, inside in subtotals.items() if inside[-1] == member]:
            row += 1
            place(
                page,
                "A:D",
                row,
                "　" * (len(scheme.path(category[name])) - 1) + page.report.figures[name].title,
                STRONG,
                NAME,
                BAND,
            )
            page.mark(f"E{row}", name, font=STRONG).fill = BAND
            place(page, "F", row, _sum("F", rows, subtotals[name]), STRONG, fill=BAND).number_format = "0.0%"
    bottom = row + 1
    place(page, "A:D", bottom, "合计", STRONG, fill=BAND)
    for letter, shape in (("E", "#,##0"), ("F", "0.0%")):
        place(page, letter, bottom, _sum(letter, rows, found), STRONG, fill=BAND).number_format = shape
    columns = (Column("by_source", "件数", "L"), Column("source_share", "占比", "M"))
    totals = table(page, top, "H:K", "来源", titles_of(page, "by_source", schema, schemes), columns, bottom)
    for _ in range(top, bottom + 1):
        page.line(20.5)
    sums = {f"{name}_sum": _sum("E", rows, inside) for name, inside in subtotals.items()}
    return {"channel_total": f"E{bottom}", "source_total": totals["by_source"], **sums}


def _sum(letter: str, rows: Mapping[str, int], inside: Iterable[str]) -> str:
    return f"=SUM({','.join(f'{letter}{rows[member]}' for member in inside)})"


def classes(page: Page, schema: Schema, schemes: Mapping[str, Scheme]) -> dict[str, str]:
    """Sections 六 and 七 side by side: product lines and reasons."""
    page.section("六、按投诉业务类别", "七、按投诉原因")
    sides = (
        ("A:C", "业务类别", "by_product_line", "DEF", "closed_by_product_line", "product_line_share"),
        ("H:J", "投诉原因", "by_reason", "KLM", "closed_by_reason", "reason_share"),
    )
    titles = [titles_of(page, received, schema, schemes) for _, _, received, *_ in sides]
    top, bottom = page.row, page.row + 1 + max(map(len, titles))
    totals: dict[str, str] = {}
    for names, (area, heading, received, letters, closed, share) in zip(titles, sides, strict=True):
        columns = [
            Column(*one) for one in zip((received, closed, share), ("收到", "办结", "占比"), letters, strict=True)
        ]
        totals |= table(page, top, area, heading, names, columns, bottom)
    page.line(19)
    for _ in range(top + 1, bottom):
        page.line(26.5)
    page.line(20)
    return totals


def checks(page: Page, found: Mapping[str, str]) -> None:
    """Section 八: cross-footing as formulas that anybody can follow."""
    cell = page.cells
    relations = [
        (
            "期初在办＋本期收到＝办结＋撤回＋不予受理＋期末在办",
            f"=SUM({cell['pending_at_start']},{cell['received']})",
            f"=SUM({','.join(cell[name] for name in ('closed', 'withdrawn', 'refused', 'pending_at_end'))})",
        ),
        (
            "本期办结＝按时办结＋超期办结＋时限无法判定",
            f"=SUM({cell['closed']})",
            f"=SUM({','.join(cell[name] for name in ('closed_in_time', 'closed_late', 'closed_unjudged'))})",
        ),
        ("本期收到＝按业务办理渠道合计", f"=SUM({cell['received']})", f"=SUM({found['channel_total']})"),
        ("电子渠道小计＝其下各项之和", f"=SUM({cell['electronic']})", found["electronic_sum"]),
        ("前台小计＝其下各项之和", f"=SUM({cell['front']})", found["front_sum"]),
        ("本期收到＝按投诉来源合计", f"=SUM({cell['received']})", f"=SUM({found['source_total']})"),
        ("本期收到＝按业务类别合计", f"=SUM({cell['received']})", f"=SUM({found['by_product_line']})"),
        ("本期办结＝办结按业务类别合计", f"=SUM({cell['closed']})", f"=SUM({found['closed_by_product_line']})"),
        ("本期收到＝按投诉原因合计", f"=SUM({cell['received']})", f"=SUM({found['by_reason']})"),
        ("本期办结＝办结按投诉原因合计", f"=SUM({cell['closed']})", f"=SUM({found['closed_by_reason']})"),
        ("本期收到＝附表1 各机构合计", f"=SUM({cell['received']})", f"=SUM({found['units']})"),
        ("本期收到＝附表2 各地区合计", f"=SUM({cell['received']})", f"=SUM({found['regions']})"),
    ]
    page.section("八、勾稽核对")
    row = page.line(18)
    for area, heading in (("A:G", "勾稽关系"), ("H:I", "左边"), ("J:K", "右边"), ("L:M", "结论")):
        place(page, area, row, heading, LABEL, fill=PALE)
    first = page.row
    for words, left, right in relations:
        row = page.line(17)
        place(page, "A:G", row, words, TEXT, NAME)
        place(page, "H:I", row, left, TEXT).number_format = "#,##0"
        place(page, "J:K", row, right, TEXT).number_format = "#,##0"
        place(page, "L:M", row, f'=IF(H{row}=J{row},"平","不平")', STRONG)
    verdicts(page.sheet, f"L{first}:L{page.row - 1}")


def closing(page: Page) -> None:
    """Notes and signatures."""
    page.line(7)
    notes = (
        "说明：1. 统计范围为对本机构的民事诉求；已合并的重复投诉随主件计一次，“合并处理”“非投诉事项”只作列示，不计入其他指标。",
        "2. “—”表示无法计算（如台账不含上期数据、基础数据未填），原因见底稿；占比四舍五入显示一位小数，各项之和与100%可有尾差。",
        "3. 每个数字对应的投诉编号与台账行号见同名底稿。本表版式为自行设计，报送前请与监管部门现行表样核对。",
    )
    for note in notes:
        row = page.line(15)
        page.box(f"A{row}:{LAST}{row}", note, FINE, Alignment("left", "center"), border=Border())
    page.line(6)
    row = page.line(22)
    for area, words in (
        ("A:D", "负责人：{{ 负责人 }}"),
        ("E:I", "复核人：{{ 复核人 }}"),
        ("J:M", "填报人：{{ 填报人 }}"),
    ):
        page.box(across(area, row), words, TEXT, LEFT, border=Border(top=Side(style="thin", color=palette.MUTED)))


def unit_sheet(workbook: Workbook, report: Report) -> str:
    """附表1: one row for each unit."""
    page = Page(workbook.create_sheet("附表1 按机构"), report)
    columns = (
        ("序号", "{{ 按机构.序号 }}", "", 6), ("被投诉机构", "{{ 按机构.名称 }}", "", 26), ("期初在办", "机构期初", "pending_at_start", 9),
        ("本期收到", "按机构", "received", 9), ("占比", "机构占比", "", 8), ("本期办结", "机构办结", "closed", 9), ("撤回", "机构撤回", "withdrawn", 8),
        ("不予受理", "机构不予受理", "refused", 9), ("期末在办", "机构期末", "pending_at_end", 9),
        ("按时办结率", "机构按时办结率", "timely_rate", 10), ("勾稽", "", "", 7),
    )  # fmt: skip
    return repeated(page, "附表1　按被投诉机构", columns, '=IF(SUM(C{0},D{0})=SUM(F{0}:I{0}),"平","不平")')


def region_sheet(workbook: Workbook, report: Report) -> str:
    """附表2: one row for each region."""
    page = Page(workbook.create_sheet("附表2 按地区"), report)
    columns = (
        ("序号", "{{ 按地区.序号 }}", "", 8), ("所在地区", "{{ 按地区.名称 }}", "", 34), ("本期收到", "按地区", "received", 14),
        ("占比", "地区占比", "", 14), ("本期办结", "地区办结", "closed", 14), ("期末在办", "地区期末", "pending_at_end", 14),
    )  # fmt: skip
    return repeated(page, "附表2　按所在地区", columns, "")


def repeated(page: Page, title: str, columns: Sequence[tuple[str, str, str, float]], check: str) -> str:
    """A sheet with one repeated row and its 合计; gives the address of the total of 本期收到."""
    last = chr(ord("A") + len(columns) - 1)
    head(page, title, last)
    page.line(6)
    top, row, foot = page.line(22), page.line(20), page.line(21)
    by_title = {figure.title: figure for figure in page.report.figures.values()}
    for place_, (heading, mark, whole, width) in enumerate(columns):
        letter = chr(ord("A") + place_)
        page.sheet.column_dimensions[letter].width = width
        page.box(f"{letter}{top}", heading, LABEL, fill=PALE)
        shape = number_format(by_title[mark]) if mark in by_title else "General"
        text = mark if "{{" in mark else f"{{{{ {mark}.值 }}}}" if mark else check.format(row)
        page.box(
            f"{letter}{row}", text, STRONG if not mark else TEXT, NAME if place_ == 1 else CENTRE
        ).number_format = shape
        total = (
            "合计"
            if place_ == 1
            else check.format(foot)
            if not mark
            else f"=SUM({letter}{row}:{letter}{row})"
            if "{{" not in mark
            else ""
        )
        if mark == "机构按时办结率":
            total = f"{{{{ {page.report.figures[whole].title} }}}}"
        page.box(f"{letter}{foot}", total, STRONG, fill=BAND).number_format = shape
    if check:
        verdicts(page.sheet, f"{last}{row}:{last}{foot}")
    page.line(5)
    note = page.line(15)
    page.box(
        f"A{note}:{last}{note}",
        "机构、地区以台账所填为准；台账为空的列“未填写”。",
        FINE,
        Alignment("left", "center"),
        border=Border(),
    )
    print_setup(page.sheet, f"A1:{last}{note}", f"1:{top}")
    return f"'{page.sheet.title}'!D{foot}" if "机构" in title else f"'{page.sheet.title}'!C{foot}"
