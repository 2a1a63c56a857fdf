"""Paragraphs: marks in a Word paragraph replaced by numbers in content controls, clause by clause.

A clause ends with 。 or ； or the line. One in which some mark has nothing to say is left out, and so is a part between
〔 and 〕; a paragraph of which nothing with a mark remains is dropped. Everything keeps the looks its mark had.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from xiaobao_xl.documents.facts import LONGEST_TAG, Bound
from xiaobao_xl.documents.phrases import MARK, Bit, Chart, Note
from xiaobao_xl.figures.values import BLANK

NOTE: Final = "note"  # tag of words that explain
_ENDS: Final = "。；\n"
_OPTIONAL = re.compile(r"〔([^〔〕]*\{\{[^〔〕]*)〕")
_OBJECT: Final = "\ufffc"  # a run that holds something other than text; it stays as it is
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n"}
Say = Callable[[re.Match[str]], list[Bit] | None]
Draw = Callable[[Chart], Any]


class Glyph(NamedTuple):
    """One character of a paragraph.

    Attributes:
        text: the character.
        look: properties of its run, or None.
        run: the run itself where it holds something other than text.
    """

    text: str
    look: Any
    run: Any = None


class Spoken(NamedTuple):
    """A stretch of a clause: literal characters, or what a mark says.

    Attributes:
        glyphs: the characters, those of the mark for a mark.
        bits: what the mark says; None where it has nothing to say.
        is_mark: it is a mark.
    """

    glyphs: Sequence[Glyph]
    bits: list[Bit] | None = None
    is_mark: bool = False


class Pen:
    """Writes runs, content controls and charts into paragraphs, and remembers what it wrote.

    Attributes:
        bound: every number and word written into a content control, in order of writing.
    """

    def __init__(self, draw: Draw) -> None:
        """Start with nothing written; `draw` turns a chart into a drawing."""
        self.bound: list[Bound] = []
        self._draw, self._controls = draw, 1_000_000  # beyond the numbers of controls a template may hold

    def write(self, paragraph: Any, say: Say, *, keep: bool = False) -> bool:
        """Replace the marks of a paragraph.

        Args:
            paragraph: a w:p element.
            say: what a mark says.
            keep: print — for what cannot be said, rather than leave out the clause (cells of a table).

        Returns:
            False where nothing remains to be said and the paragraph should go.
        """
        glyphs = glyphs_of(paragraph)
        text = "".join(glyph.text for glyph in glyphs)
        if not MARK.search(text):
            return True
        clauses = [list(_clause(glyphs, text, start, end, say, keep)) for start, end in _clauses(text)]
        kept = [clause for clause in clauses if keep or all(one.bits is not None for one in clause if one.is_mark)]
        if not any(one.is_mark for clause in kept for one in clause):
            return False
        _end_alike(clauses, kept)
        for child in [child for child in paragraph if child.tag != qn("w:pPr")]:
            paragraph.remove(child)
        for one in (one for clause in kept for one in clause):
            self._put(paragraph, one)
        return True

    def _put(self, paragraph: Any, one: Spoken) -> None:
        if not one.is_mark:
            for element in _runs(one.glyphs):
                paragraph.append(element)
            return
        look = one.glyphs[0].look
        for bit in [BLANK] if one.bits is None else one.bits:
            if isinstance(bit, Chart):
                run = _run("", look)
                run.append(self._draw(bit))
                paragraph.append(run)
            elif isinstance(bit, Bound):
                self.bound.append(bit)
                room = LONGEST_TAG - len(bit.text) - 1
                title = bit.title if len(bit.title) <= room else f"{bit.title[: room - 1]}…"
                self._control(paragraph, bit.text, look, str(bit.tag), f"{title}＝{bit.text}")
            elif isinstance(bit, Note):
                self._control(paragraph, bit.text, look, NOTE, "说明")
            elif bit:
                paragraph.append(_run(bit, look))

    def _control(self, paragraph: Any, text: str, look: Any, tag: str, title: str) -> None:
        """A content control round a number: tag for the program, title for whoever clicks on it."""
        self._controls += 1
        control, properties, content = (OxmlElement(name) for name in ("w:sdt", "w:sdtPr", "w:sdtContent"))
        if look is not None:
            properties.append(copy.deepcopy(look))
        for name, value in (("w:alias", title), ("w:tag", tag), ("w:id", str(self._controls))):
            element = OxmlElement(name)
            element.set(qn("w:val"), _FORBIDDEN.sub("", value))
            properties.append(element)
        content.append(_run(text, look))
        control.append(properties)
        control.append(content)
        paragraph.append(control)


def glyphs_of(paragraph: Any) -> list[Glyph]:
    """The characters of a paragraph's own runs."""
    found: list[Glyph] = []
    for run in paragraph.findall(qn("w:r")):
        look, parts = run.find(qn("w:rPr")), [child for child in run if child.tag != qn("w:rPr")]
        if all(child.tag == qn("w:t") or child.tag in _BREAKS for child in parts):
            text = "".join(_BREAKS.get(child.tag) or child.text or "" for child in parts)
            found += [Glyph(character, look) for character in text]
        else:
            found.append(Glyph(_OBJECT, look, run))
    return found


def text_of(paragraph: Any) -> str:
    """The text of a paragraph's own runs."""
    return "".join(glyph.text for glyph in glyphs_of(paragraph))


def heading_level(element: Any) -> int:
    """1 for 标题 1 and so on; 0 for anything else."""
    style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") if element.tag == qn("w:p") else None
    found = re.fullmatch(r"(?:Heading)?(\d)", style.get(qn("w:val"))) if style is not None else None
    return int(found[1]) if found else 0


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every clause; an end within a mark or an optional part does not count."""
    hidden = [range(*found.span()) for shape in (MARK, _OPTIONAL) for found in shape.finditer(text)]
    start = 0
    for place, character in enumerate(text):
        if character in _ENDS and not any(place in span for span in hidden):
            yield start, place + 1
            start = place + 1
    if start < len(text):
        yield start, len(text)


def _clause(glyphs: Sequence[Glyph], text: str, start: int, end: int, say: Say, keep: bool) -> Iterator[Spoken]:  # noqa: FBT001  (private)
    """A clause, without the optional parts that have nothing to say."""
    for part in _OPTIONAL.finditer(text, start, end):
        yield from _spoken(glyphs, text, start, part.start(), say)
        inside = list(_spoken(glyphs, text, *part.span(1), say))
        if keep or all(one.bits is not None for one in inside if one.is_mark):
            yield from inside
        start = part.end()
    yield from _spoken(glyphs, text, start, end, say)


def _spoken(glyphs: Sequence[Glyph], text: str, start: int, end: int, say: Say) -> Iterator[Spoken]:
    for found in MARK.finditer(text, start, end):
        if found.start() > start:
            yield Spoken(glyphs[start : found.start()])
        yield Spoken(glyphs[found.start() : found.end()], say(found), is_mark=True)
        start = found.end()
    if start < end:
        yield Spoken(glyphs[start:end])


def _end_alike(clauses: Sequence[list[Spoken]], kept: list[list[Spoken]]) -> None:
    """A paragraph that ended with 。 still does when its last clause has gone."""
    last, now = (clauses[-1] or [Spoken([])])[-1], kept[-1][-1]
    if not last.glyphs:
        return
    if kept[-1] is not clauses[-1] and not last.is_mark and not now.is_mark and now.glyphs[-1].text in _ENDS:
        end = last.glyphs[-1]
        kept[-1][-1] = Spoken(
            [*now.glyphs[:-1], *([end._replace(look=now.glyphs[-1].look)] if end.text == "。" else [])]
        )


def _runs(glyphs: Sequence[Glyph]) -> Iterator[Any]:
    for (_, run), part in groupby(glyphs, key=lambda glyph: (id(glyph.look), glyph.run)):
        characters = list(part)
        yield (
            copy.deepcopy(run) if run is not None else _run("".join(one.text for one in characters), characters[0].look)
        )


def _run(text: str, look: Any) -> Any:
    run = OxmlElement("w:r")
    if look is not None:
        run.append(copy.deepcopy(look))
    for part in re.findall(r"[\t\n]|[^\t\n]+", _FORBIDDEN.sub("", text)):
        element = OxmlElement({"\t": "w:tab", "\n": "w:br"}.get(part, "w:t"))
        if part not in "\t\n":
            element.text = part
            element.set(qn("xml:space"), "preserve")
        run.append(element)
    return run
