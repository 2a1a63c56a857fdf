"""Arguments and options that several commands share, with their help texts."""

from __future__ import annotations

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
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="结果文件已存在时覆盖")]
