"""Claims: what a sentence without bound numbers says of the figures, where that is beyond doubt.

Three shapes are understood: 本期收到投诉97件 (a figure's title and a number with its unit), 信用卡13件 (a category or unit
and a number of complaints received), and 环比上升29.3% behind a figure's title. A sentence about part of the whole, another
period or another organisation is left alone: nothing here guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from xiaobao_xl.documents.facts import DOWN, LEVEL, UP, Facts, Tag
from xiaobao_xl.documents.numerals import Numeral, numerals, plain
from xiaobao_xl.documents.vocabulary import Mention, Vocabulary
from xiaobao_xl.figures.kinds import Change

TRENDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("上升", "增长", "增加", "上涨", "升高", "提高", "增至", "升至", "增多", "攀升"), UP),
    **dict.fromkeys(("下降", "减少", "降低", "下滑", "回落", "减至", "降至", "下跌"), DOWN),
    **dict.fromkeys(("基本持平", "持平", "不变"), LEVEL),
}
_VERSUS: Final = {
    "previous_period": "环比|(?:较|比|与)(?:上期|上季度?|上月|上半年)(?:相比)?",
    "same_period_last_year": "同比|(?:较|比|与)(?:去年同期|上年同期|去年|上年)(?:相比)?",
}
_ADVERBS: Final = "(?:，|,)?(?:有所|大幅度?|小幅度?|略有|略|明显|显著|继续|持续|进一步|分别|均|呈|为|仍)*"
_WORDS: Final = "|".join(sorted(TRENDS, key=len, reverse=True))
_FILL: Final = r"(?:的|消费者?投诉|投诉|件数|数量|总量|合计|总计|共计|共|为|是|达到?|有|仅|[：:\s])*"
_SHARE: Final = r"(?:件|笔)?[，,（(]?(?:约)?占(?:比|全部(?:投诉)?|投诉?总[量数]|本期收到(?:投诉)?)?的?(?:比重)?为?"
_UNITS: Final = {
    "件": "件|笔|起|宗",
    "元": "元",
    "天": "天|日|个自然日",
    "%": "",
    "户": "户",
    "个": "个|家",
    "万元": "元",
    "万户": "户",
}
_OTHERWISE: Final = re.compile(  # another time, another state, a comparison: not the figure received in the period
    "办结|撤回|不予受理|在办|期初|期末|超期|上期|上季|上年|去年|同期|上月|上半年|累计|赔付|由|[增减升降]至|增加|减少|上升|下降|较|比|每|月"
)
_OTHER_TIME: Final = re.compile(
    r"上期|上季|上年|去年|上月|上半年|下半年|同期|累计|\d{1,2}月|[一二三四]季度|20\d\d年|截至"
)

_LISTING: Final = re.compile("收到|投诉|居前|较多|最多|集中|主要|分别|依次|[的是为有在于]|包括")  # 居前的是信用卡13件
_SCOPE: Final = re.compile(r"其中|(?<=[的诉件项])中(?!心)|当中|里面")
_LEAD: Final = re.compile(
    rf"(?:的|投诉|消费者?|共计?|为|件|笔|[\d,.%+]|[，,、\s]|和|与|{'|'.join(_VERSUS.values())}|{_WORDS}|略有|有所|明显|大幅)*"
)


class Claim(NamedTuple):
    """What a stretch of text says of a figure.

    Attributes:
        start: where the number or word begins.
        end: where it ends.
        tag: what it speaks of.
        word: the trend word; '' for a number.
        numeral: the number, or None.
    """

    start: int
    end: int
    tag: Tag
    word: str = ""
    numeral: Numeral | None = None


class Understanding:
    """Reads claims out of sentences about one counted report."""

    def __init__(self, facts: Facts) -> None:
        """Learn the titles of a report."""
        self._facts, self._words = facts, Vocabulary(facts.figures)

    def claims(self, sentence: str, before: str = "") -> Iterator[Claim]:
        """What a sentence says beyond doubt.

        Args:
            sentence: up to its 。 or ；.
            before: what it stands under: the heading, and what comes before it in its paragraph. Where that names a
                category or a unit, the sentence may be about it alone.
        """
        text = plain(sentence)
        at = {one.start: one for one in numerals(text)}
        mentions = self._words.mentions(text)
        above = [one.tag.figure for one in self._words.mentions(plain(before)) if one.tag.member]
        for place, mention in enumerate(mentions):
            following = mentions[place + 1].start if place + 1 < len(mentions) else len(text)
            if mention.tag.member:
                if all(figure == mention.tag.figure for figure in above):
                    yield from self._of_member(text, mention, mentions, at)
            elif not above and self._is_whole(text, mentions[: place + 1]):
                yield from self._of_figure(text, mention, at)
                yield from self._of_change(text[:following], mention, at)

    def _is_whole(self, text: str, mentions: list[Mention]) -> bool:
        """The last of some mentions is about everything in the period, not about a part or another time."""
        *earlier, mention = mentions
        if any(one.tag.member for one in earlier):
            return False
        before, received = text[: mention.start], text[: mention.start]
        for one in reversed(earlier):
            before = before[: one.start] + before[one.end :]
            if one.tag.figure in self._words.received:
                received = received[: one.start] + received[one.end :]
        if _OTHER_TIME.search(self._words.harmless.sub("", before)):
            return False
        if self._words.harmless.sub("", _clause(received)):
            return False
        if any(not self._leads(text, earlier, mention, scope) for scope in _SCOPE.finditer(text, 0, mention.start)):
            return False
        heads = [one.tag.figure for one in earlier if one.tag.figure in self._words.headlines]
        return (
            not heads
            or mention.tag.figure in self._words.headlines
            or self._words.is_part(mention.tag.figure, heads[-1])
        )

    def _leads(self, text: str, earlier: list[Mention], mention: Mention, scope: re.Match[str]) -> bool:
        """其中, 的投诉中 … lead from a figure said just before to a part of it."""
        led = [one for one in earlier if one.end <= scope.start()]
        if not led or not self._words.is_part(mention.tag.figure, led[-1].tag.figure):
            return False
        return bool(_LEAD.fullmatch(text, led[-1].end, scope.start()))

    def _of_figure(self, text: str, mention: Mention, at: Mapping[int, Numeral]) -> Iterator[Claim]:
        """本期收到投诉97件."""
        unit = self._facts.figures.spec(mention.tag.figure).unit.split("/")[0]
        gap = re.compile(_FILL).match(text, mention.end)
        number = at.get(gap.end()) if gap else None
        if number is None or number.is_hedged or unit not in _UNITS or number.is_percentage != (unit == "%"):
            return
        if unit == "%" or re.compile(_UNITS[unit]).match(text, number.end):
            yield Claim(number.start, number.end, mention.tag, numeral=number)

    def _of_change(self, text: str, mention: Mention, at: Mapping[int, Numeral]) -> Iterator[Claim]:
        """环比上升29.3% behind the title of what is compared; 收到环比上升 names it itself."""
        spec = self._facts.figures.spec(mention.tag.figure)
        for versus, words in _VERSUS.items():
            named = isinstance(spec, Change) and spec.versus == versus
            change = mention.tag.figure if named else self._words.changes.get((mention.tag.figure, versus))
            if change is None:
                continue
            shape = re.compile(f"(?:{words}){'?' if named else ''}{_ADVERBS}({_WORDS})(?:了|幅度?为?|约)*")
            for found in [shape.match(text, mention.end)] if named else shape.finditer(text, mention.end):
                if not found:
                    continue
                yield Claim(*found.span(1), Tag(change, (), "", "trend"), word=found[1])
                number = at.get(found.end())
                if number and number.is_percentage and not number.is_hedged:
                    yield Claim(number.start, number.end, Tag(change, (), "", "size"), numeral=number)

    def _of_member(
        self, text: str, mention: Mention, mentions: list[Mention], at: Mapping[int, Numeral]
    ) -> Iterator[Claim]:
        """信用卡13件（占13.4%）, in a sentence about what was received and no other split."""
        figure = mention.tag.figure
        if _OTHERWISE.search(text) or any(one.tag.member and one.tag.figure != figure for one in mentions):
            return
        if any(not one.tag.member and one.tag.figure not in self._words.received for one in mentions):
            return
        if self._words.harmless.sub("", _LISTING.sub("", _clause(text[: mention.start]))):
            return
        gap = re.compile(r"(?:类|业务|方面)?(?:的)?(?:投诉)?(?:共|为|有|计)?").match(text, mention.end)
        number = at.get(gap.end()) if gap else None
        if number is None or number.is_hedged or not text.startswith("件", number.end):
            return
        yield Claim(number.start, number.end, mention.tag, numeral=number)
        share, behind = self._facts.share_of(figure), re.compile(_SHARE).match(text, number.end)
        part = at.get(behind.end()) if behind else None
        if share and part and part.is_percentage and not part.is_hedged:
            yield Claim(part.start, part.end, Tag(share, mention.tag.member), numeral=part)


def _clause(text: str) -> str:
    """What stands since the last comma."""
    return re.split(r"[，,；;：:、（）()\n]", text)[-1]
