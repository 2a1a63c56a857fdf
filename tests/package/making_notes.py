"""Workbooks with notes written by openpyxl or by hand, and notes written into them."""

from __future__ import annotations

import io
import zipfile

import openpyxl
from openpyxl.comments import Comment
from package.packing import packed

from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.markup import MAIN, OFFICE, Markup
from xiaobao_xl.package.notes import write_notes
from xiaobao_xl.package.parts import Parts

SHEET = "xl/worksheets/sheet1.xml"
COMMENTS = "xl/comments1.xml"
DRAWING = "xl/drawings/vmlDrawing1.vml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STRICT = "http://purl.oclc.org/ooxml/"
VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml"\n xmlns:o="urn:schemas-microsoft-com:office:office"\n'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">\n <o:shapelayout v:ext="edit">\n'
    "  <o:idmap v:ext=\"edit\" data='1'/>\n </o:shapelayout>{}</xml>"
)
BOX = (
    '<v:shape id="_x0000_s1025" type="#_x0000_t202"><v:textbox><div>a<br>b</div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:Anchor>\n 1, 2, 3, 4</x:Anchor><x:Row>\n1</x:Row><x:Column>1</x:Column>'
    "</x:ClientData></v:shape>"
)


def made(book: openpyxl.Workbook, **replaced: str | bytes) -> Parts:
    """A workbook of openpyxl, with parts replaced or added: sheet, comments, drawing, relations, thread."""
    names = {
        "sheet": SHEET,
        "comments": COMMENTS,
        "drawing": DRAWING,
        "relations": "xl/worksheets/_rels/sheet1.xml.rels",
        "thread": "xl/threadedComments/threadedComment1.xml",
        "root": "_rels/.rels",
    }
    out, packed_ = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(packed_, "w") as new:
        given_ = {names[key]: value for key, value in replaced.items()}
        for name in old.namelist():
            if name not in given_:
                new.writestr(name, old.read(name))
        for name, data in given_.items():
            new.writestr(name, data)
    return Parts(Archive(packed_.getvalue()))


def noted(comments: str, drawing: str | bytes = "", *, sheet: str = "", more: str = "", **others: str) -> Parts:
    """A workbook whose comments and drawing are written by hand."""
    pointers = (
        f'<Relationship Id="a" Type="{OFFICE}/comments" Target="../comments1.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/vmlDrawing" Target="/xl/drawings/vmlDrawing1.vml"/>{more}'
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{pointers}</Relationships>'
    inside = '<legacyDrawing r:id="b"/>' if drawing else ""
    sheet = sheet or f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/>{inside}</worksheet>'
    others |= {"drawing": drawing} if drawing else {}
    return made(openpyxl.Workbook(), sheet=sheet, comments=comments, relations=relations, **others)


def listed(inside: str, authors: str = "<author>张三</author>") -> str:
    return f'<comments xmlns="{MAIN}"><authors>{authors}</authors><commentList>{inside}</commentList></comments>'


def write(parts: Parts, notes, part: str = SHEET, **options) -> list[str]:
    """Write notes as the face of the package does."""
    shell = Markup(parts.read(part), part)
    left = write_notes(parts, part, shell, notes, **options)
    if shell.is_changed:
        parts.write(part, shell.data())
    return left


def reopened(parts: Parts) -> dict[str, str]:
    book = openpyxl.load_workbook(io.BytesIO(packed(parts)))
    return {
        cell.coordinate: cell.comment.text for row in book.worksheets[0].iter_rows() for cell in row if cell.comment
    }


def with_notes(notes: dict[str, str]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for address, text in notes.items():
        book.active[address] = 1
        book.active[address].comment = Comment(text, "李四")
    return book
