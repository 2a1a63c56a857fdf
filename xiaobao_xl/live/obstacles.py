"""What stands in the way of a button, each told in one sentence before anything is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live.doors import Door
from xiaobao_xl.live.ours import LiveBook, LiveSheet

# pywin32's com_error: the call was rejected, or Excel says it is editing a cell
_BUSY: Final = frozenset({-2147418111, -2147417846, -2146777998})
_WEB: Final = re.compile(r"(?i)https?://")
_CLOUD: Final = re.compile(
    r"(?i)(?:^|[\\/])(?:OneDrive|SharePoint|Dropbox|iCloud|坚果云|WPS云盘|WPS Cloud Files)[^\\/]*(?:[\\/]|$)"
)
NOWHERE: Final = Path("（未存成本机文件）")


def place_of(full_name: str) -> tuple[Path, str]:
    """Where a book lies, and what is wrong with that place.

    Args:
        full_name: path or address as the program tells it.

    Returns:
        The path (a place that does not exist where the book is not a file of this machine) and a reason, '' where
        all is well.

    >>> place_of("工作簿1")[1]
    '工作簿还没有保存过'
    >>> place_of("https://x.sharepoint.com/sites/a/台账.xlsx")[1]
    '工作簿在云盘上'
    """
    if _WEB.match(full_name):
        return NOWHERE / full_name.rsplit("/", 1)[-1], "工作簿在云盘上"
    path = Path(full_name)
    if not re.search(r"[\\/]", full_name):
        return NOWHERE / path.name, "工作簿还没有保存过"
    return path, "工作簿在云盘的同步文件夹里" if _CLOUD.search(full_name) else ""


def refuse_beside(reason: str) -> None:
    """Refuse to write a file beside a book that has no place of its own on this machine."""
    if reason:
        raise WorkbookError(f"{reason}，结果没有地方放（其中有客户信息，不放云盘）；请先另存到本机文件夹，再点一次。")


def refuse_marking(book: LiveBook, sheet: LiveSheet, door: Door) -> None:
    """Refuse where marks, columns or sheets could not be written."""
    if door.is_shared(book):
        raise WorkbookError(f"{book.name} 是共享工作簿，加不了标记；请在“审阅”里停止共享，或另存一份再点。")
    if door.is_structure_protected(book):
        raise WorkbookError(f"{book.name} 的结构受保护，加不了结果页；请在“审阅 → 保护工作簿”里取消后再点。")
    if door.is_protected(sheet):
        raise WorkbookError(f"工作表“{sheet.name}”受保护，加不了标记；请在“审阅 → 撤销工作表保护”后再点。")


def refuse_twins(book: LiveBook) -> None:
    """Refuse where another open book has the same name: the program finds books by name, and could take the wrong one."""
    twins = [other for other in book.app.books if str(other.name).casefold() == str(book.name).casefold()]
    if len(twins) > 1:
        raise WorkbookError(f"同时打开了 {len(twins)} 个名为 {book.name} 的工作簿，分不清是哪一个；请关掉其他的再点。")


def busy(fault: Exception) -> str:
    """A sentence where Excel does not answer because of the officer; '' for any other fault."""
    code = getattr(fault, "hresult", None)
    if code is None and fault.args and isinstance(fault.args[0], int):
        code = fault.args[0]
    return (
        "Excel 正忙：多半有单元格正在编辑，或开着对话框；请按回车或 Esc 后再点一次，什么都没有改。"
        if code in _BUSY
        else ""
    )
