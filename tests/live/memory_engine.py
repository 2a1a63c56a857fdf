"""An xlwings engine over dictionaries: what the entry functions ask of Excel, and how often they ask it.

It does what Excel does where that matters: a text is taken for a number unless the cell is formatted as text, a call on
a protected sheet fails, and a busy program rejects every call.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import xlwings as xw

from xiaobao_xl.workbook.scanning import column_letters, column_number

CALLS: Counter[str] = Counter()
_ADDRESS = re.compile(r"\$?([A-Z]+)?\$?(\d+)?")
BOTTOM = 1_048_576
FITTED = 15.0  # height of a row that follows its texts


class Busy(Exception):
    hresult = -2147418111


def counted(owner):
    """Every property and method of an engine's class counts as one call to the program."""
    for name, found in list(vars(owner).items()):
        if name.startswith("_"):
            continue
        if isinstance(found, property):
            setattr(owner, name, property(*(one and _counting(owner, name, one) for one in (found.fget, found.fset))))
        elif callable(found):
            setattr(owner, name, _counting(owner, name, found))
    return owner


def _counting(owner, name, work):
    def call(self, *words, **named):
        CALLS[f"{owner.__name__}.{name}"] += 1
        return work(self, *words, **named)

    return call


class Engine:
    name, type = "memory", "desktop"

    def __init__(self):
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(value, _format=None):
        return value

    @staticmethod
    def clean_value_data(rows, _dates, _empty, _numbers, err_to_str):
        return [[None if cell == "" or (is_error(cell) and not err_to_str) else cell for cell in row] for row in rows]


def is_error(cell):
    return isinstance(cell, str) and cell in {"#DIV/0!", "#N/A"}


class Apps:
    def __init__(self, engine):
        self.app = App(engine)

    def keys(self):
        return [1]

    def __iter__(self):
        return iter([self.app])

    def __len__(self):
        return 1

    def __getitem__(self, _):
        return self.app


@counted
class App:
    pid, version = 1, "0.0"

    def __init__(self, engine):
        self._switches = {
            "calculation": "automatic",
            "screen_updating": True,
            "enable_events": True,
            "display_alerts": True,
        }
        self._bar, self._said, self._selected = False, [], None
        self.engine, self.books = engine, Books(self)

    def activate(self, _steal_focus=False):
        pass

    @property
    def selection(self):
        return self._selected

    @property
    def status_bar(self):
        return self._bar

    @status_bar.setter
    def status_bar(self, text):
        self._bar = text
        self._said.append(text)


def _switch(name):
    def write(self, value):
        self._switches[name] = value

    return property(lambda self: self._switches[name], write)


for _name in ("calculation", "screen_updating", "enable_events", "display_alerts"):
    setattr(App, _name, _switch(_name))


class Books:
    def __init__(self, app):
        self.app, self.all = app, []

    @property
    def active(self):
        return self.all[-1]

    def __call__(self, name):
        found = self.all[name - 1 : name] if isinstance(name, int) else [book for book in self.all if book.name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def __len__(self):
        return len(self.all)

    def __iter__(self):
        return iter(self.all)

    def open(self, fullname, *_words, **_named):
        self.all.append(Book(self.app, str(fullname)))
        return self.all[-1]


@counted
class Book:
    def __init__(self, app, fullname):
        self._app, self._fullname = app, fullname
        self._names, self._flags = {}, set()
        self._sheets = Sheets(self)

    app = property(lambda self: self._app)
    sheets = property(lambda self: self._sheets)
    names = property(lambda book: Names(book))  # noqa: PLW0108  (the class stands below)
    api = property(lambda self: self)
    fullname = property(lambda self: self._fullname)
    name = property(lambda self: Path(self._fullname).name)

    def activate(self):
        pass


class Names:
    def __init__(self, book):
        self.book = book

    def add(self, name, refers_to):
        self.book._names[name] = refers_to
        return self


@counted
class Sheets:
    def __init__(self, book):
        self._book, self._all, self._front = book, [], None

    @property
    def active(self):
        return self._front

    def __call__(self, name):
        found = self._all[name - 1 : name] if isinstance(name, int) else [one for one in self._all if one._name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def __len__(self):
        return len(self._all)

    def __iter__(self):
        return iter(self._all)

    def __contains__(self, name):
        return any(one._name == name for one in self._all)

    def add(self, before=None, after=None, name=None):  # noqa: ARG002  (of xlwings)
        if "structure" in self._book._flags:
            raise RuntimeError("the structure is protected")
        sheet = Sheet(self._book, name or f"Sheet{len(self._all) + 1}")
        place = self._all.index(after) + 1 if after else 0
        self._all.insert(place, sheet)
        self._front = sheet
        return sheet


@counted
class Sheet:
    def __init__(self, book, name):
        self._book, self._name, self._visible = book, name, True
        self._cells, self._formats, self._widths, self._looks = {}, {}, {}, {}
        self._heights, self._places = {}, {}
        self._painted, self._merges, self._flags = [], [], set()

    book = property(lambda self: self._book)
    api = property(lambda self: self)

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = name

    @property
    def visible(self):
        return self._visible

    @visible.setter
    def visible(self, value):
        self._visible = value

    @property
    def used_range(self):
        places = [*self._cells, *self._formats]
        last = (max((row for row, _ in places), default=1), max((column for _, column in places), default=1))
        return Range(self, (1, 1, *last))

    @property
    def cells(self):
        return Range(self, (1, 1, BOTTOM, 16384))

    def range(self, first, second=None):
        return Range(self, _box(first, second))

    def activate(self):
        self._book._sheets._front = self

    def delete(self):
        self._book._sheets._all.remove(self)


def _box(first, second):
    if isinstance(first, str):
        ends = [_ADDRESS.fullmatch(part).groups() for part in first.split(":")]
        (left, top), (right, bottom) = ends[0], ends[-1]
        return (
            int(top or 1), column_number((left or "A").encode()) + 1,
            int(bottom or BOTTOM), column_number((right or "XFD").encode()) + 1,
        )  # fmt: skip
    corners = [one._box[:2] if isinstance(one, Range) else one for one in (first, second or first)]
    return (*corners[0], *corners[1])


@counted
class Range:
    def __init__(self, sheet, box):
        self._sheet, self._box = sheet, box

    sheet = property(lambda self: self._sheet)
    api = property(lambda self: self)
    row = property(lambda self: self._box[0])
    column = property(lambda self: self._box[1])
    shape = property(lambda self: (self._box[2] - self._box[0] + 1, self._box[3] - self._box[1] + 1))
    max_cells_per_read = max_cells_per_write = None

    def __len__(self):
        return self._height * self._width

    _height = property(lambda self: self._box[2] - self._box[0] + 1)
    _width = property(lambda self: self._box[3] - self._box[1] + 1)

    def __call__(self, row, column=None):
        if column is None:
            row, column = divmod(row - 1, self._width)
            row, column = row + 1, column + 1
        place = (self._box[0] + row - 1, self._box[1] + column - 1)
        return Range(self._sheet, place * 2)

    @property
    def address(self):
        top, left, bottom, right = self._box
        first, last = f"${column_letters(left - 1)}${top}", f"${column_letters(right - 1)}${bottom}"
        return first if first == last else f"{first}:{last}"

    def _rows(self):
        top, left, bottom, right = self._box
        return [
            [self._sheet._cells.get((row, column)) for column in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]

    @property
    def raw_value(self):
        self._answer()
        return self._rows() if len(self._rows()) * len(self._rows()[0]) > 1 else self._rows()[0][0]

    @raw_value.setter
    def raw_value(self, value):
        self._answer()
        if "protected" in self._sheet._flags:
            raise RuntimeError("the sheet is protected")
        fails_after = self._sheet._book._app.__dict__.get("_fails_after")
        if fails_after is not None:
            if fails_after == 0:
                raise RuntimeError("the program gave up")
            self._sheet._book._app._fails_after -= 1
        rows = value if isinstance(value, (list, tuple)) else [[value] * self._width] * self._height
        rows = rows if isinstance(rows[0], (list, tuple)) else [rows]
        for row, cells in enumerate(rows, start=self._box[0]):
            for column, cell in enumerate(cells, start=self._box[1]):
                self._put((row, column), cell)

    def _put(self, place, cell):
        if cell in {None, ""}:
            self._sheet._cells.pop(place, None)
            return
        if isinstance(cell, str) and self._sheet._formats.get(place) != "@":
            if cell.startswith("="):
                cell = f"formula {cell}"
            elif re.fullmatch(r"-?\d+(\.\d+)?(e\d+)?", cell):
                cell = float(cell)
        elif isinstance(cell, int) and not isinstance(cell, bool):
            cell = float(cell)
        elif isinstance(cell, date) and not isinstance(cell, datetime):
            cell = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
        self._sheet._cells[place] = cell

    def _write_formula(self, value):
        self.raw_value = value

    formula = property(None, _write_formula)

    def _answer(self):
        if "busy" in self._sheet._book._flags:
            raise Busy

    def _inside(self, places):
        top, left, bottom, right = self._box
        return [place for place in places if top <= place[0] <= bottom and left <= place[1] <= right]

    def clear_contents(self):
        for place in self._inside(self._sheet._cells):
            del self._sheet._cells[place]

    def clear(self):
        for kept in (self._sheet._cells, self._sheet._formats, self._sheet._looks, self._sheet._places):
            for place in self._inside(kept):
                del kept[place]

    @property
    def number_format(self):
        return self._sheet._formats.get(self._box[:2], "General")

    @number_format.setter
    def number_format(self, code):
        self._sheet._formats |= {
            (row, column): code
            for row in range(self._box[0], self._box[2] + 1)
            for column in range(self._box[1], self._box[3] + 1)
        }

    @property
    def color(self):
        return self._sheet._looks.get(self._box[:2])

    @color.setter
    def color(self, colour):
        for column in range(self._box[1], self._box[3] + 1):
            self._sheet._looks[self._box[0], column] = colour

    @property
    def column_width(self):
        return self._sheet._widths.get(self._box[1], 8.43)

    @column_width.setter
    def column_width(self, width):
        for column in range(self._box[1], self._box[3] + 1):
            self._sheet._widths[column] = width

    @property
    def row_height(self):
        return self._sheet._heights.get(self._box[0], FITTED)

    @row_height.setter
    def row_height(self, height):
        for row in range(self._box[0], self._box[2] + 1):
            self._sheet._heights[row] = height

    def autofit(self, axis=None):
        assert axis == "r"
        for row in range(self._box[0], self._box[2] + 1):
            self._sheet._heights.pop(row, None)

    def _place(self, word):
        self._sheet._places |= {(self._box[0], column): word for column in range(self._box[1], self._box[3] + 1)}

    font = property(lambda _: Font())
    wrap_text = property(lambda _: None, lambda _, __: None)

    def select(self):
        self._sheet._book._app._selected = self


class Font:
    bold = size = color = name = None


class MemoryDoor:
    """The door to it."""

    def paint(self, sheet, area, layer, painted):
        CALLS["door.paint"] += 1
        sheet.impl._painted += [(layer, area, one.formula, one.colour) for one in painted]

    def unpaint(self, sheet, layer):
        CALLS["door.unpaint"] += 1
        sheet.impl._painted = [one for one in sheet.impl._painted if one[0] != layer]

    def merges(self, area):
        CALLS["door.merges"] += 1
        return list(area.impl._sheet._merges)

    def full_name(self, book):
        return book.impl._fullname

    def is_protected(self, sheet):
        return "protected" in sheet.impl._flags

    def is_structure_protected(self, book):
        return "structure" in book.impl._flags

    def is_shared(self, book):
        return "shared" in book.impl._flags

    def is_read_only(self, book):
        return "read only" in book.impl._flags

    def is_filtered(self, sheet):
        return "filtered" in sheet.impl._flags

    def heights_kept(self, sheet):  # noqa: ARG002
        CALLS["door.heights_kept"] += 1
        return contextlib.nullcontext()

    def is_fitted(self, row):
        CALLS["door.is_fitted"] += 1
        return row.row not in row.impl._sheet._heights

    def cut(self, cells):
        CALLS["door.cut"] += 1
        cells.impl._place("cut")

    def centre(self, cells, *, is_heading=False):  # noqa: ARG002
        CALLS["door.centre"] += 1
        cells.impl._place("centred")

    def stand_like(self, cells, model):  # noqa: ARG002
        CALLS["door.stand_like"] += 1


def start():
    """A program with nothing open; its App."""
    CALLS.clear()
    engine = xw.engines.engines_by_name.get("memory") or xw.Engine(impl=Engine())
    engine.impl = Engine()
    xw.engines.add(engine)
    engine.activate()
    return xw.App(impl=engine.impl.apps.app)


def opened(app, fullname, sheets):
    """A book with sheets given as name → rows."""
    impl = app.impl.books.open(str(fullname))
    for name, rows in sheets.items():
        sheet = Sheet(impl, name)
        impl._sheets._all.append(sheet)
        impl._sheets._front = impl._sheets._front or sheet
        for row, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells, start=1):
                if isinstance(cell, str):
                    sheet._formats[row, column] = "@"
                Range(sheet, (row, column) * 2)._put((row, column), cell)
    return xw.Book(impl=impl)
