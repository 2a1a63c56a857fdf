"""Filling: a template with marks + Figures → the finished report.

Marks and figures are compared both ways before anything is written. Numbers are written as numbers into the cell's
own style, formulas stay formulas and are calculated when the file is opened. Only templates of our own making go
through openpyxl; what it would drop (charts, pictures, macros) is refused.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.formula.translate import Translator
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures import BLANK, Figures, Member, Value
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Figure
from xiaobao_xl.workbook.drawing import put, refuse_existing, save
from xiaobao_xl.workbook.marks import Mark, marked_cells
from xiaobao_xl.workbook.repeating import repeat_row

NOTHING = "无"
_LOST = (
    "xl/charts/",
    "xl/media/",
    "xl/drawings/drawing",
    "xl/vbaProject.bin",
    "xl/pivotTables/",
    "xl/embeddings/",
    "xl/externalLinks/",
)
Marked = tuple[Worksheet, Cell, list[Mark]]


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
        findings: figures the template leaves out.
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
    workbook = _opened(template)
    found = marked_cells(workbook, figures, template.name)
    if not found:
        raise WorkbookError(f"{template}：模板中没有任何标记（如 {{{{ 本期收到 }}}}），无法填报；请确认选对了模板")
    placed = sorted(
        _filled(workbook, found, figures, template.name),
        key=lambda one: (workbook.sheetnames.index(one.sheet), _order(one.cell)),
    )
    marked = {mark.figure for _, _, marks in found for mark in marks if mark.field in {"", "值"}}
    workbook.calculation.fullCalcOnLoad = True
    save(workbook, out, overwrite=overwrite)
    left_out = tuple(_left_out(figures, marked, placed, template.name))
    return Filled(out, tuple(placed), left_out, sha256_of(template), sha256_of(out))


def sha256_of(path: Path) -> str:
    """Hash of a file, for audit."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _opened(template: Path) -> Workbook:
    try:
        with zipfile.ZipFile(template) as parts:
            lost = sorted({part for name in parts.namelist() for part in _LOST if name.startswith(part)})
        if lost:
            raise WorkbookError(
                f"{template}：模板含有图表、图片、宏或外部链接（{'、'.join(lost)}），填报时会丢失；请先从模板中移除"
            )
        return load_workbook(template)
    except (OSError, zipfile.BadZipFile, KeyError, InvalidFileException) as cause:
        raise WorkbookError(f"{template}：模板无法打开；请确认文件存在、是 .xlsx 格式且没有加密") from cause


def _order(address: str) -> tuple[int, str]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]), letters.rjust(3)


def _filled(workbook: Workbook, found: Sequence[Marked], figures: Figures, file: str) -> Iterator[Placed]:
    """Fill row by row from the lowest up, so that rows still to be filled do not move."""
    rows: dict[tuple[str, int], list[Marked]] = {}
    for one in found:
        rows.setdefault((one[0].title, one[1].row), []).append(one)
    placed: list[tuple[Worksheet, Cell, tuple[str, Member]]] = []
    for (_, row), cells in sorted(rows.items(), reverse=True):
        sheet = cells[0][0]
        if any(mark.field for _, _, marks in cells for mark in marks):
            marked = [(cell, marks) for _, cell, marks in cells]
            placed += [(sheet, cell, term) for cell, term in _repeat(workbook, sheet, row, marked, figures, file)]
        else:
            placed += [(sheet, cell, term) for _, cell, marks in cells for term in _write(cell, marks, figures, (), "")]
    for sheet, cell, (figure, member) in placed:
        yield Placed(sheet.title, cell.coordinate, figure, member)


def _write(
    cell: Cell, marks: Sequence[Mark], figures: Figures, member: Member, number: str
) -> Iterator[tuple[str, Member]]:
    """Put values into a cell; yields what was put there."""
    text = str(cell.value)
    for mark in marks:
        whole = (*member, *mark.members) if mark.field else mark.members
        value = figures.values[mark.figure].get(whole) or _absent(figures, mark.figure, whole)
        words = _name(figures, mark, member) if mark.field == "名称" else number if mark.field == "序号" else None
        if words is None:
            yield mark.figure, whole
        if text.strip() == mark.text and words is None:
            put(cell, BLANK if value.value is None else value.value)
            return
        text = text.replace(mark.text, printed(value, figures.spec(mark.figure)) if words is None else words, 1)
    put(cell, int(text) if text.isdecimal() and text == number else text)


def _name(figures: Figures, mark: Mark, member: Member) -> str:
    return figures.member_titles(mark.figure, member)[-1] if member else NOTHING


def _absent(figures: Figures, figure: str, member: Member) -> Value:
    """The value of a unit that did not occur: nothing was counted, and no average or rate can be given."""
    whole = figures.values[figure][()]
    number = 0 if whole.value is not None and whole.operation in {"count", "sum", "total"} else None
    return Value(figure, member, figures.period, whole.operation, number)


def printed(value: Value, spec: object) -> str:
    """A value inside a text."""
    if value.value is None or isinstance(value.value, str):
        return BLANK if value.value is None else value.value
    decimals = spec.decimals if isinstance(spec, Figure) else 0
    return f"{value.value:.{decimals}%}" if getattr(spec, "unit", "") == "%" else f"{value.value:,.{decimals}f}"


def _repeat(
    workbook: Workbook,
    sheet: Worksheet,
    row: int,
    cells: Sequence[tuple[Cell, list[Mark]]],
    figures: Figures,
    file: str,
) -> Iterator[tuple[Cell, tuple[str, Member]]]:
    """Repeat a row for each member of the axis its marks share."""
    followed = [mark for _, marks in cells for mark in marks if mark.field]
    axes = {id(figures.axes[mark.figure][0].titles): figures.axes[mark.figure][0] for mark in followed}
    if len({tuple(axis.titles) for axis in axes.values()}) > 1:
        raise WorkbookError(
            f"{file} {sheet.title}!{cells[0][0].coordinate}: 同一重复行里的指标按不同的列分类，无法逐行对应；请分成两行"
        )
    members = [(name,) for name in next(iter(axes.values())).titles if _is_shown(name, followed, figures)]
    marks_of = {cell.column: marks for cell, marks in cells}
    repeat_row(workbook, sheet, row, max(len(members), 1))
    pattern = [(cell.column, cell.value, cell.data_type) for cell in sheet[row] if isinstance(cell, Cell)]
    if not members:
        for cell, marks in cells:
            named = any(mark.field == "名称" for mark in marks)
            put(cell, NOTHING if named else "")
        return
    for number, member in enumerate(members):
        for column, value, kind in pattern:
            copy: Any = sheet.cell(row + number, column)
            is_formula = kind == "f" and isinstance(value, str)
            copy.value = Translator(value, f"A{row}").translate_formula(f"A{row + number}") if is_formula else value
            if column in marks_of:
                yield from ((copy, term) for term in _write(copy, marks_of[column], figures, member, str(number + 1)))


def _is_shown(name: str, marks: Iterable[Mark], figures: Figures) -> bool:
    """未填写 and 未识别 are printed only where something was counted under them."""
    if name not in {UNFILLED, UNKNOWN}:
        return True
    return any(value.value for mark in marks if (value := figures.values[mark.figure].get((name, *mark.members))))


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
