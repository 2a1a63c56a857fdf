"""Small zips, made, bent and read back, for the tests of `archive`."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.archive import Archive, Writer

SHEET = "xl/worksheets/sheet1.xml"
ROWS = b"".join(b'<row r="%d"><c r="A%d" s="3"><v>%d</v></c></row>' % (row, row, row * row) for row in range(1, 4000))
PARTS = {
    "[Content_Types].xml": b"<Types/>",
    "xl/workbook.xml": b"<workbook/>",
    SHEET: ROWS,
    "xl/media/图片1.png": b"\x89PNG",
}


class Pipe(io.RawIOBase):
    """A target in which zipfile cannot go back, so that it writes descriptors after the bytes."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def packed(content=PARTS, method=zipfile.ZIP_DEFLATED, *, descriptors=False):
    """A zip written by the standard library."""
    target = Pipe() if descriptors else io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as file:
        for name, data in content.items():
            file.writestr(name, data)
    return bytes(target.data) if descriptors else target.getvalue()


def written(content, level=6):
    target = io.BytesIO()
    writer = Writer(target, level)
    for name, data in content.items():
        writer.write(name, data)
    writer.close()
    return target.getvalue()


def copied(source):
    target = io.BytesIO()
    writer = Writer(target)
    with Archive(source) as original:
        for name in original.names:
            writer.copy(original, name)
    writer.close()
    return target.getvalue()


def unpacked(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {info.filename: file.read(info) for info in file.infolist()}


def patched(data, name, field, value, *, central=True, form="<H"):
    """A zip in which a number is changed: at `field` bytes into the line or the header of a part."""
    data = bytearray(data)
    sign, length = (b"PK\1\2", 46) if central else (b"PK\3\4", 30)
    at = data.find(sign)
    while data[at + length : at + length + len(name.encode())] != name.encode():
        at = data.find(sign, at + 1)
    struct.pack_into(form, data, at + field, value)
    return bytes(data)


def refusal(source):
    with pytest.raises(WorkbookError) as caught, Archive(source) as opened:
        opened.prove()
    sentence = str(caught.value)
    assert sentence.endswith("。")
    assert "\n" not in sentence
    return sentence
