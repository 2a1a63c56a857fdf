"""DrawingML of charts: bars, lines, and bars with a line on a second axis, with the values kept inside.

The order of elements is that of the schema (CT_PlotArea, CT_BarSer …), on which Word insists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.chart_book import SHEET

_NAMESPACES: Final = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_NO_LINE: Final = "<a:ln><a:noFill/></a:ln>"


@dataclass(frozen=True)
class Series:
    """One series.

    Attributes:
        title: its name.
        values: a number for each category.
        colour: RGB.
        shape: number format.
        is_line: a line rather than bars.
    """

    title: str
    values: Sequence[float]
    colour: str
    shape: str = "#,##0"
    is_line: bool = False


@dataclass(frozen=True)
class Plot:
    """A chart.

    Attributes:
        categories: names along the axis.
        series: bars first; where there are both, lines stand on the second axis from 0 to 100 %.
        lies: bars lie, the first on top.
        top: end of the first axis of numbers; 0 lets the program choose.
        slanted: names along the axis stand slanted.
    """

    categories: Sequence[str]
    series: Sequence[Series]
    lies: bool = False
    top: float = 0
    slanted: bool = False


def chart_xml(plot: Plot, relation: str) -> bytes:
    """The part of a chart; `relation` leads to its workbook."""
    bars = [(place, one) for place, one in enumerate(plot.series) if not one.is_line]
    lines = [(place, one) for place, one in enumerate(plot.series) if one.is_line]
    both = bool(bars and lines)
    drawn = (_bars(plot, bars) if bars else "") + (_lines(plot, lines, second=both) if lines else "")
    axes = _category_axis(plot, 1, 2) + _value_axis(plot, 2, 1, hidden=plot.lies)
    if both:
        axes += _value_axis(plot, 4, 3, hidden=False, second=True) + _category_axis(plot, 3, 4, hidden=True)
    legend = (
        "" if len(plot.series) == 1 else f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_words(900)}</c:legend>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMESPACES}>'
        '<c:date1904 val="0"/><c:lang val="zh-CN"/><c:roundedCorners val="0"/>'
        f'<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>{drawn}{axes}'
        f"<c:spPr><a:noFill/>{_NO_LINE}</c:spPr></c:plotArea>{legend}"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/>{_NO_LINE}</c:spPr>{_words(900)}"
        f'<c:externalData r:id="{relation}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _bars(plot: Plot, series: Sequence[tuple[int, Series]]) -> str:
    inside = "".join(
        f'<c:ser>{_head(place, one)}<c:spPr>{_fill(one.colour)}</c:spPr><c:invertIfNegative val="0"/>'
        f"{_labels(one, 'outEnd')}{_data(plot, place, one)}</c:ser>"
        for place, one in series
    )
    return (
        f'<c:barChart><c:barDir val="{"bar" if plot.lies else "col"}"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{inside}<c:gapWidth val="{45 if plot.lies else 35}"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    )


def _lines(plot: Plot, series: Sequence[tuple[int, Series]], *, second: bool) -> str:
    inside = "".join(
        f'<c:ser>{_head(place, one)}<c:spPr><a:ln w="22225" cap="rnd">{_fill(one.colour)}<a:round/></a:ln></c:spPr>'
        f'<c:marker><c:symbol val="circle"/><c:size val="5"/><c:spPr>{_fill(one.colour)}{_NO_LINE}</c:spPr></c:marker>'
        f"{_labels(one, 't', () if second else _below(series, place), without_first=second)}{_data(plot, place, one)}"
        '<c:smooth val="0"/></c:ser>'
        for place, one in series
    )
    first, other = (3, 4) if second else (1, 2)
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{inside}<c:marker val="1"/>'
        f'<c:axId val="{first}"/><c:axId val="{other}"/></c:lineChart>'
    )


def _head(place: int, one: Series) -> str:
    column = chr(ord("B") + place)
    return (
        f'<c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(one.title)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )


def _data(plot: Plot, place: int, one: Series) -> str:
    column, last, count = chr(ord("B") + place), len(plot.categories) + 1, f'<c:ptCount val="{len(plot.categories)}"/>'
    names = "".join(f'<c:pt idx="{n}"><c:v>{escape(name)}</c:v></c:pt>' for n, name in enumerate(plot.categories))
    numbers = "".join(f'<c:pt idx="{n}"><c:v>{value!r}</c:v></c:pt>' for n, value in enumerate(one.values))
    return (
        f"<c:cat><c:strRef><c:f>{SHEET}!$A$2:$A${last}</c:f><c:strCache>{count}{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${last}</c:f>"
        f"<c:numCache><c:formatCode>{one.shape}</c:formatCode>{count}{numbers}</c:numCache></c:numRef></c:val>"
    )


def _below(series: Sequence[tuple[int, Series]], place: int) -> tuple[int, ...]:
    """Points of a line that lie under those of another: their labels stand below, so that none covers another."""
    own = next(one.values for number, one in series if number == place)
    others = [(number, one.values) for number, one in series if number != place]
    return tuple(
        point
        for point, value in enumerate(own)
        if any((value, -place) < (values[point], -number) for number, values in others)
    )


def _labels(one: Series, place: str, below: Sequence[int] = (), *, without_first: bool = False) -> str:
    first = '<c:dLbl><c:idx val="0"/><c:delete val="1"/></c:dLbl>' if without_first else ""
    under = "".join(f'<c:dLbl><c:idx val="{point}"/>{_label(one, "b")}</c:dLbl>' for point in below)
    return f"<c:dLbls>{first}{under}{_label(one, place)}</c:dLbls>"


def _label(one: Series, place: str) -> str:
    shape = "0%" if "%" in one.shape else one.shape
    return (
        f'<c:numFmt formatCode="{shape}" sourceLinked="0"/><c:spPr><a:noFill/>{_NO_LINE}</c:spPr>'
        f'{_words(850, one.colour if one.is_line else palette.INK)}<c:dLblPos val="{place}"/><c:showLegendKey val="0"/>'
        '<c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/>'
    )


def _category_axis(plot: Plot, number: int, crossed: int, *, hidden: bool = False) -> str:
    order, place = ("maxMin", "l") if plot.lies else ("minMax", "b")
    turned = ' rot="-2700000" vert="horz"' if plot.slanted else ""
    return (
        f'<c:catAx><c:axId val="{number}"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="{int(hidden)}"/>'
        f'<c:axPos val="{place}"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr><a:ln w="9525">{_fill(palette.LINE)}</a:ln></c:spPr>'
        f'{_words(900, turned=turned)}<c:crossAx val="{crossed}"/><c:crosses val="autoZero"/><c:auto val="0"/>'
        '<c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def _value_axis(plot: Plot, number: int, crossed: int, *, hidden: bool, second: bool = False) -> str:
    top = 1.0 if second else plot.top
    end = f'<c:max val="{top!r}"/>' if top else ""
    place = "r" if second else "t" if plot.lies else "l"
    grid = (
        ""
        if second or plot.lies
        else f'<c:majorGridlines><c:spPr><a:ln w="6350">{_fill(palette.PALE)}</a:ln></c:spPr></c:majorGridlines>'
    )
    shape, step = ("0%", '<c:majorUnit val="0.2"/>') if second else ("#,##0", "")
    return (
        f'<c:valAx><c:axId val="{number}"/><c:scaling><c:orientation val="minMax"/>{end}<c:min val="0"/></c:scaling>'
        f'<c:delete val="{int(hidden)}"/><c:axPos val="{place}"/>{grid}<c:numFmt formatCode="{shape}" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr>{_NO_LINE}</c:spPr>'
        f'{_words(850, palette.MUTED)}<c:crossAx val="{crossed}"/><c:crosses val="{"max" if second else "autoZero"}"/>'
        f'<c:crossBetween val="between"/>{step}</c:valAx>'
    )


def _fill(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def _words(size: int, colour: str = palette.INK, *, turned: str = "") -> str:
    fonts = f'<a:latin typeface="{palette.FONT}"/><a:ea typeface="{palette.FONT}"/>'
    return (
        f'<c:txPr><a:bodyPr{turned}/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}" b="0">{_fill(colour)}{fonts}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
