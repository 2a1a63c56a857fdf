"""Check kind `link_agrees`: a cell agrees with the linked row of another register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from xiaobao_xl import linking
from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register, Schema

_WORDS = {"equal": "应当一致", "not_less": "不应小于它", "not_more": "不应大于它"}
_DATES = {"equal": "应当一致", "not_less": "不应早于它", "not_more": "不应晚于它"}


@entry
class LinkAgrees(Check):
    """A cell agrees with a cell of the row of another register that the row belongs to.

    Attributes:
        by: own column that names the row of the other register.
        register: id of the other register.
        key: column there that holds the number; without it, the key of that register.
        column: own column compared.
        to: column there it is compared with.
        relation: `equal`; `not_less` or `not_more` than the other (of dates: not earlier, not later).
        margin: numbers, or days, by which it may differ all the same.

    Passes: the mediation of TS2026001 names 城东支行 as `被投诉机构`, as the complaint TS2026001 does.
    Breaks: the mediation names 城西支行.
    Empty cell: nothing, on either side; a row whose number nobody has is the affair of `linked`.
    A row that belongs to several others must agree with one of them. Blanks and the case of letters do not count.
    """

    KIND: ClassVar[str] = "link_agrees"
    by: str
    register: str
    key: str = ""
    column: str
    to: str
    relation: Literal["equal", "not_less", "not_more"] = "equal"
    margin: float = 0

    def uses(self) -> tuple[str, ...]:
        """Both own columns."""
        return (self.by, self.column)

    def registers_named(self) -> tuple[str, ...]:
        """The other register."""
        return (self.register,)

    def link_problems(self, schemas: Mapping[str, Schema]) -> Iterator[str]:
        """The other register or a column of it is not defined."""
        yield from linking.unknown(schemas, self.register, [self.key, self.to])

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Cells that differ from every row they belong to."""
        others = context.registers[self.register]
        key = self.key or others[0].schema.key
        known = linking.rows_of(others, [key, self.to])
        pairs = linking.links(register.frame[self.by], known, key)
        mine = register.frame[self.column].iloc[pairs["own"]].reset_index(drop=True)
        theirs = known[self.to].iloc[pairs["other"]].reset_index(drop=True)
        both = (mine.notna() & theirs.notna()).to_numpy()
        pairs, mine, theirs = pairs[both], mine[both], theirs[both]
        pairs = pairs.assign(agrees=self._agree(mine, theirs))
        first = pairs[~pairs.groupby("own")["agrees"].transform("any").astype(bool)].drop_duplicates("own")
        first = first.sort_values("own")
        own = first["own"].to_numpy(dtype=np.int64)
        yield Breach(positions=own, column=self.column, message=self._messages(register, context, first, known))

    def _agree(self, mine: pd.Series, theirs: pd.Series) -> np.ndarray:
        """Bool array: the two cells of a pair stand in the relation."""
        if pd.api.types.is_datetime64_any_dtype(mine):
            apart = (mine.to_numpy().astype("M8[D]") - theirs.to_numpy().astype("M8[D]")).astype(np.float64)
        elif pd.api.types.is_numeric_dtype(mine) and not pd.api.types.is_bool_dtype(mine):
            apart = mine.to_numpy(dtype=float) - theirs.to_numpy(dtype=float)
        else:
            return np.asarray(_plain(mine) == _plain(theirs), dtype=bool)
        if self.relation == "equal":
            return np.asarray(np.abs(apart) <= self.margin)
        return np.asarray(apart >= -self.margin if self.relation == "not_less" else apart <= self.margin)

    def _messages(self, register: Register, context: Context, pairs: pd.DataFrame, known: pd.DataFrame) -> list[str]:
        others = context.registers[self.register]
        own = pairs["own"].to_numpy(dtype=np.int64)
        shown = wording.short(wording.printed(register, context, self.column, own))
        is_date = register.schema.columns[self.column].type in {"date", "moment"}
        wish = (_DATES if is_date else _WORDS)[self.relation]
        messages = []
        for text, name, other in zip(shown, pairs["name"], pairs["other"], strict=True):
            sheet, row = int(known["sheet"].iloc[other]), int(known["row"].iloc[other])
            (theirs,) = wording.short(wording.printed(others[sheet], context, self.to, np.array([row])))
            heading = wording.quoted(others[sheet], self.to)
            messages.append(
                f"{wording.quoted(register, self.column)}为“{text}”，{name} 的{heading}为“{theirs}”"
                f"（{linking.place(others, sheet, row)}），{wish}；请核对，更正其中一处"
            )
        return messages


def _plain(cells: pd.Series) -> np.ndarray:
    """Texts for comparing."""
    return cells.astype("str").str.replace(r"\s", "", regex=True).str.casefold().to_numpy(dtype=object)
