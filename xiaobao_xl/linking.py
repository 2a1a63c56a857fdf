"""Links: rows of one register that belong to rows of another, and cells filled from there.

A link is a value both rows hold, mostly a number: `投诉编号` of a mediation names a complaint. A cell may name several,
parted by commas or blanks. In rules.yaml a column may say where its empty cells are filled from, when both registers are
read together:

    mediation_from: {title: 调解开始日期, type: date, filled_from: {register: mediation, by: complaint_no, column: agreed_on}}

All empty cells of a row that come from one register are filled together or not at all, so that no interval is made of
two sources. Where several rows there belong to one of ours, the further ones fill columns of their own, `mediation_from#2`
and so on, which a deadline leaves out as it does the first. Nothing is ever written into the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from xiaobao_xl.categories import Scheme
from xiaobao_xl.conditions import EMPTY, FILLED, Condition, select
from xiaobao_xl.registers import Register, Schema

_FURTHER = "#"
_APART = r"[\s、,，;；/]+"


def named(cells: pd.Series) -> pd.DataFrame:
    """What each cell names: `row` (position) and `name`, one line for each name.

    >>> named(pd.Series(["TS1、TS2", None, "TS3"])).values.tolist()
    [[0, 'TS1'], [0, 'TS2'], [2, 'TS3']]
    """
    texts = pd.Series(cells.astype("str").to_numpy(), dtype="str").str.strip()
    names = texts[cells.notna().to_numpy()]
    if names.str.contains(_APART).any():
        names = names.str.split(_APART, regex=True).explode()
    lines = pd.DataFrame({"row": names.index.to_numpy(dtype=np.int64), "name": names.to_numpy()})
    return lines[lines["name"] != ""].reset_index(drop=True)


def rows_of(
    registers: Sequence[Register],
    columns: Sequence[str],
    *,
    where: Condition | None = None,
    schemes: Mapping[str, Scheme] | None = None,
) -> pd.DataFrame:
    """Rows of several sheets of one register, one below the other.

    Args:
        registers: the sheets.
        columns: columns wanted; one a sheet lacks is missing there.
        where: only these rows.
        schemes: schemes of categories, for `where`.

    Returns:
        `sheet` (place among the registers), `row` (frame position) and the columns.
    """
    parts = []
    for place, register in enumerate(registers):
        rows = np.flatnonzero(select(register.frame, where or {}, register.schema, schemes, register.faulty))
        cells: dict[str, Any] = {
            name: register.frame[name].iloc[rows].reset_index(drop=True)
            for name in dict.fromkeys(columns)
            if name in register.frame
        }
        parts.append(pd.DataFrame({"sheet": place, "row": rows} | cells))
    return pd.concat(parts, ignore_index=True).reindex(columns=["sheet", "row", *dict.fromkeys(columns)])


def links(cells: pd.Series, others: pd.DataFrame, key: str) -> pd.DataFrame:
    """Every row of `others` a cell belongs to.

    Args:
        cells: own cells that name other rows.
        others: rows of the other register, see `rows_of`.
        key: column of `others` that holds the name; it may itself name several.

    Returns:
        `own` (position of the cell), `name`, and `other` (place in `others`).
    """
    theirs = named(others[key]).rename(columns={"row": "other"})
    return named(cells).rename(columns={"row": "own"}).merge(theirs, on="name", how="inner")


def place(registers: Sequence[Register], sheet: int, row: int) -> str:
    """Where a row of another register stands: 投诉台账.xlsx 消费投诉台账 第 12 行."""
    origin = registers[sheet].origin
    return f"{origin.file} {origin.sheet} 第 {int(origin.rows[row])} 行"


def fill(registers: Sequence[Register], beside: Sequence[Register] = ()) -> None:
    """Fill empty cells of the registers from rows of others that belong to theirs, and say so in their receipts.

    Args:
        registers: the registers read; their frames are changed.
        beside: registers that are only looked up.
    """
    for register in registers:
        for (source, by), columns in _sources(register.schema).items():
            others = [other for other in (*registers, *beside) if other.id == source and by in other.frame]
            if others and register.schema.key in register.frame:
                _fill(register, others, by, columns)


def wanted(schema: Schema) -> set[str]:
    """Ids of the registers a schema's columns are filled from."""
    return {source for source, _ in _sources(schema)}


def problems(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    """Column and what is wrong with where it is filled from."""
    for name, column in schema.columns.items():
        origin = column.filled_from
        if origin is not None:
            yield from (
                (name, f"filled_from：{what}") for what in unknown(schemas, origin.register, [origin.by, origin.column])
            )


def unknown(
    schemas: Mapping[str, Schema], register: str, columns: Sequence[str], where: Condition | None = None
) -> Iterator[str]:
    """Registers, columns and values that are not defined, in Chinese; a column '' stands for the key."""
    if register not in schemas:
        yield f"台账 {register} 没有定义"
        return
    known = schemas[register].columns
    for column in (*columns, *(where or {})):
        if column and column not in known:
            yield f"台账 {register} 没有列 {column}"
    for column, wanted in (where or {}).items():
        values = known[column].values if column in known else {}
        for value in wanted if values and isinstance(wanted, tuple) else ():
            if value not in {*values, EMPTY, FILLED}:
                yield f"台账 {register} 的列 {column} 没有取值 {value}"


def _sources(schema: Schema) -> dict[tuple[str, str], dict[str, str]]:
    """(register, column there that names our row) → own column → column there."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, column in schema.columns.items():
        if column.filled_from is not None:
            origin = column.filled_from
            found.setdefault((origin.register, origin.by), {})[name] = origin.column
    return found


def _fill(register: Register, others: Sequence[Register], by: str, columns: Mapping[str, str]) -> None:
    """Fill the columns that come from one register."""
    frame, theirs = register.frame, rows_of(others, [by, *columns.values()])
    empty = np.ones(len(frame), dtype=bool)
    for name in columns:
        if name in frame:
            empty &= register.empty(name)
    found = links(register.keys(), theirs, by)
    says = theirs[list(columns.values())].notna().any(axis=1).to_numpy()
    found = found[empty[found["own"].to_numpy()] & says[found["other"].to_numpy()]]
    turns = found.groupby("own").cumcount().to_numpy()
    for turn in range(int(turns.max(initial=-1)) + 1):
        _take(frame, found[turns == turn], theirs, columns, suffix=f"{_FURTHER}{turn + 1}" if turn else "")
    if len(found):
        title = others[0].schema.title
        names = "、".join(f"“{register.schema.columns[name].title}”" for name in columns)
        more = f"；有 {int((turns == 1).sum())} 行在其中不止一条，各条的起止日期都计入" if (turns > 0).any() else ""
        register.receipt.notes.append(
            f"有 {int((turns == 0).sum())} 行的{names}为空，计算时取自“{title}”（不写入本表）{more}。"
        )


def _take(
    frame: pd.DataFrame, found: pd.DataFrame, theirs: pd.DataFrame, columns: Mapping[str, str], *, suffix: str
) -> None:
    """Take cells from one linked row each; of a second row and further ones only its dates, into columns of their own."""
    for name, column in columns.items():
        cells = theirs[column].iloc[found["other"]]
        if cells.isna().all() or (suffix and cells.dtype.kind != "M"):
            continue
        target = name + suffix
        own = frame[target].copy() if target in frame else cells.iloc[:0].reset_index(drop=True).reindex(frame.index)
        own.iloc[found["own"].to_numpy(dtype=np.int64)] = cells.to_numpy()
        frame[target] = own


def with_further_intervals(deadline: Any, frame: pd.DataFrame) -> Any:
    """The deadline with the intervals that a second linked row and further ones have added to a frame."""
    numbers = sorted({str(name).rpartition(_FURTHER)[2] for name in frame if _FURTHER in str(name)})
    further = {(first + _FURTHER + n, last + _FURTHER + n): first for n in numbers for first, last in deadline.excludes}
    new = {pair: first for pair, first in further.items() if pair[0] in frame}
    if not new:
        return deadline
    words = {name: deadline.words.get(first, first) for (name, _), first in new.items()}
    return replace(deadline, excludes=(*deadline.excludes, *new), words={**deadline.words, **words})
