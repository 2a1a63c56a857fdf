"""Commands about files and lists beside the register: archive, scan, sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiaobao_xl.commands.daily import FINE, FOUND, app, day_of, load, reading, refuse, with_password, write_json
from xiaobao_xl.commands.options import (
    AsOfOption,
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
)
from xiaobao_xl.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PURPOSES = {"": "", "education": "education", "宣教": "education", "marketing": "marketing", "营销": "marketing"}


@app.command()
def archive(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="归档材料所在的文件夹，连同其中各级文件夹")],
    book: Book, *,
    files: Annotated[Path | None, typer.Option("--register-archive", metavar="文件", help="文档管理台账；有它时保管期与指纹以它所记的核对")] = None,
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "", out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "",
    headings: HeadingsOption = None, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """归档：按文件名、文件夹名里的投诉编号逐件查材料齐不齐，列缺件、目录、指纹与保管期；文件不动。

    \b
    xiaobao archive 归档材料 台账.xlsx --out 归档检查.xlsx
    xiaobao archive 归档材料 台账.xlsx --register-archive 文档管理台账.xlsx --out 归档检查.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    refuse([book, *([files] if files else [])], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.check_archive(
                loaded, folder, book, reading(book, register, sheet, headings, given), day, files=files, step=step
            ),
            password,
        )
        if out:
            tasks.write_archive_check(result, folder, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    _say(result.lines(), out, json_to, quiet=quiet)
    return FOUND if result.needs_eyes else FINE


@app.command()
def scan(
    material: Annotated[Path, typer.Argument(metavar="材料", help="宣教或营销材料：.docx、.txt，或装有它们的文件夹")], *,
    purpose: Annotated[str, typer.Option("--purpose", metavar="宣教|营销", help="材料的用途；不写则两类用语都查")] = "",
    rules: RulesOption = None, out: OutOption = None, json_to: JsonOption = "",
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """用语：查宣教、营销材料里不该有的话，指出段落、句子、为什么和改法。

    \b
    xiaobao scan 折页.docx
    xiaobao scan 宣传材料 --purpose 宣教 --out 用语检查.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, "")
    if purpose not in _PURPOSES:
        raise WorkbookError(f"--purpose {purpose} 不认识；请写 宣教 或 营销，或不写。")
    refuse([material], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = tasks.scan(loaded, material, _PURPOSES[purpose], step=step)
        if out:
            tasks.write_scan(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    _say(result.lines(), out, json_to, quiet=quiet)
    return FOUND if result.needs_eyes else FINE


@app.command()
def sample(
    book: Annotated[Path, typer.Argument(metavar="名单", help="台账或任何有表头的名单，如 机构名单.xlsx")], *,
    by: Annotated[str, typer.Option("--by", metavar="列", help="抽什么，如 网点名称；写 投诉编号 就是抽行")],
    count: Annotated[int, typer.Option("--count", metavar="个数", help="抽几个")],
    seed: Annotated[str, typer.Option("--seed", metavar="种子", help="任意数字或文字；同一种子抽出同样的结果")],
    within: Annotated[str, typer.Option("--within", metavar="列", help="按哪一列分层，如 被投诉机构")] = "",
    at_least: Annotated[int, typer.Option("--at-least", metavar="个数", help="每层至少抽几个；有 --within 时不写就是 1")] = 0,
    sheet: Annotated[str, typer.Option("--sheet", metavar="名称", help="工作表名；不写则用第一张有这些表头的")] = "",
    rules: RulesOption = None, out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "",
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """抽样：按种子随机抽网点或抽行，谁用同一名单、同一种子重抽都是同一结果。

    \b
    xiaobao sample 机构名单.xlsx --by 网点名称 --count 10 --seed 2026 --out 抽样.xlsx
    xiaobao sample 台账.xlsx --by 网点名称 --within 被投诉机构 --at-least 1 --count 20 --seed 2026
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, "")
    refuse([book], out, json_to, overwrite=overwrite)
    lots = tasks.Lots(by=by.strip(), count=count, seed=seed, within=within.strip(), at_least=at_least, sheet=sheet)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(lambda given: tasks.sample(loaded, book, lots, password=given, step=step), password)
        if out:
            tasks.write_sample(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    _say(result.lines(), out, json_to, quiet=quiet)
    return FINE


def _say(lines: Iterable[str], out: Path | None, json_to: str, *, quiet: bool) -> None:
    if json_to == "-":
        return
    for number, line in enumerate(lines):
        if not (quiet and number):
            typer.echo(line)
    if out:
        typer.echo(f"结果：{out}")
