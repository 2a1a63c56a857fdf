"""The zip: nothing believed unproved, every attack and every other kind of file one sentence."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package.zips import PARTS, ROWS, SHEET, packed, patched, refusal

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import archive, limits
from xiaobao_xl.package.archive import Archive

HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "hostile"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 字节"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "加了密的 .xlsx 或旧格式的 .xls"),
        (b"%PDF-1.7\n%", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"Rar!\x1a\x07", "RAR"),
        ("姓名,金额\n".encode("gb18030"), "不是 .xlsx 工作簿"),
        (b"<html><table></table></html>", "不是 .xlsx 工作簿"),
        (b"PK\5\6" + bytes(18), "空的压缩包"),
        (b"\r\n\r\n" + packed(), "开头多出了别的内容"),
        (packed()[:-1], "没有下载完整"),
        (packed()[: len(packed()) * 4 // 5], "没有下载完整"),
        (packed()[:40], "没有下载完整"),
        (packed({"word/document.xml": b"", "[Content_Types].xml": b""}), "Word"),
        (packed({"ppt/presentation.xml": b"", "[Content_Types].xml": b""}), "PowerPoint"),
        (packed({"xl/workbook.bin": b"", "[Content_Types].xml": b""}), ".xlsb"),
        (packed({"mimetype": b"", "content.xml": b""}), ".ods"),
        (packed({"三月/投诉.xlsx": b"", "readme.txt": b""}), "例如 三月/投诉.xlsx"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_other_kinds_of_file_are_refused_with_what_they_are(content, words):
    assert words in refusal(content)


def test_a_missing_file_a_folder_and_a_temporary_file_are_refused(tmp_path):
    assert "找不到文件" in refusal(tmp_path / "没有.xlsx")
    assert "文件夹" in refusal(tmp_path)
    assert "临时文件" in refusal(tmp_path / "~$台账.xlsx")


def test_a_file_that_is_refused_is_closed_again(tmp_path):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(packed()[:-1])
    refusal(path)
    path.unlink()  # Windows deletes no open file; here an unclosed one would be a warning, which is an error


def test_a_part_that_is_missing_is_named():
    with Archive(packed()) as opened, pytest.raises(WorkbookError, match=r"缺少 xl/none\.xml"):
        opened.read("xl/none.xml")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (patched(packed(), SHEET, 16, 1, form="<L"), "校验和不符"),
        (patched(packed(), SHEET, 24, len(ROWS) + 1, form="<L"), "校验和不符"),
        (patched(packed(), SHEET, 24, len(ROWS) - 1, form="<L"), "比它自称的大"),
        (patched(packed(), SHEET, 20, 500, form="<L"), "校验和不符"),
        (patched(packed(method=zipfile.ZIP_STORED), SHEET, 20, 500, form="<L"), "校验和不符"),
        (patched(packed(), SHEET, 10, 12), "少见的压缩方法（12 号）"),
        (patched(packed(), SHEET, 8, 1), "压缩软件加了密"),
        (patched(packed(), SHEET, 6, 1, central=False), "压缩软件加了密"),
        (patched(packed(), SHEET, 42, 0, form="<L"), "重叠"),
        (patched(packed(), SHEET, 42, 1, form="<L"), "已损坏"),
        (patched(packed(), SHEET, 42, 10_000_000, form="<L"), "已损坏"),
        (patched(packed(), "[Content_Types].xml", 20, 40, form="<L"), "重叠"),
        (patched(packed(), "xl/media/图片1.png", 20, 10_000_000, form="<L"), "已损坏"),
        (packed().replace(SHEET.encode(), SHEET.replace("1", "2").encode(), 1), "两个不同的名字"),
        (packed({"xl/a.xml": b"", "xl/b.xml": b""}).replace(b"b.xml", b"a.xml"), "两个同名的 xl/a.xml"),
        (packed({"xl/a.xml": b"", "XL/A.xml": b""}), "两个同名的 XL/A.xml"),
        (packed({"xl/a.xml": b"", "/xl\\a.xml": b""}), "两个同名"),
        (packed({"图.xml": b""}).replace("图".encode(), b"\xff\xff\xff"), "已损坏"),
        (packed({"xl/ab": b""}).replace(b"ab", b"a\0"), "已损坏"),
    ],
)
@pytest.mark.usefixtures("packer")
def test_a_bent_zip_is_refused(source, words):
    assert words in refusal(source)


@pytest.mark.parametrize("field", [4, 6, 10, 12, 16])
def test_an_end_that_says_something_else_is_refused(field):
    source = bytearray(packed())
    source[len(source) - 22 + field] ^= 0xFF
    assert "已损坏" in refusal(bytes(source))


def test_overlapping_parts_are_refused_even_where_all_of_them_are_small():
    # a second line for the same bytes: the quine of a bomb
    source = packed({"xl/a.xml": ROWS, "xl/b.xml": b""})
    assert "重叠" in refusal(patched(source, "xl/b.xml", 42, 0, form="<L"))


@pytest.mark.parametrize(
    "limit",
    [
        {"MAX_ENTRIES": 3},
        {"MAX_DIRECTORY": 100},
        {"MAX_PART": 9999},
        {"MAX_TOTAL": 9999},
        {"MAX_RATIO": 2, "RATIO_FREE": 9999},
    ],
)
def test_what_no_workbook_reaches_is_refused(monkeypatch, limit):
    for name, value in limit.items():
        monkeypatch.setattr(limits, name, value)
    assert "压缩炸弹" in refusal(packed())


def test_many_small_parts_may_not_pass_the_ratio_together(monkeypatch):
    monkeypatch.setattr(limits, "RATIO_FREE", 100_000)
    source = packed({f"xl/media/{number}.png": bytes(90_000) for number in range(9)})
    assert "压缩炸弹" in refusal(source)


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) - 1, (1 << 20) + 1, 3 << 20])
@pytest.mark.usefixtures("packer")
def test_a_bomb_that_lies_is_stopped_within_a_piece_of_what_it_says(size):
    source = patched(packed({SHEET: bytes(50 << 20)}), SHEET, 24, size, form="<L")
    pieces = []
    with Archive(source) as opened, pytest.raises(WorkbookError, match="比它自称的大"):
        pieces.extend(map(len, opened.stream(SHEET)))
    assert sum(pieces) <= size


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 1 << 30), value=st.integers(0, 255), is_fast=st.booleans())
def test_a_byte_changed_anywhere_is_noticed_or_harmless(place, value, is_fast):
    source = bytearray(packed())
    source[place % len(source)] = value
    fast = archive._fast
    archive._fast = fast if is_fast else None
    try:
        with contextlib.suppress(WorkbookError), Archive(bytes(source)) as opened:
            opened.prove()
            assert sorted(opened.read(name) for name in opened.names) == sorted(PARTS.values())
    finally:
        archive._fast = fast


def test_an_eight_byte_field_that_is_missing_is_refused():
    source = patched(packed(), SHEET, 42, 0xFFFF_FFFF, form="<L")
    assert "已损坏" in refusal(source)


@pytest.mark.corpus
def test_a_sheet_of_a_million_empty_rows_is_no_bomb():
    with Archive(HOSTILE / "ghost_rows_1048575.xlsx") as opened:
        opened.prove()
        assert opened.size(SHEET) > 26_000_000
