"""The time limit a letter speaks of: its last day, how it came about, and what an extension makes of it.

An extension that the law ties to an approval and a notice stands only once both are there. The letter that gives the
notice is therefore reckoned as if it left today; where the approval is lacking, no later day is promised.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from xiaobao_xl.deadlines import STATUS_TITLES, Deadline, Due, due
from xiaobao_xl.figures.row_lists import Knowledge
from xiaobao_xl.letters.letter import Letter

Answer = tuple[str, str]
"""What is known (ISO dates), '' where nothing is, and why not."""


class Limits:
    """The last days of every row of a frame; each question is answered with `Answer`."""

    def __init__(self, letter: Letter, frame: pd.DataFrame, context: Knowledge) -> None:
        """Take a letter that names a deadline."""
        self.letter, self.frame, self.context = letter, frame, context
        self.deadline: Deadline = context.deadlines[letter.deadline]

    @staticmethod
    def of(deadline: str, frame: pd.DataFrame, context: Knowledge) -> Due:
        """Due dates as of the day of the letter."""
        return due(context.deadlines[deadline], frame, context.calendar, context.as_of, context.law)

    @cached_property
    def standing(self) -> Due:
        """As the register stands."""
        return self.of(self.letter.deadline, self.frame, self.context)

    @cached_property
    def _gives_notice(self) -> bool:
        """The letter is the notice without which an extension does not stand."""
        versions = self.deadline.versions.values()
        return any(self.letter.sent in needs for version in versions for needs in version.needs.values())

    @cached_property
    def notified(self) -> Due:
        """As if the letter left today, where the limit depends on its leaving."""
        if not self._gives_notice:
            return self.standing
        sent, today = self.letter.sent, pd.Timestamp(self.context.as_of)
        cells = self.frame[sent] if sent in self.frame else pd.Series(pd.NaT, index=self.frame.index)
        left = pd.to_datetime(cells).fillna(today).astype("datetime64[s]")
        return self.of(self.letter.deadline, self.frame.assign(**{sent: left}), self.context)

    @cached_property
    def before(self) -> Due:
        """Under the limit before the one each row claims."""
        standing = self.standing
        changes: dict[str, pd.Series] = {}
        for number, day in enumerate(sorted(self.deadline.versions)):
            version, limits = self.deadline.versions[day], list(self.deadline.versions[day].limits)
            cells = changes.get(version.by, self.frame.get(version.by))
            if cells is None:
                continue
            shorter = {limits[place]: limits[version.before(place)] for place in range(1, len(limits))}
            changes[version.by] = cells.where(standing.governed_by != number, cells.map(shorter).fillna(cells))
        return self.of(self.letter.deadline, self.frame.assign(**changes), self.context)

    def due_on(self, position: int) -> Answer:
        """Last day of the limit."""
        return self._last_day(self.standing, position)

    def previous_due_on(self, position: int) -> Answer:
        """Last day of the limit before the one claimed."""
        if int(self.standing.clock.claimed[position]) < 1:
            return "", self._no_extension(position)
        return self._last_day(self.before, position)

    def extended_due_on(self, position: int) -> Answer:
        """Last day of the extended limit, if everything it needs is there."""
        clock = self.notified.clock
        if int(clock.claimed[position]) < 1:
            return "", self._no_extension(position)
        if clock.claimed[position] != clock.stands[position]:
            return "", f"{'，'.join(self.lacking(position))}，期限未延长"
        return self._last_day(self.notified, position)

    def days_words(self, position: int) -> Answer:
        """Days left or days past."""
        left = self.standing.table["days_left"].iloc[position]
        if np.isnan(left):
            return "", self._status(self.standing, position)
        if left < 0:
            return f"已超期{-int(left)}天", ""
        return (f"还剩{int(left)}天" if left else "当日届满"), ""

    def due_words(self, position: int) -> Answer:
        """How the last day came about, for an auditor to follow."""
        if not self.standing.table["applies"].iloc[position]:
            return "", self._status(self.standing, position)
        return self.standing.explain(position), ""

    def passed(self, position: int) -> str:
        """That the time is up, where it is; '' where it is not."""
        words = self.days_words(position)[0] if self.standing.table["days_left"].iloc[position] < 0 else ""
        before = self.before.table["due_on"].iloc[position] if self._gives_notice else pd.NaT
        if not words and before < pd.Timestamp(self.context.as_of):
            words = f"原期限已于 {before.date()} 届满"
        return words

    def lacking(self, position: int) -> list[str]:
        """What a claimed extension lacks, should the letter leave today."""
        found, words = self.notified, self.deadline.words
        lacks = [f"未填{words.get(column, column)}" for column, rows in found.missing_needs.items() if rows[position]]
        for column, rows in found.late_needs.items():
            if rows[position]:
                day = np.datetime64(found.frame[column].iloc[position], "D")
                lacks.append(f"{words.get(column, column)} {day} 晚于原期限 {found.previous_due_on[position]}")
        return lacks

    def _last_day(self, found: Due, position: int) -> Answer:
        day = found.table["due_on"].iloc[position]
        return ("", self._status(found, position)) if pd.isna(day) else (date.isoformat(day.date()), "")

    def _status(self, found: Due, position: int) -> str:
        status = found.table["status"].iloc[position]
        return f"“{self.deadline.title}”的时限不适用" if pd.isna(status) else STATUS_TITLES[status]

    def _no_extension(self, position: int) -> str:
        if self.standing.version(position) is None:
            return self._status(self.standing, position)
        by = next((version.by for version in self.deadline.versions.values() if version.by), "")
        return f"台账的{self.deadline.words.get(by, by)}没有登记为可以延长期限的情形"
