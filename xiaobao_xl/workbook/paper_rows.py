"""Reading the complaints out of a 底稿: for every figure which it counted, and the dates they had when it was filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.paper_form import ROWS, TOP


class PaperRow(NamedTuple):
    """One line of 明细.

    Attributes:
        figure: title of the figure, with the period where it is another than the report's.
        member: titles of its members joined by /.
        key: complaint number.
        amount: what it adds.
        file: register file.
        sheet: sheet of the register.
        row: Excel row in it.
        dates: heading → cell of the date columns.
    """

    figure: str
    member: str
    key: str
    amount: float
    file: str
    sheet: str
    row: int
    dates: Mapping[str, Any]


def paper_rows(path: Path) -> Iterator[PaperRow]:
    """Every line of 明细.

    Raises:
        WorkbookError: the file is no 底稿.
    """
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError) as cause:
        raise WorkbookError(f"{path}：底稿无法打开；请确认是本程序写出的 .xlsx 文件") from cause
    try:
        titles = [title for title in workbook.sheetnames if title.startswith(ROWS)]
        if not titles:
            raise WorkbookError(f"{path}：不是本程序的底稿（缺少工作表 {ROWS}）")
        for title in titles:
            lines: Iterator[tuple[Any, ...]] = workbook[title].iter_rows(min_row=TOP - 1, values_only=True)
            headings = [str(heading or "") for heading in next(lines, ())]
            for line in lines:
                code, figure, member, key, amount, file, sheet, row, *dates = (*line, *[None] * 8)[: max(len(line), 8)]
                if code and isinstance(amount, (int, float)):
                    told = dict(zip(headings[8:], dates, strict=False))
                    yield PaperRow(
                        str(figure or ""), str(member or ""), str(key or ""), float(amount), str(file or ""),
                        str(sheet or ""), int(row or 0), told,
                    )  # fmt: skip
    finally:
        workbook.close()
