"""A letter filled through docxtpl: what is known is printed, what is not stands as a blank on yellow."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.text.run import Run
from docxtpl import DocxTemplate

from xiaobao_xl.documents.saving import pack
from xiaobao_xl.documents.templates import PREFIX, Template, stories
from xiaobao_xl.letters.facts import Text

_OPEN, _CLOSE = "\ue000", "\ue001"  # around a blank while docxtpl fills the template
_EDGE = re.compile(f"[{_OPEN}{_CLOSE}]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\ue000\ue001]")


def fill(template: Template, texts: Mapping[str, Text], *, title: str) -> bytes:
    """Fill a template.

    Args:
        template: the template.
        texts: id of a mark → what it says; every mark of the template must be there.
        title: title of the document, for its properties.

    Returns:
        The .docx file.
    """
    document = DocxTemplate(io.BytesIO(template.content))
    document.render({f"{PREFIX}{name}": _joined(texts[name]) for name in template.marks}, autoescape=True)
    filled: Any = document.docx  # not get_docx(), which would open the template anew
    for story in stories(filled):
        for run in list(story.iter(qn("w:r"))):
            if any(_OPEN in (piece.text or "") for piece in run.findall(qn("w:t"))):
                _highlight(run)
    filled.core_properties.title = title
    content = io.BytesIO()
    pack(filled, content)
    return content.getvalue()


def _joined(text: Text) -> str:
    return "".join(_clean(part) if isinstance(part, str) else _blank(str(part)) for part in text)


def _clean(text: str) -> str:
    """Text without what no Word file may hold; a line break stays one."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _blank(text: str) -> str:
    return f"{_OPEN}{' '.join(_clean(text).split())}{_CLOSE}"


def _highlight(run: Any) -> None:
    """Cut a run at the edges of its blanks; the blanks become runs on yellow."""
    looks = run.find(qn("w:rPr"))
    parts = [part for child in run if child is not looks for part in _parts(child)]
    for is_blank, group in groupby(parts, key=lambda part: part[0]):
        piece = run.makeelement(run.tag, dict(run.attrib))
        if looks is not None:
            piece.append(copy.deepcopy(looks))
        piece.extend([element for _, element in group])
        run.addprevious(piece)
        if is_blank:
            Run(piece, None).font.highlight_color = WD_COLOR_INDEX.YELLOW  # type: ignore[arg-type]
    run.getparent().remove(run)


def _parts(child: Any) -> list[tuple[bool, Any]]:
    """A child of a run, cut where blanks begin and end, each part with whether it is a blank."""
    if child.tag != qn("w:t") or _OPEN not in (child.text or ""):
        return [(False, child)]
    parts = []
    for place, text in enumerate(_EDGE.split(child.text)):
        if text:
            piece = copy.deepcopy(child)
            piece.text = text
            piece.set(qn("xml:space"), "preserve")
            parts.append((place % 2 == 1, piece))
    return parts
