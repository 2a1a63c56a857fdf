"""The worksheet functions that need the library, called as plain functions."""

import pytest

from xiaobao_xl import udfs
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.suggesting import UNSURE, classify_text

TEXTS = ["信用卡分期手续费没有告知", "柜员态度差，排队两小时", "手机银行转账失败，钱被扣了", "你好"]


@pytest.mark.parametrize(("kind", "part"), [("", "product_line"), ("业务", "product_line"), ("原因", "reason")])
def test_a_category_is_the_one_the_library_suggests(kind, part):
    for text, (told,) in zip(TEXTS, udfs.XB_CATEGORY([[text] for text in TEXTS], kind), strict=True):
        line = classify_text(load_rules(), text)
        assert line[part] in told
        assert told.startswith(UNSURE) is not line[f"{part}_confident"]


def test_the_reasons_name_the_words_that_decided():
    ((told,),) = udfs.XB_WHY([[TEXTS[1]]], "原因")
    line = classify_text(load_rules(), TEXTS[1])
    assert f"得分 {line['reason_score']:.2f}" in told
    assert all(hit["word"] in told for hit in line["evidence"]["reason"])


def test_the_shape_of_the_cells_is_kept_and_empty_cells_stay_empty():
    told = udfs.XB_CATEGORY([[TEXTS[0], None, ""], [5.0, "  ", TEXTS[0]]])
    assert [len(row) for row in told] == [3, 3]
    assert told[0][0] == told[1][2]
    assert told[0][1] == told[0][2] == told[1][1] == ""


def test_equal_texts_are_classified_once(monkeypatch):
    asked = []
    suggest = udfs._suggest
    monkeypatch.setattr(udfs, "_suggest", lambda texts: asked.append(list(texts)) or suggest(texts))
    udfs.XB_CATEGORY([[TEXTS[0]]] * 50)
    assert asked == [[TEXTS[0]]]


@pytest.mark.parametrize("kind", ["投诉", "金额", 3.0])
def test_an_unknown_kind_is_said_in_the_cell(kind):
    ((told,),) = udfs.XB_CATEGORY([[TEXTS[0]]], kind)
    assert "投诉业务类别" in told
    assert "投诉原因" in told


def test_no_text_at_all_needs_no_classifying():
    assert udfs.XB_WHY([[None]]) == [[""]]


def test_excel_shows_chinese_help():
    for function in (udfs.XB_CATEGORY, udfs.XB_WHY):
        assert function.__doc__.splitlines()[0].endswith("。")
