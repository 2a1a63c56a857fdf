"""Files that are no workbook, told by what they begin with or hold, and the sentences that refuse them or a damaged one."""

from __future__ import annotations

from collections.abc import Iterable

from xiaobao_xl.errors import WorkbookError

SAVE_AGAIN = "请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
ASK_AGAIN = "请向提供方要一份在 Excel 里另存过的文件。"
DAMAGED = f"文件已损坏或没有下载完整；请重新下载，或{SAVE_AGAIN[1:]}"
BOMB = f"文件解开后大得不正常，像是“压缩炸弹”，已拒绝打开；{ASK_AGAIN}"
LOCKED = "文件被压缩软件加了密，无法读取；请先解密，或在 Excel 里另存为不加密的 .xlsx。"
_NOT_A_ZIP = {
    b"\xd0\xcf\x11\xe0": "这是加了密的 .xlsx 或旧格式的 .xls，无法就地修改；请先取消打开密码，或用 Excel 或 WPS 另存为 .xlsx 后再试。",
    b"PK\x05\x06": "这是空的压缩包，里面没有工作簿；请重新下载或导出。",
    b"%PDF": "这是 PDF 文件，不是表格；请向提供方要 Excel 原件。",
    b"\x89PNG": "这是图片，不是表格；请向提供方要 Excel 原件。",
    b"\xff\xd8\xff": "这是图片，不是表格；请向提供方要 Excel 原件。",
    b"Rar!": "这是 RAR 压缩包；请先解压，再选择里面的表格文件。",
    b"7z\xbc\xaf": "这是 7z 压缩包；请先解压，再选择里面的表格文件。",
    b"\x1f\x8b": "这是 gzip 压缩包；请先解压，再选择里面的表格文件。",
}
_NO_WORKBOOK = {
    "word/document.xml": "这是 Word 文件，不是表格；请把其中的表格复制到 Excel 后再试。",
    "ppt/presentation.xml": "这是 PowerPoint 文件，不是表格；请把其中的表格复制到 Excel 后再试。",
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb），无法就地修改；{SAVE_AGAIN}",
    "mimetype": f"这是 OpenDocument 文件（.ods），无法就地修改；{SAVE_AGAIN}",
}
_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".csv")


def damaged(name: str) -> str:
    """Why a part cannot be read."""
    return f"文件内部的 {name} 已损坏（校验和不符）；请重新下载，或{SAVE_AGAIN[1:]}"


def refuse_other_kinds(head: bytes) -> None:
    """Refuse a file that does not begin as a zip does.

    Args:
        head: its first few thousand bytes; b"" if it is empty.

    Raises:
        WorkbookError: it is no zip; the sentence says what it is instead.
    """
    if not head:
        raise WorkbookError("文件是空的（0 字节）；请重新下载或导出。")
    if head.startswith(b"PK\3\4"):
        return
    for magic, sentence in _NOT_A_ZIP.items():
        if head.startswith(magic):
            raise WorkbookError(sentence)
    if b"PK\3\4" in head:
        raise WorkbookError(f"文件开头多出了别的内容（常见于网页导出出错）；请重新导出，或{SAVE_AGAIN[1:]}")
    raise WorkbookError(f"这不是 .xlsx 工作簿；{SAVE_AGAIN}")


def refuse_strangers(parts: Iterable[str]) -> None:
    """Refuse a zip that holds something else than a workbook.

    Args:
        parts: names of its parts.

    Raises:
        WorkbookError: there is no workbook among them; the sentence says what there is instead.
    """
    names = {name.lower(): name for name in parts}
    if "xl/workbook.xml" in names:
        return
    for part, sentence in _NO_WORKBOOK.items():
        if part in names:
            raise WorkbookError(sentence)
    inner = next((name for form, name in names.items() if form.endswith(_TABLES)), "")
    if inner and "[content_types].xml" not in names:
        raise WorkbookError(f"这是压缩包，不是工作簿；请先解压，再选择里面的表格文件（例如 {inner}）。")
