"""The sheet 校验结果: what was read, what is wrong by rule, what was not checked, then every finding with its link."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableColumn

from xiaobao_xl.findings import LEVEL_TITLES, Finding, Level
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, Row, dress, lines_needed, put

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

TITLE: Final = "校验结果"
MOST_LINKS: Final = 60_000  # Excel keeps 65,530 links a sheet
MOST_ROWS: Final = 200_000
HEADS: Final = ("级别", "单元格", "表头", "投诉编号", "值", "问题与改法", "依据", "规则", "指纹")
_WIDTHS: Final = (7, 13, 16, 18, 18, 58, 34, 32, 15)
_LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "note")
_LONGEST_VALUE: Final = 60


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the sheet shows.

    Attributes:
        file: name of the register's file.
        as_of: the day the question was asked.
        registers: registers read from the file, with their receipts.
        findings: findings in order.
        fingerprints: fingerprint of each finding, for waivers; may be empty.
        rules: rule id → what it demands, for the summary; without it the first finding speaks.
        rules_version: version of the rules, printable.
        remarks: further lines for the head, such as what the copy does not hold.
    """

    file: str
    as_of: date
    registers: Sequence[Register]
    findings: Sequence[Finding]
    fingerprints: Sequence[str] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    rules_version: str = ""
    remarks: Sequence[str] = ()


def draw(drawing: Drawing, outcome: Outcome) -> None:
    """Add the sheet 校验结果; links lead to cells of the same workbook."""
    sheet = drawing.sheet(TITLE)
    for letter, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    row = _head(sheet, outcome)
    row = _receipts(sheet, row, outcome)
    row = _by_rule(sheet, row, outcome)
    row = _not_run(sheet, row, outcome)
    _every_finding(drawing, sheet, row, outcome)


def _head(sheet: Worksheet, outcome: Outcome) -> int:
    put(sheet["A1"], TITLE, font=palette.TITLE, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    version = f"　｜　规则版本 {outcome.rules_version}" if outcome.rules_version else ""
    put(sheet["A2"], f"文件 {outcome.file}　｜　判断日 {outcome.as_of}{version}", font=palette.FAINT)
    counts = Counter(finding.level for finding in outcome.findings)
    places = ("A4:B4", "C4:C4", "D4:D4")
    for level, place in zip(_LEVELS, places, strict=True):
        cell = sheet[place.split(":")[0]]
        put(cell, f"{LEVEL_TITLES[level]} {counts[level]} 处", font=palette.LEVEL_FONTS[level], alignment=palette.CENTRED,
            fill=palette.fill(palette.LEVEL_FILLS[level]))  # fmt: skip
        if place[:2] != place[3:]:
            sheet.merge_cells(place)
    waived = sum(register.receipt.waived for register in outcome.registers)
    put(
        sheet["E4"],
        f"已豁免 {waived} 处",
        font=palette.STRONG,
        fill=palette.fill(palette.PALE),
        alignment=palette.CENTRED,
    )
    put(sheet["F4"], f"　{palette.level_legend()}；点“单元格”可跳到该处", font=palette.FAINT, alignment=palette.LEFT)
    sheet.row_dimensions[4].height = 24
    return 6


def _receipts(sheet: Worksheet, row: int, outcome: Outcome) -> int:
    row = _heading(sheet, row, "回执")
    for register in outcome.registers:
        receipt = register.receipt
        row = _line(sheet, row, f"工作表“{register.origin.sheet}”（{register.schema.title}）：读到 {receipt.rows_read} 行 ＝ "
                    f"校验 {receipt.rows_used} 行 ＋ 跳过 {len(receipt.skipped)} 行", strong=True)  # fmt: skip
        for text in (*_skips(register), *receipt.notes):
            row = _line(sheet, row, f"　{text}")
    for text in outcome.remarks:
        row = _line(sheet, row, text)
    return row + 1


def _skips(register: Register) -> Iterator[str]:
    reasons: dict[str, list[int]] = defaultdict(list)
    for number, reason in register.receipt.skipped:
        reasons[reason].append(number)
    for reason, numbers in reasons.items():
        shown = "、".join(map(str, numbers[:20])) + (f" 等 {len(numbers)} 行" if len(numbers) > 20 else "")
        yield f"跳过第 {shown} 行：{reason}"


def _by_rule(sheet: Worksheet, row: int, outcome: Outcome) -> int:
    groups: dict[tuple[Level, str], list[Finding]] = defaultdict(list)
    for finding in outcome.findings:
        groups[finding.level, finding.check].append(finding)
    row = _heading(sheet, row, "按规则汇总")
    if not groups:
        return _line(sheet, row, "没有发现问题。") + 1
    _heads(
        sheet, row, {"A": "级别", "B": "首个单元格", "C": "处数", "D": "要求或首例", "G": "依据", "H": "规则", "I": ""}
    )
    sheet.merge_cells(f"D{row}:F{row}")
    sheet.merge_cells(f"H{row}:I{row}")
    several = _has_several_sheets(outcome)
    for level, check in sorted(groups, key=lambda group: (_LEVELS.index(group[0]), -len(groups[group]), group[1])):
        found = groups[level, check]
        row += 1
        texts = {"C": len(found), "D": outcome.rules.get(check) or found[0].message, "G": found[0].source, "H": check}
        _level_cell(sheet[f"A{row}"], level)
        _link(sheet[f"B{row}"], found[0], several=several)
        for letter in "BCDEFGHI":
            dress(sheet[f"{letter}{row}"], font=None if letter == "B" else palette.TEXT, border=palette.UNDERLINE,
                  alignment=palette.CENTRED if letter == "C" else palette.WRAPPED)  # fmt: skip
            if letter in texts:
                sheet[f"{letter}{row}"].value = texts[letter]
        sheet.merge_cells(f"D{row}:F{row}")
        sheet.merge_cells(f"H{row}:I{row}")
        sheet.row_dimensions[row].height = _height((str(texts["D"]), 92), (found[0].source, 33), (check, 46))
    return row + 2


def _not_run(sheet: Worksheet, row: int, outcome: Outcome) -> int:
    skipped = [
        (register, check, why) for register in outcome.registers for check, why in register.receipt.not_run.items()
    ]
    if not skipped:
        return row
    row = _heading(sheet, row, f"未执行（{len(skipped)} 条规则，因台账缺少所需的列）")
    for register, check, why in skipped:
        name = check if "." in check else f"{register.id}.{check}"
        where = f"工作表“{register.origin.sheet}”" if len(outcome.registers) > 1 else ""
        put(sheet[f"D{row}"], f"{where}{why}", font=palette.TEXT, alignment=palette.LEFT)
        put(sheet[f"A{row}"], name, font=palette.FAINT, alignment=palette.LEFT)
        row += 1
    return row + 1


def _every_finding(drawing: Drawing, sheet: Worksheet, row: int, outcome: Outcome) -> None:
    total, shown = len(outcome.findings), min(len(outcome.findings), MOST_ROWS)
    cut = f"；只列前 {shown} 处，改正后再校验可见其余" if shown < total else ""
    row = _heading(sheet, row, f"逐条问题（{total} 处，可筛选{cut}）")
    palette.print_landscape(sheet, title_rows=f"{row}:{row}")
    _heads(sheet, row, dict(zip("ABCDEFGHI", HEADS, strict=True)))
    if not shown:
        _line(sheet, row + 1, "没有发现问题。")
        return
    # A table's heads take the place of the column letters while Excel scrolls: the freeze a long preface allows.
    # Its columns are named here, or openpyxl would make a cell for every place of the table.
    place = f"A{row}:I{row + shown}"
    columns = [TableColumn(id=number, name=head) for number, head in enumerate(HEADS, start=1)]
    sheet.add_table(Table(displayName="校验问题", ref=place, tableColumns=columns, autoFilter=AutoFilter(ref=place)))
    several = _has_several_sheets(outcome)
    for number, finding in enumerate(outcome.findings[: min(shown, MOST_LINKS)], start=row + 1):
        if target := _target(finding):
            sheet.cell(number, 2).hyperlink = Hyperlink(
                ref="", location=target, display=_place(finding, several=several)
            )
    drawing.stream(sheet, row + 1, _rows(drawing, outcome, shown))


def _rows(drawing: Drawing, outcome: Outcome, shown: int) -> Iterator[Row]:
    """The rows, made while the file is written; their styles are fixed at once."""

    def style(
        font: Font = palette.TEXT,
        alignment: Alignment = palette.WRAPPED,
        *,
        fill: str = "",
        number_format: str = "General",
    ) -> int:
        return drawing.style(
            font=font, fill=fill, number_format=number_format, alignment=alignment, border=palette.UNDERLINE
        )

    text, link, faint = style(), style(palette.LINK), style(palette.FAINT)
    typed = style(number_format=palette.TEXT_FORMAT)
    levels = {
        level: style(palette.LEVEL_FONTS[level], palette.CENTRED, fill=palette.LEVEL_FILLS[level]) for level in _LEVELS
    }
    several = _has_several_sheets(outcome)
    marks = outcome.fingerprints or [""] * shown

    def row(finding: Finding, mark: str) -> Row:
        value = finding.value if len(finding.value) <= _LONGEST_VALUE else finding.value[: _LONGEST_VALUE - 1] + "…"
        cells = (
            (LEVEL_TITLES[finding.level], levels[finding.level]),
            (_place(finding, several=several), link if finding.row else text),
            (finding.heading, text), (finding.key, typed), (value, typed), (finding.message, text),
            (finding.source, text), (finding.check, faint), (mark, faint),
        )  # fmt: skip
        return Row(cells, _height((value, 17), (finding.heading, 15), (finding.message, 57), (finding.source, 33)))

    return map(row, outcome.findings[:shown], marks)


def _has_several_sheets(outcome: Outcome) -> bool:
    return len({finding.sheet for finding in outcome.findings}) > 1


def _place(finding: Finding, *, several: bool) -> str:
    place = finding.cell or (f"第{finding.row}行" if finding.row else "整表")
    return f"{finding.sheet}!{place}" if several and finding.sheet else place


def _target(finding: Finding) -> str:
    """Where a link leads, '' where there is no row to lead to."""
    if not finding.row or not finding.sheet:
        return ""
    return "'{}'!{}".format(finding.sheet.replace("'", "''"), finding.cell or f"A{finding.row}")


def _link(cell: Cell, finding: Finding, *, several: bool) -> None:
    put(cell, _place(finding, several=several), font=palette.TEXT)
    if target := _target(finding):
        cell.hyperlink = Hyperlink(ref="", location=target)
        cell.font = palette.LINK


def _level_cell(cell: Cell, level: Level) -> None:
    put(cell, LEVEL_TITLES[level], font=palette.LEVEL_FONTS[level], fill=palette.fill(palette.LEVEL_FILLS[level]),
        alignment=palette.CENTRED, border=palette.UNDERLINE)  # fmt: skip


def _height(*texts: tuple[str, float]) -> float:
    """Row height for wrapped texts, each with the width of its column."""
    return 15 * max(_lines(text, width) for text, width in texts) + 3


_lines = lru_cache(maxsize=4096)(lines_needed)


def _heading(sheet: Worksheet, row: int, text: str) -> int:
    put(sheet[f"A{row}"], text, font=palette.HEADING, alignment=palette.LEFT)
    sheet.row_dimensions[row].height = 22
    return row + 1


def _heads(sheet: Worksheet, row: int, titles: Mapping[str, str]) -> None:
    last = max(titles)
    for letter in "ABCDEFGHI"[: "ABCDEFGHI".index(last) + 1]:
        put(sheet[f"{letter}{row}"], titles.get(letter), font=palette.HEAD, fill=palette.HEAD_FILL,
            alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[row].height = 22


def _line(sheet: Worksheet, row: int, text: str, *, strong: bool = False) -> int:
    cell = sheet[f"A{row}"]
    put(cell, text, font=palette.STRONG if strong else palette.TEXT, alignment=palette.WRAPPED)
    sheet.merge_cells(f"A{row}:I{row}")
    sheet.row_dimensions[row].height = _height((text, sum(_WIDTHS) - 4))
    return row + 1
