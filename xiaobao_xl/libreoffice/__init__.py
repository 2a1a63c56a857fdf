"""xlwings over a running LibreOffice: `connect()` gives an `xlwings.App` whose workbooks are those open in Calc.

    app = libreoffice.connect(port=2002)
    app.books.active.sheets.active["A1"].expand().value

Only the BSD-licensed part of xlwings is used. Beyond what xlwings' public classes offer, `impl` gives:

- `app.impl.office_version` (`app.version` is that of the Excel whose interface this is);
- `book.impl.is_read_only`, `.is_shared`, `.is_protected`; `sheet.impl.is_protected`, `.filtered_areas`;
- `range.impl.conditional_formats.add_custom({"formula": "=…", "fill_color": …})`, iteration, `.delete()` and `.clear()`, as
  xlwings has them from 0.37.5 on; `.add_customs([…], is_first=True)` and `.remove(which)` for several rules at once;
- `range.impl.set_colors(rows of colours)`, `range.impl.row_hidden`, `.horizontal_alignment`.

What is missing (tables, pictures, charts …) raises NotImplementedError in plain words.
"""

from __future__ import annotations

from typing import Any

import xlwings

from xiaobao_xl.libreoffice.bridge import NotReachable, resolve
from xiaobao_xl.libreoffice.engine import Engine

__all__ = ["Engine", "NotReachable", "activate", "connect"]


def connect(
    host: str = "127.0.0.1",
    port: int = 2002,
    *,
    timeout_seconds: float = 10,
    coerces_text: bool = False,
    runs_macros: bool = False,
) -> xlwings.App:
    """Connect to a LibreOffice that was started with `--accept="socket,host=…,port=…;urp;"` and make it xlwings' engine.

    Args:
        host: where it runs.
        port: where it listens.
        timeout_seconds: how long to wait for it.
        coerces_text: imitate Excel, which makes numbers of texts such as 00123 on cells that are not formatted as text.
        runs_macros: let macros run in workbooks that are opened through this engine.

    Raises:
        NotReachable: pyuno is missing, or nobody listens.
    """
    context = resolve(host, port, timeout_seconds)
    return activate(context, pid=port, coerces_text=coerces_text, runs_macros=runs_macros)


def activate(context: Any, *, pid: int = 0, coerces_text: bool = False, runs_macros: bool = False) -> xlwings.App:
    """Make the LibreOffice of a component context xlwings' engine; inside LibreOffice that is its own context.

    Args:
        context: UNO's component context.
        pid: number for `xlwings.apps[…]`.
        coerces_text: as in `connect`.
        runs_macros: as in `connect`.
    """
    impl = Engine(context, pid, coerces_text=coerces_text, runs_macros=runs_macros)
    known = xlwings.engines.engines_by_name.get(Engine.name)
    if known is None:
        known = xlwings.Engine(impl=impl)
        xlwings.engines.add(known)
    else:
        known.impl = impl
    known.activate()
    return xlwings.App(impl=impl.app)
