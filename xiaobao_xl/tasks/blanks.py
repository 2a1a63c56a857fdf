"""blank 新建台账: an empty register, or all of them in one workbook, drawn from rules.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xiaobao_xl.figures.axes import members
from xiaobao_xl.registers import UNFILLED, UNKNOWN
from xiaobao_xl.reports import Base
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import require, require_xlsx

if TYPE_CHECKING:
    from xiaobao_xl.workbook.blank import Blank


ALL = "all"
WORKBENCH = "消保工作台"


def blank(rules: Rules, register: str, out: Path, *, overwrite: bool = False) -> None:
    """Write an empty register with drop-downs, code sheet and instructions.

    Args:
        rules: the rules.
        register: id of the register; `all` for every one of them in one workbook.
        out: the new file.
        overwrite: replace a file that is there.
    """
    require_xlsx(out)
    if register == ALL:
        from xiaobao_xl.workbook import workbench

        names = sorted(rules.registers, key=lambda name: name != "complaint")
        workbench.write_workbench([_wanted(rules, name) for name in names], out, overwrite=overwrite)
        return
    from xiaobao_xl.workbook import blank as drawing

    name = register or "complaint"
    require(name, rules.registers, "台账")
    drawing.write_blank(_wanted(rules, name), out, overwrite=overwrite)


def file_title(rules: Rules, register: str) -> str:
    """What a blank is called where nobody names it."""
    if register == ALL:
        return WORKBENCH
    own = rules.registers.get(register) if register != "complaint" else None
    return own.title if own else "投诉台账"


def _wanted(rules: Rules, name: str) -> Blank:
    """What the blank of a register is drawn from."""
    from xiaobao_xl.workbook.blank import Blank

    schema = rules.registers[name]
    return Blank(
        register=name, schema=schema, checks=schema.checks, schemes=rules.categories, bases=_bases(rules, name)
    )


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
