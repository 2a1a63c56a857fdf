"""today 今日: what an outlet, a branch or head office must do today, from all registers of the post at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from xiaobao_xl import day, reminders, resources
from xiaobao_xl.day import SECTION_TITLES, Item
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.reminders import DueRow
from xiaobao_xl.roles import Role, role_of
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, receipt_json, silent
from xiaobao_xl.tasks.timing import Timed, due

FILINGS: Final = "filing_calendar"
_SAMPLE: Final = "（随附样例）"
LINES_SHOWN: Final = 15  # of a section; more is read in the workbook
Warner = Callable[[Rules, Sequence[Register], date], Iterable[Item]]
"""Early warnings from the registers of one role's unit, as items of the section `warnings`."""

_Waiting = tuple[Timed, Sequence[tuple[int, DueRow]]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One role's day.

    Attributes:
        role: the role.
        unit: the unit asked for; '' for all.
        found: names of that unit in the registers.
        items: what waits, in order.
        calendar: open rows with a last day, for the calendar file.
        notes: what could not be shown, and what to do about it (Chinese).
    """

    role: Role
    unit: str
    found: tuple[str, ...]
    items: Sequence[Item]
    calendar: Sequence[DueRow]
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Title of each section → items."""
        found = Counter(item.section for item in self.items)
        return {title: found[section] for section, title in SECTION_TITLES.items()}

    def lines(self, *, quiet: bool = False) -> Iterator[str]:
        """What a person reads: the counts, then section by section what waits."""
        told = "、".join(f"{title} {count}" for title, count in self.counts().items() if count)
        yield f"{self.unit or self.role.title}：{told or '今天没有事项'}。"
        if quiet:
            return
        for section, title in SECTION_TITLES.items():
            items = [item for item in self.items if item.section == section]
            if items:
                yield f"{title}（{len(items)} 项）"
                yield from (f"  {_line(item)}" for item in items[:LINES_SHOWN])
            if len(items) > LINES_SHOWN:
                yield f"  ……另有 {len(items) - LINES_SHOWN} 项，加 --out 今日.xlsx 可逐件点开。"
        yield from self.notes


@dataclass(frozen=True, kw_only=True)
class Day:
    """The day of one role or several.

    Attributes:
        pages: role id → its page.
        registers: all registers read.
        paths: the files, by name.
        as_of: the day the question was asked.
    """

    pages: Mapping[str, Page]
    registers: Sequence[Register]
    paths: Mapping[str, Path]
    as_of: date

    def lines(self, *, quiet: bool = False) -> Iterator[str]:
        """What a person reads, page by page."""
        yield f"以 {self.as_of} 为今天。"
        for page in self.pages.values():
            yield from page.lines(quiet=quiet)

    def as_json(self) -> dict[str, Any]:
        """Receipt, and each role's items."""
        pages = {
            name: {
                "title": page.role.title,
                "unit": page.unit,
                "units": list(page.found),
                "counts": page.counts(),
                "items": [
                    asdict(item) | {"due_on": item.due_on.isoformat() if item.due_on else None} for item in page.items
                ],
                "notes": list(page.notes),
            }
            for name, page in self.pages.items()
        }
        return {"receipt": receipt_json(self.registers), "as_of": self.as_of.isoformat(), "pages": pages}


def today(
    rules: Rules,
    books: Sequence[Path],
    reading: Reading,
    as_of: date,
    *,
    role: str = "",
    unit: str = "",
    warner: Warner | None = None,
    step: Step = silent,
) -> Day:
    """Everything that waits today.

    Args:
        rules: the rules; `roles` says what each level sees.
        books: the registers' workbooks; all sheets that are registers are read.
        reading: headings and password.
        as_of: the day the question is asked.
        role: id or name of a role; '' makes a page for each.
        unit: name of the unit, or part of it; '' takes all rows.
        warner: where early warnings come from; None where there is no analysis.
        step: told what is being done.

    Raises:
        WorkbookError: an unknown role, or a unit that no row names.
    """
    chosen = _roles(rules, role)
    reading = reading if reading.sheet else replace(reading, sheet=("all",))
    registers: list[Register] = []
    timed: list[Timed] = []
    for book in books:
        read = due(rules, book, reading, as_of, step=step)
        registers += read.registers
        timed += read.timed
    shown = sum(register.id == FILINGS for register in registers)
    if not shown and any(rules.roles[name].filing_days for name in chosen):
        timed += _sample_filings(rules, as_of, step)
    step("排出今日事项")
    waiting = [(part, list(_open_rows(part, as_of))) for part in timed if part.is_task]
    pages = {name: _page(rules, name, registers, waiting, as_of, unit, warner) for name in chosen}
    if unit and not any(page.found for page in pages.values()):
        raise WorkbookError(
            f"台账里没有名称含“{unit}”的机构；请核对 --unit，或不写 --unit 看全部。{_units(rules, chosen, registers)}"
        )
    names = Counter(book.name for book in books)
    paths = {book.name: book for book in books if names[book.name] == 1}  # of two files of one name none can be linked
    return Day(pages=pages, registers=registers, paths=paths, as_of=as_of)


def write_today(
    result: Day, out: Path | None, ics: Path | None, *, overwrite: bool = False, step: Step = silent
) -> None:
    """The workbook with one page for each role, and the calendar file; only numbers go into the latter."""
    from xiaobao_xl.workbook import day_page
    from xiaobao_xl.workbook.drawing import Drawing, refuse_existing, write_whole

    for target in (out, ics):
        if target:
            refuse_existing(target, overwrite=overwrite)
    if out:
        step("写今日页")
        drawing = Drawing()
        for page in result.pages.values():
            day_page.draw(
                drawing, page.items, result.as_of, title=page.role.title, unit=page.unit, about=page.role.note,
                notes=page.notes, links=day_page.links(result.paths, out.parent),
            )  # fmt: skip
        drawing.save(out, overwrite=overwrite)
    if ics:
        text = reminders.calendar([row for page in result.pages.values() for row in page.calendar], result.as_of)
        write_whole(ics, lambda stream: stream.write(text.encode("utf-8")), overwrite=overwrite)


def _line(item: Item) -> str:
    due_on = f"（{item.due_on} 届满）" if item.due_on else ""
    told = [f"{item.when}{due_on}", item.key, item.title, item.unit, item.handler]
    return "  ".join(part for part in told if part)


def _roles(rules: Rules, role: str) -> list[str]:
    if not role:
        return list(rules.roles)
    found = role_of(rules.roles, role)
    if found is None:
        known = "、".join(f"{name}（{one.title}）" for name, one in rules.roles.items())
        raise WorkbookError(f"--role {role} 不认识；请写 {known} 之一。")
    return [found]


def _page(
    rules: Rules, name: str, registers: Sequence[Register], waiting: Sequence[_Waiting], as_of: date, unit: str, warner: Warner | None
) -> Page:  # fmt: skip
    role = rules.roles[name]
    masks = {id(register): role.of_unit(register.frame, unit) for register in registers}
    rows = {key: mask for key, (mask, _) in masks.items()}
    open_rows = [row for part, found in waiting if part.id not in role.hides for row in _seen(part, found, rows)]
    files = {register.origin.file for register in registers}
    filings = [row for row in open_rows if row.deadline in _filing_deadlines(rules)]
    duties = [row for row in open_rows if row.deadline not in _filing_deadlines(rules)]
    filings = [row if row.file in files else replace(row, unit=_SAMPLE, handler="") for row in filings]
    items = [*day.of_deadlines(duties, soon_days=role.soon_days), *day.of_filings(filings, days=role.filing_days)]
    for list_id in role.lists:
        day_list = rules.day_lists[list_id]
        for register in registers:
            if register.id == day_list.register:
                items += day.of_list(day_list, register, rows[id(register)], as_of, rules.categories)
    if role.warns and warner:
        items += warner(rules, [_only(register, rows[id(register)]) for register in registers], as_of)
    return Page(
        role=role,
        unit=unit,
        found=tuple(dict.fromkeys(found for _, names in masks.values() for found in names)),
        items=day.in_order(items),
        calendar=[row for row in open_rows if row.file in files],
        notes=tuple(_notes(rules, role, registers, has_sample=bool(filings), has_warner=warner is not None)),
    )


def _sample_filings(rules: Rules, as_of: date, step: Step) -> Sequence[Timed]:
    """Filings of the sample that comes with the package; nothing where there is none."""
    if FILINGS not in rules.registers:
        return ()
    try:
        path = resources.sample_path(f"{rules.registers[FILINGS].title}_样例.xlsx")
    except WorkbookError:
        return ()
    return due(rules, path, Reading(register=FILINGS, sheet=("all",)), as_of, step=step).timed


def _seen(part: Timed, found: Sequence[tuple[int, DueRow]], rows: Mapping[int, np.ndarray]) -> Iterator[DueRow]:
    """Rows of the unit; a register that is no one's, such as a sample, is seen by all."""
    mine = rows.get(id(part.register))
    yield from (row for position, row in found if mine is None or mine[position])


def _open_rows(part: Timed, as_of: date) -> Iterator[tuple[int, DueRow]]:
    """Positions and rows that still wait; where only a setting or a secondary source tells the last day, by that one."""
    table = part.due.table
    waits = table["done_on"].isna().to_numpy()
    decided = waits & table["status"].isin(reminders.OPEN).to_numpy()
    told = waits & (table["status"] == "no_rule").to_numpy() & ~np.isnat(part.due.reference_due_on)
    positions = part.positions[(decided | told)[part.positions]]
    titles = _titles(part.register, positions) if part.register.id == FILINGS else {}
    noun = "投诉" if part.register.id == "complaint" else part.register.schema.title.removesuffix("台账")
    units = day.units_of(part.register.frame.iloc[positions])
    rows_open = replace(part, positions=positions).board_rows()
    for position, unit, row in zip(positions.tolist(), units, rows_open, strict=True):
        found = replace(row, noun=noun, unit=unit)
        if told[position]:
            found = _by_reference(found, part.due.reference_due_on[position], as_of)
        if titles:
            found = replace(found, title=titles[position][0], explanation=titles[position][1])
        yield position, found


def _by_reference(row: DueRow, end: np.datetime64, as_of: date) -> DueRow:
    """A row with a last day that no text of the law decides."""
    due_on = pd.Timestamp(end).date()
    left = (due_on - as_of).days
    return replace(row, status="overdue" if left < 0 else "pending", due_on=due_on, days_left=left)


def _titles(register: Register, positions: np.ndarray) -> dict[int, tuple[str, str]]:
    """Position → what must be filed, and whether law or practice asks for it and by when."""
    frame, columns = register.frame.iloc[positions], register.schema.columns
    named = day.first_filled(frame, ["title"])
    natures = [columns["nature"].values.get(value, (value,))[0] for value in day.first_filled(frame, ["nature"])]
    limits = day.first_filled(frame, ["due_rule"])
    said = ["；".join(part for part in parts if part) for parts in zip(natures, limits, strict=True)]
    return dict(zip(positions.tolist(), zip(named, said, strict=True), strict=True))


def _filing_deadlines(rules: Rules) -> set[str]:
    return {name for name, deadline in rules.deadlines.items() if deadline.register == FILINGS}


def _only(register: Register, rows: np.ndarray) -> Register:
    """A register with only some of its rows."""
    places = np.flatnonzero(rows)
    origin = replace(register.origin, rows=register.origin.rows[places])
    faulty = {column: bad[places] for column, bad in register.faulty.items()}
    frame = register.frame.iloc[places].reset_index(drop=True)
    return replace(register, frame=frame, origin=origin, faulty=faulty)


def _notes(
    rules: Rules, role: Role, registers: Sequence[Register], *, has_sample: bool, has_warner: bool
) -> Iterator[str]:
    read = {register.id for register in registers}
    if role.filing_days and FILINGS not in rules.registers:
        yield "该报送：规则里没有“报送日历”，没有列出。"
    elif role.filing_days and FILINGS not in read and has_sample:
        yield (
            "该报送：给出的文件里没有报送日历，所列是随附样例中的事项与日期，只供参考；"
            f"请建本机构的：xiaobao blank --register {FILINGS} 报送日历.xlsx，填好后把文件名也写上。"
        )
    elif role.filing_days and FILINGS not in read:
        yield f"该报送：给出的文件里没有“{rules.registers[FILINGS].title}”，没有列出；有的话请把它的文件名也写上。"
    if role.warns and not has_warner:
        yield "预警：没有接上预警分析，没有列出。"
    for register in registers:
        lists = [rules.day_lists[name] for name in role.lists if rules.day_lists[name].register == register.id]
        blind = {one.title: one.lacks(register) for one in lists if one.lacks(register)}
        if blind:
            columns = dict.fromkeys(register.schema.columns[name].title for names in blind.values() for name in names)
            yield (
                f"{register.origin.file}［{register.origin.sheet}］没有“{'、'.join(columns)}”列，因此没有列出：{'、'.join(blind)}。"
            )


def _units(rules: Rules, chosen: Sequence[str], registers: Sequence[Register]) -> str:
    """A few names of units there are, for the sentence that a unit was not found."""
    columns = [column for name in chosen for column in rules.roles[name].units]
    names = [
        name
        for register in registers
        for column in columns
        if column in register.frame
        for name in register.frame[column].dropna().unique().tolist()
    ]
    few = list(dict.fromkeys(names))[:8]
    return f"台账里有：{'、'.join(few)} 等。" if few else ""
