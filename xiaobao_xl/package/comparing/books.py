"""Two workbooks walked side by side along what their parts point to."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast
from xml.parsers import expat

from xiaobao_xl.package.comparing import contents
from xiaobao_xl.package.comparing.difference import Difference, Kind
from xiaobao_xl.package.comparing.meanings import canonical, is_on
from xiaobao_xl.package.comparing.rows import Side, Tables, rows_compared
from xiaobao_xl.package.comparing.shells import Shell, keyed_compared, shells_compared
from xiaobao_xl.package.directory import Directory, Entry
from xiaobao_xl.package.markup import Markup
from xiaobao_xl.package.parts import CONTENT_TYPES, Parts, Relation

_STATES: Final = {"visible": "显示", "hidden": "隐藏", "veryHidden": "深度隐藏"}
_NAMES: Final = {
    "_xlnm.print_area": "打印区域", "_xlnm.print_titles": "打印标题", "_xlnm._filterdatabase": "筛选区域",
}  # fmt: skip
_SETTINGS: Final[Mapping[str, str]] = {
    "workbookProtection": "工作簿保护", "fileSharing": "只读建议与写保护", "workbookPr": "工作簿设置", "calcPr": "计算方式",
}  # fmt: skip
_COMPUTED: Final = {"calcId", "fullCalcOnLoad", "calcCompleted", "calcOnSave", "codeName", "defaultThemeVersion"}
_QUOTED: Final = re.compile(r"'([^\W\d]\w*)'!")  # quotes round a title that needs none
_SHEETS: Final = {"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}


class Walk:
    """Compares two workbooks; each pair of parts once."""

    def __init__(self, old: Parts, new: Parts) -> None:
        """Read what the cells of both point to."""
        self.old, self.new = old, new
        self._directories = Directory(old), Directory(new)
        self._tables = Tables.read(old), Tables.read(new)
        self._marks = contents.marks(old), contents.marks(new)
        self._targets: dict[int, set[str]] = {}
        self._seen: tuple[set[str], set[str]] = (set(), set())
        self._pairs = _sheet_pairs(self._directories[0].entries(), self._directories[1].entries())

    def differences(self) -> Iterator[Difference]:
        """Everything that differs: sheets first, each with what belongs to it, then the workbook as a whole."""
        yield from self._sheets_compared()
        for before, after in self._pairs:
            yield from self._part(before.part, after.part, before.kind, after.title)
        yield from self._names_compared()
        yield from self._settings_compared()
        yield from self._styles_compared()
        books = self._directories[0].part, self._directories[1].part
        self._seen[0].add(books[0])
        self._seen[1].add(books[1])
        yield from self._children(*books, "")
        yield from self._children("", "", "")
        self._pass_over_sheets()  # only now, since they may share parts with sheets that stay
        yield from self._leftovers()

    def _sheets_compared(self) -> Iterator[Difference]:
        matched = {before.title for before, _ in self._pairs}, {after.title for _, after in self._pairs}
        for position, kind in ((0, "sheet_removed"), (1, "sheet_added")):
            for entry in self._directories[position].entries():
                if entry.title not in matched[position]:
                    yield Difference(cast("Kind", kind), entry.title, "")
        for before, after in self._pairs:
            if before.title != after.title:
                yield Difference("sheet_renamed", after.title, "", before.title, after.title)
            if before.state != after.state:
                was, now = (_STATES.get(entry.state, entry.state) for entry in (before, after))
                yield Difference("sheet_state", after.title, "", was, now)
        yield from self._moves()

    def _pass_over_sheets(self) -> None:
        for position, parts in enumerate((self.old, self.new)):
            matched = {pair[position].title for pair in self._pairs}
            for entry in self._directories[position].entries():
                if entry.title not in matched:
                    self._pass_over(parts, entry.part, self._seen[position])

    def _moves(self) -> Iterator[Difference]:
        new_titles = {before.title: after.title for before, after in self._pairs}
        orders = [new_titles[entry.title] for entry in self._directories[0].entries() if entry.title in new_titles]
        present = set(new_titles.values())
        now = [entry.title for entry in self._directories[1].entries() if entry.title in present]
        matcher = difflib.SequenceMatcher(None, orders, now, autojunk=False)
        staying = {title for block in matcher.get_matching_blocks() for title in now[block.b : block.b + block.size]}
        for title in now:
            if title not in staying:
                yield Difference(
                    "sheet_moved", title, "", *(f"第 {order.index(title) + 1} 张" for order in (orders, now))
                )

    def _names_compared(self) -> Iterator[Difference]:
        renamed = {before.title: after.title for before, after in self._pairs}
        found: list[dict[tuple[str, str], tuple[str, str]]] = []
        for directory in self._directories:
            titles = [entry.title for entry in directory.entries()]
            names: dict[tuple[str, str], tuple[str, str]] = {}
            section, markup = directory.section("definedNames"), directory.markup
            for element in section.children if section else ():
                scope = element.attributes.get("localSheetId", "")
                title = titles[int(scope)] if scope.isdecimal() and int(scope) < len(titles) else ""
                title = renamed.get(title, title) if directory is self._directories[0] else title
                text = markup.text(element)
                rest = [element.attributes.get("comment", ""), "hidden" if is_on(element, "hidden", "0") else ""]
                meaning = " ".join([_QUOTED.sub(r"\1!", text), *rest])
                names[title, element.attributes.get("name", "")] = (meaning, text)
            found.append(names)
        for title, name in {**found[0], **found[1]}:
            words = _NAMES.get(name.lower(), "")
            pair = [{name: names[title, name]} if (title, name) in names else {} for names in found]
            for difference in keyed_compared("name", title, *pair):
                place = "" if words else name
                yield Difference("name", title, place, difference.old, difference.new, words)

    def _settings_compared(self) -> Iterator[Difference]:
        if self._tables[0].is_1904 != self._tables[1].is_1904:
            old, new = ("1904 年起算" if tables.is_1904 else "1900 年起算" for tables in self._tables)
            yield Difference("workbook_setting", "", "", old, new, "日期系统")
        for local, words in _SETTINGS.items():
            texts = []
            for directory in self._directories:
                section = directory.section(local)
                text = canonical(section, directory.markup) if section else ""
                kept = [word for word in text.split(" ")[1:] if word.partition("=")[0] not in _COMPUTED | {"date1904"}]
                texts.append(" ".join(kept))
            if texts[0] != texts[1]:
                yield Difference("workbook_setting", "", "", texts[0], texts[1], words)
        kinds = [
            "可含宏" if "macroEnabled" in directory.parts.content_type(directory.part) else "不含宏"
            for directory in self._directories
        ]
        if kinds[0] != kinds[1]:
            yield Difference("workbook_setting", "", "", kinds[0], kinds[1], "文件类型")

    def _styles_compared(self) -> Iterator[Difference]:
        old, new = (tables.styles for tables in self._tables)
        for words in {**old.others, **new.others}:
            if old.others.get(words) != new.others.get(words):
                was, now = ("有" if words in each.others else "" for each in (old, new))
                yield Difference("styles", "", "", was, now, words)
        for name in sorted(old.named - new.named):
            yield Difference("styles", "", "", name, "", "自定义单元格样式")
        for name in sorted(new.named - old.named):
            yield Difference("styles", "", "", "", name, "自定义单元格样式")

    def _part(self, before: str, after: str, kind: str, title: str) -> Iterator[Difference]:
        """A pair of parts and, below, what they point to."""
        if before in self._seen[0] or after in self._seen[1] or not before or not after:
            return
        self._seen[0].add(before)
        self._seen[1].add(after)
        if kind == "worksheet":
            yield from self._worksheet(before, after, title)
        elif kind == "comments":
            yield from keyed_compared("note", title, contents.notes(self.old, before), contents.notes(self.new, after))
        elif kind not in contents.COMPUTED and not self._is_same(before, after):
            yield from self._content(before, after, kind, title)
        yield from self._children(before, after, title)

    def _content(self, before: str, after: str, kind: str, title: str) -> Iterator[Difference]:
        if kind in contents.PROPERTIES:
            olds, news = contents.properties(self.old, before), contents.properties(self.new, after)
            yield from keyed_compared("property", "", olds, news)
            return
        try:
            marks = [
                contents.fingerprint(parts, part, _pointed(parts, part))
                for parts, part in ((self.old, before), (self.new, after))
            ]
        except expat.ExpatError:
            marks = [b"old", b"new"]  # shapes of notes need not be well-formed; the bytes differ
        if marks[0] != marks[1]:
            shown = contents.census(self.old, before, kind), contents.census(self.new, after, kind)
            yield Difference("part_changed", title, _place(after), shown[0], shown[1], contents.words(kind, after))

    def _worksheet(self, before: str, after: str, title: str) -> Iterator[Difference]:
        is_alike = self._tables[0].are_like(self._tables[1]) and self._is_same(before, after)
        pointed = _pointed(self.old, before), _pointed(self.new, after)
        if is_alike and pointed[0] == pointed[1] and self._differential_alike():
            return
        old, new = Side(self.old, before, self._tables[0]), Side(self.new, after, self._tables[1])
        yield from rows_compared(old, new, title)
        was = Shell(Markup(old.stream.shell, before), pointed[0], old.tables.styles)
        now = Shell(Markup(new.stream.shell, after), pointed[1], new.tables.styles)
        yield from shells_compared(was, now, title)

    def _differential_alike(self) -> bool:
        old, new = (tables.styles.differential for tables in self._tables)
        shared = min(len(old), len(new))
        return old[:shared] == new[:shared]

    def _children(self, before: str, after: str, title: str) -> Iterator[Difference]:
        olds, news = _by_kind(self.old, before), _by_kind(self.new, after)
        for kind in {**olds, **news}:
            if kind in _SHEETS:
                continue
            mine = [part for part in olds.get(kind, []) if part not in self._seen[0]]
            others = [part for part in news.get(kind, []) if part not in self._seen[1]]
            for one, other in self._matched(mine, others):
                yield from self._part(one, other, kind, title)
            for part in mine:
                yield from self._alone("part_removed", self.old, part, kind, title)
            for part in others:
                yield from self._alone("part_added", self.new, part, kind, title)

    def _matched(self, olds: list[str], news: list[str]) -> list[tuple[str, str]]:
        """Parts that belong together: of the same content, then of the same name, then in order; the rest stays."""
        pairs = []
        for key in (self._content_of, self._title_of, lambda _, part: part.lower(), lambda *_: "any"):
            waiting: dict[object, list[str]] = {}
            for part in reversed(news):
                waiting.setdefault(key(1, part), []).append(part)
            for one in olds[:]:
                same = waiting.get(key(0, one)) if key(0, one) else None
                if same:
                    pairs.append((one, same.pop()))
                    olds.remove(one)
                    news.remove(pairs[-1][1])
        return pairs

    def _alone(self, kind: str, parts: Parts, part: str, what: str, title: str) -> Iterator[Difference]:
        seen = self._seen[0 if kind == "part_removed" else 1]
        if part in seen:
            return
        if self._is_elsewhere(kind, part):
            seen.add(part)
            return
        if what == "comments":
            notes = contents.notes(parts, part)
            yield from keyed_compared("note", title, *((notes, {}) if kind == "part_removed" else ({}, notes)))
        elif what in contents.PROPERTIES:
            values = contents.properties(parts, part)
            yield from keyed_compared("property", "", *((values, {}) if kind == "part_removed" else ({}, values)))
        elif what not in contents.COMPUTED:
            shown = contents.census(parts, part, what)
            texts = (shown, "") if kind == "part_removed" else ("", shown)
            yield Difference(cast("Kind", kind), title, _place(part), *texts, contents.words(what, part))
        missed = [found for found in parts.related(part, *contents.MISSED) if found.target in parts]
        self._pass_over(parts, part, seen, keep=[found.target for found in missed])
        for child, child_kind in ((found.target, found.kind) for found in missed):
            yield from self._alone(kind, parts, child, child_kind, title)

    def _leftovers(self) -> Iterator[Difference]:
        """Parts that nothing points to."""
        olds, news = (
            [part for part in _loose(parts) if part not in seen]
            for parts, seen in zip((self.old, self.new), self._seen, strict=True)
        )
        by_name = {part.lower(): part for part in news}
        for part in olds:
            if part.lower() in by_name:
                yield from self._part(part, by_name[part.lower()], "", "")
            elif part not in self.new:  # else told already, as one that something points to
                yield from self._alone("part_removed", self.old, part, "", "")
        for part in news:
            if part not in self.old:
                yield from self._alone("part_added", self.new, part, "", "")

    def _pass_over(self, parts: Parts, part: str, seen: set[str], keep: Iterable[str] = ()) -> None:
        """Count a part and all below it as told."""
        kept, waiting = set(keep), [part]
        while waiting:
            name = waiting.pop()
            if name and name not in seen and name not in kept:
                seen.add(name)
                waiting += [relation.target for relation in parts.relations(name) if not relation.is_external]

    def _content_of(self, side: int, part: str) -> object:
        return self._marks[side].get(part)

    def _title_of(self, side: int, part: str) -> object:
        return contents.title((self.old, self.new)[side], part)

    def _is_elsewhere(self, kind: str, part: str) -> bool:
        """The same part stands in the other workbook, and something else there points to it."""
        there = self.new if kind == "part_removed" else self.old
        other = there.find(part)
        return (
            bool(other)
            and other in self._linked(there)
            and self._is_same(*((part, other) if kind == "part_removed" else (other, part)))
        )

    def _linked(self, parts: Parts) -> set[str]:
        if id(parts) not in self._targets:
            found = {relation.target for name in ("", *_loose(parts)) for relation in parts.relations(name)}
            self._targets[id(parts)] = found
        return self._targets[id(parts)]

    def _is_same(self, before: str, after: str) -> bool:
        return self._marks[0].get(before) == self._marks[1].get(after)


def _sheet_pairs(olds: list[Entry], news: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Sheets that belong together: of the same title; where the title is gone, of the same number."""
    by_title = {entry.title: entry for entry in news}
    rest_new = {entry.id: entry for entry in news if entry.title not in {old.title for old in olds}}
    pairs = []
    for old in olds:
        new = by_title.get(old.title) or rest_new.pop(old.id, None)
        if new:
            pairs.append((old, new))
    return pairs


def _by_kind(parts: Parts, part: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for relation in parts.relations(part):
        if (
            not relation.is_external
            and relation.target in parts
            and relation.target not in found.get(relation.kind, [])
        ):
            found.setdefault(relation.kind, []).append(relation.target)
    return found


def _pointed(parts: Parts, part: str) -> dict[str, str]:
    """Id of a relation → what it means: an address outside, else only what sort of part it is."""
    return {relation.id: _meaning(relation) for relation in parts.relations(part)}


def _meaning(relation: Relation) -> str:
    return relation.target if relation.is_external else f"→{relation.kind}"


def _loose(parts: Parts) -> list[str]:
    return [part for part in parts.names() if part != CONTENT_TYPES and not part.lower().endswith(".rels")]


def _place(part: str) -> str:
    return re.sub(r"^/?xl/", "", part)
