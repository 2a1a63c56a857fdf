"""A workbook opened to be edited in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import (
    adding,
    cleaning,
    columns,
    followers,
    importing,
    limits,
    notes,
    references,
    retitling,
    saving,
)
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.caches import Caches
from xiaobao_xl.package.cells import Formula, Value
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.heights import Room, room
from xiaobao_xl.package.markup import Markup
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.patching import KEEP, Edit, Keep, Patch
from xiaobao_xl.package.references import Shift
from xiaobao_xl.package.sheet import Sheet
from xiaobao_xl.package.strings import SharedStrings
from xiaobao_xl.package.styles import Styles
from xiaobao_xl.package.truth import Cell, Truth


class Book:
    """A workbook. Nothing is written before `save`; cells are then changed where they stand.

    Args:
        source: the file, or its bytes.
        allow_unsigned: a digital signature may become invalid.

    Attributes:
        dropped: after `save`, formulas whose kept value was taken away because it no longer holds and could not be
            computed here; the spreadsheet program computes them when it opens the file. `工作表!B5`.
        unnoted: after `save`, cells with a threaded comment, which were given no note. `工作表!B5`.
    """

    def __init__(self, source: Path | str | bytes, *, allow_unsigned: bool = False) -> None:
        """Open it.

        Raises:
            WorkbookError: one sentence that says why it cannot be opened.
        """
        self._source = source if isinstance(source, bytes) else Path(source)
        self._allow_unsigned = allow_unsigned
        self.dropped: list[str] = []
        self.unnoted: list[str] = []
        try:
            self._open(Archive(self._source))
        except WorkbookError as problem:
            name = "" if isinstance(self._source, bytes) else self._source.name
            raise WorkbookError(str(problem) if name in str(problem) else f"{name}：{problem}") from None

    def _open(self, archive: Archive) -> None:
        self.parts = Parts(archive)
        self.parts.refuse_document_types()
        self.directory = Directory(self.parts)
        self._styles = Styles(self.parts, self.directory)
        self._strings = SharedStrings(self.directory)
        self._is_1904 = self.directory.is_1904()
        self._sheets: dict[str, Sheet] = {}
        self._parts_of: dict[str, str] = {}
        self._edits: dict[str, dict[tuple[int, int], Edit]] = {}
        self._notes: dict[str, dict[tuple[int, int], str]] = {}
        self._widths: dict[str, dict[int, float]] = {}  # part → column → width
        self._heights: dict[str, dict[int, float]] = {}  # part → row → points
        self._moved: dict[str, set[int]] = {}  # title → rows that were put in
        self._is_recast = False  # rows or sheets were added

    def __enter__(self) -> Self:
        """Use as a context; the file is let go at its end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file. What was not saved is lost."""
        self.parts.archive.close()

    @property
    def sheet_names(self) -> list[str]:
        """Titles of all sheets in order, hidden ones too."""
        return [entry.title for entry in self.directory.entries()]

    @property
    def has_macros(self) -> bool:
        """It is an .xlsm by its content, whatever its name."""
        return "macroenabled" in self.parts.content_type(self.directory.part).lower()

    def value(self, sheet: str, address: str) -> Value:
        """What a cell holds: number, text, date, boolean, error, or None. Edits not yet saved are included.

        Raises:
            WorkbookError: there is no such sheet or address.
        """
        return self.cells(sheet, [address])[address].value

    def cells(self, sheet: str, addresses: Iterable[str]) -> dict[str, Cell]:
        """Cells by address, read in one pass over the sheet; quicker than `value` for each."""
        places = {address: references.cell(address) for address in addresses}
        entry = self.directory.entry(sheet)
        found = self._truth(entry.part, entry.title).read(places.values())
        edits = self._edits.get(entry.part, {})
        return {address: _edited(found[place], edits.get(place)) for address, place in places.items()}

    @property
    def worksheets(self) -> list[str]:
        """Titles of the sheets that have cells, in order."""
        return [entry.title for entry in self.directory.entries() if entry.kind == "worksheet" and entry.part]

    def each(self, sheet: str) -> Iterator[tuple[tuple[int, int], Cell]]:
        """(row, column) and cell of every cell the sheet holds, row by row. Edits not yet saved are not among them."""
        entry = self.directory.entry(sheet)
        for row, column, cell in self._truth(entry.part, entry.title).each():
            yield (row, column), cell

    def set(
        self,
        sheet: str,
        address: str,
        value: Value | Keep = KEEP,
        *,
        fill: str | None = None,
        colour: str | None = None,
        bold: bool | None = None,
        number_format: str | None = None,
        style: int | None = None,
        note: str = "",
    ) -> None:
        """Change a cell. What is not given stays as it is.

        Args:
            sheet: title.
            address: `B5`.
            value: its new value; None empties it, `Formula("SUM(B1:B4)")` makes it a formula.
            fill: colour of its ground, `FFF2CC`.
            colour: colour of its letters.
            bold: whether its letters are bold.
            number_format: code of its number format.
            style: number of an existing style (`Cell.style`) to begin from, in place of the cell's own.
            note: a note, added to the one it may have.

        Raises:
            WorkbookError: there is no such sheet or address. What only the cell itself tells (it is part of an array
                formula) is refused by `save`.
        """
        part, place = self._part(sheet), references.cell(address)
        edits = self._edits.setdefault(part, {})
        edit = edits.get(place)
        if edit is None:
            edit = edits[place] = Edit()
        edit.value = edit.value if value is KEEP else value
        edit.fill = fill if fill is not None else edit.fill
        edit.colour = colour if colour is not None else edit.colour
        edit.bold = bold if bold is not None else edit.bold
        edit.number_format = number_format if number_format is not None else edit.number_format
        edit.style = style if style is not None else edit.style
        if note:
            known = self._notes.setdefault(part, {})
            known[place] = f"{known[place]}\n{note}" if place in known else note

    def set_width(self, sheet: str, column: str, width: float) -> None:
        """Make a column (its letters) so many digits wide."""
        self._widths.setdefault(self._part(sheet), {})[references.column_number(column)] = width

    def room(self, sheet: str, row: int) -> Room:
        """The height of a row and the widths of its cells that break long texts into lines; edits are not included."""
        return room(self._sheet(self._part(sheet)), row, self._styles)

    def set_height(self, sheet: str, row: int, points: float) -> None:
        """Make a row so many points high."""
        self._heights.setdefault(self._part(sheet), {})[row] = points

    def insert_rows(self, sheet: str, at: int, count: int) -> None:
        """Insert empty rows; what stood there moves down, with everything that points to it.

        Raises:
            WorkbookError: something cannot be moved safely; it is named, and nothing is changed.
        """
        self._shift(Shift(self.directory.entry(sheet).title, at, count))

    def repeat_row(self, sheet: str, row: int, count: int) -> None:
        """Make one row into `count` rows, as inserting and copying down; one-row ranges such as SUM(B8:B8) stretch.

        Raises:
            WorkbookError: as `insert_rows`.
        """
        if count < 1:
            raise WorkbookError(f"第 {row} 行至少要有 1 行，不能是 {count} 行。")
        if count > 1:
            self._shift(Shift(self.directory.entry(sheet).title, row + 1, count - 1, stretches_at=row))

    def add_sheet(self, title: str, rows: Iterable[Sequence[Any]], *, first: bool = False, **options: Any) -> None:
        """Add a sheet; see `adding.add_sheet` for widths, frozen panes, filters, links, validations and formats."""
        adding.add_sheet(
            self.parts, self.directory, title, rows, first=first, styles=self._styles, shells=self._shell, **options
        )
        self._is_recast = True

    def copy_sheet(self, title: str, new_title: str, *, first: bool = False) -> None:
        """Copy a sheet within the workbook."""
        self._settle()
        importing.copy_sheet(self.parts, self.directory, title, new_title, first=first)
        self._is_recast = True

    def rename_sheet(self, title: str, new_title: str) -> None:
        """Give a sheet another title; formulas, names and links that point to it follow."""
        self._settle()
        old = self.directory.entry(title).title
        retitling.retitle_sheet(self.parts, self.directory, old, new_title)
        self._moved = {new_title if name == old else name: rows for name, rows in self._moved.items()}
        self._is_recast = True

    def import_sheet(
        self, source: Book, title: str, *, first: bool = False, as_title: str = "", even_if_protected: bool = False
    ) -> None:
        """Put in a sheet of another workbook, with its looks and charts.

        Args:
            source: the other workbook; what was not saved there is not seen.
            title: the sheet's title there.
            first: put it before all others.
            as_title: its title here, if it is to be another.
            even_if_protected: also into a workbook whose structure is protected.

        Raises:
            WorkbookError: the title is taken, or the sheet holds what cannot be carried over.
        """
        self._styles.flush()
        importing.import_sheet(
            self.parts, self.directory, source.parts, source.directory, title,
            first=first, as_title=as_title, shells=self._shell, even_if_protected=even_if_protected,
        )  # fmt: skip
        self._styles = Styles(self.parts, self.directory)
        self._is_recast = True

    def clean(self, rewrite: Callable[[str], str], kept: Collection[str]) -> list[str]:
        """Rid the file of what is in no cell (notes, properties, caches, pictures, macros); see `cleaning.clean`."""
        self._strings.keep()
        return cleaning.clean(self.parts, self.directory, self._shell, rewrite, kept)

    def save(self, target: Path | str) -> None:
        """Write the workbook, read it back, and put it in place; a file that stood there is replaced.

        Raises:
            WorkbookError: a cell cannot be changed as wanted, a signature would become invalid, or the file cannot be
                written. Nothing is left half-written.
        """
        target = Path(target)
        self._refuse_signed()
        patches = self._patches()
        if any(edit.is_dressing or edit.is_dated for edits in self._edits.values() for edit in edits.values()):
            self._styles.create()
        styles_part = self.directory.related("styles")
        saving.replace_whole(
            target,
            lambda stream: saving.write(self.parts, patches, self._styles.flush, styles_part, stream),
            lambda written: self._prove(patches, written, target),
        )
        if self._is_source(target):
            self._open(Archive(target))

    def _prove(self, patches: Mapping[str, Patch], written: Path, target: Path) -> None:
        saving.prove(self.parts, patches, written)
        if self._is_source(target):
            self.parts.archive.close()  # Windows replaces no file that is open

    def _is_source(self, target: Path) -> bool:
        return isinstance(self._source, Path) and target.exists() and target.samefile(self._source)

    def _patches(self) -> dict[str, Patch]:
        """What is written as a stream."""
        changes_values = any(edit.value is not KEEP for edits in self._edits.values() for edit in edits.values())
        if changes_values or self._moved:
            self._refresh_caches()
        elif self._is_recast:  # no value changed, so no kept one is stale
            Caches(self.directory, self._truth).request(is_chain_broken=True)
        self._write_notes()
        self._write_widths()
        return {part: self._patch(part) for part in self._touched()}

    def _patch(self, part: str) -> Patch:
        sheet, edits = self._sheet(part), self._edits.get(part, {})
        if new := [place for place, edit in edits.items() if edit.value is not KEEP or edit.is_dressing]:
            sheet.widen(new)
        return Patch(sheet, edits, self._styles, is_1904=self._is_1904, heights=self._heights.get(part))

    def _refresh_caches(self) -> None:
        """Values of formulas that depend on what changed: computed, or taken away and named."""
        caches = Caches(self.directory, self._truth)
        named = {self.directory.entry(title).part: rows for title, rows in self._moved.items()}
        outcome = caches.refresh(self._edits, named)
        for part, found in outcome.values.items():
            for place, value in found.items():
                self._edits.setdefault(part, {}).setdefault(place, Edit()).cache = value
        self.dropped = outcome.dropped
        caches.request(is_chain_broken=outcome.breaks_chain or self._is_recast or bool(self._moved))

    def _write_notes(self) -> None:
        for part, wanted in self._notes.items():
            sheet = self._sheet(part)
            left = notes.write_notes(self.parts, part, sheet.shell, wanted)
            self.unnoted += [f"{sheet.title}!{address}" for address in left]
        self._notes = {}

    def _write_widths(self) -> None:
        for part, widths in self._widths.items():
            columns.set_widths(self._sheet(part).shell, widths)
        self._widths = {}

    def _settle(self) -> None:
        """Bring all edits so far into the parts, so that what follows sees them."""
        self._write_notes()
        self._write_widths()
        for part in self._touched():
            sheet, patch = self._sheet(part), self._patch(part)
            if self.parts.size(part) > limits.MAX_HELD:
                raise WorkbookError(f"工作表“{sheet.title}”太大，不能插入行；请拆成几份后再试。")
            self.parts.write(part, b"".join(saving.sheet_bytes(sheet, patch.blocks())))
            self._remember(part)
        self._styles.flush()
        self._sheets.clear()
        self._parts_of.clear()

    def _touched(self) -> Iterable[str]:
        """Parts of sheets whose cells, rows or shell are edited."""
        edited = {part for part, edits in (*self._edits.items(), *self._heights.items()) if edits}
        return edited | {part for part, sheet in self._sheets.items() if sheet.shell.is_changed}

    def _remember(self, part: str) -> None:
        """Cells whose value was changed before rows moved: their formulas are looked at when saving."""
        self._heights.pop(part, None)
        rows = {row for (row, _), edit in self._edits.pop(part, {}).items() if edit.value is not KEEP}
        if rows:
            self._moved.setdefault(self._sheet(part).title, set()).update(rows)

    def _shift(self, shift: Shift) -> None:
        if shift.count < 1 or not 1 <= shift.at <= references.MAX_ROWS:
            raise WorkbookError(f"不能在第 {shift.at} 行插入 {shift.count} 行。")
        part = self.directory.entry(shift.sheet).part
        if self.parts.size(part) > limits.MAX_HELD:
            raise WorkbookError(f"工作表“{shift.sheet}”太大，不能插入行；请拆成几份后再试。")
        if hindering := followers.obstacles(self.parts, self.directory, shift):
            raise WorkbookError(
                f"不能在“{shift.sheet}”第 {shift.at} 行插入行：{'；'.join(hindering)}。没有改动任何内容。"
            )
        self._settle()
        followers.insert(self.parts, self.directory, shift)
        moved = {shift.row(row) for row in self._moved.get(shift.sheet, set())}
        self._moved[shift.sheet] = moved | set(range(shift.at, shift.at + shift.count))

    def _refuse_signed(self) -> None:
        if not self._allow_unsigned and any(name.lower().startswith("_xmlsignatures/") for name in self.parts.names()):
            raise WorkbookError("文件带有数字签名，改动后签名即失效；确要改动，命令行加 --allow-unsigned。")

    def _part(self, sheet: str) -> str:
        if sheet not in self._parts_of:
            self._parts_of[sheet] = self.directory.entry(sheet).part
        return self._parts_of[sheet]

    def _shell(self, part: str) -> Markup:
        return self._sheet(part).shell

    def _sheet(self, part: str) -> Sheet:
        if part not in self._sheets:
            title = next(entry.title for entry in self.directory.entries() if entry.part == part)
            self._sheets[part] = Sheet(self.parts, part, title)
        return self._sheets[part]

    def _truth(self, part: str, title: str) -> Truth:
        with suppress(KeyError):
            return Truth(self._sheets[part], self._strings, self._styles, is_1904=self._is_1904)
        return Truth(Sheet(self.parts, part, title), self._strings, self._styles, is_1904=self._is_1904)


def _edited(cell: Cell, edit: Edit | None) -> Cell:
    """A cell as it will be once its edit is written."""
    if edit is None or edit.value is KEEP:
        return cell
    formula = edit.value.text.removeprefix("=") if isinstance(edit.value, Formula) else None
    value = None if isinstance(edit.value, Formula) or edit.value == "" else edit.value
    return Cell(value, cell.type, formula, cell.style, cell.is_hidden, cell.merged)
