"""Archiving 归档检查: which papers a complaint's file must hold, and how a file in a folder is known as one of them.

complaint:
  title: 投诉档案
  register: complaint
  numbers: [complaint_no, original_no]
  kinds:
    reply: {title: 答复材料, words: [答复, 告知书], when: {closed_on: filled}}

All of it is a setting of the institution, no law.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Schema

_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('\\/:*?"<>|_—–－＿', "-"))


@entry
class PaperKind:
    """A kind of paper.

    Attributes:
        title: its name (Chinese).
        words: words that tell it in the name of a file or of a folder.
        when: complaints that must have one.
        has: column of the register of files that says whether one is there; '' where there is none.
        note: for the reference.
    """

    title: str
    words: tuple[str, ...]
    when: Condition = field(default_factory=dict)
    has: str = ""
    note: str = ""


@entry
class Naming:
    """How a file ought to be named.

    Attributes:
        pattern: what the whole name must match.
        expected: the same in words, with an example (Chinese).
    """

    pattern: str
    expected: str


@entry
class Archiving:
    """How the files of one register are checked.

    Attributes:
        title: what is archived (Chinese).
        register: id of the register whose rows have files.
        numbers: columns whose numbers name a row in the name of a file or folder, the best first.
        least_signs: shorter numbers are not looked for: they stand in too many names.
        kinds: kind id → kind of paper.
        naming: how a file ought to be named; none leaves it open.
        files: id of the register of files, whose deadlines `not_before` say how long they are kept; '' where there is none.
        link: column there that holds the number of our row.
        file_class: column there on which those deadlines depend.
        file_name: column there that holds the name of the file.
        fingerprint: column there that holds its SHA-256.
        classes: value of that column → rows of ours it is taken for, the first that fits.
        note: for the reference.
    """

    title: str
    register: str
    numbers: tuple[str, ...]
    least_signs: int = 4
    kinds: Mapping[str, PaperKind]
    naming: Naming | None = None
    files: str = ""
    link: str = ""
    file_class: str = ""
    file_name: str = ""
    fingerprint: str = ""
    classes: Mapping[str, Condition] = field(default_factory=dict)
    note: str = ""

    def faults(self, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
        """What is wrong with the entry, conditions apart: key of the entry → sentence."""
        named = [("numbers", self.register, column) for column in self.numbers]
        if self.files:
            keys = ("link", "file_class", "file_name", "fingerprint")
            named += [(key, self.files, getattr(self, key)) for key in keys if key == "link" or getattr(self, key)]
            named += [(f"kinds.{name}.has", self.files, kind.has) for name, kind in self.kinds.items() if kind.has]
        for place, register, column in named:
            if register not in schemas:
                yield place.split(".", maxsplit=1)[0], f"台账 {register} 没有定义"
            elif column not in schemas[register].columns:
                yield place, f"列 {column} 没有定义"
        if self.files in schemas and self.file_class in schemas[self.files].columns:
            known = schemas[self.files].columns[self.file_class].values
            yield from (("classes", f"取值 {value} 没有定义") for value in self.classes if value not in known)
        for name, kind in self.kinds.items():
            if not any(word.strip() for word in kind.words):
                yield f"kinds.{name}.words", "至少写一个词：文件名或文件夹名里有它就算这种材料"
        if self.naming:
            yield from (("naming.pattern", what) for what in pattern_faults(self.naming.pattern))


@dataclass(frozen=True, slots=True)
class Belongs:
    """What the name of a file says.

    Attributes:
        numbers: numbers it names.
        kinds: ids of the kinds of paper it names.
        folder_numbers: numbers its folder names, where the file names others.
    """

    numbers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    folder_numbers: tuple[str, ...] = ()


class Names:
    """Numbers and words looked for in the names of files."""

    def __init__(self, rule: Archiving, numbers: Mapping[str, str]) -> None:
        """Prepare.

        Args:
            rule: words of the kinds.
            numbers: a number as written in the register → the number of its row.
        """
        self._words = {
            name: [_folded(word) for word in kind.words if word.strip()] for name, kind in rule.kinds.items()
        }
        self._numbers: dict[str, list[str]] = {}
        for written, key in numbers.items():
            if len(written.strip()) >= rule.least_signs:
                self._numbers.setdefault(_folded(written.strip()), []).append(key)
        self._lengths = sorted({len(number) for number in self._numbers}, reverse=True)

    def read(self, parts: Iterable[str]) -> Belongs:
        """What a path says: the name of the file comes first, then the nearest folder.

        Args:
            parts: folders from the outermost, and the name of the file.
        """
        *folders, file = [_folded(part) for part in parts]
        stem = file.rpartition(".")[0] or file
        own, near = self._named(stem), next((found for part in reversed(folders) if (found := self._named(part))), ())
        kinds = next((found for part in (stem, *reversed(folders)) if (found := self._kinds(part))), ())
        return Belongs(own or near, kinds, near if own and near and not set(own) & set(near) else ())

    def _named(self, name: str) -> tuple[str, ...]:
        """Numbers in a name; none that is only a part of a longer number."""
        found: list[str] = []
        taken = 0
        for start in range(len(name)):
            if start < taken or (start and _goes_on(name[start - 1], name[start])):
                continue
            for length in self._lengths:
                end = start + length
                keys = self._numbers.get(name[start:end]) if end <= len(name) else None
                if keys and (end == len(name) or not _goes_on(name[end - 1], name[end])):
                    found, taken = [*found, *keys], end
                    break
        return tuple(dict.fromkeys(found))

    def _kinds(self, name: str) -> tuple[str, ...]:
        return tuple(kind for kind, words in self._words.items() if any(word in name for word in words))


def pattern_faults(pattern: str) -> Iterator[str]:
    """Why a pattern cannot be used.

    >>> list(pattern_faults("(保本"))
    ['式子 (保本 写法不对：missing ), unterminated subpattern']
    """
    try:
        re.compile(pattern)
    except re.error as mistake:
        yield f"式子 {pattern} 写法不对：{mistake.msg}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(_NOT_IN_NAMES).casefold()


def _goes_on(left: str, right: str) -> bool:
    """Whether two neighbouring signs belong to one number."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
