"""Live formulas of a 底稿: a figure made of others, reckoned over the recounts (column L) of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xiaobao_xl.figures.values import Value


def formula_over(value: Value, row: int, parts: Sequence[int]) -> str:
    """The formula of a figure made of others.

    Args:
        value: the figure.
        row: its row on 指标.
        parts: rows of its parts, in their order.
    """
    first, second = f"L{parts[0]}", f"L{parts[min(1, len(parts) - 1)]}"
    if value.operation == "rank":
        return "=1" + "".join(f"+SUMPRODUCT(--({area}>{first}+1E-9))" for area in _runs(parts[1:]))
    if value.operation in {"total", "median_of"}:
        return f"={'SUM' if value.operation == 'total' else 'MEDIAN'}({','.join(_runs(parts))})"
    if value.operation == "interval":
        return _test(value, row, parts[0])
    return {
        "ratio": f"={first}/{second}*J{row}",
        "share": f"={first}/{second}",
        "change": f"=({first}-{second})/{second}",
    }[value.operation]


def _test(value: Value, row: int, share: int) -> str:
    """Whether the printed share lies in the rounding interval of the exact one, and if not, how far it was moved."""
    places = len(f"{value.per:f}".rstrip("0")) - 2
    point = "0." + "0" * (places - 2) if places > 2 else "0"
    printed, exact = f"ROUND(F{share},{places})", f"ROUND(L{share},{places})"
    moved = f'TEXT(({printed}-{exact})*100,"""＋""{point};""－""{point}")'
    return f'=IF(ABS({printed}-L{share})<=J{row}/2+1E-12,"相符","尾差"&{moved})'


def _runs(rows: Sequence[int]) -> Iterator[str]:
    """Rows of column L as few areas as cover exactly them.

    >>> list(_runs([5, 6, 7, 12]))
    ['L5:L7', 'L12']
    """
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield f"L{rows[start]}" if place == start + 1 else f"L{rows[start]}:L{rows[place - 1]}"
            start = place
