"""A new sheet in a workbook: its rows from values, and what a sheet has beside them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import references
from xiaobao_xl.package.cells import Value, content
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.listing import Shells, add_names, admit, enter
from xiaobao_xl.package.markup import DECLARATION, MAIN, OFFICE, RELATIONS, attributes
from xiaobao_xl.package.parts import SPREADSHEET, Parts, folder_of, relations_file
from xiaobao_xl.package.references import Area
from xiaobao_xl.package.styles import Styles, append_entries, styles_part

WORKSHEET: Final = f"{SPREADSHEET}.worksheet+xml"
MOST_LINKS: Final = 65_530  # of one sheet, in Excel
_LONGEST_LIST: Final = 255
_BLOCK: Final = 2_000
_LINK_COLOUR: Final = "0563C1"
_ADDRESS_OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Styled(NamedTuple):
    """A value and the number of its style, an index of the workbook's cellXfs."""

    value: Value
    style: int


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What may be entered.

    Attributes:
        area: cells, as `B2:B9`; several with blanks between.
        kind: as Excel's; "list" takes a formula such as `"是,否"` (with the quotes) or `$F$2:$F$9`.
        formula: the list, the lower bound or the formula, without `=`.
        second: the upper bound of `between` and `notBetween`.
        operator: how the bounds are meant; not for lists and formulas of your own.
        error: shown where something else is entered.
        prompt: shown beside the cell.
    """

    area: str
    kind: Literal["list", "whole", "decimal", "date", "time", "textLength", "custom"]
    formula: str
    second: str = ""
    operator: str = "between"
    error: str = ""
    prompt: str = ""


@dataclass(frozen=True, kw_only=True)
class Format:
    """A conditional format.

    Attributes:
        area: cells, as `B2:B9`; several with blanks between.
        formula: without `=`; with an operator the value compared with.
        operator: `equal`, `lessThan`, `between` …; empty means the formula itself decides.
        second: the upper bound of `between`.
        fill: colour of the ground, RRGGBB.
        colour: colour of the letters, RRGGBB.
        bold: letters are bold.
    """

    area: str
    formula: str
    operator: str = ""
    second: str = ""
    fill: str = ""
    colour: str = ""
    bold: bool = False


def add_sheet(
    parts: Parts,
    directory: Directory,
    title: str,
    rows: Iterable[Sequence[Value | Styled]],
    *,
    first: bool = False,
    widths: Mapping[str, float] | None = None,
    freeze: str = "",
    filter_: str = "",
    links: Mapping[str, str] | None = None,
    validations: Sequence[Validation] = (),
    formats: Sequence[Format] = (),
    has_head: bool = False,
    styles: Styles | None = None,
    shells: Shells | None = None,
    even_if_protected: bool = False,
) -> str:
    """Add a worksheet and give the name of its part.

    Args:
        parts: the workbook.
        directory: its list of sheets.
        title: on the tab; no other sheet has it.
        rows: values of one row after another, from A1 on; used once.
        first: in front of all others and shown on opening; else at the end.
        widths: column letters (`A`, `B:D`) → width in characters.
        freeze: cell left above which everything stays in view, as `A2`.
        filter_: area with buttons to filter, its first row the headings.
        links: cell → `'工作表'!B5` inside the file, or an address outside with its scheme (`https:`, `mailto:`).
        validations: what may be entered.
        formats: conditional formats, the first the strongest.
        has_head: the first row is bold.
        styles: the workbook's styles where some are kept; the caller then flushes them.
        shells: gives the tree of a sheet that is being edited; without it that part is read and written.
        even_if_protected: add although the structure of the workbook is protected.

    Raises:
        WorkbookError: the title is taken or impossible, the structure is protected, a value has no place in a cell.
            Nothing is changed then.
    """
    admit(directory, title, even_if_protected=even_if_protected)
    used = styles or Styles(parts, directory)
    links = dict(links or {})
    pointers = {url: f"rId{number}" for number, url in enumerate(_outside(links), start=1)}
    writer = _Rows(used, links, is_1904=directory.is_1904(), has_head=has_head, title=title)
    tail = _filter(filter_) + _formats(formats, _next_format(parts, directory))
    tail += _validations(validations) + _links(links, pointers)
    part = parts.free_name(f"{folder_of(directory.part)}/worksheets/sheet{{}}.xml".lstrip("/"))
    head = _views(freeze, first=first) + _columns(widths or {})
    parts.add(part, _worksheet(parts, head, writer.blocks(rows), tail), WORKSHEET)
    _point(parts, part, pointers)
    position = enter(parts, directory, title, part, first=first, shells=shells)
    if filter_:
        area = f"{references.quoted(title)}!{_absolute(Area.read(filter_))}"
        add_names(directory, [({"name": "_xlnm._FilterDatabase", "hidden": "1"}, area)], position)
    if formats:
        _append_formats(directory, used, formats)
    if styles is None:
        used.flush()
    return part


def _worksheet(parts: Parts, head: str, blocks: Iterable[bytes], tail: str) -> bytes:
    """The part, from what stands before its rows, the rows, and what stands after them."""
    spaces = attributes({"xmlns": parts.namespace(MAIN), "xmlns:r": parts.namespace(OFFICE)})
    out = io.BytesIO()  # hands over its bytes without copying them
    out.write(f"{DECLARATION}<worksheet{spaces}>{head}<sheetData>".encode())
    out.writelines(blocks)
    out.write(f"</sheetData>{tail}</worksheet>".encode())
    return out.getvalue()


class _Rows:
    """Rows of values as XML."""

    def __init__(self, styles: Styles, links: Mapping[str, str], *, is_1904: bool, has_head: bool, title: str) -> None:
        self._styles, self._links, self._is_1904, self._title = styles, links, is_1904, title
        self._head = styles.derived(0, bold=True) if has_head else 0
        self._letters: list[str] = []

    def blocks(self, rows: Iterable[Sequence[Value | Styled]]) -> Iterator[bytes]:
        """Blocks of rows."""
        waiting: list[str] = []
        for number, row in enumerate(rows, start=1):
            if number > references.MAX_ROWS or len(row) > references.MAX_COLUMNS:
                raise WorkbookError(f"工作表“{self._title}”放不下：最多 1,048,576 行、16,384 列；请拆成几张。")
            while len(self._letters) < len(row):
                self._letters.append(references.letters(len(self._letters) + 1))
            waiting.append(self._row(str(number), row, self._head if number == 1 else 0))
            if len(waiting) >= _BLOCK:
                yield "".join(waiting).encode()
                waiting.clear()
        yield "".join(waiting).encode()

    def _row(self, number: str, row: Sequence[Value | Styled], style: int) -> str:
        cells = []
        for letters, value in zip(self._letters, row, strict=False):
            if value is not None:
                cells.append(self._cell(letters + number, value, style))
        return f'<row r="{number}">{"".join(cells)}</row>' if cells else ""

    def _cell(self, place: str, value: Value | Styled, style: int) -> str:
        if isinstance(value, Styled):
            value, style = value
        elif isinstance(value, date):
            style = self._styles.derived(
                style, number_format="yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
            )
        elif not style and place in self._links:
            style = self._styles.derived(0, colour=_LINK_COLOUR)
        if value != value:  # noqa: PLR0124  (a missing number or day of a table differs from itself)
            value = None
        type_, inside = content(value, "", is_1904=self._is_1904, where=f"{self._title}!{place}")
        type_ = f' t="{type_}"' if type_ else ""
        dressed = f' s="{style}"' if style else ""
        return f'<c r="{place}"{dressed}{type_}>{inside}</c>' if inside or dressed else ""


def _views(freeze: str, *, first: bool) -> str:
    row, column = references.cell(freeze) if freeze else (1, 1)
    selected = ' tabSelected="1"' if first else ""
    across = f' xSplit="{column - 1}"' if column > 1 else ""
    down = f' ySplit="{row - 1}"' if row > 1 else ""
    if not across and not down:
        return f'<sheetViews><sheetView{selected} workbookViewId="0"/></sheetViews>'
    active = "bottomRight" if across and down else "topRight" if across else "bottomLeft"
    pane = f'<pane{across}{down} topLeftCell="{references.address(row, column)}" activePane="{active}" state="frozen"/>'
    view = f'<sheetView{selected} workbookViewId="0">{pane}<selection pane="{active}"/></sheetView>'
    return f"<sheetViews>{view}</sheetViews>"


def _columns(widths: Mapping[str, float]) -> str:
    sizes = {}
    for letters, width in widths.items():
        area = Area.read(letters)
        sizes.update(dict.fromkeys(range(area.left, area.right + 1), width))
    columns = "".join(f'<col min="{at}" max="{at}" width="{sizes[at]:g}" customWidth="1"/>' for at in sorted(sizes))
    return f"<cols>{columns}</cols>" if columns else ""


def _filter(area: str) -> str:
    return f'<autoFilter ref="{Area.read(area)}"/>' if area else ""


def _formats(formats: Sequence[Format], number: int) -> str:
    """The conditional formats, their looks numbered from `number` on."""
    written = []
    for place, form in enumerate(formats):
        kind = {
            "type": "cellIs" if form.operator else "expression",
            "dxfId": str(number + place),
            "priority": str(place + 1),
        }
        rule = attributes(kind | ({"operator": form.operator} if form.operator else {}))
        formulas = "".join(f"<formula>{escape(text)}</formula>" for text in (form.formula, form.second) if text)
        written.append(
            f'<conditionalFormatting sqref="{_areas(form.area)}"><cfRule{rule}>{formulas}</cfRule></conditionalFormatting>'
        )
    return "".join(written)


def _next_format(parts: Parts, directory: Directory) -> int:
    part = directory.related("styles")
    listed = parts.settle(part).root.child("dxfs") if part else None
    return len(listed.children) if listed else 0


def _append_formats(directory: Directory, styles: Styles, formats: Sequence[Format]) -> None:
    """Put the looks of conditional formats at the end of those there are."""
    parts = directory.parts
    markup = parts.settle(styles_part(directory, styles))
    append_entries(markup, "dxfs", [_look(form) for form in formats])


def _look(form: Format) -> str:
    colour = f"<color{attributes({'rgb': 'FF' + form.colour})}/>" if form.colour else ""
    font = f"<font>{'<b/>' if form.bold else ''}{colour}</font>" if colour or form.bold else ""
    rgb = attributes({"rgb": "FF" + form.fill})
    pattern = f'<patternFill patternType="solid"><fgColor{rgb}/><bgColor{rgb}/></patternFill>'
    return f"<dxf>{font}{f'<fill>{pattern}</fill>' if form.fill else ''}</dxf>"


def _validations(validations: Sequence[Validation]) -> str:
    written = []
    for rule in validations:
        if rule.kind == "list" and rule.formula.startswith('"') and len(rule.formula) - 2 > _LONGEST_LIST:
            raise WorkbookError(
                f"{rule.area} 的下拉选项合计超过 {_LONGEST_LIST} 字；请把选项写到单元格里，再引用那些单元格。"
            )
        kind = {"type": rule.kind, "allowBlank": "1", "showInputMessage": "1", "showErrorMessage": "1"}
        if rule.kind not in {"list", "custom"} and rule.operator != "between":
            kind["operator"] = rule.operator
        kind |= {name: text[:225] for name, text in (("error", rule.error), ("prompt", rule.prompt)) if text}
        formulas = f"<formula1>{escape(rule.formula)}</formula1>"
        formulas += f"<formula2>{escape(rule.second)}</formula2>" if rule.second else ""
        written.append(f"<dataValidation{attributes(kind | {'sqref': _areas(rule.area)})}>{formulas}</dataValidation>")
    return f'<dataValidations count="{len(written)}">{"".join(written)}</dataValidations>' if written else ""


def _outside(links: Mapping[str, str]) -> list[str]:
    """Addresses outside the file, each once."""
    if len(links) > MOST_LINKS:
        raise WorkbookError(f"一张工作表最多有 {MOST_LINKS:,} 个超链接，这里有 {len(links):,} 个；请减少链接。")
    return list(dict.fromkeys(target for target in links.values() if _ADDRESS_OUTSIDE.match(target)))


def _links(links: Mapping[str, str], pointers: Mapping[str, str]) -> str:
    written = []
    for place, target in links.items():
        where = {"r:id": pointers[target]} if target in pointers else {"location": target.removeprefix("#")}
        written.append(f"<hyperlink{attributes({'ref': str(Area.read(place)), **where})}/>")
    return f"<hyperlinks>{''.join(written)}</hyperlinks>" if written else ""


def _point(parts: Parts, part: str, pointers: Mapping[str, str]) -> None:
    """Say where the links of a new part lead, all at once: there may be thousands."""
    if not pointers:
        return
    kind = {"Type": f"{parts.namespace(OFFICE)}/hyperlink", "TargetMode": "External"}
    entries = "".join(
        f"<Relationship{attributes({'Id': id_, 'Target': url, **kind})}/>" for url, id_ in pointers.items()
    )
    data = f'{DECLARATION}<Relationships xmlns="{RELATIONS}">{entries}</Relationships>'
    parts.write(relations_file(part), data.encode())


def _areas(text: str) -> str:
    return " ".join(str(Area.read(area)) for area in text.split())


def _absolute(area: Area) -> str:
    return re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", str(area))
