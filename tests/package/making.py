"""One small workbook for each feature that editing in place must keep; all content is invented.

`ALL` maps a feature to the function that makes its file, as bytes. Cells and what lies in the sheet part itself are
here; what lies on a sheet is in `making_drawn`, what has parts of its own in `making_parts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from package import making_drawn, making_parts
from package.bricks import DECLARATION, MAIN, OFFICE, OTHER, SHEET, SPACES, SPREADSHEET, WORKBOOK, Bricks, zipped

STRICT = "http://purl.oclc.org/ooxml"


def shared_strings() -> bytes:
    return Bricks().build()


def inline_strings() -> bytes:
    book = Bricks()
    for row, text in ((2, "电话回访"), (3, " 前后有空格 "), (4, "转办_x000D_编号")):
        book.put(row, f'<c r="E{row}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return book.build()


def rich_text_shared() -> bytes:
    book = Bricks()
    book.strings.append(
        '<r><t>请在</t></r><r><rPr><b/><color rgb="FFFF0000"/></rPr><t xml:space="preserve"> 15日 </t></r><r><t>内答复</t></r>'
    )
    book.put(2, f'<c r="E2" t="s"><v>{len(book.strings) - 1}</v></c>')
    return book.build()


def rich_text_inline() -> bytes:
    book = Bricks()
    runs = "<r><rPr><b/></rPr><t>逾期</t></r><r><t>两件</t></r>"
    book.put(2, f'<c r="E2" t="inlineStr"><is>{runs}</is></c>')
    return book.build()


def phonetic() -> bytes:
    book = Bricks()
    book.strings[4] = '<t>城东支行</t><rPh sb="0" eb="2"><t>チェンドン</t></rPh><phoneticPr fontId="0"/>'
    book.shell["phoneticPr"] = '<phoneticPr fontId="0" type="noConversion"/>'
    return book.build()


def sparklines() -> bytes:
    book = Bricks()
    lines = "".join(
        f"<x14:sparkline><xm:f>台账!B{row}:C{row}</xm:f><xm:sqref>F{row}</xm:sqref></x14:sparkline>"
        for row in (2, 3, 4)
    )
    book.extension(
        "05C60535-1F16-4fd2-B633-F4F36F0B64E0",
        '<x14:sparklineGroups><x14:sparklineGroup displayEmptyCellsAs="gap"><x14:colorSeries rgb="FF376092"/>'
        f"<x14:sparklines>{lines}</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups>",
    )
    return book.build()


def data_bar_2010() -> bytes:
    """A classic data bar with its 2010 twin, and a classic rule by value."""
    book = Bricks()
    twin = "{DA7ABA51-0000-4000-8000-000000000001}"
    book.shell["conditionalFormatting"] = (
        '<conditionalFormatting sqref="C2:C4"><cfRule type="dataBar" priority="1"><dataBar><cfvo type="min"/><cfvo type="max"/>'
        '<color rgb="FF638EC6"/></dataBar><extLst><ext uri="{B025F937-C7B1-47D3-B67F-A62EFF666E3E}">'
        f"<x14:id>{twin}</x14:id></ext></extLst></cfRule></conditionalFormatting>"
        '<conditionalFormatting sqref="B2:B4 D2:D4"><cfRule type="cellIs" dxfId="0" priority="2" operator="greaterThan">'
        "<formula>$B$5/2</formula></cfRule></conditionalFormatting>"
    )
    book.extension(
        "78C0D931-6437-407d-A8EE-F0AAD7539E65",
        f'<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="dataBar" id="{twin}">'
        '<x14:dataBar minLength="0" maxLength="100" gradient="0"><x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/>'
        '<x14:negativeFillColor rgb="FFFF0000"/><x14:axisColor rgb="FF000000"/></x14:dataBar></x14:cfRule>'
        "<xm:sqref>C2:C4</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>",
    )
    return book.build()


def validations() -> bytes:
    """A list in the sheet itself, and one that looks at another sheet (x14)."""
    book = Bricks()
    book.shell["dataValidations"] = (
        '<dataValidations count="1"><dataValidation type="whole" operator="between" allowBlank="1" showErrorMessage="1" '
        'errorTitle="件数" error="请填整数" sqref="B2:C4"><formula1>0</formula1><formula2>$B$5</formula2></dataValidation></dataValidations>'
    )
    book.extension(
        "CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF",
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1"><x14:formula1>'
        "<xm:f>参数!$A$2:$A$3</xm:f></x14:formula1><xm:sqref>E2:E4</xm:sqref></x14:dataValidation></x14:dataValidations>",
    )
    return book.build()


def hyperlinks() -> bytes:
    book = Bricks()
    pointer = book.relate(SHEET, "hyperlink", "https://example.com/%E6%8A%95%E8%AF%89?a=1&amp;b=2", external=True)
    book.shell["hyperlinks"] = (
        f'<hyperlinks><hyperlink ref="A3" r:id="{pointer}" tooltip="外部"/>'
        '<hyperlink ref="A4" location="参数!A2" display="城南支行"/><hyperlink ref="A5:B5" location="台账!B4"/></hyperlinks>'
    )
    return book.build()


def defined_names() -> bytes:
    book = Bricks()
    book.book["definedNames"] = (
        '<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">台账!$A$1:$D$5</definedName>'
        '<definedName name="_xlnm.Print_Titles" localSheetId="0">台账!$A:$A,台账!$1:$1</definedName>'
        '<definedName name="受理合计">台账!$B$5</definedName><definedName name="支行">OFFSET(台账!$A$2,0,0,COUNTA(台账!$A$2:$A$4),1)</definedName>'
        '<definedName name="税率" hidden="1">0.06</definedName></definedNames>'
    )
    book.put(4, '<c r="E4"><f>受理合计/2</f><v>10</v></c>')
    return book.build()


def page_breaks() -> bytes:
    book = Bricks()
    book.shell["rowBreaks"] = '<rowBreaks count="1" manualBreakCount="1"><brk id="3" max="16383" man="1"/></rowBreaks>'
    book.shell["colBreaks"] = (
        '<colBreaks count="1" manualBreakCount="1"><brk id="2" max="1048575" man="1"/></colBreaks>'
    )
    return book.build()


def protected_ranges() -> bytes:
    book = Bricks()
    book.shell["sheetProtection"] = (
        '<sheetProtection password="CC1A" sheet="1" objects="1" scenarios="1" insertRows="0"/>'
    )
    book.shell["protectedRanges"] = '<protectedRanges><protectedRange sqref="B2:C4" name="填报区"/></protectedRanges>'
    return book.build()


def structure_protection() -> bytes:
    book = Bricks()
    book.book["workbookProtection"] = '<workbookProtection workbookPassword="CC1A" lockStructure="1"/>'
    return book.build()


def shared_formulas() -> bytes:
    book = Bricks()
    book.put(2, '<c r="E2"><f t="shared" ref="E2:E4" si="0">B2-C2</f><v>2</v></c>')
    book.put(3, '<c r="E3"><f t="shared" si="0"/><v>2</v></c>')
    book.put(4, '<c r="E4"><f t="shared" si="0"/><v>0</v></c>')
    return book.build()


def array_formula() -> bytes:
    book = Bricks()
    book.put(2, '<c r="E2"><f t="array" ref="E2:E4">B2:B4-C2:C4</f><v>2</v></c>')
    book.put(3, '<c r="E3"><v>2</v></c>')
    book.put(4, '<c r="E4"><v>0</v></c>')
    return book.build()


def data_table_formula() -> bytes:
    book = Bricks()
    book.put(8, '<c r="A8"><v>1</v></c>')
    for row, value in ((9, 5), (10, 6)):
        table = '<f t="dataTable" ref="B9:B10" dt2D="0" dtr="0" r1="A8"/>' if row == 9 else ""
        book.put(row, f'<c r="A{row}"><v>{value}</v></c><c r="B{row}">{table}<v>{value * 2}</v></c>')
    book.put(8, '<c r="B8"><f>A8*2</f><v>2</v></c>')
    return book.build()


def calc_chain() -> bytes:
    book = Bricks()
    cells = "".join(f'<c r="{cell}" i="1"/>' for cell in ("D2", "D3", "D4", "B5", "C5", "D5")) + '<c r="B1" i="2"/>'
    book.add("xl/calcChain.xml", f'<calcChain xmlns="{MAIN}">{cells}</calcChain>', f"{SPREADSHEET}.calcChain+xml")
    book.relate(WORKBOOK, "calcChain", "xl/calcChain.xml")
    return book.build()


def cached_values() -> bytes:
    """Cached results of every type; sums, ratios, differences and products that lean on each other."""
    book = Bricks()
    book.put(
        2,
        '<c r="E2"><f>B2-C2</f><v>2</v></c><c r="F2"><f>B2*C2</f><v>80</v></c><c r="G2" t="str"><f>A2&amp;"分理处"</f><v>城东支行分理处</v></c>',
    )
    book.put(
        3,
        '<c r="E3" t="b"><f>B3&gt;C3</f><v>1</v></c><c r="F3" t="e"><f>B3/0</f><v>#DIV/0!</v></c><c r="G3"><f>ROUND(D5*100,1)</f><v>80</v></c>',
    )
    book.put(4, '<c r="E4"><f>IF(B4&gt;5,B4,0)</f><v>6</v></c>')
    return book.build()


def hidden() -> bytes:
    """A hidden row, a hidden column, folded rows, a hidden and a very hidden sheet."""
    book = Bricks()
    book.rows[3] = (' hidden="1"', book.rows[3][1])
    book.rows[4] = (' outlineLevel="1" hidden="1"', book.rows[4][1])
    book.rows[5] = (' collapsed="1" ht="30" customHeight="1"', book.rows[5][1])
    book.shell["cols"] = (
        '<cols><col min="1" max="1" width="18" customWidth="1"/><col min="3" max="3" width="9" hidden="1"/></cols>'
    )
    for number, (title, state) in enumerate((("隐藏表", "hidden"), ("深藏表", "veryHidden")), 3):
        part = f"xl/worksheets/sheet{number}.xml"
        book.list_sheet(title, part, state=state)
        book.add(
            part,
            f'<worksheet {SPACES}><sheetData><row r="1"><c r="A1"><v>{number}</v></c></row></sheetData></worksheet>',
        )
    return book.build()


def merged_cells() -> bytes:
    book = Bricks()
    book.put(2, '<c r="E2" t="inlineStr"><is><t>备注</t></is></c><c r="F2"/>')
    book.put(7, '<c r="A7" t="inlineStr"><is><t>制表说明</t></is></c>')
    book.shell["mergeCells"] = '<mergeCells count="2"><mergeCell ref="E2:F4"/><mergeCell ref="A7:D7"/></mergeCells>'
    return book.build()


def auto_filter() -> bytes:
    book = Bricks()
    book.shell["autoFilter"] = (
        '<autoFilter ref="A1:D4"><filterColumn colId="1"><customFilters><customFilter operator="greaterThan" val="1"/>'
        '</customFilters></filterColumn><sortState ref="A2:D4"><sortCondition ref="B2:B4" descending="1"/></sortState></autoFilter>'
    )
    book.book["definedNames"] = (
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">台账!$A$1:$D$4</definedName></definedNames>'
    )
    return book.build()


def ignored_errors() -> bytes:
    book = Bricks()
    book.shell["ignoredErrors"] = (
        '<ignoredErrors><ignoredError sqref="A2:A4 B5" numberStoredAsText="1" formulaRange="1"/></ignoredErrors>'
    )
    return book.build()


def number_formats() -> bytes:
    book = Bricks()
    book.formats |= {176: "#,##0.00&quot;万元&quot;", 177: "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@", 31: ""}
    book.put(2, '<c r="E2" s="3"><v>1234.5</v></c><c r="F2" s="4"><v>46295</v></c><c r="G2" s="5"><v>46295</v></c>')
    return book.build()


def frozen_panes() -> bytes:
    book = Bricks()
    book.shell["sheetViews"] = (
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" '
        'activePane="bottomRight" state="frozen"/><selection pane="bottomRight" activeCell="B4" sqref="B4"/></sheetView></sheetViews>'
    )
    book.shell["dimension"] = '<dimension ref="A1:D5"/>'
    return book.build()


def dates_1904() -> bytes:
    book = Bricks()
    book.book["workbookPr"] = '<workbookPr date1904="1"/>'
    book.put(2, '<c r="E2" s="2"><v>44833</v></c>')
    return book.build()


def no_addresses() -> bytes:
    """Rows and cells that do not say where they stand, as some exports write them."""
    book = Bricks()
    files = book.files()
    sheet = files[SHEET].decode()
    for address in (f"{letter}{row}" for letter in "ABCD" for row in range(1, 6)):
        sheet = sheet.replace(f'<c r="{address}"', "<c")
    for row in range(1, 6):
        sheet = sheet.replace(f'<row r="{row}"', "<row")
    return zipped(files | {SHEET: sheet.encode()})


def empty_rows() -> bytes:
    """`<sheetData/>` without any row, and a second sheet full."""
    book = Bricks()
    files = book.files()
    begin, end = files[SHEET].index(b"<sheetData>"), files[SHEET].index(b"</sheetData>")
    empty = files[SHEET][:begin] + b"<sheetData/>" + files[SHEET][end + len(b"</sheetData>") :]
    return zipped(files | {SHEET: empty})


def utf16_sheet() -> bytes:
    files = Bricks().files()
    sheet = files[SHEET].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return zipped(files | {SHEET: sheet.encode("utf-16")})


def prefixed() -> bytes:
    """Every element of the sheet and of the list of sheets with a prefix, as the Open XML SDK writes them."""
    files = Bricks().files()
    changed = {name: _prefixed(files[name].decode()).encode() for name in (SHEET, OTHER, WORKBOOK)}
    return zipped(files | changed)


def strict() -> bytes:
    """The addresses of ISO 29500 Strict instead of the usual ones."""
    addresses = (
        (MAIN, f"{STRICT}/spreadsheetml/main"),
        (OFFICE, f"{STRICT}/officeDocument/relationships"),
        (
            "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
            f"{STRICT}/drawingml/spreadsheetDrawing",
        ),
    )
    book = Bricks()
    book.book["workbookPr"] = '<workbookPr dateCompatibility="0"/>'
    files = book.files()
    for name, data in files.items():
        text = data.decode()
        for usual, iso in addresses:
            text = text.replace(usual, iso)
        files[name] = text.replace("<workbook ", '<workbook conformance="strict" ').encode()
    return zipped(files)


def names_in_other_case() -> bytes:
    """Parts stand in the zip under capitals other than those they are pointed to by."""
    files = Bricks().files()
    return zipped({_capitals(name): data for name, data in files.items()})


def names_with_backslashes() -> bytes:
    """Parts stand in the zip under names with backslashes, as some exports on Windows write them."""
    files = Bricks().files()
    return zipped({name.replace("/", "\\"): data for name, data in files.items()})


def zip_with_folders() -> bytes:
    """Folders of their own in the zip, and a comment at its end."""
    files = Bricks().files()
    return zipped({"xl/": b"", "xl/worksheets/": b"", **files})


def _prefixed(text: str) -> str:
    text = text.removeprefix(DECLARATION).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return DECLARATION + text.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")


def _capitals(name: str) -> str:
    return {SHEET: "xl/Worksheets/Sheet1.xml", "xl/sharedStrings.xml": "xl/SharedStrings.xml"}.get(name, name)


def _named(makers: Iterable[Callable[[], bytes]]) -> dict[str, Callable[[], bytes]]:
    return {maker.__name__: maker for maker in makers}


ALL: dict[str, Callable[[], bytes]] = _named(
    (
        shared_strings, inline_strings, rich_text_shared, rich_text_inline, phonetic, sparklines, data_bar_2010,
        validations, hyperlinks, defined_names, page_breaks, protected_ranges, structure_protection, shared_formulas,
        array_formula, data_table_formula, calc_chain, cached_values, hidden, merged_cells, auto_filter, ignored_errors,
        number_formats, frozen_panes, dates_1904, no_addresses, empty_rows, utf16_sheet, prefixed, strict,
        names_in_other_case, names_with_backslashes, zip_with_folders, *making_drawn.MAKERS,
        *making_parts.MAKERS,
    )
)  # fmt: skip
