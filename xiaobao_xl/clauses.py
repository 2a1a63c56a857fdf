"""Where in a complaint the matter itself stands.

What comes before “我要投诉的是” and the opening of a long text are background and count half; a clause that waves a
matter aside (“不是催收的事”) turns its words into slight evidence against.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_MARK = re.compile(r"(?<=[,\n;!?:])")
_ASKING = re.compile(r"[吗么?]")
_LONG = 120  # characters from which a text is told rather than noted down; its opening is background
_OPENING = 0.35
BACKGROUND, WAVED_ASIDE = 0.5, -0.3  # shares of its weight that a word counts for there
_FOLLOWS = 12  # characters that must follow a pointer, itself included
_NEVER = np.iinfo(np.int64).max
FAR = 1 << 24  # more characters than any text has


class Clauses:
    """How much the words of some texts count for, by the clause they stand in.

    Args:
        texts: n folded texts.
        pointers: text and place of each phrase after which the matter itself stands, two int64 arrays.
        dismissals: text and place of each phrase that waves its clause aside, likewise.
    """

    def __init__(
        self, texts: Sequence[str], pointers: tuple[np.ndarray, np.ndarray], dismissals: tuple[np.ndarray, np.ndarray]
    ) -> None:
        """Divide the texts that need it: long ones and those with such a phrase."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        matter = np.where(lengths > _LONG, lengths * _OPENING, 0).astype(np.int64)
        rows, places = pointers
        leads = places + _FOLLOWS <= lengths[rows]
        np.maximum.at(matter, rows[leads], places[leads])
        self._divided = matter > 0
        self._divided[dismissals[0]] = True
        divided = np.flatnonzero(self._divided).tolist()
        starts = [row * FAR + place for row in divided for place in _begins(texts[row])]
        self._starts = np.array(starts, dtype=np.int64)
        ends = np.append(self._starts[1:], _NEVER)
        text, inside = divmod(self._starts, FAR)
        self._counts = np.where(ends > text * FAR + matter[text], 1.0, BACKGROUND)
        for clause in self._clause(*dismissals).tolist():
            words = _MARK.split(texts[text[clause]][inside[clause] :] + "\n", maxsplit=1)[0]
            if not _ASKING.search(words):
                self._counts[clause] = WAVED_ASIDE

    def shares(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Share of its weight that a word at each place of each text counts for, float32."""
        shares = np.ones(len(rows), dtype=np.float32)
        divided = self._divided[rows]
        if divided.any():
            shares[divided] = self._counts[self._clause(rows[divided], places[divided])]
        return shares

    def _clause(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        clauses: np.ndarray = np.searchsorted(self._starts, rows * FAR + places, side="right") - 1
        return clauses


def _begins(text: str) -> list[int]:
    """Where each clause of a folded text begins."""
    return [0, *(mark.end() for mark in _MARK.finditer(text))]


def borne(weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Weights (n or n × k; changed in place) as their clauses let them count; what is waved aside supports nothing."""
    lesser = np.flatnonzero(shares != 1)
    if len(lesser):
        share = shares[lesser].reshape(-1, *[1] * (weights.ndim - 1))
        counted = weights[lesser] * share
        weights[lesser] = np.where(share < 0, np.minimum(counted, 0), counted)
    return weights
