"""Short sequences of characters and what each speaks for, as learned from labelled texts.

Beside the keywords of rules.yaml, which people chose, classification weighs a table of sequences of one or two
characters (费, 没人) whose weights were fitted to training texts; `lexicon/README.md` says how. Sequences are
looked for at every place of all texts at once, by arrays alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from pyarrow import csv

from xiaobao_xl.clauses import BACKGROUND, WAVED_ASIDE, Clauses, borne

_BLOCK = 250  # texts read together: what is noted of them fits the processor's cache
_SHARES = np.array([1, BACKGROUND, WAVED_ASIDE], dtype=np.float32)  # what a word may count for, falling
_MANY = np.iinfo(np.uint16).max
_CODES = 0x110000  # one more than the largest code point


@dataclass(frozen=True, eq=False)
class Grams:
    """A table of weights.

    Attributes:
        table: the file's bytes: tab-separated, a heading line `gram`, `scheme/category`…, then a line per sequence;
            weights in the units of rules.yaml's strengths, an empty cell is zero. The first line, `*`, says what each
            category weighs before anything is read.
    """

    table: bytes

    @cached_property
    def _lines(self) -> pa.Table:
        first, *columns = self.table.split(b"\n", 1)[0].decode().split("\t")
        types = {first: pa.string(), **dict.fromkeys(columns, pa.float32())}
        options = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
        return csv.read_csv(
            pa.BufferReader(self.table), parse_options=csv.ParseOptions(delimiter="\t"), convert_options=options
        )

    @cached_property
    def words(self) -> list[str]:
        """The sequences; a hit names one by its position here."""
        return list(self._lines["gram"][1:].to_pylist())

    @cached_property
    def _index(self) -> Index:
        return Index(self.words)

    def read(self, texts: Sequence[str], clauses: Clauses) -> Found:
        """Every sequence in n folded texts, each once per text, where its clause counts most."""
        counts = np.zeros(len(texts), dtype=np.int64)
        words, ranks = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
        width, kinds = len(self.words), len(_SHARES)
        for begin in range(0, len(texts), _BLOCK):
            block = texts[begin : begin + _BLOCK]
            rows, found, places = self._index.find(block)
            ranked = np.searchsorted(-_SHARES, -clauses.shares(rows + begin, places))
            keys = np.sort(((rows * width + found) * kinds + ranked).astype(np.int32))
            keys = keys[np.flatnonzero(np.diff(keys // kinds, prepend=-1))]
            counts[begin : begin + len(block)] = np.bincount(keys // (width * kinds), minlength=len(block))
            words.append(keys // kinds % width)
            ranks.append(keys % kinds)
        begins = np.concatenate([[0], np.cumsum(counts)])
        texts_of = np.repeat(np.arange(len(texts), dtype=np.int32), counts)
        return Found(begins, texts_of, np.concatenate(words), _SHARES[np.concatenate(ranks)])

    def weights(self, scheme: str, ids: tuple[str, ...]) -> np.ndarray:
        """Weights of all sequences for some categories of one scheme, shape (sequences, ids), float32."""
        return self._columns(scheme, ids)[1:]

    def before(self, scheme: str, ids: tuple[str, ...]) -> np.ndarray:
        """What some categories of one scheme weigh before anything is read, shape (ids,), float32."""
        before: np.ndarray = self._columns(scheme, ids)[0]
        return before

    def _columns(self, scheme: str, ids: tuple[str, ...]) -> np.ndarray:
        """Weights of all lines, read once for each scheme."""
        if (scheme, ids) not in self._read:
            table = np.zeros((self._lines.num_rows, len(ids)), dtype=np.float32)
            known = set(self._lines.column_names)
            for place, name in enumerate(ids):
                if (column := f"{scheme}/{name}") in known:
                    table[:, place] = self._lines[column].fill_null(0).to_numpy()
            self._read[scheme, ids] = table
        return self._read[scheme, ids]

    @cached_property
    def _read(self) -> dict[tuple[str, tuple[str, ...]], np.ndarray]:
        return {}


NOTHING_LEARNED = Grams(b"gram\n*\n")


@dataclass(frozen=True, slots=True)
class Found:
    """Sequences found in n texts, each once per text.

    Attributes:
        begins: where each text's begin in the other arrays, shape (n + 1,), int64.
        texts: the text each stands in, int32.
        words: positions in `Grams.words`, int32.
        shares: how much of its weight each counts for, float32.
    """

    begins: np.ndarray
    texts: np.ndarray
    words: np.ndarray
    shares: np.ndarray

    def summed(self, weights: np.ndarray) -> np.ndarray:
        """Weights (words × k) added per text: (n × k), float32."""
        total = np.zeros((len(self.begins) - 1, weights.shape[1]), dtype=np.float32)
        for begin in range(0, len(total), _BLOCK):
            begins = self.begins[begin : begin + _BLOCK + 1]
            inside = slice(begins[0], begins[-1])
            each = borne(weights[self.words[inside]], self.shares[inside])
            filled = np.flatnonzero(np.diff(begins))
            total[begin + filled] = np.add.reduceat(each, begins[:-1][filled] - begins[0], axis=0)
        return total


class Index:
    """Finds sequences of one or two characters at every place of many texts.

    >>> index = Index(["费", "年费"])
    >>> [found.tolist() for found in index.find(["扣年费", "费"])]
    [[0, 1, 0], [0, 0, 1], [2, 0, 1]]
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Number the characters, common ones first so that few pages of memory are touched, and lay out two tables."""
        codes = _codes("".join(["\0\0", *(word.ljust(2, "\0") for word in words)]))
        characters, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
        counts[0] = len(codes) + 1  # of "\0", which stands for no letter: its number is 0
        letters = np.empty(len(characters), dtype=np.uint16)
        letters[np.argsort(-counts, kind="stable")] = np.arange(len(characters))
        self._letters = np.zeros(_CODES, dtype=np.uint16)
        self._letters[characters] = letters
        pairs = letters[places].reshape(-1, 2)
        table = np.zeros((len(characters), len(characters)), dtype=np.uint16 if len(words) < _MANY else np.uint32)
        table[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))  # numbers from 1, so that 0 is no sequence
        self._singles = table[:, 0].copy()
        table[:, 0] = 0
        self._pairs = table

    def find(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Text, word and place of every occurrence, int64 arrays; single characters first, then pairs."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
        letters = self._letters[_codes("\0".join([*texts, ""]))]
        words = (self._singles[letters], self._pairs[letters[:-1], letters[1:]])
        places = [np.flatnonzero(found) for found in words]
        where = np.concatenate(places)
        texts_of = np.repeat(np.arange(len(texts)), lengths)[where]
        starts = np.cumsum(lengths) - lengths
        found = np.concatenate([words[length][place] for length, place in enumerate(places)]).astype(np.int64) - 1
        return texts_of, found, where - starts[texts_of]


def _codes(text: str) -> np.ndarray:
    """Code points of all characters in a row; half of a surrogate pair counts as a question mark."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
