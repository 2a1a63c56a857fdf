"""Draws the shipped workbook of all registers from rules.yaml: `python workbooks/draw_workbench.py`.

The same rules give the same bytes; `xiaobao blank --register all` draws the same sheets from an institution's own rules.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from draw_templates import fix

from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import blanks

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Draw it beside this script."""
    target = _HERE / f"{blanks.WORKBENCH}.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / target.name
        blanks.blank(load_rules(), blanks.ALL, drawn)
        with drawn.open("rb") as source:
            fix(source, target)
    print(target.name)


if __name__ == "__main__":
    main()
