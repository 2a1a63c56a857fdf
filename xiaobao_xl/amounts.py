"""Amounts as people type them: thousands marks, ￥, 元, 万元, full-width digits; what is only about a number is refused.

A unit in the cell beats the unit of the heading. 约2000, 2000左右, 3000-5000 and 1.234,56 are refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata

MONEY = {"元": 1.0, "千元": 1e3, "万元": 1e4, "十万元": 1e5, "百万元": 1e6, "千万元": 1e7, "亿元": 1e8}
_SPOKEN = {
    "圆": "元", "块": "元", "块钱": "元", "元整": "元", "元人民币": "元", "人民币": "元", "rmb": "元", "cny": "元", "千": "千元",
    "万": "万元", "万元整": "万元", "万人民币": "万元", "百万": "百万元", "千万": "千万元", "亿": "亿元",
}  # fmt: skip
_COUNTED = frozenset(
    {"人", "件", "次", "名", "户", "笔", "个", "天", "日", "位", "份", "年", "个月", "工作日", "个工作日", "自然日"}
)
_AMOUNT = re.compile(
    r"(?P<sign>[-+]?)(?:人民币|rmb|cny)?¥?(?P<minus>-?)(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<power>e[-+]?\d{1,3})?(?P<unit>\D*)"
)


def read_text(text: str, *, scale: float = 1.0, counts_money: bool = False) -> float | str:
    """Read one number, or say in Chinese why it cannot be read.

    Args:
        text: the cell.
        scale: factor of the heading's unit, for a cell that names none.
        counts_money: the column counts yuan.

    >>> read_text("￥１，２００.５０元", counts_money=True), read_text("2万", counts_money=True)
    (1200.5, 20000.0)
    """
    bare = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", unicodedata.normalize("NFKC", text).casefold().strip().replace("−", "-"))
    negative = re.fullmatch(r"\((.+)\)", bare)
    match = _AMOUNT.fullmatch(negative[1] if negative else bare)
    unit = _SPOKEN.get(match["unit"], match["unit"]) if match else ""
    if match is None or not (unit == "" or (unit in MONEY if counts_money else unit in _COUNTED)):
        return "不是能识别的数字；请只填数字，如 1200.50"
    factor = MONEY.get(unit, scale)
    number = round(float(match["digits"].replace(",", "") + (match["power"] or "")) * factor, 6)
    return -number if negative or match["sign"] == "-" or match["minus"] else number
