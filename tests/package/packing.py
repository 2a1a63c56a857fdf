"""The parts of a workbook from its bytes, and its bytes from the parts."""

from __future__ import annotations

import io

from xiaobao_xl.package import saving
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.parts import Parts


def opened(data: bytes) -> tuple[Parts, Directory]:
    parts = Parts(Archive(data))
    return parts, Directory(parts)


def packed(parts: Parts) -> bytes:
    out = io.BytesIO()
    saving.write(parts, {}, lambda: None, "", out)
    return out.getvalue()
