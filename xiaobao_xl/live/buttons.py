"""The buttons of the tab 消保, one function each, on a workbook that is open.

Each works on the register sheet in front, and ends with one sentence, which it puts into the status cell and gives
back. A refusal is a `WorkbookError`, raised before anything was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xiaobao_xl import tasks
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import LEVEL_TITLES
from xiaobao_xl.live import columns, marks, obstacles, results, status, undo
from xiaobao_xl.live.desk import Desk, desk_of, rules_of
from xiaobao_xl.live.ours import RESULTS, LiveBook
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks import suggesting, timing
from xiaobao_xl.workbook.grids import Book

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn

_REPORT: Final = "complaint_quarterly"
TITLES: Final = {
    "blank": "新建台账",
    "check": "校验",
    "classify": "分类",
    "due": "时限",
    "report": "报表",
    "next_finding": "定位",
    "clear_marks": "清除标记",
    "undo": "撤销上次",
}


def blank(book: LiveBook) -> str:
    """新建台账: an empty register in a new file beside the book, opened.

    Raises:
        WorkbookError: the book has no place of its own on this machine.
    """
    with desk_of(book, writes=False) as desk:
        obstacles.refuse_beside(desk.trouble)
        desk.step("画空台账")
        out = _free(desk.path.parent, "投诉台账", ".xlsx")
        tasks.blank(rules_of(book), "", out)
        text = status.say(book, f"已新建 {out.name}，放在 {out.parent}。")
    return _opened(book, out, text)


def check(book: LiveBook, *, as_of: date | None = None) -> str:
    """校验: faults coloured in the register and listed on the sheet 校验结果.

    Args:
        book: the open workbook.
        as_of: the day the question is asked; None is today.

    Raises:
        XiaobaoError: the register cannot be read or marked; nothing was changed.
    """
    day = as_of or _today()
    with desk_of(book) as desk:
        rules = rules_of(book)
        grids = desk.grids()
        found = tasks.check(rules, grids, desk.reading(_added(rules)), day, step=desk.step)
        register, counts = found.registers[0], Counter(finding.level for finding in found.findings)
        desk.step("写标记与结果")
        layer = marks.of_findings(register, grids.load(register.origin.sheet), found.findings)
        summary = results.summary_of(counts, len(register), register.origin.sheet, str(day))
        desk.change("校验", {"check": layer}, found=(summary, results.lines_of(register, found.findings)))
        levels = "，".join(f"{LEVEL_TITLES[level]} {counts[level]} 处" for level in results.LEVELS if counts[level])
        what = f"{levels}；已着色，逐条见“{RESULTS}”，点“定位”逐处跳转" if levels else "没有发现问题"
        return status.say(book, f"校验完 {len(register)} 行：{what}。{desk.remark()}")


def classify(book: LiveBook) -> str:
    """分类: suggested codes right of the register; recorded codes are not touched.

    Raises:
        XiaobaoError: the register cannot be read or added to; nothing was changed.
    """
    with desk_of(book) as desk:
        rules = rules_of(book)
        grids = desk.grids()
        found = tasks.classify(rules, grids, desk.reading(_added(rules)), step=desk.step)
        desk.step("写建议")
        _add(desk, "classify", grids, found, suggesting.beside(found), suggesting.titles_beside(rules))
        counts = found.counts()
        return status.say(
            book,
            f"分类完 {counts['rows']} 行：有把握 {counts['confident']} 行，待人工判断 {counts['unsure']} 行，"
            f"与已填不同 {counts['disagree']} 行，疑似非投诉 {counts['not_complaint']} 行；建议写在台账右侧。{desk.remark()}",
        )


def due(book: LiveBook, *, as_of: date | None = None) -> str:
    """时限: due dates right of the register.

    Args:
        book: the open workbook.
        as_of: the day the question is asked; None is today.

    Raises:
        XiaobaoError: the register cannot be read or added to; nothing was changed.
    """
    with desk_of(book) as desk:
        rules = rules_of(book)
        grids = desk.grids()
        found = tasks.due(rules, grids, desk.reading(_added(rules)), as_of or _today(), step=desk.step)
        desk.step("写届满日")
        _add(desk, "due", grids, found, timing.beside(found), timing.titles_beside(rules))
        urgent = found.urgent()
        late = sum(row["days_left"] < 0 for row in urgent)
        first = f"；最急的是 {urgent[0]['key']}（{urgent[0]['cell']}）" if urgent else ""
        return status.say(
            book,
            f"算完 {sum(map(len, found.registers))} 行：已超期 {late} 项，{timing.URGENT_DAYS} 天内到期 {len(urgent) - late} 项"
            f"{first}；届满日写在台账右侧。{desk.remark()}",
        )


def report(book: LiveBook, *, period: str = "", as_of: date | None = None) -> str:
    """报表: the report and its working paper in a new folder beside the book, the report opened.

    Args:
        book: the open workbook.
        period: `2026Q3`; '' takes what stands beside the status cell, or the last complete quarter.
        as_of: the day the question is asked; None is today.

    Raises:
        XiaobaoError: the register cannot be read, or the book has no place of its own on this machine.
    """
    day = as_of or _today()
    with desk_of(book, writes=False) as desk:
        obstacles.refuse_beside(desk.trouble)
        rules, typed = rules_of(book), status.settings(book)
        wanted = tasks.Wanted(
            report=typed["报表"] or _REPORT,
            period=period or typed["期间"] or _last_quarter(day),
            rules_file=Path(typed["规则文件"]) if typed["规则文件"] else None,
            texts={"institution": typed["机构名称"]} if typed["机构名称"] else {},
        )
        found = tasks.report(rules, [desk.grids()], desk.reading(_added(rules)), wanted, day, step=desk.step)
        folder = _free(desk.path.parent, f"报表_{found.figures.period.title}", "")
        out, *_ = tasks.write_report(found, folder, step=desk.step)
        wrong = sum(finding.level == "error" for finding in found.findings)
        doubts = f"有 {wrong} 处勾稽或取数问题，见底稿“说明”页；" if wrong else ""
        text = status.say(book, f"已填好{out.stem}，{doubts}报表与底稿放在 {folder}。")
    return _opened(book, out, text)


def next_finding(book: LiveBook) -> str:
    """定位: select the next cell with a finding after the one in front, and say what is wrong with it.

    Raises:
        WorkbookError: the register was not checked yet, or its sheet is gone.
    """
    lines = undo.now(book).lines
    if lines is None:
        raise WorkbookError("还没有校验结果；请先点“校验”。")
    sheet, selected = book.sheets.active, book.selection
    here = (str(sheet.name), int(selected.row), int(selected.column)) if selected is not None else None
    found = results.following(lines, here)
    if not found:
        return status.say(book, "没有发现问题。" if not lines else f"问题都与整表有关，见“{RESULTS}”。")
    name, cell, key = found[0][0], found[0][1], found[0][9]
    if name not in [sheet.name for sheet in book.sheets]:
        raise WorkbookError(f"校验过的工作表“{name}”已改名或删除；请再点一次“校验”。")
    target = book.sheets[name]
    moved = (
        "这一行已不是当时那件投诉，行可能移动过，请再点一次“校验”。"
        if results.is_moved(target.range(key), found[0])
        else ""
    )
    text = status.say(book, moved + results.sentence(found, lines))
    target.activate()
    target.range(cell).select()
    return text


def clear_marks(book: LiveBook) -> str:
    """清除标记: colours and the list of findings go; columns of 分类 and 时限 stay."""
    with desk_of(book) as desk:
        if desk.before.lines is None and "check" not in desk.before.layers:
            return status.say(book, "没有校验标记可以清除。")
        desk.change("清除标记", {"check": None}, found=("", None))
        return status.say(book, "校验的着色和结果页已清除，台账自己的格式没有动；点“撤销上次”可以恢复。")


def undo_last(book: LiveBook) -> str:
    """撤销上次: everything the last button changed is as it was.

    Raises:
        WorkbookError: the columns it added were moved since.
    """
    with desk_of(book) as desk:
        change = undo.last_change(book)
        if change is None:
            return status.say(book, "没有可以撤销的操作。")
        with status.uncalculated(book):
            undo.back(book, desk.door, change, desk.before)
            undo.keep(book, None, change.before)
        return status.say(book, f"已撤销“{change.verb}”，恢复到点它之前的样子。")


def _opened(book: LiveBook, path: Path, text: str) -> str:
    """Open a new file beside the book; Excel opens no two of one name, and says so in ways nobody understands."""
    if any(str(other.name).casefold() == path.name.casefold() for other in book.app.books):
        return status.say(book, f"{text}同名的文件正开着，没有再打开。")
    book.app.books.open(str(path))
    return text


def _add(
    desk: Desk,
    verb: str,
    grids: Book,
    found: tasks.ClassifiedBook | tasks.DueBook,
    beside: Mapping[str, Sequence[ExtraColumn]],
    known: Collection[str],
) -> None:
    """Write the columns of 分类 or 时限 beside the register they belong to."""
    register = found.registers[0]
    grid = grids.load(register.origin.sheet)
    planned = columns.plan(desk.sheet, desk.door, grid, register, beside.get(grid.name, ()), known)
    desk.change(TITLES[verb], {verb: marks.of_columns(register, grid, planned.columns)}, planned=planned)


def _added(rules: Rules) -> list[str]:
    """Headings of columns that are ours."""
    return [*suggesting.titles_beside(rules), *timing.titles_beside(rules)]


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """A name nobody has taken: the stem, or with a number."""
    number, path = 1, folder / f"{stem}{suffix}"
    while path.exists():
        number, path = number + 1, folder / f"{stem}_{number + 1}{suffix}"
    return path


def _last_quarter(day: date) -> str:
    """The last quarter that is over.

    >>> _last_quarter(date(2026, 1, 5)), _last_quarter(date(2026, 11, 23))
    ('2025Q4', '2026Q3')
    """
    quarter = (day.month - 1) // 3
    return f"{day.year}Q{quarter}" if quarter else f"{day.year - 1}Q4"


def _today() -> date:
    """The day the question is asked; the clock is read here and nowhere else."""
    return date.today()  # noqa: DTZ011  (the officer's own calendar day)
