"""Facts: what a text may say of a counted report, each under a tag that finds it again in the finished document.

received                                   a figure as printed
by_reason[service]                         one member
by_reason[service]@previous_period         the same in the period before (or @same_period_last_year, @2026-07)
received_period_on_period.trend            上升, 下降 or 持平
received_period_on_period.size             the change without its sign
by_reason[service]@previous_period.change  more or fewer than then, with its sign
by_reason[service]@previous_period.rate    the same as a percentage, without its sign
by_reason.rank2                            name of the member that comes second
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from xiaobao_xl.figures.kinds import Change, Share
from xiaobao_xl.figures.values import Figures, Member, Value
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.workbook.printing import printed

LONGEST_TAG: Final = 64  # Word's own limit for the tag and the title of a content control
UP, DOWN, LEVEL, NEARLY = "上升", "下降", "持平", "基本持平"
_SHAPE = re.compile(r"([a-z][a-z0-9_]*)((?:\[[^\[\]]*\])*)(?:@([a-z0-9_-]+))?(?:\.([a-z0-9]+))?")


class Tag(NamedTuple):
    """Where a number or word comes from.

    Attributes:
        figure: figure or base id.
        member: member ids.
        when: '', `previous_period`, `same_period_last_year`, or a month such as `2026-07`.
        form: '', `trend`, `size`, `change`, `rate`, or `rank` with a number.
    """

    figure: str
    member: Member = ()
    when: str = ""
    form: str = ""

    def __str__(self) -> str:
        """As written into a document; members too long for Word's limit are told by their hash."""
        after = (f"@{self.when}" if self.when else "") + (f".{self.form}" if self.form else "")
        whole = self.figure + "".join(f"[{name}]" for name in self.member) + after
        if len(whole) <= LONGEST_TAG and not re.search(r"[\[\]]", "".join(self.member)):
            return whole
        return self.figure + "".join(f"[#{_digest(name)}]" for name in self.member) + after


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]


class Bound(NamedTuple):
    """A number or word of the text.

    Attributes:
        tag: where it comes from.
        text: as printed.
        title: the figure in words.
        value: the value, with the rows behind it.
    """

    tag: Tag
    text: str
    title: str
    value: Value


@dataclass(frozen=True)
class Facts:
    """A counted report with what else a text says of it.

    Attributes:
        figures: the report.
        past: `previous_period`, `same_period_last_year` → figure id → member → value; {} where not covered.
        months: figure id → month → value.
    """

    figures: Figures
    past: Mapping[str, Mapping[str, Mapping[Member, Value]]] = field(default_factory=dict)
    months: Mapping[str, Mapping[Period, Value]] = field(default_factory=dict)

    def tag_of(self, text: str) -> Tag | None:
        """The tag written in a document; None where it names nothing this report has."""
        found = _SHAPE.fullmatch(text)
        if not found or found[1] not in self.figures.values:
            return None
        names = re.findall(r"\[([^\[\]]*)\]", found[2])
        axes = self.figures.axes[found[1]]
        if len(names) > len(axes):
            return None
        member = []
        for name, axis in zip(names, axes, strict=False):
            known = next((one for one in axis.titles if f"#{_digest(one)}" == name), name)
            if known not in axis.titles and not axis.is_open:
                return None
            member.append(known)
        return Tag(found[1], tuple(member), found[3] or "", found[4] or "")

    def value(self, tag: Tag) -> Value | None:
        """The value a tag stands on; a unit that did not occur counts nothing."""
        if re.fullmatch(r"\d{4}-\d\d", tag.when):
            return next((v for month, v in self.months.get(tag.figure, {}).items() if _name(month) == tag.when), None)
        known = self.past.get(tag.when, {}).get(tag.figure) if tag.when else self.figures.values[tag.figure]
        if known is None or tag.member in known:
            return known[tag.member] if known else self._compared(tag)
        whole = known[()]
        number = 0 if whole.value is not None and whole.operation in {"count", "sum", "total"} else None
        return Value(tag.figure, tag.member, whole.period, whole.operation, number)

    def bound(self, tag: Tag) -> Bound | None:
        """What the text says under a tag; None where it can say nothing."""
        if tag.form.startswith("rank"):
            ranked, place = self.ranked(tag.figure), int(tag.form[4:] or 0)
            return self._named(ranked[place - 1], tag) if 0 < place <= len(ranked) else None
        value = self.value(tag)
        if tag.form == "trend":
            sides = self.sides(tag)
            return Bound(tag, self._trend(tag, *sides), self.title(tag), value) if value and sides else None
        if value is None or value.value is None or value.value == "" or not self._is_comparable(tag):
            return None
        return Bound(tag, self._text(tag, value), self.title(tag), value)

    def _compared(self, tag: Tag) -> Value | None:
        """The earlier side of a change the report itself prints."""
        for name, spec in self.figures.report.figures.items():
            if isinstance(spec, Change) and (spec.change, spec.versus) == (tag.figure, tag.when):
                parts = self.figures.values[name].get(tag.member, self.figures.values[name][()]).parts
                return parts[1] if len(parts) == 2 else None
        return None

    def ranked(self, figure: str) -> list[Value]:
        """Members that counted something, the most first; 未填写 and 未识别 do not compete."""
        found = [
            value
            for member, value in self.figures.values[figure].items()
            if len(member) == 1 and member[0] not in {UNFILLED, UNKNOWN}
            and isinstance(value.value, (int, float)) and value.value > 0
        ]  # fmt: skip
        return sorted(found, key=lambda value: -float(value.value or 0))

    def counted(self, figure: str) -> list[Value]:
        """The same, then 未填写 and 未识别 where something was counted under them: together the whole."""
        known = self.figures.values[figure]
        closing = [known[name,] for name in (UNFILLED, UNKNOWN) if (name,) in known and known[name,].value]
        return [*self.ranked(figure), *closing]

    def sides(self, tag: Tag) -> tuple[float, float] | None:
        """Present and earlier number of a comparison."""
        spec = self.figures.spec(tag.figure)
        now = self.value(tag._replace(when="", form=""))
        pair = now.parts[:2] if isinstance(spec, Change) and now else (now, self.value(tag._replace(form="")))
        numbers = [one.value for one in pair if one is not None and isinstance(one.value, (int, float))]
        return (float(numbers[0]), float(numbers[1])) if len(numbers) == 2 else None

    def _is_comparable(self, tag: Tag) -> bool:
        sides = self.sides(tag) if tag.form in {"change", "rate"} else None
        return tag.form not in {"change", "rate"} or (sides is not None and (tag.form == "change" or sides[1] > 0))

    def share_of(self, figure: str) -> str | None:
        """The figure that gives the shares of a split figure."""
        specs = self.figures.report.figures.items()
        return next((name for name, spec in specs if isinstance(spec, Share) and spec.share == figure), None)

    def title(self, tag: Tag) -> str:
        """The figure in words, with the period where it is not the report's."""
        figures = self.figures
        inside = "".join(f"［{name}］" for name in figures.member_titles(tag.figure, tag.member))
        value = self.value(tag) if tag.when else None
        return f"{figures.spec(tag.figure).title}{inside}{f'（{value.period.title}）' if value else ''}"

    def _named(self, value: Value, tag: Tag) -> Bound:
        name = self.figures.member_titles(tag.figure, value.member)[-1]
        return Bound(tag, name, f"{self.figures.spec(tag.figure).title}第{tag.form[4:]}位", value)

    def _trend(self, tag: Tag, now: float, then: float) -> str:
        if now == then:
            return LEVEL
        value = self.value(tag._replace(when="", form=""))
        spec = self.figures.spec(tag.figure)
        number = printed(value, spec) if isinstance(spec, Change) and value and value.value is not None else ""
        if number and not float(number.rstrip("%").replace(",", "")):
            return NEARLY
        return UP if now > then else DOWN

    def _text(self, tag: Tag, value: Value) -> str:
        spec = self.figures.spec(tag.figure)
        if tag.form in {"change", "rate"}:
            now, then = self.sides(tag) or (0.0, 0.0)
            if tag.form == "rate":
                return f"{abs(now - then) / then:.1%}"
            return f"{now - then:+,.0f}" if now != then else "0"
        text = printed(value, spec)
        return text.lstrip("-") if tag.form == "size" else text


def _name(month: Period) -> str:
    return f"{month.start:%Y-%m}"


def shortened(titles: Sequence[str]) -> list[str]:
    """Titles for charts: without the words that all the longer ones begin and end with; of a long list the first item.

    >>> shortened(["因定价收费引起的投诉", "因服务设施、设备、业务系统引起的投诉", "其他"])
    ['定价收费', '服务设施等', '其他']
    """
    long = [title for title in titles if len(title) > 6]
    if len(long) < 2:
        return list(titles)
    head = _shared(long)
    tail = _shared([title[::-1] for title in long])[::-1]
    cut = {title: title[len(head) : len(title) - len(tail)] for title in long}
    return [_first(cut[title]) if len(cut.get(title, "")) > 1 else title for title in titles]


def _first(title: str) -> str:
    """What a list too long for an axis begins with."""
    return f"{title.split('、', maxsplit=1)[0]}等" if len(title) > 10 and "、" in title else title


def _shared(words: Sequence[str]) -> str:
    length = 0
    while all(len(word) > length and word[length] == words[0][length] for word in words):
        length += 1
    return words[0][:length]
