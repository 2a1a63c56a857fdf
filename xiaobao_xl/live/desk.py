"""What every button begins and ends with: the register in front of the officer, and a change made whole or not at all."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live import columns, obstacles, status, undo
from xiaobao_xl.live.doors import Door, door_of
from xiaobao_xl.live.marks import Layer
from xiaobao_xl.live.ours import SHEETS, LiveBook, LiveSheet, sheet_names
from xiaobao_xl.live.reading import live_book
from xiaobao_xl.live.results import Line
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks import Reading, read_layouts
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.headings import NOT_READ


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A live workbook, ready to be worked on.

    Attributes:
        book: the open workbook.
        door: the way to what xlwings has no word for.
        sheet: the register's sheet.
        path: where the book lies.
        trouble: what is wrong with that place, '' where nothing is.
        before: our marks and results as they stand.
    """

    book: LiveBook
    door: Door
    sheet: LiveSheet
    path: Path
    trouble: str
    before: undo.State

    @property
    def step(self) -> Callable[[str], None]:
        """Tells the status bar what is being done."""
        return lambda text: status.progress(self.book, text)

    def grids(self) -> Book:
        """The workbook as the verbs read it."""
        return live_book(self.book, self.door, self.path)

    def reading(self, ours: Sequence[str] = ()) -> Reading:
        """The register's sheet, by the institution's headings; columns that are ours are not read."""
        known = dict.fromkeys(ours, NOT_READ)
        own = read_layouts(None, beside=self.path)
        layouts = {name: {**known, **headings} for name, headings in own.items()} or {"消保": known}
        return Reading(sheet=(str(self.sheet.name),), layouts=layouts)

    def remark(self) -> str:
        """What the officer should know about where the book lies."""
        if self.door.is_read_only(self.book):
            return "工作簿是只读打开的，标记要另存才留得住。"
        if self.trouble and not self.path.parent.is_dir():
            return f"{self.trouble}，旁边的 headings.yaml 与 waivers.yaml 没有用到。"
        return ""

    def change(
        self,
        verb: str,
        layers: Mapping[str, Layer | None],
        *,
        found: tuple[str, Sequence[Line] | None] | None = None,
        planned: columns.Plan | None = None,
    ) -> None:
        """Write marks, findings and columns; where anything fails, all is put back before the fault goes on.

        Args:
            verb: Chinese name of the button.
            layers: layer → its new marks; None takes them away.
            found: the line above the list of findings, and the list; None leaves the sheet as it is.
            planned: columns to write.
        """
        state = self.before
        for name, layer in layers.items():
            state = state.with_layer(name, layer)
        if found is not None:
            state = replace(state, summary=found[0], lines=found[1])
        done = undo.Change(verb=verb, before=self.before, blocks=planned.blocks if planned else ())
        with status.uncalculated(self.book):
            try:
                if planned:
                    columns.write(self.sheet, self.door, planned)
                undo.apply(self.book, self.door, state, list(layers), with_results=found is not None)
                undo.keep(self.book, done, state)
            except Exception:
                self._put_back(done, list(layers), with_results=found is not None)
                raise

    def _put_back(self, done: undo.Change, names: Sequence[str], *, with_results: bool) -> None:
        """As far as the program still answers; the first fault is the one to tell."""
        with contextlib.suppress(Exception):
            for block in done.blocks:
                columns.restore(self.sheet, self.door, block)
            undo.apply(self.book, self.door, self.before, names, with_results=with_results)


@contextlib.contextmanager
def desk_of(book: LiveBook, *, writes: bool = True) -> Iterator[Desk]:
    """Set to work on the register in front; refuse, before anything is written, where that cannot be done.

    Args:
        book: the open workbook.
        writes: marks, columns or sheets will be written.
    """
    obstacles.refuse_twins(book)
    door = door_of(book, sys.platform)
    path, trouble = obstacles.place_of(door.full_name(book))
    before = undo.now(book)
    sheet = _register_sheet(book, before)
    if writes:
        obstacles.refuse_marking(book, sheet, door)
    with status.steady(book), _without_collection():
        yield Desk(book=book, door=door, sheet=sheet, path=path, trouble=trouble, before=before)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """A button makes many small objects, none of them garbage before its end; looking for some takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _register_sheet(book: LiveBook, before: undo.State) -> LiveSheet:
    """The sheet in front or, where that is ours, the one last checked, or the first of the others."""
    names = sheet_names(book)
    active = str(book.sheets.active.name)
    if active in names and active not in SHEETS:
        return book.sheets[active]
    last = next((layer.sheet for layer in before.layers.values() if layer.sheet in names), "")
    others = [name for name in names if name not in SHEETS]
    if not others:
        raise WorkbookError(f"{book.name} 里没有台账；请切换到台账所在的工作表再点。")
    return book.sheets[last or others[0]]


def rules_of(book: LiveBook) -> Rules:
    """The shipped rules, or the institution's own named beside the status cell."""
    own = status.settings(book)["规则文件"]
    if own and not Path(own).is_file():
        raise WorkbookError(f"工作表“消保状态”里写的规则文件 {own} 找不到；请改正或清空那一格。")
    return load_rules(Path(own) if own else None)
