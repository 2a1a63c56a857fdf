"""Registers taken in once, for one report or for all of a filing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from xiaobao_xl.figures.stacking import Prepared, stack
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, opened, refuse_strange, silent
from xiaobao_xl.workbook.base_table import BaseTable, base_table_of
from xiaobao_xl.workbook.grids import Book


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Registers taken in once, for one report or for all of a filing.

    Attributes:
        current: registers of the period.
        earlier: registers that serve 环比, 同比 and the bridge from the last filing only.
        paths: the files, in the order of `registers`; fewer where one was open already and has no file of its state.
        beside: files whose registers were only looked up.
        table: the 基础数据 table.
        prepared: the rows below one another, with what reports have worked out over them.
    """

    current: Sequence[Register]
    earlier: Sequence[Register]
    paths: Sequence[Path]
    table: BaseTable
    prepared: Prepared
    beside: Sequence[Path] = ()

    @property
    def registers(self) -> list[Register]:
        """All registers, those of the period first."""
        return [*self.current, *self.earlier]


def take_in(
    rules: Rules, sources: Sequence[Source], reading: Reading, *, register: str, base: Path | None = None, step: Step = silent
) -> Taken:  # fmt: skip
    """Read the registers a report counts.

    Args:
        rules: the rules.
        sources: the register of the period first, earlier ones after it.
        reading: which sheets and headings.
        register: id of the register.
        base: file with the 基础数据 table; None looks into the first register's workbook.
        step: told what is being done.

    Raises:
        WorkbookError: a file cannot be read, or one named to be looked up holds nothing the register draws on.
    """
    reading = replace(reading, register=register)
    refuse_strange(rules, reading, [register])
    books, read = [], []
    for source in sources:
        step(f"读取 {(source.path if isinstance(source, Book) else source).name}")
        book, registers = open_registers(rules, source, reading)
        books.append(book)
        read.append(registers)
    table = base_table_of(opened(base, reading.password) if base else books[0])
    files = list(takewhile(lambda pair: isinstance(pair[0], Path), zip(sources, read, strict=True)))
    paths = [book.path for book, (_, registers) in zip(books, files, strict=False) for _ in registers]
    earlier = [each for registers in read[1:] for each in registers]
    prepared = Prepared(stack(read[0], earlier))
    return Taken(current=read[0], earlier=earlier, paths=paths, table=table, prepared=prepared, beside=reading.beside)
