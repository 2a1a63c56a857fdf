"""Two workbooks compared by what they mean: cells, styles, rules, names, parts.

What a program merely writes otherwise does not count: the order of attributes, prefixes, numbers of styles, whether a
text stands in the cell or in the shared table, names of parts, computed parts. A sheet is found by its title or, where
that is gone, by its number.
"""

from __future__ import annotations

from collections.abc import Iterator

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.comparing.books import Walk
from xiaobao_xl.package.comparing.difference import KINDS, Difference, Group, Kind, grouped
from xiaobao_xl.package.comparing.strays import strays
from xiaobao_xl.package.parts import Parts

__all__ = ["KINDS", "Difference", "Group", "Kind", "differences", "each_difference", "grouped", "strays"]


def differences(old: Parts, new: Parts) -> list[Difference]:
    """Everything that differs between two workbooks.

    Args:
        old: the workbook as it was.
        new: the workbook as it is now; edits not yet saved are included.

    Raises:
        WorkbookError: a part cannot be read.
    """
    return list(each_difference(old, new))


def each_difference(old: Parts, new: Parts) -> Iterator[Difference]:
    """The same one by one, for workbooks in which millions of cells may differ: only a row of each is held.

    Raises:
        WorkbookError: a part cannot be read.
    """
    try:
        yield from Walk(old, new).differences()
    except (ValueError, OverflowError, RecursionError):  # numbers that are none, bytes that are no text
        raise WorkbookError(
            "文件内部有一处写法不合规，无法比较；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
        ) from None
