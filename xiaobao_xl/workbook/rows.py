"""Rows: which rows below the heading are complaints, and why each of the others is not.

A row is data if its key, or any three registered columns, are filled, and it is no total, note, instruction, numbering or
repeated heading. Every row that is not empty is used or skipped with a reason; doubtful ones become findings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xiaobao_xl.cells import Cells, shown
from xiaobao_xl.workbook.headings import Header, bare

_TOTAL = re.compile(
    r"[(（]?(?:本[页月季年期]|全[年行省]|以上|分[行公司]*|部门|当[月季年])?\s*(?:[合小总共累]\s*计|总\s*数)\s*[)）]?\s*[:：]?"
    r"\s*(?:共?\s*[\d,.]+\s*[件笔条户元万]*)?|共\s*\d+\s*[件笔条户]"
)
_NOTE = re.compile(
    r"(?:填表|制表|填报|报送|统计|审核|复核|核对|负责|经办|联系|签字|盖章|主管|编制)\s*(?:人|单位|部门|机构|日期|时间|说明|电话|领导|意见)?\s*(?:签字|签章|盖章)?\s*[:：]"
    r"|(?:说\s*明|备\s*注|附\s*注|注\s*意?\s*事?\s*项?|数据来源|统计口径|填表须知|填报要求)\s*[:：1-9一二三四五六]|注\s*[:：]|填表说明|填报说明|以下(?:空白|无正文)"
    r"|(?:单位|日期|制表|打印)(?:人|日期|时间)?\s*[:：]"
)
_NUMBERED = re.compile(r"(?:[*※]|[(（]?[0-9一二三四五六七八九十]{1,2}[)）、．.])\s*\D{8,}")
_INSTRUCTION = re.compile(
    r"必填|选填|非必填|请(?:填|选|按|输)|填写|下拉|格式|示例|样例|举例|例\s*[:：如]|如\s*[:：]|^如.{2,}|y{4}.?m{1,2}|不超过|字符|文本型|日期型|数值型|系统自动|自动生成",
    re.IGNORECASE,
)
_SENTENCE = 40  # a key this long is a sentence someone wrote below the table
_FEW = 3


def is_total(text: str) -> bool:
    """Whether a cell says that its row is a total.

    >>> is_total("合 计"), is_total("合计科")
    (True, False)
    """
    return _TOTAL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row someone should look at.

    Attributes:
        row: 0-based row below the heading.
        message: Chinese, with the fix.
    """

    row: int
    message: str


@dataclass(slots=True)
class Sorted:
    """Rows below a heading, told apart.

    Attributes:
        used: bool array, shape (n,): the row is data.
        skipped: 0-based row → reason, for every row that is neither data nor empty.
        doubts: rows to look at, used or not.
    """

    used: np.ndarray
    skipped: dict[int, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)


def sort_rows(header: Header, key: str, columns: Sequence[Cells], filled: Sequence[np.ndarray]) -> Sorted:
    """Tell data from everything else.

    Args:
        header: the heading found.
        key: id of the column that identifies a row.
        columns: every column of the sheet below the heading, each of shape (n,).
        filled: for each of them where it holds anything, error values counted in.
    """
    registered = [match.place for match in header.matches.values() if match.place < len(columns)]
    size = len(columns[0]) if columns else 0
    any_filled, counts = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int16)
    for place, full in enumerate(filled):
        any_filled |= full
        if place in registered:
            counts += full
    place = header.matches[key].place if key in header.matches else -1
    has_key = filled[place] if 0 <= place < len(columns) else np.zeros(size, dtype=bool)
    result = Sorted(any_filled & (has_key | (counts >= _FEW)))
    look = _Look(header, columns, filled, place)
    for row in np.flatnonzero(any_filled & _candidates(look, counts, has_key)):
        _judge(int(row), int(counts[row]), bool(has_key[row]), look, result)
    return result


@dataclass(frozen=True, slots=True)
class _Look:
    """What judging one row needs."""

    header: Header
    columns: Sequence[Cells]
    filled: Sequence[np.ndarray]
    key: int

    def texts(self, row: int) -> dict[int, str]:
        """Filled cells of one row, as text."""
        return {place: shown(cells.cell(row)) for place, cells in enumerate(self.columns) if self.filled[place][row]}


def _candidates(look: _Look, counts: np.ndarray, has_key: np.ndarray) -> np.ndarray:
    """Rows worth a second look: without key, nearly empty, first below the heading, or with telling words in front."""
    suspicious = counts < _FEW
    if look.key >= 0:
        suspicious |= ~has_key & _no_more_than(counts, len(look.header.matches))
    suspicious[:4] = True
    for place in sorted({0, 1, 2, max(look.key, 0)}):
        if place < len(look.columns):
            suspicious |= _telling(look.columns[place].texts, look.header.headings.get(place, ""))
    return suspicious


def _no_more_than(counts: np.ndarray, registered: int) -> np.ndarray:
    # totals and notes fill few cells; where most of a row is filled only its words can tell, and those are looked at below
    return counts <= max(registered * 2 // 3, _FEW)


def _telling(texts: pa.Array, heading: str) -> np.ndarray:
    words = pc.match_substring_regex(texts, r"[合小总共累]\s*[计数]|^共|[:：※*]|说\s*明|注|必填|选填|以下|填")
    same = pc.is_in(texts, value_set=pa.array(sorted({heading, heading.rpartition("/")[2]}), pa.large_string()))
    short = pc.and_(pc.greater(pc.binary_length(texts), 0), pc.or_(same, words))
    return np.asarray(short.to_numpy(zero_copy_only=False))


def _judge(row: int, count: int, has_key: bool, look: _Look, result: Sorted) -> None:  # noqa: FBT001
    """Decide about one row; writes into `result`."""
    texts = look.texts(row)
    reason = _not_data(row, texts, look, has_key=has_key)
    if reason:
        result.used[row] = False
        result.skipped[row] = reason
        return
    if result.used[row]:
        if has_key and count == 1 and len(look.header.matches) > _FEW:
            result.doubts.append(Doubt(row, "这一行只填了编号，其他登记列都是空的；请补全，或删除这一行"))
        return
    if not count:
        result.skipped[row] = "登记列全空，只在未登记的列有内容"
        return
    names = "、".join(look.header.headings[place] for place in texts if place in look.header.headings)
    result.skipped[row] = f"没有编号，只填了{names}，不足以认作一行记录"
    result.doubts.append(
        Doubt(row, f"这一行没有编号，只填了{names}，没有当作数据；若确是应登记的请补填编号，若不是请删除这一行")
    )


def _not_data(row: int, texts: Mapping[int, str], look: _Look, *, has_key: bool) -> str:
    """Why a row is surely no data; '' if it may be."""
    if _repeats_heading(texts, look.header):
        return "重复的表头"
    key, first = texts.get(look.key, ""), texts[min(texts)]
    total = next((text for text in texts.values() if _TOTAL.fullmatch(text)), "")
    if total and (not has_key or _TOTAL.fullmatch(key) or _TOTAL.fullmatch(first)):
        return f"合计行（{total[:12]}）"
    if row < 2 and _is_numbering(texts):
        return "栏次编号行"
    if row < 3 and _is_instruction(texts, key):
        return "填写说明行"
    return _foot(texts, first) if not has_key or first == key or _NOTE.match(key) else ""


def _foot(texts: Mapping[int, str], first: str) -> str:
    """What stands below a table: notes, signatures, sentences."""
    if _NOTE.match(first) and (len(texts) <= 4 or len(first) > 15):
        return f"表尾说明或落款（{first[:12]}）"
    if len(texts) <= 2 and (_NUMBERED.match(first) or len(first) > _SENTENCE):
        return f"说明文字（{first[:12]}）"
    return ""


def _repeats_heading(texts: Mapping[int, str], header: Header) -> bool:
    compared = {place: bare(text) for place, text in texts.items() if len(text) < 60}
    for row in header.texts:
        same = sum(row.get(place) == text for place, text in compared.items())
        if same and same >= max(2, len(texts) / 2):
            return True
    return False


def _is_numbering(texts: Mapping[int, str]) -> bool:
    """1, 2, 3 … or A, B, C … across the row, as printed forms have below their heading."""
    words = [text.strip("()（）栏 ") for text in texts.values()]
    if len(words) < _FEW:
        return False
    numbers = [int(word) for word in words if word.isdecimal()]
    letters = [word for word in words if len(word) == 1 and word.isalpha() and word.isascii()]
    rising = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return (
        len(numbers) + len(letters) + sum(word in {"甲", "乙", "丙", "丁"} for word in words) == len(words) and rising
    )


def _is_instruction(texts: Mapping[int, str], key: str) -> bool:
    hits = sum(bool(_INSTRUCTION.search(text)) for text in texts.values() if len(text) < 200)
    if key and not _INSTRUCTION.search(key) and any(letter.isdigit() for letter in key):
        return False
    return (hits >= 2 and hits * 3 >= len(texts)) or hits == len(texts)
