"""Narrative: a Word template with marks + Facts → a report in sentences, its numbers bound to their figures.

What the marks may say is in `phrases.py`, how a paragraph is written in `paragraphs.py`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from xiaobao_xl.documents.charts import draw_chart
from xiaobao_xl.documents.facts import Bound, Facts
from xiaobao_xl.documents.paragraphs import Pen, Say, heading_level, text_of
from xiaobao_xl.documents.phrases import (
    CHARTS,
    COMPARING,
    FIGURES_USED,
    MARK,
    MONTH_FIELDS,
    ROW_FIELDS,
    Bit,
    Chart,
    Mark,
    Row,
    mark_of,
    phrase,
)  # fmt: skip
from xiaobao_xl.documents.saving import opened, save
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.kinds import Text
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNFILLED, UNKNOWN

_KEPT = 12  # rows of a table that stays on one page
_BRACES = re.compile(r"\{\{|\}\}|｛｛|｝｝")


@dataclass(frozen=True)
class Narrated:
    """A finished text.

    Attributes:
        path: the file.
        bound: every number and word bound to a figure.
        charts: what was drawn.
        omitted: marks that had nothing to say, as written in the template.
    """

    path: Path
    bound: tuple[Bound, ...]
    charts: tuple[Chart, ...]
    omitted: tuple[str, ...]


def narrate(template: Path, facts: Facts, folder: Path, *, overwrite: bool = False) -> Narrated:
    """Write a report in sentences.

    Args:
        template: Word file with marks; its title property names the finished file.
        facts: the counted report.
        folder: where to write; whole or not at all.
        overwrite: an existing file may be replaced.

    Raises:
        WorkbookError: the template cannot be read, a mark is not known (with its place), or the target cannot be written.
    """
    document = opened(template)
    _require_readable(document, template.name)
    writing = Writing(document, facts, template.name)
    writing.everything()
    path = folder / f"{named(document, template, facts.figures.period)}.docx"
    document.core_properties.title = path.stem
    save(document, path, overwrite=overwrite)
    return Narrated(path, tuple(writing.pen.bound), tuple(writing.charts), tuple(dict.fromkeys(writing.omitted)))


def named(document: Document, template: Path, period: Period) -> str:
    """Name of the finished file without its ending: the template's title and the period."""
    return f"{document.core_properties.title or template.stem}_{period.title}"


@dataclass
class Writing:
    """One text being written.

    Attributes:
        document: the template, which becomes the text.
        facts: what may be said.
        file: name of the template, for messages.
        charts: charts drawn so far.
        omitted: marks that had nothing to say.
        pen: writes the paragraphs.
    """

    document: Document
    facts: Facts
    file: str
    charts: list[Chart] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    pen: Pen = field(init=False)

    def __post_init__(self) -> None:
        """Take up a pen."""
        self.pen = Pen(self._drawn)

    def everything(self) -> None:
        """Body, heads and feet; the tables of 口径 last, since they list what the text used."""
        body = self.document.element.body
        tables = list(body.iterchildren(qn("w:tbl")))
        late = [table for table in tables if any(f"{FIGURES_USED}." in text for text in _texts(table))]
        for element in list(body):
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl") and element not in late:
                self._table(element)
        for table in late:
            self._table(table)
        for story in _heads_and_feet(self.document):
            for paragraph in story.iter(qn("w:p")):
                self.pen.write(paragraph, self._sayer(Row()), keep=True)
        _drop_bare_headings(body)

    def _paragraph(self, paragraph: Any) -> None:
        if not self.pen.write(paragraph, self._sayer(Row())):
            paragraph.getparent().remove(paragraph)

    def _table(self, table: Any) -> None:
        fixed = [mark for line in table.findall(qn("w:tr")) for mark in self._marks(line) if mark.field in COMPARING]
        if fixed and all(phrase(mark, self.facts, Row()) is None for mark in fixed):
            _remove(table)  # a comparison without anything to compare with
            return
        for line in table.findall(qn("w:tr")):
            marks = self._marks(line)
            kind = {mark.field for mark in marks}
            if not kind & (ROW_FIELDS | MONTH_FIELDS) and not any(
                not mark.figures and mark.field == "口径" for mark in marks
            ):
                self._line(line, Row())
                continue
            rows = list(self._rows(marks))
            if any(self._is_silent(mark, rows) for mark in marks if mark.field in COMPARING | MONTH_FIELDS):
                rows = []
            if not rows:
                _remove(table)
                return
            for row in rows:
                copied = copy.deepcopy(line)
                line.addprevious(copied)
                self._line(copied, row)
            table.remove(line)
            if len(rows) <= _KEPT:
                _keep_together(table)

    def _line(self, line: Any, row: Row) -> None:
        for paragraph in line.iter(qn("w:p")):
            self.pen.write(paragraph, self._sayer(row), keep=True)

    def _marks(self, line: Any) -> list[Mark]:
        return [self._mark(found) for text in _texts(line) for found in MARK.finditer(text)]

    def _rows(self, marks: Sequence[Mark]) -> Iterator[Row]:
        """The members, months or figures a row is repeated for."""
        if not all(mark.figures for mark in marks):
            used = dict.fromkeys(bound.tag.figure for bound in self.pen.bound)
            whole = {name: self.facts.figures.spec(name) for name in used if not self.facts.figures.axes[name]}
            shown = [
                name for name, spec in whole.items() if getattr(spec, "meaning", "") and not isinstance(spec, Text)
            ]
            yield from (Row(number, figure=name) for number, name in enumerate(shown, start=1))
            return
        first = next(mark for mark in marks if mark.field in ROW_FIELDS | MONTH_FIELDS).figures[0]
        if any(mark.field in MONTH_FIELDS for mark in marks):
            every = [self.facts.months.get(mark.figures[0], {}) for mark in marks]
            months = self.facts.months.get(first, {}) if any(v.value for one in every for v in one.values()) else {}
            yield from (Row(number, month=month) for number, month in enumerate(months, start=1))
            return
        shown_members = [name for name in self.facts.figures.axes[first][0].titles if self._counts(name, marks)]
        yield from (Row(number, (name,)) for number, name in enumerate(shown_members, start=1))

    def _counts(self, name: str, marks: Sequence[Mark]) -> bool:
        """A member has a row where something was counted under it; 未填写 and 未识别 likewise."""
        counted = [mark.figures[0] for mark in marks if mark.field not in {"名称", "序号"}]
        values = [self.facts.figures.values[figure].get((name,)) for figure in counted]
        return any(value and value.value for value in values) or (not counted and name not in {UNFILLED, UNKNOWN})

    def _is_silent(self, mark: Mark, rows: Sequence[Row]) -> bool:
        said = (phrase(mark, self.facts, row) for row in rows)
        return mark.field != "月份" and all(one is None for one in said)

    def _sayer(self, row: Row) -> Say:
        def say(found: re.Match[str]) -> list[Bit] | None:
            mark = self._mark(found)
            is_said = mark.field not in CHARTS or self._is_drawable(mark)
            bits = phrase(mark, self.facts, row) if is_said else None
            if bits is None:
                self.omitted.append(mark.text)
            return bits

        return say

    def _mark(self, found: re.Match[str]) -> Mark:
        try:
            return mark_of(found, self.facts)
        except WorkbookError as mistake:
            raise WorkbookError(f"{self.file}：{mistake}（所在段落：“{found.string.strip()[:30]}”）") from None

    def _is_drawable(self, mark: Mark) -> bool:
        """A chart needs something to show: a member with a count, or two months."""
        if mark.field == "走势图":
            months = [self.facts.months.get(figure, {}) for figure in mark.figures]
            return all(len(one) > 1 for one in months) and any(value.value for one in months for value in one.values())
        return bool(self.facts.ranked(mark.figures[0]))

    def _drawn(self, chart: Chart) -> Any:
        self.charts.append(chart)
        return draw_chart(self.document, chart, self.facts, len(self.charts))


def _heads_and_feet(document: Document) -> list[Any]:
    parts = document.part.rels.values()
    return [
        one.target_part.element for one in parts if one.reltype in {RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER}
    ]


def _require_readable(document: Document, file: str) -> None:
    """Refuse braces that are no marks, and marks where they cannot be filled: text boxes, links, tracked changes."""
    for story in (document.element.body, *_heads_and_feet(document)):
        for paragraph in story.iter(qn("w:p")):
            whole = "".join(piece.text or "" for piece in paragraph.iter(qn("w:t")))
            own = text_of(paragraph)
            if _BRACES.search(MARK.sub("", own)):
                raise WorkbookError(
                    f"{file}：花括号不成对或是全角的；标记应写成 {{{{ 本期收到 }}}}（所在段落：“{own.strip()[:30]}”）"
                )
            if any(found[0] not in own for found in MARK.finditer(whole)):
                raise WorkbookError(
                    f"{file}：这里的标记填不进数字，请移到普通正文或表格里（不要放在文本框、超链接、修订或控件中）：“{whole.strip()[:30]}”"
                )


def _texts(element: Any) -> list[str]:
    return [text_of(paragraph) for paragraph in element.iter(qn("w:p"))]


def _keep_together(table: Any) -> None:
    """A short table stays on one page: every row but the last keeps with the next."""
    for line in table.findall(qn("w:tr"))[:-1]:
        for paragraph in line.iter(qn("w:p")):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def _remove(table: Any) -> None:
    """Take a table out, and the empty line below it."""
    below = table.getnext()
    if below is not None and _is_empty(below):
        table.getparent().remove(below)
    table.getparent().remove(table)


def _is_empty(element: Any) -> bool:
    kept = ("w:drawing", "w:pict", "w:object", "w:sectPr", "w:br")
    return (
        element.tag == qn("w:p")
        and not "".join(element.itertext()).strip()
        and not any(element.find(f".//{qn(name)}") is not None for name in kept)
    )


def _drop_bare_headings(body: Any) -> None:
    """A heading with nothing below it goes, with its page break if any."""
    following: int | None = 0  # level of the heading that comes next; 0 at the end, None where something stands between
    for element in reversed(list(body)):
        if element.tag == qn("w:sectPr") or _is_empty(element):
            continue
        level = heading_level(element)
        if level and following is not None and following <= level:
            body.remove(element)
        elif level:
            following = level
        else:
            following = None
