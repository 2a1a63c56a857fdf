"""Law looked up: what an article says in our own words, and everything that rests on it.

Articles are compared by number, whether written `第18条`, `第十八条` or `第18条第1款`: an article touches each of its
paragraphs, a paragraph touches whatever cites the article as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xiaobao_xl.law import Instrument, Provision

_NUMBER: Final = r"[0-9０-９]+|[〇零一二三四五六七八九十百千]+"
_ARTICLE: Final = re.compile(rf"第({_NUMBER})条(?:第({_NUMBER})款)?")
_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_PLACES: Final = {"十": 10, "百": 100, "千": 1000}
Article = tuple[int, int]
"""Number of the article and of the paragraph; 0 for the article as a whole."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Something that rests on law.

    Attributes:
        kind: what it is (Chinese): 时限, 检查, 制度 …
        id: its id, or number.
        title: its title.
        source: instrument id and articles, several parted by `;`; '' where it rests on another entry.
        rests_on: (kind, id) of the entry it rests on.
        detail: what else to know: since when, by which words.
    """

    kind: str
    id: str
    title: str
    source: str = ""
    rests_on: tuple[str, str] | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One provision found.

    Attributes:
        instrument: instrument id.
        article: as it is cited.
        provision: what it says.
    """

    instrument: str
    article: str
    provision: Provision


def number(text: str) -> int:
    """A number in digits or Chinese.

    >>> number("18"), number("十八"), number("二十"), number("一百零三"), number("２")
    (18, 18, 20, 103, 2)
    """
    if text[0] not in _DIGITS and text[0] not in _PLACES:
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _PLACES:
            total, digit = total + (digit or 1) * _PLACES[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def articles(text: str) -> list[Article]:
    """Every article a text names.

    >>> articles("第18条第1款、第四十三条")
    [(18, 1), (43, 0)]
    """
    return [(number(found[1]), number(found[2]) if found[2] else 0) for found in _ARTICLE.finditer(text)]


def touches(change: Article, cited: Article) -> bool:
    """Whether a change of one article concerns a citation of another.

    >>> touches((18, 0), (18, 1)), touches((18, 1), (18, 0)), touches((18, 1), (18, 2)), touches((1, 0), (18, 0))
    (True, True, False, False)
    """
    return change[0] == cited[0] and (change[1] == cited[1] or 0 in {change[1], cited[1]})


def search(law: Mapping[str, Instrument], query: str) -> tuple[list[str], list[Found]]:
    """Instruments and provisions in which every word of a query is found.

    Args:
        law: instrument id → instrument.
        query: words parted by blanks; `第18条` finds the article, an instrument's id, title or number names it.

    Returns:
        Ids of instruments whose own name or note has every word, and provisions found.
    """
    words = query.split()
    plain = [word for word in words if not _ARTICLE.fullmatch(word)]
    asked = [article for word in words if _ARTICLE.fullmatch(word) for article in articles(word)]
    instruments = [
        name for name, each in law.items() if not asked and all(word in _name(name, each) + each.note for word in plain)
    ]
    found = [
        Found(name, article, provision)
        for name, each in law.items()
        for article, provision in each.provisions.items()
        if all(word in f"{_name(name, each)} {article} {provision.says}" for word in plain)
        and all(any(touches(one, cited) for cited in articles(article)) for one in asked)
    ]
    return (instruments if words else []), (found if words else [])


def resting(
    citations: Sequence[Citation], instrument: str, changed: Iterable[Article] = (), *, whole: bool = False
) -> list[Citation]:
    """Whatever a change of some articles touches, directly or through another entry.

    Args:
        citations: everything that rests on law.
        instrument: instrument id.
        changed: its articles that change.
        whole: every citation of the instrument counts, whichever article.
    """
    asked = list(changed)
    direct = [each for each in citations if _cites(each.source, instrument, asked, whole=whole)]
    reached = {(each.kind, each.id) for each in direct}
    chosen = {id(each) for each in direct}
    while True:
        more = [each for each in citations if id(each) not in chosen and each.rests_on in reached]
        if not more:
            return [each for each in citations if id(each) in chosen]
        chosen |= {id(each) for each in more}
        reached |= {(each.kind, each.id) for each in more}


def named(law: Mapping[str, Instrument], text: str) -> Iterator[str]:
    """What a text written by people cites, as `<instrument id> <articles>`: by title, document number or id.

    >>> from datetime import date
    >>> law = {"measures": Instrument(title="投诉办法", document_no="令2020年第3号", in_force_from=date(2020, 3, 1))}
    >>> list(named(law, "《投诉办法》第十八条、第43条；内部规定第2条"))
    ['measures 第18条, 第43条']
    """
    for part in re.split(r"[;；\n]", text):
        for name, each in law.items():
            if any(spelling and spelling in part for spelling in (_short(each.title), each.document_no, name)):
                cited = ", ".join(written(article) for article in articles(part))
                yield f"{name} {cited}".strip()


def written(article: Article) -> str:
    """An article as it is cited.

    >>> written((18, 1)), written((43, 0))
    ('第18条第1款', '第43条')
    """
    return f"第{article[0]}条" + (f"第{article[1]}款" if article[1] else "")


def _cites(source: str, instrument: str, asked: Sequence[Article], *, whole: bool) -> bool:
    for part in source.split(";"):
        name, _, rest = part.strip().partition(" ")
        if name == instrument:
            cited = articles(rest)
            if whole or not cited or any(touches(one, other) for one in asked for other in cited):
                return True
    return False


def _short(title: str) -> str:
    """A title as it is written in passing.

    >>> _short("中华人民共和国民事诉讼法（2023年修正）")
    '民事诉讼法'
    """
    return title.removeprefix("中华人民共和国").partition("（")[0]


def _name(name: str, instrument: Instrument) -> str:
    return f"{name} {instrument.title} {instrument.document_no} "
