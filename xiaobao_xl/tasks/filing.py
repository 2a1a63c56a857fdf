"""report 报表, of a filing: every report of it over registers read once, compared with each other, and the filing's own record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.filings.figures import FilingFigures, compared
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, require, silent
from xiaobao_xl.tasks.reporting import Reported, Wanted, count_taken, make_folder, targets, write_report
from xiaobao_xl.tasks.taking import take_in

SET_KIND = "xiaobao-xl 报送清单"


@dataclass(kw_only=True)
class FiledTogether:
    """A filing, counted and, once written, filled.

    Attributes:
        reports: its reports, in order.
        together: their figures, compared with each other.
        written: every file written, report by report; the filing's own last.
    """

    reports: Sequence[Reported]
    together: FilingFigures
    written: list[Path] = field(default_factory=list)

    @property
    def registers(self) -> Sequence[Register]:
        """The registers read."""
        return self.reports[0].registers

    @property
    def findings(self) -> list[Finding]:
        """What each report has to say, once each, then the breaks between reports."""
        own = [finding for report in self.reports for finding in report.findings]
        told: dict[tuple[str, str, int | None], Finding] = {}
        for finding in own:
            told.setdefault((finding.message, finding.sheet, finding.row), finding)
        return [*told.values(), *self.together.findings]

    @property
    def has_errors(self) -> bool:
        """Some finding is an error."""
        return any(finding.level == "error" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Every report, and the relations between them."""
        return {
            "filing": self.together.id,
            "title": self.together.filing.title,
            "reports": [report.as_json() for report in self.reports],
            "cross_foots": [
                {"id": foot.id, "title": foot.title, "left": foot.sums[0], "right": foot.sums[1], "verdict": foot.verdict}
                for foot in self.together.footings
            ],
            "written": [str(path) for path in self.written],
        }  # fmt: skip


def find_report(rules: Rules, name: str) -> str:
    """Id of a report or filing, given that or its Chinese title.

    Raises:
        WorkbookError: nothing has this name; the sentence has a guess.
    """
    known: dict[str, str] = {}
    titles = [(key, report.title) for key, report in rules.reports.items()]
    titles += [(key, filing.title) for key, filing in rules.filings.items()]
    for key, title in titles:
        known |= {key: key}
        known.setdefault(title, key)
    if name in rules.reports and name in rules.filings:
        raise WorkbookError(f"{name} 既是报表又是报送的编号；请在规则中改掉一个")
    require(name, known, "报表或报送")
    return known[name]


def file_reports(
    rules: Rules, sources: Sequence[Source], reading: Reading, wanted: Wanted, as_of: date, *, step: Step = silent
) -> FiledTogether:
    """Count every report of a filing over registers read once.

    Args:
        rules: the rules.
        sources: the register of the period first; earlier ones serve 环比 and 同比.
        reading: which sheets and headings.
        wanted: `report` names the filing.
        as_of: the day the question is asked.
        step: told what is being done.
    """
    require(wanted.report, rules.filings, "报送")
    filing = rules.filings[wanted.report]
    if wanted.template or wanted.keys:
        raise WorkbookError(f"{filing.title}含 {len(filing.reports)} 张报表，不能用 --template 或 --no；请逐张出表")
    register = rules.reports[filing.reports[0]].register
    taken = take_in(rules, sources, reading, register=register, base=wanted.base, step=step)
    reports = [count_taken(rules, taken, replace(wanted, report=name), as_of, step=step) for name in filing.reports]
    figures = {name: one.figures for name, one in zip(filing.reports, reports, strict=True)}
    return FiledTogether(reports=reports, together=compared(wanted.report, filing, figures, rules.categories))


def write_filing(result: FiledTogether, folder: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Write every report with its 底稿 and record, then the sheet of cross-foots and the list of what was filed.

    Nothing is written where any of the files exists already, unless `overwrite`.
    """
    from xiaobao_xl.workbook.drawing import refuse_existing
    from xiaobao_xl.workbook.foot_book import write_foot_book

    filing, period = result.together.filing, result.reports[0].figures.period
    name = f"{filing.title}_{period.title}"
    foots, told = folder / f"勾稽核对_{name}.xlsx", folder / f"报送清单_{name}.json"
    make_folder(folder)
    for target in (*(path for one in result.reports for path in targets(one, folder)), foots, told):
        refuse_existing(target, overwrite=overwrite)
    for one in result.reports:
        step(f"写{one.figures.report.title}")
        result.written += write_report(one, folder, overwrite=overwrite)
    step("核对各表之间的勾稽关系")
    write_foot_book(foots, result.together, [one.findings for one in result.reports], overwrite=overwrite)
    _write_set(result, told, foots, overwrite=overwrite)
    result.written += [foots, told]
    return result.written


def _write_set(result: FiledTogether, out: Path, foots: Path, *, overwrite: bool) -> None:
    """What was filed together, file by file with its hash; `xiaobao verify` takes it and verifies every report."""
    from xiaobao_xl.tasks.recording import as_text
    from xiaobao_xl.workbook.drawing import write_whole
    from xiaobao_xl.workbook.filling import sha256_of

    content = {
        "kind": SET_KIND, "form": 1, "filing": result.together.id, "title": result.together.filing.title,
        "period": result.reports[0].figures.period.title, "as_of": result.reports[0].as_of.isoformat(),
        "files": [{"path": path.name, "sha256": sha256_of(path)} for path in (*result.written, foots)],
        "cross_foots": [
            {"title": foot.title, "left": foot.sums[0], "right": foot.sums[1], "verdict": foot.verdict}
            for foot in result.together.footings
        ],
    }  # fmt: skip
    write_whole(out, lambda stream: stream.write(as_text(content).encode("utf-8")), overwrite=overwrite)
