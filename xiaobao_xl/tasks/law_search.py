"""law 法规: what an article says in our own words, and every rule, policy and letter that a change of it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xiaobao_xl import law_index
from xiaobao_xl.deadlines import Deadline, Version
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.law import BASIS_TITLES, Instrument, cite
from xiaobao_xl.law_index import Citation, Found
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, open_registers, require

POLICIES: Final = "policy"
_CAUTION: Final = "各条是本工具自己的概括，只供查找，不是法律意见；以公布的原文为准。"
_SECTIONS: Final = {"letters": "文书", "filings": "报送"}  # sections of rules.yaml whose entries may name a source
_TITLED: Final = "时限"
_MENTIONED: Final = "说明中提到"


@dataclass(frozen=True, kw_only=True)
class LawFound:
    """What was found.

    Attributes:
        law: instrument id → instrument.
        query: as typed.
        instruments: ids of instruments found by their own name.
        provisions: provisions found.
        touched: what rests on them.
        notes: what could not be told (Chinese).
    """

    law: Mapping[str, Instrument]
    query: str
    instruments: Sequence[str]
    provisions: Sequence[Found]
    touched: Sequence[Citation]
    notes: Sequence[str]

    def lines(self) -> Iterator[str]:
        """What a person reads."""
        if not (self.instruments or self.provisions or self.touched):
            yield f"没有找到“{self.query}”。可以写条号（第18条）、名称或文号里的几个字、或事情（调解、告知）。"
        for name in self.instruments:
            yield self._instrument(name)
        for each in self.provisions:
            note = f"（{each.provision.note}）" if each.provision.note else ""
            doubt = "" if each.provision.basis == "seen" else f"［{BASIS_TITLES[each.provision.basis]}］"
            yield f"{self.law[each.instrument].title} {each.article}{doubt}：{each.provision.says}{note}"
        if self.touched:
            yield f"涉及的规则、制度与文书（{len(self.touched)} 项）"
        yield from (f"  {self._touched(each)}" for each in self.touched)
        yield from self.notes
        if self.provisions:
            yield _CAUTION

    def _instrument(self, name: str) -> str:
        each = self.law[name]
        number = f"（{each.document_no}）" if each.document_no else ""
        ended = f"，{each.repealed_on} 起不再施行" if each.repealed_on else ""
        note = f"；{each.note}" if each.note else ""
        return f"{each.title}{number}［{name}］：{each.in_force_from} 起施行{ended}，{BASIS_TITLES[each.basis]}{note}"

    def _touched(self, each: Citation) -> str:
        detail = f"（{each.detail}）" if each.detail else ""
        why = f"依据 {cite(self.law, each.source)}" if each.source else ""
        if each.rests_on:
            why = f"用到{each.rests_on[0]} {each.rests_on[1]}"
        return f"{each.kind} {each.title}［{each.id}］{detail}：{why}"

    def as_json(self) -> dict[str, Any]:
        """Everything found."""
        return {
            "query": self.query,
            "instruments": [{"id": name, "title": self.law[name].title, "document_no": self.law[name].document_no,
                             "in_force_from": self.law[name].in_force_from.isoformat(), "basis": self.law[name].basis}
                            for name in self.instruments],
            "provisions": [{"instrument": each.instrument, "article": each.article, "says": each.provision.says,
                            "basis": each.provision.basis, "note": each.provision.note} for each in self.provisions],
            "touched": [{"kind": each.kind, "id": each.id, "title": each.title, "source": each.source, "detail": each.detail,
                         "rests_on": list(each.rests_on) if each.rests_on else None} for each in self.touched],
            "notes": list(self.notes),
            "caution": _CAUTION,
        }  # fmt: skip


def search_law(rules: Rules, query: str, *, touches: str = "", policies: Path | None = None) -> LawFound:
    """Search the law, and list what rests on what was found.

    Args:
        rules: the rules.
        query: words parted by blanks; `第18条` asks for an article.
        touches: id of an instrument; then `query` names its articles that change, and '' means the whole of it.
        policies: workbook with the register of policies.

    Raises:
        WorkbookError: nothing asked, an unknown instrument, or a workbook without policies.
    """
    notes: list[str] = []
    citations = citations_of(rules)
    if policies:
        found, unknown = _policies(rules, policies)
        citations += found
        notes += [f"有 {unknown} 项制度的“落实的条款”里没有认出规则所列的法规，没有列出。"] if unknown else []
    else:
        notes.append("没有给出制度台账，没有查制度；要查请加 --policies 制度台账.xlsx。")
    if touches:
        return _touched(rules, citations, touches, query, notes)
    if not query.strip():
        raise WorkbookError("请写要查的词，例如：xiaobao law 第18条，或 xiaobao law 调解。")
    instruments, provisions = law_index.search(rules.law, query)
    touched = [
        each for name, articles in _asked(provisions).items() for each in law_index.resting(citations, name, articles)
    ]
    whole = [each for name in instruments for each in law_index.resting(citations, name, whole=True)]
    return LawFound(
        law=rules.law, query=query, instruments=instruments, provisions=provisions, touched=_once([*touched, *whole]), notes=notes
    )  # fmt: skip


def citations_of(rules: Rules) -> list[Citation]:
    """Everything in the rules that rests on law, directly or through a deadline."""
    found: list[Citation] = []
    for name, deadline in rules.deadlines.items():
        for day, version in deadline.versions.items():
            found.append(Citation(_TITLED, name, deadline.title, version.source, detail=f"{day} 起"))
            found += _mentioned(name, deadline, version)
    for register, checks in rules.checks.items():
        for name, check in checks.items():
            found += _entry("检查", f"{register}.{name}", check)
    for name, scheme in rules.categories.items():
        found += _entry("分类标准", name, scheme)
    for section, kind in _SECTIONS.items():
        for name, entry in getattr(rules, section, {}).items():
            found += _entry(kind, name, entry)
    for name, analysis in getattr(rules, "analyses", {}).items():
        for key, alarm in getattr(analysis, "alarms", {}).items():
            found += _entry("预警", f"{name}.{key}", alarm)
    return [*found, *_reports(rules)]


def _mentioned(name: str, deadline: Deadline, version: Version) -> Iterator[Citation]:
    """Articles that the words and notes of a deadline name beside its source; they are of the same instrument."""
    told = " ".join([*deadline.words.values(), deadline.note, version.note])
    articles = dict.fromkeys(law_index.articles(told))
    instruments = [part.split()[0] for part in version.source.split(";")]
    if articles and len(instruments) == 1:
        source = f"{instruments[0]} {', '.join(map(law_index.written, articles))}"
        yield Citation(_TITLED, name, deadline.title, source, detail=_MENTIONED)


def _entry(kind: str, name: str, entry: Any) -> Iterator[Citation]:
    """An entry by its own source, and by the deadline it uses."""
    title = entry.title or name
    if getattr(entry, "source", ""):
        yield Citation(kind, name, title, entry.source)
    if getattr(entry, "deadline", ""):
        yield Citation(kind, name, title, rests_on=(_TITLED, entry.deadline))


def _reports(rules: Rules) -> Iterator[Citation]:
    """Reports with figures that ask for the status of a deadline."""
    for name, report in rules.reports.items():
        used: dict[str, list[str]] = {}
        for figure in report.figures.values():
            for column in {**report.where, **figure.where}:
                deadline, _, part = column.partition(".")
                if part == "status":
                    used.setdefault(deadline, []).append(figure.title)
        for deadline, titles in used.items():
            told = "、".join(dict.fromkeys(titles))
            yield Citation("报表", name, report.title, rests_on=(_TITLED, deadline), detail=f"指标：{told}")


def _policies(rules: Rules, path: Path) -> tuple[list[Citation], int]:
    """Policies by the articles they implement, and how many name no instrument of the rules."""
    require(POLICIES, rules.registers, "台账")
    _, registers = open_registers(rules, path, Reading(register=POLICIES, sheet=("all",)))
    found: list[Citation] = []
    unknown = 0
    for register in registers:
        frame = register.frame
        if "implements" not in frame:
            title = register.schema.columns["implements"].title
            raise WorkbookError(
                f"{path.name}［{register.origin.sheet}］没有“{title}”列，查不出制度与条款的对应；请补上这一列。"
            )
        titles = frame["title"].fillna("").tolist() if "title" in frame else [""] * len(frame)
        for key, title, text in zip(
            register.keys().tolist(), titles, frame["implements"].fillna("").tolist(), strict=True
        ):
            source = "; ".join(law_index.named(rules.law, text))
            unknown += bool(text.strip()) and not source
            if source:
                found.append(Citation("制度", str(key), title or str(key), source))
    return found, unknown


def _touched(rules: Rules, citations: Sequence[Citation], touches: str, query: str, notes: Sequence[str]) -> LawFound:
    require(touches, rules.law, "法规")
    changed = law_index.articles(query)
    if query.strip() and not changed:
        raise WorkbookError(f"“{query}”里没有条号；请写成 第18条 或 第十八条第一款 的样子，不写则为整部。")
    provisions = [
        Found(touches, article, provision)
        for article, provision in rules.law[touches].provisions.items()
        if not changed or any(law_index.touches(one, other) for one in changed for other in law_index.articles(article))
    ]
    return LawFound(
        law=rules.law, query=f"{touches} {query}".strip(), instruments=[touches], provisions=provisions,
        touched=_once(law_index.resting(citations, touches, changed, whole=not changed)), notes=notes,
    )  # fmt: skip


def _asked(provisions: Iterable[Found]) -> dict[str, list[law_index.Article]]:
    """Instrument → the articles found; provisions without a number ask for nothing."""
    found: dict[str, list[law_index.Article]] = {}
    for each in provisions:
        found.setdefault(each.instrument, []).extend(law_index.articles(each.article))
    return found


def _once(citations: Iterable[Citation]) -> list[Citation]:
    """Each once; what is cited outright is not named again for its notes."""
    found = list(dict.fromkeys(citations))
    outright = {(each.kind, each.id) for each in found if each.detail != _MENTIONED}
    return [each for each in found if each.detail != _MENTIONED or (each.kind, each.id) not in outright]
