"""Proofreading: an edited report held against the figures; sentences that are no longer true are listed.

Numbers and words in content controls are compared with what stands behind their tag, wherever the sentence has been
moved. Free text is judged only where `claims.py` understands it; sentences with numbers that nothing judged are counted
as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from xiaobao_xl.documents.claims import TRENDS, Claim, Understanding
from xiaobao_xl.documents.facts import LEVEL, NEARLY, Facts, Tag
from xiaobao_xl.documents.numerals import SCALES, Numeral, numerals, plain
from xiaobao_xl.documents.paragraphs import NOTE
from xiaobao_xl.documents.reading import Passage, Span, passages
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.kinds import Text
from xiaobao_xl.figures.values import Value

_SENTENCE: Final = re.compile(r"[^。；！？\n]*[。；！？\n]?")
_JUDGED_TEXTS: Final = frozenset({"period", "dates"})  # other words of the head are the writer's own
_SHOWN: Final = 5  # complaints named in one line
_LISTED: Final = 20  # sentences not judged that are named
_TREND: Final = re.compile(
    f"(?:{'|'.join(sorted(TRENDS, key=len, reverse=True))})(?!较[多少大])"
)  # 增加较多的是 claims nothing


class Untrue(NamedTuple):
    """A sentence that is no longer true.

    Attributes:
        place: `“办理时效”下第2段`.
        sentence: how it begins.
        title: the figure in words.
        said: what the text says.
        now: what the figure says now.
        was: what the figure said when the text was written; '' where not known.
        rows: complaint number and place of the rows behind the figure, the first few.
        behind: number of those rows.
    """

    place: str
    sentence: str
    title: str
    said: str
    now: str
    was: str = ""
    rows: tuple[str, ...] = ()
    behind: int = 0

    def line(self) -> str:
        """As printed on screen."""
        cause = (
            f"（生成时为 {self.was}，台账或规则有变动）"
            if self.was and self.was == self.said
            else f"（生成时为 {self.was}）"
            if self.was
            else ""
        )
        behind = (
            f"；依据 {self.behind} 件：{'、'.join(self.rows)}{'等' if self.behind > len(self.rows) else ''}"
            if self.behind
            else ""
        )
        return f"{self.place}“{self.sentence}” [不符] {self.title}：文中“{self.said}”，按现在的数据应为“{self.now}”{cause}{behind}"


@dataclass
class Proofread:
    """A text held against the figures.

    Attributes:
        path: the text.
        untrue: what is no longer true, in order.
        judged: numbers and words compared.
        unjudged: place and beginning of sentences with a number or trend word that nothing judged.
    """

    path: Path
    untrue: list[Untrue] = field(default_factory=list)
    judged: int = 0
    unjudged: list[str] = field(default_factory=list)

    def conclusion(self) -> str:
        """How much was compared, in one line."""
        wrong = f"不符 {len(self.untrue)} 处" if self.untrue else "全部相符"
        return f"{self.path.name}：已核对 {self.judged} 处，{wrong}；未核对 {len(self.unjudged)} 句（有数字或升降字样，但不能确定所指）。"

    def lines(self) -> Iterator[str]:
        """What is no longer true, then what was not judged, then how much was compared."""
        yield from (one.line() for one in self.untrue)
        yield from (f"{place} [未核对]" for place in self.unjudged[:_LISTED])
        if len(self.unjudged) > _LISTED:
            yield f"……另有 {len(self.unjudged) - _LISTED} 句未核对，加 --json 结果.json 可取全部。"
        yield self.conclusion()

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        untrue = [one._asdict() for one in self.untrue]
        return {**asdict(self), "path": str(self.path), "untrue": untrue}


def proofread(path: Path, facts: Facts) -> Proofread:
    """Compare a text with the figures.

    Args:
        path: a .docx file, written by `narrate` and edited since, or any other.
        facts: the counted report.

    Raises:
        WorkbookError: the file cannot be read, or was written for another period.
    """
    result, understanding, read = Proofread(path), Understanding(facts), passages(path)
    written = {span.was for passage in read for span in passage.spans if span.tag == "period" and span.was}
    if written and facts.figures.period.title not in written:
        raise WorkbookError(
            f"{path}：这份报告写的是{'、'.join(sorted(written))}，现在按{facts.figures.period.title}核对；请改 --period 或换一份报告"
        )
    for passage in read:
        for sentence in _sentences(passage):
            _Judging(result, facts, understanding, passage, sentence).everything()
    return result


def _sentences(passage: Passage) -> Iterator[re.Match[str]]:
    return (found for found in _SENTENCE.finditer(passage.text) if found[0].strip())


@dataclass
class _Judging:
    """One sentence being judged.

    Attributes:
        result: gathers what is found.
        facts: the counted report.
        understanding: reads free text.
        passage: the paragraph.
        sentence: where it stands in the paragraph.
        settled: stretches of the sentence something judged, or that need no judging.
    """

    result: Proofread
    facts: Facts
    understanding: Understanding
    passage: Passage
    sentence: re.Match[str]
    settled: list[range] = field(default_factory=list)

    def everything(self) -> None:
        """Bound numbers first, then what the words say, then what remains."""
        start, end = self.sentence.span()
        wrong = [
            self._bound(span)
            for span in self.passage.spans
            if start <= span.start and span.end <= end and span.start < span.end
        ]
        for claim in self.understanding.claims(self.sentence[0], f"{self.passage.heading} {self.passage.text[:start]}"):
            place = range(claim.start, claim.end)
            if any(place.start in known for known in wrong if known):
                continue  # said already
            if self._claimed(claim):
                self.settled.append(place)
        text = plain(self.sentence[0])
        places = [one.start for one in numerals(text)] + [found.start() for found in _TREND.finditer(text)]
        if any(not any(place in known for known in self.settled) for place in places):
            self.result.unjudged.append(f"{self.passage.place}“{self._beginning()}”")

    def _bound(self, span: Span) -> range | None:
        """Judge a content control; gives its place in the sentence where it is wrong."""
        place = range(span.start - self.sentence.start(), span.end - self.sentence.start())
        text = self.passage.text[span.start : span.end]
        tag = self.facts.tag_of(span.tag)
        if span.tag == NOTE:
            self.settled.append(place)
        if tag is None or self._is_free(tag):
            return None
        verdict = self._agrees(tag, text, place)
        if verdict is None:
            return None
        self.result.judged += 1
        self.settled.append(place)
        if not verdict:
            self._tell(tag, text, span.was)
        return None if verdict else place

    def _is_free(self, tag: Tag) -> bool:
        spec = self.facts.figures.spec(tag.figure)
        return isinstance(spec, Text) and spec.text not in _JUDGED_TEXTS

    def _agrees(self, tag: Tag, text: str, place: range) -> bool | None:
        """Whether a text says what its tag says now; None where that cannot be told."""
        bound = self.facts.bound(tag)
        if tag.form == "trend" or tag.form.startswith("rank") or (bound and isinstance(bound.value.value, str)):
            return self._word_agrees(tag, text, bound.text if bound else "")
        number = next((one for one in numerals(self.sentence[0]) if one.start in place), None)
        if number is None or (number.is_hedged and not (bound and self._equals(number, tag))):
            return None
        return bool(bound) and self._equals(number, tag)

    def _word_agrees(self, tag: Tag, text: str, now: str) -> bool | None:
        if tag.form == "trend":
            said = TRENDS.get(text.strip())
            sides = self.facts.sides(tag)
            if said is None:
                return None
            exact = (
                TRENDS["上升" if sides[0] > sides[1] else "下降" if sides[0] < sides[1] else "持平"] if sides else ""
            )
            return said == exact or (now == NEARLY and said == LEVEL)
        if tag.form.startswith("rank"):
            ranked = self.facts.ranked(tag.figure)
            titles = {self.facts.figures.member_titles(tag.figure, one.member)[-1]: one.value for one in ranked}
            return None if text.strip() not in titles and now else titles.get(text.strip()) == titles.get(now, "")
        return text.strip() == now

    def _claimed(self, claim: Claim) -> bool:
        """Judge free text; false where its figure has no number now."""
        text = self.sentence[0][claim.start : claim.end]
        bound = self.facts.bound(claim.tag)
        if bound is None:
            return False
        verdict = (
            self._word_agrees(claim.tag, claim.word, bound.text)
            if claim.word
            else claim.numeral and self._equals(claim.numeral, claim.tag)
        )
        self.result.judged += 1
        if not verdict:
            self._tell(claim.tag, text, "")
        return True

    def _equals(self, number: Numeral, tag: Tag) -> bool:
        """A number is what its tag says; one counted in 万元 may stand with or without the 万."""
        exact, unit = self.exact(tag), self.facts.figures.spec(tag.figure).unit
        return number.agrees(exact) or number.agrees(exact * SCALES.get(unit[:1], 1.0))

    def exact(self, tag: Tag) -> float:
        """The number behind a tag as exactly as it is known, in the sense of its form."""
        value, sides = self.facts.value(tag), self.facts.sides(tag) if tag.form in {"change", "rate"} else None
        if sides:
            return sides[0] - sides[1] if tag.form == "change" else abs(sides[0] - sides[1]) / (sides[1] or 1)
        number = value.value if value and isinstance(value.value, (int, float)) else float("nan")
        return abs(float(number)) if tag.form == "size" else float(number)

    def _tell(self, tag: Tag, said: str, was: str) -> None:
        bound = self.facts.bound(tag)
        value = bound.value if bound else self.facts.value(tag)
        rows = [self.facts.figures.stack.place(int(row)) for row in behind(value)] if value else []
        now = bound.text if bound else f"无此数{f'（{value.note}）' if value and value.note else ''}"
        self.result.untrue.append(
            Untrue(
                self.passage.place,
                self._beginning(),
                self.facts.title(tag),
                said.strip(),
                now,
                was,
                tuple(rows[:_SHOWN]),
                len(rows),
            )
        )

    def _beginning(self) -> str:
        text = self.sentence[0].strip()
        return text if len(text) <= 24 else f"{text[:24]}…"


def behind(value: Value) -> list[int]:
    """Rows behind a value: of a share, a rate or a change those of its own side, not of what it is measured by."""
    own = value.parts[0] if value.operation in {"share", "change", "ratio"} and value.parts else value
    return [int(row) for row in own.rows()]
