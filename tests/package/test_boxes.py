from __future__ import annotations

import re
import time

import openpyxl
import pytest
from package.making_notes import (
    BOX,
    DRAWING,
    SHEET,
    VML,
    listed,
    made,
    noted,
    reopened,
    write,
)

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.markup import MAIN, OFFICE, Markup
from xiaobao_xl.package.notes import write_notes
from xiaobao_xl.package.parts import Parts


def anchors(parts: Parts) -> list[list[int]]:
    found = re.findall(rb"<x:Anchor>([^<]*)<", parts.read(DRAWING))
    return [[int(number) for number in numbers.split(b",")] for numbers in found]


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (
            f'<worksheet xmlns="{MAIN}" xmlns:q="{OFFICE}"><sheetData/><drawing q:id="d"/><legacyDrawingHF q:id="h"/></worksheet>',
            '<drawing q:id="d"/><legacyDrawing q:id="{}"/><legacyDrawingHF',
        ),
        (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/><x:tableParts/></x:worksheet>',
            f'<x:sheetData/><x:legacyDrawing xmlns:r="{OFFICE}" r:id="{{}}"/><x:tableParts/>',
        ),
        (
            f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/><AlternateContent><Choice><controls/></Choice></AlternateContent></worksheet>',
            '<sheetData/><legacyDrawing r:id="{}"/><AlternateContent>',
        ),
        (
            f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/><legacyDrawing r:id="gone"/></worksheet>',
            '<sheetData/><legacyDrawing r:id="{}"/></worksheet>',
        ),
    ],
)
def test_the_pointer_stands_where_the_schema_wants_it(sheet, expected):
    parts = made(openpyxl.Workbook(), sheet=sheet)
    write(parts, {(1, 1): "甲"})
    relation = next(parts.related(SHEET, "vmlDrawing"))
    assert expected.format(relation.id) in parts.read(SHEET).decode()
    assert relation.target in parts


def test_the_drawing_of_headers_is_left_alone():
    sheet = f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/><legacyDrawingHF r:id="b"/></worksheet>'
    parts = noted(listed(""), VML.format(""), sheet=sheet)
    write(parts, {(1, 1): "甲"})
    assert parts.read(DRAWING) == VML.format("").encode()
    assert b'<legacyDrawing r:id="rIdXb1"/><legacyDrawingHF' in parts.read(SHEET)
    assert 'data="2"' in parts.read("xl/drawings/vmlDrawing2.vml").decode()


def test_a_drawing_that_is_no_xml_is_edited_all_the_same():
    button = '<v:shape id="b" o:spid="_x0000_s1030"><v:textbox><div>一<br>二&nbsp;</div></v:textbox></v:shape>'
    parts = noted(listed(""), VML.format(button))
    write(parts, {(1, 1): "甲"})
    data = parts.read(DRAWING).decode()
    before, after = VML.format(button).removesuffix("</xml>").split("data='1'")
    assert data.startswith(before + "data='1,2'" + after)
    assert re.findall("_x0000_s([0-9]+)", data) == ["1030", "2049"]


def test_a_drawing_in_utf_16_is_edited():
    text = '<?xml version="1.0" encoding="UTF-16"?>' + VML.format(BOX.replace("a<br>b", "按钮"))
    parts = noted(listed(""), text.encode("utf-16"))
    write(parts, {(1, 1): "甲"})
    assert "按钮" in parts.read(DRAWING).decode()
    assert parts.read(DRAWING).count(b"<x:Row>") == 2


def test_an_empty_drawing_is_opened():
    parts = noted(listed(""), '<xml xmlns:v="urn:schemas-microsoft-com:vml"/>')
    write(parts, {(1, 1): "甲"})
    root = Markup(parts.read(DRAWING)).root
    assert [found.local for found in root.children] == ["shapetype", "shape"]


def test_a_drawing_cut_short_is_refused():
    parts = noted(listed(""), VML.format(BOX).removesuffix("</xml>"))
    with pytest.raises(WorkbookError, match="损坏"):
        write(parts, {(1, 1): "甲"})


def test_ids_go_on_in_blocks_nobody_has():
    parts = noted(listed(""), VML.format(BOX))
    parts.write("xl/drawings/vmlDrawing7.vml", VML.replace("'1'", '"2,4"').format("").encode())
    write(parts, {(row, 1): "甲" for row in range(1, 2001)})
    data = parts.read(DRAWING).decode()
    assert "data='1,3,5'" in data
    ids = [int(found) for found in re.findall('id="_x0000_s([0-9]+)"', data)]
    assert len(ids) == len(set(ids)) == 2001
    assert {found // 1024 for found in ids} == {1, 3, 5}
    assert all(found % 1024 for found in ids)


def test_ids_of_form_controls_are_not_used():
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/><controls><control shapeId="1025" r:id="c"/></controls>'
        "</worksheet>"
    )
    parts = made(openpyxl.Workbook(), sheet=sheet)
    write(parts, {(1, 1): "甲"})
    assert b'id="_x0000_s2049"' in parts.read(DRAWING)


def test_notes_that_had_no_drawing_get_boxes_too():
    parts = noted(listed('<comment ref="D4" authorId="0"><text><t>旧</t></text></comment>'))
    write(parts, {(1, 1): "甲"})
    drawing = parts.read(next(found.target for found in parts.related(SHEET, "vmlDrawing") if found.id != "b"))
    assert re.findall(rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)<", drawing) == [(b"0", b"0"), (b"3", b"3")]


def test_drawings_full_of_open_ends_are_read_in_one_pass():
    hostile = VML.format('<x:ClientData ObjectType="Note"><x:Row>' * 40_000 + "<o:idmap data='" * 40_000)
    parts = noted(listed(""), hostile)
    begin = time.process_time()
    write(parts, {(1, 1): "甲"})
    assert time.process_time() - begin < 1


def test_writing_twice_before_the_shell_is_written_makes_one_drawing():
    parts = made(openpyxl.Workbook())
    shell = Markup(parts.read(SHEET), SHEET)
    write_notes(parts, SHEET, shell, {(1, 1): "甲"})
    write_notes(parts, SHEET, shell, {(2, 2): "乙"})
    parts.write(SHEET, shell.data())
    assert parts.read(SHEET).count(b"legacyDrawing") == 1
    assert reopened(parts) == {"A1": "甲", "B2": "乙"}


def test_boxes_lie_beside_their_cell_and_fit_their_text():
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetFormatPr defaultRowHeight="15" defaultColWidth="10"/><cols><col min="3" max="3" '
        'width="40" hidden="1"/><col min="4" max="16384" width="20"/></cols><sheetData/></worksheet>'
    )
    parts = made(openpyxl.Workbook(), sheet=sheet)
    write(parts, {(1, 1): "短", (8, 2): "长" * 60, (9, 2): "一\n" * 9 + "二"})
    assert anchors(parts) == [[1, 15, 0, 2, 3, 89, 2, 6], [2, 15, 6, 10, 5, 55, 9, 10], [2, 15, 7, 10, 4, 19, 16, 2]]


def test_boxes_at_the_edge_of_the_sheet_stay_on_it():
    parts = made(openpyxl.Workbook())
    write(parts, {(1_048_576, 16_384): "长\n" * 200})
    [(left, _, top, _, right, _, bottom, _)] = anchors(parts)
    assert left < right <= 16_383
    assert top < bottom <= 1_048_575
