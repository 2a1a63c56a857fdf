"""Filling: a template with marks + Figures → the finished report.

Marks and figures are compared both ways before anything is written. The template is edited in place: numbers are
written as numbers into the cell's own style, formulas stay formulas, and everything else of the template (charts,
pictures, macros, print settings) stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.row_lists import Cell
from xiaobao_xl.figures.values import BLANK, Figures, Member
from xiaobao_xl.findings import Finding
from xiaobao_xl.package.references import address
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.workbook.cards import fill_cards, titled_sheets
from xiaobao_xl.workbook.drawing import refuse_existing
from xiaobao_xl.workbook.form_cells import locked_cells
from xiaobao_xl.workbook.lines import NOTHING, heights, line_cells, list_in
from xiaobao_xl.workbook.marks import Mark, Marked, marked_cells
from xiaobao_xl.workbook.printing import printed, value_of


class Placed(NamedTuple):
    """A figure in a cell of the finished report.

    Attributes:
        sheet: sheet title.
        cell: address such as `C5`.
        figure: figure or base id.
        member: member ids.
    """

    sheet: str
    cell: str
    figure: str
    member: Member


@dataclass(frozen=True)
class Filled:
    """A finished report.

    Attributes:
        path: the file.
        cells: every figure written, sheet by sheet, row by row.
        findings: figures the template leaves out, and formulas whose results only Excel can compute.
        template_sha256: hash of the template.
        sha256: hash of the finished file.
    """

    path: Path
    cells: tuple[Placed, ...]
    findings: tuple[Finding, ...]
    template_sha256: str
    sha256: str


def fill(template: Path, figures: Figures, out: Path, *, overwrite: bool = False) -> Filled:
    """Write a report.

    Args:
        template: workbook with marks.
        figures: the counted report.
        out: where to write; written whole or not at all.
        overwrite: an existing file may be replaced.

    Raises:
        WorkbookError: the template cannot be read, a mark is not known (each named with its cell), or the target
            cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    with _opened(template) as book:
        found = marked_cells(book, figures, template.name)
        if not found:
            raise WorkbookError(
                f"{template}：模板中没有任何标记（如 {{{{ 本期收到 }}}}），无法填报；请确认选对了模板。新发的空表可用 xiaobao form 把上期的标记移过来"
            )
        _refuse_locked(template, found)
        titled = titled_sheets(book, figures, template.name)
        placed = _filled(book, [cell for cell in found if cell.sheet not in titled], figures, template.name)
        cards = [cell for cell in found if cell.sheet in titled]
        placed += [Placed(*one, ()) for one in fill_cards(book, titled, cards, figures, template.name)]
        book.save(out)
        dropped = list(book.dropped)
    marked = {
        mark.figure for cell in found for mark in cell.marks if mark.field in {"", "值"} or mark.figure in figures.lists
    }
    findings = [*_left_out(figures, marked, placed, template.name), *_uncomputed(figures, dropped, template.name)]
    return Filled(out, tuple(placed), tuple(findings), sha256_of(template), sha256_of(out))


def _refuse_locked(template: Path, found: Sequence[Marked]) -> None:
    """Stop before anything is written where a mark stands in a cell that a protected sheet locks."""
    marked = {f"{cell.sheet}!{address(cell.row, cell.column)}" for cell in found}
    locked = [place for place in locked_cells(template) if place in marked]
    if locked:
        shown = "、".join(locked[:5]) + (f" 等 {len(locked)} 处" if len(locked) > 5 else "")
        raise WorkbookError(
            f"{template.name} {shown}：工作表受保护，这些格被锁定，不会写入；请把标记写在允许填写的格里，或向发表单位确认填报位置"
        )


def sha256_of(path: Path) -> str:
    """Hash of a file, for audit."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _opened(template: Path) -> package.Book:
    try:
        return package.open(template)
    except WorkbookError as cause:
        raise WorkbookError(f"{template}：模板无法打开；请确认文件存在、是 .xlsx 格式且没有加密（{cause}）") from cause


def _filled(book: package.Book, found: Sequence[Marked], figures: Figures, file: str) -> list[Placed]:
    """Repeat rows from the lowest up, so that rows still to be repeated do not move; then write all values."""
    rows = {key: list(cells) for key, cells in groupby(found, key=lambda cell: (cell.sheet, cell.row))}
    lists = {key: name for key, cells in rows.items() if (name := list_in(cells, figures, file))}
    members = {
        key: _members(cells, figures, file) for key, cells in rows.items() if _is_repeated(cells) and key not in lists
    }
    counts = {key: max(len(names), 1) for key, names in members.items()}
    counts |= {key: max(len(figures.lists[name]), 1) for key, name in lists.items()}
    rooms = {key: book.room(*key) for key in lists}
    for (sheet, row), count in sorted(counts.items(), reverse=True):
        book.repeat_row(sheet, row, count)
    placed = []
    for key, cells in rows.items():
        sheet, row = key
        top = row + sum(count - 1 for (other, above), count in counts.items() if other == sheet and above < row)
        for offset, column, value, terms, number_format in _written(cells, lists.get(key), members.get(key), figures):
            place = address(top + offset, column)
            book.set(sheet, place, value, number_format=number_format)
            placed += [Placed(sheet, place, figure, member) for figure, member in terms]
        if key in lists:
            for offset, points in enumerate(heights([*line_cells(cells, figures, lists[key])], rooms[key])):
                book.set_height(sheet, top + offset, points)
    return placed


def _is_repeated(cells: Iterable[Marked]) -> bool:
    return any(mark.field for cell in cells for mark in cell.marks)


def _members(cells: Sequence[Marked], figures: Figures, file: str) -> list[Member]:
    """The members a row is repeated for: those of the axis its marks share."""
    followed = [mark for cell in cells for mark in cell.marks if mark.field]
    axes = [figures.axes[mark.figure][0] for mark in followed]
    if len({tuple(axis.titles) for axis in axes}) > 1:
        raise WorkbookError(
            f"{file} {cells[0].sheet}!{address(cells[0].row, cells[0].column)}: "
            "同一重复行里的指标按不同的列分类，无法逐行对应；请分成两行"
        )
    return [(name,) for name in axes[0].titles if _is_shown(name, followed, figures)]


# row offset, column, value, what it shows, number format
_Written = tuple[int, int, Cell, list[tuple[str, Member]], str | None]


def _written(
    cells: Sequence[Marked], name: str | None, members: Sequence[Member] | None, figures: Figures
) -> Iterator[_Written]:
    """What a row says: for each line of a list, for each member, or once."""
    if name is not None:
        return _listed(cells, figures, name)
    return _once(cells, figures) if members is None else _repeated(cells, members, figures)


def _listed(cells: Sequence[Marked], figures: Figures, name: str) -> Iterator[_Written]:
    """One row for each line of a list; what it shows is told of the first."""
    for cell in line_cells(cells, figures, name):
        for offset, value in enumerate(cell.values):
            terms: list[tuple[str, Member]] = [(figure, ()) for figure in cell.shows] if not offset else []
            yield offset, cell.column, value, terms, "@" if cell.is_text else None


def _once(cells: Sequence[Marked], figures: Figures) -> Iterator[_Written]:
    for cell in cells:
        yield 0, cell.column, *_value(cell, figures, (), ""), None


def _repeated(cells: Sequence[Marked], members: Sequence[Member], figures: Figures) -> Iterator[_Written]:
    """One row for each member; a single one that says 无 if there is none."""
    if not members:
        for cell in cells:
            yield 0, cell.column, NOTHING if any(mark.field == "名称" for mark in cell.marks) else None, [], None
    for offset, member in enumerate(members):
        for cell in cells:
            yield offset, cell.column, *_value(cell, figures, member, str(offset + 1)), None


def _value(
    cell: Marked, figures: Figures, member: Member, number: str
) -> tuple[str | float | None, list[tuple[str, Member]]]:
    """What a cell says once its marks are replaced, and which figures it then shows."""
    text, shown = cell.text, []
    for mark in cell.marks:
        whole = (*member, *mark.members) if mark.field else mark.members
        value = value_of(figures, mark.figure, whole)
        words = _name(figures, mark, member) if mark.field == "名称" else number if mark.field == "序号" else None
        if words is None:
            shown.append((mark.figure, whole))
        if text.strip() == mark.text and words is None:
            return BLANK if value.value is None else value.value, shown
        text = text.replace(mark.text, printed(value, figures.spec(mark.figure)) if words is None else words, 1)
    return int(text) if text.isdecimal() and text == number else text, shown


def _name(figures: Figures, mark: Mark, member: Member) -> str:
    return figures.member_titles(mark.figure, member)[-1] if member else NOTHING


def _is_shown(name: str, marks: Iterable[Mark], figures: Figures) -> bool:
    """未填写 and 未识别 are printed only where something was counted under them."""
    if name not in {UNFILLED, UNKNOWN}:
        return True
    found = (figures.values[mark.figure].get((name, *mark.members)) for mark in marks)
    return any(value.value for value in found if value and isinstance(value.value, (int, float)))


def _left_out(figures: Figures, marked: Container[str], placed: Sequence[Placed], file: str) -> Iterator[Finding]:
    """Figures without a mark, and members that counted something and have no cell although their siblings do."""
    written = {(one.figure, one.member) for one in placed}
    for name, figure in figures.report.figures.items():
        if not figure.printed:
            continue
        check = f"{figures.id}.{name}_printed"
        if name not in marked:
            yield Finding(
                check,
                "warning",
                f"指标“{figure.title}”没有出现在模板中；请在模板补上 {{{{ {figure.title} }}}}，或在规则中写 printed: false",
                file=file,
            )
            continue
        lacking = [
            f"{'/'.join(figures.member_titles(name, member))}（{value.value:g}）"
            for member, value in figures.values[name].items()
            if member and (name, member) not in written and isinstance(value.value, (int, float)) and value.value
            and any(other != () and len(other) == len(member) for known, other in written if known == name)
        ]  # fmt: skip
        if lacking:
            yield Finding(
                check,
                "warning",
                f"指标“{figure.title}”的以下类别有数而模板没有相应单元格，表内合计会不平：{'、'.join(lacking)}；请在模板补行",
                file=file,
            )


def _uncomputed(figures: Figures, dropped: Sequence[str], file: str) -> Iterator[Finding]:
    """Formulas whose kept result no longer held and could not be computed here."""
    if dropped:
        yield Finding(
            f"{figures.id}.formulas_computed",
            "note",
            f"有 {len(dropped)} 个公式的结果要由 Excel 或 WPS 打开文件时计算（{'、'.join(dropped[:5])}）；上传前请先打开并保存一次",
            file=file,
        )
