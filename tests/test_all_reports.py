"""What holds of every shipped report: its 底稿 gives every figure again, and a period without complaints is said aloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from xiaobao_xl import resources
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.reporting import Reported, Wanted, report, write_report
from xiaobao_xl.workbook.filling import NOTHING
from xiaobao_xl.workbook.recounting import recounted

CLEAN, MESSY = "投诉台账_规范样例.xlsx", "投诉台账_样例.xlsx"
REPORTS = list(load_rules().reports)
EMPTY = "2019Q1"  # before any complaint of the samples


def made(rules: Rules, name: str, sample: str, period: str) -> Reported:
    """A report over one of the complaint samples, or over the sample of its own register."""
    register = rules.reports[name].register
    book = sample if register == "complaint" else f"{rules.registers[register].title}_样例.xlsx"
    wanted = Wanted(report=name, period="2026" if name.endswith("annual") and period == "2026Q3" else period)
    return report(rules, [resources.sample_path(book)], Reading(register=register), wanted, date(2026, 9, 30))


def texts(book: Workbook) -> Iterator[tuple[str, str]]:
    """Sheet and text of every filled cell."""
    for sheet in book.worksheets:
        yield from (
            (sheet.title, str(cell.value)) for row in sheet.iter_rows() for cell in row if cell.value is not None
        )


@pytest.mark.parametrize(("sample", "period"), [(MESSY, "2026Q3"), (CLEAN, "2026"), (CLEAN, EMPTY)])
@pytest.mark.parametrize("name", REPORTS)
def test_the_working_paper_gives_every_figure_again(
    name: str, sample: str, period: str, rules: Rules, tmp_path: Path
) -> None:
    result = made(rules, name, sample, period)
    finished, paper, *_ = write_report(result, tmp_path)
    found = recounted(paper)
    assert len(found) >= sum(1 for figure in result.figures.report.figures.values() if figure.printed)
    assert [one for one in found if not one.agrees] == []
    with ZipFile(finished) as parts:
        assert [name for name in parts.namelist() if b"{{" in parts.read(name)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_a_relation_that_does_not_hold_names_its_complaints(name: str, rules: Rules) -> None:
    result = made(rules, name, MESSY, "2026Q3")
    for footing in result.figures.footings:
        assert footing.holds or footing.unchecked or footing.breaks, footing.title
    assert result.figures.nil == ""


@pytest.mark.parametrize("name", REPORTS)
def test_a_period_without_complaints_is_a_complete_nil_return(name: str, rules: Rules, tmp_path: Path) -> None:
    result = made(rules, name, CLEAN, EMPTY)
    finished, *_ = write_report(result, tmp_path)
    said = list(texts(load_workbook(finished)))
    noun = rules.registers[rules.reports[name].register].noun
    assert any(f"零报告：本期没有应计入本表的{noun}" in text for _, text in said)
    repeated = {sheet for sheet, text in texts(load_workbook(result.template)) if ".名称 }}" in text}
    assert repeated <= {sheet for sheet, text in said if text == NOTHING}
    assert {value.value for value in result.figures if value.operation in {"count", "sum"}} <= {0, None}
    assert {finding.level for finding in result.findings} == {"note"}
    assert all(footing.holds or footing.unchecked for footing in result.figures.footings)
