"""Forbidden phrases: words that do not belong in education and marketing material, and where a text has them.

guaranteed:
  title: 保证本金或收益
  patterns: ['保本', '稳赚不赔']
  negated_by: ['(不|非)[^，。]{0,6}保本']
  why: 存款以外的产品不能让人以为本金没有风险
  instead: 如实写明风险等级与可能的损失

Blanks inside a phrase do not hide it: 保 本 is read as 保本. Which phrases is a setting of the institution.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from xiaobao_xl.entries import entry

Purpose = Literal["education", "marketing"]
# digits, letters and the per cent sign; what divides sentences stays full-width
_HALF_WIDTH: Final = {ord("％"): "%"} | {
    code: chr(code - 0xFEE0)
    for low, high in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(low, high + 1)
}
_UNSEEN: Final = re.compile(r"[^\S\n]|[\u00ad\u200b-\u200f\u2060\ufeff]")
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]*")
_CLAUSE: Final = re.compile(r"[^，,、：:]*[，,、：:]*")


@entry
class Phrase:
    """A group of phrases that mean the same fault.

    Attributes:
        title: what is wrong (Chinese).
        patterns: regular expressions over the text without blanks, in half-width signs.
        negated_by: a hit is none where one of these fits the same clause, such as 不保本.
        warned_by: nor where one of these fits the same sentence, such as 警惕 or 骗局.
        purpose: only in material of this purpose; '' in any.
        why: why it does not belong there (Chinese).
        instead: what to write (Chinese).
        source: instrument and article, where the text was seen; '' for a setting of the institution.
    """

    title: str
    patterns: tuple[str, ...]
    negated_by: tuple[str, ...] = ()
    warned_by: tuple[str, ...] = ()
    purpose: Literal["", "education", "marketing"] = ""
    why: str
    instead: str
    source: str = ""

    @cached_property
    def looked_for(self) -> re.Pattern[str]:
        """All patterns in one."""
        return _any(self.patterns)

    @cached_property
    def negated(self) -> re.Pattern[str] | None:
        """All of `negated_by`."""
        return _any(self.negated_by) if self.negated_by else None

    @cached_property
    def warned(self) -> re.Pattern[str] | None:
        """All of `warned_by`."""
        return _any(self.warned_by) if self.warned_by else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found.

    Attributes:
        phrase: id of the group.
        words: as written.
        sentence: the sentence around.
        start: where the words begin in the text.
    """

    phrase: str
    words: str
    sentence: str
    start: int


def hits(text: str, phrases: Mapping[str, Phrase], purpose: str = "") -> list[Hit]:
    """Phrases found in a paragraph, in order; of hits inside another of the same group the longer one stays.

    Args:
        text: the paragraph.
        phrases: group id → phrases.
        purpose: what the material is for; '' looks for the phrases of every purpose.

    >>> rule = Phrase(title="保本", patterns=("保本",), negated_by=("不[^，]{0,4}保本",), why="", instead="")
    >>> [hit.words for hit in hits("本产品不保本，历史上保 本。", {"guaranteed": rule})]
    ['保 本']
    """
    places = [place for place, sign in enumerate(text) if not _UNSEEN.match(sign)]
    seen = "".join(text[place] for place in places).translate(_HALF_WIDTH)
    found = []
    for begin, end in _parts(_SENTENCE, seen, 0):
        for name, phrase in phrases.items():
            if not (purpose and phrase.purpose and phrase.purpose != purpose):
                for first, last in _in_sentence(seen, begin, end, phrase):
                    words = text[places[first] : places[last - 1] + 1]
                    sentence = text[places[begin] : places[end - 1] + 1].strip()
                    found.append(Hit(name, words, sentence, places[first]))
    return sorted(found, key=lambda hit: hit.start)


def _in_sentence(seen: str, begin: int, end: int, phrase: Phrase) -> Iterator[tuple[int, int]]:
    if phrase.warned and phrase.warned.search(seen[begin:end]):
        return
    for match in phrase.looked_for.finditer(seen, begin, end):
        if match.end() > match.start() and not _is_negated(seen, begin, end, match.span(), phrase):
            yield match.span()


def _is_negated(seen: str, begin: int, end: int, span: tuple[int, int], phrase: Phrase) -> bool:
    """Whether a negation stands in the clause of the words and reaches them."""
    if phrase.negated is None:
        return False
    clause = next((part for part in _parts(_CLAUSE, seen[begin:end], begin) if part[0] <= span[0] < part[1]), span)
    return any(match.start() <= span[0] < match.end() for match in phrase.negated.finditer(seen, clause[0], clause[1]))


def _parts(pattern: re.Pattern[str], text: str, offset: int) -> list[tuple[int, int]]:
    spans = (match.span() for match in pattern.finditer(text))
    return [(first + offset, last + offset) for first, last in spans if last > first]


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
