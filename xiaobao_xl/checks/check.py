"""What every kind of check is: a frozen dataclass filled from rules.yaml that finds breaches in a whole register.

A check's id states what is true when all is well (`decided_in_time`). Its level follows from where it comes from:
an article seen in the text makes an error, a secondary or unverified one, or none, a warning; a fault of form
(`is_form: true`) is an error by nature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.classifying import Suggestions, classify_all
from xiaobao_xl.conditions import Condition
from xiaobao_xl.deadlines import Deadline, Due, due
from xiaobao_xl.entries import entry
from xiaobao_xl.findings import Level
from xiaobao_xl.grams import NOTHING_LEARNED, Grams
from xiaobao_xl.law import Instrument
from xiaobao_xl.registers import Register, Schema
from xiaobao_xl.workdays import Calendar


@entry
class Context:
    """What a check may know beside the register.

    Attributes:
        as_of: the day the question is asked ("today" is always an argument).
        calendar: announced working days.
        deadlines: deadline id → deadline.
        schemes: scheme id → scheme of categories.
        law: instrument id → instrument.
        grams: learned weights that complete the keywords of the schemes.
        schemas: register id → schema, of all registers there are.
        registers: register id → the sheets of it read in this run, the one being checked among them.
        computed: deadlines computed in this run; a run starts with none.
        classified: text columns classified in this run, likewise.
    """

    as_of: date
    calendar: Calendar
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    law: Mapping[str, Instrument] = field(default_factory=dict)
    grams: Grams = NOTHING_LEARNED
    schemas: Mapping[str, Schema] = field(default_factory=dict, repr=False)
    registers: Mapping[str, tuple[Register, ...]] = field(default_factory=dict, repr=False)
    computed: dict[str, Due] = field(default_factory=dict, repr=False, compare=False)
    classified: dict[str, Classified] = field(default_factory=dict, repr=False, compare=False)

    def due(self, deadline: str, frame: pd.DataFrame) -> Due:
        """Due dates of one deadline for the frame of this run, computed once however many checks ask."""
        if deadline not in self.computed:
            self.computed[deadline] = due(self.deadlines[deadline], frame, self.calendar, self.as_of, self.law)
        return self.computed[deadline]

    def suggestions(self, register: Register, text: str) -> Classified:
        """Suggestions from a text column for every coded column of the sheet: one pass for all checks that ask."""
        if text not in self.classified:
            places, texts = pd.factorize(register.frame[text])
            named = {spec.scheme for name, spec in register.schema.columns.items() if name in register.frame}
            named |= {
                hint.partition("/")[0] for name in named & set(self.schemes) for hint in _hints(self.schemes[name])
            }
            schemes = {name: scheme for name, scheme in self.schemes.items() if name in named}
            self.classified[text] = Classified(places, classify_all(schemes, list(texts), grams=self.grams))
        return self.classified[text]


@dataclass(frozen=True, slots=True)
class Classified:
    """A text column classified.

    Attributes:
        places: place of each row's text among the distinct texts; -1 where empty. Shape (n,).
        by_scheme: scheme id → suggestions over the distinct texts.
    """

    places: np.ndarray
    by_scheme: Mapping[str, Suggestions]


def _hints(scheme: Scheme) -> Iterator[str]:
    for name in scheme.ids():
        yield from scheme.category(name).hints


@entry
class Breach:
    """Rows of a register that break one check in the same way.

    Attributes:
        positions: frame positions, shape (k,), int.
        column: id of the column to mark ('' marks the whole row).
        message: Chinese sentence (with the fix), one for all or one per position.
        value: printed value per position; None takes the cell of `column`.
        level: level per position where it follows from a dated version; None takes the check's own.
        source: `instrument-id article` per position likewise.
    """

    positions: np.ndarray
    column: str
    message: str | Sequence[str]
    value: Sequence[str] | None = None
    level: Sequence[Level] | None = None
    source: Sequence[str] | None = None


@entry
class Check:
    """Keys common to all kinds.

    Attributes:
        title: short Chinese name, for summaries.
        source: `instrument-id article` in the `law` section; empty where no law demands it.
        basis: how well the source is known; only `seen` can make an error.
        is_form: a fault of form (key missing, damaged identifier): an error without any law.
        when: the check looks only at rows that meet this condition.
        says: own Chinese sentence in place of the kind's; may use the kind's placeholders, e.g. {值}.
        note: why the check exists, for the reference.

    Class attributes:
        KIND: name of the kind in rules.yaml.
        ENOUGH: how many of its columns a sheet must have for the check to run; None means all of them.
    """

    KIND: ClassVar[str]
    ENOUGH: ClassVar[int | None] = None
    title: str = ""
    source: str = ""
    basis: Literal["seen", "secondary", "unverified"] = "seen"
    is_form: bool = False
    when: Condition = field(default_factory=dict)
    says: str = ""
    note: str = ""

    @property
    def level(self) -> Level:
        """Level of its findings, unless a dated version says otherwise."""
        return "error" if self.is_form or (self.source and self.basis == "seen") else "warning"

    def uses(self) -> tuple[str, ...]:
        """Ids of the columns whose cells the check reads."""
        raise NotImplementedError

    def columns_named(self) -> tuple[str, ...]:
        """Every column id the check names, `when` left out, for the test that each is registered."""
        return self.uses()

    def problems(self) -> Iterator[str]:
        """What the types of the keys cannot refuse, in Chinese; the loader reports them with their place."""
        yield from ()

    def registers_named(self) -> tuple[str, ...]:
        """Ids of other registers whose rows the check looks up."""
        return ()

    def link_problems(self, schemas: Mapping[str, Schema]) -> Iterator[str]:  # noqa: ARG002
        """What is wrong with the other registers and columns it names, in Chinese."""
        yield from ()

    def present(self, register: Register) -> tuple[str, ...]:
        """Columns of `uses` that the sheet has."""
        return tuple(column for column in self.uses() if column in register.frame)

    def gap(self, register: Register, context: Context) -> tuple[tuple[str, ...], bool]:  # noqa: ARG002
        """Columns the sheet lacks, and whether the check can judge the rest without them."""
        wanted = tuple(dict.fromkeys(self.uses()))
        lacking = tuple(column for column in wanted if column not in register.frame)
        return lacking, len(wanted) - len(lacking) >= (len(wanted) if self.ENOUGH is None else self.ENOUGH)

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Find the rows that break the promise. `when`, dates in force and waivers are applied by the caller."""
        raise NotImplementedError
