"""Whatever is made of a register for an audience tells of nobody: the outputs are unpacked and searched."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from command_line import run
from openpyxl import load_workbook

from xiaobao_xl import tasks
from xiaobao_xl.errors import WorkbookError
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


def _lists(rules, reading, folder):
    found = None
    for name in ("open_list", "major_report"):
        wanted = tasks.Wanted(report=name, period="2026Q3")
        found = tasks.report(rules, [SAMPLE], reading, wanted, DAY)
        tasks.write_report(found, folder)
    return found.as_json()


def _narrative(rules, reading, folder):
    wanted = tasks.Wanted(report="complaint_quarterly", period="2026Q3")
    found = tasks.report(rules, [SAMPLE], reading, wanted, DAY)
    tasks.write_narrative(found, folder)
    return found.as_json()


def _letters(rules, reading, folder):
    for name in ("referral_slip", "follow_up_slip"):
        wanted = tasks.WantedLetter(letter=name, keys=())
        found = tasks.letters(rules, SAMPLE, reading, wanted, DAY)
        tasks.write_letters(replace(found, pages=found.pages[:3]), folder)
    return found.as_json()


@pytest.mark.parametrize("audience", ["department", "training", "public"])
@pytest.mark.parametrize("make", [_check, _due, _classify, _report, _analyse, _lists, _narrative, _letters])
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


# --- the option of the command line


@pytest.mark.parametrize(
    "command",
    [
        "check 台账.xlsx --out 校验.xlsx --json 结果.json",
        "classify 台账.xlsx --out 分类.xlsx",
        "due 台账.xlsx --out 时限.xlsx",
        "report overdue_list 台账.xlsx --period 2026Q3 --out 出",
        "analyse 台账.xlsx --period 2026Q3 --out 分析.xlsx",
        "letter 转办单 台账.xlsx --no WL20260621168 --out 函件",
    ],
)
def test_the_option_masks_and_reads_back(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(SAMPLE, "台账.xlsx")
    told = run(*command.split(), "--audience", "training")
    assert told.code in {0, 1}, told
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "台账.xlsx"]
    assert written
    _, [register] = tasks.open_registers(load_rules(), tmp_path / "台账.xlsx", Reading())
    names = {name for name in register.frame["complainant_name"].dropna() if len(name) > 2}
    assert [str(found) for path in written for found in leaks_in(path, names)] == []


def test_what_still_tells_of_somebody_is_taken_away_again(tmp_path):
    reading = Reading(audience="training")
    kept, told = tmp_path / "一.txt", tmp_path / "二.txt"
    kept.write_text("投诉人001 反映年费", encoding="utf-8")
    told.write_text("联系电话 13800138000", encoding="utf-8")
    tasks.prove([kept], reading.masker)
    with pytest.raises(
        WorkbookError, match=r"二\.txt：脱敏后读回检查，仍有个人信息（正文：电话号码（138\*\*\*\*8000））"
    ):
        tasks.prove([kept, told], reading.masker)
    assert not kept.exists()
    assert not told.exists()


def test_an_unknown_audience_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(SAMPLE, "台账.xlsx")
    assert "没有名为 press 的脱敏对象" in run("due", "台账.xlsx", "--audience", "press").err
