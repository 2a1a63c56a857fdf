"""The register into which others were gathered: all rows under our headings, where each comes from, and the receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.registers import Schema
from xiaobao_xl.workbook import blank, palette
from xiaobao_xl.workbook.drawing import Drawing, Row, Styled, lines_needed, put, refuse_existing, text_width
from xiaobao_xl.workbook.gathered_rows import FILE, ROW, Part

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

RECEIPT, TWICE, UNUSED = "汇总回执", "重复编号", "没有用的行"
_SAMPLE: Final = 200
_CAME_ALONG: Final = ("未登记的列（没有读）", "没有表头的列里有零散内容")
_Twice = tuple[str, Sequence[tuple[str, int]], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Book:
    """What is written.

    Attributes:
        schema: schema of the register.
        parts: the rows, sheet by sheet.
        failed: file → why it was not read.
        twice: key, places (file, row), columns that differ.
        lines: sentences above the receipt.
    """

    schema: Schema
    parts: Sequence[Part]
    failed: Mapping[str, str] = field(default_factory=dict)
    twice: Sequence[_Twice] = ()
    lines: Sequence[str] = ()


def write(book: Book, out: Path, *, overwrite: bool = False) -> None:
    """Write the workbook.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    drawing = Drawing()
    _draw_register(drawing, book)
    _draw_receipt(drawing, book)
    _draw_list(
        drawing, TWICE, ("编号", "次数", "出现在", "内容不同的列"), (24, 8, 70, 50),
        map(_twice, book.twice),
    )  # fmt: skip
    _draw_list(
        drawing, UNUSED, ("来自哪个文件", "行号", "为何没用", "原文"), (34, 8, 40, 90),
        ((part.file, row, reason, words) for part in book.parts for row, reason, words in part.skipped),
    )  # fmt: skip
    drawing.save(out, overwrite=overwrite)


def _twice(found: _Twice) -> tuple[str, int, str, str]:
    key, places, differing = found
    where = "；".join(f"{file} 第 {row} 行" for file, row in places)
    return key, len(places), where, "、".join(differing) or "内容相同"


def _draw_register(drawing: Drawing, book: Book) -> None:
    sheet = drawing.sheet(book.schema.title)
    ours = [name for name in book.schema.columns if any(name in part.columns for part in book.parts)]
    extra = list(dict.fromkeys(heading for part in book.parts for heading in part.extra))
    heads = [(book.schema.columns[name].title, palette.ACCENT) for name in ours]
    heads += [(FILE, palette.OURS), (ROW, palette.OURS), *((heading, palette.MUTED) for heading in extra)]
    for number, (title, colour) in enumerate(heads, start=1):
        put(sheet.cell(1, number), title, font=palette.HEAD, fill=palette.fill(colour),
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
    rows = sum(len(part.rows) for part in book.parts)
    for number, texts in enumerate(_samples(book, ours, extra), start=1):
        widest = max([text_width(shown(cell)[:60]) for cell in texts] or [0])
        size = sheet.column_dimensions[get_column_letter(number)]
        size.width = min(max(widest, text_width(heads[number - 1][0]), 9) + 3, 42)
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{rows + 1}"
    palette.print_landscape(sheet, title_rows="1:1")
    drawing.stream(sheet, 2, _rows(drawing, book, ours, extra))


def _samples(book: Book, ours: Sequence[str], extra: Sequence[str]) -> Iterator[list[Cell]]:
    """A few cells of each column, to find its width."""
    for name in ours:
        yield list(islice((cell for part in book.parts for cell in part.columns.get(name, ())), _SAMPLE))
    yield [part.file for part in book.parts]
    yield []
    for heading in extra:
        yield list(islice((cell for part in book.parts for cell in part.extra.get(heading, ())), _SAMPLE))


def _rows(drawing: Drawing, book: Book, ours: Sequence[str], extra: Sequence[str]) -> Iterator[Row]:
    formats = [blank.FORMATS.get(book.schema.columns[name].type, "General") for name in ours]
    styles = [
        drawing.style(number_format=code, alignment=palette.MIDDLE if code[0] == "y" else None) for code in formats
    ]
    is_day = [book.schema.columns[name].type in {"date", "moment"} for name in ours]
    plain, faint = drawing.style(), drawing.style(font=palette.FAINT)
    day, whole = drawing.style(number_format=palette.DATE_FORMAT), drawing.style(number_format="0")

    def ours_of(part: Part, position: int) -> Iterator[Styled]:
        for name, style, dated in zip(ours, styles, is_day, strict=True):
            cell = part.columns[name][position] if name in part.columns else None
            is_number = isinstance(cell, (int, float))
            yield cell, whole if dated and is_number else style

    def extra_of(part: Part, position: int) -> Iterator[Styled]:
        for heading in extra:
            cell = part.extra[heading][position] if heading in part.extra else None
            yield cell, day if hasattr(cell, "year") else plain

    sheets = Counter(part.file for part in book.parts)
    places = [part.file if sheets[part.file] == 1 else f"{part.file}“{part.sheet}”" for part in book.parts]
    return (
        Row([*ours_of(part, position), (place, faint), (row, faint), *extra_of(part, position)])
        for part, place in zip(book.parts, places, strict=True)
        for position, row in enumerate(part.rows)
    )


def _draw_receipt(drawing: Drawing, book: Book) -> None:
    lines: list[tuple[object, ...]] = [
        (
            part.file, part.sheet, len(part.columns), part.receipt.rows_read, len(part.rows), len(part.receipt.skipped),
            "、".join(part.extra) or "—", " ".join(_notes(part)),
        )
        for part in book.parts
    ]  # fmt: skip
    read = sum(part.receipt.rows_read for part in book.parts)
    used, skipped = sum(len(part.rows) for part in book.parts), sum(len(part.receipt.skipped) for part in book.parts)
    lines += [(file, "—", 0, 0, 0, 0, "—", f"没有读成：{why}") for file, why in book.failed.items()]
    told = f"读到 {read:,} ＝ 采用 {used:,} ＋ 跳过 {skipped:,}"
    lines.append(("合计", f"{len(book.parts)} 张表", "", read, used, skipped, "", told))
    heads = ("来自哪个文件", "工作表名", "认出列数", "读到行", "采用行", "跳过行", "未登记的列（放在最右）", "读取说明")
    _draw_list(drawing, RECEIPT, heads, (34, 18, 10, 9, 9, 9, 40, 90), iter(lines), book.lines)


def _notes(part: Part) -> list[str]:
    """How the sheet was read, without what is said of columns that were not: here they come along."""
    return [note for note in part.receipt.notes[1:] if not note.startswith(_CAME_ALONG)]


def _draw_list(
    drawing: Drawing, title: str, heads: Sequence[str], widths: Sequence[float], lines: Iterator[Sequence[object]],
    above: Sequence[str] = (),
) -> None:  # fmt: skip
    """A sheet of ours with a table that is streamed."""
    sheet: Worksheet = drawing.sheet(title)
    sheet.sheet_view.showGridLines = False
    put(sheet["A1"], title, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    for row, line in enumerate(above, start=2):
        put(sheet[f"A{row}"], line, font=palette.FAINT)
    head = len(above) + 3
    for number, (title_of, width) in enumerate(zip(heads, widths, strict=True), start=1):
        put(sheet.cell(head, number), title_of, font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[head].height = 24
    sheet.freeze_panes = f"A{head + 1}"
    palette.print_landscape(sheet, title_rows=f"{head}:{head}")
    text, middle = (
        drawing.style(alignment=alignment, border=palette.UNDERLINE) for alignment in (palette.WRAPPED, palette.CENTRED)
    )
    bad = drawing.style(font=palette.LEVEL_FONTS["error"], alignment=palette.WRAPPED, border=palette.UNDERLINE)
    strong = drawing.style(font=palette.STRONG, fill=palette.PALE, alignment=palette.WRAPPED, border=palette.UNDERLINE)

    def rows() -> Iterator[Row]:
        is_empty = True
        for line in lines:
            is_empty = False
            last = bad if str(line[-1]).startswith("没有读成") else text
            own = strong if line[0] == "合计" else None
            cells = [(value, own or (middle if isinstance(value, int) else last)) for value in line]
            high = max(lines_needed(str(value or ""), width - 1) for value, width in zip(line, widths, strict=True))
            yield Row(cells, height=15 * min(high, 6) + 4)
        if is_empty:
            yield Row([("没有。", text)])

    drawing.stream(sheet, head + 1, rows())
