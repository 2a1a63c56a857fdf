"""Writes docs/reference/ from the code: rule kinds from dataclasses, rules from rules.yaml, commands from --help.

    python docs/generate.py            write the pages
    python docs/generate.py --check    exit 1 and name the pages that are stale
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from xiaobao_xl import checks, cli, law, reports
from xiaobao_xl.rules import Rules, load_rules

FOLDER = Path(__file__).parent / "reference"
COMMANDS = ("check", "classify", "due", "report", "blank", "rules", "demo")
LEVELS = {"error": "错误", "warning": "提示", "note": "说明"}


def main() -> int:
    """Write or check every page."""
    pages = {"check_kinds.md": _kinds("检查种类", checks.KINDS.values()), "figure_kinds.md": _kinds("指标种类", reports.KINDS),
             "rules.md": _rules(load_rules()), "cli.md": _commands()}  # fmt: skip
    stale = [name for name, text in pages.items() if _old(FOLDER / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            sys.stderr.write(f"docs/reference/{name} is stale: run python docs/generate.py\n")
        return bool(stale)
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(pages[name], encoding="utf-8", newline="\n")
    return 0


def _old(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _kinds(title: str, kinds: Iterator[type]) -> str:
    """One section a kind: its docstring is its manual page."""
    parts = [f"# {title}\n\n由 docs/generate.py 从代码生成，请勿手改。\n"]
    for kind in kinds:
        name = getattr(kind, "KIND", kind.__name__)
        own = [f.name for f in dataclasses.fields(kind)]
        parts.append(f"## {name}\n\n```text\n{inspect.getdoc(kind)}\n```\n\n键：{'、'.join(f'`{key}`' for key in own)}\n")
    return "\n".join(parts)


def _rules(rules: Rules) -> str:
    lines = ["# 规则一览", "", f"由 docs/generate.py 从 rules.yaml（{rules.version}）生成，请勿手改。", ""]
    lines += ["## 法规 law", "", "| 编号 | 名称 | 文号 | 施行 | 核实程度 |", "|---|---|---|---|---|"]
    lines += [f"| `{k}` | {v.title} | {v.document_no} | {v.in_force_from} | {v.basis} |" for k, v in rules.law.items()]
    lines += ["", "## 时限 deadlines", "", "| 编号 | 名称 | 自 | 期限 | 单位 | 依据 | 核实程度 |", "|---|---|---|---|---|---|---|"]
    for name, deadline in rules.deadlines.items():
        for day, version in deadline.versions.items():
            days = version.days if isinstance(version.days, int) else "、".join(f"{k} {v}" for k, v in version.days.items())
            lines.append(f"| `{name}` | {deadline.title} | {day} | {days} | {version.unit} | {law.cite(rules.law, version.source)} | {version.basis} |")
    for register_id, register in rules.registers.items():
        lines += ["", f"## 台账 {register_id}（{register.title}）", "", "| 列 | 标题 | 类型 | 别名 |", "|---|---|---|---|"]
        lines += [f"| `{k}` | {c.title} | {c.type} | {'、'.join(c.aliases)} |" for k, c in register.columns.items()]
        lines += ["", f"### 检查（{len(register.checks)} 条）", "", "| 编号 | 种类 | 级别 | 依据 | 说明 |", "|---|---|---|---|---|"]
        lines += [f"| `{k}` | {c.KIND} | {LEVELS[c.level]} | {law.cite(rules.law, c.source)} | {c.note} |" for k, c in register.checks.items()]
    for report_id, report in rules.reports.items():
        lines += ["", f"## 报表 {report_id}（{report.title}）", "", "| 指标 | 标题 | 种类 | 口径 |", "|---|---|---|---|"]
        lines += [f"| `{k}` | {f.title} | {type(f).__name__} | {f.meaning} |" for k, f in report.figures.items()]
    return "\n".join(lines) + "\n"


def _commands() -> str:
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    parts = ["# 命令行\n\n由 docs/generate.py 从 --help 生成，请勿手改。\n"]
    for command in ("", *COMMANDS):
        shown = runner.invoke(cli.app, [*([command] if command else []), "--help"]).output
        body = "\n".join(line.rstrip() for line in textwrap.dedent(shown).strip().splitlines())
        parts.append(f"## xiaobao {command}\n\n```text\n{body}\n```\n".replace("xiaobao \n", "xiaobao\n"))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
