"""The filing record beside every report: written with it, read back by verify and restate."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl.errors import WorkbookError, XiaobaoError
from xiaobao_xl.filings.records import FileMark, Record, figures_filed, record_from

if TYPE_CHECKING:
    from xiaobao_xl.tasks.reporting import Reported

PREFIX = "报送记录_"
SHIPPED = "随附："  # before the name of a file that comes with the program


def record_path(report: Path) -> Path:
    """Where the record of a finished report lies.

    >>> record_path(Path("报送/统计表_2026年第三季度.xlsx")).name
    '报送记录_统计表_2026年第三季度.json'
    """
    return report.with_name(f"{PREFIX}{report.stem}.json")


def record_of(result: Reported) -> Record:
    """The record of a report that has been filled; its 底稿 is added once that is written."""
    from xiaobao_xl import __version__

    filled, figures = result.filled, result.figures
    if filled is None:
        raise RuntimeError("a report is recorded after it has been filled")
    given = result.wanted.texts
    return Record(
        report=figures.id, title=figures.report.title, period=figures.period.title, as_of=result.as_of,
        program=f"xiaobao-xl {__version__}", rules_version=str(result.rules.version), rules_sha256=result.rules.sha256,
        institution=result.rules.institution, texts=dict(given), keys=result.keys, files=list(_files(result, filled.path.parent)),
        figures=figures_filed(figures, filled.cells),
    )  # fmt: skip


def write_record(record: Record, out: Path, paper: Path, *, overwrite: bool = False) -> Path:
    """Write the record as JSON, with the hash of the 底稿 that names its complaints."""
    from dataclasses import replace

    from xiaobao_xl.workbook.drawing import write_whole
    from xiaobao_xl.workbook.filling import sha256_of

    whole = replace(record, files=[*record.files, FileMark("working_paper", paper.name, sha256_of(paper))])
    text = as_text(whole.as_json())
    write_whole(out, lambda stream: stream.write(text.encode("utf-8")), overwrite=overwrite)
    return out


def read_record(path: Path) -> Record:
    """Read a filing record.

    Raises:
        WorkbookError: it is not there, or is no filing record.
    """
    return record_from(read_json(path), path.name)


def read_json(path: Path) -> Any:
    """What a JSON file says.

    Raises:
        WorkbookError: it cannot be read.
    """
    if not path.is_file():
        raise WorkbookError(f"{path}：找不到报送记录；请检查路径。")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        raise XiaobaoError(f"{path.name}：不是报送记录（不是 JSON 文件）；请给出“{PREFIX}….json”。") from None


def as_text(content: dict[str, Any]) -> str:
    """JSON that a person can read down: every number on a line of its own."""
    figures = content.pop("figures", {})
    head = json.dumps(content, ensure_ascii=False, indent=2)
    blocks = []
    for name, figure in figures.items():
        numbers = ",\n".join("      " + json.dumps(one, ensure_ascii=False) for one in figure.pop("numbers"))
        about = json.dumps(figure, ensure_ascii=False)[:-1]
        blocks.append(f'    {json.dumps(name)}: {about}, "numbers": [\n{numbers}\n    ]}}')
    told = ",\n".join(blocks)
    return f'{head[:-2]},\n  "figures": {{\n{told}\n  }}\n}}\n' if figures else head + "\n"


def _files(result: Reported, folder: Path) -> Iterator[FileMark]:
    """Every file the report follows from, and the report."""
    from xiaobao_xl.workbook.filling import sha256_of
    from xiaobao_xl.workbook.form_cells import read_form

    filled = result.filled
    current = len(result.taken.current)
    for place, register in enumerate(result.registers):
        origin = register.origin
        has_file = place < len(result.paths)
        path = _seen_from(folder, result.paths[place]) if has_file else origin.file
        digest = sha256_of(result.paths[place]) if has_file else ""
        note = f"工作表 {origin.sheet}；采用 {register.receipt.rows_used} 行"
        yield FileMark("register" if place < current else "earlier", path, digest, note)
    for other in result.taken.beside:
        yield FileMark("beside", _seen_from(folder, other), sha256_of(other))
    base = result.wanted.base
    if base:
        yield FileMark("base", _seen_from(folder, base), sha256_of(base))
    rules = result.wanted.rules_file
    name = _seen_from(folder, rules) if rules else f"{SHIPPED}rules.yaml"
    yield FileMark("rules", name, result.rules.sha256, f"版本 {result.rules.version}")
    if filled:
        own = result.wanted.template
        form = f"表样指纹 {read_form(own).fingerprint}" if own and own.is_file() else ""
        yield FileMark("template", _template(result, folder), filled.template_sha256, form)
        yield FileMark("output", filled.path.name, filled.sha256, "填报完成时")


def _template(result: Reported, folder: Path) -> str:
    """Where the template lay; a shipped one by its name."""
    own = result.wanted.template or result.wanted.rules_file
    shipped = not own or (not result.wanted.template and own.parent != result.template.parent)
    return f"{SHIPPED}{result.template.name}" if shipped else _seen_from(folder, result.template)


def _seen_from(folder: Path, path: Path) -> str:
    """A path as seen from a folder, so that both may be moved together; the whole path across drives."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.resolve().as_posix()
