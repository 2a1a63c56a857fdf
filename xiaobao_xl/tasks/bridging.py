"""bridge 衔接: last period's open complaints carried over into this period's, every step with its complaints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures import counting
from xiaobao_xl.figures.kinds import Stock
from xiaobao_xl.figures.stacking import stack
from xiaobao_xl.figures.values import Figures
from xiaobao_xl.filings.bridges import Bridge, Filed, flow_relation, trimmed
from xiaobao_xl.filings.bridges import bridge as bridged
from xiaobao_xl.filings.pairing import Pairs
from xiaobao_xl.periods import Period, parse_period
from xiaobao_xl.registers import Origin, Receipt, Register
from xiaobao_xl.reports import Report
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Step, require, require_xlsx, silent
from xiaobao_xl.tasks.recording import read_record
from xiaobao_xl.tasks.taking import take_in

_PAPER = "底稿"
_LISTED = 5


@dataclass(kw_only=True)
class Bridged:
    """A period, bridged.

    Attributes:
        old: name of the old register, record or 底稿.
        new: name of the new register.
        found: the bridge.
    """

    old: str
    new: str
    found: Bridge

    def lines(self) -> Iterator[str]:
        """The steps, and the complaints of those that need explaining."""
        yield f"{self.found.title}  {self.found.period.title}　{self.old} → {self.new}"
        for step in self.found.steps:
            yield f"  {'＝' if step.sign == '=' else '＋' if step.sign == '+' else '－'} {step.title}　{step.count}"
            for line in step.lines[:_LISTED] if step.needs_a_look else ():
                yield f"      {line.old_place or line.new_place}：{line.why}（{line.old_state or line.new_state}）"
            if step.needs_a_look and step.count > _LISTED:
                yield f"      ……另有 {step.count - _LISTED} 件，见衔接表"
        yield from (f"  {limit}" for limit in self.found.limits)
        yield self.conclusion()

    def conclusion(self) -> str:
        """One sentence."""
        told = (
            f"上期在办续转 {self.found.carried} 件",
            f"上期已报投诉改类 {len(self.found.reclassified)} 处",
            f"补登以前各期投诉 {len(self.found.backdated)} 件",
            "有投诉需要说明" if self.found.needs_a_look else "没有漏转",
        )
        return "；".join(told) + "。"

    def as_json(self) -> dict[str, Any]:
        """Every step with its complaints."""
        period = {"title": self.found.period.title, "dates": self.found.period.dates}
        return {"old": self.old, "new": self.new, **asdict(self.found), "period": period}


def bridge(
    rules: Rules, new: Path, last: Path, reading: Reading, period: str, as_of: date, *,
    report: str = "complaint_quarterly", step: Step = silent,
) -> Bridged:  # fmt: skip
    """Bridge a period to the one before.

    Args:
        rules: the rules.
        new: the register of the period.
        last: the register as it was filed last, or that filing's record or 底稿.
        reading: how registers are read.
        period: the period, as typed.
        as_of: the day the question is asked.
        report: id of a report with a relation from its stock at the start to that at the end.
        step: told what is being done.

    Raises:
        WorkbookError: a file cannot be read.
        XiaobaoError: the report has no such relation.
    """
    require(report, rules.reports, "报表")
    rule, wanted = rules.reports[report], parse_period(period)
    small = trimmed(rule)
    taken = take_in(rules, [new], reading, register=rule.register, step=step)
    step(f"统计 {rule.title}（{wanted.title}）")
    now = counting.count(report, small, taken.current, wanted, rules.context(as_of), prepared=taken.prepared)
    paper = _paper_of(last, rule, wanted)
    if paper is None:
        old = take_in(rules, [last], reading, register=rule.register, step=step)
        then = counting.count(report, small, old.current, wanted.previous, rules.context(as_of), prepared=old.prepared)
        filed, limits = _filed(small, then), _covered(then, wanted.previous, last.name)
    else:
        filed = _from_paper(rules, rule, paper)
        limits = ["上期状态取自底稿：只知道上期期末在办的投诉及其日期，不能列出改类，也不能分辨哪些是补登。"]
    step("逐件衔接")
    pairs = Pairs(filed.stack, now.stack, rules.categories)
    found = bridged(rule, filed, now, pairs, rules.deadlines, limits)
    return Bridged(old=last.name, new=new.name, found=found)


def write_bridge(result: Bridged, out: Path, *, overwrite: bool = False) -> Path:
    """Write the 衔接表."""
    from xiaobao_xl.workbook.bridge_book import write_bridge_book

    require_xlsx(out)
    return write_bridge_book(out, result.found, f"{result.old} → {result.new}", overwrite=overwrite)


def _end(rule: Report) -> str:
    """The stock at the end of the period."""
    return next(term for term in flow_relation(rule).right if isinstance(rule.figures[term], Stock))


def _filed(rule: Report, then: Figures) -> Filed:
    every = [value.positions for value in then]
    return Filed(then.stack, then.values[_end(rule)][()].positions, np.unique(np.concatenate(every)))


def _covered(then: Figures, period: Period, name: str) -> list[str]:
    """Says so where the old register holds nothing of the period before: it may be another file than the one filed."""
    figure = next(f for f in then.report.figures.values() if isinstance(f, Stock))
    begun = (
        then.stack.frame[figure.stock[0]] if figure.stock[0] in then.stack.frame else pd.Series(dtype="datetime64[s]")
    )
    after = pd.Timestamp(period.end + timedelta(days=1))
    limits = []
    if not ((begun >= pd.Timestamp(period.start)) & (begun < after)).any():
        limits.append(f"{name} 中没有{period.title}收到的投诉；请核对是否给错了上期台账。")
    if late := int((begun >= after).sum()):
        limits.append(
            f"{name} 中有 {late} 件投诉在{period.title}以后收到，说明它不是上期报送时的台账；请用报送时留存的那一份。"
        )
    return limits


def _paper_of(last: Path, rule: Report, period: Period) -> Path | None:
    """The 底稿 to take the old state from; None where `last` is a register."""
    if last.suffix.casefold() != ".json":
        return last if last.stem.endswith(_PAPER) else None
    record = read_record(last)
    if record.title != rule.title or record.period != period.previous.title:
        raise WorkbookError(
            f"{last.name} 是{record.title}（{record.period}）的报送记录；需要{rule.title}（{period.previous.title}）的。"
        )
    paths = [last.parent / mark.path for mark in record.of("working_paper")]
    if not paths or not paths[0].is_file():
        raise WorkbookError(
            f"{last.name}：旁边没有底稿，不知道上期在办的是哪些投诉；请把底稿放回原处，或用 --last 给出上期台账。"
        )
    return paths[0]


def _from_paper(rules: Rules, rule: Report, paper: Path) -> Filed:
    """The open complaints of a 底稿 as a small register: numbers and dates, nothing else."""
    from xiaobao_xl.workbook.paper_rows import paper_rows

    title = rule.figures[_end(rule)].title
    lines = [line for line in paper_rows(paper) if (line.figure, line.member) == (title, "")]
    schema = rules.registers[rule.register]
    names = {column.title: name for name, column in schema.columns.items()}
    frame = pd.DataFrame({schema.key: pd.Series([line.key for line in lines], dtype="str")})
    for heading in lines[0].dates if lines else ():
        if heading in names:
            cells = pd.to_datetime(pd.Series([line.dates[heading] for line in lines]))
            frame[names[heading]] = cells.astype("datetime64[s]")
    rows = np.array([line.row for line in lines], dtype=np.int64)
    origin = Origin(lines[0].file if lines else paper.name, lines[0].sheet if lines else "", (1, 1), {}, {}, rows)
    receipt = Receipt(rows_read=len(lines), rows_used=len(lines))
    register = Register(rule.register, schema, frame, origin, receipt=receipt)
    every = np.arange(len(lines))
    return Filed(stack([register]), every, every[:0])
