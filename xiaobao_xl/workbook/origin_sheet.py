"""The hidden sheet by which a workbook that was sent out finds its way home: where its rows come from and what was sent.

Its second cell holds the facts as JSON; below stands one line per row sent: its number, its row in the register, and
every cell as it was sent. A property of the document repeats the facts in short, for programs that drop the sheet.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from xiaobao_xl.cells import Cell
from xiaobao_xl.workbook.drawing import Drawing, Row, Styled
from xiaobao_xl.workbook.grids import Book

SHEET: Final = "收发对号"
PROPERTY: Final = "xiaobao_origin"
REFERRAL, LIST = "referral", "list"
_NOTICE: Final = "本页供收回时对号，请勿改动或删除。"
_FIRST: Final = 4
_CUSTOM: Final = "docProps/custom.xml"
_LONGEST_PROPERTY: Final = 250  # what Office shows and keeps of a property


@dataclass(frozen=True, kw_only=True)
class SentColumn:
    """One column of a workbook that was sent out: id, heading, and whether the unit may fill it."""

    id: str
    heading: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class SentRow:
    """One row that was sent: its row in the register, and its cells in the order of the columns."""

    row: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class SentBook:
    """What a workbook that was sent out says of itself.

    Attributes:
        kind: `referral`, or `list` for what is not to be sent back.
        unit: unit it was sent to.
        register: id of the register.
        file: name of the register's file.
        sheet: the register's sheet.
        sha256: hash of the register's file, to know whether it has changed since.
        by: column that names the unit.
        columns: its columns; empty where only the property was left.
        rows: line number → what was sent.
    """

    kind: str = REFERRAL
    unit: str = ""
    register: str = ""
    file: str = ""
    sheet: str = ""
    sha256: str = ""
    by: str = ""
    columns: Sequence[SentColumn] = ()
    rows: Mapping[int, SentRow] = field(default_factory=dict)


def write(drawing: Drawing, sent: SentBook, formats: Sequence[str]) -> None:
    """Add the sheet and the property.

    Args:
        drawing: the workbook that will be sent.
        sent: what it says of itself.
        formats: number format of each column.
    """
    sheet = drawing.sheet(SHEET)
    sheet.sheet_state = "hidden"
    sheet.protection.enable()
    sheet["A1"] = _NOTICE
    sheet["A2"] = json.dumps(_facts(sent), ensure_ascii=False)
    styles = [drawing.style(number_format=code) for code in formats]
    lines = (
        Row([(line, 0), (row.row, 0), *(dressed(cell, style) for cell, style in zip(row.cells, styles, strict=True))])
        for line, row in sorted(sent.rows.items())
    )
    drawing.stream(sheet, _FIRST, lines)
    short = json.dumps([sent.kind, sent.register, sent.sha256[:16], sent.unit, sent.sheet], ensure_ascii=False)
    if len(short) <= _LONGEST_PROPERTY:
        drawing.note_property(PROPERTY, short)


def dressed(cell: Cell, style: int) -> Styled:
    """A cell in a style; a number gets none, since a date's format would turn 20260105 into an error."""
    return cell, 0 if isinstance(cell, (int, float)) else style


def _facts(sent: SentBook) -> dict[str, Any]:
    names = ("kind", "unit", "register", "file", "sheet", "sha256", "by")
    columns = [[column.id, column.heading, int(column.is_open)] for column in sent.columns]
    return {"version": 1, **{name: getattr(sent, name) for name in names}, "columns": columns}


def read(book: Book) -> SentBook | None:
    """What a workbook says of itself; None where nothing tells where it comes from."""
    if SHEET in book.names:
        rows = list(book.load(SHEET).rows())
        facts = _json(rows[1][0]) if len(rows) > 1 and rows[1] else None
        if isinstance(facts, dict):
            return _sent(facts, rows[_FIRST - 1 :])
    short = _json(_property(book.editable))
    if isinstance(short, list) and len(short) == 5 and all(isinstance(part, str) for part in short):
        kind, register, sha256, unit, sheet = short
        return SentBook(kind=kind, register=register, sha256=sha256, unit=unit, sheet=sheet)
    return None


def _sent(facts: Mapping[str, Any], rows: Sequence[Sequence[Cell]]) -> SentBook | None:
    try:
        columns = [
            SentColumn(id=str(key), heading=str(head), is_open=bool(flag)) for key, head, flag in facts["columns"]
        ]
        texts = {name: str(facts[name]) for name in ("kind", "unit", "register", "file", "sheet", "sha256", "by")}
    except (KeyError, TypeError, ValueError):
        return None
    lines: dict[int, SentRow] = {}
    for row in rows:
        if len(row) < 2 or not all(isinstance(number, (int, float)) for number in row[:2]):
            continue
        cells = (*row[2 : len(columns) + 2], *[""] * (len(columns) + 2 - len(row)))
        lines[int(row[0])] = SentRow(row=int(row[1]), cells=tuple(cells))  # type: ignore[arg-type]
    return SentBook(**texts, columns=columns, rows=lines)


def _json(text: Cell) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) and text else None
    except ValueError:
        return None


def _property(source: Path | bytes | None) -> str:
    """The property of the document, '' where it has none."""
    if source is None:
        return ""
    with zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as parts:
        if _CUSTOM not in parts.namelist() or parts.getinfo(_CUSTOM).file_size > 1 << 20:
            return ""
        data = parts.read(_CUSTOM)
    if b"<!DOCTYPE" in data or PROPERTY.encode() not in data:
        return ""
    for found in ET.fromstring(data):  # noqa: S314  (small, and without a document type)
        if found.get("name") == PROPERTY:
            return "".join(found.itertext())
    return ""
