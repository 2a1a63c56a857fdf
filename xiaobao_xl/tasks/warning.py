"""Early warnings of the analyses as lines of the officer's day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xiaobao_xl.analyses.insights import insights
from xiaobao_xl.day import Item
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules

_NAMED = 5  # complaints named in a line


def early_warnings(rules: Rules, registers: Sequence[Register], as_of: date) -> Iterator[Item]:
    """Warnings raised in the month of a day, one line each, with the complaints behind them."""
    period = parse_period(f"{as_of:%Y-%m}")
    for rule in rules.analyses.values():
        same = [register for register in registers if register.id == rule.register and len(register)]
        if not same:
            continue
        found = insights(rule, same, period, rules.categories)
        for one in found.warned:
            keys = found.keys_at(one.positions)
            more = f"等 {len(keys)} 件" if len(keys) > _NAMED else ""
            says = "；".join(part for part in (one.reason, "、".join(keys[:_NAMED]) + more, one.alarm.note) if part)
            yield Item(section="warnings", title=one.alarm.title, key=one.about or keys[0], says=says)
