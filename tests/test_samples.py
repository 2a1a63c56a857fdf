"""The sample registers are what the script draws, and hold what the demo promises."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from xiaobao_xl import checks, resources
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook import reading

ROOT = Path(__file__).parent.parent
MESSY, CLEAN = "投诉台账_样例.xlsx", "投诉台账_规范样例.xlsx"


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, "examples/make_samples.py", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def cells(path: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def findings(name: str, as_of: date, rules: Rules) -> tuple[Register, list[Finding]]:
    (register,) = reading.read(resources.sample_path(name), rules.registers, rules.categories)
    found = checks.run(rules.registers["complaint"].checks, register, rules.context(as_of))
    return register, [*register.faults, *found]


@pytest.mark.parametrize("name", [MESSY, CLEAN])
def test_the_shipped_sample_is_the_one_the_script_draws(name: str, redrawn: Path) -> None:
    assert cells(redrawn / name) == cells(resources.sample_path(name))


def test_the_messy_sample_has_faults_of_many_kinds_in_few_rows(rules: Rules) -> None:
    register, found = findings(MESSY, date(2026, 9, 30), rules)
    assert register.receipt.rows_read == register.receipt.rows_used + len(register.receipt.skipped)
    assert register.receipt.rows_used == 299
    assert 120 <= len(found) <= 220
    assert len({finding.check for finding in found}) >= 40
    assert len({finding.row for finding in found}) <= 0.3 * 299


def test_the_clean_sample_has_no_error_whatever_the_day(rules: Rules) -> None:
    for as_of in (date(2026, 10, 31), date(2027, 6, 30)):
        register, found = findings(CLEAN, as_of, rules)
        assert register.receipt.rows_used == 80
        assert [finding.line() for finding in found if finding.level == "error"] == []
