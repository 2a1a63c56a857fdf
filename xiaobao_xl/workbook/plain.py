"""Tables that are text: csv, HTML tables and XML spreadsheets of 2003 that call themselves .xls.

Everything in a csv or HTML file is text, so identifiers keep their zeros. Encodings: UTF-8, UTF-16 and GB18030; a file
that mixes two of them is refused, with the line where it changes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from xml.parsers import expat

from xiaobao_xl.cells import Cell
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import limits
from xiaobao_xl.workbook.grids import UNSEEN, Book, Grid, Kind, Merge
from xiaobao_xl.workbook.scanning import refuse_document_type

_CHARSET = re.compile(rb"""charset=["']?\s*([\w-]+)""", re.IGNORECASE)
_DELIMITERS = (",", "\t", ";", "|")
_XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"


def open_plain(path: Path) -> Book:
    """Open a text file as one or more grids."""
    if path.stat().st_size > limits.MAX_TEXT_BYTES:
        raise WorkbookError("文本文件过大；请在 Excel 里另存为 .xlsx，或拆成几份再试。")
    data = path.read_bytes()
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if _XML_SHEET in data[:4096] and start.startswith(b"<"):
        return _book(path, "xml", _xml_grids(data))
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style")) or b"<table" in start:
        return _book(path, "html", _html_grids(_decoded(data, declared=_CHARSET.search(data[:4096]))))
    return _book(path, "csv", [_csv_grid(path.stem, _decoded(data))])


def _book(path: Path, kind: Kind, grids: list[Grid]) -> Book:
    by_name = {grid.name: grid for grid in grids}
    return Book(path, kind, list(by_name), by_name.__getitem__, notes=[UNSEEN[kind]])


def _decoded(data: bytes, declared: re.Match[bytes] | None = None) -> str:
    """Bytes to text, never by guess: what fits no encoding is refused."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _by(data, "utf-16")
    if b"\0" in data[:65536]:
        raise WorkbookError("这不是表格文件，也不是文本文件；请确认选对了文件。")
    if declared and declared[1].lower() in {b"gbk", b"gb2312", b"gb18030"}:
        return _by(data, "gb18030")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
    _refuse_mixture(data, line)
    return _by(data, "gb18030")


def _by(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise WorkbookError(f"第 {line} 行起的文字编码无法识别；请用 Excel 打开、另存为 .xlsx 后再试。") from None


def _refuse_mixture(data: bytes, broken_line: int) -> None:
    """Refuse a file where one line is surely UTF-8 and another surely not."""
    for number, line in enumerate(data.splitlines(), 1):
        # six bytes of Chinese that happen to be well-formed UTF-8 do not occur by chance in GB18030
        if number != broken_line and sum(byte > 127 for byte in line) >= 6:
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            raise WorkbookError(
                f"文件里混有两种文字编码（第 {number} 行是 UTF-8，第 {broken_line} 行不是），会读成乱码；"
                "请分别用 Excel 打开各份来源、另存为 .xlsx 后再合并。"
            )


def _csv_grid(name: str, text: str) -> Grid:
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
    sample = "\n".join(islice(io.StringIO(text), 50))
    delimiter = max(_DELIMITERS, key=lambda mark: _columns(sample, mark))

    def rows() -> Iterator[Sequence[Cell]]:
        return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    if not text.strip():
        raise WorkbookError("文件里没有内容；请重新导出。")
    return Grid(name, rows)


def _columns(sample: str, delimiter: str) -> int:
    """Number of columns most rows of a sample have with this delimiter."""
    counts = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
    return max(set(counts), key=lambda count: (counts.count(count) * (count > 1), count), default=0)


class _Tables(HTMLParser):
    """Collects the rows of every table; a cell inside an inner table belongs to the inner one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[list[Cell]], list[Merge]]] = []
        self._open: list[tuple[list[list[Cell]], list[Merge]]] = []
        self._span = (1, 1)
        self._words: list[str] | None = None
        self._taken: dict[tuple[int, int], int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append(([], []))
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._close_cell()
            self._open[-1][0].append([])
        elif tag in {"td", "th"} and self._open:
            self._close_cell()
            sizes = dict(attrs)
            self._span = (_span(sizes.get("rowspan")), _span(sizes.get("colspan")))
            self._words = []
        elif tag == "br" and self._words is not None:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._close_cell()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _close_cell(self) -> None:
        if self._words is None or not self._open:
            return
        rows, merges = self._open[-1]
        if not rows:
            rows.append([])
        number, row = len(rows) - 1, rows[-1]
        covered = [merge for merge in merges if merge[0][0] < number <= merge[1][0]]
        while any(merge[0][1] <= len(row) <= merge[1][1] for merge in covered):
            row.append("")
        start = len(row)
        row.extend(["".join(self._words).strip(), *[""] * (self._span[1] - 1)])
        if self._span != (1, 1):
            merges.append(((number, start), (number + self._span[0] - 1, len(row) - 1)))
        self._words = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), limits.MAX_COLUMNS) if text and text.isdecimal() else 1


def _html_grids(text: str) -> list[Grid]:
    parser = _Tables()
    parser.feed(text)
    parser.close()
    tables = [table for table in parser.tables if table[0]]
    if not tables:
        raise WorkbookError("这是网页，里面没有表格；请重新导出为 .xlsx。")
    return [_stored(f"表{number}", rows, merges) for number, (rows, merges) in enumerate(tables, 1)]


def _stored(name: str, rows: list[list[Cell]], merges: list[Merge]) -> Grid:
    return Grid(name, lambda: iter(rows), merges)


class _XmlSheets:
    """Collects the sheets of an XML spreadsheet of 2003."""

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self._rows: list[list[Cell]] = []
        self._merges: list[Merge] = []
        self._type = ""
        self._words: list[str] | None = None
        self._cell: dict[str, str] = {}
        self._cells = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        tag, sizes = name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in given.items()}
        if tag == "Worksheet":
            self._rows, self._merges = [], []
            self.grids.append(_stored(sizes.get("Name", f"表{len(self.grids) + 1}"), self._rows, self._merges))
        elif tag == "Row":
            self._pad(self._rows, int(sizes.get("Index", "0")) - 1, [])
            self._rows.append([])
        elif tag == "Cell" and self._rows:
            self._pad(self._rows[-1], int(sizes.get("Index", "0")) - 1, "")
            self._cell, place = sizes, (len(self._rows) - 1, len(self._rows[-1]))
            self._rows[-1].append("")
            across, down = int(sizes.get("MergeAcross", "0")), int(sizes.get("MergeDown", "0"))
            if across or down:
                self._merges.append((place, (place[0] + down, place[1] + across)))
                self._pad(self._rows[-1], len(self._rows[-1]) + across, "")
        elif tag == "Data" and self._rows and self._rows[-1]:
            self._type, self._words = sizes.get("Type", "String"), []

    def _pad(self, items: list[Cell] | list[list[Cell]], length: int, empty: Cell | list[Cell]) -> None:
        self._cells += max(0, length - len(items))
        if self._cells > limits.MAX_PADDING:
            raise WorkbookError("表里有离数据很远的零散单元格；请在 Excel 里删去多余的行列、另存为 .xlsx 后再试。")
        while len(items) < length:
            items.append(empty)  # type: ignore[arg-type]

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "Data" and self._words is not None:
            column = -1 - int(self._cell.get("MergeAcross", "0"))
            self._rows[-1][column] = _typed("".join(self._words), self._type)
            self._words = None

    def data(self, text: str) -> None:
        if self._words is not None:
            self._words.append(text)


def _typed(text: str, kind: str) -> Cell:
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return text
    return text == "1" if kind == "Boolean" else text


def _xml_grids(data: bytes) -> list[Grid]:
    refuse_document_type(data)
    sheets, parser = _XmlSheets(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = sheets.start, sheets.end
    parser.CharacterDataHandler = sheets.data
    try:
        parser.Parse(_utf8(data), True)  # noqa: FBT003  the signature of expat
    except (expat.ExpatError, ValueError):
        raise WorkbookError("这份 XML 表格已损坏；请用 Excel 打开、另存为 .xlsx 后再试。") from None
    if not sheets.grids:
        raise WorkbookError("这份 XML 文件里没有工作表；请重新导出为 .xlsx。")
    return sheets.grids


def _utf8(data: bytes) -> bytes:
    """The document in UTF-8: expat knows no GBK."""
    declared = re.match(rb"""\s*<\?xml[^>]*encoding=["']([\w-]+)["']""", data)
    if not declared or declared[1].lower() not in {b"gbk", b"gb2312", b"gb18030"}:
        return data
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", _by(data, "gb18030")).encode()
