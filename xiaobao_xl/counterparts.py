"""Counterparts: our register against somebody else's list of the same complaints, which knows them by other numbers.

The regulator's list and a hotline's export carry their own case numbers, masked names (张**) and phones (138****8000),
and dates that lie a few days apart. Two rows are the same complaint where a number agrees; or an identity or phone number,
within so many days; or where what is left visible of them agrees and the name, the day or the wording bears it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry

Certainty = Literal["sure", "likely", "doubtful"]
CERTAINTY_TITLES: Mapping[Certainty, str] = {"sure": "相符", "likely": "很可能相符", "doubtful": "待人工确认"}
_HIDDEN = r"[*＊xX×●•]"
_TAIL = 4  # digits that masking leaves at the end of phones and identity numbers
_ALIKE = 0.25  # share of two-character sequences that two wordings of one complaint have in common at least
_WEIGHTS = {"number": 100.0, "person": 50.0, "trace": 25.0, "name": 12.0, "name_trace": 6.0, "unit": 4.0}


@entry
class Counterpart:
    """How a list is compared with a register.

    Attributes:
        title: whose list it is (Chinese).
        register: id of the register; the list is read by the same headings.
        where: our rows that ought to be on the list.
        numbers: columns of case numbers; any of ours may equal any of theirs.
        persons: columns of identity and phone numbers, compared column by column.
        name: column of the complainant's name.
        dates: date columns, the first one filled is compared.
        within_days: most days between the dates of one complaint.
        unit: column of the unit.
        text: column of the wording.
        compare: columns that ought to agree once two rows are paired.
    """

    title: str
    register: str
    where: Condition = field(default_factory=dict)
    numbers: tuple[str, ...]
    persons: tuple[str, ...]
    name: str
    dates: tuple[str, ...]
    within_days: int = 15
    unit: str
    text: str
    compare: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Register columns it names, the condition aside."""
        named = (*self.numbers, *self.persons, self.name, *self.dates, self.unit, self.text, *self.compare)
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows taken for one complaint.

    Attributes:
        ours: place in our frame.
        theirs: place in theirs.
        certainty: how sure that is.
        evidence: what agrees, in words.
        rivals: other rows that would have done as well.
    """

    ours: int
    theirs: int
    certainty: Certainty
    evidence: str
    rivals: int = 0


@dataclass(frozen=True, slots=True)
class Alone:
    """A row without a partner.

    Attributes:
        place: place in its frame.
        nearest: place of the most similar row on the other side; -1 where none has anything in common.
        reason: what that row has in common, or that there is none.
    """

    place: int
    nearest: int
    reason: str


@dataclass(frozen=True)
class Matched:
    """Two tables compared.

    Attributes:
        pairs: rows taken for one complaint, in our order.
        ours_alone: rows of ours that ought to be on the list and are not.
        theirs_alone: rows of theirs that are not in our register.
    """

    pairs: tuple[Pair, ...]
    ours_alone: tuple[Alone, ...]
    theirs_alone: tuple[Alone, ...]


def match(rule: Counterpart, ours: pd.DataFrame, theirs: pd.DataFrame, expected: np.ndarray) -> Matched:
    """Find the rows that are one complaint; each row has one partner at most, the best first.

    Args:
        rule: what is compared.
        ours: our register.
        theirs: their list, with the same column ids.
        expected: our rows that ought to be on the list, bool per row. Others may be paired, but are not missed.
    """
    candidates = _candidates(rule, ours, theirs)
    possible = candidates[candidates["rank"] < len(CERTAINTY_TITLES)]
    equals = sum(
        possible.groupby([side, "rank", "score"])["score"].transform("size") - 1 for side in ("ours", "theirs")
    )
    order = ["rank", "score", "ours", "theirs"]
    ordered = possible.assign(rivals=equals).sort_values(order, ascending=[True, False, True, True])
    taken_ours: set[int] = set()
    taken_theirs: set[int] = set()
    pairs = []
    for line in ordered.to_dict("records"):
        a, b = int(line["ours"]), int(line["theirs"])
        if a not in taken_ours and b not in taken_theirs:
            taken_ours.add(a)
            taken_theirs.add(b)
            certainty = tuple(CERTAINTY_TITLES)[int(line["rank"])]
            pairs.append(Pair(a, b, certainty, _evidence(line), int(line["rivals"])))
    missed = [place for place in np.flatnonzero(expected).tolist() if place not in taken_ours]
    foreign = [place for place in range(len(theirs)) if place not in taken_theirs]
    return Matched(
        tuple(sorted(pairs, key=lambda one: one.ours)),
        tuple(_alone(missed, "ours", candidates, taken_theirs)),
        tuple(_alone(foreign, "theirs", candidates, taken_ours)),
    )


def _candidates(rule: Counterpart, ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Every pair of rows that share a number, a person's trace, or a name within the days, with what speaks for it."""
    days = _days(ours, rule.dates), _days(theirs, rule.dates)
    found = pd.concat([
        _sharing(_keys(ours, rule.numbers), _keys(theirs, rule.numbers)),
        *(_sharing(_tails(ours, name), _tails(theirs, name)) for name in rule.persons),
        _near(_initials(ours, rule.name), _initials(theirs, rule.name), days, rule.within_days),
    ]).drop_duplicates()  # fmt: skip
    a, b = found["ours"].to_numpy(dtype=np.int64), found["theirs"].to_numpy(dtype=np.int64)
    with np.errstate(invalid="ignore"):
        apart = np.abs(days[0][a] - days[1][b])
    table = found.assign(
        number=_any_equal(ours, theirs, rule.numbers, a, b),
        person=np.logical_or.reduce([_equal(_plain(ours, c), _plain(theirs, c), a, b) for c in rule.persons]),
        trace=np.logical_or.reduce([_fits(_plain(ours, c), _plain(theirs, c), a, b) for c in rule.persons]),
        name=_equal(_plain(ours, rule.name), _plain(theirs, rule.name), a, b),
        name_trace=_fits(_plain(ours, rule.name), _plain(theirs, rule.name), a, b, least=1),
        unit=_equal(_plain(ours, rule.unit), _plain(theirs, rule.unit), a, b),
        apart=apart, alike=_alike(_plain(ours, rule.text), _plain(theirs, rule.text), a, b),
    )  # fmt: skip
    near = ~(table["apart"] > rule.within_days)
    named = table["name"] | table["name_trace"]
    borne = (table["alike"] >= _ALIKE) | table["unit"]
    sure = table["number"] | (table["person"] & near)
    likely = table["trace"] & near & (named | borne)
    doubtful = (named & near & table["apart"].notna() & borne) | (table["trace"] & near)
    rank = np.select([sure, likely, doubtful], [0, 1, 2], default=3)
    score = sum(table[name] * weight for name, weight in _WEIGHTS.items())
    score += 20 * table["alike"] + 10 * (1 - (table["apart"] / max(rule.within_days, 1)).clip(0, 1).fillna(1))
    return table.assign(rank=rank, score=score.round(6))


def _sharing(left: pd.Series, right: pd.Series) -> pd.DataFrame:
    """Pairs of places whose keys are equal; a place may have several keys."""
    own = left.rename("key").rename_axis("ours").reset_index()
    return own.merge(right.rename("key").rename_axis("theirs").reset_index(), on="key")[["ours", "theirs"]]


def _near(left: pd.Series, right: pd.Series, days: tuple[np.ndarray, np.ndarray], within: int) -> pd.DataFrame:
    """Pairs with equal keys whose days lie near: joined by stretches of days, so that few pairs are looked at in vain."""
    size = within + 1
    own = left.to_frame("key").assign(stretch=days[0][left.index] // size).dropna()
    other = right.to_frame("key").assign(stretch=days[1][right.index] // size).dropna()
    own, other = own.rename_axis("ours").reset_index(), other.rename_axis("theirs").reset_index()
    pieces = [own.assign(stretch=own["stretch"] + shift).merge(other, on=["key", "stretch"]) for shift in (-1, 0, 1)]
    return pd.concat(pieces)[["ours", "theirs"]]


def _plain(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as text without blanks and hyphens, every sign that hides as `*`; missing where empty."""
    if column not in frame:
        return pd.Series(None, index=range(len(frame)), dtype="str")
    texts = frame[column].astype("str").str.replace(r"[\s-]", "", regex=True)
    is_number = texts.str.contains(r"\d", regex=True).fillna(value=False)
    hidden = texts.str.replace(_HIDDEN if not is_number.any() else r"[*＊×●•]|(?<=\d)[xX](?=.*\d)", "*", regex=True)
    plain: pd.Series = hidden.where(frame[column].notna() & (hidden.str.len() > 0)).str.upper()
    return plain


def _keys(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    keys: pd.Series = pd.concat([_plain(frame, column) for column in columns]).dropna()
    return keys


def _tails(frame: pd.DataFrame, column: str) -> pd.Series:
    """The last digits of each number, where they are visible."""
    tails = _plain(frame, column).str[-_TAIL:]
    return tails[tails.str.fullmatch(r"[0-9X]{4}").fillna(value=False)]


def _initials(frame: pd.DataFrame, column: str) -> pd.Series:
    return _plain(frame, column).str[:1].dropna().loc[lambda first: first != "*"]


def _days(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Day number of the first date filled; NaN where none is."""
    dates = [frame[column] for column in columns if column in frame]
    if not dates:
        return np.full(len(frame), np.nan)
    first = pd.concat(dates, axis=1).bfill(axis=1).iloc[:, 0].to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(first), np.nan, first.astype(np.int64).astype(float))


def _equal(left: pd.Series, right: pd.Series, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Both are filled, nothing is hidden, and they are equal."""
    whole = [side.fillna("*").to_numpy(dtype=object) for side in (left, right)]
    shown = [~side.fillna("*").str.contains("*", regex=False).to_numpy(dtype=bool) for side in (left, right)]
    return np.asarray((whole[0][a] == whole[1][b]) & shown[0][a] & shown[1][b], dtype=bool)


def _any_equal(
    ours: pd.DataFrame, theirs: pd.DataFrame, columns: Sequence[str], a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    left, right = ([_plain(frame, column) for column in columns] for frame in (ours, theirs))
    found: np.ndarray = np.logical_or.reduce([_equal(one, other, a, b) for one in left for other in right])
    return found


def _fits(left: pd.Series, right: pd.Series, a: np.ndarray, b: np.ndarray, *, least: int = _TAIL) -> np.ndarray:
    """One hides what the other shows, and all that is visible agrees."""
    ours, theirs = (side.to_numpy(dtype=object) for side in (left, right))
    hides = [side.str.contains("*", regex=False).fillna(value=False).to_numpy(dtype=bool) for side in (left, right)]
    found = np.zeros(len(a), dtype=bool)
    places = np.flatnonzero(hides[0][a] | hides[1][b])
    found[places] = [
        fits(ours[x], theirs[y], least) for x, y in zip(a[places].tolist(), b[places].tolist(), strict=True)
    ]
    return found


def fits(one: object, other: object, least: int) -> bool:
    """Whether two texts, each of which may hide part of itself behind `*`, may be one; `least` signs must be visible in both.

    >>> fits("138****8000", "13800138000", 4), fits("张*", "张小明", 1), fits("138****8000", "13800138001", 4)
    (True, True, False)
    """
    if not (isinstance(one, str) and isinstance(other, str)) or not ("*" in one or "*" in other):
        return False
    if len(one) != len(other):  # a masked name or number of another length keeps only its ends
        head = min(one.index("*") if "*" in one else len(one), other.index("*") if "*" in other else len(other))
        tail = min(
            len(one) - one.rfind("*") - 1 if "*" in one else len(one),
            len(other) - other.rfind("*") - 1 if "*" in other else len(other),
        )
        return head + tail >= least and one[:head] == other[:head] and (not tail or one[-tail:] == other[-tail:])
    seen = [(x, y) for x, y in zip(one, other, strict=True) if "*" not in {x, y}]
    return len(seen) >= least and all(x == y for x, y in seen)


def _alike(left: pd.Series, right: pd.Series, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How much of the shorter wording's two-character sequences the other has, 0–1."""
    ours = {place: _sequences(left.iloc[place]) for place in np.unique(a).tolist()}
    theirs = {place: _sequences(right.iloc[place]) for place in np.unique(b).tolist()}
    return np.array([_shared(ours[x], theirs[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)], dtype=float)


def _sequences(text: object) -> frozenset[str]:
    return (
        frozenset(text[place : place + 2] for place in range(len(text) - 1)) if isinstance(text, str) else frozenset()
    )


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _evidence(line: Mapping[Any, Any]) -> str:
    """What speaks for a pair, in words."""
    return "、".join(_words(line))


def _words(line: Mapping[Any, Any]) -> Iterator[str]:
    if line["number"]:
        yield "编号相同"
    if line["person"]:
        yield "证件或电话相同"
    elif line["trace"]:
        yield "证件或电话可见部分相同"
    if line["name"]:
        yield "姓名相同"
    elif line["name_trace"]:
        yield "姓名可见部分相同"
    if not np.isnan(line["apart"]):
        yield f"日期相差 {line['apart']:.0f} 天" if line["apart"] else "日期相同"
    if line["unit"]:
        yield "机构相同"
    if line["alike"] >= _ALIKE:
        yield f"内容相近（{line['alike']:.0%}）"


def _alone(places: Sequence[int], side: str, candidates: pd.DataFrame, taken: set[int]) -> Iterator[Alone]:
    """Why each row has no partner."""
    other = "theirs" if side == "ours" else "ours"
    best = candidates.sort_values("score", ascending=False).drop_duplicates(side).set_index(side)
    nearest = {int(place): line for place, line in zip(best.index, best.to_dict("records"), strict=True)}
    for place in places:
        if place not in nearest:
            whose = "清单里" if side == "ours" else "台账里"
            yield Alone(place, -1, f"{whose}没有编号、证件、电话相同，或姓名与日期都相近的记录")
            continue
        line = nearest[place]
        common = _evidence(line) or "只有尾号或姓氏相同"
        beside = "；它已与另一件配对" if int(line[other]) in taken else ""
        yield Alone(place, int(line[other]), f"{common}，不足以认定为同一件{beside}")
