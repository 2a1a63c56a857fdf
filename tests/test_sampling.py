"""Sampling: the same seed and list give the same sample, whatever the order of rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import openpyxl
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.sampling import Unit, draw, least_needed, list_hash, ticket

names = st.text("城东西南北支行甲乙丙丁", min_size=1, max_size=4)
lists = st.lists(st.builds(Unit, st.sampled_from(["甲分行", "乙分行", "丙分行"]), names), min_size=1, max_size=40)


@given(lists, st.randoms(use_true_random=False), st.integers(1, 50), st.text(min_size=1, max_size=5))
def test_order_and_repetition_of_rows_do_not_matter(units, chance, count, seed):
    shuffled = [*units, *units[:3]]
    chance.shuffle(shuffled)
    assert draw(units, count, seed) == draw(shuffled, count, seed)
    assert list_hash(units) == list_hash(shuffled)


@given(lists, st.integers(1, 50), st.integers(0, 3))
def test_a_sample_has_the_size_asked_for_and_the_least_of_every_stratum(units, count, at_least):
    if least_needed(units, at_least) > count:
        with pytest.raises(ValueError, match="too small"):
            draw(units, count, "2026", at_least)
        return
    drawn = [one.unit for one in draw(units, count, "2026", at_least)]
    assert len(set(drawn)) == len(drawn) == min(count, len(set(units)))
    there, chosen = (Counter(unit.stratum for unit in each) for each in (set(units), drawn))
    assert all(chosen[stratum] >= min(at_least, size) for stratum, size in there.items())


@given(lists, st.integers(1, 20))
def test_a_larger_sample_holds_the_smaller_one(units, count):
    smaller, larger = ({one.unit for one in draw(units, size, "2026")} for size in (count, count + 3))
    assert smaller <= larger


def test_another_seed_draws_another_sample():
    units = [Unit("", f"支行{number}") for number in range(50)]
    assert {one.unit for one in draw(units, 10, "2026")} != {one.unit for one in draw(units, 10, "2027")}


def test_every_outlet_is_drawn_about_equally_often():
    units = [Unit("", f"支行{number}") for number in range(10)]
    often = Counter(one.unit for seed in range(1000) for one in draw(units, 3, str(seed)))
    assert len(often) == 10
    assert all(240 < count < 360 for count in often.values())


@pytest.fixture
def outlets(tmp_path):
    """A list that is no register: a title above, a heading of two rows, a merged branch, a total, an empty cell."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["2026年网点名单"], ["序号", "分行", "网点"], [None, None, None],
        [1, "城东分行", "人民路支行"], [2, None, " 人民路支行 "], [3, None, "解放路支行"], [4, "城西分行", "建设路支行"],
        [5, "城西分行", "人民路支行"], [6, "城西分行", None], ["合计", None, 6],
    ):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    sheet.merge_cells("B4:B6")
    path = tmp_path / "机构名单.xlsx"
    book.save(path)
    return path


def sampled(*words):
    ran = run("sample", *map(str, words), "--json", "-")
    assert ran.code == 0, ran
    return json.loads(ran.out)


def test_any_list_with_the_heading_will_do(outlets):
    told = sampled(outlets, "--by", "网点", "--count", 9, "--seed", 2026)
    assert {one["name"]: one["rows"] for one in told["drawn"]} == {
        "人民路支行": [4, 5, 8], "解放路支行": [6], "建设路支行": [7],
    }  # fmt: skip
    assert told["skipped"] == {"9": "这一列是空的", "10": "合计行"}


def test_an_auditor_can_draw_it_again_by_hand(outlets):
    told = sampled(outlets, "--by", "网点", "--within", "分行", "--count", 3, "--seed", 2026)
    lines = ["城东分行|人民路支行", "城东分行|解放路支行", "城西分行|建设路支行", "城西分行|人民路支行"]
    assert told["list_sha256"] == hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    tickets = {line: hashlib.sha256(f"2026|{line}".encode()).hexdigest() for line in lines}
    for one in told["drawn"]:
        assert (
            one["sha256"]
            == tickets[f"{one['stratum']}|{one['name']}"]
            == ticket("2026", Unit(one["stratum"], one["name"]))
        )
    assert {one["stratum"] for one in told["drawn"]} == {"城东分行", "城西分行"}
    assert "，其余名额由剩下的按抽签号从小到大补足" in "".join(told["method"])


def test_a_register_is_sampled_by_any_name_of_its_column(tmp_path):
    book = openpyxl.Workbook()
    for row in (["投诉单号", "涉及网点"], ["TS1", "甲"], ["TS2", "乙"], ["TS3", "甲"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "台账.xlsx")
    by_title = sampled(tmp_path / "台账.xlsx", "--by", "网点名称", "--count", 1, "--seed", 1)
    assert by_title["listed"] == 2
    assert sampled(tmp_path / "台账.xlsx", "--by", "投诉编号", "--count", 2, "--seed", 1)["listed"] == 3


def test_the_sheet_says_all_that_is_needed_and_leaves_room_to_sign(outlets, tmp_path):
    out = tmp_path / "抽样.xlsx"
    ran = run(
        "sample", str(outlets), "--by", "网点", "--within", "分行", "--count", "3", "--seed", "2026", "--out", str(out)
    )
    assert ran.code == 0, ran
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["抽样说明", "抽中的", "全部名单", "各层"]
    told = {row[0]: row[1] for row in book["抽样说明"].iter_rows(min_row=4, values_only=True)}
    units = [
        Unit(*line.split("|"))
        for line in ("城东分行|人民路支行", "城东分行|解放路支行", "城西分行|建设路支行", "城西分行|人民路支行")
    ]
    assert told["名单指纹（SHA-256）"] == list_hash(units)
    assert (told["种子"], told["名单里有"], told["抽出"]) == ("2026", "4", "3")
    assert book["抽中的"].max_row == 3 + 3
    marks = [row[3] for row in book["全部名单"].iter_rows(min_row=4, values_only=True)]
    assert marks.count("抽中") == 3
    assert run("sample", str(outlets), "--by", "网点", "--count", "3", "--seed", "2026", "--out", str(out)).code == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--by", "柜员", "--count", "1", "--seed", "1"], "没有同时有表头“柜员”"),
        (["--by", "网点", "--count", "0", "--seed", "1"], "至少抽 1 个"),
        (["--by", "网点", "--count", "1", "--seed", " "], "请用 --seed 写一个种子"),
        (["--by", "网点", "--count", "1", "--seed", "1", "--at-least", "1"], "要与 --within 一起写"),
        (
            ["--by", "网点", "--count", "1", "--seed", "1", "--within", "分行"],
            "共有 2 个分行，每个至少抽 1 个就要 2 个",
        ),
        (["--by", "网点", "--count", "1", "--seed", "1", "--within", "网点"], "是同一列"),
        (["--by", "网点", "--count", "1", "--seed", "1", "--sheet", "三季度"], "没有名为“三季度”的工作表"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(outlets, words, sentence):
    ran = run("sample", str(outlets), *words)
    assert ran.code == 2
    assert sentence in ran.err
