"""Filings: reports delivered together, and the relations that must hold between them.

    quarter_end:
      title: 季度报送
      reports: [complaint_quarterly, channel_by_branch]
      cross_foots:
        received_agree: {left: [complaint_quarterly.received], right: [channel_by_branch.received], title: …}

A term names a report and one of its figures, `channel_by_branch.by_channel[counter]` a single member. All reports of a
filing are counted over the same rows, so that a break between two of them names the complaints behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xiaobao_xl.categories import Scheme
from xiaobao_xl.cross_footing import feet, findings_of
from xiaobao_xl.entries import entry
from xiaobao_xl.exclusions import why_not
from xiaobao_xl.figure_kinds import AnyFigure
from xiaobao_xl.figures import Figures, Footing, Member, Value
from xiaobao_xl.findings import Finding
from xiaobao_xl.reports import CrossFoot, Report
from xiaobao_xl.stacking import Stack


@entry
class Filing:
    """Reports delivered together.

    Attributes:
        title: name of the filing (Chinese).
        reports: ids of its reports, in order.
        cross_foots: id → relation that must hold between them; terms are `report.figure` or `report.figure[member]`.
        note: what the filing is for.
    """

    title: str
    reports: tuple[str, ...]
    cross_foots: Mapping[str, CrossFoot] = field(default_factory=dict)
    note: str = ""

    def problems(self, reports: Mapping[str, Report]) -> Iterator[tuple[str, str]]:
        """Terms that lead nowhere and reports that cannot be compared: path below the filing, and what is wrong."""
        if len({reports[name].register for name in self.reports if name in reports}) > 1:
            yield "reports", "各报表所用的台账不同，不能放在一次报送里"
        for name, relation in self.cross_foots.items():
            for term in relation.figures():
                report, _, figure = term.partition(".")
                if report not in self.reports:
                    yield f"cross_foots.{name}", f"{term} 应写成“报表.指标”，报表为 {'、'.join(self.reports)} 之一"
                elif report in reports and figure not in reports[report].figures:
                    yield f"cross_foots.{name}", f"报表 {report} 没有指标 {figure}"


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
