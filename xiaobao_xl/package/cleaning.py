"""A workbook rid of what the eye does not see: notes, properties, caches, pictures, macros, parts nobody points to.

Cells are the caller's affair. Everything else that can hold text is rewritten or taken out; what cannot be looked into is
refused by name. The caller reads the written file back: this module is the broom, not the proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import OFFICE as _OFFICE
from xiaobao_xl.package.markup import Element, Markup, prefixes
from xiaobao_xl.package.parts import CONTENT_TYPES, Parts, relations_file
from xiaobao_xl.package.strings import texts

Rewrite = Callable[[str], str]

_NOWHERE: Final = "https://example.invalid/"  # RFC 2606: an address that never leads anywhere
_FROM_FILE: Final = ("thumbnail", "custom-properties", "customXml", "origin")
_FROM_BOOK: Final = ("vbaProject", "customXml", "person", "revisionHeaders", "usernames", "attachedToolbars")
_FROM_SHEET: Final = (
    "comments", "vmlDrawing", "threadedComment", "control", "ctrlProp", "oleObject", "package", "printerSettings",
    "customProperty", "image",
)  # fmt: skip
_SHELL: Final = frozenset(
    (
        "legacyDrawing",
        "legacyDrawingHF",
        "controls",
        "oleObjects",
        "customProperties",
        "scenarios",
        "picture",
        "webPublishItems",
    )
)
_WORDS: Final = {
    "comments": "批注", "threadedComment": "会话式批注", "vbaProject": "宏", "customXml": "自定义 XML", "control": "控件",
    "ctrlProp": "控件", "oleObject": "嵌入的对象", "package": "嵌入的对象", "custom-properties": "自定义属性", "thumbnail": "缩略图",
    "revisionHeaders": "修订记录", "person": "批注人名单", "pivotCacheRecords": "数据透视表的缓存记录", "origin": "数字签名",
}  # fmt: skip
_DATES: Final = frozenset(("created", "modified"))
_PICTURES: Final = (
    ".png",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".gif",
    ".bmp",
    ".dib",
    ".emf",
    ".wmf",
    ".emz",
    ".wmz",
    ".tif",
    ".tiff",
    ".webp",
    ".ico",
)
_BLANK_PICTURE: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b5500"
    "00000a4944415478da63f80f00010101001cb08c990000000049454e44ae426082"
)
_SAFE: Final = ("xl/theme/", "xl/calcchain.xml")
_MEASURES: Final = frozenset(("panose", "r", "ref", "sqref"))  # attributes that are never words
_ITEM = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>.*?</\1si\s*>)", re.DOTALL)


@dataclass(slots=True)
class Cleaned:
    """What was taken out, in Chinese, each once."""

    dropped: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Name what was taken out."""
        if what not in self.dropped:
            self.dropped.append(what)


def clean(
    parts: Parts, directory: Directory, shell: Callable[[str], Markup], rewrite: Rewrite, kept: Collection[str]
) -> list[str]:
    """Clean everything but the cells.

    Args:
        parts: the workbook's parts.
        directory: its sheets.
        shell: the shell of a sheet's part; the caller writes it.
        rewrite: what becomes of a text.
        kept: texts that cells still hold; copies of cells kept elsewhere (shared strings, charts, pivot tables) may hold
            no others.

    Returns:
        What was taken out, in Chinese.

    Raises:
        WorkbookError: a part cannot be looked into.
    """
    done = Cleaned()
    sheets = [entry.part for entry in directory.entries() if entry.part]
    for part in sheets:
        _drop(parts, part, _FROM_SHEET, done)
        if part in (entry.part for entry in directory.entries() if entry.kind == "worksheet"):
            _clean_shell(shell(part), rewrite, kept)
    _clean_file(parts, directory, done)
    _drop_records(parts, directory, done)
    _sweep(parts)
    worksheets = {entry.part for entry in directory.entries() if entry.kind == "worksheet"}
    strings = directory.related("sharedStrings")
    for name in parts.names():
        if name in worksheets or name == CONTENT_TYPES:
            continue
        if name == strings:
            _clean_strings(parts, name, kept)
        elif name.lower().endswith(".rels"):
            _clean_pointers(parts.settle(name), rewrite)
        else:
            _clean_part(parts, name, rewrite, kept, done)
    return done.dropped


def _drop(parts: Parts, part: str, kinds: tuple[str, ...], done: Cleaned) -> None:
    for kind in kinds:
        if any(relation.kind == kind for relation in parts.relations(part)):
            parts.unrelate(part, kind)
            parts.settle(parts.find(relations_file(part)))
            if kind in _WORDS:
                done.note(_WORDS[kind])


def _clean_shell(shell: Markup, rewrite: Rewrite, kept: Collection[str]) -> None:
    gone = [child for child in shell.root.children if _stands_for(child) & _SHELL]
    gone += [
        filtered
        for filtered in shell.root.all("filterColumn")
        if any(rule.attributes.get("val", "") not in kept for rule in filtered.all("filter", "customFilter"))
    ]
    for element in gone:
        shell.replace(element, b"")
    for setup in shell.root.all("pageSetup"):
        if any(name.endswith("}id") for name in setup.attributes):
            prefix = prefixes(shell.original).get(_OFFICE, "r:")
            shell.set(setup, f"{prefix}id", None)
    skipped = {id(inner) for element in gone for inner in (element, *element.all())}
    _rewrite(shell, rewrite, skipped)


def _stands_for(child: Element) -> set[str]:
    """Names of an element and of those a choice between several wraps."""
    wrapped = child.children if child.local == "AlternateContent" else ()
    return {child.local} | {inner.local for choice in wrapped for inner in choice.children}


def _clean_file(parts: Parts, directory: Directory, done: Cleaned) -> None:
    """The file's own pointers, the workbook's, and what the workbook says of who had it where."""
    _drop(parts, "", _FROM_FILE, done)
    has_macros = any(relation.kind == "vbaProject" for relation in parts.relations(directory.part))
    _drop(parts, directory.part, _FROM_BOOK, done)
    if has_macros:
        types = parts.settle(CONTENT_TYPES)
        for child in types.root.children:
            if child.attributes.get("PartName", "").lstrip("/").lower() == directory.part.lower():
                kind = child.attributes.get("ContentType", "")
                plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
                types.set(child, "ContentType", plain if "macroEnabled" in kind else kind)
    book = directory.markup
    for element in book.root.all("fileSharing", "absPath"):
        for name in ("userName", "url"):
            if name in element.attributes:
                book.set(element, name, "")


def _drop_records(parts: Parts, directory: Directory, done: Cleaned) -> None:
    """Pivot tables are filled anew from the cells when the file is opened."""
    for relation in parts.related(directory.part, "pivotCacheDefinition"):
        if relation.target not in parts:
            continue
        _drop(parts, relation.target, ("pivotCacheRecords",), done)
        cache = parts.settle(relation.target)
        prefix = prefixes(cache.original).get(_OFFICE, "r:")
        for name, value in ((f"{prefix}id", None), ("refreshedBy", None), ("recordCount", None), ("saveData", "0"), ("refreshOnLoad", "1")):  # fmt: skip
            if value is not None or any(key == name or key.endswith("}id") for key in cache.root.attributes):
                cache.set(cache.root, name, value)


def _sweep(parts: Parts) -> None:
    """Take out the parts nobody points to any more, and those nobody ever pointed to."""
    reached, waiting = {CONTENT_TYPES, parts.find(relations_file(""))}, [""]
    while waiting:
        name = waiting.pop()
        for relation in parts.relations(name):
            if not relation.is_external and relation.target in parts and relation.target not in reached:
                reached |= {relation.target, parts.find(relations_file(relation.target))}
                waiting.append(relation.target)
    for name in parts.names():
        if name not in reached:
            parts.remove(name)


def _clean_strings(parts: Parts, name: str, kept: Collection[str]) -> None:
    """Shared strings no cell holds any more become empty; their numbers stay."""
    data = parts.read(name)
    items, values = list(_ITEM.finditer(data)), texts(data, name)
    if len(items) != len(values):
        raise WorkbookError(f"文件内部的 {name} 写法不常见，无法脱敏；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。")
    out, place = [], 0
    for item, value in zip(items, values, strict=True):
        if value and value not in kept:
            prefix = item[1]
            out += [data[place : item.start()], b"<%ssi><%st/></%ssi>" % (prefix, prefix, prefix)]
            place = item.end()
    if place:
        parts.write(name, b"".join([*out, data[place:]]))


def _clean_pointers(markup: Markup, rewrite: Rewrite) -> None:
    """Addresses outside the file that tell of a person lead nowhere."""
    for relation in markup.root.children:
        target = relation.attributes.get("Target", "")
        if relation.attributes.get("TargetMode", "") == "External" and (
            target.lower().startswith(("mailto:", "tel:")) or rewrite(target) != target
        ):
            markup.set(relation, "Target", _NOWHERE)


def _clean_part(parts: Parts, name: str, rewrite: Rewrite, kept: Collection[str], done: Cleaned) -> None:
    low = name.lower()
    if low.startswith(_SAFE):
        return
    if low.endswith(_PICTURES):
        done.note("图片（换成空白）")
        parts.write(name, _BLANK_PICTURE)
    elif low.endswith((".xml", ".vml", ".svg")):
        markup = parts.settle(name)
        if low.endswith(("docprops/core.xml", "docprops/app.xml")) or markup.root.local in {
            "coreProperties",
            "Properties",
        }:
            _clean_properties(markup)
        for element in list(_copies(markup.root)):
            _forget(markup, element, kept)
        _rewrite(parts.settle(name), rewrite, set())
    else:
        raise WorkbookError(
            f"文件里有本工具看不进去的内容（{name}），其中可能有个人信息，不能脱敏；请在 Excel 里删去它（如嵌入的文件、数据模型）后再试。"
        )


def _clean_properties(markup: Markup) -> None:
    for element in markup.root.children:
        is_who = markup.root.local == "coreProperties" and element.local not in _DATES
        if (
            (is_who or element.local in {"Company", "Manager", "HyperlinkBase"})
            and not element.children
            and not element.is_empty
        ):
            markup.set_text(element, "")


def _copies(root: Element) -> Iterator[Element]:
    """Elements that keep a copy of a cell's text: of charts, pivot tables, other workbooks."""
    if root.local == "pivotCacheDefinition":
        for items in root.all("sharedItems", "groupItems"):
            yield from items.all("s")
    elif root.local == "externalLink":
        yield from (
            value for cell in root.all("cell") if cell.attributes.get("t", "") == "str" for value in cell.all("v")
        )
    else:
        yield from (
            value for cache in root.all("strCache", "multiLvlStrCache", "strDim") for value in cache.all("v", "pt")
        )


def _forget(markup: Markup, element: Element, kept: Collection[str]) -> None:
    if "v" in element.attributes:
        if element.attributes["v"] not in kept:
            markup.set(element, "v", f"…{element.begin}")  # items of a pivot table must differ
    elif not element.children and markup.text(element) not in kept:
        markup.set_text(element, "…")


def _rewrite(markup: Markup, rewrite: Rewrite, skipped: Collection[int]) -> None:
    """Rewrite the texts and attributes of a part; a text in several pieces is seen as one."""
    done = set(skipped)
    for paragraph in markup.root.all("p", "si", "is", "rich"):
        pieces = [piece for piece in paragraph.all("t") if not piece.children and id(piece) not in done]
        whole = "".join(map(markup.text, pieces))
        if len(pieces) > 1 and (new := rewrite(whole)) != whole:
            for number, piece in enumerate(pieces):
                markup.set_text(piece, "" if number else new)
                done.add(id(piece))
    for element in (markup.root, *markup.root.all()):
        if id(element) in done:
            continue
        for name, value in list(element.attributes.items()):
            if len(value) > 1 and name not in _MEASURES and name[0] != "{" and (new := rewrite(value)) != value:
                markup.set(element, name, new)
        if not element.children and not element.is_empty:
            text = markup.text(element)
            if len(text) > 1 and (new := rewrite(text)) != text:
                markup.set_text(element, new)
