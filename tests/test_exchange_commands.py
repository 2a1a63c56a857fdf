"""split, merge and handover as they are typed."""

from __future__ import annotations

import json

import pytest
from command_line import run
from exchange_registers import SHEET, by_key, changed, complaint, make_register

ROWS = [complaint(number, f"支行{number % 2}") for number in range(1, 5)]


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    make_register(tmp_path / "台账.xlsx", ROWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_month_of_sending_out_and_taking_back(desk):
    ran = run("split", "台账.xlsx", "--by", "被投诉机构", "--out", "分发")
    assert ran.code == 0, ran
    assert "分给 2 个机构 4 行" in ran.out
    assert "收回后合并：xiaobao merge 台账.xlsx" in ran.out
    changed(desk / "分发" / "转办单_支行1.xlsx", {("TS0001", "处理结果"): "已致歉"})
    ran = run("merge", "台账.xlsx", "分发/*.xlsx", "--out", "合并.xlsx")
    assert ran.code == 0, ran
    assert ran.out.startswith("收回 3 个文件，读了 2 个、4 行；写回 1 格，要您决定 0 格，问题 0 处。")
    assert by_key(desk / "合并.xlsx")["TS0001"]["处理结果"] == "已致歉"


def test_a_conflict_is_an_exit_code_until_it_is_settled(desk):
    run("split", "台账.xlsx", "--out", "分发", "--quiet")
    changed(desk / "分发" / "转办单_支行1.xlsx", {("TS0001", "处理结果"): "已致歉"})
    changed(desk / "台账.xlsx", {("TS0001", "处理结果"): "已退费"}, SHEET, 1)
    ran = run("merge", "台账.xlsx", "分发/*.xlsx", "--json", "-")
    assert ran.code == 1
    assert json.loads(ran.out)["counts"]["conflict"] == 1
    assert run("merge", "台账.xlsx", "分发/*.xlsx", "--take", "支行1").code == 0
    assert run("merge", "台账.xlsx", "分发/*.xlsx", "--take-ours").code == 0


def test_rows_without_a_unit_are_an_exit_code(desk):
    make_register(desk / "台账.xlsx", [*ROWS, complaint(9, "")])
    ran = run("split", "台账.xlsx", "--out", "分发", "--json", "结果.json")
    assert ran.code == 1
    assert json.loads((desk / "结果.json").read_text("utf-8"))["unassigned"] == [6]


def test_columns_are_named_as_they_stand_in_the_register():
    ran = run("split", "台账.xlsx", "--columns", "投诉内容，收到日期", "--fill", "处理结果", "--out", "分发")
    assert "各机构能看 4 列，请其填写：处理结果。" in ran.out


def test_registers_are_stacked_into_a_new_one(desk):
    make_register(desk / "另一本.xlsx", [complaint(1, "支行9"), complaint(8, "支行9")])
    ran = run("merge", "--new", "汇总.xlsx", "台账.xlsx", "另一本.xlsx")
    assert ran.code == 1, ran  # TS0001 stands in both
    assert "读到 6 行＝采用 6 行＋跳过 0 行" in ran.out
    assert "[重复] TS0001 出现 2 次" in ran.out


def test_handover_writes_its_workbook(desk):
    ran = run("handover", "台账.xlsx", "--out", "交接.xlsx", "--as-of", "2026-09-30")
    assert ran.code == 0, ran
    assert ran.out.startswith("以 2026-09-30 为交接日：在办事项 4")
    assert (desk / "交接.xlsx").exists()


@pytest.mark.parametrize("audience", ["department", "training", "public"])
def test_what_an_audience_may_not_see_is_sent_hidden_and_still_comes_home(desk, audience):
    told = {"投诉内容": "甲某某来电 13800001111 反映年费", "处理人": "陈二"}
    make_register(desk / "台账.xlsx", [complaint(number, "支行1") | told for number in (1, 2)])
    ran = run("split", "台账.xlsx", "--out", "分发", "--audience", audience)
    assert ran.code == 0, ran
    assert ("要填的“处理人”已有 2 格写有个人信息" in ran.out) == (audience != "department")
    sent = by_key(desk / "分发" / "转办单_支行1.xlsx", "转办单", 4)
    assert list(sent) == ["TS0001", "TS0002"]
    assert {row["处理人"] for row in sent.values()} == {"陈二"}
    assert not [row for row in sent.values() if "甲某某" in str(row) or "13800001111" in str(row)]
    changed(desk / "分发" / "转办单_支行1.xlsx", {("TS0001", "处理结果"): "已致歉"})
    ran = run("merge", "台账.xlsx", "分发/*.xlsx", "--out", "合并.xlsx")
    assert "写回 1 格，要您决定 0 格，问题 0 处" in ran.out
    home = by_key(desk / "合并.xlsx")["TS0001"]
    assert (home["处理结果"], home["投诉人姓名"], home["投诉内容"]) == ("已致歉", "甲某某", told["投诉内容"])


def test_what_would_tell_of_a_person_is_not_sent(desk):
    ran = run("split", "台账.xlsx", "--by", "投诉人姓名", "--out", "分发", "--audience", "training")
    assert ran.code == 2, ran
    assert "仍有个人信息" in ran.err
    assert not list((desk / "分发").glob("*.xlsx"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("merge", "台账.xlsx", "--out", "合并.xlsx"), "请先写台账，再写收回的文件"),
        (("merge", "台账.xlsx", "a.xlsx", "--take-theirs", "--take-ours"), "只能写一个"),
        (("merge", "--new", "汇总.xlsx", "台账.xlsx", "--take", "支行1"), "请分两次运行"),
        (("merge", "--new", "台账.xlsx", "台账.xlsx"), "这是原文件，不能覆盖"),
        (("merge", "--new", "汇总.csv", "台账.xlsx"), "请把文件名写成以 .xlsx 结尾"),
        (("handover", "台账.xlsx", "--days", "-1"), "天数不能是负数"),
        (("handover", "台账.xlsx", "--out", "台账.xlsx", "--overwrite"), "这是原文件，不能覆盖"),
        (("split", "没有.xlsx"), "找不到文件"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_one_sentence(words, sentence):
    ran = run(*words)
    assert ran.code == 2, ran
    assert sentence in ran.err
    assert "Traceback" not in ran.err
