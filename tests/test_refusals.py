"""Words that cannot be meant are refused in one Chinese sentence, and what is not known is not called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run

DAY = ("--as-of", "2026-09-30")
TERM = ("due", *DAY, "--deadline", "insurance_file_retention", "--set", "保险合同终止=2024-02-29")
BOOK = "投诉编号,收到日期,办结日期,投诉内容\nTS-1,2026-07-03,2026-07-08,客户称信用卡年费没有事先告知\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("台账.csv").write_text(BOOK, encoding="utf-8")
    Path("代码.csv").write_text("类别,代码\n信用卡,0302\n信用卡,0303\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("due", "--set", "收到日期=2026-03-02", "--set", "received_on=2026-03-03"), "“收到日期”给了两次"),
        ((*TERM, "--set", "保险期间=十年"), "没有这个取值；应为 longer（保险期间超过一年的）"),
        (("due", "台账.csv", *DAY, "--deadline", "claim_payment"), "不按台账逐件计算"),
        (("due", "台账.csv", *DAY, "--out", "看板.ics"), "只能存为 .xlsx"),
        (("check", "台账.csv", *DAY, "--out", "副本.csv"), "只能存为 .xlsx"),
        (("classify", "台账.csv", "--out", "副本.csv"), "只能存为 .xlsx"),
        (("blank", "新台账.csv"), "以 .xlsx 结尾，例如 新台账.xlsx"),
        (("classify", "--text", "信用卡年费", "--codes", "代码.csv"), "“信用卡”有两个代码（0302、0303）"),
        (("report", "complaint_quarterly", "台账.csv", "--period", "2026Q3", "--out", "代码.csv"), "不是目录"),
        (("report", "complaint_quarterly", "台账.csv", "--period", "9999"), "统计期间“9999”无法识别"),
    ],
)
def test_refused(words: tuple[str, ...], sentence: str) -> None:
    before = sorted(Path().iterdir())
    ran = run(*words)
    assert ran.code == 2, ran
    assert sentence in ran.err
    assert sorted(Path().iterdir()) == before


def test_a_value_may_be_given_by_the_words_the_sentence_uses() -> None:
    ran = run(*TERM, "--set", "保险期间=保险期间一年以下的")
    assert ran.code == 0
    assert "届满日：2029-02-28，未到期" in ran.out


def test_the_term_of_another_authority_passes_and_is_not_overrun() -> None:
    words = ("due", *DAY, "--deadline", "regulator_transfer", "--set", "监管收到日期=2025-09-26")
    assert "届满日：2025-10-13，期限已过" in run(*words).out


def test_no_row_to_time_is_said() -> None:
    assert "没有要计算时限的投诉" in run("due", "台账.csv", *DAY, "--deadline", "judicial_confirmation").out


def test_a_relation_without_one_side_is_not_called_broken() -> None:
    Path("无日期.csv").write_text("投诉编号,办结日期,投诉内容\nTS-1,2026-07-08,信用卡年费没有告知\n", encoding="utf-8")
    ran = run("report", "complaint_quarterly", "无日期.csv", "--period", "2026Q3", *DAY)
    assert ran.code == 0, ran
    assert "勾稽不平" not in ran.out


def test_rows_repeated_no_times_are_not_missing_from_the_template() -> None:
    Path("空.csv").write_text(BOOK.splitlines()[0] + "\n", encoding="utf-8")
    ran = run("report", "complaint_quarterly", "空.csv", "--period", "2026Q3", *DAY)
    assert ran.code == 0, ran
    assert "没有出现在模板中" not in ran.out


def test_nothing_is_pending_where_no_column_says_what_was_closed() -> None:
    Path("无办结.csv").write_text(
        "投诉编号,收到日期,撤回日期,投诉内容\nTS-1,2026-07-03,,信用卡年费没有告知\n", encoding="utf-8"
    )
    ran = run("report", "complaint_quarterly", "无办结.csv", "--period", "2026Q3", *DAY)
    assert ran.code == 0, ran
    assert "期末在办：—" in ran.out
    assert "本期收到：1" in ran.out


def test_rows_without_a_text_are_said_not_to_be_classified() -> None:
    Path("缺内容.csv").write_text(BOOK + "TS-2,2026-07-03,,\n", encoding="utf-8")
    assert "另有 1 行没有填投诉内容，未分类。" in run("classify", "缺内容.csv").out


def test_a_number_on_two_rows_is_counted_twice_and_said() -> None:
    Path("重号.csv").write_text(BOOK + BOOK.splitlines()[1] + "\n", encoding="utf-8")
    ran = run("report", "complaint_quarterly", "重号.csv", "--period", "2026Q3", *DAY)
    assert "本期收到：2" in ran.out
    assert "1 个投诉编号在台账中不止一行，每一行各计一件；请核对是否重复登记：TS-1" in ran.out


def test_two_results_are_not_written_into_one_file() -> None:
    ran = run("due", "台账.csv", *DAY, "--out", "同.xlsx", "--json", "同.xlsx", "--overwrite")
    assert (ran.code, Path("同.xlsx").exists()) == (2, False)
    assert "两项结果写到了同一个文件" in ran.err


@pytest.mark.parametrize(
    "words", [("classify", "--text", "年费"), ("due", "--set", "received_on=2026-01-05", "--set", "complexity=simple")]
)
def test_one_case_alone_has_no_copy(words: tuple[str, ...]) -> None:
    ran = run(*words, "--out", "一件.xlsx")
    assert (ran.code, Path("一件.xlsx").exists()) == (2, False)
    assert "请去掉 --out" in ran.err


@pytest.mark.parametrize("name", ["waivers.yaml", "headings.yaml"])
def test_a_settings_file_in_another_encoding_is_refused(name: str) -> None:
    Path(name).write_bytes("的: 1\n".encode("gb18030"))
    ran = run("check", "台账.csv", *DAY)
    assert ran.code == 2
    assert "不是 UTF-8 编码的文字" in ran.err
