"""Analyses: what is counted, which complaints are behind it, and what is not claimed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st
from small_registers import register_of

from xiaobao_xl import tasks
from xiaobao_xl.analyses.early_warnings import persons
from xiaobao_xl.analyses.hot_words import hot_words
from xiaobao_xl.analyses.insights import Insights, insights
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.periods import parse_period
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook.analysis_book import LIST, OVERVIEW, TOP

Q3 = parse_period("2026Q3")
SAMPLE = Path(__file__).parents[1] / "examples/投诉台账_规范样例.xlsx"


def found_in(rules: Rules, rows: list[dict[str, Any]], period: str = "2026Q3") -> Insights:
    register = register_of(rows, rules.registers["complaint"], rules.categories)
    return insights(rules.analyses["complaint"], [register], parse_period(period), rules.categories)


def mixed(rules: Rules, size: int) -> list[dict[str, Any]]:
    choose = random.Random(3)  # noqa: S311  (a reproducible sample)
    sources = [spellings[0] for spellings in rules.registers["complaint"].columns["source"].values.values()]
    rows = []
    for number in range(size):
        received = date(2025, 1, 1) + timedelta(days=choose.randrange(650))
        rows.append({
            "投诉编号": f"T{number:03d}", "收到日期": received,
            "办结日期": received + timedelta(days=choose.choice([1, 9, 40, 90])) if choose.random() < 0.8 else None,
            "撤回日期": received + timedelta(days=5) if choose.random() < 0.1 else None,
            "网点名称": choose.choice(["城东支行", "城西支行", None]), "被投诉机构": choose.choice(["一分行", "二分行"]),
            "投诉业务类别": choose.choice(["信用卡", "贷款", "看不懂"]), "投诉来源": choose.choice(sources),
            "投诉原因": choose.choice(["因定价收费引起的投诉", "因信息披露引起的投诉", None]),
            "联系电话": f"139{choose.randrange(60):08d}", "投诉人姓名": choose.choice(["张三", "李小四"]),
            "事项性质": choose.choice(["消费投诉", "消费投诉", "举报"]), "投诉内容": choose.choice(["年费未告知", "催收太频繁"]),
        })  # fmt: skip
    return rows


def test_every_number_is_the_number_of_listed_complaints_in_its_bucket(rules: Rules) -> None:
    found = found_in(rules, mixed(rules, 400))
    listed = found.listed
    period = listed[listed["in_period"]]
    assert len(found.months) == 21  # from January 2025, when the register begins
    for month in found.months:
        assert month.received == (listed["received_month"] == month.title).sum()
        assert month.closed == (listed["closed_month"] == month.title).sum()
    assert found.months[-1].pending == (listed["age"] != "").sum() == found.ages.counts.sum()
    assert sum(one.count for one in found.ranking) == len(period) == found.heat.counts.sum()
    for one in found.ranking:
        assert one.count == (period["ranked"] == one.title).sum()
    for row, counts in zip(found.heat.rows, found.heat.counts, strict=True):
        for column, count in zip(found.heat.columns, counts, strict=True):
            assert count == ((period["down"] == row) & (period["across"] == column)).sum()
    for title, count in found.spans:
        assert count == (listed["span"] == title).sum()
    for person in found.repeaters:
        assert person.count == (listed["person"] == person.label).sum() == len(person.keys) > 1
    for number, warning in enumerate(found.warned, start=1):
        assert len(warning.positions) == listed["alarms"].str.contains(f"W{number:02d}").sum()
    assert found.ranking[-1].cumulative == pytest.approx(1)


def test_reports_of_violations_and_merged_repeats_are_left_out(rules: Rules) -> None:
    rows = [
        {"投诉编号": "A", "收到日期": date(2026, 7, 1), "事项性质": "消费投诉"},
        {"投诉编号": "B", "收到日期": date(2026, 7, 1), "事项性质": "举报"},
        {"投诉编号": "C", "收到日期": date(2026, 7, 1), "合并至编号": "A"},
    ]
    assert found_in(rules, rows).listed["position"].tolist() == [0]


def test_a_cluster_is_told_with_its_fullest_window(rules: Rules) -> None:
    days = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 8, 10), date(2026, 8, 15), date(2026, 8, 16)]
    rows = [
        {"投诉编号": f"K{number}", "收到日期": day, "网点名称": "城东支行", "投诉业务类别": "信用卡"}
        for number, day in enumerate(days)
    ]
    found = found_in(rules, rows)
    told = [(one.alarm.title, one.about, one.first, one.last, found.keys_at(one.positions)) for one in found.warned]
    assert told == [
        ("同一网点同一业务集中", "城东支行／信用卡", date(2026, 8, 10), date(2026, 8, 16), ["K2", "K3", "K4"])
    ]
    assert found_in(rules, rows[:3]).warned == ()


def test_twenty_face_to_face_are_warned_of_with_the_article(rules: Rules) -> None:
    def row(key: str, count: int, via: str) -> dict[str, Any]:
        return {"投诉编号": key, "收到日期": date(2026, 7, 1), "投诉人数": count, "投诉受理渠道": via}

    found = found_in(rules, [row("A", 19, "现场"), row("B", 20, "现场"), row("C", 20, "电话")])
    assert [(one.alarm.source, found.keys_at(one.positions)) for one in found.warned] == [
        ("complaint_measures_2020 第29条", ["B"])
    ]


def test_the_same_person_under_two_phones_and_one_id_is_one_person() -> None:
    frame = pd.DataFrame(
        {"id_no": ["甲1", None, "甲1", None, None], "phone": ["139-0001", "13900002", "13900002", "13900003", "0000"]}
    )
    assert persons(frame, ["id_no", "phone"]).tolist() == [0, 0, 0, 3, -1]


def test_names_of_repeaters_are_masked(rules: Rules) -> None:
    row = {"收到日期": date(2026, 7, 1), "联系电话": "13900000001", "投诉人姓名": "李小四"}
    found = found_in(rules, [{"投诉编号": "A"} | row, {"投诉编号": "B"} | row])
    assert [one.label for one in found.repeaters] == ["R001 李**"]


def test_without_an_earlier_period_no_comparison_is_claimed(rules: Rules) -> None:
    rows = [{"投诉编号": f"A{n}", "收到日期": date(2026, 7, 1), "投诉内容": f"年费没有告知就扣了{n}"} for n in range(5)]
    found = found_in(rules, rows)
    assert not found.has_earlier_texts
    assert [month.title for month in found.months] == ["2026-07", "2026-08", "2026-09"]


# --- hot words


def test_a_word_that_came_up_is_found_and_one_that_was_always_there_is_not() -> None:
    before = ["客户反映排队太久", "客户反映催收电话频繁", "客户反映理财亏损", "客户反映转账失败"] * 10
    now = [*before, *["客户反映数字人民币没有到账", "数字人民币红包失败", "开通数字人民币被扣费"] * 4]
    found = hot_words(now, before, 5)
    assert (found[0].word, found[0].now, found[0].before) == ("数字人民币", 12, 0)
    assert "排队" not in {word.word for word in found}
    for word in found:
        assert all(word.word in now[place] for place in word.texts)


@given(st.lists(st.text("年费退还催收理财排队，1a", max_size=12), max_size=30), st.integers(0, 30))
def test_words_are_counted_truly(texts: list[str], cut: int) -> None:
    now, before = texts[:cut], texts[cut:]
    for word in hot_words(now, before, 50):
        assert word.now == sum(word.word in text for text in now) == len(word.texts) >= 3
        assert word.before == sum(word.word in text for text in before)


# --- the workbook and the command


def test_the_workbook_lists_every_complaint_and_shows_the_charts(rules: Rules, tmp_path: Path) -> None:
    result = tasks.analyse(rules, [SAMPLE], tasks.Reading(), "2026Q3")
    out = tasks.write_analysis(result, tmp_path / "分析.xlsx")
    book = openpyxl.load_workbook(out)
    rows = list(book[LIST].iter_rows(min_row=TOP, values_only=True))
    assert len(rows) == len(result.found.listed)
    assert sum(row[8] == "是" for row in rows) == sum(one.count for one in result.found.ranking)
    assert sum(len(sheet._charts) for sheet in book) == 4
    assert "预警" in str([cell.value for cell in book[OVERVIEW]["A"]])
    with pytest.raises(WorkbookError, match="已存在"):
        tasks.write_analysis(result, out)


def test_the_command_says_what_stands_out_and_what_comes_next() -> None:
    told = run("analyse", str(SAMPLE), "--period", "2026Q3")
    assert told.code == 0
    assert "2026年第三季度：收到" in told.out
    assert "下一步：加 --out" in told.out


def test_a_register_without_dates_is_refused_in_one_sentence(rules: Rules, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["投诉编号", "收到日期", "投诉内容"], ["A1", "不详", "年费"], ["A2", None, "年费"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "台账.xlsx")
    with pytest.raises(WorkbookError, match="没有一行有可读的“收到日期”"):
        tasks.analyse(rules, [tmp_path / "台账.xlsx"], tasks.Reading(), "2026Q3")


def test_days_to_close_leave_reversed_dates_out(rules: Rules) -> None:
    rows = [
        {"投诉编号": "A", "收到日期": date(2026, 8, 1), "办结日期": date(2026, 8, 11)},
        {"投诉编号": "B", "收到日期": date(2026, 8, 20), "办结日期": date(2026, 8, 11)},
    ]
    assert np.array_equal(found_in(rules, rows).days, [10.0])
