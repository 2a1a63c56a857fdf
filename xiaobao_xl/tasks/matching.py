"""match 核对: our register against the regulator's list, a hotline's export, or any other list of the same complaints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xiaobao_xl import conditions
from xiaobao_xl.checks import wording
from xiaobao_xl.counterparts import CERTAINTY_TITLES, Counterpart, Matched, match
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, receipt_json, require, require_xlsx, silent

if TYPE_CHECKING:
    from xiaobao_xl.periods import Period


@dataclass(frozen=True, kw_only=True)
class MatchedList:
    """One list compared with our register.

    Attributes:
        id: list id in rules.yaml.
        rule: how it was compared.
        ours: our register.
        theirs: their list.
        matched: pairs and rows without a partner.
        expected: how many of ours ought to be on the list.
        differences: cells of paired rows that do not agree: number of the pair, heading, our cell, their cell.
    """

    id: str
    rule: Counterpart
    ours: Register
    theirs: Register
    matched: Matched
    expected: int
    differences: Sequence[tuple[int, str, str, str]]

    def place(self, side: str, position: int) -> str:
        """Number and row of a complaint on one side."""
        register = self.ours if side == "ours" else self.theirs
        key = str(register.keys().iloc[position]) or str(_first(register, position, self.rule.numbers))
        return f"{key or '（无编号）'}（第{register.origin.rows[position]}行）"


@dataclass(frozen=True, kw_only=True)
class MatchedBook:
    """Our register compared with every list given.

    Attributes:
        compared: list by list.
        registers: all registers read, ours first.
    """

    compared: Sequence[MatchedList]
    registers: Sequence[Register]

    def counts(self) -> dict[str, dict[str, int]]:
        """Title of the list → rows there, pairs by certainty, missing on either side, cells that differ."""
        return {
            one.rule.title: {
                "对方行数": len(one.theirs),
                **{title: sum(pair.certainty == name for pair in one.matched.pairs) for name, title in CERTAINTY_TITLES.items()},
                "对方有我方无": len(one.matched.theirs_alone),
                "我方有对方无": len(one.matched.ours_alone),
                "内容不一致": len(one.differences),
            }
            for one in self.compared
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Counts, pairs with their evidence, rows without a partner with the reason."""
        return {
            "receipt": receipt_json(self.registers),
            "counts": self.counts(),
            "lists": {one.id: _as_json(one) for one in self.compared},
        }

    @property
    def has_gaps(self) -> bool:
        """Some row has no partner, or some cells do not agree."""
        return any(one.matched.ours_alone or one.matched.theirs_alone or one.differences for one in self.compared)  # fmt: skip


def match_lists(
    rules: Rules, book: Path, lists: Mapping[str, Path], reading: Reading, period: Period | None = None, *, step: Step = silent
) -> MatchedBook:  # fmt: skip
    """Compare a register with lists.

    Args:
        rules: the rules.
        book: our register.
        lists: list id (`regulator`, `hotline`) → file.
        reading: which sheets and headings; for the lists headings.yaml may hold layouts too.
        period: only rows whose first date lies in it ought to be on the lists; None takes the stretch each list covers.
        step: told what is being done.
    """
    if not lists:
        raise WorkbookError("没有要核对的清单；请用 --regulator 监管清单.xlsx 或 --hotline 热线导出.xlsx 指明。")
    step(f"读取 {book.name}")
    _, ours = open_registers(rules, book, reading)
    compared = []
    for name, path in lists.items():
        require(name, rules.counterparts, "清单")
        rule = rules.counterparts[name]
        step(f"读取 {path.name}")
        _, theirs = open_registers(rules, path, Reading(register=rule.register, layouts=reading.layouts))
        own = next((register for register in ours if register.id == rule.register), None)
        if own is None:
            raise WorkbookError(f"{book}：没有认出{rules.registers[rule.register].title}；请用 --sheet 指明工作表。")
        step(f"核对 {rule.title}")
        compared.append(_compared(rules, name, rule, own, theirs[0], period))
    return MatchedBook(compared=compared, registers=[*ours, *(one.theirs for one in compared)])


def write_matched(result: MatchedBook, out: Path, *, overwrite: bool = False, step: Step = silent) -> Path:
    """Write the comparison as a workbook, whole or not at all."""
    from xiaobao_xl.workbook import matched_book

    require_xlsx(out)
    step("写核对结果")
    return matched_book.write_matched(out, result.compared, result.counts(), overwrite=overwrite)


def _compared(
    rules: Rules, name: str, rule: Counterpart, ours: Register, theirs: Register, period: Period | None
) -> MatchedList:
    dates = _dates(theirs, rule)
    first, last = (period.start, period.end) if period else (dates.min(), dates.max())
    own = _dates(ours, rule)
    inside = (
        ((own >= pd.Timestamp(first)) & (own <= pd.Timestamp(last))).to_numpy()
        if not pd.isna(first)
        else np.ones(len(ours), dtype=bool)
    )
    belongs = conditions.select(ours.frame, rule.where, ours.schema, rules.categories, ours.faulty)
    expected = belongs & inside
    matched = match(rule, ours.frame, theirs.frame, expected)
    differences = (*_differences(rules, rule, ours, theirs, matched), *_strays(rules, rule, ours, matched, belongs))
    return MatchedList(
        id=name, rule=rule, ours=ours, theirs=theirs, matched=matched, expected=int(expected.sum()), differences=differences
    )  # fmt: skip


def _differences(
    rules: Rules, rule: Counterpart, ours: Register, theirs: Register, matched: Matched
) -> Iterator[tuple[int, str, str, str]]:
    """Cells of paired rows that both sides filled and that do not agree."""
    context = rules.context(rules.version)  # words need no day
    places = [np.array([getattr(pair, side) for pair in matched.pairs], dtype=np.int64) for side in ("ours", "theirs")]
    for name in rule.compare:
        cells = [wording.printed(one, context, name, at) for one, at in zip((ours, theirs), places, strict=True)]
        for number, (mine, other) in enumerate(zip(*cells, strict=True)):
            if mine and other and mine != other:
                yield number, ours.schema.columns[name].title, mine, other


def _strays(
    rules: Rules, rule: Counterpart, ours: Register, matched: Matched, belongs: np.ndarray
) -> Iterator[tuple[int, str, str, str]]:
    """Paired rows that by our own register do not come from there: their source is registered wrongly, or the pair is."""
    context = rules.context(rules.version)
    for number, pair in enumerate(matched.pairs):
        if not belongs[pair.ours]:
            for name in rule.where:
                [cell] = wording.printed(ours, context, name, np.array([pair.ours]))
                yield number, ours.schema.columns[name].title, cell or "（空）", f"在{rule.title}中"


def _dates(register: Register, rule: Counterpart) -> pd.Series:
    """The first date filled of each row."""
    columns = [register.frame[name] for name in rule.dates if name in register.frame]
    if not columns:
        return pd.Series(pd.NaT, index=register.frame.index, dtype="datetime64[s]")
    first: pd.Series = pd.concat(columns, axis=1).bfill(axis=1).iloc[:, 0]
    return first


def _first(register: Register, position: int, columns: Sequence[str]) -> object:
    cells = (register.frame[name].iloc[position] for name in columns if name in register.frame)
    return next((cell for cell in cells if isinstance(cell, str) and cell), "")


def _as_json(one: MatchedList) -> dict[str, Any]:
    return {
        "title": one.rule.title,
        "pairs": [
            {"ours": one.place("ours", pair.ours), "theirs": one.place("theirs", pair.theirs),
             "certainty": CERTAINTY_TITLES[pair.certainty], "evidence": pair.evidence, "rivals": pair.rivals}
            for pair in one.matched.pairs
        ],
        "ours_alone": [{"row": one.place("ours", alone.place), "reason": alone.reason} for alone in one.matched.ours_alone],
        "theirs_alone": [{"row": one.place("theirs", alone.place), "reason": alone.reason} for alone in one.matched.theirs_alone],
        "differences": [
            {"ours": one.place("ours", one.matched.pairs[number].ours), "column": title, "our_cell": mine, "their_cell": other}
            for number, title, mine, other in one.differences
        ],
    }  # fmt: skip
