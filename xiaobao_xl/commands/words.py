"""Commands that write Word letters: letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiaobao_xl.commands.daily import (
    FINE,
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
    HeadingsOption,
    InstitutionOption,
    JsonOption,
    OverwriteOption,
    PasswordOption,
    QuietOption,
    RulesOption,
    SheetOption,
)
from xiaobao_xl.errors import WorkbookError

if TYPE_CHECKING:
    from xiaobao_xl.tasks import Lettered


@app.command()
def letter(
    name: Annotated[str, typer.Argument(metavar="函件", help="函件名称或编号，如 受理告知；有哪些见 --list")] = "",
    book: Annotated[Path | None, typer.Argument(metavar="台账", help="台账文件：.xlsx .xlsm .xls .xlsb .ods .csv")] = None, *,
    numbers: Annotated[list[str], typer.Option("--no", metavar="编号", help="投诉编号，可重复；不写则为合乎此函情形的全部投诉")] = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option("--out", metavar="目录", help="函件写到这个目录；不写则只看有几件、缺什么")] = None,
    institution_name: Annotated[str, typer.Option("--name", metavar="机构", help="函件上的机构名称；不写则留空格")] = "",
    given: Annotated[list[str], typer.Option("--set", metavar="名称=内容", help="由人填写的内容，如 受理电话=…，可重复")] = [],  # noqa: B006
    template: Annotated[Path | None, typer.Option("--template", metavar="文件", help="自己的 Word 模板（.docx）；不写则用同名模板")] = None,
    listed: Annotated[bool, typer.Option("--list", help="列出有哪些函件，各要台账里的什么，哪些由人填写")] = False,
    sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "", as_of: AsOfOption = "",  # noqa: B006
    audience: AudienceOption = "",
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """函件：按台账填好 Word 函件（受理告知、延期告知、转办单等），不知道的留黄底空格，从不编造。

    \b
    xiaobao letter --list
    xiaobao letter 受理告知 台账.xlsx
    xiaobao letter 受理告知 台账.xlsx --out 函件/ --name 某某银行 --set 受理电话=本行投诉电话
    xiaobao letter 延期告知 台账.xlsx --no TS2026001 --no TS2026002 --out 函件/
    xiaobao letter 案例卡 台账.xlsx --no TS2026001 --audience training --out 案例/
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day, masker = load(rules, institution), day_of(as_of), masker_for(audience)
    if listed:
        for line in tasks.letter_list(loaded):
            typer.echo(line)
        return FINE
    if not name or book is None:
        raise WorkbookError(
            "请写函件名称和台账。例：xiaobao letter 受理告知 台账.xlsx；有哪些函件见 xiaobao letter --list"
        )
    refuse([book], json_to, overwrite=overwrite)
    wanted = tasks.WantedLetter(
        letter=name,
        keys=tuple(numbers),
        template=template,
        rules_file=rules,
        given=(*given, *([f"institution={institution_name}"] if institution_name else [])),
    )
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda password: tasks.letters(
                loaded, book, reading(book, "", sheet, headings, password, masker=masker), wanted, day, step=step
            ),
            password,
        )
    if json_to != "-":
        _tell_before(result, chosen=bool(numbers), quiet=quiet)
        if given and len(result.pages) > 1:
            shared = "、".join(setting.partition("=")[0] for setting in given)
            typer.echo(f"--set 给的内容（{shared}）在这 {len(result.pages)} 份里是一样的，请确认不是只属于某一件的。")
    if out and result.pages:
        with screen.progress(quiet=quiet or json_to == "-") as step:
            tasks.write_letters(result, out, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(result.masker, *result.written, json_to)
    if json_to != "-":
        _tell_after(result, out)
    return FINE


def _tell_before(result: Lettered, *, chosen: bool, quiet: bool) -> None:
    """How many letters, before any is written, and what each lacks."""
    from xiaobao_xl.commands import screen

    if not quiet:
        screen.receipt(result.registers)
    count, title = len(result.pages), result.letter.title
    typer.echo(f"{title}：{'指定的' if chosen else '合乎此函情形的'}投诉 {count} 件。")
    if not count:
        typer.echo("台账里没有合乎此函情形的投诉；确要给某一件出，请加 --no 投诉编号。")
    lines = [] if quiet else list(result.lines())
    for line in lines[: screen.LINES_SHOWN]:
        typer.echo(line)
    if len(lines) > screen.LINES_SHOWN:
        typer.echo(f"……另有 {len(lines) - screen.LINES_SHOWN} 行，加 --json 函件.json 可取全部。")


def _tell_after(result: Lettered, out: Path | None) -> None:
    """Where the letters are, and what to register once they have left."""
    if result.written:
        typer.echo(f"已写出 {len(result.written)} 份：{out}。黄底空格请填好，内容请核对后再发出。")
        if result.sent:
            typer.echo(f"发出后请在台账登记“{result.sent}”，已登记的请核对。")
    elif result.pages and not out:
        typer.echo("下一步：加 --out 函件/ 写出。")
