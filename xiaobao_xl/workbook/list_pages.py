"""Plain workbooks of lists: a first page of sentences, and one sheet for each list, streamed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, Row, lines_needed, put
from xiaobao_xl.workbook.paper_form import TOP, head

_WIDTH: Final = 24
_WIDE: Final = 86
_HIGHEST: Final = 400  # points; Excel allows no row above 409


@dataclass(frozen=True, slots=True)
class ListPage:
    """One list.

    Attributes:
        title: name of the sheet.
        hint: a line of help above the table.
        columns: heading → width.
        rows: values in the order of the columns.
        loud: values shown in red, such as 缺.
        good: values shown in green.
        asks: headings of columns to be filled by hand.
    """

    title: str
    hint: str
    columns: Mapping[str, float]
    rows: Sequence[Sequence[Any]]
    loud: Collection[str] = ()
    good: Collection[str] = ()
    asks: Collection[str] = field(default=())


def draw(title: str, hint: str, facts: Iterable[tuple[str, Any]], pages: Iterable[ListPage]) -> Drawing:
    """The workbook.

    Args:
        title: of the first page.
        hint: one line below it.
        facts: what the first page says, line by line; '' as the value makes a heading of the line.
        pages: the lists.
    """
    drawing = Drawing()
    _cover(drawing, title, hint, facts)
    for page in pages:
        _table(drawing, page)
    return drawing


def _cover(drawing: Drawing, title: str, hint: str, facts: Iterable[tuple[str, Any]]) -> None:
    sheet = drawing.sheet(title)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _WIDTH, _WIDE
    palette.print_landscape(sheet)
    put(sheet["A1"], title, font=palette.TITLE, alignment=palette.LEFT)
    put(sheet["A2"], hint, font=palette.FAINT, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    for row, (name, value) in enumerate(facts, start=4):
        if value == "":
            put(sheet[f"A{row}"], name, font=palette.HEADING, alignment=palette.LEFT)
            sheet.row_dimensions[row].height = 26
            continue
        put(sheet[f"A{row}"], name, font=palette.FAINT, alignment=palette.WRAPPED, border=palette.UNDERLINE)
        font = palette.STRONG if isinstance(value, int) else palette.TEXT
        put(sheet[f"B{row}"], "" if value is None else str(value), font=font, alignment=palette.WRAPPED,
            border=palette.UNDERLINE, fill=palette.fill(palette.ENTRY) if value is None else None)  # fmt: skip
        high = max(lines_needed(str(value or ""), _WIDE - 2), lines_needed(name, _WIDTH - 1))
        sheet.row_dimensions[row].height = min(15 * high + 5, _HIGHEST)


def _table(drawing: Drawing, page: ListPage) -> None:
    sheet = drawing.sheet(page.title)
    widths = list(page.columns.values())
    head(sheet, page.title, page.hint, list(page.columns), widths)
    if not page.rows:
        put(sheet[f"A{TOP}"], "没有。", font=palette.TEXT)
        return
    text = drawing.style(alignment=palette.WRAPPED, border=palette.UNDERLINE)
    short = drawing.style(alignment=palette.CENTRED, border=palette.UNDERLINE)
    number = drawing.style(number_format="#,##0", alignment=palette.CENTRED, border=palette.UNDERLINE)
    day = drawing.style(number_format=palette.DATE_FORMAT, alignment=palette.CENTRED, border=palette.UNDERLINE)
    entry = drawing.style(alignment=palette.WRAPPED, border=palette.UNDERLINE, fill=palette.ENTRY)
    red = drawing.style(font=palette.LEVEL_FONTS["error"], fill=palette.LEVEL_FILLS["error"], alignment=palette.CENTRED,
                        border=palette.UNDERLINE)  # fmt: skip
    green = drawing.style(font=palette.font(10, palette.GOOD_INK), alignment=palette.CENTRED, border=palette.UNDERLINE)

    def style(heading: str, value: Any) -> int:
        if heading in page.asks:
            return entry
        if isinstance(value, str):
            return red if value in page.loud else green if value in page.good else short if len(value) == 1 else text
        return day if isinstance(value, (date, datetime)) else number if isinstance(value, int) else text

    def streamed() -> Iterable[Row]:
        for values in page.rows:
            lines = max(
                lines_needed(v, w - 1) if isinstance(v, str) else 1 for v, w in zip(values, widths, strict=True)
            )
            cells = [(value, style(name, value)) for name, value in zip(page.columns, values, strict=True)]
            yield Row(cells, height=min(15 * lines + 5, _HIGHEST))

    drawing.stream(sheet, TOP, streamed())
    sheet.auto_filter.ref = f"A{TOP - 1}:{get_column_letter(len(widths))}{TOP + len(page.rows) - 1}"
