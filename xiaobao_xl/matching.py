"""Many keywords found in one pass over each text.

A keyword is plain words (`砍头息`) or a pattern in the syntax that Python and RE2 share (`扣.{0,6}(年费|手续费)`); `…`
stands for up to eight characters of the same sentence (`扣…年费`). Every pattern needs a fixed part. The fixed parts of
all keywords are looked up together, by `re2.Set` where google-re2 is installed and by a table of first characters
otherwise; only patterns whose fixed part was found are then tried. Both ways give the same hits.

Texts and keywords are folded first: full-width forms to half-width, capitals to small letters, blanks removed, full
stops to line breaks (which `.` does not cross, and which cost a pattern much less than `。` does).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xiaobao_xl.errors import RulesError

try:
    import re2
except ImportError:  # no wheel for this platform; the table below finds the same
    re2 = None

Engine = Literal["re2", "table"]
_GAP = "[^\n!?;]{0,8}"
_SYNTAX = re.compile(r"[\\()\[\]{}.|?*+^$…]")
_CLASS = re.compile(r"\\.|\[[^\]]*\]")
_WORDS = re.compile(r"[^\\()\[\]{}.|?*+^$…]+(?![?*+{])")
_TIMES = re.compile(r"(?:[?*+]|\{\d+(?:,\d*)?\})?\??")
# Characters found in most texts: a pattern is better looked up by another of its fixed parts.
_EVERYWHERE = frozenset("的一是不了在有我他她你这那个们来到说要就去会没未给后里对过还收扣卡钱")
_BLOCK = 256  # texts whose hits are gathered before they become an array: small enough for the processor's cache
_PARTS = 100  # alternatives worth spelling out
_OFTEN = 20  # times a pattern's fixed part is met before the pattern is compiled in any case
_BUDGET = 1 << 28  # bytes RE2 may use for its automaton before it starts over, at a hundredth of the speed


class Hits(NamedTuple):
    """Which keyword was found in which text, one entry per pair, ordered by text.

    Attributes:
        texts: position of the text, int64.
        words: position of the keyword, int64.
        first: where the keyword first begins in the folded text, int64.
        last: where it last begins (a pattern: same as first), int64.
    """

    texts: np.ndarray
    words: np.ndarray
    first: np.ndarray
    last: np.ndarray


def fold(texts: Iterable[str]) -> list[str]:
    r"""Texts with full-width forms narrowed, in small letters, without blanks.

    >>> fold(["ＡＴＭ 吞卡，\n要求退"])
    ['atm吞卡,要求退']
    """
    encoded = pa.array([text.encode("utf-8", "replace") for text in texts], type=pa.string())
    normal = pc.utf8_normalize(encoded, form="NFKC").to_pylist()
    return ["".join(text.split()).lower().replace("。", "\n") for text in normal]


def fold_keyword(word: str) -> str:
    r"""A keyword folded like the texts it is looked for in, with `…` written out.

    >>> fold_keyword("ＡＴＭ…吞卡")
    'atm[^\n!?;]{0,8}吞卡'
    """
    return _GAP.join(unicodedata.normalize("NFKC", part).lower().replace("。", "\n") for part in word.split("…"))


def is_plain(word: str) -> bool:
    """Whether a keyword is plain words rather than a pattern."""
    return not _SYNTAX.search(word)


def fixed_parts(pattern: str) -> tuple[str, ...]:
    """Plain words of which at least one stands in every text the pattern matches.

    Raises:
        RulesError: the pattern has no fixed part, or its brackets do not match.

    >>> fixed_parts("扣.{0,6}(年费|手续费)")
    ('年费', '手续费')
    """
    try:
        choices = _stretches(pattern)
    except IndexError:
        raise RulesError([f"关键词 {pattern} 写法有误：括号不成对"]) from None
    if not choices:
        raise RulesError([f"关键词 {pattern} 没有固定字样；每个带符号的关键词至少要有一段固定的字"])
    return max(choices, key=lambda parts: (not _EVERYWHERE.issuperset(parts), min(map(len, parts)), -len(parts)))


def faults(word: str) -> list[str]:
    """What is wrong with a keyword as written in rules.yaml; nothing if it is plain or a sound pattern.

    >>> faults("扣…年费"), faults("(退")[0]
    ([], '关键词 (退 写法有误：missing ), unterminated subpattern at position 0')
    """
    pattern = fold_keyword(word)
    if is_plain(pattern):
        return []
    try:
        _pattern(pattern)
        fixed_parts(pattern)
    except RulesError as wrong:
        return list(wrong.problems)
    return []


def _pattern(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as wrong:
        raise RulesError([f"关键词 {pattern} 写法有误：{wrong}"]) from None


@lru_cache(maxsize=4096)
def _stretches(pattern: str) -> list[tuple[str, ...]]:
    """`_choices`, with the commonest shape, plain words before and after gaps, told apart at once."""
    short = pattern.replace(_GAP, "…")
    words = short.split("…")
    return [(word,) for word in words] if all(map(is_plain, words)) else list(_choices(short))


def _choices(pattern: str) -> Iterator[tuple[str, ...]]:
    """Every stretch of fixed characters and alternatives, spelled out: each match holds one of each tuple."""
    pieces = list(_pieces(_CLASS.sub(".", pattern)))
    if ("|", "") in pieces:
        return
    spelled = [_alternatives(what, times) for what, times in pieces]
    for begin in range(len(spelled)):
        parts: tuple[str, ...] = ("",)
        for choices in spelled[begin:]:
            parts = tuple(dict.fromkeys(part + choice for part in parts for choice in choices))
            if not parts or len(parts) > _PARTS:
                break
            if all(parts):
                yield parts


def _alternatives(what: str, times: str) -> tuple[str, ...]:
    """What one piece may read; nothing if that cannot be spelled out."""
    choices = what[1:-1].removeprefix("?:").split("|") if what[0] == "(" else [what]
    if times not in {"", "?"} or not all(choices) or not is_plain("".join(choices)):
        return ()
    return (*choices, "") if times else tuple(choices)


def _pieces(pattern: str) -> Iterator[tuple[str, str]]:
    """Plain words, single characters and outermost groups, each with how often it may stand ("" for once)."""
    place = 0
    while place < len(pattern):
        if words := _WORDS.match(pattern, place):
            yield words.group(), ""
            place = words.end()
            continue
        end, depth = place + 1, int(pattern[place] == "(")
        while depth:
            depth += {"(": 1, ")": -1}.get(pattern[end], 0)
            end += 1
        times = _TIMES.match(pattern, end)
        yield pattern[place:end], times.group() if times else ""
        place = times.end() if times else end


def _re2_finder(parts: Sequence[str]) -> Callable[[str], Sequence[int]]:
    options = re2.Options()
    options.literal, options.max_mem, options.log_errors = True, _BUDGET, False
    found = re2.Set.SearchSet(options)
    for part in parts:
        found.Add(part)
    found.Compile()
    match: Callable[[str], Sequence[int] | None] = found.Match
    return lambda text: match(text) or ()  # it says None where nothing is found


def _table_finder(parts: Sequence[str]) -> Callable[[str], Sequence[int]]:
    """Look up the first two characters at every place of the text, then compare."""
    table: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number, part in enumerate(parts):
        table[part[:2]].append((part, number))

    def find(text: str) -> list[int]:
        found = set()
        for place in range(len(text)):
            key = text[place : place + 2]
            for part, number in (*table.get(key, ()), *table.get(key[0], ())):
                if text.startswith(part, place):
                    found.add(number)
        return list(found)

    return find


class Matcher:
    """Finds all of a list of keywords (already folded, see `fold_keyword`) in one pass over each text.

    Patterns are compiled when their fixed part is first met: there are many, and a small register meets few.

    Args:
        words: the keywords; a hit names one by its position in this list.
        engine: `re2` or `table`; re2 where it is installed if not given.

    Attributes:
        lengths: characters of each keyword, 0 for a pattern, int64.

    >>> Matcher(["吞卡", fold_keyword("扣…年费")]).hits(["机器吞卡,还扣了我年费"]).words.tolist()
    [0, 1]
    """

    def __init__(self, words: Sequence[str], engine: Engine | None = None) -> None:
        """Prepare the automaton."""
        plain = [len(word) if is_plain(word) else 0 for word in words]
        self.lengths = np.array(plain, dtype=np.int64)
        self._words = list(words)
        self._searches: dict[int, Callable[[str], re.Match[str] | None]] = {}
        self._misses: defaultdict[int, int] = defaultdict(int)
        # Per fixed part: the plain keyword that it is (-1 for none), its text, and the patterns to try where it stands.
        entries: dict[str, tuple[int, str, list[int]]] = {}
        for number, word in enumerate(words):
            if plain[number]:
                known = entries.get(word)
                entries[word] = (number, word, known[2] if known else [])
            else:
                for part in fixed_parts(word):
                    entries.setdefault(part, (-1, part, []))[2].append(number)
        self._entries = list(entries.values())
        chosen = engine or ("re2" if re2 is not None else "table")
        self._find = (_re2_finder if chosen == "re2" else _table_finder)(list(entries))

    def hits(self, texts: Sequence[str]) -> Hits:
        """Every keyword found in every folded text."""
        blocks = [self._block(texts, begin) for begin in range(0, len(texts), _BLOCK)]
        table = np.concatenate([np.zeros((0, 4), dtype=np.int64), *blocks])
        return Hits(*np.ascontiguousarray(table.T))

    def _block(self, texts: Sequence[str], begin: int) -> np.ndarray:
        """Hits of one block of texts; the inner loops run for each text and are written for speed."""
        find, entries, searches = self._find, self._entries, self._searches
        flat: list[int] = []
        for row, text in enumerate(texts[begin : begin + _BLOCK], begin):
            tried = set()
            for part in find(text):
                number, plain, tries = entries[part]
                if number >= 0:
                    flat += (row, number, text.find(plain), text.rfind(plain))
                for pattern in tries:
                    if pattern not in tried:
                        tried.add(pattern)
                        search = searches.get(pattern) or self._first(pattern, text)
                        if search and (match := search(text)):
                            flat += (row, pattern, match.start(), match.start())
        table = np.fromiter(flat, dtype=np.int64, count=len(flat)).reshape(-1, 4)
        return table[np.argsort(table[:, 0] * len(self.lengths) + table[:, 1])]

    def found(self, word: int, text: str) -> str:
        """The very characters of a folded text that a keyword matched."""
        if self.lengths[word]:
            return self._words[word]
        match = self._compiled(word)(text)
        return match.group().replace("\n", "。") if match else ""

    def _first(self, word: int, text: str) -> Callable[[str], re.Match[str] | None] | None:
        """A pattern not yet compiled is compiled if all its fixed parts stand in the text, or it has been met often."""
        self._misses[word] += 1
        if self._misses[word] > _OFTEN or all(
            any(part in text for part in parts) for parts in _stretches(self._words[word])
        ):
            return self._compiled(word)
        return None

    def _compiled(self, word: int) -> Callable[[str], re.Match[str] | None]:
        if word not in self._searches:
            self._searches[word] = _pattern(self._words[word]).search
        return self._searches[word]
