"""The masked copy of a workbook: the user's own file, every cell and every hidden corner of it masked, and read back.

An .xlsx or .xlsm is edited in place: cells are set, and `package.cleaning` sees to what is in no cell. What cannot be
edited so is drawn anew from its masked values. Either way the written file is unpacked and searched before it is handed
over; a file that still tells of a person is not.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.masking.audiences import AUDIENCE_TITLES
from xiaobao_xl.masking.masker import Masker
from xiaobao_xl.package.cells import CellError
from xiaobao_xl.package.references import address, column_number
from xiaobao_xl.registers import Register, Schema
from xiaobao_xl.workbook import copying, limits
from xiaobao_xl.workbook import headings as heads
from xiaobao_xl.workbook.copying import ABOUT
from xiaobao_xl.workbook.drawing import Drawing, free_title, refuse_existing, write_whole
from xiaobao_xl.workbook.grids import Book, Grid
from xiaobao_xl.workbook.leak_check import leaks_in

_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the columns of one sheet are.

    Attributes:
        schema: the register whose headings fit best.
        bottom: last heading row, 1-based; 0 where there is none.
        columns: 1-based column → id of the registered column, columns read by nobody included.
        emptied: a register's columns that no registered column claims are emptied, but for `spared`.
        spared: 1-based columns that stay: those that number the rows, and those the officer keeps.
        headings: 1-based column → heading as printed.
    """

    schema: Schema
    bottom: int = 0
    columns: Mapping[int, str] = field(default_factory=dict)
    emptied: bool = False
    spared: Collection[int] = ()
    headings: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class MaskedCells:
    """How many cells became what: (sheet, heading or '') → cells; and what is in no cell and was taken out."""

    private: Counter[tuple[str, str]] = field(default_factory=Counter)
    text: Counter[tuple[str, str]] = field(default_factory=Counter)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plans(
    book: Book,
    schemas: Mapping[str, Schema],
    layouts: Mapping[str, Mapping[str, str]],
    registers: Sequence[Register],
    masker: Masker,
    keep: Collection[str] = (),
) -> dict[str, Plan]:
    """How each sheet of a file is masked.

    Args:
        book: the file.
        schemas: all registers of the rules; on sheets that hold none, single columns are still known by their headings.
        layouts: the institution's own headings.
        registers: registers read from it.
        masker: masks for the audience; a regulator's copy keeps unregistered columns.
        keep: headings of unregistered columns that stay, searched like free text.

    Raises:
        WorkbookError: no sheet has a heading that is to be kept.
    """
    read = {register.origin.sheet: register for register in registers}
    found = {}
    for name in book.names:
        grid = book.load(name)
        known = {read[name].id: read[name].schema} if name in read else schemas
        header = _header(grid, known, layouts)
        schema = known[header.register] if header else next(iter(schemas.values()))
        found[name] = _plan(header, schema, read.get(name), masker, keep)
        letters = read[name].origin.letters.values() if name in read else ()
        _learn_beside(grid, found[name], masker, {column_number(letter) for letter in letters})
    masker.learn([])
    kept = {heads.bare(heading) for plan in found.values() for heading in plan.headings.values()}
    if missing := [heading for heading in keep if heads.bare(heading) not in kept]:
        raise WorkbookError(f"{book.path.name}：没有标题为“{missing[0]}”的列，无法保留；请核对 --keep。")
    return found


def write_masked_copy(
    book: Book,
    registers: Sequence[Register],
    masker: Masker,
    planned: Mapping[str, Plan],
    out: Path,
    *,
    overwrite: bool = False,
    allow_unsigned: bool = False,
) -> MaskedCells:
    """Write the masked copy, once it is proved that nothing personal is left in it.

    Args:
        book: the opened file.
        registers: registers read from it.
        masker: masks for the audience.
        planned: what `plans` gives.
        out: target, `.xlsx`; macros do not come along.
        overwrite: replace an existing file.
        allow_unsigned: the original's digital signature may be left out.

    Raises:
        WorkbookError: the target cannot be written, or the copy would still tell of a person; the sentence says where.
    """
    _refuse(book, out, overwrite=overwrite)
    data, done = masked_bytes(book, registers, masker, planned, allow_unsigned=allow_unsigned)
    write_whole(out, lambda stream: stream.write(data), overwrite=overwrite)
    return done


def masked_bytes(
    book: Book,
    registers: Sequence[Register],
    masker: Masker,
    planned: Mapping[str, Plan],
    *,
    allow_unsigned: bool = False,
) -> tuple[bytes, MaskedCells]:
    """The masked copy as it would be written, proved; see `write_masked_copy`."""
    done = MaskedCells()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copy.xlsx"
        try:
            _edit(book, masker, planned, file, done, allow_unsigned=allow_unsigned)
        except WorkbookError as problem:
            done = MaskedCells(notes=[f"没有在原文件上就地脱敏，而是由脱敏后的数值重新绘制（{problem}）"])
            _draw(book, registers, masker, planned, file, done)
        _prove(file, masker)
        return file.read_bytes(), done


def about(masker: Masker, done: MaskedCells, name: str, schema: Schema) -> list[str]:
    """What a masked copy says of itself, one sentence each."""
    also = "" if masker.audience == "regulator" else "，地址、登记的姓名和姓加称呼也替换"
    return [
        f"本文件是 {masker.text(name)} 的脱敏副本，供“{AUDIENCE_TITLES[masker.audience]}”使用；原文件未改动。",
        f"{masker.told(schema)}。",
        f"文字里的证件号、电话、账号卡号、邮箱、微信与 QQ 号、车牌一律替换{also}。",
        "同一个人、同一个号码在本副本中用同一个代号或同一种隐去写法；代号只表示出现的先后，不能还原，另一份副本中的代号可以不同。",
        *([f"没有带入：{'、'.join(done.dropped)}。"] if done.dropped else []),
        *(
            [
                f"未登记的列已清空：{'、'.join(dict.fromkeys(masker.text(heading) or '（无标题）' for _, heading in done.emptied))}。"
            ]
            if done.emptied
            else []
        ),
        "脱敏不等于匿名：日期、金额、网点和经过仍在，熟悉情况的人可能认出当事人；文字中没有称呼、台账里也没有登记的姓名，机器认不出。发出前请通读一遍。",
    ]


def _schema(planned: Mapping[str, Plan]) -> Schema:
    """The register most headings belong to."""
    return max(planned.values(), key=lambda plan: len(plan.columns)).schema


def _refuse(book: Book, out: Path, *, overwrite: bool) -> None:
    if out.suffix.lower() != ".xlsx":
        raise WorkbookError(f"{out}：脱敏副本只能存为 .xlsx（不带宏）；请把文件名改成 {out.stem}.xlsx")
    if out.exists() and book.path.exists() and out.samefile(book.path):
        raise WorkbookError(f"{out}：这是原文件，不能覆盖；请换一个文件名")
    refuse_existing(out, overwrite=overwrite)


def _header(grid: Grid, schemas: Mapping[str, Schema], layouts: Mapping[str, Mapping[str, str]]) -> heads.Header | None:
    first = list(islice(grid.rows(), limits.HEADER_ROWS + 10))
    found = [
        header
        for key, schema in schemas.items()
        for own in [{}, *layouts.values()]
        if (header := heads.find(key, heads.Names(schema, own), first, grid.merges))
    ]
    return max(found, key=lambda header: len(header.matches), default=None)


def _plan(
    header: heads.Header | None, schema: Schema, register: Register | None, masker: Masker, keep: Collection[str]
) -> Plan:
    if header is None:
        return Plan(schema=schema)
    claims = [*header.matches.values(), *header.duplicates]
    columns = {match.place + 1: match.column for match in claims}
    if register is None:
        columns = {place: column for place, column in columns.items() if masker.kind(schema, column)}
        return Plan(schema=schema, bottom=header.bottom + 1, columns=columns)
    wanted = {heads.bare(heading) for heading in keep}
    headings = {place + 1: heading for place, heading in header.headings.items()}
    spared = {
        place
        for place, heading in headings.items()
        if heads.bare(heading) in wanted or not (place in columns or heading in {*header.unknown, *header.ignored})
    }
    emptied = masker.audience != "regulator"
    return Plan(
        schema=schema, bottom=header.bottom + 1, columns=columns, emptied=emptied, spared=spared, headings=headings
    )


def _learn_beside(grid: Grid, plan: Plan, masker: Masker, read: Collection[int]) -> None:
    """Private columns that no register was read from: a second telephone, a list of contacts on another sheet."""
    kinds = {
        place: kind
        for place, column in plan.columns.items()
        if place not in read and (kind := masker.kind(plan.schema, column))
    }
    for row in islice(grid.rows(), plan.bottom, None) if kinds else ():
        for place, kind in kinds.items():
            if place <= len(row) and row[place - 1] not in {"", None}:
                masker.note(kind, row[place - 1])


def _masked(masker: Masker, plan: Plan, name: str, row: int, column: int, value: Any, done: MaskedCells) -> Any:
    """What becomes of one cell."""
    if isinstance(value, CellError):
        return value
    column_id = plan.columns.get(column, "") if row > plan.bottom else ""
    heading = plan.headings.get(column, "")
    if isinstance(value, str) and heading and heads.bare(value) == heads.bare(heading):
        return value  # the heading is repeated further down
    if row > plan.bottom and plan.emptied and not column_id and column not in plan.spared:
        done.emptied[name, heading] += 1
        return None
    new = masker.cell(plan.schema, column_id, value)
    if new is not value and new != value:
        is_private = column_id and masker.kind(plan.schema, column_id)
        (done.private if is_private else done.text)[name, heading or column_id] += 1
    return new


def _edit(
    book: Book, masker: Masker, planned: Mapping[str, Plan], file: Path, done: MaskedCells, *, allow_unsigned: bool
) -> None:
    if book.editable is None:
        raise WorkbookError("原文件不是 .xlsx 或 .xlsm")
    with package.open(book.editable, allow_unsigned=allow_unsigned) as original:
        if "template" in original.parts.content_type(original.directory.part).lower():
            raise WorkbookError("原文件是模板（.xltx、.xltm）")
        kept: set[str] = set()
        for title in original.worksheets:
            plan = planned.get(title) or Plan(schema=_schema(planned))
            for (row, column), cell in original.each(title):
                _edit_cell(original, masker, plan, title, (row, column), cell, kept, done)
        done.dropped = original.clean(masker.text, kept)
        drawing, drawn = Drawing(), io.BytesIO()
        copying.draw_about(drawing, about(masker, done, book.path.name, _schema(planned)))
        drawing.save_to(drawn)
        with package.open(drawn.getvalue()) as ours:
            title = free_title(ABOUT, original.sheet_names)
            original.import_sheet(ours, ABOUT, as_title=title, even_if_protected=True)
        original.save(file)


def _edit_cell(
    original: package.Book,
    masker: Masker,
    plan: Plan,
    title: str,
    place: tuple[int, int],
    cell: Any,
    kept: set[str],
    done: MaskedCells,
) -> None:
    if cell.value is None and cell.formula is None:
        return
    if cell.formula is not None:
        column = plan.columns.get(place[1], "") if place[0] > plan.bottom else ""
        is_plain = not column or masker.treatment(plan.schema, column) in {"", "kept"}
        if is_plain and masker.text(cell.formula) == cell.formula:
            return  # it is computed anew from masked cells
    new = _masked(masker, plan, title, *place, cell.value, done)
    if cell.formula is not None or (new is not cell.value and new != cell.value):
        original.set(title, address(*place), new)
    if isinstance(new, str):
        kept.add(new)


def view(book: Book, planned: Mapping[str, Plan], masker: Masker, done: MaskedCells | None = None) -> Book:
    """A file whose cells are masked as they are read; its copies are drawn from values.

    Args:
        book: the opened file.
        planned: what `plans` gives.
        masker: masks for the audience.
        done: counts what was masked at each reading.
    """
    told = MaskedCells() if done is None else done

    def load(name: str) -> Grid:
        grid, plan = book.load(name), planned[name]

        def rows() -> Iterator[Sequence[Any]]:
            for number, row in enumerate(grid.rows(), start=1):
                yield [
                    value if value in {"", None} else _blank(_masked(masker, plan, name, number, column, value, told))
                    for column, value in enumerate(row, start=1)
                ]

        return replace(grid, rows=rows)

    notes = [masker.text(note) for note in book.notes]
    return replace(book, load=load, editable=None, notes=notes)


def _draw(
    book: Book,
    registers: Sequence[Register],
    masker: Masker,
    planned: Mapping[str, Plan],
    file: Path,
    done: MaskedCells,
) -> None:
    """The copy drawn from masked values."""
    counted = view(book, planned, masker, done)
    for name in book.names:  # counted once, before it is told of
        for _ in counted.load(name).rows():
            pass
    lines = [*about(masker, done, book.path.name, _schema(planned)), *done.notes]
    copying.draw_copy(replace(view(book, planned, masker), notes=[]), registers, file, about=lines)


def _blank(value: Any) -> Any:
    return "" if value is None else value


def _prove(file: Path, masker: Masker) -> None:
    """Nothing personal is left in a written copy.

    Raises:
        WorkbookError: something is.
    """
    found = leaks_in(file, masker.values, masker.allowed, with_persons=masker.audience != "regulator")
    if found:
        places = "；".join(dict.fromkeys(map(str, found[:_SHOWN])))
        more = f"等 {len(found)} 处" if len(found) > _SHOWN else ""
        raise WorkbookError(
            f"脱敏副本没有写出：读回检查时仍有个人信息（{places}{more}）。请在原文件的副本中删去这些内容后再试，或告诉维护人。"
        )
