"""report 报表: a report counted over a period, its template filled, and the 底稿 that traces every figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl import resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures import counting
from xiaobao_xl.figures.hints import hints, period_before
from xiaobao_xl.figures.kinds import Listing
from xiaobao_xl.figures.values import Figures, figures_as_json
from xiaobao_xl.findings import Finding
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import Register, Schema
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, receipt_json, require, silent
from xiaobao_xl.tasks.recording import record_of, record_path, write_record
from xiaobao_xl.tasks.taking import Taken, take_in
from xiaobao_xl.typed_yaml import near

if TYPE_CHECKING:
    from xiaobao_xl.workbook.filling import Filled

_UNSAFE = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff_-]+")  # in a file name


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
        keys: only these complaints, for reports that list complaints; all of them where none is named.
    """

    report: str
    period: str
    base: Path | None = None
    template: Path | None = None
    rules_file: Path | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


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
        wanted: what was asked for.
        taken: the registers as they were taken in.
        filled: the finished report, once written.
        keys: the complaints it was narrowed to; none: all.
    """

    rules: Rules
    registers: Sequence[Register]
    paths: Sequence[Path]
    figures: Figures
    template: Path
    as_of: date
    wanted: Wanted
    taken: Taken
    filled: Filled | None = None
    keys: tuple[str, ...] = ()

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
        from xiaobao_xl.workbook.printing import printed

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
    require(wanted.report, rules.reports, "报表")
    rule = rules.reports[wanted.report]
    taken = take_in(rules, sources, reading, register=rule.register, base=wanted.base, step=step)
    return count_taken(rules, taken, wanted, as_of, step=step)


def count_taken(rules: Rules, taken: Taken, wanted: Wanted, as_of: date, *, step: Step = silent) -> Reported:
    """Count a report over registers already read; those of a filing share them."""
    rule, period = rules.reports[wanted.report], parse_period(wanted.period)
    template = _template(wanted)
    if wanted.keys:
        rule = _narrowed(rule, wanted, rules.registers[rule.register])
    step(f"统计 {rule.title}（{period.title}）")
    figures = counting.count(
        wanted.report, rule, taken.current, period, rules.context(as_of), earlier=taken.earlier,
        base_table=taken.table.numbers, units=taken.table.units_of(rules.registers[rule.register]), texts=wanted.texts,
        prepared=taken.prepared,
    )  # fmt: skip
    _require_listed(wanted.keys, figures)
    before = period_before(figures, rules.context(as_of), taken.prepared)
    figures = replace(figures, findings=(*figures.findings, *hints(figures, rule.hints, before)))
    return Reported(
        rules=rules, registers=taken.registers, paths=taken.paths, figures=figures, template=template, as_of=as_of,
        wanted=wanted, taken=taken, keys=wanted.keys,
    )  # fmt: skip


def _narrowed(rule: Report, wanted: Wanted, schema: Schema) -> Report:
    """A report over chosen complaints only."""
    if not any(isinstance(figure, Listing) for figure in rule.figures.values()):
        raise WorkbookError(f"{rule.title}是统计表，不逐件列示，不能用 --no 选投诉；请去掉 --no")
    note = "；".join(filter(None, (rule.note, f"只含选定的投诉：{'、'.join(wanted.keys)}")))
    return replace(rule, where={**rule.where, schema.key: wanted.keys}, note=note)


def _require_listed(keys: Sequence[str], figures: Figures) -> None:
    """Every complaint asked for must be in a list of the report; one that is not is told from one nobody knows."""
    known = {str(key) for key in figures.stack.keys}
    found = {str(figures.stack.keys[one]) for lines in figures.lists.values() for one in lines.positions}
    for key in keys:
        if key not in known:
            guess = near(key, known)
            raise WorkbookError(f"台账里没有投诉编号 {key}；{f'是否想写 {guess}？' if guess else '请核对 --no'}")
        if key not in found:
            raise WorkbookError(
                f"投诉 {key} 不在{figures.report.title}（{figures.period.title}）所列范围内；请核对 --no 与 --period"
            )


def write_report(result: Reported, folder: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Fill the template and write the 底稿 and the filing record beside it.

    Returns:
        The finished report, its 底稿 and its filing record.
    """
    from xiaobao_xl import __version__
    from xiaobao_xl.workbook.drawing import refuse_existing
    from xiaobao_xl.workbook.filling import fill
    from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

    out, paper, told = targets(result, folder)
    make_folder(folder)
    for target in (out, paper, told):
        refuse_existing(target, overwrite=overwrite)
    step("填写报表")
    result.filled = fill(result.template, result.figures, out, overwrite=overwrite)
    step("写底稿")
    stamp = Stamp(
        program=f"xiaobao-xl {__version__}",
        rules_version=str(result.rules.version),
        rules_sha256=result.rules.sha256,
        as_of=result.as_of.isoformat(),
        schemes=result.rules.categories,
        register_paths=result.paths,
    )
    record = record_of(result)
    write_working_paper(paper, result.figures, result.filled, stamp, record=(record, told.name), overwrite=overwrite)
    return [out, paper, write_record(record, told, paper, overwrite=overwrite)]


def make_folder(folder: Path) -> None:
    """The folder for reports, made where it is not there yet.

    Raises:
        WorkbookError: a file stands in its place.
    """
    if folder.is_file():
        raise WorkbookError(f"{folder}：这是文件，不是目录；请用 --out 给出放报表与底稿的目录。")
    folder.mkdir(parents=True, exist_ok=True)


def targets(result: Reported, folder: Path) -> tuple[Path, Path, Path]:
    """Where a report, its 底稿 and its filing record go."""
    name = f"{result.figures.report.title}_{result.figures.period.title}{_chosen(result.keys)}"
    out = folder / f"{name}.xlsx"
    return out, folder / f"{name}_底稿.xlsx", record_path(out)


def _chosen(keys: Sequence[str]) -> str:
    """The end of the file name of a report over chosen complaints."""
    if len(keys) == 1:
        return f"_{_UNSAFE.sub('-', keys[0])}"
    return f"_选定{len(keys)}件" if keys else ""


def _template(wanted: Wanted) -> Path:
    """The template: the one named, one beside the own rules file, or the shipped one."""
    if wanted.template:
        if not wanted.template.is_file():
            raise WorkbookError(f"{wanted.template}：找不到报表模板；请检查 --template 的路径。")
        return wanted.template
    beside = wanted.rules_file.parent / f"{wanted.report}.xlsx" if wanted.rules_file else None
    return beside if beside and beside.is_file() else resources.template_path(wanted.report)
