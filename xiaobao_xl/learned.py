"""What was learned from codes that staff recorded: weights of short pieces of text, and the classes for which they are used.

Pieces are runs of one to three characters of the folded text, digits written as 0. Only pieces that stand in several
texts are kept, so that no name and no number of a complaint can be read from a model. A model is arrays and one piece
of JSON, nothing that could run; NumPy alone reads it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xiaobao_xl.entries import entry
from xiaobao_xl.matching import fold

FORMAT: Final = "xiaobao-xl model 1"
_LONGEST: Final = 3
_DIGITS: Final = re.compile(r"[0-9]+")
_BLANKS: Final = re.compile(r"\s+")


@entry
class Learning:
    """Settings of learning; all are choices of the institution.

    Attributes:
        folds: parts the rows are divided into; each is judged by a model that has not seen it.
        least_rows: rows a class must have to be learned.
        least_texts: different texts a piece must stand in to be kept.
        least_certainty: probability from which a model's answer is considered at all.
        least_decided: rows on which model and rules differ and one of them is right, before anything is concluded.
        least_gain: by how much more often the model must be right on these rows, as a share of them.
    """

    folds: int = 5
    least_rows: int = 20
    least_texts: int = 5
    least_certainty: float = 0.6
    least_decided: int = 20
    least_gain: float = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A linear model for one scheme of categories.

    Attributes:
        scheme: scheme id.
        ids: ids of its classes, as statistics count them, k of them.
        words: the pieces, v of them.
        rarity: weight of each piece before learning, shape (v,), float32.
        weights: shape (v, k), float32.
        bias: shape (k,), float32.
        used: classes for which it measurably helped; only there its answer is taken.
    """

    scheme: str
    ids: tuple[str, ...]
    words: tuple[str, ...]
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    used: tuple[str, ...] = ()

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """How likely each class is for each text, shape (n, k)."""
        places = {word: place for place, word in enumerate(self.words)}
        found = np.tile(self.bias.astype(np.float64), (len(texts), 1))
        for row, text in enumerate(plain(texts)):
            known = sorted(places[piece] for piece in pieces(text) if piece in places)
            shares = scaled(self.rarity[known])
            found[row] += shares @ self.weights[known]
        return softmax(found)


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """Models for the parts of a suggestion.

    Attributes:
        institution: `bank` or `insurer`.
        rules_version: version of the rules it was compared with.
        certainty: probability from which an answer is taken.
        parts: `product_line`, `reason` → model.
    """

    institution: str
    rules_version: str
    certainty: float
    parts: Mapping[str, Part]

    def to_bytes(self) -> bytes:
        """The file: an .npz archive without any pickled object."""
        told = {
            "format": FORMAT, "institution": self.institution, "rules_version": self.rules_version, "certainty": self.certainty,
            "parts": {
                name: {"scheme": part.scheme, "ids": part.ids, "words": part.words, "used": part.used}
                for name, part in self.parts.items()
            },
        }  # fmt: skip
        arrays = {"about": np.frombuffer(json.dumps(told, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)}
        for name, part in self.parts.items():
            arrays |= {f"{name}.rarity": part.rarity, f"{name}.weights": part.weights, f"{name}.bias": part.bias}
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        return stream.getvalue()


def from_bytes(content: bytes) -> Model:
    """Read a model; nothing in the file is ever run.

    Raises:
        ValueError: it is no model of ours, or its parts do not fit together.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            told = json.loads(arrays["about"].tobytes().decode("utf-8"))
            if told["format"] != FORMAT:
                raise ValueError(told["format"])
            parts = {name: _part(about, name, arrays) for name, about in told["parts"].items()}
            return Model(str(told["institution"]), str(told["rules_version"]), float(told["certainty"]), parts)
    except (KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, AttributeError) as problem:
        raise ValueError(f"not a model: {type(problem).__name__}") from None


def plain(texts: Sequence[str]) -> list[str]:
    """Texts folded, without blanks, every number written as one 0."""
    return [_BLANKS.sub("", _DIGITS.sub("0", text)) for text in fold(texts)]


def pieces(text: str) -> set[str]:
    """Runs of one to three characters of a text from `plain`.

    >>> sorted(pieces(plain(["年费88元"])[0]))
    ['0', '0元', '元', '年', '年费', '年费0', '费', '费0', '费0元']
    """
    return {text[place : place + size] for size in range(1, _LONGEST + 1) for place in range(len(text) - size + 1)}


def scaled(rarity: np.ndarray) -> np.ndarray:
    """Weights of the pieces of one text, so that their squares add up to one."""
    length = float(np.sqrt((rarity.astype(np.float64) ** 2).sum()))
    return rarity / length if length else rarity


def softmax(scores: np.ndarray) -> np.ndarray:
    """Scores (n, k) as probabilities.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _part(about: Mapping[str, Any], name: str, arrays: Mapping[str, np.ndarray]) -> Part:
    part = Part(
        str(about["scheme"]), tuple(map(str, about["ids"])), tuple(map(str, about["words"])), arrays[f"{name}.rarity"],
        arrays[f"{name}.weights"], arrays[f"{name}.bias"], tuple(map(str, about["used"])),
    )  # fmt: skip
    shapes = (part.rarity.shape, part.weights.shape, part.bias.shape)
    if shapes != ((len(part.words),), (len(part.words), len(part.ids)), (len(part.ids),)):
        raise ValueError(f"parts of {name} do not fit together")
    if not all(np.isfinite(array).all() for array in (part.rarity, part.weights, part.bias)):
        raise ValueError(f"{name} holds a number that is none")
    return part
