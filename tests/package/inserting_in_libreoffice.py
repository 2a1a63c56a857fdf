"""Run by LibreOffice's own Python: opens workbooks, inserts rows as a person would, and says what is then in them.

    python inserting_in_libreoffice.py SOCKET < jobs.json > pictures.json

A job is [file, sheet, first new row, rows, row to be copied into them or 0]; with 0 rows the file is only looked at.
"""

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.uno import RuntimeException


def desktop(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("LibreOffice does not answer")


def named(area, sheets):
    first = f"{sheets[area.Sheet]}!{area.StartColumn},{area.StartRow}"
    return f"{first}:{area.EndColumn},{area.EndRow}"


def picture(book):
    book.calculateAll()
    sheets = [sheet.Name for sheet in book.Sheets]
    seen = {
        "names": {name: book.NamedRanges.getByName(name).Content for name in book.NamedRanges.ElementNames},
        "ranges": {
            name: named(book.DatabaseRanges.getByName(name).DataArea, sheets)
            for name in book.DatabaseRanges.ElementNames
        },
    }
    for sheet in book.Sheets:
        seen[sheet.Name] = of_sheet(sheet, sheets)
    return seen


def of_sheet(sheet, sheets):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    cells, merges, rules, heights = {}, set(), {}, []
    for row in range(last.EndRow + 1):
        heights.append([sheet.Rows.getByIndex(row).Height, sheet.Rows.getByIndex(row).IsVisible])
        for column in range(last.EndColumn + 1):
            cell = sheet.getCellByPosition(column, row)
            if cell.Formula:
                fields = cell.TextFields
                links = (
                    [fields.getByIndex(place).URL for place in range(fields.Count)] if cell.Type.value == "TEXT" else []
                )
                cells[f"{column},{row}"] = [cell.Formula, cell.String, cell.NumberFormat, links]
            if cell.IsMerged:
                area = sheet.createCursorByRange(cell)
                area.collapseToMergedArea()
                merges.add(named(area.RangeAddress, sheets))
            if cell.Validation.Type.value != "ANY":
                rules[f"{column},{row}"] = [
                    cell.Validation.Type.value,
                    cell.Validation.getFormula1(),
                    cell.Validation.getFormula2(),
                ]
    formats = []
    for found in sheet.ConditionalFormats.ConditionalFormats:
        entries = [found.getByIndex(place) for place in range(found.Count)]
        formulas = [entry.Formula1 for entry in entries if hasattr(entry, "Formula1")]
        formats.append([sorted(named(area, sheets) for area in found.Range.RangeAddresses), formulas])
    return {
        "cells": cells,
        "merges": sorted(merges),
        "rules": rules,
        "heights": heights,
        "formats": sorted(formats),
        "print areas": [named(area, sheets) for area in sheet.PrintAreas],
        "titles": named(sheet.TitleRows, sheets) if sheet.PrintTitleRows else "",
        "breaks": [found.Position for found in sheet.RowPageBreaks if found.ManualBreak],
        "notes": sorted(
            [
                named(note.Parent.RangeAddress, sheets)
                if hasattr(note.Parent, "RangeAddress")
                else f"{note.Position.Column},{note.Position.Row}",
                note.String,
            ]
            for note in sheet.Annotations
        ),
        "shapes": [[shape.Position.Y, shape.Size.Height] for shape in sheet.DrawPage],
        "local names": {name: sheet.NamedRanges.getByName(name).Content for name in sheet.NamedRanges.ElementNames},
    }


def change(sheet, at, count, copied):
    """New rows; where a row is copied, so are its cells, in one stroke down."""
    sheet.Rows.insertByIndex(at - 1, count)
    if copied:
        source = sheet.getCellRangeByPosition(0, copied - 1, 25, copied - 1).RangeAddress
        for row in range(at - 1, at - 1 + count):
            sheet.copyRange(sheet.getCellByPosition(0, row).CellAddress, source)


def main():
    office = desktop(sys.argv[1])
    hidden = PropertyValue(Name="Hidden", Value=True)
    pictures = []
    for file, title, at, count, copied in json.load(sys.stdin):
        book = office.loadComponentFromURL(Path(file).as_uri(), "_blank", 0, (hidden,))
        try:
            if count:
                change(book.Sheets.getByName(title), at, count, copied)
            pictures.append(picture(book))
        except (RuntimeException, AttributeError):  # LibreOffice does not open it, or refuses to insert rows
            pictures.append({})
        if book:
            book.close(True)
    json.dump(pictures, sys.stdout)
    with suppress(Exception):
        office.terminate()


main()
