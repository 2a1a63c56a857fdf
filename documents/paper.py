"""How an official letter looks: A4, a title in 宋体, text in 仿宋, the signature on the right; and the ruled slip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

SONG, FANG, HEI, LATIN = "宋体", "仿宋", "黑体", "Times New Roman"
RED, GREY = RGBColor(0xC0, 0x1C, 0x1C), RGBColor(0x59, 0x59, 0x59)
BODY, SMALL, CELL = 14, 10.5, 12  # points
CENTRE, RIGHT, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
DATE = "年　　月　　日　"  # to be written by hand
WIDTHS = (Mm(27), Mm(57), Mm(27), Mm(55))  # of a slip
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def sheet(*, is_slip: bool = False) -> Any:
    """An empty A4 page; a slip has narrower margins."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = (Mm(20), Mm(18)) if is_slip else (Mm(26), Mm(24))
    section.left_margin, section.right_margin = (Mm(22), Mm(22)) if is_slip else (Mm(28), Mm(26))
    section.footer_distance = Mm(10)
    normal = document.styles["Normal"]
    normal.font.size = Pt(BODY)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for script, name in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", FANG), ("cs", LATIN)):
        fonts.set(qn(f"w:{script}"), name)
    normal.paragraph_format.space_after = Pt(0)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    page_number(section.footer.paragraphs[0])
    return document


def line(
    holder: Any, text: str, *, size: float = BODY, font: str = FANG, align: Any = JUSTIFY, bold: bool = False,
    colour: RGBColor | None = None, indent: float = 0, spacing: float = 26, before: float = 0, after: float = 0,
) -> Any:  # fmt: skip
    """A paragraph; `**…**` stands for bold; `indent` in characters for the first line, `spacing` in points."""
    paragraph = holder.add_paragraph()
    write(paragraph, text, size=size, font=font, bold=bold, colour=colour)
    form = paragraph.paragraph_format
    form.alignment, form.first_line_indent = align, Pt(indent * size)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(spacing)
    form.space_before, form.space_after = Pt(before), Pt(after)
    return paragraph


def write(
    paragraph: Any, text: str, *, size: float, font: str = FANG, bold: bool = False, colour: RGBColor | None = None
) -> None:
    """Add text to a paragraph."""
    for place, piece in enumerate(_BOLD.split(text)):
        if not piece:
            continue
        run = paragraph.add_run(piece)
        run.font.size, run.font.bold = Pt(size), bold or place % 2 == 1
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001  (python-docx has no East Asian font)
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hint"), "eastAsia")
        if colour is not None:
            run.font.color.rgb = colour


def letterhead(document: Any, title: str) -> None:
    """The institution above a red line, then the title and the number of the complaint."""
    head = line(document, "{{ 机构名称 }}", size=22, font=SONG, align=CENTRE, bold=True, colour=RED, spacing=34)
    ruled(head, "C01C1C")
    line(document, title, size=22, font=SONG, align=CENTRE, bold=True, spacing=36, before=22, after=6)
    line(document, "投诉编号：{{ 投诉编号 }}", size=14, align=CENTRE, spacing=24, after=12)


def ruled(paragraph: Any, colour: str) -> None:
    """A line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", colour)):
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def signature(document: Any) -> None:
    """Who signs and when, on the right; never alone on a page."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    for text, before in (("{{ 机构名称 }}（盖章）", 28), ("{{ 今日 }}", 0)):
        paragraph = line(document, text, align=RIGHT, before=before)
        paragraph.paragraph_format.right_indent = Pt(2 * BODY)
        paragraph.paragraph_format.keep_with_next = before > 0


def page_number(paragraph: Any) -> None:
    """The number of the page between dashes."""
    paragraph.alignment = CENTRE
    write(paragraph, "— ", size=SMALL, font=SONG)
    run = paragraph.add_run()
    run.font.size = Pt(SMALL)
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)  # noqa: SLF001  (python-docx writes no fields)
    write(paragraph, " —", size=SMALL, font=SONG)


Row = Sequence[str]
"""Label, text, and perhaps label, text again; the height of the row in mm may follow as a number in a string."""


def slip(document: Any, rows: Sequence[Row], *, heights: dict[str, float] | None = None) -> None:
    """A ruled table of labels and texts; a row of two cells has one wide text. `heights`: label → mm at least."""
    table = document.add_table(rows=0, cols=4, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    for texts in rows:
        row = table.add_row()
        row.height, row.height_rule = Mm((heights or {}).get(texts[0], 9.5)), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = width
        if len(texts) == 2:
            row.cells[1].merge(row.cells[3])
        for cell, text, is_label in zip(_distinct(row), texts, (True, False, True, False), strict=False):
            _cell(cell, text, is_label=is_label)


def _distinct(row: Any) -> list[Any]:
    return list(dict.fromkeys(row.cells))


def _cell(cell: Any, text: str, *, is_label: bool) -> None:
    if is_label:
        shade(cell, "F2F2F2")
    cell.vertical_alignment = 1
    first, *others = text.split("\n")
    paragraph = cell.paragraphs[0]
    for number, words in enumerate((first, *others)):
        paragraph = cell.add_paragraph() if number else paragraph
        write(paragraph, words, size=CELL, font=HEI if is_label else FANG)
        paragraph.alignment = CENTRE if is_label else RIGHT if words == DATE else LEFT
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(19)
        form.space_before = form.space_after = Pt(1)


def shade(cell: Any, colour: str) -> None:
    """The ground of a cell."""
    ground = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        ground.set(qn(f"w:{key}"), value)
    cell._element.get_or_add_tcPr().append(ground)  # noqa: SLF001  (python-docx has no shading)
