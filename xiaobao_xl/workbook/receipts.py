"""Receipts: the sentences that say what was read, what was not and what was assumed; and why nothing could be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.workbook.grids import Book, Grid
from xiaobao_xl.workbook.headings import Header, Names, address
from xiaobao_xl.workbook.scanning import column_letters

_SHOWN = 8
_FEW = 4


def complete(
    register: Register, book: Book, grid: Grid, header: Header, placeholders: Mapping[str, int], beside: Sequence[str]
) -> None:
    """Write the notes of a receipt."""
    receipt, schema = register.receipt, register.schema
    receipt.unknown_headings = dict(header.unknown)
    receipt.missing_columns = [key for key in schema.columns if key not in header.matches]
    receipt.notes = [
        _found(register, header), *book.notes, *_hidden(register, book, grid), *_units(header), *_duplicates(header),
        *_stray(grid, beside), *_placeholders(register, placeholders),
    ]  # fmt: skip
    if header.ignored:
        receipt.notes.append(f"按 headings.yaml 不读的列：{'、'.join(header.ignored)}。")
    if header.unknown:
        receipt.notes.append(f"未登记的列（没有读）：{'、'.join(_guess(*item) for item in header.unknown.items())}。")
    if not receipt.rows_used:
        receipt.notes.append("表头下面没有数据行。")


def _guess(heading: str, near: Sequence[str]) -> str:
    return f"{heading}（是不是{'或'.join(f'“{title}”' for title in near)}？）" if near else heading


def _found(register: Register, header: Header) -> str:
    top, bottom = register.origin.header_rows
    rows = f"第 {top} 行" if top == bottom else f"第 {top}–{bottom} 行"
    return (
        f"工作表“{register.origin.sheet}”：表头在{rows}，按“{register.schema.title}”认出 {len(header.matches)} 列"
        f"（共 {len(header.headings)} 列）。"
    )


def spans(numbers: Iterable[int]) -> str:
    """Numbers of rows as short text.

    >>> spans([5, 7, 8, 9])
    '第 5、7–9 行'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    return f"第 {'、'.join(texts[:_SHOWN])} 行" + (f"等 {len(texts)} 处" if len(texts) > _SHOWN else "")


def _hidden(register: Register, book: Book, grid: Grid) -> list[str]:
    scan, notes = grid.scan, []
    used = set(register.origin.rows.tolist())
    rows = [row + 1 for row in scan.hidden_rows if row + 1 in used]
    if rows:
        notes.append(f"有 {len(rows)} 个隐藏行是数据，也已读入：{spans(rows)}。")
    if scan.filter:
        state = "有行没有显示" if rows else "没有行被筛掉"
        notes.append(f"工作表设有筛选（{scan.filter}），{state}；筛选不影响读入。")
    last = max(scan.width, 1) - 1
    columns = [place for first, end in scan.hidden_columns for place in range(first, min(end, last) + 1)]
    if columns:
        letters = [column_letters(place) for place in columns]
        notes.append(
            f"有 {len(columns)} 个隐藏列，也已读入：{'、'.join(letters[:_SHOWN])}{' 等' if len(letters) > _SHOWN else ''}列。"
        )
    if book.hidden:
        hidden = [name for name in book.hidden if name != grid.name]
        if hidden:
            notes.append(f"有 {len(hidden)} 个隐藏的工作表没有读：{'、'.join(hidden)}；要读请用 --sheet 指名。")
    return notes


def _units(header: Header) -> list[str]:
    scaled = [match for match in header.matches.values() if match.scale != 1]
    notes = [f"“{match.heading}”以{match.unit}计，已换算成元（×{match.scale:,.0f}）。" for match in scaled]
    legends = [match for match in header.matches.values() if match.legend]
    notes += [f"“{match.heading}”按表头所注解释代码。" for match in legends]
    return notes


def _duplicates(header: Header) -> list[str]:
    return [
        f"“{match.heading}”（{column_letters(match.place)} 列）与“{header.matches[match.column].heading}”"
        f"（{column_letters(header.matches[match.column].place)} 列）是同一项，只读了后者。"
        for match in header.duplicates
    ]


def merged(heading: str, count: int, *, is_spread: bool) -> str:
    """Cells of a column are merged downwards, and how their rows were read."""
    how = "合并的各行都按所填的内容读入" if is_spread else "只算在合并的第一行，其余各行按空白处理"
    return f"“{heading}”有 {count} 处上下合并的单元格，{how}。"


def beside(header: Header, filled: Sequence[np.ndarray], start: int) -> list[str]:
    """Addresses of cells in columns that have no heading."""
    found = []
    for place, full in enumerate(filled):
        if place not in header.headings and full.any():
            found += [address(place, int(row) + start) for row in np.flatnonzero(full)]
    return found


def _stray(grid: Grid, beside: Sequence[str]) -> list[str]:
    notes = []
    if beside:
        more = f" 等 {len(beside)} 处" if len(beside) > _SHOWN else ""
        notes.append(f"没有表头的列里有零散内容，没有读：{'、'.join(beside[:_SHOWN])}{more}。")
    if grid.scan.stray_count:
        notes.append(
            f"离数据很远处有 {grid.scan.stray_count} 个零散单元格，没有读：{'、'.join(grid.scan.stray)}；请在表里删除。"
        )
    return notes


def _placeholders(register: Register, counts: Mapping[str, int]) -> list[str]:
    return [
        f"“{register.origin.headings[key]}”有 {count} 格写的是“/”“无”之类，按空白处理。"
        for key, count in counts.items()
        if count
    ]


def weak(name: str, header: Header) -> str:
    """A sheet with few known headings was left out."""
    return f"工作表“{name}”也有 {len(header.matches)} 个认得的表头，远少于所读的表，没有读；要读请用 --sheet 指名。"


def several(book: Book, names: Sequence[str]) -> WorkbookError:
    """Several sheets match and none was chosen."""
    listed = "、".join(f"“{name}”" for name in names)
    return WorkbookError(
        f"{book.path.name}：有 {len(names)} 个工作表都像台账：{listed}；请用 --sheet 工作表名 选一个（可重复），或用 --sheet all 全部读入。"
    )


def undecided(book: Book, sheet: str, titles: Mapping[str, str]) -> WorkbookError:
    """Two registers fit a sheet equally well."""
    listed = "、".join(f"“{title}”" for title in titles.values())
    choices = " 或 ".join(f"--register {key}" for key in titles)
    return WorkbookError(
        f"{book.path.name}：工作表“{sheet}”的表头与{listed}同样相符，分不清是哪种台账；请加 {choices}。"
    )


def no_heading(
    book: Book, pool: Sequence[str], names: Mapping[str, Names], headers: Sequence[Header], matching: set[str]
) -> WorkbookError:
    """No heading was found: what was looked for, the best row seen, a next step."""
    wanted = "、".join(f"“{known.schema.title}”" for known in names.values()) if len(names) < _FEW else "任何一种台账"
    known = next(iter(names.values()))
    titles = "、".join(column.title for column in list(known.schema.columns.values())[:5])
    sheets = "、".join(f"“{name}”" for name in pool if name not in matching) or "（没有可见的工作表）"
    best = max(headers, key=lambda header: len(header.matches), default=None)
    if best is None:
        seen, unknown = "没有一个认得的表头", "贵机构的表头"
    else:
        seen = f"最接近的是第 {best.bottom + 1} 行，只认出{'、'.join(match.heading for match in best.matches.values())}"
        unknown = next((text for text in best.unknown if not any(map(str.isdigit, text))), "贵机构的表头")
    title = known.schema.columns[known.schema.key].title
    step = (
        f"如果表头用的是贵机构自己的叫法，请在台账旁建 headings.yaml，写“本行版式: {{{unknown}: {title}}}”这样的一行；"
        "没有台账可用 xiaobao blank 新建一份。"
    )
    return WorkbookError(
        f"{book.path.name}：在工作表{sheets}的前 30 行里没有找到{wanted}的表头（如 {titles} 等）；{seen}。{step}"
    )
