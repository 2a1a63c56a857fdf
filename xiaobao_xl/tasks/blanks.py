"""blank 新建台账: an empty register drawn from rules.yaml."""

from __future__ import annotations

from pathlib import Path

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
    bases = {
        base.title: base.unit
        for report in rules.reports.values()
        if report.register == name
        for base in report.bases.values()
    }
    wanted = drawing.Blank(
        register=name,
        schema=rules.registers[name],
        checks=rules.registers[name].checks,
        schemes=rules.categories,
        bases=[f"{title}（{unit}）" if unit else title for title, unit in bases.items()],
    )
    drawing.write_blank(wanted, out, overwrite=overwrite)
