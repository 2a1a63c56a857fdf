"""Draws the shipped Word templates from rules.yaml: `python documents/draw_documents.py [document id ...]`.

Each module of `drawings/` draws some of them. What the law says is worded there; titles and numbers of instruments come
from the rules. The same rules give the same bytes. Officers may of course change a template in Word or WPS: marks keep
working wherever they stand.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from xiaobao_xl.documents.saving import pack
from xiaobao_xl.rules import Rules, load_rules

_HERE = Path(__file__).resolve().parent
_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed date, so that drawing again gives the same bytes)


def drawn(rules: Rules) -> Iterator[tuple[str, bytes]]:
    """Id and bytes of every template."""
    for module in sorted(path.stem for path in (_HERE / "drawings").glob("[a-z]*.py")):
        for name, title, document in importlib.import_module(f"drawings.{module}").draw(rules):
            yield name, packed(document, title)


def packed(document: Any, title: str) -> bytes:
    """The file, with fixed dates and without the picture of python-docx's own template."""
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "xiaobao-xl", f"{title}模板", ""
    properties.created = properties.modified = _DAY
    properties.last_modified_by, properties.revision = "", 1
    fixed = io.BytesIO()
    pack(document, fixed)
    return fixed.getvalue()


def main() -> None:
    """Draw every shipped template, or those named."""
    for name, content in drawn(load_rules()):
        if not sys.argv[1:] or name in sys.argv[1:]:
            (_HERE / f"{name}.docx").write_bytes(content)
            print(f"{name}.docx")


if __name__ == "__main__":
    sys.path.insert(0, str(_HERE))
    main()
