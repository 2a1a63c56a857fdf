"""Small workbooks with what lies on a sheet: shapes, charts, pictures, controls, embedded objects."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from package.bricks import MAIN, OFFICE, SHEET, Bricks

_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
DRAWN = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
PLACE = (
    "<xdr:from><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{0}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    "<xdr:to><xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{1}</xdr:row><xdr:rowOff>95250</xdr:rowOff></xdr:to>"
)
BOX = '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>{}</xml>'
)
_PICTURED = (
    '<v:shape id="_x0000_s{}" type="#_x0000_t202" style="position:absolute;width:60pt;height:20pt">'
    '<x:ClientData ObjectType="Pict"><x:Anchor>5, 0, 6, 0, 7, 0, 7, 10</x:Anchor></x:ClientData></v:shape>'
)
_OLE_TYPE = "application/vnd.openxmlformats-officedocument.oleObject"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def text_box() -> bytes:
    book = Bricks()
    paragraph = '<a:p><a:r><a:rPr lang="zh-CN"/><a:t>填表说明：按季报送，勿改表头。</a:t></a:r></a:p>'
    shape = (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="文本框 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        f"{BOX}<xdr:txBody><a:bodyPr/><a:lstStyle/>{paragraph}</xdr:txBody></xdr:sp>"
    )
    draw(book, f"<xdr:twoCellAnchor>{PLACE.format(3, 6)}{shape}<xdr:clientData/></xdr:twoCellAnchor>")
    return book.build()


def form_button() -> bytes:
    book = Bricks()
    draw(book, "")
    button = (
        '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe"/>'
        '<v:shape id="_x0000_s1025" type="#_x0000_t201" style="position:absolute;width:60pt;height:20pt" o:button="t">'
        '<x:ClientData ObjectType="Button"><x:Anchor>5, 0, 6, 0, 7, 0, 7, 10</x:Anchor><x:FmlaMacro>[0]!汇总</x:FmlaMacro></x:ClientData></v:shape>'
    )
    vml(book, "legacyDrawing", button)
    control = book.relate(SHEET, "ctrlProp", "xl/ctrlProps/ctrlProp1.xml")
    address = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    book.add(
        "xl/ctrlProps/ctrlProp1.xml",
        f'<formControlPr xmlns="{address}" objectType="Button" lockText="1"/>',
        "application/vnd.ms-excel.controlproperties+xml",
    )
    place = PLACE.format(6, 7).replace("xdr:from", "from").replace("xdr:to", "to")
    book.shell["controls"] = (
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls><mc:AlternateContent><mc:Choice Requires="x14">'
        f'<control shapeId="1025" r:id="{control}" name="按钮 1"><controlPr defaultSize="0" print="0" autoFill="0" macro="[0]!汇总">'
        f'<anchor moveWithCells="1">{place}</anchor></controlPr></control></mc:Choice></mc:AlternateContent></controls></mc:Choice>'
        "</mc:AlternateContent>"
    )
    return book.build()


def chart() -> bytes:
    book = Bricks()
    _chart_part(book, "xl/charts/chart1.xml")
    shown = _chart_frame()
    drawing = draw(book, f"<xdr:twoCellAnchor>{PLACE.format(6, 16)}{shown}<xdr:clientData/></xdr:twoCellAnchor>")
    book.relate(drawing, "chart", "xl/charts/chart1.xml")
    return book.build()


def chart_sheet() -> bytes:
    book = Bricks()
    part, drawing = "xl/chartsheets/sheet1.xml", "xl/drawings/drawing1.xml"
    book.list_sheet("图表页", part, "chartsheet")
    book.add(
        part,
        f'<chartsheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetViews><sheetView workbookViewId="0"/></sheetViews><drawing r:id="rId1"/></chartsheet>',
    )
    book.relate(part, "drawing", drawing)
    _chart_part(book, "xl/charts/chart1.xml")
    shown = _chart_frame()
    anchor = f'<xdr:absoluteAnchor><xdr:pos x="0" y="0"/><xdr:ext cx="9000000" cy="6000000"/>{shown}<xdr:clientData/></xdr:absoluteAnchor>'
    book.add(drawing, f"<xdr:wsDr {DRAWN}>{anchor}</xdr:wsDr>", _DRAWING_TYPE)
    book.relate(drawing, "chart", "xl/charts/chart1.xml")
    return book.build()


def picture() -> bytes:
    book = Bricks()
    drawing = draw(
        book,
        f'<xdr:twoCellAnchor editAs="oneCell">{PLACE.format(1, 4)}<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="图片 1"/>'
        '<xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>'
        f"{BOX}</xdr:pic><xdr:clientData/></xdr:twoCellAnchor>",
    )
    png(book)
    book.relate(drawing, "image", "xl/media/image1.png")
    return book.build()


def header_picture() -> bytes:
    book = Bricks()
    shape = '<v:shape id="CH" type="#_x0000_t202" style="position:absolute;width:24pt;height:24pt"><v:imagedata o:relid="rId1" o:title="徽标"/></v:shape>'
    drawing = vml(book, "legacyDrawingHF", shape)
    png(book)
    book.relate(drawing, "image", "xl/media/image1.png")
    book.shell["headerFooter"] = (
        "<headerFooter><oddHeader>&amp;C&amp;G</oddHeader><oddFooter>&amp;C第 &amp;P 页</oddFooter></headerFooter>"
    )
    return book.build()


def active_x() -> bytes:
    book = Bricks()
    part, binary = "xl/activeX/activeX1.xml", "xl/activeX/activeX1.bin"
    draw(book, "")
    button = _PICTURED.format(1025)
    vml(book, "legacyDrawing", button)
    control = book.relate(SHEET, "control", part)
    book.relate(part, "http://schemas.microsoft.com/office/2006/relationships/activeXControlBinary", binary)
    book.default("bin", "application/vnd.ms-office.activeX")
    book.add(binary, bytes(range(64)))
    book.add(
        part,
        f'<ax:ocx xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" xmlns:r="{OFFICE}" '
        f'ax:classid="{{D7053240-CE69-11CD-A777-00DD01143C57}}" ax:persistence="persistStreamInit" r:id="rId1"/>',
        "application/vnd.ms-office.activeX+xml",
    )
    book.shell["controls"] = f'<controls><control shapeId="1025" r:id="{control}" name="CommandButton1"/></controls>'
    return book.build()


def ole_object() -> bytes:
    book = Bricks()
    draw(book, "")
    vml(
        book,
        "legacyDrawing",
        _PICTURED.format(1026),
    )
    pointer = book.relate(SHEET, "oleObject", "xl/embeddings/oleObject1.bin")
    book.add("xl/embeddings/oleObject1.bin", compound(), _OLE_TYPE)
    book.shell["oleObjects"] = f'<oleObjects><oleObject progId="Package" shapeId="1026" r:id="{pointer}"/></oleObjects>'
    return book.build()


def draw(book: Bricks, anchors: str) -> str:
    """The drawing of 台账; its name."""
    pointer = book.relate(SHEET, "drawing", "xl/drawings/drawing1.xml")
    book.shell["drawing"] = f'<drawing r:id="{pointer}"/>'
    return book.add("xl/drawings/drawing1.xml", f"<xdr:wsDr {DRAWN}>{anchors}</xdr:wsDr>", _DRAWING_TYPE)


def vml(book: Bricks, element: str, shapes: str) -> str:
    """A drawing of the older kind; its name."""
    name = "xl/drawings/vmlDrawing1.vml"
    pointer = book.relate(SHEET, "vmlDrawing", name)
    book.default("vml", _VML_TYPE)
    book.shell[element] = f'<{element} r:id="{pointer}"/>'
    return book.add(name, _VML.format(shapes), declare=False)


def png(book: Bricks) -> None:
    """A red square of four by four."""
    book.default("png", "image/png")
    head, rows = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0), zlib.compress((b"\0" + b"\xff\0\0" * 4) * 4, 9)
    pieces = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    data = b"".join(
        struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))
        for kind, inside in pieces
    )
    book.add("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + data)


def compound() -> bytes:
    """Bytes that begin like a compound file and hold nothing."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def frame(name: str, address: str, inside: str) -> str:
    return (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="{name}"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{address}">{inside}</a:graphicData></a:graphic></xdr:graphicFrame>'
    )


def _chart_frame() -> str:
    return frame("图表 1", _CHART, f'<c:chart xmlns:c="{_CHART}" r:id="rId1"/>')


def _chart_part(book: Bricks, name: str) -> None:
    points = "".join(f'<c:pt idx="{number}"><c:v>{count}</c:v></c:pt>' for number, count in enumerate((10, 4, 6)))
    book.add(
        name,
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        "<c:tx><c:strRef><c:f>台账!$B$1</c:f></c:strRef></c:tx><c:cat><c:strRef><c:f>台账!$A$2:$A$4</c:f></c:strRef></c:cat>"
        f'<c:val><c:numRef><c:f>台账!$B$2:$B$4</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="3"/>'
        f"{points}</c:numCache></c:numRef></c:val>"
        '</c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/><c:scaling/>'
        '<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart></c:chartSpace>',
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )


MAKERS: tuple[Callable[[], bytes], ...] = (
    text_box, form_button, chart, chart_sheet, picture, header_picture, active_x, ole_object,
)  # fmt: skip
