from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from package.decorated import LISTS, decorated, dress, prefixed, saved, source, strict, target
from package.packing import opened, packed

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.adding import add_sheet
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.importing import copy_sheet, import_sheet
from xiaobao_xl.package.parts import Parts


def imported(**options: Any) -> tuple[Parts, Any]:
    parts, directory = opened(target())
    import_sheet(parts, directory, *opened(source()), "看板 甲", **options)
    return parts, load_workbook(io.BytesIO(packed(parts)))


def test_values_and_looks_arrive() -> None:
    _, workbook = imported()
    sheet, there = workbook["看板 甲"], load_workbook(io.BytesIO(source()))["看板 甲"]
    for row in there.iter_rows():
        for cell in row:
            assert sheet[cell.coordinate].value == cell.value
            mine, its = dress(sheet[cell.coordinate]), dress(cell)
            assert (mine[0].name, mine[0].sz, mine[0].b, mine[0].color) == (
                its[0].name,
                its[0].sz,
                its[0].b,
                its[0].color,
            )
            assert mine[1:] == its[1:]
    assert sheet["C2"].value == datetime(2026, 1, 5)  # noqa: DTZ001
    assert sheet.column_dimensions["A"].width == 31
    assert sheet.column_dimensions["D"].fill.fgColor.rgb == "00EDF2F6"
    assert sheet.freeze_panes == "A2"
    assert sheet.page_setup.orientation == "landscape"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["E1:F2"]


def test_what_belongs_to_the_sheet_arrives() -> None:
    _, workbook = imported()
    sheet = workbook["看板 甲"]
    assert sheet["A2"].hyperlink.location == "'看板 甲'!B3"
    assert sheet["A3"].hyperlink.target == "https://a.cn/?x=1&y=2"
    assert sheet["B2"].comment.text == "核对过"
    assert workbook["台账"]["B1"].comment.text == "原有批注"
    assert sheet.data_validations.dataValidation[0].formula1 == '"一分行,二分行"'
    rules = {str(area.sqref): area.rules[0] for area in sheet.conditional_formatting}
    assert rules["B2:B3"].dxf.fill.bgColor.rgb == "00F9D5D0"
    assert rules["A2:A3"].dxf.font.b
    assert workbook["台账"].conditional_formatting["A1:A5"][0].dxf.fill.bgColor.rgb == "00DDEEDF"
    assert sheet.tables["校验问题"].ref == "A1:C3"
    assert len(sheet._charts) == 1
    assert len(workbook["台账"]._charts) == 1
    assert sheet._charts[0].series[0].val.numRef.f == "'看板 甲'!$B$2:$B$3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'看板 甲'!$A$1:$C$4"
    assert sheet.defined_names["阈值"].attr_text == "'看板 甲'!$B$2"


def test_only_lists_styles_and_new_parts_are_written() -> None:
    parts, directory = opened(target())
    there = set(parts.names())
    import_sheet(parts, directory, *opened(source()), "看板 甲")
    assert set(parts.changed()) & there == LISTS | {"xl/styles.xml"}
    new = set(parts.names()) - there
    assert {name.rpartition("/")[0] for name in new} == {
        "xl/worksheets", "xl/worksheets/_rels", "xl/drawings", "xl/drawings/_rels", "xl/charts", "xl/comments", "xl/tables",
        "xl/media",
    }  # fmt: skip
    assert all(parts.content_type(name) for name in new if not name.endswith(".rels"))


def test_styles_that_were_there_do_not_move() -> None:
    parts, _ = imported()
    before, after = Parts(Archive(target())).markup("xl/styles.xml"), parts.settle("xl/styles.xml")
    for local in ("numFmts", "fonts", "fills", "borders", "cellXfs", "dxfs"):
        old, new = before.root.child(local), after.root.child(local)
        kept = [after.source(child) for child in new.children][: len(old.children)]
        assert kept == [before.source(child) for child in old.children]
        assert new.attributes["count"] == str(len(new.children))


def test_importing_again_makes_no_further_styles() -> None:
    parts, directory = opened(target())
    import_sheet(parts, directory, *opened(source()), "看板 甲")
    styles = parts.read("xl/styles.xml")
    import_sheet(parts, directory, *opened(source()), "看板 甲", as_title="看板 乙")
    assert parts.read("xl/styles.xml") == styles


def test_another_title_is_followed_by_what_refers_to_it() -> None:
    _, workbook = imported(as_title="它's", first=True)
    sheet = workbook["它's"]
    assert workbook.sheetnames == ["它's", "台账"]
    assert sheet["B4"].value == "='它''s'!B2+B3"
    assert sheet._charts[0].series[0].val.numRef.f == "'它''s'!$B$2:$B$3"
    assert sheet["A2"].hyperlink.location == "'它''s'!B3"
    assert sheet["A4"].hyperlink.target == "#'它''s'!B2"
    assert sheet.defined_names["阈值"].attr_text == "'它''s'!$B$2"
    rules = {str(area.sqref): area.rules[0] for area in sheet.conditional_formatting}
    assert rules["A2:A3"].formula == ["'它''s'!$B2>4"]
    assert [bool(shown.sheet_view.tabSelected) for shown in workbook] == [True, False]


def test_shared_text_moves_into_the_cells() -> None:
    data = source()
    parts, directory = opened(data)
    prefix = '<?xml version="1.0"?><x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    text = "<x:si><x:r><x:rPr><x:b/></x:rPr><x:t>粗</x:t></x:r><x:r><x:t xml:space='preserve'> 细</x:t></x:r><x:phoneticPr fontId='3'/></x:si>"
    parts.add("xl/shared.xml", f"{prefix}<x:si/>{text}</x:sst>".encode(), "application/xml")
    old = directory.related("sharedStrings")
    if old:
        parts.write(old, parts.read("xl/shared.xml"))
    else:
        parts.relate(directory.part, "sharedStrings", "xl/shared.xml")
    part = directory.entry("另一张").part
    rows = b"<sheetData><row><c t='s' r='A1'><v>1</v></c><c r='B1' t='s'><v>0</v></c><c r='C1' cm='1'><v>5</v></c></row></sheetData>"
    parts.write(part, parts.read(part).replace(b"<sheetData></sheetData>", rows).replace(b"<sheetData />", rows))
    mine, list_ = opened(target())
    new = import_sheet(mine, list_, parts, directory, "另一张")
    sheet = load_workbook(io.BytesIO(packed(mine)))["另一张"]
    assert [cell.value for cell in sheet[1]] == ["粗 细", "", 5]
    assert b"phoneticPr" not in mine.read(new)
    assert b"cm=" not in mine.read(new)


def test_days_are_counted_as_the_target_counts_them() -> None:
    parts, directory = opened(target(epoch=datetime(1904, 1, 1)))  # noqa: DTZ001
    import_sheet(parts, directory, *opened(source()), "看板 甲")
    sheet = load_workbook(io.BytesIO(packed(parts)))["看板 甲"]
    assert [sheet["C2"].value, sheet["C3"].value] == [datetime(2026, 1, 5), datetime(2026, 2, 6)]  # noqa: DTZ001
    assert [sheet["B2"].value, sheet["B3"].value] == [3, 5]


def test_a_table_whose_name_is_taken_gets_another() -> None:
    workbook = Workbook()
    decorated(workbook, "原表")
    parts, directory = opened(saved(workbook))
    import_sheet(parts, directory, *opened(source()), "看板 甲")
    again = load_workbook(io.BytesIO(packed(parts)))
    assert list(again["原表"].tables) == ["校验问题"]
    assert list(again["看板 甲"].tables) == ["校验问题_2"]
    assert again["看板 甲"]["D2"].value == "=SUM(校验问题_2[件数])"
    assert [table.id for sheet in again for table in sheet.tables.values()] == [1, 2]


def test_what_cannot_be_carried_over_is_named_and_nothing_changes() -> None:
    parts, directory = opened(source())
    part = directory.entry("看板 甲").part
    parts.add("xl/slicers/slicer1.xml", b"<slicers/>", "application/vnd.ms-excel.slicer+xml")
    parts.relate(part, "http://schemas.microsoft.com/office/2007/relationships/slicer", "xl/slicers/slicer1.xml")
    mine, list_ = opened(target())
    with pytest.raises(WorkbookError, match="含有切片器"):
        import_sheet(mine, list_, parts, directory, "看板 甲")
    assert mine.changed() == {}
    before = parts.read("xl/workbook.xml")
    with pytest.raises(WorkbookError, match="含有切片器"):
        copy_sheet(parts, directory, "看板 甲", "新")
    assert parts.read("xl/workbook.xml") == before


def test_text_that_looks_like_markup_stays() -> None:
    parts, directory = opened(source())
    text = 'location="\'看板 甲\'!A1" s="1" cm="1" t="s" \'看板 甲\'!B2'
    add_sheet(parts, directory, "文字", [[text]])
    mine, list_ = opened(target())
    import_sheet(mine, list_, parts, directory, "文字", as_title="文本")
    assert load_workbook(io.BytesIO(packed(mine)))["文本"]["A1"].value == text


@pytest.mark.parametrize("change", [(prefixed, bytes), (bytes, prefixed), (prefixed, prefixed)])
def test_prefixes_on_either_side(change: tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]) -> None:
    parts, directory = opened(change[0](target()))
    import_sheet(parts, directory, *opened(change[1](source())), "看板 甲", as_title="它's", first=True)
    copy_sheet(parts, directory, "它's", "副本")
    workbook = load_workbook(io.BytesIO(packed(parts)))
    assert workbook.sheetnames == ["它's", "台账", "副本"]
    for title, table in (("它's", "校验问题"), ("副本", "校验问题_2")):
        sheet = workbook[title]
        assert (sheet["A1"].font.name, sheet["A1"].fill.fgColor.rgb, sheet["B3"].number_format) == (
            "微软雅黑",
            "002F5D7C",
            "0.0000",
        )
        assert (sheet["A2"].value, sheet["B4"].value) == ("一分行", "='它''s'!B2+B3")
        assert sheet.conditional_formatting["B2:B3"][0].dxf.fill.bgColor.rgb == "00F9D5D0"
        assert list(sheet.tables) == [table]


@pytest.mark.parametrize("change", [(strict, bytes), (bytes, strict)])
def test_addresses_are_those_of_the_target(change: tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]) -> None:
    parts, directory = opened(change[0](target()))
    there = set(parts.names())
    import_sheet(parts, directory, *opened(change[1](source())), "看板 甲")
    other = rb"""["']http://""" + (
        b"schemas.openxmlformats.org/(?!package|markup)" if parts.is_strict() else b"purl.oclc.org"
    )
    new = [name for name in set(parts.names()) - there if name.endswith((".xml", ".rels"))]
    assert len(new) > 6
    assert [name for name in new if re.search(other, parts.read(name))] == []
    assert len(list(parts.related(directory.entries()[-1].part, "drawing", "table", "comments"))) == 3


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_values(tmp_path: Path) -> None:
    parts, directory = opened(target())
    import_sheet(parts, directory, *opened(source()), "看板 甲", as_title="看板", first=True)
    copy_sheet(parts, directory, "看板", "副本")
    add_sheet(parts, directory, "新表", [["甲", 1.5, date(2026, 1, 5)]], first=True, has_head=True, freeze="A2")
    (tmp_path / "原.xlsx").write_bytes(packed(parts))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "out"), str(tmp_path / "原.xlsx")], check=True, capture_output=True, timeout=120
    )
    mine = load_workbook(tmp_path / "原.xlsx")
    its = load_workbook(tmp_path / "out" / "原.xlsx", data_only=True)
    assert its.sheetnames == mine.sheetnames == ["新表", "看板", "台账", "副本"]
    formulas = {"B4": 8, "D2": 8}
    for sheet in mine:
        for row in sheet.iter_rows():
            for cell in row:
                is_formula = cell.data_type == "f"
                expected = formulas[cell.coordinate] if is_formula else cell.value
                assert its[sheet.title][cell.coordinate].value == expected, (sheet.title, cell.coordinate)
