"""The values formulas keep after cells changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from package.bricks import SHEET, Bricks
from package.making import ALL

from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.book import Book
from xiaobao_xl.package.cells import CellError, Formula


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "后.xlsx"


def test_sums_and_ratios_follow_a_change_through_sheets(saved: Path) -> None:
    book = Book(Bricks().build())
    book.set("台账", "B3", 14)
    book.save(saved)
    assert book.dropped == []
    after = Book(saved)
    assert [after.value("台账", place) for place in ("B5", "D3", "D5")] == [30, 2 / 14, 16 / 30]
    assert after.value("参数", "B1") == 30
    assert after.value("台账", "D2") == 0.8


def test_what_cannot_be_computed_is_taken_away_and_named(saved: Path) -> None:
    bricks = Bricks()
    bricks.put(7, '<c r="A7"><f>SUMPRODUCT(B2:B4,C2:C4)</f><v>124</v></c>')
    bricks.put(8, '<c r="A8" t="str"><f>TEXT(C2,"0")</f><v>8</v></c>')
    book = Book(bricks.build())
    book.set("台账", "B2", 1)
    book.save(saved)
    assert book.dropped == ["台账!A7"]
    cells = Book(saved).cells("台账", ["A7", "A8"])
    assert (cells["A7"].formula, cells["A7"].value) == ("SUMPRODUCT(B2:B4,C2:C4)", None)
    assert cells["A8"].value == "8"


def test_colours_alone_leave_every_value_and_ask_for_nothing(saved: Path) -> None:
    book = Book(Bricks().build())
    before = dict(book.each("台账"))
    book.set("台账", "B2", fill="FFF2CC", note="核对")
    book.save(saved)
    after = Book(saved)
    assert {place: cell.value for place, cell in after.each("台账")} == {place: c.value for place, c in before.items()}
    with Archive(saved) as archive:
        assert b"fullCalcOnLoad" not in archive.read("xl/workbook.xml")


def test_a_new_formula_gets_its_value_and_errors_spread(saved: Path) -> None:
    book = Book(Bricks().build())
    book.set("台账", "F1", Formula("=B2/0"))
    book.set("台账", "F2", Formula("F1+1"))
    book.set("台账", "F3", Formula('IF(B2>5,"多","少")'))
    book.save(saved)
    after = Book(saved)
    assert [after.value("台账", place) for place in ("F1", "F2", "F3")] == [
        CellError("#DIV/0!"),
        CellError("#DIV/0!"),
        "多",
    ]


def test_a_formula_overwritten_leaves_no_trace_in_the_chain(saved: Path) -> None:
    bricks = Bricks()
    bricks.add(
        "xl/calcChain.xml",
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="B5" i="1"/></calcChain>',
        "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml",
    )
    bricks.relate("xl/workbook.xml", "calcChain", "xl/calcChain.xml")
    book = Book(bricks.build())
    book.set("台账", "B5", 99)
    book.save(saved)
    with Archive(saved) as archive:
        assert "xl/calcChain.xml" not in archive.names
        assert b"calcChain" not in archive.read("[Content_Types].xml") + archive.read("xl/_rels/workbook.xml.rels")
        assert re.search(rb'<calcPr[^>]*fullCalcOnLoad="1"', archive.read("xl/workbook.xml"))
        assert b"<v>99</v>" in archive.read(SHEET)


def test_cells_filled_by_an_array_formula_are_known_to_hang_on_what_it_reads(saved: Path) -> None:
    bricks = Bricks()
    bricks.put(7, '<c r="A7"><f t="array" ref="A7:A8">B2:B3</f><v>10</v></c>')
    bricks.put(8, '<c r="A8"><v>4</v></c><c r="B8"><f>A8*2</f><v>8</v></c>')
    book = Book(bricks.build())
    book.set("台账", "B3", 5)
    book.save(saved)
    assert set(book.dropped) >= {"台账!A7", "台账!B8"}


def test_copied_rows_count_in_totals(saved: Path) -> None:
    bricks = Bricks()
    bricks.put(6, '<c r="B6"><f>SUM(B4:B4)</f><v>6</v></c>')
    book = Book(bricks.build())
    book.repeat_row("台账", 4, 3)
    book.set("台账", "B5", 7)
    book.set("台账", "C6", 3)
    book.save(saved)
    after = Book(saved)
    assert after.cells("台账", ["B8"])["B8"].formula == "SUM(B4:B6)"
    assert [after.value("台账", place) for place in ("B7", "B8", "D5", "D6")] == [
        10 + 4 + 6 + 7 + 6,
        6 + 7 + 6,
        6 / 7,
        3 / 6,
    ]


def test_a_formula_over_a_table_goes_stale_only_with_the_table(saved: Path) -> None:
    book = Book(ALL["table"]())
    over = next(place for place, cell in book.each("台账") if cell.formula and "[" in cell.formula)
    book.set("台账", "Z99", "远处")
    book.save(saved)
    assert book.dropped == []
    with Book(saved) as after:
        assert dict(after.each("台账"))[over].value == dict(book.each("台账"))[over].value
