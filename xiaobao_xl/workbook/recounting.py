"""Reading a 底稿 back: every figure calculated again from its listed rows alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.values import BLANK, combine, fit, rounded, summarise
from xiaobao_xl.workbook.paper_form import FIGURES, HEADINGS, OPERATION_TITLES, ROWS, TOP


@dataclass(frozen=True)
class Recount:
    """One figure of a 底稿, calculated again from its rows.

    Attributes:
        code: code in 指标.
        title: figure and member.
        value: the value printed.
        again: the value from the rows.
        tolerance: how far they may lie apart: nothing but for shares made to add up to 100 %.
    """

    code: str
    title: str
    value: float | str | None
    again: float | str | None
    tolerance: float

    @property
    def agrees(self) -> bool:
        """The rows give the figure."""
        if isinstance(self.value, (int, float)) and isinstance(self.again, (int, float)):
            return abs(self.value - self.again) <= self.tolerance
        return self.value in {self.again, BLANK}


def recounted(path: Path) -> list[Recount]:
    """Read a 底稿 back and calculate every figure again from its rows.

    Raises:
        WorkbookError: the file is no 底稿.
    """
    workbook = load_workbook(path)
    if not {FIGURES, ROWS} <= set(workbook.sheetnames):
        raise WorkbookError(f"{path}：不是本程序的底稿（缺少工作表 {FIGURES} 或 {ROWS}）")
    amounts: dict[str, list[float]] = {}
    for title in workbook.sheetnames:
        counted: Iterator[tuple[Any, ...]] = workbook[title].iter_rows(min_row=TOP, max_col=5, values_only=True)
        for code, *_, added in counted if title.startswith(ROWS) else ():
            if code and isinstance(added, (int, float)):  # a row somebody emptied counts nothing
                amounts.setdefault(str(code), []).append(float(added))
    lines: dict[str, tuple[Any, ...]] = {
        str(line[0]): line
        for line in workbook[FIGURES].iter_rows(min_row=TOP, max_col=len(HEADINGS), values_only=True)
        if line[0]
    }
    decimals = {str(row[0].value): _decimals(row[5].number_format) for row in workbook[FIGURES].iter_rows(min_row=TOP)}
    operations = {title: name for name, title in OPERATION_TITLES.items()}

    def again(code: str) -> float | str | None:
        line = lines[code]
        operation, value = operations[str(line[7])], line[5]
        if operation in {"text", "given"} or value == BLANK:
            return None if value in {BLANK, None} else str(value) if operation == "text" else float(value)
        parts = str(line[8] or "").split()
        if operation == "interval":
            exact, printed = again(parts[0]), lines[parts[0]][5]
            return fit(float(exact or 0), rounded(float(printed), round(-math.log10(line[9]))), float(line[9]))
        if parts:
            numbers = [again(part) for part in parts]
            return combine(
                operation, [n if isinstance(n, (int, float)) else None for n in numbers], float(line[9] or 1)
            )
        factor, places = line[9], decimals[code] if line[9] else -1
        return summarise(operation, np.array(amounts.get(code, [])), float(factor or 1), places)

    return [
        Recount(
            code,
            f"{line[2]} {line[3] or ''}".strip(),
            line[5],
            again(code),
            10.0 ** -decimals[code] if line[7] == OPERATION_TITLES["share"] else 1e-6,
        )
        for code, line in lines.items()
    ]


def _decimals(shape: str) -> int:
    """Places a number format prints, of the number itself: two more for a percentage.

    >>> _decimals("#,##0.00"), _decimals("0.0%")
    (2, 3)
    """
    return len(shape.partition(".")[2].rstrip("%")) + 2 * shape.endswith("%")
