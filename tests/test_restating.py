"""restate: two states of a register, or two filing records, told apart figure by figure and complaint by complaint."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from command_line import run
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from small_books import changed, ordinary_rows, without, write_book
from small_registers import register_of

from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.stacking import stack
from xiaobao_xl.filings.pairing import Pairs
from xiaobao_xl.filings.restatements import moved
from xiaobao_xl.periods import parse_period

WORDS = ("--period", "2026Q3", "--as-of", "2026-10-08")
NEW = {**ordinary_rows()[23], "投诉编号": "T099", "收到日期": date(2026, 9, 20), "办结日期": None, "告知日期": None}


def restated(tmp_path, rows, *words):
    old = write_book(tmp_path / "旧台账.xlsx", ordinary_rows())
    new = write_book(tmp_path / "新台账.xlsx", rows)
    ran = run("restate", str(old), str(new), *WORDS, *words, "--json", str(tmp_path / "重报.json"))
    assert ran.code in {0, 1}, ran
    told = json.loads((tmp_path / "重报.json").read_text(encoding="utf-8"))
    return ran, {one["title"]: one for one in told["moved"]}


def movers(one):
    return {mover["key"]: (mover["way"], mover["why"]) for mover in one["movers"]}


def test_equal_registers_move_nothing(tmp_path):
    ran, found = restated(tmp_path, ordinary_rows())
    assert (ran.code, found) == (0, {})
    assert "没有数字变动。" in ran.out


def test_a_new_complaint_enters(tmp_path):
    ran, found = restated(tmp_path, [*ordinary_rows(), NEW])
    assert ran.code == 1
    assert (found["本期收到"]["old"], found["本期收到"]["new"], found["本期收到"]["difference"]) == (11, 12, 1)
    assert movers(found["本期收到"]) == {"T099": ("entered", "旧台账没有这一件，新台账新增")}


def test_a_deleted_complaint_leaves(tmp_path):
    _, found = restated(tmp_path, without(ordinary_rows(), "T020"))
    assert movers(found["本期收到"]) == {"T020": ("left", "新台账没有这一件（已删除或漏转）")}


def test_a_complaint_given_another_number_is_suspected_on_both_sides(tmp_path):
    _, found = restated(
        tmp_path, [{**row, "投诉编号": "X900"} if row["投诉编号"] == "T020" else row for row in ordinary_rows()]
    )
    told = movers(found["本期收到"])
    assert "疑似只改了编号（新编号 X900，其余各列相同）" in told["T020"][1]
    assert "疑似只改了编号（旧编号 T020，其余各列相同）" in told["X900"][1]
    assert found["本期收到"]["difference"] == 0


def test_a_changed_class_leaves_one_member_and_enters_another(tmp_path):
    _, found = restated(tmp_path, changed(ordinary_rows(), "T016", 投诉原因="因服务态度及服务质量引起的投诉"))
    why = "投诉原因由 因定价收费引起的投诉 改为 因服务态度及服务质量引起的投诉"
    assert movers(found["按原因［因定价收费引起的投诉］"]) == {"T016": ("left", why)}
    assert movers(found["按原因［因服务态度及服务质量引起的投诉］"]) == {"T016": ("entered", why)}
    assert "本期收到" not in found


def test_a_column_that_only_one_register_has_is_the_reason(tmp_path):
    rows = [{**row, "是否升级投诉": "是" if row["投诉编号"] == "T020" else "否"} for row in ordinary_rows()]
    _, found = restated(tmp_path, rows)
    assert (found["升级投诉"]["old"], found["升级投诉"]["new"]) == (None, 1)
    assert movers(found["升级投诉"]) == {"T020": ("entered", "旧台账没有是否升级投诉列")}


def test_a_changed_amount_changes_what_the_complaint_adds(tmp_path):
    _, found = restated(tmp_path, changed(ordinary_rows(), "T017", 赔付金额=250))
    assert movers(found["赔付金额"]) == {"T017": ("changed", "赔付金额由 100 改为 250")}
    assert found["赔付金额"]["difference"] == 150


def test_a_rate_names_the_figures_it_follows(tmp_path):
    _, found = restated(
        tmp_path, changed(ordinary_rows(), "T016", 告知日期=date(2026, 8, 30), 办结日期=date(2026, 8, 30))
    )
    assert found["按时办结率"]["of"] == ["按时办结"]
    assert movers(found["按时办结"])["T016"][0] == "left"
    assert movers(found["超期办结"])["T016"][0] == "entered"


def test_the_workbook_lists_figures_and_complaints(tmp_path):
    restated(tmp_path, [*ordinary_rows(), NEW], "--out", str(tmp_path / "重报说明.xlsx"))
    book = load_workbook(tmp_path / "重报说明.xlsx")
    assert book.sheetnames == ["变动", "逐件", "按投诉"]
    (case,) = book["按投诉"].iter_rows(min_row=4, values_only=True)
    assert case[:3] == ("T099", "T099（第26行）", "旧台账没有这一件，新台账新增")
    assert "＋本期收到" in case[4].split("、")
    lines = {row[0]: row for row in book["变动"].iter_rows(min_row=4, values_only=True)}
    assert lines["本期收到"][1:6] == (11, 12, 1, "件", 1)
    assert ("本期收到", "T099", "新计入") in {row[:3] for row in book["逐件"].iter_rows(min_row=4, values_only=True)}


def test_private_cells_are_masked(rules):
    schema = rules.registers["complaint"]
    old, new = (
        register_of([{"投诉编号": "T1", "投诉人姓名": name}], schema, rules.categories) for name in ("李小明", "王二")
    )
    edits = Pairs(stack([old]), stack([new]), rules.categories).edits(0, ["complainant_name"])
    assert [(edit.old, edit.new) for edit in edits] == [("李**", "王*")]


class TestRecords:
    @pytest.fixture
    def filings(self, tmp_path):
        """The same report filed twice: original and corrected."""
        for name, rows in (("原报", ordinary_rows()), ("重报", [*without(ordinary_rows(), "T020"), NEW])):
            folder = tmp_path / name
            folder.mkdir()
            write_book(folder / "台账.xlsx", rows)
            ran = run("report", "complaint_quarterly", str(folder / "台账.xlsx"), *WORDS, "--out", str(folder))
            assert ran.code == 0, ran
        return [next((tmp_path / name).glob("报送记录_*.json")) for name in ("原报", "重报")]

    def test_with_their_registers_every_change_is_told(self, filings):
        ran = run("restate", *map(str, filings))
        assert ran.code == 1, ran
        assert "不再计入 T020（第21行）：新台账没有这一件（已删除或漏转）" in ran.out
        assert "新计入 T099（第25行）：旧台账没有这一件，新台账新增" in ran.out

    def test_without_their_registers_the_working_papers_name_the_complaints(self, filings):
        for record in filings:
            (record.parent / "台账.xlsx").unlink()
        ran = run("restate", *map(str, filings), "--json", "-")
        told = json.loads(ran.out)
        found = {one["title"]: one for one in told["moved"]}
        assert {key: way for key, (way, _) in movers(found["本期收到"]).items()} == {"T020": "left", "T099": "entered"}
        assert "只能说出哪些投诉进出" in told["limits"][0]

    def test_records_of_different_periods_are_refused(self, filings):
        other = filings[0].parent.with_name("另一期")
        shutil.copytree(filings[0].parent, other)
        run(
            "report",
            "complaint_quarterly",
            str(other / "台账.xlsx"),
            "--period",
            "2026Q2",
            "--as-of",
            "2026-10-08",
            "--out",
            str(other),
        )
        ran = run("restate", str(filings[0]), str(next(other.glob("报送记录_*第二季度.json"))))
        assert (ran.code, "不是同一张报表的同一期间" in ran.err) == (2, True), ran


def test_a_register_against_a_record_is_told_where_to_go():
    ran = run("restate", "台账.xlsx", "记录.json")
    assert (ran.code, "xiaobao verify" in ran.err) == (2, True)


@given(
    st.lists(st.tuples(st.integers(0, 23), st.sampled_from(["投诉原因", "办结日期", "收到日期", "删除"])), max_size=6)
)
@settings(max_examples=25, deadline=None)
def test_movers_account_for_every_difference(rules, edits):
    """Whatever was changed: a count's difference is complaints entered less complaints left."""
    rows = ordinary_rows()
    for place, what in edits:
        row = rows[place]
        row |= {
            "投诉原因": {"投诉原因": "因信息披露引起的投诉"},
            "办结日期": {"办结日期": None},
            "收到日期": {"收到日期": date(2026, 7, 1)},
        }.get(what, {"投诉编号": None})
    schema = rules.registers["complaint"]
    kept = [row for row in rows if row["投诉编号"]]
    old, new = (
        count("complaint_quarterly", rules.reports["complaint_quarterly"], [register_of(each, schema, rules.categories)],
              parse_period("2026Q3"), rules.context(date(2026, 10, 8)))
        for each in (ordinary_rows(), kept)
    )  # fmt: skip
    for one in moved(old, new, Pairs(old.stack, new.stack, rules.categories), rules.deadlines):
        if one.unit == "件" and not one.of:
            ways = [mover.way for mover in one.movers]
            assert one.difference == ways.count("entered") - ways.count("left")
