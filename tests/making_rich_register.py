"""A complaint register as banks keep them: a macro workbook with everything on one sheet; all content is invented.

The sheet 投诉台账 has its title in row 1, how to fill it in in row 2, a heading of two levels in rows 3 and 4, fifteen
complaints in rows 5 to 19 and the total in row 20. 机构汇总 holds a table with a slicer, 代码表 is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from package.bricks import MAIN, OFFICE, OTHER, SHEET, SPACES, SPREADSHEET, STYLES, WORKBOOK, Bricks
from package.making_drawn import BOX, DRAWN, compound, draw, frame, png, vml

from xiaobao_xl.package.references import letters

TITLE = "投诉台账"
FIRST, LAST, TOTAL = 5, 19, 20
HEADINGS = (
    "投诉编号", "收到日期", "投诉来源", "被投诉机构", "投诉人姓名", "证件号码", "投诉业务类别", "投诉原因", "投诉内容",
    "涉及金额", "复杂程度", "处理决定日期", "告知日期", "办理状态", "处理用时", "近四月走势",
)  # fmt: skip
GROUPS = {"E": ("F", "投诉人"), "G": ("J", "投诉事项"), "K": ("O", "处理情况")}
NOTED, THREADED = "M6", "F7"
NOTE, THREAD = "已电话催办", "请核对证件原件"
_TITLES = {"台账": TITLE, "参数": "机构汇总"}
_SOURCES = ("电话", "网络", "来访")
_BRANCHES = ("城东支行", "城西支行", "城南支行")
_WIDTHS = (15, 12, 12, 12, 11, 22, 14, 28, 40, 12, 10, 13, 12, 10, 10, 14)
_GREY, _HEAD, _PLAIN, _DAY, _MONEY, _TEXT, _HELP, _SUM = range(1, 9)
_MICROSOFT = "http://schemas.microsoft.com/office"
_X14 = f"{_MICROSOFT}/spreadsheetml/2009/9/main"
_X15 = f"{_MICROSOFT}/spreadsheetml/2010/11/main"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_CASES = (
    ("信用卡", "因定价收费引起的投诉", "客户反映信用卡年费未告知即扣收，要求退还"),
    ("贷款", "因服务态度及服务质量引起的投诉", "装修贷面签三次经办人都不在，要求答复"),
    ("借记卡", "因消费者资金安全引起的投诉", "借记卡在异地取款机被取走，怀疑是伪卡，要求先行赔付"),
    ("贷款", "因营销方式和手段引起的投诉", "每天都有电话推销贷款，说了不要仍然打来"),
    ("自营理财", "因信息披露引起的投诉", "理财到期收益低于宣传，认为没有讲清风险"),
)
_PALE = '<a:solidFill><a:srgbClr val="FFF2CC"/></a:solidFill></xdr:spPr>'
_NAMES = [
    "甲一",
    "乙二",
    "丙三",
    "丁四",
    "戊五",
    "己六",
    "庚七",
    "辛八",
    "壬九",
    "癸十",
    "子一",
    "丑二",
    "寅三",
    "卯四",
    "辰五",
]


def rich_register() -> bytes:
    """The file (.xlsm)."""
    return put_together().build()


def put_together() -> Bricks:
    """Its parts, to which a test may add."""
    book = _Register()
    book.book_type = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    book.add(STYLES, _STYLES)
    _fill(book)
    _lay_out(book)
    _draw(book)
    _button_and_notes(book)
    _list_branches(book)
    _add_codes(book)
    _add_wps(book)
    book.default("bin", "application/vnd.ms-office.vbaProject")
    book.relate(WORKBOOK, f"{_MICROSOFT}/2006/relationships/vbaProject", "xl/vbaProject.bin")
    book.add("xl/vbaProject.bin", compound())
    book.book["definedNames"] = (
        f'<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">{TITLE}!$A$1:$P$37</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{TITLE}!$3:$4</definedName></definedNames>'
    )
    return book


class _Register(Bricks):
    def list_sheet(self, title: str, part: str, kind: str = "worksheet", state: str = "visible") -> None:
        super().list_sheet(_TITLES.get(title, title), part, kind, state)

    def text(self, place: str, text: str, style: int) -> str:
        """A cell with a shared string; `text` beginning with `<` is the inside of one."""
        self.strings.append(text if text.startswith("<") else f"<t>{text}</t>")
        return f'<c r="{place}" s="{style}" t="s"><v>{len(self.strings) - 1}</v></c>'


def _fill(book: _Register) -> None:
    book.rows.clear()
    book.rows[1] = (' ht="30" customHeight="1"', book.text("A1", "某银行 2026 年三季度消费投诉台账", _GREY))
    told = (
        '<r><t xml:space="preserve">填表说明：收到投诉后 </t></r><r><rPr><b/><color rgb="FFC00000"/><sz val="11"/>'
        '<rFont val="宋体"/></rPr><t>三个工作日内</t></r><r><t>登记；证件号码按文本填写；日期填 2026-07-01 的样子。</t></r>'
    )
    book.rows[2] = (' ht="34" customHeight="1"', book.text("A2", told, _HELP))
    above, below = "", ""
    for number, heading in enumerate(HEADINGS, 1):
        letter = letters(number)
        group = next((text for first, (last, text) in GROUPS.items() if first <= letter <= last), "")
        above += book.text(f"{letter}3", (group if letter in GROUPS else "") or (heading if not group else ""), _HEAD)
        below += book.text(f"{letter}4", heading, _HEAD) if group else f'<c r="{letter}4" s="{_HEAD}"/>'
    book.rows[3], book.rows[4] = (' ht="22" customHeight="1"', above), (' ht="22" customHeight="1"', below)
    for number in range(LAST - FIRST + 1):
        book.rows[FIRST + number] = (' ht="18" customHeight="1"', "".join(_complaint(book, number)))
    total = "".join(f'<c r="{letters(number)}{TOTAL}" s="{_SUM}"/>' for number in range(2, 17) if number != 10)
    held = sum(_amount(number) for number in range(15))
    money = f'<c r="J{TOTAL}" s="{_SUM}"><f>SUM(J{FIRST}:J{LAST})</f><v>{held}</v></c>'
    before, after = total[: total.index(f'<c r="K{TOTAL}"')], total[total.index(f'<c r="K{TOTAL}"') :]
    book.rows[TOTAL] = ("", book.text(f"A{TOTAL}", "合计", _SUM) + before + money + after)


def _complaint(book: _Register, number: int) -> Iterator[str]:
    row, received = FIRST + number, date(2026, 7, 1 + 2 * number)
    took = 50 if number == 1 else 6 + number % 4  # row 6 was decided late
    kind, reason, text = _CASES[number % len(_CASES)]
    key = "" if number == 3 else f"TS20260700{number + 1:02}"  # row 8 has no key
    yield book.text(f"A{row}", key, _PLAIN) if key else f'<c r="A{row}" s="{_PLAIN}"/>'
    if number == 8:  # row 13: nobody can tell which day
        yield book.text(f"B{row}", "七月底前后", _DAY)
    else:
        yield f'<c r="B{row}" s="{_DAY}"><v>{_serial(received)}</v></c>'
    yield book.text(f"C{row}", _SOURCES[number % 3], _PLAIN)
    yield book.text(f"D{row}", _BRANCHES[number % 3], _PLAIN)
    yield book.text(f"E{row}", _NAMES[number], _PLAIN)
    if number in {2, 5}:  # rows 7 and 10: kept as a number, the last digits are lost
        yield f'<c r="F{row}" s="{_PLAIN}"><v>110101199003074000</v></c>'
    else:
        yield book.text(f"F{row}", _identity(number), _TEXT)
    yield book.text(f"G{row}", kind, _PLAIN)
    yield book.text(f"H{row}", reason, _PLAIN)
    rich = f"<r><rPr><b/></rPr><t>{text[:4]}</t></r><r><t>{text[4:]}</t></r>"
    yield book.text(f"I{row}", rich if number == 0 else text, _PLAIN)
    yield f'<c r="J{row}" s="{_MONEY}"><v>{_amount(number)}</v></c>'
    yield book.text(f"K{row}", "简单", _PLAIN)
    for letter in "LM":
        yield f'<c r="{letter}{row}" s="{_DAY}"><v>{_serial(received) + took}</v></c>'
    yield book.text(f"N{row}", "办结", _PLAIN)
    days = f"<f>IFERROR(L{row}-B{row},&quot;待核&quot;)</f>"
    if number == 8:
        yield f'<c r="O{row}" s="{_PLAIN}" t="str">{days}<v>待核</v></c>'
    else:
        yield f'<c r="O{row}" s="{_PLAIN}">{days}<v>{took}</v></c>'
    yield f'<c r="P{row}" s="{_PLAIN}"/>'


def _lay_out(book: Bricks) -> None:
    area, twin = f"J{FIRST}:J{LAST}", "{DA7ABA51-0000-4000-8000-000000000001}"
    widths = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(_WIDTHS, 1))
    alone = [letters(number) for number in range(1, 17)]
    alone = [letter for letter in alone if not any(first <= letter <= last for first, (last, _) in GROUPS.items())]
    merged = ["A1:P1", "A2:L2", *(f"{first}3:{last}3" for first, (last, _) in GROUPS.items())]
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged + [f"{letter}3:{letter}4" for letter in alone])
    book.shell |= {
        "dimension": f'<dimension ref="A1:P{TOTAL}"/>',
        "sheetViews": '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane xSplit="1" ySplit="4" topLeftCell="B5" '
        'activePane="bottomRight" state="frozen"/></sheetView></sheetViews>',
        "cols": f"<cols>{widths}</cols>",
        "mergeCells": f'<mergeCells count="{merges.count("ref=")}">{merges}</mergeCells>',
        "conditionalFormatting": (
            f'<conditionalFormatting sqref="{area}"><cfRule type="dataBar" priority="1"><dataBar>'
            '<cfvo type="min"/><cfvo type="max"/><color rgb="FF638EC6"/></dataBar>'
            f'<extLst><ext uri="{{B025F937-C7B1-47D3-B67F-A62EFF666E3E}}"><x14:id>{twin}</x14:id></ext></extLst></cfRule></conditionalFormatting>'
            f'<conditionalFormatting sqref="O{FIRST}:O{LAST}"><cfRule type="cellIs" dxfId="0" priority="2" operator="greaterThan">'
            "<formula>15</formula></cfRule></conditionalFormatting>"
        ),
        "dataValidations": f'<dataValidations count="1"><dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="K{FIRST}:K{LAST}">'
        '<formula1>"简单,复杂,特别复杂"</formula1></dataValidation></dataValidations>',
        "pageMargins": '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>',
        "pageSetup": '<pageSetup paperSize="8" scale="58" orientation="landscape"/>',
        "headerFooter": "<headerFooter><oddFooter>&amp;C第 &amp;P 页</oddFooter></headerFooter>",
    }
    lines = "".join(
        f"<x14:sparkline><xm:f>机构汇总!H{row}:K{row}</xm:f><xm:sqref>P{row}</xm:sqref></x14:sparkline>"
        for row in range(FIRST, LAST + 1)
    )
    book.extension(
        "78C0D931-6437-407d-A8EE-F0AAD7539E65",
        f'<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="dataBar" id="{twin}">'
        '<x14:dataBar minLength="0" maxLength="100" gradient="0">'
        '<x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/><x14:negativeFillColor rgb="FFFF0000"/><x14:axisColor rgb="FF000000"/></x14:dataBar></x14:cfRule>'
        f"<xm:sqref>{area}</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>",
    )
    book.extension(
        "CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF",
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>代码表!$A$1:$A$3</xm:f></x14:formula1>'
        f"<xm:sqref>C{FIRST}:C{LAST}</xm:sqref></x14:dataValidation></x14:dataValidations>",
    )
    book.extension(
        "05C60535-1F16-4fd2-B633-F4F36F0B64E0",
        '<x14:sparklineGroups><x14:sparklineGroup displayEmptyCellsAs="gap" displayHidden="1"><x14:colorSeries rgb="FF376092"/>'
        f"<x14:sparklines>{lines}</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups>",
    )


def _draw(book: Bricks) -> None:
    """Text box, chart and picture, in one drawing."""
    said = "勿改表头；每季度末后五日内报送总行消保部。"
    box = (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="文本框 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        f"{BOX.replace('</xdr:spPr>', _PALE)}"
        f'<xdr:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang="zh-CN" sz="1000"/><a:t>{said}</a:t></a:r></a:p></xdr:txBody></xdr:sp>'
    )
    shown = frame("图表 1", _CHART, f'<c:chart xmlns:c="{_CHART}" r:id="rId1"/>').replace('id="2"', 'id="3"', 1)
    picture = (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="4" name="图片 1"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
        f'<a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>{BOX}</xdr:pic>'
    )
    anchors = "".join(
        f"<xdr:twoCellAnchor>{_place('xdr:', *corners)}{shape}<xdr:clientData/></xdr:twoCellAnchor>"
        for corners, shape in (((12, 1, 14, 2), box), ((1, 21, 7, 36), shown), ((8, 21, 9, 26), picture))
    )
    drawing = draw(book, anchors)
    book.relate(drawing, "chart", "xl/charts/chart1.xml")
    book.relate(drawing, "image", "xl/media/image1.png")
    png(book)
    points = "".join(f'<c:pt idx="{number}"><c:v>5</c:v></c:pt>' for number in range(3))
    book.add(
        "xl/charts/chart1.xml",
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        '<c:tx><c:strRef><c:f>机构汇总!$B$1</c:f></c:strRef></c:tx><c:spPr><a:solidFill><a:srgbClr val="2F5D7C"/></a:solidFill></c:spPr>'
        "<c:cat><c:strRef><c:f>机构汇总!$A$2:$A$4</c:f></c:strRef></c:cat>"
        f'<c:val><c:numRef><c:f>机构汇总!$B$2:$B$4</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="3"/>{points}'
        '</c:numCache></c:numRef></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/><c:scaling/>'
        '<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart></c:chartSpace>',
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )


def _button_and_notes(book: Bricks) -> None:
    """A button, a note and a threaded note, in one drawing of the older kind."""
    shapes = (
        '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe"/>'
        '<v:shape id="_x0000_s1025" type="#_x0000_t201" style="position:absolute;width:80pt;height:24pt" o:button="t">'
        '<v:textbox><div style="text-align:center"><font face="宋体" size="220">汇总本季</font></div></v:textbox>'
        '<x:ClientData ObjectType="Button"><x:Anchor>14, 10, 1, 4, 15, 60, 1, 40</x:Anchor><x:FmlaMacro>[0]!汇总</x:FmlaMacro></x:ClientData></v:shape>'
    )
    for number, (row, column) in ((1026, (5, 12)), (1027, (6, 5))):
        shapes += (
            f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:108pt;height:60pt;z-index:1;visibility:hidden" '
            f'fillcolor="#ffffe1"><v:textbox/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{column + 1}, 15, {row}, 2, {column + 3}, 15, {row + 3}, 4</x:Anchor>"
            f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
    vml(book, "legacyDrawing", shapes)
    control = book.relate(SHEET, "ctrlProp", "xl/ctrlProps/ctrlProp1.xml")
    book.add(
        "xl/ctrlProps/ctrlProp1.xml",
        f'<formControlPr xmlns="{_X14}" objectType="Button" lockText="1"/>',
        "application/vnd.ms-excel.controlproperties+xml",
    )
    place = _place("", 14, 1, 15, 2).replace("<col>", "<xdr:col>").replace("</col>", "</xdr:col>")
    for local in ("colOff", "row", "rowOff"):
        place = place.replace(f"<{local}>", f"<xdr:{local}>").replace(f"</{local}>", f"</xdr:{local}>")
    book.shell["controls"] = (
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls><mc:AlternateContent><mc:Choice Requires="x14">'
        f'<control shapeId="1025" r:id="{control}" name="按钮 1"><controlPr defaultSize="0" print="0" autoFill="0" macro="[0]!汇总">'
        f'<anchor moveWithCells="1">{place}</anchor></controlPr></control></mc:Choice></mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>'
    )
    _write_notes(book)


def _write_notes(book: Bricks) -> None:
    person, thread = "{11111111-2222-4333-8444-555555555555}", "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}"
    kind = f"{_MICROSOFT}/2017/10/relationships"
    address = f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments"
    book.relate(SHEET, "comments", "xl/comments1.xml")
    book.relate(SHEET, f"{kind}/threadedComment", "xl/threadedComments/threadedComment1.xml")
    book.relate(WORKBOOK, f"{kind}/person", "xl/persons/person.xml")
    book.add(
        "xl/comments1.xml",
        f'<comments xmlns="{MAIN}"><authors><author>经办甲</author><author>tc={thread}</author></authors><commentList>'
        f'<comment ref="{NOTED}" authorId="0"><text><r><rPr><b/></rPr><t>{NOTE}</t></r></text></comment>'
        f'<comment ref="{THREADED}" authorId="1"><text><t>[线程批注]&#10;注释:&#10;    {THREAD}</t></text></comment></commentList></comments>',
        f"{SPREADSHEET}.comments+xml",
    )
    book.add(
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{address}"><threadedComment ref="{THREADED}" dT="2026-09-30T01:00:00.00" '
        f'personId="{person}" id="{thread}"><text>{THREAD}</text></threadedComment></ThreadedComments>',
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    book.add(
        "xl/persons/person.xml",
        f'<personList xmlns="{address}"><person displayName="经办甲" id="{person}" userId="jia" providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
    )


def _list_branches(book: _Register) -> None:
    """The second sheet: a table of branches, and a slicer on it."""
    slicer, cache = "xl/slicers/slicer1.xml", "xl/slicerCaches/slicerCache1.xml"
    table = book.relate(OTHER, "table", "xl/tables/table1.xml")
    slicers = book.relate(OTHER, f"{_MICROSOFT}/2007/relationships/slicer", slicer)
    drawing = book.relate(OTHER, "drawing", "xl/drawings/drawing2.xml")
    caches = book.relate(WORKBOOK, f"{_MICROSOFT}/2007/relationships/slicerCache", cache)
    rows = book.text("A1", "机构", _HEAD) + book.text("B1", "受理件数", _HEAD)
    rows = f'<row r="1">{rows}</row>'
    for row, branch in enumerate(_BRANCHES, 2):
        counted = f'<c r="B{row}"><f>COUNTIF({TITLE}!$D${FIRST}:$D${LAST},A{row})</f><v>5</v></c>'
        rows += f'<row r="{row}">{book.text(f"A{row}", branch, _PLAIN)}{counted}</row>'
    for row in range(FIRST, LAST + 1):
        months = "".join(f'<c r="{letter}{row}"><v>{row * n % 7}</v></c>' for n, letter in enumerate("HIJK", 2))
        rows += f'<row r="{row}">{months}</row>'
    book.add(
        OTHER,
        f'<worksheet {SPACES}><cols><col min="1" max="2" width="14" customWidth="1"/></cols><sheetData>{rows}</sheetData><drawing r:id="{drawing}"/>'
        f'<tableParts count="1"><tablePart r:id="{table}"/></tableParts><extLst><ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}">'
        f'<x14:slicerList><x14:slicer r:id="{slicers}"/></x14:slicerList></ext></extLst></worksheet>',
    )
    book.add(
        "xl/tables/table1.xml",
        f'<table xmlns="{MAIN}" id="1" name="机构表" displayName="机构表" ref="A1:B4" totalsRowShown="0"><autoFilter ref="A1:B4"/>'
        '<tableColumns count="2"><tableColumn id="1" name="机构"/><tableColumn id="2" name="受理件数"/></tableColumns>'
        '<tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>',
        f"{SPREADSHEET}.table+xml",
    )
    book.add(
        slicer,
        f'<slicers xmlns="{_X14}"><slicer name="机构" cache="切片器_机构" caption="机构" rowHeight="241300"/></slicers>',
        "application/vnd.ms-excel.slicer+xml",
    )
    book.add(
        cache,
        f'<slicerCacheDefinition xmlns="{_X14}" name="切片器_机构" sourceName="机构"><extLst>'
        f'<x:ext xmlns:x="{MAIN}" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}">'
        f'<x15:tableSlicerCache xmlns:x15="{_X15}" tableId="1" column="1"/></x:ext></extLst></slicerCacheDefinition>',
        "application/vnd.ms-excel.slicerCache+xml",
    )
    book.book["extLst"] = (
        f'<extLst><ext xmlns:x15="{_X15}" uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}">'
        f'<x15:slicerCaches><x14:slicerCache r:id="{caches}"/></x15:slicerCaches></ext></extLst>'
    )
    address = f"{_MICROSOFT}/drawing/2010/slicer"
    shown = frame("机构", address, f'<sle:slicer xmlns:sle="{address}" name="机构"/>')
    book.add(
        "xl/drawings/drawing2.xml",
        f'<xdr:wsDr {DRAWN}><xdr:twoCellAnchor>{_place("xdr:", 3, 0, 5, 8)}<mc:AlternateContent><mc:Choice xmlns:sle15="{_MICROSOFT}/drawing/2012/slicer" '
        f'Requires="sle15">{shown}</mc:Choice></mc:AlternateContent><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>',
        "application/vnd.openxmlformats-officedocument.drawing+xml",
    )


def _add_codes(book: _Register) -> None:
    """The hidden sheet: what a drop-down looks at."""
    part, rows = "xl/worksheets/sheet3.xml", ""
    book.list_sheet("代码表", part, state="hidden")
    for row, source in enumerate(_SOURCES, 1):
        rows += f'<row r="{row}">{book.text(f"A{row}", source, 0)}</row>'
    book.add(part, f"<worksheet {SPACES}><sheetData>{rows}</sheetData></worksheet>")


def _add_wps(book: Bricks) -> None:
    text = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>\n<settings xmlns="https://web.wps.cn/et/2018/main"><isFilterShared>1</isFilterShared></settings>'
    book.relate("", f"{OFFICE}/customXml", "customXml/item1.xml")
    book.add("customXml/item1.xml", text.encode("utf-16"))
    book.relate("customXml/item1.xml", "customXmlProps", "customXml/itemProps1.xml")
    book.add(
        "customXml/itemProps1.xml",
        '<ds:datastoreItem ds:itemID="{D5F0A1B2-0000-4000-8000-000000000001}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )


def _place(prefix: str, left: int, top: int, right: int, bottom: int) -> str:
    """Corners as a drawing wants them, 0-based."""
    return "".join(
        f"<{prefix}{corner}><{prefix}col>{column}</{prefix}col><{prefix}colOff>0</{prefix}colOff>"
        f"<{prefix}row>{row}</{prefix}row><{prefix}rowOff>0</{prefix}rowOff></{prefix}{corner}>"
        for corner, column, row in (("from", left, top), ("to", right, bottom))
    )


def _serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def _amount(number: int) -> int:
    return 120 + 310 * number


def _identity(number: int) -> str:
    """An invented number whose last place fits."""
    digits = f"3201021988{number % 12 + 1:02}{number + 10:02}{number + 101:03}"
    left = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits)) % 11
    return digits + "10X98765432"[left]


_THIN = "".join(f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>' for side in ("left", "right", "top", "bottom"))
_CENTRED = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="4"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF1F4E79"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFF2F2F2"/></patternFill></fill></fills>'
    f'<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>{_THIN}<diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="9">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{_CENTRED}</xf>'
    f'<xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">{_CENTRED}</xf>'
    + "".join(
        f'<xf numFmtId="{code}" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1"/>'
        for code in (0, 14, 4, 49)
    )
    + '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="4" fontId="3" fillId="3" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles>'
    '<dxfs count="1"><dxf><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf></dxfs></styleSheet>'
)
