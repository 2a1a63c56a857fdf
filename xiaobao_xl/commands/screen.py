"""What the command line prints: results as plain Chinese lines, and progress for long work."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from xiaobao_xl.findings import LEVEL_TITLES

if TYPE_CHECKING:
    from xiaobao_xl.registers import Register
    from xiaobao_xl.rules import Rules
    from xiaobao_xl.tasks import (
        Checked,
        ClassifiedBook,
        Compared,
        Demonstrated,
        DueBook,
        FiledTogether,
        Reported,
    )

LINES_SHOWN = 60  # more than this is read in the workbook, not on a screen
_say = typer.echo


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is being done; shown only on a terminal and only past one second."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("读取台账", total=None)
    timer = _after(1.0, bar.start)
    try:
        yield lambda words: bar.update(task, description=words)
    finally:
        timer.cancel()
        bar.stop()


def _after(seconds: float, act: Callable[[], None]) -> Any:
    from threading import Timer

    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def receipt(registers: Sequence[Register]) -> None:
    """What was read and what was not."""
    for register in registers:
        origin, read = register.origin, register.receipt
        _say(
            f"{origin.file}［{origin.sheet}］读到 {read.rows_read} 行 = 采用 {read.rows_used} 行 + 跳过 {len(read.skipped)} 行。"
        )
        for reason, count in Counter(reason for _, reason in read.skipped).most_common():
            rows = [row for row, why in read.skipped if why == reason]
            _say(f"  跳过 {count} 行：{reason}（{_rows(rows)}）")
        for note in read.notes:
            _say(f"  {note}")
        if read.not_run:
            partly = sum("只检查了其余各列" in why for why in read.not_run.values())
            _say(
                f"  未执行 {len(read.not_run) - partly} 条检查，部分执行 {partly} 条，因为表中没有这些列：{_columns_missing(register)}"
            )
        if read.waived:
            _say(f"  豁免 {read.waived} 条。")


def _rows(rows: list[int]) -> str:
    shown = "、".join(str(row) for row in rows[:6])
    return f"第 {shown} 行" + (f"等 {len(rows)} 行" if len(rows) > 6 else "")


def _columns_missing(register: Register) -> str:
    titles = [
        register.schema.columns[name].title
        for name in register.receipt.missing_columns
        if name in register.schema.columns
    ]
    return "、".join(titles[:12]) + (f" 等 {len(titles)} 列" if len(titles) > 12 else "")


def checked(found: Checked, out: Path | None, *, quiet: bool) -> None:
    """Receipt, findings and the next step."""
    counts = Counter(finding.level for finding in found.findings)
    if not quiet:
        receipt(found.registers)
        _say("")
        for finding in found.findings[:LINES_SHOWN]:
            _say(finding.line())
        if len(found.findings) > LINES_SHOWN:
            _say(
                f"……另有 {len(found.findings) - LINES_SHOWN} 条，加 --out 校验.xlsx 可逐条点开，加 --json 结果.json 可取全部。"
            )
        _say("")
        titles = found.titles()
        for check, count in Counter(finding.check for finding in found.findings).most_common(10):
            _say(f"  {count:>5} 处  {titles[check]}（{check}）")
    rows = sum(len(register) for register in found.registers)
    levels = "、".join(f"{LEVEL_TITLES[level]} {counts.get(level, 0)}" for level in ("error", "warning"))
    skipped = sum(len(register.receipt.not_run) for register in found.registers)
    beside = f"（因缺列，{skipped} 条检查未执行或只执行了一部分）" if skipped else ""
    _say(f"共 {rows} 件：{levels}。" if found.findings else f"共 {rows} 件，没有发现问题{beside}。")
    if out:
        _say(f"标记副本：{out}（原文件未改动）")
    elif found.findings and not quiet:
        _say("下一步：加 --out 校验.xlsx 得到标色的副本。")


def one_classified(row: dict[str, Any], titles: Mapping[str, str]) -> None:
    """One text, explained."""
    for part, title in titles.items():
        label = "－".join(filter(None, (row[part], row[f"{part}_detail"])))
        settled = label if row[f"{part}_confident"] else f"待人工判断（最接近：{label}）"
        _say(f"{title}：{settled}，得分 {row[f'{part}_score']:.2f}")
        for hint, words in (("依据", row["evidence"][part]), ("反证", _against(row, part))):
            if words:
                _say(f"  {hint}：" + "、".join(f"{hit['word']}（{hit['weight']:+g}）" for hit in words))
        if row[f"{part}_second"]:
            _say(f"  其次：{row[f'{part}_second']}，得分 {row[f'{part}_second_score']:.2f}")
    if row["not_complaint"]:
        words = "、".join(hit["word"] for hit in row["evidence"]["not_complaint"])
        _say(f"疑似不是投诉，而是{row['not_complaint_kind']}（依据：{words}）；请核对事项性质。")


def _against(row: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [hit for hit in row["evidence"]["against"] if hit["of"] == part]


def classified(result: ClassifiedBook, out: Path | None, *, quiet: bool) -> None:
    """How many rows are settled, disagree, or wait for a person."""
    if not quiet:
        receipt(result.registers)
    counts = result.counts()
    _say(
        f"共 {counts['rows']} 件：有把握 {counts['confident']} 件，待人工判断 {counts['unsure']} 件，"
        f"疑似非投诉 {counts['not_complaint']} 件；与已填类别不一致 {counts['disagree']} 件。"
    )
    if blank := sum(len(register) for register in result.registers) - counts["rows"]:
        _say(f"另有 {blank} 行没有填投诉内容，未分类。")
    _say(f"建议写在副本右侧：{out}（已填类别未改动）" if out else "下一步：加 --out 分类.xlsx 把建议写在副本右侧。")


def one_due(row: dict[str, Any]) -> None:
    """One deadline, with the sentence an auditor can follow."""
    _say(row["explanation"])
    _say(f"届满日：{row['due_on'] or '无'}，{row['status']}")


def due(result: DueBook, out: Path | None, ics: Path | None, *, quiet: bool) -> None:
    """Counts by status, then what must be done first."""
    if not quiet:
        receipt(result.registers)
        _say("")
    if not result.timed:
        _say("台账里没有要计算时限的投诉：没有数据行，或没有起算日期，或事项性质不适用。")
    for title, counts in result.counts().items():
        _say(f"{title}：" + "、".join(f"{status} {count}" for status, count in counts.items()))
    urgent = result.urgent()
    if not quiet:
        for row in urgent[:LINES_SHOWN]:
            _say(f"{row['cell']} {row['key']} [{row['status']}] {row['explanation']}")
        if len(urgent) > LINES_SHOWN:
            _say(f"……另有 {len(urgent) - LINES_SHOWN} 件，见 --out 副本的时限看板。")
    if out:
        _say(f"时限副本与看板：{out}")
    if ics:
        _say(f"日历提醒：{ics}（只含投诉编号）")
    if not out and not ics:
        _say("下一步：加 --out 时限.xlsx 得到时限看板和日历提醒。")


def reported(result: Reported, written: list[Path], *, quiet: bool) -> None:
    """Headline figures, cross-foots, and where the files are."""
    if not quiet:
        receipt(result.registers)
        _say("")
        for title, value in result.headline():
            _say(f"  {title}：{value}")
    for finding in result.findings:
        _say(finding.line())
    for path in written:
        _say(f"已写出：{path}")


def filed(result: FiledTogether, written: list[Path], *, quiet: bool) -> None:
    """Each report in a line, the relations between reports that do not hold, what needs attention, and where the files are."""
    if not quiet:
        receipt(result.registers)
        _say("")
        for one in result.reports:
            shown = "，".join(f"{title} {value}" for title, value in one.headline()[:4])
            _say(f"  {one.figures.report.title}：{shown}")
    for footing in result.together.footings:
        if not footing.holds:
            _say(f"  表间［{footing.verdict}］{footing.title}")
    counts: Counter[str] = Counter(finding.level for finding in result.findings)
    for finding in result.findings if not quiet else ():
        if finding.level != "note":
            _say(finding.line())
    levels = "、".join(f"{LEVEL_TITLES[level]} {counts.get(level, 0)}" for level in LEVEL_TITLES)
    held = sum(footing.holds for footing in result.together.footings)
    across = f"表间勾稽 {len(result.together.footings)} 条，平 {held} 条"
    _say(f"{result.together.filing.title}：报表 {len(result.reports)} 张，{across}；{levels}（逐条见勾稽核对）。")
    _say(
        f"已写出 {len(written)} 个文件到 {written[-1].parent}：勾稽核对见 {written[-2].name}，清单见 {written[-1].name}"
    )


def differing(result: Compared, *, every: bool, quiet: bool) -> None:
    """What differs, sheet by sheet, then how much."""
    if not quiet:
        for line in result.lines(every=every):
            _say(line)
    counts = "、".join(f"{sheet or '工作簿'} {count:,} 处" for sheet, count in result.counts().items())
    _say(f"共 {result.count:,} 处不同：{counts}。" if counts else "两个工作簿没有不同。")


def rules(loaded: Rules, *, quiet: bool) -> None:
    """What the rules hold."""
    _say(f"规则 {loaded.version}，写法无误。法规 {len(loaded.law)} 部，时限 {len(loaded.deadlines)} 种，分类标准 {len(loaded.categories)} 套，"
         f"台账 {len(loaded.registers)} 种，检查 {sum(map(len, loaded.checks.values()))} 条，报表 {len(loaded.reports)} 张。")  # fmt: skip
    if quiet:
        return
    for name, instrument in loaded.law.items():
        _say(f"  法规 {name}：{instrument.title} {instrument.document_no}（{instrument.in_force_from} 起）")
    for name, deadline in loaded.deadlines.items():
        _say(f"  时限 {name}：{deadline.title}")
    for name, schema in loaded.registers.items():
        _say(f"  台账 {name}：{schema.title}，{len(schema.columns)} 列，{len(schema.checks)} 条检查")
    for name, each in loaded.reports.items():
        _say(f"  报表 {name}：{each.title}，{len(each.figures)} 个指标")
    for name, filing in loaded.filings.items():
        _say(f"  报送 {name}：{filing.title}，{len(filing.reports)} 张报表，表间勾稽 {len(filing.cross_foots)} 条")


def demonstrated(result: Demonstrated) -> None:
    """The walk through the sample register, told in order."""
    _say("")
    for line in result.story:
        _say(line)
