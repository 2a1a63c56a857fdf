"""The picture of a bridge: balances as columns, each step hanging between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties

from xiaobao_xl.filings.bridges import BridgeStep
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADINGS: Final = ("图表数据", "垫底", "余额", "增加", "减少")
_FIRST_COLUMN: Final = 9
_FILLS: Final = (None, palette.OURS, palette.GOOD_FILL, palette.LEVEL_FILLS["error"])
_LINES: Final = (None, palette.OURS, palette.GOOD_INK, palette.LEVEL_INKS["error"])
_HEIGHT: Final = 18  # rows under the picture


class Bar(NamedTuple):
    """One column of the picture: an unseen base, and one of the other three on it."""

    title: str
    base: int
    balance: int | None
    added: int | None
    taken: int | None


def bars(steps: Sequence[BridgeStep]) -> list[Bar]:
    """Columns of the steps in order; steps without a complaint are left out.

    >>> from xiaobao_xl.filings.bridges import BridgeStep
    >>> [bar[1:] for bar in bars([BridgeStep("上期", "=", 5), BridgeStep("漏转", "-", 2), BridgeStep("期初", "=", 3)])]
    [(0, 5, None, None), (3, None, None, 2), (0, 3, None, None)]
    """
    found, running = [], 0
    for step in steps:
        if step.sign == "=":
            running = step.count
            found.append(Bar(_short(step), 0, running, None, None))
        elif step.count:
            before, running = running, running + (step.count if step.sign == "+" else -step.count)
            title = f"{'＋' if step.sign == '+' else '－'}{_short(step)}"
            added, taken = (step.count, None) if step.sign == "+" else (None, step.count)
            found.append(Bar(title, min(before, running), None, added, taken))
    return found


def _short(step: BridgeStep) -> str:
    """The title without what stands in brackets."""
    return step.title.partition("（")[0]


def draw_bridge(sheet: Worksheet, row: int, steps: Sequence[BridgeStep], heading_row: int) -> None:
    """Add the picture below the steps, its numbers beside them.

    Args:
        sheet: the sheet of the steps.
        row: where the picture begins.
        steps: the steps.
        heading_row: row of the headings; the numbers stand below it.
    """
    told = bars(steps)
    for place, heading in enumerate(_HEADINGS):
        put(sheet.cell(heading_row, _FIRST_COLUMN + place), heading, font=palette.FAINT)
    for number, bar in enumerate(told, start=heading_row + 1):
        for place, value in enumerate(bar):
            put(sheet.cell(number, _FIRST_COLUMN + place), value, font=palette.FAINT)
    last = heading_row + len(told)
    chart = BarChart()
    chart.grouping, chart.overlap, chart.gapWidth = "stacked", 100, 45
    chart.add_data(
        Reference(sheet, min_col=_FIRST_COLUMN + 1, max_col=_FIRST_COLUMN + 4, min_row=heading_row, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=_FIRST_COLUMN, min_row=heading_row + 1, max_row=last))
    chart.legend, chart.width, chart.height = None, 27, 8.5
    chart.x_axis.delete, chart.y_axis.delete = False, True
    chart.y_axis.majorGridlines, chart.y_axis.scaling.min = None, 0
    for series, fill, line in zip(chart.series, _FILLS, _LINES, strict=True):
        if fill is None:
            series.graphicalProperties = GraphicalProperties(noFill=True)
            series.graphicalProperties.line.noFill = True
        else:
            series.graphicalProperties = GraphicalProperties(solidFill=fill)
            series.graphicalProperties.line.solidFill = line
            series.dLbls = DataLabelList(
                showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
            )
    sheet.add_chart(chart, f"A{row}")
    sheet.print_area = f"A1:G{row + _HEIGHT}"
