"""One thing that differs between two workbooks, in words; and many of a kind gathered into one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from xiaobao_xl.package import references

Kind = Literal[
    "sheet_added", "sheet_removed", "sheet_renamed", "sheet_moved", "sheet_state",
    "cell_value", "cell_type", "cell_formula", "cell_result", "cell_runs", "cell_style", "cell_metadata",
    "row_height", "row_hidden", "row_outline", "row_style",
    "column_width", "column_hidden", "column_outline", "column_style",
    "merge", "validation", "format", "link", "note", "name",
    "print", "view", "protection", "filter", "sheet_setting", "extension",
    "workbook_setting", "styles", "property", "part_added", "part_removed", "part_changed",
]  # fmt: skip
KINDS: Final[tuple[str, ...]] = get_args(Kind)
LONGEST: Final = 60  # characters of a value that are shown

_SUBJECTS: Final[dict[str, str]] = {
    "sheet_renamed": "工作表改名",
    "sheet_moved": "工作表次序",
    "sheet_state": "工作表显示状态",
    "cell_value": "内容",
    "cell_type": "类型",
    "cell_formula": "公式",
    "cell_result": "公式结果",
    "cell_runs": "单元格内部分文字的格式",
    "cell_metadata": "单元格内图片或动态数组",
    "row_height": "行高",
    "row_hidden": "行的隐藏",
    "row_outline": "行的分组",
    "row_style": "整行的格式",
    "column_width": "列宽",
    "column_hidden": "列的隐藏",
    "column_outline": "列的分组",
    "column_style": "整列的格式",
    "merge": "合并单元格",
    "validation": "数据验证（下拉等）",
    "format": "条件格式",
    "link": "超链接",
    "note": "批注",
    "name": "定义的名称",
    "filter": "筛选",
}
_BY_COLUMN: Final = {"cell_value", "cell_type", "cell_formula"}
_CONTEXT: Final = 12  # characters shown before the first one that differs


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        kind: what sort of thing.
        sheet: title of the sheet in the new workbook, in the old one if it is gone; "" for the workbook as a whole.
        place: address, range, row (`5:5`), columns (`A:C`), name or part.
        old: what it was, short; "" for nothing.
        new: what it is now, short; "" for nothing.
        subject: what it is about in Chinese, where the kind does not say it (`填充颜色`, `图表`).
    """

    kind: Kind
    sheet: str
    place: str
    old: str = ""
    new: str = ""
    subject: str = ""

    def sentence(self) -> str:
        """The difference as a person would say it.

        >>> Difference("cell_value", "报表", "B5", "3", "5").sentence()
        '报表!B5：内容由“3”变为“5”'
        """
        where = f"{self.sheet}!{self.place}" if self.sheet and self.place else self.sheet or self.place or "工作簿"
        if self.kind in {"sheet_added", "sheet_removed"}:
            return f"{where}：{'新增' if self.kind == 'sheet_added' else '少了'}这张工作表"
        return f"{where}：{self.about}{self.change()}"

    @property
    def about(self) -> str:
        """What it is about."""
        return self.subject or _SUBJECTS.get(self.kind, "")

    def change(self) -> str:
        """From what to what."""
        old, new = _apart(self.old, self.new)
        if self.kind == "part_added":
            return f"是新增的{new and f'（{new}）'}"
        if self.kind == "part_removed":
            return f"没有了{old and f'（{old}）'}"
        if old == new:
            return "有变化"
        if not old:
            return f"新增“{new}”"
        return f"由“{old}”变为“{new}”" if new else f"没有了（原为“{old}”）"

    def as_json(self) -> dict[str, Any]:
        """For machines: all fields and the sentence."""
        return {**asdict(self), "sentence": self.sentence()}


@dataclass(slots=True)
class Group:
    """Differences of one kind on one sheet, in cells: in one column.

    Attributes:
        shown: the first ones.
        count: how many there are.
        last: place of the last one.
    """

    shown: list[Difference] = field(default_factory=list)
    count: int = 0
    last: str = ""

    @property
    def sheet(self) -> str:
        """Title of the sheet, or ""."""
        return self.shown[0].sheet

    def lines(self, most: int = 5) -> Iterator[str]:
        """A single one as its sentence; more as a heading and below it the first ones, at most so many."""
        first = self.shown[0]
        if self.count == 1:
            yield first.sentence()
            return
        column = f" {column_of(first.place)} 列" if first.kind in _BY_COLUMN else ""
        sheet = f"{self.sheet}{column}" if self.sheet else "工作簿"
        about = first.about or {"sheet_added": "新增的工作表", "sheet_removed": "少了的工作表"}.get(first.kind, "")
        yield f"{sheet}：{about}有 {self.count:,} 处不同{f'（{first.place} 至 {self.last}）' if first.place else ''}"
        examples = self.shown[:most]
        for difference in examples:
            yield f"    {difference.place}：{difference.change()}" if difference.place else f"    {difference.change()}"
        if self.count > len(examples):
            yield f"    ……另有 {self.count - len(examples):,} 处"


def grouped(differences: Iterable[Difference], shown: int = 5) -> list[Group]:
    """Gather differences of one kind; of each group only the first ones are held, however many there are.

    Args:
        differences: in any order; a group stands where its first one does.
        shown: how many of each group are kept.
    """
    groups: dict[tuple[str, ...], Group] = {}
    for difference in differences:
        column = column_of(difference.place) if difference.kind in _BY_COLUMN else ""
        key: tuple[str, ...] = (difference.sheet, difference.kind, difference.subject, column)
        if difference.kind in {"sheet_added", "sheet_removed", "sheet_renamed", "part_added", "part_removed"}:
            key = (*key, difference.place)  # each is worth its own line
        group = groups.setdefault(key, Group())
        group.count += 1
        group.last = difference.place
        if len(group.shown) < shown:
            group.shown.append(difference)
    return list(groups.values())


def short(text: str) -> str:
    """A text on one line, cut where it is long."""
    text = re.sub(r"\s*[\r\n]+\s*", "⏎", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two texts cut so that where they differ is seen."""
    alike = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    if alike > LONGEST - _CONTEXT and max(len(old), len(new)) > LONGEST:
        old, new = (f"…{text[alike - _CONTEXT :]}" if text else "" for text in (old, new))
    return short(old), short(new)


def column_of(place: str) -> str:
    """Letters of an address.

    >>> column_of("AB12")
    'AB'
    """
    return place.rstrip("0123456789")


def at(row: int, column: int) -> str:
    """Address of a cell; beyond the sheet's edge in numbers, as a damaged file may have it."""
    return references.address(row, column)
