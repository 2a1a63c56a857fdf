"""The copy of a register with what came back: cells edited in place, the sheet 合并结果 in front, all else untouched."""

from __future__ import annotations

import io
from pathlib import Path

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import merge_sheet
from xiaobao_xl.workbook.drawing import Drawing, free_title, refuse_existing
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.merge_sheet import MergeSheet


def write(
    book: Book, result: MergeSheet, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False
) -> list[str]:
    """Write the copy.

    Args:
        book: the register's workbook.
        result: what is written into which cell, and what is told beside.
        out: target, of the same kind as the original.
        overwrite: replace an existing file.
        allow_unsigned: a digital signature of the original may become invalid in the copy.

    Returns:
        Formulas whose kept value was taken away, `工作表!B5`; the spreadsheet program computes them.

    Raises:
        WorkbookError: the target exists, is the original, is of another kind, or cannot be written.
    """
    if book.editable is None:
        raise WorkbookError(f"{book.path.name}：这种文件不能就地改写；请用 Excel 或 WPS 另存为 .xlsx，再合并。")
    if out.exists() and book.path.exists() and out.samefile(book.path):
        raise WorkbookError(f"{out}：这是原文件，不能覆盖；请换一个文件名")
    refuse_existing(out, overwrite=overwrite)
    with package.open(book.editable, allow_unsigned=allow_unsigned) as original:
        suffix = ".xlsm" if original.has_macros else ".xlsx"
        if out.suffix.lower() != suffix:
            raise WorkbookError(f"{out}：合并后的台账只能存为 {suffix}；请把文件名改成 {out.stem}{suffix}")
        origin = result.register.origin
        for each in result.settled:
            if each.is_applied:
                original.set(origin.sheet, each.address(origin.letters), each.value)
        drawing = Drawing()
        title = free_title(merge_sheet.TITLE, original.sheet_names)
        merge_sheet.draw(drawing, result)
        drawn = io.BytesIO()
        drawing.save_to(drawn)
        with package.open(drawn.getvalue()) as ours:
            original.import_sheet(ours, merge_sheet.TITLE, first=True, as_title=title, even_if_protected=True)
        original.save(out)
        return original.dropped
