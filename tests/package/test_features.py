"""Every feature a workbook may have outlives the setting of cells and the insertion of rows."""

import io
import re
import warnings
from datetime import date

import pytest
from openpyxl import load_workbook
from package.bricks import OTHER, SHEET, WORKBOOK
from package.making import ALL
from package.proving import (
    changed_parts,
    differences,
    elements,
    other_values,
    packed,
    rows,
    shell,
    unpacked,
    values,
)

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError

EDITED = {"台账": {"B3", "F9", "A4"}}
SIGNED = {"signature"}
REFUSED = {  # rows cannot be put in at 3, because of
    "array_formula": "数组",
    "dynamic_array": "数组",
    "pivot_table": "透视",
}
MOVED = {  # feature → part → what stands there once two rows are put in at 3
    "shared_strings": {SHEET: ["SUM(B2:B6)", "C6/B6"], OTHER: ["台账!B7"]},
    "sparklines": {SHEET: ["台账!B5:C5", ">F5<", ">F6<", "台账!B2:C2", ">F2<"]},
    "data_bar_2010": {SHEET: ['sqref="C2:C6"', 'sqref="B2:B6 D2:D6"', "$B$7/2", ">C2:C6<"]},
    "validations": {SHEET: ['sqref="B2:C6"', "$B$7", ">E2:E6<", "参数!$A$2:$A$3"]},
    "hyperlinks": {SHEET: ['ref="A5"', 'ref="A6"', 'ref="A7:B7"', "台账!B6", "参数!A2"]},
    "defined_names": {
        WORKBOOK: ["台账!$A$1:$D$7", "台账!$A:$A,台账!$1:$1", "台账!$B$7", "台账!$A$2,0,0,COUNTA(台账!$A$2:$A$6)", ">0.06<"]
    },
    "page_breaks": {SHEET: ['<brk id="5"', '<brk id="2"']},
    "protected_ranges": {SHEET: ['sqref="B2:C6"']},
    "data_table_formula": {SHEET: ['ref="B11:B12"', 'r1="A10"']},
    "merged_cells": {SHEET: ['ref="E2:F6"', 'ref="A9:D9"']},
    "auto_filter": {SHEET: ['ref="A1:D6"', 'ref="A2:D6"', 'ref="B2:B6"'], WORKBOOK: ["台账!$A$1:$D$6"]},
    "ignored_errors": {SHEET: ['sqref="A2:A6 B7"']},
    "frozen_panes": {SHEET: ['topLeftCell="B2"', 'ref="A1:D7"']},
    "text_box": {"xl/drawings/drawing1.xml": ["<xdr:row>5</xdr:row>", "<xdr:row>8</xdr:row>", "填表说明"]},
    "form_button": {SHEET: ["row>8<", "row>9<"], "xl/drawings/vmlDrawing1.vml": ["5, 0, 8, 0, 7, 0, 9, 10"]},
    "chart": {"xl/charts/chart1.xml": ["台账!$B$2:$B$6", "台账!$A$2:$A$6", "台账!$B$1<"]},
    "chart_sheet": {"xl/charts/chart1.xml": ["台账!$B$2:$B$6"]},
    "table": {"xl/tables/table1.xml": ['ref="A1:D6"', "表1[[#This Row],[办结件数]]"], SHEET: ["SUM(表1[受理件数])"]},
    "slicer": {"xl/tables/table1.xml": ['ref="A1:D6"']},
    "legacy_note": {"xl/comments1.xml": ['ref="B5"', 'ref="A7"'], "xl/drawings/vmlDrawing1.vml": ["<x:Row>4</x:Row>", "<x:Row>6</x:Row>"]},
    "threaded_note": {"xl/comments1.xml": ['ref="B5"'], "xl/threadedComments/threadedComment1.xml": ['ref="B5"']},
    "shared_formulas": {SHEET: ["B2-C2", "B5-C5", "B6-C6"]},
    "external_link": {SHEET: ["B7-[1]台账!B5"]},
}  # fmt: skip


@pytest.fixture(params=ALL)
def feature(request):
    return request.param


def edited(data, feature, edit, folder):
    """The file after an edit."""
    target = folder / f"{feature}.xlsx"
    with package.open(data, allow_unsigned=feature in SIGNED) as book:
        edit(book)
        book.save(target)
    return target.read_bytes()


def set_cells(book):
    book.set("台账", "B3", 7)
    book.set("台账", "F9", "新增 <&> 内容")
    book.set("台账", "A4", "城南支行（新）")


def test_making_gives_the_same_bytes_every_time(feature):
    assert ALL[feature]() == ALL[feature]()


def test_setting_cells_changes_nothing_else(feature, tmp_path):
    data = ALL[feature]()
    after = edited(data, feature, set_cells, tmp_path)
    assert differences(data, after, EDITED) == []
    assert other_values(data, after, EDITED) == []


def test_set_cells_are_read_by_another_library(feature, tmp_path):
    after = edited(ALL[feature](), feature, set_cells, tmp_path)
    found = values(after)["台账"]
    assert {address: found.get(address) for address in sorted(EDITED["台账"])} == {
        "A4": "城南支行（新）",
        "B3": 7,
        "F9": "新增 <&> 内容",
    }


def test_a_colour_alone_leaves_every_value_and_every_part_but_styles(feature, tmp_path):
    data = ALL[feature]()
    after = edited(data, feature, lambda book: book.set("台账", "B3", fill="FFF2CC"), tmp_path)
    parts = {name.replace("\\", "/").lower() for name in changed_parts(data, after)}
    assert parts == {"xl/styles.xml", "xl/worksheets/sheet1.xml"}
    assert values(after) == values(data) or feature == "utf16_sheet"  # calamine reads no UTF-16
    assert styles_before(data) == styles_before(after)[: len(styles_before(data))]


def styles_before(data):
    """Cell styles in order."""
    text = next(content for name, content in unpacked(data).items() if "styles" in name.lower()).decode()
    inside = re.search(r"<cellXfs[^>]*>(.*)</cellXfs>", text, re.DOTALL)[1]
    return re.findall(r"<xf\b.*?(?=<xf\b|$)", inside, re.DOTALL)


def test_sums_and_ratios_of_what_changed_are_written(tmp_path):
    after = edited(ALL["cached_values"](), "cached_values", set_cells, tmp_path)
    found = values(after)["台账"]
    assert found["B5"] == 23
    assert found["D5"] == pytest.approx(16 / 23)
    assert found["D3"] == pytest.approx(2 / 7)
    assert found["E2"] == 2  # depends on nothing that changed


def test_adding_a_sheet_and_notes_keeps_every_feature(feature, tmp_path):
    data = ALL[feature]()

    def edit(book):
        book.set("台账", "C3", fill="FFF2CC", note="请核对")
        if feature == "structure_protection":
            return
        book.add_sheet("校验结果", [("单元格", "问题"), ("C3", "请核对")], first=True)

    after = edited(data, feature, edit, tmp_path)
    kept = {name for name in packed(data) if not name.lower().endswith("calcchain.xml")}
    assert kept <= packed(after).keys()
    assert elements(data) - elements(after) == {}
    if feature == "structure_protection":
        return
    found = values(after)
    assert next(iter(found)) == "校验结果"
    assert found["校验结果"] == {"A1": "单元格", "B1": "问题", "A2": "C3", "B2": "请核对"}
    assert {title: found.get(title) for title in values(data)} == values(data) or feature == "utf16_sheet"


def test_inserting_rows_moves_values_and_keeps_every_feature(feature, tmp_path):
    data = ALL[feature]()
    if feature in REFUSED:
        with pytest.raises(WorkbookError, match=REFUSED[feature]):
            edited(data, feature, lambda book: book.insert_rows("台账", at=3, count=2), tmp_path)
        assert not list(tmp_path.iterdir())
        return
    after = edited(data, feature, lambda book: book.insert_rows("台账", at=3, count=2), tmp_path)
    assert elements(data) - elements(after) == {}
    assert {name.lower() for name in packed(data)} - {name.lower() for name in packed(after)} <= {"xl/calcchain.xml"}
    assert plain_values(after) == {moved(address): value for address, value in plain_values(data).items()}
    parts = unpacked(after)
    for part, fragments in MOVED.get(feature, {}).items():
        text = parts[part].decode()
        assert [fragment for fragment in fragments if fragment not in text] == []


def plain_values(data):
    """Address → content of cells of 台账 without formula."""
    part = next(name for name in unpacked(data) if name.replace("\\", "/").lower() == SHEET)
    return {
        address: (cell.kind, cell.content)
        for address, cell in rows(unpacked(data)[part]).cells.items()
        if not cell.formula and cell.content
    }


def moved(address):
    letters, row = re.fullmatch(r"([A-Z]+)([0-9]+)", address).groups()
    return f"{letters}{int(row) + 2 * (int(row) >= 3)}"


def test_repeating_a_row_copies_it_and_keeps_every_feature(feature, tmp_path):
    data = ALL[feature]()
    if feature in REFUSED:
        with pytest.raises(WorkbookError):
            edited(data, feature, lambda book: book.repeat_row("台账", row=3, count=4), tmp_path)
        return
    after = edited(data, feature, lambda book: book.repeat_row("台账", row=3, count=4), tmp_path)
    assert elements(data) - elements(after) == {}
    if feature == "empty_rows":
        return
    part = next(name for name in unpacked(after) if name.replace("\\", "/").lower() == SHEET)
    cells = rows(unpacked(after)[part]).cells
    for row in (4, 5, 6):
        assert {cells[f"{letter}{row}"].content for letter in "ABC"} == {
            cells[f"{letter}3"].content for letter in "ABC"
        }
        assert f"C{row}/B{row}" in cells[f"D{row}"].formula
        assert cells[f"D{row}"].style == cells["D3"].style
    assert "SUM(B2:B7)" in cells["B8"].formula


def test_a_signed_file_is_not_changed_unasked(tmp_path):
    book = package.open(ALL["signature"]())
    book.set("台账", "B3", 7)
    with pytest.raises(WorkbookError, match="签名"):
        book.save(tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("feature", "cell"),
    [("array_formula", "E3"), ("array_formula", "E2"), ("data_table_formula", "B10"), ("dynamic_array", "F3")],
)
def test_part_of_an_array_is_not_overwritten(feature, cell, tmp_path):
    with pytest.raises(WorkbookError, match=cell):
        edited(ALL[feature](), feature, lambda book: book.set("台账", cell, 1), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_formula_others_share_is_not_overwritten(tmp_path):
    with pytest.raises(WorkbookError, match="E2"):
        edited(ALL["shared_formulas"](), "shared_formulas", lambda book: book.set("台账", "E2", 5), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_workbook_with_protected_structure_takes_no_sheet(tmp_path):
    with pytest.raises(WorkbookError, match="结构受保护"):
        edited(ALL["structure_protection"](), "", lambda book: book.add_sheet("校验结果", []), tmp_path)


@pytest.mark.parametrize(("feature", "number"), [("shared_strings", 46295), ("dates_1904", 44833)])
def test_a_date_is_written_in_the_date_system_of_the_workbook(feature, number, tmp_path):
    after = edited(ALL[feature](), feature, lambda book: book.set("台账", "E3", date(2026, 9, 30)), tmp_path)
    cell = rows(unpacked(after)[SHEET]).cells["E3"]
    assert f">{number}<" in cell.content
    assert str(package.open(after).value("台账", "E3")).startswith("2026-09-30")


def test_everything_outside_the_rows_is_the_same_bytes(feature, tmp_path):
    data = ALL[feature]()
    after = edited(data, feature, set_cells, tmp_path)
    part = next(name for name in unpacked(data) if name.replace("\\", "/").lower() == SHEET)
    assert shell(unpacked(data)[part]) == shell(unpacked(after)[part])


@pytest.mark.parametrize(
    "feature", ["text_box", "sparklines", "data_bar_2010", "form_button", "slicer", "wps_custom_xml"]
)
def test_the_comparison_sees_what_another_library_loses(feature):
    data, held = ALL[feature](), io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_workbook(io.BytesIO(data)).save(held)
    assert elements(data) - elements(held.getvalue()) != {}
    assert differences(data, held.getvalue(), {}) != []
    assert differences(data, data, {}) == []
