"""The reports of a filing, counted and compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xiaobao_xl.categories import Scheme
from xiaobao_xl.figures.cross_footing import feet, findings_of
from xiaobao_xl.figures.exclusions import why_not
from xiaobao_xl.figures.kinds import AnyFigure
from xiaobao_xl.figures.stacking import Stack
from xiaobao_xl.figures.values import Figures, Footing, Member, Value
from xiaobao_xl.filings.filing import Filing
from xiaobao_xl.findings import Finding


@dataclass(frozen=True)
class FilingFigures:
    """All reports of a filing, counted and compared with each other.

    Attributes:
        id: id of the filing in rules.yaml.
        filing: what was counted.
        reports: report id → its figures, in order.
        schemes: scheme id → scheme, to say in words what a cell holds.
        footings: the relations between reports, worked out; the values of their terms are named `report.figure`.
    """

    id: str
    filing: Filing
    reports: Mapping[str, Figures]
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    footings: tuple[Footing, ...] = ()

    @property
    def stack(self) -> Stack:
        """The rows all reports were counted over."""
        return next(iter(self.reports.values())).stack

    @property
    def findings(self) -> list[Finding]:
        """Broken relations between reports, and the complaints that break them."""
        return list(findings_of(self, self.why_not))

    def title(self, value: Value) -> str:
        """Printable name of a term: 《消费投诉季度统计表》本期收到."""
        report, _, figure = value.figure.partition(".")
        figures = self.reports[report]
        return f"《{figures.report.title}》{figures.title(replace(value, figure=figure))}"

    def why_not(self, name: str, row: int) -> list[str]:
        """What keeps a complaint out of a term `report.figure`."""
        report, _, figure = name.partition(".")
        return why_not(self.reports[report], figure, row, self.schemes)


def compared(
    name: str, filing: Filing, reports: Mapping[str, Figures], schemes: Mapping[str, Scheme] | None = None
) -> FilingFigures:
    """Work out the relations between the reports of a filing.

    Args:
        name: id of the filing.
        filing: the filing.
        reports: report id → figures, counted over one stack.
        schemes: scheme id → scheme.
    """
    terms = dict.fromkeys(term for relation in filing.cross_foots.values() for term in relation.figures())
    values: dict[str, Mapping[Member, Value]] = {}
    figures: dict[str, AnyFigure] = {}
    for term in terms:
        report, _, figure = term.partition(".")
        counted = reports[report]
        figures[term] = counted.report.figures[figure]
        values[term] = {member: replace(value, figure=term) for member, value in counted.values[figure].items()}
    rows = len(next(iter(reports.values())).stack.frame)
    return FilingFigures(name, filing, reports, schemes or {}, feet(filing.cross_foots, figures, values, rows))
