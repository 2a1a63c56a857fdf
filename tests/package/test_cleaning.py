"""What is in no cell tells nothing once a workbook was cleaned, and the workbook still holds together."""

from __future__ import annotations

import io
import zipfile

import pytest
from package.bricks import WORKBOOK, Bricks

from xiaobao_xl import package
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.markup import MAIN, OFFICE

NAME = "张小明"
CACHE = "xl/pivotCache/pivotCacheDefinition1.xml"
RECORDS = "xl/pivotCache/pivotCacheRecords1.xml"
LINK = "xl/externalLinks/externalLink1.xml"


def cleaned(book: Bricks, tmp_path, kept=frozenset({"留下"})) -> tuple[dict[str, str], list[str]]:
    with package.open(book.build()) as opened:
        dropped = opened.clean(lambda text: text.replace(NAME, "甲"), kept)
        opened.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}, dropped


def test_a_pivot_table_forgets_its_records_and_the_texts_no_cell_holds(tmp_path):
    book = Bricks()
    book.relate(WORKBOOK, "pivotCacheDefinition", CACHE)
    book.add(
        CACHE,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" refreshedBy="{NAME}" recordCount="2"><cacheFields count="1">'
        f'<cacheField name="姓名"><sharedItems><s v="{NAME}"/><s v="不在表里"/><s v="留下"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>',
    )
    book.relate(CACHE, "pivotCacheRecords", RECORDS)
    book.add(RECORDS, f'<pivotCacheRecords xmlns="{MAIN}"><r><s v="{NAME}"/></r></pivotCacheRecords>')
    parts, dropped = cleaned(book, tmp_path)
    assert RECORDS not in parts
    assert "数据透视表的缓存记录" in dropped
    told = parts[CACHE]
    assert 'refreshOnLoad="1"' in told
    assert 'v="留下"' in told
    assert not [word for word in (NAME, "不在表里", "r:id", "recordCount", "refreshedBy") if word in told]
    assert len(set(told.split("<s v=")[1:])) == 3


def test_another_workbook_s_values_are_forgotten(tmp_path):
    book = Bricks()
    book.relate(WORKBOOK, "externalLink", LINK)
    cells = f'<cell r="A1" t="str"><v>{NAME}</v></cell><cell r="A2" t="str"><v>不在表里</v></cell><cell r="A3"><v>5</v></cell>'
    book.add(
        LINK,
        f'<externalLink xmlns="{MAIN}"><externalBook><sheetDataSet><sheetData sheetId="0"><row r="1">{cells}</row></sheetData>'
        "</sheetDataSet></externalBook></externalLink>",
    )
    parts, _ = cleaned(book, tmp_path)
    assert NAME not in parts[LINK]
    assert "不在表里" not in parts[LINK]
    assert "<v>5</v>" in parts[LINK]


def test_a_part_nobody_points_to_is_left_out(tmp_path):
    book = Bricks()
    book.add("xl/stray.xml", f"<a>{NAME}</a>", "application/xml")
    parts, _ = cleaned(book, tmp_path)
    assert "xl/stray.xml" not in parts


def test_shared_strings_no_cell_holds_become_empty_and_keep_their_numbers(tmp_path):
    book = Bricks()
    before = len(book.strings)
    book.strings.append(f"<t>{NAME}</t>")
    parts, _ = cleaned(book, tmp_path)
    assert parts["xl/sharedStrings.xml"].count("<si>") == before + 1
    assert NAME not in parts["xl/sharedStrings.xml"]


def test_a_part_that_cannot_be_looked_into_is_refused_by_name(tmp_path):
    book = Bricks()
    book.default("bin", "application/octet-stream")
    book.relate(WORKBOOK, "powerPivotData", "xl/model/item.bin")
    book.add("xl/model/item.bin", b"\x00\x01")
    with pytest.raises(WorkbookError, match=r"xl/model/item\.bin"):
        cleaned(book, tmp_path)
