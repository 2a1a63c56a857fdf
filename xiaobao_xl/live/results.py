"""The sheet 校验结果 of a live workbook, line by line with links; and the way from one finding to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from xiaobao_xl.findings import LEVEL_TITLES, Finding, Level
from xiaobao_xl.live.doors import Door, Painted, rgb
from xiaobao_xl.live.ours import RESULTS, LiveBook, LiveRange, LiveSheet, drop, our_sheet, sheet_names
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.scanning import column_number

MOST: Final = 50_000  # lines; nobody works through more, and the rest is found by the next check
HEADS: Final = ("级别", "单元格", "表头", "投诉编号", "值", "问题与改法", "依据", "规则")
_WIDTHS: Final = (7, 10, 16, 20, 18, 70, 36, 34)
LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "note")
_TOP: Final = 4
_LONGEST_VALUE: Final = 60
_CELL: Final = re.compile(r"([A-Z]+)(\d+)")

Line = Sequence[str]
"""Sheet, cell, level, heading, key, value, message, source, check; and where the key stands."""


def lines_of(register: Register, findings: Sequence[Finding]) -> list[list[str]]:
    """Findings as plain texts; one about a row leads to the cell of its key."""
    key = register.origin.letters.get(register.schema.key, "A")
    return [
        [
            one.sheet, one.cell or (f"{key}{one.row}" if one.row else ""), one.level, one.heading, one.key,
            one.value[:_LONGEST_VALUE], one.message, one.source, one.check, f"{key}{one.row}" if one.row else "",
        ]
        for one in findings[:MOST]
    ]  # fmt: skip


def show(book: LiveBook, door: Door, summary: str, lines: Sequence[Line] | None) -> None:
    """Draw the sheet; None takes it away."""
    if lines is None:
        drop(book, RESULTS)
        return
    is_new = RESULTS not in sheet_names(book)
    sheet = our_sheet(book, RESULTS)
    if is_new:
        _dress(sheet, door)
    else:
        sheet.range("A:H").clear_contents()
    sheet.range("A1").value = RESULTS
    sheet.range("A2").value = summary
    sheet.range(f"A{_TOP}:H{_TOP}").options(ndim=2).value = [list(HEADS)]
    if not lines:
        return
    last = _TOP + len(lines)
    sheet.range(f"C{_TOP + 1}:H{last}").number_format = "@"  # what looks like a formula or a number stays what it is
    levels = [[LEVEL_TITLES[line[2]]] for line in lines]
    sheet.range(f"A{_TOP + 1}:A{last}").options(ndim=2).value = levels
    sheet.range(f"B{_TOP + 1}:B{last}").formula = [[_link(line[0], line[1])] for line in lines]
    sheet.range(f"C{_TOP + 1}:H{last}").options(ndim=2).value = [list(line[3:9]) for line in lines]
    sheet.range(f"F{_TOP + 1}:G{last}").wrap_text = True


def _dress(sheet: LiveSheet, door: Door) -> None:
    """Widths and colours of a new sheet, for as many lines as it can hold."""
    from xiaobao_xl.workbook import palette

    for letter, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.range(f"{letter}:{letter}").column_width = width
    heads = sheet.range(f"A{_TOP}:H{_TOP}")
    heads.color = rgb(palette.ACCENT)
    heads.font.color = rgb(palette.WHITE)
    heads.font.bold = True
    sheet.range("A1").font.size = 16
    sheet.range("A1").font.bold = True
    sheet.range(f"B{_TOP + 1}:B{_TOP + MOST}").font.color = rgb(palette.ACCENT)
    colours = [
        Painted(level, f'=INDEX($A:$A,ROW())="{LEVEL_TITLES[level]}"', palette.LEVEL_FILLS[level]) for level in LEVELS
    ]
    door.paint(sheet, f"A{_TOP + 1}:A{_TOP + MOST}", "", colours)


def _link(sheet: str, cell: str) -> str:
    r"""A formula that shows a cell's address and leads there.

    >>> _link("台账", "D5")
    '=HYPERLINK("#\'台账\'!D5","D5")'
    """
    if not cell:
        return "整表"
    place = "'{}'!{}".format(sheet.replace("'", "''").replace('"', '""'), cell)
    return f'=HYPERLINK("#{place}","{cell}")'


def following(lines: Sequence[Line], here: tuple[str, int, int] | None) -> list[Line]:
    """All findings of the next marked cell after a place, the first again after the last.

    Args:
        lines: the findings.
        here: sheet, row and column where the officer is, 1-based; None begins at the first.
    """
    placed: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        if match := _CELL.fullmatch(line[1]):
            placed.setdefault((int(match[2]), column_number(match[1].encode()) + 1), []).append(line)
    if not placed:
        return []
    order = sorted(placed)
    if here and here[0] == placed[order[0]][0][0]:
        return placed[next((place for place in order if place > here[1:]), order[0])]
    return placed[order[0]]


def sentence(found: Sequence[Line], lines: Sequence[Line]) -> str:
    """What is wrong with one cell, and how far the officer has come."""
    cells = list(dict.fromkeys(line[1] for line in lines if line[1]))
    texts = "；".join(f"[{LEVEL_TITLES[line[2]]}] {line[6]}" for line in found)
    return f"{found[0][1]} {texts}（有问题的单元格共 {len(cells)} 个）"


def is_moved(key: LiveRange, line: Line) -> bool:
    """The row no longer holds the complaint it was about: rows were moved, or it was corrected in its number."""
    value = key.value
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "")
    return text.strip() != line[4]


def summary_of(counts: Mapping[Level, int], rows: int, sheet: str, day: str) -> str:
    """One line above the list."""
    from xiaobao_xl.workbook import palette

    levels = "，".join(f"{LEVEL_TITLES[level]} {counts.get(level, 0)} 处" for level in LEVELS)
    return f"工作表“{sheet}”，{rows} 行，判断日 {day}：{levels}；{palette.level_legend()}"
