"""Moving marks from last period's form to a revised one: each mark follows its words, not its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, Literal

from xiaobao_xl import package
from xiaobao_xl.package.references import address
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, dress, refuse_existing
from xiaobao_xl.workbook.form_cells import Form, FormCell, blank_cells
from xiaobao_xl.workbook.paper_form import TOP, head, line

Verdict = Literal["same", "moved", "reworded", "lost"]
VERDICT_TITLES: Final[dict[Verdict, str]] = {
    "same": "位置未变", "moved": "位置移动，已随标题移过去", "reworded": "标题有改动，请确认", "lost": "没有找到，未放标记",
}  # fmt: skip
_LIKE = 0.72  # similarity of the words, 0–1, from which a reworded cell is proposed
_HEADINGS = ("标记", "上期位置", "上期的标题", "本期位置", "本期的标题", "结论")
_WIDTHS = (40, 18, 46, 18, 46, 26)


@dataclass(frozen=True, slots=True)
class Move:
    """Where one mark goes.

    Attributes:
        old: its cell on last period's form.
        new: the cell proposed on the new one; None where none is found.
        verdict: how sure that is.
    """

    old: FormCell
    new: FormCell | None
    verdict: Verdict


def moves(old: Form, new: Form) -> list[Move]:
    """A cell of the new form for every mark of the old: the same words first, then the most similar ones, each cell once."""
    free = {cell.place: cell for cell in blank_cells(new)}
    found: dict[str, Move] = {}
    for cell in old.marked:  # what stayed in its place is settled first, so that equal rows do not slip
        here = free.get(cell.place)
        if here is not None and _same(cell, here):
            found[cell.place] = Move(cell, free.pop(cell.place), "same")
    by_words: dict[tuple[str, str], list[FormCell]] = defaultdict(list)
    for cell in free.values():
        by_words[cell.beside, cell.above].append(cell)
    for cell in old.marked:
        alike = (
            [other for other in by_words[cell.beside, cell.above] if other.place in free]
            if cell.place not in found
            else []
        )
        if alike and (cell.beside or cell.above):
            nearest = min(
                alike,
                key=lambda other: (
                    other.sheet != cell.sheet,
                    abs(other.row - cell.row),
                    abs(other.column - cell.column),
                ),
            )
            found[cell.place] = Move(cell, free.pop(nearest.place), "moved")
    for cell in old.marked:
        if cell.place not in found:
            best = max(
                free.values(), key=lambda other: (_likeness(cell, other), other.sheet == cell.sheet), default=None
            )
            if best is not None and _likeness(cell, best) >= _LIKE:
                found[cell.place] = Move(cell, free.pop(best.place), "reworded")
            else:
                found[cell.place] = Move(cell, None, "lost")
    return [found[cell.place] for cell in old.marked]


def _same(one: FormCell, other: FormCell) -> bool:
    return (one.beside, one.above) == (other.beside, other.above)


def _likeness(one: FormCell, other: FormCell) -> float:
    """How alike the words of two cells are; both sides must be."""
    pairs = ((one.beside, other.beside), (one.above, other.above))
    return min(
        1.0 if left == right else SequenceMatcher(None, left, right, autojunk=False).ratio() for left, right in pairs
    )


def added(old: Form, new: Form, moved: Sequence[Move]) -> list[FormCell]:
    """Cells the new form asks for and the old did not: blank, with words nobody knew before."""
    taken = {move.new.place for move in moved if move.new}
    known = {(cell.beside, cell.above) for cell in old.cells}
    return [
        cell
        for cell in blank_cells(new)
        if cell.place not in taken and cell.beside and cell.above and (cell.beside, cell.above) not in known
    ]


def write_marked(new: Form, moved: Sequence[Move], out: Path, *, overwrite: bool = False) -> Path:
    """The new form with the marks put in where a cell was found; nothing else of it changes."""
    refuse_existing(out, overwrite=overwrite)
    with package.open(new.path) as book:
        for move in moved:
            if move.new is not None:
                book.set(move.new.sheet, address(move.new.row, move.new.column), move.old.marks)
        book.save(out)
    return out


def write_side_by_side(out: Path, old: Form, new: Form, moved: Sequence[Move], *, overwrite: bool = False) -> Path:
    """A workbook with both forms' cells side by side, what needs a look first, then what the new form asks for besides."""
    drawing = Drawing()
    sheet = drawing.sheet("标记对照")
    hint = f"上期：{old.path.name}　本期：{new.path.name}。红、黄的请逐条看；确认后用带标记的新表填报。"
    head(sheet, "新旧表样对照", hint, _HEADINGS, _WIDTHS)
    order: list[Verdict] = ["lost", "reworded", "moved", "same"]
    colours = {
        "lost": palette.LEVEL_FILLS["error"],
        "reworded": palette.LEVEL_FILLS["warning"],
        "moved": palette.LEVEL_FILLS["note"],
    }
    for row, move in enumerate(sorted(moved, key=lambda one: order.index(one.verdict)), start=TOP):
        cells = (
            move.old.marks, move.old.place, move.old.words, move.new.place if move.new else "—",
            move.new.words if move.new else "—", VERDICT_TITLES[move.verdict],
        )  # fmt: skip
        line(sheet, row, cells, _WIDTHS)
        if move.verdict in colours:
            dress(sheet.cell(row, 6), fill=palette.fill(colours[move.verdict]))
    _added(drawing, added(old, new, moved))
    palette.print_landscape(sheet, title_rows=f"1:{TOP - 1}")
    drawing.save(out, overwrite=overwrite)
    return out


def _added(drawing: Drawing, cells: Sequence[FormCell]) -> None:
    sheet = drawing.sheet("本期新增")
    hint = "新表样中上期没有的填报格；需要填的请在新表里自行写上标记。"
    head(sheet, f"本期新增的填报格（{len(cells)}）", hint, ("位置", "行标题", "列标题"), (20, 50, 50))
    for row, content in enumerate(_lines(cells), start=TOP):
        line(sheet, row, content, (20, 50, 50))


def _lines(cells: Sequence[FormCell]) -> Iterator[tuple[str, str, str]]:
    if not cells:
        yield "没有。", "", ""
    for cell in cells:
        yield cell.place, cell.beside, cell.above
