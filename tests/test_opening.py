from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from xiaobao_xl import workbook
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Column, Register, Schema
from xiaobao_xl.workbook import limits, opening

SCHEMA = Schema(
    title="消费投诉台账", key="no",
    columns={"no": Column(title="投诉编号", type="code"), "on": Column(title="收到日期", type="date"), "id": Column(title="证件号码", type="identity")},
)  # fmt: skip
ROWS = [["投诉编号", "收到日期", "证件号码"], ["0012", "2026-01-05", "110101199003074514"]]
SHEET = "xl/worksheets/sheet1.xml"


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_part(change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_xlsx())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def _zip(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_csv", ".csv"), text)
    return stream.getvalue()


def _read(tmp_path: Path, data: bytes, name: str = "台账.xlsx", password: str = "") -> Register:
    path = tmp_path / name
    path.write_bytes(data)
    (register,) = workbook.read(path, {"complaint": SCHEMA}, {}, password=password)
    return register


def _is_whole(register: Register) -> bool:
    return register.frame.astype(str).to_numpy().tolist() == [ROWS[1]]


LINES = "\r\n".join(",".join(row) for row in ROWS)
HTML = "<html><head><meta charset=gbk></head><table><tr>{}</tr><tr>{}</tr></table></html>".format(
    "".join(f"<th>{cell}</th>" for cell in ROWS[0]), "".join(f"<td>{cell}</td>" for cell in ROWS[1])
)
XML_ROWS = "".join(
    "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>" for row in ROWS
)
XML = (
    '<?xml version="1.0" encoding="{}"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="投诉"><Table>{XML_ROWS}</Table></Worksheet></Workbook>'
)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (_xlsx(), "台账.xls"),
        (_xlsx(), "台账"),
        (LINES.encode(), "台账.csv"),
        (LINES.encode("utf-8-sig"), "台账.csv"),
        (LINES.encode("gb18030"), "台账.csv"),
        (LINES.encode("utf-16"), "台账.csv"),
        (LINES.replace(",", "\t").encode("gb18030"), "台账.xls"),
        (LINES.replace(",", ";").encode(), "台账.txt"),
        (HTML.encode("gbk"), "台账.xls"),
        (XML.format("UTF-8").encode(), "台账.xls"),
        (XML.format("GBK").encode("gbk"), "台账.xls"),
    ],
    ids=[
        "xlsx as xls",
        "no suffix",
        "utf-8",
        "utf-8 bom",
        "gb18030",
        "utf-16",
        "tabs as xls",
        "semicolons",
        "html",
        "xml",
        "xml gbk",
    ],
)
def test_content_decides_not_the_name(tmp_path: Path, data: bytes, name: str) -> None:
    assert _is_whole(_read(tmp_path, data, name))


def test_what_cannot_be_seen_is_said(tmp_path: Path) -> None:
    assert "没有隐藏行列" in "".join(_read(tmp_path, LINES.encode(), "台账.csv").receipt.notes)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "空的"),
        (b"%PDF-1.4 rest", "PDF"),
        (_xlsx()[: len(_xlsx()) * 4 // 5], "没有下载完整"),
        (b"\r\n\r\n" + _xlsx(), "开头多出了"),
        (_zip(a_csv="1,2"), "压缩包.*a.csv"),
        (_zip(word__document_xml="<a/>"), "Word"),
        (
            LINES.split("\r\n")[0].encode() + b"\n" + "一号机构的投诉,2026-01-05".encode("gbk"),
            "两种文字编码.*第 1 行.*第 2 行",
        ),
        (b"\x00\x01\x02" * 50, "不是表格文件"),
        (b"<html><body>no</body></html>", "没有表格"),
        (b"PK\x03\x04" + b"x" * 200, "已损坏"),
    ],
    ids=["empty", "pdf", "truncated", "garbage", "zip", "docx", "mixed", "binary", "web page", "broken zip"],
)
def test_what_cannot_be_read_ends_in_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(WorkbookError, match=sentence) as caught:
        _read(tmp_path, data)
    assert "台账.xlsx" in str(caught.value)
    assert "请" in str(caught.value)


def test_a_missing_file_a_folder_and_a_lock_file(tmp_path: Path) -> None:
    for name, sentence in (("没有.xlsx", "找不到"), ("", "文件夹"), ("~$台账.xlsx", "临时文件")):
        with pytest.raises(WorkbookError, match=sentence):
            opening.open_book(tmp_path / name)


@pytest.mark.parametrize("doctype", ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/">'])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(tmp_path: Path, doctype: str, part: str, encoding: str) -> None:
    data = _with_part(lambda xml: (doctype + xml.decode().split("?>")[-1]).encode(encoding), part)
    with pytest.raises(WorkbookError, match="恶意"):
        _read(tmp_path, data)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_sheets_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert _is_whole(_read(tmp_path, _with_part(lambda xml: (head + xml.decode().split("?>")[-1]).encode(encoding))))


def _prefixed(xml: bytes) -> bytes:
    text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml.decode().split("?>")[-1])
    return text.replace("xmlns=", "xmlns:x=").encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"><", b">\n  <").replace(b"<c r", b"<c\n  r"),
        lambda xml: xml.replace(b'<row r="1">', b"<row>").replace(b'<row r="2">', b"<row>"),
        lambda xml: xml.replace(b'<row r="2"', b'<row r="2" hidden="1"'),
        _prefixed,
    ],
    ids=["line breaks", "rows without number", "hidden", "prefix"],
)
def test_unusual_but_valid_sheets_are_read(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    assert _is_whole(_read(tmp_path, _with_part(change)))


@pytest.mark.parametrize("mark", [b'hidden="1"', b'hidden="true"', b'ht="0" customHeight="1"'])
@pytest.mark.parametrize("shape", [bytes, _prefixed])
def test_hidden_rows_are_seen_in_every_spelling(tmp_path: Path, mark: bytes, shape: Callable[[bytes], bytes]) -> None:
    register = _read(tmp_path, _with_part(lambda xml: shape(xml).replace(b'row r="2"', b'row r="2" ' + mark)))
    assert "隐藏行" in "".join(register.receipt.notes)


def test_bombs_are_refused_before_they_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracemalloc.start()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", b" " * 20_000_000)
    monkeypatch.setattr(limits, "MAX_PART_BYTES", 10_000_000)
    tracemalloc.reset_peak()
    with pytest.raises(WorkbookError, match="大得不正常"):
        _read(tmp_path, stream.getvalue())
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", bytes(range(256)) * 100)
        first = package.infolist()[-1]
        for number in range(50):
            twin = zipfile.ZipInfo(f"xl/media/{number}.png")
            for field in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, field, getattr(first, field))
            package.filelist.append(twin)
    with pytest.raises(WorkbookError, match="压缩炸弹"):
        _read(tmp_path, stream.getvalue())


@pytest.fixture
def encrypted() -> bytes:
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(_xlsx())).encrypt("密码123", stream)
    return stream.getvalue()


def test_an_encrypted_file_opens_with_its_password(tmp_path: Path, encrypted: bytes) -> None:
    assert _is_whole(_read(tmp_path, encrypted, password="密码123"))  # noqa: S106


@pytest.mark.parametrize(("password", "is_wrong", "sentence"), [("", False, "需要打开密码"), ("x", True, "密码不对")])
def test_a_missing_password_is_told_from_a_wrong_one(
    tmp_path: Path, encrypted: bytes, password: str, is_wrong: bool, sentence: str
) -> None:
    with pytest.raises(workbook.PasswordNeeded, match=sentence) as caught:
        _read(tmp_path, encrypted, password=password)
    assert caught.value.is_wrong is is_wrong


def test_spans_in_html_keep_cells_in_their_columns(tmp_path: Path) -> None:
    html = (
        "<table><tr><th rowspan=2>投诉编号</th><th colspan=2>情况</th></tr><tr><th>收到日期</th><th>证件号码</th></tr>"
        "<tr><td>0012</td><td>2026-01-05</td><td>110101199003074514</td></tr></table>"
    )
    register = _read(tmp_path, html.encode(), "台账.xls")
    assert _is_whole(register)
    assert register.origin.header_rows == (1, 2)


def test_xml_spreadsheets_keep_types_and_places(tmp_path: Path) -> None:
    rows = XML_ROWS + (
        '<Row ss:Index="5"><Cell><Data ss:Type="String">0013</Data></Cell><Cell><Data ss:Type="DateTime">2026-01-05T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Number">110101199003070000</Data></Cell></Row>'
    )
    register = _read(tmp_path, XML.format("UTF-8").replace(XML_ROWS, rows).encode(), "台账.xls")
    assert register.origin.rows.tolist() == [2, 5]
    assert [(finding.cell, finding.check) for finding in register.faults] == [("C5", "reading.identity_is_text")]
