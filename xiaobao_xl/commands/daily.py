"""The commands: words in, lines out. Each is one verb of `tasks`; nothing here knows the law."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiaobao_xl.commands.options import (
    AsOfOption,
    AudienceOption,
    BesideOption,
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
    from xiaobao_xl.masking.masker import Masker
    from xiaobao_xl.rules import Rules
    from xiaobao_xl.tasks import Reading

FINE, FOUND = 0, 1
_HELP = """消保岗的投诉台账工具：校验、分类、时限、报表。原文件从不改动，结果写到新文件。

\b
先试一遍：  xiaobao demo
校验台账：  xiaobao check 台账.xlsx --out 台账_校验.xlsx
"""
app = typer.Typer(
    help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip


@app.callback(invoke_without_command=True)
def _version(*, version: Annotated[bool, typer.Option("--version", help="打印版本与规则日期")] = False) -> None:
    if version:
        from xiaobao_xl import __version__

        typer.echo(f"xiaobao-xl {__version__}，规则 {load(None, '').version}")
        raise typer.Exit


@app.command()
def check(
    book: Book, *, register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None,  # noqa: B006
    institution: InstitutionOption = "", as_of: AsOfOption = "", out: OutOption = None, json_to: JsonOption = "",
    password: PasswordOption = "", headings: HeadingsOption = None,
    waivers: Annotated[Path | None, typer.Option("--waivers", metavar="文件", help="豁免清单；不写则用台账旁的 waivers.yaml 与表内“豁免”页")] = None,
    others: BesideOption = [], audience: AudienceOption = "",  # noqa: B006
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """校验：一次查出台账里的全部问题（单元格、依据、改法）。

    \b
    xiaobao check 台账.xlsx
    xiaobao check 台账.xlsx --out 台账_校验.xlsx --as-of 2026-09-30
    xiaobao check 台账.xlsx --sheet 三季度 --json 结果.json
    xiaobao check 台账.xlsx --beside 调解台账.xlsx
    """  # noqa: D301  (click wants the backspace itself before lines it may not join)
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day, masker = load(rules, institution), day_of(as_of), masker_for(audience)
    refuse([book], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        found = with_password(
            lambda given: tasks.check(
                loaded,
                book,
                reading(book, register, sheet, headings, given, others, masker),
                day,
                waivers_file=waivers,
                step=step,
            ),
            password,
        )
        if out:
            tasks.write_marked(found, out, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    write_json(json_to, found.as_json, overwrite=overwrite)
    prove(masker, out, json_to)
    if json_to != "-":
        screen.checked(found, out, quiet=quiet)
    return FOUND if found.has_errors else FINE


@app.command()
def classify(
    book: Annotated[Path | None, typer.Argument(metavar="台账", help="台账文件；只分类一段文字时不写")] = None, *,
    text: Annotated[str, typer.Option("--text", metavar="文字", help="只分类这一段文字，并说明理由")] = "",
    codes: Annotated[Path | None, typer.Option("--codes", metavar="文件", help="本机构代码表（两列：类别、代码）")] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="文件", help="xiaobao learn 写出的模型；只在它明显更好的类别上用")] = None,
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    audience: AudienceOption = "",
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """分类：按投诉内容建议业务类别与投诉原因，列出依据的词；从不改动已填的类别。

    \b
    xiaobao classify --text "客户反映信用卡年费未告知，要求退还"
    xiaobao classify 台账.xlsx --out 台账_分类.xlsx
    xiaobao classify 台账.xlsx --institution insurer --json 分类.json
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, institution)
    if bool(text.strip()) == bool(book):
        raise WorkbookError('请给出台账文件或 --text 文字，二者取一。例：xiaobao classify --text "信用卡年费未告知"')
    if text.strip() and out:
        raise WorkbookError("--text 只分类一段文字，没有副本可写；请去掉 --out，要留存请用 --json")
    if book is None:
        suggestion = tasks.classify_text(loaded, text, codes=codes, model=model)
        write_json(json_to, lambda: suggestion, overwrite=overwrite)
        if json_to != "-":
            screen.one_classified(suggestion, tasks.part_titles(loaded))
        return FINE
    masker = masker_for(audience)
    refuse([book], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.classify(
                loaded,
                book,
                reading(book, register, sheet, headings, given, masker=masker),
                codes=codes,
                model=model,
                step=step,
            ),
            password,
        )
        if out:
            tasks.write_classified(result, out, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(masker, out, json_to)
    if json_to != "-":
        screen.classified(result, out, quiet=quiet)
    return FINE


@app.command()
def due(
    book: Annotated[Path | None, typer.Argument(metavar="台账", help="台账文件；只算一个时限时不写")] = None, *,
    deadline: Annotated[str, typer.Option("--deadline", metavar="编号", help="只算这一种时限，如 decision")] = "",
    values: Annotated[list[str], typer.Option("--set", metavar="列=值", help="不读台账，直接给出日期等，可重复")] = [],  # noqa: B006
    ics: Annotated[Path | None, typer.Option("--ics", metavar="文件", help="日历提醒文件；有 --out 时默认写在其旁")] = None,
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "", out: OutOption = None, json_to: JsonOption = "", password: PasswordOption = "",
    headings: HeadingsOption = None, others: BesideOption = [], audience: AudienceOption = "",  # noqa: B006
    allow_unsigned: UnsignedOption = False, overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> int:  # fmt: skip
    """时限：届满日、剩余天数和一句可以手工复核的说明；附时限看板与日历提醒。

    \b
    xiaobao due 台账.xlsx --out 台账_时限.xlsx
    xiaobao due --deadline decision --set received_on=2025-01-15 --set complexity=simple
    xiaobao due --deadline regulator_transfer --set regulator_received_on=2025-09-26
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    if bool(values) == bool(book):
        raise WorkbookError(
            "请给出台账文件，或用 --deadline 与 --set 算一个时限。例：xiaobao due --deadline decision --set received_on=2025-01-15"
        )
    if book is None and (out or ics):
        raise WorkbookError("--set 只算一件，没有副本和日历可写；请去掉 --out 与 --ics，要留存请用 --json")
    if book is None:
        _tell_one_due(tasks.due_once(loaded, deadline or "decision", values, day), json_to, overwrite=overwrite)
        return FINE
    masker = masker_for(audience)
    beside = out.with_suffix(".ics") if out and out.suffix != ".ics" else None
    refuse([book], out, ics or beside, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.due(
                loaded,
                book,
                reading(book, register, sheet, headings, given, others, masker),
                day,
                only=deadline,
                step=step,
            ),
            password,
        )
        if out or ics:
            ics = tasks.write_due(result, out, ics, overwrite=overwrite, allow_unsigned=allow_unsigned, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(masker, out, ics, json_to)
    if json_to != "-":
        screen.due(result, out, ics, quiet=quiet)
    return FINE


def _tell_one_due(row: dict[str, Any], json_to: str, *, overwrite: bool) -> None:
    """A single due date, in JSON or on the screen."""
    from xiaobao_xl.commands import screen

    write_json(json_to, lambda: {"rows": [row]}, overwrite=overwrite)
    if json_to != "-":
        screen.one_due(row)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="原文件", help="原来的工作簿（.xlsx .xlsm）")],
    new: Annotated[Path, typer.Argument(metavar="新文件", help="现在的工作簿，如收回的那一份")], *,
    every: Annotated[bool, typer.Option("--all", help="逐处列出，不归并省略")] = False,
    json_to: JsonOption = "", overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """比较：两个工作簿有哪些不同（内容、公式、格式、行列、下拉、批注、名称、图形、宏等）。

    \b
    xiaobao diff 发出.xlsx 收回.xlsx
    xiaobao diff 发出.xlsx 收回.xlsx --all
    xiaobao diff 发出.xlsx 收回.xlsx --json 不同.json
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    gc.enable()  # no rules are loaded here, which otherwise enable it
    refuse([old, new], json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = tasks.compare(old, new, every=every or bool(json_to), step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        screen.differing(result, every=every, quiet=quiet)
    return FOUND if result.groups else FINE


def load(path: Path | None, institution: str) -> Rules:
    """The rules of a command: the shipped ones, or the institution's own file."""
    from xiaobao_xl.rules import load_rules

    if institution not in {"", "bank", "insurer"}:
        raise WorkbookError(f"--institution {institution} 不认识；请写 bank（银行）或 insurer（保险公司）。")
    if path is not None and not path.is_file():
        raise WorkbookError(f"{path}: 找不到规则文件；请检查 --rules 的路径。")
    loaded = load_rules(path, institution or None)  # type: ignore[arg-type]
    gc.freeze()
    gc.enable()
    return loaded


def day_of(text: str) -> date:
    """The day the question is asked; the clock is read here and nowhere else."""
    if not text:
        return date.today()  # noqa: DTZ011  (the officer's own calendar day)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WorkbookError(f"--as-of {text} 不是日期；请写成 2026-09-30 的样子。") from None


def refuse(books: list[Path], *targets: Path | str | None, overwrite: bool) -> None:
    """Stop before any work is done where a result would take the place of a register or, unasked, of any file."""
    files = [Path(target) for target in targets if target and str(target) != "-"]
    for target in files:
        from xiaobao_xl.workbook.drawing import refuse_existing

        if sum(target.absolute() == other.absolute() for other in files) > 1:
            raise WorkbookError(f"{target}：两项结果写到了同一个文件；请给它们不同的文件名")
        if any(book.exists() and target.exists() and target.samefile(book) for book in books):
            raise WorkbookError(f"{target}：这是原文件，不能覆盖；请换一个文件名")
        refuse_existing(target, overwrite=overwrite)


def reading(
    book: Path,
    register: str,
    sheet: list[str],
    headings: Path | None,
    password: str,
    others: Sequence[Path] = (),
    masker: Masker | None = None,
) -> Reading:
    """How a command reads its register, from its options."""
    from xiaobao_xl import tasks

    layouts = tasks.read_layouts(headings, beside=book)
    return tasks.Reading(
        register=register, sheet=tuple(sheet), layouts=layouts, password=password, beside=tuple(others),
        audience=masker.audience if masker else "", masker=masker,
    )  # fmt: skip


def masker_for(audience: str) -> Masker | None:
    """What masks for an audience; None where none is named."""
    from xiaobao_xl import tasks

    return tasks.Reading(audience=audience).masker


def prove(masker: Masker | None, *written: Path | str | None) -> None:
    """Read what was written back, where it was masked; what still tells of a person is taken away again."""
    if masker is not None:
        from xiaobao_xl import tasks

        tasks.prove([Path(path) for path in written if path and str(path) != "-"], masker)


def with_password(run: Any, password: str) -> Any:
    """Run, asking for the password of an encrypted file when a person is there to answer."""
    from xiaobao_xl.workbook.grids import PasswordNeeded

    try:
        return run(password)
    except PasswordNeeded:
        if password or not sys.stdin.isatty():
            raise
        return run(typer.prompt("文件已加密，请输入打开密码", hide_input=True))


def write_json(target: str, content: Any, *, overwrite: bool) -> None:
    """JSON to a file or, with `-`, as UTF-8 to standard output."""
    if not target:
        return
    text = json.dumps(content(), ensure_ascii=False, indent=2) + "\n"
    if target == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
        return
    from xiaobao_xl.workbook.drawing import write_whole

    write_whole(Path(target), lambda stream: stream.write(text.encode("utf-8")), overwrite=overwrite)
