"""Axes: the members along which a figure is split, and the member of every row.

Members of a coded column are all its categories or values in their own order, counted or not; of a free text column
those that occur, the most frequent first, after the names of a table of units where one is given. 未填写 and 未识别
always close the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.kinds import Level
from xiaobao_xl.registers import UNFILLED, UNKNOWN, Column, Schema

UNDIVIDED = "（未细分）"
_BOOLEANS = {"true": "是", "false": "否"}


@dataclass(frozen=True)
class Axis:
    """One column as an axis.

    Attributes:
        titles: member id → title, in order of print.
        codes: place of each row's member in `titles`, shape (rows,); -1 where it is not a member.
        is_open: the members come from the data (free text), not from the rules.
    """

    titles: Mapping[str, str]
    codes: np.ndarray
    is_open: bool = False


def members(spec: Column, level: Level, schemes: Mapping[str, Scheme]) -> dict[str, str]:
    """Members of a coded column without the data: id → title, 未填写 and 未识别 last; free text gives only those."""
    if spec.scheme in schemes:
        found = _scheme_members(schemes[spec.scheme], level)
    elif spec.type == "boolean":
        found = dict(_BOOLEANS)
    else:
        found = {value: spellings[0] for value, spellings in spec.values.items()}
    return found | {UNFILLED: UNFILLED, UNKNOWN: UNKNOWN}


def find(text: str, spec: Column, level: Level, schemes: Mapping[str, Scheme]) -> str:
    """The member a text means as written by hand: id, title or another spelling; '' where a coded column has none.

    Args:
        text: the text.
        spec: the column as rules.yaml declares it.
        level: where a tree of categories is cut.
        schemes: schemes of categories.
    """
    titles = members(spec, level, schemes)
    near = next((name for name, title in titles.items() if text in {name, title}), "")
    if near:
        return near
    if spec.scheme in schemes:
        category = schemes[spec.scheme].find(text)
        return _member(schemes[spec.scheme], category, level) if category else ""
    spelled = next((value for value, spellings in spec.values.items() if text in spellings), "")
    return spelled if spec.values or spec.type == "boolean" else text


def axis(
    cells: pd.Series, spec: Column, level: Level, schemes: Mapping[str, Scheme], faulty: np.ndarray, *,
    counted: Sequence[np.ndarray], units: Sequence[str] = (),
) -> Axis:  # fmt: skip
    """Members of a column and the member of every row.

    Args:
        cells: the column.
        spec: the column as rules.yaml declares it.
        level: where a tree of categories is cut.
        schemes: schemes of categories.
        faulty: unreadable cells, which are 未识别 rather than 未填写.
        counted: rows of the figures split by the column: a name of a free text column is a member where any of them
            counts it; the first figure orders them.
        units: names that are members of a free text column even with no row.
    """
    numbers, values = pd.factorize(cells)
    names = [str(value).lower() if isinstance(value, (bool, np.bool_)) else str(value) for value in values]
    is_open = not (spec.scheme in schemes or spec.values or spec.type == "boolean")
    closing = {UNFILLED: UNFILLED, UNKNOWN: UNKNOWN}
    titles = (
        {name: name for name in _occurring(numbers, names, counted, units)} | closing
        if is_open
        else members(spec, level, schemes)
    )
    places = {member: place for place, member in enumerate(titles)}
    other = -1 if is_open else places[UNKNOWN]
    belongs = _belongs(schemes[spec.scheme], level) if spec.scheme in schemes else {}
    lookup = np.array([places.get(belongs.get(name, name), other) for name in names] + [places[UNFILLED]])
    codes = lookup[numbers]  # a missing cell has number -1: the last entry
    codes[(numbers == -1) & faulty] = places[UNKNOWN]
    return Axis(titles, codes, is_open)


def cells_of(frame: pd.DataFrame, column: str, finer: str, schema: Schema, schemes: Mapping[str, Scheme]) -> pd.Series:
    """A column, refined by a finer one of the same scheme where such a one is named; empty where neither is there."""
    empty = pd.Series(index=frame.index, dtype="str")
    scheme = schema.columns[column].scheme
    if finer not in frame or schema.columns[finer].scheme != scheme:
        return frame.get(column, empty)
    return refined(frame[column], frame[finer], schemes[scheme]) if column in frame else frame[finer]


def refined(cells: pd.Series, finer: pd.Series, scheme: Scheme) -> pd.Series:
    """Each row's category, or the finer one another column gives below it.

    A finer category that lies elsewhere in the tree says nothing: the first column decides the class of a complaint.

    >>> from xiaobao_xl.categories import Category
    >>> tree = Scheme(title="业务", codes={"loan": Category(title="贷款", codes={"housing": Category(title="住房")})})
    >>> refined(pd.Series(["loan", "loan", "card"]), pd.Series(["housing", None, "housing"]), tree).tolist()
    ['housing', 'loan', 'card']
    """
    pairs = pd.DataFrame({"coarse": cells, "fine": finer}).dropna().drop_duplicates()
    known = set(scheme.ids())
    below = {
        (coarse, fine)
        for coarse, fine in pairs.itertuples(index=False)
        if coarse in known and fine in known and fine in scheme.descendants(coarse)
    }
    return cells.where(~pd.MultiIndex.from_arrays([cells, finer]).isin(below), finer)


def _occurring(
    numbers: np.ndarray, names: Sequence[str], counted: Sequence[np.ndarray], units: Sequence[str]
) -> list[str]:
    seen = [np.bincount(numbers[rows & (numbers >= 0)], minlength=len(names)) for rows in counted]
    found = sorted(
        (-int(first), name)
        for name, first, anywhere in zip(names, seen[0], np.sum(seen, axis=0), strict=True)
        if anywhere
    )
    return list(dict.fromkeys([*units, *(name for _, name in found)]))


def _member(scheme: Scheme, name: str, level: Level) -> str:
    """The member a category counts under."""
    if level == "reported":
        return scheme.reported(name)
    return name if level == "leaf" else tuple(scheme.path(name))[: int(level)][-1]


def _belongs(scheme: Scheme, level: Level) -> dict[str, str]:
    return {name: _member(scheme, name, level) for name in scheme.ids()}


def _scheme_members(scheme: Scheme, level: Level) -> dict[str, str]:
    """Members with titles that tell them apart: 电子渠道/其他; a category cut into others is （未细分）."""
    belongs = _belongs(scheme, level)
    found = list(dict.fromkeys(belongs.values()))
    divided = {name for name in found if any(belongs[below] != name for below in scheme.descendants(name))}
    plain = {name: scheme.category(name).title + (UNDIVIDED if name in divided else "") for name in found}
    twice = {title for title in plain.values() if list(plain.values()).count(title) > 1}
    return {
        name: "/".join(scheme.category(part).title for part in scheme.path(name)[-2:]) if title in twice else title
        for name, title in plain.items()
    }
