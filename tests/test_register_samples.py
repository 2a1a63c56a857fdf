"""Every register beside the complaints': its blank and its sample are known for what they are, faults planted are found,
the report of its name is drawn from the rules and comes out even. Nothing here is about one register."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import yaml
from command_line import run

from xiaobao_xl import resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks import Reading, Wanted, blank, check, report, write_report
from xiaobao_xl.workbook import reading

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "samples"
REGISTERS = [name for name in load_rules().registers if name != "complaint"]
SAMPLES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def sample(register: str) -> dict:
    return yaml.safe_load((FOLDER / f"{register}.yaml").read_text(encoding="utf-8"))


def path_of(rules: Rules, register: str) -> Path:
    return resources.sample_path(f"{rules.registers[register].title}_样例.xlsx")


def cells(path: Path) -> dict[str, list[list[object]]]:
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()]
        for sheet in openpyxl.load_workbook(path)
    }


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run(
        [sys.executable, "examples/make_register_samples.py", "--to", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


def test_every_register_has_a_sample() -> None:
    assert sorted(REGISTERS) == SAMPLES


@pytest.mark.parametrize("register", REGISTERS)
def test_a_blank_is_read_as_its_own_register(rules: Rules, tmp_path: Path, register: str) -> None:
    path = tmp_path / "新台账.xlsx"
    blank(rules, register, path)
    (read,) = reading.read(path, rules.registers, rules.categories)
    assert (read.id, len(read), read.receipt.missing_columns) == (register, 0, [])


def test_a_blank_is_named_after_its_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("blank").code == run("blank", "--register", "mediation").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["投诉台账.xlsx", "纠纷调解台账.xlsx"]
    refused = run("blank", "--register", "mediaton")
    assert (refused.code, "是否想写 mediation？" in refused.err) == (2, True)


@pytest.mark.parametrize("register", SAMPLES)
def test_a_sample_is_the_one_drawn_and_read_as_its_own_register(rules: Rules, redrawn: Path, register: str) -> None:
    path = path_of(rules, register)
    assert cells(redrawn / path.name) == cells(path)
    (read,) = reading.read(path, rules.registers, rules.categories)
    assert (read.id, len(read), read.faults) == (register, len(sample(register)["rows"]), [])


@pytest.mark.parametrize("register", SAMPLES)
def test_faults_planted_in_a_sample_are_found_and_no_others(rules: Rules, register: str) -> None:
    given = sample(register)
    beside = [given["beside"]] if isinstance(given.get("beside"), str) else given.get("beside", [])
    files = tuple(resources.sample_path(name) for name in beside)
    found = check(rules, path_of(rules, register), Reading(beside=files), given["as_of"])
    counts = dict.fromkeys(rules.checks[register], 0)
    for finding in found.findings:
        counts[finding.check.removeprefix(f"{register}.")] += 1
    assert {name: count for name, count in counts.items() if count} == given["planted"]


@pytest.mark.parametrize("register", SAMPLES)
def test_the_statistics_of_a_sample_show_every_figure_and_come_out_even(
    rules: Rules, tmp_path: Path, register: str
) -> None:
    wanted = [name for name, each in rules.reports.items() if each.register == register]
    assert wanted
    for name in wanted:
        asked = Wanted(report=name, period=sample(register)["period"])
        result = report(rules, [path_of(rules, register)], Reading(), asked, sample(register)["as_of"])
        write_report(result, tmp_path)
        assert [foot.title for foot in result.figures.footings if not foot.holds] == sample(register).get("uneven", [])
        assert [finding.line() for finding in result.filled.findings] == []
        assert any(
            value.value
            for values in result.figures.values.values()
            for value in values.values()
            if value.operation != "text"
        )


def test_registers_are_told_apart_by_the_title_of_the_sheet(tmp_path: Path, rules: Rules) -> None:
    """Few headings, all of them known to many registers."""
    book = openpyxl.Workbook()
    book.active.title = "纠纷调解台账"
    for row in (["投诉编号", "被投诉机构", "经办人", "备注"], ["TS1", "城东支行", "王五", None]):
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    (read,) = reading.read(tmp_path / "表.xlsx", rules.registers, rules.categories)
    assert read.id == "mediation"


def test_two_registers_that_fit_equally_well_are_both_named(tmp_path: Path, rules: Rules) -> None:
    pair = {name: rules.registers[name] for name in ("mediation", "rectification")}
    book = openpyxl.Workbook()
    for row in (["投诉编号", "被投诉机构", "投诉原因"], ["TS1", "城东支行", "收费"]):
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    with pytest.raises(WorkbookError) as told:
        reading.read(tmp_path / "表.xlsx", pair, rules.categories)
    assert str(told.value) == (
        "表.xlsx：工作表“Sheet”的表头与“纠纷调解台账”、“溯源整改台账”同样相符，分不清是哪种台账；"
        "请加 --register mediation 或 --register rectification。"
    )
    (read,) = reading.read(tmp_path / "表.xlsx", pair, rules.categories, register="rectification")
    assert read.id == "rectification"


def test_a_register_asked_for_is_found_among_all_of_them(tmp_path: Path, rules: Rules) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for register in SAMPLES:
        sheet = book.create_sheet(rules.registers[register].title)
        for row in openpyxl.load_workbook(path_of(rules, register)).active.iter_rows(values_only=True):
            sheet.append(row)
    book.save(tmp_path / "工作台.xlsx")
    for register in SAMPLES:
        (read,) = reading.read(tmp_path / "工作台.xlsx", rules.registers, rules.categories, register=register)
        assert read.origin.sheet == rules.registers[register].title
    every = reading.read(tmp_path / "工作台.xlsx", rules.registers, rules.categories, sheet=("all",))
    assert [read.id for read in every] == SAMPLES
    assert date(2026, 1, 1) < min(sample(register)["as_of"] for register in SAMPLES)


@pytest.mark.parametrize("verb", ["check", "due"])
def test_a_file_that_would_silently_count_for_nothing_is_refused(verb: str, tmp_path: Path) -> None:
    other = tmp_path / "别的.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["甲", "乙"])
    book.save(other)
    told = run(verb, str(resources.sample_path("投诉台账_样例.xlsx")), "--beside", str(other))
    assert told.code == 2
    assert told.err.startswith("别的.xlsx：没有认出“消费投诉台账”能用到的台账；能一起读的有：纠纷调解台账")
