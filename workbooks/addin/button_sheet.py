"""The sheet of buttons: the verbs as shapes that run macros, for programs that show no ribbon of ours, and the status cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from xiaobao_xl import package
from xiaobao_xl.live.ours import BUTTONS as TITLE
from xiaobao_xl.package.markup import DECLARATION, DRAWING, Markup, attributes
from xiaobao_xl.package.sheet import ORDER
from xiaobao_xl.workbook import palette
from xiaobao_xl.workbook.blank import INSTRUCTIONS

_DRAWING_PART = "xl/drawings/drawing{}.xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
_MAIN_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WIDTHS = {"A": 3.0, "B": 18.0, "C": 3.0, "D": 86.0}
_FIRST_ROW, _STEP = 7, 3  # a button is two rows high, one row stays free
_TITLE_STYLE, _TEXT_STYLE = "A1", "A2"  # cells of the instructions, dressed as title and as text
_MACRO = re.compile(r'^Public Sub (\w+)\(\)\s*\n\s*On Error GoTo Failed\s*\n\s*XB_Run "(\w+)"', re.MULTILINE)


@dataclass(frozen=True)
class Button:
    """One button.

    Attributes:
        label: what stands on it.
        help: what it does, one sentence.
        macro: the Sub it runs.
    """

    label: str
    help: str
    macro: str


def buttons(ribbon: bytes, source: str) -> list[Button]:
    """The ribbon's buttons, each with the Sub without arguments that runs the same verb.

    Raises:
        KeyError: a button's verb has no such Sub.
    """
    macros = {verb: macro for macro, verb in _MACRO.findall(source.replace("\r\n", "\n"))}
    found = [button.attributes for button in Markup(ribbon, "customUI14.xml").root.all("button")]
    return [Button(button["label"], button["supertip"], macros[button["tag"]]) for button in found]


def add_cells(book: package.Book, given: Sequence[Button], status_name: str) -> None:
    """Add the sheet with its words to a blank register; the shapes follow with `add_shapes`, once the sheet is saved."""
    rows: list[list[package.Formula | str | None]] = [
        [],
        [None, TITLE],
        [],
        [None, "Excel 里也可用功能区的“消保”选项卡；提示宏被禁用时，请先保存到本机，再点“启用内容”。"],
        [None, "结果", None, package.Formula(status_name)],
    ]
    for place, button in enumerate(given):
        rows += [[] for _ in range(_row(place) - 1 - len(rows))]
        rows.append([None, None, None, button.help])
    book.add_sheet(TITLE, rows, widths=_WIDTHS)
    dressed = book.cells(INSTRUCTIONS, [_TITLE_STYLE, _TEXT_STYLE])
    book.set(TITLE, "B2", style=dressed[_TITLE_STYLE].style)
    for address in ("B4", "B5", "D5", *(f"D{_row(place)}" for place in range(len(given)))):
        book.set(TITLE, address, style=dressed[_TEXT_STYLE].style)
    book.set(TITLE, "B5", bold=True)


def add_shapes(book: package.Book, given: Iterable[Button]) -> None:
    """Draw the buttons on the sheet, each a shape that runs its macro."""
    parts = book.parts
    sheet = book.directory.entry(TITLE).part
    drawing = parts.free_name(_DRAWING_PART)
    shapes = "".join(_shape(place, button) for place, button in enumerate(given))
    spaces = attributes({"xmlns:xdr": DRAWING, "xmlns:a": _MAIN_DRAWING})
    parts.add(drawing, f"{DECLARATION}<xdr:wsDr{spaces}>{shapes}</xdr:wsDr>".encode(), _DRAWING_TYPE)
    pointer = parts.relate(sheet, "drawing", drawing)
    markup = parts.settle(sheet)
    for view in markup.root.all("sheetView"):
        markup.set(view, "showGridLines", "0")
    markup.place(markup.root, "drawing", ORDER, f"<drawing{parts.id_attribute(markup, pointer)}/>".encode())


def _row(place: int) -> int:
    """The upper row of a button, from 1."""
    return _FIRST_ROW + place * _STEP


def _shape(place: int, button: Button) -> str:
    """A rounded rectangle over two rows of column B."""
    top = _row(place) - 1
    corners = "".join(
        f"<xdr:{corner}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row>"
        f"<xdr:rowOff>0</xdr:rowOff></xdr:{corner}>"
        for corner, column, row in (("from", 1, top), ("to", 2, top + 2))
    )
    named = attributes({"id": str(place + 2), "name": button.label, "descr": button.help})
    colour = f'<a:solidFill><a:srgbClr val="{palette.ACCENT}"/></a:solidFill>'
    white = f'<a:solidFill><a:srgbClr val="{palette.WHITE}"/></a:solidFill>'
    font = f'<a:latin typeface="{palette.FONT}"/><a:ea typeface="{palette.FONT}"/>'
    return (
        f'<xdr:twoCellAnchor editAs="absolute">{corners}<xdr:sp macro="[0]!{button.macro}" textlink="">'
        f"<xdr:nvSpPr><xdr:cNvPr{named}/><xdr:cNvSpPr/></xdr:nvSpPr>"
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm>'
        f'<a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom>{colour}<a:ln><a:noFill/></a:ln></xdr:spPr>'
        '<xdr:txBody><a:bodyPr vertOverflow="clip" wrap="square" anchor="ctr"/><a:lstStyle/><a:p><a:pPr algn="ctr"/>'
        f'<a:r><a:rPr lang="zh-CN" sz="1200" b="1">{white}{font}</a:rPr><a:t>{escape(button.label)}</a:t></a:r></a:p>'
        "</xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
    )
