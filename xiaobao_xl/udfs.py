"""Worksheet functions that need the library: XB_CATEGORY and XB_WHY, as xlwings UDFs on Windows.

Elsewhere the decorators do nothing and the functions are plain. Each takes one cell or a whole range and classifies all
of it in one go, so a filled column costs one call where it is entered as `=XB_CATEGORY(F2:F500)`. A function never
raises: what it cannot do it says in the cell. The other functions are VBA, see `workbooks/addin/XBFunctions.bas`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import xlwings as xw

from xiaobao_xl.cells import plain, shown
from xiaobao_xl.classifying import classify_all
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.suggesting import NOT_COMPLAINT, SCHEMES, UNSURE, Suggested, part_titles

Table = list[list[str]]
_TEXTS_HELP = "投诉内容，一个单元格或一片区域"
_KIND_HELP = "要哪一种：业务（默认）或 原因"


# The hints stay `Any`: xlwings takes a parameter's type for a converter. The first lines are the help Excel shows.
@xw.func(category="消保")
@xw.arg("texts", ndim=2, doc=_TEXTS_HELP)
@xw.arg("kind", doc=_KIND_HELP)
def XB_CATEGORY(texts: Any, kind: Any = "") -> Any:  # noqa: N802  (named as the worksheet calls it)
    """按投诉内容给出建议的类别；拿不准的写“待人工判断”。

    Args:
        texts: complaint texts, rows of cells.
        kind: `业务` or `原因`, or any part of the title of one scheme; empty for the first.

    Returns:
        A table of the same shape; '' where there is no text.

    >>> XB_CATEGORY([["信用卡分期手续费没有告知"], [None]])
    [['信用卡－信用卡使用和还款'], ['']]
    """  # noqa: D415
    return _told(texts, kind, _category)


@xw.func(category="消保")
@xw.arg("texts", ndim=2, doc=_TEXTS_HELP)
@xw.arg("kind", doc=_KIND_HELP)
def XB_WHY(texts: Any, kind: Any = "") -> Any:  # noqa: N802  (named as the worksheet calls it)
    """建议类别的依据：得分、起作用的词、其次的类别。

    Args:
        texts: complaint texts, rows of cells.
        kind: as for `XB_CATEGORY`.

    Returns:
        A table of the same shape; '' where there is no text.
    """  # noqa: D415
    return _told(texts, kind, _why)


@cache
def _rules() -> Rules:
    """The shipped rules, read once a session."""
    return load_rules()


def _told(texts: Any, kind: Any, tell: Callable[[Mapping[str, Any], str], str]) -> Table:
    """What `tell` says of each text, in the shape of the cells; a sentence in every cell where the kind is unknown."""
    cells = [[shown(cell).strip() for cell in row] for row in texts]
    part = _part(shown(kind))
    if part is None:
        titles = "、".join(part_titles(_rules()).values())
        return [
            [f"第二个参数“{shown(kind)}”不是分类；可写 {titles} 之一，或其中能区分的字" for _ in row] for row in cells
        ]
    filled = list(dict.fromkeys(cell for row in cells for cell in row if cell))
    suggested = _suggest(filled)
    said = {text: tell(suggested.row(place), part) for place, text in enumerate(filled)}
    return [[said.get(cell, "") for cell in row] for row in cells]


def _part(kind: str) -> str | None:
    """`product_line` or `reason`; None where the word fits neither or both."""
    titles = part_titles(_rules())
    if not kind.strip():
        return next(iter(titles))
    found = [part for part, title in titles.items() if plain(kind) in plain(title)]
    return found[0] if len(found) == 1 else None


def _suggest(texts: Sequence[str]) -> Suggested:
    rules = _rules()
    names = SCHEMES[rules.institution]
    schemes = {name: rules.categories[name] for name in (*names.values(), NOT_COMPLAINT)}
    found = classify_all(schemes, texts, grams=rules.grams)
    return Suggested(parts={part: found[name] for part, name in names.items()}, not_complaint=found[NOT_COMPLAINT])


def _category(line: Mapping[str, Any], part: str) -> str:
    """The suggestion as the marked copy prints it: never as settled where it is not."""
    label = "－".join(filter(None, (line[part], line[f"{part}_detail"])))
    return label if line[f"{part}_confident"] else f"{UNSURE}（最接近：{label}）"


def _why(line: Mapping[str, Any], part: str) -> str:
    words = "、".join(hit["word"] for hit in line["evidence"][part]) or "没有明显的词"
    sentences = [f"得分 {line[f'{part}_score']:.2f}", f"依据：{words}"]
    against = "、".join(hit["word"] for hit in line["evidence"]["against"] if hit["of"] == part)
    if against:
        sentences.append(f"不利：{against}")
    if line[f"{part}_second"]:
        sentences.append(f"其次：{line[f'{part}_second']}（{line[f'{part}_second_score']:.2f}）")
    if line["not_complaint"]:
        sentences.append(f"疑似{line['not_complaint_kind']}，请先确认是不是投诉")
    return "；".join(sentences)
