"""Grids: one sheet of any kind of file, as rows of cells with what is known around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xiaobao_xl.cells import Cell
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.scanning import Scan

Kind = Literal["xlsx", "xlsb", "xls", "ods", "csv", "html", "xml"]
UNSEEN: dict[Kind, str] = {
    "xlsb": "这是 .xlsb 文件：看不到隐藏行列、筛选和公式错误，这些没有统计；另存为 .xlsx 后可以看到。",
    "xls": "这是旧格式 .xls 文件：看不到隐藏行列、筛选和公式错误，这些没有统计；另存为 .xlsx 后可以看到。",
    "ods": "这是 .ods 文件：看不到隐藏行列、筛选和公式错误，这些没有统计；另存为 .xlsx 后可以看到。",
    "csv": "这是文本表格（csv）：没有隐藏行列和单元格类型，所有内容按文字读入。",
    "html": "这其实是网页表格（不是真正的 Excel 文件）：没有隐藏行列和单元格类型，所有内容按文字读入。",
    "xml": "这其实是 XML 表格 2003（不是真正的 .xls 文件）：隐藏行列没有统计。",
}
Merge = tuple[tuple[int, int], tuple[int, int]]


class PasswordNeeded(WorkbookError):
    """The file is encrypted and the password is missing or wrong.

    Attributes:
        is_wrong: a password was given and does not fit.
    """

    def __init__(self, message: str, *, is_wrong: bool) -> None:
        """Keep whether a password was tried."""
        self.is_wrong = is_wrong
        super().__init__(message)


@dataclass(slots=True)
class Grid:
    """One sheet.

    Attributes:
        name: its name.
        rows: gives a fresh iterator over all rows from the first of the sheet; rows may differ in length.
        merges: merged ranges, 0-based ((row, column), (row, column)), both ends included.
        scan: errors, hidden rows and columns, filter, stray cells.
        is_1904: days are counted from 1904.
    """

    name: str
    rows: Callable[[], Iterator[Sequence[Cell]]]
    merges: list[Merge] = field(default_factory=list)
    scan: Scan = field(default_factory=Scan)
    is_1904: bool = False


@dataclass(slots=True)
class Book:
    """An opened file.

    Attributes:
        path: as given by the user.
        kind: what the content is, whatever the name says.
        names: sheet names in order; chart sheets are left out.
        hidden: names of hidden sheets.
        load: reads one sheet.
        notes: sentences for the receipt.
        editable: what a copy can be edited in place from: the file, or its decrypted bytes; None for other kinds.
    """

    path: Path
    kind: Kind
    names: list[str]
    load: Callable[[str], Grid]
    hidden: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    editable: Path | bytes | None = None
