"""Writing a workbook: beside its target, read back, and only then put in its place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import references
from xiaobao_xl.package.archive import Archive, Writer
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.patching import Patch
from xiaobao_xl.package.sheet import Sheet

_UNPROVEN = "写出的文件读回后与预期不符（{}），已放弃写入，原有文件未改动；请把这句话告诉维护人。"


def write(
    parts: Parts, patches: Mapping[str, Patch], flush: Callable[[], None], styles_part: str, target: BinaryIO
) -> None:
    """Write all parts in their order: untouched ones with their packed bytes, sheets as streams; the styles at the end.

    Args:
        parts: the workbook's parts.
        patches: part → edits of that sheet.
        flush: called once all sheets are written: the styles made on the way become part of their part.
        styles_part: its name; "" if there is none yet.
        target: an empty file.
    """
    writer, changed = Writer(target), parts.changed()
    for name in parts.names():
        if name in patches:
            writer.write(name, sheet_bytes(patches[name].sheet, patches[name].blocks()))
        elif name == styles_part:
            continue
        elif name in changed:
            writer.write(name, changed[name])
        else:
            writer.copy(parts.archive, name)
    if styles_part:
        flush()
        if styles_part in (changed := parts.changed()):
            writer.write(styles_part, changed[styles_part])
        else:
            writer.copy(parts.archive, styles_part)
    writer.close()


def sheet_bytes(sheet: Sheet, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """A sheet with its shell's edits around new rows."""
    head, tail = sheet.halves()
    first = next((block for block in blocks if block), b"")
    if not first:
        yield head + tail
        return
    name = f"{sheet.prefix}sheetData".encode()
    if head.endswith(b"/>"):
        head, tail = head[:-2].rstrip() + b">", b"</" + name + b">" + tail
    yield head
    yield first
    yield from blocks
    yield tail


def prove(parts: Parts, patches: Mapping[str, Patch], written: Path) -> None:
    """Read a written file back: every part whole, untouched ones the same bytes, every touched cell as meant.

    Raises:
        WorkbookError: something is not as it should be.
    """
    changed = parts.changed().keys() | patches.keys()
    with Archive(written) as archive:
        archive.prove(name for name in archive.names if name not in patches)  # those are read below
        if set(archive.names) != set(parts.names()):
            raise WorkbookError(_UNPROVEN.format("部件不全"))
        for name in parts.names():
            if name not in changed and not archive.raw_equal(parts.archive, name):
                raise WorkbookError(_UNPROVEN.format(name))
        for name, patch in patches.items():
            _prove_cells(Sheet(Parts(archive), name, patch.sheet.title, like=patch.sheet), patch)


def _prove_cells(sheet: Sheet, patch: Patch) -> None:
    columns: dict[int, list[int]] = {}
    for place in sorted(patch.written):
        columns.setdefault(place[0], []).append(place[1])
    for number, row in sheet.rows(list(columns), to_end=True):
        found = sheet.found(row, number, columns.pop(number))
        for column, stored in found.items():
            if stored is None or stored.checksum() != patch.written[number, column]:
                raise WorkbookError(_UNPROVEN.format(f"{sheet.title}!{references.address(number, column)}"))
    if columns:
        number, missing = next(iter(columns.items()))
        raise WorkbookError(_UNPROVEN.format(f"{sheet.title}!{references.address(number, missing[0])}"))


def replace_whole(target: Path, fill: Callable[[BinaryIO], object], check: Callable[[Path], None]) -> None:
    """Fill a file beside the target, check it, and move it into place; the old one stays whole until then.

    Raises:
        WorkbookError: it cannot be written, or `check` refuses it.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".~", suffix=target.suffix, delete=False) as handle:
            temporary = Path(handle.name)
            fill(cast("BinaryIO", handle))
        check(temporary)
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except OSError as cause:
        message = f"{target}：无法写入（{cause.strerror or cause}）。文件若正在 Excel 或 WPS 中打开，请先关闭；再看磁盘空间与权限。"
        raise WorkbookError(message) from cause
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
