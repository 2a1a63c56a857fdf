"""split 拆分: one workbook per unit, with the columns it may see and the cells it may fill."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xiaobao_xl.cells import Cell, plain, shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import mask
from xiaobao_xl.masking.audiences import AUDIENCE_TITLES
from xiaobao_xl.registers import UNFILLED, Register
from xiaobao_xl.returns import is_blank
from xiaobao_xl.rules import Rules
from xiaobao_xl.splits import Split
from xiaobao_xl.tasks.intake import Layouts, Reading, Source, Step, open_registers, receipt_json, require, silent
from xiaobao_xl.typed_yaml import near
from xiaobao_xl.workbook.file_names import file_names, safe_name
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.headings import Names
from xiaobao_xl.workbook.origin_sheet import LIST, REFERRAL, SentBook, SentColumn, SentRow
from xiaobao_xl.workbook.raw_rows import RawRows, raw_rows

if TYPE_CHECKING:
    from xiaobao_xl.masking.masker import Masker

UNASSIGNED: Final = f"{UNFILLED}.xlsx"
MOST_UNITS: Final = 2_000  # more files than anyone can mean to send
SENT_LIST: Final = "分发清单.xlsx"


@dataclass(frozen=True, kw_only=True)
class Division:
    """How a register is to be divided, as asked for.

    Attributes:
        layout: id of an entry of `splits`; '' takes the only one for the register.
        by: column that names the unit, by id or title; '' takes the layout's.
        shown: columns to show in place of the layout's, by id or title.
        filled: columns to fill in place of the layout's, by id or title.
    """

    layout: str = ""
    by: str = ""
    shown: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One unit: its name, its spellings in the register, and the positions of its rows."""

    name: str
    spellings: tuple[str, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A register divided, not yet written.

    Attributes:
        rules: the rules.
        book: the register's workbook.
        register: the register.
        split: what units see and fill.
        units: the units with rows, in the order of the register.
        unassigned: positions of rows that name no unit.
        layouts: how headings were read.
        masker: hides what the audience may not see; the key and what is filled stay, for they are needed on return.
    """

    rules: Rules
    book: Book
    register: Register
    split: Split
    units: Sequence[Unit]
    unassigned: Sequence[int]
    layouts: Layouts = field(default_factory=dict)
    masker: Masker | None = None

    @cached_property
    def raw(self) -> RawRows:
        """The cells of the register as the sheet holds them."""
        return raw_rows(self.book.load(self.register.origin.sheet), self.register)

    @cached_property
    def columns(self) -> list[SentColumn]:
        """The columns every unit gets: those of the split that the sheet has."""
        has = self.register.origin.letters
        return [
            SentColumn(id=name, heading=_heading(self.register, name, self.layouts), is_open=name in self.split.filled)
            for name in self.split.columns(self.register.schema.key)
            if name in has
        ]

    @property
    def lacking(self) -> list[str]:
        """Titles of columns of the split that the sheet lacks."""
        columns, has = self.register.schema.columns, self.register.origin.letters
        return [columns[name].title for name in self.split.columns(self.register.schema.key) if name not in has]

    def lines(self) -> Iterator[str]:
        """The receipt in words."""
        rows = len(self.register)
        yield (
            f"{self.register.origin.file}“{self.register.origin.sheet}”：共 {rows} 行，"
            f"按“{self.register.schema.columns[self.split.by].title}”分给 {len(self.units)} 个机构 "
            f"{sum(len(unit.positions) for unit in self.units)} 行，没有填写机构的 {len(self.unassigned)} 行。"
        )
        filled = "、".join(column.heading for column in self.columns if column.is_open)
        yield f"各机构能看 {len(self.columns)} 列，请其填写：{filled}。"
        if self.masker:
            yield f"按“{AUDIENCE_TITLES[self.masker.audience]}”脱敏；编号和要填的格照原样，收回时靠它们对号。"
            for heading, cells in self.unhidden().items():
                yield f"要填的“{heading}”已有 {cells} 格写有个人信息，没有遮掩；不宜外发的请先改掉，或从 --fill 里去掉。"
        if self.lacking:
            yield f"台账里没有这些列，没有放入：{'、'.join(self.lacking)}。"
        for unit in self.units:
            if len(unit.spellings) > 1:
                yield f"“{unit.name}”有几种写法，归在一起：{'、'.join(unit.spellings)}。"
        if self.register.receipt.skipped:
            yield f"有 {len(self.register.receipt.skipped)} 行不是数据（合计、说明等），没有分出。"

    def as_json(self) -> dict[str, Any]:
        """Units with their rows, what is shown and filled, and the receipt of reading."""
        return {
            "receipt": receipt_json([self.register]),
            "by": self.split.by,
            "shown": [column.id for column in self.columns if not column.is_open],
            "filled": [column.id for column in self.columns if column.is_open],
            "lacking": self.lacking,
            "units": [
                {"unit": unit.name, "file": self.files()[unit.name], "rows": len(unit.positions)} for unit in self.units
            ],
            "unassigned": [int(self.register.origin.rows[position]) for position in self.unassigned],
        }

    def files(self) -> dict[str, str]:
        """Unit → name of its file."""
        title = safe_name(self.split.title)
        return {unit: f"{title}_{name}.xlsx" for unit, name in file_names(unit.name for unit in self.units).items()}

    def sent(self, name: str, positions: Iterable[int], digest: str, *, kind: str = REFERRAL) -> SentBook:
        """What one workbook holds and says of itself."""
        columns = (
            self.columns
            if kind == REFERRAL
            else [SentColumn(id=c.id, heading=c.heading, is_open=False) for c in self.columns]
        )
        rows = {
            line: SentRow(
                row=int(self.register.origin.rows[position]),
                cells=tuple(self._shown(column.id, self.raw.columns[column.id][position]) for column in columns),
            )
            for line, position in enumerate(positions, start=1)
        }
        origin = self.register.origin
        return SentBook(
            kind=kind, unit=name, register=self.register.id, file=origin.file, sheet=origin.sheet, sha256=digest,
            by=self.split.by, columns=columns, rows=rows,
        )  # fmt: skip

    def _shown(self, column: str, cell: Cell) -> Cell:
        """A cell as the unit may see it; blanks are all alike."""
        if is_blank(cell):
            return None
        if column in self.split.filled or column == self.register.schema.key:
            return cell
        seen: Cell = cell if self.masker is None else self.masker.cell(self.register.schema, column, cell)
        return mask(shown(seen)) if column in self.split.masked and seen == cell else seen

    def unhidden(self) -> dict[str, int]:
        """Title of a column units fill → cells of it the audience would not see anywhere else."""
        masker, found = self.masker, dict[str, int]()
        for column in self.columns if masker else ():
            cells = [cell for cell in self.raw.columns[column.id] if column.is_open and not is_blank(cell)]
            if masker and (count := sum(masker.cell(self.register.schema, column.id, cell) != cell for cell in cells)):
                found[column.heading] = count
        return found

    def allow(self, digest: str) -> None:
        """What stands in the workbooks on purpose is no leak: keys, what is filled, the units, and the file's hash."""
        if self.masker is None:
            return
        from xiaobao_xl.private_text import spans

        told = [column.id for column in self.columns if column.is_open] + [self.register.schema.key]
        self.masker.allowed.update(shown(cell) for name in told for cell in self.raw.columns[name])
        self.masker.allowed.update(name for unit in self.units for name in (unit.name, *unit.spellings))
        self.masker.allowed.update(digest[begin:end] for begin, end, _ in spans(digest[:16], with_persons=False))


def split(rules: Rules, source: Source, reading: Reading, asked: Division, *, step: Step = silent) -> Divided:
    """Divide a register among the units it names.

    Args:
        rules: the rules.
        source: the workbook, or its path; it is only read.
        reading: which register, sheets and headings, and what the units may see as its audience.
        asked: how it is divided.
        step: told what is being done.

    Raises:
        WorkbookError: several sheets match, there is no layout for the register, a column is unknown, or the key is missing.
    """
    if asked.layout:
        require(asked.layout, rules.splits, "拆分方式")
        reading = reading if reading.register else replace(reading, register=rules.splits[asked.layout].register)
    step("读取台账")
    book, registers = open_registers(rules, source, replace(reading, audience=""))
    if len(registers) != 1:
        names = "、".join(register.origin.sheet for register in registers)
        raise WorkbookError(f"{book.path.name}：一次只拆分一个工作表；请用 --sheet 选一个（{names}）。")
    register = registers[0]
    chosen = _chosen(rules, register, asked)
    for name, what in ((register.schema.key, "编号"), (chosen.by, "机构")):
        if name not in register.origin.letters:
            title = register.schema.columns[name].title
            raise WorkbookError(f"{book.path.name}“{register.origin.sheet}”没有“{title}”一列，不能按{what}拆分；请补上这一列，或用 --by 换一列。")  # fmt: skip
    if not set(chosen.filled) & register.origin.letters.keys():
        raise WorkbookError(f"{book.path.name}：要机构填写的列台账里一列也没有；请先在台账加上，或用 --fill 另行指定。")
    if reading.masker:
        reading.masker.learn([register])
    units, unassigned = _units(register, chosen.by)
    if len(units) > MOST_UNITS:
        title = register.origin.headings[chosen.by]
        raise WorkbookError(
            f"按“{title}”会分成 {len(units):,} 份，多于 {MOST_UNITS:,} 份；请用 --by 换一列，如被投诉机构。"
        )
    return Divided(
        rules=rules, book=book, register=register, split=chosen, units=units, unassigned=unassigned,
        layouts=reading.layouts, masker=reading.masker,
    )  # fmt: skip


def _chosen(rules: Rules, register: Register, asked: Division) -> Split:
    """The layout with what was asked for in its place."""
    known = {name: each for name, each in rules.splits.items() if each.register == register.id}
    if asked.layout and asked.layout not in known:
        other = rules.registers[rules.splits[asked.layout].register].title
        raise WorkbookError(f"拆分方式 {asked.layout} 是给“{other}”用的，这张表是“{register.schema.title}”；请换一个 --layout。")  # fmt: skip
    base = known.get(asked.layout) if asked.layout else (next(iter(known.values())) if len(known) == 1 else None)
    if base is None and not (asked.by and asked.filled):
        choices = f"；可写 --layout {'、'.join(known)}" if known else ""
        raise WorkbookError(
            f"“{register.schema.title}”{'有多种' if known else '没有登记'}拆分方式{choices}，"
            "或用 --by、--columns、--fill 写明按哪列分、能看哪些列、请填哪些列。"
        )
    own = tuple(_column(register, name) for name in asked.shown)
    filled = tuple(_column(register, name) for name in asked.filled) or (base.filled if base else ())
    if asked.shown and not asked.filled:
        filled = tuple(name for name in filled if name in own) or filled
    if register.schema.key in filled:
        raise WorkbookError(f"“{register.schema.columns[register.schema.key].title}”是编号，收回时靠它对号，不能由机构填写；请从 --fill 里去掉。")  # fmt: skip
    return Split(
        title=base.title if base else "转办单",
        register=register.id,
        by=_column(register, asked.by) if asked.by else base.by if base else "",
        shown=own or (base.shown if base else ()),
        filled=filled,
        masked=tuple(name for name in (base.masked if base else ()) if name not in filled),
        note=base.note if base else "",
    )


def _column(register: Register, name: str) -> str:
    """Column id of an id, a title, an alias, or a heading of the sheet."""
    columns = register.schema.columns
    known = {word: key for key, column in columns.items() for word in (*column.aliases, column.title, key)}
    known |= {heading: key for key, heading in register.origin.headings.items()}
    found = known.get(name) or {plain(word): key for word, key in known.items()}.get(plain(name))
    if found is None:
        guess = near(name, known)
        hint = (
            f"是否想写 {guess}？"
            if guess
            else f"可写列的标题，如 {'、'.join(list(register.origin.headings.values())[:5])}。"
        )
        raise WorkbookError(f"“{register.schema.title}”没有“{name}”这一列；{hint}")
    return found


def _units(register: Register, by: str) -> tuple[list[Unit], list[int]]:
    """Rows by the unit they name; spellings that differ in width or blanks only are one unit."""
    column = register.schema.columns[by]
    found: dict[str, dict[str, list[int]]] = {}
    unassigned = []
    for position, value in enumerate(
        register.frame[by].astype("object").where(register.frame[by].notna(), "").tolist()
    ):
        text = " ".join(str(column.values[value][0] if value in column.values else value).split())
        if text:
            found.setdefault(plain(text), {}).setdefault(text, []).append(position)
        else:
            unassigned.append(position)
    units = []
    for spellings in found.values():
        often = Counter({text: len(positions) for text, positions in spellings.items()}).most_common()
        rows = sorted(position for positions in spellings.values() for position in positions)
        units.append(Unit(name=often[0][0], spellings=tuple(text for text, _ in often), positions=tuple(rows)))
    return units, unassigned


def _heading(register: Register, name: str, layouts: Layouts) -> str:
    """The heading of the sheet where it alone is enough to know the column again, else the title."""
    printed = register.origin.headings[name]
    own: list[Mapping[str, str]] = [{}, *layouts.values()]
    known = ((found := Names(register.schema, layout).find([printed])) and found[0] == name for layout in own)
    return printed if any(known) else register.schema.columns[name].title


def write_split(result: Divided, folder: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Write one workbook per unit, 未填写.xlsx where rows name no unit, and 分发清单.xlsx; nothing before all may be written.

    Raises:
        WorkbookError: one of the files exists (and `overwrite` is false), or cannot be written.
    """
    from xiaobao_xl.workbook import referral_book, sent_list
    from xiaobao_xl.workbook.drawing import refuse_existing

    files = result.files()
    names = [*files.values(), *([UNASSIGNED] if result.unassigned else []), SENT_LIST]
    if folder.is_dir():
        for name in names:
            refuse_existing(folder / name, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(result.book.path.read_bytes()).hexdigest() if result.book.path.is_file() else ""
    listed = []
    for number, unit in enumerate(result.units, start=1):
        step(f"写转办单 {number}/{len(result.units)}")
        sent = result.sent(unit.name, unit.positions, digest)
        referral = referral_book.Referral(
            title=result.split.title, sent=sent, schema=result.register.schema, schemes=result.rules.categories, note=result.split.note
        )  # fmt: skip
        referral_book.write(referral, folder / files[unit.name], overwrite=overwrite)
        open_cells = len(sent.rows) * sum(column.is_open for column in sent.columns)
        remark = f"写法：{'、'.join(unit.spellings)}" if len(unit.spellings) > 1 else ""
        listed.append(sent_list.SentFile(unit=unit.name, file=files[unit.name], rows=len(sent.rows), open_cells=open_cells, remark=remark))  # fmt: skip
    if result.unassigned:
        _write_unassigned(result, folder / UNASSIGNED, overwrite=overwrite)
        rest, remark = len(result.unassigned), "请在台账补填机构后再分发"
        unit_less = f"（{UNFILLED}机构）"
        listed.append(sent_list.SentFile(unit=unit_less, file=UNASSIGNED, rows=rest, open_cells=0, remark=remark))
    result.allow(digest)
    sent_list.write(listed, list(result.lines()), folder / SENT_LIST, overwrite=overwrite)
    return [folder / name for name in names]


def _write_unassigned(result: Divided, out: Path, *, overwrite: bool) -> None:
    from xiaobao_xl.workbook import referral_book

    title = result.register.schema.columns[result.split.by].title
    sent = result.sent("", result.unassigned, "", kind=LIST)
    note = f"这些行没有填写“{title}”，没有分给任何机构；请在台账里补填后再拆分。序号后的编号可在台账中查到。"
    referral = referral_book.Referral(
        title=UNFILLED, sent=sent, schema=result.register.schema, schemes=result.rules.categories, note=note
    )
    referral_book.write(referral, out, overwrite=overwrite)
