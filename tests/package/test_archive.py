"""The zip: nothing lost in copying, the same bytes every time, little memory."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package.zips import PARTS, ROWS, SHEET, copied, packed, unpacked, written

from xiaobao_xl.package import archive, entries
from xiaobao_xl.package.archive import Archive, Writer

names = st.text(
    st.characters(codec="utf-8", exclude_characters="\0/\\", exclude_categories=["Cs"]), min_size=1, max_size=9
)
contents = st.one_of(
    st.binary(max_size=300), st.builds(lambda data, times: data * times, st.binary(max_size=40), st.integers(0, 5000))
)
parts = st.dictionaries(names.map("xl/{}".format), contents, min_size=1, max_size=6).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)


# --- reading, writing, copying


@settings(max_examples=60, deadline=None)
@given(content=parts, method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]), descriptors=st.booleans())
def test_copying_keeps_packed_bytes_order_and_content(content, method, descriptors):
    source = packed(content, method, descriptors=descriptors)
    target = copied(source)
    assert unpacked(target) == content
    with Archive(source) as before, Archive(target) as after:
        assert after.names == before.names == list(content)
        assert all(after.raw_equal(before, name) and after.read(name) == content[name] for name in content)


@settings(max_examples=60, deadline=None)
@given(content=parts, level=st.integers(1, 9), is_fast=st.booleans())
def test_what_is_written_reads_the_same_with_either_packer(content, level, is_fast):
    fast = archive._fast
    try:
        archive._fast = fast if is_fast else None
        target = written(content, level)
        archive._fast = None if is_fast else fast
        with Archive(target) as opened:
            opened.prove()
            assert {name: opened.read(name) for name in opened.names} == content
    finally:
        archive._fast = fast
    assert unpacked(target) == content


@pytest.mark.usefixtures("packer")
def test_pieces_of_any_size_become_one_part():
    pieces = [ROWS[at : at + size] for at, size in [(0, 1), (1, 0), (1, 70_000), (70_001, len(ROWS))]]
    target = written({SHEET: iter(pieces), "xl/empty.xml": iter([])})
    assert unpacked(target) == {SHEET: ROWS, "xl/empty.xml": b""}


def test_the_same_parts_give_the_same_bytes():
    assert written(PARTS) == written(PARTS)
    with zipfile.ZipFile(io.BytesIO(written(PARTS))) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_copying_keeps_date_attributes_comment_and_further_fields():
    target = io.BytesIO()
    info = zipfile.ZipInfo(SHEET, (2026, 3, 31, 17, 30, 2))
    info.compress_type, info.external_attr, info.comment, info.extra = (
        8,
        0o640 << 16,
        "备注".encode(),
        b"\x99\x99\2\0ab",
    )
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(info, ROWS)
    with zipfile.ZipFile(io.BytesIO(copied(target.getvalue()))) as file:
        found = file.infolist()[0]
    for field in (
        "date_time",
        "external_attr",
        "comment",
        "extra",
        "create_system",
        "create_version",
        "CRC",
        "file_size",
    ):
        assert getattr(found, field) == getattr(info, field), field


def test_names_in_an_old_code_page_keep_their_bytes():
    name = "xl/图1.png".encode("gb18030")
    source = packed({"xl/" + "x" * (len(name) - 3): b"picture"}).replace(b"xl/" + b"x" * (len(name) - 3), name)
    assert copied(source).count(name) == 2
    assert Archive(source).names == [name.decode("cp437")]


def test_names_that_look_like_paths_are_names_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = {"../../up.xml": b"1", "/etc/absolute.xml": b"2", "C:\\drive.xml": b"3"}
    with Archive(packed(content)) as opened:
        assert {name: opened.read(name) for name in opened.names} == content
    assert not list(tmp_path.iterdir())


def test_folders_are_no_parts():
    assert Archive(packed({"xl/": b"", **PARTS})).names == list(PARTS)


def test_a_comment_of_the_whole_file_and_bytes_after_it_do_no_harm():
    target = io.BytesIO(packed())
    with zipfile.ZipFile(target, "a") as file:
        file.comment = "由网页导出".encode()
    assert Archive(target.getvalue()).names == list(PARTS)
    assert Archive(target.getvalue() + b"\r\n").names == list(PARTS)


@pytest.mark.usefixtures("packer")
def test_several_streams_are_read_in_turn(tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(packed({"xl/a.xml": ROWS * 30, "xl/b.xml": ROWS[::-1] * 30}))
    with Archive(path) as opened:
        first, second = opened.stream("xl/a.xml"), opened.stream("xl/b.xml")
        pairs = list(itertools.zip_longest(first, second, fillvalue=b""))
    assert len(pairs) > 3
    assert b"".join(one for one, _ in pairs) == ROWS * 30
    assert b"".join(two for _, two in pairs) == ROWS[::-1] * 30


def test_size_and_checksum_are_those_of_the_part():
    with Archive(packed()) as opened:
        assert opened.size(SHEET) == len(ROWS)
        assert opened.checksum(SHEET) == zlib.crc32(ROWS)


def test_raw_equal_tells_a_changed_part_from_an_untouched_one():
    with Archive(packed()) as one, Archive(packed({**PARTS, SHEET: ROWS + b" "})) as other:
        assert one.raw_equal(other, "xl/workbook.xml")
        assert not one.raw_equal(other, SHEET)
    with Archive(packed()) as one, Archive(packed({"xl/other.xml": b""})) as other:
        assert not one.raw_equal(other, SHEET)


def test_raw_equal_sees_a_single_bit():
    source = packed(method=zipfile.ZIP_STORED)
    with Archive(source) as one, Archive(source.replace(b"<workbook/>", b"<workbooj/>")) as other:
        assert not one.raw_equal(other, "xl/workbook.xml")


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
@pytest.mark.parametrize("is_large", [False, True])
def test_unzip_accepts_what_is_written(tmp_path, monkeypatch, is_large):
    if is_large:
        monkeypatch.setattr(entries, "_LARGE", 100)
    path = tmp_path / "out.xlsx"
    path.write_bytes(copied(written(PARTS)))
    assert subprocess.run(["unzip", "-tqq", path], env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False).returncode == 0


# --- four gigabytes and more, with the border moved down


@pytest.mark.parametrize("border", [0, 5, 100, 2000, len(ROWS)])
@pytest.mark.usefixtures("packer")
def test_numbers_of_eight_bytes_are_written_and_read(monkeypatch, border):
    monkeypatch.setattr(entries, "_LARGE", border)
    target = written({name: iter([data]) for name, data in PARTS.items()})
    assert unpacked(target) == PARTS
    assert unpacked(copied(target)) == PARTS
    monkeypatch.undo()
    assert unpacked(copied(target)) == PARTS


def test_many_parts_are_counted_in_eight_bytes(monkeypatch):
    monkeypatch.setattr(entries, "_MANY", 3)
    target = written(PARTS)
    assert b"PK\6\6" in target
    assert unpacked(copied(target)) == PARTS


def test_zip64_of_the_standard_library_is_read():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file, file.open(SHEET, "w", force_zip64=True) as stream:
        stream.write(ROWS)
    assert unpacked(copied(target.getvalue())) == {SHEET: ROWS}


# --- memory


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.usefixtures("packer")
def test_fifty_megabytes_stream_through_little_memory(tmp_path, method):
    piece = ROWS[:1000] * 1000
    path, target = tmp_path / "large.xlsx", tmp_path / "copy.xlsx"
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as file, file.open(SHEET, "w") as stream:
        for _ in range(50):
            stream.write(piece)
    tracemalloc.start()
    with Archive(path) as opened, target.open("wb") as handle:
        writer = Writer(handle)
        writer.copy(opened, SHEET)
        writer.write("xl/again.xml", opened.stream(SHEET))
        writer.close()
        with Archive(path) as same:
            assert opened.raw_equal(same, SHEET)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with Archive(target) as opened:
        opened.prove()
        assert opened.size("xl/again.xml") == 50_000_000
    assert peak < 8 << 20
