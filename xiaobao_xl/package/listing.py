"""The list of sheets in the workbook part: a further sheet put into it, with what counts the sheets by position.

A sheet put in front is the one shown on opening. Names of a single sheet and the windows count sheets by position,
so those move on by one; and the sheet shown before must no longer be marked as selected, or Excel would open both as
a group and write every entry into both. Only then is another sheet touched, and only in that mark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.directory import ORDER, Directory, Entry
from xiaobao_xl.package.markup import Markup, attributes
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.saving import sheet_bytes
from xiaobao_xl.package.sheet import Sheet

_LONGEST_TITLE: Final = 31
_VIEW = re.compile(rb"""<(?:[\w.-]+:)?sheetView(?=\s)[^>]*>""")
_SELECTED = re.compile(rb"""\stabSelected\s*=\s*["'](?:1|true|on)["']""")
_OTHER_WINDOW = re.compile(rb"""\sworkbookViewId\s*=\s*["']0*[1-9]""")

Shells = Callable[[str], Markup]
"""Gives the tree of a sheet part to be edited; its rows may be left out of it."""


def admit(directory: Directory, title: str, *, even_if_protected: bool = False) -> None:
    """Prove that a sheet of a title may be added.

    Raises:
        WorkbookError: Excel would refuse the title, it is taken, or the structure of the workbook is protected.
    """
    protection = directory.section("workbookProtection")
    if protection is not None and protection.flag("lockStructure") and not even_if_protected:
        raise WorkbookError(
            f"工作簿的结构受保护，不能添加工作表“{title}”；请在 Excel 的“审阅”里取消“保护工作簿”后再试。"
        )
    if len(title.encode("utf-16-le")) // 2 > _LONGEST_TITLE:
        raise WorkbookError(f"工作表名“{title}”超过 {_LONGEST_TITLE} 个字；请改短。")
    if not title.strip() or re.search(r"[\\/*?:\[\]\x00-\x1f\ufffe\uffff]|^'|'$", title):
        raise WorkbookError(f"工作表名“{title}”不能用：不得为空，不得含 \\ / ? * [ ] : ，首尾不得为单引号；请改名。")
    if title.casefold() in {"history", "历史记录"}:
        raise WorkbookError(f"工作表名“{title}”是 Excel 的保留名；请改名。")
    if any(entry.title.casefold() == title.casefold() for entry in directory.entries()):
        raise WorkbookError(f"已有名为“{title}”的工作表；请换一个名字。")


def enter(
    parts: Parts, directory: Directory, title: str, part: str, *, first: bool = False, shells: Shells | None = None
) -> int:
    """List a sheet whose part exists, at the end or in front of all others; gives its position.

    Put in front it becomes the sheet shown on opening; its own part must be marked as selected by the caller.
    """
    entries = directory.entries()
    pointer = parts.relate(directory.part, "worksheet", part)
    markup = directory.markup
    sheets = markup.root.child("sheets")
    if sheets is None:
        raise WorkbookError("这个文件的工作表目录已损坏；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。")
    number = max((entry.id for entry in entries), default=0) + 1
    given = attributes({"name": title, "sheetId": str(number)}) + parts.id_attribute(markup, pointer)
    entry = f"<{markup.root.prefix}sheet{given}/>".encode()
    if not first or not sheets.children:
        markup.append(sheets, entry)
        return len(entries)
    markup.before(sheets.children[0], entry)
    _move_on(markup)
    for other in entries:
        if other.part and _is_selected(parts, other.part):
            _unselect(parts, other, shells)
    return 0


def add_names(directory: Directory, names: Sequence[tuple[Mapping[str, str], str]], position: int) -> None:
    """Add defined names that belong to one sheet.

    Args:
        directory: list of sheets.
        names: attributes (`name`, `hidden` …) and formula of each.
        position: of the sheet, from 0.
    """
    if not names:
        return
    markup = directory.markup
    prefix = markup.root.prefix
    written = "".join(
        f"<{prefix}definedName{attributes({**given, 'localSheetId': str(position)})}>{escape(formula)}</{prefix}definedName>"
        for given, formula in names
    )
    listed = markup.root.child("definedNames")
    if listed is None:
        written = f"<{prefix}definedNames>{written}</{prefix}definedNames>"
        markup.place(markup.root, "definedNames", ORDER, written.encode())
    else:
        markup.append(listed, written.encode())


def _move_on(markup: Markup) -> None:
    """What counts sheets by position, after one was put in front. Views of a person go by number and stay."""
    for local in markup.root.all("definedName"):
        if "localSheetId" in local.attributes:
            markup.set(local, "localSheetId", str(local.number("localSheetId") + 1))
    views = markup.root.child("bookViews")
    for window, view in enumerate(views.children if views else ()):
        for name in ("firstSheet", "activeTab"):
            old = view.number(name)
            new = 0 if window == 0 else old + 1
            if new != old:
                markup.set(view, name, str(new))


def _is_selected(parts: Parts, part: str) -> bool:
    """A sheet is marked as selected in the first window; only the beginning of a long part is unpacked."""
    data = parts.read(part) if parts.is_written(part) else next(parts.archive.stream(parts.find(part)), b"")
    if b"\0" in data[:4]:  # UTF-16
        data = parts.read(part)
    data = data.partition(b"sheetData")[0]
    return any(_SELECTED.search(found[0]) and not _OTHER_WINDOW.search(found[0]) for found in _VIEW.finditer(data))


def _unselect(parts: Parts, entry: Entry, shells: Shells | None) -> None:
    sheet = None
    if entry.kind != "worksheet":
        markup = parts.settle(entry.part)
    elif shells:
        markup = shells(entry.part)
    else:
        sheet = Sheet(parts, entry.part, entry.title)
        markup = sheet.shell
    for view in markup.root.all("sheetView"):
        if view.flag("tabSelected") and not view.number("workbookViewId"):
            markup.set(view, "tabSelected", None)
    if sheet:
        out = io.BytesIO()
        out.writelines(sheet_bytes(sheet, sheet.blocks()))
        parts.write(entry.part, out.getvalue())
