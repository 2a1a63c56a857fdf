"""Two workbooks compared: what means the same is silent, and every single kind of change is named."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.colors import Color
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.comparing import Difference, differences, each_difference, grouped, strays
from xiaobao_xl.package.comparing.reading import SheetStream, sheet_cells
from xiaobao_xl.package.parts import Parts

SHEET = "xl/worksheets/sheet1.xml"
RED = PatternFill("solid", fgColor="FFFF0000")
FILES = Path(__file__).parents[3] / "shared" / "data" / "workbooks"
Edit = Callable[[bytes], bytes]


def packed(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parts(data: bytes) -> Parts:
    return Parts(Archive(data))


def template() -> Workbook:
    """A sheet with one of everything that is compared, and a second one."""
    book = Workbook()
    sheet = book.active
    sheet.title = "报表"
    for row in range(1, 9):
        sheet.append([f"支行{row}", row, row * 1.5, f"=B{row}*2", True])
    sheet["G1"] = "文字"
    sheet["G1"].font = Font(name="宋体", size=12)
    sheet.merge_cells("H1:I2")
    sheet.row_dimensions[3].height = 20
    sheet.column_dimensions["C"].width = 15
    rule = DataValidation(type="list", formula1='"是,否"')
    rule.add("E1:E8")
    sheet.add_data_validation(rule)
    sheet.conditional_formatting.add("B1:B8", CellIsRule(operator="greaterThan", formula=["5"], fill=RED))
    sheet["A2"].hyperlink = "https://example.com/a"
    sheet["A3"].comment = Comment("请核对", "甲")
    sheet.freeze_panes = "B2"
    sheet.print_area = "A1:E8"
    sheet.auto_filter.ref = "A1:E8"
    book.defined_names["合计"] = DefinedName("合计", attr_text="报表!$B$1:$B$8")
    chart = BarChart()
    chart.add_data(Reference(sheet, range_string="报表!$B$1:$B$8"))
    sheet.add_chart(chart, "K2")
    book.create_sheet("说明")["A1"] = "填报说明"
    return book


TEMPLATE = packed(template())


def changed(change: Callable[[Workbook], object]) -> list[Difference]:
    book = template()
    change(book)
    return differences(parts(TEMPLATE), parts(packed(book)))


def rewritten(data: bytes, edits: Mapping[str, Edit | None], names: Mapping[str, str] | None = None) -> bytes:
    """The zip with some parts written otherwise, left out (None) or under another name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            edit = edits.get(info.filename, lambda content: content)
            if edit is not None:
                new.writestr((names or {}).get(info.filename, info.filename), edit(old.read(info)))
    return out.getvalue()


def replacing(*pairs: tuple[str, str]) -> Edit:
    def edit(content: bytes) -> bytes:
        for old, new in pairs:
            assert old.encode() in content, old
            content = content.replace(old.encode(), new.encode())
        return content

    return edit


def sheet_only(rows: str, before: str = "", after: str = "") -> bytes:
    """A workbook of one sheet written by hand."""
    book = Workbook()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return rewritten(packed(book), {SHEET: lambda _: text.encode()})


def compared(old: bytes, new: bytes) -> list[tuple[str, str]]:
    return [(found.kind, found.place) for found in differences(parts(old), parts(new))]


# --- the same -----------------------------------------------------------------------------------------------------


def test_a_workbook_does_not_differ_from_itself():
    assert differences(parts(TEMPLATE), parts(TEMPLATE)) == []


CONTENTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).filter(
        lambda text: not text.startswith("=")
    ),
)
TABLES = st.lists(st.lists(CONTENTS, max_size=4), max_size=5)


def workbook_of(table: list[list[object]]) -> bytes:
    book = Workbook()
    for values in table:
        book.active.append(values)
    return packed(book)


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_any_workbook_is_the_same_after_it_was_saved_again(table):
    data = workbook_of(table)
    assert differences(parts(data), parts(packed(load_workbook(io.BytesIO(data))))) == []


@settings(max_examples=40, deadline=None)
@given(TABLES, TABLES)
def test_what_differs_one_way_differs_the_other_way_round(first, second):
    one, other = workbook_of(first), workbook_of(second)
    forth = [(found.kind, found.place, found.old, found.new) for found in differences(parts(one), parts(other))]
    back = [(found.kind, found.place, found.new, found.old) for found in differences(parts(other), parts(one))]
    assert sorted(forth) == sorted(back)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<c r="A1"><v>3</v></c>', '<c r="A1"><v>3.0</v></c>'),
        ('<c r="A1"><v>0.3</v></c>', '<c r="A1"><v>0.30000000000000004</v></c>'),
        ('<c r="A1"><v>3</v></c>', "<c><v>3</v></c>"),
        ('<c r="A1"/><c r="B1" s="0"/>', ""),
        ('<c r="A1" t="str"><v>a</v></c>', '<c t="inlineStr" r="A1"><is><t>a</t></is></c>'),
        ('<c r="A1" t="str"><v>a&amp;b</v></c>', '<c r="A1" t="str"><v><![CDATA[a&b]]></v></c>'),
        ('<c r="A1" t="str"><v>中</v></c>', '<c r="A1" t="str"><!-- <c> --><v>&#x4E2D;</v></c>'),
        ('<c r="A1" t="inlineStr"><is><t>a</t></is></c>', '<c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c>'),
        (
            '<c r="A1"><f>B1+1</f></c><c r="C1"><f>D1+1</f></c>',
            '<c r="A1"><f t="shared" ref="A1:C1" si="0">B1+1</f></c><c r="C1"><f t="shared" si="0"/></c>',
        ),
    ],
)
def test_one_content_may_be_written_in_two_ways(old, new):
    assert compared(sheet_only(f'<row r="1">{old}</row>'), sheet_only(f"<row>{new}</row>")) == []


def test_prefixes_and_the_encoding_do_not_count():
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1"><f>A1</f><v>1</v></c></row>'
    old = sheet_only(rows, after='<mergeCells count="1"><mergeCell ref="C1:D1"/></mergeCells>')

    def prefixed(content: bytes) -> bytes:
        text = re.sub(r"<(/?)(\w)", r"<\1x:\2", content.decode()).replace("xmlns=", "xmlns:x=")
        return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")

    assert compared(old, rewritten(old, {SHEET: prefixed})) == []


@pytest.mark.parametrize(("table", "index"), [(["支行1"], 0), (["别的", "支行1"], 1)])
def test_a_text_of_the_shared_table_is_the_same_as_one_in_its_cell(table, index):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = f'<sst xmlns="{main}">' + "".join(f"<si><t>{text}</t></si>" for text in table) + "</sst>"
    written = "".join(f"&#{ord(sign)};" if ord(sign) > 127 else sign for sign in "支行1")  # as openpyxl writes it
    shared = replacing((f't="inlineStr"><is><t>{written}</t></is>', f't="s"><v>{index}</v>'))
    new = parts(rewritten(TEMPLATE, {SHEET: shared}))
    part = new.find("xl/sharedStrings.xml") or "xl/sharedStrings.xml"
    new.write(part, texts.encode())
    new.relate("xl/workbook.xml", "sharedStrings", part)
    assert differences(parts(TEMPLATE), new) == []


def test_styles_numbered_otherwise_look_the_same():
    book = Workbook()
    other = Workbook()
    for each, marks in ((book, "AB"), (other, "BA")):
        for mark in marks:
            each.active[f"{mark}1"].fill = RED if mark == "A" else PatternFill("solid", fgColor="FFFFF2CC")
        each.active["A1"], each.active["B1"] = 1, 2
    assert compared(packed(book), packed(other)) == []


@pytest.mark.parametrize(
    ("drawn", "digits"),
    [(Color(theme=4), "FF4F81BD"), (Color(theme=1, tint=0.5), "FF808080"), (Color(indexed=10), "FFFF0000")],
)
def test_a_colour_is_the_same_whether_numbered_or_written_out(drawn, digits):
    book, other = Workbook(), Workbook()
    book.active["A1"].fill = PatternFill("solid", fgColor=drawn)
    other.active["A1"].fill = PatternFill("solid", fgColor=digits)
    assert compared(packed(book), packed(other)) == []


def test_the_name_of_a_part_does_not_count():
    names = {"xl/charts/chart1.xml": "xl/charts/chart7.xml"}
    edit = replacing(("charts/chart1.xml", "charts/chart7.xml"))
    edits = {"xl/drawings/_rels/drawing1.xml.rels": edit, "[Content_Types].xml": edit}
    assert compared(TEMPLATE, rewritten(TEMPLATE, edits, names)) == []


# --- every kind of change -----------------------------------------------------------------------------------------


def sheet(book: Workbook):
    return book["报表"]


CHANGES: list[tuple[str, str, Callable[[Workbook], object]]] = [
    ("cell_value", "B5", lambda book: sheet(book).__setitem__("B5", 55)),
    ("cell_value", "B5", lambda book: sheet(book).__setitem__("B5", None)),
    ("cell_value", "F20", lambda book: sheet(book).__setitem__("F20", "新")),
    ("cell_type", "B5", lambda book: sheet(book).__setitem__("B5", "5")),
    ("cell_formula", "D5", lambda book: sheet(book).__setitem__("D5", "=B5*3")),
    ("cell_formula", "D5", lambda book: sheet(book).__setitem__("D5", 10)),
    ("cell_style", "B5", lambda book: setattr(sheet(book)["B5"], "fill", RED)),
    ("cell_style", "B5", lambda book: setattr(sheet(book)["B5"], "number_format", "0.00%")),
    ("cell_style", "B5", lambda book: setattr(sheet(book)["B5"], "alignment", Alignment(wrap_text=True))),
    ("cell_style", "B5", lambda book: setattr(sheet(book)["B5"], "protection", Protection(locked=False))),
    ("cell_style", "B5", lambda book: setattr(sheet(book)["B5"], "border", Border(left=Side(style="thin")))),
    ("cell_style", "G1", lambda book: setattr(sheet(book)["G1"], "font", Font(name="宋体", size=12, bold=True))),
    ("row_height", "3:3", lambda book: setattr(sheet(book).row_dimensions[3], "height", 30)),
    ("row_hidden", "4:4", lambda book: setattr(sheet(book).row_dimensions[4], "hidden", True)),
    ("row_outline", "4:4", lambda book: setattr(sheet(book).row_dimensions[4], "outlineLevel", 1)),
    ("column_width", "C:C", lambda book: setattr(sheet(book).column_dimensions["C"], "width", 30)),
    ("column_hidden", "C:C", lambda book: setattr(sheet(book).column_dimensions["C"], "hidden", True)),
    ("column_outline", "C:C", lambda book: setattr(sheet(book).column_dimensions["C"], "outlineLevel", 2)),
    ("merge", "H5:H6", lambda book: sheet(book).merge_cells("H5:H6")),
    ("merge", "H1:I2", lambda book: sheet(book).unmerge_cells("H1:I2")),
    ("validation", "E1:E8", lambda book: setattr(sheet(book).data_validations.dataValidation[0], "formula1", '"甲,乙"')),
    ("format", "C1:C8", lambda book: sheet(book).conditional_formatting.add("C1:C8", CellIsRule("equal", ["1"], fill=RED))),
    ("link", "A2", lambda book: setattr(sheet(book)["A2"], "hyperlink", "https://example.com/b")),
    ("note", "A3", lambda book: setattr(sheet(book)["A3"], "comment", Comment("已核对", "甲"))),
    ("view", "", lambda book: setattr(sheet(book), "freeze_panes", "A3")),
    ("view", "", lambda book: setattr(sheet(book).sheet_view, "showGridLines", False)),
    ("name", "合计", lambda book: setattr(book.defined_names["合计"], "attr_text", "报表!$B$1")),
    ("name", "", lambda book: setattr(sheet(book), "print_area", "A1:B2")),
    ("print", "", lambda book: setattr(sheet(book).page_setup, "orientation", "landscape")),
    ("print", "", lambda book: setattr(sheet(book).oddHeader.center, "text", "内部资料")),
    ("protection", "", lambda book: sheet(book).protection.enable()),
    ("sheet_setting", "", lambda book: setattr(sheet(book).sheet_properties, "tabColor", "FF0000")),
    ("sheet_state", "", lambda book: setattr(book["说明"], "sheet_state", "hidden")),
    ("sheet_renamed", "", lambda book: setattr(book["说明"], "title", "说明书")),
    ("sheet_moved", "", lambda book: book.move_sheet("说明", -1)),
    ("sheet_added", "", lambda book: book.create_sheet("附表")),
    ("styles", "", lambda book: book.add_named_style(NamedStyle("强调"))),
    ("property", "文件属性 标题", lambda book: setattr(book.properties, "title", "季报")),
    ("part_changed", "charts/chart1.xml", lambda book: setattr(sheet(book)._charts[0], "style", 12)),
    ("part_removed", "charts/chart1.xml", lambda book: sheet(book)._charts.clear()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "place", "change"), CHANGES)
def test_a_single_change_is_named(kind, place, change):
    found = changed(change)
    assert (kind, place) in [(difference.kind, difference.place) for difference in found]
    assert all(difference.sentence() for difference in found)


@pytest.mark.parametrize(("kind", "place", "change"), CHANGES[:24])
def test_a_change_within_one_sheet_is_all_that_is_named(kind, place, change):
    assert [
        (difference.kind, difference.place) for difference in changed(change) if difference.kind != "part_changed"
    ] == [(kind, place)]


def test_a_sheet_that_is_gone_is_named_once():
    found = changed(lambda book: book.remove(book["说明"]))
    assert [(difference.kind, difference.sheet) for difference in found] == [("sheet_removed", "说明")]


def test_of_a_sheet_that_is_gone_its_parts_are_not_named_again():
    book = template()
    del book["报表"]
    found = differences(parts(TEMPLATE), parts(packed(book)))
    assert {(difference.kind, difference.sheet) for difference in found if difference.kind != "name"} == {
        ("sheet_removed", "报表")
    }


def test_a_lost_result_of_a_formula_is_told_apart_from_the_formula():
    row = '<row r="1"><c r="A1"><f>1+1</f>{}</c></row>'
    old, new = sheet_only(row.format("<v>2</v>")), sheet_only(row.format(""))
    (found,) = differences(parts(old), parts(new))
    assert found.sentence() == "Sheet!A1：公式结果没有了（原为“2”）"


def test_formats_of_single_characters_are_seen():
    book = Workbook()
    book.active["A1"] = CellRichText("请", TextBlock(InlineFont(b=True), "核对"))
    plain = Workbook()
    plain.active["A1"] = "请核对"
    assert compared(packed(book), packed(plain)) == [("cell_runs", "A1")]


def test_a_part_nothing_points_to_is_missed_too():
    with_part = io.BytesIO(TEMPLATE)
    with zipfile.ZipFile(with_part, "a") as archive:
        archive.writestr("customXml/item1.xml", "<data>WPS</data>")
    (found,) = differences(parts(with_part.getvalue()), parts(TEMPLATE))
    assert found.sentence() == "customXml/item1.xml：自定义数据没有了"


def test_dates_are_shown_as_dates():
    old, new = Workbook(), Workbook()
    for book, day in ((old, 45292), (new, 45293)):
        book.active["A1"] = day
        book.active["A1"].number_format = "yyyy/m/d"
    (found,) = differences(parts(packed(old)), parts(packed(new)))
    assert found.sentence() == "Sheet!A1：内容由“2024-01-01”变为“2024-01-02”"


def test_a_shared_formula_changed_at_its_first_cell_changes_in_all_its_cells():
    rows = '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">{}</f></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'
    found = differences(parts(sheet_only(rows.format("B1"))), parts(sheet_only(rows.format("C1"))))
    assert [(difference.place, difference.old, difference.new) for difference in found] == [
        ("A1", "=B1", "=C1"), ("A2", "=B2", "=C2"),
    ]  # fmt: skip


# --- many ---------------------------------------------------------------------------------------------------------


def test_equal_changes_are_gathered_and_counted():
    rows = "".join(f'<row r="{row}"><c r="D{row}"><v>{{}}{row}</v></c></row>' for row in range(1, 3201))
    old, new = sheet_only(rows.replace("{}", "1")), sheet_only(rows.replace("{}", "2"))
    (group,) = grouped(each_difference(parts(old), parts(new)))
    assert list(group.lines()) == [
        "Sheet D 列：内容有 3,200 处不同（D1 至 D3200）",
        *(f"    D{row}：由“1{row}”变为“2{row}”" for row in range(1, 6)),
        "    ……另有 3,195 处",
    ]


def test_long_texts_are_cut_so_that_the_difference_is_seen():
    old, new = "同" * 100 + "甲" + "同" * 100, "同" * 100 + "乙" + "同" * 100
    sentence = Difference("cell_value", "表", "A1", old, new).sentence()
    assert "甲" in sentence
    assert "乙" in sentence
    assert len(sentence) < 160


# --- reading ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60))
def test_rows_are_the_same_in_whatever_pieces_they_come(size):
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as archive:
        data = archive.read(SHEET)
    whole = SheetStream([data])
    cut = SheetStream(data[start : start + size] for start in range(0, len(data), size))
    assert list(cut.rows()) == list(whole.rows())
    assert cut.shell == whole.shell


def test_cells_are_read_as_openpyxl_reads_them():
    book = load_workbook(io.BytesIO(TEMPLATE))
    read = {(cell.row, cell.column): cell for cell in sheet_cells(parts(TEMPLATE), SHEET)}
    for row in book["报表"].iter_rows():
        for cell in row:
            if cell.value is not None:
                found = read[cell.row, cell.column]
                shown = f"={found.formula}" if found.formula else found.value
                assert shown == ("1" if cell.value is True else str(cell.value))


def test_rows_without_numbers_and_empty_rows_keep_their_places():
    data = sheet_only('<row/><row ht="20"/><row r="5"><c t="b"><v>true</v></c></row><row><c r="C6"><v>1</v></c></row>')
    read = [(cell.row, cell.column, cell.type, cell.value) for cell in sheet_cells(parts(data), SHEET)]
    assert read == [(5, 1, "boolean", "1"), (6, 3, "number", "1")]


def test_a_sheet_that_declares_a_document_type_is_refused():
    bad = rewritten(TEMPLATE, {SHEET: lambda content: b'<!DOCTYPE a [<!ENTITY b "c">]>' + content})
    with pytest.raises(WorkbookError, match="文档类型"):
        list(sheet_cells(parts(bad), SHEET))


# --- proof that nothing else was touched --------------------------------------------------------------------------


def test_an_edit_of_one_cell_leaves_no_stray_change():
    new = rewritten(TEMPLATE, {SHEET: replacing(["<v>5</v>", "<v>55</v>"])})
    assert strays(parts(TEMPLATE), parts(new), {"报表": {"B5"}}) == []
    assert strays(parts(TEMPLATE), parts(new), {"报表": {"C5"}}) == ["报表!B5"]
    assert strays(parts(TEMPLATE), parts(new)) == [SHEET]


@pytest.mark.parametrize(
    ("edit", "stray"),
    [
        (replacing(('<row r="4"', '<row hidden="1" r="4"')), "报表 行 4"),
        (replacing(("H1:I2", "H1:I3")), "报表 行以外"),
        (replacing(("</sheetData>", '<row r="30" ht="9"/></sheetData>')), "报表 行 30"),
        (replacing(('<c r="B5"', '<c  r="B5"')), "报表!B5"),
    ],
)
def test_a_stray_change_is_found_even_where_it_means_nothing(edit, stray):
    new = rewritten(TEMPLATE, {SHEET: edit})
    assert stray in strays(parts(TEMPLATE), parts(new), {"报表": {"A1"}})


def test_an_inserted_row_with_allowed_cells_is_no_stray():
    new = rewritten(
        TEMPLATE,
        {SHEET: replacing(("</sheetData>", '<row r="30"><c r="B30"><v>1</v></c></row></sheetData>'), ('ref="A1:I8"', 'ref="A1:I30"'))},
    )  # fmt: skip
    assert strays(parts(TEMPLATE), parts(new), {"报表": {"B30"}}) == []


def test_lost_and_added_parts_are_strays():
    new = rewritten(TEMPLATE, {"xl/theme/theme1.xml": None})
    assert strays(parts(TEMPLATE), parts(new)) == ["xl/theme/theme1.xml 没有了"]
    assert strays(parts(new), parts(TEMPLATE)) == ["xl/theme/theme1.xml 是多出的"]
    assert strays(parts(new), parts(TEMPLATE), parts=["xl/theme/theme1.xml"]) == []


def test_edits_not_yet_saved_are_seen():
    book = parts(TEMPLATE)
    book.write(SHEET, book.read(SHEET).replace(b"<v>5</v>", b"<v>55</v>"))
    assert [(found.kind, found.place) for found in differences(parts(TEMPLATE), book)] == [("cell_value", "B5")]


# --- workbooks of other programs ----------------------------------------------------------------------------------


@pytest.mark.corpus
def test_real_workbooks_do_not_differ_from_themselves():
    for file in sorted(FILES.glob("*.xls?")):
        data = file.read_bytes()
        assert differences(parts(data), parts(data)) == [], file.name
