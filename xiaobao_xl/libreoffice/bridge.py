"""The bridge to a running LibreOffice: finding pyuno, connecting, and the few UNO words the other modules need."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from xiaobao_xl.errors import XiaobaoError

# Where distributions and the packages of libreoffice.org keep pyuno. It only loads into the minor version of Python
# it was built for.
_PYUNO_DIRECTORIES = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib/python3/site-packages",
    "/usr/lib64/libreoffice/program",
    "/usr/lib/libreoffice/program",
    "/opt/libreoffice*/program",
)


class NotReachable(XiaobaoError):
    """LibreOffice, or Python's bridge to it, is not there; the text says which and what to do."""


@contextmanager
def _searching(directory: str) -> Iterator[None]:
    # The other packages of that directory belong to the system's Python and must not be found by later imports.
    sys.path.append(directory)
    try:
        yield
    finally:
        sys.path.remove(directory)


@cache
def uno() -> ModuleType:
    """The module `uno`, from this environment or from where the system keeps it.

    Raises:
        NotReachable: there is none that this Python can load.
    """
    if find_spec("uno") is not None:
        return _mended(import_module("uno"))
    reasons = []
    for pattern in _PYUNO_DIRECTORIES:
        for directory in sorted(Path("/").glob(pattern.lstrip("/"))):
            if not (directory / "uno.py").is_file():
                continue
            with _searching(str(directory)):
                try:
                    return _mended(import_module("uno"))
                except ImportError as reason:
                    reasons.append(f"{directory}：{reason}")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = "；".join(reasons) if reasons else "没有装"
    raise NotReachable(
        f"Python {version} 用不了 LibreOffice 的接口 pyuno（{found}）。请安装 python3-uno，并用系统自带的同一版本 Python。"
    )


def _mended(module: ModuleType) -> ModuleType:
    # Exceptions of UNO refuse every attribute that is not UNO's, also the traceback that a `with` statement hands on, and
    # what went wrong is then lost.
    original = module._uno_struct__setattr__  # noqa: SLF001 - it is what LibreOffice looks for by this name

    def set_attribute(self: Any, name: str, value: Any) -> None:
        if name.startswith("__") and isinstance(self, BaseException):
            BaseException.__setattr__(self, name, value)
        else:
            original(self, name, value)

    module._uno_struct__setattr__ = set_attribute  # type: ignore[attr-defined]  # noqa: SLF001
    return module


def struct(name: str, **fields: Any) -> Any:
    """A UNO struct, e.g. `struct("table.CellAddress", Sheet=0, Column=1, Row=2)`; `com.sun.star.` goes without saying."""
    made = uno().createUnoStruct(f"com.sun.star.{name}")
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def enum(name: str, value: str) -> Any:
    """A value of a UNO enumeration, e.g. `enum("sheet.FillDirection", "TO_BOTTOM")`."""
    return uno().Enum(f"com.sun.star.{name}", value)


def error(name: str) -> type[Exception]:
    """A class of UNO exceptions, e.g. `error("io.IOException")`."""
    found: type[Exception] = uno().getClass(f"com.sun.star.{name}")
    return found


def properties(**values: Any) -> tuple[Any, ...]:
    """Named arguments as UNO takes them: a tuple of PropertyValue."""
    return tuple(struct("beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def to_url(path: str | Path) -> str:
    """`file:` address of a file."""
    url: str = uno().systemPathToFileUrl(str(Path(path).absolute()))
    return url


def to_path(url: str) -> str:
    """File of a `file:` address; any other address stays as it is."""
    path: str = uno().fileUrlToSystemPath(url) if url.startswith("file:") else url
    return path


def resolve(host: str, port: int, timeout_seconds: float) -> Any:
    """The component context of the LibreOffice that listens on a socket; asked again, the same one as long as it lives.

    Raises:
        NotReachable: nobody listens there in time.
    """
    known = _contexts.get((host, port))
    if known is not None and _is_alive(known):
        return known
    local = uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    address = f"uno:socket,host={host},port={port};urp;StarOffice.ComponentContext"
    refusal = error("connection.NoConnectException")
    until = time.monotonic() + timeout_seconds
    while True:
        try:
            context = resolver.resolve(address)
        except refusal:
            if time.monotonic() >= until:
                break
            time.sleep(0.1)
        else:
            _contexts[host, port] = context
            return context
    raise NotReachable(
        f"没有找到开放接口的 LibreOffice（{host}:{port}）。请先关闭 LibreOffice，再用这条命令打开："
        f'soffice --accept="socket,host={host},port={port};urp;"'
    )


# A connection that nobody holds any more is closed by LibreOffice at its leisure, and may take a new one along.
_contexts: dict[tuple[str, int], Any] = {}


def _is_alive(context: Any) -> bool:
    try:
        return context.ServiceManager is not None
    except error("uno.Exception"):
        return False
