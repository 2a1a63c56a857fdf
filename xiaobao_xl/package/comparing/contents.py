"""What parts other than worksheets hold, in words."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.comparing.meanings import digest, is_fallback
from xiaobao_xl.package.comparing.reading import pieces
from xiaobao_xl.package.markup import Element, Markup
from xiaobao_xl.package.parts import Parts

COMPUTED: Final = {
    "sharedStrings", "styles", "calcChain", "extended-properties", "officeDocument", "thumbnail", "volatileDependencies",
}  # fmt: skip
"""Kinds of parts that follow from others, or are compared where they are used."""
PROPERTIES: Final = {"core-properties", "custom-properties"}
MISSED: Final = {"chart", "chartEx", "image", "diagramData", "package", "oleObject", "pivotCacheDefinition"}
"""Kinds of parts that a person would miss by themselves when what held them is gone."""

_WORDS: Final[Mapping[str, str]] = {
    "drawing": "图形（文本框、按钮、图表、图片）", "chart": "图表", "chartEx": "新式图表", "chartStyle": "图表样式",
    "chartColorStyle": "图表配色", "chartUserShapes": "图表内的图形", "image": "图片", "hdphoto": "图片", "media": "媒体",
    "vmlDrawing": "批注框与窗体控件的外形", "threadedComment": "批注会话", "person": "批注会话的人员名单", "table": "表格（超级表）",
    "tableSingleCells": "单元格映射", "pivotTable": "数据透视表", "pivotCacheDefinition": "数据透视表的缓存",
    "pivotCacheRecords": "数据透视表的缓存数据", "slicer": "切片器", "slicerCache": "切片器的缓存", "timeline": "日程表",
    "timelineCache": "日程表的缓存", "externalLink": "指向其他工作簿的链接", "externalLinkPath": "指向其他工作簿的链接",
    "oleObject": "嵌入对象", "package": "嵌入的文件", "ctrlProp": "窗体控件", "control": "ActiveX 控件",
    "activeXControlBinary": "ActiveX 控件的数据", "printerSettings": "打印机设置", "vbaProject": "宏（VBA）",
    "vbaProjectSignature": "宏的签名", "wordVbaData": "宏的数据", "theme": "主题（颜色与字体）", "themeOverride": "主题",
    "customXml": "自定义数据", "customXmlProps": "自定义数据的说明", "customProperty": "工作表的自定义数据",
    "customProperties": "自定义数据", "connections": "数据连接", "queryTable": "查询表", "xmlMaps": "XML 映射",
    "sheetMetadata": "单元格元数据（动态数组、单元格内图片）", "metadata": "单元格元数据", "rdRichValue": "单元格内图片与数据类型",
    "richValueRel": "单元格内图片", "rdRichValueStructure": "单元格内图片与数据类型", "rdRichValueTypes": "单元格内图片与数据类型",
    "cellImage": "单元格内图片（WPS）", "cellImages": "单元格内图片（WPS）", "origin": "数字签名", "signature": "数字签名",
    "digital-signature": "数字签名", "extensibility": "自定义功能区", "ui": "自定义功能区", "attachedToolbars": "工具栏",
    "diagramData": "SmartArt 图形", "diagramLayout": "SmartArt 布局", "diagramQuickStyle": "SmartArt 样式",
    "diagramColors": "SmartArt 配色", "diagramDrawing": "SmartArt 图形", "revisionHeaders": "共享工作簿的修订记录",
    "usernames": "共享工作簿的用户", "chartsheet": "图表工作表", "dialogsheet": "对话框工作表", "xlMacrosheet": "宏表",
    "FeaturePropertyBag": "复选框等单元格功能", "comments": "批注",
    "webextension": "加载项", "webextensiontaskpanes": "加载项",
}  # fmt: skip
_FOLDERS: Final = (
    ("customxml/", "自定义数据"), ("_xmlsignatures/", "数字签名"), ("/media/", "图片"), ("/printersettings/", "打印机设置"),
    ("vbaproject", "宏（VBA）"), ("/embeddings/", "嵌入对象"), ("/activex/", "ActiveX 控件"), ("/ctrlprops/", "窗体控件"),
    ("/charts/", "图表"), ("/drawings/", "图形"),
)  # fmt: skip
_SHAPES: Final = {"sp": "形状与文本框", "pic": "图片", "graphicFrame": "图表", "cxnSp": "线条", "contentPart": "墨迹"}
_ROUTINE: Final = {"modified", "lastModifiedBy", "revision", "lastPrinted", "created"}
_PROPERTY_WORDS: Final = {
    "creator": "作者", "title": "标题", "subject": "主题", "description": "备注", "keywords": "关键词", "category": "类别",
    "language": "语言", "contentStatus": "状态", "version": "版本", "identifier": "标识",
}  # fmt: skip


def marks(parts: Parts) -> dict[str, tuple[int, int]]:
    """Name of each part → its length and checksum, which two parts of the same bytes have in common."""
    edited = parts.changed()
    archive = parts.archive
    return {
        name: (len(edited[name]), zlib.crc32(edited[name]))
        if name in edited
        else (archive.size(name), archive.checksum(name))
        for name in parts.names()
    }


def words(kind: str, part: str) -> str:
    """What a part is, for a person.

    Args:
        kind: last word of the type of the relation that points to it; "" for none.
        part: its name.
    """
    folder = next((name for piece, name in _FOLDERS if piece in part.lower()), "")
    return _WORDS.get(kind) or folder or "文件内的其他内容"


def fingerprint(parts: Parts, part: str, pointed: Mapping[str, str]) -> bytes:
    """What a part means; of one that is no XML its bytes.

    Raises:
        expat.ExpatError: it calls itself XML and is not well-formed.
    """
    if part.lower().endswith((".xml", ".rels", ".vml")):
        return digest(pieces(parts, part), pointed)
    return parts.read(part)


def notes(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """Address → author and text, and the text alone, of the notes in a part."""
    markup = parts.settle(part)
    authors = [markup.text(element) for element in markup.root.all("author")]
    found = {}
    for note in markup.root.all("comment"):
        text = "".join(markup.text(element) for element in note.all("t") if _is_spoken(element.parent))
        index = note.attributes.get("authorId", "")
        author = authors[int(index)] if index.isdecimal() and int(index) < len(authors) else ""
        found[note.attributes.get("ref", "")] = (f"{author}\n{text}", text)
    return found


def properties(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """Name in words → value, of the properties of a file; who saved it last and when does not count."""
    markup = parts.settle(part)
    found = {}
    for element in markup.root.children:
        name = element.attributes.get("name", element.local)
        if name not in _ROUTINE and not name.startswith(("KSO", "ICV")):  # WPS leaves its version behind
            leaf = element.children[0] if element.children else element
            text = markup.text(leaf)
            if text:
                found[f"文件属性 {_PROPERTY_WORDS.get(name, name)}"] = (text, text)
    return found


def title(parts: Parts, part: str) -> str:
    """The name a table or the like carries, or ""."""
    if "/tables/" not in part.lower() and "/pivottables/" not in part.lower():
        return ""
    return parts.settle(part).root.attributes.get("name", "")


def census(parts: Parts, part: str, kind: str) -> str:
    """How many shapes, pictures and charts a drawing holds; the name of a table; "" for other parts."""
    if kind not in {"drawing", "table", "pivotTable"}:
        return ""
    try:
        root = Markup(parts.read(part), part).root
    except WorkbookError:
        return ""
    if kind != "drawing":
        return " ".join(filter(None, (root.attributes.get("name", ""), root.attributes.get("ref", ""))))
    counts = Counter(element.local for element in root.all(*_SHAPES) if not is_fallback(element))
    return "，".join(f"{name} {counts[local]}" for local, name in _SHAPES.items() if counts[local])


def _is_spoken(parent: Element | None) -> bool:
    return parent is None or parent.local != "rPh"
