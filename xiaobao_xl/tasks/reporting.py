"""report 报表: a report counted over a period, its template filled, and the 底稿 that traces every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl import counting, resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures import Figures, figures_as_json
from xiaobao_xl.findings import Finding
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, opened, receipt_json, require, silent
from xiaobao_xl.workbook.grids import Book

if TYPE_CHECKING:
    from xiaobao_xl.workbook.filling import Filled


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which report is wanted.

    Attributes:
        report: report id.
        period: as typed, `2026Q3`.
        base: file with the 基础数据 table; None looks into the register's workbook.
        template: own template; None takes the one of the report's name.
        rules_file: own rules file; a template beside it comes before the shipped one.
        texts: `institution`, `prepared_by` … for the head and foot.
    """

    report: str
    period: str
    base: Path | None = None
    template: Path | None = None
    rules_file: Path | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Reported:
    """A report, counted and, once written, filled.

    Attributes:
        rules: the rules used.
        registers: registers of the period first, then earlier ones.
        paths: the register files, in the order of `registers`; fewer where one was open already and has no file of its state.
        figures: the figures with the rows behind them.
        template: the template to fill.
        as_of: the day the question was asked.
        filled: the finished report, once written.
    """

    rules: Rules
    registers: Sequence[Register]
    paths: Sequence[Path]
    figures: Figures
    template: Path
    as_of: date
    filled: Filled | None = None

    @property
    def findings(self) -> list[Finding]:
        """Broken cross-foots, rows that could not be counted, figures the template leaves out."""
        return [*self.figures.findings, *(self.filled.findings if self.filled else ())]

    @property
    def has_errors(self) -> bool:
        """Some finding is an error."""
        return any(finding.level == "error" for finding in self.findings)

    def headline(self) -> list[tuple[str, str]]:
        """Title and printed value of the figures that stand in the report undivided."""
        from xiaobao_xl.workbook.filling import printed

        figures = self.figures
        undivided = [
            name for name, figure in figures.report.figures.items() if figure.printed and not figures.axes[name]
        ]
        values = [figures.values[name][()] for name in undivided]
        return [(figures.title(v), printed(v, figures.spec(v.figure))) for v in values if v.operation != "text"]

    def as_json(self) -> dict[str, Any]:
        """Every figure with value, cell and complaint numbers."""
        placed = self.filled.cells if self.filled else ()
        return {
            "report": self.figures.id,
            "title": self.figures.report.title,
            "period": self.figures.period.title,
            "receipt": receipt_json(self.registers),
            "figures": figures_as_json(self.figures, [(f"{p.sheet}!{p.cell}", p.figure, p.member) for p in placed]),
            "cross_foots": [
                {
                    "id": foot.id,
                    "title": foot.title,
                    "left": foot.sums[0],
                    "right": foot.sums[1],
                    "holds": foot.holds,
                    "verdict": foot.verdict,
                }
                for foot in self.figures.footings
            ],
            "findings": [asdict(finding) for finding in self.findings],
        }


def report(
    rules: Rules, sources: Sequence[Source], reading: Reading, wanted: Wanted, as_of: date, *, step: Step = silent
) -> Reported:
    """Count a report.

    Args:
        rules: the rules.
        sources: the register of the period first; earlier ones serve 环比 and 同比.
        reading: which register, sheets and headings.
        wanted: which report, for which period.
        as_of: the day the question is asked.
        step: told what is being done.
    """
    from xiaobao_xl.workbook.base_table import base_table_of

    require(wanted.report, rules.reports, "报表")
    rule, period = rules.reports[wanted.report], parse_period(wanted.period)
    template = _template(wanted)
    reading = Reading(register=rule.register, sheet=reading.sheet, layouts=reading.layouts, password=reading.password)
    read: list[list[Register]] = []
    books = []
    for source in sources:
        step(f"读取 {(source.path if isinstance(source, Book) else source).name}")
        book, registers = open_registers(rules, source, reading)
        books.append(book)
        read.append(registers)
    table = base_table_of(opened(wanted.base, reading.password) if wanted.base else books[0])
    step(f"统计 {rule.title}（{period.title}）")
    earlier = [register for registers in read[1:] for register in registers]
    figures = counting.count(
        wanted.report, rule, read[0], period, rules.context(as_of),
        earlier=earlier, base_table=table.numbers, units=table.units_of(rules.registers[rule.register]), texts=wanted.texts,
    )  # fmt: skip
    files = list(takewhile(lambda pair: isinstance(pair[0], Path), zip(sources, read, strict=True)))
    owners = [book.path for book, (_, registers) in zip(books, files, strict=False) for _ in registers]
    return Reported(
        rules=rules, registers=[*read[0], *earlier], paths=owners, figures=figures, template=template, as_of=as_of
    )


def write_report(result: Reported, folder: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Fill the template and write the 底稿 beside it; both or none.

    Returns:
        The finished report and its 底稿.
    """
    from xiaobao_xl import __version__
    from xiaobao_xl.workbook.drawing import refuse_existing
    from xiaobao_xl.workbook.filling import fill
    from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

    name = f"{result.figures.report.title}_{result.figures.period.title}"
    out, paper = folder / f"{name}.xlsx", folder / f"{name}_底稿.xlsx"
    if folder.is_file():
        raise WorkbookError(f"{folder}：这是文件，不是目录；请用 --out 给出放报表与底稿的目录。")
    folder.mkdir(parents=True, exist_ok=True)
    for target in (out, paper):
        refuse_existing(target, overwrite=overwrite)
    step("填写报表")
    result.filled = fill(result.template, result.figures, out, overwrite=overwrite)
    step("写底稿")
    stamp = Stamp(
        program=f"xiaobao-xl {__version__}",
        rules_version=str(result.rules.version),
        rules_sha256=result.rules.sha256,
        as_of=result.as_of.isoformat(),
        register_paths=result.paths,
    )
    write_working_paper(paper, result.figures, result.filled, stamp, overwrite=overwrite)
    return [out, paper]


def _template(wanted: Wanted) -> Path:
    """The template: the one named, one beside the own rules file, or the shipped one."""
    if wanted.template:
        if not wanted.template.is_file():
            raise WorkbookError(f"{wanted.template}：找不到报表模板；请检查 --template 的路径。")
        return wanted.template
    beside = wanted.rules_file.parent / f"{wanted.report}.xlsx" if wanted.rules_file else None
    return beside if beside and beside.is_file() else resources.template_path(wanted.report)
