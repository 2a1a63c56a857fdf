"""Writes docs/reference/ from the code: kinds from dataclasses, rules from rules.yaml, commands from --help.

python docs/generate.py            write the pages
python docs/generate.py --check    exit 1 and name the pages that are stale
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import textwrap
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from typer.testing import CliRunner

from xiaobao_xl import checks, cli, law
from xiaobao_xl.deadlines import Version
from xiaobao_xl.figures import kinds as figure_kinds
from xiaobao_xl.letters.letter import AUDIENCE_TITLES
from xiaobao_xl.rules import RegisterRules, Rules, load_rules

FOLDER = Path(__file__).parent / "reference"
COMMANDS = (
    "check",
    "classify",
    "due",
    "report",
    "verify",
    "bridge",
    "restate",
    "analyse",
    "match",
    "form",
    "letter",
    "diff",
    "mask",
    "blank",
    "rules",
    "demo",
    "today",
    "whatif",
    "law",
    "learn",
    "split",
    "merge",
    "convert",
    "handover",
    "archive",
    "scan",
    "sample",
    "attach",
    "install-excel",
    "install-libreoffice",
    "doctor",
)
LEVELS = {"error": "错误", "warning": "提示", "note": "说明"}
UNITS = {"calendar": "自然日", "working": "工作日", "hours": "小时", "months": "个月", "years": "年"}
GENERATED = "由 docs/generate.py 从 {} 生成，请勿手改。"


def main() -> int:
    """Write or check every page."""
    pages = {
        "check_kinds.md": _kinds("检查种类", checks.Check, checks.KINDS),
        "figure_kinds.md": _kinds("指标种类", figure_kinds.Figure, typing.get_args(figure_kinds.AnyFigure)),
        "rules.md": "\n".join(_rules(load_rules())) + "\n",
        "cli.md": _commands(),
    }
    stale = [name for name, text in pages.items() if _old(FOLDER / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            sys.stderr.write(f"docs/reference/{name} is stale: run python docs/generate.py\n")
        return int(bool(stale))
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(pages[name], encoding="utf-8", newline="\n")
    return 0


def _old(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _kinds(title: str, base: type, kinds: Iterable[type]) -> str:
    """One section a kind: its docstring is its manual page."""
    common = {field.name for field in dataclasses.fields(base)}
    parts = [f"# {title}", GENERATED.format("代码里的说明（英文）"), "中文一览见 [食谱](../recipes.md)。"]
    parts += ["## 各种都可以用的键", _verbatim(inspect.getdoc(base) or "")]
    for kind in kinds:
        own = [field.name for field in dataclasses.fields(kind) if field.name not in common]
        name = getattr(kind, "KIND", own[0])
        parts += [f"## {name}", _verbatim(inspect.getdoc(kind) or ""), "键：" + "、".join(f"`{key}`" for key in own)]
    return "\n\n".join(parts) + "\n"


def _verbatim(text: str) -> str:
    return f"```text\n{text}\n```"


def _rules(rules: Rules) -> Iterator[str]:
    yield from ("# 规则一览", "", GENERATED.format(f"rules.yaml（{rules.version}）"), "")
    rows = [
        (f"`{name}`", each.title, each.document_no, each.in_force_from, law.BASIS_TITLES[each.basis])
        for name, each in rules.law.items()
    ]
    yield from ("## 法规", "", *_table(("编号", "名称", "文号", "施行", "核实程度"), rows), "")
    rows = [
        (f"`{name}`", each.title, day, _length(version, each.words), law.cite(rules.law, version.source), law.BASIS_TITLES[version.basis])
        for name, each in rules.deadlines.items()
        for day, version in each.versions.items()
    ]  # fmt: skip
    yield from ("## 时限", "", *_table(("编号", "名称", "自", "期限", "依据", "核实程度"), rows))
    for name, register in rules.registers.items():
        yield from _register(rules, name, register)
    for name, report in rules.reports.items():
        rows = [
            (f"`{key}`", figure.title, next(iter(_own(figure))), figure.meaning)
            for key, figure in report.figures.items()
        ]
        yield from ("", f"## 报表 {report.title}（`{name}`）", "", *_table(("指标", "标题", "种类", "口径"), rows))
    for name, filing in rules.filings.items():
        rows = [(f"`{key}`", foot.title) for key, foot in filing.cross_foots.items()]
        titles = "、".join(rules.reports[report].title for report in filing.reports)
        yield from ("", f"## 报送 {filing.title}（`{name}`）", "", f"{filing.note}。含：{titles}。", "")
        yield from _table(("表间勾稽", "关系"), rows)

    rows = [
        (f"`{name}`", letter.title, AUDIENCE_TITLES[letter.audience], law.cite(rules.law, letter.source), letter.note)
        for name, letter in rules.letters.items()
    ]
    yield from ("", "## 函件", "", *_table(("编号", "名称", "给谁", "依据", "说明"), rows))


def _register(rules: Rules, name: str, register: RegisterRules) -> Iterator[str]:
    rows = [
        (f"`{key}`", column.title, column.type, "、".join(column.aliases)) for key, column in register.columns.items()
    ]
    yield from ("", f"## 台账 {register.title}（`{name}`）", "", *_table(("列", "标题", "类型", "别名"), rows))
    rows = [
        (f"`{key}`", check.title, check.KIND, LEVELS[check.level], law.cite(rules.law, check.source), check.note)
        for key, check in register.checks.items()
    ]
    yield from ("", f"### {register.title}的检查（{len(rows)} 条）", "")
    yield from _table(("编号", "名称", "种类", "级别", "依据", "说明"), rows)


def _length(version: Version, words: Mapping[str, str]) -> str:
    """`15 自然日`, or each case with its own length."""
    unit = UNITS[version.unit]
    if isinstance(version.days, int):
        return f"{version.days} {unit}"
    return "；".join(f"{words.get(case, case)} {days} {unit}" for case, days in version.days.items())


def _own(figure: figure_kinds.Figure) -> list[str]:
    common = {field.name for field in dataclasses.fields(figure_kinds.Figure)}
    return [field.name for field in dataclasses.fields(figure) if field.name not in common]


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    heads = tuple(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"


def _commands() -> str:
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    parts = ["# 命令行", GENERATED.format("--help")]
    for command in ("", *COMMANDS):
        shown = runner.invoke(cli.app, [*filter(None, [command]), "--help"], prog_name="xiaobao").output
        body = "\n".join(line.rstrip() for line in textwrap.dedent(shown).strip().splitlines())
        parts += [f"## xiaobao {command}".rstrip(), _verbatim(body)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
