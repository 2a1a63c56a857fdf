"""Commands to begin with: blank, rules, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiaobao_xl.commands.daily import FINE, app, load, write_json
from xiaobao_xl.commands.options import (
    InstitutionOption,
    JsonOption,
    OverwriteOption,
    QuietOption,
    RegisterOption,
    RulesOption,
)


@app.command()
def blank(
    out: Annotated[Path | None, typer.Argument(metavar="文件", help="新台账的文件名；不写则用台账的名称")] = None, *,
    register: RegisterOption = "complaint", rules: RulesOption = None, institution: InstitutionOption = "",
    overwrite: OverwriteOption = False,
) -> int:  # fmt: skip
    """新建台账：按规则画一张空台账，含下拉、代码表与填写说明；--register all 把全部台账画进一个工作台。

    \b
    xiaobao blank 投诉台账.xlsx
    xiaobao blank --register mediation
    xiaobao blank --register all 消保工作台.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.tasks import blanks

    loaded = load(rules, institution)
    is_all = register == blanks.ALL
    out = out or Path(f"{blanks.file_title(loaded, register)}.xlsx")
    tasks.blank(loaded, register, out, overwrite=overwrite)
    typer.echo(f"已新建 {out}。填好后校验：xiaobao check {out}{' --sheet all' if is_all else ''}")
    return FINE


@app.command("rules")
def show_rules(
    rules: Annotated[Path | None, typer.Option("--rules", metavar="文件", help="要检查的规则文件；不写则看随附规则")] = None, *,
    institution: InstitutionOption = "", json_to: JsonOption = "", quiet: QuietOption = False,
) -> int:  # fmt: skip
    """规则：检查规则文件写得对不对，并列出法规、时限、检查与报表。

    \b
    xiaobao rules
    xiaobao rules --rules 本行规则.yaml
    """  # noqa: D301
    from xiaobao_xl.commands import screen

    loaded = load(rules, institution)
    write_json(json_to, loaded.as_json, overwrite=False)
    if json_to != "-":
        screen.rules(loaded, quiet=quiet)
    return FINE


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="目录", help="结果目录；已存在则另起一个")] = Path("消保演示"),
) -> int:
    """演示：用随附的样例台账走一遍校验、分类、时限、报表。

    \b
    xiaobao demo
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    with screen.progress(quiet=False) as step:
        result = tasks.demo(load(None, ""), out, step=step)
    screen.demonstrated(result)
    return FINE
