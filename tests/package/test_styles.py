from __future__ import annotations

import io
import time
import zipfile
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from package.packing import packed

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.directory import Directory
from xiaobao_xl.package.markup import MAIN, Markup
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.styles import MAX_STYLES, Styles

SHEET = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def workbook(styles: str | bytes | None) -> Parts:
    """A workbook with a styles part written by hand, or with none."""
    blank = io.BytesIO()
    openpyxl.Workbook().save(blank)
    out = io.BytesIO()
    with zipfile.ZipFile(blank) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/styles.xml":
                if styles is None:
                    continue
                data = styles.encode() if isinstance(styles, str) else styles
            if styles is None and name == "[Content_Types].xml":
                data = data.replace(
                    b'<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                    b'spreadsheetml.styles+xml"/>',
                    b"",
                )
            if styles is None and name == "xl/_rels/workbook.xml.rels":
                markup = Markup(data)
                for child in markup.root.children:
                    if child.attributes["Type"].endswith("/styles"):
                        markup.replace(child, b"")
                data = markup.data()
            new.writestr(name, data)
    return Parts(Archive(out.getvalue()))


def opened(parts: Parts) -> tuple[Parts, Styles]:
    return parts, Styles(parts, Directory(parts))


def sheet_of(inside: str, address: str = MAIN) -> str:
    return f'<styleSheet xmlns="{address}" xmlns:x14ac="urn:x">{inside}</styleSheet>'


FULL = sheet_of(
    '<numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;"/></numFmts>'
    '<fonts count="2" x14ac:knownFonts="1"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b val="0"/><i/><sz val="9"/><color theme="1"/><name val="黑体"/><scheme val="minor"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    "<xf numFmtId='176' fontId='1' fillId='0' borderId='0' xfId='0' quotePrefix='1' applyFont='0'>"
    '<alignment horizontal="center"/><protection locked="0"/><extLst><ext uri="u"/></extLst></xf></cellXfs>'
    '<dxfs count="1"><dxf><numFmt numFmtId="165" formatCode="0"/></dxf></dxfs>'
)


def test_what_is_not_named_stays_as_the_base_has_it():
    parts, styles = opened(workbook(FULL))
    assert styles.derived(1, fill="fff2cc") == 2
    styles.flush()
    text = parts.read("xl/styles.xml").decode()
    new = (
        "<xf numFmtId='176' fontId='1' fillId=\"2\" borderId='0' xfId='0' quotePrefix='1' applyFont='0' applyFill=\"1\">"
        '<alignment horizontal="center"/><protection locked="0"/><extLst><ext uri="u"/></extLst></xf></cellXfs>'
    )
    assert new in text
    assert '<cellXfs count="3">' in text
    assert '<fills count="3">' in text
    assert '<fgColor rgb="FFFFF2CC"/>' in text
    assert text.startswith(FULL[: FULL.index("<fills")])


def test_a_font_keeps_everything_but_its_colour_and_weight():
    parts, styles = opened(workbook(FULL))
    styles.derived(1, colour="FF0000", bold=True)
    styles.flush()
    text = parts.read("xl/styles.xml").decode()
    font = '<font><b/><i/><sz val="9"/><color rgb="FFFF0000"/><name val="黑体"/><scheme val="minor"/></font></fonts>'
    assert font in text
    assert '<fonts count="3" x14ac:knownFonts="1">' in text
    assert "fontId=\"2\" fillId='0' borderId='0' xfId='0' quotePrefix='1' applyFont=\"1\">" in text


def test_bold_can_be_taken_away():
    parts, styles = opened(workbook(FULL))
    index = styles.derived(0, bold=True)
    assert styles.derived(index, bold=False) != index
    styles.flush()
    assert parts.read("xl/styles.xml").count(b"<b/>") == 1


def test_the_same_request_gives_the_same_index_before_and_after_flushing():
    _, styles = opened(workbook(FULL))
    first = styles.derived(0, fill="FFF2CC", bold=True)
    styles.flush()
    assert styles.derived(0, fill="fff2cc", bold=True) == first
    assert styles.derived(styles.derived(0, bold=True), fill="FFF2CC") == first
    assert styles.derived(first, fill="FFF2CC") == first
    assert styles.derived(1) == 1


def test_flushing_twice_appends_once_and_later_entries_follow():
    parts, styles = opened(workbook(FULL))
    styles.derived(0, fill="FFF2CC")
    styles.flush()
    once = parts.read("xl/styles.xml")
    styles.flush()
    assert parts.read("xl/styles.xml") == once
    assert styles.derived(0, fill="00FF00") == 3
    styles.flush()
    root = parts.settle("xl/styles.xml").root
    assert {
        (found.local, found.attributes["count"]) for found in root.children if found.local in {"fills", "cellXfs"}
    } == {
        ("fills", "4"),
        ("cellXfs", "4"),
    }
    assert len(root.child("cellXfs").children) == 4


def test_a_file_marked_before_gets_no_second_copy_of_a_style():
    parts, styles = opened(workbook(FULL))
    marked = styles.derived(1, fill="FFF2CC", colour="FF0000", number_format="0.000")
    styles.flush()
    again, later = opened(workbook(parts.read("xl/styles.xml")))
    assert later.derived(1, fill="FFF2CC", colour="FF0000", number_format="0.000") == marked
    assert later.derived(marked, fill="FFF2CC") == marked
    later.flush()
    assert not again.changed()


def test_nothing_is_written_when_nothing_was_asked_for():
    for source in (FULL, None):
        parts, styles = opened(workbook(source))
        styles.number_format(0)
        styles.derived(0)
        styles.flush()
        assert not parts.changed()


def test_number_formats_are_reused_or_take_a_free_number():
    parts, styles = opened(workbook(FULL))
    formats = ['yyyy"年"', "0.00%", '0"<件>"', "0.0000"]
    indexes = [styles.derived(0, number_format=code) for code in formats]
    assert [styles.number_format(index) for index in indexes] == formats
    styles.flush()
    text = parts.read("xl/styles.xml").decode()
    assert '<numFmts count="3">' in text
    new = '<numFmt numFmtId="164" formatCode=\'0"&lt;件&gt;"\'/><numFmt numFmtId="166" formatCode="0.0000"/></numFmts>'
    assert new in text  # a conditional format has 165
    entries = parts.settle("xl/styles.xml").root.child("cellXfs").children
    assert [entry.attributes["numFmtId"] for entry in entries[2:]] == ["176", "10", "164", "166"]
    assert all(entry.attributes["applyNumberFormat"] == "1" for entry in entries[2:])


def test_missing_lists_are_created_where_the_schema_wants_them():
    bare = sheet_of('<borders/><cellXfs><xf fontId="0"/></cellXfs><cellStyles/>')
    parts, styles = opened(workbook(bare))
    assert styles.derived(0, fill="FFF2CC", bold=True, number_format="0.0") == 1
    styles.flush()
    root = parts.settle("xl/styles.xml").root
    assert [child.local for child in root.children] == ["numFmts", "fonts", "fills", "borders", "cellXfs", "cellStyles"]
    assert [len(child.children) for child in root.children] == [1, 2, 3, 0, 2, 0]
    new = root.child("cellXfs").children[1]
    assert (new.attributes["numFmtId"], new.attributes["fontId"], new.attributes["fillId"]) == ("164", "1", "2")


def test_empty_lists_and_a_single_fill_are_filled_up():
    one = sheet_of('<fonts/><fills><fill><patternFill patternType="none"/></fill></fills><cellXfs count="0"/>')
    parts, styles = opened(workbook(one))
    assert styles.count() == 1
    assert styles.derived(0, fill="FFF2CC", colour="000000") == 1
    styles.flush()
    root = parts.settle("xl/styles.xml").root
    assert [(child.local, len(child.children), child.attributes["count"]) for child in root.children] == [
        ("fonts", 2, "2"),
        ("fills", 3, "3"),
        ("cellXfs", 2, "2"),
    ]


def test_a_workbook_without_styles_gets_a_part_that_opens():
    parts, styles = opened(workbook(None))
    assert (styles.count(), styles.number_format(0), styles.is_date(0)) == (1, "General", False)
    index = styles.derived(0, fill="FFF2CC", number_format="yyyy-mm-dd")
    styles.flush()
    assert Directory(parts).related("styles") == "xl/styles.xml"
    assert parts.content_type("xl/styles.xml").endswith("styles+xml")
    parts.write("xl/worksheets/sheet1.xml", SHEET.replace('r="A1"', f'r="A1" s="{index}"').encode())
    cell = openpyxl.load_workbook(io.BytesIO(packed(parts))).active["A1"]
    assert (cell.fill.fgColor.rgb, cell.number_format) == ("FFFFF2CC", "yyyy-mm-dd")


def test_the_part_can_be_created_ahead():
    parts, styles = opened(workbook(None))
    styles.create()
    written = set(parts.changed())
    styles.derived(0, fill="FFF2CC")
    styles.flush()
    assert set(parts.changed()) == written
    assert Styles(parts, Directory(parts)).count() == 2


@pytest.mark.parametrize("address", [MAIN, STRICT])
def test_prefixes_and_strict_addresses_are_kept(address):
    source = (
        f'<x:styleSheet xmlns:x="{address}"><x:fonts count="1"><x:font><x:sz val="9"/></x:font></x:fonts>'
        '<x:cellXfs count="1"><x:xf fontId="0"/></x:cellXfs></x:styleSheet>'
    )
    parts, styles = opened(workbook(source))
    styles.derived(0, fill="FFF2CC", bold=True, colour="FF0000", number_format="0.0")
    styles.flush()
    root = parts.settle("xl/styles.xml").root
    assert all(child.prefix == "x:" and child.space == MAIN for child in root.all())
    assert [len(child.children) for child in root.children] == [1, 2, 3, 2]
    assert address.encode() in parts.read("xl/styles.xml")


def test_a_part_in_utf_16_is_read_and_written():
    parts, styles = opened(workbook(('<?xml version="1.0" encoding="UTF-16"?>' + FULL).encode("utf-16")))
    styles.derived(1, bold=True)
    styles.flush()
    assert "黑体" in parts.read("xl/styles.xml").decode()


def test_edits_others_make_in_the_part_are_kept():
    parts, styles = opened(workbook(FULL))
    styles.derived(0, fill="FFF2CC")
    other = parts.settle("xl/styles.xml")
    other.append(other.root.child("dxfs"), b"<dxf/>")
    styles.flush()
    root = parts.settle("xl/styles.xml").root
    assert (len(root.child("dxfs").children), len(root.child("cellXfs").children)) == (2, 3)


def test_openpyxl_sees_the_base_and_the_difference():
    book = openpyxl.Workbook()
    cell = book.active["A1"]
    cell.value, cell.number_format = 1, "#,##0.00"
    cell.font, cell.fill = Font(name="黑体", size=9, italic=True), PatternFill("solid", fgColor="00FF00")
    cell.alignment, cell.protection = Alignment(wrap_text=True), Protection(locked=False)
    out = io.BytesIO()
    book.save(out)
    parts, styles = opened(Parts(Archive(out.getvalue())))
    name = Directory(parts).entry("Sheet").part
    base = cell.style_id
    index = styles.derived(base, colour="C00000", bold=True)
    styles.flush()
    parts.write(name, parts.read(name).replace(f's="{base}"'.encode(), f's="{index}"'.encode()))
    after = openpyxl.load_workbook(io.BytesIO(packed(parts))).active["A1"]
    assert (after.font.name, after.font.sz, after.font.i, after.font.b) == ("黑体", 9, True, True)
    assert (after.font.color.rgb, after.fill.fgColor.rgb, after.number_format) == ("FFC00000", "0000FF00", "#,##0.00")
    assert (after.alignment.wrap_text, after.protection.locked) == (True, False)


def test_a_style_the_file_does_not_define_counts_as_the_first():
    _, styles = opened(workbook(FULL))
    assert styles.derived(99, fill="FFF2CC") == styles.derived(0, fill="FFF2CC")
    assert styles.number_format(99) == "General"
    assert styles.number_format(-1) == "General"


def test_colours_are_proved():
    _, styles = opened(workbook(FULL))
    with pytest.raises(WorkbookError, match="六位十六进制"):
        styles.derived(0, fill="yellow")


def test_excels_limit_of_styles_is_said():
    many = sheet_of("<fonts><font/></fonts><cellXfs>" + "<xf/>" * MAX_STYLES + "</cellXfs>")
    _, styles = opened(workbook(many))
    with pytest.raises(WorkbookError, match="上限"):
        styles.derived(0, fill="FFF2CC")


def test_a_part_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_MARKUP", 100)
    with pytest.raises(WorkbookError, match="大得不正常"):
        opened(workbook(FULL))


def test_a_thousand_styles_over_ten_thousand_take_well_under_a_second():
    many = sheet_of(
        "<fonts><font><sz val='9'/></font></fonts><cellXfs>"
        + "".join(f'<xf numFmtId="0" fontId="0" fillId="0" borderId="{number}"/>' for number in range(12_000))
        + "</cellXfs>"
    )
    parts, styles = opened(workbook(many))
    begin = time.process_time()
    indexes = [styles.derived(base, fill="FFF2CC", bold=True) for base in range(1000)]
    styles.flush()
    assert time.process_time() - begin < 0.5
    assert indexes == list(range(12_000, 13_000))
    assert b'<cellXfs count="13000">' in parts.read("xl/styles.xml")


@pytest.mark.parametrize("number", [14, 15, 22, 27, 31, 36, 45, 46, 47, 50, 57, 58])
def test_built_in_formats_of_dates_are_dates(number):
    _, styles = opened(workbook(sheet_of(f'<cellXfs><xf numFmtId="{number}"/></cellXfs>')))
    assert styles.is_date(0)


@pytest.mark.parametrize("number", [0, 1, 5, 8, 11, 37, 41, 44, 48, 49, 9999])
def test_other_built_in_formats_are_none(number):
    _, styles = opened(workbook(sheet_of(f'<cellXfs><xf numFmtId="{number}"/></cellXfs>')))
    assert not styles.is_date(0)


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([None, "FF0000", "00FF00"]), st.sampled_from([None, True, False]))
    )
)
def test_old_entries_never_move_and_indexes_count_up(requests):
    parts, styles = opened(workbook(FULL))
    found = [styles.derived(base, fill=fill, bold=bold) for base, fill, bold in requests]
    styles.flush()
    new = sorted({index for index in found if index > 1})
    assert all(later - earlier == 1 for earlier, later in pairwise(new))
    markup = parts.settle("xl/styles.xml")
    entries = [markup.source(child).decode() for child in markup.root.child("cellXfs").children]
    assert len(entries) == styles.count() == int(markup.root.child("cellXfs").attributes["count"])
    assert "".join(entries[:2]) in FULL
