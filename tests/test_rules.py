"""rules.yaml → objects: references that lead nowhere, and an institution's own file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from xiaobao_xl import resources
from xiaobao_xl.deferred_yaml import Deferred, deferred, parts
from xiaobao_xl.errors import RulesError
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.typed_yaml import field_types


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "本行规则.yaml"
    path.write_text("extends: shipped\n" + text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        load_rules(own(tmp_path, text))
    return caught.value.problems


def test_shipped_rules_load(rules: Rules) -> None:
    assert {"bank", "insurer"} >= {rules.institution}
    assert len(rules.sha256) == 64
    assert rules.checks["complaint"]["key_unique"].level == "error"


def test_institution_is_an_override(rules: Rules) -> None:
    assert rules.institution == "bank"
    assert load_rules(institution="insurer").institution == "insurer"


def test_own_entries_are_added(tmp_path: Path, rules: Rules) -> None:
    loaded = load_rules(own(tmp_path, """
law:
  our_rules: {title: 本行办法, in_force_from: 2026-01-01}
registers:
  complaint:
    columns:
      sub_branch_manager: {title: 支行行长}
    checks:
      manager_filled: {kind: required, columns: [sub_branch_manager], source: our_rules 第3条}
"""))  # fmt: skip
    assert "manager_filled" in loaded.checks["complaint"]
    assert len(loaded.checks["complaint"]) == len(rules.checks["complaint"]) + 1
    assert "our_rules" in loaded.law
    assert loaded.sha256 != rules.sha256


def test_redefining_needs_replaces(tmp_path: Path) -> None:
    text = "registers:\n  complaint:\n    checks:\n      text_filled: {kind: required, columns: [text, request]}\n"
    assert problems(tmp_path, text) == [
        "本行规则.yaml:5:7: registers.complaint.checks.text_filled: 随附规则中已有此项；如确要改写，请在该项内加 replaces: true"
    ]
    replaced = text.replace("{kind", "{replaces: true, kind")
    assert load_rules(own(tmp_path, replaced)).checks["complaint"]["text_filled"].uses() == ("text", "request")


def test_every_dangling_reference_is_named_with_a_guess(tmp_path: Path) -> None:
    found = problems(tmp_path, """
registers:
  complaint:
    columns:
      colour: {title: 颜色, scheme: product_lines}
      second_name: {title: 客户姓名}
    checks:
      a: {kind: required, columns: [recieved_on]}
      b: {kind: in_time, deadline: decison}
      c: {kind: required, columns: [text], when: {route: complant}}
      d: {kind: required, columns: [text], source: complaint_measure_2020 第18条}
""")  # fmt: skip
    expected = ["是否想写 product_line？", "表头 客户姓名 已属于 complainant_name", "是否想写 received_on？", "是否想写 decision？",
                "是否想写 complaint？", "是否想写 complaint_measures_2020？"]  # fmt: skip
    assert len(found) == len(expected)
    for guess, line in zip(expected, found, strict=True):
        assert guess in line
        assert line.startswith("本行规则.yaml:")


def test_unknown_extends(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("extends: shiped\n", encoding="utf-8")
    with pytest.raises(RulesError, match="应为 shipped"):
        load_rules(path)


def test_a_scheme_can_grow_a_branch(tmp_path: Path) -> None:
    loaded = load_rules(
        own(
            tmp_path,
            "categories:\n  product_line:\n    codes:\n      debt_collection:\n        codes:\n          outsourced: {title: 委外催收}\n",
        )
    )
    assert loaded.categories["product_line"].find("委外催收") == "outsourced"


def test_a_keyword_that_is_no_pattern_is_named_with_its_place(tmp_path: Path) -> None:
    words = "{outsourced: {title: 委外催收, keywords: {strong: '外包公司 (退 .{0,3}'}}}"
    found = problems(tmp_path, f"categories:\n  product_line:\n    codes: {{debt_collection: {{codes: {words}}}}}\n")
    assert [problem.split("关键词 ")[1].split(" ")[0] for problem in found] == ["(退", ".{0,3}"]
    assert all(problem.startswith("本行规则.yaml:4:") for problem in found)


def test_the_shipped_rules_are_sound_and_the_same_whether_built_whole_or_when_needed(rules: Rules) -> None:
    whole = load_rules(resources.rules_path())  # a path given: every section, every reference and every keyword is read
    for name in field_types(Rules):
        wanted, found = getattr(whole, name), getattr(rules, name)
        assert repr(wanted) == repr(dict(found) if isinstance(wanted, dict) else found), name


def test_a_section_is_built_when_one_of_its_entries_is_asked_for() -> None:
    built: list[str] = []

    def build() -> dict[str, int]:
        built.append("once")
        return {"a": 1, "b": 2}

    section = Deferred(["a", "b"], build)
    assert (list(section), len(section), "a" in section, "c" in section, built) == (["a", "b"], 2, True, False, [])
    assert (section["a"], section.get("b"), section.get("c"), built) == (1, 2, None, ["once"])


def test_a_mistake_in_a_part_keeps_its_place_in_the_file() -> None:
    text = "first: 1\nsecond:\n  a: 1\n  b: x\n"
    with pytest.raises(RulesError, match=r"r\.yaml:4:6: second\.b"):
        deferred(parts(text)["second"], "r.yaml", Mapping[str, int])["a"]
