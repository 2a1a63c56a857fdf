"""Early warnings: complaints that gather on one product or outlet, and those that call for attention by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from xiaobao_xl.analyses.analysis import Alarm, AnyAlarm, Cluster, Marked
from xiaobao_xl.conditions import Condition
from xiaobao_xl.periods import Period
from xiaobao_xl.registers import UNFILLED, UNKNOWN


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning.

    Attributes:
        alarm: the setting that raised it.
        about: what the complaints have in common, `信用卡`, `城东支行／贷款`; the key for a single complaint.
        first: day of the first complaint.
        last: day of the last.
        positions: the complaints, oldest first.
    """

    alarm: Alarm
    about: str
    first: date
    last: date
    positions: np.ndarray

    @property
    def reason(self) -> str:
        """Why, in words: how many in how many days, or what was marked."""
        if isinstance(self.alarm, Cluster):
            return f"{self.alarm.days} 天内 {len(self.positions)} 件（设定：达到 {self.alarm.count} 件即提示）"
        return f"本期 {len(self.positions)} 件"


def warned(
    alarms: Mapping[str, AnyAlarm], frame: pd.DataFrame, received: str, period: Period, chosen: np.ndarray,
    titles_of: Callable[[str], np.ndarray], meets: Callable[[Condition], np.ndarray],
) -> tuple[Warned, ...]:  # fmt: skip
    """Every early warning of a period, in the order of the settings, the largest first.

    Args:
        alarms: id → setting.
        frame: the rows.
        received: date column.
        period: a window counts if it ends in the period.
        chosen: rows that count, bool per row.
        titles_of: column → each row's member in words.
        meets: condition → rows that meet it.
    """
    if received not in frame:
        return ()
    days = frame[received].to_numpy().astype("datetime64[D]")
    usable = chosen & ~np.isnat(days)
    found: list[Warned] = []
    for alarm in alarms.values():
        if isinstance(alarm, Marked):
            inside = (days >= np.datetime64(period.start)) & (days <= np.datetime64(period.end))
            found += _marked(alarm, days, np.flatnonzero(usable & inside & meets(alarm.marked)))
        elif all(column in frame for column in alarm.cluster):
            found += sorted(_clusters(alarm, days, usable, period, titles_of), key=lambda one: -len(one.positions))
    return tuple(found)


def _marked(alarm: Marked, days: np.ndarray, positions: np.ndarray) -> Iterator[Warned]:
    if len(positions):
        ordered = positions[np.argsort(days[positions], kind="stable")]
        yield Warned(alarm, "", days[ordered[0]].item(), days[ordered[-1]].item(), ordered)


def _clusters(
    alarm: Cluster, days: np.ndarray, usable: np.ndarray, period: Period, titles_of: Callable[[str], np.ndarray]
) -> Iterator[Warned]:
    """For each member the fullest window that ends in the period; of equals the latest."""
    titles = [titles_of(column) for column in alarm.cluster]
    known = usable & ~np.logical_or.reduce([np.isin(names, [UNFILLED, UNKNOWN]) for names in titles])
    positions = np.flatnonzero(known & (days <= np.datetime64(period.end)))
    if not len(positions):
        return
    labels = pd.Series(["／".join(parts) for parts in zip(*(names[positions] for names in titles), strict=True)])
    for label, group in labels.groupby(labels, sort=False):
        places = positions[group.index.to_numpy()]
        places = places[np.argsort(days[places], kind="stable")]
        own = days[places]
        begins = np.searchsorted(own, own - np.timedelta64(alarm.days - 1, "D"))
        sizes = np.where(own >= np.datetime64(period.start), np.arange(1, len(own) + 1) - begins, 0)
        last = len(sizes) - 1 - int(np.argmax(sizes[::-1]))
        if sizes[last] >= alarm.count:
            window = places[begins[last] : last + 1]
            yield Warned(alarm, str(label), own[begins[last]].item(), own[last].item(), window)


def persons(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A number per row, equal for rows that share a value of one of the columns; -1 where nobody is named.

    >>> frame = pd.DataFrame({"id_no": ["A", None, "B"], "phone": ["138 0013 8000", "13800138000", "139"]})
    >>> persons(frame, ["id_no", "phone"]).tolist()
    [0, 0, 2]
    """
    codes = [pd.factorize(_spelling(frame[column]))[0] for column in columns if column in frame]
    label = np.arange(len(frame))
    while True:
        before = label.copy()
        for code in codes:
            least = np.full(int(code.max(initial=-1)) + 1, len(frame))
            np.minimum.at(least, code[code >= 0], label[code >= 0])
            label[code >= 0] = least[code[code >= 0]]
        if (label == before).all():
            break
    named = np.logical_or.reduce([code >= 0 for code in codes]) if codes else np.zeros(len(frame), dtype=bool)
    return np.where(named, label, -1)


def _spelling(cells: pd.Series) -> pd.Series:
    """Without blanks and hyphens, missing where it names nobody: too short, or one sign throughout."""
    texts = cells.astype("str").str.replace(r"[\s-]", "", regex=True).str.upper()
    return texts.where(
        cells.notna() & (texts.str.len() >= 1) & ~texts.str.fullmatch(r"(.)\1*|无|不详|未知|匿名|未提供")
    )
