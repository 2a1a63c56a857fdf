"""Arguments and options that several commands share, with their help texts, and what is said of a mistyped one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

Book = Annotated[Path, typer.Argument(metavar="台账", help="台账文件：.xlsx .xlsm .xls .xlsb .ods .csv")]
RegisterOption = Annotated[
    str, typer.Option("--register", metavar="编号", help="按哪种台账读，如 complaint；不写则按表头判断")
]
SheetOption = Annotated[list[str], typer.Option("--sheet", metavar="名称", help="工作表名，可重复；all 为全部")]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", metavar="文件", help="本机构的规则文件；不写则用随附的 rules.yaml")
]
InstitutionOption = Annotated[
    str, typer.Option("--institution", metavar="bank|insurer", help="机构类别，决定用哪套分类标准")
]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="日期", help="以哪一天为“今天”，如 2026-09-30；不写则为系统日期")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="文件", help="结果写到这个新文件")]
JsonOption = Annotated[str, typer.Option("--json", metavar="文件|-", help="另存 JSON；- 表示打印到屏幕")]
PasswordOption = Annotated[str, typer.Option("--password", metavar="密码", help="加密文件的打开密码；不写会询问")]
HeadingsOption = Annotated[
    Path | None, typer.Option("--headings", metavar="文件", help="表头对照；不写则用台账旁的 headings.yaml")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="只打印结论")]
AudienceOption = Annotated[
    str,
    typer.Option(
        "--audience",
        metavar="对象",
        help="给谁看：regulator 监管、department 部门、training 培训、public 公开；不写则不脱敏",
    ),
]
UnsignedOption = Annotated[bool, typer.Option("--allow-unsigned", help="文件带数字签名时仍写副本（副本中的签名失效）")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="结果文件已存在时覆盖")]

# What click says of a mistyped command, and how an officer reads it; anything else is passed on as it is.
_USAGE = (
    (r"Missing (?:argument|option|parameter):? '?([^'.]+)'?\..*", r"缺少 \1。"),
    (r"No such command '(.+?)'\. Did you mean '(.+?)'\?", r"没有 \1 这个命令，是否想写 \2？"),
    (r"No such command '(.+?)'\..*", r"没有 \1 这个命令。"),
    (r"No such option:? '?([^' ]+?)'?(?:\.? (?:Did you mean|\(Possible options:) '?([^'?)]+)'?[?)]?)", r"没有 \1 这个选项，是否想写 \2？"),
    (r"No such option:? '?([^' ]+?)'?\.?", r"没有 \1 这个选项。"),
    (r"Option '(.+?)' requires an argument\.?", r"\1 后面要写它的值。"),
    (r"Option '(.+?)' does not take a value\.?", r"\1 后面不写值。"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"多出了 \1；文件名中有空格的，请用引号括起。"),
)  # fmt: skip


def in_chinese(message: str) -> str:
    """What click says of a mistyped command, as an officer reads it.

    >>> in_chinese("No such option: --ot. Did you mean '--out'?")
    '没有 --ot 这个选项，是否想写 --out？'
    """
    found = ((re.fullmatch(shape, message), words) for shape, words in _USAGE)
    return next((match.expand(words) for match, words in found if match), message)
