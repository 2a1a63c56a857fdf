"""Values of cells as formulas take them: turned into numbers, text and truth, compared, joined and reckoned with.

As Excel does it. What spreadsheet programs disagree about raises `Beyond`: no value is better than a doubtful one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from xiaobao_xl.package.cells import LONGEST_TEXT, CellError
from xiaobao_xl.package.references import Area

_Filled = float | int | str | bool
Value = _Filled | None


class Beyond(Exception):
    """The formula, or a cell it reads, cannot be computed here."""


class Range(NamedTuple):
    """Cells of a sheet."""

    title: str
    area: Area


Operand = Value | Range


class Scope(Protocol):
    """What a formula sees: the place where it stands, and the cells of the workbook."""

    @property
    def areas(self) -> Sequence[tuple[str, Area]]:
        """What stands in the slots of the formula: sheet and area of each reference."""

    @property
    def row(self) -> int:
        """Of its cell, from 1."""

    @property
    def column(self) -> int:
        """Of its cell, from 1."""

    def cells(self, found: Range) -> Iterator[Value]:
        """Values row by row; empty cells are None or left out. May raise `Beyond`."""

    def named(self, name: str) -> Range:
        """What a defined name stands for. May raise `Beyond`."""


Node = Callable[[Scope], Operand]

DIVISION: Final = CellError("#DIV/0!")
NUMBER: Final = CellError("#NUM!")
WRONG: Final = CellError("#VALUE!")
NOT_AVAILABLE: Final = CellError("#N/A")
_NUMBER_TEXT: Final = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)\s*(%?)\s*")
_CLOSE: Final = 1e-11  # programs disagree whether differences smaller than this are zero
_IN_FULL: Final = (1e-4, 1e15)  # numbers `&` writes without an exponent, in every program


def single(operand: Operand, scope: Scope) -> Value:
    """The value of an operand that must be one cell."""
    if not isinstance(operand, Range):
        return operand
    area = operand.area
    if area.top != area.bottom or area.left != area.right:
        raise Beyond
    return next(iter(scope.cells(operand)), None)


def number(value: Value) -> float | CellError:
    """A value as `+` takes it.

    >>> number(" 12 "), number("5%"), number("无"), number(None), number(True)
    (12.0, 0.05, '#VALUE!', 0.0, 1.0)
    """
    if isinstance(value, CellError):
        return value
    if value is None:
        return 0.0
    if isinstance(value, str):
        return _number_in_text(value)
    if not isinstance(value, (int, float)):
        raise Beyond
    return finite(float(value))


def _number_in_text(text: str) -> float | CellError:
    """Dates, currencies and grouped digits in text depend on the language of the program."""
    if found := _NUMBER_TEXT.fullmatch(text):
        return finite(float(found[1]) / (100 if found[2] else 1))
    if any(sign.isdigit() for sign in text):
        raise Beyond
    return WRONG


def truth(value: Value) -> bool | CellError:
    """A value as the condition of IF takes it."""
    if isinstance(value, CellError):
        return value
    if isinstance(value, str):
        folded = value.casefold()
        return folded == "true" if folded in {"true", "false"} else WRONG
    return bool(value)


def written(value: Value) -> str:
    """A value as `&` writes it; not for errors.

    >>> written(0.1 + 0.2), written(3.0), written(True), written(None)
    ('0.3', '3', 'TRUE', '')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if value and not _IN_FULL[0] <= abs(value) < _IN_FULL[1]:
        raise Beyond
    return f"{value:.15g}"


def rounded(value: float) -> float:
    """To the 15 digits Excel compares."""
    return float(f"{value:.15g}")


def finite(value: float) -> float | CellError:
    """`#NUM!` for what is too large; there is no -0 in a spreadsheet."""
    return value + 0.0 if math.isfinite(value) else NUMBER


def reckoned(sign: str, left: Value, right: Value) -> Value:
    """`left * right`, `left / right` or `left ^ right`.

    >>> reckoned("/", 1, 0), reckoned("^", 2, -1)
    ('#DIV/0!', 0.5)
    """
    first = number(left)
    if isinstance(first, CellError):
        return first
    second = number(right)
    if isinstance(second, CellError):
        return second
    if sign == "*":
        return finite(first * second)
    if sign == "/":
        return finite(first / second) if second else DIVISION
    return _power(first, second)


def _power(base: float, exponent: float) -> Value:
    if not base and exponent <= 0:
        return DIVISION if exponent else NUMBER
    if base < 0 and not exponent.is_integer():
        return NUMBER
    try:
        return finite(math.pow(base, exponent))
    except OverflowError:
        return NUMBER


def joined(_: str, left: Value, right: Value) -> Value:
    """`left & right`."""
    for value in (left, right):
        if isinstance(value, CellError):
            return value
    text = written(left) + written(right)
    return text if len(text) <= LONGEST_TEXT else WRONG


_COMPARISONS: Final[dict[str, Callable[[int], bool]]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


def compared(sign: str, left: Value, right: Value) -> Value:
    """`left = right`, `left < right` and so on: numbers come before text, text before truth values.

    >>> compared("=", 0.1 + 0.2, 0.3), compared("=", "Abc", "aBC"), compared("<", 99, "1"), compared("=", None, "")
    (True, True, True, True)
    """
    for value in (left, right):
        if isinstance(value, CellError):
            return value
    order = _order(_as_if(left, right), _as_if(right, left), is_equality=sign in {"=", "<>"})
    return _COMPARISONS[sign](order)


def _as_if(value: Value, other: Value) -> _Filled:
    """An empty cell compares as the other side's nothing."""
    if value is not None:
        return value
    return False if isinstance(other, bool) else "" if isinstance(other, str) else 0.0


def _order(left: _Filled, right: _Filled, *, is_equality: bool) -> int:
    """-1, 0 or 1."""
    ranks = [2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0 for value in (left, right)]
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if isinstance(left, str) or isinstance(right, str):
        if str(left).casefold() == str(right).casefold():
            return 0
        if is_equality:
            return 1
        raise Beyond  # the order of texts depends on the language of the program
    first, second = rounded(left), rounded(right)
    if first == second:
        return 0
    if abs(first - second) < _CLOSE:
        raise Beyond
    return -1 if first < second else 1
