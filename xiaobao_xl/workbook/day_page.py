"""The page 今日: what waits today for an outlet, a branch or head office, to be read on paper or clicked through."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from xiaobao_xl.day import SECTION_TITLES, Item, Section
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, dress, lines_needed, put
from xiaobao_xl.workbook.paper_form import link

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS: Final = 300  # of a section; a page of more is read by nobody
_WIDTHS: Final = (13, 13, 21, 22, 27, 11, 66, 18)
_LETTERS: Final = "ABCDEFGH"
_HEADS: Final = ("多久", "届满日", "哪一件", "什么事", "所在机构", "由谁办", "怎么办／怎样算出", "今日办理")
_COLOURS: Final[Mapping[Section, tuple[str, str]]] = {
    "overdue": (palette.LEVEL_FILLS["error"], palette.LEVEL_INKS["error"]),
    "today": (palette.LEVEL_FILLS["warning"], palette.LEVEL_INKS["warning"]),
    "soon": (palette.LEVEL_FILLS["note"], palette.LEVEL_INKS["note"]),
    "contact": (palette.PALE, palette.INK),
    "chase": (palette.PALE, palette.INK),
    "filings": (palette.PALE, palette.INK),
    "warnings": (palette.LEVEL_FILLS["warning"], palette.LEVEL_INKS["warning"]),
}


def draw(
    drawing: Drawing, items: Sequence[Item], as_of: date, *, title: str, unit: str = "", about: str = "",
    notes: Sequence[str] = (), links: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Add a page.

    Args:
        drawing: workbook to add it to.
        items: what waits, in order.
        as_of: the day.
        title: whose page it is, `网点`.
        unit: unit asked for; '' for all.
        about: what this level looks at, for the head.
        notes: what could not be shown.
        links: file name → link to it from where the workbook will be.
    """
    sheet = drawing.sheet(f"今日·{title}")
    for letter, width in zip(_LETTERS, _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    palette.print_landscape(sheet, title_rows="1:2")
    _head(sheet, items, as_of, title, unit, about)
    row = 7
    for section in SECTION_TITLES:
        members = [item for item in items if item.section == section]
        if members:
            row = _section(sheet, row, section, members, links or {})
    row = _nothing(sheet, row, items)
    for number, note in enumerate(notes, start=row):
        put(sheet[f"A{number}"], note, font=palette.FAINT, alignment=palette.LEFT)


def links(paths: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """File name → link from a folder, relative so that both may be moved together; absolute across drives."""
    found = {}
    for name, path in paths.items():
        try:
            found[name] = quote(Path(os.path.relpath(path, folder)).as_posix())
        except ValueError:
            found[name] = path.resolve().as_uri()
    return found


def _head(sheet: Worksheet, items: Sequence[Item], as_of: date, title: str, unit: str, about: str) -> None:
    put(sheet["A1"], f"今日（{unit or title}）", font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    weekday = "一二三四五六日"[as_of.weekday()]
    told = [f"{as_of:%Y年%m月%d日} 星期{weekday}", f"{title}看：{about}" if about else "", f"共 {len(items)} 项"]
    put(sheet["A2"], "　｜　".join(part for part in told if part), font=palette.FAINT)
    counts = Counter(item.section for item in items)
    for letter, (section, name) in zip(_LETTERS, SECTION_TITLES.items(), strict=False):
        colour, ink = _COLOURS[section] if counts[section] else (palette.PALE, palette.MUTED)
        for number, (value, size) in enumerate(((name, 10), (counts[section], 20)), start=4):
            put(
                sheet[f"{letter}{number}"], value, font=palette.font(size, ink), fill=palette.fill(colour),
                alignment=palette.CENTRED, border=palette.HEAD_BORDER,
            )  # fmt: skip
    sheet.row_dimensions[4].height, sheet.row_dimensions[5].height = 20, 34


def _section(sheet: Worksheet, row: int, section: Section, items: Sequence[Item], links: Mapping[str, str]) -> int:
    more = f"，只列前 {MOST_ROWS} 项" if len(items) > MOST_ROWS else ""
    put(sheet[f"A{row}"], f"{SECTION_TITLES[section]}（{len(items)} 项{more}）", font=palette.HEADING)
    sheet.row_dimensions[row].height = 22
    row += 1
    for letter, head in zip(_LETTERS, _HEADS, strict=True):
        put(sheet[f"{letter}{row}"], head, font=palette.HEAD, fill=palette.HEAD_FILL, alignment=palette.HEAD_ALIGNMENT,
            border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[row].height = 20
    colour, ink = _COLOURS[section]
    for item in items[:MOST_ROWS]:
        row += 1
        _line(sheet, row, item, links)
        dress(sheet[f"A{row}"], font=palette.font(10, ink), fill=palette.fill(colour))
    return row + 2


def _line(sheet: Worksheet, row: int, item: Item, links: Mapping[str, str]) -> None:
    values: tuple[Any, ...] = (
        item.when, item.due_on, item.key, item.title, item.unit, item.handler, item.says, None,
    )  # fmt: skip
    for letter, value in zip(_LETTERS, values, strict=True):
        cell, wraps = sheet[f"{letter}{row}"], letter in "CDEG"
        alignment = palette.WRAPPED if wraps else palette.CENTRED
        put(
            cell,
            value,
            font=palette.FAINT if letter == "G" else palette.TEXT,
            border=palette.UNDERLINE,
            alignment=alignment,
        )
        if isinstance(value, date):
            cell.number_format = palette.DATE_FORMAT
    if item.file in links and item.sheet and item.row:
        link(sheet, f"C{row}", (item.sheet, item.cell or f"A{item.row}"), links[item.file])
    wrapped = zip(values, _WIDTHS, strict=True)
    lines = max(lines_needed(value, width) for value, width in wrapped if isinstance(value, str))
    sheet.row_dimensions[row].height = min(max(20, 15 * lines + 3), 400)  # Excel allows no row above 409


def _nothing(sheet: Worksheet, row: int, items: Sequence[Item]) -> int:
    """One line for all sections that are empty."""
    filled = {item.section for item in items}
    empty = [title for section, title in SECTION_TITLES.items() if section not in filled]
    if not empty:
        return row
    put(sheet[f"A{row}"], f"今天没有：{'、'.join(empty)}。", font=palette.FAINT, alignment=palette.LEFT)
    return row + 1
