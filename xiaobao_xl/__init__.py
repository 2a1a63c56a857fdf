"""xiaobao-xl 消保 Excel: a complaint register checked, coded, timed and reported, every figure traceable.

    >>> from xiaobao_xl import load_rules
    >>> load_rules().registers["complaint"].title
    '消费投诉台账'

The verbs are in `tasks`; names are imported when first asked for, so that `import xiaobao_xl` costs nothing.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
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

__all__ = [  # noqa: PLE0604  (sorted names, some loaded on demand)
    "Finding", "LawGap", "Reading", "Register", "Rules", "RulesError", "Wanted", "WorkbookError", "XiaobaoError",
    "__version__", "blank", "check", "classify", "due", "load_rules", "report",
]  # fmt: skip

try:
    __version__ = version("xiaobao-xl")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0"


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
