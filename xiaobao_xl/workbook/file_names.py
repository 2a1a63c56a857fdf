"""Names of units as names of files, on every system the files may travel through."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_BLANKS = re.compile(r"\s+")
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)
_LONGEST: Final = 60  # Chinese characters take three bytes in most file systems, and 255 bytes are allowed


def safe_name(text: str) -> str:
    """A text as part of a file name.

    >>> safe_name("某某支行/营业部 "), safe_name("con"), safe_name("...")
    ('某某支行_营业部', 'con_', '未命名')
    """
    clean = _BLANKS.sub(" ", _REFUSED.sub("_", text)).strip(" .")[:_LONGEST].rstrip(" .")
    if not clean:
        return "未命名"
    return f"{clean}_" if clean.split(".")[0].casefold() in _DEVICES else clean


def file_names(texts: Iterable[str]) -> dict[str, str]:
    """A different name for each text, also where letters' case does not count.

    >>> file_names(["A/B", "a:b"])
    {'A/B': 'A_B', 'a:b': 'a_b_2'}
    """
    taken: set[str] = set()
    names: dict[str, str] = {}
    for text in texts:
        name, number = safe_name(text), 2
        while name.casefold() in taken:
            name, number = f"{safe_name(text)}_{number}", number + 1
        taken.add(name.casefold())
        names[text] = name
    return names
