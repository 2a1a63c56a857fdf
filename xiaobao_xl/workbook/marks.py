"""Marks: what stands between double braces in a template.

    {{ 本期收到 }}                        a figure, by Chinese title or id
    {{ 按原因[因定价收费引起的投诉] }}      one member
    {{ 按机构.名称 }} {{ 按机构.值 }}       the row is repeated for each member (also .序号)
    {{ 按机构与渠道[营业现场] }}            in a repeated row: the row's unit, and this member of the second axis
    {{ 超期清单.投诉编号 }}                 a column of a list: the row is repeated for each complaint (also .序号)

A cell that is nothing but one mark gets the number itself; marks within a text are printed into it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import NamedTuple

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.package.references import address

_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SHAPE = re.compile(r"\s*([^\[\].]+?)\s*((?:\[[^\[\]]+\]\s*)*)(?:\.\s*([^\[\]{}]+?))?\s*")
_FIELD = re.compile(r"\{\{[^{}]*\.[^{}]*\}\}")
NUMBER = "序号"
_FIELDS = {"name": "名称", "value": "值", "number": NUMBER, "名称": "名称", "值": "值", NUMBER: NUMBER}


@dataclass(frozen=True)
class Mark:
    """One mark.

    Attributes:
        figure: figure or base id.
        members: members named in brackets, as ids.
        field: 名称, 值 or 序号 where the row is repeated, for a list 序号 or the id of its column; '' otherwise.
        text: the mark as written, braces included.
    """

    figure: str
    members: tuple[str, ...]
    field: str
    text: str


def marks_in(text: object, figures: Figures, *, is_repeated: bool = False) -> list[Mark]:
    """Marks of one cell.

    Args:
        text: the cell.
        figures: what marks may name.
        is_repeated: the row is repeated: a mark that leaves one axis unnamed follows the row, as if it said 值.

    Raises:
        ValueError: a mark names nothing known; the text says what, with a near guess.
    """
    return [_mark(found, figures, is_repeated) for found in _MARK.finditer(text)] if isinstance(text, str) else []


def _mark(found: re.Match[str], figures: Figures, is_repeated: bool) -> Mark:  # noqa: FBT001  (private)
    shape = _SHAPE.fullmatch(found[1])
    if not shape:
        raise ValueError(f"标记 {found[0]} 写法不对；应为 {{{{ 指标 }}}}、{{{{ 指标[类别] }}}} 或 {{{{ 指标.名称 }}}}")
    name, inside, part = shape[1], re.findall(r"\[\s*([^\[\]]+?)\s*\]", shape[2]), shape[3] or ""
    figure = figures.id_of(name)
    if figure is None:
        titles = [figures.spec(known).title for known in figures.values]
        raise ValueError(f"标记 {found[0]} 中的指标“{name}”没有定义{_guess(name, titles)}")
    if figure in figures.lists:
        return _of_list(found[0], figures, figure, [*inside], part)
    if part and part not in _FIELDS:
        raise ValueError(f"标记 {found[0]} 写法不对：“{name}”不是清单，点号后应为 名称、值 或 序号")
    axes = figures.axes[figure]
    part = part or ("值" if is_repeated and len(inside) + 1 == len(axes) else "")
    offset = 1 if part else 0
    if len(inside) + offset > len(axes):
        raise ValueError(f"标记 {found[0]} 的类别多于指标“{name}”的分类（该指标有 {len(axes)} 个 by）")
    members = []
    for axis, label in zip(axes[offset:], inside, strict=False):
        member = next((key for key, title in axis.titles.items() if label in {key, title}), None)
        if member is None and axis.is_open:
            member = label  # a unit that did not occur counts nothing
        if member is None:
            raise ValueError(
                f"标记 {found[0]} 中的类别“{label}”不属于指标“{name}”{_guess(label, list(axis.titles.values()))}"
            )
        members.append(member)
    return Mark(figure, tuple(members), _FIELDS.get(part, part), found[0])


def _of_list(text: str, figures: Figures, figure: str, inside: list[str], part: str) -> Mark:
    """A column of a list, the number of its line, or how many complaints it holds."""
    names = figures.lists[figure].names
    if inside:
        raise ValueError(f"标记 {text} 写法不对：“{figures.spec(figure).title}”是清单，不分类别")
    field = names.get(part) or (NUMBER if _FIELDS.get(part) == NUMBER else "")
    if part and not field:
        titles = [*dict.fromkeys({column: title for title, column in reversed([*names.items()])}.values()), NUMBER]
        raise ValueError(f"标记 {text} 中的列“{part}”不在清单“{figures.spec(figure).title}”里{_guess(part, titles)}")
    return Mark(figure, (), field, text)


def _guess(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    return (
        f"；是否想写 {'、'.join(near)}？"
        if near
        else f"；可用的有 {'、'.join(known[:12])}{' 等' if len(known) > 12 else ''}"
    )


class Marked(NamedTuple):
    """A cell of a template that holds marks.

    Attributes:
        sheet: sheet title.
        row: its row.
        column: its column.
        text: what stands in it.
        marks: the marks in that text.
    """

    sheet: str
    row: int
    column: int
    text: str
    marks: list[Mark]


def marked_cells(book: package.Book, figures: Figures, file: str) -> list[Marked]:
    """Every cell with marks, sheet by sheet and row by row.

    Raises:
        WorkbookError: names every cell whose mark is not known.
    """
    found, wrong = [], []
    cells = [(sheet, place, cell) for sheet in book.worksheets for place, cell in book.each(sheet)]
    repeated = {(sheet, row) for sheet, (row, _), cell in cells if _FIELD.search(str(cell.value))}
    for sheet, (row, column), cell in cells:
        where = f"{file} {sheet}!{address(row, column)}"
        if cell.formula is not None:
            if _MARK.search(cell.formula):
                wrong.append(f"{where}: 公式里不能写标记；请把标记放进单元格，公式引用该单元格")
            continue
        try:
            marks = marks_in(cell.value, figures, is_repeated=(sheet, row) in repeated)
        except ValueError as mistake:
            wrong.append(f"{where}: {mistake}")
            continue
        if marks:
            found.append(Marked(sheet, row, column, str(cell.value), marks))
    if wrong:
        raise WorkbookError("\n".join(wrong))
    return found
