"""Charts: figures as native charts of a Word document; the numbers are the figures', also in the workbook inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm, Length

from xiaobao_xl.documents.chart_markup import Plot, Series, chart_xml
from xiaobao_xl.documents.facts import Facts, shortened
from xiaobao_xl.documents.phrases import Chart
from xiaobao_xl.periods import Period
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.chart_book import chart_book

WIDTH: Final = Cm(15.4)
_COLOURS: Final = (palette.ACCENT, palette.LEVEL_INKS["warning"], palette.GOOD_INK, palette.OURS)
_INLINE: Final = (
    '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="{number}" name="图表 {number}"/><wp:cNvGraphicFramePr/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="{relation}"/>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing>"
)


def draw_chart(document: Document, chart: Chart, facts: Facts, number: int) -> Any:
    """Add a chart to a document.

    Returns:
        The w:drawing element for a run.
    """
    plot = plot_of(chart, facts)
    package = document.part.package
    rows = [
        [name, *numbers] for name, *numbers in zip(plot.categories, *(one.values for one in plot.series), strict=True)
    ]
    book = chart_book(["", *(one.title for one in plot.series)], rows, ["General", *(one.shape for one in plot.series)])
    where = package.next_partname("/word/embeddings/chart_%d.xlsx")
    data = Part(where, CONTENT_TYPE.SML_SHEET, book, package)
    place: PackURI = package.next_partname("/word/charts/chart%d.xml")
    part = Part(place, CONTENT_TYPE.DML_CHART, b"", package)
    part._blob = chart_xml(plot, part.relate_to(data, RELATIONSHIP_TYPE.PACKAGE))  # noqa: SLF001  (the relation comes first)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    words = _described(plot)
    element = parse_xml(_INLINE.format(width=WIDTH, height=_height(plot), number=1000 + number, relation=relation))
    next(child for child in element.iter() if str(child.tag).endswith("}docPr")).set("descr", words)
    return element


def plot_of(chart: Chart, facts: Facts) -> Plot:
    """What a chart shows."""
    if chart.kind == "走势图":
        return _trend(chart.figures, facts)
    ranked = facts.counted(chart.figures[0])
    titles = shortened([facts.figures.member_titles(value.figure, value.member)[-1] for value in ranked])
    counts = [float(value.value or 0) for value in ranked]
    bars = Series(f"{facts.figures.spec(chart.figures[0]).unit}数", _whole(counts), palette.ACCENT)
    if chart.kind == "条形图":
        return Plot(titles, [bars], lies=True)
    total = sum(counts)
    rising = Series(
        "累计占比", [one / total for one in _running(counts)], palette.LEVEL_INKS["error"], "0.0%", is_line=True
    )
    return Plot(titles, [bars, rising], top=total, slanted=True)


def _trend(figures: Sequence[str], facts: Facts) -> Plot:
    months = list(facts.months[figures[0]])
    lines = [
        Series(
            facts.figures.spec(figure).title,
            _whole([float(facts.months[figure][month].value or 0) for month in months]),
            _COLOURS[place % len(_COLOURS)],
            is_line=True,
        )
        for place, figure in enumerate(figures)
    ]
    return Plot([_month(month, place == 0) for place, month in enumerate(months)], lines)


def _month(month: Period, is_first: bool) -> str:  # noqa: FBT001  (private)
    return (
        f"{month.start.year}年{month.start.month}月" if is_first or month.start.month == 1 else f"{month.start.month}月"
    )


def _running(numbers: Sequence[float]) -> Iterator[float]:
    total = 0.0
    for number in numbers:
        total += number
        yield total


def _whole(numbers: Sequence[float]) -> list[float]:
    return [int(number) if number.is_integer() else number for number in numbers]


def _height(plot: Plot) -> Length:
    if plot.lies:
        return Cm(min(1.0 + 0.58 * len(plot.categories), 16))
    return Cm(9.0 if plot.slanted else 6.4)


def _described(plot: Plot) -> str:
    """The chart in words, for readers who do not see it."""
    first = plot.series[0]
    pairs = zip(plot.categories, first.values, strict=True)
    return f"{first.title}：{'、'.join(f'{name} {value:g}' for name, value in pairs)}"[:250]
