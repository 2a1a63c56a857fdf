"""The workbook of 核对: counts per list, pairs with what speaks for them, rows missing on either side, cells that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xiaobao_xl.counterparts import CERTAINTY_TITLES, Counterpart, Matched
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, dress, put
from xiaobao_xl.workbook.paper_form import TOP, head, line

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_WIDE = 60.0


class List(Protocol):
    """One list compared, as `tasks.matching` gives it."""

    @property
    def rule(self) -> Counterpart:
        """How it was compared."""

    @property
    def matched(self) -> Matched:
        """Pairs and rows without a partner."""

    @property
    def differences(self) -> Sequence[tuple[int, str, str, str]]:
        """Cells of paired rows that do not agree."""

    @property
    def expected(self) -> int:
        """How many of ours ought to be on the list."""

    def place(self, side: str, position: int) -> str:
        """Number and row of a complaint on one side."""


def write_matched(
    out: Path, lists: Sequence[List], counts: dict[str, dict[str, int]], *, overwrite: bool = False
) -> Path:
    """Write the workbook.

    Args:
        out: where to write.
        lists: the lists compared.
        counts: title of a list → what was counted.
        overwrite: an existing file may be replaced.
    """
    drawing = Drawing()
    _overview(drawing.sheet("核对结果"), lists, counts)
    for one in lists:
        for title, (hint, headings, lines) in _parts(one).items():
            _sheet(drawing, f"{one.rule.title}·{title}", hint, headings, list(lines))
    for sheet in drawing.workbook.worksheets:
        palette.print_landscape(sheet, title_rows=f"1:{TOP - 1}")
    drawing.save(out, overwrite=overwrite)
    return out


def _parts(one: List) -> dict[str, tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]]:
    """Sheets of one list: title → help, headings, lines."""
    ours, theirs, why = "我方记录", "对方记录", "为什么没有配上"
    return {
        "对方有我方无": ("请查台账是否漏登，或来源、编号、电话是否登错。", (theirs, f"最接近的{ours}", why), _missing(one, "theirs")),
        "我方有对方无": (
            "台账写明来自对方、清单中却没有；请查来源是否登错，或对方尚未列入。", (ours, f"最接近的{theirs}", why), _missing(one, "ours")
        ),
        "内容不一致": ("已配对而两边所填不同的项目；以原始材料为准改正。", (ours, theirs, "项目", "我方", "对方"), _differing(one)),
        "配对": (
            "“很可能相符”“待人工确认”的请逐件看；另有同样相符的，请比对内容后选定。",
            (ours, theirs, "结论", "依据", "另有同样相符的"), _pairs(one),
        ),
    }  # fmt: skip


def _overview(sheet: Worksheet, lists: Sequence[List], counts: dict[str, dict[str, int]]) -> None:
    titles = list(next(iter(counts.values())))
    widths = (24, 18, *[15 for _ in titles])
    hint = "“我方应有”是台账写明来自对方、且日期在清单所涉期间之内的件数。每一项的明细在后面各页。"
    head(sheet, "台账与对方清单核对", hint, ("清单", "我方应有", *titles), widths)
    for row, one in enumerate(lists, start=TOP):
        cells = (one.rule.title, one.expected, *counts[one.rule.title].values())
        for column, content in enumerate(cells, start=1):
            alignment = palette.LEFT if column == 1 else palette.CENTRED
            put(sheet.cell(row, column), content, font=palette.STRONG, border=palette.UNDERLINE, alignment=alignment)
        for column in range(len(cells) - 2, len(cells) + 1):
            good = not cells[column - 1]
            fill = palette.GOOD_FILL if good else palette.LEVEL_FILLS["warning"]
            ink = palette.GOOD_INK if good else palette.LEVEL_INKS["warning"]
            dress(sheet.cell(row, column), fill=palette.fill(fill), font=palette.font(10, ink))
        sheet.row_dimensions[row].height = 24


def _missing(one: List, side: str) -> Iterator[tuple[object, ...]]:
    other = "theirs" if side == "ours" else "ours"
    for alone in one.matched.ours_alone if side == "ours" else one.matched.theirs_alone:
        nearest = one.place(other, alone.nearest) if alone.nearest >= 0 else "—"
        yield one.place(side, alone.place), nearest, alone.reason


def _differing(one: List) -> Iterator[tuple[object, ...]]:
    for number, title, mine, other in one.differences:
        pair = one.matched.pairs[number]
        yield one.place("ours", pair.ours), one.place("theirs", pair.theirs), title, mine, other


def _pairs(one: List) -> Iterator[tuple[object, ...]]:
    for pair in one.matched.pairs:
        places = one.place("ours", pair.ours), one.place("theirs", pair.theirs)
        yield *places, CERTAINTY_TITLES[pair.certainty], pair.evidence, f"{pair.rivals} 件" if pair.rivals else ""


def _sheet(
    drawing: Drawing, title: str, hint: str, headings: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    sheet = drawing.sheet(title)
    widths = [
        min(_MOST_WIDE, max([14.0, *(2.0 * len(str(row[place])) for row in rows)])) for place in range(len(headings))
    ]
    head(sheet, f"{title}（{len(rows)}）", hint, headings, widths)
    for number, row in enumerate(rows, start=TOP):
        line(sheet, number, row, widths)
    if not rows:
        put(sheet.cell(TOP, 1), "没有。", font=palette.TEXT)
