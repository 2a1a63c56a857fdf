"""How every verb begins: a file is opened, its registers are read, and a receipt says what was read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl import linking
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules, read_mapping
from xiaobao_xl.typed_yaml import near
from xiaobao_xl.workbook.grids import Book
from xiaobao_xl.workbook.headings import NOT_READ
from xiaobao_xl.workbook.opening import open_book
from xiaobao_xl.workbook.reading import read_beside, read_book

if TYPE_CHECKING:
    from xiaobao_xl.masking.masker import Masker

Step = Callable[[str], None]
Source = Path | Book  # a file, or one that is opened already, such as a workbook open in Excel
Layouts = Mapping[str, Mapping[str, str]]
HEADINGS_FILE = "headings.yaml"


def silent(_: str) -> None:
    """The step of a caller who does not want to be told."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a workbook is read.

    Attributes:
        register: id of the register; '' lets the headings decide.
        sheet: sheet names; () where one sheet matches, ('all',) for all that match.
        layouts: layout name → heading → column id, from headings.yaml.
        password: for encrypted files.
        beside: further files whose registers are only looked up.
        audience: who will see what is made of it, see `audiences.AUDIENCES`; '' masks nothing.
        masker: masks for that audience; made where none is given.
    """

    register: str = ""
    sheet: tuple[str, ...] = ()
    layouts: Layouts = field(default_factory=dict)
    password: str = ""
    beside: tuple[Path, ...] = ()
    audience: str = ""
    masker: Masker | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """One masker for everything that is read alike: who is 投诉人001 in one file is so in all."""
        if self.audience != (self.masker.audience if self.masker else ""):
            from xiaobao_xl.masking.masker import Masker

            object.__setattr__(self, "masker", Masker([], self.audience) if self.audience else None)


def read_layouts(path: Path | None, *, beside: Path) -> Layouts:
    """headings.yaml: how an institution's own headings map to columns, layout by layout.

    Args:
        path: the file; None looks for headings.yaml beside the register.
        beside: the register.
    """
    found = path or beside.parent / HEADINGS_FILE
    if not found.is_file():
        if path:
            raise WorkbookError(f"{path}：找不到表头对照文件；请检查 --headings 的路径。")
        return {}
    layouts: Layouts = read_mapping(found, Mapping[str, Mapping[str, str]])
    return layouts


def opened(source: Source, password: str = "") -> Book:
    """The book of a source."""
    return source if isinstance(source, Book) else open_book(source, password)


def open_registers(rules: Rules, source: Source, reading: Reading) -> tuple[Book, list[Register]]:
    """Open a file, unless it is open, and read its registers; masked, where the reading names an audience."""
    if reading.register:
        require(reading.register, rules.registers, "台账")
    refuse_unknown(reading.layouts, rules)
    book = opened(source, reading.password)
    registers = read_book(
        book, rules.registers, rules.categories, register=reading.register, sheet=reading.sheet, layouts=reading.layouts
    )
    needed = {name for register in registers for name in linking.wanted(register.schema)}
    linking.fill(registers, look_up(rules, book, registers, reading, needed))
    return seen_by(rules, book, registers, reading)


def seen_by(rules: Rules, book: Book, registers: list[Register], reading: Reading) -> tuple[Book, list[Register]]:
    """A file and its registers as the reading's audience may see them; the same ones where it names none.

    A file so seen has masked cells and is copied by its values; the user's own file stands behind no copy of it.
    """
    if reading.masker is None:
        return book, registers
    from xiaobao_xl.workbook import masked_copy

    masker = reading.masker
    masker.learn(registers)
    planned = masked_copy.plans(book, rules.registers, reading.layouts, registers, masker)
    return masked_copy.view(book, planned, masker), [masker.register(register) for register in registers]


def look_up(
    rules: Rules, book: Book, registers: Sequence[Register], reading: Reading, needed: Collection[str]
) -> list[Register]:
    """Registers that are only looked up: other sheets of the workbook, and the files named for it.

    Args:
        rules: the rules.
        book: the opened workbook.
        registers: what has been read of it.
        reading: names the further files.
        needed: ids of the registers that are of use.
    """
    read = {register.origin.sheet for register in registers}
    lacking = set(needed) - {register.id for register in registers}
    sheets = [(book, lacking, read), *((open_book(path, reading.password), needed, ()) for path in reading.beside)]
    return [
        register
        for source, wanted, known in sheets
        for register in read_beside(
            source, rules.registers, rules.categories, registers=wanted, read=known, layouts=reading.layouts
        )
    ]


def refuse_strange(rules: Rules, reading: Reading, registers: Iterable[str], needed: Collection[str] = ()) -> None:
    """Stop where a file that is to be looked up would silently count for nothing.

    Args:
        rules: the rules.
        reading: names the files.
        registers: ids of the registers that are read.
        needed: ids of registers that are of use besides those they draw cells from.

    Raises:
        WorkbookError: such a file holds none of them.
    """
    read = list(dict.fromkeys(registers))
    useful = {*needed, *(name for each in read for name in linking.wanted(rules.registers[each]))}
    for path in reading.beside:
        book = opened(path, reading.password)
        if not read_beside(book, rules.registers, rules.categories, registers=useful, layouts=reading.layouts):
            known = "、".join(rules.registers[name].title for name in sorted(useful))
            hint = f"能一起读的有：{known}；请核对表头和工作表名" if useful else "这本台账不用其他台账的内容"
            titles = "、".join(rules.registers[each].title for each in read)
            raise WorkbookError(f"{path.name}：没有认出“{titles}”能用到的台账；{hint}，或去掉 --beside。")


def refuse_unknown(layouts: Layouts, rules: Rules) -> None:
    """Stop where headings.yaml names a column that no register has."""
    columns = [item for schema in rules.registers.values() for item in schema.columns.items()]
    known = {NOT_READ, *(name for key, column in columns for name in (key, column.title))}
    for layout, headings in layouts.items():
        for heading, column in headings.items():
            if column not in known:
                guess = near(column, known)
                hint = f"是否想写 {guess}？" if guess else f"请写列的标题（如 投诉内容），不读的列写 {NOT_READ}。"
                raise WorkbookError(f"{HEADINGS_FILE} 的“{layout}”：{heading} 对应的列 {column} 没有登记；{hint}")


def require(name: str, known: Mapping[str, object], what: str) -> None:
    """Refuse an id nobody has defined, with a guess."""
    if name not in known:
        guess = near(name, known)
        hint = f"是否想写 {guess}？全部编号见 xiaobao rules。" if guess else f"应为 {'、'.join(known)} 之一。"
        raise WorkbookError(f"没有编号为 {name} 的{what}；{hint}")


def require_xlsx(out: Path) -> None:
    """Refuse to write a workbook under a name that Excel would not open as one."""
    if out.suffix.casefold() != ".xlsx":
        raise WorkbookError(
            f"{out}：结果是 Excel 工作簿；请把文件名写成以 .xlsx 结尾，例如 {out.stem or '结果'}.xlsx。"
        )


def receipt_json(registers: Sequence[Register]) -> dict[str, Any]:
    """What was read, in all and sheet by sheet; `rows_read == rows_used + rows_skipped`."""
    sheets = [_sheet_json(register) for register in registers]
    totals = {
        name: sum(sheet[name] for sheet in sheets) for name in ("rows_read", "rows_used", "rows_skipped", "waived")
    }
    return {**totals, "sheets": sheets}


def _sheet_json(register: Register) -> dict[str, Any]:
    origin, receipt = register.origin, register.receipt
    return {
        "file": origin.file,
        "sheet": origin.sheet,
        "register": register.id,
        "header_rows": list(origin.header_rows),
        "columns": dict(origin.letters),
        "rows_read": receipt.rows_read,
        "rows_used": receipt.rows_used,
        "rows_skipped": len(receipt.skipped),
        "skipped": [{"row": row, "reason": reason} for row, reason in receipt.skipped],
        "unknown_headings": receipt.unknown_headings,
        "missing_columns": receipt.missing_columns,
        "not_run": receipt.not_run,
        "waived": receipt.waived,
        "notes": receipt.notes,
    }
