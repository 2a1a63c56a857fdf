"""The 底稿: for every number of a finished report, the complaints behind it.

    指标   each filled cell: address, figure, meaning, value, how it follows, a live recount, a jump to its rows
    明细   one row for each complaint that counts in a figure: number, sheet, Excel row, dates, what it adds
    勾稽   the cross-foots with both sides, and the complaints that break them
    报送记录  what was filed, for `xiaobao verify`; the officer adds who, when and which way
    说明   period, versions and hashes of rules, register and template, the receipts, what could not be counted

A figure made of others (rates, shares, changes, totals) lists no rows of its own but names its parts, which stand in
the same table. `recounting` reads a 底稿 back and calculates every figure again from 明细 alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.formula import ArrayFormula

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.exclusions import why_not
from xiaobao_xl.figures.kinds import Figure, Flow, Stock
from xiaobao_xl.figures.values import BLANK, Figures, Value
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, Row, lines_needed, put
from xiaobao_xl.workbook.filling import Filled
from xiaobao_xl.workbook.paper_form import (
    FIGURES,
    FOOTS,
    HEADINGS,
    NOTES,
    OPERATION_TITLES,
    ROWS,
    TOP,
    WIDTHS,
    head,
    jump,
    link,
    number_format,
    relative,
)
from xiaobao_xl.workbook.paper_formulas import formula_over
from xiaobao_xl.workbook.paper_notes import foots_sheet, notes_sheet
from xiaobao_xl.workbook.record_sheet import RECORD, record_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from xiaobao_xl.filings.records import Record

_WRAPPED = (2, 3, 4, 5, 15)  # columns of 指标 that may need several lines
_PARTS, _SHOWN_PARTS = 9, 12  # column 组成, and how many codes are shown in full; a rank may be made of hundreds
_LINKED_ROWS = 20_000  # Excel takes 65,530 links on a sheet; above this only the first row of a figure links
_LAST_ROW = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What the report was made with, for audit.

    Attributes:
        program: name and version of the program.
        rules_version: version of rules.yaml.
        rules_sha256: its hash.
        as_of: day the figures were made for.
        schemes: scheme id → scheme, to say in words what a cell holds.
        register_paths: the register files, in the order of `Figures.stack.registers`; may be fewer.
    """

    program: str
    rules_version: str
    rules_sha256: str
    as_of: str
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    register_paths: Sequence[Path] = field(default_factory=tuple)


@dataclass(slots=True)
class _Entry:
    """A value with its code, its cells in the report and its place in 明细."""

    code: str
    value: Value
    cells: list[tuple[str, str]]
    sheet: str = ROWS
    first: int = 0


def write_working_paper(
    out: Path, figures: Figures, filled: Filled, stamp: Stamp, *,
    record: tuple[Record, str] | None = None, overwrite: bool = False,
) -> Path:  # fmt: skip
    """Write the 底稿 of a finished report.

    Args:
        out: where to write.
        figures: the counted report.
        filled: the finished report, from `filling.fill`.
        stamp: what it was made with.
        record: the filing record and the name of its file, for a sheet of its own.
        overwrite: an existing file may be replaced.

    Raises:
        WorkbookError: the target exists or cannot be written.
    """
    drawing = Drawing()
    sheets = {name: drawing.sheet(name) for name in (FIGURES, ROWS, FOOTS, NOTES)}
    entries = _entries(figures, filled)
    groups = _places(entries, drawing)
    _figures_sheet(sheets[FIGURES], figures, entries, relative(filled.path, out.parent))
    for title, group in groups.items():
        _rows_sheet(drawing, title, figures, group, [relative(path, out.parent) for path in stamp.register_paths])
    foots_sheet(sheets[FOOTS], figures, lambda name, row: why_not(figures, name, row, stamp.schemes))
    notes_sheet(sheets[NOTES], figures, filled, stamp)
    if record:
        record_sheet(drawing.sheet(RECORD), *record)
    drawing.workbook.calculation.fullCalcOnLoad = True
    drawing.save(out, overwrite=overwrite)
    return out


def _entries(figures: Figures, filled: Filled) -> dict[tuple[Any, ...], _Entry]:
    """Every value in a cell of the report, in the order of the report, then what those are made of."""
    entries: dict[tuple[Any, ...], _Entry] = {}

    def add(value: Value) -> _Entry:
        if value.key not in entries:
            entries[value.key] = _Entry(f"F{len(entries) + 1:03d}", value, [])
        return entries[value.key]

    for sheet, cell, figure, member in filled.cells:
        value = figures.values[figure].get(member)
        if value is not None:
            add(value).cells.append((sheet, cell))
    waiting = [entry.value for entry in entries.values()]
    while waiting:
        parts = [part for value in waiting for part in value.parts if part.key not in entries]
        waiting = [add(part).value for part in {part.key: part for part in parts}.values()]
    return entries


def _places(entries: Mapping[tuple[Any, ...], _Entry], drawing: Drawing) -> dict[str, list[_Entry]]:
    """Give every figure counted from rows its block of rows on 明细, on further sheets where one is full."""
    title, row = ROWS, TOP
    groups: dict[str, list[_Entry]] = {ROWS: []}
    for entry in entries.values():
        if not len(entry.value.positions):
            continue
        if row + len(entry.value.positions) > _LAST_ROW:
            title, row = drawing.sheet(ROWS).title, TOP
            groups[title] = []
        entry.sheet, entry.first, row = title, row, row + len(entry.value.positions)
        groups[title].append(entry)
    return groups


def _figures_sheet(sheet: Worksheet, figures: Figures, entries: Mapping[tuple[Any, ...], _Entry], report: str) -> None:
    hint = "点“报表单元格”回到报表；点“明细”看计入的每一件投诉。“重算”由本工作簿的明细实时计算，应与“值”相符。"
    head(sheet, f"{figures.report.title}底稿  {figures.period.title}", hint, HEADINGS, WIDTHS)
    rows = {key: row for row, key in enumerate(entries, start=TOP)}
    for key, row in rows.items():
        entry, spec = entries[key], figures.spec(entries[key].value.figure)
        codes = [entries[part.key].code for part in entry.value.parts]
        several = (*_WRAPPED, _PARTS) if len(codes) <= _SHOWN_PARTS else _WRAPPED
        for column, content in enumerate(_figure_cells(figures, entry, codes), start=1):
            alignment = palette.WRAPPED if column in several else palette.LEFT
            put(sheet.cell(row, column), content, font=palette.TEXT, border=palette.UNDERLINE, alignment=alignment)
        wrapped = (lines_needed(str(sheet.cell(row, column).value or ""), WIDTHS[column - 1]) for column in several)
        sheet.row_dimensions[row].height = 4 + 14 * max(wrapped)
        sheet.cell(row, 6).number_format = sheet.cell(row, 12).number_format = number_format(spec)
        _live(sheet, row, entry, [rows[part.key] for part in entry.value.parts])
        if entry.cells:
            link(sheet, f"B{row}", entry.cells[0], report)
        if entry.first:
            link(sheet, f"N{row}", (entry.sheet, f"A{entry.first}"))
    sheet.auto_filter.ref = f"A{TOP - 1}:{get_column_letter(len(HEADINGS))}{max(rows.values(), default=TOP)}"
    sheet.freeze_panes = f"D{TOP}"


def _figure_cells(figures: Figures, entry: _Entry, codes: Sequence[str]) -> tuple[object, ...]:
    """One line of 指标; the live recount and its verdict are put in afterwards."""
    value, spec = entry.value, figures.spec(entry.value.figure)
    has_rows = value.operation != "text" and isinstance(spec, Figure)
    meaning = {"text": "表头、表尾文字", "given": f"基础数据表“{spec.title}”"}.get(
        value.operation, getattr(spec, "meaning", "")
    )
    return (
        entry.code, "\n".join(f"{sheet}!{cell}" for sheet, cell in entry.cells), figures.title(value).partition("［")[0],
        "/".join(figures.member_titles(value.figure, value.member)), meaning, BLANK if value.value is None else value.value,
        spec.unit, OPERATION_TITLES[value.operation], " ".join(codes), value.per if value.operation in {"ratio", "interval"} or value.per != 1 else None,
        len(value.rows()) if has_rows else None, None, None, "查看 →" if entry.first else None, value.note,
    )  # fmt: skip


def _live(sheet: Worksheet, row: int, entry: _Entry, parts: Sequence[int]) -> None:
    """The recount as a formula over 明细 or over the recounts of the parts, and whether it agrees."""
    value = entry.value
    if value.value is None or value.operation == "text":
        return
    again = sheet.cell(row, 12)
    if parts:
        again.value = formula_over(value, row, parts)
    elif value.operation == "given" or not entry.first:
        again.value = f"=F{row}" if value.operation == "given" else "=0"
    else:
        last = entry.first + len(value.positions) - 1
        codes, amounts = (f"{quote_sheetname(entry.sheet)}!${letter}${entry.first}:${letter}${last}" for letter in "AE")
        added = f"{'AVERAGEIFS' if value.operation == 'mean' else 'SUMIFS'}({amounts},{codes},A{row})"
        again.value = f"={added}" if value.decimals < 0 else f"=ROUND({added}*J{row},{value.decimals})"
        if value.operation == "median":
            again.value = ArrayFormula(again.coordinate, f"=MEDIAN(IF({codes}=A{row},{amounts}))")
    agrees = f"ABS(F{row}-L{row})<={_tolerance(value):g}" if isinstance(value.value, (int, float)) else f"F{row}=L{row}"
    sheet.cell(row, 13).value = f'=IF({agrees},"相符","不符")'


def _tolerance(value: Value) -> float:
    return 10.0**-value.decimals if value.operation == "share" and value.decimals >= 0 else 1e-6


def _date_columns(figures: Figures) -> list[str]:
    """Date columns that place complaints in the period, as far as the register has them."""
    schema = figures.stack.registers[0].schema
    named = [
        c
        for f in figures.report.figures.values()
        for c in (f.stock if isinstance(f, Stock) else (f.flow,) if isinstance(f, Flow) else ())
    ]
    return [column for column in dict.fromkeys([schema.judged_on, *named]) if column in figures.stack.frame]


def _rows_sheet(drawing: Drawing, title: str, figures: Figures, group: Sequence[_Entry], links: Sequence[str]) -> None:
    sheet, rows, dates = drawing.workbook[title], figures.stack, _date_columns(figures)
    titles = [rows.registers[0].schema.columns[column].title for column in dates]
    headings = ("编码", "指标", "类别", "投诉编号", "计入值", "台账文件", "工作表", "行号", *titles)
    head(
        sheet,
        "明细：每个指标由哪些投诉构成",
        "点“编码”回到指标；点“行号”打开台账原行。按“编码”筛选即得某一指标的全部投诉。",
        headings,
        (8, 20, 24, 22, 12, 24, 18, 8, *[12 for _ in dates]),
    )
    text, number = drawing.style(), drawing.style(number_format="#,##0.##", alignment=palette.CENTRED)
    linked = drawing.style(font=palette.LINK, alignment=palette.CENTRED)
    day = drawing.style(number_format=palette.DATE_FORMAT, alignment=palette.LEFT)
    cells = [rows.frame[column].astype(object).where(rows.frame[column].notna(), None) for column in dates]
    drawing.stream(sheet, TOP, _streamed(figures, group, cells, (text, number, linked, day)))
    count = sum(len(entry.value.positions) for entry in group)
    figure_rows = {entry.code: TOP - 1 + int(entry.code[1:]) for entry in group}
    for entry in group:
        positions = entry.value.positions if count <= _LINKED_ROWS else entry.value.positions[:1]
        for row, position in enumerate(positions, start=entry.first):
            jump(sheet, f"A{row}", (FIGURES, f"A{figure_rows[entry.code]}"))
            register = int(rows.number[position])
            if register < len(links):
                jump(
                    sheet,
                    f"H{row}",
                    (rows.registers[register].origin.sheet, f"A{rows.rows[position]}"),
                    links[register],
                )
    sheet.auto_filter.ref = f"A{TOP - 1}:{get_column_letter(len(headings))}{max(TOP, TOP + count - 1)}"


def _streamed(
    figures: Figures, group: Sequence[_Entry], dates: Sequence[Any], styles: tuple[int, int, int, int]
) -> Iterator[Row]:
    rows = figures.stack
    text, number, linked, day = styles
    for entry in group:
        value = entry.value
        title = figures.title(value).partition("［")[0]
        member = "/".join(figures.member_titles(value.figure, value.member))
        days = [cells.iloc[value.positions].tolist() for cells in dates]
        for place, (position, added) in enumerate(zip(value.positions.tolist(), value.amounts.tolist(), strict=True)):
            origin = rows.registers[rows.number[position]].origin
            counted = (
                (entry.code, linked),
                (title, text),
                (member, text),
                (rows.keys[position], text),
                (added, number),
            )
            source = ((origin.file, text), (origin.sheet, text), (int(rows.rows[position]), linked))
            yield Row((*counted, *source, *((cells[place], day) for cells in days)))
