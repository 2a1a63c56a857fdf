from __future__ import annotations

import io

from openpyxl import load_workbook
from package.decorated import LISTS, dress, source
from package.packing import opened, packed

from xiaobao_xl.package.importing import copy_sheet


def test_a_copy_holds_what_the_sheet_holds() -> None:
    parts, directory = opened(source())
    there = set(parts.names())
    copy_sheet(parts, directory, "看板 甲", "副本", first=True)
    assert set(parts.changed()) & there <= LISTS
    workbook = load_workbook(io.BytesIO(packed(parts)))
    assert workbook.sheetnames == ["副本", "另一张", "看板 甲"]
    old, new = workbook["看板 甲"], workbook["副本"]
    assert [[dress(cell) for cell in row] for row in new.iter_rows()] == [
        [dress(cell) for cell in row] for row in old.iter_rows()
    ]
    assert (
        new["B4"].value == "='看板 甲'!B2+B3"
    )  # as in Excel: a formula that names its own sheet keeps to the original
    assert new._charts[0].series[0].val.numRef.f == "'副本'!$B$2:$B$3"
    assert new.defined_names["阈值"].attr_text == "'副本'!$B$2"
    assert old.defined_names["阈值"].attr_text == "'看板 甲'!$B$2"
    assert (new.print_title_rows, old.print_title_rows) == ("$1:$1", "$1:$1")
    assert list(new.tables) == ["校验问题_2"]
    assert new["D2"].value == "=SUM(校验问题_2[件数])"
    assert (new["B2"].comment.text, old["B2"].comment.text) == ("核对过", "核对过")
    drawing = next(parts.related(directory.entry("副本").part, "drawing")).target
    assert [found.target for found in parts.related(drawing, "image")] == ["xl/media/image1.png"]
    assert sum(name.startswith("xl/media/") for name in parts.names()) == 1


def test_sparklines_of_a_copy_show_the_copy() -> None:
    parts, directory = opened(source())
    part = directory.entry("看板 甲").part
    spark = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:sparklineGroups '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:sparklineGroup><x14:sparklines><x14:sparkline>'
        "<xm:f>'看板 甲'!B2:B3</xm:f><xm:sqref>G2</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup>"
        "</x14:sparklineGroups></ext></extLst></worksheet>"
    )
    parts.write(part, parts.read(part).replace(b"</worksheet>", spark.encode()))
    new = copy_sheet(parts, directory, "看板 甲", "副本")
    assert "<xm:f>'副本'!B2:B3</xm:f>" in parts.read(new).decode()


def test_threads_of_a_copy_are_threads_of_their_own() -> None:
    parts, directory = opened(source())
    part = directory.entry("看板 甲").part
    guid, person = "{12345678-1234-1234-1234-123456789ABC}", "{AAAAAAAA-1234-1234-1234-123456789ABC}"
    thread = f'<ThreadedComments><threadedComment ref="B2" personId="{person}" id="{guid}"/></ThreadedComments>'
    parts.add(
        "xl/threadedComments/threadedComment1.xml", thread.encode(), "application/vnd.ms-excel.threadedcomments+xml"
    )
    parts.relate(
        part,
        "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
        "xl/threadedComments/threadedComment1.xml",
    )
    comments = next(parts.related(part, "comments")).target
    parts.write(comments, parts.read(comments).replace("审计".encode(), f"tc={guid}".encode()))
    new = copy_sheet(parts, directory, "看板 甲", "副本")
    threads = parts.read(next(parts.related(new, "threadedComment")).target).decode()
    notes = parts.read(next(parts.related(new, "comments")).target).decode()
    assert guid not in threads + notes
    assert person in threads
    mine = threads.partition(' id="')[2].partition('"')[0]
    assert f"tc={mine}" in notes
