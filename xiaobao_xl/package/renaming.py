"""Sheets and tables that have another name where a formula goes to: formulas and places rewritten in the bytes of a part."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, quoteattr

from xiaobao_xl.package import formulas
from xiaobao_xl.package.formulas import Kind
from xiaobao_xl.package.markup import unescaped
from xiaobao_xl.package.references import quoted

_FORMULA = re.compile(
    rb"(<(?:[\w.-]+:)?(?:f|formula[12]?|calculatedColumnFormula|totalsRowFormula|FmlaLink|FmlaRange)(?:\s[^>]*)?(?<!/)>)([^<]+)(?=</)"
)
_PLACED = re.compile(rb"""<[^<>]*\s(?:location|textlink|fmlaLink|fmlaRange)\s*=[^<>]*>""")
_PLACE = re.compile(rb"""(\s(?:location|textlink|fmlaLink|fmlaRange)\s*=\s*)("[^"]*"|'[^']*')""")
_TITLE = re.compile(r"('(?:[^']|'')*'|[^'!]+)!")


class Renaming:
    """Sheets and tables that have another name where a formula goes to."""

    def __init__(self, titles: Mapping[str, str], tables: Mapping[str, str]) -> None:
        """Note the names.

        Args:
            titles: titles of sheets, the old one case-folded → the new one.
            tables: names of tables, likewise.
        """
        self._titles, self._tables = titles, tables

    def rows(self, data: bytes) -> bytes:
        """Rows with the formulas in them rewritten."""
        if not self._titles and not self._tables:
            return data
        return _FORMULA.sub(lambda found: found[1] + self._written(found[2], escape), data)

    def data(self, data: bytes) -> bytes:
        """XML with the formulas and places in it rewritten."""
        if not self._titles and not self._tables:
            return data
        return _PLACED.sub(lambda tag: _PLACE.sub(self._placed, tag[0]), self.rows(data))

    def _placed(self, found: re.Match[bytes]) -> bytes:
        return found[1] + self._written(found[2][1:-1], quoteattr, found[2])

    def formula(self, text: str) -> str:
        """A formula rewritten."""
        return "".join(map(self._token, formulas.tokens(text)))

    def _written(self, old: bytes, write: Callable[[str], str], kept: bytes = b"") -> bytes:
        text = unescaped(old.decode("utf-8"))
        new = self.formula(text)
        return write(new).encode() if new != text else kept or old

    def _token(self, token: formulas.Token) -> str:
        text = token.text
        if found := _TITLE.match(text) if "!" in text and token.kind is not Kind.TEXT else None:
            title = found[1][1:-1].replace("''", "'") if found[1].startswith("'") else found[1]
            new = self._titles.get(title.casefold())
            return text if new is None else text.replace(found[0], f"{quoted(new)}!")
        if token.kind is Kind.TABLE:
            name, bracket, rest = text.partition("[")
            return self._tables.get(name.casefold(), name) + bracket + rest
        return self._tables.get(text.casefold(), text) if token.kind is Kind.NAME else text
