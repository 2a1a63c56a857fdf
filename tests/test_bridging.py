"""bridge: last period's open complaints lead to this period's, and every complaint that does not is named."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from command_line import run
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from small_books import changed, ordinary_rows, without, write_book

from xiaobao_xl.tasks import Reading, bridge

LAST = date(2026, 6, 30)
ROWS = ordinary_rows()
DATES = ("告知日期", "办结日期")


def as_of_last(rows):
    """The register as it was when the second quarter was filed."""
    known = [row for row in rows if row["收到日期"] <= LAST]
    return [{**row, **{name: None for name in DATES if row[name] and row[name] > LAST}} for row in known]


@pytest.fixture
def bridged(tmp_path):
    def build(rows, *words, last=None):
        write_book(tmp_path / "上期.xlsx", as_of_last(ROWS) if last is None else last)
        write_book(tmp_path / "本期.xlsx", rows)
        ran = run(
            "bridge",
            str(tmp_path / "本期.xlsx"),
            "--last",
            str(tmp_path / "上期.xlsx"),
            "--period",
            "2026Q3",
            "--as-of",
            "2026-10-08",
            *words,
        )
        assert ran.code in {0, 1}, ran
        return ran

    return build


def steps(ran):
    """Title of each step → its number, sign included."""
    lines = [line.strip().split("　") for line in ran.out.splitlines() if line.strip()[:1] in "＝＋－"]
    return {title.replace(" ", ""): int(number) for title, number in lines}


def test_a_register_carried_on_bridges_without_a_remark(bridged):
    ran = bridged(ROWS)
    assert ran.code == 0, ran
    found = steps(ran)
    assert found["＝上期期末在办（上期台账）"] == found["＝本期期初在办"] == 3
    assert "上期在办续转 3 件；上期已报投诉改类 0 处；补登以前各期投诉 0 件；没有漏转。" in ran.out
    assert found["＝本期期初在办"] + found["＋本期收到"] - found["－本期办结"] == found["＝本期期末在办"]


def test_a_dropped_open_complaint_is_named_with_its_last_state_and_row(bridged):
    ran = bridged(without(ROWS, "T006"))
    assert ran.code == 1
    assert steps(ran)["－漏转或删除"] == 1
    assert (
        "T006（第7行）：上期期末仍在办，本期台账没有这一件；请补转，或说明删除的依据（收到日期 2026-05-06，事项性质 消费投诉）"
        in ran.out
    )


def test_a_closed_complaint_need_not_be_carried(bridged):
    assert bridged(without(ROWS, "T001")).code == 0


@pytest.mark.parametrize(
    ("cells", "step", "why"),
    [
        ({"办结日期": date(2026, 6, 20)}, "－改日期", "办结日期由（空）改为 2026-06-20"),
        ({"收到日期": date(2026, 7, 2)}, "－改日期", "收到日期由 2026-05-06 改为 2026-07-02"),
        ({"事项性质": "信访"}, "－改类", "事项性质由 消费投诉 改为 信访"),
        ({"合并至编号": "T003"}, "－合并", "合并至编号由（空）改为 T003"),
    ],
)
def test_a_change_to_an_open_complaint_is_a_step(bridged, tmp_path, cells, step, why):
    ran = bridged(changed(ROWS, "T006", **cells), "--out", str(tmp_path / "衔接表.xlsx"))
    assert steps(ran)[step] == 1
    lines = list(load_workbook(tmp_path / "衔接表.xlsx")["逐件"].iter_rows(min_row=4, values_only=True))
    assert [(line[1], line[6]) for line in lines if line[0] == step] == [("T006", why)]


def test_a_complaint_that_was_given_another_number_is_suspected(bridged):
    ran = bridged([{**row, "投诉编号": "X900"} if row["投诉编号"] == "T006" else row for row in ROWS])
    assert steps(ran)["－漏转或删除"] == steps(ran)["＋补登（上期台账没有）"] == 1
    assert "疑似改号为 X900，其余各列相同" in ran.out


def test_complaints_without_a_number_are_known_by_what_they_say(bridged):
    ran = bridged([{**row, "投诉编号": None} if row["投诉编号"] == "T006" else row for row in ROWS],
                  last=[{**row, "投诉编号": None} if row["投诉编号"] == "T006" else row for row in as_of_last(ROWS)])  # fmt: skip
    assert (ran.code, steps(ran)["－漏转或删除"]) == (0, 0), ran


def test_a_complaint_entered_late_is_listed(bridged, tmp_path):
    late = {**ROWS[5], "投诉编号": "T050", "收到日期": date(2026, 6, 15)}
    ran = bridged([*ROWS, late], "--out", str(tmp_path / "衔接表.xlsx"))
    assert steps(ran)["＋补登（上期台账没有）"] == 1
    line = next(load_workbook(tmp_path / "衔接表.xlsx")["补登"].iter_rows(min_row=4, values_only=True))
    assert line[0] == "T050"
    assert line[3] == "收到日期在2026年第二季度，上期报送未计入；仍在办，计入本期期初"


def test_a_late_complaint_already_closed_is_listed_though_no_balance_moves(bridged):
    late = {**ROWS[0], "投诉编号": "T051", "收到日期": date(2026, 2, 1), "办结日期": date(2026, 2, 20)}
    ran = bridged([*ROWS, late])
    assert steps(ran)["＋补登（上期台账没有）"] == 0
    assert "补登以前各期投诉 1 件" in ran.out


def test_a_changed_class_is_listed_old_to_new(bridged, tmp_path):
    bridged(changed(ROWS, "T004", 投诉原因="因信息披露引起的投诉"), "--out", str(tmp_path / "衔接表.xlsx"))
    line = next(load_workbook(tmp_path / "衔接表.xlsx")["改类"].iter_rows(min_row=4, values_only=True))
    assert line[:4] == ("T004", "投诉原因", "因定价收费引起的投诉", "因信息披露引起的投诉")


def test_dates_that_contradict_each_other_are_named(bridged):
    ran = bridged(changed(ROWS, "T015", 办结日期=date(2026, 6, 20)))
    assert ran.code == 1
    assert steps(ran)["－不能衔接（日期先后矛盾等）"] == 1
    assert "T015（第16行）" in ran.out
    assert "计入 本期收到；没有计入" in ran.out
    assert "本期办结：办结日期 2026-06-20 不在本期" in ran.out
    assert "期末在办：办结日期 2026-06-20 不晚于期末" in ran.out


def test_the_balance_in_the_workbook_is_a_formula(bridged, tmp_path):
    bridged(ROWS, "--out", str(tmp_path / "衔接表.xlsx"))
    sheet = load_workbook(tmp_path / "衔接表.xlsx")["衔接"]
    assert sheet["D4"].value == "=C4"
    assert sheet["D5"].value == "=D4-C5"
    assert [row[4].value for row in sheet.iter_rows(min_row=5) if row[0].value == "＝"] == [
        '=IF(C13=D13,"平","不平")',
        '=IF(C18=D18,"平","不平")',
    ]


def test_the_steps_are_told_to_machines_too(bridged, tmp_path):
    bridged(without(ROWS, "T006"), "--json", str(tmp_path / "衔接.json"))
    told = json.loads((tmp_path / "衔接.json").read_text(encoding="utf-8"))
    dropped = next(step for step in told["steps"] if step["title"] == "漏转或删除")
    assert (dropped["count"], [line["key"] for line in dropped["lines"]]) == (1, ["T006"])
    assert told["period"] == {"title": "2026年第三季度", "dates": "2026-07-01 至 2026-09-30"}


def test_the_old_state_may_be_a_filing_record(tmp_path):
    write_book(tmp_path / "上期.xlsx", as_of_last(ROWS))
    write_book(tmp_path / "本期.xlsx", without(ROWS, "T006"))
    filed = run(
        "report",
        "complaint_quarterly",
        str(tmp_path / "上期.xlsx"),
        "--period",
        "2026Q2",
        "--as-of",
        "2026-07-08",
        "--out",
        str(tmp_path),
    )
    assert filed.code == 0, filed
    (tmp_path / "上期.xlsx").unlink()
    record = next(tmp_path.glob("报送记录_*.json"))
    for last in (record, next(tmp_path.glob("*_底稿.xlsx"))):
        ran = run(
            "bridge", str(tmp_path / "本期.xlsx"), "--last", str(last), "--period", "2026Q3", "--as-of", "2026-10-08"
        )
        assert ran.code == 1, ran
        assert steps(ran)["－漏转或删除"] == 1
        assert "T006（第7行）" in ran.out
        assert "上期状态取自底稿" in ran.out
    wrong = run("bridge", str(tmp_path / "本期.xlsx"), "--last", str(record), "--period", "2026Q4")
    assert (wrong.code, "需要消费投诉季度统计表（2026年第三季度）的" in wrong.err) == (2, True)


def test_a_register_of_another_period_is_remarked_on(bridged):
    assert "说明它不是上期报送时的台账" in bridged(ROWS, last=ROWS).out


def test_a_report_without_stocks_is_refused(tmp_path):
    book = write_book(tmp_path / "台账.xlsx", ROWS)
    ran = run("bridge", str(book), "--last", str(book), "--period", "2026Q3", "--report", "reason_by_branch")
    assert (ran.code, "没有“期初＋新增＝减少＋期末”的勾稽关系" in ran.err) == (2, True)


def _edit(row, what, days):
    other = row["收到日期"] + timedelta(days=days)
    cells = {
        "办结": {"办结日期": other},
        "收到": {"收到日期": other},
        "改类": {"事项性质": "举报"},
        "合并": {"合并至编号": "T001"},
        "撤回": {"撤回日期": other},
    }
    return {**row, **cells[what]}


KINDS = st.sampled_from(["删除", "办结", "收到", "改类", "合并", "撤回", "补登"])
EDITS = st.lists(st.tuples(st.integers(0, 23), KINDS, st.integers(-60, 60)), max_size=8)


@given(EDITS)
@settings(max_examples=20, deadline=None)
def test_the_steps_always_lead_from_one_balance_to_the_next(rules, tmp_path_factory, edits):
    """Whatever happened to the register, the balances agree to the unit once every step is counted."""
    rows, gone = [dict(row) for row in ROWS], set()
    for place, what, days in edits:
        if what == "删除":
            gone.add(place)
        elif what == "补登":
            rows.append(
                {**rows[place], "投诉编号": f"N{len(rows)}", "收到日期": date(2026, 6, 1) + timedelta(days=days)}
            )
        else:
            rows[place] = _edit(rows[place], what, days)
    folder = tmp_path_factory.mktemp("bridge")
    last = write_book(folder / "上期.xlsx", as_of_last(ROWS))
    new = write_book(folder / "本期.xlsx", [row for place, row in enumerate(rows) if place not in gone])
    found = bridge(rules, new, last, Reading(), "2026Q3", date(2026, 10, 8)).found
    balance = 0
    for step in found.steps:
        if step.sign == "=" and step is not found.steps[0]:
            assert balance == step.count, [(one.sign, one.title, one.count) for one in found.steps]
        balance = step.count if step.sign == "=" else balance + step.count * (1 if step.sign == "+" else -1)
        assert step.sign == "=" or len(step.lines) == step.count
