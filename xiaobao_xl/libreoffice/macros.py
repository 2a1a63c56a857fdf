"""Macros of a workbook, run by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xiaobao_xl.libreoffice.bridge import error

_SCRIPT = "vnd.sun.star.script:{library}.{module}.{name}?language=Basic&location=document"


def run(document: Any, macro: str, arguments: tuple[Any, ...]) -> Any:
    """Run a macro: `Module.Sub`, or `Sub` alone, which is then looked for in all modules.

    LibreOffice swallows the errors of VBA: a macro that fails gives None like one that has nothing to return.

    Raises:
        KeyError: there is no such macro, or macros were not allowed when the workbook was opened.
    """
    module, _, name = macro.rpartition(".")
    failure = error("script.provider.ScriptFrameworkErrorException")
    for library, found in (
        [(library, module) for library in _libraries(document)] if module else _holders(document, name)
    ):
        url = _SCRIPT.format(library=library, module=found, name=name)
        try:
            script = document.getScriptProvider().getScript(url)
        except failure:
            continue
        return script.invoke(arguments, (), ())[0]
    raise KeyError(macro)


def _libraries(document: Any) -> list[str]:
    libraries = document.BasicLibraries
    for library in libraries.ElementNames:
        libraries.loadLibrary(library)
    return list(libraries.ElementNames)


def _holders(document: Any, name: str) -> Iterator[tuple[str, str]]:
    declared = re.compile(rf"(?im)^\s*(public\s+)?(sub|function)\s+{re.escape(name)}\b")
    for library in _libraries(document):
        modules = document.BasicLibraries.getByName(library)
        for module in modules.ElementNames:
            if declared.search(modules.getByName(module)):
                yield library, module
