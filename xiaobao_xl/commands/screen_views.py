"""What the command line prints of a register looked at as a whole: its analysis, and its comparison with other lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xiaobao_xl.commands import screen

if TYPE_CHECKING:
    from xiaobao_xl.analyses.early_warnings import Warned
    from xiaobao_xl.counterparts import Alone
    from xiaobao_xl.tasks import AnalysedBook, MatchedBook, Moved
    from xiaobao_xl.tasks.matching import MatchedList

_OF_EACH = 3
_MISSING = 10
_say = typer.echo


def analysed(result: AnalysedBook, out: Path | None, *, quiet: bool) -> None:
    """The period in one line, the early warnings, and where the workbook is."""
    found = result.found
    if not quiet:
        screen.receipt(result.registers)
        _say("")
    received, closed = int(found.listed["in_period"].sum()), sum(count for _, count in found.spans)
    pending = found.months[-1].pending if found.months else 0
    _say(f"{found.period.title}：收到 {received} 件，办结 {closed} 件，期末在办 {pending} 件；")
    _say(f"重复投诉人 {len(found.repeaters)} 名，预警 {len(found.warned)} 项。")
    if not quiet:
        _warned(found.warned)
        if found.words and found.has_earlier_texts:
            _say("  热词：" + "、".join(f"{word.word}（{word.before}→{word.now}件）" for word in found.words[:8]))
    _say(f"分析工作簿：{out}" if out else "下一步：加 --out 分析.xlsx 得到带图表的工作簿，每个数都能筛出投诉。")


def _warned(warned: Sequence[Warned]) -> None:
    """The early warnings, of each kind the largest."""
    for title, count in Counter(one.alarm.title for one in warned).items():
        for one in [one for one in warned if one.alarm.title == title][:_OF_EACH]:
            about = f"（{one.about}）" if one.about else ""
            _say(f"  [预警] {title}{about}：{one.first} 至 {one.last}，{one.reason}")
        if count > _OF_EACH:
            _say(f"  ……“{title}”另有 {count - _OF_EACH} 项，见分析工作簿的总览。")


def matched(result: MatchedBook, out: Path | None, *, quiet: bool) -> None:
    """Per list how many agree and how many lack a partner; the first of those with the reason."""
    for one in result.compared:
        counts = "，".join(f"{title} {count}" for title, count in result.counts()[one.rule.title].items())
        _say(f"{one.rule.title}：我方应有 {one.expected}，{counts}。")
        if not quiet:
            for alone in one.matched.theirs_alone[:_MISSING]:
                _say(f"  对方有我方无 {one.place('theirs', alone.place)}：{_nearest(one, 'ours', alone)}")
            for alone in one.matched.ours_alone[:_MISSING]:
                _say(f"  我方有对方无 {one.place('ours', alone.place)}：{_nearest(one, 'theirs', alone)}")
    _say(f"核对结果：{out}" if out else "下一步：加 --out 核对.xlsx 得到逐件的配对、缺漏与不一致。")


def moved(result: Moved, written: Sequence[Path], *, quiet: bool) -> None:
    """How many marks found their place, which did not, and what to do next."""
    if result.is_unchanged:
        _say("新旧两份表样的文字与位置完全相同，上期的标记表可以接着用。")
    _say("标记 " + "，".join(f"{title} {count} 处" for title, count in result.counts().items()) + "。")
    if not quiet:
        for move in result.doubtful():
            there = f"→ {move.new.place}（{move.new.words}）" if move.new else "→ 没有找到"
            _say(f"  {move.old.place} {move.old.marks}（{move.old.words}）{there}")
    for path in written:
        _say(f"已写出：{path}")
    if not written:
        _say("下一步：加 --out 新标记表.xlsx 得到写有标记的新表和新旧对照。")


def _nearest(one: MatchedList, side: str, alone: Alone) -> str:
    return f"最接近 {one.place(side, alone.nearest)}，{alone.reason}" if alone.nearest >= 0 else alone.reason
