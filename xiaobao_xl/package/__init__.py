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

from xiaobao_xl.package.book import Book
from xiaobao_xl.package.cells import CellError, Formula

open = Book  # noqa: A001  (package.open, as others open files)

__all__ = ["Book", "CellError", "Formula", "open"]
