"""Material for the public: every paragraph a reader sees, wherever it stands in a Word file or a text file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from xiaobao_xl.documents.reading import text_of
from xiaobao_xl.documents.saving import opened
from xiaobao_xl.errors import WorkbookError

READ: Final = (".docx", ".txt")
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DRAWN: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_STORIES: Final = {"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
_LONGEST: Final = 50_000_000  # bytes of a text file


class Paragraph(NamedTuple):
    """A paragraph: `place` as an officer finds it (正文第3段, 第1张表第2行, 文本框第1段), and its text."""

    place: str
    text: str


def paragraphs(path: Path) -> list[Paragraph]:
    """Every paragraph with text: body, tables, text boxes, headers, footers, notes and drawn diagrams.

    Raises:
        WorkbookError: the file cannot be read, or is of another kind.
    """
    suffix = path.suffix.casefold()
    if suffix not in READ:
        raise WorkbookError(f"{path}：只读 .docx 与 .txt；请在 Word 或 WPS 中另存为 .docx，或把文字存成 .txt")
    if suffix == ".txt":
        return _lines(path)
    found: list[Paragraph] = []
    for part in _parts(path):
        found += _drawn(part) if "/diagrams/" in str(part.partname) else _story(part)
    return found


def _parts(path: Path) -> list[Any]:
    """The parts with text: the body first, then headers, footers, notes and diagrams by name."""
    document = opened(path)
    others = []
    for part in document.part.package.iter_parts():
        name = str(part.partname)
        stem = name.rpartition("/")[2].rpartition(".")[0].rstrip("0123456789")
        if (name.startswith("/word/") and stem in _STORIES) or (name.startswith("/word/diagrams/") and stem == "data"):
            others.append(part)
    return [document.part, *sorted(others, key=lambda part: str(part.partname))]


def _root(part: Any) -> Any:
    element = getattr(part, "element", None)
    return parse_xml(part.blob) if element is None else element


def _story(part: Any) -> Iterator[Paragraph]:
    """Paragraphs of one part of the document, in order."""
    stem = str(part.partname).rpartition("/")[2].rpartition(".")[0].rstrip("0123456789")
    story = _STORIES.get(stem, "正文")
    counts: dict[str, int] = {}
    tables: dict[Any, int] = {}
    for paragraph in _root(part).iter(qn("w:p")):
        if next(paragraph.iterancestors(_FALLBACK), None) is not None:
            continue
        text = text_of(paragraph).strip()
        row = next(paragraph.iterancestors(qn("w:tr")), None)
        boxed = next(paragraph.iterancestors(qn("w:txbxContent")), None)
        if boxed is None and row is not None:
            table = row.getparent()
            number = tables.setdefault(table, len(tables) + 1)
            inside = "" if story == "正文" else story
            place = f"{inside}第{number}张表第{list(table.iterchildren(qn('w:tr'))).index(row) + 1}行"
        else:
            where = "文本框" if boxed is not None else story
            counts[where] = counts.get(where, 0) + bool(text)
            place = f"{where}第{counts[where]}段"
        if text:
            yield Paragraph(place, text)


def _drawn(part: Any) -> Iterator[Paragraph]:
    """Paragraphs of a diagram (SmartArt)."""
    texts = ("".join(run.text or "" for run in each.iter(f"{_DRAWN}t")) for each in _root(part).iter(f"{_DRAWN}p"))
    for number, text in enumerate(filter(str.strip, texts), start=1):
        yield Paragraph(f"图形第{number}段", text.strip())


def _lines(path: Path) -> list[Paragraph]:
    """Lines of a text file, in whichever of the usual encodings it is."""
    if not path.is_file():
        raise WorkbookError(f"{path}：找不到这个文件；请检查路径")
    if path.stat().st_size > _LONGEST:
        raise WorkbookError(f"{path}：文字文件超过 50 MB；请拆成几份")
    data = path.read_bytes()
    coding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise WorkbookError(f"{path}：文字的编码认不出来；请用记事本另存为 UTF-8 后重试") from None
    lines = enumerate(text.splitlines(), start=1)
    return [Paragraph(f"第{number}行", line.strip()) for number, line in lines if line.strip()]
