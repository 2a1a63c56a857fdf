"""learn: a model of coded rows, honest about where it helps, read again without scikit-learn and without running anything."""

from __future__ import annotations

import io
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from day_books import write_book
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.learned import Learning, Model, Part, from_bytes, plain, softmax
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import Reading, classify, learn, write_model
from xiaobao_xl.tasks.learning import compared, load_model

# A house word no keyword of the rules knows: staff code whatever names it under 国库.
HOUSE = "星瀚通"
OPENINGS = (
    "客户称",
    "来电人说",
    "本人反映",
    "投诉人表示",
    "转述",
    "该客户讲",
    "家属称",
    "来访人说",
    "客户来信称",
    "经了解",
)
MIDDLES = ("上周办理的", "昨天办的", "去年签的", "在柜台办的", "手机上开的", "代办的", "老人办的", "朋友介绍的")
ENDINGS = ("一直没有下文", "到现在没人管", "结果不清楚", "要求给个说法", "希望尽快处理", "说法前后不一")


def texts(word: str, count: int) -> list[str]:
    every = [f"{opening}{middle}{word}{ending}" for opening in OPENINGS for middle in MIDDLES for ending in ENDINGS]
    return every[::7][:count]


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    coded = [(text, "国库") for text in texts(HOUSE, 60)] + [(text, "信用卡") for text in texts("信用卡账单分期", 60)]
    coded += [("信用卡年费没有告知，要求退还年费", "外汇")] * 3  # too few rows to be learned
    rows = [
        {"投诉编号": f"TS{number}", "收到日期": "2026-07-01", "投诉内容": text, "投诉业务类别": line, "投诉原因": None}
        for number, (text, line) in enumerate(coded, start=1)
    ]
    return write_book(tmp_path_factory.mktemp("learn") / "台账.xlsx", {"台账": rows})


@pytest.fixture(scope="module")
def learned(rules, book):
    return learn(rules, [book], Reading())


@pytest.fixture
def model(learned, tmp_path) -> Path:
    assert write_model(learned, tmp_path / "模型.npz")
    return tmp_path / "模型.npz"


def test_each_class_is_counted_as_staff_rules_and_model_see_it(learned):
    part = learned.parts["product_line"]
    house, card = ({each.title: each for each in part.classes}[title] for title in ("国库", "信用卡"))
    assert (house.rows, house.model_agree, house.is_used) == (60, 60, True)
    assert house.rules_agree < 5
    assert house.model_right >= 55
    assert house.rules_right == 0
    assert (card.rows, card.rules_agree, card.is_used) == (60, 60, False)
    assert part.left_out == {"外汇": 3}
    assert sum(part.agreement.values()) == 123


def test_rows_that_rules_and_model_both_read_otherwise_are_named(learned):
    doubtful = learned.parts["product_line"].doubtful
    assert {(each["key"], each["recorded"], each["suggested"]) for each in doubtful} == {
        (f"TS{number}", "外汇", "信用卡") for number in (121, 122, 123)
    }


def test_a_part_nobody_coded_is_not_learned(learned):
    assert learned.parts["reason"].model is None
    assert any("没有学习" in line for line in learned.lines())


def test_no_text_number_or_name_can_be_read_from_a_model(model):
    words = from_bytes(model.read_bytes()).parts["product_line"].words
    assert max(map(len, words)) <= 3
    assert not any(set(word) & set("123456789") for word in words)


def test_a_model_is_the_same_after_writing_and_reading(learned, model):
    part, again = learned.model.parts["product_line"], from_bytes(model.read_bytes()).parts["product_line"]
    shares = again.probabilities(["星瀚通没有下文", "信用卡分期", ""])
    assert np.array_equal(part.probabilities(["星瀚通没有下文", "信用卡分期", ""]), shares)
    assert np.allclose(shares.sum(axis=1), 1)
    assert again.ids[shares[0].argmax()] == "treasury"


def test_a_model_answers_without_scikit_learn_only_where_it_is_used(rules, model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.delitem(sys.modules, "xiaobao_xl.fitting", raising=False)
    rows = [
        {
            "投诉编号": "TS1",
            "收到日期": "2026-07-01",
            "投诉内容": f"客户称上周买的{HOUSE}没人管",
            "投诉业务类别": "信用卡",
        },
        {
            "投诉编号": "TS2",
            "收到日期": "2026-07-01",
            "投诉内容": "信用卡账单分期手续费多收了",
            "投诉业务类别": "信用卡",
        },
    ]
    book = write_book(tmp_path / "新台账.xlsx", {"台账": rows})
    first, second = classify(rules, book, Reading(), model=model).rows
    assert (first["product_line"], first["product_line_learned"], first["disagrees"]) == (
        "国库",
        True,
        ["product_line"],
    )
    assert (second["product_line"], second["product_line_learned"]) == ("信用卡", False)
    before = classify(rules, book, Reading()).rows
    assert first["product_line_second"] == before[0]["product_line"]
    assert "product_line_learned" not in before[0]


def test_the_rules_words_stay_as_explanation(book, model, tmp_path):
    out = tmp_path / "分类.xlsx"
    assert run("classify", str(book), "--model", str(model), "--out", str(out)).code == 0
    cells = [cell.value for line in load_workbook(out)["台账"].iter_rows() for cell in line]
    assert any(str(value).startswith("按本机构编码学习；规则指向“") for value in cells)


def test_learning_without_scikit_learn_says_what_to_install(rules, book, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    monkeypatch.delitem(sys.modules, "xiaobao_xl.fitting", raising=False)
    monkeypatch.delattr("xiaobao_xl.fitting", raising=False)
    with pytest.raises(WorkbookError, match=r"pip install .*xiaobao-xl\[learn\]"):
        learn(rules, [book], Reading())


class Evil:
    def __reduce__(self):
        return (pytest.fail, ("the file was run",))


def archive(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


ABOUT = {"format": "xiaobao-xl model 1", "institution": "bank", "rules_version": "1", "certainty": 0.6,
         "parts": {"reason": {"scheme": "reason", "ids": ["service", "pricing"], "words": ["费"], "used": []}}}  # fmt: skip


def about(**changes) -> np.ndarray:
    return np.frombuffer(json.dumps(ABOUT | changes).encode(), dtype=np.uint8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not an archive",
        pickle.dumps(Evil()),
        archive(about=np.array([Evil()], dtype=object)),
        archive(about=about(format="another")),
        archive(about=about()),
        archive(about=about(), **{"reason.rarity": np.ones(1), "reason.weights": np.ones((2, 2)), "reason.bias": np.ones(2)}),
        archive(about=about(), **{"reason.rarity": np.ones(1), "reason.weights": np.full((1, 2), np.nan), "reason.bias": np.ones(2)}),
        archive(about=np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
        archive(about=about(parts=[])),
    ],
)  # fmt: skip
def test_a_file_that_is_no_model_is_refused_and_never_run(rules, tmp_path, content):
    path = tmp_path / "模型.npz"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match="不是 xiaobao learn 写出的模型"):
        load_model(path, rules)


def test_a_model_of_others_is_refused(rules, model, tmp_path):
    with pytest.raises(WorkbookError, match="另一类机构"):
        load_model(model, load_rules(institution="insurer"))
    part = Part("reason", ("gone", "service"), ("费",), np.ones(1), np.ones((1, 2)), np.ones(2))
    (tmp_path / "旧.npz").write_bytes(Model("bank", "1", 0.6, {"reason": part}).to_bytes())
    with pytest.raises(WorkbookError, match="规则没有的类别"):
        load_model(tmp_path / "旧.npz", rules)
    with pytest.raises(WorkbookError, match="找不到模型文件"):
        load_model(tmp_path / "无.npz", rules)


def test_the_command_shows_the_table_and_writes_the_model(book, tmp_path):
    out = tmp_path / "模型.npz"
    ran = run("learn", str(book), "--out", str(out))
    assert ran.code == 0, ran
    assert "用学习结果的类别：国库。" in ran.out
    assert out.is_file()
    assert "件数不足 20 件、没有学习的类别：外汇 3" in ran.out
    told = json.loads(run("learn", str(book), "--json", "-").out)
    assert [(each["title"], each["used"]) for each in told["parts"]["product_line"]["classes"]] == [
        ("国库", True),
        ("信用卡", False),
    ]
    assert run("learn", str(book), "--out", str(tmp_path / "模型.pkl")).code == 2


SCHEME = Scheme(title="类别", codes={"a": Category(title="甲"), "b": Category(title="乙")})
LABELS = st.lists(st.tuples(*[st.sampled_from("ab")] * 3, st.floats(0.5, 1)), min_size=1, max_size=40)


@given(LABELS)
def test_a_model_is_used_only_where_it_wins_by_enough(rows):
    staff, ruled, modelled, certainty = (list(column) for column in zip(*rows, strict=True))
    settings = Learning(least_decided=3, least_gain=0.2)
    for each in compared(SCHEME, staff, ruled, modelled, np.array(certainty), settings):
        assert each.rules_agree <= each.rows >= each.model_agree
        if each.is_used:
            assert each.model_right > each.rules_right
            assert each.model_right + each.rules_right >= 3
    same = compared(SCHEME, staff, ruled, ruled, np.array(certainty), settings)
    assert not any(each.is_used for each in same)


@given(st.text(max_size=20))
def test_numbers_and_blanks_tell_no_texts_apart(text):
    assert plain([f"退 {text}费 18 元"]) == plain([f"退{text}费999元"])


@given(st.lists(st.lists(st.floats(-50, 50), min_size=3, max_size=3), min_size=1, max_size=5))
def test_probabilities_add_up_to_one(scores):
    assert np.allclose(softmax(np.array(scores)).sum(axis=1), 1)
