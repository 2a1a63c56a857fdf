from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package.making_notes import (
    BOX,
    COMMENTS,
    DRAWING,
    SHEET,
    SPREADSHEET,
    STRICT,
    VML,
    listed,
    made,
    noted,
    reopened,
    with_notes,
    write,
)
from package.packing import packed

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.markup import MAIN, OFFICE, Markup
from xiaobao_xl.package.notes import notes_of, threaded
from xiaobao_xl.package.parts import Parts

THREAD = (
    '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    '<threadedComment ref="C3" id="{1}"><text>话</text></threadedComment></ThreadedComments>'
)
POINTER = (
    '<Relationship Id="t" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"'
    ' Target="../threadedComments/threadedComment1.xml"/>'
)


def test_notes_come_into_a_workbook_without_any():
    parts = made(openpyxl.Workbook())
    assert write(parts, {(2, 3): "超过处理时限", (1, 1): " <a> & b\r\n第二行"}) == []
    assert reopened(parts) == {"A1": " <a> & b\n第二行", "C2": "超过处理时限"}
    assert notes_of(parts, SHEET) == {(1, 1): " <a> & b\n第二行", (2, 3): "超过处理时限"}
    assert parts.content_type(COMMENTS) == f"{SPREADSHEET}.comments+xml"
    assert parts.content_type("xl/drawings/vmlDrawing1.vml").endswith("vmlDrawing")
    assert f'<legacyDrawing xmlns:r="{OFFICE}" r:id="rIdXb2"/></worksheet>'.encode() in parts.read(SHEET)


def test_notes_join_those_openpyxl_wrote():
    parts = made(with_notes({"A1": "原有", "B9": "不动"}))
    name = next(found.target for found in parts.related(SHEET, "vmlDrawing"))
    before = parts.read(name)
    assert write(parts, {(1, 1): "另加", (3, 3): "新"}) == []
    assert reopened(parts) == {"A1": "原有\n另加", "B9": "不动", "C3": "新"}
    after = parts.read(name)
    assert after.count(b"ClientData ") == 3
    old_shape = before[before.rindex(b"shape ") : before.rindex(b"</xml>")]
    assert len(old_shape) > 300
    assert old_shape in after
    assert len(list(parts.related(SHEET, "comments"))) == len(list(parts.related(SHEET, "vmlDrawing"))) == 1


def test_what_is_written_reads_the_same_in_openpyxl_and_here():
    texts = {(1, 1): "_x000D_", (1, 2): "a\tb", (1, 3): "😀𠮷", (1, 4): "\n", (1, 5): "]]>"}
    parts = made(openpyxl.Workbook())
    write(parts, texts)
    assert notes_of(parts, SHEET) == texts
    assert Markup(parts.read(COMMENTS)).root.child("commentList") is not None


def test_rich_text_stays_and_the_new_paragraph_is_a_run_of_its_own():
    rich = (
        '<text><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space="preserve"> 细</t></r>'
        '<rPh sb="0" eb="1"><t>读音</t></rPh><phoneticPr fontId="1"/></text>'
    )
    parts = noted(listed(f'<comment ref="B2" authorId="0" shapeId="0">{rich}</comment>'), VML.format(BOX))
    write(parts, {(2, 2): "新段"})
    data = parts.read(COMMENTS).decode()
    kept, rest = rich.split("<rPh", 1)
    assert kept + "<r>" in data
    assert '<t xml:space="preserve">\n新段</t></r><rPh' + rest in data
    assert notes_of(parts, SHEET) == {(2, 2): "粗 细\n新段"}
    assert "<author>校验" not in data
    assert "drawings" not in " ".join(parts.changed())


def test_plain_text_becomes_a_run_before_another_follows():
    parts = noted(listed('<comment ref="B2" authorId="0"><text><t>旧</t></text></comment>'), VML.format(BOX))
    write(parts, {(2, 2): "新"})
    assert b"<text><r><t>\xe6\x97\xa7</t></r><r><rPr>" in parts.read(COMMENTS)
    assert notes_of(parts, SHEET) == {(2, 2): "旧\n新"}


@pytest.mark.parametrize("text", ["<text/>", "<text></text>", "<text><t/></text>"])
def test_empty_notes_are_filled(text):
    parts = noted(listed(f'<comment ref="B2" authorId="0">{text}</comment>'), VML.format(BOX))
    write(parts, {(2, 2): "新"})
    assert notes_of(parts, SHEET) == {(2, 2): "新"}


def test_the_same_note_is_not_said_twice():
    parts = made(openpyxl.Workbook())
    notes = {(1, 1): "超过处理时限"}
    write(parts, notes)
    again = Parts(Archive(packed(parts)))
    write(again, notes)
    assert not again.changed()


def test_nothing_is_written_without_notes():
    parts = made(openpyxl.Workbook())
    assert write(parts, {}) == write(parts, {(1, 1): ""}) == []
    assert not parts.changed()


def test_prefixes_are_kept():
    comments = (
        f'<x:comments xmlns:x="{MAIN}"><x:authors><x:author>张三</x:author></x:authors><x:commentList>'
        '<x:comment ref="B2" authorId="0"><x:text><x:t>旧</x:t></x:text></x:comment></x:commentList></x:comments>'
    )
    drawing = (
        '<xml xmlns:a="urn:schemas-microsoft-com:vml" xmlns:v="urn:other" xmlns="urn:schemas-microsoft-com:office:excel">'
        '<a:shape id="_x0000_s2049"/></xml>'
    )
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}" xmlns:rel="{OFFICE}"><x:sheetData/><x:legacyDrawing rel:id="b"/></x:worksheet>'
    )
    parts = noted(comments, drawing, sheet=sheet)
    write(parts, {(2, 2): "新", (3, 1): "另"})
    assert all(found.prefix == "x:" for found in Markup(parts.read(COMMENTS)).root.all())
    root = Markup(parts.read(DRAWING)).root
    shapes = [found for found in root.children if found.local == "shape"]
    assert {(found.space, found.prefix) for found in shapes} == {("urn:schemas-microsoft-com:vml", "a:")}
    assert all(found.space == "urn:schemas-microsoft-com:office:excel" for found in root.all("ClientData", "Row"))
    assert [found.attributes["id"] for found in shapes] == ["_x0000_s2049", "_x0000_s1025", "_x0000_s1026"]
    assert parts.read(SHEET).decode() == sheet


def test_strict_workbooks_stay_strict():
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{STRICT}officeDocument/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    sheet = f'<worksheet xmlns="{STRICT}spreadsheetml/main"><sheetData/></worksheet>'
    parts = made(openpyxl.Workbook(), sheet=sheet, root=relations)
    write(parts, {(1, 1): "甲"})
    assert f'<comments xmlns="{STRICT}spreadsheetml/main">'.encode() in parts.read(COMMENTS)
    assert f'xmlns:r="{STRICT}officeDocument/relationships"'.encode() in parts.read(SHEET)
    assert notes_of(parts, SHEET) == {(1, 1): "甲"}


def test_threaded_comments_are_left_alone_and_named():
    comments = listed(
        '<comment ref="B2" authorId="1"><text><t>[线程批注] 话</t></text></comment>'
        '<comment ref="D4" authorId="0"><text><t>[Threaded comment]\n话</t></text></comment>',
        "<author>张三</author><author>tc={1}</author>",
    )
    parts = noted(comments, VML.format(BOX), more=POINTER, thread=THREAD)
    assert threaded(parts, SHEET) == {(2, 2), (3, 3), (4, 4)}
    assert write(parts, {(4, 4): "新", (2, 2): "新", (3, 3): "新", (1, 1): "甲"}) == ["B2", "C3", "D4"]
    assert comments.split("</commentList>")[0].split("<commentList>")[1] in parts.read(COMMENTS).decode()
    assert set(notes_of(parts, SHEET)) == {(1, 1), (2, 2), (4, 4)}


def test_where_all_cells_are_threaded_nothing_is_written():
    parts = noted(listed(""), VML.format(BOX), more=POINTER, thread=THREAD)
    assert write(parts, {(3, 3): "新"}) == ["C3"]
    assert not parts.changed()


def test_a_note_longer_than_excel_reads_is_named():
    parts = noted(
        listed(f'<comment ref="B2" authorId="0"><text><t>{"长" * 32760}</t></text></comment>'), VML.format(BOX)
    )
    assert write(parts, {(2, 2): "七个字的新批注", (1, 1): "字" * 32767, (1, 2): "😀" * 16384}) == ["B1", "B2"]
    assert set(notes_of(parts, SHEET)) == {(1, 1), (2, 2)}


def test_a_note_without_any_text_element_is_named():
    parts = noted(listed('<comment ref="B2" authorId="0"/>'), VML.format(BOX))
    assert write(parts, {(2, 2): "新"}) == ["B2"]
    assert not parts.changed()


@pytest.mark.parametrize(
    "comments",
    [
        f'<comments xmlns="{MAIN}"/>',
        f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>',
        f'<comments xmlns="{MAIN}"><authors></authors><commentList/><extLst/></comments>',
        f'<comments xmlns="{MAIN}"><commentList></commentList></comments>',
    ],
)
def test_missing_and_empty_lists_are_filled(comments):
    parts = noted(comments)
    write(parts, {(1, 1): "甲"}, author="A&B")
    assert notes_of(parts, SHEET) == {(1, 1): "甲"}
    markup = Markup(parts.read(COMMENTS))
    assert markup.text(markup.root.child("authors").children[0]) == "A&B"


def test_a_comments_part_that_is_missing_is_made_under_its_name():
    parts = noted(listed(""), VML.format(""))
    parts.remove(COMMENTS)
    write(parts, {(1, 1): "甲"})
    assert len(list(parts.related(SHEET, "comments"))) == 1
    assert notes_of(parts, SHEET) == {(1, 1): "甲"}


def test_broken_and_hostile_comments_are_refused():
    with pytest.raises(WorkbookError, match="损坏"):
        notes_of(noted("<comments>"), SHEET)
    with pytest.raises(WorkbookError, match="恶意"):
        notes_of(noted('<!DOCTYPE a [<!ENTITY b "c">]><comments/>'), SHEET)


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 40), st.integers(1, 30)), st.text("甲乙 a<&>\"'\n😀", min_size=1), max_size=8
    ),
    st.dictionaries(st.tuples(st.integers(1, 40), st.integers(1, 30)), st.text("丙b]\n_x", min_size=1), max_size=8),
)
def test_every_note_is_found_again(first, second):
    parts = made(openpyxl.Workbook())
    write(parts, first)
    write(parts, second)
    expected = dict(first)
    for place, text in second.items():
        known = expected.get(place)
        if known is None or not (known == text or known.endswith(f"\n{text}")):
            expected[place] = text if known is None else f"{known}\n{text}"
    assert notes_of(parts, SHEET) == expected
    if expected:
        assert parts.read(DRAWING).count(b"</v:shape>") == len(expected)


def test_sixty_thousand_notes_are_quick_and_small():
    parts = made(openpyxl.Workbook())
    notes = {
        (row, column): f"第{row}行：处理时限应不超过十五日，实际为二十日，请核对受理日期与办结日期，并按第十八条办理。"
        for row in range(2, 2002)
        for column in range(1, 31)
    }
    begin = time.process_time()
    write(parts, notes)
    assert time.process_time() - begin < 1.5
    assert parts.size(COMMENTS) + parts.size(DRAWING) < 60_000_000
    assert len(notes_of(parts, SHEET)) == 60_000


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_shows_old_and_new_notes(tmp_path: Path):
    parts = made(with_notes({"A1": "原有", "B9": "不动"}))
    write(parts, {(1, 1): "另加", (3, 3): "新", (20, 5): "长" * 100})
    source = tmp_path / "notes.xlsx"
    source.write_bytes(packed(parts))
    home, out = (tmp_path / "home").as_uri(), tmp_path / "out"
    command = [
        "soffice",
        f"-env:UserInstallation={home}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        out,
        source,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    book = openpyxl.load_workbook(out / "notes.xlsx")
    found = {cell.coordinate: cell.comment.text for row in book.active.iter_rows() for cell in row if cell.comment}
    assert found == {"A1": "原有\n另加", "B9": "不动", "C3": "新", "E20": "长" * 100}
