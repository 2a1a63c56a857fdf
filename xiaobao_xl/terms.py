"""Terms: one dated version of a time limit, reckoned for whole columns.

A term runs from its start, whose own day is not counted (民法典第201条). Three things move its end:

*Exclusions.* Days of an interval are left out, both ends counted, days of several intervals only once. Intervals are
taken in date order, and each counts only if it begins by the due day reached so far. The start itself was never
counted, so it cannot be left out a second time. An interval that ends before it begins is passed over.

*Needs.* A longer limit (60 days) stands only where its `needs` are filled, and none of the `no_later` dates lies after
the limit before it (30 days); otherwise that limit stands.

*Restart.* New facts received while the term runs start it anew on that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from xiaobao_xl.entries import entry
from xiaobao_xl.law import Basis
from xiaobao_xl.workdays import Calendar, Days, Unit

Rows = slice | np.ndarray
Interval = tuple[str, str]


@entry
class Version:
    """A time limit as it stood from one day on.

    Attributes:
        days: length of the limit, counted in `unit`: one number, or one for each value of the column `by`; an
            empty or absent cell counts as the first value.
        by: id of the column that chooses the length.
        unit: `calendar`, `working` (by the announced calendar), `hours`, `months` or `years`.
        rolls: `never`; or `off_days` where a law says that a last day off moves to the next working day.
        needs: value of `by` → ids of the columns that must be filled for it to stand.
        no_later: ids of date columns that, where filled, may not lie after the limit before the one claimed.
        source: instrument and articles.
        basis: only a version `seen` in the text decides a status.
        note: doubts and readings.
    """

    days: int | Mapping[str, int]
    by: str = ""
    unit: Unit = "calendar"
    rolls: Literal["never", "off_days"] = "never"
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_later: tuple[str, ...] = ()
    source: str
    basis: Basis = "seen"
    note: str = ""

    @property
    def limits(self) -> Mapping[str, int]:
        """Value of `by` → length; one nameless limit where nothing chooses."""
        return {"": self.days} if isinstance(self.days, int) else self.days

    def before(self, number: int) -> int:
        """Position of the limit that stands where the needs of another are not met: the next shorter one."""
        lengths = list(self.limits.values())
        shorter = [place for place in range(number) if lengths[place] < lengths[number]]
        return max(shorter, key=lambda place: lengths[place], default=0)


class Events:
    """The columns of a frame that move a clock, each read once; a column the frame lacks is empty."""

    def __init__(self, frame: pd.DataFrame, resolution: Literal["D", "s"]) -> None:
        """Take a frame; nothing is read yet."""
        self.frame = frame
        self.resolution = resolution
        self._dates: dict[str, Days] = {}

    def dates(self, column: str) -> Days:
        """A date column, NaT where missing, without its time of day unless the clock counts hours."""
        if column not in self._dates:
            self._dates[column] = self._read(column)
        return self._dates[column]

    def _read(self, column: str) -> Days:
        if not column or column not in self.frame:
            return np.full(len(self.frame), "NaT", dtype=f"M8[{self.resolution}]")
        cells = self.frame[column]
        if cells.dtype.kind != "M":  # an all-empty column has no dtype of its own
            cells = pd.to_datetime(cells)
        return cells.to_numpy(dtype="M8[s]").astype(f"M8[{self.resolution}]")

    def any(self, column: str) -> bool:
        """Whether any cell of a date column is filled."""
        return bool(column) and column in self.frame and not np.isnat(self.dates(column)).all()

    def filled(self, column: str) -> np.ndarray:
        """Whether each cell of any column holds a value."""
        if column not in self.frame:
            return np.zeros(len(self.frame), dtype=bool)
        return self.frame[column].notna().to_numpy()


@dataclass(slots=True)
class Clock:
    """The clock of every row: what was claimed, what stands, and where it ends. All arrays have a place for each row.

    Attributes:
        claimed: position of the limit that the column `by` names; -1 where it holds something else.
        stands: position of the limit that stands.
        starts: the day the term runs from: the trigger or the restart.
        nominal: last day before any roll and any agreement; NaT where it cannot be known.
        due: last day.
        spent: days left out.
        opened: an interval begun by the due day has not ended.
        previous: last day of the limit before the one claimed; NaT where the claimed one needs nothing.
        missing: column → rows whose claimed limit needs it and lack it.
        after_limit: column → rows whose claimed limit forbids so late a date.
    """

    claimed: np.ndarray
    stands: np.ndarray
    starts: Days
    nominal: Days
    due: Days
    spent: np.ndarray
    opened: np.ndarray
    previous: Days
    missing: dict[str, np.ndarray] = field(default_factory=dict)
    after_limit: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def stopped(cls, trigger: Days) -> Clock:
        """A clock for each row, none of them running yet."""
        rows, never = len(trigger), np.full(len(trigger), "NaT", dtype=trigger.dtype)
        number, no = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
        first = np.zeros(rows, dtype=np.int8)
        return cls(first, first.copy(), trigger.copy(), never, never.copy(), number, no, never.copy())


@dataclass(slots=True)
class Term:
    """Reckons one version of a limit.

    Attributes:
        version: the version.
        events: the columns that move the clock.
        excludes: pairs of columns, first and last day of an interval that is left out.
        calendar: announced working days.
        clock: where the results go.
    """

    version: Version
    events: Events
    excludes: tuple[Interval, ...]
    calendar: Calendar
    clock: Clock

    def run(self, rows: Rows, restarts: str, ended: Days) -> None:
        """Reckon rows from their trigger, then those restarted while the term ran, from there.

        Args:
            rows: the rows this version governs.
            restarts: column of the day new facts were received.
            ended: the day each case was answered or withdrawn: nothing runs after it.
        """
        self.clock.claimed[rows] = self._claims(rows)
        self._settle(rows)
        if not self.events.any(restarts):
            return
        anew, clock = self.events.dates(restarts)[rows], self.clock
        runs = (anew > clock.starts[rows]) & ((anew <= clock.due[rows]) | clock.opened[rows]) & ~(ended[rows] < anew)
        again = _pick(rows, np.flatnonzero(runs))
        if again.size:
            clock.starts[again] = self.events.dates(restarts)[again]
            self._settle(again)

    def _claims(self, rows: Rows) -> np.ndarray | int:
        if not self.version.by or self.version.by not in self.events.frame:
            return 0
        cells = self.events.frame[self.version.by]
        claims = np.where(cells.isna().to_numpy(), 0, -1).astype(np.int8)
        for number, value in enumerate(self.version.limits):
            claims[(cells == value).to_numpy(dtype=bool)] = number
        return claims[rows]

    def _settle(self, rows: Rows) -> None:
        """Decide which limit stands, and where it ends."""
        clock, lengths = self.clock, np.array(list(self.version.limits.values()), dtype=np.int64)
        stands = clock.claimed[rows].copy()
        for number, value in reversed(list(enumerate(self.version.limits))):
            if value in self.version.needs:
                self._need(rows, stands, number, value)
        nominal, spent, opened = self._end(rows, lengths[stands] if len(lengths) > 1 else lengths[0])
        if self.version.by:
            nominal[stands < 0] = np.datetime64("NaT")
        clock.stands[rows], clock.nominal[rows], clock.spent[rows], clock.opened[rows] = stands, nominal, spent, opened
        clock.due[rows] = self._rolled(nominal)

    def _need(self, rows: Rows, stands: np.ndarray, number: int, value: str) -> None:
        """Let the limit before stand in rows that lack what the claimed one needs."""
        places = np.flatnonzero(stands == number)
        if not places.size:
            return
        claiming, before = _pick(rows, places), self.version.before(number)
        end, _, opened = self._end(claiming, list(self.version.limits.values())[before])
        end = self._rolled(end)
        unmet = np.zeros(len(places), dtype=bool)
        for column in self.version.needs[value]:
            unmet |= self._note(self.clock.missing, column, claiming, ~self.events.filled(column)[claiming])
        for column in filter(self.events.any, self.version.no_later):
            late = (self.events.dates(column)[claiming] > end) & ~opened
            unmet |= self._note(self.clock.after_limit, column, claiming, late)
        self.clock.previous[claiming] = end
        stands[places[unmet]] = before

    def _note(self, notes: dict[str, np.ndarray], column: str, rows: np.ndarray, found: np.ndarray) -> np.ndarray:
        notes.setdefault(column, np.zeros(len(self.clock.due), dtype=bool))[rows] = found
        return found

    def _rolled(self, days: Days) -> Days:
        return self.calendar.roll(days) if self.version.rolls == "off_days" else days

    def _end(self, rows: Rows, length: int | np.ndarray) -> tuple[Days, np.ndarray, np.ndarray]:
        """Last day of a term of this length, the days left out, and whether an interval is still open."""
        start = self.clock.starts[rows]
        if self.version.unit != "hours":
            start = start.astype("M8[D]", copy=False)
        end = self.calendar.add_days(start, length, self.version.unit)
        spent, opened = np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=bool)
        begun = np.zeros(len(start), dtype=bool)
        for first, _ in self.excludes:
            if self.events.any(first):
                begun |= ~np.isnat(self.events.dates(first)[rows])
        some = np.flatnonzero(begun)
        if some.size:
            lengths = length[some] if isinstance(length, np.ndarray) else np.full(len(some), length)
            intervals = self._intervals(_pick(rows, some))
            end[some], spent[some], opened[some] = self._leave_out(start[some], end[some], lengths, intervals)
        return end, spent, opened

    def _intervals(self, rows: np.ndarray) -> tuple[Days, Days]:
        """First and last days, shape (intervals, rows), in date order; reversed ones are NaT."""
        first = np.stack([self.events.dates(column)[rows] for column, _ in self.excludes])
        last = np.stack([self.events.dates(column)[rows] for _, column in self.excludes])
        first = np.where(last < first, np.datetime64("NaT"), first)
        order = np.argsort(first, axis=0, kind="stable")  # NaT sorts last
        return np.take_along_axis(first, order, axis=0), np.take_along_axis(last, order, axis=0)

    def _leave_out(
        self, start: Days, end: Days, lengths: np.ndarray, intervals: tuple[Days, Days]
    ) -> tuple[Days, np.ndarray, np.ndarray]:
        spent, opened, reached = np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=bool), start.copy()
        for first, last in zip(*intervals, strict=True):
            opened |= (first <= end) & np.isnat(last)
            begins = np.maximum(first, reached + 1)
            counts = (first <= end) & (last >= begins)
            spent = spent + np.where(counts, self._length(begins, last), 0)
            end = np.where(counts, self._later(start, lengths, spent), end)
            reached = np.where(counts, last, reached)
        return end, spent, opened

    def _length(self, first: Days, last: Days) -> np.ndarray:
        if self.version.unit == "working":
            return self.calendar.count_column(first, last)
        return (last - first).astype(np.int64) + 1

    def _later(self, start: Days, lengths: np.ndarray, spent: np.ndarray) -> Days:
        """Days left out lengthen a term of days in its own unit, and one of months or years by calendar days."""
        if self.version.unit in {"calendar", "working"}:
            return self.calendar.add_days(start, lengths + spent, self.version.unit)
        later: Days = self.calendar.add_days(start, lengths, self.version.unit) + spent
        return later


def _pick(rows: Rows, places: np.ndarray) -> np.ndarray:
    """Rows of the frame at some places among `rows`."""
    return places if isinstance(rows, slice) else rows[places]
