"""Filings: reports delivered together, and the relations that must hold between them.

    quarter_end:
      title: 季度报送
      reports: [complaint_quarterly, channel_by_branch]
      cross_foots:
        received_agree: {left: [complaint_quarterly.received], right: [channel_by_branch.received], title: …}

A term names a report and one of its figures, `channel_by_branch.by_channel[counter]` a single member. All reports of a
filing are counted over the same rows, so that a break between two of them names the complaints behind it;
`filing_figures.py` compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from xiaobao_xl.entries import entry
from xiaobao_xl.reports import CrossFoot, Report


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
