"""Commands that pass work on and take it back: split, merge, convert, handover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiaobao_xl.commands.daily import (
    FINE,
    FOUND,
    app,
    day_of,
    load,
    masker_for,
    prove,
    reading,
    refuse,
    with_password,
    write_json,
)
from xiaobao_xl.commands.options import (
    AsOfOption,
    AudienceOption,
    Book,
    HeadingsOption,
    InstitutionOption,
    JsonOption,
    OutOption,
    OverwriteOption,
    PasswordOption,
    QuietOption,
    RegisterOption,
    RulesOption,
    SheetOption,
    UnsignedOption,
)
from xiaobao_xl.errors import WorkbookError

if TYPE_CHECKING:
    from xiaobao_xl.tasks import Gathered, Merged


@app.command()
def split(
    book: Book, *,
    by: Annotated[str, typer.Option("--by", metavar="列", help="按哪一列分，如 被投诉机构；不写则按拆分方式所写")] = "",
    out: Annotated[Path, typer.Option("--out", metavar="目录", help="转办单写到这个目录")] = Path("分发"),
    layout: Annotated[str, typer.Option("--layout", metavar="编号", help="规则 splits 里的拆分方式，如 referral")] = "",
    columns: Annotated[str, typer.Option("--columns", metavar="列,列…", help="机构能看哪些列，用逗号隔开")] = "",
    fill: Annotated[str, typer.Option("--fill", metavar="列,列…", help="请机构填哪些列，用逗号隔开")] = "",
    audience: AudienceOption = "",
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """拆分：一个机构一份转办单，只放它能看的列，要填的格为浅黄色，其余锁定；附分发清单。

    \b
    xiaobao split 台账.xlsx --by 被投诉机构 --out 分发/
    xiaobao split 台账.xlsx --by 网点名称 --columns 投诉内容,投诉原因 --fill 处理结果,办结日期 --out 分发/
    xiaobao split 台账.xlsx --audience department --out 分发/
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, masker = load(rules, institution), masker_for(audience)
    refuse([book], json_to, overwrite=overwrite)
    asked = tasks.Division(layout=layout, by=by, shown=_listed(columns), filled=_listed(fill))
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.split(
                loaded, book, reading(book, register, sheet, headings, given, masker=masker), asked, step=step
            ),
            password,
        )
        written = tasks.write_split(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(masker, *written, json_to)
    if json_to != "-":
        for line in result.lines():
            typer.echo(line)
        typer.echo(f"已写 {len(written)} 个文件到 {out}，清单见 {written[-1].name}。")
        typer.echo(f"收回后合并：xiaobao merge {book} {out / '*.xlsx'} --out 合并.xlsx")
    return FOUND if result.unassigned else FINE


@app.command()
def merge(
    books: Annotated[list[Path], typer.Argument(metavar="文件...", help="台账，其后是收回的文件；有 --new 时全是下级台账")], *,
    out: OutOption = None,
    new: Annotated[Path | None, typer.Option("--new", metavar="文件", help="把几份台账叠成这一本新台账，表头各不相同也可以")] = None,
    take: Annotated[list[str], typer.Option("--take", metavar="机构", help="两边不一致时采用这个机构的，可重复")] = [],  # noqa: B006
    take_theirs: Annotated[bool, typer.Option("--take-theirs", help="两边不一致时一律采用机构的（机构之间不一致的除外）")] = False,
    take_ours: Annotated[bool, typer.Option("--take-ours", help="两边不一致时一律保留台账的")] = False,
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """合并：收回的转办单逐格并回台账，两边都改的列出来由您定；或把几份下级台账叠成一本。

    \b
    xiaobao merge 台账.xlsx 分发/*.xlsx --out 合并.xlsx
    xiaobao merge 台账.xlsx 分发/*.xlsx --out 合并.xlsx --take 城东支行 --overwrite
    xiaobao merge --new 汇总.xlsx 支行/*.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen
    from xiaobao_xl.returns import Take

    loaded = load(rules, institution)
    paths = _globbed(books)
    refuse(paths, out, new, json_to, overwrite=overwrite)
    if new is not None:
        if out or take or take_theirs or take_ours:
            raise WorkbookError("--new 只把台账叠成一本，不能和 --out、--take… 一起写；请分两次运行。")
        read_as = reading(paths[0], register, sheet, headings, password)
        with screen.progress(quiet=quiet or json_to == "-") as step:
            stacked = tasks.gather(loaded, paths, read_as, step=step)
            tasks.write_gathered(stacked, new, overwrite=overwrite, step=step)
        return _tell(stacked, new, json_to, overwrite=overwrite, quiet=quiet)
    if len(paths) < 2:
        raise WorkbookError("请先写台账，再写收回的文件。例：xiaobao merge 台账.xlsx 分发/*.xlsx --out 合并.xlsx")
    if take_theirs and take_ours:
        raise WorkbookError("--take-theirs 与 --take-ours 只能写一个。")
    settings = Take(theirs=take_theirs, ours=take_ours, units=tuple(take))
    with screen.progress(quiet=quiet or json_to == "-") as step:
        merged = with_password(
            lambda given: tasks.merge(
                loaded, paths[0], paths[1:], reading(paths[0], register, sheet, headings, given), settings, step=step
            ),
            password,
        )
        if out:
            tasks.write_merged(merged, out, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    return _tell(merged, out, json_to, overwrite=overwrite, quiet=quiet)


@app.command()
def convert(
    book: Annotated[Path, typer.Argument(metavar="台账", help="要转出一行的台账，如咨询解答台账")], *,
    number: Annotated[str, typer.Option("--no", metavar="编号", help="要转的那一行的编号，如 ZX2026001")],
    to: Annotated[Path, typer.Option("--to", metavar="文件", help="转入哪本台账，如投诉台账；只读")],
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="转入后的新台账；不写则只看会带入什么")] = None,
    new_number: Annotated[str, typer.Option("--new-no", metavar="编号", help="新编号；不写则接着台账最后一个编号")] = "",
    conversion: Annotated[str, typer.Option("--conversion", metavar="编号", help="规则 conversions 里的哪一种；只有一种时不写")] = "",
    sheet: SheetOption = [],  # noqa: B006
    to_sheet: Annotated[list[str], typer.Option("--to-sheet", metavar="名称", help="转入台账的工作表名")] = [],  # noqa: B006
    rules: RulesOption = None, institution: InstitutionOption = "", as_of: AsOfOption = "",
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """转换：把一行咨询转成一件投诉，含义相近的列带过去，写进台账副本并读回核对，还要填什么一并列出。

    \b
    xiaobao convert 咨询解答台账.xlsx --no ZX202609005 --to 投诉台账.xlsx
    xiaobao convert 咨询解答台账.xlsx --no ZX202609005 --to 投诉台账.xlsx --out 投诉台账_新.xlsx
    xiaobao convert 咨询解答台账.xlsx --no ZX202609005 --to 投诉台账.xlsx --new-no TS2026100001 --out 投诉台账_新.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    refuse([book, to], out, json_to, overwrite=overwrite)
    wanted = tasks.WantedConversion(key=number, new_key=new_number, conversion=conversion)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.convert(
                loaded, book, reading(book, "", sheet, headings, given), to, reading(to, "", to_sheet, headings, given),
                wanted, day, step=step,
            ),
            password,
        )  # fmt: skip
        if out:
            tasks.write_converted(result, out, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        lines = result.lines()
        for line in [next(lines)] if quiet else lines:
            typer.echo(line)
        typer.echo(f"结果：{out}（两本原台账未改动）" if out else "下一步：加 --out 新台账.xlsx 写出。")
    return FINE


@app.command()
def handover(
    book: Book, *,
    days: Annotated[int, typer.Option("--days", metavar="天数", help="列出今后多少天内到期的")] = 30,
    beside: Annotated[list[Path], typer.Option("--with", metavar="文件", help="一起交接的其他台账，如报送日历，可重复")] = [],  # noqa: B006
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "", out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "",
    headings: HeadingsOption = None,
    waivers: Annotated[Path | None, typer.Option("--waivers", metavar="文件", help="豁免清单；不写则用台账旁的 waivers.yaml 与表内“豁免”页")] = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """交接：在办事项、近期到期、报送事项、表头对照、豁免、规则装进一本，附签字栏。

    \b
    xiaobao handover 台账.xlsx --out 交接.xlsx
    xiaobao handover 台账.xlsx --with 报送日历.xlsx --out 交接.xlsx --as-of 2026-09-30 --days 60
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    if days < 0:
        raise WorkbookError(f"--days {days}：天数不能是负数；例如 --days 30。")
    refuse([book, *beside], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.handover(
                loaded, [book, *beside], reading(book, register, sheet, headings, given), day,
                files=tasks.OwnFiles(rules=rules, headings=headings, waivers=waivers), days=days, step=step,
            ),
            password,
        )  # fmt: skip
        if out:
            tasks.write_handover(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        for line in result.lines():
            typer.echo(line)
        if out:
            typer.echo(f"交接工作簿：{out}")
    return FINE


def _listed(text: str) -> tuple[str, ...]:
    """Names divided by commas, Chinese ones too."""
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _globbed(paths: list[Path]) -> list[Path]:
    """Windows does not resolve `*.xlsx` itself; temporary files of an open Excel are no one's return."""
    found: list[Path] = []
    for path in paths:
        if any(sign in path.name for sign in "*?") and not path.exists():
            found += sorted(path.parent.glob(path.name))
        else:
            found.append(path)
    return [path for path in dict.fromkeys(found) if not path.name.startswith(("~$", ".~"))]


def _tell(result: Merged | Gathered, out: Path | None, json_to: str, *, overwrite: bool, quiet: bool) -> int:
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        lines = result.lines()
        for line in [next(lines)] if quiet else lines:
            typer.echo(line)
        if out:
            typer.echo(f"结果：{out}")
    return FOUND if result.needs_eyes else FINE
