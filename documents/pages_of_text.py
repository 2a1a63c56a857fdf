"""How a printed report in sentences looks: A4, fonts, headings that number themselves, plain tables."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from xiaobao_xl.documents.saving import pack
from xiaobao_xl.workbook import palette

SONG, HEI = "宋体", "黑体"
_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed date, so that drawing again gives the same bytes)
_NUMBERS = (("Heading 1", "chineseCountingThousand", "%1、"), ("Heading 2", "chineseCountingThousand", "（%2）"))


def new_document(title: str, footer: str) -> Document:
    """An empty A4 page with our styles.

    Args:
        title: title property; names the finished file.
        footer: text in the middle of the foot, before the page number.
    """
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "xiaobao-xl", ""
    properties.created = properties.modified = _DAY
    properties.last_modified_by = "xiaobao-xl"
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "zh-CN")
        language.set(qn("w:eastAsia"), "zh-CN")
    _styles(document)
    _numbering(document)
    _foot(section.footer.paragraphs[0], footer)
    return document


def save(document: Document, path: Path) -> None:
    """Write a template; the same content gives the same bytes."""
    drawn = io.BytesIO()
    pack(document, drawn)
    if not zipfile.is_zipfile(drawn):
        sys.exit(f"{path.name} could not be drawn")
    path.write_bytes(drawn.getvalue())


def paragraph(document: Document, text: str, style: str = "Normal") -> Any:
    """A paragraph; 【…】 stands highlighted, for the officer to fill in."""
    added = document.add_paragraph(style=style)
    for part in text.replace("【", "\0【").replace("】", "】\0").split("\0"):
        if part:
            run = added.add_run(part)
            if part.startswith("【"):
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return added


def table(
    document: Document, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *, left: int = 1
) -> None:
    """A table: head repeated on every page, the first `left` columns on the left, numbers on the right."""
    drawn = document.add_table(rows=1 + len(rows), cols=len(heads))
    drawn.alignment, drawn.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _borders(drawn)
    for row, line in zip(drawn.rows, [heads, *rows], strict=True):
        head = line is heads
        _row_properties(row, head=head)
        for column, (cell, text, width) in enumerate(zip(row.cells, line, widths, strict=True)):
            cell.width = Cm(width)
            written = cell.paragraphs[0]
            written.style = document.styles["表头" if head else "表文"]
            written.add_run(text)
            if not head and column >= left:
                written.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if head:
                _shade(cell, palette.PALE)
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Cm(width)
    document.add_paragraph(style="图题").paragraph_format.space_after = Pt(2)


def _styles(document: Document) -> None:
    styles = document.styles
    _font(styles["Normal"], SONG, 11.5)
    body = styles["Normal"].paragraph_format
    body.line_spacing, body.space_after, body.first_line_indent = 1.4, Pt(4), Pt(23)
    body.widow_control = True
    looks = (
        ("标题页", HEI, 22, WD_ALIGN_PARAGRAPH.CENTER, 18, 6), ("副题", SONG, 12, WD_ALIGN_PARAGRAPH.CENTER, 0, 4),
        ("图题", HEI, 9.5, WD_ALIGN_PARAGRAPH.CENTER, 2, 8), ("表题", HEI, 10, WD_ALIGN_PARAGRAPH.CENTER, 8, 3),
        ("图", SONG, 9.5, WD_ALIGN_PARAGRAPH.CENTER, 4, 8),
        ("表头", HEI, 9.5, WD_ALIGN_PARAGRAPH.CENTER, 1, 1), ("表文", SONG, 9.5, WD_ALIGN_PARAGRAPH.LEFT, 0.5, 0.5),
        ("注", SONG, 9.5, WD_ALIGN_PARAGRAPH.LEFT, 2, 2),
    )  # fmt: skip
    for name, font, size, alignment, before, after in looks:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, font, size)
        shape = style.paragraph_format
        shape.alignment, shape.space_before, shape.space_after = alignment, Pt(before), Pt(after)
        shape.first_line_indent, shape.line_spacing = Pt(0), 1.0 if name in {"表头", "表文"} else 1.15
        shape.keep_with_next = name in {"表题", "表头"}
    for name, size, before in (("Heading 1", 15, 16), ("Heading 2", 12.5, 10)):
        _font(styles[name], HEI, size, colour=palette.ACCENT, bold=False)
        shape = styles[name].paragraph_format
        shape.space_before, shape.space_after, shape.first_line_indent = Pt(before), Pt(6), Pt(0)
        shape.keep_with_next = True


def _font(style: Any, name: str, size: float, *, colour: str = palette.INK, bold: bool | None = None) -> None:
    font = style.font
    font.name, font.size, font.bold = name, Pt(size), bold
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for slot in list(fonts.attrib):
        if "heme" in slot:
            del fonts.attrib[slot]
    for slot in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{slot}"), name)


def _numbering(document: Document) -> None:
    """一、 and （一） as numbers of the headings, so that they stay in order when a section falls away."""
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/><w:pStyle w:val="{style.replace(" ", "")}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{words}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for level, (style, shape, words) in enumerate(_NUMBERS)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level, (style, _, _) in enumerate(_NUMBERS):
        properties = document.styles[style].element.get_or_add_pPr()
        number = properties.get_or_add_numPr()
        number.get_or_add_ilvl().val, number.get_or_add_numId().val = level, 90


def _foot(written: Any, words: str) -> None:
    written.alignment = WD_ALIGN_PARAGRAPH.CENTER
    written.paragraph_format.first_line_indent = Pt(0)
    run = written.add_run(f"{words}　第 ")
    run.font.size = Pt(9)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        field = written.add_run()
        field.font.size = Pt(9)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        field._r.append(element)  # noqa: SLF001  (python-docx has no fields)
    written.add_run(" 页").font.size = Pt(9)


def _borders(drawn: Any) -> None:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, size, colour in (
            ("top", 8, palette.ACCENT), ("bottom", 8, palette.ACCENT), ("insideH", 4, palette.LINE),
        )
    )  # fmt: skip
    properties = drawn._tbl.tblPr  # noqa: SLF001  (python-docx has no borders)
    behind = next(
        child for child in properties if child.tag in {qn("w:tblLayout"), qn("w:tblCellMar"), qn("w:tblLook")}
    )
    behind.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))


def _row_properties(row: Any, *, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    for name in ("w:cantSplit", *(["w:tblHeader"] if head else [])):
        properties.append(OxmlElement(name))


def _shade(cell: Any, colour: str) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001
