"""Pairing: two states of one register, the same complaint found in both, and what was changed in it since.

A complaint is the same if its number is; where a number occurs several times, the first goes with the first. A row
without a number is the same if all it says is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.findings import mask
from xiaobao_xl.registers import UNKNOWN, Column

EMPTY = "（空）"


class Edit(NamedTuple):
    """One cell that is not what it was.

    Attributes:
        column: column id.
        title: its title.
        old: what stood there, in words; private values masked.
        new: what stands there now.
    """

    column: str
    title: str
    old: str
    new: str

    def sentence(self) -> str:
        """The change in words.

        >>> Edit("closed_on", "办结日期", "（空）", "2026-07-02").sentence()
        '办结日期由（空）改为 2026-07-02'
        """
        return f"{self.title}由{_spaced(self.old)}改为{_spaced(self.new)}".replace("  ", " ").strip()


def _spaced(text: str) -> str:
    return text if text.startswith("（") else f" {text} "


@dataclass(frozen=True)
class Pairs:
    """Rows of an old and a new state of a register, paired.

    Attributes:
        old: the old state.
        new: the new state.
        schemes: scheme id → scheme, for titles of categories.
    """

    old: Stack
    new: Stack
    schemes: Mapping[str, Scheme]
    _unlike: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def to_new(self) -> np.ndarray:
        """Position in the new state of every old row, -1 where it is gone."""
        return _places(self.old, self.new)

    @cached_property
    def to_old(self) -> np.ndarray:
        """Position in the old state of every new row, -1 where it is new."""
        return _places(self.new, self.old)

    @cached_property
    def renumbered(self) -> dict[int, int]:
        """Old rows that are gone → new rows that are new and say the same but for their number: likely renumbered.

        Only where exactly one row on each side says it.
        """
        key = self.old.registers[0].schema.key
        columns = [column for column in _common(self.old, self.new) if column != key]
        sides = ((self.old, self.to_new < 0), (self.new, self.to_old < 0))
        gone, came = (_once(stack, columns, rows) for stack, rows in sides)
        return {old: came[said] for said, old in gone.items() if said in came} if columns else {}

    def changed(self, column: str) -> np.ndarray:
        """Bool array over the old rows: the complaint is in both and the cell is another now.

        A column that one of the registers lacks is not compared.
        """
        if column not in self._unlike:
            paired = np.flatnonzero(self.to_new >= 0)
            found = np.zeros(len(self.old.frame), dtype=bool)
            if column in self.old.frame and column in self.new.frame:
                before = self.old.frame[column].iloc[paired].reset_index(drop=True).astype(object)
                after = self.new.frame[column].iloc[self.to_new[paired]].reset_index(drop=True).astype(object)
                both_empty = before.isna().to_numpy() & after.isna().to_numpy()
                equal = (before == after).fillna(value=False).to_numpy(dtype=bool)
                faults = self.old.bad(column)[paired] != self.new.bad(column)[self.to_new[paired]]
                found[paired] = ~(equal | both_empty) | faults
            self._unlike[column] = found
        return self._unlike[column]

    def lacking(self, columns: Iterable[str]) -> str:
        """Says which of some columns only one of the registers has; '' where both have the same."""
        specs = self.new.registers[0].schema.columns
        told = [
            f"{name}台账没有{'、'.join(titles)}列"
            for name, has, other in (("旧", self.old.frame, self.new.frame), ("新", self.new.frame, self.old.frame))
            if (
                titles := [
                    specs[column].title for column in dict.fromkeys(columns) if column in other and column not in has
                ]
            )
        ]
        return "，".join(told)

    def edits(self, position: int, columns: Iterable[str]) -> list[Edit]:
        """What is another now in some columns of an old row."""
        specs, there = self.new.registers[0].schema.columns, int(self.to_new[position])
        return [
            Edit(column, specs[column].title, said(self.old, column, position, self.schemes), said(self.new, column, there, self.schemes))
            for column in dict.fromkeys(columns)
            if there >= 0 and self.changed(column)[position]
        ]  # fmt: skip


def said(stack: Stack, column: str, position: int, schemes: Mapping[str, Scheme]) -> str:
    """A cell in words: titles of categories, ISO dates, 是 or 否; private values masked."""
    spec: Column = stack.registers[0].schema.columns[column]
    if column not in stack.frame:
        return EMPTY
    cell = stack.frame[column].iloc[position]
    if pd.isna(cell):
        return f"（{UNKNOWN}）" if stack.bad(column)[position] else EMPTY
    text = _printed(cell, spec, schemes.get(spec.scheme))
    return mask(text) if spec.private else text


def _printed(cell: Any, spec: Column, scheme: Scheme | None) -> str:
    if isinstance(cell, pd.Timestamp):
        return cell.strftime("%Y-%m-%d %H:%M" if spec.type == "moment" else "%Y-%m-%d")
    if spec.type == "boolean":
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.10g}"
    if scheme and cell in scheme.ids():
        return scheme.title_of(cell)
    return spec.values[cell][0] if cell in spec.values else str(cell)


def _places(of: Stack, there: Stack) -> np.ndarray:
    """Where each row of one state stands in the other; -1 where it does not."""
    columns = _common(of, there)
    here, other = (_identities(stack, columns) for stack in (of, there))
    return np.asarray(pd.Index(other).get_indexer(pd.Index(here)))


def _identities(stack: Stack, columns: Sequence[str]) -> np.ndarray:
    """What makes a row itself: its number, or else all it says, and which occurrence of that it is."""
    keys = pd.Series(stack.keys, dtype=object).astype(str)
    unnumbered = (keys == "").to_numpy()
    if unnumbered.any():
        keys[unnumbered] = "\0" + _contents(stack, columns, unnumbered).astype(str)
    times = keys.groupby(keys).cumcount().astype(str)
    return (keys + "\0" + times).to_numpy()


def _contents(stack: Stack, columns: Sequence[str], chosen: np.ndarray) -> pd.Series:
    """A hash of what some rows say."""
    cells = stack.frame.loc[chosen, list(columns)].astype(object)
    return pd.util.hash_pandas_object(cells.where(cells.notna(), ""), index=False)


def _common(one: Stack, other: Stack) -> list[str]:
    """Columns both states have, in one order."""
    return sorted(set(map(str, one.frame)) & set(map(str, other.frame)))


def _once(stack: Stack, columns: Sequence[str], chosen: np.ndarray) -> dict[int, int]:
    """What some rows say, hashed → the row, where no other of them says it."""
    said_by = _contents(stack, columns, chosen)
    single = said_by[~said_by.duplicated(keep=False)]
    return dict(zip(single.to_numpy().tolist(), single.index.tolist(), strict=True))
