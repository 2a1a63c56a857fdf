"""What a general template shows and in which order, read from the figures of a report alone. Used by general.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures import kinds as figure_kinds
from xiaobao_xl.figures.axes import members
from xiaobao_xl.figures.kinds import Change, Ratio, Share, Text, Total, split_term
from xiaobao_xl.registers import Schema
from xiaobao_xl.reports import Report

ADDITIVE = (figure_kinds.Flow, figure_kinds.Stock, figure_kinds.Sum, Share, Total)
_MOST_MEMBERS = 16  # columns a table over two axes can show on one page


@dataclass(frozen=True)
class Group:
    """Figures that are split along the same columns, side by side in one table.

    Attributes:
        by: the columns.
        title: what the table is called.
        figures: ids.
        rows: titles of the members of the first column; none where they come from the data.
        columns: titles of the members of the second column.
    """

    by: tuple[str, ...]
    title: str
    figures: Sequence[str]
    rows: Sequence[str]
    columns: Sequence[str] = ()


@dataclass
class Plan:
    """What stands in a report.

    Attributes:
        undivided: numbers of their own.
        groups: tables over one coded column.
        open: tables over one column of free text, a sheet each.
        matrices: tables over two columns, a sheet each.
        lists: rows behind a figure, a sheet each.
        texts: kind of text → title of its figure.
    """

    undivided: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    open: list[Group] = field(default_factory=list)
    matrices: list[Group] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def plan_of(report: Report, schema: Schema, schemes: Mapping[str, Scheme]) -> Plan:
    """Sort the printed figures of a report."""
    plan = Plan()
    split: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name, figure in report.figures.items():
        if isinstance(figure, Text):
            plan.texts[figure.text] = figure.title
        elif figure.printed and hasattr(figure, "list"):
            plan.lists.append(name)
        elif figure.printed:
            source = report.figures[behind(report, name)]
            split.setdefault((source.by, str(source.level) if source.by else ""), []).append(name)
    plan.undivided = [*split.pop(((), ""), []), *report.bases]
    for (by, _), names in split.items():
        group = _group(report, schema, schemes, by, names)
        (plan.matrices if len(by) > 1 else plan.groups if group.rows else plan.open).append(group)
    return plan


def behind(report: Report, name: str) -> str:
    """The counted figure whose members a figure made of others has."""
    figure = report.figures[name]
    if isinstance(figure, Share):
        return behind(report, figure.share)
    if isinstance(figure, Change):
        return behind(report, figure.change)
    if isinstance(figure, Ratio):
        return behind(report, figure.ratio[0]) if figure.ratio[0] in report.figures else name
    if isinstance(figure, Total):
        whole = [term for term in figure.total if not split_term(term)[1]]
        return behind(report, whole[0]) if whole else name
    others = [other for other in figure.figures() if other in report.figures]
    return behind(report, others[0]) if others and not hasattr(figure, "median_of") else name


def _group(
    report: Report, schema: Schema, schemes: Mapping[str, Scheme], by: tuple[str, ...], names: list[str]
) -> Group:
    source = report.figures[behind(report, names[0])]
    found = [_titles(source, column, schema, schemes) for column in by]
    title = "按" + "与".join(schema.columns[column].title for column in by)
    if len(by) > 1 and not 0 < len(found[1]) <= _MOST_MEMBERS:
        raise ValueError(f"{', '.join(names)}: the second column of `by` must have 1 to {_MOST_MEMBERS} known members")
    return Group(by, title, names, found[0], found[1] if len(by) > 1 else ())


def _titles(figure: object, column: str, schema: Schema, schemes: Mapping[str, Scheme]) -> list[str]:
    spec = schema.columns[column]
    if not (spec.scheme or spec.values or spec.type == "boolean"):
        return []
    level = figure.level_of(column) if hasattr(figure, "level_of") else figure.level  # type: ignore[attr-defined]
    return list(members(spec, level, schemes).values())


def headings(report: Report, names: Sequence[str]) -> list[str]:
    """Short headings of figures that stand side by side: 终结按结果 → 终结; 按结果 → 件数; a share → 占比."""
    short = [_heading(report, name) for name in names]
    return [
        word if short.count(word) == 1 else report.figures[name].title for name, word in zip(names, short, strict=True)
    ]


def _heading(report: Report, name: str) -> str:
    figure = report.figures[name]
    if isinstance(figure, Share):
        return "占比"
    before = (
        figure.title.partition("按")[0] if "按时" not in figure.title and "按期" not in figure.title else figure.title
    )
    counted = {"件": "件数", "元": "金额", "%": "比率"}
    return before or counted.get(figure.unit, figure.unit)
