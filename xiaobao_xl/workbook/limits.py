"""How much a file may ask of this machine. A register of a hundred thousand complaints stays far below each limit."""

from __future__ import annotations

from typing import Final

MAX_PARTS: Final = 20_000  # members of one zip
MAX_PART_BYTES: Final = 3 * 2**30  # one sheet or the table of strings, unpacked
MAX_TEXT_BYTES: Final = 256 * 2**20  # a csv, HTML or XML file
MAX_SMALL_BYTES: Final = 64 * 2**20  # workbook.xml and its relations
MAX_ROW_BYTES: Final = 64 * 2**20  # one row of a sheet
MAX_RATIO: Final = 1100  # deflate cannot pack XML tighter than this; a zip that claims more is a bomb
MAX_PADDING: Final = 5_000_000  # empty cells an XML spreadsheet may skip over
MAX_CELLS: Final = 60_000_000  # rows × columns of the rectangle that is read
SPARSE_CELLS: Final = 200_000  # a rectangle above this that is nearly empty holds stray cells
SPARSE_FACTOR: Final = 8  # nearly empty: fewer than one row, or cell, in this many holds anything
MAX_GAP: Final = 2_000  # rows after so many empty ones are stray, if they are few
MAX_COLUMNS: Final = 512  # cells further right than this are stray where others lie nearer
HEADER_ROWS: Final = 30  # a heading is looked for in the first rows only
