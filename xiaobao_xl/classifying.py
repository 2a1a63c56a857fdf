"""Suggestions of codes from the words of a complaint.

`classify_all` reads each text once for the keywords of several schemes and gives per scheme the best category, the
second best, a score, and on request the words that decided and those that spoke against.

How a text is scored. Every keyword of rules.yaml carries a weight (its strength, see `Scheme.strengths`); a negative
weight speaks against. Beside the keywords, short sequences of characters carry learned weights (see `grams`). Each
counts once per text, by the clause it stands in (see `clauses`); a keyword inside a longer one (保险 in 保险箱) does not
count. What a category weighs before anything is read is added where anything speaks. With b and s the weights of the
best and second category, the score is b ÷ (b + s + doubt): 0 nothing found, below 0.5 two matters or little to go by,
towards 1 the clearer the text. Below `Scheme.threshold` a suggestion is not confident (待人工判断).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.clauses import FAR, Clauses, borne
from xiaobao_xl.grams import NOTHING_LEARNED, Found, Grams
from xiaobao_xl.lexicon import Columns, Lexicon
from xiaobao_xl.matching import Engine, Hits, Matcher, fold

_FEW = 1000  # texts read sooner by a table than an automaton is built
_BLOCK = 20_000  # texts scored together, which bounds memory
_FEW_WORDS = 3  # named where no single word is telling
_PARTICLES = "的了们"  # left out at the ends of a word that is shown
_SLIGHTEST = 1e-6  # a keyword that weighs nothing in the best category is no evidence
_TELLING = 3.0  # a learned sequence that weighs less is not named as evidence


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
    _keywords: _Spoken
    _learned: _Spoken
    _table: np.ndarray
    _before: np.ndarray

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
        trail, text = self._trail, self._trail.texts[row]
        weighed: dict[str, float] = {}
        for keyword, weight in self._keywords.of(row):
            word = trail.matcher.found(keyword, text)
            weighed[word] = weighed.get(word, 0.0) + weight
        rest = float(self._keywords.rest[row] + self._learned.rest[row] + self._before[row])
        for word, weight in _joined(text, trail.sequences, self._learned.of(row)):
            if len(word) == 1:  # too little to be read as a reason
                rest += weight
                continue
            known = (
                word if word in weighed else next((known for known in weighed if known in word or word in known), word)
            )
            weighed[max(known, word, key=len)] = weighed.pop(known, 0.0) + weight
        if self.score[row] > 0 and not any(weight > 0 for weight in weighed.values()):
            for word, weight in self._heaviest(row):
                weighed[word] = weighed.get(word, 0.0) + weight
                rest -= weight
        ordered = sorted(weighed.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        words = [(word, round(weight, 2)) for word, weight in ordered if weight > 0]
        return Evidence(words, [(word, round(weight, 2)) for word, weight in ordered if weight < 0], round(rest, 2))

    def _heaviest(self, row: int) -> Iterator[tuple[str, float]]:
        """Where many slight signs decided, the heaviest few of them."""
        found, trail = self._trail.learned, self._trail
        inside = slice(found.begins[row], found.begins[row + 1])
        words = found.words[inside]
        weights = borne(self._table[words, self.best[row]], found.shares[inside])
        slight = np.flatnonzero((weights > 0) & (weights < _TELLING))
        named = [
            (trail.sequences[words[place]], float(weights[place])) for place in slight[np.argsort(-weights[slight])]
        ]
        yield from ([pair for pair in named if len(pair[0]) > 1] or named)[:_FEW_WORDS]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words that spoke for or against the best category of each of n texts.

    Attributes:
        begins: where each text's begin in the other two, shape (n + 1,).
        words: which word.
        weights: what it weighed.
        rest: what those too slight to be named weighed together, shape (n,).
    """

    begins: np.ndarray
    words: np.ndarray
    weights: np.ndarray
    rest: np.ndarray

    def of(self, row: int) -> Iterator[tuple[int, float]]:
        """Word and weight, text by text."""
        inside = slice(self.begins[row], self.begins[row + 1])
        return zip(self.words[inside].tolist(), self.weights[inside].tolist(), strict=True)


def _spoken(
    weights: np.ndarray, best: np.ndarray, texts: np.ndarray, words: np.ndarray, shares: np.ndarray, least: float
) -> _Spoken:
    """Of the words found in the texts, those that weigh at least `least` in the best category, and the rest summed."""
    found = borne(weights.ravel()[words * np.int32(weights.shape[1]) + best.astype(np.int32)[texts]], shares)
    named = np.flatnonzero(np.abs(found) >= least)
    count = len(best)
    total = np.bincount(texts, weights=found, minlength=count)
    texts, found = texts[named], found[named]
    begins = np.concatenate([[0], np.cumsum(np.bincount(texts, minlength=count))])
    return _Spoken(begins, words[named], found, total - np.bincount(texts, weights=found, minlength=count))


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
    lexicon = _lexicon(tuple(schemes.items()), engine or ("table" if len(texts) < _FEW else None))
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
    spoken = found.any(axis=1)
    best = (found + columns.prior).argmax(axis=1)
    found[spoken] += columns.prior
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
        _trail=trail,
        _table=learned,
        _before=np.where(spoken, columns.prior[best], 0),
        _keywords=_spoken(columns.weights, best, texts, words, weighing, _SLIGHTEST),
        _learned=_spoken(learned, best, trail.learned.texts, trail.learned.words, trail.learned.shares, _TELLING),
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
        each = borne(weights[words[low:high]], shares[low:high])
        total[texts[low:high][starts]] = np.add.reduceat(each, starts, axis=0)
    return total


def _joined(text: str, sequences: list[str], spoken: Iterator[tuple[int, float]]) -> Iterator[tuple[str, float]]:
    """Stretches of text in place of the sequences that overlap in it and speak alike, each with its weight."""
    placed = [(text.find(sequences[word]), len(sequences[word]), weight) for word, weight in spoken]
    stretches: list[tuple[int, int, float]] = []
    for first, length, weight in sorted(placed):
        begin, end, total = stretches[-1] if stretches else (0, 0, 0.0)
        if first < end and (weight > 0) == (total > 0):
            stretches[-1] = (begin, max(end, first + length), total + weight)
        else:
            stretches.append((first, first + length, weight))
    for begin, end, total in stretches:
        yield text[begin:end].strip(_PARTICLES) or text[begin:end], total
