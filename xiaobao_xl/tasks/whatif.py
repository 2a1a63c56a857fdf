"""whatif 试算: which findings, due dates and figures would change under other rules. Nothing is written into the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from xiaobao_xl import what_if as comparing
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.checking import TITLES, Checked, check
from xiaobao_xl.tasks.intake import Reading, Step, opened, receipt_json, require_xlsx, silent
from xiaobao_xl.tasks.reporting import Wanted, report
from xiaobao_xl.tasks.timing import DueBook, due
from xiaobao_xl.what_if import CHANGE_TITLES, KIND_TITLES, FigureChange, FindingChange, Spans

_SECTIONS: Final = {
    "law": "法规", "workdays": "工作日", "categories": "分类标准", "deadlines": "时限", "registers": "台账", "reports": "报表",
}  # fmt: skip
LINES_SHOWN: Final = 20  # of each kind of change; more is read in the workbook


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """What would change.

    Attributes:
        old: the rules in use.
        new: the rules tried.
        entries: entries of the rules that differ: section, id, 新增, 删去 or 改动.
        registers: registers read under the new rules.
        findings: findings gained, lost or changed.
        titles: check id → short Chinese name.
        dues: all rows under both rules, see `what_if.dues_changed`, with `deadline` and `title`.
        spans: how many rows each version governs, for deadlines that differ.
        report: title and period of the report compared; '' for none.
        figures: figures of it that differ.
        as_of: the day the question was asked.
    """

    old: Rules
    new: Rules
    entries: Sequence[tuple[str, str, str]]
    registers: Sequence[Register]
    findings: Sequence[FindingChange]
    titles: Mapping[str, str]
    dues: pd.DataFrame
    spans: Sequence[Spans]
    report: str
    figures: Sequence[FigureChange]
    as_of: date

    @property
    def is_same(self) -> bool:
        """Nothing would change."""
        return not (self.findings or self.figures or self.dues["changed"].any())

    def changed_dues(self) -> list[dict[str, Any]]:
        """One entry for each complaint and deadline that changes, with Chinese statuses."""
        rows = self.dues[self.dues["changed"].astype(bool)].to_dict("records")
        return [self._due(dict(row)) for row in rows]

    def _due(self, row: dict[Any, Any]) -> dict[str, Any]:
        found = {name: row[name] for name in ("deadline", "title", "file", "sheet", "key")} | {"row": int(row["row"])}
        for name in ("starts_on", "version", "due_before", "due_after"):
            found[name] = None if pd.isna(row[name]) else pd.Timestamp(row[name]).date().isoformat()
        for side, rules in (("before", self.old), ("after", self.new)):
            status, deadline = row[f"status_{side}"], rules.deadlines.get(row["deadline"])
            found[f"status_{side}"] = "不适用" if pd.isna(status) or deadline is None else deadline.status_title(status)
        return found

    def lines(self, *, quiet: bool = False) -> Iterator[str]:
        """What a person reads: the summary, then each change, then the verdict."""
        if not quiet:
            yield from self.summary()
            yield from _some("时限变化", [_due_line(row) for row in self.changed_dues()])
            yield from _some("校验变化", [_finding_line(each) for each in self.findings])
            yield from _some("报表变化", [_figure_line(each) for each in self.figures])
        yield self.verdict()

    def verdict(self) -> str:
        """How much changes, in one sentence."""
        told = [f"校验结果变化 {len(self.findings)} 处", f"时限变化 {int(self.dues['changed'].sum())} 件"]
        told += [f"报表数变化 {len(self.figures)} 个"] if self.report else []
        return "换用这套规则，没有任何变化。" if self.is_same else f"{'，'.join(told)}。"

    def summary(self) -> Iterator[str]:
        """What differs in the rules, which cases each version governs, and how many changes each check has."""
        yield f"以 {self.as_of} 为今天，现行规则 {self.old.version}，试用规则 {self.new.version}。"
        yield from (f"规则{what}：{_SECTIONS[section]} {name}" for section, name, what in self.entries[:LINES_SHOWN])
        if len(self.entries) > LINES_SHOWN:
            yield f"规则另有 {len(self.entries) - LINES_SHOWN} 项不同。"
        yield from self._span_lines()
        for name, number in comparing.counts(self.findings).items():
            told = "、".join(f"{CHANGE_TITLES[change]} {count}" for change, count in number.items() if count)
            yield f"校验 {self.titles.get(name, name)}（{name}）：{told}"
        if self.report:
            yield f"{self.report}：{len(self.figures)} 个数有变化"

    def _span_lines(self) -> Iterator[str]:
        for each in self.spans:
            version = f"{each.version} 起的版本（{KIND_TITLES[each.kind]}）" if each.version else KIND_TITLES[each.kind]
            stays = "，旧件仍按原规定" if each.kind == "same" and not each.changed else ""
            yield f"时限 {each.title}，{version}：{each.rows} 件，其中变化 {each.changed} 件{stays}"
            if each.kind == "rewritten" and each.changed:
                yield (
                    f"  注意：新规则改写了 {each.version} 起的版本，以前收到的也跟着变。"
                    "旧件应当仍按旧规定的，请在 versions 中另加一个生效日期，原来的版本不动。"
                )

    def as_json(self) -> dict[str, Any]:
        """Everything that changes."""
        return {
            "receipt": receipt_json(self.registers),
            "as_of": self.as_of.isoformat(),
            "old": {"version": str(self.old.version), "sha256": self.old.sha256},
            "new": {"version": str(self.new.version), "sha256": self.new.sha256},
            "entries": [{"section": section, "id": name, "change": what} for section, name, what in self.entries],
            "checks": comparing.counts(self.findings),
            "findings": [
                {"change": each.change, "finding": asdict(each.finding), "before": asdict(each.before) if each.before else None}
                for each in self.findings
            ],
            "versions": [asdict(each) | {"version": each.version.isoformat() if each.version else None} for each in self.spans],
            "deadlines": self.changed_dues(),
            "report": self.report,
            "figures": [asdict(each) for each in self.figures],
        }  # fmt: skip


def what_if(
    old: Rules, new: Rules, books: Sequence[Path], reading: Reading, as_of: date, *, wanted: Wanted | None = None, step: Step = silent
) -> Supposed:  # fmt: skip
    """Run workbooks under two sets of rules and compare.

    Args:
        old: the rules in use.
        new: the rules to be tried.
        books: the registers; for the report the period's first, earlier ones after it.
        reading: which register, sheets and headings.
        as_of: the day the question is asked, the same for both.
        wanted: a report whose figures are compared too; both rules must have it.
        step: told what is being done.
    """
    checked: list[tuple[Checked, Checked]] = []
    timed: list[tuple[DueBook, DueBook]] = []
    for path in books:
        book = opened(path, reading.password)
        step(f"两套规则各校验一遍 {path.name}")
        checked.append((check(old, book, reading, as_of, step=step), check(new, book, reading, as_of, step=step)))
        timed.append((due(old, book, reading, as_of, step=step), due(new, book, reading, as_of, step=step)))
    found = [each for before, after in checked for each in comparing.findings_changed(before.findings, after.findings)]
    dues, spans = _dues(old, new, timed)
    title, figures = _figures(old, new, books, reading, wanted, as_of, step) if wanted else ("", [])
    return Supposed(
        old=old,
        new=new,
        entries=entries_changed(old, new),
        registers=[register for _, after in checked for register in after.registers],
        findings=found,
        titles={name: title for pair in checked for each in pair for name, title in each.titles().items()} | TITLES,
        dues=dues,
        spans=spans,
        report=title,
        figures=figures,
        as_of=as_of,
    )


def entries_changed(old: Rules, new: Rules) -> list[tuple[str, str, str]]:
    """Entries of the rules that differ: section, id and 新增, 删去 or 改动."""
    before, after = _entries(old), _entries(new)
    return [
        (*place, "新增" if place not in before else "删去" if place not in after else "改动")
        for place in dict.fromkeys([*before, *after])
        if before.get(place) != after.get(place)
    ]


def write_what_if(result: Supposed, out: Path, *, overwrite: bool = False, step: Step = silent) -> None:
    """The workbook: 概要, 校验变化, 时限变化, 报表变化."""
    from xiaobao_xl.workbook import what_if_book

    require_xlsx(out)
    step("写试算结果")
    what_if_book.write(
        out, [result.verdict(), *result.summary()], result.findings, result.changed_dues(), result.figures, result.titles,
        report=result.report, overwrite=overwrite,
    )  # fmt: skip


def _entries(rules: Rules) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for section in ("law", "workdays", "categories"):
        found |= {(section, str(name)): repr(entry) for name, entry in getattr(rules, section).items()}
    for name, deadline in rules.deadlines.items():
        found[("deadlines", name)] = repr(deadline)
    for name, register in rules.registers.items():
        for part in ("columns", "checks"):
            found |= {
                ("registers", f"{name}.{part}.{key}"): repr(entry) for key, entry in getattr(register, part).items()
            }
    for name, rule in rules.reports.items():
        found |= {("reports", f"{name}.figures.{key}"): repr(figure) for key, figure in rule.figures.items()}
        found[("reports", f"{name}.where")] = repr(rule.where)
    return found


def _dues(old: Rules, new: Rules, timed: Sequence[tuple[DueBook, DueBook]]) -> tuple[pd.DataFrame, list[Spans]]:
    names = dict.fromkeys(part.id for pair in timed for side in pair for part in side.timed)
    tables, spans = [], []
    for name in names:
        rows = comparing.dues_changed(*(_table(name, [pair[side] for pair in timed]) for side in (0, 1)))
        deadline = new.deadlines.get(name) or old.deadlines[name]
        tables.append(rows.assign(deadline=name, title=deadline.title))
        if name in new.deadlines and repr(old.deadlines.get(name)) != repr(new.deadlines[name]):
            spans += comparing.spans(name, old.deadlines.get(name), new.deadlines[name], rows)
    nothing = comparing.dues_changed(_table("", []), _table("", [])).assign(deadline="", title="")
    return pd.concat([nothing, *tables], ignore_index=True) if tables else nothing, spans


def _table(name: str, books: Sequence[DueBook]) -> pd.DataFrame:
    parts = [part for book in books for part in book.timed if part.id == name]
    tables = [comparing.dues_of(part.register, part.due, part.positions) for part in parts]
    if tables:
        return pd.concat(tables, ignore_index=True)
    moments = np.array([], dtype="M8[s]")
    columns = {"file": [], "sheet": [], "row": np.array([], dtype=np.int64), "key": [], "status": []}
    return pd.DataFrame(
        {**columns, **dict.fromkeys(("starts_on", "version", "due_on"), moments)}
    ).astype({"file": "str", "sheet": "str", "key": "str", "status": "str"})  # fmt: skip


def _figures(
    old: Rules, new: Rules, books: Sequence[Path], reading: Reading, wanted: Wanted, as_of: date, step: Step
) -> tuple[str, list[FigureChange]]:  # fmt: skip
    for rules, which in ((old, "现行规则"), (new, "试用规则")):
        if wanted.report not in rules.reports:
            raise WorkbookError(f"{which}里没有编号为 {wanted.report} 的报表；两套规则都有的才能比较。")
    sides = [report(rules, books, reading, wanted, as_of, step=step).figures for rules in (old, new)]
    title = f"{sides[1].report.title}（{sides[1].period.title}）"
    return title, comparing.figures_changed(*sides)


def _some(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}（{len(lines)}）"
    yield from (f"  {line}" for line in lines[:LINES_SHOWN])
    if len(lines) > LINES_SHOWN:
        yield f"  ……另有 {len(lines) - LINES_SHOWN} 条，加 --out 试算.xlsx 逐条看。"


def _due_line(row: Mapping[str, Any]) -> str:
    days = "→".join(str(row[f"due_{side}"] or "无") for side in ("before", "after"))
    statuses = [row["status_before"], row["status_after"]]
    told = statuses[0] if statuses[0] == statuses[1] else "→".join(statuses)
    name = row["key"] or f"第 {row['row']} 行"
    return f"{name} {row['title']}：届满日 {days}，{told}（起算 {row['starts_on'] or '无'}）"


def _finding_line(each: FindingChange) -> str:
    return f"{CHANGE_TITLES[each.change]} {each.finding.line()}"


def _figure_line(each: FigureChange) -> str:
    keys = [f"计入 {'、'.join(each.joined[:5])}{'等' if len(each.joined) > 5 else ''}"] if each.joined else []
    keys += [f"不再计入 {'、'.join(each.left[:5])}{'等' if len(each.left) > 5 else ''}"] if each.left else []
    return f"{each.title}：{shown(each.before, each.unit)}→{shown(each.after, each.unit)}" + (
        f"（{'；'.join(keys)}）" if keys else ""
    )


def shown(value: float | str | None, unit: str) -> str:
    """A figure in print.

    >>> shown(0.1234, "%"), shown(12.0, "件"), shown(None, "件")
    ('12.34%', '12', '—')
    """
    if value is None or isinstance(value, str):
        return value or "—"
    return f"{100 * value:.2f}%" if unit == "%" else f"{value:,.2f}".removesuffix(".00")
