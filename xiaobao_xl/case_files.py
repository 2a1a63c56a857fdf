"""Case files: what a folder holds for each complaint, and what it lacks; no file is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from xiaobao_xl.archiving import Archiving, Belongs
from xiaobao_xl.registers import Register


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One file.

    Attributes:
        path: from the folder, with `/`.
        size: bytes.
        changed_on: day it was last changed.
        sha256: its fingerprint; '' where it could not be read.
        belongs: what its name says.
        is_named_well: its name fits the rule.
    """

    path: str
    size: int
    changed_on: date
    sha256: str
    belongs: Belongs = field(default_factory=Belongs)
    is_named_well: bool = True

    @property
    def name(self) -> str:
        """Its name without the folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How long a file is kept.

    Attributes:
        until: last day of the period.
        title: the deadline it follows from.
        is_certain: the rule was seen in the text of the law; otherwise the day is for reference.
        says: how the day comes about (Chinese).
    """

    until: date
    title: str
    is_certain: bool
    says: str


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """The file of one complaint.

    Attributes:
        number: its number.
        row: row of the register.
        papers: its files.
        wanted: ids of the kinds that must be there.
        present: ids of the kinds that are there.
        kept: how long it is kept; None where no deadline applies.
    """

    number: str
    row: int
    papers: Sequence[Paper]
    wanted: tuple[str, ...]
    present: tuple[str, ...]
    kept: Kept | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds that must be there and are not."""
        return tuple(kind for kind in self.wanted if kind not in self.present)


@dataclass(frozen=True, kw_only=True)
class CaseFiles:
    """A folder checked.

    Attributes:
        rule: the settings.
        as_of: the day the question is asked.
        registers: what was read.
        cases: complaint by complaint, as in the register.
        papers: every file of the folder.
        strays: files that name no complaint of the register.
        duplicates: files with the same content, group by group.
        differences: number, what the register of files says and the folder does not.
        notes: what could not be judged, and why.
    """

    rule: Archiving
    as_of: date
    registers: Sequence[Register]
    cases: Sequence[CaseFile]
    papers: Sequence[Paper]
    strays: Sequence[Paper]
    duplicates: Sequence[Sequence[Paper]]
    differences: Sequence[tuple[str, str]]
    notes: Sequence[str]

    @property
    def incomplete(self) -> list[CaseFile]:
        """Cases that lack a paper."""
        return [case for case in self.cases if case.missing]

    @property
    def needs_eyes(self) -> bool:
        """Something is missing, stray, unreadable or does not agree."""
        unread = any(not paper.sha256 for paper in self.papers)
        return bool(self.incomplete or self.strays or self.differences or unread)

    def titles(self, kinds: Sequence[str]) -> str:
        """Titles of kinds of paper."""
        return "、".join(self.rule.kinds[kind].title for kind in kinds)

    def counts(self) -> dict[str, int]:
        """What the first lines say."""
        return {
            "投诉": len(self.cases),
            "材料齐全": len(self.cases) - len(self.incomplete),
            "缺材料": len(self.incomplete),
            "文件": len(self.papers),
            "没有写明投诉的文件": len(self.strays),
            "内容相同的文件组": len(self.duplicates),
            "认不出材料种类": sum(bool(paper.belongs.numbers) and not paper.belongs.kinds for paper in self.papers),
            "不合命名规则": sum(not paper.is_named_well for paper in self.papers),
            "空文件": sum(not paper.size for paper in self.papers),
            "读不到的文件": sum(not paper.sha256 for paper in self.papers),
            "与文档管理台账不一致": len(self.differences),
        }
