"""The zip around a workbook: what kind it is, whether it is safe to unpack, which part is which sheet.

A copy in memory is made only where a reader would fail on a valid file: parts that are not UTF-8, stray cells far out.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import limits
from xiaobao_xl.workbook.scanning import read_small, refuse_document_type

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*\bencoding=["']([\w.-]+)["']""")
_NOT_READ = ("/media/", "/embeddings/", "vbaproject", "/printersettings/", "/activex/")  # parts no cell depends on
_BOMB = "文件解开后大得不正常，像是“压缩炸弹”，已拒绝打开；请向提供方要一份在 Excel 里另存过的文件。"
_STRANGERS = {
    "word/document.xml": "这是 Word 文件，不是表格；请把其中的表格复制到 Excel 后再试。",
    "ppt/presentation.xml": "这是 PowerPoint 文件，不是表格；请把其中的表格复制到 Excel 后再试。",
}


@dataclass(slots=True)
class Directory:
    """What xl/workbook.xml says.

    Attributes:
        parts: name of the zip member of each sheet, by position; '' where it is missing.
        is_1904: days are counted from 1904.
    """

    parts: list[str]
    is_1904: bool


class Package:
    """A zip checked for safety.

    Attributes:
        source: the file, or a copy in memory if its parts had to be written anew.
    """

    def __init__(self, source: Path | io.BytesIO) -> None:
        """Open and check the zip.

        Raises:
            WorkbookError: no workbook, or a bomb.
        """
        self.source = source
        self.zip = zipfile.ZipFile(source)
        self._check_size()
        if self.kind == "xlsx":
            self._check_text()

    @cached_property
    def _names(self) -> dict[str, str]:
        """Member names by their lower-case form; some writers differ in case or use backslashes."""
        return {info.filename.replace("\\", "/").lower().lstrip("/"): info.filename for info in self.zip.infolist()}

    @cached_property
    def kind(self) -> Literal["xlsx", "xlsb", "ods"]:
        """What the zip holds."""
        names = self._names
        for part, sentence in _STRANGERS.items():
            if part in names:
                raise WorkbookError(sentence)
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "mimetype" in names and b"opendocument.spreadsheet" in read_small(self.zip, names["mimetype"]):
            return "ods"
        if "[content_types].xml" in names and any(name.endswith("workbook.xml") for name in names):
            return "xlsx"
        inner = next(
            (name for name in self._names.values() if name.lower().endswith((".xlsx", ".xls", ".csv", ".et"))), ""
        )
        hint = f"（例如 {inner}）" if inner else ""
        raise WorkbookError(f"这是压缩包，不是工作簿；请先解压，再选择里面的表格文件{hint}。")

    def _check_size(self) -> None:
        infos = self.zip.infolist()
        packed = sum(info.compress_size for info in infos)
        overlaps = packed > _size(self.source)
        claims = any(info.file_size > limits.MAX_RATIO * (info.compress_size + 64) for info in infos)
        if overlaps or claims or len(infos) > limits.MAX_PARTS:
            raise WorkbookError(_BOMB)
        if any(info.file_size > limits.MAX_PART_BYTES for info in infos if not _is_skipped(info.filename)):
            raise WorkbookError(
                "文件里有一张工作表大得不正常，超出本工具能处理的范围；请拆成几份，或在 Excel 里另存后再试。"
            )
        if any(info.flag_bits & 1 for info in infos):
            raise WorkbookError("文件被压缩软件加了密，无法读取；请先解密，或在 Excel 里另存为不加密的 .xlsx。")

    def _check_text(self) -> None:
        """Refuse document types; write anew what is not UTF-8, for no reader expects that."""
        foreign: dict[str, str] = {}
        for name in self._names.values():
            if not name.lower().endswith((".xml", ".rels")) or _is_skipped(name):
                continue
            with self.zip.open(name) as stream:
                head = stream.read(8192)
            if encoding := _encoding(head):
                foreign[name] = encoding
                head = head[: len(head) & ~1].decode(encoding, "ignore").encode()
            refuse_document_type(head)
        if foreign:
            self._replace({name: self._recoded(name, encoding) for name, encoding in foreign.items()})

    def _recoded(self, name: str, encoding: str) -> list[bytes]:
        try:
            text = self.zip.read(name).decode(encoding)
        except (UnicodeDecodeError, LookupError):
            raise WorkbookError(
                f"文件内部的编码（{encoding}）无法识别；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
            ) from None
        data = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")).encode()
        refuse_document_type(data)
        return [data]

    def _replace(self, parts: dict[str, Iterable[bytes]]) -> None:
        self.source = self.with_parts(parts)
        self.zip = zipfile.ZipFile(self.source)

    def with_parts(self, parts: dict[str, Iterable[bytes]]) -> io.BytesIO:
        """A copy in memory with some parts written anew and pictures and macros left out."""
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for name in self._names.values():
                if _is_skipped(name):
                    continue
                with target.open(name, "w", force_zip64=True) as stream:
                    for data in parts.get(name) or [self.zip.read(name)]:
                        stream.write(data)
        copy.seek(0)
        return copy

    def directory(self) -> Directory:
        """Sheets in order with their parts, and the date system."""
        # programs leave backups such as tbak/workbook.xml behind; the usual place goes first
        book = min(
            (name for name in self._names if name.endswith("workbook.xml")), key=lambda name: name != "xl/workbook.xml"
        )
        root = _parsed(read_small(self.zip, self._names[book]))
        folder, name = posixpath.split(book)
        relations = self._names.get(f"{folder}/_rels/{name}.rels", "")
        targets = (
            {item.get("Id", ""): item.get("Target", "") for item in _parsed(read_small(self.zip, relations))}
            if relations
            else {}
        )
        parts = []
        for sheet in (item for item in root.iter() if _local(item.tag) == "sheet"):
            link = next((value for key, value in sheet.attrib.items() if _local(key) == "id" and key != "id"), "")
            path = posixpath.normpath(posixpath.join("/" + folder, targets.get(link, "").replace("\\", "/"))).lstrip(
                "/"
            )
            parts.append(self._names.get(path.lower(), ""))
        settings = next((item.attrib for item in root.iter() if _local(item.tag) == "workbookPr"), {})
        return Directory(parts, settings.get("date1904", "") in {"1", "true", "on"})


def _parsed(data: bytes) -> ET.Element:
    try:
        return ET.fromstring(data)  # noqa: S314  document types were refused: nothing can expand
    except ET.ParseError:
        raise WorkbookError("文件的目录部分已损坏；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。") from None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _encoding(head: bytes) -> str:
    """Name of an encoding other than UTF-8, or ''."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    if head[:2] == b"<\0":
        return "utf-16-le"
    if head[:2] == b"\0<":
        return "utf-16-be"
    declared = _ENCODING.match(head.lstrip(b"\xef\xbb\xbf"))
    name = declared[1].decode().lower() if declared else ""
    return "" if name in {"", "utf-8", "utf8", "us-ascii", "ascii"} else name


def _is_skipped(name: str) -> bool:
    lower = name.lower()
    return any(mark in lower for mark in _NOT_READ)


def _size(source: Path | io.BytesIO) -> int:
    return source.stat().st_size if isinstance(source, Path) else len(source.getbuffer())
