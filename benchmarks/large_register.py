"""A large invented register: 30 columns under our own headings, one cell in fifty faulty, the same every time.

Cases, persons and texts are those of `examples/invented_cases.py`; nobody in it exists. Drawing 100,000 rows takes a
minute or two, so the file is kept in the temporary directory until this module or the examples change.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES))

from invented_cases import Bank  # noqa: E402  (the path comes first)
from wording import CLEAN, TITLES  # noqa: E402

CUT = date(2026, 9, 30)  # later events have not happened yet
FIRST_DAY, DAYS = date(2024, 1, 1), 1000
FAULTY = 0.02
DATES = ("received_on", "registered_on", "decided_on", "notified_on", "closed_on")
CODED = (
    "route",
    "source",
    "received_via",
    "complainant_type",
    "id_type",
    "business_channel",
    "product_line",
    "reason",
    "complexity",
    "notified_via",
    "status",
    "satisfaction",
)
FLAGS = ("is_regulator_referral", "is_upheld", "is_repeat")
NUMBERS = ("id_no", "phone", "account_no")
TEXTS = ("complaint_no", "respondent", "complainant_name", "request", "text", "handler")
COLUMNS = (*DATES, *CODED, *FLAGS, *NUMBERS, *TEXTS, "disputed_cny")


def large_register(rows: int) -> Path:
    """The file, drawn now if it is not there yet."""
    sources = [
        Path(__file__),
        *(EXAMPLES / name for name in ("invented_cases.py", "wording.py", "complaint_texts.csv")),
    ]
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    path = Path(tempfile.gettempdir()) / f"xiaobao_register_{rows}_{digest}.xlsx"
    if not path.exists():
        print(f"drawing {rows:,} rows …", file=sys.stderr, flush=True)
        unfinished = path.with_suffix(".part")
        draw(rows, unfinished)
        unfinished.rename(path)
    return path


def draw(rows: int, path: Path) -> None:
    """Write the register."""
    random = Random(20260930)
    bank = Bank(random, CUT, "TS{on:%Y%m}{count:06d}")
    headings = {column: heading for column, heading in CLEAN if column in COLUMNS}
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("消费投诉台账")
    sheet.append(list(headings.values()))
    for number in range(rows):
        received = FIRST_DAY + timedelta(days=number * DAYS // rows)
        ends = random.choices(("closed", "withdrawn"), (95, 5))[0]
        case = bank.case(received, complexity=random.choices(("simple", "complex"), (78, 22))[0], ends=ends)
        sheet.append([_cell(column, case.get(column), random) for column in headings])
    workbook.save(path)


def _cell(column: str, value: Any, random: Random) -> Any:
    """What the officer typed: the institution's words, one date in twelve as text, one cell in fifty wrong."""
    if isinstance(value, bool):
        value = "是" if value else "否"
    elif column in TITLES["clean"] and value is not None:
        value = random.choice(TITLES["clean"][column][value])
    if random.random() < FAULTY:
        return _faulty(column, value, random)
    if isinstance(value, date) and random.random() < 1 / 12:
        return random.choice((f"{value:%Y-%m-%d}", f"{value:%Y/%m/%d}", f"{value.year}年{value.month}月{value.day}日"))
    return value


def _faulty(column: str, value: Any, random: Random) -> Any:
    """The kinds of mistakes that suit a column."""
    if column in DATES:
        return random.choice(("26.1.5", "2026-02-30", "3/4/2026", date(2062, 1, 1), date(2023, 1, 1), None))
    if column in CODED:
        return random.choice(("不清楚", "见附件", None))
    if column in FLAGS:
        return random.choice(("待定", "见附件"))
    if column in NUMBERS:
        return random.choice(
            (f"{value or ''}1", "123456", float(str(value)[:15]) if str(value)[:15].isdecimal() else 1.5)
        )
    if column == "disputed_cny":
        return random.choice(("约2000", -500))
    return None if column != "text" else random.choice((None, "投诉"))


if __name__ == "__main__":
    print(large_register(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
