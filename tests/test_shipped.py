"""The promises about rules.yaml and workbooks/: titles, ids, kinds, and a passing and a breaking row for every check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from xiaobao_xl import checks, resources
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.intake import Reading, open_registers

CASES = Path(__file__).parent / "cases" / "registers"
AS_OF = date(2026, 9, 30)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
Row = Mapping[str, Any]


@cache
def cases(register: str) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((CASES / f"{register}.yaml").read_text(encoding="utf-8"))
    return loaded


def every_check() -> list[tuple[str, str]]:
    return [(register, name) for register, found in load_rules().checks.items() for name in found]


def findings_of(rules: Rules, folder: Path, register: str, check: str, side: str) -> list[Finding]:
    """The case's rows, and the rows of other registers read beside them, through one check."""
    case = cases(register)[check]
    read = written(rules, folder, register, case[side], padding(rules, register, check))
    beside = [
        written(rules, folder, name, rows, [column.title for column in rules.registers[name].columns.values()])
        for name, rows in case.get("beside", {}).items()
    ]
    return checks.run({check: rules.checks[register][check]}, read, rules.context(AS_OF, [read, *beside]))


def written(rules: Rules, folder: Path, register: str, rows: Row | list[Row], padded: list[str]) -> Register:
    """Rows in a workbook as the officer would write them, read back."""
    rows = rows if isinstance(rows, list) else [rows]
    headings = list(dict.fromkeys([*(heading for row in rows for heading in row), *padded]))
    book = Workbook()
    book.active.append(headings)
    for row in rows:
        cells = [row.get(heading) for heading in headings]
        book.active.append([datetime.combine(c, time()) if type(c) is date else c for c in cells])
    book.save(folder / "台账.xlsx")
    _, (read, *_) = open_registers(rules, folder / "台账.xlsx", Reading(register=register))
    assert len(read) == len(rows), read.receipt.skipped
    assert not read.faults
    return read


def padding(rules: Rules, register: str, check: str) -> list[str]:
    """Columns the check looks at must be in the sheet, and enough others for the heading to be found."""
    schema, rule = rules.registers[register], rules.checks[register][check]
    named = [*rule.columns_named(), *(name for name in rule.when if name in schema.columns)]
    if hasattr(rule, "deadline"):
        named += [name for name in rules.deadlines[rule.deadline].columns() if name in schema.columns]
    named += [schema.key, *filter(None, [schema.judged_on]), *list(schema.columns)[-3:]]
    return [schema.columns[name].title for name in named]


def test_every_check_has_cases(rules: Rules) -> None:
    for register, found in rules.checks.items():
        assert list(cases(register)) == list(found), register
        assert all(set(case) - {"beside"} == {"passes", "breaks"} for case in cases(register).values())
        linked = {name for name, check in found.items() if set(check.registers_named()) - {register}}
        assert linked == {name for name, case in cases(register).items() if "beside" in case}


@pytest.mark.parametrize(("register", "check"), every_check())
def test_passing_row(rules: Rules, tmp_path: Path, register: str, check: str) -> None:
    assert findings_of(rules, tmp_path, register, check, "passes") == []


@pytest.mark.parametrize(("register", "check"), every_check())
def test_breaking_row(rules: Rules, tmp_path: Path, register: str, check: str) -> None:
    found = findings_of(rules, tmp_path, register, check, "breaks")
    assert {finding.check for finding in found} == {f"{register}.{check}"}
    assert all(CHINESE.search(finding.message) for finding in found)


def test_a_rule_not_seen_in_its_text_never_makes_an_error(rules: Rules) -> None:
    for found in rules.checks.values():
        for check in found.values():
            assert check.is_form or check.basis == "seen" or check.level != "error"
    for deadline in rules.deadlines.values():
        for version in deadline.versions.values():
            assert version.source
            assert version.basis == "seen" or version.note


def test_ids_are_english_and_titles_chinese(rules: Rules) -> None:
    entries = {**rules.law, **rules.deadlines, **rules.registers, **rules.reports}
    for register in rules.registers.values():
        entries |= {**register.columns, **register.checks}
    for report in rules.reports.values():
        entries |= {**report.figures, **report.cross_foots}
    for scheme in rules.categories.values():
        entries |= {name: scheme.category(name) for name in scheme.ids()}
    for name, entry in entries.items():
        assert IDENTIFIER.fullmatch(name), name
        assert CHINESE.search(entry.title), name


def test_every_kind_of_check_is_used(rules: Rules) -> None:
    used = {type(check) for found in rules.checks.values() for check in found.values()}
    assert used == set(checks.KINDS)
    assert sum(len(found) for found in rules.checks.values()) >= 50


def test_every_report_has_a_template(rules: Rules) -> None:
    for name in rules.reports:
        assert resources.template_path(name).is_file()


def test_nothing_is_numbered_that_the_standard_did_not_show(rules: Rules) -> None:
    for scheme in rules.categories.values():
        assert not any(scheme.category(name).code for name in scheme.ids())
