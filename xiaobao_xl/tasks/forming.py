"""form 换表: marks moved from last period's form to the regulator's revised one, side by side for the officer to confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.intake import Step, require_xlsx, silent

if TYPE_CHECKING:
    from xiaobao_xl.workbook.form_cells import Form
    from xiaobao_xl.workbook.form_moves import Move


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Marks and where they go.

    Attributes:
        old: last period's form, with marks.
        new: the new one.
        moves: each mark's new cell.
    """

    old: Form
    new: Form
    moves: Sequence[Move]

    @property
    def is_unchanged(self) -> bool:
        """Both forms say the same in the same places."""
        return self.old.fingerprint == self.new.fingerprint

    def counts(self) -> dict[str, int]:
        """Verdict in words → number of marks."""
        from xiaobao_xl.workbook.form_moves import VERDICT_TITLES

        counts = Counter(move.verdict for move in self.moves)
        return {title: counts[verdict] for verdict, title in VERDICT_TITLES.items() if counts[verdict]}

    def doubtful(self) -> list[Move]:
        """Marks a person must look at."""
        return [move for move in self.moves if move.verdict in {"lost", "reworded"}]


def move_marks(new: Path, old: Path, *, step: Step = silent) -> Moved:
    """Find a cell of the new form for every mark of the old one.

    Args:
        new: the regulator's blank form.
        old: last period's form, with the officer's marks.
        step: told what is being done.

    Raises:
        WorkbookError: a file cannot be read, or the old one holds no marks.
    """
    from xiaobao_xl.workbook import form_cells, form_moves

    step(f"读取 {old.name}")
    last = form_cells.read_form(old)
    if not last.marked:
        raise WorkbookError(
            f"{old}：里面没有标记（如 {{{{ 本期收到 }}}}）；请给出上期填报时用的、带标记的那一份，而不是填好的报表"
        )
    step(f"读取 {new.name}")
    fresh = form_cells.read_form(new)
    return Moved(old=last, new=fresh, moves=form_moves.moves(last, fresh))


def write_moved(result: Moved, out: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Write the new form with marks, and the side-by-side workbook beside it; both or none.

    Returns:
        The marked form and the comparison.
    """
    from xiaobao_xl.workbook import form_moves
    from xiaobao_xl.workbook.drawing import refuse_existing

    if out.suffix.casefold() != result.new.path.suffix.casefold():
        require_xlsx(out)
    beside = out.with_name(f"{out.stem}_对照.xlsx")
    for target in (out, beside):
        refuse_existing(target, overwrite=overwrite)
    step("写带标记的新表")
    form_moves.write_marked(result.new, result.moves, out, overwrite=overwrite)
    form_moves.write_side_by_side(beside, result.old, result.new, result.moves, overwrite=overwrite)
    return [out, beside]
