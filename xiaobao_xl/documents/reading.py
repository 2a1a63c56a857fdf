"""Reading: the paragraphs of a Word file with the content controls in them, as an officer would see the text.

What is struck out or moved away in a tracked change is not read; what is inserted is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from docx.oxml.ns import qn

from xiaobao_xl.documents.paragraphs import heading_level
from xiaobao_xl.documents.saving import opened

_GONE: Final = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_BREAKS: Final = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n"}


class Span(NamedTuple):
    """A content control.

    Attributes:
        start: where it begins in the text of its paragraph.
        end: where it ends.
        tag: its tag.
        was: what stood in it when it was written; '' where that is not known.
    """

    start: int
    end: int
    tag: str
    was: str


class Passage(NamedTuple):
    """A paragraph.

    Attributes:
        place: `办理时效 第2段` or `表3第4行`.
        text: its text.
        spans: its content controls, in order.
        heading: the heading it stands under.
    """

    place: str
    text: str
    spans: tuple[Span, ...]
    heading: str = ""


def passages(path: Path) -> list[Passage]:
    """Every paragraph with text, tables included, in order.

    Raises:
        WorkbookError: the file cannot be read.
    """
    found, heading, number, tables = [], "", 0, list[Any]()
    for paragraph in opened(path).element.body.iter(qn("w:p")):
        text, spans = _read(paragraph)
        row = next(paragraph.iterancestors(qn("w:tr")), None)
        if row is not None:
            table = row.getparent()
            if not any(table is known for known in tables):
                tables.append(table)
            line = list(table.iterchildren(qn("w:tr"))).index(row) + 1
            place = f"第{next(n for n, one in enumerate(tables, start=1) if one is table)}张表第{line}行"
        elif heading_level(paragraph):
            heading, number, place = text.strip(), 0, "标题"
        else:
            number += bool(text.strip())
            place = f"{f'“{heading}”下' if heading else '开头'}第{number}段"
        if text.strip():
            found.append(Passage(place, text, spans, heading))
    return found


def text_of(paragraph: Any) -> str:
    """The text of a paragraph's element, without that of text boxes anchored in it."""
    return "".join(part for part in _walk(paragraph) if isinstance(part, str))


def _read(paragraph: Any) -> tuple[str, tuple[Span, ...]]:
    pieces: list[str] = []
    spans: list[Span] = []
    for part in _walk(paragraph):
        if isinstance(part, str):
            pieces.append(part)
        else:
            start, control = part
            spans.append(Span(start, sum(map(len, pieces)), *_names(control)))
    return "".join(pieces), tuple(sorted(spans))


def _walk(element: Any, start: int = 0) -> Iterator[str | tuple[int, Any]]:
    """Pieces of text in order; after the text of a content control, where it began and the control."""
    for child in element:
        if child.tag in _GONE:
            continue
        if child.tag == qn("w:t") or child.tag in _BREAKS:
            piece = _BREAKS.get(child.tag) or child.text or ""
            start += len(piece)
            yield piece
            continue
        began = start
        for part in _walk(child, start):
            start += len(part) if isinstance(part, str) else 0
            yield part
        if child.tag == qn("w:sdt"):
            yield began, child


def _names(control: Any) -> tuple[str, str]:
    properties = control.find(qn("w:sdtPr"))
    tag, title = (
        (found.get(qn("w:val")) or "")
        if properties is not None and (found := properties.find(qn(name))) is not None
        else ""
        for name in ("w:tag", "w:alias")
    )
    return tag, title.rpartition("＝")[2] if "＝" in title else ""
