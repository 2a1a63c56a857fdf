"""Whatever is made of a register for an audience tells of nobody: the outputs are unpacked and searched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from xiaobao_xl import tasks
from xiaobao_xl.masking.masker import Masker
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import Reading
from xiaobao_xl.workbook.leak_check import leaks_in

SAMPLE = Path(__file__).parent.parent / "examples" / "投诉台账_样例.xlsx"
DAY = date(2026, 9, 30)
SHEET = ("2026年台账",)


def _check(rules, reading, folder):
    found = tasks.check(rules, SAMPLE, reading, DAY)
    tasks.write_marked(found, folder / "校验.xlsx")
    return found.as_json()


def _due(rules, reading, folder):
    found = tasks.due(rules, SAMPLE, reading, DAY)
    tasks.write_due(found, folder / "时限.xlsx", folder / "时限.ics")
    return found.as_json()


def _classify(rules, reading, folder):
    found = tasks.classify(rules, SAMPLE, reading)
    tasks.write_classified(found, folder / "分类.xlsx")
    return found.as_json()


def _report(rules, reading, folder):
    wanted = tasks.Wanted(report="complaint_quarterly", period="2026Q3")
    found = tasks.report(rules, [SAMPLE], reading, wanted, DAY)
    tasks.write_report(found, folder)
    return found.as_json()


def _analyse(rules, reading, folder):
    found = tasks.analyse(rules, [SAMPLE], reading, "2026Q3")
    tasks.write_analysis(found, folder / "分析.xlsx")
    return found.as_json()


@pytest.mark.parametrize("audience", ["department", "training", "public"])
@pytest.mark.parametrize("make", [_check, _due, _classify, _report, _analyse])
def test_no_output_tells_of_anyone(tmp_path, make, audience):
    rules, reading = load_rules(), Reading(sheet=SHEET, audience=audience)
    told = make(rules, reading, tmp_path)
    (tmp_path / "结果.json").write_text(json.dumps(told, ensure_ascii=False, default=str), encoding="utf-8")
    files = sorted(tmp_path.iterdir())
    assert len(files) > 1
    for file in files:
        found = leaks_in(file, reading.masker.values, reading.masker.allowed)
        assert not found, (file.name, list(map(str, found[:5])))


def test_the_same_outputs_without_an_audience_do_tell(tmp_path):
    rules, reading = load_rules(), Reading(sheet=SHEET)
    _check(rules, reading, tmp_path)
    _, registers = tasks.open_registers(rules, SAMPLE, reading)
    masker = Masker(registers, "training")
    assert len(leaks_in(tmp_path / "校验.xlsx", masker.values, masker.allowed)) > 500


def test_a_masked_check_finds_what_the_register_has_wrong(tmp_path):
    rules = load_rules()
    plain = tasks.check(rules, SAMPLE, Reading(sheet=SHEET), DAY).findings
    told = tasks.check(rules, SAMPLE, Reading(sheet=SHEET, audience="training"), DAY)
    assert [(found.check, found.cell) for found in told.findings] == [(found.check, found.cell) for found in plain]
    tasks.write_marked(told, tmp_path / "校验.xlsx")
    sheet = load_workbook(tmp_path / "校验.xlsx")["2026年台账"]
    assert any(str(cell.value).startswith("投诉人0") for row in sheet.iter_rows(max_row=12) for cell in row)


def test_figures_are_the_same_for_every_audience():
    rules = load_rules()
    wanted = tasks.Wanted(report="complaint_quarterly", period="2026Q3")
    counted = {
        audience: tasks.report(rules, [SAMPLE], Reading(sheet=SHEET, audience=audience), wanted, DAY).as_json()[
            "figures"
        ]
        for audience in ("", "department", "training")
    }
    assert counted["department"] == counted["training"] == counted[""]
