"""The small workbook inside a chart of a Word document, which Word opens on 编辑数据; the same data give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from openpyxl import Workbook

SHEET: Final = "数据"
_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed date, so that drawing again gives the same bytes)


def chart_book(heads: Sequence[str], rows: Sequence[Sequence[str | float | None]], formats: Sequence[str]) -> bytes:
    """A workbook of one sheet.

    Args:
        heads: headings, that of the categories first.
        rows: category and numbers of each row.
        formats: number format of each column.

    >>> chart_book(["类别", "件数"], [["贷款", 3]], ["General", "0"])[:2]
    b'PK'
    """
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = SHEET
    sheet.column_dimensions["A"].width = 36
    for place, line in enumerate([heads, *rows], start=1):
        for column, (value, shape) in enumerate(zip(line, formats, strict=True), start=1):
            cell = sheet.cell(place, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with = is a name
            cell.number_format = shape
    workbook.properties.created = _DAY
    drawn, packed = io.BytesIO(), io.BytesIO()
    workbook.save(drawn)
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
