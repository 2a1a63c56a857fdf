"""A sheet carried over with its looks, charts, pictures, notes and tables: from another workbook, or within one.

Parts are copied under names that are free; what they point to goes with them. From another workbook the styles in use
are appended to those of the target, where nothing moves, shared text moves into its cells, and days are counted as the
target counts them. Colours of a theme and names of the whole workbook stay behind: they mean what the target says.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Final

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.adding import WORKSHEET
from xiaobao_xl.package.directory import Directory, Entry
from xiaobao_xl.package.foreign_rows import ForeignRows
from xiaobao_xl.package.listing import Shells, add_names, admit, enter
from xiaobao_xl.package.looks import Looks
from xiaobao_xl.package.markup import STRICT, Element, Markup
from xiaobao_xl.package.parts import Parts, Relation, relations_file, relative
from xiaobao_xl.package.renaming import Renaming
from xiaobao_xl.package.sheet import Sheet

_CARRIED: Final = frozenset({
    "chart", "chartColorStyle", "chartEx", "chartStyle", "chartUserShapes", "comments", "customProperty", "diagramColors",
    "diagramData", "diagramDrawing", "diagramLayout", "diagramQuickStyle", "drawing", "hyperlink", "image", "package", "printerSettings", "table",
    "themeOverride", "vmlDrawing",
})  # fmt: skip
_ONLY_WITHIN: Final = frozenset({
    "activeXControlBinary", "control", "ctrlProp", "oleObject", "pivotTable", "threadedComment",
})  # fmt: skip
_SHARED: Final = frozenset({"image", "person", "pivotCacheDefinition"})  # the copy within a workbook points to the same
_WORDS: Final = {
    "slicer": "切片器", "timeline": "日程表", "queryTable": "外部数据查询", "pivotTable": "数据透视表",
    "threadedComment": "线程批注", "control": "控件", "ctrlProp": "控件", "oleObject": "嵌入对象",
}  # fmt: skip
_USUAL_ADDRESS = re.compile(
    rb"""(["'])http://schemas\.openxmlformats\.org/(spreadsheetml|drawingml|officeDocument)/2006/"""
)
_STRICT_ADDRESS = re.compile(rb"""(["'])http://purl\.oclc\.org/ooxml/(spreadsheetml|drawingml|officeDocument)/""")
_SPARKLINES = re.compile(rb"<((?:[\w.-]+:)?sparklineGroups)(?=[\s>]).*?</\1\s*>", re.DOTALL)
_IDENTITY = re.compile(rb"""(\s(?:id|parentId)\s*=\s*["']|tc=)\{([0-9A-Fa-f-]{36})\}""")


def import_sheet(
    target: Parts,
    target_directory: Directory,
    source: Parts,
    source_directory: Directory,
    title: str,
    *,
    first: bool = False,
    as_title: str = "",
    shells: Shells | None = None,
    even_if_protected: bool = False,
) -> str:
    """Put a worksheet of another workbook into this one and give the name of its part.

    Styles that an object of `Styles` holds back must be flushed before, and a new object be made afterwards.

    Args:
        target: the workbook that gets the sheet.
        target_directory: its list of sheets.
        source: the workbook that has it; it stays as it is.
        source_directory: its list of sheets.
        title: of the sheet there.
        first: in front of all others and shown on opening; else at the end.
        as_title: its title here; the same if empty. What refers to the sheet by its title follows.
        shells: as for `adding.add_sheet`.
        even_if_protected: add although the structure of the workbook is protected.

    Raises:
        WorkbookError: there is no such sheet, its title is taken, or it holds what cannot be carried over.
    """
    entry = source_directory.entry(title)
    new = as_title or entry.title
    admit(target_directory, new, even_if_protected=even_if_protected)
    _refuse(source, entry, _CARRIED)
    return _Carriage(source, source_directory, target, target_directory, entry, new).run(first=first, shells=shells)


def copy_sheet(
    parts: Parts,
    directory: Directory,
    title: str,
    new_title: str,
    *,
    first: bool = False,
    shells: Shells | None = None,
    even_if_protected: bool = False,
) -> str:
    """Copy a worksheet within a workbook and give the name of the copy's part.

    As in Excel, charts, sparklines and local names of the copy refer to the copy, formulas that name their own sheet to the
    original, and tables get new names.

    Args:
        parts: the workbook.
        directory: its list of sheets.
        title: of the sheet.
        new_title: of the copy.
        first: in front of all others and shown on opening; else at the end.
        shells: as for `adding.add_sheet`.
        even_if_protected: add although the structure of the workbook is protected.

    Raises:
        WorkbookError: there is no such sheet, the title is taken, or the sheet holds what cannot be copied.
    """
    entry = directory.entry(title)
    admit(directory, new_title, even_if_protected=even_if_protected)
    _refuse(parts, entry, _CARRIED | _ONLY_WITHIN)
    return _Carriage(parts, directory, parts, directory, entry, new_title).run(first=first, shells=shells)


def _refuse(parts: Parts, entry: Entry, carried: frozenset[str]) -> None:
    seen, waiting = {entry.part}, [entry.part]
    while waiting:
        for relation in parts.relations(waiting.pop()):
            if relation.is_external or relation.target in seen or relation.kind == "pivotCacheDefinition":
                continue
            if relation.kind not in carried:
                what = _WORDS.get(relation.kind, relation.kind)
                raise WorkbookError(f"工作表“{entry.title}”含有{what}，不能复制；请在 Excel 里复制这张表，或先去掉它。")
            seen.add(relation.target)
            waiting.append(relation.target)


class _Carriage:
    """One sheet on its way, with the parts it points to."""

    def __init__(
        self,
        source: Parts,
        source_directory: Directory,
        target: Parts,
        target_directory: Directory,
        entry: Entry,
        title: str,
    ) -> None:
        self._source, self._source_directory = source, source_directory
        self._target, self._target_directory = target, target_directory
        self._entry, self._title = entry, title
        self._is_copy = self._source is self._target
        self._is_translated = self._source.is_strict() != self._target.is_strict()
        self._copies: dict[str, str] = {}
        self._looks = None if self._is_copy else Looks(source_directory, target_directory)
        self._tables = self._plan_tables()
        tables = {old.casefold(): new for old, (new, _) in self._tables.items() if old != new}
        renamed = {} if entry.title == title else {entry.title.casefold(): title}
        # in its own cells a copy goes on naming the original sheet; what lies beside the cells names the copy
        self._inside = Renaming({} if self._is_copy else renamed, tables)
        self._beside = Renaming(renamed, tables)

    def run(self, *, first: bool, shells: Shells | None) -> str:
        """Carry the sheet over, list it, and give the name of its part."""
        source, target, part = self._source, self._target, self._entry.part
        sheet = Sheet(source, part, self._entry.title)
        self._edit(sheet.shell, first=first)
        out = io.BytesIO()  # hands over its bytes without copying them
        out.writelines(self._pieces(sheet))
        local = self._local_names()
        name = target.free_name(_pattern(part))
        target.add(name, out.getvalue(), WORKSHEET)
        self._point(part, name)
        if self._looks:
            self._looks.flush()
        position = enter(target, self._target_directory, self._title, name, first=first, shells=shells)
        add_names(self._target_directory, local, position)
        return name

    def _edit(self, shell: Markup, *, first: bool) -> None:
        """What differs in the new sheet but its rows."""
        looks = self._looks
        for element in shell.root.all():
            if element.local == "sheetView":
                is_shown = element.number("workbookViewId") == 0
                if looks and not is_shown:
                    shell.replace(element, b"")
                else:
                    shell.set(element, "tabSelected", "1" if first and is_shown else None)
            elif element.local == "sheetPr" and "codeName" in element.attributes:
                shell.set(element, "codeName", None)
            elif looks and element.local in {"customSheetViews", "phoneticPr"} and element.parent is shell.root:
                shell.replace(element, b"")
            elif looks and element.local == "col" and "style" in element.attributes:
                shell.set(element, "style", looks.style(element.attributes["style"].encode()).decode())
            elif looks and "dxfId" in element.attributes:
                shell.set(element, "dxfId", looks.conditional(element.attributes["dxfId"]))

    def _pieces(self, sheet: Sheet) -> Iterator[bytes]:
        """The new part: the shell and, inside it, the rows. It is cut by its bytes; a tree of many links is large."""
        looks, name = self._looks, f"{sheet.prefix}sheetData".encode()
        shell = _SPARKLINES.sub(lambda found: self._beside.data(found[0]), sheet.shell.data())
        shell = self._translated(self._inside.data(shell))
        head, _, tail = shell.partition(b"<" + name)
        tail = tail.partition(b">")[2]
        yield head + b"<" + name + b">"
        foreign = ForeignRows(sheet, self._source_directory, self._target_directory, looks) if looks else None
        for block in sheet.blocks():
            yield self._inside.rows(foreign.block(block) if foreign else block)
        end = b"</" + name
        yield tail if tail.startswith(end) else end + b">" + tail

    def _local_names(self) -> list[tuple[Mapping[str, str], str]]:
        """Defined names that belong to the sheet: print area, titles, filter and the user's own."""
        directory = self._source_directory
        position = str([entry.part for entry in directory.entries()].index(self._entry.part))
        markup = directory.markup
        return [
            ({name: value for name, value in found.attributes.items() if not name.startswith("{")},
             self._beside.formula(markup.text(found)))
            for found in markup.root.all("definedName")
            if found.attributes.get("localSheetId") == position
        ]  # fmt: skip

    def _plan_tables(self) -> dict[str, tuple[str, int]]:
        """Name of each table of the sheet → its name and number in the target."""
        own = [_table(self._source, found.target) for found in self._source.related(self._entry.part, "table")]
        if not own:
            return {}
        directory, target = self._target_directory, self._target
        there = [
            _table(target, found.target)
            for entry in directory.entries()
            for found in target.related(entry.part, "table")
        ]
        taken = {element.attributes.get("displayName", "").casefold() for element in there}
        taken |= {name.attributes.get("name", "").casefold() for name in directory.markup.root.all("definedName")}
        number = max((element.number("id") for element in there), default=0)
        planned = {}
        for number_, element in enumerate(own, start=number + 1):
            old = element.attributes.get("displayName", "")
            new = next(
                name
                for name in (old, *(f"{old}_{count}" for count in range(2, 100_000)))
                if name.casefold() not in taken
            )
            taken.add(new.casefold())
            planned[old] = new, number_
        return planned

    def _carry(self, relation: Relation) -> str:
        """Copy a part with everything it points to, and give its new name."""
        part = relation.target
        if self._is_copy and relation.kind in _SHARED:
            return part
        if part not in self._copies:
            name = self._target.free_name(_pattern(part))
            self._copies[part] = name
            self._declare(name, self._content(relation), self._source.content_type(part))
            self._point(part, name)
        return self._copies[part]

    def _content(self, relation: Relation) -> bytes:
        data = self._source.read(relation.target)
        if not relation.target.lower().endswith((".xml", ".vml")):
            return data
        if relation.kind == "table":
            data = self._table_content(Markup(data, relation.target))
        if self._is_copy and relation.kind in {"comments", "threadedComment"}:
            data = _IDENTITY.sub(self._new_identity, data)
        return self._translated(self._beside.data(data))

    def _table_content(self, markup: Markup) -> bytes:
        old = markup.root.attributes.get("displayName", "")
        new, number = self._tables[old]
        markup.set(markup.root, "id", str(number))
        if new != old:
            markup.set(markup.root, "displayName", new)
            markup.set(markup.root, "name", new)
        looks = self._looks
        for element in (markup.root, *markup.root.all()) if looks else ():
            for name, value in list(element.attributes.items()):
                if looks and name.lower().endswith("dxfid"):
                    markup.set(element, name, looks.conditional(value))
                elif name.endswith("CellStyle"):
                    markup.set(element, name, None)
        return markup.data()

    def _new_identity(self, found: re.Match[bytes]) -> bytes:
        """Threads of the copy are other threads; notes name theirs, so both change alike."""
        new = uuid.uuid5(uuid.UUID(found[2].decode()), self._title)
        return found[1] + f"{{{str(new).upper()}}}".encode()

    def _declare(self, name: str, data: bytes, content_type: str) -> None:
        if not content_type:
            self._target.write(name, data)
            return
        extension = name.rpartition(".")[2].lower()
        if extension != "xml":
            self._target.declare_extension(extension, content_type)
        self._target.put(name, data, content_type)

    def _point(self, part: str, name: str) -> None:
        """Give a copied part its pointers, under the same ids."""
        file = self._source.find(relations_file(part))
        if not file:
            return
        markup = Markup(self._source.read(file), file)
        renaming = self._inside if part == self._entry.part else self._beside
        for element, relation in zip(markup.root.children, self._source.relations(part), strict=True):
            if relation.is_external or relation.kind == "hyperlink":
                inside, mark, place = relation.target.rpartition("#")
                if mark and not inside:
                    markup.set(element, "Target", f"#{renaming.formula(place)}")
            elif relation.target in self._source:
                markup.set(element, "Target", relative(self._carry(relation), name))
        self._target.write(relations_file(name), self._translated(markup.data()))

    def _translated(self, data: bytes) -> bytes:
        """XML with the addresses of names the target uses, the usual or the Strict ones."""
        if not self._is_translated:
            return data
        if self._target.is_strict():
            return _USUAL_ADDRESS.sub(rb"\g<1>" + STRICT.encode() + rb"\g<2>/", data)
        return _STRICT_ADDRESS.sub(rb"\g<1>http://schemas.openxmlformats.org/\g<2>/2006/", data)


def _table(parts: Parts, part: str) -> Element:
    return Markup(parts.read(part), part).root


def _pattern(part: str) -> str:
    """How parts like one are named: `xl/charts/chart{}.xml`."""
    stem, dot, extension = part.replace("\\", "/").replace("{", "{{").replace("}", "}}").rpartition(".")
    return f"{stem.rstrip('0123456789')}{{}}{dot}{extension}"
