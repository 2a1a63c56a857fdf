"""Formulas in Excel's words and in LibreOffice's own.

Whole ranges of formulas pass the bridge in one call only in LibreOffice's own grammar: `;` between arguments, `|` between
rows of an array, `$台账.A1` for `台账!A1`. What cannot be translated here with certainty (references into other files,
structured references, unions, intersections …) is None and goes through LibreOffice's own parser, cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from xiaobao_xl.libreoffice.addresses import COLUMN_COUNT, ROW_COUNT, column_letters, column_number, quoted

_PLACE = r"\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+"
_SHEET = r"'(?:[^']|'')+'|[^\W\d]\w*"
_TOKEN = (
    r'(?P<text>"(?:[^"]|"")*")'
    rf"|(?P<sheet>SHEET)(?P<there>{_PLACE})(?![\w.(!:])"
    r"|(?P<function>[A-Za-z_][\w.]*)\("
    rf"|(?P<here>{_PLACE})(?![\w.(!:])"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)(?![\w.])"
    r"|(?P<name>[^\W\d]\w*)(?![\w.(!:\[])"
    r"|(?P<separator>[,;|])"
    r"|(?P<open>[({])|(?P<close>[)}])"
    r"|(?P<space>[ \n]+)"
    r"|(?P<operator><>|<=|>=|[-+*/^&=<>%])"
)
_EXCEL = re.compile(_TOKEN.replace("SHEET", rf"(?:{_SHEET})!"))
_OWN = re.compile(_TOKEN.replace("SHEET", rf"\$?(?:{_SHEET})\."))
_END = re.compile(r"(\$?)([A-Za-z]*)(\$?)(\d*)")
_PLAIN_SHEET = re.compile(r"[^\W\d]\w*")
_LOOKS_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*")
# Excel writes these before functions that are younger than its file format; LibreOffice has functions of its own modules.
_FOREIGN_FUNCTIONS = ("_XL", "COM.SUN.STAR.")


@dataclass(frozen=True, slots=True)
class Reference:
    """One end of a reference; what is not fixed moves with the cell of the formula.

    Attributes:
        column: counted from 1; 0 in a reference to whole rows.
        row: counted from 1; 0 in a reference to whole columns.
        is_column_fixed: stands after a dollar sign.
        is_row_fixed: stands after a dollar sign.
    """

    column: int
    row: int
    is_column_fixed: bool
    is_row_fixed: bool

    def at(self, rows: int, columns: int) -> str:
        """Text of the reference in a cell that lies so many rows and columns further on."""
        text = ""
        if self.column:
            column = self.column if self.is_column_fixed else self.column + columns
            if not 1 <= column <= COLUMN_COUNT:
                return "#REF!"
            text = "$" * self.is_column_fixed + column_letters(column)
        if self.row:
            row = self.row if self.is_row_fixed else self.row + rows
            if not 1 <= row <= ROW_COUNT:
                return "#REF!"
            text += "$" * self.is_row_fixed + str(row)
        return text


Template = tuple[str | Reference, ...]


def render(template: Template, rows: int = 0, columns: int = 0) -> str:
    """Text of a formula in a cell so many rows and columns further on.

    >>> render(to_own("=A1*$B$1"), rows=2)
    '=A3*$B$1'
    """
    return "".join(part if isinstance(part, str) else part.at(rows, columns) for part in template)


@lru_cache(maxsize=4096)
def to_own(formula: str) -> Template | None:
    """A formula of Excel in LibreOffice's own words; None for what only LibreOffice's parser understands.

    >>> print(render(to_own('=IF(台账!A1>"a,b",TRUE,{1,2;3,4})')))
    =IF($'台账'.A1>"a,b";TRUE();{1;2|3;4})
    >>> to_own("=[other.xlsx]Sheet1!A1") is None
    True
    """
    return _Reader(formula, is_excel=True).template()


@lru_cache(maxsize=4096)
def to_excel(formula: str) -> Template | None:
    """A formula of LibreOffice in Excel's words; None for what only LibreOffice's parser understands.

    >>> print(render(to_excel('=SUM($台账.A1:B2;"x;y")')))
    =SUM(台账!A1:B2,"x;y")
    """
    return _Reader(formula, is_excel=False).template()


class _Reader:
    """Translates one formula, part by part."""

    def __init__(self, formula: str, *, is_excel: bool) -> None:
        self.formula = formula
        self.is_excel = is_excel
        self.inside: list[str] = []  # "f" a function's arguments, "(" a bracket, "{" an array

    def template(self) -> Template | None:
        """The formula in the other words."""
        parts: list[str | Reference] = ["="]
        place, before = 1, "operator"
        pattern = _EXCEL if self.is_excel else _OWN
        while place < len(self.formula):
            token = pattern.match(self.formula, place)
            if token is None or token.lastgroup is None:
                return None
            place = token.end()
            kind = token.lastgroup
            found = self.part(token, kind)
            if found is None or self.is_intersection(before, kind, place):
                return None
            parts += found
            before = kind
        return None if self.inside else tuple(_joined(parts))

    def part(self, token: re.Match[str], kind: str) -> list[str | Reference] | None:
        """What one token becomes; None when that is not certain."""
        text = token[0]
        if kind in {"there", "here"}:
            return None if self.is_in_array() else [self.sheet(token), *_ends(token[kind])]
        if kind == "name":
            is_truth = text.upper() in {"TRUE", "FALSE"}
            return None if self.is_in_array() else [f"{text}()" if is_truth else text]
        if kind == "separator":
            return self.separator(text)
        if kind in {"function", "open", "close"}:
            return self.bracket(text, kind)
        return [text]

    def bracket(self, text: str, kind: str) -> list[str | Reference] | None:
        """A bracket, that of a function with the function's name."""
        if kind == "close":
            return [text] if self.inside and self.inside.pop() in ("{" if text == "}" else "f(") else None
        self.inside.append("f" if kind == "function" else text)
        return None if text.upper().startswith(_FOREIGN_FUNCTIONS) else [text]

    def is_in_array(self) -> bool:
        """Whether the place is directly inside the braces of an array."""
        return self.inside[-1:] == ["{"]

    def sheet(self, token: re.Match[str]) -> str:
        """The sheet before a reference, with its mark."""
        if not token["sheet"]:
            return ""
        written = token["sheet"][:-1].removeprefix("" if self.is_excel else "$")
        name = written[1:-1].replace("''", "'") if written.startswith("'") else written
        if self.is_excel:
            return f"${quoted(name)}."
        is_plain = _PLAIN_SHEET.fullmatch(name) and not _LOOKS_LIKE_CELL.fullmatch(name)
        return f"{name if is_plain else quoted(name)}!"

    def separator(self, text: str) -> list[str | Reference] | None:
        """A separator between arguments or in an array."""
        words = {",": ";", ";": "|"} if self.is_excel else {";": ",", "|": ";"}
        if self.is_in_array():
            return [words[text]] if text in words else None
        # Rules of conditional formats have commas, though otherwise they are in LibreOffice's own words.
        is_argument = self.inside[-1:] == ["f"] and (text == "," or (text == ";" and not self.is_excel))
        return [";" if self.is_excel else ","] if is_argument else None

    def is_intersection(self, before: str, kind: str, place: int) -> bool:
        """Whether a space stands between two operands, which makes it Excel's operator."""
        if kind != "space" or before not in {"there", "here", "name", "close"}:
            return False
        following = self.formula[place : place + 1]
        return following.isalnum() or following in {"$", "'", "(", "_"}


def _ends(place: str) -> Iterator[str | Reference]:
    for index, end in enumerate(place.split(":")):
        if index:
            yield ":"
        found = _END.fullmatch(end)
        if found is None:
            yield end
            continue
        column_mark, letters, row_mark, digits = found.groups()
        yield Reference(
            column_number(letters) if letters else 0,
            int(digits) if digits else 0,
            is_column_fixed=bool(column_mark and letters),
            is_row_fixed=bool(row_mark) or bool(column_mark and not letters),
        )


def _joined(parts: list[str | Reference]) -> Iterator[str | Reference]:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
            text = ""
        yield part
    if text:
        yield text
