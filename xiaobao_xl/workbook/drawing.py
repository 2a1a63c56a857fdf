"""A new workbook of ours: openpyxl draws it, long sheets are streamed, and it arrives whole or not at all.

openpyxl builds one object per cell, which costs minutes for a register of 100,000 rows. So a long sheet keeps in
openpyxl only its head, its notes and its links; its rows come from a generator and are written as XML while the
file is packed.
"""

from __future__ import annotations

import math
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.saving import replace_whole
from xiaobao_xl.workbook import palette

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Styled = tuple[Any, int]
"""A value and the number of its style."""

LONGEST_TEXT: Final = 32_767
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (Excel knows no time zones)
_FIRST_SERIAL_DAY = datetime(1900, 3, 1)  # noqa: DTZ001  (Excel's 1900 has a 29 February)
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_x")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>(.*?)</sheetData>", re.DOTALL)
_ROW = re.compile(rb'<row r="(\d+)"')
_CHUNK: Final = 2_000
_HIDDEN: Final = ' hidden="1"'


class Row(NamedTuple):
    """One streamed row.

    Attributes:
        cells: from column A on; (None, 0) leaves a cell out.
        height: points; 0 lets the program choose.
        hidden: the row is not shown.
    """

    cells: Sequence[Styled]
    height: float = 0
    hidden: bool = False


Streams = dict[str, tuple[int, Iterable[Row]]]


def new_workbook() -> Workbook:
    """An empty workbook without sheets, its default font ours."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    # openpyxl has no public way to set the default font, which also fixes the unit of column widths.
    vars(workbook)["_fonts"] = IndexedList([palette.TEXT])
    vars(workbook)["_named_styles"]["Normal"].font = palette.TEXT
    return workbook


@dataclass(slots=True)
class Drawing:
    """A workbook being drawn.

    Attributes:
        workbook: the openpyxl workbook; add sheets to it freely.
        streams: sheet title → (first streamed row, rows); rows above the first stay openpyxl's own.
    """

    workbook: Workbook = field(default_factory=new_workbook)
    streams: Streams = field(default_factory=dict)
    _styles: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _is_saved: bool = False

    def sheet(self, title: str) -> Worksheet:
        """Add a sheet; a title already taken gets a number, characters Excel refuses become `_`."""
        sheet: Worksheet = self.workbook.create_sheet(free_title(title, self.workbook.sheetnames))
        return sheet

    def style(
        self,
        *,
        font: Font = palette.TEXT,
        fill: str = "",
        number_format: str = "General",
        alignment: Alignment | None = None,
        border: Border | None = None,
        is_open: bool = False,
    ) -> int:
        """Number of a cell style for streamed cells; ask for it before the rows are made, for styles are saved first.

        With `is_open` the cell may be typed into on a protected sheet.
        """
        key = (font, fill, number_format, alignment, border, is_open)
        if key not in self._styles:
            if self._is_saved:
                raise RuntimeError("a style was asked for after the workbook's styles had been written")
            cell = Cell(self.workbook.worksheets[0], row=1, column=1)
            dress(cell, font=font, fill=palette.fill(fill) if fill else None, alignment=alignment, border=border)
            cell.number_format = number_format
            if is_open:
                cell.protection = Protection(locked=False)
            self._styles[key] = cell.style_id
        return self._styles[key]

    def note_property(self, name: str, text: str) -> None:
        """Give the document a property of its own, beside title and author."""
        vars(self.workbook)["custom_doc_props"].append(StringProperty(name=name, value=text))  # not in openpyxl's types

    def stream(self, sheet: Worksheet, first_row: int, rows: Iterable[Row]) -> None:
        """Let the rows of a sheet from `first_row` on come from an iterable, used once.

        Cells openpyxl holds there serve only for their notes and links.
        """
        self.streams[sheet.title] = (first_row, rows)

    def save(self, out: Path, *, overwrite: bool = False) -> None:
        """Write the file whole or not at all.

        Raises:
            WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
        """
        self._finish()
        save(self.workbook, out, overwrite=overwrite, streams=self.streams)

    def save_to(self, target: BinaryIO) -> None:
        """Write the workbook into an open file."""
        self._finish()
        pack(self.workbook, target, self.streams)

    def _finish(self) -> None:
        self._is_saved = True
        shown = next(n for n, sheet in enumerate(self.workbook.worksheets) if sheet.sheet_state == "visible")
        self.workbook.active = shown
        self.workbook.worksheets[shown].sheet_view.tabSelected = True


def dress(
    cell: Cell | MergedCell,
    *,
    font: Font | None = None,
    fill: PatternFill | None = None,
    alignment: Alignment | None = None,
    border: Border | None = None,
) -> None:
    """Give a cell those parts of a style that are named."""
    for name, part in (("font", font), ("fill", fill), ("alignment", alignment), ("border", border)):
        if part is not None:
            setattr(cell, name, part)


def put(cell: Cell | MergedCell, value: Any, **parts: Any) -> None:
    """Write a value of ours into a cell (text stays text, whatever it begins with) and dress it as `dress` does."""
    if isinstance(value, str):
        cell.value = _FORBIDDEN.sub("", value)[:LONGEST_TEXT]
        cell.data_type = "s"
    else:
        cell.value = value
    dress(cell, **parts)


def text_width(text: str) -> float:
    """Width of the widest line in units of column width; a Chinese character takes 1.9.

    >>> text_width("投诉No.1")
    7.8
    """
    return max(round(1.9 * sum(sign > "\u2e7f" for sign in line) + sum(sign <= "\u2e7f" for sign in line), 1)
               for line in (text or " ").split("\n"))  # fmt: skip


def lines_needed(text: str, width: float) -> int:
    """Lines a wrapped text takes in a column of a width; for rows whose height Excel does not find itself.

    >>> lines_needed("投诉人未收到答复", 8)
    2
    """
    return sum(max(1, math.ceil(text_width(line) / width)) for line in (text or " ").split("\n"))


def free_title(title: str, taken: Iterable[str]) -> str:
    """A sheet title Excel accepts and no other sheet has.

    >>> free_title("投诉/2026", []), free_title("台账", ["台账"])
    ('投诉_2026', '台账2')
    """
    clean = re.sub(r"[\\/*?:\[\]]", "_", title).strip("'")[:31] or "工作表"
    known = {name.casefold() for name in taken}
    names = (
        clean if number == 1 else f"{clean[: 31 - len(str(number))]}{number}" for number in range(1, len(known) + 2)
    )
    return next(name for name in names if name.casefold() not in known)


def refuse_existing(out: Path, *, overwrite: bool) -> None:
    """Stop before any work is done where the target may not be written.

    Raises:
        WorkbookError: the target exists and `overwrite` is false, or its folder does not exist.
    """
    if not out.parent.is_dir():
        raise WorkbookError(f"{out}：文件夹 {out.parent} 不存在，请先建立文件夹或换一个位置")
    if out.exists() and not overwrite:
        raise WorkbookError(f"{out}：已存在，未覆盖；请换一个文件名；确要覆盖，命令行加 --overwrite")


def write_whole(out: Path, write: Callable[[BinaryIO], object], *, overwrite: bool = False) -> None:
    """Write a file beside its target and move it into place, so that no half file is ever seen.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    replace_whole(out, write, lambda _: refuse_existing(out, overwrite=overwrite))


def save(
    workbook: Workbook,
    out: Path,
    *,
    overwrite: bool = False,
    streams: Streams | None = None,
) -> None:
    """Save any workbook of ours whole or not at all; `streams` as in `Drawing.streams`."""
    write_whole(out, lambda target: pack(workbook, target, streams or {}), overwrite=overwrite)


def pack(workbook: Workbook, target: BinaryIO, streams: Streams) -> None:
    """Write a workbook into an open file, the rows of some sheets from `streams`."""
    if not streams:
        workbook.save(target)
        return
    with tempfile.TemporaryFile() as drawn:
        workbook.save(drawn)
        parts = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(workbook.worksheets, start=1)}
        with (
            zipfile.ZipFile(drawn) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        ):
            for item in source.infolist():
                sheet = parts.get(item.filename)
                if sheet is None or sheet.title not in streams:
                    packed.writestr(item, source.read(item), zipfile.ZIP_DEFLATED, 1)
                    continue
                with packed.open(item.filename, "w", force_zip64=True) as part:
                    part.writelines(_with_rows(source.read(item), *streams[sheet.title]))


def cell_xml(reference: str, value: Any, style: int = 0) -> str:  # noqa: PLR0911  (one way out per type of cell)
    """One cell as XML; text is always text, never a formula.

    >>> cell_xml("A1", "=1+1")
    '<c r="A1" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>'
    >>> cell_xml("B1", 3.0, 2), cell_xml("C1", date(2026, 1, 5), 1), cell_xml("D1", None)
    ('<c r="B1" s="2"><v>3</v></c>', '<c r="C1" s="1"><v>46027</v></c>', '')
    """
    dressed = f' s="{style}"' if style else ""
    if isinstance(value, str):
        if value:
            text = _escaped(value) if _SPECIAL.search(value) or len(value) > LONGEST_TEXT else value
            return f'<c r="{reference}"{dressed} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        value = None
    if hasattr(value, "item"):  # NumPy's scalars print their type
        value = value.item()
    if value is None or value != value:  # noqa: PLR0124  (NaN and NaT differ from themselves)
        return f'<c r="{reference}"{dressed}/>' if style else ""
    if isinstance(value, bool):
        return f'<c r="{reference}"{dressed} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        if math.isinf(value):
            return cell_xml(reference, str(value), style)
        number = int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
        return f'<c r="{reference}"{dressed}><v>{number!r}</v></c>'
    serial = excel_serial(value)
    if serial is None:
        return cell_xml(reference, str(value), style)
    return f'<c r="{reference}"{dressed}><v>{serial!r}</v></c>'


def excel_serial(value: object) -> float | int | None:
    """Excel's number of a date, moment or length of time; None where Excel has none.

    >>> excel_serial(datetime(2026, 1, 5, 12)), excel_serial(date(1890, 1, 1)), excel_serial(time(6))
    (46027.5, None, 0.25)
    """
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    if isinstance(value, date):
        clock = value.time() if isinstance(value, datetime) else time()
        moment = datetime.combine(value, clock)
        if moment < _FIRST_SERIAL_DAY:
            return None
        value = moment - _EPOCH
    if not isinstance(value, timedelta):
        return None
    return value.days if value == timedelta(days=value.days) else value / timedelta(days=1)


def _escaped(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    text = _ESCAPE_LIKE.sub("_x005F_", _FORBIDDEN.sub("", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _with_rows(xml: bytes, first_row: int, rows: Iterable[Row]) -> Iterator[bytes]:
    """The sheet's XML with its rows from `first_row` on replaced by the streamed ones."""
    found = _SHEET_DATA.search(xml)
    if found is None:
        raise WorkbookError("新工作簿的内部结构与预期不同，未能写入；请把 openpyxl 的版本告诉维护人")
    own = found[1] or b""
    cut = next((row.start() for row in _ROW.finditer(own) if int(row[1]) >= first_row), len(own))
    yield _DIMENSION.sub(b"", xml[: found.start()], count=1) + b"<sheetData>" + own[:cut]
    letters: list[str] = []
    waiting: list[str] = []
    for number, row in enumerate(rows, start=first_row):
        while len(letters) < len(row.cells):
            letters.append(get_column_letter(len(letters) + 1))
        placed = zip(letters, row.cells, strict=False)
        cells = "".join([cell_xml(f"{letter}{number}", value, style) for letter, (value, style) in placed])
        size = f' ht="{row.height:g}" customHeight="1"' if row.height else ""
        if cells or size or row.hidden:
            waiting.append(f'<row r="{number}"{size}{_HIDDEN if row.hidden else ""}>{cells}</row>')
        if len(waiting) >= _CHUNK:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode() + b"</sheetData>" + xml[found.end() :]
