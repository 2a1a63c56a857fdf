"""Conversions 转换: how a row of one register becomes a row of another, column by column.

consultation_to_complaint:
  title: 咨询转投诉
  origin: consultation
  target: complaint
  columns: {text: question, received_via: received_via}
  values: {received_via: {counter: visit}}
  sets: {route: complaint}
  days: [received_on]
  trace: remark
  number: complaint_no
  turned_on: turned_on
  turned: {is_turned: true}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any

from xiaobao_xl.categories import Scheme
from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Column, Schema

_NUMBERED = re.compile(r"(.*?)(\d+)")
_CARRIED = frozenset({"text", "identity", "code", "date", "boolean"})  # a number's unit is the heading's affair


@entry
class Conversion:
    """One way a row becomes a row of another register.

    Attributes:
        title: what it is called (Chinese).
        origin: id of the register the row stands in.
        target: id of the register it becomes a row of.
        columns: column of the target → column of the origin that fills it.
        values: column of the target → value there → value here, where they are called differently.
        sets: column of the target → value (id, or text) every such row gets.
        days: date columns of the target that get the day of the conversion.
        trace: text column of the target that says where the row came from; '' for none.
        number: column of the origin for the number the row gets there.
        turned_on: date column of the origin for the day.
        turned: what the origin's row says once it was converted.
        note: what the officer should look at.
    """

    title: str
    origin: str
    target: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, ...] = ()
    trace: str = ""
    number: str
    turned_on: str
    turned: Condition = field(default_factory=dict)
    note: str = ""

    def faults(self, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
        """What is wrong with the entry: key of the entry → sentence."""
        for place, name in (("origin", self.origin), ("target", self.target)):
            if name not in schemas:
                yield place, f"台账 {name} 没有定义"
        if not {self.origin, self.target} <= schemas.keys():
            return
        here, there = schemas[self.origin].columns, schemas[self.target].columns
        filled = [*self.columns, *self.sets, *self.days, *filter(None, [self.trace])]
        for name in [*filled, *self.values]:
            if name not in there:
                yield "columns", f"列 {name} 在 {self.target} 中没有定义"
        for name in (*self.columns.values(), self.number, self.turned_on):
            if name not in here:
                yield "columns", f"列 {name} 在 {self.origin} 中没有定义"
        for name in filled:
            if filled.count(name) > 1 or name == schemas[self.target].key:
                yield "columns", f"列 {name} 有不止一个来源"
        yield from self._wrong_types(here, there)

    def _wrong_types(self, here: Mapping[str, Column], there: Mapping[str, Column]) -> Iterator[tuple[str, str]]:
        for name in self.days:
            if name in there and there[name].type != "date":
                yield "days", f"{name} 不是日期列"
        for name in self.columns:
            if name in there and there[name].type not in _CARRIED:
                yield f"columns.{name}", f"{name} 是数值列，不能带入"
        for name, value in self.sets.items():
            if name in there and there[name].values and value not in there[name].values:
                yield f"sets.{name}", f"取值 {value} 没有定义"
        for name, known in self.values.items():
            if name not in self.columns:
                yield f"values.{name}", f"{name} 不在 columns 中"
            if name in there and self.columns.get(name) in here:
                old, new = here[self.columns[name]].values, there[name].values
                yield from ((f"values.{name}", f"取值 {value} 没有定义") for value in known if value not in old)
                yield from (
                    (f"values.{name}", f"取值 {value} 没有定义") for value in known.values() if value not in new
                )


def carried(
    conversion: Conversion, target: str, value: Any, schemas: Mapping[str, Schema], schemes: Mapping[str, Scheme]
) -> Any:
    """What a value becomes in the other register, by its id there.

    Args:
        conversion: how the row is converted.
        target: column of the target.
        value: value of the origin's column, as read; None where it is missing.
        schemas: register id → schema.
        schemes: scheme id → scheme.

    Returns:
        The value as the target's column would be read; None where nothing of the kind is known there.
    """
    if value is None:
        return None
    spec = schemas[conversion.target].columns[target]
    old = schemas[conversion.origin].columns[conversion.columns[target]]
    if spec.scheme:
        return value if spec.scheme == old.scheme and value in set(schemes[spec.scheme].ids()) else None
    if spec.values:
        new = conversion.values.get(target, {}).get(str(value), str(value))
        return new if new in spec.values else None
    if spec.type == "boolean":
        return value if isinstance(value, bool) else None
    if spec.type == "date":
        return value if isinstance(value, datetime) else None
    return str(printed(value, old, schemes))


def printed(value: Any, spec: Column, schemes: Mapping[str, Scheme]) -> Any:
    """A value as it is written into a cell: the title of a code, a day, 是 or 否, else its text.

    >>> printed("visit", Column(title="受理渠道", values={"visit": ("现场", "来访")}), {})
    '现场'
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (bool, date)):
        return value if isinstance(value, date) else "是" if value else "否"
    if spec.scheme and value in set(schemes[spec.scheme].ids()):
        return schemes[spec.scheme].category(value).title
    return spec.values.get(str(value), (str(value),))[0]


def next_number(numbers: Sequence[str], taken: Collection[str] = ()) -> str:
    """The number after the last one that ends in digits; '' where there is none.

    >>> next_number(["TS2026009", "TS2026010", "无"]), next_number(["TS09"], {"TS10"}), next_number(["无"])
    ('TS2026011', 'TS11', '')
    """
    last = next((found for number in reversed(numbers) if (found := _NUMBERED.fullmatch(number))), None)
    if last is None:
        return ""
    known, serial = {*numbers, *taken}, int(last[2]) + 1
    while (number := f"{last[1]}{serial:0{len(last[2])}}") in known:
        serial += 1
    return number
