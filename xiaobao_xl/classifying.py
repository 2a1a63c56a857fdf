"""Suggestions of codes from the words of a complaint.

`classify_all` reads each text once for the keywords of several schemes and gives per scheme the best category, the
second best, a score, and on request the words that decided and those that spoke against.

How a text is scored. Every keyword carries a weight (its strength, see `Scheme.strengths`); a negative weight speaks
against. A keyword counts once per text, not at all inside a longer one (保险 in 保险箱), half in the background (what
stands before “我要投诉的是”, the opening of a long text), and turns into slight evidence against in a clause that waves
a matter aside (“不是催收的事”). With b and s
the weights of the best and second category, the score is b ÷ (b + s + doubt): 0 nothing found, below 0.5 two matters
or little to go by, towards 1 the clearer the text. Below `Scheme.threshold` a suggestion is not confident (待人工判断).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.matching import Engine, Hits, Matcher, fold, fold_keyword, is_plain

_MARK = re.compile(r"(?<=[,。;!?:])")
_ASKING = re.compile(r"[吗么?]")
_LONG = 120  # characters from which a text is told rather than noted down; its opening is background
_OPENING = 0.35
_BACKGROUND, _WAVED_ASIDE = 0.5, -0.3
_FOLLOWS = 12  # characters that must follow a pointer, itself included
_FAR = 1 << 24  # more characters than any text has
_NEVER = np.iinfo(np.int64).max
_BLOCK = 20_000  # texts scored together, which bounds memory


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words behind one suggestion.

    Attributes:
        words: (word as written, weight) that spoke for the category, heaviest first.
        against: (word as written, weight) that spoke against it, heaviest first.
    """

    words: list[tuple[str, float]]
    against: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """One scheme's suggestions for a column of texts; every array has shape (n,).

    Attributes:
        scheme: the scheme.
        ids: ids that can be suggested, as statistics count them.
        best: position in `ids` of the best category; never missing.
        score: 0–1, see the module.
        second: position in `ids` of the second best, -1 where nothing speaks for one.
        second_score: the same measure for the second best.
        confident: score reached the scheme's threshold.
        details: deeper id within the best category, "" where no words tell.
    """

    scheme: Scheme
    ids: tuple[str, ...]
    best: np.ndarray
    score: np.ndarray
    second: np.ndarray
    second_score: np.ndarray
    confident: np.ndarray
    details: np.ndarray
    _trail: _Trail
    _shares: np.ndarray
    _weights: np.ndarray

    def best_ids(self) -> list[str]:
        """Best id of each text."""
        return [self.ids[place] for place in self.best]

    def best_titles(self) -> list[str]:
        """Title of the best category of each text."""
        titles = [self.scheme.title_of(name) for name in self.ids]
        return [titles[place] for place in self.best]

    def second_titles(self) -> list[str]:
        """Title of the second best category, "" where there is none."""
        titles = [*(self.scheme.title_of(name) for name in self.ids), ""]
        return [titles[place] for place in self.second]

    def detail_titles(self) -> list[str]:
        """Title of the deeper category, "" where none is told."""
        return [self.scheme.title_of(name) if name else "" for name in self.details]

    def evidence(self, row: int) -> Evidence:
        """The words for and against the best category of one text."""
        trail = self._trail
        begin, end = trail.hits.texts.searchsorted((row, row + 1))
        found = trail.hits.words[begin:end]
        shares = self._shares[begin:end]
        weights = shares * self._weights[found, self.best[row]]
        counted = np.flatnonzero(np.where(shares < 0, np.minimum(weights, 0), weights)).tolist()
        weighed = defaultdict[str, float](float)
        for place in counted:
            weighed[trail.matcher.found(int(found[place]), trail.texts[row])] += float(weights[place])
        ordered = sorted(weighed.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        words = [(word, round(weight, 2)) for word, weight in ordered if weight > 0]
        return Evidence(words, [(word, round(weight, 2)) for word, weight in ordered if weight < 0])


@dataclass(frozen=True, slots=True)
class _Trail:
    """The hits behind all suggestions of one run, kept so that words can be named later."""

    matcher: Matcher
    texts: list[str]
    hits: Hits
    places: np.ndarray
    order: np.ndarray
    ends: np.ndarray

    def shares(self, scheme: Scheme, known: np.ndarray) -> np.ndarray:
        """How much of its weight each hit of one scheme's words counts for: by place, and nothing in a longer word."""
        shares = self.places.copy() if scheme.dismissals else np.ones_like(self.places)
        order = self.order[known[self.hits.words[self.order]]]
        reach = self.hits.texts[order] * _FAR + self.ends[order]
        before = np.maximum.accumulate(np.concatenate([[-1], reach]))[:-1]
        inside = (reach <= before) & (self.hits.first[order] == self.hits.last[order])
        shares[order[inside]] = 0
        return shares


def _trail(matcher: Matcher, texts: list[str], hits: Hits, places: np.ndarray) -> _Trail:
    """The hits with the plain ones among them in reading order, longer words before those inside them."""
    lengths = matcher.lengths[hits.words]
    ends = hits.first + lengths
    plain = np.flatnonzero(lengths)
    order = plain[np.argsort((hits.texts[plain] * _FAR + hits.first[plain]) * 64 - np.minimum(lengths[plain], 63))]
    return _Trail(matcher, texts, hits, places, order, ends)


@dataclass(frozen=True, slots=True)
class _Columns:
    """One scheme's weights: keywords × categories."""

    ids: tuple[str, ...]
    weights: np.ndarray
    deeper: tuple[str, ...]
    deeper_weights: np.ndarray
    prior: np.ndarray


class _Lexicon:
    """The keywords of several schemes, ready to be looked for together."""

    def __init__(self, schemes: Mapping[str, Scheme], engine: Engine | None) -> None:
        """Collect every keyword, its wrong spellings, and what each weighs in each category."""
        entries = {name: list(_weighed(scheme, schemes)) for name, scheme in schemes.items()}
        words = (word for found in entries.values() for _, word, _ in found)
        self.numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
        for scheme in schemes.values():
            for word in (scheme.pointers + " " + scheme.dismissals).split():
                self.numbers.setdefault(fold_keyword(word), len(self.numbers))
        self.pointers = self._marked(scheme.pointers for scheme in schemes.values())
        self.dismissals = self._marked(scheme.dismissals for scheme in schemes.values())
        self.columns = {name: self._columns(schemes[name], found) for name, found in entries.items()}
        self.matcher = Matcher(list(self.numbers), engine)

    def _marked(self, texts: Iterable[str]) -> np.ndarray:
        """Bool array over the keywords: those named in the texts."""
        marked = np.zeros(len(self.numbers), dtype=bool)
        marked[[self.numbers[fold_keyword(word)] for text in texts for word in text.split()]] = True
        return marked

    def _columns(self, scheme: Scheme, entries: list[tuple[str, str, float]]) -> _Columns:
        ids = tuple(dict.fromkeys(scheme.reported(name) for name in scheme.ids() if not scheme.category(name).is_split))
        deeper = tuple(name for name in scheme.ids() if scheme.reported(name) != name and name not in ids)
        deeper = tuple(name for name in deeper if not scheme.category(name).is_split)
        columns = {name: place for place, name in enumerate(ids)}
        below = {name: place for place, name in enumerate(deeper)}
        weights = np.zeros((len(self.numbers), len(ids)), dtype=np.float32)
        deeper_weights = np.zeros((len(self.numbers), len(deeper)), dtype=np.float32)
        for name, word, weight in entries:
            number, home = self.numbers[word], scheme.reported(name)
            if home not in columns:
                continue  # words on a split category tell nothing apart; `Scheme.faults` names them
            column = columns[home]
            weights[number, column] = _stronger(weights[number, column], weight)
            for part in scheme.path(name):
                if part in below:
                    deeper_weights[number, below[part]] = _stronger(deeper_weights[number, below[part]], weight)
        prior = np.array([scheme.category(name).prior for name in ids], dtype=np.float32)
        return _Columns(ids, weights, deeper, deeper_weights, prior)

    def places(self, texts: Sequence[str], hits: Hits) -> np.ndarray:
        """How much of its weight each hit counts for, by the clause it stands in."""
        shares = np.ones(len(hits.texts), dtype=np.float32)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        pointing, waving = self.pointers[hits.words], self.dismissals[hits.words]
        matter = np.where(lengths > _LONG, lengths * _OPENING, 0).astype(np.int64)
        pointing &= hits.last + _FOLLOWS <= lengths[hits.texts]
        np.maximum.at(matter, hits.texts[pointing], hits.last[pointing])
        split = matter > 0
        split[hits.texts[waving]] = True
        rows = np.flatnonzero(split)
        starts = np.array(
            [row * _FAR + place for row in rows.tolist() for place in _clauses(texts[row])], dtype=np.int64
        )
        if not len(starts) or not self.pointers.any():
            return shares
        counts = np.where(
            np.append(starts[1:], _NEVER) > (starts // _FAR) * _FAR + matter[starts // _FAR], 1, _BACKGROUND
        )
        for row, place in zip(hits.texts[waving].tolist(), hits.first[waving].tolist(), strict=True):
            clause = int(np.searchsorted(starts, row * _FAR + place + 1, side="right")) - 1
            if not _ASKING.search(_MARK.split(texts[row][starts[clause] % _FAR :] + "。", maxsplit=1)[0]):
                counts[clause] = _WAVED_ASIDE
        inside = split[hits.texts]
        shares[inside] = np.maximum(
            *(
                counts[np.searchsorted(starts, hits.texts[inside] * _FAR + place[inside], side="right") - 1]
                for place in (hits.first, hits.last)
            )
        )
        return shares


def _clauses(text: str) -> list[int]:
    """Where each clause of a folded text begins."""
    return [0, *(mark.end() for mark in _MARK.finditer(text))]


def classify(scheme: Scheme, texts: Sequence[str], *, engine: Engine | None = None) -> Suggestions:
    """Suggestions of one scheme; see `classify_all`.

    >>> from xiaobao_xl.categories import Category
    >>> pets = Scheme(title="宠物", strengths={"normal": 2}, codes={
    ...     "cat": Category(title="猫", keywords={"normal": "喵 猫"}), "dog": Category(title="狗", keywords={"normal": "汪"})})
    >>> classify(pets, ["它喵了一声"]).best_titles()
    ['猫']
    """
    return classify_all({"": scheme}, texts, engine=engine)[""]


def classify_all(
    schemes: Mapping[str, Scheme], texts: Sequence[str], *, engine: Engine | None = None
) -> dict[str, Suggestions]:
    """Suggestions of several schemes from one pass over each text.

    Args:
        schemes: scheme id → scheme; those applied together. Hints between them count.
        texts: n texts; an empty one gives score 0.
        engine: how keywords are found (see `matching`); the result is the same.

    Returns:
        Scheme id → suggestions over all n texts.
    """
    lexicon = _lexicon(tuple(schemes.items()), engine)
    folded = fold(texts)
    hits = lexicon.matcher.hits(folded)
    trail = _trail(lexicon.matcher, folded, hits, lexicon.places(folded, hits))
    return {name: _suggest(scheme, lexicon.columns[name], trail) for name, scheme in schemes.items()}


@lru_cache(maxsize=8)
def _lexicon(schemes: tuple[tuple[str, Scheme], ...], engine: Engine | None) -> _Lexicon:
    return _Lexicon(dict(schemes), engine)


def _suggest(scheme: Scheme, columns: _Columns, trail: _Trail) -> Suggestions:
    """Weigh the hits of every text and choose."""
    count, rows = len(trail.texts), np.arange(len(trail.texts))
    known: np.ndarray = np.any(columns.weights, axis=1)
    shares = trail.shares(scheme, known)
    mine = known[trail.hits.words] & (shares != 0)
    texts, words, weighing = trail.hits.texts[mine], trail.hits.words[mine], shares[mine]
    found = _summed(columns.weights, texts, words, weighing, count)
    best = (found + columns.prior).argmax(axis=1)
    first = np.maximum(found[rows, best], 0)
    rest = found.copy()
    rest[rows, best] = -np.inf
    second = rest.argmax(axis=1)
    other = np.maximum(rest[rows, second], 0)
    score = first / ((first + other if scheme.is_exclusive else first) + scheme.doubt)
    return Suggestions(
        scheme=scheme, ids=columns.ids, best=best, score=score,
        second=np.where(other > 0, second, -1), second_score=other / (first + other + scheme.doubt),
        confident=score >= scheme.threshold,
        details=_details(scheme, columns, _summed(columns.deeper_weights, texts, words, weighing, count), best),
        _trail=trail, _shares=shares, _weights=columns.weights,
    )  # fmt: skip


def _details(scheme: Scheme, columns: _Columns, found: np.ndarray, best: np.ndarray) -> np.ndarray:
    """The deepest category below the best one that words speak for most."""
    chosen = np.full(len(best), "", dtype=object)
    if not columns.deeper or not len(best):
        return chosen
    places = {name: place for place, name in enumerate(columns.ids)}
    home = np.array([places[scheme.reported(name)] for name in columns.deeper])
    inside = np.where(home[None, :] == best[:, None], found, -np.inf)
    place = inside.argmax(axis=1)
    told = inside[np.arange(len(best)), place] > 0
    chosen[told] = np.array(columns.deeper, dtype=object)[place[told]]
    return chosen


def _summed(weights: np.ndarray, texts: np.ndarray, words: np.ndarray, shares: np.ndarray, count: int) -> np.ndarray:
    """Weights of all hits added per text: (n, categories)."""
    total = np.zeros((count, weights.shape[1]), dtype=np.float32)
    for begin in range(0, count, _BLOCK) if weights.shape[1] else ():
        low, high = np.searchsorted(texts, [begin, begin + _BLOCK])
        if low == high:
            continue
        starts = np.flatnonzero(np.diff(texts[low:high], prepend=-1))
        each = weights[words[low:high]] * shares[low:high, None]
        waved = shares[low:high] < 0
        each[waved] = np.minimum(each[waved], 0)  # what is waved aside supports nothing
        total[texts[low:high][starts]] = np.add.reduceat(each, starts, axis=0)
    return total


def _weighed(scheme: Scheme, schemes: Mapping[str, Scheme]) -> Iterator[tuple[str, str, float]]:
    """Category, keyword, weight: a scheme's own words, then words against, then those other schemes hint with."""
    for name in scheme.ids():
        yield from ((name, word, weight) for word, weight in _own(scheme, name))
        for kind, words in scheme.against.items():
            yield from ((name, fold_keyword(word), scheme.strengths[kind]) for word in words.split())
        for hint, share in scheme.category(name).hints.items():
            title, _, below = hint.partition("/")
            if title in schemes:
                for part in schemes[title].descendants(below):
                    yield from ((name, word, weight * share) for word, weight in _own(schemes[title], part))


def _own(scheme: Scheme, name: str) -> Iterator[tuple[str, float]]:
    """The keywords of one category in every spelling, folded, with their weights."""
    typos = [tuple(pair.split("=")) for pair in scheme.typos.split()]
    for kind, words in scheme.category(name).keywords.items():
        for word in words.split():
            for spelling in _spellings(word, typos):
                yield fold_keyword(spelling), scheme.strengths[kind]


def _spellings(word: str, typos: list[tuple[str, ...]]) -> Iterator[str]:
    """A keyword and, if it is plain, its wrong spellings; single characters are swapped in words of three or more."""
    yield word
    for wrong, right in typos:
        if right in word and is_plain(word) and (len(right) > 1 or len(word) > 2):
            yield word.replace(right, wrong)


def _stronger(known: float, new: float) -> float:
    """The weight farther from zero."""
    return new if abs(new) > abs(known) else known
