"""Hot words: sequences of Chinese characters that more complaints of a period contain than of the period before.

No dictionary: a sequence of two to five characters counts as a word where its characters keep together more than chance
would have them, and it stands among varying neighbours. A new scheme's name is found as well as an old one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST = 3  # complaints a word must occur in
_RARE = 0.002  # and the share of them, in a large register
_LONGEST = 5
_BITS = 12  # a character's number; five of them fit in 64 bits
_SEPARATOR = 0
_COHESION = 1.5  # natural logarithm: how much more often than by chance the halves stand together
_FREE = 0.75  # a sequence that one neighbour follows (or precedes) more often than this is part of a longer one
_CLEAR = 1.6  # standard errors by which the share of complaints with the word must have risen
_GLUE = frozenset(
    "的了着过在是我你他她它们不没未无就也都还又再很太被把给对与和及或并其该这那此些个某每各有为以于从向到至让叫使由等吗呢吧啊"
    "说要会能可应已将曾正请称后前时中内外间里上下来去起出入进且但却而则若如因所之一二三四五六七八九十两几多少次天日月年元件号位名岁"
)


@dataclass(frozen=True, slots=True)
class HotWord:
    """One word.

    Attributes:
        word: the word.
        now: complaints of the period that contain it.
        before: complaints of the period before that do.
        texts: places of the former among the texts given, shape (now,).
    """

    word: str
    now: int
    before: int
    texts: np.ndarray


def hot_words(now: Sequence[str], before: Sequence[str], most: int) -> list[HotWord]:
    """Words of the period, those that gained most first; without an earlier period the most frequent first.

    Args:
        now: texts of the period.
        before: texts of the period before.
        most: how many words at most.
    """
    characters, texts, signs = _laid_out([*now, *before])
    counted = {length: _counted(characters, texts, length) for length in range(1, _LONGEST + 1)}
    found = [
        word for length in range(2, _LONGEST + 1) for word in _candidates(characters, counted, length, signs, len(now))
    ]

    def gain(word: HotWord) -> float:
        return _gain(word.now, word.before, len(now), len(before))

    words = sorted(found, key=lambda word: (-gain(word), word.word))
    words = [word for word in words if not before or gain(word) >= _CLEAR]
    return _without_parts(words)[:most]


def _word(key: int, length: int, signs: Sequence[str]) -> str:
    """The characters of a sequence's number."""
    return "".join(signs[key >> _BITS * place & (1 << _BITS) - 1] for place in reversed(range(length)))


@dataclass(frozen=True, slots=True)
class _Counted:
    """All sequences of one length.

    Attributes:
        keys: their numbers, sorted.
        times: occurrences of each.
        pairs: number and text of each occurrence, once per text, sorted.
        places: where each occurrence begins.
        every: the number of each occurrence, in the order of `places`.
    """

    keys: np.ndarray
    times: np.ndarray
    pairs: np.ndarray
    places: np.ndarray
    every: np.ndarray


def _laid_out(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """All texts as one row of numbers, the text each belongs to, and the character of each number."""
    joined = "\0".join(texts)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    owner = np.cumsum(points == 0)
    chinese = (points >= 0x4E00) & (points <= 0x9FFF)
    known, inverse, times = np.unique(np.where(chinese, points, 0), return_inverse=True, return_counts=True)
    rank = np.empty(len(known), dtype=np.int64)
    rank[np.argsort(-times * (known > 0), kind="stable")] = np.arange(1, len(known) + 1)
    rank[(known == 0) | (rank >= 1 << _BITS)] = _SEPARATOR
    signs = [""] * (1 << _BITS)
    for point, number in zip(known.tolist(), rank.tolist(), strict=True):
        if number:
            signs[number] = chr(point)
    return rank[inverse], owner, signs


def _counted(characters: np.ndarray, owner: np.ndarray, length: int) -> _Counted:
    size = max(len(characters) - length + 1, 0)
    keys, whole = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
    for place in range(length):
        here = characters[place : place + size]
        keys = keys << _BITS | here
        whole &= here != _SEPARATOR
    places, every = np.flatnonzero(whole), keys[whole]
    keys, texts = every, owner[:size][whole]
    order = np.lexsort((texts, keys))
    keys, texts = keys[order], texts[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (np.diff(keys) != 0) | (np.diff(texts) != 0)
    distinct, times = np.unique(keys, return_counts=True)
    return _Counted(distinct, times, np.stack([keys[first], texts[first]]), places, every)


def _candidates(
    characters: np.ndarray, counted: dict[int, _Counted], length: int, signs: Sequence[str], size: int
) -> list[HotWord]:
    """Sequences of a length that pass for words."""
    one = counted[length]
    keys, texts = one.pairs
    starts = np.searchsorted(keys, one.keys)
    now = np.add.reduceat(texts < size, starts) if len(keys) else np.zeros(0, dtype=np.int64)
    every = np.diff([*starts, len(keys)])
    chosen = np.flatnonzero(
        (now >= max(LEAST, size * _RARE)) & _keeps_together(counted, length) & _is_free(characters, one, length)
    )
    found = []
    for place in chosen.tolist():
        word = _word(int(one.keys[place]), length, signs)
        if word[0] not in _GLUE and word[-1] not in _GLUE:
            places = texts[starts[place] : starts[place] + every[place]]
            here = int(now[place])
            found.append(HotWord(word, here, int(every[place]) - here, places[places < size]))
    return found


def _keeps_together(counted: dict[int, _Counted], length: int) -> np.ndarray:
    """Wherever the sequence is cut, its parts stand together more often than by chance."""
    one, total = counted[length], counted[1].times.sum()
    holds = np.ones(len(one.keys), dtype=bool)
    for cut in range(1, length):
        left, right = one.keys >> _BITS * (length - cut), one.keys & (1 << _BITS * (length - cut)) - 1
        chance = _times(counted[cut], left) * _times(counted[length - cut], right) / total
        holds &= np.log(one.times / chance) >= _COHESION
    return holds


def _is_free(characters: np.ndarray, one: _Counted, length: int) -> np.ndarray:
    """No single neighbour stands before or behind the sequence most of the time."""
    most = np.zeros(len(one.keys), dtype=np.int64)
    around = np.concatenate([[_SEPARATOR], characters, [_SEPARATOR]])
    for beside in (around[one.places], around[one.places + length + 1]):
        numbers = np.searchsorted(one.keys, one.every)
        pairs, times = np.unique((numbers << _BITS | beside)[beside != _SEPARATOR], return_counts=True)
        np.maximum.at(most, pairs >> _BITS, times)
    return most <= one.times * _FREE


def _times(counted: _Counted, keys: np.ndarray) -> np.ndarray:
    return counted.times[np.searchsorted(counted.keys, keys)].astype(float)


def _gain(now: int, before: int, size: int, size_before: int) -> float:
    """How surely the share of texts with the word rose: the usual statistic of two shares."""
    if not size_before:
        return float(now)
    share = (now + before) / (size + size_before)
    spread = np.sqrt(max(share * (1 - share), 1e-9) * (1 / size + 1 / size_before))
    return float((now / size - before / size_before) / spread)


def _without_parts(words: Sequence[HotWord]) -> list[HotWord]:
    """Leave out what only repeats a better word: a part of it, or it with something added, in much the same texts."""
    kept: list[HotWord] = []
    for word in words:
        twins = (other for other in kept if word.word in other.word or other.word in word.word)
        if not any(min(word.now, other.now) >= 0.6 * max(word.now, other.now) for other in twins):
            kept.append(word)
    return kept
