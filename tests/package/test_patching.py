"""Cells changed while the rows of a sheet stream by."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from package.bricks import SHEET, Bricks, zipped

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.book import Book
from xiaobao_xl.package.cells import CellError, Formula
from xiaobao_xl.package.references import address


def sheet_of(rows: str, **shell: str) -> bytes:
    """A workbook whose sheet 台账 holds these rows and nothing else."""
    book = Bricks()
    book.rows.clear()
    book.shell |= shell
    data = book.files()
    data[SHEET] = re.sub(rb"<sheetData>.*?</sheetData>", rows.encode(), data[SHEET])
    return zipped(data)


def rows_after(data: bytes, tmp_path: Path, *edits: tuple[str, object]) -> str:
    book = Book(data)
    for place, value in edits:
        book.set("台账", place, value)  # type: ignore[arg-type]
    book.save(tmp_path / "后.xlsx")
    with Archive(tmp_path / "后.xlsx") as archive:
        found = re.search(rb"<sheetData.*", archive.read(SHEET), re.DOTALL)
    assert found
    return found.group().decode().partition("</sheetData>")[0]


@pytest.mark.parametrize(
    ("before", "place", "value", "after"),
    [
        ("<sheetData/>", "B2", 1, '<sheetData><row r="2"><c r="B2"><v>1</v></c></row>'),
        ('<sheetData><row r="1"/></sheetData>', "A1", 1, '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'),
        (
            '<sheetData><row r="3"><c r="A3"><v>1</v></c><c r="C3"><v>2</v></c></row></sheetData>',
            "B3",
            True,
            '<sheetData><row r="3"><c r="A3"><v>1</v></c><c r="B3" t="b"><v>1</v></c><c r="C3"><v>2</v></c></row>',
        ),
        (
            '<sheetData><row r="5"><c r="A5"/></row></sheetData>',
            "A4",
            2,
            '<sheetData><row r="4"><c r="A4"><v>2</v></c></row><row r="5"><c r="A5"/></row>',
        ),
        (
            "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>",
            "A2",
            9,
            "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>9</v></c></row>",
        ),
        (
            "<sheetData><row><c><v>1</v></c></row></sheetData>",
            "C1",
            9,
            '<sheetData><row><c><v>1</v></c><c r="C1"><v>9</v></c></row>',
        ),
        (
            "<sheetData><row r='1' spans='1:2'><c r='A1' t='str'><f>1&amp;2</f><v>12</v></c></row></sheetData>",
            "D1",
            9,
            "<sheetData><row r='1'><c r='A1' t='str'><f>1&amp;2</f><v>12</v></c><c r=\"D1\"><v>9</v></c></row>",
        ),
        (
            '<sheetData><row r="1"><c r="A1" s="1" t="s"><v>0</v></c></row></sheetData>',
            "A1",
            None,
            '<sheetData><row r="1"><c r="A1" s="1"/></row>',
        ),
        (
            '<sheetData><row r="1"><c r="A1" t="s" cm="1" vm="2"><v>0</v></c><extLst/></row></sheetData>',
            "A1",
            Formula("=1+1"),
            '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><extLst/></row>',
        ),
        (
            '<sheetData><row r="1"><c r="A1"><v>1</v></c><extLst/></row></sheetData>',
            "B1",
            CellError("#N/A"),
            '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><extLst/></row>',
        ),
        (
            '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>写着 r="B1" 的字</t></is></c></row></sheetData>',
            "B1",
            "x",
            '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>写着 r="B1" 的字</t></is></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>',
        ),
    ],
    ids=[
        "no rows", "an empty row", "between cells", "a new row", "rows without numbers", "cells without addresses",
        "outside spans", "emptied", "a formula", "before an extension", "an address in a text",
    ],
)  # fmt: skip
def test_only_the_cell_changes(before: str, place: str, value: object, after: str, tmp_path: Path) -> None:
    assert rows_after(sheet_of(before), tmp_path, (place, value)) == after


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        ('<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c>', "A2", "A1:A2 的数组公式"),
        ('<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c>', "A1", "A1:A2 的数组公式"),
        ('<c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1"><f t="shared" si="0"/></c>', "A1", "共用公式"),
        ('<c r="A1"><f t="shared" ref="A1:B1" si="0">C1</f></c><c r="B1"><f t="shared" si="0"/></c>', "B1", "共用公式"),
    ],
)
def test_part_of_a_formula_of_several_cells_is_not_overwritten(
    cells: str, place: str, words: str, tmp_path: Path
) -> None:
    rows = f'<sheetData><row r="1">{cells}</row><row r="2"><c r="A2"><v>2</v></c></row></sheetData>'
    book = Book(sheet_of(rows))
    book.set("台账", place, 5)
    with pytest.raises(WorkbookError, match=f"台账!{place} .*{words}"):
        book.save(tmp_path / "后.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_formula_may_be_coloured_without_losing_its_value(tmp_path: Path) -> None:
    book = Book(Bricks().build())
    before = book.value("台账", "B5")
    book.set("台账", "B5", fill="FFF2CC")
    book.save(tmp_path / "后.xlsx")
    cell = load_workbook(tmp_path / "后.xlsx")["台账"]["B5"]
    assert (cell.value, cell.fill.start_color.rgb) == ("=SUM(B2:B4)", "FFFFF2CC")
    assert Book(tmp_path / "后.xlsx").value("台账", "B5") == before


def test_a_new_cell_looks_as_its_column_prescribes(tmp_path: Path) -> None:
    data = sheet_of("<sheetData/>", cols='<cols><col min="2" max="3" width="12" style="1"/></cols>')
    book = Book(data)
    book.set("台账", "B9", 0.5)
    book.set("台账", "D9", date(2026, 1, 5))
    book.save(tmp_path / "后.xlsx")
    sheet = load_workbook(tmp_path / "后.xlsx")["台账"]
    assert (sheet["B9"].number_format, sheet["D9"].number_format) == ("0.00%", "yyyy\\-mm\\-dd")
    assert Book(tmp_path / "后.xlsx").value("台账", "D9") == date(2026, 1, 5)


def test_comments_and_literal_sections_among_rows_do_not_mislead(tmp_path: Path) -> None:
    rows = (
        '<sheetData><!-- <row r="1"><c r="A1"><v>9</v></c></row> --><row r="1"><c r="A1" t="inlineStr"><is><t>'
        '<![CDATA[a<b & </row>]]></t></is></c></row><row r="2"><c r="A2"><v>3</v></c></row></sheetData>'
    )
    book = Book(sheet_of(rows))
    assert (book.value("台账", "A1"), book.value("台账", "A2")) == ("a<b & </row>", 3)
    book.set("台账", "A2", 4)
    book.save(tmp_path / "后.xlsx")
    again = Book(tmp_path / "后.xlsx")
    assert (again.value("台账", "A1"), again.value("台账", "A2")) == ("a<b & </row>", 4)


CELLS = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(1, 8)),
    st.one_of(st.integers(-1000, 1000), st.text("甲乙 a<&_x0D]", max_size=6), st.booleans(), st.none()),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=CELLS, new=CELLS)
def test_any_cells_set_are_there_and_all_others_stay(
    there: dict[tuple[int, int], object], new: dict[tuple[int, int], object], tmp_path: Path
) -> None:
    book = Book(sheet_of("<sheetData/>"))
    for place, value in there.items():
        book.set("台账", address(*place), value)  # type: ignore[arg-type]
    book.save(tmp_path / "先.xlsx")
    with Book(tmp_path / "先.xlsx") as second:
        for place, value in new.items():
            second.set("台账", address(*place), value)  # type: ignore[arg-type]
        second.save(tmp_path / "后.xlsx")
    with Book(tmp_path / "后.xlsx") as third:
        found = {place: cell.value for place, cell in third.each("台账") if cell.value is not None}
    expected = {place: value for place, value in {**there, **new}.items() if value not in {None, ""} or value is False}
    assert found == expected
