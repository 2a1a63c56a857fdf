"""Opening: a file becomes a book of grids, told by its content and never by its name.

Understood: .xlsx .xlsm .xlsb .xls .et .ods (python-calamine), csv in UTF-8, UTF-16 or GB18030, HTML tables and XML
spreadsheets that call themselves .xls. Encrypted files are opened with a password. Whatever cannot be read ends in one
sentence that says why and what to do.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import python_calamine

from xiaobao_xl.cells import Cell
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook import archive
from xiaobao_xl.workbook.grids import UNSEEN, Book, Grid, Kind, PasswordNeeded
from xiaobao_xl.workbook.scanning import Scan, scan, without_stray

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_READ_ONLY_PASSWORD = "VelvetSweatshop"  # noqa: S105  Excel's own, for files that are protected but open without asking
_SAVE_AGAIN = "用 Excel 或 WPS 打开、另存为 .xlsx 后再试"
_STRANGERS = {
    b"%PDF": "这是 PDF 文件，不是表格；请向提供方要 Excel 原件。",
    b"\x89PNG": "这是图片，不是表格；请向提供方要 Excel 原件。",
    b"\xff\xd8\xff": "这是图片，不是表格；请向提供方要 Excel 原件。",
    b"Rar!": "这是 RAR 压缩包；请先解压，再选择里面的表格文件。",
    b"7z\xbc\xaf": "这是 7z 压缩包；请先解压，再选择里面的表格文件。",
    b"\x1f\x8b": "这是 gzip 压缩包；请先解压，再选择里面的表格文件。",
}


def open_book(path: Path | str, password: str = "") -> Book:
    """Open a file of any known kind.

    Args:
        path: the file.
        password: its password, if it is encrypted.

    Raises:
        WorkbookError: one Chinese sentence with the next step.
        PasswordNeeded: the file is encrypted and the password missing or wrong.
    """
    path = Path(path)
    with _sentences(path):
        head = _head(path)
        if head.startswith(_OLE):
            return _open_ole(path, password)
        if head.startswith(_ZIP):
            return _open_zip(path, path)
        stranger = next((sentence for magic, sentence in _STRANGERS.items() if head.startswith(magic)), "")
        if stranger:
            raise WorkbookError(stranger)
        if _ZIP in head:
            raise WorkbookError(
                f"文件开头多出了别的内容（常见于网页导出出错），已不是完好的工作簿；请重新导出，或{_SAVE_AGAIN}。"
            )
        from xiaobao_xl.workbook import plain  # noqa: PLC0415  (brings an HTML parser, which few files need)

        return plain.open_plain(path)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Every failure below leaves as one sentence that names the file."""
    try:
        yield
    except PasswordNeeded as problem:
        raise PasswordNeeded(f"{path.name}：{problem}", is_wrong=problem.is_wrong) from None
    except WorkbookError as problem:
        raise WorkbookError(f"{path.name}：{problem}") from None
    except FileNotFoundError:
        raise WorkbookError(f"找不到文件 {path}；请检查路径和文件名。") from None
    except IsADirectoryError:
        raise WorkbookError(f"{path} 是文件夹；请给出其中的表格文件。") from None
    except PermissionError:
        raise WorkbookError(f"{path.name}：没有读取权限，或正被其他程序占用；请关闭占用它的程序后再试。") from None
    except python_calamine.PasswordError:
        raise PasswordNeeded(f"{path.name}：文件已加密；请先在 WPS 或 Excel 里取消密码。", is_wrong=False) from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise WorkbookError(f"{path.name}：文件已损坏或没有下载完整；请重新下载，或{_SAVE_AGAIN}。") from None
    except (python_calamine.CalamineError, NotImplementedError) as problem:
        if "macrosheets" in str(problem):
            raise WorkbookError(f"{path.name}：含有 Excel 4.0 宏表，无法读取；请{_SAVE_AGAIN}。") from None
        raise WorkbookError(f"{path.name}：无法读取这个工作簿（{problem}）；请{_SAVE_AGAIN}。") from None


def _head(path: Path) -> bytes:
    if path.name.startswith("~$"):
        raise WorkbookError("这是 Excel 打开文件时留下的临时文件；请选择名字前没有 ~$ 的那一个。")
    if path.is_dir():
        raise IsADirectoryError
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise WorkbookError("文件是空的（0 字节）；请重新下载或导出。")
    return head


def _open_ole(path: Path, password: str) -> Book:
    """An old .xls or .et, or the envelope of an encrypted file."""
    import msoffcrypto  # noqa: PLC0415  most files are no envelope
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError  # noqa: PLC0415

    with path.open("rb") as stream:
        try:
            envelope = msoffcrypto.OfficeFile(stream)
            is_encrypted = envelope.is_encrypted()
        except (FileFormatError, OSError):
            raise WorkbookError(f"文件已损坏，或不是表格；请{_SAVE_AGAIN}。") from None
        if not is_encrypted:
            return _open_calamine(path, path, "xls")
        content = io.BytesIO()
        try:
            envelope.load_key(password=password or _READ_ONLY_PASSWORD)
            envelope.decrypt(content)
        except (InvalidKeyError, DecryptionError):
            what = "密码不对；请核对后重新输入" if password else "文件已加密，需要打开密码；请用 --password 给出"
            raise PasswordNeeded(f"{what}，或在 Excel 里取消密码后再试。", is_wrong=bool(password)) from None
    content.seek(0)
    if content.getvalue()[:4] == _ZIP:
        return _open_zip(path, content)
    return _open_calamine(path, content, "xls")


def _open_zip(path: Path, source: Path | io.BytesIO) -> Book:
    """A workbook that is a zip of parts."""
    package = archive.Package(source)
    if package.kind == "xlsx":
        workbook, directory = _calamine(package.source), package.directory()
        book = _book(path, "xlsx", workbook, lambda index: _load_xlsx(workbook, package, directory, index))
        book.editable = source if isinstance(source, Path) else source.getvalue()
        return book
    return _open_calamine(path, source, package.kind)


def _open_calamine(path: Path, source: Path | io.BytesIO, kind: Kind) -> Book:
    workbook = _calamine(source)
    return _book(path, kind, workbook, lambda index: _grid(workbook, index, Scan()))


def _calamine(source: Path | io.BytesIO) -> CalamineWorkbook:
    # content decides: a path is only given to calamine where its suffix tells the truth
    if isinstance(source, Path) and source.suffix.lower() in {".xlsx", ".xlsm"}:
        return python_calamine.CalamineWorkbook.from_path(source)
    content = io.BytesIO(source.read_bytes()) if isinstance(source, Path) else source
    content.seek(0)
    return python_calamine.CalamineWorkbook.from_filelike(content)


def _book(path: Path, kind: Kind, workbook: CalamineWorkbook, read: Callable[[int], Grid]) -> Book:
    places = {
        sheet.name: index
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    }
    visible = python_calamine.SheetVisibleEnum.Visible
    hidden = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible != visible and sheet.name in places]

    def load(name: str) -> Grid:
        with _sentences(path):
            return read(places[name])

    return Book(path, kind, list(places), load, hidden, [UNSEEN[kind]] if kind in UNSEEN else [])


def _load_xlsx(workbook: CalamineWorkbook, package: archive.Package, directory: archive.Directory, index: int) -> Grid:
    part = directory.parts[index] if index < len(directory.parts) else ""
    found = scan(package.zip, part) if part else Scan()
    if found.keep:
        copy = package.with_parts({part: without_stray(package.zip, part, found)})
        workbook = python_calamine.CalamineWorkbook.from_filelike(copy)
    return _grid(workbook, index, found, is_1904=directory.is_1904)


def _grid(workbook: CalamineWorkbook, index: int, found: Scan, *, is_1904: bool = False) -> Grid:
    sheet = workbook.get_sheet_by_index(index)
    # iter_rows leaves out empty columns at the left, which would shift every address
    missing = sheet.start[1] if sheet.start else 0

    def rows() -> Iterator[Sequence[Cell]]:
        return ([*repeat("", missing), *row] for row in sheet.iter_rows()) if missing else sheet.iter_rows()

    return Grid(sheet.name, rows, sheet.merged_cell_ranges or [], found, is_1904)
