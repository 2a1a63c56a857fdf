"""A small XML part as a tree that knows where in the bytes each element stands, so that edits touch nothing else.

expat reads the part once; `Element` keeps byte positions. Edits are noted and spliced into the original bytes by
`Markup.data`: what is not edited stays byte for byte as it was, prefixes, quotes, comments and blanks included.
Namespaces are told apart by address, never by prefix; the Strict addresses of ISO 29500 read as the usual ones.

Not for the rows of a sheet, of which there are too many: those are read as a stream by `sheet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr, unescape

from xiaobao_xl.errors import WorkbookError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"

STRICT = "http://purl.oclc.org/ooxml/"
_USUAL = {
    f"{STRICT}spreadsheetml/main": MAIN,
    f"{STRICT}officeDocument/relationships": OFFICE,
    f"{STRICT}drawingml/spreadsheetDrawing": DRAWING,
    f"{STRICT}drawingml/chart": CHART,
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
"""What a part made anew begins with."""
BROKEN = "文件内部的 {} 已损坏或写法不合规；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。"
"""Why a part cannot be used; its name goes into the gap."""
START_TAG = re.compile(rb"""<[^\s>/]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
"""A start tag from its `<` on; `>` may stand in an attribute."""
_ATTRIBUTE = r"""\s+{}\s*=\s*(?:"[^"]*"|'[^']*')"""


@dataclass(slots=True, eq=False)
class Element:
    """One element of a part.

    Attributes:
        space: address of its namespace, the usual one where the file is Strict; "" for none.
        local: its name without prefix.
        prefix: its prefix with the colon (`x:`), or "".
        attributes: name → value; a name in a namespace is written `{address}name`.
        begin: position of its `<`.
        open_end: position after the `>` of its start tag.
        close: position of its end tag's `<`; of an empty element `<a/>` the same as `end`.
        end: position after the whole element.
        children: elements directly inside.
        parent: the element around it; None for the root.
    """

    space: str
    local: str
    prefix: str
    attributes: dict[str, str]
    begin: int
    open_end: int = -1
    close: int = -1
    end: int = -1
    children: list[Element] = field(default_factory=list)
    parent: Element | None = None

    @property
    def is_empty(self) -> bool:
        """Written as `<a/>`."""
        return self.open_end == self.end

    def flag(self, name: str) -> bool:
        """An attribute says yes; one that is missing says no."""
        return self.attributes.get(name, "") in {"1", "true", "on"}

    def number(self, name: str) -> int:
        """An attribute's count or index; 0 where it is missing or none."""
        return whole(self.attributes.get(name, ""))

    def child(self, local: str) -> Element | None:
        """The first child of a name, whatever its namespace."""
        return next((child for child in self.children if child.local == local), None)

    def all(self, *locals_: str) -> Iterator[Element]:
        """Every element of one of the names at any depth below, in order; of all names if none is given."""
        for child in self.children:
            if not locals_ or child.local in locals_:
                yield child
            yield from child.all(*locals_)


class Markup:
    """A part being edited.

    Args:
        data: the part in UTF-8.
        name: its name, for messages.

    Raises:
        WorkbookError: it is no well-formed XML, or declares a document type.

    >>> part = Markup(b"<a><b r='1'/><!-- kept --></a>")
    >>> part.set(part.root.children[0], "r", "2")
    >>> part.append(part.root, b"<c/>")
    >>> part.data()
    b'<a><b r="2"/><!-- kept --><c/></a>'
    """

    def __init__(self, data: bytes, name: str = "") -> None:
        """Read the part."""
        self.original = data
        self.name = name
        self.root = _tree(data, name)
        self._splices: list[tuple[int, int, int, bytes]] = []  # begin, end, order noted, what stands there instead
        self._attributes: dict[int, dict[str, str | None]] = {}  # begin of an element → what its attributes become
        self._inside: dict[int, list[bytes]] = {}  # begin of an empty element → what is put into it
        self._elements: dict[int, Element] = {}
        self._texts: dict[int, int] = {}  # begin of an element with other characters → which splice holds them

    @property
    def is_changed(self) -> bool:
        """Some edit is noted."""
        return bool(self._splices or self._attributes or self._inside)

    def text(self, element: Element) -> str:
        """The characters directly inside an element without children."""
        text = self.original[element.open_end : element.close].decode("utf-8")
        if "<" not in text:
            return unescaped(text)
        pieces = re.split(
            r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", text, flags=re.DOTALL
        )  # literal sections stand at odd places
        return "".join(piece or "" if place % 2 else unescaped(piece) for place, piece in enumerate(pieces))

    def source(self, element: Element) -> bytes:
        """The very bytes of an element, as read."""
        return self.original[element.begin : element.end]

    def set(self, element: Element, name: str, value: str | None) -> None:
        """Give an attribute a value, or remove it (None). `name` is as written in the file, prefix included."""
        self._elements[element.begin] = element
        self._attributes.setdefault(element.begin, {})[name] = value
        local = name.rpartition(":")[2]
        known = next((key for key in element.attributes if key == name or key.endswith("}" + local)), name)
        if value is None:
            element.attributes.pop(known, None)
        else:
            element.attributes[known] = value

    def set_text(self, element: Element, text: str) -> None:
        """Give an element without children other characters."""
        if element.is_empty:
            self._elements[element.begin] = element
            self._inside[element.begin] = [escape(text).encode()]
        elif element.begin in self._texts:
            place = self._texts[element.begin]
            self._splices[place] = (*self._splices[place][:3], escape(text).encode())
        else:
            self._texts[element.begin] = len(self._splices)
            self._splice(element.open_end, element.close, escape(text).encode())

    def replace(self, element: Element, data: bytes) -> None:
        """Put other bytes in the place of an element; nothing (b"") removes it."""
        self._splice(element.begin, element.end, data)

    def before(self, element: Element, data: bytes) -> None:
        """Put bytes directly before an element."""
        self._splice(element.begin, element.begin, data)

    def after(self, element: Element, data: bytes) -> None:
        """Put bytes directly after an element."""
        self._splice(element.end, element.end, data)

    def append(self, element: Element, data: bytes) -> None:
        """Put bytes at the end of an element's inside."""
        if element.is_empty:
            self._elements[element.begin] = element
            self._inside.setdefault(element.begin, []).append(data)
        else:
            self._splice(element.close, element.close, data)

    def place(self, parent: Element, local: str, order: tuple[str, ...], data: bytes) -> None:
        """Put a new child where the schema's order wants it.

        Args:
            parent: the element around it.
            local: the new child's name.
            order: names of all children in schema order; unknown ones (mc:AlternateContent) stay where they are.
            data: the new child.
        """
        later = set(order[order.index(local) + 1 :])
        follower = next((child for child in parent.children if _stands_for(child) & later), None)
        if follower is None:
            self.append(parent, data)
        else:
            self.before(follower, data)

    def data(self) -> bytes:
        """The part with all edits."""
        splices = list(self._splices)
        for begin in {**self._attributes, **self._inside}:
            element = self._elements[begin]
            splices.append((begin, element.open_end, -1, self._start_tag(element)))
        # where two begin alike, one that only inserts stands first
        ordered = sorted(splices, key=lambda splice: (splice[0], splice[1] > splice[0], splice[2]))
        out, place = [], 0
        for begin, end, _, data in ordered:
            if begin < place:  # inside an element that was replaced
                continue
            out += [self.original[place:begin], data]
            place = end
        return b"".join([*out, self.original[place:]])

    def _splice(self, begin: int, end: int, data: bytes) -> None:
        self._splices.append((begin, end, len(self._splices), data))

    def _start_tag(self, element: Element) -> bytes:
        tag = self.original[element.begin : element.open_end].decode("utf-8")
        tag = with_attributes(tag, self._attributes.get(element.begin, {}))
        inside = b"".join(self._inside.get(element.begin, []))
        if inside:
            tag = tag[:-2].rstrip() + ">" + inside.decode("utf-8") + f"</{element.prefix}{element.local}>"
        return tag.encode("utf-8")


def attribute(element: Element, name: str, space: str = OFFICE) -> str:
    """The value of an attribute in a namespace (`r:id`), or ''."""
    return element.attributes.get(f"{{{space}}}{name}", element.attributes.get(f"{{{strict(space)}}}{name}", ""))


def strict(space: str) -> str:
    """The Strict address of a namespace; the same one where it has no other."""
    return next((address for address, usual in _USUAL.items() if usual == space), space)


def attributes(named: Mapping[str, str]) -> str:
    r"""Attributes as a start tag holds them, a blank before each.

    >>> attributes({"name": "a&b", "note": "two\nlines"})
    ' name="a&amp;b" note="two&#10;lines"'
    """
    return "".join(f" {name}={quoteattr(value)}" for name, value in named.items())


def with_attributes(tag: str, new: Mapping[str, str | None]) -> str:
    """A start tag with some attributes set, or removed (None); the rest stays.

    >>> with_attributes('<a b="1" c="2"/>', {"b": None, "c": "3", "d": "4"})
    '<a c="3" d="4"/>'
    """
    for name, value in new.items():
        written = "" if value is None else attributes({name: value})
        found = re.compile(_ATTRIBUTE.format(re.escape(name))).search(tag)
        if found:
            tag = tag[: found.start()] + written + tag[found.end() :]
        else:
            place = len(tag) - (2 if tag.endswith("/>") else 1)
            tag = tag[:place].rstrip() + written + tag[place:]
    return tag


def prefixed(text: str, prefix: str) -> str:
    """Elements written without prefixes, with one.

    >>> prefixed("<a><b/></a>", "x:")
    '<x:a><x:b/></x:a>'
    """
    return re.sub(r"<(/?)", rf"<\1{prefix}", text)


def whole(text: str) -> int:
    """A count or index as a file writes it; 0 where it is none.

    >>> whole("12"), whole("-1"), whole("")
    (12, 0, 0)
    """
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def parse(reader: expat.XMLParserType, data: bytes, name: str) -> None:
    """Let an expat reader with its handlers set read a whole part.

    Raises:
        WorkbookError: it is no well-formed XML, or declares a document type.
    """

    def refuse(*_: object) -> None:
        raise WorkbookError(f"文件内部的 {name} 含有文档类型声明（可能是恶意文件），已拒绝打开。")

    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = refuse
    try:
        reader.Parse(data, True)  # noqa: FBT003  (expat's own signature)
    except expat.ExpatError:
        raise WorkbookError(BROKEN.format(name or "目录")) from None


def unescaped(text: str) -> str:
    r"""Text with its character references and line ends read as XML reads them.

    >>> unescaped("a&lt;b&#x4E2D;&#10;c")
    'a<b中\nc'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" not in text:
        return text
    text = re.sub(
        r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));", lambda found: chr(int(found[1] or found[2], 16 if found[1] else 10)), text
    )
    return unescape(text, {"&quot;": '"', "&apos;": "'"})


def prefixes(data: bytes) -> Mapping[str, str]:
    """Address → prefix with its colon ("" for the default), of the namespaces the first start tag declares."""
    head = data[: data.find(b">", max(data.find(b"<worksheet"), _first_tag(data))) + 1].decode("utf-8", "replace")
    found = re.findall(r"""\sxmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']""", head)
    return {_USUAL.get(address, address): f"{prefix}:" if prefix else "" for prefix, address in reversed(found)}


def _first_tag(data: bytes) -> int:
    found = re.compile(rb"<[A-Za-z_]").search(data)
    return found.start() if found else 0


def _stands_for(child: Element) -> set[str]:
    """The names an element stands for: its own, or of an mc:AlternateContent those inside."""
    if child.local != "AlternateContent":
        return {child.local}
    return {inner.local for choice in child.children for inner in choice.children}


def _tree(data: bytes, name: str) -> Element:
    reader = expat.ParserCreate("utf-8", namespace_separator=" ")
    reader.namespace_prefixes = True
    reader.buffer_text = True
    roots: list[Element] = []
    open_: list[Element] = []
    waiting: list[Element] = []  # the element whose start tag ends at the next event

    def closed() -> None:
        if waiting:
            element = waiting.pop()
            found = START_TAG.match(data, element.begin)
            element.open_end = found.end() if found else element.begin

    def start(tag: str, attributes: dict[str, str]) -> None:
        begin = reader.CurrentByteIndex
        closed()
        space, local, prefix = _split(tag)
        element = Element(space, local, prefix, {_clark(key): value for key, value in attributes.items()}, begin)
        if open_:
            element.parent = open_[-1]
            open_[-1].children.append(element)
        else:
            roots.append(element)
        open_.append(element)
        waiting.append(element)

    def end(_tag: str) -> None:
        position = reader.CurrentByteIndex
        closed()
        element = open_.pop()
        if position == element.begin or data[element.open_end - 2 : element.open_end] == b"/>":
            element.close = element.end = element.open_end
        else:
            element.close, element.end = position, data.index(b">", position) + 1

    reader.StartElementHandler, reader.EndElementHandler = start, end
    parse(reader, data, name)
    return roots[0]


def _split(tag: str) -> tuple[str, str, str]:
    parts = tag.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return _USUAL.get(parts[0], parts[0]), parts[1], f"{parts[2]}:" if len(parts) > 2 else ""


def _clark(key: str) -> str:
    parts = key.split(" ")
    return parts[0] if len(parts) == 1 else f"{{{_USUAL.get(parts[0], parts[0])}}}{parts[1]}"
