"""xiaobao-xl 消保 Excel: a complaint register checked, coded, timed and reported, every figure traceable.

    >>> from xiaobao_xl import load_rules
    >>> load_rules().registers["complaint"].title
    '消费投诉台账'

The verbs are in `tasks`; names are imported when first asked for, so that `import xiaobao_xl` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Finding": "findings",
    "LawGap": "errors",
    "Reading": "tasks",
    "Register": "registers",
    "Rules": "rules",
    "RulesError": "errors",
    "Wanted": "tasks",
    "WorkbookError": "errors",
    "XiaobaoError": "errors",
    "blank": "tasks",
    "check": "tasks",
    "classify": "tasks",
    "due": "tasks",
    "load_rules": "rules",
    "report": "tasks",
}

__all__ = [
    "Finding", "LawGap", "Reading", "Register", "Rules", "RulesError", "Wanted", "WorkbookError", "XiaobaoError",
    "__version__", "blank", "check", "classify", "due", "load_rules", "report",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  costs more than all else here

    try:
        return version("xiaobao-xl")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0"
