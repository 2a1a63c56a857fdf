"""Autofilters, looked at only: writing into a range leaves them as they are."""

from __future__ import annotations

from typing import Any

from xiaobao_xl.libreoffice.addresses import Area, area_of


def filtered_areas(document: Any, sheet_index: int) -> list[Area]:
    """Areas of a sheet, counted from 0, that show the arrows of an autofilter."""
    named = [document.DatabaseRanges.getByName(name) for name in document.DatabaseRanges.ElementNames]
    unnamed = document.getPropertyValue("UnnamedDatabaseRanges")  # not told to those who look for attributes
    if unnamed.hasByTable(sheet_index):
        named.append(unnamed.getByTable(sheet_index))
    return [area_of(one.DataArea) for one in named if one.AutoFilter and one.DataArea.Sheet == sheet_index]
