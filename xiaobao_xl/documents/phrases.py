"""Phrases: what a mark in a Word template is replaced by.

Marks name figures as in the templates of reports, with more ways of saying them:

    {{ 本期收到 }}  {{ 按原因[因定价收费引起的投诉] }}          a number, bound to its figure
    {{ 收到环比.变动 }}     上升29.3% / 下降5.0% / 持平; from a small number: 由3件增至9件
    {{ 收到环比.趋势 }} {{ 收到环比.幅度 }}                    上升 … and the size alone
    {{ 本期收到.上期 }} {{ 本期收到.去年同期 }} {{ 本期收到.增减 }}
    {{ 按原因.前3 }}        the three most, with numbers and shares
    {{ 按机构.增加前3 }} {{ 按机构.减少前3 }}                   those that changed most since the period before
    {{ 重大投诉.非零 }}     the number, and nothing at all where it is zero
    {{ 重大投诉.大于零 }} {{ 重大投诉.为零 }} {{ 收到环比.有 }}   no words of their own: the clause stands only if that holds
    {{ 收到环比.未算原因 }}  why there is no number
    {{ 按原因.名称 }} .值 .序号 .上期 …                        in a table row: repeated for each member
    {{ 本期收到.月份 }} {{ 本期收到.当月 }}                      in a table row: repeated for each month
    {{ 指标.名称 }} {{ 指标.口径 }}                             in a table row: repeated for each figure the text used
    {{ 按业务类别.条形图 }} {{ 按原因.排列图 }} {{ 本期收到、本期办结.走势图 }}
    {{ 小基数 }}            below this, changes are told as numbers
    {{ 未能计算 }} {{ 数据提示 }}                               figures without a value, or with a doubt, and why
"""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from xiaobao_xl.documents.facts import DOWN, LEVEL, UP, Bound, Facts, Tag
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.kinds import Change
from xiaobao_xl.figures.values import Member
from xiaobao_xl.periods import Period

MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SHAPE = re.compile(r"\s*([^\s\[\].][^\[\].]*?)\s*((?:\[[^\[\]]+\]\s*)*)(?:\.\s*([^\s\[\].\d]+)\s*(\d*))?\s*")
ROW_FIELDS = frozenset({"名称", "值", "序号"})
MONTH_FIELDS = frozenset({"月份", "当月"})
CHARTS = frozenset({"条形图", "排列图", "走势图"})
_PLAIN = frozenset(
    {"", "趋势", "幅度", "变动", "上期", "去年同期", "增减", "非零", "为零", "大于零", "有", "未算原因", "口径"}
)
_COUNTED = frozenset({"前", "增加前", "减少前"})
COMPARING = frozenset({"上期", "去年同期", "增减", "变动"})
FIGURES_USED, SMALL, WITHOUT, DOUBTED = "指标", "小基数", "未能计算", "数据提示"
_GROWN = {UP: "增至", DOWN: "减至"}
_PREVIOUS, _LAST_YEAR = "previous_period", "same_period_last_year"


class Chart(NamedTuple):
    """A chart to be drawn.

    Attributes:
        kind: 条形图, 排列图 or 走势图.
        figures: figure ids; only a 走势图 takes several.
    """

    kind: str
    figures: tuple[str, ...]


class Note(NamedTuple):
    """Words that explain rather than report: a reason, a definition. Numbers in them stand on no figure.

    Attributes:
        text: the words.
    """

    text: str


Bit = str | Bound | Chart | Note


class Mark(NamedTuple):
    """One mark.

    Attributes:
        text: as written, braces included.
        figures: figure ids; () for what is said of the report as a whole.
        members: member ids.
        field: what is said of it.
        most: number behind 前.
    """

    text: str
    figures: tuple[str, ...]
    members: Member
    field: str
    most: int


class Row(NamedTuple):
    """What a repeated table row stands for.

    Attributes:
        number: from 1.
        member: member of the row, or ().
        month: month of the row.
        figure: figure of the row, in the table of 口径.
    """

    number: int = 0
    member: Member = ()
    month: Period | None = None
    figure: str = ""


def mark_of(found: re.Match[str], facts: Facts) -> Mark:
    """The mark of a match of MARK.

    Raises:
        WorkbookError: it names nothing known, or asks what cannot be said.
    """
    shape = _SHAPE.fullmatch(found[1])
    if not shape:
        raise WorkbookError(
            f"标记 {found[0]} 写法不对；应为 {{{{ 指标 }}}}、{{{{ 指标[类别] }}}} 或 {{{{ 指标.趋势 }}}} 等"
        )
    name, inside, part, number = shape[1], re.findall(r"\[\s*([^\[\]]+?)\s*\]", shape[2]), shape[3] or "", shape[4]
    if part not in (_PLAIN | ROW_FIELDS | MONTH_FIELDS | CHARTS | _COUNTED) or bool(number) != (part in _COUNTED):
        raise WorkbookError(
            f"标记 {found[0]} 中的“.{part}{number}”没有这种说法{_guess(part, sorted(_PLAIN | CHARTS | ROW_FIELDS))}"
        )
    if name in {FIGURES_USED, SMALL, WITHOUT, DOUBTED}:
        return Mark(found[0], (), (), part or name, 0)
    figures = tuple(_figure(one, found[0], facts) for one in (name.split("、") if part in CHARTS else [name]))
    members = _members(figures[0], inside, found[0], facts)
    if part in CHARTS | _COUNTED and part != "走势图" and not facts.figures.axes[figures[0]]:
        raise WorkbookError(f"标记 {found[0]}：指标“{name}”没有分类（by），不能用“.{part}”")
    return Mark(found[0], figures, members, part, int(number or 0))


def _figure(name: str, mark: str, facts: Facts) -> str:
    found = facts.figures.id_of(name.strip())
    if found is None:
        titles = [facts.figures.spec(known).title for known in facts.figures.values]
        raise WorkbookError(f"标记 {mark} 中的指标“{name}”没有定义{_guess(name, titles)}")
    return found


def _members(figure: str, names: list[str], mark: str, facts: Facts) -> Member:
    axes = facts.figures.axes[figure]
    found = []
    for axis, name in zip(axes, names, strict=False):
        member = next((key for key, title in axis.titles.items() if name in {key, title}), None)
        if member is None and not axis.is_open:
            raise WorkbookError(f"标记 {mark} 中的类别“{name}”不属于该指标{_guess(name, list(axis.titles.values()))}")
        found.append(member or name)
    if len(names) > len(axes):
        raise WorkbookError(f"标记 {mark} 的类别多于该指标的分类（该指标有 {len(axes)} 个 by）")
    return tuple(found)


def _guess(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.4)
    return f"；是否想写 {'、'.join(near)}？" if near else f"；可用的有 {'、'.join(known[:12])} 等"


def phrase(mark: Mark, facts: Facts, row: Row) -> list[Bit] | None:  # noqa: PLR0911  (one way out per way of saying)
    """What a mark says; None where it has nothing to say."""
    small = facts.figures.report.hints.small_base
    if not mark.figures:
        return _of_the_report(mark.field, facts, row)
    figure = mark.figures[0]
    tag = Tag(figure, (*row.member, *mark.members))
    if mark.field in CHARTS:
        return [Chart(mark.field, mark.figures)]
    if mark.field in _COUNTED:
        return _top(facts, figure, mark.most) if mark.field == "前" else _moved(facts, figure, mark)
    if mark.field in MONTH_FIELDS and row.month:
        month = f"{row.month.start:%Y-%m}"
        return [month] if mark.field == "月份" else _one(facts, Tag(figure, mark.members, month))
    if mark.field in {"名称", "序号"}:
        return [facts.figures.member_titles(figure, row.member)[-1] if mark.field == "名称" else str(row.number)]
    if mark.field == "变动":
        return changed(facts, tag, small)
    if mark.field in {"非零", "为零", "大于零", "有", "未算原因"}:
        return _only_if(facts, tag, mark.field)
    return _one(facts, _tag_of(facts, tag, mark.field))


def _of_the_report(name: str, facts: Facts, row: Row) -> list[Bit] | None:
    if name == SMALL:
        return [Note(str(facts.figures.report.hints.small_base))]
    if name in {WITHOUT, DOUBTED}:
        reasons: dict[str, list[str]] = {}
        for key, figure in facts.figures.report.figures.items():
            value = facts.figures.values.get(key, {}).get(())
            if value and figure.printed and value.note and (value.value is None) == (name == WITHOUT):
                reasons.setdefault(value.note, []).append(figure.title)
        return (
            [Note("；".join(f"{'、'.join(titles)}（{why}）" for why, titles in reasons.items()))] if reasons else None
        )
    used = facts.figures.spec(row.figure)
    return [Note(used.title if name == "名称" else getattr(used, "meaning", ""))]


def _one(facts: Facts, tag: Tag) -> list[Bit] | None:
    found = facts.bound(tag)
    return [found] if found else None


def _tag_of(facts: Facts, tag: Tag, name: str) -> Tag:
    spec = facts.figures.spec(tag.figure)
    base = (
        tag._replace(figure=spec.change, when=spec.versus) if isinstance(spec, Change) else tag._replace(when=_PREVIOUS)
    )
    forms = {"趋势": "trend", "幅度": "size"}
    if name in forms:
        return (tag if isinstance(spec, Change) else base)._replace(form=forms[name])
    if name == "去年同期":
        return base._replace(when=_LAST_YEAR)
    return base._replace(form="change") if name == "增减" else base if name == "上期" else tag


def _only_if(facts: Facts, tag: Tag, name: str) -> list[Bit] | None:
    value = facts.value(tag)
    number = value.value if value else None
    if name == "有":
        return [] if number is not None else None
    if name == "未算原因":
        return [Note(value.note)] if value and number is None and value.note else None
    if name in {"为零", "大于零"}:
        return [] if number is not None and (number == 0) == (name == "为零") else None
    return _one(facts, tag) if number else None


def changed(facts: Facts, tag: Tag, small: int) -> list[Bit] | None:
    """A change in words: 上升29.3%, 持平, or 由3件增至9件 where it starts from a small number."""
    spec = facts.figures.spec(tag.figure)
    earlier = _tag_of(facts, tag, "上期")
    compared = tag if isinstance(spec, Change) else earlier
    trend, sides = facts.bound(compared._replace(form="trend")), facts.sides(compared)
    if trend is None or sides is None:
        return None
    if trend.text not in _GROWN:
        return [trend]
    then, now = facts.bound(earlier), facts.bound(earlier._replace(when=""))
    if sides[1] < max(small, 1) and then and now:
        unit = facts.figures.spec(earlier.figure).unit
        return ["由", then, unit, trend._replace(text=_GROWN[trend.text]), now, unit]
    size = facts.bound(compared._replace(form="size" if isinstance(spec, Change) else "rate"))
    return [trend, size] if size else [trend]


def _top(facts: Facts, figure: str, count: int) -> list[Bit] | None:
    """`A17件（占17.5%）、B13件（占13.4%）`."""
    unit, share, bits = facts.figures.spec(figure).unit, facts.share_of(figure), list[Bit]()
    for place, value in enumerate(facts.ranked(figure)[:count], start=1):
        name, number = facts.bound(Tag(figure, (), "", f"rank{place}")), facts.bound(Tag(figure, value.member))
        part = facts.bound(Tag(share, value.member)) if share else None
        bits += [*(["、"] if bits else []), *filter(None, (name, number)), unit]
        bits += ["（占", part, "）"] if part else []
    return bits or None


def _moved(facts: Facts, figure: str, mark: Mark) -> list[Bit] | None:
    """`甲支行由33件增至46件（上升39.4%）、乙支行由3件增至9件`: those that moved most since the period before."""
    sign = 1 if mark.field == "增加前" else -1
    members = [member for member in facts.figures.values[figure] if len(member) == 1]
    tags = [Tag(figure, member, _PREVIOUS) for member in members]
    moves = [(sign * (sides[0] - sides[1]), tag) for tag in tags if (sides := facts.sides(tag))]
    bits: list[Bit] = []
    for _, tag in sorted([one for one in moves if one[0] > 0], key=lambda one: -one[0])[: mark.most]:
        then, now, trend = facts.bound(tag), facts.bound(tag._replace(when="")), facts.bound(tag._replace(form="trend"))
        if then is None or now is None or trend is None or trend.text == LEVEL:
            continue
        unit, rate = facts.figures.spec(figure).unit, facts.bound(tag._replace(form="rate"))
        name = facts.figures.member_titles(figure, tag.member)[-1]
        bits += [*(["、"] if bits else []), name, "由", then, unit, trend._replace(text=_GROWN[trend.text]), now, unit]
        if rate and float((facts.sides(tag) or (0, 0))[1]) >= facts.figures.report.hints.small_base:
            bits += ["（", trend, rate, "）"]
    return bits or None
