"""The files of a folder, read only: names, sizes, days and fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from xiaobao_xl.case_files import Paper
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.intake import Step

_NOT_PAPERS: Final = ("~$", ".", "thumbs.db", "desktop.ini")
_CHUNK: Final = 1 << 20


def papers(folder: Path, step: Step, *, without: Path | None = None) -> Iterator[Paper]:
    """Every file below a folder in order of its path; links are not followed, what a system leaves behind is no paper.

    Args:
        folder: the folder.
        step: told what is being done.
        without: a file that is none of the papers, such as the register itself.

    Raises:
        WorkbookError: there is no such folder.
    """
    if not folder.is_dir():
        raise WorkbookError(f"{folder}：找不到这个文件夹；请检查路径")
    files = sorted(path for path in folder.rglob("*") if not path.is_symlink() and path.is_file())
    for number, path in enumerate(files, start=1):
        parts = path.relative_to(folder).parts
        if any(part.casefold().startswith(_NOT_PAPERS) for part in parts) or (without and path.samefile(without)):
            continue
        if number % 100 == 1:
            step(f"算文件指纹 {number}/{len(files)}")
        told = path.stat()
        yield Paper(
            path="/".join(parts), size=told.st_size, changed_on=date.fromtimestamp(told.st_mtime),  # noqa: DTZ012  (the officer's own day)
            sha256=_fingerprint(path),
        )  # fmt: skip


def _fingerprint(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
