"""The keywords of several schemes laid out for scoring: what each keyword weighs in each category."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xiaobao_xl.categories import Scheme
from xiaobao_xl.matching import Engine, Matcher, fold_keyword, is_plain


@dataclass(frozen=True, slots=True)
class Columns:
    """One scheme's weights.

    Attributes:
        ids: categories that can be suggested, as statistics count them.
        weights: keywords × ids, float32.
        deeper: categories below those.
        deeper_weights: keywords × deeper, float32.
        prior: weight of each id before any word is read, float32.
    """

    ids: tuple[str, ...]
    weights: np.ndarray
    deeper: tuple[str, ...]
    deeper_weights: np.ndarray
    prior: np.ndarray


class Lexicon:
    """The keywords of several schemes, ready to be looked for together.

    Attributes:
        matcher: finds them; a hit names a keyword by its number.
        columns: scheme id → weights.
        pointers: bool per keyword: the matter itself stands after it.
        dismissals: bool per keyword: it waves its clause aside.
    """

    def __init__(self, schemes: Mapping[str, Scheme], engine: Engine | None) -> None:
        """Collect every keyword, its wrong spellings, and what each weighs in each category."""
        entries = {name: list(_weighed(scheme, schemes)) for name, scheme in schemes.items()}
        words = (word for found in entries.values() for _, word, _ in found)
        self.numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
        for scheme in schemes.values():
            for word in _folded(scheme.pointers + " " + scheme.dismissals):
                self.numbers.setdefault(word, len(self.numbers))
        self.pointers = self._marked(scheme.pointers for scheme in schemes.values())
        self.dismissals = self._marked(scheme.dismissals for scheme in schemes.values())
        self.columns = {name: self._columns(schemes[name], found) for name, found in entries.items()}
        self.matcher = Matcher(list(self.numbers), engine)

    def _marked(self, texts: Iterable[str]) -> np.ndarray:
        """Bool array over the keywords: those named in the texts."""
        marked = np.zeros(len(self.numbers), dtype=bool)
        marked[[self.numbers[word] for text in texts for word in _folded(text)]] = True
        return marked

    def _columns(self, scheme: Scheme, entries: list[tuple[str, str, float]]) -> Columns:
        ids = tuple(dict.fromkeys(scheme.reported(name) for name in scheme.ids() if not scheme.category(name).is_split))
        deeper = tuple(name for name in scheme.ids() if scheme.reported(name) != name and name not in ids)
        deeper = tuple(name for name in deeper if not scheme.category(name).is_split)
        columns = {name: place for place, name in enumerate(ids)}
        below = {name: place for place, name in enumerate(deeper)}
        # Words on a split category tell nothing apart; `Scheme.faults` names them.
        homes = {name: columns.get(scheme.reported(name)) for name in scheme.ids()}
        parts = {name: [below[part] for part in scheme.path(name) if part in below] for name in scheme.ids()}
        heaviest: dict[tuple[int, int], float] = {}
        deepest: dict[tuple[int, int], float] = {}
        for name, word, weight in entries:
            if (home := homes[name]) is None:
                continue
            number = self.numbers[word]
            heaviest[number, home] = _stronger(heaviest.get((number, home), 0.0), weight)
            for part in parts[name]:
                deepest[number, part] = _stronger(deepest.get((number, part), 0.0), weight)
        weights = _dense(heaviest, len(self.numbers), len(ids))
        deeper_weights = _dense(deepest, len(self.numbers), len(deeper))
        prior = np.array([scheme.category(name).prior for name in ids], dtype=np.float32)
        return Columns(ids, weights, deeper, deeper_weights, prior)


def _dense(cells: Mapping[tuple[int, int], float], rows: int, columns: int) -> np.ndarray:
    table = np.zeros((rows, columns), dtype=np.float32)
    if cells:
        table[tuple(np.array(list(cells)).T)] = list(cells.values())
    return table


def _weighed(scheme: Scheme, schemes: Mapping[str, Scheme]) -> Iterator[tuple[str, str, float]]:
    """Category, keyword, weight: a scheme's own words, then words against, then those other schemes hint with."""
    for name in scheme.ids():
        yield from ((name, word, weight) for word, weight in _own(scheme, name))
        for kind, words in scheme.against.items():
            yield from ((name, word, scheme.strengths[kind]) for word in _folded(words))
        for hint, share in scheme.category(name).hints.items():
            title, _, below = hint.partition("/")
            if title in schemes:
                for part in schemes[title].descendants(below):
                    yield from ((name, word, weight * share) for word, weight in _own(schemes[title], part))


def _own(scheme: Scheme, name: str) -> Iterator[tuple[str, float]]:
    """The keywords of one category in every spelling, folded, with their weights."""
    for kind, words in scheme.category(name).keywords.items():
        weight = scheme.strengths[kind]
        for word in _folded(words):
            yield word, weight
            for spelling in _misspelled(word, scheme.typos):
                yield spelling, weight


def _folded(words: str) -> list[str]:
    """Keywords separated by blanks, folded."""
    return fold_keyword(" ".join(words.split())).split(" ") if words.strip() else []


def _misspelled(word: str, typos: str) -> Iterator[str]:
    """A plain keyword in its wrong spellings; single characters are swapped in words of three or more."""
    wrong_of = _by_first(typos)
    if wrong_of.keys().isdisjoint(word) or not is_plain(word):
        return
    for first in dict.fromkeys(word):
        for wrong, right in wrong_of.get(first, ()):
            if right in word and (len(right) > 1 or len(word) > 2):
                yield word.replace(right, wrong)


@lru_cache(maxsize=8)
def _by_first(typos: str) -> dict[str, list[tuple[str, str]]]:
    """First character of the right spelling → wrong and right spelling."""
    found: dict[str, list[tuple[str, str]]] = {}
    for pair in _folded(typos):
        wrong, right = pair.split("=")
        found.setdefault(right[0], []).append((wrong, right))
    return found


def _stronger(known: float, new: float) -> float:
    """The weight farther from zero."""
    return new if abs(new) > abs(known) else known
