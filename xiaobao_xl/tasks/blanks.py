"""blank 新建台账: an empty register drawn from rules.yaml."""

from __future__ import annotations

from pathlib import Path

from xiaobao_xl.figures.axes import members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Base
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import require, require_xlsx


def blank(rules: Rules, register: str, out: Path, *, overwrite: bool = False) -> None:
    """Write an empty register with drop-downs, code sheet and instructions.

    Args:
        rules: the rules.
        register: id of the register.
        out: the new file.
        overwrite: replace a file that is there.
    """
    from xiaobao_xl.workbook import blank as drawing

    name = register or "complaint"
    require(name, rules.registers, "台账")
    require_xlsx(out)
    wanted = drawing.Blank(
        register=name,
        schema=rules.registers[name],
        checks=rules.registers[name].checks,
        schemes=rules.categories,
        bases=_bases(rules, name),
    )
    drawing.write_blank(wanted, out, overwrite=overwrite)


def _bases(rules: Rules, register: str) -> list[str]:
    """Items of the sheet 基础数据 with their unit; `item[类别]` for each member a report asks for."""
    found: dict[str, tuple[Base, str]] = {}
    for report in rules.reports.values():
        if report.register == register:
            found |= {
                base.title: (base, f"{base.title}（{base.unit}）" if base.unit else base.title)
                for base in report.bases.values()
            }
    undivided = [item for base, item in found.values() if not base.by]
    return undivided + [
        line for base, item in found.values() if base.by for line in _lines(rules, register, base, item)
    ]


def _lines(rules: Rules, register: str, base: Base, item: str) -> list[str]:
    """A line for each category; one to be filled with the names of units where the column is free text."""
    known = members(rules.registers[register].columns[base.by], base.level, rules.categories)
    return [f"{item}[{title}]" for member, title in known.items() if member not in {UNFILLED, UNKNOWN}] or [item]
