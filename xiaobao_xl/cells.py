"""Cells: one column of a sheet as read, before anyone decides what its cells mean.

Texts lie trimmed in one Arrow array; the few cells that are no text (numbers, dates, booleans) lie beside it with their
positions. So a hundred thousand cells are handled as a whole and still no cell loses its own type.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import compress, repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Cell = str | float | bool | date | datetime | time | timedelta | None
TEXT = pa.large_string()
_BLANKS = " \t\r\n\v\f\u3000\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff"
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0D)
}
_NARROW = _WIDE | dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))


@dataclass(slots=True)
class Cells:
    """A column as read.

    Attributes:
        texts: Arrow large_string, shape (n,), trimmed; '' for empty cells and cells that are no text.
        odd: positions of the cells that are no text, int64, ascending.
        values: those cells.
    """

    texts: pa.Array
    odd: np.ndarray
    values: list[Cell]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Cells:
        """Sort cells into texts and others.

        >>> Cells.of([" a ", 2.0, None]).texts.to_pylist()
        ['a', '', '']
        """
        return cls.joined([cls.part(cells)])

    @classmethod
    def part(cls, cells: Sequence[Cell]) -> Cells:
        """A stretch of a column, not yet trimmed, to be `joined`."""
        kinds = set(map(type, cells))
        if kinds <= {str}:
            return cls(pa.array(cells, TEXT), np.empty(0, np.int64), [])
        if type(None) in kinds:
            cells = ["" if cell is None else cell for cell in cells]
        is_text = np.fromiter(map(isinstance, cells, repeat(str)), bool, len(cells))
        if any(compress(cells, is_text)):
            texts = pa.array([cell if isinstance(cell, str) else "" for cell in cells], TEXT)
        else:
            texts = pa.repeat(pa.scalar("", TEXT), len(cells))
        return cls(texts, np.flatnonzero(~is_text), list(compress(cells, ~is_text)))

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """Several stretches of one column as one, trimmed."""
        starts = np.cumsum([0, *(len(part) for part in parts)])[:-1]
        odd = [part.odd + start for part, start in zip(parts, starts, strict=True)]
        texts = pa.concat_arrays([part.texts for part in parts]) if parts else pa.array([], TEXT)
        texts = pc.utf8_trim(texts, characters=_BLANKS)
        return cls(
            texts, np.concatenate(odd or [np.empty(0, np.int64)]), [cell for part in parts for cell in part.values]
        )

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.texts)

    def filled(self) -> np.ndarray:
        """Bool array: the cell holds anything but blanks."""
        full = np.array(pc.greater(pc.binary_length(self.texts), 0).to_numpy(zero_copy_only=False))
        full[self.odd] = True
        return full

    def keep(self, mask: np.ndarray) -> Cells:
        """The cells where the mask is True."""
        if mask.all():
            return self
        chosen = mask[self.odd]
        places = np.cumsum(mask) - 1
        return Cells(self.texts.filter(pa.array(mask)), places[self.odd[chosen]], list(compress(self.values, chosen)))

    def take(self, sources: np.ndarray) -> Cells:
        """A column of the same length whose cell n is the cell `sources[n]` of this one."""
        places = np.full(len(self), -1, dtype=np.int64)
        places[self.odd] = np.arange(len(self.odd))
        picked = places[sources]
        odd = np.flatnonzero(picked >= 0)
        return Cells(self.texts.take(pa.array(sources)), odd, [self.values[place] for place in picked[odd]])

    def cell(self, position: int) -> Cell:
        """One cell."""
        place = int(np.searchsorted(self.odd, position))
        if place < len(self.odd) and self.odd[place] == position:
            return self.values[place]
        return str(self.texts[position].as_py())

    def distinct(self) -> tuple[list[str], np.ndarray]:
        """Distinct texts, and for each cell the index of its text, shape (n,)."""
        coded = pc.dictionary_encode(self.texts)
        return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False)

    def without(self, positions: Iterable[int]) -> Cells:
        """The same column with some cells emptied."""
        good = np.ones(len(self), dtype=bool)
        good[list(positions)] = False
        kept = good[self.odd]
        return Cells(pc.if_else(pa.array(good), self.texts, ""), self.odd[kept], list(compress(self.values, kept)))

    def as_text(self) -> pa.Array:
        """All cells as Excel would show them in a wide cell."""
        if not len(self.odd):
            return self.texts
        mask = np.zeros(len(self), dtype=bool)
        mask[self.odd] = True
        return pc.replace_with_mask(self.texts, pa.array(mask), pa.array([shown(cell) for cell in self.values], TEXT))


def shown(cell: Cell) -> str:
    """A cell as Excel shows it where the cell is wide enough; 15 significant digits, as Excel keeps.

    >>> shown(1001.0), shown(0.1 + 0.2), shown(110101199003074496.0), shown(date(2026, 1, 5)), shown(True)
    ('1001', '0.3', '1.10101199003074e+17', '2026-01-05', 'TRUE')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        return str(int(cell)) if cell % 1 == 0 and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell.replace(microsecond=0))
    return "" if cell is None else str(cell)


def narrow(text: str) -> str:
    """Full-width digits, letters and hyphens made half-width, invisible characters dropped, the rest left alone."""
    return text.translate(_NARROW)


def plain(text: str) -> str:
    """A text for comparing: compatibility forms, no blanks, no case.

    >>> plain(" Ａpp（线上） ")
    'app(线上)'
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
