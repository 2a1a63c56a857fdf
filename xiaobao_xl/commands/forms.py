"""The command about the officer's own forms: form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiaobao_xl.commands.daily import FINE, FOUND, app, refuse
from xiaobao_xl.commands.options import OverwriteOption, QuietOption


@app.command()
def form(
    new: Annotated[Path, typer.Argument(metavar="新表", help="监管部门新发的空表")], *,
    last: Annotated[Path, typer.Option("--last", metavar="旧表", help="上期填报用的、写有标记的表")],
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="写有标记的新表；对照表写在它旁边")] = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """换表：监管表样改版后，把上期的标记按标题移到新表，新旧逐格对照，拿不准的请您确认。

    \b
    xiaobao form 新空表.xlsx --last 上期标记表.xlsx
    xiaobao form 新空表.xlsx --last 上期标记表.xlsx --out 新标记表.xlsx
    xiaobao report complaint_quarterly 台账.xlsx --period 2026Q4 --template 新标记表.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen, screen_views

    refuse([new, last], out, overwrite=overwrite)
    with screen.progress(quiet=quiet) as step:
        result = tasks.move_marks(new, last, step=step)
        written = tasks.write_moved(result, out, overwrite=overwrite, step=step) if out else []
    screen_views.moved(result, written, quiet=quiet)
    return FOUND if result.doubtful() else FINE
