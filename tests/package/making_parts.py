"""Small workbooks with features that have parts of their own: tables, pivots, links, notes, macros and more."""

from __future__ import annotations

from collections.abc import Callable

from package.bricks import MAIN, OFFICE, OTHER, SHEET, SPREADSHEET, WORKBOOK, Bricks
from package.making_drawn import BOX, DRAWN, PLACE, compound, draw, frame, png, vml

_SHAPE = (
    '<v:shape id="_x0000_s{0}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:2pt;width:108pt;'
    'height:60pt;z-index:1;visibility:hidden" fillcolor="#ffffe1"><v:fill color2="#ffffe1"/><v:textbox/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>2, 15, {1}, 2, 4, 15, {2}, 4</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{1}</x:Row><x:Column>{3}</x:Column></x:ClientData></v:shape>"
)


def table() -> bytes:
    """A table whose last column is calculated."""
    book = Bricks()
    formula = "表1[[#This Row],[办结件数]]/表1[[#This Row],[受理件数]]"
    last = (
        f'<tableColumn id="4" name="办结率"><calculatedColumnFormula>{formula}</calculatedColumnFormula></tableColumn>'
    )
    _table(book, "A1:D4", last)
    book.put(5, '<c r="E5"><f>SUM(表1[受理件数])</f><v>20</v></c>')
    return book.build()


def slicer() -> bytes:
    book = Bricks()
    _table(book, "A1:D4", '<tableColumn id="4" name="办结率"/>')
    ms14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    ms15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
    types = "application/vnd.ms-excel."
    book.add(
        "xl/slicers/slicer1.xml",
        f'<slicers xmlns="{ms14}"><slicer name="机构" cache="切片器_机构" caption="机构" rowHeight="241300"/></slicers>',
        f"{types}slicer+xml",
    )
    book.add(
        "xl/slicerCaches/slicerCache1.xml",
        f'<slicerCacheDefinition xmlns="{ms14}" name="切片器_机构" sourceName="机构">'
        f'<extLst><x:ext xmlns:x="{MAIN}" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}">'
        f'<x15:tableSlicerCache xmlns:x15="{ms15}" tableId="1" column="1"/></x:ext></extLst></slicerCacheDefinition>',
        f"{types}slicerCache+xml",
    )
    pointer = book.relate(
        SHEET, "http://schemas.microsoft.com/office/2007/relationships/slicer", "xl/slicers/slicer1.xml"
    )
    cache = book.relate(
        WORKBOOK,
        "http://schemas.microsoft.com/office/2007/relationships/slicerCache",
        "xl/slicerCaches/slicerCache1.xml",
    )
    book.extension(
        "3A4CF648-6AED-40f4-86FF-DC5316D8AED3",
        f'<x14:slicerList xmlns:x14="{ms14}"><x14:slicer r:id="{pointer}"/></x14:slicerList>',
    )
    book.book["extLst"] = (
        f'<extLst><ext xmlns:x15="{ms15}" uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}">'
        f'<x15:slicerCaches><x14:slicerCache r:id="{cache}"/></x15:slicerCaches></ext></extLst>'
    )
    address = "http://schemas.microsoft.com/office/drawing/2010/slicer"
    shown = frame("机构", address, f'<sle:slicer xmlns:sle="{address}" name="机构"/>')
    draw(
        book,
        f'<xdr:twoCellAnchor>{PLACE.format(6, 12)}<mc:AlternateContent><mc:Choice xmlns:sle15="http://schemas.microsoft.com/office/drawing/2012/slicer" '
        f'Requires="sle15">{shown}</mc:Choice></mc:AlternateContent><xdr:clientData/></xdr:twoCellAnchor>',
    )
    return book.build()


def pivot_table() -> bytes:
    book = Bricks()
    cache, pivot = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotTables/pivotTable1.xml"
    records = "".join(f'<r><x v="{number}"/><n v="{count}"/></r>' for number, count in enumerate((10, 4, 6)))
    items = "".join(f'<s v="{name}"/>' for name in ("城东支行", "城西支行", "城南支行"))
    pointer = book.relate(WORKBOOK, "pivotCacheDefinition", cache)
    book.relate(cache, "pivotCacheRecords", "xl/pivotCache/pivotCacheRecords1.xml")
    book.relate(OTHER, "pivotTable", pivot)
    book.relate(pivot, "pivotCacheDefinition", cache)
    book.book["pivotCaches"] = f'<pivotCaches><pivotCache cacheId="1" r:id="{pointer}"/></pivotCaches>'
    book.add(
        cache,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" refreshedBy="甲" createdVersion="6" refreshedVersion="6" recordCount="3">'
        '<cacheSource type="worksheet"><worksheetSource ref="A1:B4" sheet="台账"/></cacheSource><cacheFields count="2">'
        f'<cacheField name="机构" numFmtId="0"><sharedItems count="3">{items}</sharedItems></cacheField><cacheField name="受理件数" numFmtId="0">'
        '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" minValue="4" maxValue="10"/></cacheField>'
        "</cacheFields></pivotCacheDefinition>",
        f"{SPREADSHEET}.pivotCacheDefinition+xml",
    )
    book.add(
        "xl/pivotCache/pivotCacheRecords1.xml",
        f'<pivotCacheRecords xmlns="{MAIN}" count="3">{records}</pivotCacheRecords>',
        f"{SPREADSHEET}.pivotCacheRecords+xml",
    )
    shown = "".join(f'<item x="{number}"/>' for number in range(3)) + '<item t="default"/>'
    lines = "".join(f'<i><x v="{number}"/></i>' for number in range(3)) + '<i t="grand"><x/></i>'
    book.add(
        pivot,
        f'<pivotTableDefinition xmlns="{MAIN}" name="数据透视表1" cacheId="1" dataCaption="值" createdVersion="6">'
        '<location ref="D1:E5" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="2">'
        f'<pivotField axis="axisRow" showAll="0"><items count="4">{shown}</items></pivotField><pivotField dataField="1" showAll="0"/></pivotFields>'
        f'<rowFields count="1"><field x="0"/></rowFields><rowItems count="4">{lines}</rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="求和项:受理件数" fld="1"/></dataFields></pivotTableDefinition>',
        f"{SPREADSHEET}.pivotTable+xml",
    )
    return book.build()


def external_link() -> bytes:
    book = Bricks()
    link = "xl/externalLinks/externalLink1.xml"
    pointer = book.relate(WORKBOOK, "externalLink", link)
    book.relate(link, "externalLinkPath", "file:///D:/%E5%8E%BB%E5%B9%B4.xlsx", external=True)
    book.add(
        link,
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1"><sheetNames><sheetName val="台账"/></sheetNames>'
        '<sheetDataSet><sheetData sheetId="0"><row r="5"><cell r="B5"><v>18</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
        f"{SPREADSHEET}.externalLink+xml",
    )
    book.book["externalReferences"] = f'<externalReferences><externalReference r:id="{pointer}"/></externalReferences>'
    book.put(5, '<c r="E5"><f>B5-[1]台账!B5</f><v>2</v></c>')
    return book.build()


def legacy_note() -> bytes:
    book = Bricks()
    _notes(book, {"B3": "核对原件", "A5": "含转办"})
    return book.build()


def threaded_note() -> bytes:
    book = Bricks()
    person, thread = "{11111111-2222-4333-8444-555555555555}", "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}"
    _notes(book, {"B3": "[线程批注]&#10;&#10;注释:&#10;    请核对"}, author=f"tc={thread}")
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"
    address = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    book.relate(SHEET, f"{kind}/threadedComment", "xl/threadedComments/threadedComment1.xml")
    book.relate(WORKBOOK, f"{kind}/person", "xl/persons/person.xml")
    book.add(
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{address}"><threadedComment ref="B3" dT="2026-09-30T01:00:00.00" '
        f'personId="{person}" id="{thread}"><text>请核对</text></threadedComment></ThreadedComments>',
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    book.add(
        "xl/persons/person.xml",
        f'<personList xmlns="{address}"><person displayName="经办甲" id="{person}" userId="jia" providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
    )
    return book.build()


def wps_custom_xml() -> bytes:
    """What WPS adds: custom XML in UTF-16, and pictures inside cells."""
    book = Bricks()
    text = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>\n<settings xmlns="https://web.wps.cn/et/2018/main"><isFilterShared>1</isFilterShared></settings>'
    book.relate("", "customXml", "customXml/item1.xml")
    book.add("customXml/item1.xml", text.encode("utf-16"))
    book.relate("customXml/item1.xml", "customXmlProps", "customXml/itemProps1.xml")
    book.add(
        "customXml/itemProps1.xml",
        '<ds:datastoreItem ds:itemID="{D5F0A1B2-0000-4000-8000-000000000001}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )
    images = "xl/cellimages.xml"
    book.relate(WORKBOOK, "http://www.wps.cn/officeDocument/2020/cellImage", images)
    book.relate(images, "image", "xl/media/image1.png")
    png(book)
    book.add(
        images,
        f'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" {DRAWN}><etc:cellImage><xdr:pic><xdr:nvPicPr>'
        '<xdr:cNvPr id="2" name="ID_0001"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill>'
        f"{BOX}</xdr:pic></etc:cellImage></etc:cellImages>",
        "application/vnd.wps-officedocument.cellimage+xml",
    )
    book.put(2, '<c r="E2" t="str"><f>_xlfn.DISPIMG("ID_0001",1)</f><v>=DISPIMG("ID_0001",1)</v></c>')
    return book.build()


def macros() -> bytes:
    book = Bricks()
    book.book_type = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    book.default("bin", "application/vnd.ms-office.vbaProject")
    book.relate(WORKBOOK, "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "xl/vbaProject.bin")
    book.add("xl/vbaProject.bin", compound())
    return book.build()


def printer_settings() -> bytes:
    book = Bricks()
    pointer = book.relate(SHEET, "printerSettings", "xl/printerSettings/printerSettings1.bin")
    book.default("bin", f"{SPREADSHEET}.printerSettings")
    book.add("xl/printerSettings/printerSettings1.bin", b"\x00\x01" * 300)
    book.shell["pageMargins"] = (
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    )
    book.shell["pageSetup"] = f'<pageSetup paperSize="9" orientation="landscape" r:id="{pointer}"/>'
    return book.build()


def signature() -> bytes:
    book = Bricks()
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature"
    types = "application/vnd.openxmlformats-package.digital-signature-"
    book.relate("", f"{kind}/origin", "_xmlsignatures/origin.sigs")
    book.relate("_xmlsignatures/origin.sigs", f"{kind}/signature", "_xmlsignatures/sig1.xml")
    book.add("_xmlsignatures/origin.sigs", b"", f"{types}origin")
    book.add(
        "_xmlsignatures/sig1.xml",
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/><SignatureValue>AAAA</SignatureValue></Signature>',
        f"{types}xmlsignature+xml",
    )
    return book.build()


def dynamic_array() -> bytes:
    """A formula that spills, marked by cell metadata (`cm`)."""
    book = Bricks()
    address = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
    book.relate(WORKBOOK, "sheetMetadata", "xl/metadata.xml")
    book.add(
        "xl/metadata.xml",
        f'<metadata xmlns="{MAIN}" xmlns:xda="{address}">'
        '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
        'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" cellMeta="1"/></metadataTypes>'
        '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
        '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
        '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>',
        f"{SPREADSHEET}.sheetMetadata+xml",
    )
    book.put(2, '<c r="F2" cm="1"><f t="array" ref="F2:F4">_xlfn._xlws.SORT(B2:B4)</f><v>4</v></c>')
    book.put(3, '<c r="F3"><v>6</v></c>')
    book.put(4, '<c r="F4"><v>10</v></c>')
    return book.build()


def _notes(book: Bricks, notes: dict[str, str], author: str = "经办甲") -> None:
    listed = "".join(
        f'<comment ref="{cell}" authorId="0"><text><r><rPr><b/></rPr><t>{text}</t></r></text></comment>'
        for cell, text in notes.items()
    )
    book.relate(SHEET, "comments", "xl/comments1.xml")
    book.add(
        "xl/comments1.xml",
        f'<comments xmlns="{MAIN}"><authors><author>{author}</author></authors><commentList>{listed}</commentList></comments>',
        f"{SPREADSHEET}.comments+xml",
    )
    places = [(int(cell[1:]) - 1, ord(cell[0]) - 65) for cell in notes]
    vml(
        book,
        "legacyDrawing",
        "".join(_SHAPE.format(1025 + number, row, row + 3, column) for number, (row, column) in enumerate(places)),
    )


def _table(book: Bricks, area: str, last: str) -> None:
    name = "xl/tables/table1.xml"
    pointer = book.relate(SHEET, "table", name)
    columns = "".join(
        f'<tableColumn id="{number}" name="{title}"/>'
        for number, title in enumerate(("机构", "受理件数", "办结件数"), 1)
    )
    book.add(
        name,
        f'<table xmlns="{MAIN}" id="1" name="表1" displayName="表1" ref="{area}" totalsRowShown="0"><autoFilter ref="{area}"/>'
        f'<tableColumns count="4">{columns}{last}</tableColumns><tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>',
        f"{SPREADSHEET}.table+xml",
    )
    book.shell["tableParts"] = f'<tableParts count="1"><tablePart r:id="{pointer}"/></tableParts>'


MAKERS: tuple[Callable[[], bytes], ...] = (
    table, slicer, pivot_table, external_link, legacy_note, threaded_note, wps_custom_xml, macros, printer_settings, signature, dynamic_array,
)  # fmt: skip
