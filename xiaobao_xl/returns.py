"""Returns 收回: cells that came back from units, against what was sent and against the register as it is now.

A cell goes home only where nobody else touched it: the unit filled or changed it, and the register still holds what was
sent. Where both changed it, or two senders disagree, or the unit emptied it, it is put to the officer, and only an
explicit `Take` settles it. What cannot be read as its column's type never goes home. Spelling does not matter: a date
retyped as text, or a number as a date's serial, is compared by what it means.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, Final, Literal

import pandas as pd

from xiaobao_xl import parsing
from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cell, Cells, shown
from xiaobao_xl.registers import Column

Outcome = Literal["filled", "changed", "agreed", "conflict", "cleared", "locked", "unreadable"]
OUTCOME_TITLES: Final[Mapping[Outcome, str]] = {
    "filled": "机构填写", "changed": "机构改写", "agreed": "两边相同", "conflict": "两边不一致", "cleared": "机构清空",
    "locked": "锁定格被改", "unreadable": "读不懂",
}  # fmt: skip
_ASKS: Final[frozenset[Outcome]] = frozenset({"conflict", "cleared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One cell of a workbook that came back.

    Attributes:
        sender: unit it was sent to.
        file: name of the file it came back in.
        cell: its address there.
        row: Excel row in the register.
        key: key of that row.
        column: id of the column.
        base: what was sent; meaningless where `is_base_known` is false.
        here: what the register holds now.
        there: what came back.
        is_open: the unit may fill it.
        is_base_known: the workbook still told what had been sent.
    """

    sender: str
    file: str
    cell: str
    row: int
    key: str
    column: str
    base: Cell
    here: Cell
    there: Cell
    is_open: bool = True
    is_base_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Whose cell is taken where both sides changed one; nobody's unless said.

    Attributes:
        theirs: that of the unit, where the units agree among themselves.
        ours: that of the register.
        units: those of these units, before anything else.
    """

    theirs: bool = False
    ours: bool = False
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What becomes of one cell of the register.

    Attributes:
        outcome: what happened.
        replies: the cells that came back for it; several where units disagree.
        value: what is written, where `is_applied`.
        is_applied: it is written into the register.
        is_settled: nothing is left for the officer to decide.
        message: why it cannot be read, or how it was settled.
    """

    outcome: Outcome
    replies: Sequence[Reply]
    value: Cell = None
    is_applied: bool = False
    is_settled: bool = True
    message: str = ""

    def address(self, letters: Mapping[str, str]) -> str:
        """Its address in the register, given the letters of the register's columns."""
        return f"{letters[self.replies[0].column]}{self.replies[0].row}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with what a sender sent: sender, file, cell or row in it, sentence."""

    sender: str
    file: str
    place: str
    message: str


@dataclass(slots=True)
class FileReceipt:
    """What became of one file.

    Attributes:
        file: its name.
        sender: unit it was sent to.
        sent: rows sent in it; None where nothing tells.
        back: rows that came back.
        matched: of these, rows found in the register.
        missing: keys of rows that did not come back.
        added: rows that were not sent, in words.
        note: why it was not read.
    """

    file: str
    sender: str
    sent: int | None = None
    back: int = 0
    matched: int = 0
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a cell says: equal for all spellings of the same; None where it is empty."""

    value: Hashable
    written: Cell = None
    fault: str = ""


@dataclass(slots=True)
class Meanings:
    """What the cells of each column say, read column by column.

    Attributes:
        columns: column id → column.
        schemes: scheme id → scheme.
    """

    columns: Mapping[str, Column]
    schemes: Mapping[str, Scheme]
    _known: dict[tuple[str, type, Cell], _Meaning] = field(default_factory=dict)

    def learn(self, cells: Iterable[tuple[str, Cell]]) -> None:
        """Read cells, given with their column, that were not read before."""
        wanted: dict[str, dict[tuple[str, type, Cell], Cell]] = {}
        for column, cell in cells:
            key = (column, type(cell), cell)
            if key not in self._known:
                wanted.setdefault(column, {})[key] = cell
        for column, found in wanted.items():
            spec = self.columns[column]
            self._known |= zip(found, _meanings(spec, list(found.values()), self.schemes.get(spec.scheme)), strict=True)

    def of(self, column: str, cell: Cell) -> _Meaning:
        """What a cell says; it must have been learnt."""
        return self._known[column, type(cell), cell]


def is_blank(cell: Cell) -> bool:
    """Nothing stands in the cell.

    >>> is_blank(" "), is_blank(0.0)
    (True, False)
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_same(one: Cell, other: Cell) -> bool:
    """The two cells hold the very same, or nothing both.

    >>> is_same("", None), is_same(1.0, True)
    (True, False)
    """
    return (type(one) is type(other) and one == other) or (is_blank(one) and is_blank(other))


def settle(
    replies: Sequence[Reply], columns: Mapping[str, Column], schemes: Mapping[str, Scheme], take: Take | None = None
) -> list[Settled]:
    """What becomes of every cell that came back different from what was sent, in the order of the register.

    Args:
        replies: cells that came back; those equal to what was sent may be left out.
        columns: column id → column.
        schemes: scheme id → scheme, of coded columns.
        take: how cells are settled that both sides changed.
    """
    meanings = Meanings(columns, schemes)
    meanings.learn((reply.column, cell) for reply in replies for cell in (reply.base, reply.here, reply.there))
    alone: list[Settled] = []
    together: dict[tuple[int, str], list[Reply]] = {}
    for reply in replies:
        if _is_unchanged(reply, meanings):
            continue
        if not reply.is_open:
            alone.append(Settled(outcome="locked", replies=[reply]))
        elif fault := meanings.of(reply.column, reply.there).fault:
            alone.append(Settled(outcome="unreadable", replies=[reply], message=fault))
        else:
            together.setdefault((reply.row, reply.column), []).append(reply)
    order = {name: place for place, name in enumerate(columns)}
    settled = alone + [_settled(found, meanings, take or Take()) for found in together.values()]
    return sorted(settled, key=lambda each: (each.replies[0].row, order[each.replies[0].column], each.replies[0].file))


def _is_unchanged(reply: Reply, meanings: Meanings) -> bool:
    there = meanings.of(reply.column, reply.there).value
    if not reply.is_base_known and there is None:
        return True  # nothing came back, and nothing says that something had been sent
    return bool(there == meanings.of(reply.column, reply.base if reply.is_base_known else reply.here).value)


def _settled(replies: list[Reply], meanings: Meanings, take: Take) -> Settled:
    """One cell of the register, from all that came back for it."""
    first, column = replies[0], replies[0].column
    here = meanings.of(column, first.here).value
    said = {meanings.of(column, reply.there).value for reply in replies}
    found = meanings.of(column, first.there)
    if len(said) > 1:
        return _asked(Settled(outcome="conflict", replies=replies), meanings, take)
    if found.value == here:
        return Settled(outcome="agreed", replies=replies)
    bases = {meanings.of(column, reply.base).value for reply in replies if reply.is_base_known}
    if bases - {here} or (not bases and here is not None):
        return _asked(Settled(outcome="conflict", replies=replies), meanings, take)
    if found.value is None:
        return _asked(Settled(outcome="cleared", replies=replies), meanings, take)
    outcome: Outcome = "filled" if here is None else "changed"
    return Settled(outcome=outcome, replies=replies, value=found.written, is_applied=True)


def _asked(open_: Settled, meanings: Meanings, take: Take) -> Settled:
    """A cell the officer must decide about, settled where that was said beforehand."""
    chosen = [reply for reply in open_.replies if reply.sender in take.units] or (
        list(open_.replies) if take.theirs else []
    )
    said = {meanings.of(reply.column, reply.there).value for reply in chosen}
    if len(said) == 1:
        written = meanings.of(chosen[0].column, chosen[0].there).written
        return replace(open_, value=written, is_applied=True, message=f"按设定采用 {chosen[0].sender} 的内容")
    if take.ours:
        return replace(open_, message="按设定保留台账的内容")
    return replace(open_, is_settled=False)


def _meanings(column: Column, cells: list[Cell], scheme: Scheme | None) -> list[_Meaning]:
    """What the cells of one column say."""
    is_free = column.type in {"text", "code", "identity"} and not column.values and scheme is None
    if is_free:
        return [_text_meaning(column, cell) for cell in cells]
    parsed = parsing.parse(column, Cells.of(cells), scheme=scheme)
    faults = {fault.position: fault.message for fault in parsed.faults if fault.level == "error"}
    known = set(column.values) or (set(scheme.ids()) if scheme else set())
    found = []
    for place, (cell, value) in enumerate(zip(cells, parsed.values.tolist(), strict=True)):
        is_missing = value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124  (NaN)
        if place in faults:
            found.append(_Meaning(("?", shown(cell)), cell, faults[place]))
        elif is_missing:
            found.append(_Meaning(None))
        elif known and value not in known:
            found.append(_Meaning(("?", shown(cell)), cell, "不在下拉列表的取值里；请从列表中选择"))
        else:
            found.append(_Meaning(value, _written(column, cell, value)))
    return found


def _text_meaning(column: Column, cell: Cell) -> _Meaning:
    text = "\n".join(line.strip() for line in shown(cell).strip().splitlines())
    if not text:
        return _Meaning(None)
    if column.type != "text" and not isinstance(cell, str):
        is_lost, sentence = parsing.damage(cell)
        if is_lost:
            return _Meaning(text, text, sentence)
    return _Meaning(text, text)


def _written(column: Column, cell: Cell, value: Any) -> Cell:
    """What is written into the register: dates as dates, numbers as numbers, codes as the unit put them."""
    if column.type in {"date", "moment"}:
        moment = pd.Timestamp(value).to_pydatetime()
        return moment if moment.time() != time() else moment.date()
    if column.type in {"number", "integer"}:
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if column.type == "boolean" and not column.values and isinstance(cell, bool):
        return "是" if cell else "否"
    return shown(cell).strip()
