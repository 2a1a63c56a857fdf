"""Insights: an analysis worked out over registers, every number a count of rows that can be listed.

Each number counts the complaints in one bucket of one column of `Insights.listed`: filter that column by that bucket and
the complaints are there. Nothing is claimed of a period the registers do not reach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xiaobao_xl import conditions
from xiaobao_xl.analyses import early_warnings
from xiaobao_xl.analyses.analysis import Analysis
from xiaobao_xl.analyses.early_warnings import Warned
from xiaobao_xl.analyses.hot_words import HotWord, hot_words
from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.axes import members
from xiaobao_xl.figures.stacking import Stack, stack
from xiaobao_xl.findings import mask
from xiaobao_xl.periods import Period, month_of
from xiaobao_xl.registers import UNFILLED, UNKNOWN, Register

AGES = ((0, 7), (8, 15), (16, 30), (31, 60), (61, None))
SPANS = ((0, 3), (4, 7), (8, 15), (16, 30), (31, 60), (61, None))
OTHERS = "其余"
_HEAT_ROWS, _UNIT_ROWS = 20, 15


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the trend.

    Attributes:
        title: `2026-09`.
        received: complaints received in it.
        closed: complaints closed in it.
        pending: complaints open at its end.
    """

    title: str
    received: int
    closed: int
    pending: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One member of a ranking.

    Attributes:
        title: the member.
        count: complaints.
        share: of all, 0–1.
        cumulative: share of it and all before it, 0–1.
    """

    title: str
    count: int
    share: float
    cumulative: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts along two axes.

    Attributes:
        rows: titles of the rows.
        columns: titles of the columns.
        counts: shape (rows, columns).
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: np.ndarray


@dataclass(frozen=True, slots=True)
class Repeater:
    """A person who complained more than once.

    Attributes:
        label: number and masked name, such as `R001 张**`.
        count: complaints.
        first: day of the first.
        last: day of the last.
        matters: what they were about.
        keys: complaint numbers, oldest first.
    """

    label: str
    count: int
    first: date
    last: date
    matters: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Insights:
    """An analysis, worked out.

    Attributes:
        rule: what was asked.
        period: the period.
        stack: the rows.
        listed: one line per complaint that counts anywhere: `position` in the stack and a column per kind of bucket.
        reaches: first day of receipt in the registers; None where there is none.
        months: the trend, oldest first.
        ranking: members of the ranked column, received in the period.
        heat: counts of the heat map, received in the period.
        ages: open at the end of the period by days since receipt, per unit.
        spans: (title, count) of days from receipt to closure, closed in the period.
        days: those days, for median and mean, shape (closed,).
        repeaters: persons with more than one complaint, the most frequent first.
        words: words of the period that gained on the one before.
        has_earlier_texts: there were texts in the period before.
        warned: early warnings.
        lacking: titles of the columns no register has; what needs them is empty.
    """

    rule: Analysis
    period: Period
    stack: Stack
    listed: pd.DataFrame
    reaches: date | None
    months: tuple[Month, ...]
    ranking: tuple[Slice, ...]
    heat: Grid
    ages: Grid
    spans: tuple[tuple[str, int], ...]
    days: np.ndarray
    repeaters: tuple[Repeater, ...]
    words: tuple[HotWord, ...]
    has_earlier_texts: bool
    warned: tuple[Warned, ...]
    lacking: tuple[str, ...]

    def keys_at(self, positions: Sequence[int] | np.ndarray) -> list[str]:
        """Complaint numbers of rows."""
        return [str(key) for key in self.stack.keys[np.asarray(positions, dtype=np.int64)]]


def insights(rule: Analysis, registers: Sequence[Register], period: Period, schemes: Mapping[str, Scheme]) -> Insights:
    """Work out an analysis.

    Args:
        rule: the analysis.
        registers: registers, together one.
        period: the period.
        schemes: scheme id → scheme of categories.
    """
    rows = stack(registers)
    work = _Work(rule, rows, period, schemes)
    in_period = work.between(rule.received, period.start, period.end)
    ranking, heat = work.ranking(in_period), work.heat(in_period)
    repeaters, persons = work.repeaters()
    words, has_earlier = work.words(in_period)
    warned = early_warnings.warned(
        rule.alarms, rows.frame, rule.received, period, work.chosen, work.titles_of, work.meets
    )
    received = (
        rows.frame[rule.received][work.chosen] if rule.received in rows.frame else pd.Series(dtype="datetime64[s]")
    )
    days, spans = work.spans()
    return Insights(
        rule=rule, period=period, stack=rows, listed=work.listed(persons, warned), months=work.months(), ranking=ranking, heat=heat,
        reaches=None if received.dropna().empty else received.min().date(), ages=work.ages(), spans=spans, days=days,
        repeaters=repeaters, words=words, has_earlier_texts=has_earlier, warned=warned, lacking=work.lacking(),
    )  # fmt: skip


class _Work:
    """One analysis being worked out.

    Attributes:
        chosen: rows that meet the analysis' condition, bool per row.
        begun: day of receipt per row.
        ended: day of the first end per row.
    """

    def __init__(self, rule: Analysis, rows: Stack, period: Period, schemes: Mapping[str, Scheme]) -> None:
        self.rule, self.rows, self.period, self.schemes = rule, rows, period, schemes
        self.schema = rows.registers[0].schema
        self.chosen = self.meets(rule.where)
        self.begun = self._day(rule.received)
        ends = [self._day(column) for column in rule.ended]
        self.ended = pd.concat(ends, axis=1).min(axis=1)

    def meets(self, condition: conditions.Condition) -> np.ndarray:
        """Rows that meet a condition; one that asks for a column nobody has is met by none."""
        return conditions.select(self.rows.frame, condition, self.schema, self.schemes, self.rows.faulty)

    def lacking(self) -> tuple[str, ...]:
        """Titles of named columns that no register has."""
        return tuple(self.schema.columns[name].title for name in self.rule.columns() if name not in self.rows.frame)

    def _day(self, column: str) -> pd.Series:
        if column in self.rows.frame:
            days: pd.Series = self.rows.frame[column].dt.normalize()
            return days
        return pd.Series(pd.NaT, index=self.rows.frame.index, dtype="datetime64[s]")

    def between(self, column: str, first: date, last: date) -> np.ndarray:
        """Chosen rows whose date lies in a stretch of days, both ends included."""
        cells = self._day(column)
        inside = (cells >= pd.Timestamp(first)) & (cells <= pd.Timestamp(last))
        return np.asarray(inside & self.chosen, dtype=bool)

    def open_at(self, day: date) -> np.ndarray:
        """Chosen rows received by a day and not ended by it."""
        last = pd.Timestamp(day)
        return np.asarray((self.begun <= last) & ~(self.ended <= last) & self.chosen, dtype=bool)

    def titles_of(self, column: str) -> np.ndarray:
        """Each row's member of a column in words; 未填写 where empty, 未识别 where unreadable. Shape (rows,)."""
        spec, bad = self.schema.columns[column], self.rows.bad(column)
        if column not in self.rows.frame:
            return np.full(len(self.rows.frame), UNFILLED, dtype=object)
        places, values = pd.factorize(self.rows.frame[column])
        known = members(spec, "reported", self.schemes) if self._is_coded(column) else {}
        scheme = self.schemes.get(spec.scheme)
        names = [str(value) for value in values]
        reported = [scheme.reported(name) if scheme and name in scheme.ids() else name for name in names]
        titles = np.array([*(known.get(name, UNKNOWN if known else name) for name in reported), UNFILLED], dtype=object)
        found: np.ndarray = titles[places]
        found[(places == -1) & bad] = UNKNOWN
        return found

    def _is_coded(self, column: str) -> bool:
        spec = self.schema.columns[column]
        return bool(spec.scheme in self.schemes or spec.values or spec.type == "boolean")

    def months(self) -> tuple[Month, ...]:
        """The trend; months before the registers begin are left out."""
        last = month_of(self.period.end)
        every = [last]
        while len(every) < self.rule.months:
            every.insert(0, every[0].previous)
        first = self.begun[self.chosen].min()
        return tuple(
            Month(
                month_title(month.start),
                int(self.between(self.rule.received, month.start, month.end).sum()),
                int(self.between(self.rule.ended[0], month.start, month.end).sum()),
                int(self.open_at(month.end).sum()),
            )
            for month in every
            if not pd.isna(first) and pd.Timestamp(month.end) >= first
        )

    def ranking(self, rows: np.ndarray) -> tuple[Slice, ...]:
        """Members of the ranked column, the largest first."""
        counts = pd.Series(self.titles_of(self.rule.pareto)[rows]).value_counts(sort=True)
        shares = counts.to_numpy() / max(counts.sum(), 1)
        return tuple(
            Slice(str(title), int(count), float(share), float(total))
            for (title, count), share, total in zip(counts.items(), shares, np.cumsum(shares), strict=True)
        )

    @property
    def heat_rows(self) -> str:
        """Column of the heat map's rows; the unit's where no register has the one asked for."""
        return self.rule.heat[0] if self.rule.heat[0] in self.rows.frame else self.rule.unit

    def heat(self, rows: np.ndarray) -> Grid:
        """Two columns against each other; the rows with the most complaints, the rest as 其余."""
        down, across = (pd.Series(self.titles_of(name)[rows]) for name in (self.heat_rows, self.rule.heat[1]))
        return self._grid(down, across, _HEAT_ROWS, tuple(across.value_counts().index))

    @staticmethod
    def _grid(down: pd.Series, across: pd.Series, most: int, columns: Sequence[str]) -> Grid:
        sizes = down.value_counts()
        kept = tuple(str(title) for title in sizes.index[:most])
        shown = down.where(down.isin(kept), OTHERS)
        titles = kept + ((OTHERS,) if len(sizes) > most else ())
        table = pd.crosstab(shown, across).reindex(index=list(titles), columns=list(columns), fill_value=0)
        return Grid(titles, tuple(map(str, columns)), table.to_numpy(dtype=np.int64))

    def age_titles(self) -> np.ndarray:
        """The age of each complaint open at the end of the period, as a bucket; '' where it is not open."""
        days = (pd.Timestamp(self.period.end) - self.begun).dt.days.to_numpy(dtype=float, na_value=np.nan)
        return np.where(self.open_at(self.period.end), _bucket(days, AGES), "")

    def ages(self) -> Grid:
        """Open complaints by age, per unit."""
        titles = self.age_titles()
        still = titles != ""
        down = pd.Series(self.titles_of(self.rule.unit)[still])
        return self._grid(down, pd.Series(titles[still]), _UNIT_ROWS, [span_title(*age) for age in AGES])

    def span_titles(self) -> tuple[np.ndarray, np.ndarray]:
        """Days from receipt to closure of those closed in the period, as buckets, and as numbers (NaN elsewhere)."""
        closed = self.between(self.rule.ended[0], self.period.start, self.period.end)
        days = (self._day(self.rule.ended[0]) - self.begun).dt.days.to_numpy(dtype=float, na_value=np.nan)
        days = np.where(closed & (days >= 0), days, np.nan)
        return np.where(np.isnan(days), "", _bucket(days, SPANS)), days

    def spans(self) -> tuple[np.ndarray, tuple[tuple[str, int], ...]]:
        """How long closed complaints took: the days, and how many fall into each bucket."""
        titles, days = self.span_titles()
        counts = tuple((span_title(*span), int((titles == span_title(*span)).sum())) for span in SPANS)
        return days[~np.isnan(days)], counts

    def repeaters(self) -> tuple[tuple[Repeater, ...], np.ndarray]:
        """Persons who complained more than once, and the label of each row ('' for everybody else)."""
        first = self.period.end
        for _ in range(self.rule.repeat_months):
            first = month_of(first).start - timedelta(days=1)
        inside = self.between(self.rule.received, first + timedelta(days=1), self.period.end)
        person = early_warnings.persons(self.rows.frame, self.rule.persons)
        positions = np.flatnonzero(inside & (person >= 0))
        sizes = pd.Series(person[positions]).value_counts()
        many = sizes[sizes > 1]
        labels = np.full(len(self.rows.frame), "", dtype=object)
        groups = pd.Series(positions).groupby(person[positions]).apply(list)
        ordered = sorted(many.index, key=lambda one: (-int(many[one]), int(groups[one][0])))
        found = []
        for number, one in enumerate(ordered, start=1):
            places = sorted(groups[one], key=lambda place: (self.begun.iloc[place], place))
            found.append(self._repeater(f"R{number:03d}", places))
            labels[places] = found[-1].label
        return tuple(found), labels

    def _repeater(self, number: str, places: Sequence[int]) -> Repeater:
        days = self.begun.iloc[list(places)]
        matters = dict.fromkeys(self.titles_of(self.rule.heat[1])[list(places)])
        return Repeater(
            f"{number} {self._name(places[-1])}".strip(), len(places), days.iloc[0].date(), days.iloc[-1].date(), tuple(matters),
            tuple(str(self.rows.keys[place]) for place in places),
        )  # fmt: skip

    def _name(self, place: int) -> str:
        """The complainant's name, masked: the first private text column that is no person's number."""
        named = [
            name
            for name, spec in self.schema.columns.items()
            if spec.private and spec.type == "text" and name in self.rows.frame
        ]
        cell = self.rows.frame[named[0]].iloc[place] if named else None
        return mask(cell) if isinstance(cell, str) else ""

    def words(self, rows: np.ndarray) -> tuple[tuple[HotWord, ...], bool]:
        """Hot words of the period against the one before; their places are positions in the stack."""
        if self.rule.text not in self.rows.frame:
            return (), False
        cells = self.rows.frame[self.rule.text]
        earlier = self.between(self.rule.received, self.period.previous.start, self.period.previous.end)
        now = np.flatnonzero(rows & cells.notna().to_numpy())
        before = np.flatnonzero(earlier & cells.notna().to_numpy())
        found = hot_words(cells.iloc[now].tolist(), cells.iloc[before].tolist(), self.rule.hot_words)
        return tuple(HotWord(word.word, word.now, word.before, now[word.texts]) for word in found), bool(len(before))

    def listed(self, persons: np.ndarray, warned: Sequence[Warned]) -> pd.DataFrame:
        """One line per complaint that counts somewhere, with the bucket it is in for each table."""
        alarms = np.full(len(self.rows.frame), "", dtype=object)
        for number, one in enumerate(warned, start=1):
            alarms[one.positions] = [f"{told} {f'W{number:02d}'}".strip() for told in alarms[one.positions]]
        table: dict[str, object] = {
            "position": np.arange(len(self.rows.frame)),
            "received_month": [month_title(day.date()) if not pd.isna(day) else "" for day in self.begun],
            "closed_month": [month_title(day.date()) if not pd.isna(day) else "" for day in self._day(self.rule.ended[0])],
            "ranked": self.titles_of(self.rule.pareto), "down": self.titles_of(self.heat_rows),
            "across": self.titles_of(self.rule.heat[1]), "unit": self.titles_of(self.rule.unit),
            "age": self.age_titles(), "span": self.span_titles()[0], "person": persons, "alarms": alarms,
            "in_period": self.between(self.rule.received, self.period.start, self.period.end),
        }  # fmt: skip
        frame = pd.DataFrame(table)
        return frame[self.chosen].reset_index(drop=True)


def month_title(day: date) -> str:
    """The month of a day, short enough for the axis of a chart.

    >>> month_title(date(2026, 9, 5))
    '2026-09'
    """
    return f"{day:%Y-%m}"


def span_title(low: int, high: int | None) -> str:
    """A bucket of days in words.

    >>> span_title(0, 7), span_title(61, None)
    ('0–7天', '超过60天')
    """
    return f"{low}–{high}天" if high is not None else f"超过{low - 1}天"


def _bucket(days: np.ndarray, spans: Sequence[tuple[int, int | None]]) -> np.ndarray:
    titles = np.array([span_title(*span) for span in spans], dtype=object)
    places = np.searchsorted([low for low, _ in spans], np.nan_to_num(days), side="right") - 1
    found: np.ndarray = titles[np.clip(places, 0, None)]
    return found
