"""Learn from labelled texts what short sequences of characters speak for, and write `learned.tsv`.

    pip install -e .[dev]
    python lexicon/learn.py                 five-fold cross-validation, then the table from all texts
    python lexicon/learn.py --folds 0       the table only

Per scheme a multinomial logistic regression with a quadratic penalty is fitted. The keywords' own weights, as the
engine counts them, go in as they are (times one common factor), so that the table corrects and completes what people
chose. The texts are read by the engine itself; what is learned is what will be counted. README.md tells the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import logsumexp

HOME = Path(__file__).resolve().parent
TEXTS = HOME / "texts"
FILES = ("bank", "insurer", "not_complaint")
sys.path.insert(0, str(HOME.parent))

from xiaobao_xl import classifying  # noqa: E402  (the path comes first)
from xiaobao_xl.categories import Scheme  # noqa: E402
from xiaobao_xl.grams import Grams  # noqa: E402
from xiaobao_xl.matching import fold  # noqa: E402
from xiaobao_xl.rules import load_rules  # noqa: E402

COMPLAINT = "complaint"  # the label of a text in not_complaint that is one
LONGEST = 2  # characters; longer sequences brought nothing in cross-validation
SEEN = 3  # texts a sequence must stand in
PENALTY = 0.05
# What a unit of the keywords' weights is worth in the regression, by cross-validation.
FACTORS = {"product_line": 0.1, "reason": 0.1, "insurance_line": 0.2, "dispute_type": 0.2, "not_complaint": 0.2}
SLIGHT = 0.4  # smaller weights are left out
DECIMALS = 1


# Schemes that are applied together; keywords of one hint at categories of another.
TOGETHER = (("product_line", "reason", "not_complaint"), ("insurance_line", "dispute_type", "not_complaint"))


@dataclass(frozen=True)
class Task:
    """One scheme and the texts labelled in it: label ids beside texts."""

    scheme: str
    texts: list[str]
    labels: list[str]


def read_texts(path: Path) -> pd.DataFrame:
    """A file of texts: two labels and a text in each line."""
    return pd.read_csv(path, sep="\t", names=["first", "second", "text"], dtype=str, quoting=3, keep_default_na=False)


def tasks(schemes: dict[str, Scheme], bank: pd.DataFrame, insurer: pd.DataFrame, other: pd.DataFrame) -> list[Task]:
    """What is to be learned."""
    complaints = [*bank["text"], *insurer["text"]]
    none = [_label(schemes["not_complaint"], label) for label in other["second"]]
    return [
        Task("product_line", [*bank["text"]], [_label(schemes["product_line"], label) for label in bank["first"]]),
        Task("reason", [*bank["text"]], [_label(schemes["reason"], label) for label in bank["second"]]),
        Task("insurance_line", [*insurer["text"]], [_label(schemes["insurance_line"], x) for x in insurer["first"]]),
        Task("dispute_type", [*insurer["text"]], [_label(schemes["dispute_type"], x) for x in insurer["second"]]),
        Task("not_complaint", [*complaints, *other["text"]], [COMPLAINT] * len(complaints) + none),
    ]


def _label(scheme: Scheme, label: str) -> str:
    found = scheme.find(label)
    if found is None:
        raise ValueError(f"{scheme.title}: no category {label}")
    return scheme.reported(found)


def sequences(texts: Sequence[str], least: int = SEEN) -> list[str]:
    """Sequences of letters and Chinese characters that stand in enough of the texts."""
    seen: Counter[str] = Counter()
    for text in fold(texts):
        seen.update(set(_inside(text)))
    return sorted(word for word, count in seen.items() if count >= least)


def _inside(text: str) -> Iterator[str]:
    for length in range(1, LONGEST + 1):
        for place in range(len(text) - length + 1):
            word = text[place : place + length]
            if word.isalpha() and not word.isascii():  # single letters say nothing; atm and the like are keywords
                yield word


@dataclass(frozen=True)
class Reading:
    """Texts as the engine reads them: hand (texts × ids), and seen (texts × words, shares)."""

    ids: tuple[str, ...]
    hand: np.ndarray
    seen: sparse.csr_matrix


def read(task: Task, texts: Sequence[str], schemes: dict[str, Scheme], words: Sequence[str]) -> Reading:
    """The keywords' weights and the sequences of some texts."""
    lexicon = classifying._lexicon(tuple(schemes.items()), None)  # noqa: SLF001  (the engine's own reading is wanted)
    trail = classifying._trail(lexicon, Grams(_empty(words)), fold(texts))  # noqa: SLF001
    columns, hits = lexicon.columns[task.scheme], trail.hits
    shares = trail.shares(schemes[task.scheme], np.any(columns.weights, axis=1))
    hand = classifying._summed(columns.weights, hits.texts, hits.words, shares, len(texts))  # noqa: SLF001
    learned = trail.learned
    counted = np.maximum(learned.shares, 0)
    seen = sparse.csr_matrix((counted, learned.words, learned.begins), shape=(len(texts), len(words)))
    return Reading(columns.ids, hand, seen)


def _empty(words: Sequence[str]) -> bytes:
    return ("\n".join(["gram", "*", *words]) + "\n").encode()


@dataclass(frozen=True)
class Model:
    """What was learned.

    Attributes:
        words: the sequences.
        ids: the categories.
        weights: words × ids, in units of the keywords' strengths.
        before: what each category weighs before anything is read, likewise.
    """

    words: list[str]
    ids: tuple[str, ...]
    weights: np.ndarray
    before: np.ndarray

    def scores(self, reading: Reading) -> np.ndarray:
        """Weights of each category in each text: texts × ids."""
        found: np.ndarray = reading.hand + reading.seen @ self.weights + self.before
        return found


def fit(task: Task, schemes: dict[str, Scheme], factor: float) -> Model:
    """Fit one scheme's table."""
    words = sequences(task.texts)
    reading = read(task, task.texts, schemes, words)
    ids = reading.ids + ((COMPLAINT,) if COMPLAINT in task.labels else ())
    hand = np.pad(reading.hand, ((0, 0), (0, len(ids) - len(reading.ids))))
    target = np.array([ids.index(label) for label in task.labels])
    rarity = np.log(len(task.texts) / np.maximum(np.asarray((reading.seen > 0).sum(axis=0)).ravel(), 1)) + 1
    seen = reading.seen @ sparse.diags(rarity)
    length = np.sqrt(np.asarray(seen.multiply(seen).sum(axis=1)).ravel()) + 1e-9  # a long text shall not weigh more
    counts = np.bincount(target, minlength=len(ids))
    heed = np.where(target == len(reading.ids), counts[:-1].sum() / max(counts[-1], 1), 1.0)  # as many as of the rest
    before, weights = _regress((sparse.diags(1 / length) @ seen).tocsr(), factor * hand, target, heed)
    weights *= rarity[:, None] / np.median(length) / factor
    if len(ids) > len(reading.ids):  # what speaks for a complaint speaks against every kind of what is none
        weights, before = weights[:, :-1] - weights[:, -1:], before[:-1] - before[-1]
    return Model(words, reading.ids, weights, before / factor)


def _regress(
    seen: sparse.csr_matrix, hand: np.ndarray, target: np.ndarray, heed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: hand + before + seen · weights; `heed` weighs the texts."""
    texts, words = seen.shape
    kinds = hand.shape[1]
    turned, wanted = seen.T.tocsr(), np.zeros((texts, kinds))
    wanted[np.arange(texts), target] = 1

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        before, weights = values[:kinds], values[kinds:].reshape(words, kinds)
        each = hand + before + seen @ weights
        total = logsumexp(each, axis=1)
        off = (np.exp(each - total[:, None]) - wanted) * heed[:, None]
        cost = heed @ (total - each[np.arange(texts), target]) + PENALTY / 2 * (weights**2).sum() + before @ before / 20
        return cost, np.concatenate([off.sum(axis=0) + before / 10, (turned @ off + PENALTY * weights).ravel()])

    start = np.zeros(kinds + words * kinds)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    return found[:kinds], found[kinds:].reshape(words, kinds)


def table(models: dict[str, Model]) -> bytes:
    """All models as the file that the library reads, see `xiaobao_xl.grams`."""
    columns: dict[str, dict[str, float]] = {}
    for scheme, model in models.items():
        for place, name in enumerate(model.ids):
            weights = np.where(np.abs(model.weights[:, place]) < SLIGHT, 0, model.weights[:, place].round(DECIMALS))
            told = dict(zip(model.words, weights.tolist(), strict=True))
            before = {} if scheme == "not_complaint" else {"*": round(float(model.before[place]), DECIMALS)}
            columns[f"{scheme}/{name}"] = {word: weight for word, weight in (before | told).items() if weight}
    words = sorted({word for column in columns.values() for word in column})
    lines = ["\t".join(["gram", *columns])]
    lines += [
        "\t".join([word, *(f"{column[word]:g}" if word in column else "" for column in columns.values())])
        for word in words
    ]
    return ("\n".join(lines) + "\n").encode()


def cross_validate(task: Task, schemes: dict[str, Scheme], folds: int) -> float:
    """Share of texts that a model of the other texts labels as they are labelled; neighbours stay together."""
    fold = np.arange(len(task.texts)) // 6 % folds
    right = 0
    for number in range(folds):
        inside, outside = (_part(task, chosen) for chosen in (fold != number, fold == number))
        model = fit(inside, schemes, FACTORS[task.scheme])
        scores = model.scores(read(outside, outside.texts, schemes, model.words))
        named = [model.ids[place] for place in scores.argmax(axis=1)]
        if COMPLAINT in task.labels:
            named = [name if score > 0 else COMPLAINT for name, score in zip(named, scores.max(axis=1), strict=True)]
        right += sum(name == label for name, label in zip(named, outside.labels, strict=True))
    return right / len(task.texts)


def _part(task: Task, chosen: np.ndarray) -> Task:
    places = np.flatnonzero(chosen).tolist()
    return Task(task.scheme, [task.texts[place] for place in places], [task.labels[place] for place in places])


def held_out(schemes: dict[str, Scheme], scheme: str, model: Model, together: dict[str, Scheme]) -> str:
    """How a model does on texts nobody learned or tuned from; a second defensible label counts."""
    names = ["institution", "first", "second", "text"]
    frame = pd.read_csv(HOME / "held_out.tsv", sep="\t", names=names, dtype=str, quoting=3)
    institution = "bank" if scheme in TOGETHER[0] else "insurer"
    frame = frame[frame["institution"] == institution]
    labels = frame["first" if scheme in {"product_line", "insurance_line"} else "second"]
    texts = frame["text"].tolist()
    scores = model.scores(read(Task(scheme, texts, []), texts, together, model.words))
    right = [
        model.ids[place] in {_label(schemes[scheme], label) for label in said.split("|")}
        for place, said in zip(scores.argmax(axis=1), labels, strict=True)
    ]
    return f"{sum(right) / len(right):.1%} of {len(right)} held-out texts"


def main() -> None:
    """Cross-validate, fit, write."""
    parser = argparse.ArgumentParser(description="Learn the weights of short character sequences.")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation, 0 for none")
    folds = parser.parse_args().folds
    schemes = dict(load_rules().categories)
    bank, insurer, other = (read_texts(TEXTS / f"{name}.tsv") for name in FILES)
    models = {}
    for task in tasks(schemes, bank, insurer, other):
        together = {name: schemes[name] for name in next(group for group in TOGETHER if task.scheme in group)}
        model = models[task.scheme] = fit(task, together, FACTORS[task.scheme])
        said = [f"{len(task.texts)} texts"]
        if folds:
            said.append(f"{cross_validate(task, together, folds):.1%} right in cross-validation")
        if COMPLAINT not in task.labels:
            said.append(held_out(schemes, task.scheme, model, together))
        print(f"{task.scheme}: {', '.join(said)}")
    (HOME / "learned.tsv").write_bytes(table(models))


if __name__ == "__main__":
    main()
