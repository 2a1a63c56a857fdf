"""Splits 拆分: which columns of a register a unit may see in its own workbook, and which of them it may fill.

referral:
  title: 转办单
  register: complaint
  by: respondent
  shown: [received_on, text]
  filled: [result, closed_on]
  masked: [phone]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Schema


@entry
class Split:
    """One way of dividing a register among units.

    Attributes:
        title: name of the sheet the unit gets (Chinese).
        register: id of the register.
        by: column that names the unit of a row, unless another is asked for.
        shown: columns the unit may see, in this order; the key always comes first.
        filled: columns the unit may fill, after the others.
        masked: those of `shown` in which only the ends of a value are shown.
        note: a sentence for the unit, above the table.
    """

    title: str
    register: str
    by: str
    shown: tuple[str, ...] = ()
    filled: tuple[str, ...]
    masked: tuple[str, ...] = ()
    note: str = ""

    def columns(self, key: str) -> list[str]:
        """All columns in the order of the sheet: the key, what is shown, what is filled; each once."""
        shown = [name for name in (key, *self.shown) if name not in self.filled]
        return list(dict.fromkeys((*shown, *self.filled)))

    def faults(self, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
        """What is wrong with the entry: key of the entry → sentence."""
        schema = schemas.get(self.register)
        if schema is None:
            yield "register", f"台账 {self.register} 没有定义"
            return
        named = (("by", (self.by,)), ("shown", self.shown), ("filled", self.filled), ("masked", self.masked))
        for place, columns in named:
            yield from ((place, f"列 {name} 没有定义") for name in columns if name not in schema.columns)
        if schema.key in self.filled:
            yield "filled", f"{schema.key} 是编号，收回时靠它对号，不能由机构填写"
        for name in self.masked:
            if name in self.filled or name == schema.key:
                yield "masked", f"{name} 遮掩后不能填写，也不能用来对号"
