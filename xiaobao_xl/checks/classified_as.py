"""Check kind `classified_as`: recorded codes that fit the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.classifying import Suggestions
from xiaobao_xl.entries import entry
from xiaobao_xl.findings import Level
from xiaobao_xl.registers import Register

_WORDS_NAMED = 4
_ALSO_FITS = 0.5  # share of the best score from which the second choice is defensible too


@entry
class ClassifiedAs(Check):
    """The recorded code does not disagree with a confident suggestion from the text.

    Attributes:
        column: column with the recorded code.
        text: column with the complaint in words.
        scheme: id of the scheme, in the `categories` section.
        least_score: score from which a suggestion is worth a finding.

    Passes: `投诉业务类别` is 信用卡 and `投诉内容` speaks of an annual fee; or the text says too little to tell.
    Breaks: `投诉业务类别` is 贷款 and `投诉内容` speaks of a credit card's annual fee and of nothing else.
    Empty cell: nothing, in either column; an unknown code is left to `one_of`.
    Only ever a warning: who recorded the code may know more than the text says. Codes are compared as statistics count
    them, and a second choice that scores at least half as much is let pass.
    """

    KIND: ClassVar[str] = "classified_as"
    column: str
    text: str
    scheme: str
    least_score: float = 0.6

    @property
    def level(self) -> Level:
        """A suggestion cannot prove an error."""
        return "warning"

    def uses(self) -> tuple[str, ...]:
        """The code and the text."""
        return (self.column, self.text)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Codes a confident suggestion speaks against."""
        classified = context.suggestions(register, self.text)
        suggestions, scheme = classified.by_scheme[self.scheme], context.schemes[self.scheme]
        codes, names = pd.factorize(register.frame[self.column])
        known, fits = _fits(list(names), scheme, suggestions.ids)
        rows = np.flatnonzero((classified.places >= 0) & np.isin(codes, known))
        places, codes = classified.places[rows], codes[rows]
        also = suggestions.second_score[places] >= _ALSO_FITS * suggestions.score[places]
        second = suggestions.second[places]
        agrees = fits[codes, suggestions.best[places]] | (also & (second >= 0) & fits[codes, second])
        wrong = suggestions.confident[places] & (suggestions.score[places] >= self.least_score) & ~agrees
        yield Breach(
            positions=rows[wrong],
            column=self.column,
            message=self._messages(register, context, rows[wrong], suggestions, places[wrong]),
        )

    def _messages(
        self, register: Register, context: Context, rows: np.ndarray, suggestions: Suggestions, places: np.ndarray
    ) -> list[str]:
        name, told = wording.quoted(register, self.column), wording.quoted(register, self.text)
        recorded = wording.printed(register, context, self.column, rows)
        better = {}  # the same text may stand in many rows
        for place in np.unique(places).tolist():
            title = suggestions.scheme.title_of(suggestions.ids[suggestions.best[place]])
            words = "、".join(word for word, _ in suggestions.evidence(place).words[:_WORDS_NAMED])
            better[place] = f"“{title}”（依据：{words}；得分 {suggestions.score[place]:.2f}）"
        return [
            f"{name}登记为“{text}”，而{told}更像{better[place]}；请核对，登记有误的再改"
            for text, place in zip(recorded, places.tolist(), strict=True)
        ]


def _fits(names: list[str], scheme: Scheme, ids: tuple[str, ...]) -> tuple[list[int], np.ndarray]:
    """Places of the recorded names the scheme knows; and whether a name is counted as, or stands above, each id."""
    members = set(scheme.ids())
    known = [place for place, name in enumerate(names) if name in members]
    fits = np.zeros((len(names), len(ids)), dtype=bool)
    for place in known:
        name = names[place]
        fits[place] = [scheme.reported(name) == other or name in scheme.path(other) for other in ids]
    return known, fits
