"""Reading: a file becomes registers, one per sheet that matches, with a receipt that leaves no row out.

The heading is found by what it says; every cell keeps its truth or becomes a fault; hidden rows, filters, stray cells and
units are named in the receipt. `read` is the door; `read_table` gives any small sheet as rows of a table.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, repeat
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from xiaobao_xl import parsing
from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cell, Cells, shown
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding, mask
from xiaobao_xl.registers import Origin, Receipt, Register, Schema
from xiaobao_xl.workbook import headings as heads
from xiaobao_xl.workbook import limits, receipts
from xiaobao_xl.workbook.grids import Book, Grid
from xiaobao_xl.workbook.headings import Header
from xiaobao_xl.workbook.opening import open_book
from xiaobao_xl.workbook.rows import Sorted, sort_rows

_In = TypeVar("_In")
_Out = TypeVar("_Out")

ALL = "all"
AUXILIARY = frozenset({"填写说明", "代码表", "基础数据", "豁免"})  # sheets of our own workbooks that are no registers
_LONG = 5000  # rows from which two threads are sooner done than one
_BATCH = 1024  # small enough that a batch of cells stays in the processor's cache
_LOOK = limits.HEADER_ROWS + 10


@dataclass(slots=True)
class _Candidate:
    """A sheet with the heading found on it.

    Attributes:
        grid: the sheet.
        header: the heading of the register asked for, else of the register that fits best.
        is_enough: enough of it is known.
        has_key: the register's key is among it.
        best: ids of the registers that fit best, all equally well.
    """

    grid: Grid
    header: Header
    is_enough: bool
    has_key: bool
    best: list[str]


def read(  # noqa: D417  (the rest as in `read_book`)
    path: Path | str, schemas: Mapping[str, Schema], schemes: Mapping[str, Scheme], *, password: str = "", **wanted: Any
) -> list[Register]:
    """Open a file and read it, see `read_book`.

    Args:
        path: the file, of any kind `opening` knows.
        password: password of an encrypted file.
    """
    return read_book(open_book(path, password), schemas, schemes, **wanted)


def read_book(
    book: Book,
    schemas: Mapping[str, Schema],
    schemes: Mapping[str, Scheme],
    *,
    register: str = "",
    sheet: tuple[str, ...] = (),
    layouts: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Register]:
    """Read the registers of an opened file.

    Args:
        book: the opened file.
        schemas: register id → schema.
        schemes: scheme id → scheme, for coded columns.
        register: id of the register expected; '' takes the one whose headings match best.
        sheet: names of sheets; () takes the only one that matches, ('all',) every one that does.
        layouts: layout → the institution's own headings → column id, or 不读 to set a heading aside. Each sheet is
            read by the layout that explains most of its headings.

    Returns:
        One register per sheet, in the order of the workbook.

    Raises:
        WorkbookError: no heading is found, or several sheets match and none was chosen.
    """
    if register and register not in schemas:
        raise WorkbookError(f"没有名为 {register} 的台账；现有：{'、'.join(schemas)}。请核对 --register。")
    chosen = _chosen(book, _names(schemas, layouts), register, sheet)
    return [_read_sheet(book, candidate, schemas[candidate.header.register], schemes) for candidate in chosen]


def read_beside(
    book: Book,
    schemas: Mapping[str, Schema],
    schemes: Mapping[str, Scheme],
    *,
    registers: Collection[str],
    read: Collection[str] = (),
    layouts: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Register]:
    """Read further registers of an opened file that are only looked up: sheets that surely are what they seem.

    Args:
        book: the opened file.
        schemas: register id → schema.
        schemes: scheme id → scheme, for coded columns.
        registers: ids of the registers looked for.
        read: names of sheets not to be read (again).
        layouts: as in `read_book`.
    """
    pool = [name for name in book.names if name not in {*book.hidden, *read, *AUXILIARY}]
    names = _names(schemas, layouts) if pool and registers else {}
    found = [candidate for name in pool if names and (candidate := _candidate(book.load(name), names))]
    sure = [c for c in found if c.is_enough and c.has_key and len(c.best) == 1 and c.header.register in registers]
    return [_read_sheet(book, candidate, schemas[candidate.header.register], schemes) for candidate in sure]


def _names(
    schemas: Mapping[str, Schema], layouts: Mapping[str, Mapping[str, str]] | None
) -> dict[str, list[heads.Names]]:
    """Register id → its names, plain and by each layout."""
    own = [{}, *(layouts or {}).values()]
    return {key: [heads.Names(schema, layout) for layout in own] for key, schema in schemas.items()}


def read_table(path: Path | str, sheet: str = "", *, password: str = "") -> list[dict[str, str | float | datetime]]:
    """Read a small sheet as a table: the first row with two filled cells names the columns.

    Args:
        path: the file.
        sheet: name of the sheet; '' takes the first visible one.
        password: password of an encrypted file.

    Returns:
        One dict per row that is not empty, heading → text, number or datetime; empty cells are left out.

    Raises:
        WorkbookError: the file cannot be read or has no such sheet.
    """
    book = open_book(path, password)
    name = _named(book, sheet) if sheet else next((name for name in book.names if name not in book.hidden), "")
    if not name:
        raise WorkbookError(f"{book.path.name}：没有可见的工作表；请取消隐藏后再试。")
    rows = ([_simple(cell) for cell in row] for row in book.load(name).rows())
    full = (row for row in rows if any(cell != "" for cell in row))
    titles = next((row for row in full if sum(cell != "" for cell in row) > 1), [])
    return [
        {str(title): cell for title, cell in zip(titles, row, strict=False) if title != "" and cell != ""}
        for row in full
    ]


def sheet_names(path: Path | str, *, password: str = "") -> list[str]:
    """Names of all sheets of a file, hidden ones too."""
    return list(open_book(path, password).names)


def _simple(cell: Cell) -> str | float | datetime:
    if isinstance(cell, bool) or cell is None:
        return shown(cell)
    if isinstance(cell, (int, float, datetime)):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  cells have no zone
    return str(cell).strip()


def _named(book: Book, name: str) -> str:
    if name in book.names:
        return name
    same = [known for known in book.names if heads.bare(known) == heads.bare(name)]
    if len(same) == 1:
        return same[0]
    near = difflib.get_close_matches(name, book.names, 1)
    guess = f"；是不是“{near[0]}”" if near else ""
    raise WorkbookError(f"{book.path.name}：没有名为“{name}”的工作表{guess}；现有：{'、'.join(book.names)}。")


def _chosen(
    book: Book, names: Mapping[str, Sequence[heads.Names]], register: str, sheet: tuple[str, ...]
) -> list[_Candidate]:
    """The sheets to read, each with its heading."""
    is_open = sheet in {(), (ALL,)} and ALL not in book.names
    shown = [name for name in book.names if name not in book.hidden]
    pool = ([name for name in shown if name not in AUXILIARY] or shown) if is_open else [_named(book, n) for n in sheet]
    candidates = [found for name in pool if (found := _candidate(book.load(name), names, register))]
    matching = [candidate for candidate in candidates if candidate.is_enough]
    if not matching or (not is_open and len(matching) < len(pool)):
        raise receipts.no_heading(
            book,
            pool,
            {key: variants[0] for key, variants in names.items() if not register or key == register},
            [candidate.header for candidate in candidates],
            {c.grid.name for c in matching},
        )
    strong = _strong(matching) if is_open else matching
    book.notes += [receipts.weak(c.grid.name, c.header) for c in matching if c not in strong]
    if len(strong) > 1 and not sheet:
        raise receipts.several(book, [candidate.grid.name for candidate in strong])
    for candidate in [] if register else strong:
        if len(candidate.best) > 1:
            titles = {key: names[key][0].schema.title for key in candidate.best}
            raise receipts.undecided(book, candidate.grid.name, titles)
    return strong


def _strong(matching: list[_Candidate]) -> list[_Candidate]:
    """Sheets worth reading: not those that belong to another register, nor those far poorer than the best of theirs."""
    own = [c for c in matching if c.header.register in c.best] or matching
    most: dict[str, int] = {}
    for c in own:
        most[c.header.register] = max(most.get(c.header.register, 0), len(c.header.matches))
    rich = [c for c in own if len(c.header.matches) * 2 >= most[c.header.register]]
    greatest = max(most.values())
    return [c for c in rich if c.has_key or len(c.header.matches) * 2 >= greatest]


def _candidate(grid: Grid, names: Mapping[str, Sequence[heads.Names]], register: str = "") -> _Candidate | None:
    """The heading of a sheet for the register asked for, or for the one that fits best."""
    top = heads.Top(list(islice(grid.rows(), _LOOK)), grid.merges, grid.name)
    headers: dict[str, tuple[Header, heads.Names]] = {}
    for key, variants in names.items():
        found = [(header, known) for known in variants if (header := heads.find(key, known, top))]
        if found:
            headers[key] = max(found, key=lambda pair: len(pair[0].matches))
    if register not in headers and (register or not headers):
        return None
    fits = {key: header.fit(known.schema) for key, (header, known) in headers.items()}
    best = [key for key, fit in fits.items() if fit == max(fits.values())]
    header, known = headers[register or best[0]]
    schema = known.schema
    return _Candidate(grid, header.guessing(known), header.suffices(schema), schema.key in header.matches, best)


def _columns(grid: Grid, start: int) -> list[Cells]:
    """All columns of a sheet from a row on, batch by batch so that single cells never pile up."""
    parts: list[list[Cells]] = []
    lengths: list[int] = []
    rows = islice(grid.rows(), start, None)
    while batch := list(islice(rows, _BATCH)):
        width = max(map(len, batch))
        if min(map(len, batch)) < width:
            batch = [[*row, *repeat("", width - len(row))] for row in batch]
        parts += [[Cells.part([""] * length) for length in lengths] for _ in range(width - len(parts))]
        for place, column in enumerate(zip(*batch, strict=True)):
            parts[place].append(Cells.part(column))
        for stretch in parts[width:]:
            stretch.append(Cells.part([""] * len(batch)))
        lengths.append(len(batch))
    return _each(Cells.joined, parts, sum(lengths))


def _each(work: Callable[[_In], _Out], columns: Sequence[_In], rows: int) -> list[_Out]:
    """The work done for each column, two at a time where they are long: Arrow works outside the interpreter's lock."""
    if rows < _LONG:
        return [work(column) for column in columns]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, columns))


def _read_sheet(book: Book, candidate: _Candidate, schema: Schema, schemes: Mapping[str, Scheme]) -> Register:
    grid, start = candidate.grid, candidate.header.bottom + 1
    columns = _columns(grid, start)
    errors = _errors_by_column(grid, start, len(columns[0]) if columns else 0, len(columns))
    filled = [_filled(cells, errors.get(place, {})) for place, cells in enumerate(columns)]
    header = candidate.header.preferring({place for place, full in enumerate(filled) if full.any()})
    rows = sort_rows(header, schema.key, columns, filled)
    places = np.flatnonzero(rows.used)
    origin = Origin(
        book.path.name, grid.name, (header.top + 1, header.bottom + 1),
        {key: heads.address(match.place, 0)[:-1] for key, match in header.matches.items()},
        {key: match.heading for key, match in header.matches.items()},
        (places + start + 1).astype(np.int64),
    )  # fmt: skip
    receipt = Receipt(rows_read=len(places) + len(rows.skipped), rows_used=len(places))
    receipt.skipped = [(row + start + 1, reason) for row, reason in sorted(rows.skipped.items())]
    result = Register(header.register, schema, pd.DataFrame(index=pd.RangeIndex(len(places))), origin, receipt=receipt)
    stray = receipts.beside(header, filled, start)
    merged = _spread_merges(grid, header, schema, columns, filled)
    parsed = _parsed(grid, header, schema, schemes, columns, errors, rows.used)
    result.frame = pd.DataFrame({key: column.values for key, column in parsed.items()}, index=result.frame.index)
    result.faulty = {key: column.faulty for key, column in parsed.items() if column.faulty.any()}
    result.faults = _findings(result, parsed) + _doubts(result, rows, start)
    receipts.complete(result, book, grid, header, {key: column.placeholders for key, column in parsed.items()}, stray)
    result.receipt.notes[1:1] = merged
    return result


def _errors_by_column(grid: Grid, start: int, height: int, width: int) -> dict[int, dict[int, str]]:
    """Column → row below the heading → error value."""
    errors: dict[int, dict[int, str]] = {}
    for (row, place), value in grid.scan.errors.items():
        if start <= row < start + height and place < width:
            errors.setdefault(place, {})[row - start] = value
    return errors


def _filled(cells: Cells, errors: Mapping[int, str]) -> np.ndarray:
    full = cells.filled()
    full[list(errors)] = True
    return full


def _spread_merges(
    grid: Grid, header: Header, schema: Schema, columns: list[Cells], filled: Sequence[np.ndarray]
) -> list[str]:
    """What stands in a cell merged downwards holds for each of its rows; amounts and the key are never multiplied."""
    keys = {match.place: key for key, match in header.matches.items()}
    start, spans = header.bottom + 1, dict[int, list[slice]]()
    for (top, left), (bottom, _) in grid.merges:
        if (
            left in keys
            and left < len(columns)
            and start <= top < bottom
            and filled[left][top - start : top - start + 1].any()
        ):
            spans.setdefault(left, []).append(slice(top - start, bottom - start + 1))
    notes = []
    for place, stretches in sorted(spans.items()):
        key, sources = keys[place], np.arange(len(columns[place]))
        is_spread = key != schema.key and schema.columns[key].type not in {"number", "integer"}
        notes.append(receipts.merged(header.matches[key].heading, len(stretches), is_spread=is_spread))
        if is_spread:
            for rows in stretches:
                sources[rows] = np.where(filled[place][rows], sources[rows], rows.start)
            columns[place] = columns[place].take(sources)
    return notes


def _parsed(
    grid: Grid, header: Header, schema: Schema, schemes: Mapping[str, Scheme], columns: list[Cells],
    errors: Mapping[int, Mapping[int, str]], used: np.ndarray,
) -> dict[str, parsing.Parsed]:  # fmt: skip
    """Parse each registered column of the rows that are data, in the order of the schema."""
    positions = np.cumsum(used) - 1

    def parse(key: str) -> parsing.Parsed:
        column, match = schema.columns[key], header.matches[key]
        cells = columns[match.place].keep(used) if match.place < len(columns) else Cells.of([""] * int(used.sum()))
        wrong = {int(positions[row]): value for row, value in errors.get(match.place, {}).items() if used[row]}
        setting = parsing.Setting(scale=match.scale, legend=match.legend, is_1904=grid.is_1904, errors=wrong)
        return parsing.parse(column, cells, scheme=schemes.get(column.scheme), setting=setting)

    keys = [key for key in schema.columns if key in header.matches]
    return dict(zip(keys, _each(parse, keys, len(used)), strict=True))


def _findings(register: Register, parsed: Mapping[str, parsing.Parsed]) -> list[Finding]:
    """Faults of cells as findings; private values masked."""
    keys = register.keys().tolist() if any(column.faults for column in parsed.values()) else []
    found = []
    for key, column in parsed.items():
        spec, letter, heading = (
            register.schema.columns[key],
            register.origin.letters[key],
            register.origin.headings[key],
        )
        for fault in column.faults:
            row = int(register.origin.rows[fault.position])
            value = mask(fault.value) if spec.private else fault.value
            named = f"“{value[:40]}”" if value and fault.check != "reading.no_error_value" else ""
            found.append(
                Finding(
                    fault.check, fault.level, f"{heading}{named}：{fault.message}", register.origin.file, register.origin.sheet,
                    row, key, heading, f"{letter}{row}", keys[fault.position], value,
                )
            )  # fmt: skip
    return found


def _doubts(register: Register, rows: Sorted, start: int) -> list[Finding]:
    file, sheet = register.origin.file, register.origin.sheet
    return [
        Finding("reading.row_is_data", "warning", doubt.message, file, sheet, doubt.row + start + 1)
        for doubt in rows.doubts
    ]
