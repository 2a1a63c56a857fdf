"""Commands about this computer and what is open on it: attach, doctor, install-excel, install-libreoffice."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated, Any

import typer

from xiaobao_xl.commands.daily import FINE, FOUND, app, day_of, write_json
from xiaobao_xl.commands.options import AsOfOption, JsonOption, OverwriteOption, QuietOption
from xiaobao_xl.errors import WorkbookError

RemoveOption = Annotated[bool, typer.Option("--remove", help="撤销：去掉装好的")]


@app.command()
def attach(
    verb: Annotated[str, typer.Argument(metavar="操作", help="blank、check、classify、due、report、next_finding、clear_marks 或 undo")],
    book: Annotated[str, typer.Argument(metavar="工作簿", help="打开着的工作簿的名称；不写则用最前面的")] = "", *,
    period: Annotated[str, typer.Option("--period", metavar="期间", help="报表的期间，如 2026Q3；不写则用最近一个完整季度")] = "",
    as_of: AsOfOption = "",
) -> int:  # fmt: skip
    """连接：在已经打开的台账上直接做（Excel、WPS 或 LibreOffice），不用宏；原有内容不改，可以撤销。

    \b
    xiaobao attach check
    xiaobao attach next_finding
    xiaobao attach undo
    xiaobao attach report --period 2026Q3
    """  # noqa: D301
    from xiaobao_xl import addin

    gc.enable()
    wanted: dict[str, Any] = {"period": period} if period and verb == "report" else {}
    if as_of and verb in {"check", "due", "report"}:
        wanted["as_of"] = day_of(as_of)
    typer.echo(addin.attach(verb, book, **wanted))
    return FINE


@app.command()
def doctor(*, json_to: JsonOption = "", quiet: QuietOption = False) -> int:
    """体检：这台电脑能怎么用，缺什么，下一步做什么。只看，不改任何设置，不联网。

    \b
    xiaobao doctor
    xiaobao doctor --json 体检.json
    """  # noqa: D301
    from xiaobao_xl.tasks.diagnosing import doctor as examine

    diagnosis = examine()
    write_json(json_to, diagnosis.as_json, overwrite=False)
    if json_to != "-":
        for line in diagnosis.conclusion() if quiet else diagnosis.lines():
            typer.echo(line)
    return FOUND if diagnosis.has_faults else FINE


@app.command("install-excel")
def install_excel(
    *, remove: RemoveOption = False,
    folder: Annotated[Path | None, typer.Option("--folder", metavar="目录", help="装到这个文件夹；不写则装到 Excel 自动打开的文件夹")] = None,
    register: Annotated[Path | None, typer.Option("--register", metavar="文件", help="不装加载项，另建一本带按钮的空台账（.xlsm）")] = None,
    overwrite: OverwriteOption = False,
) -> int:  # fmt: skip
    """安装：在 Windows 的 Excel 里装上“消保”一页。不用管理员权限，不改注册表，可以撤销。

    \b
    xiaobao install-excel
    xiaobao install-excel --remove
    xiaobao install-excel --register 投诉台账.xlsm
    """  # noqa: D301
    from xiaobao_xl.tasks import installing

    if register and (remove or folder):
        raise WorkbookError("--register 只另建一本台账，不能和 --remove、--folder 一起写；请分两次运行。")
    lines = (
        installing.macro_register(register, overwrite=overwrite)
        if register
        else installing.install_excel(folder=folder, remove=remove)
    )
    for line in lines:
        typer.echo(line)
    return FINE


@app.command("install-libreoffice")
def install_libreoffice(
    *, remove: RemoveOption = False,
    profile: Annotated[Path | None, typer.Option("--profile", metavar="目录", help="LibreOffice 的用户目录；不写则用通常的那个")] = None,
    register: Annotated[Path | None, typer.Option("--register", metavar="文件", help="不装工具栏，另建一本带工作表函数的空台账（.xlsm）")] = None,
    overwrite: OverwriteOption = False,
) -> int:  # fmt: skip
    """安装：在 LibreOffice 里装上“消保”工具栏。不用管理员权限，可以撤销。

    \b
    xiaobao install-libreoffice
    xiaobao install-libreoffice --remove
    xiaobao install-libreoffice --register 投诉台账.xlsm
    """  # noqa: D301
    from xiaobao_xl.tasks import installing_calc

    if register and (remove or profile):
        raise WorkbookError("--register 只另建一本台账，不能和 --remove、--profile 一起写；请分两次运行。")
    lines = (
        installing_calc.calc_register(register, overwrite=overwrite)
        if register
        else installing_calc.install_libreoffice(profile=profile, remove=remove)
    )
    for line in lines:
        typer.echo(line)
    return FINE
