"""Ranges: what xlwings asks of a rectangle of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.libreoffice import formulas, values, writing
from xiaobao_xl.libreoffice.addresses import Area, area_of, quoted
from xiaobao_xl.libreoffice.editing import Editing
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.looks import Looks
from xiaobao_xl.libreoffice.number_formats import Formats
from xiaobao_xl.libreoffice.steps import end_of

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet


@fills_gaps(getattr(base_classes, "Range", None))
class Range(Looks, Editing):
    """A rectangle of cells of a sheet.

    Attributes:
        sheet: the sheet.
        area: where it lies.
        options: reading options of xlwings, set by it.
    """

    max_cells_per_read = None
    max_cells_per_write = None

    def __init__(self, sheet: Sheet, area: Area) -> None:
        """Of a sheet's area; nothing is asked of LibreOffice yet."""
        self.sheet = sheet
        self.area = area
        self.options: dict[str, Any] = {}
        self.arg1_input = area.text()

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        """Sheet, row, column and size."""
        return (self.sheet.name, self.area.row, self.area.column, self.area.row_count, self.area.column_count)

    @property
    def row(self) -> int:
        """First row."""
        return self.area.row

    @property
    def column(self) -> int:
        """First column."""
        return self.area.column

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.area.row_count, self.area.column_count

    def __len__(self) -> int:
        """Cells."""
        return self.area.cell_count

    def __call__(self, row: int, column: int | None = None) -> Range:
        """The cell at a row and column of this range, or the n-th of its cells."""
        if column is None:
            row, column = (row - 1) // self.area.column_count + 1, (row - 1) % self.area.column_count + 1
        return Range(self.sheet, Area(self.area.row + row - 1, self.area.column + column - 1))

    @property
    def rows(self) -> list[Range]:
        """Each row."""
        area = self.area
        return [
            Range(self.sheet, Area(row, area.column, 1, area.column_count))
            for row in range(area.row, area.last_row + 1)
        ]

    @property
    def columns(self) -> list[Range]:
        """Each column."""
        area = self.area
        numbers = range(area.column, area.last_column + 1)
        return [Range(self.sheet, Area(area.row, column, area.row_count, 1)) for column in numbers]

    def get_address(
        self,
        row_absolute: bool = True,  # noqa: FBT001, FBT002 - xlwings passes them in order
        col_absolute: bool = True,  # noqa: FBT001, FBT002
        external: bool = False,  # noqa: FBT001, FBT002
    ) -> str:
        """The address as Excel writes it."""
        text = self.area.text(is_row_absolute=row_absolute, is_column_absolute=col_absolute)
        if not external:
            return text
        name = self.sheet.name
        book = self.sheet.book.name
        is_plain = (book + name).replace("_", "").replace(".", "").isalnum()
        return f"[{book}]{name}!{text}" if is_plain else f"{quoted(f'[{book}]{name}')}!{text}"

    @property
    def address(self) -> str:
        """The address with dollar signs."""
        return self.area.text()

    def expand(self, mode: str = "table") -> Range:
        """The block that begins here: `table`, `down` or `right`."""
        from xlwings import Range as PublicRange  # noqa: PLC0415 - xlwings imports its engines while it is imported
        from xlwings import expansion  # noqa: PLC0415

        found: Range = expansion.expanders.get(mode, mode).expand(PublicRange(impl=self)).impl
        return found

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead to from the first cell."""
        return Range(self.sheet, end_of(self.sheet, self.area, direction))

    @property
    def current_region(self) -> Range:
        """The block around, bounded by empty rows and columns."""
        cursor = self.sheet.api.createCursorByRange(self.api)
        cursor.collapseToCurrentRegion()
        return Range(self.sheet, area_of(cursor.RangeAddress))

    @property
    def raw_value(self) -> Any:
        """Values as rows; the value itself for one cell."""
        if not self.area.cell_count:
            return None
        names_errors = bool(self.options.get("err_to_str", False))
        rows = values.read(self.sheet.document, self.api, self.area, names_errors=names_errors)
        return rows[0][0] if self.area.cell_count == 1 else rows

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self._write(value, coerces_text=self.sheet.book.app.engine.coerces_text)

    def _write(self, value: Any, *, coerces_text: bool) -> None:
        if not self.area.cell_count:
            return
        cells = self._changeable
        is_rows = isinstance(value, (list, tuple))
        if not is_rows and isinstance(value, str) and value.startswith("="):
            self._fill(value)
            return
        if not is_rows and values.plain(value) == "":
            self.clear_contents()
            return
        rows = self._rows(value) if is_rows else self._repeated(values.plain(value))
        document = self.sheet.document
        written = writing.write(document, cells, self.area, rows, coerces_text=coerces_text)
        if written.formulas:
            row, column = self.area.row, self.area.column
            placed = {(row + below, column + right): text for (below, right), text in written.formulas.items()}
            formulas.write(document, self.sheet.api, placed)

    def _rows(self, value: Sequence[Any]) -> list[list[Any]]:
        rows = value if value and isinstance(value[0], (list, tuple)) else [value]
        if len(rows) != self.area.row_count or any(len(row) != self.area.column_count for row in rows):
            raise ValueError(
                f"{self.area.text()} 是 {self.area.row_count} 行 {self.area.column_count} 列，给的值不是。"
            )
        return [[values.plain(one) for one in row] for row in rows]

    def _fill(self, formula: str) -> None:
        formats = Formats(self.sheet.document, self.api, self.area)
        if formats.everywhere == "text":
            writing.write(self.sheet.document, self.api, self.area, self._repeated(formula), coerces_text=False)
        else:
            formulas.fill(self.sheet.document, self.sheet.api, self.area, formula)

    def _repeated(self, value: Any) -> list[list[Any]]:
        return [[value] * self.area.column_count] * self.area.row_count

    @property
    def formula(self) -> Any:
        """Formulas as tuples of rows, the contents of other cells as text; the text itself for one cell."""
        rows = formulas.read(self.sheet.document, self.sheet.api, self.area)
        return rows[0][0] if self.area.cell_count == 1 else tuple(tuple(row) for row in rows)

    @formula.setter
    def formula(self, value: Any) -> None:
        # Constants are read as if typed, as Excel does it.
        self._write(value, coerces_text=True)

    formula2 = formula

    @property
    def formula_array(self) -> str | None:
        """The one formula of an array."""
        text: str = self.api.getArrayFormula()
        return text or None

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        document, sheet = self.sheet.document, self.sheet.api
        self._changeable.setArrayTokens(formulas.Parser(document).tokens(value, sheet.RangeAddress.Sheet, self.area))

    @property
    def has_array(self) -> bool:
        """Whether the range is one array formula."""
        return bool(self.api.getArrayFormula())
