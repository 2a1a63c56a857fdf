"""The decorator of all classes that rules.yaml is built into.

Most of what a short command spends on our own modules is the writing of dataclass methods. Entries of rules.yaml are
told apart by their ids, so they need no `__eq__`, and they share one `__repr__`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

Record = TypeVar("Record")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False, field_specifiers=(field,))
def entry(record: type[Record]) -> type[Record]:
    """A frozen dataclass, made by keywords, that equals only itself.

    >>> @entry
    ... class Term:
    ...     days: int
    >>> Term(days=15)
    Term(days=15)
    """
    made = dataclass(frozen=True, kw_only=True, eq=False, repr=False)(record)
    made.__repr__ = _shown  # type: ignore[method-assign]
    return made


def _shown(record: Any) -> str:
    told = (f"{each.name}={getattr(record, each.name)!r}" for each in fields(record) if each.repr)
    return f"{type(record).__qualname__}({', '.join(told)})"
