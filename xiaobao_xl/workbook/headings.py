"""Headings: which rows of a sheet name its columns, and which registered column each of them means.

A heading may stand on one to three rows anywhere among the first thirty, below a title, merged across and down, in any
order, followed by an instruction. It is matched, in this order, by the institution's own mapping (headings.yaml), by
title, by alias, and without what stands in brackets behind it; 投诉人 over 姓名 also counts as 投诉人姓名. What is in the
brackets is used: (万元) scales the numbers, (01是/02否) explains codes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from xiaobao_xl.amounts import MONEY
from xiaobao_xl.cells import Cell, plain, shown
from xiaobao_xl.registers import Schema
from xiaobao_xl.workbook import limits
from xiaobao_xl.workbook.grids import Merge
from xiaobao_xl.workbook.scanning import column_letters

_DEPTH = 3
_MARKS = re.compile(r"^[*※★☆●#]+|[*※★☆●:;。]+$")
_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]$")
_LEGEND = re.compile(r"(\d{1,3})[:=、.\-]?([^\d\W][^\d/、,;|]*)")
_MONEY = "|".join(sorted(MONEY, key=len, reverse=True))
_MONEY_UNIT = re.compile(_MONEY)
_UNIT_END = re.compile(rf"[/_-](?:{_MONEY})$")
_TABLE_UNIT = re.compile(rf"单位(?=:).*?[:、,/和]({_MONEY})(?![一-鿿])")
_ENOUGH = 3
_LONGEST = 60  # longer texts are no headings
_COUNTERS = frozenset({"序号", "序", "no", "no."})  # columns that number the rows are no one's loss

NOT_READ = "不读"  # in headings.yaml, for a heading that is no column of the register


@dataclass(frozen=True, slots=True)
class Match:
    """One column of the sheet that a registered column claims.

    Attributes:
        column: id of the registered column.
        place: 0-based column in the sheet.
        heading: as printed; parts of a merged heading joined by `/`.
        rank: 0 for the institution's own mapping, 1 title, 2 alias, higher the less direct.
        scale: factor of the money unit in the heading.
        unit: that unit as printed, '' where none.
        legend: codes explained in the heading, zeros in front dropped.
    """

    column: str
    place: int
    heading: str
    rank: int
    scale: float = 1.0
    unit: str = ""
    legend: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """The heading found on one sheet for one register.

    Attributes:
        register: id of the register.
        top: first heading row, 0-based.
        bottom: last heading row, 0-based.
        matches: registered column id → its place.
        duplicates: further columns that claim an id already taken.
        unknown: heading → titles near to it (see `guessing`), for headings no registered column claims.
        ignored: headings the institution's mapping sets aside.
        headings: 0-based column → heading as printed, for every column that has one.
        texts: texts of the heading rows, compared form, by row and column, to know them again further down.
        table_unit: money unit of the whole table (单位：万元 above the heading).
        is_named: the sheet, or a line above the heading, carries the title of the register.
    """

    register: str
    top: int
    bottom: int
    matches: Mapping[str, Match]
    duplicates: Sequence[Match] = ()
    unknown: Mapping[str, list[str]] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    headings: Mapping[int, str] = field(default_factory=dict)
    texts: Sequence[Mapping[int, str]] = ()
    table_unit: str = ""
    is_named: bool = False

    def fit(self, schema: Schema) -> tuple[bool, int, int]:
        """How well the sheet fits the register: named after it; headings known, its key thrice; how directly known."""
        is_named = self.is_named and self.suffices(schema)
        known = len(self.matches) + 2 * (schema.key in self.matches)
        return is_named, known, -sum(match.rank for match in self.matches.values())

    def guessing(self, names: Names) -> Header:
        """The same heading with titles near to the headings nobody claims."""
        unknown = {text: names.near(text) or names.near(text.rpartition("/")[2]) for text in self.unknown}
        return replace(self, unknown=unknown)

    def suffices(self, schema: Schema) -> bool:
        """Enough headings are known to call this a register."""
        enough = min(_ENOUGH, len(schema.columns))
        return len(self.matches) >= enough or (schema.key in self.matches and len(self.matches) >= enough - 1 > 0)

    def preferring(self, filled: Collection[int]) -> Header:
        """The same heading where a column that is empty gives way to a duplicate that is not.

        Args:
            filled: columns of the sheet where anything stands below the heading.
        """
        matches, spare = dict(self.matches), []
        for other in self.duplicates:
            taken = matches[other.column]
            if taken.rank and taken.place not in filled and other.place in filled:
                matches[other.column], other = other, taken  # noqa: PLW2901  the two change places
            spare.append(other)
        return replace(self, matches=matches, duplicates=spare)


class Names:
    """All names by which the columns of one register are known."""

    def __init__(self, schema: Schema, own: Mapping[str, str]) -> None:
        """Index titles, aliases and the institution's own mapping (heading → column id, its title, or 不读)."""
        self.schema = schema
        self.ranks: dict[str, tuple[str, int]] = {}
        for rank, words in ((2, "aliases"), (1, "title")):
            for key, column in schema.columns.items():
                for word in [column.title] if words == "title" else column.aliases:
                    self.ranks[bare(word)] = (key, rank)
        self.ignored = {bare(word) for word, key in own.items() if key == NOT_READ}
        titles = {column.title: key for key, column in schema.columns.items()}
        mapped = {bare(word): titles.get(key, key) for word, key in own.items()}
        self.ranks |= {word: (key, 0) for word, key in mapped.items() if key in schema.columns}

    def find(self, parts: Sequence[str]) -> tuple[str, int] | None:
        """Column id and rank for a heading, its parts from the top row down; None where no name fits."""
        return self.first(readings(parts))

    def first(self, tries: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
        """Column id and rank of the first reading of a heading that is a known name."""
        hits = ((self.ranks[text], extra) for text, extra in tries if text in self.ranks)
        return next(((key, rank + extra) for (key, rank), extra in hits), None)

    def is_ignored(self, parts: Sequence[str]) -> bool:
        """The institution's mapping sets this heading aside."""
        return bare(parts[-1]) in self.ignored or "/".join(map(bare, parts)) in self.ignored

    def near(self, heading: str) -> list[str]:
        """Titles whose names share most characters with a heading, nearest first, at most three."""
        letters = set(bare(without_brackets(heading)))
        scores: dict[str, float] = {}
        for name, (key, _) in self.ranks.items():
            common = len(letters & set(name))
            likeness = 2 * common / (len(letters) + len(set(name)) or 1)
            if common > 1 and likeness >= 0.6:
                title = self.schema.columns[key].title
                scores[title] = max(likeness, scores.get(title, 0))
        return sorted(scores, key=lambda title: -scores[title])[:3]


@lru_cache(maxsize=20_000)
def bare(heading: str) -> str:
    r"""A heading for comparing.

    >>> bare(" *投诉\n编号： "), bare("产品（服务）大类")
    ('投诉编号', '产品(服务)大类')
    """
    return _MARKS.sub("", plain(heading))


@lru_cache(maxsize=20_000)
def without_brackets(heading: str) -> str:
    """A heading without the brackets or the unit at its end.

    >>> without_brackets("投诉金额（万元）")
    '投诉金额'
    """
    return _UNIT_END.sub("", _BRACKETS.sub("", _MARKS.sub("", plain(heading))))


def readings(parts: Sequence[str]) -> list[tuple[str, int]]:
    """What a heading may say, the most direct reading first, with how much less direct each of them is.

    >>> readings(["投诉人", "姓名"])[2:4]
    [('投诉人姓名', 0), ('姓名', 0)]
    """
    if len(parts[-1]) > _LONGEST:
        return []
    whole, short = _compared(parts[-1])
    if len(parts) == 1:
        return [(whole, 0), (short, 2)]
    full = [_compared(part)[0] for part in parts]
    both = _compared(parts[-2])[1] + short
    return [("".join(full), 0), ("/".join(full), 0), (full[-2] + whole, 0), (whole, 0), (both, 2), (short, 2)]


@lru_cache(maxsize=20_000)
def _compared(text: str) -> tuple[str, str]:
    """A text for comparing, whole and without brackets."""
    return bare(text), bare(without_brackets(text))


@dataclass(frozen=True, slots=True)
class _Stack:
    """Rows that may be a heading together.

    Attributes:
        top: first row, 0-based.
        depth: how many.
        parts: 0-based column → texts from the top row down.
        tries: readings of each of them.
    """

    top: int
    depth: int
    parts: dict[int, list[str]]
    tries: list[list[tuple[str, int]]]


class Top:
    """The first rows of a sheet, taken apart once for however many registers they are compared with."""

    def __init__(self, rows: Sequence[Sequence[Cell]], merges: Iterable[Merge], sheet: str) -> None:
        """Take the first rows of a sheet, its merged ranges and its name."""
        self.merges, self.sheet = list(merges), bare(sheet)
        self.grid = _texts(rows[: limits.HEADER_ROWS + _DEPTH])
        spread = _spread(self.grid, self.merges)
        self.stacks: list[_Stack] = []
        self._places: dict[str, set[int]] = {}
        for top in range(min(limits.HEADER_ROWS, len(self.grid))):
            for depth in range(1, min(_DEPTH, len(self.grid) - top) + 1):
                self._add(top, depth, _parts(spread[top : top + depth]))

    def _add(self, top: int, depth: int, parts: dict[int, list[str]]) -> None:
        stack = _Stack(top, depth, parts, [readings(texts) for texts in parts.values()])
        for text in {text for tries in stack.tries for text, _ in tries}:
            self._places.setdefault(text, set()).add(len(self.stacks))
        self.stacks.append(stack)

    def holding(self, names: Names) -> list[tuple[int, _Stack]]:
        """Stacks in which names of a register occur, with how many columns they could name at most; most first."""
        columns: dict[int, set[str]] = {}
        for text in self._places.keys() & names.ranks.keys():
            for place in self._places[text]:
                columns.setdefault(place, set()).add(names.ranks[text][0])
        return sorted(((len(found), self.stacks[place]) for place, found in columns.items()), key=lambda pair: -pair[0])


def find(register: str, names: Names, top: Top) -> Header | None:
    """The best heading among the first rows of a sheet, or None where not one heading is known.

    Args:
        register: id of the register looked for.
        names: the names of its columns.
        top: the first rows.
    """
    best: tuple[tuple[int, int, int, int], _Stack] | None = None
    for most, stack in top.holding(names):
        if best is not None and most < best[0][0]:
            break
        found = [hit for tries in stack.tries if (hit := names.first(tries))]
        score = (len({key for key, _ in found}), -stack.depth, -sum(rank for _, rank in found), -stack.top)
        if best is None or score > best[0]:
            best = (score, stack)
    if best is None:
        return None
    stack = best[1]
    first = _widened(stack.top, top.merges)
    header = _header(register, names, first, stack.top + stack.depth - 1, stack.parts, top.grid)
    return replace(header, is_named=_is_named(bare(names.schema.title), top, header.top))


def _is_named(title: str, top: Top, first: int) -> bool:
    """The title of a register stands in the name of the sheet (or the name in the title), or above the heading."""
    above = (bare(text) for row in top.grid[:first] for text in row.values())
    return title in top.sheet or (len(top.sheet) > _ENOUGH and top.sheet in title) or any(title in t for t in above)


def _widened(top: int, merges: Iterable[Merge]) -> int:
    """First heading row, counting rows above that a merged heading reaches down from."""
    return min(
        (start[0] for start, end in merges if start[0] <= top <= end[0] and end[0] - start[0] < _DEPTH), default=top
    )


def _header(
    register: str, names: Names, top: int, bottom: int, parts: dict[int, list[str]], grid: list[dict[int, str]]
) -> Header:
    above = [text for row in grid[:top] for text in row.values()]
    table_unit = next((unit for text in above if (unit := unit_of_table(text))), "")
    hits = [(place, stack, hit) for place, stack in sorted(parts.items()) if (hit := names.find(stack))]
    claims = [
        _match(key, rank, place, stack, names, table_unit)
        for place, stack, (key, rank) in hits
        if not names.is_ignored(stack)
    ]
    matches: dict[str, Match] = {}
    for match in sorted(claims, key=lambda match: (match.rank, match.place)):
        matches.setdefault(match.column, match)
    rest = {place: stack for place, stack in sorted(parts.items()) if place not in {claim.place for claim in claims}}
    return Header(
        register, top, bottom, matches,
        duplicates=[claim for claim in claims if matches[claim.column] is not claim],
        unknown={"/".join(stack): [] for stack in rest.values() if not names.is_ignored(stack) and bare(stack[-1]) not in _COUNTERS},
        ignored=["/".join(stack) for stack in rest.values() if names.is_ignored(stack)],
        headings={place: "/".join(stack) for place, stack in sorted(parts.items())},
        texts=[{place: bare(text) for place, text in row.items()} for row in grid[top : bottom + 1]],
        table_unit=table_unit,
    )  # fmt: skip


def _match(key: str, rank: int, place: int, stack: list[str], names: Names, table_unit: str) -> Match:
    inside = _BRACKETS.search(_MARKS.sub("", plain(stack[-1])))
    note = inside[1] if inside else ""
    unit = ""
    if names.schema.columns[key].unit == "cny":
        own = _MONEY_UNIT.search(note or "".join(_UNIT_END.findall(plain(stack[-1]))))
        unit = own[0] if own else table_unit
    legend = {code.lstrip("0") or "0": word for code, word in _LEGEND.findall(note)}
    return Match(
        key,
        place,
        "/".join(stack),
        rank,
        MONEY.get(unit, 1.0),
        unit,
        legend if len(set(legend.values())) == len(legend) > 1 else {},
    )


def unit_of_table(text: str) -> str:
    """The money unit a line above the heading gives for the whole table.

    >>> unit_of_table("单位：件、万元"), unit_of_table("填报单位：某某银行")
    ('万元', '')
    """
    match = _TABLE_UNIT.search(plain(text))
    return match[1] if match else ""


def _texts(rows: Sequence[Sequence[Cell]]) -> list[dict[int, str]]:
    """Texts of each row by column; blanks left out."""
    return [{place: text for place, cell in enumerate(row) if (text := " ".join(shown(cell).split()))} for row in rows]


def _spread(grid: list[dict[int, str]], merges: Iterable[Merge]) -> list[dict[int, str]]:
    """The same with the text of a merged range in each of its cells."""
    spread = [dict(row) for row in grid]
    for (top, left), (bottom, right) in merges:
        text = grid[top].get(left) if top < len(grid) else None
        if text and bottom - top < _DEPTH and right - left < limits.MAX_COLUMNS:
            for row in range(top, min(bottom + 1, len(grid))):
                spread[row] |= {place: text for place in range(left, right + 1) if place not in grid[row]}
    return spread


def _parts(rows: list[dict[int, str]]) -> dict[int, list[str]]:
    """The stack of heading texts of each column from the top, repeated texts once."""
    parts: dict[int, list[str]] = {}
    for row in rows:
        for place, text in row.items():
            stack = parts.setdefault(place, [])
            if not stack or stack[-1] != text:
                stack.append(text)
    return parts


def address(place: int, row: int) -> str:
    """Excel address of 0-based places.

    >>> address(3, 2)
    'D3'
    """
    return f"{column_letters(place)}{row + 1}"
