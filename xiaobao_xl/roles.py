"""Roles: what an outlet, a branch and head office look at every day.

    day_lists:
      decided_not_told:
        title: 已作决定未告知
        section: contact
        register: complaint
        since: decided_on
        until: [notified_on, closed_on]
        advice: 告知投诉人，填告知日期与告知方式
    roles:
      sub_branch: {title: 网点, aliases: [支行], units: [outlet], soon_days: 7, lists: [decided_not_told]}

Which rows and how many days are settings of the institution, no law.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.conditions import Condition, select
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register, Schema


@entry
class DayList:
    """Rows that wait for somebody, though no deadline says so.

    Attributes:
        title: why they wait (Chinese).
        section: `contact`, where somebody must be called or written to; `chase`, where somebody else owes an answer.
        register: id of the register.
        since: date column from whose day on a row waits.
        until: columns that end the waiting when one of them is filled; a sheet that lacks the first cannot be judged.
        when: only these rows.
        after_days: calendar days they may wait before they are shown.
        advice: what to do (Chinese).
        note: for the reference.
    """

    title: str
    section: Literal["contact", "chase"]
    register: str
    since: str
    until: tuple[str, ...]
    when: Condition = field(default_factory=dict)
    after_days: int = 0
    advice: str = ""
    note: str = ""

    def lacks(self, register: Register) -> tuple[str, ...]:
        """Columns without which the list says nothing of a sheet."""
        return tuple(column for column in (self.since, *self.until[:1]) if column not in register.frame)

    def waiting(self, register: Register, as_of: date, schemes: Mapping[str, Scheme]) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows that have waited long enough, and for how many days each."""
        if self.lacks(register):
            return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        since = register.frame[self.since].to_numpy().astype("M8[D]")
        days = (np.datetime64(as_of, "D") - since).astype(np.int64)
        chosen = select(register.frame, self.when, register.schema, schemes, register.faulty)
        for column in self.until:
            if column in register.frame:
                chosen &= register.empty(column)
        positions = np.flatnonzero(chosen & ~np.isnat(since) & (days >= self.after_days))
        return positions, days[positions]


@entry
class Role:
    """A level of the institution and what its officer sees.

    Attributes:
        title: name of the level (Chinese).
        aliases: other names of it.
        units: columns that name a unit of this level; `--unit` chooses rows by the first of them a register has.
        hides: ids of the deadlines not shown; every other duty with a last day is.
        soon_days: deadlines that end within so many days are shown.
        lists: ids of the day lists shown.
        filing_days: filings due within so many days are shown; 0 shows none.
        warns: early warnings are shown.
        note: for the reference.
    """

    title: str
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    soon_days: int = 7
    lists: tuple[str, ...] = ()
    filing_days: int = 0
    warns: bool = False
    note: str = ""

    def of_unit(self, frame: pd.DataFrame, unit: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Rows of a unit, and the names it has there.

        Args:
            frame: rows of a register.
            unit: the name; rows that bear it, or else whose unit's name contains it. '' takes all rows.

        Returns:
            Bool array, shape (len(frame),); names found. A register without a column of units keeps all its rows.
        """
        column = next((name for name in self.units if name in frame), "")
        if not unit or not column:
            return np.ones(len(frame), dtype=bool), ()
        names = frame[column].astype("str").str.strip()
        same = (names == unit).fillna(value=False).to_numpy(dtype=bool)
        if not same.any():
            same = names.str.contains(unit, regex=False).fillna(value=False).to_numpy(dtype=bool)
        return same, tuple(sorted(set(names[same])))


def role_of(roles: Mapping[str, Role], name: str) -> str | None:
    """Id of a role by its id, title or another name.

    >>> role_of({"head": Role(title="总行", aliases=("总公司",))}, "总公司")
    'head'
    """
    return next((key for key, role in roles.items() if name in {key, role.title, *role.aliases}), None)


def problems(
    roles: Mapping[str, Role], lists: Mapping[str, DayList], schemas: Mapping[str, Schema], deadlines: Collection[str]
) -> Iterator[tuple[str, str]]:
    """References that lead nowhere: path and what is wrong. Conditions are checked by the loader."""
    for name, day_list in lists.items():
        schema = schemas.get(day_list.register)
        if schema is None:
            yield f"day_lists.{name}.register", f"台账 {day_list.register} 没有定义"
            continue
        if not day_list.until:
            yield f"day_lists.{name}.until", "至少写一列：填了它就不再等"
        for column in (day_list.since, *day_list.until):
            if column not in schema.columns:
                yield f"day_lists.{name}", f"列 {column} 没有定义"
        if day_list.since in schema.columns and schema.columns[day_list.since].type not in {"date", "moment"}:
            yield f"day_lists.{name}.since", f"列 {day_list.since} 不是日期"
    known = {column for schema in schemas.values() for column in schema.columns}
    for name, role in roles.items():
        yield from ((f"roles.{name}.lists", f"清单 {each} 没有定义") for each in role.lists if each not in lists)
        yield from ((f"roles.{name}.units", f"列 {each} 没有定义") for each in role.units if each not in known)
        yield from ((f"roles.{name}.hides", f"时限 {each} 没有定义") for each in role.hides if each not in deadlines)
