"""What makes a workbook one with macros: the VBA project, code names, the ribbon, hidden sheets and workbook-wide names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from vba_project import Module, vba_project

from xiaobao_xl import package
from xiaobao_xl.package import references
from xiaobao_xl.package.directory import ORDER, Directory
from xiaobao_xl.package.markup import attributes

PROJECT, RIBBON = "xl/vbaProject.bin", "customUI/customUI14.xml"
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ADDIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_MICROSOFT = "http://schemas.microsoft.com/office"
_PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
_WORKBOOK_NAME = "ThisWorkbook"


def add_macros(book: package.Book, modules: Sequence[Module], ribbon: bytes, *, is_addin: bool) -> None:
    """Put macros, and a ribbon where there is one, into a workbook that has none.

    Args:
        book: the workbook; sheets are not added after this, each has its module now.
        modules: standard modules and classes; those of the workbook and its sheets are added.
        ribbon: the ribbon's XML; empty for none.
        is_addin: it becomes an .xlam, not an .xlsm.
    """
    parts, directory = book.parts, book.directory
    sheets = [Module(name, "sheet") for name in _name_sheets(directory)]
    _name_workbook(directory)
    parts.add(PROJECT, vba_project([Module(_WORKBOOK_NAME, "workbook"), *sheets, *modules]), _PROJECT_TYPE)
    parts.relate(directory.part, f"{_MICROSOFT}/2006/relationships/vbaProject", PROJECT)
    if ribbon:
        parts.put(RIBBON, ribbon, "application/xml")
        parts.relate("", f"{_MICROSOFT}/2007/relationships/ui/extensibility", RIBBON)
    types = parts.settle("[Content_Types].xml")
    for entry in types.root.children:
        if entry.attributes.get("PartName", "") == f"/{directory.part}":
            types.set(entry, "ContentType", ADDIN_TYPE if is_addin else WORKBOOK_TYPE)


def hide_sheets(book: package.Book, titles: Iterable[str]) -> None:
    """Take sheets out of sight; the officer can show them again."""
    hidden, markup = set(titles), book.directory.markup
    for sheet in markup.root.all("sheet"):
        if sheet.attributes.get("name") in hidden:
            markup.set(sheet, "state", "hidden")


def add_names(book: package.Book, names: Mapping[str, str]) -> None:
    """Add names that hold in the whole workbook: name → formula."""
    written = "".join(
        f"<definedName{attributes({'name': name})}>{escape(formula)}</definedName>" for name, formula in names.items()
    )
    markup = book.directory.markup
    listed = markup.root.child("definedNames")
    if listed is None:
        markup.place(markup.root, "definedNames", ORDER, f"<definedNames>{written}</definedNames>".encode())
    else:
        markup.append(listed, written.encode())


def absolute(sheet: str, address: str) -> str:
    """A cell as a name's formula holds it, `'消保状态'!$A$1`."""
    row, column = references.cell(address)
    return f"{references.quoted(sheet)}!${references.letters(column)}${row}"


def _name_sheets(directory: Directory) -> list[str]:
    """Give each sheet a code name, by which its module is found; the names in order."""
    names = []
    for number, entry in enumerate(directory.entries(), start=1):
        name = f"Sheet{number}"
        markup = directory.parts.settle(entry.part)
        settings = markup.root.child("sheetPr")
        if settings is None:
            markup.before(
                markup.root.children[0], f"<{markup.root.prefix}sheetPr{attributes({'codeName': name})}/>".encode()
            )
        else:
            markup.set(settings, "codeName", name)
        names.append(name)
    return names


def _name_workbook(directory: Directory) -> None:
    markup = directory.markup
    settings = markup.root.child("workbookPr")
    if settings is None:
        given = attributes({"codeName": _WORKBOOK_NAME})
        markup.place(markup.root, "workbookPr", ORDER, f"<{markup.root.prefix}workbookPr{given}/>".encode())
    else:
        markup.set(settings, "codeName", _WORKBOOK_NAME)
