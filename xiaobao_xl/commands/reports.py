"""Commands that count and defend what was counted: report, verify, bridge, restate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiaobao_xl.commands.daily import (
    FINE,
    FOUND,
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
    BesideOption,
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
    from xiaobao_xl.tasks import FiledTogether, Proofread, Reported
    from xiaobao_xl.tasks.intake import Step


@app.command()
def report(
    report_id: Annotated[str, typer.Argument(metavar="报表", help="报表或报送的编号或名称，如 complaint_quarterly、quarter_end、季度报送")],
    books: Annotated[list[Path], typer.Argument(metavar="台账...", help="台账文件；可加上期、上年台账以算环比同比")], *,
    period: Annotated[str, typer.Option("--period", metavar="期间", help="如 2026Q3、2026-09、2026H1、2026")],
    base: Annotated[Path | None, typer.Option("--base", metavar="文件", help="基础数据（项目、数值两列）；不写则用台账内“基础数据”页")] = None,
    template: Annotated[Path | None, typer.Option("--template", metavar="文件", help="报表模板；不写则用同名模板")] = None,
    no: Annotated[list[str], typer.Option("--no", metavar="编号", help="逐件的表（如 complaint_form）只要这些投诉编号，可重复")] = [],  # noqa: B006
    narrative: Annotated[bool, typer.Option("--narrative", help="另写一份 Word 分析报告，数字与图表由指标生成")] = False,
    text: Annotated[Path | None, typer.Option("--check-text", metavar="文件", help="核对改过的 Word 报告，数字与升降是否仍与台账相符；不写文件")] = None,
    name: Annotated[str, typer.Option("--name", metavar="机构", help="填在表头的机构名称")] = "",
    register: RegisterOption = "", sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="目录", help="报表与底稿写到这个目录；不写则写到当前目录")] = None,
    others: BesideOption = [], audience: AudienceOption = "",  # noqa: B006
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """报表：按期间填好模板，并写底稿与报送记录，每个数都能追到投诉编号；给出报送（如 quarter_end）则各表一次出齐。

    \b
    xiaobao report complaint_quarterly 台账.xlsx --period 2026Q3 --out 报表/
    xiaobao report complaint_quarterly 今年.xlsx 去年.xlsx --period 2026Q3 --name 某某银行
    xiaobao report quarter_end 台账.xlsx --period 2026Q3 --out 报送/
    xiaobao report complaint_quarterly 台账.xlsx --period 2026Q3 --beside 调解台账.xlsx --out 报表/
    xiaobao report complaint_form 台账.xlsx --period 2026Q3 --no TS2026090075
    xiaobao report complaint_quarterly 台账.xlsx --period 2026Q3 --narrative --out 报表/
    xiaobao report complaint_quarterly 台账.xlsx --period 2026Q3 --check-text 消费投诉分析报告.docx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    if text is not None and narrative:
        raise WorkbookError("--check-text 只核对已有的报告，不能和 --narrative 一起写；请分两次运行。")
    loaded, day, masker = load(rules, institution), day_of(as_of), masker_for(audience)
    wanted = tasks.Wanted(
        report=tasks.find_report(loaded, report_id),
        period=period,
        base=base,
        template=template,
        rules_file=rules,
        texts={"institution": name} if name else {},
        keys=tuple(dict.fromkeys(no)),
    )
    refuse(books, json_to, overwrite=overwrite)
    is_filing = wanted.report in loaded.filings
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: (tasks.file_reports if is_filing else tasks.report)(
                loaded,
                books,
                reading(books[0], register, sheet, headings, given, others, masker),
                wanted,
                day,
                step=step,
            ),
            password,
        )
        if text is not None:
            return _proofread(tasks.check_text(result, text, step=step), json_to, overwrite=overwrite)
        written = _write(result, out or Path(), narrative=narrative, overwrite=overwrite, step=step)
    write_json(json_to, result.as_json, overwrite=overwrite)
    prove(masker, *written, json_to)
    if json_to != "-":
        reports = [path for path in written if path.suffix != ".docx"]
        (screen.filed if is_filing else screen.reported)(result, reports, quiet=quiet)
        for path in written[len(reports) :]:
            typer.echo(f"已写出：{path}（分析报告；改后可用 --check-text 核对）")
    return FOUND if result.has_errors else FINE


def _write(
    result: Reported | FiledTogether, folder: Path, *, narrative: bool, overwrite: bool, step: Step
) -> list[Path]:
    """The reports with what goes beside them, then the narratives; nothing where one of them is there already."""
    from xiaobao_xl import tasks

    narrated = tasks.narratives(result, folder, overwrite=overwrite) if narrative else []
    if isinstance(result, tasks.FiledTogether):
        written = tasks.write_filing(result, folder, overwrite=overwrite, step=step)
    else:
        written = tasks.write_report(result, folder, overwrite=overwrite, step=step)
    for one in narrated:
        one.write(step)
    return [*written, *(one.path for one in narrated)]


def _proofread(found: Proofread, json_to: str, *, overwrite: bool) -> int:
    write_json(json_to, found.as_json, overwrite=overwrite)
    for line in found.lines() if json_to != "-" else ():
        typer.echo(line)
    return FOUND if found.untrue else FINE


@app.command()
def verify(
    record: Annotated[Path, typer.Argument(metavar="记录", help="报送记录_….json，或一次报送的 报送清单_….json")], *,
    books: Annotated[list[Path], typer.Option("--register", metavar="文件", help="现在的台账；不写则用记录所指的那一份。有上期台账的，可重复")] = [],  # noqa: B006
    sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """核验：已报送的报表是否仍与台账相符，报表文件有没有被改动；不符的指出数字、投诉和单元格。

    \b
    xiaobao verify 报送/报送记录_消费投诉季度统计表_2026年第三季度.json
    xiaobao verify 报送/报送清单_季度报送_2026年第三季度.json --register 台账_现在.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded = load(rules, institution)
    refuse([record, *books], json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        found = with_password(
            lambda given: tasks.verify(
                loaded,
                record,
                reading(books[0] if books else record, "", sheet, headings, given),
                register=books,
                step=step,
            ),
            password,
        )
    write_json(json_to, lambda: {"records": [one.as_json() for one in found]}, overwrite=overwrite)
    for one in found if json_to != "-" else ():
        for line in [one.verdict()] if quiet else one.lines():
            typer.echo(line)
    return FINE if all(one.agrees for one in found) else FOUND


@app.command()
def bridge(
    book: Annotated[Path, typer.Argument(metavar="本期台账", help="本期的台账文件")], *,
    last: Annotated[Path, typer.Option("--last", metavar="文件", help="上期报送时的台账；也可给上期的报送记录（.json）或底稿")],
    period: Annotated[str, typer.Option("--period", metavar="期间", help="本期，如 2026Q3")],
    report_id: Annotated[str, typer.Option("--report", metavar="报表", help="有期初、期末的报表")] = "complaint_quarterly",
    out: OutOption = None, sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "", json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """衔接：上期期末在办怎样变成本期期末在办，漏转、合并、改类、改日期、补登、办结逐步列出投诉。

    \b
    xiaobao bridge 三季度台账.xlsx --last 二季度台账.xlsx --period 2026Q3 --out 衔接表.xlsx
    xiaobao bridge 三季度台账.xlsx --last 报送记录_消费投诉季度统计表_2026年第二季度.json --period 2026Q3
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    refuse([book, last], out, json_to, overwrite=overwrite)
    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(
            lambda given: tasks.bridge(
                loaded, book, last, reading(book, "", sheet, headings, given), period, day,
                report=tasks.find_report(loaded, report_id), step=step,
            ),
            password,
        )  # fmt: skip
        if out:
            tasks.write_bridge(result, out, overwrite=overwrite)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        for line in [result.conclusion()] if quiet else result.lines():
            typer.echo(line)
        typer.echo(f"衔接表：{out}" if out else "下一步：加 --out 衔接表.xlsx 得到逐件的衔接表。")
    return FOUND if result.found.needs_a_look else FINE


@app.command()
def restate(
    old: Annotated[Path, typer.Argument(metavar="旧台账", help="报送时的台账，或当时的报送记录（.json）")],
    new: Annotated[Path, typer.Argument(metavar="新台账", help="现在的台账，或重报的报送记录（.json）")], *,
    report_id: Annotated[str, typer.Option("--report", metavar="报表", help="报表的编号或名称")] = "complaint_quarterly",
    period: Annotated[str, typer.Option("--period", metavar="期间", help="如 2026Q3；两份报送记录时不写")] = "",
    base: Annotated[Path | None, typer.Option("--base", metavar="文件", help="基础数据；不写则用各台账内“基础数据”页")] = None,
    out: OutOption = None, sheet: SheetOption = [], rules: RulesOption = None, institution: InstitutionOption = "",  # noqa: B006
    as_of: AsOfOption = "", json_to: JsonOption = "", password: PasswordOption = "", headings: HeadingsOption = None,
    overwrite: OverwriteOption = False, quiet: QuietOption = False,
) -> int:  # fmt: skip
    """重报：同一报表前后两次，哪些数变了，由哪些投诉引起（新计入、不再计入、改了哪一栏）。

    \b
    xiaobao restate 报送时台账.xlsx 现在台账.xlsx --report complaint_quarterly --period 2026Q3 --out 重报说明.xlsx
    xiaobao restate 原报/报送记录_统计表.json 重报/报送记录_统计表.json --out 重报说明.xlsx
    """  # noqa: D301
    from xiaobao_xl import tasks
    from xiaobao_xl.commands import screen

    loaded, day = load(rules, institution), day_of(as_of)
    refuse([old, new], out, json_to, overwrite=overwrite)
    by_record = [path.suffix.casefold() == ".json" for path in (old, new)]
    if any(by_record) and not all(by_record):
        raise WorkbookError(
            "请给出两份台账，或两份报送记录；一份台账与一份记录的比较请用 xiaobao verify 记录.json --register 台账"
        )
    if not any(by_record) and not period:
        raise WorkbookError(
            "请用 --period 给出期间。例：xiaobao restate 旧.xlsx 新.xlsx --period 2026Q3 --out 重报说明.xlsx"
        )
    wanted = tasks.Wanted(report=tasks.find_report(loaded, report_id), period=period, base=base, rules_file=rules)

    def compare(given: str) -> tasks.Restated:
        how = reading(new, "", sheet, headings, given)
        if all(by_record):
            return tasks.restate_records(loaded, old, new, how, step=step)
        return tasks.restate(loaded, old, new, how, wanted, day, step=step)

    with screen.progress(quiet=quiet or json_to == "-") as step:
        result = with_password(compare, password)
        if out:
            tasks.write_restatement(result, out, overwrite=overwrite)
    write_json(json_to, result.as_json, overwrite=overwrite)
    if json_to != "-":
        for line in () if quiet else result.lines():
            typer.echo(line)
        same = (
            "没有数字变动。"
            if not result.moved
            else f"{len(result.moved)} 个数字变动，涉及 {len(result.keys)} 件投诉。"
        )
        typer.echo(f"{result.title}（{result.period}）比对 {result.compared} 个数字：{same}")
        typer.echo(f"重报说明：{out}" if out else "下一步：加 --out 重报说明.xlsx 得到逐件的说明。")
    return FOUND if result.moved else FINE
