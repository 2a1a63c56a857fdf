"""Learned weights: what is found where, what it weighs, and that the shipped table is the one the texts give."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao_xl import resources
from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.classifying import classify_all
from xiaobao_xl.clauses import BACKGROUND, WAVED_ASIDE, Clauses, borne
from xiaobao_xl.grams import NOTHING_LEARNED, Grams, Index
from xiaobao_xl.matching import fold
from xiaobao_xl.rules import Rules

ROOT = Path(__file__).resolve().parent.parent
NOWHERE = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
TABLE = Grams("gram\twhy/fee\twhy/dun\n*\t\t1.5\n年费\t4\t-1\n费\t3\t\n催\t\t6\n".encode())
WHY = Scheme(title="原因", codes={"fee": Category(title="收费"), "dun": Category(title="催收")})


def plain(texts: list[str]) -> Clauses:
    return Clauses(texts, NOWHERE, NOWHERE)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="年费催收a，\0", max_size=12), max_size=5))
def test_every_occurrence_is_found_and_nothing_else(texts: list[str]) -> None:
    words = ["费", "年费", "催", "催收", "a", "费费"]
    found = sorted(zip(*(part.tolist() for part in Index(words).find(texts)), strict=True))
    expected = sorted(
        (row, number, hit.start())
        for row, text in enumerate(texts)
        for number, word in enumerate(words)
        for hit in re.finditer(f"(?={word})", text)
    )
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="年费催收", max_size=8), min_size=1, max_size=600))
def test_texts_read_together_weigh_what_they_weigh_alone(texts: list[str]) -> None:
    weights = TABLE.weights("why", ("fee", "dun"))
    together = TABLE.read(texts, plain(texts)).summed(weights)
    for row in (0, len(texts) // 2, len(texts) - 1):
        alone = [sum(weights[n] for n, word in enumerate(TABLE.words) if word in texts[row]) + np.zeros(2)]
        np.testing.assert_allclose(together[row], alone[0])


def test_a_sequence_counts_once_and_where_it_counts_most() -> None:
    texts = fold(["年费。年费", "不是年费"])
    waved = (np.array([0, 1]), np.array([0, 0]))
    found = TABLE.read(texts, Clauses(texts, NOWHERE, waved))
    assert dict(zip(found.words[: found.begins[1]], found.shares[: found.begins[1]], strict=True)) == {0: 1, 1: 1}
    np.testing.assert_allclose(found.shares[found.begins[1] :], WAVED_ASIDE)


def test_what_is_waved_aside_supports_nothing() -> None:
    weights = borne(np.array([4.0, 4.0, 4.0, -4.0]), np.array([1, BACKGROUND, WAVED_ASIDE, WAVED_ASIDE]))
    np.testing.assert_allclose(weights, [4, 2, -1.2, 0])


def test_what_a_category_weighs_before_anything_is_read_counts_only_where_something_speaks() -> None:
    found = classify_all({"why": WHY}, ["好", "费"], grams=TABLE)["why"]
    assert found.best_titles() == ["催收", "收费"]
    assert found.score.tolist() == pytest.approx([0, 3 / (3 + 1.5 + WHY.doubt)])


def test_learned_words_are_named_as_they_stand_in_the_text() -> None:
    evidence = classify_all({"why": WHY}, ["收年费的"], grams=TABLE)["why"].evidence(0)
    assert evidence.words == [("年费", 7.0)]
    assert evidence.rest == 0


def test_the_words_and_the_rest_are_all_that_was_weighed(rules: Rules, cases: list[dict[str, str]]) -> None:
    texts = [case["text"] for case in cases if case["half"] == "tuning"]
    schemes = {name: rules.categories[name] for name in ("product_line", "reason")}
    for found in classify_all(schemes, texts, grams=rules.grams).values():
        for row, (score, second) in enumerate(zip(found.score, found.second_score, strict=True)):
            evidence = found.evidence(row)
            total = sum(weight for _, weight in evidence.words + evidence.against) + evidence.rest
            weighed = found.scheme.doubt * score / (1 - score - second)
            assert max(total, 0) == pytest.approx(weighed, abs=0.2)
            assert evidence.words or score == 0


def test_other_schemes_and_unknown_categories_weigh_nothing() -> None:
    assert not TABLE.weights("other", ("fee",)).any()
    assert not TABLE.weights("why", ("unknown",)).any()
    assert NOTHING_LEARNED.read(["年费"], plain(["年费"])).summed(np.zeros((0, 2))).tolist() == [[0, 0]]


def test_the_shipped_table_names_categories_that_exist(rules: Rules) -> None:
    heading, *lines = resources.grams_path().read_text(encoding="utf-8").splitlines()
    for column in heading.split("\t")[1:]:
        scheme, name = column.split("/")
        assert rules.categories[scheme].reported(name) == name
    assert len({line.split("\t")[0] for line in lines}) == len(lines)
    assert all(len(line.split("\t")) == len(heading.split("\t")) for line in lines)


def test_no_text_of_the_evaluation_set_was_learned_from(cases: list[dict[str, str]]) -> None:
    learned = {
        text
        for path in (ROOT / "lexicon" / "texts").glob("*.tsv")
        for text in fold(line.split("\t")[2] for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert not learned & set(fold(case["text"] for case in cases))


def test_the_shipped_table_is_what_the_texts_give(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "lexicon"))
    learn = pytest.importorskip("learn", reason="pip install -e .[dev] to learn anew")
    bank, insurer, other = (learn.read_texts(learn.TEXTS / f"{name}.tsv") for name in learn.FILES)
    schemes = {name: rules.categories[name] for name in learn.TOGETHER[1]}
    (task,) = (
        task for task in learn.tasks(dict(rules.categories), bank, insurer, other) if task.scheme == "dispute_type"
    )
    model = learn.fit(task, schemes, learn.FACTORS[task.scheme])
    lines = {word: line for line, word in enumerate(rules.grams.words)}
    table = np.vstack([rules.grams.weights(task.scheme, model.ids), np.zeros((1, len(model.ids)))])
    shipped = table[[lines.get(word, -1) for word in model.words]]
    slight = np.abs(model.weights) < learn.SLIGHT + 0.1
    np.testing.assert_allclose(shipped[~slight], model.weights[~slight], atol=0.2)
