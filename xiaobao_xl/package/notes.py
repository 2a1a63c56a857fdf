"""Notes of cells: their texts (the comments part), and the boxes that show them (see `boxes`).

The comments part may be long: it is read as a stream of events, and what is new is spliced into its bytes. Threaded
comments leave a note for older programs; such a note is never changed, since Excel rewrites it from the thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import references
from xiaobao_xl.package.boxes import Place, draw
from xiaobao_xl.package.cells import LONGEST_TEXT, plain_text, text_element
from xiaobao_xl.package.markup import DECLARATION, MAIN, START_TAG, Markup, parse
from xiaobao_xl.package.parts import SPREADSHEET, Parts
from xiaobao_xl.package.splicing import Splice, encoded, held, spliced

_COMMENTS: Final = f"{SPREADSHEET}.comments+xml"
_THREADED: Final = ("[Threaded comment]", "[线程批注]", "[会话批注]", "[对话批注]")
_LOOK: Final = '<{0}rPr><{0}sz val="9"/><{0}rFont val="宋体"/></{0}rPr>'


def notes_of(parts: Parts, sheet_part: str) -> dict[Place, str]:
    """Texts of all notes of a sheet by (row, column), formatting left out; those of threads included."""
    return {place: note.text for place, note in _comments(parts, sheet_part).notes.items()}


def threaded(parts: Parts, sheet_part: str) -> set[Place]:
    """Cells with a threaded comment."""
    return _threads(parts, sheet_part) | _comments(parts, sheet_part).threaded()


def write_notes(
    parts: Parts, sheet_part: str, shell: Markup, notes: Mapping[Place, str], author: str = "校验"
) -> list[str]:
    """Add notes to cells; a cell that has one gets the text as a further paragraph, unless it ends with it already.

    Args:
        parts: the workbook's parts.
        sheet_part: the worksheet's part.
        shell: that part without its rows; it gets the pointer to the drawing, and the caller writes it.
        notes: text by (row, column); an empty text adds nothing.
        author: who is named as their author.

    Returns:
        Addresses of cells that got none, in order: those with a threaded comment, and those whose note would become
        longer than Excel reads.

    Raises:
        WorkbookError: an existing part is broken or too large.
    """
    wanted = {place: text.replace("\r\n", "\n").replace("\r", "\n") for place, text in notes.items() if text}
    if not wanted:
        return []
    comments = _comments(parts, sheet_part)
    locked = _threads(parts, sheet_part) | comments.threaded()
    left = [place for place, text in wanted.items() if place in locked or not comments.has_room(place, text)]
    for place in left:
        del wanted[place]
    if wanted:
        others = {place: note.text for place, note in comments.notes.items()}
        if (data := comments.with_notes(wanted, author)) != comments.data:
            parts.put(comments.part, data, _COMMENTS)
            if not comments.is_pointed_to:
                parts.relate(sheet_part, "comments", comments.part)
        draw(parts, sheet_part, shell, wanted, others)
    return [references.address(*place) for place in sorted(left)]


@dataclass(slots=True)
class _Note:
    """A note as read.

    Attributes:
        author: position in the list of authors.
        text: its text without formatting.
        begin: position of its `text` element.
        place: where a further run goes; -1 if there is no `text` element.
        end: position after its `text` element, if that is written as `<text/>`; else -1.
        plain: begin and end of a `t` directly inside `text`, which must become a run before another can follow.
    """

    author: int
    text: str = ""
    begin: int = -1
    place: int = -1
    end: int = -1
    plain: Place | None = None


@dataclass
class _Comments:
    """A comments part as read.

    Attributes:
        part: its name; the one it will have if it is new.
        data: its bytes; b"" if it is new.
        is_pointed_to: the sheet points to it.
        prefix: prefix of its elements.
        authors: their names.
        notes: the notes.
        authors_end: position of the end tag of the list of authors; -1 if there is none.
        list_end: position of the end tag of the list of notes, likewise.
    """

    part: str
    data: bytes
    is_pointed_to: bool
    prefix: str = ""
    authors: list[str] = field(default_factory=list)
    notes: dict[Place, _Note] = field(default_factory=dict)
    authors_end: int = -1
    list_end: int = -1

    def threaded(self) -> set[Place]:
        """Cells whose note stands for a threaded comment."""
        threads = {number for number, name in enumerate(self.authors) if name.startswith("tc=")}
        return {
            place for place, note in self.notes.items() if note.author in threads or note.text.startswith(_THREADED)
        }

    def has_room(self, place: Place, text: str) -> bool:
        """A text can be added to a cell's note."""
        note = self.notes.get(place)
        if note is not None and note.place < 0:
            return False
        whole = f"{note.text}\n{text}" if note else text
        return len(whole) * 2 <= LONGEST_TEXT or len(whole.encode("utf-16-le", "replace")) <= 2 * LONGEST_TEXT

    def with_notes(self, wanted: Mapping[Place, str], author: str) -> bytes:
        """The part with further notes."""
        splices: list[Splice] = []
        for place in self.notes.keys() & wanted.keys():
            splices += self._appended(self.notes[place], wanted[place])
        if new := sorted(wanted.keys() - self.notes.keys()):
            if author not in self.authors:
                tag = f"{self.prefix}author"
                splices.append((self.authors_end, self.authors_end, [f"<{tag}>{escape(author)}</{tag}>".encode()]))
                self.authors.append(author)
            number = self.authors.index(author)
            splices.append((self.list_end, self.list_end, self._written(new, wanted, number)))
        return spliced(self.data, splices)

    def _written(self, places: Iterable[Place], wanted: Mapping[Place, str], author: int) -> Iterator[bytes]:
        p = self.prefix
        rest = f'" authorId="{author}"><{p}text><{p}r>{_LOOK.format(p)}'
        end = f"</{p}r></{p}text></{p}comment>"
        text = lru_cache(maxsize=1024)(lambda text: text_element(text, p))
        pieces = (f'<{p}comment ref="{references.address(*place)}{rest}{text(wanted[place])}{end}' for place in places)
        return encoded(pieces)

    def _appended(self, note: _Note, text: str) -> Iterator[Splice]:
        """Splices that add a paragraph to a note."""
        if note.text == text or note.text.endswith(f"\n{text}"):
            return
        p = self.prefix
        paragraph = text_element(f"\n{text}" if note.text else text, p)
        run = f"<{p}r>{_LOOK.format(p)}{paragraph}</{p}r>".encode()
        if note.plain:
            yield note.plain[0], note.plain[0], [f"<{p}r>".encode()]
            yield note.plain[1], note.plain[1], [f"</{p}r>".encode()]
        if note.end >= 0:
            yield note.begin, note.end, [f"<{p}text>".encode(), run, f"</{p}text>".encode()]
        else:
            yield note.place, note.place, [run]


def _comments(parts: Parts, sheet_part: str) -> _Comments:
    """The comments of a sheet; none if it has none."""
    part = next((found.target for found in parts.related(sheet_part, "comments")), "")
    if part and part in parts:
        read = _scanned(held(parts, part), part)
        return read if min(read.authors_end, read.list_end) >= 0 else _scanned(_completed(read), part)
    new = f'{DECLARATION}<comments xmlns="{parts.namespace(MAIN)}"><authors></authors><commentList></commentList></comments>'
    read = _scanned(new.encode(), part or parts.free_name("xl/comments{}.xml"))
    read.is_pointed_to = part != ""
    return read


def _completed(read: _Comments) -> bytes:
    """A comments part with both its lists, each with a start and an end tag."""
    markup = Markup(read.data, read.part)
    order = ("authors", "commentList", "extLst")
    for local in order[:2]:
        found, tag = markup.root.child(local), f"{markup.root.prefix}{local}"
        if found is None:
            markup.place(markup.root, local, order, f"<{tag}></{tag}>".encode())
        elif found.is_empty:
            markup.replace(found, f"<{tag}></{tag}>".encode())
    return markup.data()


def _scanned(data: bytes, part: str) -> _Comments:
    """What a comments part holds."""
    scan = _Scan(_Comments(part, data, is_pointed_to=True))
    reader = scan.reader
    reader.buffer_text = True
    reader.StartElementHandler, reader.EndElementHandler = scan.start, scan.end
    reader.CharacterDataHandler = scan.characters
    parse(reader, data, part)
    return scan.found


class _Scan:
    """The events of one comments part; what an element is follows from its name and depth."""

    def __init__(self, found: _Comments) -> None:
        self.found = found
        self.reader = expat.ParserCreate("utf-8")
        self._path: list[str] = []
        self._begins: list[int] = []
        self._texts: list[str] = []
        self._is_text = False
        self._note: _Note | None = None
        self._place: Place | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, colon, local = tag.rpartition(":")
        path, begin = self._path, self.reader.CurrentByteIndex
        path.append(local)
        self._begins.append(begin)
        depth = len(path)
        if depth == 1:
            self.found.prefix = prefix + colon
        elif depth == 3:
            self._texts.clear()
            self._is_text = local == "author"
            if local == "comment":
                self._place = _place(attributes.get("ref", ""))
                number = attributes.get("authorId", "")
                self._note = _Note(int(number) if re.fullmatch("[0-9]{1,9}", number) else -1)
        elif self._note and path[3] == "text":
            self._is_text = local == "t" and (depth == 5 or (depth == 6 and path[4] == "r"))
            if depth == 5 and local not in {"t", "r"} and self._note.place < 0:
                self._note.place = begin

    def characters(self, text: str) -> None:
        if self._is_text:
            self._texts.append(text)

    def end(self, _tag: str) -> None:
        path, index = self._path, self.reader.CurrentByteIndex
        depth, local, begin = len(path), path.pop(), self._begins.pop()
        self._is_text = False
        if depth == 2:
            if self._empty_end(begin) < 0:
                self._section(local, index)
        elif depth == 3:
            if local == "author":
                self.found.authors.append("".join(self._texts))
            elif self._note and self._place:
                self.found.notes.setdefault(self._place, self._note)
            self._note = None
        elif self._note and depth == 4 and local == "text":
            note = self._note
            note.text, note.begin, note.end = plain_text("".join(self._texts)), begin, self._empty_end(begin)
            note.place = index if note.place < 0 else note.place
        elif self._note and depth == 5 and local == "t" and path[3] == "text":
            end = self._empty_end(begin)
            self._note.plain = begin, end if end >= 0 else self.found.data.index(b">", index) + 1

    def _section(self, local: str, index: int) -> None:
        if local == "authors":
            self.found.authors_end = index
        elif local == "commentList":
            self.found.list_end = index

    def _empty_end(self, begin: int) -> int:
        """Position after an element written as `<a/>`; -1 if it has an end tag. expat gives no sign of it."""
        found = START_TAG.match(self.found.data, begin)
        return found.end() if found and found[0].endswith(b"/>") else -1


def _place(ref: str) -> Place | None:
    try:
        return references.cell(ref)
    except WorkbookError:
        return None  # no cell has this note


def _threads(parts: Parts, sheet_part: str) -> set[Place]:
    """Cells with a thread, told by the parts that hold the threads."""
    found: set[Place] = set()
    for relation in parts.related(sheet_part, "threadedComment"):
        if relation.target in parts:
            root = Markup(held(parts, relation.target), relation.target).root
            places = (_place(thread.attributes.get("ref", "")) for thread in root.children)
            found |= {place for place in places if place}
    return found
