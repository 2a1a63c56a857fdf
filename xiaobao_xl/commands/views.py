"""Commands that look at a register as a whole: analyse, match, mask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiaobao_xl.commands.daily import (
    FINE,
    FOUND,
    app,
    load,
    masker_for,
    prove,
    reading,
    refuse,
    with_password,
    write_json,
)
from xiaobao_xl.commands.options import (
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


@app.command()
def analyse(
    books: Annotated[list[Path], typer.Argument(metavar="台账...", help="台账文件；可加往年台账以补足趋势")], *,
    period: Annotated[str, typer.Option("--period", metavar="期间", help="如 2026Q3、2026-09、2026H1、2026")],
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    audience: AudienceOption = "",
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """分析：趋势、原因排列、热力图、账龄、重复投诉、热词与预警，带图表，每个数都能筛出投诉。

    \b
    xiaobao analyse 台账.xlsx --period 2026Q3 --out 分析.xlsx
    xiaobao analyse 今年.xlsx 去年.xlsx --period 2026Q3 --out 分析.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen, screen_views

    loaded, masker = load(rules, institution), masker_for(audience)
    refuse(books, out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.analyse(
                loaded, books, reading(books[0], register, sheet, headings, given, masker=masker), period, step=step
            ),
            password,
        )
        if out:
            tasks.write_analysis(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(masker, out, json_to)
    if json_to != "-":
        screen_views.analysed(result, out, quiet=quiet)
    return FINE


@app.command()
def match(
    book: Book, *,
    regulator: Annotated[Path | None, typer.Option("--regulator", metavar="文件", help="监管部门的转办清单")] = None,
    hotline: Annotated[Path | None, typer.Option("--hotline", metavar="文件", help="热线系统导出的工单")] = None,
    period: Annotated[str, typer.Option("--period", metavar="期间", help="只核对这一期间；不写则按清单所涉的日期")] = "",
    sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """核对：台账与监管转办清单、热线工单逐件配对（姓名电话遮盖也可），列出两边各缺哪些、哪里不一致。

    \b
    xiaobao match 台账.xlsx --regulator 监管清单.xlsx --out 核对.xlsx
    xiaobao match 台账.xlsx --regulator 监管清单.xlsx --hotline 热线导出.xlsx --period 2026Q3
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen, screen_views
    from xiaobao_xl.periods import parse_period

    loaded, asked = load(rules, institution), parse_period(period) if period else None
    lists = {name: path for name, path in (("regulator", regulator), ("hotline", hotline)) if path}
    refuse([book, *lists.values()], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.match_lists(
                loaded, book, lists, reading(book, "", sheet, headings, given), asked, step=step
            ),
            password,
        )
        if out:
            tasks.write_matched(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        screen_views.matched(result, out, quiet=quiet)
    return FOUND if result.has_gaps else FINE


@app.command()
def mask(
    book: Book, *, audience: AudienceOption, out: Annotated[Path, typer.Option("--out", metavar="文件", help="脱敏副本写到这个新文件（.xlsx）")],
    keep: Annotated[list[str], typer.Option("--keep", metavar="标题", help="没有登记的列，保留这一列（按文字脱敏），可重复")] = [],  # noqa: B006
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """脱敏：另写一份给指定对象看的副本，文字、批注、隐藏页和文件属性也一并处理，写好后读回检查。

    \b
    xiaobao mask 台账.xlsx --audience training --out 台账_培训.xlsx
    xiaobao mask 台账.xlsx --audience department --keep 产品名称 --out 台账_部门.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, institution)
    refuse([book], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.mask(
                loaded, book, reading(book, register, sheet, headings, given), audience, keep=keep, step=step
            ),
            password,
        )
        tasks.write_masked(result, out, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        for line in result.lines()[-1:] if quiet else result.lines():
            typer.echo(line)
        typer.echo(f"已写 {out}。机器认不出的姓名仍可能在文字里，发出前请通读一遍。")
    return FINE
