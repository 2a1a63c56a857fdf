"""Native charts of the analysis workbook, in the one palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties

from xiaobao_xl.workbook import palette

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

INKS: Final = (palette.ACCENT, "C9803A", "7A9E87")
_MANY: Final = 12  # categories above which data labels would run into each other


def lines(sheet: Worksheet, place: str, head: int, columns: tuple[int, int], rows: tuple[int, int], title: str) -> None:
    """A line per column over the categories in column A."""
    chart = LineChart()
    chart.add_data(
        Reference(sheet, min_col=columns[0], max_col=columns[1], min_row=head, max_row=rows[1]), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=rows[0], max_row=rows[1]))
    for series, ink in zip(chart.series, INKS, strict=False):
        series.graphicalProperties.line.solidFill = ink
        series.graphicalProperties.line.width = 28_000
        series.smooth = False
        series.marker.symbol, series.marker.size = "circle", 5
        series.marker.graphicalProperties = GraphicalProperties(solidFill=ink)
        series.marker.graphicalProperties.line.solidFill = ink
    _dress(chart, title, 28, 12)
    chart.legend = Legend(legendPos="b")
    sheet.add_chart(chart, place)


def bars(
    sheet: Worksheet, place: str, column: int, rows: tuple[int, int], title: str, *, names: int = 1, is_lying: bool = False,
    size: tuple[float, float] = (20, 9),
) -> None:  # fmt: skip
    """One bar per row of a column; `names` is the column of their names."""
    chart = BarChart()
    chart.type = "bar" if is_lying else "col"
    chart.add_data(Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[1]))
    chart.set_categories(Reference(sheet, min_col=names, min_row=rows[0], max_row=rows[1]))
    chart.legend, chart.gapWidth = None, 60
    series = chart.series[0]
    series.graphicalProperties.solidFill = palette.ACCENT
    series.graphicalProperties.line.noFill = True
    _label(series)
    if is_lying:
        chart.x_axis.scaling.orientation = "maxMin"
    _dress(chart, title, *size)
    chart.y_axis.delete, chart.y_axis.majorGridlines = True, None
    sheet.add_chart(chart, place)


def pareto(sheet: Worksheet, place: str, head: int, rows: tuple[int, int], title: str) -> None:
    """Counts in column B as bars, cumulative shares in column D as a line on its own axis; column E names them."""
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=head, max_row=rows[1]), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=5, min_row=rows[0], max_row=rows[1]))
    chart.series[0].graphicalProperties.solidFill = palette.ACCENT
    chart.gapWidth = 40
    if rows[1] - rows[0] < _MANY:
        _label(chart.series[0])
    line = LineChart()
    line.add_data(Reference(sheet, min_col=4, min_row=head, max_row=rows[1]), titles_from_data=True)
    series = line.series[0]
    series.graphicalProperties.line.solidFill = INKS[1]
    series.graphicalProperties.line.width, series.smooth = 25_000, False
    series.marker.symbol, series.marker.size = "circle", 5
    series.marker.graphicalProperties = GraphicalProperties(solidFill=INKS[1])
    line.y_axis.axId, line.y_axis.crosses = 200, "max"
    line.y_axis.scaling.min, line.y_axis.scaling.max = 0, 1
    line.y_axis.number_format, line.y_axis.majorGridlines, line.y_axis.delete = "0%", None, False
    _dress(chart, title, 24, 14)
    chart.legend = Legend(legendPos="b")
    chart += line
    sheet.add_chart(chart, place)


def _label(series: object) -> None:
    vars(series)["dLbls"] = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
    )


def _dress(chart: Any, title: str, width: float, height: float) -> None:
    """Title, size, quiet axes."""
    chart.title, chart.width, chart.height = title, width, height
    chart.title.overlay = False
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min = 0
    chart.y_axis.number_format = "0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties()
    chart.y_axis.majorGridlines.spPr.line.solidFill = palette.LINE
    chart.x_axis.graphicalProperties = GraphicalProperties()
    chart.x_axis.graphicalProperties.line.solidFill = palette.LINE
    chart.y_axis.graphicalProperties = GraphicalProperties()
    chart.y_axis.graphicalProperties.line.noFill = True
    chart.graphical_properties = GraphicalProperties(noFill=True)
    chart.graphical_properties.line.noFill = True
