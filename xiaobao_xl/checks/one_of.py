"""Check kind `one_of`: coded cells must hold a known member."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Column, Register

_LISTED = 12  # a longer list of members does not fit a sentence


@entry
class OneOf(Check):
    """Each cell of the columns holds a member of the column's `values:` or `scheme:`.

    Attributes:
        columns: columns declared with `values:` or `scheme:`.

    Passes: `办理状态` holds 办结, or 已结案, another spelling of it.
    Breaks: `办理状态` holds 已办节; the message guesses 办结, whose other spelling is near.
    Empty cell: nothing.
    """

    KIND: ClassVar[str] = "one_of"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Texts that are no member; reading has turned every known title into its id."""
        for column in self.present(register):
            spec = register.schema.columns[column]
            titles = wording.titles(spec, context)
            if not titles:
                continue
            cells = register.frame[column]
            unknown = np.flatnonzero(cells.notna().to_numpy() & ~cells.isin(list(titles)).to_numpy())
            shown = wording.short(wording.printed(register, context, column, unknown))
            spellings = _spellings(spec, titles, context)
            name = wording.quoted(register, column)
            sentence = {text: _sentence(name, text, titles, spellings) for text in set(shown)}
            yield Breach(positions=unknown, column=column, message=[sentence[text] for text in shown])


def _spellings(spec: Column, titles: Mapping[str, str], context: Context) -> dict[str, str]:
    """Spelling → title of the member it means."""
    scheme = None if spec.values else context.schemes[spec.scheme]
    others = {name: scheme.category(name).aliases if scheme else spec.values[name] for name in titles}
    return {spelling: title for name, title in titles.items() for spelling in (*others[name], title)}


def _sentence(name: str, text: str, titles: Mapping[str, str], spellings: Mapping[str, str]) -> str:
    near = dict.fromkeys(spellings[word] for word in difflib.get_close_matches(text, spellings, n=2, cutoff=0.6))
    guess = "是否为" + "或".join(f"“{title}”" for title in near) + "？" if near else ""
    every = list(dict.fromkeys(titles.values()))
    listed = f"应为{'、'.join(every)}之一" if len(every) <= _LISTED else "应为代码表中的名称之一"
    return f"“{text}”不是{name}的已知取值；{guess}{listed}，请按代码表改写"
