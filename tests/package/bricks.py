"""A small workbook put together part by part, for features no library writes: the parts are what the test says.

The sheet 台账 counts the complaints of three invented branches; 参数 looks at it from another sheet:

        A         B         C         D
    1   机构      受理件数  办结件数  办结率
    2   城东支行  10        8         =C2/B2
    3   城西支行  4         2         =C3/B3
    4   城南支行  6         6         =C4/B4
    5   合计      =SUM(B2:B4)  =SUM(C2:C4)  =C5/B5
"""

from __future__ import annotations

import io
import posixpath
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPACES = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'mc:Ignorable="x14ac" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
)
SHEET, OTHER, WORKBOOK, STYLES = (
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
)
WORDS = ["机构", "受理件数", "办结件数", "办结率", "城东支行", "城西支行", "城南支行", "合计", "渠道", "来电", "来信"]
_CELL_STYLE = '<xf numFmtId="{}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
_SHEET_ORDER = (
    "dimension", "sheetViews", "cols", "sheetData", "sheetProtection", "protectedRanges", "autoFilter", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "ignoredErrors", "drawing", "legacyDrawing", "legacyDrawingHF", "oleObjects", "controls",
    "tableParts", "extLst",
)  # fmt: skip
_WORKBOOK_ORDER = (
    "workbookPr", "workbookProtection", "bookViews", "sheets", "externalReferences", "definedNames", "calcPr",
    "pivotCaches", "extLst",
)  # fmt: skip


class Bricks:
    """The parts of a workbook while a feature is added to them.

    Attributes:
        parts: name → content, in the order of the file.
        rows: number → (attributes, cells) of 台账.
        shell: local name → XML of what else 台账 holds; written in the schema's order.
        book: local name → XML of what xl/workbook.xml holds.
        strings: the inside of each shared string.
        formats: number formats of the cell styles.
    """

    def __init__(self) -> None:
        self.parts: dict[str, str | bytes] = {}
        self.rows = _rows()
        self.shell: dict[str, str] = {}
        self.book = {
            "workbookPr": "<workbookPr/>",
            "bookViews": '<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="16000" windowHeight="9000"/></bookViews>',
            "sheets": "",
            "calcPr": '<calcPr calcId="191029"/>',
        }
        self.strings = [f"<t>{word}</t>" for word in WORDS]
        self.formats = {0: "", 10: "", 14: ""}
        self.book_type = f"{SPREADSHEET}.sheet.main+xml"
        self.other_rows = (
            '<row r="1"><c r="A1" t="s"><v>8</v></c><c r="B1"><f>台账!B5</f><v>20</v></c></row>'
            '<row r="2"><c r="A2" t="s"><v>9</v></c></row><row r="3"><c r="A3" t="s"><v>10</v></c></row>'
        )
        self._defaults = {
            "rels": f"application/vnd.openxmlformats-package.{'relationships'}+xml",
            "xml": "application/xml",
        }
        self._types: dict[str, str] = {}
        self._relations: dict[str, list[str]] = {}
        self._sheets: list[str] = []
        self.relate("", "officeDocument", WORKBOOK)
        self.list_sheet("台账", SHEET)
        self.list_sheet("参数", OTHER)
        for kind, part in (("styles", STYLES), ("sharedStrings", "xl/sharedStrings.xml")):
            self._types[part] = f"{SPREADSHEET}.{kind}+xml"
            self.relate(WORKBOOK, kind, part)

    def list_sheet(self, title: str, part: str, kind: str = "worksheet", state: str = "visible") -> None:
        """Add a sheet to the list; its part is added apart."""
        self._types[part] = f"{SPREADSHEET}.{kind}+xml"
        pointer = self.relate(WORKBOOK, kind, part)
        number = len(self._sheets) + 1
        hidden = "" if state == "visible" else f' state="{state}"'
        self._sheets.append(f'<sheet name="{title}" sheetId="{number}"{hidden} r:id="{pointer}"/>')

    def add(self, name: str, content: str | bytes, content_type: str = "", *, declare: bool = True) -> str:
        """A part and what it is; text is written in UTF-8 behind a declaration unless `declare` is false."""
        self.parts[name] = DECLARATION + content if isinstance(content, str) and declare else content
        if content_type:
            self._types[name] = content_type
        return name

    def default(self, extension: str, content_type: str) -> None:
        """What all parts of an extension are."""
        self._defaults[extension] = content_type

    def relate(self, source: str, kind: str, target: str, *, external: bool = False) -> str:
        """A pointer from a part; `kind` is the last word of its type, or the whole type."""
        listed = self._relations.setdefault(source, [])
        name = f"rId{len(listed) + 1}"
        address = target if external else posixpath.relpath(f"/{target}", f"/{posixpath.dirname(source)}")
        kind = kind if ":" in kind else f"{OFFICE}/{kind}"
        mode = ' TargetMode="External"' if external else ""
        listed.append(f'<Relationship Id="{name}" Type="{kind}" Target="{address}"{mode}/>')
        return name

    def put(self, row: int, cells: str) -> None:
        """Append cells to a row of 台账, which may be new."""
        attributes, there = self.rows.get(row, ("", ""))
        self.rows[row] = (attributes, there + cells)

    def extension(self, address: str, inside: str) -> None:
        """Something newer than 2007 at the end of the sheet."""
        there = self.shell.get("extLst", "<extLst></extLst>")
        self.shell["extLst"] = there.replace("</extLst>", f'<ext uri="{{{address}}}">{inside}</ext></extLst>')

    def sheet(self) -> str:
        """The part of 台账."""
        rows = "".join(
            f'<row r="{row}"{attributes}>{cells}</row>' for row, (attributes, cells) in sorted(self.rows.items())
        )
        shell = {**self.shell, "sheetData": f"<sheetData>{rows}</sheetData>"}
        inside = "".join(text for local, text in sorted(shell.items(), key=lambda item: _SHEET_ORDER.index(item[0])))
        return f"<worksheet {SPACES}>{inside}</worksheet>"

    def files(self) -> dict[str, bytes]:
        """All parts in the order of the file."""
        self.book["sheets"] = f"<sheets>{''.join(self._sheets)}</sheets>"
        inside = "".join(self.book[local] for local in _WORKBOOK_ORDER if local in self.book)
        strings = "".join(f"<si>{string}</si>" for string in self.strings)
        written: dict[str, str | bytes] = {
            "[Content_Types].xml": DECLARATION + self._content_types(),
            **{_relations_file(part): DECLARATION + self._pointers(part) for part in self._relations},
            WORKBOOK: f"{DECLARATION}<workbook {SPACES}>{inside}</workbook>",
            SHEET: DECLARATION + self.sheet(),
            OTHER: f"{DECLARATION}<worksheet {SPACES}><sheetData>{self.other_rows}</sheetData></worksheet>",
            STYLES: DECLARATION + self._styles(),
            "xl/sharedStrings.xml": f'{DECLARATION}<sst xmlns="{MAIN}" count="99" uniqueCount="{len(self.strings)}">{strings}</sst>',
            **self.parts,
        }
        return {name: text.encode() if isinstance(text, str) else text for name, text in written.items()}

    def build(self) -> bytes:
        """The file."""
        return zipped(self.files())

    def _content_types(self) -> str:
        types = {WORKBOOK: self.book_type, **self._types}
        defaults = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in self._defaults.items())
        parts = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items())
        return f'<Types xmlns="{PACKAGE}/content-types">{defaults}{parts}</Types>'

    def _pointers(self, part: str) -> str:
        return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(self._relations[part])}</Relationships>'

    def _styles(self) -> str:
        own = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in self.formats.items() if code
        )
        count = sum(1 for code in self.formats.values() if code)
        formats = f'<numFmts count="{count}">{own}</numFmts>' if own else ""
        styles = "".join(_CELL_STYLE.format(number) for number in self.formats)
        return (
            f'<styleSheet xmlns="{MAIN}">{formats}<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self.formats)}">{styles}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles>'
            '<dxfs count="1"><dxf><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf></dxfs></styleSheet>'
        )


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of parts, the same bytes every time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo("placeholder", (2026, 9, 30, 8, 0, 0))
            info.filename = name  # as it is: a backslash stays one
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return held.getvalue()


def _relations_file(part: str) -> str:
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _rows() -> dict[int, tuple[str, str]]:
    head = "".join(f'<c r="{letter}1" t="s"><v>{number}</v></c>' for number, letter in enumerate("ABCD"))
    rows = {1: ("", head)}
    for row, (word, taken, closed, rate) in enumerate(((4, 10, 8, "0.8"), (5, 4, 2, "0.5"), (6, 6, 6, "1")), 2):
        cells = (
            f'<c r="A{row}" t="s"><v>{word}</v></c><c r="B{row}"><v>{taken}</v></c><c r="C{row}"><v>{closed}</v></c>'
            f'<c r="D{row}" s="1"><f>C{row}/B{row}</f><v>{rate}</v></c>'
        )
        rows[row] = ("", cells)
    total = (
        '<c r="A5" t="s"><v>7</v></c><c r="B5"><f>SUM(B2:B4)</f><v>20</v></c><c r="C5"><f>SUM(C2:C4)</f><v>16</v></c>'
        '<c r="D5" s="1"><f>C5/B5</f><v>0.8</v></c>'
    )
    rows[5] = ("", total)
    return rows
