"""analyse 分析: trends, reasons, heat map, ages, repeaters, hot words and early warnings, in a workbook with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.periods import Period, parse_period
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, open_registers, receipt_json, require_xlsx, silent

if TYPE_CHECKING:
    from xiaobao_xl.analyses.insights import Insights


@dataclass(frozen=True, kw_only=True)
class AnalysedBook:
    """An analysis, worked out.

    Attributes:
        title: name of the analysis.
        registers: registers read.
        paths: their files, in the same order.
        found: what was found.
    """

    title: str
    registers: Sequence[Register]
    paths: Sequence[Path]
    found: Insights

    def as_json(self) -> dict[str, Any]:
        """Trend, ranking, heat map, ages, repeaters, hot words and warnings with complaint numbers."""
        found = self.found
        return {
            "analysis": self.title,
            "period": found.period.title,
            "receipt": receipt_json(self.registers),
            "months": [
                {"month": m.title, "received": m.received, "closed": m.closed, "pending": m.pending}
                for m in found.months
            ],
            "ranking": [{"title": one.title, "count": one.count, "share": one.share} for one in found.ranking],
            "heat": _grid_json(found.heat.rows, found.heat.columns, found.heat.counts.tolist()),
            "ages": _grid_json(found.ages.rows, found.ages.columns, found.ages.counts.tolist()),
            "days_to_close": dict(found.spans),
            "repeaters": [{"label": one.label, "keys": list(one.keys)} for one in found.repeaters],
            "hot_words": [
                {"word": word.word, "now": word.now, "before": word.before, "keys": found.keys_at(word.texts)}
                for word in found.words
            ],
            "warnings": [
                {"title": one.alarm.title, "about": one.about, "reason": one.reason, "keys": found.keys_at(one.positions)}
                for one in found.warned
            ],
        }  # fmt: skip


def analyse(rules: Rules, books: Sequence[Path], reading: Reading, period: str, *, step: Step = silent) -> AnalysedBook:
    """Analyse a register, or several files that together are one.

    Args:
        rules: the rules.
        books: the register files; those of earlier years complete the trend.
        reading: which register, sheets and headings.
        period: as typed, `2026Q3`.
        step: told what is being done.
    """
    from xiaobao_xl.analyses.insights import insights

    asked = parse_period(period)
    registers: list[Register] = []
    paths: list[Path] = []
    for path in books:
        step(f"读取 {path.name}")
        _, found = open_registers(rules, path, reading)
        registers += found
        paths += [path] * len(found)
    rule = next((one for one in rules.analyses.values() if one.register == registers[0].id), None)
    if rule is None:
        raise WorkbookError(
            f"{registers[0].schema.title}还没有分析的设定；请在规则的 analyses 中加上，或用 --register 指明台账。"
        )
    same = [place for place, register in enumerate(registers) if register.id == rule.register]
    registers, paths = [registers[place] for place in same], [paths[place] for place in same]
    step(f"分析 {asked.title}")
    worked_out = insights(rule, registers, asked, rules.categories)
    _refuse_nothing(worked_out, asked)
    return AnalysedBook(title=rule.title, registers=registers, paths=paths, found=worked_out)


def write_analysis(result: AnalysedBook, out: Path, *, overwrite: bool = False, step: Step = silent) -> Path:
    """Write the analysis workbook, whole or not at all."""
    from xiaobao_xl.workbook import analysis_book

    require_xlsx(out)
    step("写分析")
    return analysis_book.write_analysis(out, result.found, result.paths, title=result.title, overwrite=overwrite)


def _refuse_nothing(found: Insights, period: Period) -> None:
    """Stop where the register has no date of receipt at all: everything would be zero."""
    if found.reaches is None:
        column = found.stack.registers[0].schema.columns[found.rule.received].title
        raise WorkbookError(
            f"{found.stack.registers[0].origin.file}：没有一行有可读的“{column}”，无从分析{period.title}；请先校验台账：xiaobao check"
        )


def _grid_json(rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> Mapping[str, Any]:
    return {row: dict(zip(columns, line, strict=True)) for row, line in zip(rows, counts, strict=True)}
