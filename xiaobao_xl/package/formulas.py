"""Formulas as stored in files, without the leading `=`: their tokens, and their references moved.

References move as Excel moves them: `shift` when rows are inserted, `translate` when the cell is copied. Everything else
in a formula, blanks and line breaks included, stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from xiaobao_xl.package.references import MAX_COLUMNS, MAX_ROWS, Area, Shift, column_number, letters


class Kind(StrEnum):
    """What a token is."""

    TEXT = "text"  # "a""b"
    ARRAY = "array"  # {1,"a";2}
    REFERENCE = "reference"  # A1, $A1:B$2, A:C, 2:5, Sheet1!A1, [1]Sheet1!A1, Sheet1:Sheet3!A1
    FUNCTION = "function"  # SUM( with its parenthesis
    TABLE = "table"  # Table1[[#This Row],[列]]
    ERROR = "error"  # #N/A, Sheet1!#REF!
    NUMBER = "number"
    NAME = "name"  # also TRUE, FALSE, Sheet1!name, [1]!name
    BLANK = "blank"
    OPERATOR = "operator"  # also parentheses, commas, and whatever else is no part of a formula


class Token(NamedTuple):
    """A piece of a formula."""

    kind: Kind
    text: str


_WORD = r"""[^\s"'+\-*/^&=<>(),;:{}\[\]!#%@$|]"""
_COLUMN = r"\$?(?:[A-Za-z]{1,2}|[A-Wa-w][A-Za-z]{2}|[Xx][A-Ea-e][A-Za-z]|[Xx][Ff][A-Da-d])"
_ROW = r"(?:[1-9][0-9]{0,5}|10[0-3][0-9]{4}|104[0-7][0-9]{3}|1048[0-4][0-9]{2}|10485[0-6][0-9]|104857[0-6])"
_END = rf"(?!{_WORD}|[(!\[])"
# Names between quotes and brackets are bounded, so that one that never ends is not searched to the end at every sign.
_PREFIX = rf"""
    '(?:[^']|''){{0,600}}+'!                            # 'it''s'!  '[1]a b'!
  | (?:\[[^\[\]]{{0,600}}\])?(?!{_COLUMN}\$?{_ROW}:)
    {_WORD}+(?::{_WORD}+)?!                             # Sheet1!  [1]Sheet1!  Sheet1:Sheet3!
  | \[[^\[\]]{{0,600}}\]!                              # [1]!
  | \#REF!(?=[\w$])
"""


def _pattern(prefix: str, operators: str) -> re.Pattern[str]:
    """One token, its kind the name of the last group; operators have none."""
    return re.compile(
        rf"""
        {operators}
      | (?P<blank>\s+)
      | (?P<text>"(?:[^"]|"")*+(?:"|\Z))
      | (?P<array>\{{(?:[^"{{}}]|"(?:[^"]|"")*+")*+\}})
      | (?P<prefix>{prefix})?
        (?:
            (?P<reference>
                (?P<left>{_COLUMN})(?P<top_fixed>\$?)(?P<top>{_ROW})
                (?:(?P<colon>\s*:\s*(?:(?P=prefix))?)
                   (?P<right>{_COLUMN})(?P<bottom_fixed>\$?)(?P<bottom>{_ROW}){_END}
                  | {_END})
              | (?P<first_column>{_COLUMN})(?P<columns_colon>\s*:\s*(?:(?P=prefix))?)(?P<last_column>{_COLUMN}){_END}
              | (?P<first_fixed>\$?)(?P<first>{_ROW})(?P<rows_colon>\s*:\s*(?:(?P=prefix))?)
                (?P<last_fixed>\$?)(?P<last>{_ROW}){_END}
            )
          | (?P<function>{_WORD}+\()
          | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)
          | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!
                |CONNECT!|UNKNOWN!|BUSY!|PYTHON!|EXTERNAL!|TIMEOUT!))
          | (?P<table>{_WORD}*\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.){{0,600}}+\]){{0,600}}+\])
          | (?P<name>{_WORD}+|(?<=!)'(?:[^']|''){{0,600}}+')
        )
      | .
        """,
        re.VERBOSE | re.DOTALL,
    )


_SINGLE = _pattern(_PREFIX, r"<=|>=|<>|[-+*/^&=<>(),;%]")
_RUNS = _pattern(_PREFIX, r"[-+*/^&=<>(),;%\s]+")  # operators side by side are one match: faster
_RUNS_AT_HOME = _pattern("(?!)", r"[-+*/^&=<>(),;%\s]+")  # no sheet stands before a reference: faster still
_KINDS: Final = {kind.value: kind for kind in Kind}
_UNSEEN: Final = frozenset({"INDIRECT", "OFFSET", "EVALUATE", "ANCHORARRAY"})
_OUTSIDE: Final = frozenset({
    "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO", "RTD", "CALL", "GETPIVOTDATA", "CUBEVALUE",
    "CUBEMEMBER", "CUBESET", "CUBESETCOUNT", "CUBERANKEDMEMBER", "CUBEMEMBERPROPERTY", "CUBEKPIMEMBER", "WEBSERVICE",
})  # fmt: skip
_PLACE: Final = frozenset({"ROW", "ROWS", "COLUMN", "COLUMNS", "SHEET", "SHEETS", "CELL", "FORMULATEXT"})
_SEEN: Final = frozenset({"text", "number", "blank", "array", "error"})
_LOST: Final = "#REF!"
SLOT: Final = "\0"  # no file can hold this sign


def tokens(formula: str) -> list[Token]:
    """The pieces of a formula; joined they give it back. A reference or name carries its sheet, a function its `(`.

    >>> [token.text for token in tokens("SUM('a b'!A1:B2, 表1[[#This Row],[额]])*1E+5")]
    ['SUM(', "'a b'!A1:B2", ',', ' ', '表1[[#This Row],[额]]', ')', '*', '1E+5']
    """
    return [_token(found) for found in _SINGLE.finditer(formula)]


def shift(formula: str, shift: Shift, home: str) -> str:
    """The formula after rows were inserted; the same string where nothing moves.

    References through several sheets (`Sheet1:Sheet3!A1`) stay as they are, see `is_three_dimensional`.

    Args:
        formula: without the leading `=`.
        shift: the rows inserted. For a formula in the repeated row itself, the one `without_stretch`.
        home: title of the sheet the formula stands on.

    >>> shift("SUM(B8:B9)+名!$A$1", Shift("名", at=9, count=2), "名")
    'SUM(B8:B11)+名!$A$1'
    """
    wanted = shift.sheet.casefold()
    is_home = home.casefold() == wanted
    if not is_home and "!" not in formula:
        return formula

    def moved(found: re.Match[str]) -> str:
        if found.lastgroup != "reference":
            return found[0]
        prefix = found["prefix"]
        if is_home if prefix is None else _title(prefix) == wanted:
            return _shifted(found, shift)
        return found[0]

    result = _pattern_for(formula).sub(moved, formula)
    return formula if result == formula else result


def translate(formula: str, rows: int, columns: int = 0) -> str:
    """The formula as it reads in a copy of its cell, so many rows further down and columns further right.

    >>> translate("A1*$B$1", 2, 1), translate("A1", -1)
    ('B3*$B$1', '#REF!')
    """
    if not rows and not columns:
        return formula
    return _pattern_for(formula).sub(
        lambda found: _translated(found, rows, columns) if found.lastgroup == "reference" else found[0], formula
    )


def references(formula: str, home: str) -> list[tuple[str, Area]]:
    """Title of the sheet, as written, and area of every reference into this workbook.

    What stands behind names, tables, several sheets or other workbooks is missing here, see `is_opaque`.

    >>> [(title, str(area)) for title, area in references("A1+合计!B2:B5", "明细")]
    [('明细', 'A1'), ('合计', 'B2:B5')]
    """
    return outline(formula, home).areas


class Outline(NamedTuple):
    """What a formula reads, and the rest of it.

    Attributes:
        shape: the formula with `SLOT` for each of the areas: the same for all formulas filled down a column.
        areas: its `references`.
        unseen: tokens that may read further cells of this very workbook.
    """

    shape: str
    areas: list[tuple[str, Area]]
    unseen: list[Token]


def outline(formula: str, home: str) -> Outline:
    """Take a formula that stands on a sheet apart.

    >>> found = outline("A1*税率+SUM(表1[额])+TODAY()", "明细")
    >>> [token.text for token in found.unseen], found.shape.replace(SLOT, "·")
    (['税率', '表1[额]'], '·*税率+SUM(表1[额])+TODAY()')
    """
    pieces: list[str] = []
    areas: list[tuple[str, Area]] = []
    unseen: list[Token] = []
    for found in _matches(formula):
        piece, kind = found[0], found.lastgroup
        if kind == "reference":
            prefix = found["prefix"]
            title = home if prefix is None else _written_title(prefix)
            if prefix is None or (title and ":" not in title):
                areas.append((title, _area(found)))
                piece = SLOT
            elif title:
                unseen.append(_token(found))
        elif kind not in _SEEN and _is_unseen(found):
            unseen.append(_token(found))
        pieces.append(piece)
    return Outline("".join(pieces), areas, unseen)


def is_opaque(formula: str) -> bool:
    """Its value hangs on more than its `references`: names, tables, other workbooks, INDIRECT, the clock and such.

    >>> is_opaque("A1+TRUE"), is_opaque("A1*税率"), is_opaque("TODAY()-A1"), is_opaque("[1]表!A1")
    (False, True, True, True)
    """
    return any(
        _is_unseen(found)
        or (found.lastgroup == "function" and _bare(found["function"]) in _OUTSIDE)
        or (found["prefix"] is not None and not _title(found["prefix"]))
        for found in _matches(formula)
    )


def hangs_on_place(formula: str) -> bool:
    """Its value changes when rows are inserted even if no value does: ROW and its like.

    >>> hangs_on_place("ROW()-1"), hangs_on_place("ROUND(A1,1)")
    (True, False)
    """
    return not _PLACE.isdisjoint(function_names(formula))


def is_three_dimensional(formula: str) -> bool:
    """It refers to several sheets at once, such as `Sheet1:Sheet3!A1`.

    >>> is_three_dimensional("SUM('1月:3月'!A1)"), is_three_dimensional("SUM(A1:A3)")
    (True, False)
    """
    return "!" in formula and any(":" in _title(found["prefix"] or "") for found in _matches(formula))


def function_names(formula: str) -> Iterator[str]:
    """Functions called, in capitals and without `_xlfn.`.

    >>> list(function_names("_xlfn.IFNA(sum(A1),0)"))
    ['IFNA', 'SUM']
    """
    for found in _matches(formula):
        if found.lastgroup == "function":
            yield _bare(found["function"])


def _token(found: re.Match[str]) -> Token:
    return Token(_KINDS[found.lastgroup or "operator"], found[0])


def _pattern_for(formula: str) -> re.Pattern[str]:
    return _RUNS if "!" in formula else _RUNS_AT_HOME


def _matches(formula: str) -> Iterator[re.Match[str]]:
    return _pattern_for(formula).finditer(formula)


def _bare(function: str) -> str:
    return function[:-1].upper().removeprefix("_XLFN.").removeprefix("_XLWS.")


def _is_unseen(found: re.Match[str]) -> bool:
    kind, prefix = found.lastgroup, found["prefix"]
    if kind == "reference":
        return prefix is not None and ":" in _title(prefix)
    if kind == "function":
        return prefix is not None or _bare(found["function"]) in _UNSEEN
    if kind == "name":
        name = found[0].upper()
        is_foreign = prefix is not None and not _title(prefix) and not prefix.startswith("[0]")
        return not is_foreign and name not in {"TRUE", "FALSE"} and not name.startswith("_XLPM.")
    return kind == "table" or (kind is None and found[0] in {":", "#", "@", "|", "!"})


@lru_cache(maxsize=1024)
def _title(prefix: str) -> str:
    """Folded title of the sheet before `!`; empty for another workbook or a lost sheet."""
    return _written_title(prefix).casefold()


@lru_cache(maxsize=1024)
def _written_title(prefix: str) -> str:
    if prefix == _LOST:
        return ""
    title = prefix[:-1]
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    title = title.removeprefix("[0]")  # this very workbook
    return "" if "[" in title or "]" in title else title


def _area(found: re.Match[str]) -> Area:
    if found["first_column"]:
        columns = sorted((_column(found["first_column"]), _column(found["last_column"])))
        return Area(1, columns[0], MAX_ROWS, columns[1])
    if found["first"]:
        rows = sorted((int(found["first"]), int(found["last"])))
        return Area(rows[0], 1, rows[1], MAX_COLUMNS)
    top, left = int(found["top"]), _column(found["left"])
    if not found["colon"]:
        return Area(top, left, top, left)
    bottom, right = int(found["bottom"]), _column(found["right"])
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _column(written: str) -> int:
    return column_number(written.removeprefix("$"))


def _shifted(found: re.Match[str], shift: Shift) -> str:
    """A reference to the sheet whose rows move."""
    prefix = found["prefix"] or ""
    if found["first_column"]:
        return found[0]
    if found["first"]:
        rows = _shifted_rows(int(found["first"]), int(found["last"]), shift)
        if rows is None:
            return prefix + _LOST
        return f"{prefix}{found['first_fixed']}{rows[0]}{found['rows_colon']}{found['last_fixed']}{rows[1]}"
    left, fixed, top = found.group("left", "top_fixed", "top")
    if not found["colon"]:
        row = shift.row(int(top))
        return f"{prefix}{left}{fixed}{row}" if row <= MAX_ROWS else prefix + _LOST
    colon, right, bottom_fixed, bottom = found.group("colon", "right", "bottom_fixed", "bottom")
    rows = _shifted_rows(int(top), int(bottom), shift)
    if rows is None:
        return prefix + _LOST
    return f"{prefix}{left}{fixed}{rows[0]}{colon}{right}{bottom_fixed}{rows[1]}"


def _shifted_rows(first: int, last: int, shift: Shift) -> tuple[int, int] | None:
    """Where the two rows of a range go, in the order they are written; None: off the sheet."""
    top, bottom = shift.rows(min(first, last), max(first, last))
    if bottom - top != MAX_ROWS - 1 and shift.row(min(first, last)) > MAX_ROWS:
        return None
    return (top, bottom) if first <= last else (bottom, top)


def _translated(found: re.Match[str], rows: int, columns: int) -> str:
    prefix = found["prefix"] or ""
    if prefix == _LOST:
        return found[0]
    if found["first_column"]:
        parts = [
            _across(found["first_column"], columns),
            found["columns_colon"],
            _across(found["last_column"], columns),
        ]
    elif found["first"]:
        first, last = _down(found["first_fixed"], found["first"], rows), _down(found["last_fixed"], found["last"], rows)
        parts = [first, found["rows_colon"], last]
    else:
        top, bottom = found["top"], found["bottom"]
        is_whole = bottom is not None and {top, bottom} == {"1", str(MAX_ROWS)}
        down = 0 if is_whole else rows
        parts = [_across(found["left"], columns), _down(found["top_fixed"], top, down)]
        if bottom:
            parts += [found["colon"], _across(found["right"], columns), _down(found["bottom_fixed"], bottom, down)]
    return prefix + (_LOST if None in parts else "".join(part or "" for part in parts))


def _across(written: str, columns: int) -> str | None:
    """A column moved; None: off the sheet."""
    if not columns or written.startswith("$"):
        return written
    column = column_number(written) + columns
    return letters(column) if 1 <= column <= MAX_COLUMNS else None


def _down(fixed: str, written: str, rows: int) -> str | None:
    """A row moved; None: off the sheet."""
    if fixed:
        return fixed + written
    row = int(written) + rows
    return str(row) if 1 <= row <= MAX_ROWS else None
