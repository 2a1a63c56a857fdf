"""Vocabulary: the titles of a report as sentences use them, and which words around them leave their meaning alone."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, NamedTuple

from xiaobao_xl.documents.facts import Tag
from xiaobao_xl.figures.kinds import Change, Flow, Ratio, Stock, Text
from xiaobao_xl.figures.values import Figures, Member
from xiaobao_xl.registers import UNFILLED, UNKNOWN

_HARMLESS: Final = (
    "我行", "本行", "全行", "全辖", "全系统", "我公司", "本公司", "全公司", "本机构", "各机构", "本期", "报告期内?", "期内", "期末", "其中", "当中",
    "共计?", "的?投诉的?", "同时", "此外", "另有?", "另外", "以及", "和", "及", "与", "并", "合计", "内", "按", r"\s",
)  # fmt: skip
_PERIOD_WORDS: Final = {1: ("本月",), 3: ("本季度?",), 6: ("本半年",), 12: ("本年度?", "全年")}


class Mention(NamedTuple):
    """A figure, or a member of one, named in a sentence."""

    start: int
    end: int
    tag: Tag


class Vocabulary:
    """The words of one counted report."""

    def __init__(self, figures: Figures) -> None:
        """Take a report; its words are worked out when first asked for."""
        self._figures = figures

    def mentions(self, text: str) -> list[Mention]:
        """Titles in a text, the longest first, none within another."""
        return [Mention(found.start(), found.end(), Tag(*self.known[found[0]])) for found in self._names.finditer(text)]

    @cached_property
    def known(self) -> dict[str, tuple[str, Member]]:
        """Title → figure and member: figures without a split, and members of what was received."""
        figures, names = self._figures, dict[str, tuple[str, Member]]()
        twice: set[str] = set()
        for name in self.split:
            for member, title in figures.axes[name][0].titles.items():
                if len(title) > 1 and member not in {UNFILLED, UNKNOWN}:
                    if title in names:
                        twice.add(title)
                    names[title] = (name, (member,))
        for title in twice:
            del names[title]
        for name in figures.values:
            spec = figures.spec(name)
            if not figures.axes[name] and not isinstance(spec, Text) and name not in figures.lists:
                names[spec.title] = (name, ())
        for short, whole in self.short.items():
            names.setdefault(short, (whole, ()))
        return names

    @cached_property
    def _names(self) -> re.Pattern[str]:
        titles = sorted(self.known, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, titles)) or "(?!)")

    @cached_property
    def received(self) -> set[str]:
        """Undivided figures whose splits are the first of their kind: 本期收到."""
        report = self._figures.report
        splits = [report.figures[name] for name in self.split]
        columns = {one.flow for one in splits if isinstance(one, Flow)}
        return {
            name
            for name, one in report.figures.items()
            if isinstance(one, Flow) and not one.by and not one.where and one.flow in columns
        }

    @cached_property
    def split(self) -> list[str]:
        """The first figure split along each column, without a condition of its own."""
        report, found = self._figures.report, dict[str, str]()
        for name, figure in report.figures.items():
            if isinstance(figure, Flow) and len(figure.by) == 1 and not figure.where:
                found.setdefault(figure.by[0], name)
        return list(found.values())

    @cached_property
    def changes(self) -> dict[tuple[str, str], str]:
        """Figure and earlier period → the figure that compares them."""
        figures = self._figures.report.figures
        return {(spec.change, spec.versus): name for name, spec in figures.items() if isinstance(spec, Change)}

    @cached_property
    def short(self) -> dict[str, str]:
        """收到 for 本期收到 or 全年收到, as sentences say it."""
        figures = self._figures.report.figures
        return {
            figure.title[2:]: name
            for name, figure in figures.items()
            if figure.title.startswith(("本期", "全年", "本年")) and len(figure.title) == 4
        }

    @cached_property
    def headlines(self) -> set[str]:
        """Figures that stand for themselves beside another in one sentence."""
        figures = self._figures.report.figures
        return {*self.short.values(), *(name for name, one in figures.items() if isinstance(one, (Stock, Change)))}

    @cached_property
    def harmless(self) -> re.Pattern[str]:
        """Words before a title that leave it about the whole and the period."""
        period, words = self._figures.period, list(_HARMLESS)
        whole = self._figures.values.get("institution", {}).get(())
        words += [re.escape(str(whole.value))] if whole and whole.value else []
        words += [period.title, period.title.replace("第", ""), *_PERIOD_WORDS.get(period.months, ())]
        if len(part := period.title[5:]) > 1:  # 第三季度, 上半年, 9月
            words += [part, part.replace("第", "")]
        if period.months == 12:
            words.append(f"{period.start.year}年度?")
        return re.compile("|".join(sorted(words, key=len, reverse=True)))

    def is_part(self, name: str, whole: str) -> bool:
        """A figure counts only what another counts: by the same date, with its conditions and more."""
        spec, of = (self._figures.report.figures.get(one) for one in (name, whole))
        if spec is None or not isinstance(of, Flow):
            return False
        on = getattr(spec, "flow", "") or getattr(spec, "on", "")
        if on:
            return on == of.flow and all(spec.where.get(column) == wanted for column, wanted in of.where.items())
        parts = spec.figures()[:1] if isinstance(spec, Ratio) else spec.figures()
        return name != whole and bool(parts) and all(self.is_part(part, whole) for part in parts)
