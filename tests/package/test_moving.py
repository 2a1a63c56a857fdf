"""Rows inserted: the sheet's rows, what lies over them, and everything that points there, LibreOffice asked for its view."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package import making, making_drawn, making_parts
from package.bricks import OTHER, SHEET, SPACES, WORKBOOK, Bricks, zipped

from xiaobao_xl.package import followers, limits, moving, overlays, repeating, row_bytes
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import Markup
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.references import Shift, letters

TITLE = "台账"
INSIDE = Shift(TITLE, at=3, count=2)
REPEATED = Shift(TITLE, at=4, count=2, stretches_at=3)


def moved(data: bytes, shift: Shift) -> dict[str, str]:
    """The parts after inserting; only those changed, as text."""
    parts = Parts(Archive(data))
    directory = Directory(parts)
    assert followers.obstacles(parts, directory, shift) == []
    followers.insert(parts, directory, shift)
    return {name: content.decode("utf-8") for name, content in parts.changed().items()}


def inserted(data: bytes, shift: Shift) -> bytes:
    """The file after inserting."""
    parts = Parts(Archive(data))
    followers.insert(parts, Directory(parts), shift)
    changed = parts.changed()
    return zipped({name: changed[name] if name in changed else parts.archive.read(name) for name in parts.names()})


def hindered(data: bytes, shift: Shift) -> str:
    parts = Parts(Archive(data))
    return "；".join(followers.obstacles(parts, Directory(parts), shift))


def here(rows: str, shift: Shift, prefix: str = "") -> str:
    return moving.insert_in_rows(rows.encode(), prefix, shift, shift.sheet).decode()


def formulas_of(rows: str) -> list[str]:
    return re.findall(r"<f[^>]*>([^<]*)</f>", rows)


# ---- rows


def test_rows_below_move_and_rows_above_stay_byte_for_byte():
    above, below = "<row r='2' ><c  r='A2'><v>1</v></c></row>", "<row r='3' s='3'><c s='3' r='B3'/><c r='C3'/></row>"
    assert here(above + below, INSIDE) == above + "<row r='5' s='3'><c s='3' r='B5'/><c r='C5'/></row>"


def test_rows_and_cells_without_numbers_are_counted():
    rows = "<row/><row><c><v>1</v></c></row><row><c><v>2</v></c><c><f>A2</f></c></row>"
    assert here(rows, INSIDE) == '<row/><row><c><v>1</v></c></row><row r="5"><c><v>2</v></c><c><f>A2</f></c></row>'


def test_a_prefix_of_elements_is_followed():
    rows = '<x:row r="3"><x:c r="A3"><x:f>A3+A2</x:f></x:c></x:row>'
    assert here(rows, INSIDE, "x:") == '<x:row r="5"><x:c r="A5"><x:f>A5+A2</x:f></x:c></x:row>'


def test_formulas_above_follow_and_keep_their_signs():
    assert formulas_of(here('<row r="1"><c r="A1"><f>IF(A2&lt;A3,"&amp;",SUM(B2:B3))</f></c></row>', INSIDE)) == [
        'IF(A2&lt;A5,"&amp;",SUM(B2:B5))'
    ]


def test_comments_and_literal_sections_between_rows_do_no_harm():
    rows = '<!-- <row r="9"> --><row r="3"><c r="A3" t="str"><f><![CDATA[A3&"<c r=x"]]></f></c></row>'
    assert here(rows, INSIDE) == '<row r="5"><c r="A5" t="str"><f>A5&amp;"&lt;c r=x"</f></c></row>'


def test_formulas_of_other_sheets_follow_and_others_stay():
    rows = b'<row r="3"><c r="A3"><f>A3</f></c></row>'
    assert moving.insert_in_rows(rows, "", INSIDE, "参数") == rows
    pointing = '<row r="3"><c r="A3"><f>台账!A3+参数!A3</f></c></row>'.encode()
    assert formulas_of(moving.insert_in_rows(pointing, "", INSIDE, "参数").decode()) == ["台账!A5+参数!A3"]


SHARED = (
    '<row r="{0}"><c r="C{0}"><f t="shared" ref="C{0}:C{2}" si="0">A{0}-{3}</f><v>1</v></c></row>'
    '<row r="{1}"><c r="C{1}"><f t="shared" si="0"/></c></row><row r="{2}"><c r="C{2}"><f t="shared" si="0"/></c></row>'
)


def test_a_shared_formula_that_moves_as_a_whole_stays_shared():
    assert here(SHARED.format(4, 5, 6, "B4+$B$1"), INSIDE) == SHARED.format(6, 7, 8, "B6+$B$1")


def test_a_shared_formula_above_stays_as_it_is():
    rows = SHARED.format(4, 5, 6, "B4")
    assert here(rows, Shift(TITLE, 9, 2)) == rows


@pytest.mark.parametrize("second", ["B3", "$B$1"])
def test_a_shared_formula_torn_apart_is_written_out(second):
    new = here(SHARED.format(4, 5, 6, second), Shift(TITLE, 5, 2))
    assert "shared" not in new
    assert formulas_of(new)[0] == f"A4-{second}"
    assert formulas_of(new)[1:] == (["A7-B4", "A8-B7"] if second == "B3" else ["A7-$B$1", "A8-$B$1"])


def test_a_shared_formula_whose_cells_point_across_the_gap_is_written_out():
    assert formulas_of(here(SHARED.format(4, 5, 6, "B2"), Shift(TITLE, 4, 1))) == ["A5-B2", "A6-B3", "A7-B5"]


def test_array_formulas_and_data_tables_move_with_their_areas():
    rows = (
        '<row r="4"><c r="A4"><f t="array" ref="A4:A6">B4:B6*2</f></c>'
        '<c r="D4"><f t="dataTable" ref="D4:E5" dt2D="1" dtr="1" r1="B3" r2="B1"/></c></row>'
    )
    new = here(rows, INSIDE)
    assert '<f t="array" ref="A6:A8">B6:B8*2</f>' in new
    assert '<f t="dataTable" ref="D6:E7" dt2D="1" dtr="1" r1="B5" r2="B1"/>' in new


def test_ranges_ending_in_the_repeated_row_grow_and_its_own_do_not():
    rows = '<row r="3"><c r="E3"><f>SUM(B3:D3)</f></c></row><row r="4"><c r="B4"><f>SUM(B3:B3)</f></c></row>'
    assert formulas_of(here(rows, REPEATED)) == ["SUM(B3:D3)", "SUM(B3:B5)"]


def test_a_repeated_row_is_copied_with_styles_values_height_and_formulas():
    rows = (
        '<row r="3" ht="30" customHeight="1"><c r="A3" s="2" t="s"><v>7</v></c>'
        '<c r="B3" s="3" t="str"><f>A3&amp;A$1</f><v>x</v></c></row>'
    )
    copy = (
        '<row r="{0}" ht="30" customHeight="1"><c r="A{0}" s="2" t="s"><v>7</v></c>'
        '<c r="B{0}" s="3"><f>A{0}&amp;A$1</f></c></row>'
    )
    new = repeating.repeat_in_rows(rows.encode(), "", 3, 3).decode()
    assert new == rows + copy.format(4) + copy.format(5)


def test_a_repeated_row_with_a_shared_formula_gets_plain_ones():
    new = repeating.repeat_in_rows(SHARED.format(1, 2, 3, "B1").encode(), "", 3, 2).decode()
    assert new.endswith('<row r="4"><c r="C4"><f>A4-B4</f></c></row>')


def test_a_row_that_is_not_there_has_no_copies():
    assert repeating.repeat_in_rows(b'<row r="1"/>', "", 3, 2) == b'<row r="1"/>'


def test_new_rows_look_like_the_row_above():
    rows = '<row r="3" spans="1:2" hidden="1" ht="30" customHeight="1"><c r="A3" s="2" t="s"><v>7</v></c><c r="B3"><v>1</v></c></row>'
    assert repeating.format_in_rows(rows.encode(), "", 3, 1).decode() == (
        rows + '<row r="4" spans="1:2" ht="30" customHeight="1"><c r="A4" s="2"/></row>'
    )
    assert repeating.format_in_rows(b'<row r="3"><c r="A3"><v>1</v></c></row>', "", 3, 1).count(b"<row") == 1


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"<worksheet><sheetData/><x/></worksheet>", b""),
        (b"<worksheet><sheetData ></sheetData></worksheet>", b""),
        (
            b'<x:worksheet xmlns:x="urn:x"><!-- <sheetData> --><x:sheetData><x:row r="1"/></x:sheetData ></x:worksheet>',
            b'<x:row r="1"/>',
        ),
        (
            b"<worksheet><sheetData><row><!-- </sheetData> --></row></sheetData></worksheet>",
            b"<row><!-- </sheetData> --></row>",
        ),
    ],
)
def test_a_sheet_is_cut_around_its_rows(data, rows):
    head, found, tail = row_bytes.split(data)
    assert found == rows
    assert head.endswith(b">")
    assert Markup(head + tail).root.child("sheetData").close == len(head)


def test_a_hundred_thousand_rows_move_in_seconds():
    cells = "".join(f'<c r="{letters(column)}{{0}}" s="3"><v>{column}</v></c>' for column in range(1, 31))
    rows = "".join(f'<row r="{row}" spans="1:30">{cells.format(row)}</row>' for row in range(1, 100_001)).encode()
    begin = time.perf_counter()
    new = moving.insert_in_rows(rows, "", Shift(TITLE, 3, 2), TITLE)
    assert time.perf_counter() - begin < 20
    assert new.endswith(b'<c r="AD100002" s="3"><v>30</v></c></row>')


Cells = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    st.one_of(st.integers(0, 99), st.tuples(st.integers(1, 12), st.integers(1, 4))),
    min_size=1,
)


def drawn(cells: dict, *, numbered: bool) -> bytes:
    """Rows with values, and formulas that point to one cell."""
    out = ""
    for row in range(1, max(row for row, _ in cells) + 1):
        inside = ""
        for column in sorted(column for number, column in cells if number == row):
            value = cells[row, column]
            held = f"<f>{letters(value[1])}{value[0]}</f>" if isinstance(value, tuple) else f"<v>{value}</v>"
            inside += f'<c r="{letters(column)}{row}">{held}</c>'
        out += f'<row r="{row}">{inside}</row>' if numbered else f"<row>{inside}</row>"
    return out.encode()


def read(rows: bytes) -> dict:
    data = f"<worksheet {SPACES}><sheetData>".encode() + rows + b"</sheetData></worksheet>"
    book = Bricks().files()
    sheet = openpyxl.load_workbook(io.BytesIO(zipped({**book, SHEET: data})))[TITLE]
    return {(cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}


@settings(max_examples=40, deadline=None)
@given(Cells, st.integers(1, 13), st.integers(1, 5), st.booleans())
def test_every_value_is_found_at_its_moved_place_and_every_formula_means_the_same_cell(cells, at, count, numbered):
    shift = Shift(TITLE, at, count)
    new = read(moving.insert_in_rows(drawn(cells, numbered=numbered), "", shift, TITLE))
    wanted = {
        (shift.row(row), column): f"={letters(value[1])}{shift.row(value[0])}" if isinstance(value, tuple) else value
        for (row, column), value in cells.items()
    }
    assert new == wanted


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 6), st.integers(-3, 3), st.integers(1, 15), st.integers(1, 4))
def test_a_shared_formula_means_the_same_cells_whether_written_out_or_not(top, height, offset, at, count):
    first, last = max(top, 4), max(top, 4) + height - 1
    text = f"A{first + offset}+$B$6"
    rows = (
        f'<row r="{first}"><c r="C{first}"><f t="shared" ref="C{first}:C{last}" si="0">{text}</f></c></row>'
        + "".join(
            f'<row r="{row}"><c r="C{row}"><f t="shared" si="0"/></c></row>' for row in range(first + 1, last + 1)
        )
    )
    shift = Shift(TITLE, at, count)
    new = read(moving.insert_in_rows(rows.encode(), "", shift, TITLE))
    assert new == {
        (shift.row(row), 3): f"=A{shift.row(row + offset)}+$B${shift.row(6)}" for row in range(first, last + 1)
    }


# ---- what lies over the cells


def shell(inside: str, shift: Shift = INSIDE) -> str:
    part = Markup(f"<worksheet {SPACES}><sheetData></sheetData>{inside}</worksheet>".encode())
    overlays.move_shell(part, shift)
    text = part.data().decode()
    return text[text.index("</sheetData>") + 12 : text.rindex("</worksheet>")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<autoFilter ref="A2:D4"/>', '<autoFilter ref="A2:D6"/>'),
        ('<sortState ref="A3:D4"><sortCondition ref="B3:B4"/></sortState>', '<sortState ref="A5:D6"><sortCondition ref="B5:B6"/></sortState>'),
        ('<protectedRange sqref="A1 A3" name="x"/>', '<protectedRange sqref="A1 A5" name="x"/>'),
        ('<rowBreaks><brk id="1"/><brk id="2"/></rowBreaks>', '<rowBreaks><brk id="1"/><brk id="4"/></rowBreaks>'),
        ('<colBreaks><brk id="5"/></colBreaks>', '<colBreaks><brk id="5"/></colBreaks>'),
        ('<selection activeCell="A3" sqref="A3:B4"/>', '<selection activeCell="A5" sqref="A5:B6"/>'),
        ('<pane ySplit="1" topLeftCell="A2"/>', '<pane ySplit="1" topLeftCell="A2"/>'),
        ('<ignoredError sqref="A1:XFD1048576"/>', '<ignoredError sqref="A1:XFD1048576"/>'),
        ('<hyperlink ref="A3" location="台账!A4"/>', '<hyperlink ref="A5" location="台账!A6"/>'),
        ('<hyperlink ref="A3" location="参数!A4"/>', '<hyperlink ref="A5" location="参数!A4"/>'),
        ('<hyperlink ref="A1" r:id="rId1" location="台账!A4"/>', '<hyperlink ref="A1" r:id="rId1" location="台账!A4"/>'),
        ('<scenario><inputCells r="B3" val="1"/></scenario>', '<scenario><inputCells r="B5" val="1"/></scenario>'),
        ('<cellWatches><cellWatch r="B3"/></cellWatches>', '<cellWatches><cellWatch r="B5"/></cellWatches>'),
        ('<controlPr linkedCell="$B$3" listFillRange="参数!$A$1:$A$9"/>', '<controlPr linkedCell="$B$5" listFillRange="参数!$A$1:$A$9"/>'),
        ("<x14:ignoredError><xm:sqref>A3:B3</xm:sqref></x14:ignoredError>", "<x14:ignoredError><xm:sqref>A5:B5</xm:sqref></x14:ignoredError>"),
    ],
)  # fmt: skip
def test_each_thing_over_the_cells_moves(before, after):
    assert shell(before) == after


def test_merges_grow_around_new_rows_and_those_of_a_repeated_row_are_copied():
    merges = '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="B3:D3"/></mergeCells>'
    assert shell(merges) == '<mergeCells count="2"><mergeCell ref="A2:A6"/><mergeCell ref="B5:D5"/></mergeCells>'
    assert shell(merges, REPEATED) == (
        '<mergeCells count="4"><mergeCell ref="A2:A6"/><mergeCell ref="B3:D3"/>'
        '<mergeCell ref="B4:D4"/><mergeCell ref="B5:D5"/></mergeCells>'
    )


def test_links_of_a_repeated_row_reach_its_copies():
    assert shell('<hyperlink ref="A3" r:id="rId1"/>', REPEATED) == '<hyperlink ref="A3:A5" r:id="rId1"/>'


def rule(area: str, *formulas: str) -> str:
    inside = "".join(f"<formula>{formula}</formula>" for formula in formulas)
    return f'<conditionalFormatting sqref="{area}"><cfRule type="expression">{inside}</cfRule></conditionalFormatting>'


def test_formats_grow_with_new_rows_that_look_like_the_row_above():
    assert shell(rule("A1:A2", "A1&gt;$B$3")) == rule("A1:A4", "A1&gt;$B$5")
    assert shell(rule("A1:A3", "A1&gt;$B$4"), REPEATED) == rule("A1:A5", "A1&gt;$B$6")
    assert shell(rule("A3", "SUM(B3:D3)&gt;1"), REPEATED) == rule("A3:A5", "SUM(B3:D3)&gt;1")


def test_what_cells_of_a_format_mean_relative_to_themselves_stays_so():
    assert shell(rule("A3:A9", "A2&lt;>A3")) == rule("A5:A11", "A4&lt;&gt;A5")
    assert shell(rule("A1:A9", "A3&lt;>$B$3")) == rule("A1:A11", "A3&lt;&gt;$B$5")


def test_values_of_bars_and_scales_that_are_formulas_move():
    scale = '<colorScale><cfvo type="num" val="{0}"/><cfvo type="percentile" val="90"/></colorScale>'
    before = f'<conditionalFormatting sqref="A1:A9"><cfRule>{scale}</cfRule></conditionalFormatting>'
    assert shell(before.format("$B$3")) == before.format("$B$5").replace("A1:A9", "A1:A11")


def test_validations_move_in_both_ways_of_writing_them():
    changed = moved(making.validations(), INSIDE)[SHEET]
    assert 'sqref="B2:C6"' in changed
    assert "<formula2>$B$7</formula2>" in changed
    assert "<xm:f>参数!$A$2:$A$3</xm:f></x14:formula1><xm:sqref>E2:E6</xm:sqref>" in changed


def test_newer_bars_move_with_their_twins():
    changed = moved(making.data_bar_2010(), INSIDE)[SHEET]
    assert 'sqref="C2:C6"' in changed
    assert "<xm:sqref>C2:C6</xm:sqref>" in changed
    assert "<formula>$B$7/2</formula>" in changed


def test_sparklines_move_and_are_copied_with_their_row():
    line = "<xm:f>台账!B{0}:C{0}</xm:f><xm:sqref>F{0}</xm:sqref>"
    changed = moved(making.sparklines(), INSIDE)[SHEET]
    assert [line.format(row) in changed for row in (2, 3, 5, 6)] == [True, False, True, True]
    changed = moved(making.sparklines(), REPEATED)[SHEET]
    assert [line.format(row) in changed for row in (2, 3, 4, 5, 6)] == [True] * 5
    assert changed.count("<x14:sparkline>") == 5


def test_an_anchor_moves_grows_or_stays_as_it_says():
    place = "<from><xdr:row>1</xdr:row></from><to><xdr:row>4</xdr:row><xdr:rowOff>9</xdr:rowOff></to>"
    below = place.replace(">4<", ">9<").replace(">1<", ">5<")
    for how, first, second in (
        ('moveWithCells="1" sizeWithCells="1"', (1, 6), (7, 11)),
        ('moveWithCells="1"', (1, 4), (7, 11)),
        ("", (1, 4), (5, 9)),
    ):
        for before, after in ((place, first), (below, second)):
            new = shell(f"<anchor {how}>{before}</anchor>")
            assert tuple(map(int, re.findall(r"<xdr:row>(\d+)<", new))) == after


# ---- what points there from elsewhere


def test_names_print_areas_and_titles_follow():
    book = Bricks()
    names = {
        '_xlnm.Print_Area" localSheetId="0': ("台账!$A$1:$D$3", "台账!$A$1:$D$5", "台账!$A$1:$D$5"),
        '_xlnm.Print_Titles" localSheetId="0': ("台账!$2:$3", "台账!$2:$5", "台账!$2:$3"),
        "合计": ("台账!$B$5", "台账!$B$7", "台账!$B$7"),
        "上一格": ("台账!B2", "台账!B2", "台账!B2"),
        "别处": ("参数!$B$5", "参数!$B$5", "参数!$B$5"),
    }
    book.book["definedNames"] = (
        "<definedNames>"
        + "".join(f'<definedName name="{name}">{texts[0]}</definedName>' for name, texts in names.items())
        + "</definedNames>"
    )
    for place, shift in ((1, INSIDE), (2, REPEATED)):
        found = re.findall(r"<definedName [^>]*>([^<]*)<", moved(book.build(), shift)[WORKBOOK])
        assert found == [texts[place] for texts in names.values()]


def test_a_table_grows_and_its_filter_leaves_out_the_totals():
    table = (
        '<table ref="A1:D5" totalsRowCount="1" displayName="表1"><autoFilter ref="A1:D4"/>'
        "<tableColumn><totalsRowFormula>SUM(台账!$B$2:$B$4)</totalsRowFormula></tableColumn></table>"
    )
    for shift, ref, filtered in (
        (Shift(TITLE, 5, 2), "A1:D7", "A1:D6"),
        (Shift(TITLE, 5, 2, 4), "A1:D7", "A1:D6"),
        (Shift(TITLE, 6, 2, 5), "A1:D5", "A1:D4"),
    ):
        part = Markup(table.encode())
        followers._move_table(part, shift)
        assert f'ref="{ref}" totalsRowCount="1"' in part.data().decode()
        assert f'<autoFilter ref="{filtered}"/>' in part.data().decode()


def test_notes_and_their_shapes_move_and_thread_with_them():
    changed = moved(making_parts.legacy_note(), INSIDE)
    comments = next(text for name, text in changed.items() if "comments" in name)
    assert set(re.findall(r'<comment ref="(\w+)"', comments)) == {"B5", "A7"}
    drawing = next(text for name, text in changed.items() if name.endswith(".vml"))
    rows = [int(row) for row in re.findall(r"<x:Row>(\d+)", drawing)]
    assert sorted(rows) == [4, 6]
    assert [int(anchor.split(",")[2]) for anchor in re.findall(r"<x:Anchor>([^<]*)", drawing)] == rows
    changed = moved(making_parts.threaded_note(), INSIDE)
    thread = next(text for name, text in changed.items() if "threaded" in name.lower())
    assert set(re.findall(r'<threadedComment ref="(\w+)"', thread)) == {"B5"}


def test_a_control_in_the_old_drawing_says_itself_whether_it_moves():
    book = making_drawn.form_button()
    drawing = next(text for name, text in moved(book, INSIDE).items() if name.endswith(".vml"))
    assert "<x:Anchor>5, 0, 8, 0, 7, 0, 9, 10</x:Anchor>" in drawing


def test_charts_pictures_and_text_boxes_follow():
    changed = moved(making_drawn.chart(), INSIDE)
    chart = next(text for name, text in changed.items() if "/charts/" in name)
    assert "台账!$B$2:$B$6" in chart
    assert any("/drawings/" in name for name in changed)


def test_the_order_of_calculation_is_dropped_for_the_next_program_to_build():
    data = making.calc_chain()
    new = inserted(data, INSIDE)
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        assert not any("calcChain" in name for name in archive.namelist())
        assert b"calcChain" not in archive.read("[Content_Types].xml") + archive.read("xl/_rels/workbook.xml.rels")


def test_nothing_else_is_written():
    changed = moved(Bricks().build(), INSIDE)
    assert set(changed) == {SHEET, OTHER}
    assert "<f>台账!B7</f>" in changed[OTHER]


# ---- what stands in the way


def test_pivots_are_named_where_rows_move_them():
    data = making_parts.pivot_table()
    assert "数据源" in hindered(data, INSIDE)
    assert hindered(data, Shift(TITLE, 5, 2)) == ""
    assert "数据透视表1" in hindered(data, Shift("参数", 5, 2))
    assert hindered(data, Shift("参数", 6, 2)) == ""


def test_formulas_over_several_cells_are_not_cut_or_copied_in_part():
    data = making.array_formula()
    assert "E2:E4" in hindered(data, INSIDE)
    assert hindered(data, Shift(TITLE, 2, 2)) == hindered(data, Shift(TITLE, 5, 2)) == ""
    assert "不能单独复制" in hindered(data, Shift(TITLE, 5, 2, 4))


@pytest.mark.parametrize(
    ("formula", "is_hindered"), [("台账:参数!B5", True), ("台账:参数!B1", False), ("台账:参数!B:B", False)]
)
def test_references_through_several_sheets_that_move_on_one_are_named(formula, is_hindered):
    book = Bricks()
    book.put(5, f'<c r="F5"><f>SUM({formula})</f></c>')
    assert ("几张工作表" in hindered(book.build(), INSIDE)) is is_hindered


def test_nothing_is_pushed_off_the_sheet():
    book = Bricks()
    book.put(1_048_576, '<c r="A1048576"><v>1</v></c>')
    assert "1048576" in hindered(book.build(), INSIDE)
    book.rows[1_048_576] = ("", '<c r="A1048576" s="1"/>')
    assert hindered(book.build(), INSIDE) == ""
    assert 'r="1048576"' not in moved(book.build(), INSIDE)[SHEET]


def test_a_sheet_too_large_to_hold_is_named_only_if_it_points_here(monkeypatch):
    monkeypatch.setattr(limits, "MAX_HELD", 10)
    assert "太大" in hindered(Bricks().build(), INSIDE)
    book = Bricks()
    book.other_rows = '<row r="1"><c r="A1"><f>A2</f></c></row>'
    assert hindered(book.build(), INSIDE) == ""
    assert set(moved(book.build(), INSIDE)) == {SHEET}


# ---- LibreOffice asked for its view

FEATURES = (
    making.shared_strings, making.sparklines, making.data_bar_2010, making.hyperlinks, making.defined_names,
    making.page_breaks, making.shared_formulas, making.cached_values, making.hidden, making.merged_cells,
    making.auto_filter, making.no_addresses, making.prefixed, making.strict, making.utf16_sheet,
    making_parts.table, making_parts.external_link, making_parts.legacy_note, making_parts.threaded_note,
)  # fmt: skip
PLACES = (3, 5)
_SCRIPT = Path(__file__).with_name("inserting_in_libreoffice.py")


def _python_with_uno() -> str:
    """LibreOffice's own Python, or the system's."""
    office = shutil.which("soffice")
    near = [str(Path(office).resolve().parent)] if office else []
    for found in (
        shutil.which("python", path=near[0]) if near else None,
        shutil.which("python3", path=os.defpath),
    ):
        if found and subprocess.run([found, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
            return found
    return ""


@pytest.fixture(scope="module")
def views(tmp_path_factory) -> dict:
    """(feature, place, row copied) → what LibreOffice holds after inserting itself, and what it sees in our file."""
    python = _python_with_uno()
    if not python or sys.platform == "win32":
        pytest.skip("needs LibreOffice with Python (uno)")
    folder = tmp_path_factory.mktemp("libreoffice")
    jobs, keys = [], []
    for make in FEATURES:
        source = folder / f"{make.__name__}.xlsx"
        source.write_bytes(make())
        for at, copied in [*((at, 0) for at in PLACES), (4, 3)]:
            target = folder / f"{make.__name__}-{at}-{copied}.xlsx"
            target.write_bytes(inserted(make(), Shift(TITLE, at, 2, copied)))
            jobs += [[str(source), TITLE, at, 2, copied], [str(target), TITLE, at, 0, 0]]
            keys.append((make.__name__, at, copied))
    pipe = f"moving{folder.stat().st_ino}"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    office = subprocess.Popen(["soffice", "--headless", "--norestore", profile, f"--accept=pipe,name={pipe};urp;"])
    try:
        command = [python, str(_SCRIPT), pipe]
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, timeout=300, check=True)
    finally:
        office.terminate()
        office.wait(30)
    seen = json.loads(done.stdout)
    return {key: (seen[2 * place], seen[2 * place + 1]) for place, key in enumerate(keys)}


def view(picture: dict) -> dict:
    """What must agree. Heights are chosen anew by LibreOffice; where links lead, it does not follow."""
    kept = {title: dict(part) for title, part in picture.items()}
    for part in kept.values():
        part.pop("shapes", None)
        part["shown"] = [is_shown for _, is_shown in part.pop("heights", [])]
        part["cells"] = {place: cell[:3] for place, cell in part.get("cells", {}).items()}
    return kept


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("make", FEATURES, ids=lambda make: make.__name__)
def test_rows_inserted_as_libreoffice_inserts_them(views, make, at):
    theirs, ours = (view(picture) for picture in views[make.__name__, at, 0])
    if make is making.hidden:  # LibreOffice hides new rows below a hidden one; a person wants to see them
        for picture in (theirs, ours):
            picture[TITLE].pop("shown")
    assert ours == theirs


@pytest.mark.parametrize("make", FEATURES, ids=lambda make: make.__name__)
def test_a_row_repeated_as_libreoffice_inserts_and_copies_it(views, make):
    theirs, ours = (view(picture) for picture in views[make.__name__, 4, 3])
    for kind in ("merges", "rules", "breaks"):
        assert ours[TITLE][kind] == theirs[TITLE][kind]
    for place, cell in theirs[TITLE]["cells"].items():
        assert ours[TITLE]["cells"][place][0] == cell[0]
