"""Commands of the officer's day: today, whatif, law, learn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from xiaobao_xl.commands.daily import FINE, FOUND, app, day_of, load, reading, refuse, with_password, write_json
from xiaobao_xl.commands.options import (
    AsOfOption,
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
)
from xiaobao_xl.errors import WorkbookError

Books = Annotated[list[Path], typer.Argument(metavar="台账...", help="台账文件，可多个；工作台一本即可")]


@app.command()
def today(
    books: Books, *,
    role: Annotated[str, typer.Option("--role", metavar="级别", help="sub-branch（网点）、branch（分行）或 head（总行）；不写则各出一页")] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="机构", help="只看这个机构的，写全称或其中几个字")] = "",
    sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "", as_of: AsOfOption = "",  # noqa: B006
    out: OutOption = None,
    ics: Annotated[str, typer.Option("--ics", metavar="文件", help="日历提醒文件，只写编号，不写姓名")] = "",
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """今日：到期的、该联系的、该催办的、该报送的、预警，一级一页。

    \b
    xiaobao today 台账.xlsx --role 网点 --unit 城东支行
    xiaobao today 台账.xlsx 报送日历.xlsx --role 分行 --out 今日.xlsx --ics 今日.ics
    xiaobao today 工作台.xlsx --out 今日.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    reminders = Path(ics) if ics else None
    refuse(books, out, reminders, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.today(
                loaded, books, reading(books[0], "", sheet, headings, given), day, role=role.replace("-", "_"), unit=unit,
                warner=tasks.early_warnings, step=step
            ),
            password,
        )  # fmt: skip
        tasks.write_today(result, out, reminders, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        _say(result.lines(quiet=quiet))
        _say(f"{what}：{target}" for what, target in (("今日页", out), ("日历", reminders)) if target)
    return FINE


@app.command()
def whatif(
    books: Books, *,
    rules: Annotated[Path, typer.Option("--rules", metavar="文件", help="要试的规则文件")],
    against: Annotated[Path | None, typer.Option("--from", metavar="文件", help="现行规则文件；不写则为随附规则")] = None,
    report: Annotated[str, typer.Option("--report", metavar="编号", help="也比较这张报表，如 complaint_quarterly")] = "",
    period: Annotated[str, typer.Option("--period", metavar="期间", help="报表的期间，如 2026Q3")] = "",
    base: Annotated[Path | None, typer.Option("--base", metavar="文件", help="基础数据；不写则用台账内“基础数据”页")] = None,
    register: RegisterOption = "", sheet: SheetOption = [], institution: InstitutionOption = "", as_of: AsOfOption = "",  # noqa: B006
    out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """试算：换一套规则，哪些校验结果、届满日和报表数会变；台账与规则都不改动。

    \b
    xiaobao whatif --rules 新规则.yaml 台账.xlsx
    xiaobao whatif --rules 新规则.yaml 台账.xlsx --report complaint_quarterly --period 2026Q3 --out 试算.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    if bool(report) != bool(period):
        raise WorkbookError("--report 与 --period 要一起写，例如 --report complaint_quarterly --period 2026Q3。")
    old, new, day = load(against, institution), load(rules, institution), day_of(as_of)
    wanted = tasks.Wanted(report=report, period=period, base=base) if report else None
    refuse(books, out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.what_if(
                old, new, books, reading(books[0], register, sheet, headings, given), day, wanted=wanted, step=step
            ),
            password,
        )
        if out:
            tasks.write_what_if(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        _say(result.lines(quiet=quiet))
        _say([f"试算结果：{out}"] if out else [])
    return FINE if result.is_same else FOUND


@app.command()
def law(
    query: Annotated[list[str], typer.Argument(metavar="词...", help="条号（第18条）、名称文号里的字，或事情（调解）；几个词要都有")] = [],  # noqa: B006
    *,
    touches: Annotated[str, typer.Option("--touches", metavar="法规编号", help="这部法规的这几条有变动，会牵动哪些规则；不写条号为整部")] = "",
    policies: Annotated[Path | None, typer.Option("--policies", metavar="文件", help="制度台账，一并查哪些制度要改")] = None,
    rules: RulesOption = None, institution: InstitutionOption = "", json_to: JsonOption = "", overwrite: OverwriteOption = False,
) -> int:  # fmt: skip
    """法规：查条文说什么（自己的概括，附条号），以及它牵动哪些时限、检查、报表与制度。

    \b
    xiaobao law 第18条
    xiaobao law 调解
    xiaobao law --touches complaint_measures_2020 第18条 --policies 制度台账.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks

    found = tasks.search_law(load(rules, institution), " ".join(query), touches=touches, policies=policies)
    write_json(json_to, found.as_json, overwrite=overwrite)
    if json_to != "-":
        _say(found.lines())
    return FINE


@app.command()
def learn(
    books: Books, *, register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None,  # noqa: B006
    institution: InstitutionOption = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="模型写到这个新文件（.npz）；不写则只看结果")] = None,
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """学习：从人工填好的类别学习，逐类比较规则、学习与人工；只有明显更好的类别才会用到。要装 scikit-learn。

    \b
    xiaobao learn 去年台账.xlsx 今年台账.xlsx
    xiaobao learn 台账.xlsx --out 模型.npz
    xiaobao classify 台账.xlsx --model 模型.npz --out 台账_分类.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, institution)
    refuse(books, out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.learn(loaded, books, reading(books[0], register, sheet, headings, given), step=step),
            password,
        )
        is_written = tasks.write_model(result, out, overwrite=overwrite) if out else False
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        _say(list(result.lines())[-2:] if quiet else result.lines())
        if out:
            typer.echo(f"模型：{out}" if is_written else f"可学的件数不够，没有写 {out}。")
    return FINE


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
