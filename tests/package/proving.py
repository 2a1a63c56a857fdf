"""What a workbook edited in place must still be: the same parts, byte for byte, and the same sheet but for the cells set.

Reads the files with the standard library alone, and not with the code that is being proved.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree  # noqa: ICN001  (its name says what it is)

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineWorkbook

_ROWS = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*?(?:/>|>.*?</\1sheetData\s*>)", re.DOTALL)
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")
_CALCULATION = re.compile(rb"<((?:\w+:)?)calcPr\b[^>]*?(?:/>|></\1calcPr>)")
_AREA = re.compile(r"""\bref="([A-Z0-9:]+)\"""")
_SEVERAL = re.compile(r"""\bt="(?:array|dataTable)\"""")
_LARGE = 20_000_000  # bytes of a part, beyond which openpyxl is not asked: it takes minutes
_UNCOUNTED = ("calcchain.xml", "sharedstrings.xml", "[content_types].xml")
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass(frozen=True)
class Cell:
    """A cell as its XML says; `formula` is "" for none."""

    kind: str
    style: str
    formula: str
    content: str


@dataclass
class Rows:
    """The rows of a sheet: attributes of each, and its cells by address."""

    attributes: dict[int, dict[str, str]] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)

    @cached_property
    def formulas(self) -> set[str]:
        """Addresses of cells with a formula, and of those that a formula over several cells fills."""
        return self.filled | {address for address, cell in self.cells.items() if cell.formula}

    @cached_property
    def filled(self) -> set[str]:
        """Addresses of cells that a formula over several cells fills, its own included."""
        areas = [
            range_boundaries(_AREA.search(cell.formula)[1])
            for cell in self.cells.values()
            if _SEVERAL.search(cell.formula) and _AREA.search(cell.formula)
        ]
        return {address for address in self.cells if areas and inside(address, areas)}


def inside(address: str, areas: list[tuple[int, int, int, int]]) -> bool:
    """A cell lies in one of some areas: left, top, right, bottom."""
    row, column = coordinate_to_tuple(address)
    return any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in areas)


def packed(data: bytes) -> dict[str, bytes]:
    """Name → method and packed bytes of each part, as they lie in the file."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            lengths = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
            begin = info.header_offset + 30 + sum(lengths)
            found[info.filename] = bytes([info.compress_type]) + data[begin : begin + info.compress_size]
    return found


def unpacked(data: bytes) -> dict[str, bytes]:
    """Name → content of each part; XML in UTF-8."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def changed_parts(before: bytes, after: bytes) -> list[str]:
    """Parts whose packed bytes are not those of the original, and parts that came or went."""
    old, new = packed(before), packed(after)
    return sorted(name for name in {**old, **new} if old.get(name) != new.get(name))


def sheet_parts(data: bytes) -> dict[str, str]:
    """Title → part of each worksheet in the workbook's order; names as they stand in the zip."""
    parts = unpacked(data)
    forms = {_form(name): name for name in parts}
    main = _targets(parts, forms, "")["officeDocument"][0][1]
    pointed = {pointer: (kind, part) for kind, found in _targets(parts, forms, main).items() for pointer, part in found}
    sheets = {}
    for element in _tree(parts[main]).iter():
        if _local(element.tag) == "sheet":
            pointer = next(value for key, value in element.attrib.items() if _local(key) == "id")
            kind, part = pointed[pointer]
            if kind == "worksheet" and part in parts:
                sheets[element.attrib["name"]] = part
    return sheets


def rows(data: bytes) -> Rows:
    """The rows of a sheet part; cells without an address stand after the one before."""
    found, row, column = Rows(), 0, 0
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):  # noqa: S314  (as in _tree)
        local = _local(element.tag)
        if event == "start" and local == "row":
            row, column = int(element.get("r", row + 1)), 0
            found.attributes[row] = {key: value for key, value in element.attrib.items() if key not in {"r", "spans"}}
        elif event == "start" and local == "c":
            column = _column(element.get("r", "")) or column + 1
        elif event == "end" and local == "c":
            found.cells[f"{get_column_letter(column)}{row}"] = _cell(element)
        elif event == "end" and local == "row":
            element.clear()
    return found


def shell(data: bytes) -> bytes:
    """A sheet part without its rows and without the area they fill."""
    return _DIMENSION.sub(b"", _ROWS.sub(b"", _plain(data), count=1), count=1)


def differences(before: bytes, after: bytes, edited: dict[str, set[str]]) -> list[str]:
    """What differs beyond the cells that were set; nothing if the edit was in place.

    Args:
        before: the original file.
        after: the file after cells were set.
        edited: title → addresses that were set.
    """
    old, new = unpacked(before), unpacked(after)
    edited = _spread(before, edited)
    titles = {part: title for title, part in sheet_parts(before).items()}
    found = []
    for name in changed_parts(before, after):
        if name not in old or name not in new:
            found.append(f"{name} {'gone' if name in old else 'new'}")
        elif name in titles:
            found += _sheet_differences(old[name], new[name], edited.get(titles[name], set()), titles[name])
        elif _form(name) == "xl/workbook.xml":
            if _CALCULATION.sub(b"", _plain(old[name])) != _CALCULATION.sub(b"", _plain(new[name])):
                found.append(f"{name} differs beyond calcPr")
        elif not (_form(name).endswith("sharedstrings.xml") and _is_longer(old[name], new[name])):
            found.append(f"{name} differs")
    return found


def _spread(data: bytes, edited: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same addresses for every title that stands for the same part, as a broken list of sheets may have it."""
    parts = sheet_parts(data)
    places: dict[str, set[str]] = {}
    for title, addresses in edited.items():
        places.setdefault(parts[title], set()).update(addresses)
    return {title: places[part] for title, part in parts.items() if part in places}


def _sheet_differences(old: bytes, new: bytes, edited: set[str], title: str) -> list[str]:
    """Cells, row attributes and shell that differ; the cached value of a formula may."""
    found = [f"{title}: differs outside the rows"] if shell(old) != shell(new) else []
    before, after = rows(old), rows(new)
    found += [
        f"{title} row {row}: {before.attributes.get(row)} → {after.attributes.get(row)}"
        for row in {**before.attributes, **after.attributes}
        if before.attributes.get(row, {}) != after.attributes.get(row, {})
    ]
    for address in {**before.cells, **after.cells}.keys() - edited:
        was, is_ = before.cells.get(address), after.cells.get(address)
        is_kept = was and is_ and address in before.formulas and (was.formula, was.style) == (is_.formula, is_.style)
        if was != is_ and not is_kept:
            found.append(f"{title}!{address}: {was} → {is_}")
    return found


def values(data: bytes) -> dict[str, dict[str, object]]:
    """Title → address → value as python-calamine reads it; empty cells left out."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: dict[str, dict[str, object]] = {}
    for title in book.sheet_names:
        try:
            lines = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        except Exception:  # noqa: BLE001, S112  (a sheet of charts, which calamine cannot read; its errors have no common class)
            continue
        found[title] = {
            f"{get_column_letter(column)}{row}": value
            for row, line in enumerate(lines, 1)
            for column, value in enumerate(line, 1)
            if value not in {"", None}
        }
    return found


def openpyxl_values(data: bytes) -> dict[str, dict[str, object]]:
    """Title → address → value or formula as openpyxl reads it; empty cells left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data))
    return {  # `_cells` are those that exist; walking over all rows would make a million more
        sheet.title: {
            cell.coordinate: _openpyxl_value(cell.value) for cell in sheet._cells.values() if cell.value is not None
        }
        for sheet in book.worksheets
    }


def other_values(before: bytes, after: bytes, edited: dict[str, set[str]]) -> list[str]:
    """Cells that two other libraries read otherwise than before, where nothing was set and no formula stands."""
    written = {title: rows(unpacked(before)[part]) for title, part in sheet_parts(before).items()}
    edited, found = _spread(before, edited), []
    is_large = max(map(len, unpacked(before).values())) > _LARGE
    for library, read in (("calamine", values), ("openpyxl", openpyxl_values)):
        if is_large and library == "openpyxl":
            continue
        try:
            old = read(before)
        except Exception:  # noqa: BLE001, S112  (what the library could not open before, it need not open after)
            continue
        new = read(after)
        for title, cells in old.items():
            if not cells:  # nothing there, or in an encoding the library cannot read
                continue
            sheet = written.get(title, Rows())
            free = edited.get(title, set()) | (sheet.formulas if library == "calamine" else sheet.filled)
            found += [
                f"{library} {title}!{address}: {cells.get(address)!r} → {new[title].get(address)!r}"
                for address in {**cells, **new[title]}.keys() - free
                if cells.get(address) != new[title].get(address)
            ]
    return found


def elements(data: bytes) -> Counter[str]:
    """How often each element stands in the XML parts, those of the rows of sheets and of lists left out."""
    found: Counter[str] = Counter()
    for name, content in unpacked(data).items():
        if name.lower().endswith((".xml", ".vml")) and not _form(name).endswith(_UNCOUNTED):
            text = _ROWS.sub(b"", _plain(content), count=1)
            found.update(_local(element.tag) for element in _tree(text).iter())
    return found


def _tree(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314  (only what was opened, or has just been written)


def _cell(element: ElementTree.Element) -> Cell:
    formula, content = "", ""
    for child in element:
        text = ElementTree.tostring(child, encoding="unicode")
        formula, content = (text, content) if _local(child.tag) == "f" else (formula, content + text)
    return Cell(element.get("t", "n"), element.get("s", "0"), formula, content)


def _openpyxl_value(value: object) -> object:
    """Array and table formulas by what they say, since their objects are never equal."""
    return {name: str(text) for name, text in vars(value).items()} if hasattr(value, "ref") else value


def _is_longer(old: bytes, new: bytes) -> bool:
    """Shared strings were only added at the end."""
    before, after = (
        [ElementTree.tostring(string) for string in _tree(data) if _local(string.tag) == "si"] for data in (old, new)
    )
    return after[: len(before)] == before


def _plain(data: bytes) -> bytes:
    """UTF-8 without declaration."""
    text = data.decode("utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data.decode("utf-8-sig")
    return re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", text).encode()


def _targets(parts: dict[str, bytes], forms: dict[str, str], source: str) -> dict[str, list[tuple[str, str]]]:
    """Kind → (id, part) of what a part points to."""
    folder, file = posixpath.split(_form(source))
    found: dict[str, list[tuple[str, str]]] = {}
    for element in _tree(parts[forms[posixpath.join(folder, "_rels", f"{file}.rels")]]):
        kind, target = element.get("Type", "").rpartition("/")[2], element.get("Target", "").replace("\\", "/")
        path = _form(posixpath.normpath(posixpath.join("/" + folder, target)))
        found.setdefault(kind, []).append((element.get("Id", ""), forms.get(path, path)))
    return found


def _form(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _column(address: str) -> int:
    found = _ADDRESS.fullmatch(address)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - 64
    return number
