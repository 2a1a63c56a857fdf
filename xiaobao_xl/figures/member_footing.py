"""Cross-foots that hold member by member: 前台小计 = the sum of its columns, for every branch of the table.

    front_adds_up: {each: respondent, left: [unit_front], right: ["unit_channel[outlet]", unit_electronic], …}

Every term is split by the column named in `each`; a bracket names members of its other column, as marks do in a
repeated row. A term without one stands for all members of its other column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xiaobao_xl.errors import XiaobaoError
from xiaobao_xl.figures.kinds import AnyFigure, split_term
from xiaobao_xl.figures.values import Member, Value, pick
from xiaobao_xl.reports import CrossFoot

_MISPLACED = "勾稽关系的 each 写了 {}，而 {} 不按这一列分类（by）"
Sides = tuple[tuple[Value, ...], tuple[Value, ...]]


def sides_by_member(
    relation: CrossFoot, figures: Mapping[str, AnyFigure], values: Mapping[str, Mapping[Member, Value]]
) -> list[Sides]:
    """Both sides of a relation for every member of its column, in the order of the first term.

    Args:
        relation: a cross-foot with `each`.
        figures: figure → what rules.yaml says of it.
        values: figure → member → value.

    Raises:
        XiaobaoError: a term names a member its figure does not have.
    """
    sides = [
        [_by_member(term, relation.each, figures, values) for term in side] for side in (relation.left, relation.right)
    ]
    members = dict.fromkeys(member for side in sides for term in side for member in term)
    return [(_joined(sides[0], member), _joined(sides[1], member)) for member in members]


def columns_of(name: str, figures: Mapping[str, AnyFigure]) -> tuple[str, ...]:
    """Columns that split a figure: its own, or those of the first split figure it is made of."""
    figure = figures.get(name)
    if figure is None or figure.by:
        return figure.by if figure else ()
    return next((found for other in figure.figures() if (found := columns_of(other, figures))), ())


def misplaced(relation: CrossFoot, figures: Mapping[str, AnyFigure]) -> Iterator[str]:
    """Terms of a relation that are not split by its `each`."""
    for name in relation.figures() if relation.each else ():
        if name in figures and relation.each not in columns_of(name, figures):
            yield _MISPLACED.format(relation.each, name)


def _by_member(
    term: str, column: str, figures: Mapping[str, AnyFigure], values: Mapping[str, Mapping[Member, Value]]
) -> dict[str, list[Value]]:
    """Member of the column → the values of a term that belong to it."""
    name, others = split_term(term)
    columns = columns_of(name, figures)
    if column not in columns:
        raise XiaobaoError(_MISPLACED.format(column, name))
    place, found = columns.index(column), dict[str, list[Value]]()
    depth = max(map(len, values[name]))
    for key, value in values[name].items():
        rest = key[:place] + key[place + 1 :]
        if len(key) == depth and rest[: len(others)] == others:
            found.setdefault(key[place], []).append(value)
    if not found and others:
        pick(values[name], name, others)
    return found


def _joined(terms: Sequence[Mapping[str, Sequence[Value]]], member: str) -> tuple[Value, ...]:
    return tuple(value for term in terms for value in term.get(member, ()))
