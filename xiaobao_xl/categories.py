"""Categories: schemes of codes, and what a register's cell means in them.

A scheme is a tree of categories with titles, aliases and keywords, as rules.yaml declares it. A cell is read by title,
alias, short form (定价收费), number (03-信用卡) or path (银行卡/信用卡). Suggesting a category from the words of a
complaint is in `classifying`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import Literal

from xiaobao_xl.entries import entry

_AFFIX = re.compile(r"^因|引起的投诉$|投诉$|渠道$|业务$|纠纷$|类$|原因$")
_NUMBERING = re.compile(r"^[(\[]?[a-z]?[0-9][0-9.]*[)\].、\-_: ]*")
_SEPARATOR = re.compile(r"[/\\>|→—–\-:]+")
_QUOTES = "\"'“”‘’“”《》()"


@entry
class Category:
    """One category.

    Attributes:
        title: its name, as the standard prints it.
        aliases: other names found in registers.
        code: the institution's own number for it; none is shipped.
        note: what belongs here, for readers.
        keywords: strength → keywords separated by blanks (see `matching` for their syntax).
        hints: `scheme/category` → share: words of that category count here too, times the share.
        prior: weight before any word is read; decides where nothing speaks.
        is_split: statistics count its kinds, not the category itself (银行卡: 借记卡, 信用卡).
        codes: id → its kinds.
    """

    title: str
    aliases: tuple[str, ...] = ()
    code: str = ""
    note: str = ""
    keywords: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, float] = field(default_factory=dict)
    prior: float = 0.0
    is_split: bool = False
    codes: Mapping[str, Category] = field(default_factory=dict)


@entry
class Scheme:
    """A scheme of categories; ids are unique at any depth.

    Attributes:
        title: what the scheme classifies.
        source: the standard or bulletin it comes from.
        basis: how well its labels are known.
        note: what readers should know of it.
        strengths: name of a strength → weight; negative weights speak against.
        threshold: score from which a suggestion is confident.
        doubt: weight that stands for what was not read; the larger, the more words a good score needs.
        is_exclusive: categories compete. False where it only matters whether any of them applies.
        against: strength → words that count for every category, usually negative.
        dismissals: patterns of clauses that wave a matter aside; none: place in the text does not count.
        pointers: patterns after which the matter itself stands.
        typos: `wrong=right` pairs separated by blanks; every keyword is also looked for in its wrong spelling.
        codes: id → category.
    """

    title: str
    source: str = ""
    basis: Literal["seen", "secondary", "unverified"] = "seen"
    note: str = ""
    strengths: Mapping[str, float] = field(default_factory=dict)
    threshold: float = 0.5
    doubt: float = 2.0
    is_exclusive: bool = True
    against: Mapping[str, str] = field(default_factory=dict)
    dismissals: str = ""
    pointers: str = ""
    typos: str = ""
    codes: Mapping[str, Category] = field(default_factory=dict)

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
        return dict(_paths(self.codes, ()))

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return dict(_flat(self.codes))

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Every spelling → ids it may mean: ids, codes, titles, aliases, then shortened titles; shallow ones first."""
        ordered = sorted(self._paths, key=lambda name: len(self._paths[name]))
        names: dict[str, dict[str, None]] = {}
        for spell in (_official, _aliases, _short):
            for name in ordered:
                for text in spell(name, self._categories[name]):
                    names.setdefault(text, {}).setdefault(name)
        return {text: tuple(found) for text, found in names.items()}

    def ids(self) -> Iterator[str]:
        """All category ids, parents before their kinds."""
        return iter(self._paths)

    def category(self, name: str) -> Category:
        """The category of an id."""
        return self._categories[name]

    def title_of(self, name: str) -> str:
        """The title of an id."""
        return self._categories[name].title

    def path(self, name: str) -> tuple[str, ...]:
        """Ids from the top down to the category itself."""
        return self._paths[name]

    def descendants(self, name: str) -> set[str]:
        """The category and everything below it; an unknown id stands for itself."""
        return {name, *(below for below, path in self._paths.items() if name in path)}

    def reported(self, name: str) -> str:
        """The id under which statistics count a category: the first level, or below a split one the second."""
        path = self._paths[name]
        splits = (depth for depth, part in enumerate(path) if not self._categories[part].is_split)
        return path[next(splits, len(path) - 1)]

    def find(self, text: str) -> str | None:
        """The id a cell means: a title, alias, short form, code, or a path of them; None if unknown.

        >>> reasons = Scheme(title="原因", codes={"pricing": Category(title="因定价收费引起的投诉")})
        >>> reasons.find("定价收费"), reasons.find("03-因定价收费引起的投诉"), reasons.find("收益")
        ('pricing', 'pricing', None)
        """
        plain = _plain(text)
        bare = _NUMBERING.sub("", plain)
        for spelling in (plain, bare, _bare(plain), _bare(bare)):
            if spelling and spelling in self._names:
                return self._names[spelling][0]
        return self._find_path([part for part in _SEPARATOR.split(bare) if part])

    def _find_path(self, parts: list[str]) -> str | None:
        """The category at the end of a path, each part looked for below the one before."""
        if parts and parts[0] in {_plain(self.title), _bare(_plain(self.title))}:
            parts = parts[1:]
        above: str | None = None
        for part in parts:
            spelling = _NUMBERING.sub("", part)
            below = self._names.get(spelling) or self._names.get(_bare(spelling)) or ()
            above = next((name for name in below if above is None or above in self._paths[name]), None)
            if above is None:
                return None
        return above

    def find_all(self, texts: Sequence[str]) -> list[str | None]:
        """`find` for many cells; each distinct text is looked up once."""
        known = {text: self.find(text) for text in dict.fromkeys(texts)}
        return [known[text] for text in texts]

    def with_codes(self, codes: Mapping[str, str]) -> tuple[Scheme, list[str]]:
        """The scheme with an institution's own numbers, and the labels that name no category.

        Args:
            codes: label (title, alias or path) → number.
        """
        numbers = {name: code for label, code in codes.items() if (name := self.find(label)) is not None}
        unknown = [label for label in codes if self.find(label) is None]
        return replace(self, codes=_coded(self.codes, numbers)), unknown

    def faults(self, schemes: Mapping[str, Scheme]) -> Iterator[str]:
        """What is wrong with the entry beyond its form: repeated ids, unknown strengths, dangling hints."""
        every = [name for name, _ in _flat(self.codes)]
        yield from (f"类别编号 {name} 重复" for name in dict.fromkeys(every) if every.count(name) > 1)
        for name, category in _flat(self.codes):
            yield from (f"{name}：没有名为 {word} 的强度" for word in category.keywords if word not in self.strengths)
            if category.is_split and category.keywords:
                yield f"{name}：只按下级统计的类别不能有关键词，请写到下级类别里"
            for hint in category.hints:
                scheme, _, other = hint.partition("/")
                if scheme not in schemes or other not in schemes[scheme]._categories:  # noqa: SLF001  (another Scheme)
                    yield f"{name}：hints 指向的 {hint} 不存在，应为“分类标准/类别”"


def _flat(codes: Mapping[str, Category]) -> Iterator[tuple[str, Category]]:
    for name, category in codes.items():
        yield name, category
        yield from _flat(category.codes)


def _paths(codes: Mapping[str, Category], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, category in codes.items():
        yield name, (*above, name)
        yield from _paths(category.codes, (*above, name))


def _coded(codes: Mapping[str, Category], numbers: Mapping[str, str]) -> dict[str, Category]:
    return {
        name: replace(category, code=numbers.get(name, category.code), codes=_coded(category.codes, numbers))
        for name, category in codes.items()
    }


def _plain(text: str) -> str:
    """A label without blanks, quotes and full-width forms."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower().strip(_QUOTES)


def _bare(text: str) -> str:
    """A label without the words labels are wrapped in; 其他 and the like stay."""
    before = ""
    while text != before:
        before, text = text, _AFFIX.sub("", text) or text
    return text


def _official(name: str, category: Category) -> Iterator[str]:
    yield from (name, _plain(category.title))
    if category.code:
        yield _plain(category.code)


def _aliases(_name: str, category: Category) -> Iterator[str]:
    yield from map(_plain, category.aliases)


def _short(_name: str, category: Category) -> Iterator[str]:
    yield from (_bare(_plain(text)) for text in (category.title, *category.aliases))
