"""Registers of 200 sub-branches under five headings stacked into one, file to file, and what the receipt says.

    python benchmarks/gathering.py                       200 files of 100 rows

Drawing the files and loading rules.yaml are not timed. Each file ends with a line of totals, which must be skipped with
its reason; one complaint stands in two files and must be shown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from timing import row

from xiaobao_xl import tasks
from xiaobao_xl.rules import load_rules

MOST_SECONDS = 20
LAYOUTS = (
    ("投诉编号", "收到日期", "被投诉机构", "投诉业务类别", "投诉内容", "办结日期", "涉及金额"),
    ("工单号", "投诉受理日期", "被投诉单位", "业务类别", "投诉描述", "结案日期", "投诉金额"),
    ("投诉单号", "来件日期", "责任机构", "业务大类", "事由", "办结时间", "争议金额"),
    ("工单编号", "投诉日期", "出单机构", "产品（服务）大类", "主要内容", "结案日期", "涉及金额"),
    ("台账编号", "投诉时间", "被投诉机构", "投诉业务类别", "投诉事由", "办结日期", "投诉金额"),
)


def main() -> int:
    """Print the receipt and the row; 1 where it takes too long or the receipt does not add up."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--files", type=int, default=200)
    words.add_argument("--rows", type=int, default=100)
    given = words.parse_args()
    rules = load_rules()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [drawn(folder, number, given.rows) for number in range(given.files)]
        started = time.perf_counter()
        result = tasks.gather(rules, paths, tasks.Reading(register="complaint"))
        tasks.write_gathered(result, folder / "汇总.xlsx")
        whole = time.perf_counter() - started
    receipts = result.receipts
    read, used = sum(each.rows_read for each in receipts), sum(each.rows_used for each in receipts)
    skipped = sum(len(each.skipped) for each in receipts)
    adds_up = read == used + skipped and used == given.files * given.rows
    print(f"rows read {read:,} = used {used:,} + skipped {skipped:,}")
    told = (f"{whole:.1f} s", f"{read:,} rows read = {used:,} used + {skipped:,} skipped", "")
    print(
        row(
            f"gather {given.files} files × {given.rows} rows",
            *told,
            f"< {MOST_SECONDS} s",
            is_met=adds_up and whole < MOST_SECONDS,
        )
    )
    return int(not adds_up or whole >= MOST_SECONDS)


def drawn(folder: Path, number: int, rows: int) -> Path:
    """One sub-branch's register."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "台账"
    sheet.append([f"第{number}支行投诉台账"])
    sheet.append(list(LAYOUTS[number % len(LAYOUTS)]))
    for place in range(rows):
        key = "ZH000-000" if (number, place) == (1, 0) else f"ZH{number:03d}-{place:03d}"
        received = date(2026, 7, 1) + timedelta(days=(number + place) % 90)
        line = (
            key,
            received,
            f"第{number}支行",
            "信用卡",
            f"反映第 {place} 件事，要求退还年费",
            received + timedelta(days=9),
            100.5,
        )
        sheet.append(line)
    sheet.append(["合计", None, None, None, None, None, rows * 100.5])
    path = folder / f"第{number}支行.xlsx"
    book.save(path)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
