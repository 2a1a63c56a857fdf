"""An .xlsx or .xlsm edited in place: only touched cells change, every other part keeps its bytes.

    book = package.open("报表.xlsx")
    book.set("Sheet1", "B5", 3, fill="FFF2CC", note="已核对")
    book.save("输出.xlsx")

It knows the format and nothing of complaints. One file per part of the format:

- the file: `archive` (the zip; `entries`, `refusing`), `parts`, `markup` (a part as a tree), `limits`, `saving`
- the workbook: `directory` (the list of sheets), `listing`, `styles`, `number_formats`, `strings`
- a sheet: `sheet`, `cells`, `patching` (cells changed), `truth` (cells read), `columns`, `notes`, `boxes`
- formulas: `formulas` (tokens, references), `caches` (kept values), `calculating` and what it uses
- rows put in: `followers` (the whole), `obstacles`, `moving`, `repeating`, `overlays`, `anchors`
- sheets put in: `adding`, `importing` and what it uses; two workbooks compared: `comparing/`
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiaobao_xl.package.book import Book
    from xiaobao_xl.package.book import Book as open  # noqa: A004, N813  (package.open, as others open files)
    from xiaobao_xl.package.cells import CellError, Formula

_HOMES = {"Book": "book", "open": "book", "CellError": "cells", "Formula": "cells"}

__all__ = ["Book", "CellError", "Formula", "open"]


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: who only needs one part of the package does not wait for all of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES[name]}")
    return home.Book if name == "open" else getattr(home, name)
