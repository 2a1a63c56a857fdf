"""diff 比较: what differs between two workbooks, such as the one sent out and the one that came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.comparing import Group, each_difference, grouped
from xiaobao_xl.package.parts import Parts

SHOWN = 5  # of each group of equal differences, unless all are wanted
LINES_PER_SHEET = 40  # more than this is read elsewhere, not on a screen
_ALL = 1 << 60


@dataclass(frozen=True, slots=True)
class Compared:
    """Two workbooks compared.

    Attributes:
        old: the file as it was.
        new: the file as it is now.
        groups: differences of one kind together, in the order of the sheets.
    """

    old: Path
    new: Path
    groups: list[Group]

    @property
    def count(self) -> int:
        """How many things differ."""
        return sum(group.count for group in self.groups)

    def counts(self) -> dict[str, int]:
        """Title of each sheet that differs, "" for the workbook as a whole → how many things differ there."""
        found: Counter[str] = Counter()
        for group in self.groups:
            found[group.sheet] += group.count
        return dict(found)

    def lines(self, *, every: bool = False, per_sheet: int = LINES_PER_SHEET) -> Iterator[str]:
        """What a person reads: groups in order, of each sheet no more than so many lines, unless all are wanted."""
        by_sheet: dict[str, list[Group]] = {}
        for group in self.groups:
            by_sheet.setdefault(group.sheet, []).append(group)
        for sheet, groups in by_sheet.items():
            told = 0
            for position, group in enumerate(groups):
                lines = list(group.lines(_ALL if every else SHOWN))
                if not every and told and told + len(lines) > per_sheet:
                    rest = groups[position:]
                    yield (
                        f"{sheet or '工作簿'}：另有 {len(rest)} 类共 {sum(group.count for group in rest):,} 处不同；"
                        "加 --all 全部列出，加 --json 结果.json 可取全部。"
                    )
                    break
                yield from lines
                told += len(lines)

    def as_json(self) -> dict[str, Any]:
        """For machines: every difference with kind, sheet, place, old, new and a sentence."""
        return {
            "old": str(self.old),
            "new": str(self.new),
            "same": not self.groups,
            "count": self.count,
            "differences": [difference.as_json() for group in self.groups for difference in group.shown],
        }


def compare(old: Path, new: Path, *, every: bool = False, step: Callable[[str], None] = lambda _: None) -> Compared:
    """Compare two workbooks by what they mean.

    Args:
        old: the file as it was.
        new: the file as it is now.
        every: keep all differences, not only the first of each kind.
        step: told what is being done.

    Raises:
        WorkbookError: one of them cannot be read; the sentence names it.
    """
    step("比较两个工作簿")
    before, after = _parts(old), _parts(new)
    try:
        groups = grouped(each_difference(before, after), _ALL if every else SHOWN)
    except WorkbookError as problem:
        raise WorkbookError(f"{old.name} 与 {new.name}：{problem}") from None
    finally:
        before.archive.close()
        after.archive.close()
    return Compared(old, new, groups)


def _parts(path: Path) -> Parts:
    try:
        return Parts(Archive(path))
    except WorkbookError as problem:
        sentence = str(problem)
        raise WorkbookError(sentence if path.name in sentence else f"{path.name}：{sentence}") from None
