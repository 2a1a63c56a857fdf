"""How much of a file is unpacked at most: what a real workbook never reaches, and an attack must not exceed."""

from __future__ import annotations

from typing import Final

MAX_ENTRIES: Final = 20_000  # parts of a workbook
MAX_DIRECTORY: Final = 16 << 20  # bytes of the list of parts at the end of the zip
MAX_RATIO: Final = 500  # unpacked to packed size; a register reaches 8, a sheet of equal long texts 220, deflate 1,032
RATIO_FREE: Final = 64 << 20  # bytes unpacked, of a part and of all, up to which any ratio will do
MAX_PART: Final = 2 << 30  # bytes of one part, unpacked
MAX_TOTAL: Final = 6 << 30  # bytes of all parts, unpacked
MAX_MARKUP: Final = 64 << 20  # bytes of a part that is read as a tree
MAX_HELD: Final = 256 << 20  # bytes of a sheet whose rows are moved, which needs it whole in memory
