from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName
from package.packing import opened, packed

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.adding import Format, Styled, Validation, add_sheet
from xiaobao_xl.package.markup import MAIN, OFFICE, STRICT
from xiaobao_xl.package.sheet import Sheet
from xiaobao_xl.package.styles import Styles

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook() -> bytes:
    """Two sheets; the second is shown on opening and has names of its own."""
    drawn = Workbook()
    drawn.active.title = "台账"
    drawn.active["A1"] = "原有"
    second = drawn.create_sheet("汇总")
    second["A1"] = 7
    second.print_title_rows = "1:1"
    second.defined_names["本表"] = DefinedName("本表", attr_text="汇总!$A$1")
    drawn.active = 1
    for sheet in drawn:
        sheet.sheet_view.tabSelected = sheet is second
    out = io.BytesIO()
    drawn.save(out)
    return out.getvalue()


def written(*rows: Any, **options: Any) -> Any:
    """The sheet 新表 as openpyxl reads it back."""
    parts, directory = opened(workbook())
    add_sheet(parts, directory, "新表", rows, **options)
    return load_workbook(io.BytesIO(packed(parts)))["新表"]


def small(space: str = MAIN, office: str = OFFICE, prefix: str = "", inside: str = "", view: str = "") -> bytes:
    """A workbook of one sheet without styles, as other programs write it."""
    p, declared = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    pointers = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    book = f'<{p}workbook xmlns{declared}="{space}" xmlns:r="{office}">{inside}<{p}sheets><{p}sheet name="一" sheetId="4" r:id="R1"/></{p}sheets></{p}workbook>'
    row = f'<{p}row r="1"><{p}c r="A1"><{p}v>1</{p}v></{p}c></{p}row>'
    files = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": f'{pointers}<Relationship Id="R1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": (
            f'{pointers}<Relationship Id="R1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<{p}worksheet xmlns{declared}="{space}">{view}<{p}sheetData>{row}</{p}sheetData></{p}worksheet>'
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            file.writestr(name, HEAD + text)
    return out.getvalue()


def test_values_of_every_kind_come_back() -> None:
    day, moment = date(2026, 1, 5), datetime(2026, 1, 5, 12, 30)  # noqa: DTZ001
    row = [1, -2.5, " a<b&c\n", True, day, moment, time(6), None, "", "=1+1", float("nan"), "x"]
    sheet = written(row)
    expected = [1, -2.5, " a<b&c\n", True, datetime(2026, 1, 5), moment, 0.25, None, None, "=1+1", None, "x"]  # noqa: DTZ001
    assert [cell.value for cell in sheet[1]] == expected
    assert sheet["J1"].data_type == "s"
    assert (sheet["E1"].number_format, sheet["F1"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(-(10**14), 10**14),
                st.floats(allow_nan=False, allow_infinity=False),
                st.text(
                    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
                ),
            ),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_rows_come_back_as_they_were(rows: list[list[Any]]) -> None:
    sheet = written(*rows)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            assert sheet.cell(number, column).value == (None if value == "" else value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("字" * 32_768, "新表!B2：文字有 32,768 字"),
        (date(1899, 1, 1), "新表!B2：日期 1899-01-01 早于"),
        (float("inf"), "新表!B2"),
    ],
)
def test_a_value_without_place_in_a_cell_is_refused_and_nothing_changes(value: Any, sentence: str) -> None:
    parts, directory = opened(workbook())
    with pytest.raises(WorkbookError, match=sentence):
        add_sheet(parts, directory, "新表", [[1], ["好", value]])
    assert parts.changed() == {}


@pytest.mark.parametrize(
    "title", ["", " ", "字" * 32, "a/b", "a:b", "[a]", "'a", "a'", "a\n", "台账", "History", "😀" * 16]
)
def test_titles_excel_refuses_are_refused(title: str) -> None:
    parts, directory = opened(workbook())
    with pytest.raises(WorkbookError, match="工作表"):
        add_sheet(parts, directory, title, [])
    assert parts.changed() == {}


def test_titles_are_told_apart_without_capitals() -> None:
    parts, directory = opened(workbook())
    add_sheet(parts, directory, "Data", [])
    with pytest.raises(WorkbookError, match="已有名为“DATA”的工作表"):
        add_sheet(parts, directory, "DATA", [])


def test_a_protected_structure_is_respected() -> None:
    data = small(inside='<workbookProtection lockStructure="1"/>')
    with pytest.raises(WorkbookError, match="结构受保护"):
        add_sheet(*opened(data), "新表", [])
    parts, directory = opened(data)
    add_sheet(parts, directory, "新表", [], even_if_protected=True)
    assert [entry.title for entry in directory.entries()] == ["一", "新表"]


def test_a_sheet_at_the_end_touches_only_the_lists() -> None:
    parts, directory = opened(workbook())
    part = add_sheet(parts, directory, "新表", [["a", 1]])
    lists = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    assert set(parts.changed()) == {part} | lists
    again = load_workbook(io.BytesIO(packed(parts)))
    assert again.sheetnames == ["台账", "汇总", "新表"]
    assert again.active.title == "汇总"


def test_a_sheet_in_front_is_shown_and_what_counts_by_position_follows() -> None:
    parts, directory = opened(workbook())
    before = parts.read("xl/worksheets/sheet2.xml")
    part = add_sheet(parts, directory, "新表", [["a"]], first=True)
    lists = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    assert set(parts.changed()) == {part, "xl/worksheets/sheet2.xml"} | lists
    assert parts.read("xl/worksheets/sheet2.xml") == before.replace(b' tabSelected="1"', b"")
    again = load_workbook(io.BytesIO(packed(parts)))
    assert again.sheetnames == ["新表", "台账", "汇总"]
    assert again.active.title == "新表"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in again] == [True, False, False]
    assert again["汇总"].print_title_rows == "$1:$1"
    assert list(again["汇总"].defined_names) == ["本表"]
    assert not again["台账"].defined_names


def test_the_caller_may_edit_the_sheet_shown_before() -> None:
    parts, directory = opened(workbook())
    sheet = Sheet(parts, "xl/worksheets/sheet2.xml", "汇总")
    add_sheet(parts, directory, "新表", [], first=True, shells={"xl/worksheets/sheet2.xml": sheet.shell}.__getitem__)
    assert "xl/worksheets/sheet2.xml" not in parts.changed()
    assert sheet.shell.is_changed
    assert b"tabSelected" not in sheet.shell.data()


def test_other_windows_keep_the_sheet_they_show() -> None:
    view = (
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/>'
        '<sheetView tabSelected="1" workbookViewId="1"/></sheetViews>'
    )
    parts, directory = opened(small(inside="<bookViews><workbookView/><workbookView/></bookViews>", view=view))
    add_sheet(parts, directory, "新表", [], first=True)
    assert b'<workbookView/><workbookView firstSheet="1" activeTab="1"/>' in parts.read("xl/workbook.xml")
    expected = b'<sheetView workbookViewId="0"/><sheetView tabSelected="1" workbookViewId="1"/>'
    assert expected in parts.read("xl/worksheets/sheet1.xml")


def test_widths_frozen_panes_and_filter() -> None:
    sheet = written(["级别", "问题"], ["错误", "x"], widths={"A": 7, "B:C": 30.5}, freeze="B2", filter_="A1:B2")
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [7, 30.5, 30.5]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B2"
    parts, directory = opened(workbook())
    add_sheet(parts, directory, "新表", [["a"]], filter_="A1:B2")
    assert "localSheetId=\"2\">'新表'!$A$1:$B$2<" in parts.read("xl/workbook.xml").decode()


def test_links_lead_inside_and_outside() -> None:
    links = {"A1": "'台账'!B5", "A2": "https://a.cn/?x=1&y=2", "A3": "mailto:a@b.cn", "A4": "https://a.cn/?x=1&y=2"}
    sheet = written(["跳"], ["网"], ["信"], ["网"], links=links)
    assert sheet["A1"].hyperlink.location == "'台账'!B5"
    assert [sheet[f"A{row}"].hyperlink.target for row in (2, 3, 4)] == [links["A2"], links["A3"], links["A2"]]
    assert sheet["A1"].font.color.rgb == "FF0563C1"


def test_more_links_than_excel_keeps_are_refused() -> None:
    links = {f"A{row}": "'台账'!A1" for row in range(1, 65_532)}
    with pytest.raises(WorkbookError, match="65,530 个超链接"):
        add_sheet(*opened(workbook()), "新表", [], links=links)


def test_validations_and_conditional_formats() -> None:
    rules = [
        Validation(area="A2:A9", kind="list", formula='"是,否"', error="请选是或否", prompt="选"),
        Validation(area="B2:B9 D2:D9", kind="whole", formula="1", second="9"),
    ]
    looks = [
        Format(area="A2:A9", formula='A2="否"', fill="F9D5D0", colour="9F2D20", bold=True),
        Format(area="B2:B9", formula="3", operator="lessThan", fill="FFF2CC"),
    ]
    sheet = written(["是否", "数"], ["是", 4], validations=rules, formats=looks)
    first, second = sheet.data_validations.dataValidation
    assert (first.formula1, str(first.sqref), first.error, first.prompt) == ('"是,否"', "A2:A9", "请选是或否", "选")
    assert (second.formula1, second.formula2, str(second.sqref)) == ("1", "9", "B2:B9 D2:D9")
    found = {str(area.sqref): area.rules[0] for area in sheet.conditional_formatting}
    assert found["A2:A9"].formula == ['A2="否"']
    assert found["A2:A9"].dxf.fill.bgColor.rgb == "FFF9D5D0"
    assert found["A2:A9"].dxf.font.b
    assert (found["B2:B9"].operator, found["B2:B9"].dxf.fill.bgColor.rgb) == ("lessThan", "FFFFF2CC")


def test_a_list_too_long_for_excel_is_refused() -> None:
    rule = Validation(area="A1", kind="list", formula='"' + "是," * 130 + '"')
    with pytest.raises(WorkbookError, match="255 字"):
        add_sheet(*opened(workbook()), "新表", [], validations=[rule])


def test_styles_kept_by_the_caller_are_used() -> None:
    parts, directory = opened(workbook())
    styles = Styles(parts, directory)
    red = styles.derived(0, fill="F9D5D0")
    add_sheet(parts, directory, "新表", [["头"], [Styled("红", red)], [date(2026, 1, 5)]], has_head=True, styles=styles)
    assert "xl/styles.xml" not in parts.changed()
    styles.flush()
    sheet = load_workbook(io.BytesIO(packed(parts)))["新表"]
    assert sheet["A1"].font.b
    assert sheet["A2"].fill.fgColor.rgb == "FFF9D5D0"
    assert sheet["A3"].number_format == "yyyy-mm-dd"


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("prefix", ["", "x"])
def test_prefixes_and_a_workbook_without_styles(prefix: str) -> None:
    p = f"{prefix}:" if prefix else ""
    view = f'<{p}sheetViews><{p}sheetView tabSelected="1" workbookViewId="0"/></{p}sheetViews>'
    parts, directory = opened(small(prefix=prefix, view=view))
    looks = [Format(area="A1", formula="TRUE", fill="FFF2CC")]
    add_sheet(parts, directory, "新表", [["头"], [date(2026, 1, 5)]], first=True, filter_="A1:A2", formats=looks)
    again = load_workbook(io.BytesIO(packed(parts)))
    assert again.sheetnames == ["新表", "一"]
    assert again["一"]["A1"].value == 1
    assert again["新表"]["A2"].value == datetime(2026, 1, 5)  # noqa: DTZ001
    assert again["新表"].conditional_formatting
    assert f"<{p}definedNames><{p}definedName ".encode() in parts.read("xl/workbook.xml")


def test_strict_workbooks_get_strict_addresses() -> None:
    parts, directory = opened(small(f"{STRICT}spreadsheetml/main", f"{STRICT}officeDocument/relationships"))
    part = add_sheet(parts, directory, "新表", [["a"]], links={"A1": "https://a.cn"})
    assert [entry.title for entry in directory.entries()] == ["一", "新表"]
    for name in (part, "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet2.xml.rels"):
        assert b"openxmlformats.org/officeDocument" not in parts.read(name)
        assert b"openxmlformats.org/spreadsheetml" not in parts.read(name)


def test_days_follow_the_system_of_the_workbook() -> None:
    parts, directory = opened(small(inside='<workbookPr date1904="1"/>'))
    part = add_sheet(parts, directory, "新表", [[date(2026, 1, 5)]])
    assert b"<v>44565</v>" in parts.read(part)
