"""report --narrative, --check-text: a report told in sentences, and an edited text held against the figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xiaobao_xl import resources
from xiaobao_xl.documents.facts import Facts
from xiaobao_xl.documents.narrative import Narrated, named, narrate
from xiaobao_xl.documents.proofreading import Proofread, proofread
from xiaobao_xl.documents.saving import opened
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures import trends
from xiaobao_xl.figures.kinds import Flow
from xiaobao_xl.tasks.filing import FiledTogether
from xiaobao_xl.tasks.intake import Step, silent
from xiaobao_xl.tasks.reporting import Reported
from xiaobao_xl.workbook.drawing import refuse_existing

__all__ = ["Narrative", "Proofread", "check_text", "facts_of", "narratives", "write_narrative"]


@dataclass(frozen=True)
class Narrative:
    """A text that can be written.

    Attributes:
        result: the counted report.
        template: its Word template.
        path: where the text goes.
        overwrite: replace a file that is there.
    """

    result: Reported
    template: Path
    path: Path
    overwrite: bool

    def write(self, step: Step = silent) -> Narrated:
        """Write it."""
        step(f"写{self.path.stem}")
        return narrate(self.template, facts_of(self.result), self.path.parent, overwrite=self.overwrite)


def narratives(result: Reported | FiledTogether, folder: Path, *, overwrite: bool = False) -> list[Narrative]:
    """The texts of a report, or of the reports of a filing that have a Word template; nothing is written yet.

    Raises:
        WorkbookError: a report alone has no Word template, or a file is there already.
    """
    reports = result.reports if isinstance(result, FiledTogether) else [result]
    found = []
    for one in reports:
        template = _template(one)
        if template is None and isinstance(result, FiledTogether):
            continue
        if template is None:
            raise WorkbookError(
                f"报表 {one.figures.report.title} 没有分析报告的 Word 模板（{one.figures.id}.docx）；可把自己的模板放在报表模板旁"
            )
        path = folder / f"{named(opened(template), template, one.figures.period)}.docx"
        if path.exists():
            refuse_existing(path, overwrite=overwrite)
        found.append(Narrative(one, template, path, overwrite))
    return found


def write_narrative(
    result: Reported, folder: Path, *, template: Path | None = None, overwrite: bool = False, step: Step = silent
) -> Narrated:
    """Write a report in sentences.

    Args:
        result: the counted report.
        folder: where to write; made where it is not there.
        template: own Word template; None takes `<report id>.docx` beside the report's template or the own rules file,
            or the shipped one.
        overwrite: replace a file that is there.
        step: told what is being done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if template:
        step("写分析报告")
        return narrate(template, facts_of(result), folder, overwrite=overwrite)
    return narratives(result, folder, overwrite=overwrite)[0].write(step)


def check_text(result: Reported | FiledTogether, text: Path, *, step: Step = silent) -> Proofread:
    """Hold an edited text against the figures.

    Args:
        result: the counted report.
        text: the Word file.
        step: told what is being done.

    Raises:
        WorkbookError: the file cannot be read, or a filing was asked for rather than one report.
    """
    if isinstance(result, FiledTogether):
        raise WorkbookError(
            "--check-text 一次核对一张报表的分析报告；请写报表编号，如 complaint_quarterly，不写整套报送"
        )
    step("核对报告文字")
    return proofread(text, facts_of(result))


def facts_of(result: Reported) -> Facts:
    """What a text may say of a counted report: the report, the same flows in earlier periods, and month by month."""
    figures, context = result.figures, result.rules.context(result.as_of)
    flows = [name for name, figure in figures.report.figures.items() if isinstance(figure, Flow) and not figure.by]
    earlier = {"previous_period": figures.period.previous, "same_period_last_year": figures.period.same_last_year}
    past = {name: trends.over(figures, period, context) for name, period in earlier.items()}
    return Facts(figures, past, trends.months(figures, flows, context))


def _template(result: Reported) -> Path | None:
    name, rules_file = f"{result.figures.id}.docx", result.wanted.rules_file
    own = [result.template.with_name(name), *([rules_file.with_name(name)] if rules_file else [])]
    if found := next((path for path in own if path.is_file()), None):
        return found
    try:
        return resources.document_path(result.figures.id)
    except WorkbookError:
        return None
