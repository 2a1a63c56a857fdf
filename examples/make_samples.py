"""Draws the two sample registers; the same cells every time.

    python examples/make_samples.py [FOLDER]

投诉台账_样例.xlsx: about 300 complaints up to 2026-09-30 as a busy branch network keeps them; one row in five has
something wrong, and the sheet itself is hard to read (see `faults.py` and `draw_messy`).
投诉台账_规范样例.xlsx: 80 complaints up to 2026-10-31 with nothing wrong, under our own headings.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from faults import spoil
from invented_cases import BANK, Bank, Case
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from reproducible import save
from wording import CLEAN, HIDDEN, MESSY, TITLES

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

CUT, CLEAN_CUT = date(2026, 9, 30), date(2026, 10, 31)
THIN = Border(*[Side(style="thin", color="A6A6A6")] * 4)
GREY, BLUE = PatternFill("solid", fgColor="EDEDED"), PatternFill("solid", fgColor="DDEBF7")
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
WIDTHS = {
    "complaint_no": 18,
    "outlet": 18,
    "id_no": 21,
    "account_no": 22,
    "text": 46,
    "respondent": 20,
    "reason": 24,
    "result": 28,
}
WRAPPED = Alignment(vertical="top", wrap_text=True)


def main(folder: Path) -> None:
    """Write both samples into a folder."""
    for name, workbook in (("投诉台账_样例.xlsx", messy()), ("投诉台账_规范样例.xlsx", clean())):
        save(workbook, folder / name)
        print(f"{folder / name}")


def messy_cases(bank: Bank) -> list[Case]:
    """Three quarters of a year, a few cases carried over from the year before, every way a case can end."""
    random, cases = bank.random, []
    days = sorted(_days(random, date(2026, 1, 4), CUT, 272) + _days(random, date(2025, 12, 8), date(2025, 12, 31), 9))
    for number, day in enumerate(days):
        complexity = random.choices(("simple", "complex", "special"), (74, 20, 6))[0]
        ends = random.choices(("closed", "withdrawn", "refused"), (93, 5, 2))[0]
        cases.append(bank.case(day, complexity=complexity, ends=ends))
        if number % 40 == 17:
            _mediate(cases[-1])
    routes = ("consultation", "praise", "suggestion", "report_of_violation", "petition", "credit_objection") * 2
    others = _days(random, date(2026, 2, 1), date(2026, 8, 20), len(routes))
    cases.extend(bank.case(day, route=route) for day, route in zip(others, routes, strict=True))
    firsts = random.sample([case for case in cases if case["status"] == "closed" and "product_line" in case], 6)
    cases.extend(_joined(bank.again(first, random.randint(2, 12)), first, CUT) for first in firsts)
    return sorted(cases, key=lambda case: (case["received_on"], case["complaint_no"]))


def clean_cases(bank: Bank) -> list[Case]:
    """A third quarter and some cases closed in October."""
    cases = []
    for number, day in enumerate(sorted(_days(bank.random, date(2026, 7, 1), date(2026, 9, 30), 80))):
        special = number in {5, 21}
        complexity = "special" if special else "complex" if number % 6 == 2 and day < date(2026, 9, 25) else "simple"
        cases.append(bank.case(day, complexity=complexity, ends="withdrawn" if number % 19 == 8 else "closed"))
    return [case for case in cases if case["status"] != "pending"]


def messy() -> Workbook:
    """A register as it comes: code list first, two-level headings, text dates, notes below, things hidden."""
    random = Random(20260930)
    bank = Bank(random, CUT, "WL{on:%Y%m%d}{count:03d}")
    rows = spoil([_worded(case, TITLES["messy"], random) for case in messy_cases(bank)], bank)
    workbook = Workbook()
    _draw_codes(workbook.worksheets[0])
    draw_messy(workbook.create_sheet("2026年台账"), rows)
    _draw_bases(workbook.create_sheet("基础数据"), (("营业网点数", 86), ("个人客户数", 2145300)))
    cache = workbook.create_sheet("导入缓存")
    cache.sheet_state = "hidden"
    for line in (("批次", "行数", "导入人"), ("20260930-1", 301, "系统"), ("20260930-2", 0, "系统")):
        cache.append(line)
    workbook.active = 1
    return workbook


def clean() -> Workbook:
    """A register under our own headings, every cell of the right type."""
    random = Random(20261031)
    cases = clean_cases(Bank(random, CLEAN_CUT, "TS{on:%Y%m}{count:04d}"))
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "消费投诉台账"
    for number, (column, heading) in enumerate(CLEAN, 1):
        _dress(sheet.cell(1, number, heading), fill=BLUE)
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, 14)
    for row, case in enumerate(cases, 2):
        worded = _worded(case, TITLES["clean"], random)
        for number, (column, _) in enumerate(CLEAN, 1):
            _put(sheet.cell(row, number), worded.get(column))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(CLEAN))}{len(cases) + 1}"
    _draw_bases(workbook.create_sheet("基础数据"), (("营业网点数", 86), ("个人客户数", 2145300)))
    return workbook


def draw_messy(sheet: Worksheet, rows: list[dict[str, Any]]) -> None:
    """Title, unit line, headings in rows 3 and 4, instructions in row 5, cases, a total and notes."""
    width = len(MESSY)
    _banner(sheet, 1, width, f"{BANK}股份有限公司消费投诉台账（2026年）", Font(name="宋体", size=18, bold=True))
    _banner(
        sheet,
        2,
        width,
        "填报部门：消费者权益保护部　　　截至日期：2026年9月30日　　　单位：件、万元",
        Font(name="宋体", size=10),
    )
    _headings(sheet)
    for number, (_, _, _, help_text) in enumerate(MESSY, 1):
        _dress(sheet.cell(5, number, help_text or None), font=Font(name="宋体", size=8, italic=True, color="7F7F7F"))
    line = 6
    for count, row in enumerate(rows, 1):
        if count == 161:  # two months were pasted from another file, heading and all
            for number, (_, heading, _, _) in enumerate(MESSY, 1):
                _dress(sheet.cell(line, number, heading), fill=GREY)
            line += 2
        sheet.cell(line, 1, count)
        for number, (_, _, column, _) in enumerate(MESSY, 1):
            if column in row:
                _put(sheet.cell(line, number), row[column])
        line += 1
    _tail(sheet, line, len(rows))
    _hide(sheet, line - 1)


def _headings(sheet: Worksheet) -> None:
    start = 1
    for number, (group, heading, column, _) in enumerate(MESSY, 1):
        last = number == len(MESSY) or MESSY[number][0] != group
        _dress(sheet.cell(3, number, heading if not group else None), fill=GREY)
        _dress(sheet.cell(4, number, heading if group else None), fill=GREY)
        if not group:
            sheet.merge_cells(start_row=3, end_row=4, start_column=number, end_column=number)
            start = number + 1
        elif last:
            sheet.cell(3, start).value = group
            sheet.merge_cells(start_row=3, end_row=3, start_column=start, end_column=number)
            start = number + 1
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, 13)
    sheet.row_dimensions[4].height = 32
    sheet.freeze_panes = "C6"


def _tail(sheet: Worksheet, line: int, count: int) -> None:
    """What stands below the last case."""
    sheet.cell(line, 1, "合计").font = Font(bold=True)
    sheet.cell(line, 2, f"{count}件")
    for number, (_, _, column, _) in enumerate(MESSY, 1):
        if column in {"disputed_cny", "compensation_cny"}:
            letter = get_column_letter(number)
            sheet.cell(line, number, f"=SUM({letter}6:{letter}{line - 1})")
    sheet.cell(line + 2, 1, "注：1.本台账由各分行按日登记，每月5日前汇总。2.投诉金额以万元计，补偿金额以元计。")
    sheet.cell(line + 3, 1, "制表：卞思雨　　　复核：郝一舟　　　2026年9月30日")
    sheet.cell(line + 640, len(MESSY) + 21, "勿删")  # a stray cell far from everything


def _hide(sheet: Worksheet, last: int) -> None:
    """A filter somebody left on: one city is out of sight, and the columns of the import with it."""
    letters = {column: get_column_letter(number) for number, (_, _, column, _) in enumerate(MESSY, 1)}
    sheet.auto_filter.ref = f"A4:{get_column_letter(len(MESSY))}{last}"
    number = [column for _, _, column, _ in MESSY].index("region")
    shown = sorted({sheet.cell(row, number + 1).value or "" for row in range(6, last + 1)} - {HIDDEN, ""})
    sheet.auto_filter.add_filter_column(number, shown, blank=True)
    for row in range(6, last + 1):
        if sheet[f"{letters['region']}{row}"].value == HIDDEN:
            sheet.row_dimensions[row].hidden = True
    for number, (_, heading, _, _) in enumerate(MESSY, 1):
        if heading.startswith("导入"):
            sheet.column_dimensions[get_column_letter(number)].hidden = True


def _draw_codes(sheet: Worksheet) -> None:
    sheet.title = "代码表"
    sheet.append(("代码类型", "取值", "说明"))
    lists = {
        "来源": ("客服热线", "来访", "12378转办", "12345转办"),
        "难易": ("一般", "复杂", "特别复杂"),
        "进度": ("处理中", "已结案", "已撤诉"),
    }
    for kind, values in lists.items():
        for value in values:
            sheet.append((kind, value, "见操作手册"))


def _draw_bases(sheet: Worksheet, bases: tuple[tuple[str, int], ...]) -> None:
    for line in (("项目", "数值"), *bases):
        sheet.append(line)
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 14


def _worded(case: Case, titles: dict[str, dict[str, tuple[str, ...]]], random: Random) -> dict[str, Any]:
    """Ids to the titles that the institution writes; true and false to its own words."""
    worded: dict[str, Any] = {}
    for column, value in case.items():
        if isinstance(value, bool):
            worded[column] = "是" if value else "否"
        else:
            worded[column] = random.choice(titles[column][value]) if column in titles else value
    return worded


def _mediate(case: Case) -> None:
    """Some days of mediation within a case that was closed later for it."""
    if case["status"] == "closed" and (case["decided_on"] - case["received_on"]).days >= 6:
        case |= {
            "mediation_from": case["received_on"] + timedelta(days=2),
            "mediation_to": case["decided_on"] - timedelta(days=1),
            "mediation_result": "agreement",
        }


def _joined(case: Case, first: Case, cut: date) -> Case:
    """A repeat that is closed by joining it to the first case."""
    kept = {
        column: value
        for column, value in case.items()
        if not (isinstance(value, date) and value > case["received_on"])
        and column not in {"result", "is_upheld", "rectification", "compensation_cny", "accountability", "notified_via"}
        and column not in {"satisfaction", "archive_no", "decided_on", "notified_on", "followed_up_on", "archived_on"}
    }
    closed = min(case["received_on"] + timedelta(days=1), cut)
    joined = {"is_repeat": True, "merged_into": first["complaint_no"], "status": "merged", "closed_on": closed}
    return kept | joined | {"registered_on": case["received_on"]}


def _days(random: Random, first: date, last: date, count: int) -> list[date]:
    return [first + timedelta(days=random.randint(0, (last - first).days)) for _ in range(count)]


def _banner(sheet: Worksheet, row: int, width: int, text: str, font: Font) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = font, Alignment(vertical="center")


def _dress(cell: Cell, fill: PatternFill | None = None, font: Font | None = None) -> None:
    cell.border, cell.alignment, cell.font = THIN, CENTRED, font or Font(name="宋体", size=10, bold=True)
    if fill:
        cell.fill = fill


def _put(cell: Cell, value: object) -> None:
    cell.value = value
    cell.border, cell.alignment = THIN, WRAPPED
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str):
        cell.number_format = "@" if value[:1].isdigit() else "General"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
