"""The parts of a workbook while it is edited: what each holds now, what they point to, and their content types.

A part not asked for is never unpacked, and one not changed is written back with its packed bytes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import limits
from xiaobao_xl.package.archive import Archive
from xiaobao_xl.package.markup import DECLARATION, OFFICE, RELATIONS, STRICT, Markup, attributes, prefixes, strict

CONTENT_TYPES = "[Content_Types].xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EMPTY_RELATIONS = f'{DECLARATION}<Relationships xmlns="{RELATIONS}"/>'.encode()
_XML = (".xml", ".rels")
_HEAD = 8192  # bytes in which a document type must stand, if there is one
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")


@dataclass(frozen=True, slots=True)
class Relation:
    """A pointer from one part to another.

    Attributes:
        id: what the part calls it.
        kind: last word of its type (`worksheet`, `comments`).
        target: name of the other part as it stands in the archive; an address outside if `is_external`.
        is_external: it points out of the file.
    """

    id: str
    kind: str
    target: str
    is_external: bool = False


class Parts:
    """All parts of one workbook.

    Attributes:
        archive: the file as it was.
        removed: names of parts that will not be written.
    """

    def __init__(self, archive: Archive) -> None:
        """Index the names: some writers differ in case, or use backslashes."""
        self.archive = archive
        self.removed: set[str] = set()
        self._written: dict[str, bytes] = {}
        self._markups: dict[str, Markup] = {}
        self._by_form = {_form(name): name for name in reversed(archive.names)}

    def refuse_document_types(self) -> None:
        """No part of a workbook declares a document type, except to attack the program that reads it.

        Raises:
            WorkbookError: one does.
        """
        for name in self.archive.names:
            if name.lower().endswith(_XML):
                head = next(self.archive.stream(name), b"")[:_HEAD]
                if _DOCUMENT_TYPE.search(head.replace(b"\0", b"")):
                    raise WorkbookError(f"文件内部的 {name} 含有文档类型声明（可能是恶意文件），已拒绝打开。")

    def __contains__(self, name: str) -> bool:
        """The part exists, under this name or one that differs in case only."""
        return self.find(name) != ""

    def find(self, name: str) -> str:
        """The name under which a part stands in the archive, or ''."""
        found = self._by_form.get(_form(name), "")
        return "" if found in self.removed else found

    def names(self) -> list[str]:
        """All parts, those of the file first, in its order."""
        every = [*self.archive.names, *(name for name in self._written if name not in set(self.archive.names))]
        return [name for name in every if name not in self.removed]

    def read(self, name: str) -> bytes:
        """A part as it now is, in UTF-8 if it is XML. Edits in its markup are included.

        Raises:
            WorkbookError: there is none, or it is too large to be held.
        """
        if name in self._markups and self._markups[name].is_changed:
            return self._markups[name].data()
        if name in self._written:
            return self._written[name]
        found = self.find(name)
        if not found:
            raise WorkbookError(f"文件内部缺少 {name}；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。")
        data = self.archive.read(found)
        return in_utf8(data, name) if name.lower().endswith((".xml", ".rels", ".vml")) else data

    def markup(self, name: str) -> Markup:
        """A part as a tree; edits in it are written. The same tree until the part is written otherwise."""
        if name not in self._markups:
            if name not in self._written and self.archive.size(self.find(name)) > limits.MAX_MARKUP:
                raise WorkbookError(f"文件内部的 {name} 大得不正常，无法就地修改；请在 Excel 里另存后再试。")
            self._markups[name] = Markup(self.read(name), name)
        return self._markups[name]

    def settle(self, name: str) -> Markup:
        """The tree of a part with all edits so far made, so that they are seen; elements found before are stale."""
        if name in self._markups and self._markups[name].is_changed:
            self.write(name, self._markups[name].data())
        return self.markup(name)

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked."""
        return len(self._written[name]) if name in self._written else self.archive.size(self.find(name))

    def is_written(self, name: str) -> bool:
        """The part holds something else than the file did, or is new."""
        return name in self._written

    def write(self, name: str, data: bytes) -> None:
        """Put other content into a part, or add one whose content type is known already."""
        self._markups.pop(name, None)
        self._written[name] = data
        self.removed.discard(name)
        self._by_form.setdefault(_form(name), name)

    def add(self, name: str, data: bytes, content_type: str) -> None:
        """Add a part and say what it is."""
        self.write(name, data)
        types = self.settle(CONTENT_TYPES)
        given = attributes({"PartName": f"/{name}", "ContentType": content_type})
        types.append(types.root, f"<{types.root.prefix}Override{given}/>".encode())

    def put(self, name: str, data: bytes, content_type: str) -> None:
        """Write a part, and say of a new one what it is, unless that is known by its extension."""
        if name in self or self.content_type(name) == content_type:
            self.write(name, data)
        else:
            self.add(name, data, content_type)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Say what all parts of an extension (`vml`, `png`) are, unless the file does."""
        types = self.settle(CONTENT_TYPES)
        known = {child.attributes.get("Extension", "").lower() for child in types.root.children}
        if extension not in known:
            given = attributes({"Extension": extension, "ContentType": content_type})
            entry = f"<{types.root.prefix}Default{given}/>".encode()
            if types.root.children:
                types.before(types.root.children[0], entry)
            else:
                types.append(types.root, entry)

    def content_type(self, name: str) -> str:
        """What [Content_Types].xml says a part is."""
        default = ""
        for child in self.settle(CONTENT_TYPES).root.children:
            if _form(child.attributes.get("PartName", "")) == _form(name):
                return child.attributes.get("ContentType", "")
            if child.attributes.get("Extension", "?").lower() == name.rpartition(".")[2].lower():
                default = child.attributes.get("ContentType", "")
        return default

    def remove(self, name: str) -> None:
        """Drop a part, and what [Content_Types].xml says of it. What points to it is the caller's to mend."""
        types = self.settle(CONTENT_TYPES)
        for child in types.root.children:
            if _form(child.attributes.get("PartName", "")) == _form(name):
                types.replace(child, b"")
        self._written.pop(name, None)
        self._markups.pop(name, None)
        self.removed.add(self.find(name) or name)

    def free_name(self, pattern: str) -> str:
        """A name nobody has: `xl/comments{}.xml` with the first number that is free."""
        return next(name for number in range(1, 1_000_000) if (name := pattern.format(number)) not in self)

    def relations(self, name: str) -> list[Relation]:
        """What a part points to; for "" the file itself."""
        file = relations_file(name)
        if file not in self:
            return []
        folder = folder_of(name)
        return [_relation(child.attributes, folder, self) for child in self.settle(self.find(file)).root.children]

    def related(self, name: str, *kinds: str) -> Iterator[Relation]:
        """What a part points to inside the file, of some kinds."""
        return (found for found in self.relations(name) if found.kind in kinds and not found.is_external)

    def relate(self, name: str, kind: str, target: str, *, is_external: bool = False) -> str:
        """Add a pointer and give its id.

        Args:
            name: the part that points.
            kind: last word of its type; or the whole type, if it is none of the office ones.
            target: name of the other part, or an address outside.
            is_external: it points out of the file.
        """
        file = self.find(relations_file(name)) or relations_file(name)
        if file not in self:
            self.write(file, _EMPTY_RELATIONS)
        markup = self.settle(file)
        taken = {child.attributes.get("Id", "") for child in markup.root.children}
        new = next(f"rIdXb{number}" for number in range(1, 1_000_000) if f"rIdXb{number}" not in taken)
        address = target if is_external else relative(target, name)
        kind = kind if ":" in kind else f"{self.namespace(OFFICE)}/{kind}"
        given = attributes({"Id": new, "Type": kind, "Target": address})
        outside = ' TargetMode="External"' if is_external else ""
        markup.append(markup.root, f"<{markup.root.prefix}Relationship{given}{outside}/>".encode())
        return new

    def unrelate(self, name: str, kind: str) -> None:
        """Take away all pointers of a kind."""
        file = self.find(relations_file(name))
        if file:
            markup = self.settle(file)
            for child in markup.root.children:
                if child.attributes.get("Type", "").rpartition("/")[2] == kind:
                    markup.replace(child, b"")

    def is_strict(self) -> bool:
        """The file uses the Strict addresses of ISO 29500."""
        return any(
            relation.attributes.get("Type", "").startswith(STRICT)
            for relation in self.markup("_rels/.rels").root.children
        )

    def changed(self) -> dict[str, bytes]:
        """Every part to be written anew, with its content."""
        edited = {name for name, markup in self._markups.items() if markup.is_changed}
        return {name: self.read(name) for name in self.names() if name in self._written or name in edited}

    def namespace(self, space: str) -> str:
        """The address of a namespace as this file writes it: the usual one, or the Strict one."""
        return strict(space) if self.is_strict() else space

    def id_attribute(self, markup: Markup, id_: str) -> str:
        """The attribute by which an element of a part names a pointer (`r:id`), its prefix declared if the part does not.

        Args:
            markup: the part that points.
            id_: what the part calls the pointer.
        """
        prefix = prefixes(markup.original).get(OFFICE, "")
        return attributes({f"{prefix}id": id_} if prefix else {"xmlns:r": self.namespace(OFFICE), "r:id": id_})


def in_utf8(data: bytes, name: str) -> bytes:
    """XML in UTF-8 without a declaration of another encoding.

    Raises:
        WorkbookError: the encoding is unknown or the bytes do not fit it.
    """
    encoding = _encoding(data)
    if not encoding:
        return data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode(encoding).lstrip("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise WorkbookError(
            f"文件内部的 {name} 的编码（{encoding}）无法识别；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
        ) from None
    return DECLARATION.encode() + _DECLARATION.sub(b"", text.encode("utf-8"))


def _encoding(data: bytes) -> str:
    """Name of an encoding other than UTF-8, or ''."""
    for mark, encoding in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if data.startswith(mark):
            return encoding
    found = re.match(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding=["']([\w.-]+)["']""", data)
    name = found[1].decode().lower() if found else ""
    return "" if name in {"", "utf-8", "utf8", "us-ascii", "ascii"} else name


def folder_of(name: str) -> str:
    """The folder a part lies in; some writers separate folders by backslashes.

    >>> folder_of("xl/workbook.xml")
    'xl'
    """
    return posixpath.dirname(name.replace("\\", "/"))


def _form(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def relative(target: str, name: str) -> str:
    """How one part writes the address of another it points to.

    >>> relative("xl/styles.xml", "xl/worksheets/sheet1.xml")
    '../styles.xml'
    """
    return posixpath.relpath("/" + target.replace("\\", "/"), f"/{folder_of(name)}")


def relations_file(name: str) -> str:
    """The part that holds what a part points to; of "" that of the file itself.

    >>> relations_file("xl/workbook.xml"), relations_file("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, file = posixpath.split(name.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _relation(attributes: dict[str, str], folder: str, parts: Parts) -> Relation:
    target = attributes.get("Target", "")
    is_external = attributes.get("TargetMode", "") == "External"
    if not is_external:
        path = posixpath.normpath(posixpath.join("/" + folder, target.replace("\\", "/"))).lstrip("/")
        target = parts.find(path) or path
    return Relation(attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], target, is_external)
