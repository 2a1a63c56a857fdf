"""Registers to be opened live: the sample register, its rows repeated as often as wanted."""

from itertools import count, cycle, islice

from openpyxl import load_workbook

from xiaobao_xl import resources

SHEET = "消费投诉台账"


def sample_rows(rows):
    """Heading and rows of the sample, each complaint number once; shape (rows + 1, columns)."""
    book = load_workbook(resources.sample_path("投诉台账_规范样例.xlsx"), data_only=True)
    sheet = book.worksheets[0]
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    top = next(number for number, line in enumerate(lines) if "投诉编号" in map(str, line))
    heading = lines[top]
    data = [line for line in lines[top + 1 :] if sum(cell is not None for cell in line) > 5]
    key = heading.index("投诉编号")
    made = []
    for number, line in zip(count(1), islice(cycle(data), rows), strict=False):
        copy = list(line)
        copy[key] = f"TS{number:08d}"
        made.append(copy)
    return [heading, *made]
