"""What every part of a range stands on: its sheet, and where on it the cells lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xiaobao_xl.libreoffice.addresses import Area

if TYPE_CHECKING:
    from xiaobao_xl.libreoffice.sheets import Sheet


class Cells:
    """Cells of a sheet.

    Attributes:
        sheet: the sheet.
        area: where it lies.
    """

    sheet: Sheet
    area: Area

    @property
    def api(self) -> Any:
        """The UNO range; None for an empty one."""
        return self.sheet.cells_of(self.area) if self.area.cell_count else None

    @property
    def _changeable(self) -> Any:
        return self.sheet.changeable(self.area)
