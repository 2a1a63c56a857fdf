"""Which formulas read which cells, without looking at every cell of an area, and the order to compute them in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xiaobao_xl.package.references import Area

Key = tuple[str, int, int]  # title of the sheet, row, column
_HALVINGS: Final = 20  # of the rows of a sheet; its columns need fewer


class Readers:
    """Formulas by the areas they read.

    An area is cut into blocks whose sides are powers of two, a whole column into one, and a cell is looked up in the
    few blocks it may lie in.
    """

    def __init__(self) -> None:
        """No formula yet."""
        self._blocks: dict[str, dict[tuple[int, int, int, int], list[Key]]] = defaultdict(dict)
        self._sizes: dict[str, set[tuple[int, int]]] = defaultdict(set)

    def add(self, title: str, area: Area, reader: Key) -> None:
        """A formula reads an area."""
        blocks, sizes = self._blocks[title], self._sizes[title]
        if area.top == area.bottom and area.left == area.right:
            sizes.add((0, 0))
            blocks.setdefault((0, 0, area.top - 1, area.left - 1), []).append(reader)
            return
        for tall, down in _cut(area.top - 1, area.bottom):
            for wide, across in _cut(area.left - 1, area.right):
                sizes.add((tall, wide))
                blocks.setdefault((tall, wide, down, across), []).append(reader)

    def pop(self, title: str, row: int, column: int) -> Iterator[Key]:
        """Formulas that read a cell; each block is given out once only."""
        blocks = self._blocks.get(title)
        if blocks:
            for tall, wide in self._sizes[title]:
                yield from blocks.pop((tall, wide, (row - 1) >> tall, (column - 1) >> wide), ())


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Blocks of 2 ** size that make up `range(start, end)`, as size and number of the block.

    >>> list(_cut(3, 12))  # 3, 4 to 7, 8 to 11
    [(0, 3), (2, 1), (2, 2)]
    """
    while start < end:
        size = min((start & -start).bit_length() - 1 if start else _HALVINGS, (end - start).bit_length() - 1)
        yield size, start >> size
        start += 1 << size


class Cells:
    """Some cells, found by area."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Cells in any order."""
        self._rows: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for title, row, column in keys:
            self._rows[title][column].append(row)
        for columns in self._rows.values():
            for rows in columns.values():
                rows.sort()

    def inside(self, title: str, area: Area) -> Iterator[Key]:
        """Those that lie in an area."""
        for column, rows in self._rows[title].items() if title in self._rows else ():
            if area.left <= column <= area.right:
                for place in range(bisect_left(rows, area.top), bisect_right(rows, area.bottom)):
                    yield title, rows[place], column


@dataclass(slots=True)
class _Step:
    key: Key
    before: Iterator[Key]
    lowest: int  # step of the path that this one leads back to


def in_order(keys: Iterable[Key], before: Callable[[Key], Iterator[Key]]) -> Iterator[tuple[Key, bool]]:
    """Each key once, after those `before` names for it; and whether it hangs on itself.

    >>> reads = {("s", 1, 1): [("s", 2, 1)], ("s", 2, 1): []}
    >>> [key[1] for key, _ in in_order(reads, lambda key: iter(reads[key]))]
    [2, 1]
    """
    done: set[Key] = set()
    for first in keys:
        if first in done:
            continue
        path, places = [_Step(first, before(first), 1 << 60)], {first: 0}
        while path:
            step = path[-1]
            following = None
            for key in step.before:
                if key in places:
                    step.lowest = min(step.lowest, places[key])
                elif key not in done:
                    following = key
                    break
            if following is not None:
                places[following] = len(path)
                path.append(_Step(following, before(following), 1 << 60))
                continue
            path.pop()
            del places[step.key]
            done.add(step.key)
            if path and step.lowest < len(path):
                path[-1].lowest = min(path[-1].lowest, step.lowest)
            yield step.key, step.lowest <= len(path)
