"""Styles by what they look like, not by their number: two workbooks may number the same look differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from xiaobao_xl.package.comparing.colours import Colours
from xiaobao_xl.package.comparing.meanings import canonical, is_on
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import Element, Markup
from xiaobao_xl.package.parts import Parts

FACETS: Final = ("数字格式", "字体", "填充颜色", "边框", "对齐", "锁定与隐藏公式", "单元格样式", "文本前缀")
Look = tuple[str, ...]
"""What a style is in each of its facets, readable."""

PLAIN: Final[Look] = ("General", "", "无", "无", "默认", "默认", "常规", "无")
_BUILT_IN: Final[Mapping[int, str]] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
_SWITCHES: Final = {
    "b": "加粗", "i": "倾斜", "strike": "删除线", "outline": "空心", "shadow": "阴影", "condense": "紧缩", "extend": "加宽",
}  # fmt: skip
_SIDES: Final = {
    "left": "左", "right": "右", "start": "左", "end": "右", "top": "上", "bottom": "下", "diagonal": "斜",
    "vertical": "内竖", "horizontal": "内横",
}  # fmt: skip


class Styles:
    """The styles of a workbook.

    Attributes:
        looks: what each index of `cellXfs` looks like.
        differential: what each index of `dxfs` changes, canonical.
        others: further sections that cells do not point to → their meaning.
        named: names of the cell styles offered to the user, built-in ones left out.
    """

    def __init__(self, parts: Parts) -> None:
        """Read the part; a workbook without one has the plain look alone."""
        self.looks: list[Look] = [PLAIN]
        self.differential: list[str] = []
        self.others: dict[str, str] = {}
        self.named: set[str] = set()
        part = Directory(parts).related("styles")
        if not part:
            return
        markup = parts.settle(part)
        root = markup.root
        colours = Colours(parts, root)
        self._codes = {**_BUILT_IN, **dict(_codes(root))}
        self._fonts = [font_words(font, colours) for font in _children(root, "fonts")]
        self._fills = [_fill_words(fill, markup, colours) for fill in _children(root, "fills")]
        self._borders = [_border_words(border, colours) for border in _children(root, "borders")]
        titles = {
            _index(style, "xfId"): style.attributes.get("name", "") for style in reversed(_children(root, "cellStyles"))
        }
        self._titles = titles | {0: "常规"}
        self.looks = [self._look(xf, markup) for xf in _children(root, "cellXfs")] or [PLAIN]
        self.differential = [_differential(element, markup, colours) for element in _children(root, "dxfs")]
        self.others = dict(_others(root, markup))
        self.named = {
            style.attributes.get("name", "")
            for style in _children(root, "cellStyles")
            if "builtinId" not in style.attributes
        }

    def look(self, index: int) -> Look:
        """What a style looks like; an index out of range looks as the first."""
        return self.looks[index] if 0 <= index < len(self.looks) else self.looks[0]

    def begins_like(self, other: Styles) -> bool:
        """Every index of the other means the same here, or the other way round."""
        shared = min(len(self.looks), len(other.looks))
        return self.looks[:shared] == other.looks[:shared]

    def _look(self, xf: Element, markup: Markup) -> Look:
        code = _index(xf, "numFmtId")
        prefix = [words for name, words in (("quotePrefix", "'"), ("pivotButton", "透视表按钮")) if _is_set(xf, name)]
        return (
            _format(self._codes.get(code, f"内置格式 {code}")),
            _of(self._fonts, _index(xf, "fontId")),
            _of(self._fills, _index(xf, "fillId")) or "无",
            _of(self._borders, _index(xf, "borderId")) or "无",
            _rest(xf.child("alignment"), markup),
            _rest(xf.child("protection"), markup),
            self._titles.get(_index(xf, "xfId"), "常规"),
            "、".join(prefix) or "无",
        )


@lru_cache(maxsize=1024)
def is_date(code: str) -> bool:
    """A number format shows a date or a time.

    >>> is_date("yyyy/m/d"), is_date('0.00"day"'), is_date("[Red]0")
    (True, False, False)
    """
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', "", code.partition(";")[0], flags=re.IGNORECASE)
    return bare.lower() != "general" and re.search("[ymdhs]", bare, re.IGNORECASE) is not None


def font_words(font: Element, colours: Colours) -> str:
    """A font in words: name, size, what is switched on, colour."""
    words = []
    for child in font.children:
        value = child.attributes.get("val", "")
        if child.local in {"name", "rFont"}:
            words.append(f"1{value}")
        elif child.local == "sz":
            words.append(f"2{float(value):g}磅" if value.replace(".", "", 1).isdecimal() else "2")
        elif child.local in _SWITCHES and is_on(child):
            words.append(f"3{_SWITCHES[child.local]}")
        elif child.local == "u" and is_on(child):
            words.append(f"3下划线{value if value not in {'', 'single', '1'} else ''}")
        elif child.local == "vertAlign" and value != "baseline":
            words.append(f"3{value}")
        elif child.local == "color":
            words.append(f"4{colours.words(child)}")
    return " ".join(word[1:] for word in sorted(words))  # in this order whatever that of the file


def _fill_words(fill: Element, markup: Markup, colours: Colours) -> str:
    pattern = fill.child("patternFill")
    if pattern is None:
        return canonical(fill, markup) if fill.children else ""
    kind = pattern.attributes.get("patternType", "none")
    if kind == "none":
        return ""
    front = colours.words(pattern.child("fgColor"))
    return (
        (front or "自动")
        if kind == "solid"
        else f"图案{kind} {front} {colours.words(pattern.child('bgColor'))}".rstrip()
    )


def _border_words(border: Element, colours: Colours) -> str:
    words = []
    for side in border.children:
        style = side.attributes.get("style", "none")
        if style != "none" and side.local in _SIDES:
            slant = "".join(
                sign
                for sign, name in (("╲", "diagonalDown"), ("╱", "diagonalUp"))
                if side.local == "diagonal" and _is_set(border, name)
            )
            words.append(f"{_SIDES[side.local]}{slant}{style} {colours.words(side.child('color')) or '自动'}")
    return "，".join(words)


def _differential(element: Element, markup: Markup, colours: Colours) -> str:
    """What a conditional format changes; its sections in any order."""
    words = []
    for child in element.children:
        if child.local == "font":
            words.append(f"字体 {font_words(child, colours)}")
        elif child.local == "border":
            words.append(f"边框 {_border_words(child, colours)}")
        elif child.local == "fill" and (pattern := child.child("patternFill")) is not None:
            kind = pattern.attributes.get("patternType", "solid")
            words.append(
                f"填充 {kind} {colours.words(pattern.child('fgColor'))} {colours.words(pattern.child('bgColor'))}"
            )
        elif child.local == "numFmt":
            words.append(f"格式 {child.attributes.get('formatCode', '')}")
        else:
            words.append(canonical(child, markup))
    return "；".join(sorted(words))


def _format(code: str) -> str:
    """A number format with its literal characters in quotes, which may also stand behind a backslash each."""
    return re.sub(r'"([^"]*)"|\\(.)', lambda found: f'"{found[1] or found[2] or ""}"', code).replace('""', "")


def _codes(root: Element) -> Iterator[tuple[int, str]]:
    for element in _children(root, "numFmts"):
        yield _index(element, "numFmtId"), element.attributes.get("formatCode", "")


def _others(root: Element, markup: Markup) -> Iterator[tuple[str, str]]:
    """Sections that say something beyond the default: words and meaning."""
    tables = _children(root, "tableStyles")
    if tables:
        yield "表格样式", " ".join(canonical(style, markup) for style in tables)
    extensions = [inner for extension in _children(root, "extLst") for inner in extension.children if inner.children]
    if extensions:
        yield "样式的扩展内容（切片器样式等）", " ".join(canonical(inner, markup) for inner in extensions)


def _children(root: Element, section: str) -> list[Element]:
    found = root.child(section)
    return found.children if found else []


def _rest(element: Element | None, markup: Markup) -> str:
    """Alignment or protection: what is not the default."""
    return canonical(element, markup).partition(" ")[2] or "默认" if element is not None else "默认"


def _is_set(element: Element, name: str) -> bool:
    return element.attributes.get(name, "0") in {"1", "true"}


def _index(element: Element, name: str) -> int:
    text = element.attributes.get(name, "0")
    return int(text) if text.isdecimal() else 0


def _of(words: list[str], index: int) -> str:
    return words[index] if index < len(words) else ""
