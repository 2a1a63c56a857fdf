"""convert 转换: a row of one register becomes a row of another, in a copy that is read back; both files stay as they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xiaobao_xl.conditions import select
from xiaobao_xl.conversions import Conversion, carried, next_number, printed
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.sentences import Cells
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, receipt_json, require, silent
from xiaobao_xl.typed_yaml import near
from xiaobao_xl.workbook.grids import Book

if TYPE_CHECKING:
    from xiaobao_xl.workbook.appended_row import Appended


@dataclass(frozen=True, kw_only=True)
class WantedConversion:
    """Which row is to become a row of which workbook.

    Attributes:
        key: number of the row.
        new_key: its number in the other register; '' proposes the one after the last.
        conversion: id of an entry of `conversions`; '' takes the only one.
    """

    key: str
    new_key: str = ""
    conversion: str = ""


@dataclass(kw_only=True)
class Converted:
    """A row ready to be written into a copy of the other register.

    Attributes:
        rules: the rules.
        conversion: how it is converted.
        origin: the register it stands in.
        position: its place in there.
        book: workbook of the other register.
        target: the other register.
        reading: how the other register is read.
        new_key: its number there.
        day: the day of the conversion.
        values: column there → value, as it would be read.
        unknown: titles of columns there whose value here has no like.
        appended: where it went, once written.
        findings: what the checks say of the new row, once written.
    """

    rules: Rules
    conversion: Conversion
    origin: Register
    position: int
    book: Book
    target: Register
    reading: Reading
    new_key: str
    day: date
    values: Mapping[str, Any]
    unknown: list[str]
    appended: Appended | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Number of the row in its own register."""
        return str(self.origin.keys().iloc[self.position])

    @property
    def written(self) -> list[str]:
        """Columns of the sheet that get something."""
        return [name for name in self.values if name in self.target.origin.letters]

    @property
    def lacking(self) -> list[str]:
        """Titles of columns that would get something, but are not in the sheet."""
        columns = self.target.schema.columns
        return [columns[name].title for name in self.values if name not in self.target.origin.letters]

    def to_register(self) -> dict[str, str]:
        """What is to be filled in in the register the row comes from: title → text."""
        columns, said = self.origin.schema.columns, self.conversion
        marks = {said.number: self.new_key, said.turned_on: self.day.isoformat()}
        for name, wanted in said.turned.items():
            value = wanted[0] if isinstance(wanted, tuple) else wanted
            marks[name] = str(printed(value, columns[name], self.rules.categories))
        return {columns[name].title: text for name, text in marks.items()}

    def lines(self) -> Iterator[str]:
        """What was carried over, and what is left to do; nothing private is shown."""
        columns, own = self.target.schema.columns, self.conversion.columns
        place = f"{self.target.origin.sheet}" + (f"第 {self.appended.row} 行" if self.appended else "")
        yield f"{self.conversion.title}：{self.key} → {self.new_key}（{place}）。"
        brought = [columns[name].title for name in self.written if name in own]
        yield f"带入 {len(brought)} 栏：{'、'.join(brought) or '无'}。"
        rest = [columns[name].title for name in self.written if name not in own]
        yield f"按规则填写 {len(rest)} 栏：{'、'.join(rest)}。"
        if self.lacking:
            yield f"台账里没有这些列，没有带入：{'、'.join(self.lacking)}。"
        if self.unknown:
            yield f"写法对不上，留空待填：{'、'.join(self.unknown)}。"
        if self.appended and self.appended.is_inserted:
            yield "台账下面有合计或说明，已整体下移一行；合计公式是否包括新的一行，请核对。"
        for finding in self.findings:
            yield f"  待补 {finding.cell} {finding.message}"
        if self.conversion.note:
            yield f"{self.conversion.note}。"
        marks = "，".join(f"{title}填 {text}" for title, text in self.to_register().items())
        yield f"请在{self.origin.schema.title}登记 {self.key}：{marks}。"

    def as_json(self) -> dict[str, Any]:
        """What was carried over, by column id; values are not told."""
        return {
            "receipt": receipt_json([self.origin, self.target]),
            "key": self.key,
            "new_key": self.new_key,
            "row": self.appended.row if self.appended else None,
            "written": self.written,
            "lacking": self.lacking,
            "unknown": self.unknown,
            "left": [{"cell": each.cell, "check": each.check, "message": each.message} for each in self.findings],
            "then_register": self.to_register(),
        }


def convert(
    rules: Rules, source: Source, reading: Reading, target: Source, target_reading: Reading, wanted: WantedConversion, day: date,
    *, step: Step = silent,
) -> Converted:  # fmt: skip
    """Make a row ready for the other register; nothing is written.

    Args:
        rules: the rules.
        source: workbook of the row, or its path; it is only read.
        reading: which sheet and headings.
        target: workbook of the other register; it is only read.
        target_reading: its sheet and headings.
        wanted: which row.
        day: the day it becomes a row there.
        step: told what is being done.

    Raises:
        WorkbookError: no such row, or several; it was converted before; the new number is taken or cannot be proposed.
    """
    conversion = _conversion(rules, wanted.conversion)
    step("读取台账")
    book, other = _only(rules, target, replace(target_reading, register=conversion.target, audience=""))
    _, origin = _only(rules, source, replace(reading, register=conversion.origin, audience=""))
    position = _position(origin, wanted.key)
    _refuse_turned(rules, conversion, origin, position, other)
    new_key = _new_key(other, wanted.new_key)
    values, unknown = _values(rules, conversion, origin, position, day)
    return Converted(
        rules=rules, conversion=conversion, origin=origin, position=position, book=book, target=other,
        reading=replace(target_reading, register=conversion.target, sheet=(other.origin.sheet,), audience=""),
        new_key=new_key, day=day, values={other.schema.key: new_key, **values}, unknown=unknown,
    )  # fmt: skip


def write_converted(
    result: Converted, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False, step: Step = silent
) -> None:
    """Write the copy of the other register with the new row, once it was read back and found to hold just that.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), is one of the originals, or cannot be written.
    """
    from xiaobao_xl.tasks.checking import check
    from xiaobao_xl.workbook import appended_row
    from xiaobao_xl.workbook.drawing import refuse_existing, write_whole

    if out.exists() and result.book.path.exists() and out.samefile(result.book.path):
        raise WorkbookError(f"{out}：这是原文件，不能覆盖；请换一个文件名")
    refuse_existing(out, overwrite=overwrite)
    columns, schemes = result.target.schema.columns, result.rules.categories
    cells = {name: printed(value, columns[name], schemes) for name, value in result.values.items()}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / out.name
        step("写新的台账并读回检查")
        result.appended = appended_row.write(result.book, result.target, cells, copy, allow_unsigned=allow_unsigned)
        again = open_registers(result.rules, copy, result.reading)[1][0]
        _prove(result, again)
        found = check(result.rules, copy, replace(result.reading, beside=()), result.day).findings
        result.findings = [each for each in found if each.key == result.new_key]
        content = copy.read_bytes()
    write_whole(out, lambda stream: stream.write(content), overwrite=overwrite)


def _conversion(rules: Rules, wanted: str) -> Conversion:
    if wanted:
        require(wanted, rules.conversions, "转换")
        return rules.conversions[wanted]
    if len(rules.conversions) != 1:
        raise WorkbookError(f"有几种转换，请用 --conversion 选一种：{'、'.join(rules.conversions)}。")
    return next(iter(rules.conversions.values()))


def _only(rules: Rules, source: Source, reading: Reading) -> tuple[Book, Register]:
    book, registers = open_registers(rules, source, reading)
    if len(registers) != 1:
        names = "、".join(register.origin.sheet for register in registers)
        raise WorkbookError(f"{book.path.name}：一次只用一个工作表（{names}）；请用 --sheet 或 --to-sheet 选一个。")
    register = registers[0]
    if register.schema.key not in register.origin.letters:
        title = register.schema.columns[register.schema.key].title
        raise WorkbookError(f"{book.path.name}“{register.origin.sheet}”没有“{title}”一列；请补上这一列。")
    return book, register


def _position(origin: Register, key: str) -> int:
    keys = origin.keys().fillna("").astype(str)
    found = np.flatnonzero((keys == key.strip()).to_numpy())
    title = origin.schema.title
    if not len(found):
        guess = near(key.strip(), keys.tolist())
        raise WorkbookError(f"{title}里没有编号为 {key} 的一行；" + (f"是否想写 {guess}？" if guess else "请核对编号和工作表。"))  # fmt: skip
    if len(found) > 1:
        rows = "、".join(str(origin.origin.rows[place]) for place in found)
        raise WorkbookError(f"{title}里编号 {key} 不止一行（第 {rows} 行）；请先改正编号。")
    return int(found[0])


def _refuse_turned(rules: Rules, conversion: Conversion, origin: Register, position: int, target: Register) -> None:
    """Stop where either register says that the row was converted before."""
    cells, key = Cells(origin.frame), str(origin.keys().iloc[position])
    if (number := cells.at(conversion.number, position)) is not None:
        raise WorkbookError(
            f"{key} 已转过，{origin.schema.columns[conversion.number].title}是 {number}；请到那一件里办理。"
        )
    marks = {conversion.turned_on: ("filled",), **conversion.turned}
    for column, wanted in marks.items():
        if select(origin.frame, {column: wanted}, origin.schema, rules.categories, origin.faulty)[position]:
            shown = printed(cells.at(column, position), origin.schema.columns[column], rules.categories)
            raise WorkbookError(
                f"{key} 的“{origin.schema.columns[column].title}”是 {shown}，已经转过；没有转的，请先改正这一格。"
            )
    if conversion.trace in target.frame:
        traced = (target.frame[conversion.trace] == _trace(origin, key)).fillna(value=False).to_numpy(dtype=bool)
        if traced.any():
            number = target.keys()[traced].iloc[0]
            raise WorkbookError(f"{target.schema.title}里的 {number} 就是由 {key} 转来的；请到那一件里办理。")


def _trace(origin: Register, key: str) -> str:
    return f"由{origin.schema.title} {key} 转来"


def _new_key(target: Register, wanted: str) -> str:
    known = [str(key) for key in target.keys().dropna()]
    title = target.schema.columns[target.schema.key].title
    number = wanted.strip() or next_number(known)
    if not number:
        raise WorkbookError(f"{target.schema.title}里还没有以数字结尾的编号，推不出下一个；请用 --new-no 写明{title}。")
    if number in known:
        raise WorkbookError(f"--new-no {number}：{target.schema.title}里已有这个{title}；请换一个。")
    if "".join(number.split()) != number:
        raise WorkbookError(f"--new-no {number}：编号中间不能有空格。")
    return number


def _values(
    rules: Rules, conversion: Conversion, origin: Register, position: int, day: date
) -> tuple[dict[str, Any], list[str]]:
    """Column of the target → value as it would be read; and the titles of those whose value here has no like there."""
    cells, columns = Cells(origin.frame), rules.registers[conversion.target].columns
    values: dict[str, Any] = {}
    unknown: list[str] = []
    for name, column in conversion.columns.items():
        cell = cells.at(column, position)
        value = carried(conversion, name, cell, rules.registers, rules.categories)
        if value is not None:
            values[name] = value
        elif cell is not None or (column in origin.faulty and origin.faulty[column][position]):
            unknown.append(columns[name].title)
    values |= conversion.sets
    values |= dict.fromkeys(conversion.days, datetime(day.year, day.month, day.day))  # noqa: DTZ001  (a day of the sheet)
    if conversion.trace:
        values[conversion.trace] = _trace(origin, str(origin.keys().iloc[position]))
    ordered = {name: values[name] for name in columns if name in values}
    return ordered, unknown


def _prove(result: Converted, again: Register) -> None:
    """The copy holds the new row as meant, and all others as before.

    Raises:
        WorkbookError: it does not; nothing was written.
    """
    before, after = result.target.frame, again.frame
    cells, at = Cells(after), len(before)
    is_whole = len(after) == at + 1 and list(after) == list(before)
    is_kept = is_whole and all(_alike(before[name], after[name].iloc[:at]) for name in before)
    wrong = [name for name in (result.written if is_whole else ()) if cells.at(name, at) != result.values[name]]
    if not is_kept or wrong:
        titles = "、".join(result.target.schema.columns[name].title for name in wrong)
        raise WorkbookError(
            f"读回检查没有通过（{titles or '原有的行与原来不一致'}），没有写出；请把台账另存为 .xlsx 后再试，或手工登记这一件。"
        )


def _alike(one: pd.Series, other: pd.Series) -> bool:
    return bool(((one == other).fillna(value=False) | (one.isna() & other.isna())).all())
