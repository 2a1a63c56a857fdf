"""Rows and cells of two sheets, read side by side as streams."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xiaobao_xl.package.comparing.difference import Difference, Kind, at
from xiaobao_xl.package.comparing.meanings import canonical, number
from xiaobao_xl.package.comparing.reading import (
    Cell,
    CellReader,
    RawCell,
    Row,
    SheetStream,
    Strings,
    attributes_of,
    column_of,
    pieces,
)
from xiaobao_xl.package.comparing.styles import FACETS, Styles, is_date
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import Markup
from xiaobao_xl.package.parts import Parts

_TYPES: Final = {"": "空", "number": "数字", "text": "文本", "boolean": "逻辑值", "error": "错误值", "date": "日期"}
_METADATA: Final = re.compile(rb"\b[cv]m=")
_SWITCHES: Final[tuple[tuple[str, Kind], ...]] = (
    ("hidden", "row_hidden"),
    ("outlineLevel", "row_outline"),
    ("collapsed", "row_outline"),
)


@dataclass(frozen=True, slots=True)
class Tables:
    """What the cells of a workbook point to.

    Attributes:
        strings: shared strings.
        styles: styles.
        is_1904: days are counted from 1904.
    """

    strings: Strings
    styles: Styles
    is_1904: bool

    @classmethod
    def read(cls, parts: Parts) -> Tables:
        """The tables of a workbook."""
        return cls(Strings.read(parts), Styles(parts), Directory(parts).is_1904())

    def strings_are_like(self, other: Tables) -> bool:
        """Every index of a shared string means the same in both; either may have more at the end."""
        mine, others = self.strings, other.strings
        shared = min(len(mine.texts), len(others.texts))
        runs = [{index: runs for index, runs in each.rich.items() if index < shared} for each in (mine, others)]
        return mine.texts[:shared] == others.texts[:shared] and runs[0] == runs[1]

    def are_like(self, other: Tables) -> bool:
        """What is written alike in cells of both means the same."""
        return self.strings_are_like(other) and self.styles.begins_like(other.styles)


class Side:
    """One of two sheets compared.

    Attributes:
        stream: its rows, to be read once.
        reader: reads its cells.
        tables: what its cells point to.
    """

    def __init__(self, parts: Parts, part: str, tables: Tables) -> None:
        """Begin to read."""
        self.stream = SheetStream(pieces(parts, part))
        self.reader = CellReader(tables.strings, self.stream.prefix)
        self.tables = tables
        self._columns = _column_styles(self.stream, part)

    def look(self, cell: Cell) -> tuple[str, ...]:
        """What a cell looks like."""
        return self.tables.styles.look(cell.style)

    def empty(self, row: Row, column: int) -> Cell:
        """What stands where no cell is written: nothing, in the look of the row or else of the column."""
        given = attributes_of(row.attributes)
        if given.get("customFormat", "0") in {"1", "true"} and given.get("s", "").isdecimal():
            style = int(given["s"])
        else:
            style = next((style for first, last, style in self._columns if first <= column <= last), 0)
        return Cell(row.number, column, "", "", None, style, b"")

    def shown(self, cell: Cell) -> str:
        """A value as a person reads it: a number in a date's format as a date."""
        if cell.type == "number" and is_date(self.look(cell)[0]):
            return _date(cell.value, is_1904=self.tables.is_1904)
        if cell.type == "boolean":
            return "TRUE" if cell.value == "1" else "FALSE"
        return number(cell.value) if cell.type == "number" else cell.value


def rows_compared(old: Side, new: Side, title: str) -> Iterator[Difference]:
    """What differs in the rows and cells of two sheets; both streams are read to their ends."""
    pair = _Pair(old, new, title)
    for before, after in _paired(old.stream.rows(), new.stream.rows()):
        if before.attributes != after.attributes:
            yield from _row_compared(before, after, old, new, title)
        if before.body != after.body or not pair.means_alike(before.body):
            yield from _cells_compared(before, after, pair)


class _Pair:
    """Two sheets, and whether what is written alike in both means the same."""

    def __init__(self, old: Side, new: Side, title: str) -> None:
        self.old, self.new, self.title = old, new, title
        self._styles_alike = old.tables.styles.begins_like(new.tables.styles)
        self._strings_alike = old.tables.strings_are_like(new.tables)

    def means_alike(self, data: bytes) -> bool:
        """Bytes of a row, or of a cell's attributes and inside, mean the same in both.

        A formula shared with other cells must be seen by the reader, and may mean another where it is written alike.
        """
        if not self._styles_alike or b"shared" in data:
            return False
        return self._strings_alike or (b't="s"' not in data and b"t='s'" not in data)


def _paired(olds: Iterator[Row], news: Iterator[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows of the same number; where one has none, an empty one."""
    old, new = next(olds, None), next(news, None)
    while old or new:
        first = min(row.number for row in (old, new) if row)
        before = old if old and old.number == first else None
        after = new if new and new.number == first else None
        yield before or Row(first, b"", b""), after or Row(first, b"", b"")
        old = next(olds, None) if before else old
        new = next(news, None) if after else new


def _row_compared(before: Row, after: Row, old: Side, new: Side, title: str) -> Iterator[Difference]:
    was, now = attributes_of(before.attributes), attributes_of(after.attributes)
    place = f"{before.number}:{before.number}"
    heights = _height(was), _height(now)
    if heights[0] != heights[1]:
        yield Difference("row_height", title, place, *heights)
    for name, kind in _SWITCHES:
        switches = [_switch(given.get(name, "0")) for given in (was, now)]
        if switches[0] != switches[1]:
            yield Difference(kind, title, place, *switches)
    looks = [side.tables.styles.look(_row_style(given)) for side, given in ((old, was), (new, now))]
    for facet, one, other in zip(FACETS, *looks, strict=True):
        if one != other:
            yield Difference("row_style", title, place, one, other, f"整行的{facet}")


def _cells_compared(before: Row, after: Row, pair: _Pair) -> Iterator[Difference]:
    old, new = pair.old, pair.new
    for column, was, now in _cells_paired(before, after, old.reader, new.reader):
        if was and now and was == now and pair.means_alike(was[1] + was[3]):
            continue
        first = old.reader.cell(before.number, column, was) if was else old.empty(before, column)
        second = new.reader.cell(after.number, column, now) if now else new.empty(after, column)
        yield from _cell_compared(first, second, old, new, pair.title)
        marks = [raw is not None and _METADATA.search(raw[1]) is not None for raw in (was, now)]
        if marks[0] != marks[1]:
            old_text, new_text = ("有" if mark else "" for mark in marks)
            yield Difference("cell_metadata", pair.title, at(after.number, column), old_text, new_text)


def _cells_paired(
    before: Row, after: Row, old: CellReader, new: CellReader
) -> Iterator[tuple[int, RawCell | None, RawCell | None]]:
    """Number of a column and the cells of both rows in it, as written."""
    olds, news = old.split(before.body), new.split(after.body)
    if len(olds) == len(news) and all(was[0] == now[0] != b"" for was, now in zip(olds, news, strict=True)):
        for was, now in zip(olds, news, strict=True):
            yield column_of(was, 0), was, now
        return
    was_at, now_at = _by_column(olds), _by_column(news)
    for column in sorted({**was_at, **now_at}):
        yield column, was_at.get(column), now_at.get(column)


def _by_column(cells: list[RawCell]) -> dict[int, RawCell]:
    found, column = {}, 0
    for raw in cells:
        column = column_of(raw, column)
        found[column] = raw
    return found


def _cell_compared(was: Cell, now: Cell, old: Side, new: Side, title: str) -> Iterator[Difference]:
    place = at(now.row, now.column)
    if was.formula != now.formula:
        yield Difference("cell_formula", title, place, _entered(was, old), _entered(now, new))
    elif not _is_equal(was, now):
        kind, *texts = _change(was, now, old, new)
        yield Difference(kind, title, place, *texts)
    elif was.rich != now.rich and _runs(was.rich) != _runs(now.rich):
        yield Difference("cell_runs", title, place, "有" if was.rich else "", "有" if now.rich else "")
    looks = old.look(was), new.look(now)
    if looks[0] != looks[1]:
        for facet, one, other in zip(FACETS, *looks, strict=True):
            if one != other:
                yield Difference("cell_style", title, place, one, other, facet)


def _change(was: Cell, now: Cell, old: Side, new: Side) -> tuple[Kind, str, str]:
    one, other = old.shown(was), new.shown(now)
    if was.formula is not None:
        kind: Kind = "cell_result"
    elif was.type and now.type and was.type != now.type:
        kind = "cell_type"
        one, other = f"{_TYPES[was.type]} {one}", f"{_TYPES[now.type]} {other}"
    else:
        kind = "cell_value"
    if one == other:  # the format hides what differs
        one, other = was.value, now.value
    return kind, one, other


def _is_equal(was: Cell, now: Cell) -> bool:
    if was.type != now.type:
        return False
    return was.value == now.value or (was.type == "number" and number(was.value) == number(now.value))


def _entered(cell: Cell, side: Side) -> str:
    return side.shown(cell) if cell.formula is None else f"={cell.formula}"


def _runs(data: bytes) -> str:
    if not data:
        return ""
    found = data[: data.find(b">")].partition(b":")
    prefix = found[0].lstrip(b"<") if found[1] and b" " not in found[0] else b""
    declared = b" xmlns:" + prefix + b'="runs"' if prefix else b""
    markup = Markup(b"<is" + declared + b">" + data + b"</is>", "共享文本")
    return canonical(markup.root, markup)


def _height(given: dict[str, str]) -> str:
    if "ht" not in given:
        return "默认"
    fixed = given.get("customHeight", "0") in {"1", "true"}
    return f"{number(given['ht'])}（{'固定' if fixed else '自动'}）"


def _switch(text: str) -> str:
    return {"0": "否", "false": "否", "1": "是", "true": "是"}.get(text, text)


def _row_style(given: dict[str, str]) -> int:
    is_set = given.get("customFormat", "0") in {"1", "true"} and given.get("s", "").isdecimal()
    return int(given["s"]) if is_set else 0


def _column_styles(stream: SheetStream, part: str) -> list[tuple[int, int, int]]:
    """First and last column and style, of the columns that have one."""
    if b"cols" not in stream.head:
        return []
    prefix = stream.prefix.encode()
    closing = b"" if stream.head.endswith(b"/>") else b"</" + prefix + b"sheetData>"
    root = Markup(stream.head + closing + b"</" + prefix + b"worksheet>", part).root
    found = []
    for column in root.all("col"):
        given = [column.attributes.get(name, "0") for name in ("min", "max", "style")]
        if all(text.isdecimal() for text in given):
            found.append((int(given[0]), int(given[1]), int(given[2])))
    return found


def _date(text: str, *, is_1904: bool) -> str:
    try:
        days = float(text)
        start = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001
        moment = start + dt.timedelta(days=days, microseconds=500)
    except (ValueError, OverflowError):
        return text
    if not is_1904 and days < 61:  # before 1 March 1900 Excel counts a day too many
        return text
    return f"{moment:%Y-%m-%d}" if days.is_integer() else f"{moment:%Y-%m-%d %H:%M:%S}"
