"""Deadlines: from when, how long, until which event, under which version of the law; for a whole register at once.

In rules.yaml (`decision` is the time limit of 银保监会令2020年第3号 第18条):

    deadlines:
      decision:
        title: 作出处理决定并告知
        register: complaint              run on every complaint register
        when: {route: [empty, complaint]}
        starts: received_on              its own day is not counted
        restarts: new_facts_on
        met_by: [notified_on, decided_on, closed_on]      the first one filled; the notice comes first (第21条)
        stops: withdrawn_on
        agreed: agreed_due_on            prevails where filled
        excludes: [[mediation_from, mediation_to], [appraisal_from, appraisal_to]]
        versions:
          2020-03-01: {days: {simple: 15, complex: 30, special: 60}, by: complexity, source: …}
        words: {received_on: 收到, simple: 简单投诉, …}   how the sentences name columns and values

The day of `starts` selects the version; a restart keeps it. A version not seen in the text decides no status: the row
is 无适用规定, and the sentence names the secondary rule with its date. How a term runs: `terms.py`. Dates are taken as
they stand, later than `as_of` or not; an empty cell means that the event has not happened.

Status: see `STATUS_TITLES`. For `sense: not_before` (keeping files) `met` means kept long enough, `met_late` destroyed
too early, `pending` to be kept on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from xiaobao_xl import linking, sentences
from xiaobao_xl.conditions import Condition, select
from xiaobao_xl.entries import entry
from xiaobao_xl.law import Instrument
from xiaobao_xl.terms import Clock, Events, Interval, Rows, Term, Version
from xiaobao_xl.workdays import Calendar, Days

__all__ = ["STATUS_TITLES", "Deadline", "Due", "Version", "due"]

STATUS_TITLES: dict[str, str] = {
    "pending": "未到期", "due_soon": "将到期", "overdue": "已超期", "met": "按时办结", "met_late": "超期办结",
    "withdrawn": "已撤回", "suspended": "暂停中", "insufficient": "资料不足", "no_calendar": "日历未公布",
    "no_rule": "无适用规定",
}  # fmt: skip
_CODE = {status: np.int8(code) for code, status in enumerate(STATUS_TITLES)}
_OPEN_CODES = 3  # pending, due_soon and overdue come first: only they have days left
_NO_DAY = np.datetime64("NaT")


@entry
class Deadline:
    """A time limit.

    Attributes:
        title: what must be done (Chinese).
        register: id of the register it is run on; empty for a calculator only.
        when: the limit applies only to rows that meet this condition.
        starts: id of the date column whose day starts the clock; without versions that day is itself the last day.
        restarts: id of the column of the day that starts it anew while it runs.
        met_by: ids of the columns that meet it, the best first; the first one filled counts.
        stops: id of the column of the day that ends the clock without an answer.
        agreed: id of the column of an agreed due date, which prevails.
        excludes: pairs of columns, first and last day of an interval that is left out.
        versions: first day in force → version; none where no rule but a date in the register sets the last day.
        sense: `not_after` a limit; `not_before` a period to be kept, met by an event on or after its end.
        duty: false where it is a right that may go unused: then only acting late counts as late.
        warn_days: calendar days before the end from which the status is 将到期.
        words: column id or value → how a sentence calls it.
        note: for the reference.
    """

    title: str
    register: str = ""
    when: Condition = field(default_factory=dict)
    starts: str
    restarts: str = ""
    met_by: tuple[str, ...] = ()
    stops: str = ""
    agreed: str = ""
    excludes: tuple[Interval, ...] = ()
    versions: Mapping[date, Version] = field(default_factory=dict)
    sense: Literal["not_after", "not_before"] = "not_after"
    duty: bool = True
    warn_days: int = 3
    words: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def status_title(self, status: str) -> str:
        """A status in Chinese; where it is no duty of ours nothing is 超期, its time has merely passed."""
        return "期限已过" if status == "overdue" and not self.duty else STATUS_TITLES[status]

    def columns(self) -> tuple[str, ...]:
        """Ids of all columns it names, without those of `when`."""
        named = [self.starts, self.restarts, *self.met_by, self.stops, self.agreed]
        named += [column for pair in self.excludes for column in pair]
        for version in self.versions.values():
            named += [version.by, *version.no_later, *(column for needs in version.needs.values() for column in needs)]
        return tuple(dict.fromkeys(column for column in named if column))

    def problems(self) -> Iterator[str]:
        """What the types of the fields cannot refuse, in Chinese."""
        if any(len(pair) != 2 for pair in self.excludes):
            yield "excludes 的每一项应为两列：[开始日, 结束日]"
        if not self.versions and (self.restarts or self.excludes):
            yield "versions 至少要有一个版本；没有版本时 starts 就是届满日，不写 restarts、excludes"
        for day, version in self.versions.items():
            if isinstance(version.days, int) == bool(version.by):
                yield f"versions.{day}: days 分情形时须写 by，不分情形时不写"
            for value in set(version.needs) - set(version.limits):
                yield f"versions.{day}: needs 中的 {value} 不在 days 之列"
            if not version.limits or min(version.limits.values()) < 1:
                yield f"versions.{day}: days 应为正整数"
            if version.unit == "hours" and self.excludes:
                yield f"versions.{day}: 按小时计的时限不能写 excludes"


@dataclass(slots=True)
class Due:
    """Due dates of a frame. All arrays and the table have a place for each row of the frame.

    Attributes:
        deadline: the deadline asked for.
        frame: the frame asked about.
        calendar: announced working days.
        as_of: the day the question is asked.
        law: instruments, to print sources.
        table: same index as the frame; days are `datetime64[s]`, NaT where there is none. `applies` bool; `starts_on`
            the day the clock runs from (restart included); `due_on`, NaT while suspended or undecided; `wide_due_on`
            the same under the wide reading of 民法典第203条, for information only; `done_on`; `status` str, missing
            where the deadline does not apply; `days_left` float64, calendar days from `as_of`, negative when past,
            NaN unless pending, due soon or overdue; `basis` str; `version` first day of the version applied.
        late: overdue or done late under a rule seen in the text (an unused right is never late).
        late_by_reference: the same under a rule only known from secondary sources, or none: worth a warning at most.
        reference_due_on: due date of the rows under such a rule, `datetime64`; NaT elsewhere.
        claims_extension: the row claims a limit that has `needs`.
        missing_needs: column → rows that claim such a limit and lack what it needs in that column.
        late_needs: column → rows whose extension was approved or notified after the limit before it.
        previous_due_on: last day of the limit before the one claimed; NaT where nothing is claimed.
        reversed: some interval ends before it begins (it is not left out).
        unstarted: some interval has an end and no beginning (it is not left out).
        clock: how each row was reckoned.
        done_by: position in `met_by` of the column that `done_on` comes from; -1 for none or a withdrawal.
        governed_by: position in `versions` (in order of date) of the version applied; -1 before the first.
    """

    deadline: Deadline
    frame: pd.DataFrame
    calendar: Calendar
    as_of: date
    law: Mapping[str, Instrument]
    table: pd.DataFrame
    late: np.ndarray
    late_by_reference: np.ndarray
    reference_due_on: Days
    reversed: np.ndarray
    unstarted: np.ndarray
    clock: Clock
    done_by: np.ndarray
    governed_by: np.ndarray
    _cells: tuple[sentences.Cells, sentences.Cells] | None = field(default=None, init=False, repr=False)

    @property
    def claims_extension(self) -> np.ndarray:
        """Rows that claim a limit that has needs."""
        return ~np.isnat(self.clock.previous)

    @property
    def missing_needs(self) -> Mapping[str, np.ndarray]:
        """Column → rows that claim a limit and lack what it needs there."""
        return self.clock.missing

    @property
    def late_needs(self) -> Mapping[str, np.ndarray]:
        """Column → rows where that date lies after the limit before."""
        return self.clock.after_limit

    @property
    def previous_due_on(self) -> Days:
        """Last day of the limit before the one claimed."""
        return self.clock.previous

    def version(self, position: int) -> Version | None:
        """The version applied to a row; None before the first."""
        number = int(self.governed_by[position])
        return None if number < 0 else self.deadline.versions[sorted(self.deadline.versions)[number]]

    def explain(self, position: int) -> str:
        """How a row's due date and status come about, for an auditor to follow by hand (Chinese)."""
        if self._cells is None:
            self._cells = sentences.Cells(self.frame), sentences.Cells(self.table)
        return sentences.explain(self, position, *self._cells)


def due(
    deadline: Deadline,
    frame: pd.DataFrame,
    calendar: Calendar,
    as_of: date,
    law: Mapping[str, Instrument] | None = None,
) -> Due:
    """Due dates and statuses of a whole frame.

    Args:
        deadline: the time limit.
        frame: one row for each case; a column it lacks is empty.
        calendar: announced working days.
        as_of: the day the question is asked.
        law: instruments, so that sentences print titles instead of ids.

    >>> from xiaobao_xl.workdays import Year
    >>> fifteen = Version(days=15, source="办法")
    >>> limit = Deadline(title="决定", starts="received_on", versions={date(2020, 3, 1): fifteen})
    >>> frame = pd.DataFrame({"received_on": pd.to_datetime(["2026-01-05"])})
    >>> calendar = Calendar({2026: Year(source="通知", holidays=(date(2026, 1, 1),))})
    >>> found = due(limit, frame, calendar, date(2026, 1, 18))
    >>> found.table[["due_on", "status", "days_left"]].values.tolist()
    [[Timestamp('2026-01-20 00:00:00'), 'due_soon', 2.0]]
    """
    deadline = linking.with_further_intervals(deadline, frame)
    hours = any(version.unit == "hours" for version in deadline.versions.values())
    events = Events(frame, "s" if hours else "D")
    applies = select(frame, deadline.when)
    trigger = events.dates(deadline.starts)
    done, done_by = _done(deadline, events)
    stopped = events.dates(deadline.stops)
    clock = Clock.stopped(trigger)
    if not deadline.versions:
        clock.nominal = clock.due = trigger.copy()
    governed_by = _governed_by(deadline, trigger)
    ended = np.fmin(done, stopped) if events.any(deadline.stops) else done
    for number, rows in _by_version(governed_by):
        version = deadline.versions[sorted(deadline.versions)[number]]
        Term(version, events, deadline.excludes, calendar, clock).run(rows, deadline.restarts, ended)
    if events.any(deadline.agreed):
        _agree(clock, events.dates(deadline.agreed))
    reference, done, done_by = _status(deadline, events, clock, done, done_by, as_of)
    status = _decided(deadline, trigger, governed_by, reference)
    reference[~applies] = status[~applies] = -1
    late = np.isin(status, _late_codes(deadline))
    by_date = late & (not deadline.versions)
    known_only = (status == _CODE["no_rule"]) & (governed_by >= 0)
    reversed_, unstarted = _faulty_intervals(deadline, events)
    wide = _wide(deadline, clock, governed_by, calendar)
    table = _table(deadline, frame.index, applies, clock, wide, done=done, status=status, governed_by=governed_by)
    left = (status >= 0) & (status < _OPEN_CODES)
    table.insert(6, "days_left", np.where(left, _days_left(clock.due, as_of), np.nan))
    return Due(
        deadline, frame, calendar, as_of, law or {}, table, late & ~by_date,
        by_date | known_only & np.isin(reference, _late_codes(deadline)), np.where(known_only, clock.due, _NO_DAY),
        reversed_, unstarted, clock, done_by, governed_by,
    )  # fmt: skip


def _done(deadline: Deadline, events: Events) -> tuple[Days, np.ndarray]:
    """The day each case was answered and the place in `met_by` that says so (-1 for none)."""
    done, done_by = events.dates(""), np.full(len(events.frame), -1, dtype=np.int8)
    for place, column in reversed(list(enumerate(deadline.met_by))):
        if events.any(column):
            found = events.dates(column)
            filled = ~np.isnat(found)
            done, done_by = np.where(filled, found, done), np.where(filled, np.int8(place), done_by)
    return done, done_by


def _governed_by(deadline: Deadline, trigger: Days) -> np.ndarray:
    """Place of the version in force on each trigger day; -1 before the first and where there is no trigger."""
    days = np.array(sorted(deadline.versions), dtype="M8[D]")
    place = np.zeros(len(trigger), dtype=np.int8) - np.int8(1)
    for day in days:  # a handful; NaT compares false
        place += trigger >= day
    return place


def _by_version(governed_by: np.ndarray) -> Iterator[tuple[int, Rows]]:
    """Rows of each version; a slice where one version governs all, which copies nothing."""
    if not len(governed_by):
        return
    low, high = int(governed_by.min()), int(governed_by.max())
    for number in range(max(low, 0), high + 1):
        rows = slice(None) if low == high else np.flatnonzero(governed_by == number)
        yield number, rows


def _agree(clock: Clock, agreed: Days) -> None:
    """An agreed due date prevails, over a suspension too."""
    filled = ~np.isnat(agreed)
    clock.due = np.where(filled, agreed, clock.due)
    clock.opened &= ~filled


def _status(
    deadline: Deadline, events: Events, clock: Clock, done: Days, done_by: np.ndarray, as_of: date
) -> tuple[np.ndarray, Days, np.ndarray]:
    """Status codes as if every version had been seen in the text; and the events that ended the cases."""
    keeps = deadline.sense == "not_before"
    left = _days_left(clock.due, as_of)
    status = np.where(left > deadline.warn_days, _CODE["pending"], _CODE["due_soon"])
    np.copyto(status, _CODE["overdue"], where=left < 0)
    if keeps:
        status = np.where(left > 0, _CODE["pending"], _CODE["met"])
    np.copyto(status, _CODE["suspended"], where=clock.opened)
    finished = ~np.isnat(done)
    if finished.any():
        failed = (done < clock.due) if keeps else _after(done, clock.due)
        np.copyto(status, _CODE["met"], where=finished & ~failed)
        np.copyto(status, _CODE["met_late"], where=failed)
        # Without the end of an interval nobody can say whether a late answer was late.
        np.copyto(status, _CODE["insufficient"], where=failed & clock.opened)
    if events.any(deadline.stops):
        stopped = events.dates(deadline.stops)
        first = ~np.isnat(stopped) & ~(done < stopped)
        np.copyto(status, _CODE["withdrawn"], where=first)
        np.copyto(status, _CODE["met_late"], where=first & _after(stopped, clock.due) & ~clock.opened)
        done, done_by = np.where(first, stopped, done), np.where(first, np.int8(-1), done_by)
    unknown = np.isnat(clock.due)
    if unknown.any():
        np.copyto(status, _CODE["no_calendar"], where=unknown)
        np.copyto(status, _CODE["insufficient"], where=unknown & (clock.claimed < 0))
    return status, done, done_by


def _after(event: Days, end: Days) -> np.ndarray:
    """Whether an event lies after the end; one without a time of day only if its day does."""
    after: np.ndarray = event > end
    if event.dtype == np.dtype("M8[s]"):
        day = event.astype("M8[D]")
        after &= (event != day) | (day > end.astype("M8[D]"))
    return after


def _decided(deadline: Deadline, trigger: Days, governed_by: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Status codes: a version that was not seen in the text decides none."""
    status = reference.copy()
    versions = [deadline.versions[day] for day in sorted(deadline.versions)]
    decides = np.array([*(version.basis == "seen" for version in versions), False])  # the last place serves -1
    if governed_by.min(initial=0) < 0 or not decides[:-1].all():
        np.copyto(status, _CODE["no_rule"], where=~decides[governed_by] & bool(versions))
        np.copyto(status, _CODE["insufficient"], where=np.isnat(trigger))
    return status


def _days_left(end: Days, as_of: date) -> np.ndarray:
    """Calendar days from `as_of` to the end; meaningless where there is no end."""
    return (end.astype("M8[D]", copy=False) - np.datetime64(as_of, "D")).astype(np.int64)


def _late_codes(deadline: Deadline) -> list[np.int8]:
    return [_CODE["met_late"], _CODE["overdue"]] if deadline.duty else [_CODE["met_late"]]


def _faulty_intervals(deadline: Deadline, events: Events) -> tuple[np.ndarray, np.ndarray]:
    """Rows with an interval that ends before it begins, and with one that never began."""
    backward, unstarted = np.zeros(len(events.frame), dtype=bool), np.zeros(len(events.frame), dtype=bool)
    for first, last in deadline.excludes:
        if events.any(last):
            backward |= events.dates(last) < events.dates(first)
            unstarted |= ~np.isnat(events.dates(last)) & np.isnat(events.dates(first))
    return backward, unstarted


def _table(
    deadline: Deadline, index: pd.Index, applies: np.ndarray, clock: Clock, wide: Days, *, done: Days,
    status: np.ndarray, governed_by: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """The results with a name; dates that decide nothing are left out."""
    days = sorted(deadline.versions)
    shown = applies & ~clock.opened | (status == _CODE["met"]) | (status == _CODE["withdrawn"])
    shown &= status < _CODE["suspended"]
    version = np.array([*days, None], dtype="M8[s]")[governed_by]
    basis = pd.array([*(deadline.versions[day].basis for day in days), ""], dtype="str")
    columns = {
        "applies": applies,
        "starts_on": np.where(applies, clock.starts, _NO_DAY).astype("M8[s]"),
        "due_on": np.where(shown, clock.due, _NO_DAY).astype("M8[s]"),
        "wide_due_on": np.where(shown, wide, _NO_DAY).astype("M8[s]"),
        "done_on": np.where(applies, done, _NO_DAY).astype("M8[s]"),
        "status": pd.array(list(STATUS_TITLES), dtype="str").take(status, allow_fill=True),
        "basis": basis.take(governed_by, allow_fill=True),
        "version": version,
    }
    return pd.DataFrame(columns, index=index, copy=False)


def _wide(deadline: Deadline, clock: Clock, governed_by: np.ndarray, calendar: Calendar) -> Days:
    """The end moved off days off, where the rule counts calendar days and no agreement has set it."""
    if deadline.sense == "not_before":
        return clock.due
    versions = [deadline.versions[day] for day in sorted(deadline.versions)]
    rolling = [version.unit not in {"working", "hours"} and version.rolls == "never" for version in versions]
    moves = np.array([*rolling, False])[governed_by] & (clock.due == clock.nominal)
    rolled = calendar.roll(clock.due.astype("M8[D]", copy=False))
    return np.where(moves, rolled, clock.due)
