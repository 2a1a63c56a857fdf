"""whatif: the pure comparison, and the verb on a small register under rules that differ."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command_line import run
from day_books import write_book
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from xiaobao_xl import what_if as comparing
from xiaobao_xl.findings import Finding
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import Reading, Wanted, what_if
from xiaobao_xl.tasks.whatif import entries_changed
from xiaobao_xl.workbook import what_if_book

AS_OF = date(2026, 9, 30)
LATER = """
extends: shipped
version: 2026-12-01
law:
  new_measures: {title: 试算用的办法, in_force_from: 2026-08-01}
deadlines:
  decision:
    versions:
      2026-08-01: {days: {simple: 10, complex: 20, special: 40}, by: complexity, source: new_measures 第1条}
"""
REWRITTEN = """
extends: shipped
version: 2026-12-01
deadlines:
  decision:
    versions:
      2020-03-01: {replaces: true, days: {simple: 10, complex: 20, special: 40}, by: complexity, source: complaint_measures_2020 第18条}
"""
STRICTER = """
extends: shipped
version: 2026-12-01
registers:
  complaint:
    checks:
      channel_filled: {replaces: true, title: 投诉业务办理渠道已填, kind: required, columns: [business_channel], is_form: true}
      remark_filled: {title: 备注已填, kind: required, columns: [remark]}
      handler_filled: {replaces: true, title: 经办人已填, kind: required, columns: [handler], when: {route: consultation}}
"""


def complaint(number: str, received: date, told: date | None, **cells: Any) -> dict[str, Any]:
    fixed = {
        "投诉编号": number, "事项性质": "消费投诉", "收到日期": received, "投诉业务办理渠道": None, "复杂程度": "简单", "被投诉机构": "东海分行",
        "经办人": None, "告知日期": told, "处理决定日期": told, "办结日期": told, "撤回日期": None, "不予受理日期": None, "合并至编号": None,
        "办理状态": "办结" if told else "在办", "备注": "无",
    }  # fmt: skip
    return fixed | cells


ROWS = [
    complaint("TS1", date(2026, 7, 10), date(2026, 7, 23)),  # 13 days, before the new version
    complaint("TS2", date(2026, 7, 31), date(2026, 8, 12)),
    complaint("TS3", date(2026, 8, 1), date(2026, 8, 13)),  # its first day: 12 days, late under it
    complaint("TS4", date(2026, 8, 20), date(2026, 8, 25)),
    complaint("TS5", date(2026, 9, 18), None),  # due 10-03, or overdue since 09-28
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "台账.xlsx", {"台账": ROWS})


def rules_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "新规则.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def supposed(rules, tmp_path, book, text, **settings):
    new = load_rules(rules_of(tmp_path, text))
    return what_if(rules, new, [book], Reading(register="complaint"), AS_OF, **settings)


def test_cases_from_before_a_new_version_keep_the_old_one(rules, tmp_path, book):
    found = supposed(rules, tmp_path, book, LATER)
    changed = {row["key"]: (row["due_before"], row["due_after"], row["status_after"]) for row in found.changed_dues()}
    assert changed == {
        "TS3": ("2026-08-16", "2026-08-11", "超期办结"),
        "TS4": ("2026-09-04", "2026-08-30", "按时办结"),
        "TS5": ("2026-10-03", "2026-09-28", "已超期"),
    }
    told = [(str(span.version), span.kind, span.rows, span.changed) for span in found.spans]
    assert told == [("2020-03-01", "same", 2, 0), ("2026-08-01", "new", 3, 3)]
    lines = list(found.lines())
    assert "时限 作出处理决定并告知，2020-03-01 起的版本（未改动）：2 件，其中变化 0 件，旧件仍按原规定" in lines
    assert not any("注意" in line for line in lines)


def test_a_version_rewritten_in_place_is_warned_of(rules, tmp_path, book):
    found = supposed(rules, tmp_path, book, REWRITTEN)
    assert [(str(span.version), span.kind, span.rows, span.changed) for span in found.spans] == [
        ("2020-03-01", "rewritten", 5, 5)
    ]
    assert any("旧件应当仍按旧规定的，请在 versions 中另加一个生效日期" in line for line in found.lines())


def test_findings_come_go_and_change(rules, tmp_path, book):
    found = supposed(rules, tmp_path, book, STRICTER)
    assert comparing.counts(found.findings) == {
        "complaint.channel_filled": {"gained": 0, "lost": 0, "changed": 5},
        "complaint.handler_filled": {"gained": 0, "lost": 5, "changed": 0},
    }
    assert {(each.before.level, each.finding.level) for each in found.findings if each.before} == {("warning", "error")}
    assert not found.dues["changed"].any()
    assert found.spans == []


def test_figures_change_with_the_complaints_behind_them(rules, tmp_path, book):
    found = supposed(rules, tmp_path, book, LATER, wanted=Wanted(report="complaint_quarterly", period="2026Q3"))
    changed = {each.title: (each.before, each.after, each.joined, each.left) for each in found.figures}
    assert changed["按时办结"] == (4, 3, (), ("TS3",))
    assert changed["超期办结"] == (0, 1, ("TS3",), ())
    assert changed["期末超期在办"] == (0, 1, ("TS5",), ())
    assert changed["按时办结率"] == (1.0, 0.75, (), ())
    assert "本期收到" not in changed


def test_the_same_rules_change_nothing(rules, book):
    found = what_if(
        rules, rules, [book], Reading(register="complaint"), AS_OF, wanted=Wanted(report="complaint_quarterly", period="2026Q3")
    )  # fmt: skip
    assert found.is_same
    assert list(found.entries) == []
    assert list(found.lines(quiet=True)) == ["换用这套规则，没有任何变化。"]


def test_entries_that_differ_are_named(rules, tmp_path):
    new = load_rules(rules_of(tmp_path, STRICTER))
    assert sorted(entries_changed(rules, new)) == [
        ("registers", "complaint.checks.channel_filled", "改动"),
        ("registers", "complaint.checks.handler_filled", "改动"),
        ("registers", "complaint.checks.remark_filled", "新增"),
    ]


def test_the_command_writes_a_workbook_and_its_exit_code_tells(tmp_path, book):
    new, out = rules_of(tmp_path, LATER), tmp_path / "试算.xlsx"
    ran = run(
        "whatif", "--rules", str(new), str(book), "--register", "complaint", "--as-of", "2026-09-30",
        "--report", "complaint_quarterly", "--period", "2026Q3", "--out", str(out),
    )  # fmt: skip
    assert ran.code == 1, ran
    assert ran.out.splitlines()[-1] == f"试算结果：{out}"
    written = load_workbook(out)
    assert written.sheetnames == ["概要", "校验变化", "时限变化", "报表变化"]
    dues = [[cell.value for cell in line] for line in written["时限变化"].iter_rows(min_row=4)]
    assert dues[0] == [
        "TS3", "作出处理决定并告知", "台账", 4, "2026-08-01", "2026-08-01", "2026-08-16", "2026-08-11", "按时办结", "超期办结",
    ]  # fmt: skip
    figures = {line[0].value: (line[1].value, line[2].value) for line in written["报表变化"].iter_rows(min_row=4)}
    assert figures["按时办结率"] == (100, 75)


def test_json_tells_every_change(tmp_path, book):
    ran = run("whatif", "--rules", str(rules_of(tmp_path, LATER)), str(book), "--register", "complaint", "--as-of", "2026-09-30", "--json", "-")  # fmt: skip
    told = json.loads(ran.out)
    assert {row["key"] for row in told["deadlines"]} == {"TS3", "TS4", "TS5"}
    assert [row["kind"] for row in told["versions"]] == ["same", "new"]
    assert told["figures"] == []


def test_a_report_needs_its_period(tmp_path, book):
    ran = run("whatif", "--rules", str(rules_of(tmp_path, LATER)), str(book), "--report", "complaint_quarterly")
    assert ran.code == 2
    assert "--report 与 --period 要一起写" in ran.err


FINDINGS = st.lists(
    st.builds(
        Finding, st.sampled_from(["a.one", "a.two"]), st.sampled_from(["error", "warning"]), st.sampled_from(["甲", "乙"]),
        st.just("台账.xlsx"), st.just("台账"), st.integers(1, 3),
    ),
    max_size=6,
)  # fmt: skip


@given(FINDINGS, FINDINGS)
def test_what_one_way_is_gained_is_lost_the_other_way(old, new):
    there, back = (comparing.counts(comparing.findings_changed(*sides)) for sides in ((old, new), (new, old)))
    assert {check: (n["gained"], n["lost"], n["changed"]) for check, n in there.items()} == {
        check: (n["lost"], n["gained"], n["changed"]) for check, n in back.items()
    }
    gained = sum(number["gained"] - number["lost"] for number in there.values())
    assert gained == len(new) - len(old)


def due_rows(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file": "台账.xlsx", "sheet": "台账", "row": [row for row, _, _ in rows], "key": [f"TS{row}" for row, _, _ in rows],
            "starts_on": pd.Timestamp("2026-08-01"), "version": pd.Timestamp("2020-03-01"),
            "due_on": pd.to_datetime([day for _, day, _ in rows]), "status": [status for _, _, status in rows],
        }
    )  # fmt: skip


def test_a_row_a_deadline_no_longer_applies_to_changes():
    both = comparing.dues_changed(
        due_rows((4, "2026-08-16", "met"), (5, "2026-08-16", "met")), due_rows((4, "2026-08-16", "met"), (6, "2026-08-16", "met"))
    )  # fmt: skip
    assert both[["row", "changed"]].to_numpy().tolist() == [[4, False], [5, True], [6, True]]
    assert both["status_after"].isna().tolist() == [False, True, False]
    assert np.array_equal(both["key"], ["TS4", "TS5", "TS6"])


def test_a_long_list_of_complaints_fits_its_cell(tmp_path):
    many = tuple(f"TS{number:07d}" for number in range(5000))
    change = comparing.FigureChange(
        figure="closed", member=(), title="办结", unit="件", before=0.0, after=5000.0, joined=many, left=()
    )
    what_if_book.write(tmp_path / "试算.xlsx", ["有变化。"], [], [], [change], {}, report="季报")
    sheet = load_workbook(tmp_path / "试算.xlsx")["报表变化"]
    assert sheet["E4"].value.endswith("TS0000199 等 5000 件")
    assert sheet.row_dimensions[4].height <= 409
