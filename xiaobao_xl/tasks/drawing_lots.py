"""sample 抽样: outlets or rows drawn by chance from a list, so that an auditor can draw the same again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xiaobao_xl import sampling
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.rules import Rules
from xiaobao_xl.sampling import Drawn, Unit
from xiaobao_xl.tasks.intake import Step, require_xlsx, silent
from xiaobao_xl.workbook.heading_search import Listed, listed

_SHOWN: Final = 40


@dataclass(frozen=True, kw_only=True)
class Lots:
    """What is drawn, and how.

    Attributes:
        by: heading of the column drawn by.
        count: how many.
        seed: any text.
        within: heading of the column of strata; '' for none.
        at_least: least number of each stratum.
        sheet: the sheet; '' takes the first that has the headings.
    """

    by: str
    count: int
    seed: str
    within: str = ""
    at_least: int = 0
    sheet: str = ""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """A sample.

    Attributes:
        lots: what was asked.
        source: the list as read.
        units: unit → rows of the sheet it stands in.
        drawn: the sample, in order of the draw.
        list_hash: SHA-256 of the list.
    """

    lots: Lots
    source: Listed
    units: Mapping[Unit, Sequence[int]]
    drawn: Sequence[Drawn]
    list_hash: str

    def as_json(self) -> dict[str, Any]:
        """Everything needed to draw it again."""
        return {
            "file": self.source.file, "sheet": self.source.sheet, "by": self.lots.by, "within": self.lots.within,
            "count": self.lots.count, "seed": self.lots.seed, "at_least": self.lots.at_least,
            "listed": len(self.units), "list_sha256": self.list_hash, "skipped": dict(self.source.skipped),
            "method": list(method(self.lots)),
            "drawn": [
                {"stratum": one.unit.stratum, "name": one.unit.name, "rank": one.rank, "sha256": one.ticket,
                 "is_floor": one.is_floor, "rows": list(self.units[one.unit])}
                for one in self.drawn
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """How many, from what, and which."""
        many = f"从 {self.source.file}“{self.source.sheet}”的 {len(self.units)} 个{self.lots.by}中抽出 {len(self.drawn)} 个"
        yield f"{many}，种子 {self.lots.seed}，名单指纹 {self.list_hash[:16]}…"
        if len(self.drawn) < self.lots.count:
            yield f"名单里只有 {len(self.units)} 个，已全部抽出。"
        for number, one in enumerate(self.drawn[:_SHOWN], start=1):
            stratum = f"{one.unit.stratum}　" if one.unit.stratum else ""
            yield f"{number:>4}  {stratum}{one.unit.name}"
        if len(self.drawn) > _SHOWN:
            yield f"其余 {len(self.drawn) - _SHOWN} 个请加 --out 抽样.xlsx 查看。"
        if self.source.skipped:
            yield f"有 {len(self.source.skipped)} 行没有用：{self.source.reasons()}"


def sample(rules: Rules, book: Path, lots: Lots, *, password: str = "", step: Step = silent) -> Sampled:
    """Draw a sample from a register or from any list with headings.

    Args:
        rules: other headings the columns of registers may have.
        book: the workbook.
        lots: what is drawn.
        password: for encrypted files.
        step: told what is being done.

    Raises:
        WorkbookError: no sheet has the headings, or the numbers do not fit.
    """
    _refuse_wrong(lots)
    step(f"读取 {book.name}")
    spellings = {wish: _spellings(rules, wish) for wish in (lots.by, lots.within) if wish}
    source = listed(
        book, [spellings[wish] for wish in (lots.by, lots.within) if wish], sheet=lots.sheet, password=password
    )
    units: dict[Unit, list[int]] = {}
    for row, values in source.rows:
        unit = Unit(values[1] if lots.within else "", values[0])
        units.setdefault(unit, []).append(row)
    if not units:
        raise WorkbookError(f"{book}：“{lots.by}”一列没有内容，没有可抽的；请检查 --by 与 --sheet。")
    at_least = lots.at_least or int(bool(lots.within))
    needed = sampling.least_needed(units, at_least)
    if needed > lots.count:
        strata = len({unit.stratum for unit in units})
        raise WorkbookError(
            f"共有 {strata} 个{lots.within}，每个至少抽 {at_least} 个就要 {needed} 个，多于 --count {lots.count}；"
            f"请把 --count 改为 {needed} 以上，或把 --at-least 改小，或去掉 --within。"
        )
    drawn = sampling.draw(units, lots.count, lots.seed, at_least)
    return Sampled(lots=lots, source=source, units=units, drawn=drawn, list_hash=sampling.list_hash(list(units)))


def method(lots: Lots) -> Iterator[str]:
    """How it was drawn, in sentences an auditor can follow."""
    parts = f"种子|{lots.within}|{lots.by}" if lots.within else f"种子||{lots.by}"
    yield f"名单：{lots.by}去掉首尾空格，相同的算一个；与各行的先后无关。"
    yield f"抽签号：“{parts}”（UTF-8）的 SHA-256，十六进制小写；按抽签号从小到大排次序。"
    if lots.within:
        at_least = lots.at_least or 1
        yield f"每个{lots.within}先取抽签号最小的 {at_least} 个（不足的全取），其余名额由剩下的按抽签号从小到大补足。"
    else:
        yield f"取抽签号最小的 {lots.count} 个。"
    yield "名单指纹：把每个“机构|名称”（不分机构时为“|名称”）去重、按字符编码排序、以换行连接，取 SHA-256；指纹相同即名单相同。"
    yield "复核：用同一名单、同一种子再运行一次同样的命令，或用任何能算 SHA-256 的工具逐个核对抽签号。"


def write_sample(result: Sampled, out: Path, *, overwrite: bool = False, step: Step = silent) -> Path:
    """Write the sample as a workbook, whole or not at all; the same sample gives the same sheets."""
    from xiaobao_xl.workbook import list_pages

    require_xlsx(out)
    step("写抽样结果")
    lots, within = result.lots, bool(result.lots.within)
    facts: list[tuple[str, Any]] = [
        ("名单", f"{result.source.file}　“{result.source.sheet}”"),
        ("抽什么", f"{lots.by}{f'，按{lots.within}分层' if within else ''}"),
        ("名单里有", len(result.units)), ("抽出", len(result.drawn)), ("种子", lots.seed),
        ("名单指纹（SHA-256）", result.list_hash),
        ("没有用的行", f"{len(result.source.skipped)} 行　{result.source.reasons()}".strip()),
        ("方法", ""), *((f"{number}", text) for number, text in enumerate(method(lots), start=1)),
        ("签字", ""), ("抽样人", None), ("复核人", None), ("日期", None),
    ]  # fmt: skip
    stratum = {lots.within: 26} if within else {}
    chosen = {one.unit for one in result.drawn}
    drawn = [
        (number, *((one.unit.stratum,) if within else ()), one.unit.name, "每层必抽" if one.is_floor and within else "按签号",
         one.rank, len(result.units[one.unit]), _rows(result.units[one.unit]), one.ticket[:12], "", "")
        for number, one in enumerate(result.drawn, start=1)
    ]  # fmt: skip
    ranked = sampling.draw(result.units, len(result.units), lots.seed)
    everyone = [
        (one.rank, *((one.unit.stratum,) if within else ()), one.unit.name, "抽中" if one.unit in chosen else "",
         len(result.units[one.unit]), one.ticket)
        for one in ranked
    ]  # fmt: skip
    pages = [
        list_pages.ListPage(
            "抽中的", "按抽签号从小到大；黄色两列由检查人填写",
            {"序号": 6, **stratum, lots.by: 30, "怎样抽中": 11, "签号名次": 10, "名单中几行": 11, "在第几行": 28,
             "抽签号前 12 位": 17, "检查日期": 13, "检查人": 12},
            drawn, asks=("检查日期", "检查人"),
        ),
        list_pages.ListPage(
            "全部名单", "名单里的每一个与它的抽签号，供复核",
            {"签号名次": 10, **stratum, lots.by: 34, "是否抽中": 10, "名单中几行": 11, "抽签号（SHA-256）": 70},
            everyone, good=("抽中",),
        ),
    ]  # fmt: skip
    if within:
        listed_in, drawn_in = (Counter(unit.stratum for unit in units) for units in (result.units, chosen))
        pages.append(list_pages.ListPage(
            "各层", "每层有几个、抽了几个", {lots.within: 34, "名单里有": 11, "抽出": 9},
            [(name or "（空）", listed_in[name], drawn_in[name]) for name in sorted(listed_in)],
        ))  # fmt: skip
    list_pages.draw("抽样说明", "同一名单、同一种子，谁来抽都是同一结果", facts, pages).save(out, overwrite=overwrite)
    return out


def _refuse_wrong(lots: Lots) -> None:
    if lots.count < 1:
        raise WorkbookError(f"--count {lots.count}：至少抽 1 个；例如 --count 10。")
    if not lots.seed.strip():
        raise WorkbookError("请用 --seed 写一个种子，如 --seed 2026；记下它，别人才能抽出同样的结果。")
    if lots.at_least < 0 or (lots.at_least and not lots.within):
        raise WorkbookError(
            "--at-least 是每个机构至少抽几个，要与 --within 一起写，如 --within 被投诉机构 --at-least 1。"
        )
    if lots.within == lots.by:
        raise WorkbookError("--within 与 --by 是同一列；--by 写抽什么，--within 写它属于哪个机构。")


def _spellings(rules: Rules, wish: str) -> tuple[str, ...]:
    """The heading asked for first, then what else registers call that column."""
    found = [
        (name, column.title, *column.aliases)
        for schema in rules.registers.values()
        for name, column in schema.columns.items()
        if wish in {name, column.title, *column.aliases}
    ]
    return tuple(dict.fromkeys((wish, *(spelling for spellings in found for spelling in spellings))))


def _rows(rows: Sequence[int]) -> str:
    more = f" 等 {len(rows)} 行" if len(rows) > 8 else ""
    return "、".join(map(str, rows[:8])) + more
