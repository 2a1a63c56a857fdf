"""Draws the shipped report templates from rules.yaml: `python workbooks/draw_templates.py [report id ...]`.

The rows of a template follow the figures and categories of the rules, so they are drawn, not typed; the same rules give
the same bytes. Each is drawn by the module of its name in `templates/`, or by `general.py` where it has none. Officers
may of course change a template in Excel: marks keep working wherever they stand.
"""

from __future__ import annotations

import importlib
import io
import re
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook

from xiaobao_xl.rules import load_rules

_HERE = Path(__file__).resolve().parent
_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed date, so that drawing again gives the same bytes)


def save(workbook: Workbook, path: Path, title: str) -> None:
    """Write with fixed dates, so that the same rules give the same file."""
    workbook.properties.creator, workbook.properties.title = "xiaobao-xl", f"{title}模板"
    workbook.properties.created = _DAY
    drawn = io.BytesIO()
    workbook.save(drawn)
    fix(drawn, path)


def fix(drawn: BinaryIO, path: Path) -> None:
    """Copy a drawn workbook, every date of making set to one day."""
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def main() -> None:
    """Draw every shipped template, or those named."""
    rules = load_rules()
    for name in sys.argv[1:] or sorted(rules.reports):
        report = rules.reports[name]
        path, own = _HERE / f"{name}.xlsx", (_HERE / "templates" / f"{name}.py").is_file()
        drawer = importlib.import_module(f"templates.{name}" if own else "general")
        save(drawer.draw(rules, report), path, report.title)
        print(path.name)


if __name__ == "__main__":
    main()
