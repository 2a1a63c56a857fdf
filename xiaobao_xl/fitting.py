"""Fitting a linear model to coded texts: the one door to scikit-learn, which is needed for learning and for nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from xiaobao_xl.learned import Part, pieces, plain, scaled

_MOST_WORDS = 30_000
_STRENGTH = 10.0  # inverse of regularisation; texts are short and normalised
_SEED = 0


def fit(scheme: str, texts: Sequence[str], labels: Sequence[str], least_texts: int) -> Part:
    """A model of coded texts.

    Args:
        scheme: scheme id.
        texts: what was written.
        labels: class of each; at least two different ones.
        least_texts: different texts a piece must stand in.
    """
    found = [pieces(text) for text in plain(texts)]
    words, rarity = _vocabulary(found, least_texts)
    model = LogisticRegression(C=_STRENGTH, max_iter=2000, random_state=_SEED)
    model.fit(_matrix(found, words, rarity), list(labels))
    weights, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # one column tells both classes apart
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, bias[0]])
    return Part(
        scheme, tuple(map(str, model.classes_)), tuple(words), rarity, weights.astype(np.float32), bias.astype(np.float32)
    )  # fmt: skip


def judged(
    scheme: str, texts: Sequence[str], labels: Sequence[str], folds: int, least_texts: int
) -> tuple[list[str], np.ndarray]:
    """The class each text is given by a model that has not seen it, and how sure that model was.

    Texts that differ only in numbers and blanks are kept together, so that no model has seen them in another guise.
    """
    groups = np.unique(plain(texts), return_inverse=True)[1]
    best, certainty = np.full(len(texts), "", dtype=object), np.zeros(len(texts))
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=_SEED)
    for seen, unseen in splitter.split(np.zeros(len(texts)), list(labels), groups):
        part = fit(scheme, [texts[row] for row in seen], [labels[row] for row in seen], least_texts)
        shares = part.probabilities([texts[row] for row in unseen])
        best[unseen] = np.array(part.ids, dtype=object)[shares.argmax(axis=1)]
        certainty[unseen] = shares.max(axis=1)
    return [str(name) for name in best], certainty


def _vocabulary(found: Sequence[set[str]], least_texts: int) -> tuple[list[str], np.ndarray]:
    """The commonest pieces in order, and how rare each is."""
    distinct = {frozenset(each) for each in found}
    counts = Counter(piece for each in distinct for piece in each)
    common = [(piece, count) for piece, count in counts.most_common(_MOST_WORDS) if count >= least_texts]
    ordered = sorted(common)
    rarity = np.log((1 + len(distinct)) / (1 + np.array([count for _, count in ordered], dtype=np.float64))) + 1
    return [piece for piece, _ in ordered], rarity.astype(np.float32)


def _matrix(found: Sequence[set[str]], words: Sequence[str], rarity: np.ndarray) -> csr_matrix:
    places = {word: place for place, word in enumerate(words)}
    rows = [np.array(sorted(places[piece] for piece in each if piece in places), dtype=np.int64) for each in found]
    ends = np.cumsum([0, *map(len, rows)])
    shares = [scaled(rarity[row]) for row in rows]
    return csr_matrix((np.concatenate(shares), np.concatenate(rows), ends), shape=(len(rows), len(words)))
