"""Long parts edited in their bytes: what a tree would be too large for, and what need not be well-formed XML."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits
from xiaobao_xl.package.parts import Parts

Splice = tuple[int, int, Iterable[bytes]]
"""A stretch of bytes by its begin and end, and the pieces that come in its place."""

_AT_ONCE: Final = 1024  # short pieces joined into a long one


def held(parts: Parts, part: str) -> bytes:
    """The bytes of a part that must be held whole."""
    if parts.size(part) > limits.MAX_HELD:
        raise WorkbookError(f"文件内部的 {part} 大得不正常，无法添加批注；请在 Excel 里另存后再试。")
    return parts.read(part)


def encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    """Many short pieces as few long ones."""
    while some := "".join(islice(pieces, _AT_ONCE)):
        yield some.encode("utf-8")


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """Bytes with some stretches replaced; of those that begin alike, in the order given."""
    out, place = io.BytesIO(), 0
    for begin, end, pieces in sorted(splices, key=lambda splice: splice[0]):
        out.write(data[place:begin])
        out.writelines(pieces)
        place = end
    out.write(data[place:])
    return out.getvalue()
