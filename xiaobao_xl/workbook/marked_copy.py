"""The marked copy of a workbook: the user's own file with findings coloured and noted, columns and sheets added.

An .xlsx or .xlsm is edited in place, so that everything of the original stays. What cannot be edited in place (.xls,
.xlsb, .ods, text, a broken structure) is drawn anew from its values by `copying`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding
from xiaobao_xl.package.notes import threaded
from xiaobao_xl.package.references import address
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook import copying, marking, palette
from xiaobao_xl.workbook.copying import ABOUT, ExtraColumn
from xiaobao_xl.workbook.drawing import Drawing, free_title, refuse_existing, text_width
from xiaobao_xl.workbook.grids import Book

_WIDEST_TITLE: Final = 30  # a heading of ours stands on one line up to this width: the row's height is the user's


def write_copy(
    book: Book,
    registers: Sequence[Register],
    out: Path,
    *,
    findings: Iterable[Finding] = (),
    columns: Mapping[str, Sequence[ExtraColumn]] | None = None,
    front: Sequence[Callable[[Drawing], None]] = (),
    overwrite: bool = False,
    allow_unsigned: bool = False,
) -> list[str]:
    """Write the copy.

    Args:
        book: the opened file.
        registers: registers read from it.
        out: target, of the same kind as the original.
        findings: what to mark.
        columns: sheet name → columns to add right of the register.
        front: draw further sheets, put before the others (`findings_sheet.draw`, `board.draw`).
        overwrite: replace an existing file.
        allow_unsigned: a digital signature of the original may become invalid in the copy.

    Returns:
        The sentences of the sheet 说明.

    Raises:
        WorkbookError: the target exists, is the original, is of another kind, or cannot be written.
    """
    found, columns = list(findings), columns or {}
    original, why = _editable(book, allow_unsigned=allow_unsigned)
    if original is None:
        if why:
            book.notes.append(why)
        return copying.draw_copy(
            book, registers, out, findings=found, columns=columns, front=front, overwrite=overwrite
        )
    with original:
        _refuse(book, original, out, overwrite=overwrite)
        lines = _remarks(book)
        by_sheet = {register.origin.sheet: register for register in registers}
        for name, places in marking.places(found, by_sheet).items():
            marks = marking.anchored(places, copying.merges(book.load(name)))
            lines += copying.too_many_notes(name, marks)
            lines += _mark(original, name, marks)
            _add_columns(original, book, by_sheet[name], columns.get(name, ()))
        _add_sheets(original, front, lines)
        original.save(out)
    return lines


def _editable(book: Book, *, allow_unsigned: bool) -> tuple[package.Book | None, str]:
    """The original, opened to be edited; None, and why, where that cannot be."""
    if book.editable is None:
        return None, ""
    try:
        original = package.open(book.editable, allow_unsigned=allow_unsigned)
    except WorkbookError as problem:
        return None, f"原文件的内部结构不能就地修改（{problem}）"
    if "template" not in original.parts.content_type(original.directory.part).lower():
        return original, ""
    original.close()
    return None, "原文件是模板（.xltx、.xltm），副本不能是模板，因此没有就地修改。"


def _refuse(book: Book, original: package.Book, out: Path, *, overwrite: bool) -> None:
    suffix = ".xlsm" if original.has_macros else ".xlsx"
    if out.suffix.lower() != suffix:
        with_macros = "原文件带有宏，" if original.has_macros else ""
        raise WorkbookError(f"{out}：{with_macros}副本只能存为 {suffix}；请把文件名改成 {out.stem}{suffix}")
    if out.exists() and book.path.exists() and out.samefile(book.path):
        raise WorkbookError(f"{out}：这是原文件，不能覆盖；请换一个文件名")
    refuse_existing(out, overwrite=overwrite)


def _remarks(book: Book) -> list[str]:
    return [
        f"本文件是 {book.path.name} 的副本；原文件未改动。",
        "副本在原文件上就地标记：只给有问题的单元格着色、加批注，或在台账右侧加列，并加上结果页与本页；公式、图形、图表、图片、原有批注、条件格式、下拉列表、打印设置等都保持原样。",
        f"{palette.level_legend()}；着色单元格的批注写明问题与改法，整行的问题标在编号格上。",
        *(["原文件有打开密码，副本没有加密；请按保密要求存放。"] if isinstance(book.editable, bytes) else []),
        *book.notes,
    ]


def _mark(original: package.Book, sheet: str, marks: marking.Marks) -> list[str]:
    """Colour and note the cells; a sentence where some could not be noted."""
    notes = marking.notes(marks)
    threads = threaded(original.parts, original.directory.entry(sheet).part) & notes.keys()
    for row, levels in marking.levels(marks).items():
        for place, level in levels.items():
            note = "" if (row, place + 1) in threads else notes.get((row, place + 1), "")
            original.set(sheet, address(row, place + 1), fill=palette.LEVEL_FILLS[level], note=note)
    if not threads:
        return []
    first = address(*min(threads))
    return [f"工作表“{sheet}”有 {len(threads)} 个单元格已有会话式批注，只着色，没有再加批注（如 {first}）。"]


def _add_columns(original: package.Book, book: Book, register: Register, columns: Sequence[ExtraColumn]) -> None:
    """Columns right of everything the sheet holds, their heads dressed like those of the register."""
    if not columns:
        return
    sheet = register.origin.sheet
    first, last = register.origin.header_rows
    width = copying.used_width(book.load(sheet), register)
    beside = address(last, max(width, 1))
    head = original.cells(sheet, [beside])[beside].style
    for number, column in enumerate(columns, start=width + 1):
        letter = get_column_letter(number)
        width_of_title = min(text_width(column.title) + 2, _WIDEST_TITLE)
        original.set_width(sheet, letter, max(column.width or copying.fitted_width(column), width_of_title))
        for above in range(first, last):
            original.set(sheet, f"{letter}{above}", style=head, fill=palette.OURS)
        original.set(
            sheet, f"{letter}{last}", column.title, style=head, fill=palette.OURS, colour=palette.WHITE, bold=True
        )
        number_format = None if column.number_format == "General" else column.number_format
        for row, value in column.values.items():
            if value not in {None, ""}:
                original.set(sheet, f"{letter}{row}", value, fill=column.fills.get(row), number_format=number_format)


def _add_sheets(original: package.Book, front: Sequence[Callable[[Drawing], None]], lines: Sequence[str]) -> None:
    """Our own sheets, drawn in a workbook of their own and put in: results in front, 说明 at the end."""
    drawing = Drawing()
    for draw in front:
        draw(drawing)
    results = list(drawing.workbook.sheetnames)
    copying.draw_about(drawing, lines)
    drawn = io.BytesIO()
    drawing.save_to(drawn)
    with package.open(drawn.getvalue()) as ours:
        for title in reversed(results):
            as_title = free_title(title, original.sheet_names)
            original.import_sheet(ours, title, first=True, as_title=as_title, even_if_protected=True)
        original.import_sheet(ours, ABOUT, as_title=free_title(ABOUT, original.sheet_names), even_if_protected=True)
