"""Formulas of plain arithmetic read into something that computes: numbers, text, references, operators, functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from xiaobao_xl.package.cells import CellError
from xiaobao_xl.package.formulas import SLOT, Kind, tokens
from xiaobao_xl.package.functions import FUNCTIONS, nothing
from xiaobao_xl.package.operations import (
    Beyond,
    Node,
    Operand,
    Range,
    Scope,
    Value,
    compared,
    finite,
    joined,
    number,
    reckoned,
    rounded,
    single,
)

_DEEPEST: Final = 32  # levels of nesting; Python allows no recursion for the 64 of Excel
_Operator = Callable[[str, Value, Value], Value]


@lru_cache(maxsize=4096)
def parse(shape: str) -> Callable[[Scope], Value] | None:
    """A formula as a function of what it sees; None: it holds something that cannot be computed here.

    The function may raise `Beyond`; it gives 0 for a formula that refers to an empty cell.

    Args:
        shape: the formula with `SLOT` in place of its references.
    """
    try:
        node = _Parser(shape).whole()
    except Beyond:
        return None

    def value(scope: Scope) -> Value:
        result = single(node(scope), scope)
        return 0.0 if result is None else result

    return value


class _Sum:
    """Terms added and subtracted."""

    def __init__(self, first: Node, others: list[tuple[str, Node]]) -> None:
        self._first = first
        self._others = others
        self.is_whole = False

    def __call__(self, scope: Scope) -> Operand:
        """The last step of a whole formula gives 0 where both sides agree in 15 digits, as in Excel."""
        total = number(single(self._first(scope), scope))
        for place, (sign, node) in enumerate(self._others, 1):
            if isinstance(total, CellError):
                return total
            term = number(single(node(scope), scope))
            if isinstance(term, CellError):
                return term
            term = -term if sign == "-" else term
            is_last = self.is_whole and place == len(self._others)
            total = 0.0 if is_last and rounded(total) == rounded(-term) else finite(total + term)
        return total


class _Parser:
    """Recursive descent; operators of one rank are one flat node, so that long sums do not nest."""

    def __init__(self, formula: str) -> None:
        self._tokens = [token for token in tokens(formula) if token.kind is not Kind.BLANK]
        self._at = 0
        self._depth = 0
        self._slots = 0

    def whole(self) -> Node:
        node = self._comparison()
        if self._at != len(self._tokens):
            raise Beyond
        if isinstance(node, _Sum):
            node.is_whole = True
        return node

    def _ahead(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _take(self, *texts: str) -> str:
        """The next token if it is one of these operators."""
        text = self._ahead()
        if text not in texts:
            return ""
        self._at += 1
        return text

    def _comparison(self) -> Node:
        return self._chain(self._joined, compared, "=", "<>", "<", ">", "<=", ">=")

    def _joined(self) -> Node:
        return self._chain(self._sum, joined, "&")

    def _sum(self) -> Node:
        first, others = self._product(), []
        while sign := self._take("+", "-"):
            others.append((sign, self._product()))
        return _Sum(first, others) if others else first

    def _product(self) -> Node:
        return self._chain(self._power, reckoned, "*", "/")

    def _power(self) -> Node:
        return self._chain(self._signed, reckoned, "^")

    def _chain(self, part: Callable[[], Node], apply: _Operator, *signs: str) -> Node:
        first, others = part(), []
        while sign := self._take(*signs):
            others.append((sign, part()))
        if not others:
            return first

        def node(scope: Scope) -> Operand:
            result = single(first(scope), scope)
            for sign, other in others:
                result = apply(sign, result, single(other(scope), scope))
            return result

        return node

    def _signed(self) -> Node:
        """Signs before and `%` after bind closest: -2^2 is 4."""
        signs, percents = [], 0
        while sign := self._take("-", "+"):
            signs.append(sign)
        node = self._atom()
        while self._take("%"):
            percents += 1
        if "-" not in signs and not percents:
            return node
        is_negative = signs.count("-") % 2 == 1

        def signed(scope: Scope) -> Operand:
            value = number(single(node(scope), scope))
            if isinstance(value, CellError):
                return value
            for _ in range(percents):
                value /= 100
            return finite(-value if is_negative else value)

        return signed

    def _atom(self) -> Node:
        if self._at == len(self._tokens):
            raise Beyond
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind is Kind.FUNCTION:
            return self._function(text[:-1].upper())
        if text == SLOT:
            self._slots += 1
            return _area(self._slots - 1)
        if text != "(":
            return _leaf(kind, text)
        inner = self._nested()
        if not self._take(")"):
            raise Beyond

        def enclosed(scope: Scope) -> Operand:
            return inner(scope)

        return enclosed  # not `inner`: a sum in parentheses is not the last step of a formula

    def _nested(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Beyond
        node = self._comparison()
        self._depth -= 1
        return node

    def _function(self, name: str) -> Node:
        found = FUNCTIONS.get(name.removeprefix("_XLFN."))
        if found is None:
            raise Beyond
        arguments: list[Node] = []
        if self._ahead() != ")":
            arguments.append(self._argument())
            while self._take(","):
                arguments.append(self._argument())
        if not self._take(")") or not found.fewest <= len(arguments) <= found.most:
            raise Beyond
        return lambda scope: found.compute(arguments, scope)

    def _argument(self) -> Node:
        return nothing if self._ahead() in {",", ")"} else self._nested()


def _leaf(kind: Kind, text: str) -> Node:
    """A number, text, error, truth value or name."""
    if kind is Kind.NAME and text.upper() not in {"TRUE", "FALSE"}:
        return lambda scope: scope.named(text)
    value: Value
    if kind is Kind.NUMBER:
        value = finite(float(text))
    elif kind is Kind.TEXT:
        value = text[1:-1].replace('""', '"')
    elif kind is Kind.ERROR:
        value = CellError(text[text.rindex("#") :])
    elif kind is Kind.NAME:
        value = text.upper() == "TRUE"
    else:
        raise Beyond
    return lambda _: value


def _area(slot: int) -> Node:
    return lambda scope: Range(*scope.areas[slot])
