"""Suggestions of codes from the words of a complaint.

`classify_all` reads each text once for the keywords of several schemes and gives per scheme the best category, the
second best, a score, and on request the words that decided and those that spoke against.

How a text is scored. Every keyword of rules.yaml carries a weight (its strength, see `Scheme.strengths`); a negative
weight speaks against. Beside the keywords, short sequences of characters carry learned weights (see `grams`). Each
counts once per text, by the clause it stands in (see `clauses`); a keyword inside a longer one (保险 in 保险箱) does not
count. With b and s the weights of the best and second category, the score is b ÷ (b + s + doubt): 0 nothing found, below
0.5 two matters or little to go by, towards 1 the clearer the text. Below `Scheme.threshold` a suggestion is not
confident (待人工判断).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.clauses import FAR, Clauses, borne
from xiaobao_xl.grams import NOTHING_LEARNED, Found, Grams
from xiaobao_xl.lexicon import Columns, Lexicon
from xiaobao_xl.matching import Engine, Hits, Matcher, fold

_BLOCK = 20_000  # texts scored together, which bounds memory
_TELLING = 0.3  # a learned sequence that weighs less is not named as evidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words behind one suggestion.

    Attributes:
        words: (word as written, weight) that spoke for the category, heaviest first.
        against: (word as written, weight) that spoke against it, heaviest first.
        rest: weight of all that is too slight to be named; the three together are the weight of the category.
    """

    words: list[tuple[str, float]]
    against: list[tuple[str, float]]
    rest: float


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
    _learned: np.ndarray

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
        weighed = self._keywords_of(row)
        rest = self._add_learned(row, weighed)
        ordered = sorted(weighed.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        words = [(word, round(weight, 2)) for word, weight in ordered if weight > 0]
        return Evidence(words, [(word, round(weight, 2)) for word, weight in ordered if weight < 0], round(rest, 2))

    def _keywords_of(self, row: int) -> dict[str, float]:
        """Keywords found in one text, as written → weight for its best category."""
        trail = self._trail
        begin, end = trail.hits.texts.searchsorted((row, row + 1))
        found, shares = trail.hits.words[begin:end], self._shares[begin:end]
        weights = borne(self._weights[found, self.best[row]], shares)
        weighed = defaultdict[str, float](float)
        for place in np.flatnonzero(weights).tolist():
            weighed[trail.matcher.found(int(found[place]), trail.texts[row])] += float(weights[place])
        return weighed

    def _add_learned(self, row: int, weighed: dict[str, float]) -> float:
        """Add the telling learned sequences to the words they overlap, or as words of their own; return the rest."""
        trail, text = self._trail, self._trail.texts[row]
        words, shares = trail.learned.of(row)
        weights = borne(self._learned[words, self.best[row]], shares)
        telling = np.abs(weights) >= _TELLING
        named = [trail.sequences[word] for word in words[telling].tolist()]
        for word, weight in _joined(text, named, weights[telling].tolist()):
            known = next((known for known in weighed if known in word or word in known), word)
            weighed[max(known, word, key=len)] = weighed.pop(known, 0.0) + weight
        return float(weights[~telling].sum())


@dataclass(frozen=True, slots=True)
class _Trail:
    """The hits behind all suggestions of one run, kept so that words can be named later."""

    matcher: Matcher
    texts: list[str]
    hits: Hits
    places: np.ndarray
    order: np.ndarray
    ends: np.ndarray
    learned: Found
    sequences: list[str]

    def shares(self, scheme: Scheme, known: np.ndarray) -> np.ndarray:
        """How much of its weight each hit of one scheme's words counts for: by place, and nothing in a longer word."""
        shares = self.places.copy() if scheme.dismissals else np.ones_like(self.places)
        order = self.order[known[self.hits.words[self.order]]]
        reach = self.hits.texts[order] * FAR + self.ends[order]
        before = np.maximum.accumulate(np.concatenate([[-1], reach]))[:-1]
        inside = (reach <= before) & (self.hits.first[order] == self.hits.last[order])
        shares[order[inside]] = 0
        return shares


def _trail(lexicon: Lexicon, grams: Grams, texts: list[str]) -> _Trail:
    """Read the texts. Plain keywords are put in reading order, longer ones before those inside them."""
    hits = lexicon.matcher.hits(texts)
    clauses = _clauses(lexicon, texts, hits)
    lengths = lexicon.matcher.lengths[hits.words]
    plain = np.flatnonzero(lengths)
    order = plain[np.argsort((hits.texts[plain] * FAR + hits.first[plain]) * 64 - np.minimum(lengths[plain], 63))]
    places = np.maximum(clauses.shares(hits.texts, hits.first), clauses.shares(hits.texts, hits.last))
    learned = grams.read(texts, clauses)
    return _Trail(lexicon.matcher, texts, hits, places, order, hits.first + lengths, learned, grams.words)


def _clauses(lexicon: Lexicon, texts: list[str], hits: Hits) -> Clauses:
    pointing, waving = lexicon.pointers[hits.words], lexicon.dismissals[hits.words]
    return Clauses(texts, (hits.texts[pointing], hits.last[pointing]), (hits.texts[waving], hits.first[waving]))


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
    schemes: Mapping[str, Scheme],
    texts: Sequence[str],
    *,
    grams: Grams = NOTHING_LEARNED,
    engine: Engine | None = None,
) -> dict[str, Suggestions]:
    """Suggestions of several schemes from one pass over each text.

    Args:
        schemes: scheme id → scheme; those applied together. Hints between them count.
        texts: n texts; an empty one gives score 0.
        grams: learned weights, by scheme id; without them the keywords alone decide.
        engine: how keywords are found (see `matching`); the result is the same.

    Returns:
        Scheme id → suggestions over all n texts.
    """
    lexicon = _lexicon(tuple(schemes.items()), engine)
    trail = _trail(lexicon, grams, fold(texts))
    columns = {name: lexicon.columns[name] for name in schemes}
    learned = [grams.weights(name, columns[name].ids) for name in schemes]
    ends = np.cumsum([weights.shape[1] for weights in learned])[:-1]
    found = np.split(trail.learned.summed(np.hstack(learned)), ends, axis=1) if schemes else []
    suggested = {}
    for (name, scheme), weights, weighed in zip(schemes.items(), learned, found, strict=True):
        prior = columns[name].prior + grams.before(name, columns[name].ids)
        suggested[name] = _suggest(scheme, replace(columns[name], prior=prior), weights, weighed, trail)
    return suggested


@lru_cache(maxsize=8)
def _lexicon(schemes: tuple[tuple[str, Scheme], ...], engine: Engine | None) -> Lexicon:
    return Lexicon(dict(schemes), engine)


def _suggest(scheme: Scheme, columns: Columns, learned: np.ndarray, weighed: np.ndarray, trail: _Trail) -> Suggestions:
    """Weigh the hits of every text, beside what its learned sequences weigh (texts × ids), and choose."""
    count, rows = len(trail.texts), np.arange(len(trail.texts))
    known: np.ndarray = np.any(columns.weights, axis=1)
    shares = trail.shares(scheme, known)
    mine = known[trail.hits.words] & (shares != 0)
    texts, words, weighing = trail.hits.texts[mine], trail.hits.words[mine], shares[mine]
    found = _summed(columns.weights, texts, words, weighing, count)
    found += weighed
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
        _trail=trail, _shares=shares, _weights=columns.weights, _learned=learned,
    )  # fmt: skip


def _details(scheme: Scheme, columns: Columns, found: np.ndarray, best: np.ndarray) -> np.ndarray:
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
        each = borne(weights[words[low:high]], shares[low:high, None])
        total[texts[low:high][starts]] = np.add.reduceat(each, starts, axis=0)
    return total


def _joined(text: str, words: list[str], weights: list[float]) -> Iterator[tuple[str, float]]:
    """Stretches of text in place of the sequences that overlap in it and speak alike, each with its weight."""
    stretches: list[tuple[int, int, float]] = []
    for first, word, weight in sorted(zip(map(text.find, words), words, weights, strict=True)):
        if stretches and first < stretches[-1][1] and (weight > 0) == (stretches[-1][2] > 0):
            begin, end, known = stretches.pop()
            stretches.append((begin, max(end, first + len(word)), known + weight))
        else:
            stretches.append((first, first + len(word), weight))
    yield from ((text[begin:end], weight) for begin, end, weight in stretches)
