"""A Word template: its marks are found wherever they stand, made whole, and unknown ones refused.

Word and WPS cut a mark an officer has typed into several runs of text, sometimes across a hyperlink or a tracked change.
Each mark is put together in the run where it begins, by its id, before docxtpl sees it. Marks stand in the text, in
tables, text boxes, headers and footers; there are no loops, conditions or filters.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from xiaobao_xl.documents.saving import opened
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.typed_yaml import near

PREFIX = "mark_"  # before every id, so that none is a word of Jinja's
_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|｛｛|｝｝")
_STORIES = {RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER}
_NOTES = {RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES}
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")  # docxtpl would fill marks in them
_SHOWN = 24


@dataclass(frozen=True)
class Template:
    """A template whose marks are known.

    Attributes:
        path: the file it was read from.
        content: the document, every mark whole and in ids.
        marks: ids of its marks, in order.
    """

    path: Path
    content: bytes = field(repr=False)
    marks: tuple[str, ...]


def read_template(path: Path, names: Mapping[str, str], withheld: Mapping[str, str]) -> Template:
    """Read a template and resolve its marks.

    Args:
        path: a .docx file.
        names: every spelling a mark may have → id.
        withheld: spellings of personal data this document may not show → id.

    Raises:
        WorkbookError: it is no Word document, holds no mark, or names every place where a mark is unknown or broken.
    """
    document = opened(path)
    wrong = _marks_in_notes(document)
    marks: dict[str, None] = {}
    for story in stories(document):
        for paragraph in story.iter(qn("w:p")):
            pieces = [piece for piece in paragraph.iter(qn("w:t")) if _owner(piece) is paragraph]
            text = "".join(piece.text or "" for piece in pieces)
            mistakes = _mistakes(text, names, withheld)
            wrong += [f"{path.name}：“{_shown(text)}”处，{mistake}" for mistake in mistakes]
            if not mistakes:
                marks |= dict.fromkeys(_made_whole(pieces, text, names))
    if wrong:
        raise WorkbookError("\n".join(wrong))
    if not marks:
        raise WorkbookError(
            f"{path}：模板里没有任何标记（如 {{{{ 投诉编号 }}}}），填不进内容；请检查是不是拿错了文件。"
        )
    for name in _PROPERTIES:
        if "{" in (getattr(document.core_properties, name) or ""):
            setattr(document.core_properties, name, "")
    content = io.BytesIO()
    document.save(content)
    return Template(path, content.getvalue(), tuple(marks))


def stories(document: Any) -> Iterator[Any]:
    """The root elements of a document's text, headers and footers."""
    yield document.part.element
    for relation in document.part.rels.values():
        if relation.reltype in _STORIES:
            yield relation.target_part.element


def _owner(piece: Any) -> Any:
    return next(piece.iterancestors(qn("w:p")))


def _marks_in_notes(document: Any) -> list[str]:
    notes = (relation.target_part.blob for relation in document.part.rels.values() if relation.reltype in _NOTES)
    return ["脚注和尾注里不能写标记；请把它移到正文。"] if any(b"{{" in blob for blob in notes) else []


def _mistakes(text: str, names: Mapping[str, str], withheld: Mapping[str, str]) -> list[str]:
    found = [
        f"标记 {{{{ {name} }}}} {_fault(name, names, withheld)}" for name in _MARK.findall(text) if name not in names
    ]
    stray = _STRAY.search(_MARK.sub("", text))
    if stray:
        found.append(f"有不成对或不认识的 {stray[0]}；标记应写成 {{{{ 投诉编号 }}}}，用半角的两层花括号")
    return found


def _fault(name: str, names: Mapping[str, str], withheld: Mapping[str, str]) -> str:
    if name in withheld:
        return f"是个人信息，这种函件不列；确需写入的，请在规则中把 {withheld[name]} 列入它的 needs"
    guess = near(re.split(r"[|.\s]", name)[0], names)
    return f"没有定义{f'；是否想写 {guess}？' if guess else '；可用的标记见 xiaobao letter --list'}"


def _made_whole(pieces: list[Any], text: str, names: Mapping[str, str]) -> list[str]:
    """Put each mark into the piece where it begins; gives the ids in order."""
    marks = list(_MARK.finditer(text))
    texts = [piece.text or "" for piece in pieces]
    for mark in reversed(marks):
        _replace(texts, mark.span(), f"{{{{ {PREFIX}{names[mark[1]]} }}}}")
    for piece, written in zip(pieces, texts, strict=True):
        if written != piece.text:
            piece.text = written
            piece.set(qn("xml:space"), "preserve")
    return [names[mark[1]] for mark in marks]


def _replace(texts: list[str], span: tuple[int, int], new: str) -> None:
    """Replace a span of the joined texts; what is new goes where the span begins."""
    place = 0
    for number, text in enumerate(texts):
        first, last = max(span[0] - place, 0), min(span[1] - place, len(text))
        if first < last:
            texts[number] = text[:first] + new + text[last:]
            new = ""
        place += len(text)


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
