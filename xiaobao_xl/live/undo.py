"""What the last button changed, and the way back: kept as packed text on a hidden sheet.

Column A holds how things stood before the last button, column B how they stand now. A button's own marks are known from
column B, so that only the cells of added columns are read again.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live import columns, marks, results
from xiaobao_xl.live.columns import Block
from xiaobao_xl.live.doors import Door
from xiaobao_xl.live.marks import Layer
from xiaobao_xl.live.ours import UNDO, LiveBook, our_sheet, sheet_names

_CHUNK: Final = 32_000  # characters; a cell holds 32,767
_PREFIX: Final = "z"  # keeps the text from being taken for a formula or a number


@dataclass(frozen=True, kw_only=True)
class State:
    """Our marks and results as they stand.

    Attributes:
        layers: `check`, `classify` and `due` → marks.
        summary: the line above the list of findings.
        lines: that list; None where there is no sheet 校验结果.
    """

    layers: Mapping[str, Layer] = field(default_factory=dict)
    summary: str = ""
    lines: Sequence[results.Line] | None = None

    def with_layer(self, name: str, layer: Layer | None) -> State:
        """The state with one layer exchanged."""
        others = {key: kept for key, kept in self.layers.items() if key != name}
        return replace(self, layers=others | ({name: layer} if layer else {}))


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one button did.

    Attributes:
        verb: Chinese name of the button.
        before: marks and results before it.
        blocks: columns it wrote, with what stood there.
    """

    verb: str
    before: State
    blocks: Sequence[Block] = ()


def now(book: LiveBook) -> State:
    """Our marks and results as they stand."""
    kept = _unpack(book, "B")
    return _state(kept) if kept else State()


def last_change(book: LiveBook) -> Change | None:
    """What the last button did; None where nothing is left to undo."""
    kept = _unpack(book, "A")
    if not kept:
        return None
    blocks = [Block.from_json(block) for block in kept["blocks"]]
    return Change(verb=kept["verb"], before=_state(kept["before"]), blocks=blocks)


def keep(book: LiveBook, change: Change | None, state: State) -> None:
    """Remember a change (None: nothing is left to undo) and the state after it, in one call."""
    was = "" if change is None else _packed({
        "verb": change.verb, "before": _json(change.before), "blocks": [block.as_json() for block in change.blocks],
    })  # fmt: skip
    chunks = [_chunks(was), _chunks(_packed(_json(state)))]
    height = max(map(len, chunks))
    sheet = our_sheet(book, UNDO)
    sheet.range("A:B").clear_contents()
    table = [[chunk[row] if row < len(chunk) else None for chunk in chunks] for row in range(height)]
    sheet.range((1, 1), (height, 2)).options(ndim=2).value = table


def apply(book: LiveBook, door: Door, state: State, names: Sequence[str], *, with_results: bool) -> None:
    """Show marks and, where asked, the list of findings as a state has them."""
    for name in names:
        marks.show(book, door, name, state.layers.get(name))
    if with_results:
        results.show(book, door, state.summary, state.lines)


def back(book: LiveBook, door: Door, change: Change, state: State) -> None:
    """Put everything back as it was before a change.

    Raises:
        WorkbookError: columns were moved since.
    """
    names = sheet_names(book)
    for block in change.blocks:
        if block.sheet not in names or not columns.is_in_place(book.sheets[block.sheet], block):
            raise WorkbookError(
                f"“{change.verb}”加的列后来移动过或改了表头，不能自动撤销，什么都没有改；请手工删去这些列。"
            )
    for block in change.blocks:
        columns.restore(book.sheets[block.sheet], door, block)
    changed = [name for name in marks.LAYERS if change.before.layers.get(name) != state.layers.get(name)]
    has_other_results = (change.before.summary, change.before.lines) != (state.summary, state.lines)
    apply(book, door, change.before, changed, with_results=has_other_results)


def _json(state: State) -> dict[str, Any]:
    layers = {name: layer.as_json() for name, layer in state.layers.items()}
    lines = None if state.lines is None else [list(line) for line in state.lines]
    return {"layers": layers, "summary": state.summary, "lines": lines}


def _state(kept: Mapping[str, Any]) -> State:
    layers = {name: Layer.from_json(layer) for name, layer in kept["layers"].items()}
    return State(layers=layers, summary=kept["summary"], lines=kept["lines"])


def _packed(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 1)).decode("ascii")


def _chunks(text: str) -> list[str]:
    return [_PREFIX + text[start : start + _CHUNK] for start in range(0, max(len(text), 1), _CHUNK)]


def _unpack(book: LiveBook, letter: str) -> Mapping[str, Any]:
    """The content of one column; empty where there is none or it was spoilt by hand."""
    if UNDO not in sheet_names(book):
        return {}
    sheet = book.sheets[UNDO]
    cells = sheet.range(f"{letter}1:{letter}{int(sheet.used_range.last_cell.row)}").options(ndim=1).value
    text = "".join(str(cell)[1:] for cell in cells if cell)
    if not text:
        return {}
    try:
        found: Mapping[str, Any] = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except (ValueError, zlib.error):
        return {}
    return found
