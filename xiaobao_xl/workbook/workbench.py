"""All registers in one empty workbook: a cover with links, one sheet of codes, and drop-downs that follow one another.

A column that names rows of another register (by a check of kind `linked`) offers the numbers registered there and takes
others too; a number nobody registered is coloured. The second of two columns of one scheme (明细) offers what belongs to
the first. Only functions Excel, WPS and LibreOffice share are used: OFFSET, MATCH, COUNTIF, SUMPRODUCT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from xiaobao_xl import waivers
from xiaobao_xl.checks.linked import Linked
from xiaobao_xl.workbook import blank as drawing_blank
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.blank import BASES, CODES, INSTRUCTIONS, ROWS, Blank, Offer, codes_at
from xiaobao_xl.workbook.drawing import Drawing, lines_needed, put, refuse_existing

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COVER: Final = "首页"
_COVER_HEADS = ("序号", "台账", "登记什么", "编号列", "以编号相连的台账", "已登记", "填写说明")
_COVER_WIDTHS = (7, 24, 60, 16, 50, 10, 12)
_SEVERAL = "、,，;；/ "  # what parts several numbers in one cell
_OTHERS = {
    INSTRUCTIONS: "每种台账的每一列怎样填、也认得哪些表头、用到它的规则",
    CODES: "各下拉列表的内容，各台账共用；取自规则文件，不在这里改",
    BASES: "报表要用而台账里没有的数字，如营业网点数",
    waivers.SHEET: "经批准暂不改的问题，指纹从校验结果中复制",
}
_GUIDE = (
    "先在“{first}”登记，再到其他台账登记有关的事；别的台账的编号从下拉列表里选，也可直接填写，几个编号用顿号分开。",
    "深色表头为必填列；表头不改名、不合并，列可以移动、隐藏或删去用不到的列。鼠标停在表头上看怎样填。",
    "同一分类有两列的（如业务类别与明细），先选前一列，后一列只列出属于它的各项。",
    "编号底色变红：所写的编号还没有在那本台账登记。一格写了几个编号的，由校验核对。",
    "校验各台账和它们之间的联系：xiaobao check {file} --sheet all",
)


@dataclass(frozen=True)
class _Bench:
    """The registers and the sheets they stand on.

    Attributes:
        blanks: the registers, in order.
        titles: register id → title of its sheet.
    """

    blanks: Sequence[Blank]
    titles: Mapping[str, str]

    def links(self, blank: Blank) -> Iterator[tuple[str, Blank, str]]:
        """Columns that name rows of a register of this workbook: column id, that register, its column of numbers."""
        here, done = {other.register: other for other in self.blanks}, {blank.schema.key}
        for check in blank.checks.values():
            if isinstance(check, Linked) and check.column not in done and check.register in here:
                done.add(check.column)
                other = here[check.register]
                yield check.column, other, check.key or other.schema.key

    def column(self, blank: Blank, name: str) -> str:
        """Address of a column's cells on its register's sheet."""
        letter = _letter(blank, name)
        return f"{quote_sheetname(self.titles[blank.register])}!${letter}$2:${letter}${ROWS + 1}"


@dataclass
class _Lists:
    """The shared sheet of codes while it is being filled.

    Attributes:
        columns: entries → (column's title, register's title) of everyone that uses them.
    """

    columns: dict[tuple[str, ...], list[tuple[str, str]]] = field(default_factory=dict)

    def place(self, entries: Sequence[str], title: str, register: str) -> str:
        """Address of a list; the same entries stand there once."""
        known = self.columns.setdefault(tuple(entries), [])
        known.append((title, register))
        letter = get_column_letter(list(self.columns).index(tuple(entries)) + 1)
        return codes_at(letter, len(entries))

    def heads(self) -> list[tuple[str, Sequence[str]]]:
        """Head and entries of each column; a title that stands for several lists names the register as well."""
        titles = [used[0][0] for used in self.columns.values()]
        return [
            (f"{title}的取值" if titles.count(title) == 1 else f"{title}的取值（{used[0][1]}）", entries)
            for title, (entries, used) in zip(titles, self.columns.items(), strict=True)
        ]


def write_workbench(blanks: Sequence[Blank], out: Path, *, overwrite: bool = False) -> None:
    """Write the workbook.

    Args:
        blanks: the registers, in the order of their sheets.
        out: the new file.
        overwrite: replace a file that is there.

    Raises:
        WorkbookError: the target exists (and `overwrite` is false), or cannot be written.
    """
    refuse_existing(out, overwrite=overwrite)
    drawing, codes = Drawing(), _Lists()
    cover, others = drawing.sheet(COVER), {name: drawing.sheet(name) for name in _OTHERS}
    sheets = {blank.register: drawing.sheet(blank.schema.title) for blank in blanks}
    for sheet in others.values():  # made first, so that no register takes their names
        drawing.workbook.move_sheet(sheet, len(blanks) + len(others) - 1)
    bench = _Bench(blanks, {register: sheet.title for register, sheet in sheets.items()})
    lists = {blank.register: dict(drawing_blank.drop_downs(blank)) for blank in blanks}
    offers = {blank.register: _offers(blank, bench, lists[blank.register], codes) for blank in blanks}
    for blank in blanks:
        sheet, own = sheets[blank.register], offers[blank.register]
        drawing_blank.draw_register(sheet, blank, lists[blank.register], own)
        _colour_lost(sheet, blank, bench)
        for size in sheet.column_dimensions.values():  # whatever is typed gets a line below it, on paper too
            size.font, size.border = palette.TEXT, palette.UNDERLINE
        sheet.sheet_properties.tabColor = palette.ACCENT if blank is blanks[0] else palette.OURS
    places = _draw_instructions(others[INSTRUCTIONS], blanks, lists, offers)
    drawing_blank.draw_lists(others[CODES], codes.heads())
    drawing_blank.draw_bases(others[BASES], list(dict.fromkeys(item for blank in blanks for item in blank.bases)))
    drawing_blank.draw_waivers(others[waivers.SHEET])
    _draw_cover(cover, bench, places, out.name)
    drawing.save(out, overwrite=overwrite)


def _offers(blank: Blank, bench: _Bench, lists: Mapping[str, Sequence[str]], codes: _Lists) -> dict[str, Offer]:
    """Column id → where its drop-down takes its entries from."""
    schema, found, above = blank.schema, dict[str, Offer](), dict[str, str]()
    for name, entries in lists.items():
        column = schema.columns[name]
        place = codes.place(entries, column.title, schema.title)
        found[name] = Offer(place)
        if column.scheme in above:
            before = above[column.scheme]
            groups = _groups(blank, name, entries)
            own = codes.place(groups, f"{column.title}所属", schema.title)
            source = _narrowed(place, own, f"${_letter(blank, before)}2", len(entries))
            found[name] = Offer(source, f"先选“{schema.columns[before].title}”，这里只列属于它的各项")
        above[column.scheme or name] = name
    for name, other, key in bench.links(blank):
        title = other.schema.columns[key].title
        note = f"可从“{other.schema.title}”已登记的{title}中选，也可直接填写；几个编号用顿号分开"
        found.setdefault(name, Offer(_registered(bench.column(other, key)), note, is_open=True))
    return found


def _groups(blank: Blank, name: str, entries: Sequence[str]) -> list[str]:
    """For each entry of a finest list, the counted category it belongs to."""
    scheme = blank.schemes[blank.schema.columns[name].scheme]
    found = scheme.find_all(entries)
    return [scheme.title_of(scheme.reported(category)) if category else "" for category in found]


def _narrowed(entries: str, groups: str, chosen: str, count: int) -> str:
    """The entries of the chosen group; all of them as long as nothing known is chosen."""
    first, many = entries.partition(":")[0], f"COUNTIF({groups},{chosen})"
    return f"OFFSET({first},IFERROR(MATCH({chosen},{groups},0),1)-1,0,IF({many}=0,{count},{many}),1)"


def _registered(numbers: str) -> str:
    """The numbers another register holds so far."""
    last = f'SUMPRODUCT(MAX(({numbers}<>"")*ROW({numbers})))'  # not COUNTA: a row without number may stand between
    return f"OFFSET({numbers.partition(':')[0]},0,0,MAX(1,{last}-1),1)"


def _letter(blank: Blank, name: str) -> str:
    return get_column_letter(list(blank.schema.columns).index(name) + 1)


def _colour_lost(sheet: Worksheet, blank: Blank, bench: _Bench) -> None:
    """Colour a number that is registered nowhere; cells with several numbers are left to the check."""
    for name, other, key in bench.links(blank):
        letter = _letter(blank, name)
        cell = f"${letter}2"
        single = "".join(f',ISERROR(FIND("{sign}",{cell}))' for sign in _SEVERAL)
        lost = f'AND({cell}<>"",COUNTIF({bench.column(other, key)},{cell})=0{single})'
        look = DifferentialStyle(fill=palette.fill(palette.LEVEL_FILLS["error"]))
        rule = Rule(type="expression", dxf=look, formula=[lost])
        sheet.conditional_formatting.add(f"{letter}2:{letter}{ROWS + 1}", rule)


def _draw_instructions(
    sheet: Worksheet,
    blanks: Sequence[Blank],
    lists: Mapping[str, Mapping[str, Sequence[str]]],
    offers: Mapping[str, Mapping[str, Offer]],
) -> dict[str, int]:
    """How to fill every column, register by register; register id → row of its part."""
    drawing_blank.title(sheet, INSTRUCTIONS, drawing_blank.INSTRUCTION_WIDTHS)
    drawing_blank.heads(sheet, 2, drawing_blank.INSTRUCTION_HEADS)
    palette.print_landscape(sheet, title_rows="2:2")
    sheet.freeze_panes = "A3"
    places, row = dict[str, int](), 3
    for blank in blanks:
        places[blank.register] = row
        for number in range(1, len(drawing_blank.INSTRUCTION_HEADS) + 1):
            put(sheet.cell(row, number), None, fill=palette.fill(palette.PALE))
        put(sheet[f"A{row}"], blank.schema.title, font=palette.HEADING, alignment=palette.LEFT)
        put(sheet[f"G{row}"], f"{blank.register}.…", font=palette.FAINT, alignment=palette.LEFT)
        sheet.row_dimensions[row].height = 24
        row = drawing_blank.instruction_rows(sheet, row + 1, blank, lists[blank.register], offers[blank.register])
    return places


def _draw_cover(sheet: Worksheet, bench: _Bench, places: Mapping[str, int], file: str) -> None:
    """What each sheet is for, with a link to it and the number of rows it holds."""
    drawing_blank.title(sheet, "消保工作台", _COVER_WIDTHS)
    put(sheet["A2"], f"{len(bench.blanks)} 种台账在一个工作簿里，以编号相连。点台账名称到那一页。",
        font=palette.FAINT, alignment=palette.LEFT)  # fmt: skip
    drawing_blank.heads(sheet, 4, _COVER_HEADS)
    row = 5
    for number, blank in enumerate(bench.blanks, start=1):
        cells = (number, blank.schema.title, _purpose(blank), blank.schema.columns[blank.schema.key].title,
                 _connections(blank, bench), None, "怎样填")  # fmt: skip
        _line(sheet, row, cells)
        sheet[f"F{row}"].value = f"=COUNTA({bench.column(blank, blank.schema.key)})"
        _link(sheet, f"B{row}", bench.titles[blank.register], 1)
        _link(sheet, f"G{row}", INSTRUCTIONS, places[blank.register])
        row += 1
    row = _draw_other_sheets(sheet, row + 1)
    put(sheet[f"A{row}"], "怎样用", font=palette.HEADING, alignment=palette.LEFT)
    for number, line in enumerate(_GUIDE, start=1):
        put(sheet[f"A{row + number}"], number, font=palette.TEXT, alignment=palette.CENTRED)
        put(sheet[f"B{row + number}"], line.format(first=bench.blanks[0].schema.title, file=file), font=palette.TEXT,
            alignment=palette.LEFT)  # fmt: skip
        sheet.row_dimensions[row + number].height = 20
    sheet.freeze_panes = "A5"
    sheet.sheet_properties.tabColor = palette.INK
    palette.print_landscape(sheet)
    sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:G{row + len(_GUIDE)}"


def _draw_other_sheets(sheet: Worksheet, row: int) -> int:
    put(sheet[f"A{row}"], "其他各页", font=palette.HEADING, alignment=palette.LEFT)
    for name, purpose in _OTHERS.items():
        row += 1
        _line(sheet, row, (None, name, purpose, None, None, None, None))
        _link(sheet, f"B{row}", name, 1)
    return row + 2


def _line(sheet: Worksheet, row: int, cells: Sequence[str | int | None]) -> None:
    for letter, value in zip("ABCDEFG", cells, strict=True):
        put(sheet[f"{letter}{row}"], value, font=palette.LINK if letter in "BG" else palette.TEXT,
            alignment=palette.CENTRED if letter in "AFG" else palette.WRAPPED, border=palette.UNDERLINE)  # fmt: skip
    high = max(lines_needed(str(text or ""), width - 1) for text, width in zip(cells, _COVER_WIDTHS, strict=True))
    sheet.row_dimensions[row].height = 15 * high + 8


def _link(sheet: Worksheet, address: str, name: str, row: int) -> None:
    sheet[address].hyperlink = Hyperlink(ref=address, location=f"{quote_sheetname(name)}!A{row}")


def _purpose(blank: Blank) -> str:
    return blank.schema.note or f"一行一件{blank.schema.noun}"


def _connections(blank: Blank, bench: _Bench) -> str:
    """The registers it names, and how many name it."""
    named = [f"{blank.schema.columns[name].title} → {other.schema.title}" for name, other, _ in bench.links(blank)]
    users = [
        other for other in bench.blanks if other is not blank and any(to is blank for _, to, _ in bench.links(other))
    ]
    return "；".join(named + ([f"{len(users)} 种台账写它的编号"] if users else []))
