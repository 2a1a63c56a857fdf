"""Parts of a large YAML file that are built when they are first asked for.

A short command needs few of the rules. The shipped file is known to be sound (the tests load it whole), so its sections
are told apart by their first lines, and each becomes objects only where some entry of it is used. A file of an
institution's own is always built whole, so that every mistake in it is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import yaml

from xiaobao_xl import typed_yaml
from xiaobao_xl.errors import RulesError
from xiaobao_xl.typed_yaml import Builder

T = TypeVar("T")


class Deferred(Mapping[str, T]):
    """A mapping whose keys are known and whose values are built with the first of them that is asked for."""

    def __init__(self, names: list[str], build: Callable[[], Mapping[str, T]]) -> None:
        """Take the keys in their order, and what builds all values."""
        self._names, self._known, self._build = names, frozenset(names), build
        self._values: Mapping[str, T] | None = None

    def __getitem__(self, name: str) -> T:
        """The value; builds them all the first time."""
        if self._values is None:
            self._values = self._build()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Keys, without building anything."""
        return iter(self._names)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a key, without building anything."""
        return name in self._known

    def __repr__(self) -> str:
        """As a dict."""
        return repr(dict(self))


def parts(text: str, indent: int = 0) -> dict[str, str]:
    r"""Top-level entries of a text, each with empty lines in front so that it knows its place in the file.

    >>> parts("a:\n  b: 1\n# for c\nc: 2\n")
    {'a': 'a:\n  b: 1\n# for c\n', 'c': '\n\n\nc: 2\n'}
    """
    starts = list(re.finditer(rf"^ {{{indent}}}([a-z_0-9]+):", text, re.MULTILINE))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    found, line, before = {}, 0, 0
    for match, end in zip(starts, ends, strict=True):
        line, before = line + text.count("\n", before, match.start()), match.start()
        found[match[1]] = "\n" * line + text[match.start() : end]
    return found


def deferred(part: str, file: str, wanted: Any, indent: int = 0) -> Deferred[Any]:
    """An entry of `parts` whose value is a mapping, as a mapping built when needed.

    Args:
        part: text of the entry.
        file: name of the file, for messages.
        wanted: type of the whole mapping.
        indent: column its key begins in.
    """
    return Deferred(list(parts(part, indent + 2)), lambda: built(part, file, wanted))


def built(part: str, file: str, wanted: Any) -> Any:
    """The value of an entry of `parts`.

    Raises:
        RulesError: with every mistake in it.
    """
    node = cast("yaml.MappingNode", typed_yaml.parse(part, file))
    (name, child), builder = node.value[0], Builder()
    value = builder.build(child, wanted, name.value)
    if builder.problems:
        raise RulesError(builder.problems)
    return value
