"""The engine itself and the running LibreOffice as xlwings' App."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from xlwings import base_classes

from xiaobao_xl.libreoffice import values
from xiaobao_xl.libreoffice.addresses import area_of
from xiaobao_xl.libreoffice.books import Books
from xiaobao_xl.libreoffice.bridge import error, properties
from xiaobao_xl.libreoffice.gaps import fills_gaps
from xiaobao_xl.libreoffice.ranges import Range
from xiaobao_xl.libreoffice.sheets import Sheet

_MACRO = re.compile(r"(?:'?(?P<book>[^']*)'?!)?(?P<macro>.*)")


class Engine:
    """What xlwings calls an engine.

    Attributes:
        coerces_text: imitate Excel, which makes numbers and dates of texts on cells that are not formatted as text.
        runs_macros: let the macros of workbooks run that are opened through this engine.
        pid: number that tells this LibreOffice from others: its port.
    """

    name = "libreoffice"
    type = "desktop"

    def __init__(self, context: Any, pid: int, *, coerces_text: bool = False, runs_macros: bool = False) -> None:
        """Of a component context."""
        self.context = context
        self.pid = pid
        self.coerces_text = coerces_text
        self.runs_macros = runs_macros
        self.app = App(self)

    def service(self, name: str) -> Any:
        """A service of LibreOffice."""
        return self.context.ServiceManager.createInstanceWithContext(f"com.sun.star.{name}", self.context)

    @property
    def apps(self) -> Apps:
        """The one LibreOffice of this engine."""
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any = None) -> Any:
        """A value on its way to a cell."""
        return values.plain(value)

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[Any]],
        datetime_builder: Callable[..., Any],
        empty_as: Any,
        number_builder: Callable[[float], Any] | None,
        err_to_str: bool,  # noqa: FBT001 - xlwings passes it in order
    ) -> list[list[Any]]:
        """Values on their way from cells, as the reading options want them."""

        def cleaned(value: Any) -> Any:
            if value is None or (isinstance(value, str) and not value):
                return empty_as
            if isinstance(value, values.CellError):
                return str(value) if err_to_str else None
            if isinstance(value, dt.datetime):
                return value if datetime_builder is dt.datetime else _rebuilt(value, datetime_builder)
            if isinstance(value, float) and number_builder is not None:
                return number_builder(value)
            return value

        return [[cleaned(value) for value in row] for row in data]


def _rebuilt(moment: dt.datetime, builder: Callable[..., Any]) -> Any:
    return builder(
        year=moment.year,
        month=moment.month,
        day=moment.day,
        hour=moment.hour,
        minute=moment.minute,
        second=moment.second,
        microsecond=moment.microsecond,
        tzinfo=None,
    )


class Apps:
    """The one LibreOffice, as xlwings' collection of applications."""

    def __init__(self, engine: Engine) -> None:
        """Of an engine."""
        self.engine = engine

    def keys(self) -> list[int]:
        """Its number."""
        return [self.engine.pid]

    def add(self, spec: Any = None, add_book: bool | None = None, xl: Any = None, visible: Any = None) -> App:  # noqa: ARG002, FBT001
        """The same LibreOffice: a second one cannot be started through the bridge."""
        if add_book:
            self.engine.app.books.add()
        return self.engine.app

    def cleanup(self) -> None:
        """There is nothing to clean up."""

    def __iter__(self) -> Iterator[App]:
        """The one."""
        yield self.engine.app

    def __len__(self) -> int:
        """Always one."""
        return 1

    def __getitem__(self, pid: int) -> App:
        """By its number."""
        if pid != self.engine.pid:
            raise KeyError(pid)
        return self.engine.app


@fills_gaps(getattr(base_classes, "App", None))
class App:
    """The running LibreOffice.

    Attributes:
        engine: its engine.
        display_alerts: kept for xlwings; LibreOffice asks nothing of a program.
        enable_events: likewise.
        interactive: likewise.
        cut_copy_mode: likewise.
        screen_updating: likewise: LibreOffice draws when it has nothing else to do, and a view locked against drawing would
            stay locked if this program were killed.
    """

    engine: Engine
    display_alerts: bool
    enable_events: bool
    interactive: bool
    screen_updating: bool
    cut_copy_mode: Any
    path = ""
    startup_path = ""
    hwnd = 0
    # xlwings takes whatever calls itself older than 15 for an old Excel on a Mac and garbles Chinese names of workbooks.
    version = "16.0"

    def __init__(self, engine: Engine) -> None:
        """Of an engine."""
        self.engine = engine
        self.desktop = engine.service("frame.Desktop")
        self.display_alerts = True
        self.enable_events = True
        self.interactive = True
        self.screen_updating = True
        self.cut_copy_mode = None
        self._status = ""
        self._indicator: Any = None

    @property
    def api(self) -> Any:
        """UNO's desktop."""
        return self.desktop

    @property
    def pid(self) -> int:
        """Number that tells it from others."""
        return self.engine.pid

    @property
    def office_version(self) -> str:
        """LibreOffice's version, e.g. `7.4` (not an attribute of xlwings: reach it by `app.impl`)."""
        provider = self.engine.service("configuration.ConfigurationProvider")
        product = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess",
            properties(nodepath="/org.openoffice.Setup/Product"),
        )
        version: str = product.getByName("ooSetupVersion")
        return version

    @property
    def books(self) -> Books:
        """The workbooks that are open."""
        return Books(self)

    @property
    def selection(self) -> Range | None:
        """What is selected in the workbook in front: its first area, None for drawings."""
        book = self.books.active
        chosen = book.document.CurrentSelection
        if (
            chosen is not None
            and hasattr(chosen, "getByIndex")
            and chosen.supportsService("com.sun.star.sheet.SheetCellRanges")
        ):
            chosen = chosen.getByIndex(0)
        if chosen is None or not hasattr(chosen, "RangeAddress"):
            return None
        return Range(Sheet(book, chosen.Spreadsheet), area_of(chosen.RangeAddress))

    def activate(self, steal_focus: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - of xlwings
        """Bring the workbook in front to the front."""
        self.books.active.activate()

    @property
    def visible(self) -> bool:
        """Whether the window of the workbook in front is seen."""
        frame = self.desktop.CurrentFrame
        return frame is not None and bool(frame.ContainerWindow.isVisible())

    @visible.setter
    def visible(self, value: bool) -> None:
        frame = self.desktop.CurrentFrame
        if frame is not None:
            frame.ContainerWindow.setVisible(bool(value))

    @property
    def calculation(self) -> str:
        """`automatic` or `manual`, of the workbook in front."""
        return "automatic" if self.books.active.document.isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        for book in self.books:
            book.document.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        """Calculate everything anew."""
        for book in self.books:
            book.document.calculateAll()

    @property
    def status_bar(self) -> str | bool:
        """Text in the status bar; False for LibreOffice's own."""
        return self._status or False

    @status_bar.setter
    def status_bar(self, value: str | bool | None) -> None:
        if self._indicator is not None:
            self._indicator.end()
            self._indicator = None
        self._status = value if isinstance(value, str) else ""
        frame = self.desktop.CurrentFrame
        if self._status and frame is not None:
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(self._status, 0)

    def run(self, macro: str, args: Sequence[Any]) -> Any:
        """Run a macro of the workbook in front, or of the one named before `!`."""
        found = _MACRO.fullmatch(macro)
        name = found["book"] if found else None
        book = self.books(name) if name else self.books.active
        return book.run(found["macro"] if found else macro, tuple(args))

    def quit(self) -> None:
        """Ask LibreOffice to end; it stays where a workbook was changed and not saved."""
        with suppress(error("lang.DisposedException")):
            self.desktop.terminate()

    def kill(self) -> None:
        """End LibreOffice without saving."""
        with suppress(error("lang.DisposedException")):
            for book in self.books:
                book.close()
            self.desktop.terminate()
