"""Analyses: what the analyst looks at in a register: trends, concentrations, repeaters, delays, words, early warnings.

`insights.py` works it out. Every threshold is the institution's own setting; only where a source is named does a law
stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry


@entry
class Alarm:
    """Keys common to both kinds of early warning.

    Attributes:
        title: what it warns of (Chinese).
        source: instrument and article, where a law stands behind it.
        note: what to do, or whose setting it is.
    """

    title: str
    source: str = ""
    note: str = ""


@entry
class Cluster(Alarm):
    """So many complaints with the same values within so many days.

    Attributes:
        cluster: columns that must be filled and equal.
        count: number of complaints that makes a warning.
        days: length of the window, first and last day included.
    """

    cluster: tuple[str, ...]
    count: int
    days: int

    def problems(self) -> Iterator[str]:
        """What is wrong with the setting itself."""
        if self.count < 2:
            yield "count 至少为 2"
        if self.days < 1:
            yield "days 至少为 1"


@entry
class Marked(Alarm):
    """Every complaint received in the period that meets a condition.

    Attributes:
        marked: column → value, as in `where`.
    """

    marked: Condition

    def problems(self) -> Iterator[str]:
        """Nothing the types cannot show."""
        return iter(())


AnyAlarm = Cluster | Marked


@entry
class Analysis:
    """One analysis of a register.

    Attributes:
        title: name of the analysis (Chinese).
        register: id of the register.
        where: only these rows.
        received: date that begins a complaint.
        ended: dates that end it; the first of them counts. The first named is the closure.
        months: length of the trend, in months up to the end of the period.
        pareto: column whose members are ranked.
        heat: two columns: rows and columns of the heat map.
        unit: column of the unit, for the ages.
        persons: columns that tell a person; one of them equal is enough.
        repeat_months: repeaters are looked for in so many months up to the end of the period.
        text: column whose words are compared with the previous period.
        hot_words: most words shown.
        alarms: id → early warning.
    """

    title: str
    register: str
    where: Condition = field(default_factory=dict)
    received: str
    ended: tuple[str, ...]
    months: int = 24
    pareto: str
    heat: tuple[str, str]
    unit: str
    persons: tuple[str, ...]
    repeat_months: int = 12
    text: str
    hot_words: int = 20
    alarms: Mapping[str, AnyAlarm] = field(default_factory=dict)

    def columns(self) -> tuple[str, ...]:
        """Register columns it names, conditions aside."""
        clusters = [name for alarm in self.alarms.values() if isinstance(alarm, Cluster) for name in alarm.cluster]
        named = (self.received, *self.ended, self.pareto, *self.heat, self.unit, *self.persons, self.text, *clusters)
        return tuple(dict.fromkeys(named))
