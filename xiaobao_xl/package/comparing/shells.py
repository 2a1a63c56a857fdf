"""Everything of a worksheet but its rows: columns, merges, rules, links, print and view settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from xiaobao_xl.package.comparing.difference import Difference, Kind
from xiaobao_xl.package.comparing.meanings import canonical, is_fallback, number
from xiaobao_xl.package.comparing.styles import FACETS, Styles
from xiaobao_xl.package.markup import Element, Markup
from xiaobao_xl.package.references import MAX_COLUMNS, letters

_UNTOUCHED: Final = {
    "dimension", "phoneticPr", "sheetCalcPr", "sheetData", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF",
    "picture", "tableParts", "smartTags", "webPublishItems", "PLV",
}  # fmt: skip
"""Sections that follow from others, or point to parts that are compared by themselves."""
_SECTIONS: Final[Mapping[str, tuple[Kind, str]]] = {
    "sheetPr": ("sheet_setting", "工作表属性（标签颜色、分级方向等）"),
    "sheetFormatPr": ("sheet_setting", "默认行高与列宽"),
    "sheetProtection": ("protection", "工作表保护"),
    "protectedRanges": ("protection", "允许编辑的区域"),
    "scenarios": ("sheet_setting", "方案"),
    "autoFilter": ("filter", "筛选"),
    "sortState": ("filter", "排序"),
    "dataConsolidate": ("sheet_setting", "合并计算"),
    "customSheetViews": ("view", "自定义视图"),
    "printOptions": ("print", "打印选项（网格线、居中）"),
    "pageMargins": ("print", "页边距"),
    "pageSetup": ("print", "纸张与缩放"),
    "headerFooter": ("print", "页眉页脚"),
    "rowBreaks": ("print", "水平分页符"),
    "colBreaks": ("print", "垂直分页符"),
    "customProperties": ("extension", "工作表的自定义属性"),
    "cellWatches": ("sheet_setting", "监视窗口"),
    "ignoredErrors": ("sheet_setting", "已忽略的错误提示（绿三角）"),
    "oleObjects": ("extension", "嵌入对象"),
    "controls": ("extension", "控件"),
}
_EXTENSIONS: Final = {
    "sparklineGroups": "迷你图", "conditionalFormattings": "新式条件格式（数据条、图标）",
    "dataValidations": "引用其他工作表的数据验证", "slicerList": "切片器", "timelineRefs": "日程表",
    "protectedRanges": "允许编辑的区域", "ignoredErrors": "已忽略的错误提示（绿三角）", "controls": "控件", "oleObjects": "嵌入对象",
}  # fmt: skip
_COUNTED: Final = {
    "sparkline", "conditionalFormatting", "dataValidation", "slicer", "timelineRef", "control", "oleObject", "brk",
}  # fmt: skip
_VIEW: Final[Mapping[str, tuple[str, str]]] = {
    "showGridLines": ("1", "网格线"), "zoomScale": ("100", "显示比例"), "view": ("normal", "视图"), "showFormulas": ("0", "显示公式"),
    "rightToLeft": ("0", "从右到左"), "showZeros": ("1", "显示零值"), "showRowColHeaders": ("1", "行号列标"),
}  # fmt: skip
_COLUMN: Final[tuple[tuple[Kind, str], ...]] = (
    ("column_width", ""), ("column_hidden", ""), ("column_outline", ""), *(("column_style", f"整列的{facet}") for facet in FACETS),
)  # fmt: skip


class Shell(NamedTuple):
    """A worksheet without its rows.

    Attributes:
        markup: the part without rows.
        pointed: id of a relation → what it points to.
        styles: the styles of its workbook.
    """

    markup: Markup
    pointed: Mapping[str, str]
    styles: Styles


def shells_compared(old: Shell, new: Shell, title: str) -> Iterator[Difference]:
    """What differs between two worksheets beside their rows."""
    yield from _columns_compared(old, new, title)
    for kind, read in _KEYED:
        yield from keyed_compared(kind, title, read(old), read(new))
    was, now = _sections(old), _sections(new)
    for key in {**was, **now}:
        before, after = was.get(key, ("", "")), now.get(key, ("", ""))
        if before[0] != after[0]:
            kind, words = key
            yield Difference(kind, title, "", before[1], after[1], words)


def keyed_compared(
    kind: Kind, title: str, old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> Iterator[Difference]:
    """Things found by their place: place → what counts, and how it is shown."""
    for place in {**old, **new}:
        before, after = old.get(place, ("", "")), new.get(place, ("", ""))
        if before[0] != after[0]:
            texts = ("", "") if before[1] == after[1] else (before[1], after[1])
            yield Difference(kind, title, place, *texts)


def _merges(shell: Shell) -> dict[str, tuple[str, str]]:
    return {element.attributes.get("ref", ""): ("merged", "合并") for element in _inside(shell, "mergeCells")}


def _validations(shell: Shell) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for element in _inside(shell, "dataValidations"):
        meaning = _meaning(element, shell, without={"sqref"})
        formulas = [shell.markup.text(child) for child in element.children]
        shown = " ".join(filter(None, (element.attributes.get("type", "任何值"), *formulas)))
        _collect(found, _place(element), meaning, shown)
    return found


def _formats(shell: Shell) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for element in shell.markup.root.children:
        if element.local == "conditionalFormatting":
            for rule in element.children:
                number_ = rule.attributes.get("dxfId", "")
                looks = shell.styles.differential
                look = looks[int(number_)] if number_.isdecimal() and int(number_) < len(looks) else ""
                meaning = f"{_meaning(rule, shell, without={'dxfId', 'priority'})} {look}"
                formulas = [shell.markup.text(child) for child in rule.children if child.local == "formula"]
                _collect(found, _place(element), meaning, " ".join((rule.attributes.get("type", ""), *formulas, look)))
    return found


def _links(shell: Shell) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for element in _inside(shell, "hyperlinks"):
        given = element.attributes
        target = next((shell.pointed.get(value, "") for name, value in given.items() if name.endswith("}id")), "")
        shown = "#".join(filter(None, (target, given.get("location", ""))))
        _collect(found, given.get("ref", ""), f"{shown} {given.get('tooltip', '')}", shown)
    return found


_KEYED: Final[tuple[tuple[Kind, Callable[[Shell], dict[str, tuple[str, str]]]], ...]] = (
    ("merge", _merges), ("validation", _validations), ("format", _formats), ("link", _links),
)  # fmt: skip


def _sections(shell: Shell) -> dict[tuple[Kind, str], tuple[str, str]]:
    """Kind and words of a section → what counts, and how it is shown."""
    found = _view(shell.markup.root.child("sheetViews"))
    for element in shell.markup.root.children:
        if element.local in _SECTIONS:
            meaning = _meaning(element, shell)
            if meaning != element.local:  # a section that says nothing is none
                found[_SECTIONS[element.local]] = meaning, _counted(element) or _readable(meaning)
        elif element.local == "AlternateContent":
            for inner in (inner for choice in element.children[:1] for inner in choice.children):
                _extend(found, inner, shell)
        elif element.local == "extLst":
            for inner in (inner for extension in element.children for inner in extension.children):
                _extend(found, inner, shell)
        elif element.local not in _UNTOUCHED | {
            "cols",
            "mergeCells",
            "dataValidations",
            "hyperlinks",
            "sheetViews",
        } and (element.local != "conditionalFormatting"):
            _extend(found, element, shell)
    return found


def _extend(found: dict[tuple[Kind, str], tuple[str, str]], element: Element, shell: Shell) -> None:
    if element.local in _UNTOUCHED:
        return
    words = _EXTENSIONS.get(element.local, f"扩展内容 {element.local}")
    shown = _counted(element) or "有"
    meaning = _meaning(element, shell)
    if ("extension", words) in found:
        meaning = f"{found['extension', words][0]} {meaning}"
    found["extension", words] = meaning, shown


def _view(views: Element | None) -> dict[tuple[Kind, str], tuple[str, str]]:
    """What a person sees; where the cursor stands does not count."""
    view = views.children[0] if views and views.children else None
    found: dict[tuple[Kind, str], tuple[str, str]] = {}
    for name, (default, words) in _VIEW.items():
        value = view.attributes.get(name, default) if view else default
        value = {"true": "1", "false": "0"}.get(value, value)
        found["view", words] = value, {"0": "关", "1": "开"}.get(value, value)
    pane = view.child("pane") if view else None
    shown = "无"
    if pane is not None:
        rows, columns = (number(pane.attributes.get(name, "0")) for name in ("ySplit", "xSplit"))
        is_frozen = pane.attributes.get("state", "split") != "split"
        shown = f"{rows} 行 {columns} 列" if is_frozen else f"拆分于 {columns}，{rows}"
    found["view", "冻结窗格"] = shown, shown
    return found


def _columns_compared(old: Shell, new: Shell, title: str) -> Iterator[Difference]:
    was, now = _columns(old), _columns(new)
    plain = ("默认", "否", "否", *old.styles.look(0)), ("默认", "否", "否", *new.styles.look(0))
    if was == now and plain[0] == plain[1]:
        return
    for position, (kind, subject) in enumerate(_COLUMN):
        start, pair = 0, ("", "")
        for column in range(1, MAX_COLUMNS + 2):
            here = (was.get(column, plain[0])[position], now.get(column, plain[1])[position])
            if column > MAX_COLUMNS or here != pair:
                if start and pair[0] != pair[1]:
                    yield Difference(kind, title, f"{letters(start)}:{letters(column - 1)}", *pair, subject)
                start, pair = column, here


def _columns(shell: Shell) -> dict[int, tuple[str, ...]]:
    """Number of a column → width, hidden, level, look."""
    found = {}
    for element in _inside(shell, "cols"):
        given = element.attributes
        first, last, style = (int(given.get(name, "0") or 0) for name in ("min", "max", "style"))
        width = given.get("width", "")
        words = (
            f"{float(width):.2f}" if width else "默认",
            "是" if given.get("hidden", "0") in {"1", "true"} else "否",
            given.get("outlineLevel", "0").replace("0", "否"),
            *shell.styles.look(style),
        )
        found.update(dict.fromkeys(range(max(first, 1), min(last, MAX_COLUMNS) + 1), words))
    return found


def _collect(found: dict[str, tuple[str, str]], place: str, meaning: str, shown: str) -> None:
    """Several rules may have one place; their order does not count."""
    if place in found:
        before, words = found[place]
        meaning, shown = "\n".join(sorted([*before.split("\n"), meaning])), f"{words}；{shown}"
    found[place] = meaning, shown


def _inside(shell: Shell, section: str) -> list[Element]:
    found = shell.markup.root.child(section)
    return found.children if found else []


def _place(element: Element) -> str:
    return " ".join(sorted(element.attributes.get("sqref", "").split()))


def _meaning(element: Element, shell: Shell, without: set[str] | None = None) -> str:
    if not without:
        return canonical(element, shell.markup, shell.pointed)
    given = {name: value for name, value in element.attributes.items() if name not in without}
    bare = Element(
        element.space,
        element.local,
        element.prefix,
        given,
        element.begin,
        element.open_end,
        element.close,
        element.end,
        element.children,
    )
    return canonical(bare, shell.markup, shell.pointed)


def _readable(meaning: str) -> str:
    """A meaning without the name of its element and without brackets."""
    return re.sub(r"[\[\]]+", " ", meaning.partition(" ")[2] or meaning.partition("[")[2]).strip()


def _counted(element: Element) -> str:
    """How many of what people count are inside."""
    count = sum(1 for found in element.all(*_COUNTED) if not is_fallback(found))
    return f"{count} 个" if count else ""
