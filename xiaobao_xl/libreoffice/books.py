"""Workbooks that are open in LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.libreoffice import macros
from xiaobao_xl.libreoffice.bridge import NotReachable, error, properties, to_path, to_url
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.names import Names
from xiaobao_xl.libreoffice.sheets import Sheets

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.engine import App

_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xltx": "Calc MS Excel 2007 XML Template",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
}
# com.sun.star.document.MacroExecMode
_NEVER_RUN, _RUN = 0, 4


@fills_gaps(getattr(base_classes, "Books", None))
class Books:
    """The workbooks that are open."""

    app: App

    def __init__(self, app: App) -> None:
        """Of the application."""
        self.app = app

    @property
    def api(self) -> Any:
        """UNO's components, texts and drawings among them."""
        return self.app.desktop.getComponents()

    def __iter__(self) -> Iterator[Book]:
        """Each workbook.

        Raises:
            NotReachable: LibreOffice was closed in the meantime.
        """
        found = []
        try:
            components = self.api.createEnumeration()
            while components.hasMoreElements():
                document = components.nextElement()
                if _is_spreadsheet(document):
                    found.append(Book(self.app, document))
        except error("uno.Exception") as reason:
            raise NotReachable("LibreOffice 已经关闭，请重新打开台账再试。") from reason
        return iter(found)

    def __len__(self) -> int:
        """How many."""
        return sum(1 for _ in self)

    def __call__(self, key: int | str) -> Book:
        """A workbook by its number, counted from 1, or by its name or full name in either case."""
        books = list(self)
        if isinstance(key, int):
            if not 1 <= key <= len(books):
                raise KeyError(key)
            return books[key - 1]
        for book in books:
            if key.lower() in {book.name.lower(), book.fullname.lower()}:
                return book
        raise KeyError(key)

    @property
    def active(self) -> Book:
        """The workbook in front.

        Raises:
            WorkbookError: none is open.
        """
        current = self.app.desktop.CurrentComponent
        if current is not None and _is_spreadsheet(current):
            return Book(self.app, current)
        for book in self:
            return book
        raise WorkbookError("LibreOffice 里没有打开的表格，请先打开台账。")

    def add(self) -> Book:
        """A new workbook."""
        return self._loaded("private:factory/scalc")

    def open(  # noqa: D417 - the other arguments of xlwings mean nothing to LibreOffice
        self,
        fullname: str,
        update_links: bool | None = None,  # noqa: ARG002, FBT001 - xlwings passes them in order
        read_only: bool | None = None,  # noqa: FBT001
        format: str | None = None,  # noqa: A002, ARG002
        password: str | None = None,
        *_others: Any,
        **_more: Any,
    ) -> Book:
        """Open a file.

        Args:
            fullname: the file.
            read_only: do not let it be saved.
            password: of an encrypted file.
        """
        path = Path(fullname).resolve()
        more: dict[str, Any] = {}
        if path.suffix.lower() == ".xlam":
            more["FilterName"] = _FILTERS[".xlsm"]
        if read_only:
            more["ReadOnly"] = True
        if password:
            more["Password"] = password
        return self._loaded(to_url(path), **more)

    def _loaded(self, url: str, **more: Any) -> Book:
        mode = _RUN if self.app.engine.runs_macros else _NEVER_RUN
        document = self.app.desktop.loadComponentFromURL(url, "_blank", 0, properties(MacroExecutionMode=mode, **more))
        if document is None or not _is_spreadsheet(document):
            if document is not None:
                document.close(True)  # noqa: FBT003 - UNO takes no names
            raise WorkbookError(f"LibreOffice 打不开这个表格：{to_path(url)}")
        return Book(self.app, document)


def _is_spreadsheet(document: Any) -> bool:
    # Some components, e.g. the start centre, are no documents at all.
    return hasattr(document, "supportsService") and bool(document.supportsService(_SPREADSHEET))


@fills_gaps(getattr(base_classes, "Book", None))
class Book:
    """One open workbook."""

    app: App
    document: Any

    def __init__(self, app: App, document: Any) -> None:
        """Of the application and the UNO document."""
        self.app = app
        self.document = document

    @property
    def api(self) -> Any:
        """The UNO document."""
        return self.document

    @property
    def fullname(self) -> str:
        """File with its folder; the name alone where it was never saved."""
        url: str = self.document.URL
        return to_path(url) if url else self.name

    @property
    def name(self) -> str:
        """File without its folder; the title of the window where it was never saved."""
        url: str = self.document.URL
        title: str = self.document.Title
        return to_path(url).replace("\\", "/").rpartition("/")[2] if url else title

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """Names that hold in the whole workbook."""
        return Names(self, self.document.NamedRanges)

    @property
    def is_read_only(self) -> bool:
        """Whether it cannot be saved in place (not an attribute of xlwings: reach it by `book.impl`)."""
        return bool(self.document.isReadonly())

    @property
    def is_shared(self) -> bool:
        """Whether it is shared with others at the same time (reach it by `book.impl`)."""
        settings = self.document.createInstance("com.sun.star.document.Settings")
        return bool(settings.getPropertyValue("IsDocumentShared"))

    @property
    def is_protected(self) -> bool:
        """Whether its structure is protected: no sheet can be added (reach it by `book.impl`)."""
        return bool(self.document.isProtected())

    def activate(self) -> None:
        """Bring it to the front."""
        controller = self.document.CurrentController
        if controller:
            controller.Frame.activate()

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save in place, or under a name whose ending says the format.

        Raises:
            WorkbookError: it cannot be written there.
        """
        failure = error("io.IOException")
        try:
            if path is None and self.document.URL and not password:
                self.document.store()
                return
            target = Path(path) if path else Path(self.fullname if self.document.URL else f"{self.name}.xlsx")
            filter_name = _FILTERS.get(target.suffix.lower())
            if filter_name is None:
                raise WorkbookError(f"{target}：LibreOffice 引擎不会保存这种格式，请用 {'、'.join(_FILTERS)}。")
            if not target.absolute().parent.is_dir():
                raise WorkbookError(f"{target}：保存不了，没有这个文件夹。")  # LibreOffice would make it
            more = {"Password": password} if password else {}
            self.document.storeAsURL(to_url(target), properties(FilterName=filter_name, Overwrite=True, **more))
        except failure as reason:
            raise WorkbookError(f"{path or self.fullname}：保存不了，文件可能只读或被占用。") from reason

    def to_pdf(self, path: str, quality: Any = None) -> None:  # noqa: ARG002 - of xlwings
        """Print into a PDF."""
        self.document.storeToURL(to_url(path), properties(FilterName="calc_pdf_Export", Overwrite=True))

    def close(self) -> None:
        """Close without saving."""
        self.document.close(True)  # noqa: FBT003 - UNO takes no names

    def run(self, macro: str, arguments: tuple[Any, ...]) -> Any:
        """Run one of its macros."""
        return macros.run(self.document, macro, arguments)
