"""The copy of what cannot be edited in place: the register's values drawn anew in our own workbook, with marks.

The user's file is read and never written. Values, merged headings, hidden rows and sheets come along; formulas,
shapes, charts, notes and the looks of the original do not, and the sheet 说明 of the copy says so. Cell addresses are
those of the original, so every finding points to the same cell in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils import column_index_from_string, get_column_letter

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding, Level
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook import limits, marking, palette
from xiaobao_xl.workbook.drawing import (
    LONGEST_TEXT,
    Drawing,
    Row,
    Styled,
    lines_needed,
    put,
    refuse_existing,
    text_width,
)
from xiaobao_xl.workbook.grids import Book, Grid, Merge
from xiaobao_xl.workbook.marking import Marks

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ABOUT: Final = "说明"
MOST_CELLS_BESIDE: Final = 2_000_000  # sheets beside the registers come along up to this size
_SAMPLE: Final = 300
_NUMBER_LIKE: Final = frozenset("0123456789０１２３４５６７８９+-.=")
_LONG_NUMBER: Final = 1e11  # Excel prints such numbers as 1.1E+17 unless told otherwise


@dataclass(frozen=True, kw_only=True)
class ExtraColumn:
    """A column added to the right of a register.

    Attributes:
        title: heading.
        values: Excel row → value.
        number_format: Excel number format.
        fills: Excel row → colour (RGB), for cells that should stand out.
        width: column width; 0 fits the values.
        wraps: long text is wrapped.
    """

    title: str
    values: Mapping[int, Any]
    number_format: str = "General"
    fills: Mapping[int, str] = field(default_factory=dict)
    width: float = 0
    wraps: bool = False


def draw_copy(
    book: Book,
    registers: Sequence[Register],
    out: Path,
    *,
    findings: Iterable[Finding] = (),
    columns: Mapping[str, Sequence[ExtraColumn]] | None = None,
    front: Sequence[Callable[[Drawing], None]] = (),
    overwrite: bool = False,
    about: Sequence[str] | None = None,
) -> list[str]:
    """Write the copy.

    Args:
        book: the opened file.
        registers: registers read from it; their sheets get styled heads, filters and marks.
        out: target, `.xlsx`.
        findings: what to mark.
        columns: sheet name → columns to add.
        front: draw further sheets, put before the others (`findings_sheet.draw`, `board.draw`).
        overwrite: replace an existing file.
        about: how the sheet 说明 begins; None says what a marked copy is.

    Returns:
        The sentences of the sheet 说明.

    Raises:
        WorkbookError: the target exists, is the original, is no `.xlsx`, or cannot be written.
    """
    _refuse(book, out, overwrite=overwrite)
    drawing = Drawing()
    for draw in front:
        draw(drawing)
    ours = {ABOUT, *drawing.workbook.sheetnames}
    by_sheet = {register.origin.sheet: register for register in registers}
    marks = marking.places(findings, by_sheet)
    lines = remarks(book) if about is None else [*about]
    for name in book.names:
        if name in by_sheet:
            grid = book.load(name)
            lines += [*_stray(grid), *_too_long(book, grid)]
            lines += too_many_notes(name, marks[name])
            _draw_register(drawing, grid, by_sheet[name], marks[name], (columns or {}).get(name, ()))
        elif name in ours or not _draw_beside(drawing, book, name):
            lines.append(f"工作表“{name}”{'由本工具重新生成' if name in ours else '过大'}，原表没有放入副本。")
    draw_about(drawing, lines)
    drawing.save(out, overwrite=overwrite)
    return lines


def remarks(book: Book) -> list[str]:
    """What a copy of this file is and what it lacks, one sentence each.

    >>> remarks(Book(Path("台账.xlsx"), "xlsx", [], lambda name: Grid(name, lambda: iter(()))))[0]
    '本文件是 台账.xlsx 的副本，由原表的数值重新绘制；原文件未改动。'
    """
    return [
        f"本文件是 {book.path.name} 的副本，由原表的数值重新绘制；原文件未改动。",
        "公式只留结果；图形、图表、图片、原有批注、条件格式、下拉列表、打印设置和原有配色不在副本中。",
        "单元格地址、合并单元格、已知的隐藏行列和隐藏工作表与原表一致。",
        f"{palette.level_legend()}；着色单元格的批注写明问题与改法，整行的问题标在编号格上。",
        *book.notes,
    ]


def _refuse(book: Book, out: Path, *, overwrite: bool) -> None:
    if out.suffix.lower() != ".xlsx":
        raise WorkbookError(f"{out}：副本只能存为 .xlsx；请把文件名改成 {out.stem}.xlsx")
    if out.exists() and book.path.exists() and out.samefile(book.path):
        raise WorkbookError(f"{out}：这是原文件，不能覆盖；请换一个文件名")
    refuse_existing(out, overwrite=overwrite)


def _stray(grid: Grid) -> list[str]:
    if not grid.scan.stray_count:
        return []
    return [
        f"工作表“{grid.name}”远处有 {grid.scan.stray_count} 个零散单元格（如 {'、'.join(grid.scan.stray)}），没有放入副本。"
    ]


def _too_long(book: Book, grid: Grid) -> list[str]:
    """Texts that no cell of a workbook can hold; only files of plain text have them."""
    if book.kind in {"xlsx", "xls", "xlsb", "ods"}:
        return []
    found = [
        f"{get_column_letter(column)}{row}"
        for row, values in enumerate(grid.rows(), start=1)
        for column, value in enumerate(values, start=1)
        if isinstance(value, str) and len(value) > LONGEST_TEXT
    ]
    if not found:
        return []
    return [
        f"有 {len(found)} 格文字超过 Excel 单元格的 {LONGEST_TEXT:,} 字上限（如 {found[0]}），副本中只有前面的部分；全文见原文件。"
    ]


def _draw_register(
    drawing: Drawing,
    grid: Grid,
    register: Register,
    marks: Marks,
    extra: Sequence[ExtraColumn],
) -> None:
    sheet, marks = drawing.sheet(grid.name), marking.anchored(marks, merges(grid))
    rows = grid.rows()
    sample = list(islice(rows, max(_SAMPLE, register.origin.header_rows[1] + 1)))
    first, last = register.origin.header_rows
    width = used_width(grid, register, sample)
    bottom = max([last, *register.origin.rows[-1:].tolist()])
    _set_up(sheet, grid, sample, width, first)
    for number, column in enumerate(extra, start=width + 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width or fitted_width(column)
        if first < last:
            sheet.merged_cells.add(f"{letter}{first}:{letter}{last}")
    key = column_index_from_string(register.origin.letters.get(register.schema.key, "A"))
    sheet.freeze_panes = f"{get_column_letter(key + 1 if key <= 3 else 1)}{last + 1}"
    sheet.auto_filter.ref = f"A{last}:{get_column_letter(width + len(extra))}{bottom}"
    palette.print_landscape(sheet, title_rows=f"{first}:{last}")
    marking.note(sheet, marks)
    drawing.stream(sheet, 1, _register_rows(drawing, grid, chain(sample, rows), (first, last, width), marks, extra))


def fitted_width(column: ExtraColumn) -> float:
    """A width that shows a column's title and its first values."""
    values = [text_width(str(value)) for value in islice(column.values.values(), _SAMPLE)]
    return min(max(*values, text_width(column.title), 8) + 2, 40)


def too_many_notes(sheet: str, marks: Marks) -> list[str]:
    """A sentence where only some of the coloured cells have a note."""
    if len(marks) <= marking.MOST_NOTES:
        return []
    return [
        f"工作表“{sheet}”有 {len(marks)} 个着色单元格，只有 {marking.MOST_NOTES} 个（先错误后提示）带批注；其余见逐条清单。"
    ]


def used_width(grid: Grid, register: Register, sample: Sequence[Sequence[Any]] | None = None) -> int:
    """Columns in use, so that columns we add stand right of every value; formatted empty columns do not count.

    Args:
        grid: the sheet.
        register: what was read from it.
        sample: its first rows, if they have been read.
    """
    sample = list(islice(grid.rows(), _SAMPLE)) if sample is None else sample
    used = max([0, *map(column_index_from_string, register.origin.letters.values()), *map(_last_filled, sample)])
    if grid.scan.width == 0 or max(map(len, sample), default=0) > used:
        used = max([used, *map(_last_filled, grid.rows())])
    top = register.origin.header_rows[0] - 1
    return max([used, *(right + 1 for (_, _), (low, right) in merges(grid) if low >= top)])


def merges(grid: Grid) -> list[Merge]:
    """Merged ranges that join cells; a title merged across the whole sheet is left as it is."""
    joined = (merge for merge in grid.merges if merge[0] != merge[1])
    return [merge for merge in joined if merge[1][1] < limits.MAX_COLUMNS]


def _last_filled(row: Sequence[Any]) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1] not in {"", None}), 0)


def _set_up(sheet: Worksheet, grid: Grid, sample: Sequence[Sequence[Any]], width: int, first: int) -> None:
    """Column widths from the first rows, hidden columns, merged ranges."""
    for number in range(width):
        texts = [_printed(row[number]) for row in sample[first - 1 :] if number < len(row)]
        fitted = max([text_width(text[:80]) for text in texts] or [0])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(max(fitted + 3, 9), 42)
    for start, end in grid.scan.hidden_columns:
        for number in range(start, min(end, width - 1) + 1):
            sheet.column_dimensions[get_column_letter(number + 1)].hidden = True
    for (top, left), (low, right) in merges(grid):
        sheet.merged_cells.add(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{low + 1}")


def _printed(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    return str(value)[:16] if isinstance(value, date) else str(value or "")


def _register_rows(
    drawing: Drawing,
    grid: Grid,
    rows: Iterable[Sequence[Any]],
    shape: tuple[int, int, int],
    marks: Marks,
    extra: Sequence[ExtraColumn],
) -> Iterator[Row]:
    first, last, width = shape
    dressed = _Styles(drawing)
    title = drawing.style(font=palette.HEADING, alignment=palette.LEFT)
    head, our_head = (
        drawing.style(font=palette.HEAD, fill=fill, alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)
        for fill in (palette.ACCENT, palette.OURS)
    )
    added = [_extra_styles(drawing, column) for column in extra]
    levels, wrong, hidden = marking.levels(marks), _errors(grid), set(grid.scan.hidden_rows)

    def draw(number: int, values: Sequence[Any], errors: Mapping[int, str]) -> Row:
        is_hidden, values = number - 1 in hidden, values[:width]
        if first <= number <= last:
            cells = [(value, head) for value in _padded(values, width)]
            cells += [(column.title if number == first else None, our_head) for column in extra]
            return Row(cells, height=32 if number == last else 22, hidden=is_hidden)
        if errors:
            values = [errors.get(place, value) for place, value in enumerate(_padded(values, width))]
        cells = [(value, title) for value in values] if number < first else dressed.row(values)
        for place, level in levels.get(number, {}).items():
            cells.extend([(None, 0)] * (place + 1 - len(cells)))
            cells[place] = dressed.marked(cells[place], level)
        if extra and number > last:
            cells.extend([(None, 0)] * (width - len(cells)))
            cells += [
                (column.values.get(number), filled.get(column.fills.get(number, ""), plain))
                for column, (plain, filled) in zip(extra, added, strict=True)
            ]
        return Row(cells, hidden=is_hidden)

    return (draw(number, values, wrong.get(number, {})) for number, values in enumerate(rows, start=1))


def _errors(grid: Grid) -> dict[int, dict[int, str]]:
    """Row number → place → error value of a formula."""
    wrong: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), error in grid.scan.errors.items():
        wrong[row + 1][column] = error
    return wrong


def _padded(values: Sequence[Any], width: int) -> list[Any]:
    return [*values, *[None] * (width - len(values))]


def _extra_styles(drawing: Drawing, column: ExtraColumn) -> tuple[int, dict[str, int]]:
    alignment = palette.WRAPPED if column.wraps else palette.LEFT
    colours = sorted(set(column.fills.values()))
    plain, *filled = [
        drawing.style(fill=colour, number_format=column.number_format, alignment=alignment) for colour in ("", *colours)
    ]
    return plain, dict(zip(colours, filled, strict=True))


class _Styles:
    """The styles of values by their type, plain and marked; all made before the first row is written."""

    def __init__(self, drawing: Drawing) -> None:
        formats = (
            "General",
            palette.TEXT_FORMAT,
            palette.DATE_FORMAT,
            palette.MOMENT_FORMAT,
            "0",
            "hh:mm:ss",
            "[h]:mm:ss",
        )
        placed = [palette.MIDDLE if name[0] in "yh[" else None for name in formats]
        self.plain = [
            drawing.style(number_format=name, alignment=place) for name, place in zip(formats, placed, strict=True)
        ]
        self._marked: dict[tuple[int, Level], int] = {
            (style, level): drawing.style(fill=colour, number_format=name, alignment=place)
            for style, name, place in zip(self.plain, formats, placed, strict=True)
            for level, colour in palette.LEVEL_FILLS.items()
        }

    def row(self, values: Sequence[Any]) -> list[Styled]:
        """Values with the style of their type: text that looks like a number stays text, dates are printed as dates."""
        _, text, *_ = plain = self.plain
        return [
            ((value, text if value[:1] in _NUMBER_LIKE else 0) if type(value) is str else (value, plain[_kind(value)]))
            for value in values
        ]

    def marked(self, cell: Styled, level: Level) -> Styled:
        """The same cell in the colour of a level."""
        return cell[0], self._marked[cell[1], level] if (cell[1], level) in self._marked else self._marked[0, level]


def _kind(value: Any) -> int:
    """Place of a value's format among those of `_Styles`."""
    if isinstance(value, (int, float)):
        return 4 if abs(value) >= _LONG_NUMBER and value % 1 == 0 else 0
    if isinstance(value, datetime):
        return 3 if value.time() != time() else 2
    if isinstance(value, date):
        return 2
    return 5 if isinstance(value, time) else 6 if isinstance(value, timedelta) else 0


def _draw_beside(drawing: Drawing, book: Book, name: str) -> bool:
    """Copy the values of a sheet that holds no register; False where it is too large."""
    grid = book.load(name)
    rows, cells = [], 0
    for row in grid.rows():
        cells += len(row)
        if cells > MOST_CELLS_BESIDE:
            return False
        rows.append(row)
    sheet = drawing.sheet(name)
    sheet.sheet_state = "hidden" if name in book.hidden else "visible"
    _set_up(sheet, grid, rows[:_SAMPLE], max([len(row) for row in rows] or [0]), 1)
    dressed, hidden = _Styles(drawing), set(grid.scan.hidden_rows)
    drawing.stream(sheet, 1, (Row(dressed.row(row), hidden=number in hidden) for number, row in enumerate(rows)))
    return True


def draw_about(drawing: Drawing, lines: Sequence[str]) -> None:
    """The sheet 说明: one sentence a row."""
    sheet = drawing.sheet(ABOUT)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 110
    put(sheet["A1"], ABOUT, font=palette.TITLE, alignment=palette.LEFT)
    for number, line in enumerate(lines, start=3):
        put(sheet[f"A{number}"], line, font=palette.TEXT, alignment=palette.WRAPPED)
        sheet.row_dimensions[number].height = 16 * lines_needed(line, 108) + 4
    palette.print_landscape(sheet)
