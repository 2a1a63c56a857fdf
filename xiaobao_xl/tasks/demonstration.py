"""demo 演示: the bundled sample register, walked through check, classify, due and report."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiaobao_xl import resources
from xiaobao_xl.findings import LEVEL_TITLES
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.checking import Checked, check, write_marked
from xiaobao_xl.tasks.intake import Reading, Step, silent
from xiaobao_xl.tasks.reporting import Reported, Wanted, report, write_report
from xiaobao_xl.tasks.suggesting import ClassifiedBook, classify, write_classified
from xiaobao_xl.tasks.timing import DueBook, due, write_due

SAMPLE = "投诉台账_样例.xlsx"
AS_OF, PERIOD = date(2026, 9, 30), "2026Q3"  # the sample register was kept up to this day
REPORT = "complaint_quarterly"


@dataclass(frozen=True, kw_only=True)
class Demonstrated:
    """The walk through the sample register.

    Attributes:
        folder: where the outputs are.
        story: what was done and found, line by line.
    """

    folder: Path
    story: Sequence[str]


def demo(rules: Rules, folder: Path, *, step: Step = silent) -> Demonstrated:
    """Check, classify, due and report on the sample; the outputs go to a folder that did not exist before."""
    folder = _new(folder)
    register = folder / SAMPLE
    shutil.copyfile(resources.sample_path(SAMPLE), register)
    found = check(rules, register, Reading(), AS_OF, step=step)
    write_marked(found, folder / "1_校验.xlsx", step=step)
    suggested = classify(rules, register, Reading(), step=step)
    write_classified(suggested, folder / "2_分类.xlsx", step=step)
    timed = due(rules, register, Reading(), AS_OF, step=step)
    write_due(timed, folder / "3_时限.xlsx", None, step=step)
    wanted = Wanted(report=REPORT, period=PERIOD, texts={"institution": "样例银行"})
    counted = report(rules, [register], Reading(), wanted, AS_OF, step=step)
    written = write_report(counted, folder, step=step)
    story = [*_checked(found), *_suggested(suggested), *_timed(timed), *_counted(counted, written)]
    story += [f"全部结果在：{folder.resolve()}", "换成自己的台账：xiaobao check 台账.xlsx --out 台账_校验.xlsx"]
    return Demonstrated(folder=folder, story=story)


def _new(folder: Path) -> Path:
    """The folder, or one with a number behind it: nothing is overwritten."""
    chosen, number = folder, 2
    while chosen.exists():
        chosen, number = folder.with_name(f"{folder.name}_{number}"), number + 1
    chosen.mkdir(parents=True)
    return chosen


def _checked(found: Checked) -> Iterator[str]:
    receipt = found.registers[0].receipt
    levels = Counter(finding.level for finding in found.findings)
    yield f"一、校验：{SAMPLE} 读到 {receipt.rows_read} 行，采用 {receipt.rows_used} 行，跳过 {len(receipt.skipped)} 行（合计、附注等，逐行有理由）。"
    yield f"　发现{'、'.join(f'{LEVEL_TITLES[level]} {levels[level]} 处' for level in ('error', 'warning'))}，最多的几类："
    words = found.titles()
    for name, count in Counter(finding.check for finding in found.findings).most_common(5):
        yield f"　　{count} 处　{words[name]}"
    yield "　标色副本：1_校验.xlsx（首页“校验结果”可逐条点开，原台账未改动）"


def _suggested(result: ClassifiedBook) -> Iterator[str]:
    counts = result.counts()
    yield (
        f"二、分类：{counts['rows']} 件中 {counts['confident']} 件有把握，{counts['unsure']} 件待人工判断，"
        f"{counts['disagree']} 件与已填类别不一致，{counts['not_complaint']} 件疑似不是投诉。"
    )
    yield "　建议与依据的词写在副本右侧：2_分类.xlsx"


def _timed(result: DueBook) -> Iterator[str]:
    yield f"三、时限（以 {result.as_of} 为今天）："
    for title, counts in result.counts().items():
        yield f"　　{title}：" + "、".join(f"{status} {count} 件" for status, count in counts.items())
    yield "　看板与日历提醒：3_时限.xlsx、3_时限.ics"


def _counted(result: Reported, written: Sequence[Path]) -> Iterator[str]:
    figures = dict(result.headline()[:8])
    yield f"四、报表：{result.figures.report.title}（{result.figures.period.title}）"
    yield "　　" + "，".join(f"{title} {value}" for title, value in figures.items())
    holds = sum(foot.holds for foot in result.figures.footings)
    yield f"　　勾稽关系 {len(result.figures.footings)} 条，相符 {holds} 条；每个数背后的投诉编号见底稿。"
    yield f"　报表与底稿：{'、'.join(path.name for path in written)}"
