"""Word files opened with a sentence where they cannot be, and saved whole, the same content giving the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.drawing import write_whole


def opened(path: Path) -> Document:
    """A Word file.

    Raises:
        WorkbookError: it is missing, no .docx, or damaged.
    """
    if not path.is_file():
        raise WorkbookError(f"{path}：找不到这个 Word 文件；请检查路径")
    try:
        return docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as cause:
        # SyntaxError: lxml's own error for broken XML
        raise WorkbookError(f"{path}：不是完好的 .docx 文件；.doc 或 .wps 请先在 Word 或 WPS 中另存为 .docx") from cause


def save(document: Document, out: Path, *, overwrite: bool = False) -> None:
    """Write a document whole or not at all; `overwrite` allows to replace a file that is there."""
    write_whole(out, lambda target: pack(document, target), overwrite=overwrite)


def pack(document: Document, target: BinaryIO) -> None:
    """Write a document into an open file with fixed dates inside the zip, and without a picture of its first page.

    Such a picture shows another document: the one python-docx begins from, or an officer's template before it was filled.
    """
    for name, relation in list(document.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del document.part.package.rels[name]
    drawn = io.BytesIO()
    document.save(drawn)
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
