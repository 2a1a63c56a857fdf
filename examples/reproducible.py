"""Saves a workbook so that the same content gives the same bytes: no clock, no order of the day in the zip."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

MOMENT = "2026-09-30T00:00:00Z"


def save(workbook: Workbook, path: Path) -> None:
    """Write a workbook with every date of making set to one moment."""
    workbook.properties.creator = "xiaobao-xl"
    fresh, fixed = io.BytesIO(), io.BytesIO()
    workbook.save(fresh)
    with zipfile.ZipFile(fresh) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(W3CDTF\">)[^<]+(<)", rb"\g<1>" + MOMENT.encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, (2026, 9, 30, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            target.writestr(entry, content)
    path.write_bytes(fixed.getvalue())
