"""The sheet 合并结果: what the officer must decide, what is wrong sender by sender, the receipt, and every cell that went home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from openpyxl.worksheet.hyperlink import Hyperlink

from xiaobao_xl.cells import Cell, shown
from xiaobao_xl.findings import mask
from xiaobao_xl.registers import Register
from xiaobao_xl.returns import OUTCOME_TITLES, FileReceipt, Settled, Trouble
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.drawing import Drawing, Row, Styled, lines_needed, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TITLE: Final = "合并结果"
_WIDTHS: Final = (18, 14, 22, 22, 22, 22, 32, 34)
_FIRST: Final = 8
_MOST_LINKS: Final = 2_000
# Other words than a register's own, or this sheet would pass for a register when the copy is read again.
_ASKED_HEADS: Final = ("件号", "栏目", "发出时", "台账现值", "机构填的", "回件机构", "所在文件与格", "怎么办")
_TROUBLE_HEADS: Final = ("回件机构", "所在格", "问题", "", "", "", "所在文件", "")
_ROW_HEADS: Final = ("回件机构", "少或多", "哪一件", "", "", "", "所在文件", "怎么办")
_FILE_HEADS: Final = ("回件机构", "发出行", "收回行", "对上行", "写回格", "待定格 / 问题", "所在文件", "说明")
_HOME_HEADS: Final = ("件号", "栏目", "原来", "现在", "台账位置", "回件机构", "所在文件与格", "说明")
_STEPS: Final = {
    "conflict": "请核实后在台账里改；或重新合并时加 --take 机构、--take-theirs、--take-ours",
    "cleared": "机构把已有内容删空了，没有照删；确要清空，加 --take-theirs",
}


@dataclass(frozen=True, kw_only=True)
class MergeSheet:
    """What the sheet tells.

    Attributes:
        register: the register.
        settled: what becomes of every cell that came back changed.
        troubles: what is wrong, sender by sender.
        receipts: file by file.
        lines: sentences for the head.
    """

    register: Register
    settled: Sequence[Settled]
    troubles: Sequence[Trouble]
    receipts: Sequence[FileReceipt]
    lines: Sequence[str] = field(default_factory=list)


def draw(drawing: Drawing, result: MergeSheet) -> None:
    """Add the sheet to a workbook; its links lead to the register's sheet there."""
    sheet = drawing.sheet(TITLE)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    _draw_head(sheet, result)
    rows = list(_Rows(drawing, sheet, result).all())
    drawing.stream(sheet, _FIRST, rows)
    sheet.freeze_panes = "A4"
    palette.print_landscape(sheet)


def _draw_head(sheet: Worksheet, result: MergeSheet) -> None:
    put(sheet["A1"], TITLE, font=palette.TITLE, alignment=palette.LEFT)
    for row, line in enumerate(result.lines, start=2):
        put(sheet[f"A{row}"], line, font=palette.FAINT, alignment=palette.LEFT)
    sheet.row_dimensions[1].height = 30
    count = Counter("undecided" if not each.is_settled else each.outcome for each in result.settled)
    applied = sum(each.is_applied for each in result.settled)
    moved = sum(len(each.missing) + len(each.added) for each in result.receipts)
    fills, inks = palette.LEVEL_FILLS, palette.LEVEL_INKS
    cards = (
        ("收回文件", len(result.receipts), palette.PALE, palette.INK),
        ("写回", applied, palette.GOOD_FILL, palette.GOOD_INK),
        ("待您决定", count["undecided"], *((fills["error"], inks["error"]) if count["undecided"] else (palette.PALE, palette.MUTED))),
        ("问题", len(result.troubles), *((fills["warning"], inks["warning"]) if result.troubles else (palette.PALE, palette.MUTED))),
        ("少行或多行", moved, *((fills["warning"], inks["warning"]) if moved else (palette.PALE, palette.MUTED))),
    )  # fmt: skip
    for letter, (title, number, colour, ink) in zip("ABCDE", cards, strict=True):
        for row, value, size in ((4, title, 10), (5, number, 20)):
            put(sheet[f"{letter}{row}"], value, font=palette.font(size, ink), fill=palette.fill(colour),
                alignment=palette.CENTRED, border=palette.HEAD_BORDER)  # fmt: skip
    sheet.row_dimensions[4].height, sheet.row_dimensions[5].height = 20, 34


class _Rows:
    """The rows below the head, section by section."""

    def __init__(self, drawing: Drawing, sheet: Worksheet, result: MergeSheet) -> None:
        self.sheet, self.result, self.number = sheet, result, _FIRST
        self.heading = drawing.style(font=palette.HEADING, alignment=palette.LEFT)
        self.head = drawing.style(
            font=palette.HEAD, fill=palette.ACCENT, alignment=palette.HEAD_ALIGNMENT, border=palette.HEAD_BORDER
        )
        self.text = drawing.style(alignment=palette.WRAPPED, border=palette.UNDERLINE)
        self.middle = drawing.style(alignment=palette.CENTRED, border=palette.UNDERLINE)
        self.link = drawing.style(font=palette.LINK, alignment=palette.LEFT, border=palette.UNDERLINE)
        self.colours = {
            colour: drawing.style(fill=colour, alignment=palette.WRAPPED, border=palette.UNDERLINE)
            for colour in (palette.LEVEL_FILLS["error"], palette.LEVEL_FILLS["warning"], palette.GOOD_FILL)
        }
        self.faint = drawing.style(font=palette.FAINT)
        self.links = 0

    def all(self) -> Iterator[Row]:
        """Every row, in order."""
        asked = [each for each in self.result.settled if not each.is_settled]
        settled = [each for each in self.result.settled if each.outcome in _STEPS and each.is_settled]
        yield from self._section("一、待您决定", _ASKED_HEADS, self._asked(asked), "没有。")
        yield from self._section("二、各机构的问题（没有采用）", _TROUBLE_HEADS, self._troubles(), "没有。")
        yield from self._section("三、少了或多了的行（台账里照旧）", _ROW_HEADS, self._moved(), "没有。")
        yield from self._section("四、收件回执", _FILE_HEADS, self._files(), "没有。")
        if settled:
            yield from self._section("五、按设定处理的不一致", _ASKED_HEADS, self._asked(settled), "")
        yield from self._section("六、已写回的格" if settled else "五、已写回的格", _HOME_HEADS, self._home(), "没有。")

    def _section(self, title: str, heads: Sequence[str], lines: Iterator[list[Styled]], nothing: str) -> Iterator[Row]:
        yield self._row([(title, self.heading)], 24)
        if not any(heads[3:6]):
            self._merge()
        yield self._row([(head or None, self.head) for head in heads], 22)
        is_empty = True
        for cells in lines:
            is_empty = False
            yield self._row(cells, 15 * min(_lines_high(cells), 8) + 4)
        if is_empty:
            yield self._row([(nothing, self.faint)], 18)
        yield self._row([], 12)

    def _row(self, cells: Sequence[Styled], height: float) -> Row:
        self.number += 1
        return Row(cells, height=height)

    def _asked(self, found: Sequence[Settled]) -> Iterator[list[Styled]]:
        red, green = self.colours[palette.LEVEL_FILLS["error"]], self.colours[palette.GOOD_FILL]
        for each in found:
            for reply in each.replies:
                step = each.message or _STEPS[each.outcome]
                values = self._values(
                    reply.column, reply.base if reply.is_base_known else "（已无从查对）", reply.here, reply.there
                )
                is_taken = each.is_applied and each.message.find(reply.sender) >= 0
                colour = green if is_taken else red
                yield [
                    self._linked(reply.key, each), (self._title(reply.column), self.text),
                    (values[0], self.text), (values[1], self.text if is_taken else red), (values[2] or "（空）", colour),
                    (reply.sender, self.text), (f"{reply.file} {reply.cell}", self.text), (step, self.text),
                ]  # fmt: skip

    def _troubles(self) -> Iterator[list[Styled]]:
        yellow = self.colours[palette.LEVEL_FILLS["warning"]]
        for trouble in sorted(self.result.troubles, key=lambda trouble: (trouble.sender, trouble.file)):
            yield self._wide((trouble.sender, yellow), trouble.place, trouble.message, trouble.file, "")

    def _moved(self) -> Iterator[list[Styled]]:
        for receipt in self.result.receipts:
            for key in receipt.missing:
                yield self._wide((receipt.sender, self.text), "少", key, receipt.file, "请问机构为何没有发回")
            for told in receipt.added:
                yield self._wide((receipt.sender, self.text), "多", told, receipt.file, "若是新投诉，请登记到台账")

    def _wide(self, first: Styled, place: str, message: str, file: str, step: str) -> list[Styled]:
        """A line whose third cell runs over four columns."""
        self._merge()
        return [first, (place, self.text), (message, self.text), (None, self.text), (None, self.text), (None, self.text),
                (file, self.text), (step or None, self.text)]  # fmt: skip

    def _merge(self) -> None:
        self.sheet.merge_cells(start_row=self.number, end_row=self.number, start_column=3, end_column=6)

    def _files(self) -> Iterator[list[Styled]]:
        applied = Counter(reply.file for each in self.result.settled if each.is_applied for reply in each.replies)
        asked = Counter(reply.file for each in self.result.settled if not each.is_settled for reply in each.replies)
        troubles = Counter(trouble.file for trouble in self.result.troubles)
        for each in self.result.receipts:
            values: tuple[Any, ...] = (
                each.sender or "—", "—" if each.sent is None else each.sent, each.back, each.matched, applied[each.file],
                f"{asked[each.file]} / {troubles[each.file]}", each.file, each.note or None,
            )  # fmt: skip
            yield [(value, self.middle if 0 < place < 6 else self.text) for place, value in enumerate(values)]

    def _home(self) -> Iterator[list[Styled]]:
        order = sorted(
            (each for each in self.result.settled if each.is_applied), key=lambda each: each.replies[0].sender
        )
        for each in order:
            reply = each.replies[0]
            old, new, _ = self._values(reply.column, reply.here, each.value, None)
            told = each.message or OUTCOME_TITLES[each.outcome]
            place = each.address(self.result.register.origin.letters)
            senders = "、".join(dict.fromkeys(one.sender for one in each.replies))
            values = (reply.key, self._title(reply.column), old, new or "（空）")
            yield [*((value or None, self.text) for value in values), self._linked(place, each), (senders, self.text),
                   (f"{reply.file} {reply.cell}", self.text), (told, self.text)]  # fmt: skip

    def _linked(self, text: str, each: Settled) -> Styled:
        """A cell that leads to the register's cell."""
        if self.links >= _MOST_LINKS:
            return text, self.text
        self.links += 1
        origin = self.result.register.origin
        target = "'{}'!{}".format(origin.sheet.replace("'", "''"), each.address(origin.letters))
        column = "E" if text == each.address(origin.letters) else "A"
        self.sheet[f"{column}{self.number}"].hyperlink = Hyperlink(ref="", location=target)
        return text, self.link

    def _title(self, column: str) -> str:
        register = self.result.register
        return register.origin.headings.get(column) or register.schema.columns[column].title

    def _values(self, column: str, *cells: Cell) -> list[str]:
        is_private = self.result.register.schema.columns[column].private
        texts = [shown(cell) for cell in cells]
        return [mask(text) if is_private else text for text in texts]


def _lines_high(cells: Sequence[Styled]) -> int:
    """Lines the highest cell of a row takes; a text before empty cells may run over them."""
    is_wide = all(value is None for value, _ in cells[3:6])
    widths = [*_WIDTHS[:2], sum(_WIDTHS[2:6]), *_WIDTHS[3:]] if is_wide else _WIDTHS
    return max(lines_needed(str(value or ""), width - 1) for (value, _), width in zip(cells, widths, strict=True))
