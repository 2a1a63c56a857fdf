"""Check kind `matches`: whole cells that follow a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xiaobao_xl.checks import wording
from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Register


@entry
class Matches(Check):
    r"""Each cell of the columns, taken whole, follows the pattern.

    Attributes:
        columns: text columns.
        pattern: regular expression in RE2's syntax (no look-around, no back-references); `\s` means ASCII blanks only.
        expected: what the pattern asks, in Chinese, for the message.

    Passes: `网点机构号` holds 0102-33 under the pattern `[0-9A-Za-z-]+`.
    Breaks: `网点机构号` holds 城东支行; letters on both sides of a match are not overlooked.
    Empty cell: nothing.
    """

    KIND: ClassVar[str] = "matches"
    ENOUGH: ClassVar[int | None] = 1
    columns: tuple[str, ...]
    pattern: str
    expected: str

    def uses(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def problems(self) -> Iterator[str]:
        """A pattern RE2 cannot read."""
        try:
            fits(pa.array([""]), self.pattern)
        except pa.ArrowInvalid as mistake:
            yield f"pattern：正则表达式写法有误（{mistake}）"

    def breaches(self, register: Register, context: Context) -> Iterator[Breach]:
        """Filled cells that do not follow the pattern."""
        for column in self.present(register):
            cells = pa.array(register.frame[column].astype("str"), from_pandas=True)
            wrong = np.flatnonzero(register.filled(column) & ~fits(cells, self.pattern))
            shown = wording.short(wording.printed(register, context, column, wrong))
            name = wording.quoted(register, column)
            messages = [f"{name}的值“{text}”不合格式，应{_should(self.expected)}；请更正" for text in shown]
            yield Breach(positions=wrong, column=column, message=messages)


def fits(texts: pa.Array | pa.ChunkedArray, pattern: str) -> np.ndarray:
    """Bool array: the whole text follows the pattern; False where missing.

    >>> fits(pa.array(["12", "12a", None]), "[0-9]+").tolist()
    [True, False, False]
    """
    found = pc.fill_null(pc.match_substring_regex(texts, rf"\A(?:{pattern})\z"), fill_value=False)
    return np.asarray(
        found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy(), dtype=bool
    )


def _should(expected: str) -> str:
    return expected.removeprefix("应")
