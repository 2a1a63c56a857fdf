"""The functions of formulas that are computed here, exactly as Excel computes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from typing import Final, NamedTuple

from xiaobao_xl.package.cells import CellError
from xiaobao_xl.package.operations import (
    DIVISION,
    NOT_AVAILABLE,
    NUMBER,
    WRONG,
    Beyond,
    Node,
    Operand,
    Range,
    Scope,
    Value,
    finite,
    number,
    rounded,
    single,
    truth,
)

Computation = Callable[[Sequence[Node], Scope], Operand]


class Function(NamedTuple):
    """How many arguments a function takes, and what it makes of them."""

    fewest: int
    most: int
    compute: Computation


_MANY: Final = 255  # arguments at most
_WIDE: Final = Context(prec=400)  # digits of the largest number with all its decimals
_DIGITS: Final = 15  # kept by a number


def nothing(_: Scope) -> Operand:
    """An argument left out, as in `IF(A1,,1)`."""
    return None


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _values(arguments: Sequence[Node], scope: Scope) -> Iterator[tuple[Value, bool]]:
    """Each value, and whether it stands in a cell rather than in the formula."""
    for node in arguments:
        operand = node(scope)
        if isinstance(operand, Range):
            for value in scope.cells(operand):
                yield value, True
        else:
            yield operand, False


def _numbers(arguments: Sequence[Node], scope: Scope) -> list[float] | CellError:
    """Of cells the numbers alone count; what stands in the formula is turned into numbers."""
    numbers: list[float] = []
    for value, is_cell in _values(arguments, scope):
        if isinstance(value, CellError):
            return value
        if is_cell and not _is_number(value):
            continue
        found = number(value)
        if isinstance(found, CellError):
            return found
        numbers.append(found)
    return numbers


def _aggregate(compute: Callable[[list[float]], Value]) -> Computation:
    def aggregate(arguments: Sequence[Node], scope: Scope) -> Operand:
        numbers = _numbers(arguments, scope)
        return numbers if isinstance(numbers, CellError) else compute(numbers)

    return aggregate


def _sum(numbers: list[float]) -> Value:
    try:
        return finite(math.fsum(numbers))
    except OverflowError:
        return finite(math.inf)


def _average(numbers: list[float]) -> Value:
    total = _sum(numbers)
    if isinstance(total, CellError) or not numbers:
        return total or DIVISION
    return float(total or 0) / len(numbers)


def _count(arguments: Sequence[Node], scope: Scope) -> Operand:
    return float(
        sum(
            _is_number(value) if is_cell else not isinstance(number(value), CellError)
            for value, is_cell in _values(arguments, scope)
        )
    )


def _count_filled(arguments: Sequence[Node], scope: Scope) -> Operand:
    return float(sum(value is not None or not is_cell for value, is_cell in _values(arguments, scope)))


def _count_blank(arguments: Sequence[Node], scope: Scope) -> Operand:
    found = arguments[0](scope)
    if not isinstance(found, Range):
        raise Beyond
    area = found.area
    size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
    return float(size - sum(value is not None and value != "" for value in scope.cells(found)))


def _scalar(compute: Callable[[float], Value]) -> Computation:
    def scalar(arguments: Sequence[Node], scope: Scope) -> Operand:
        found = number(single(arguments[0](scope), scope))
        return found if isinstance(found, CellError) else compute(found)

    return scalar


def _whole(value: float) -> Value:
    whole = math.floor(value)
    if whole != math.floor(rounded(value)):
        raise Beyond  # programs disagree about 7.9999999999999991
    return float(whole)


def _rounding(mode: str) -> Computation:
    def round_to(arguments: Sequence[Node], scope: Scope) -> Operand:
        value, digits = (number(single(node(scope), scope)) for node in arguments)
        if isinstance(value, CellError):
            return value
        if isinstance(digits, CellError):
            return digits
        return _round(value, math.trunc(digits), mode)

    return round_to


def _round(value: float, digits: int, mode: str) -> Value:
    """On the decimal digits a person sees: 1.005 rounds to 1.01."""
    exact = Decimal(f"{value:.{_DIGITS}g}")
    if not exact or digits >= _DIGITS - exact.adjusted() - 1:
        return value
    if digits < -309:
        return NUMBER if mode == ROUND_UP else 0.0
    return finite(float(exact.quantize(Decimal(1).scaleb(-digits), mode, _WIDE)))


def _if(arguments: Sequence[Node], scope: Scope) -> Operand:
    holds = truth(single(arguments[0](scope), scope))
    if isinstance(holds, CellError):
        return holds
    if holds:
        return arguments[1](scope)
    return arguments[2](scope) if len(arguments) > 2 else False


def _unless(is_caught: Callable[[CellError], bool]) -> Computation:
    def unless(arguments: Sequence[Node], scope: Scope) -> Operand:
        value = single(arguments[0](scope), scope)
        if isinstance(value, CellError) and is_caught(value):
            return single(arguments[1](scope), scope)
        return value

    return unless


def _logic(combine: Callable[[list[bool]], bool]) -> Computation:
    def logic(arguments: Sequence[Node], scope: Scope) -> Operand:
        found: list[bool] = []
        for value, is_cell in _values(arguments, scope):
            if is_cell and (value is None or (isinstance(value, str) and not isinstance(value, CellError))):
                continue
            holds = truth(value)
            if isinstance(holds, CellError):
                return holds
            found.append(holds)
        return combine(found) if found else WRONG

    return logic


def _not(arguments: Sequence[Node], scope: Scope) -> Operand:
    holds = truth(single(arguments[0](scope), scope))
    return holds if isinstance(holds, CellError) else not holds


def _test(holds: Callable[[Value], bool]) -> Computation:
    return lambda arguments, scope: holds(single(arguments[0](scope), scope))


def _is_error(value: Value) -> bool:
    return isinstance(value, CellError)


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and not isinstance(value, CellError)


def _row(arguments: Sequence[Node], scope: Scope) -> Operand:
    if not arguments:
        return float(scope.row)
    found = arguments[0](scope)
    if not isinstance(found, Range) or found.area.top != found.area.bottom:
        raise Beyond
    return float(found.area.top)


def _column(arguments: Sequence[Node], scope: Scope) -> Operand:
    if not arguments:
        return float(scope.column)
    found = arguments[0](scope)
    if not isinstance(found, Range) or found.area.left != found.area.right:
        raise Beyond
    return float(found.area.left)


FUNCTIONS: Final[dict[str, Function]] = {
    "SUM": Function(1, _MANY, _aggregate(_sum)),
    "PRODUCT": Function(1, _MANY, _aggregate(lambda numbers: finite(math.prod(numbers)) if numbers else 0.0)),
    "AVERAGE": Function(1, _MANY, _aggregate(_average)),
    "MIN": Function(1, _MANY, _aggregate(lambda numbers: min(numbers, default=0.0))),
    "MAX": Function(1, _MANY, _aggregate(lambda numbers: max(numbers, default=0.0))),
    "COUNT": Function(1, _MANY, _count),
    "COUNTA": Function(1, _MANY, _count_filled),
    "COUNTBLANK": Function(1, 1, _count_blank),
    "ABS": Function(1, 1, _scalar(abs)),
    "INT": Function(1, 1, _scalar(_whole)),
    "ROUND": Function(2, 2, _rounding(ROUND_HALF_UP)),
    "ROUNDUP": Function(2, 2, _rounding(ROUND_UP)),
    "ROUNDDOWN": Function(2, 2, _rounding(ROUND_DOWN)),
    "IF": Function(2, 3, _if),
    "IFERROR": Function(2, 2, _unless(_is_error)),
    "IFNA": Function(2, 2, _unless(lambda error: error == NOT_AVAILABLE)),
    "AND": Function(1, _MANY, _logic(all)),
    "OR": Function(1, _MANY, _logic(any)),
    "NOT": Function(1, 1, _not),
    "ISERROR": Function(1, 1, _test(_is_error)),
    "ISNUMBER": Function(1, 1, _test(_is_number)),
    "ISTEXT": Function(1, 1, _test(_is_text)),
    "ISBLANK": Function(1, 1, _test(lambda value: value is None)),
    "ROW": Function(0, 1, _row),
    "COLUMN": Function(0, 1, _column),
}
