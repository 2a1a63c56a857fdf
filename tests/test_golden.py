"""What the tool says of the sample registers today is what it said when tests/golden/ was last written.

One tab-separated line per finding, due date, figure and cell. `--regenerate` writes the files anew; the difference is
then read in the version control. What depends on the classification of texts is measured elsewhere and left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from xiaobao_xl import resources
from xiaobao_xl.resources import sample_path
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.checking import check
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.reporting import Reported, Wanted, report, write_report
from xiaobao_xl.tasks.timing import due

GOLDEN = Path(__file__).parent / "golden"
CLASSIFIED = "_fits_text"  # ending of the checks that compare a recorded class with the suggested one
REPORT = Wanted(report="complaint_quarterly", period="2026Q3", texts={"institution": "望澜银行"})


@dataclass(frozen=True)
class Sample:
    """A sample register and the day it is looked at."""

    file: str
    as_of: date

    @property
    def path(self) -> Path:
        return resources.sample_path(self.file)


SAMPLES = {
    "messy": Sample("投诉台账_样例.xlsx", date(2026, 9, 30)),
    "clean": Sample("投诉台账_规范样例.xlsx", date(2026, 10, 31)),
}
Lines = Iterator[Sequence[object]]  # the headings first


def findings(rules: Rules, sample: Sample, _folder: Path) -> Lines:
    """A finding about a whole row has the row's number for a cell."""
    yield "sheet", "cell", "check", "level", "message"
    for one in check(rules, sample.path, Reading(), sample.as_of).findings:
        if not one.check.endswith(CLASSIFIED):
            yield one.sheet, one.cell or one.row, one.check, one.level, one.message


def due_days(rules: Rules, sample: Sample, _folder: Path) -> Lines:
    """The cell is that of the day the clock starts."""
    yield "cell", "deadline", "due_on", "status"
    for row in due(rules, sample.path, Reading(), sample.as_of).as_json()["rows"]:
        yield row["cell"], row["deadline"], row["due_on"], row["status"]


def figures(rules: Rules, sample: Sample, _folder: Path) -> Lines:
    """Every member of every figure, with the number of register rows behind it."""
    yield "figure", "member", "value", "rows"
    for value in counted(rules, sample).figures:
        yield value.figure, "/".join(value.member), value.value, len(value.rows())


def report_cells(rules: Rules, sample: Sample, folder: Path) -> Lines:
    """The first sheet of the finished report; formulas as they are written."""
    yield "cell", "text"
    finished, *_ = write_report(counted(rules, sample), folder)
    for row in load_workbook(finished).worksheets[0].iter_rows():
        yield from ((cell.coordinate, cell.value) for cell in row if cell.value is not None)


def list_lines(rules: Rules, sample: Sample, _folder: Path) -> Lines:
    """Every line of the lists that are printed as rows."""
    yield "list", "line", "cells"
    for name in ("overdue_list", "open_list", "withdrawn_list", "regulator_referrals"):
        wanted = Wanted(report=name, period="2026Q3")
        for lines in report(rules, [sample.path], Reading(), wanted, sample.as_of).figures.lists.values():
            for line in range(len(lines)):
                cells = (cells[line] for cells in lines.cells.values())
                yield name, line + 1, "｜".join("" if cell is None else str(cell) for cell in cells)


RESULTS: dict[str, Callable[[Rules, Sample, Path], Lines]] = {
    "findings": findings,
    "due": due_days,
    "figures": figures,
    "report": report_cells,
    "lists": list_lines,
}


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_sample_gives_the_stored_result(
    sample: str, result: str, rules: Rules, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    agrees(f"{sample}_{result}", as_text(RESULTS[result](rules, SAMPLES[sample], tmp_path)), request)


def agrees(name: str, text: str, request: pytest.FixtureRequest) -> None:
    """Compare with the stored result, or store this one."""
    stored = GOLDEN / f"{name}.tsv"
    if request.config.getoption("--regenerate"):
        stored.write_text(text, encoding="utf-8", newline="\n")
    elif difference := differs(stored.read_text(encoding="utf-8"), text):
        pytest.fail(
            f"tests/golden/{stored.name} differs; - is stored, + is what the tool says now:\n{difference}\n"
            "If the change is meant: python3 dev.py test tests/test_golden.py --regenerate",
            pytrace=False,
        )


@pytest.mark.parametrize("name", [name for name in load_rules().reports if name != REPORT.report])
def test_the_sample_gives_the_stored_report(
    name: str, rules: Rules, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The first two sheets of every other report over the sample of its register; the quarterly one is above."""
    register = rules.reports[name].register
    book = (
        SAMPLES["messy"].path
        if register == "complaint"
        else sample_path(f"{rules.registers[register].title}_样例.xlsx")
    )
    period = "2026" if name.endswith("annual") and register != "complaint" else REPORT.period
    wanted = replace(REPORT, report=name, period=period)
    result = report(rules, [book], Reading(register=register), wanted, SAMPLES["messy"].as_of)
    finished, *_ = write_report(result, tmp_path)
    with closing(load_workbook(finished, read_only=True)) as book:
        cells = [
            (sheet.title, cell.coordinate, cell.value)
            for sheet in book.worksheets[:2]
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
    agrees(
        f"{'messy' if register == 'complaint' else 'sample'}_{name}",
        as_text([("sheet", "cell", "text"), *cells]),
        request,
    )


def test_a_difference_names_the_columns_and_the_changed_lines_only() -> None:
    stored = as_text([("cell", "text"), ("A1", 1 / 3), ("A2", None), ("A3", "两\n行")])
    assert stored == "cell\ttext\nA1\t0.3333333333\nA2\t\nA3\t两\\n行\n"
    assert differs(stored, stored) == ""
    assert differs(stored, stored.replace("0.33", "0.44")).split("\n") == [
        "  cell\ttext", "- A1\t0.3333333333", "+ A1\t0.4433333333",
    ]  # fmt: skip


def counted(rules: Rules, sample: Sample) -> Reported:
    return report(rules, [sample.path], Reading(), REPORT, sample.as_of)


def as_text(lines: Iterable[Sequence[object]]) -> str:
    return "".join("\t".join(map(field, line)) + "\n" for line in lines)


def field(value: object) -> str:
    """Numbers to ten digits, beyond which processors may disagree; nothing that would break a line in two."""
    if isinstance(value, float):
        return f"{value:.10g}"
    text = "" if value is None else str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")


def differs(stored: str, text: str) -> str:
    """The headings and the lines that differ; '' where none does."""
    old, new = stored.split("\n"), text.split("\n")
    compared = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]  # without the names of the files
    changed = [f"{line[0]} {line[1:]}" for line in compared if line[0] != "@"]
    return "\n".join([f"  {new[0]}", *changed]) if changed else ""
