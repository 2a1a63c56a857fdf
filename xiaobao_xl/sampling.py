"""Sampling 抽样: a random choice of outlets that anyone can draw again.

Every unit gets a ticket: SHA-256 of seed, stratum and name. The tickets in ascending order are the order of the draw,
so that it depends on the seed and the list alone, not on the order of rows, the computer or the version of a library.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Unit(NamedTuple):
    """What is drawn: an outlet, or a row by its number.

    Attributes:
        stratum: the institution it belongs to; '' where no strata are asked for.
        name: its name.
    """

    stratum: str
    name: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One unit drawn.

    Attributes:
        unit: the unit.
        ticket: its SHA-256.
        rank: its place among all units, from 1.
        is_floor: drawn as one of the least number of its stratum.
    """

    unit: Unit
    ticket: str
    rank: int
    is_floor: bool


def ticket(seed: str, unit: Unit) -> str:
    r"""SHA-256 of `seed|stratum|name` in UTF-8, as hexadecimal digits.

    >>> ticket("2026", Unit("城东分行", "人民路支行"))[:12] == hashlib.sha256("2026|城东分行|人民路支行".encode()).hexdigest()[:12]
    True
    """
    return hashlib.sha256("|".join((seed, *unit)).encode()).hexdigest()


def list_hash(units: Collection[Unit]) -> str:
    """SHA-256 of the list drawn from: `stratum|name`, sorted by code points, each once, divided by line feeds."""
    lines = sorted({"|".join(unit) for unit in units})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def least_needed(units: Iterable[Unit], at_least: int) -> int:
    """How many must be drawn so that every stratum has its least number, or all it has."""
    return sum(min(at_least, count) for count in Counter(unit.stratum for unit in set(units)).values())


def draw(units: Iterable[Unit], count: int, seed: str, at_least: int = 0) -> list[Drawn]:
    """Draw from a list.

    Args:
        units: the list; one that occurs twice counts once.
        count: how many; all where there are fewer.
        seed: any text.
        at_least: first the `at_least` lowest tickets of each stratum, then the lowest of all others.

    Returns:
        The sample in the order of its tickets.

    Raises:
        ValueError: `count` is too small for `at_least` of each stratum.

    >>> [one.unit.name for one in draw([Unit("", "甲"), Unit("", "乙"), Unit("", "丙")], 2, "2026")]
    ['丙', '乙']
    """
    tickets = sorted((ticket(seed, unit), unit) for unit in set(units))
    if least_needed((unit for _, unit in tickets), at_least) > count:
        raise ValueError("count is too small for the least number of every stratum")
    held: Counter[str] = Counter()
    floor = set()
    for _, unit in tickets:
        if held[unit.stratum] < at_least:
            held[unit.stratum] += 1
            floor.add(unit)
    others = [unit for _, unit in tickets if unit not in floor]
    chosen = floor | set(others[: count - len(floor)])
    return [
        Drawn(unit, code, rank, unit in floor) for rank, (code, unit) in enumerate(tickets, start=1) if unit in chosen
    ]
