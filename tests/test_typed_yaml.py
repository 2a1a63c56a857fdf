"""YAML into dataclasses: what is refused, where, and with which guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

import pytest

from xiaobao_xl import typed_yaml
from xiaobao_xl.errors import RulesError


@dataclass(frozen=True, kw_only=True)
class Cat:
    KIND: ClassVar[str] = "cat"
    lives: int


@dataclass(frozen=True, kw_only=True)
class Dog:
    KIND: ClassVar[str] = "dog"
    tricks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Home:
    title: str
    built_on: date | None = None
    size: float = 0
    open: bool = False
    colour: Literal["red", "green"] = "red"
    pets: Mapping[str, Cat | Dog] = field(default_factory=dict)
    limits: int | Mapping[str, int] = 0
    pairs: tuple[tuple[str, ...], ...] = ()


def home(text: str) -> Home:
    return typed_yaml.read(text, "home.yaml", Home)


def problems(text: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        home(text)
    return caught.value.problems


def test_everything_understood() -> None:
    built = home(
        "title: 家\nbuilt_on: 2026-01-31\nsize: 12.5\nopen: true\ncolour: green\n"
        "limits: {a: 1}\npairs: [[a, b], [c, d]]\npets:\n  tom: {kind: cat, lives: 9}\n  rex: {kind: dog, tricks: sit}\n"
    )
    assert built.built_on == date(2026, 1, 31)
    assert built.pets == {"tom": Cat(lives=9), "rex": Dog(tricks=("sit",))}
    assert built.limits == {"a": 1}
    assert built.pairs == (("a", "b"), ("c", "d"))


def test_one_pair_needs_no_outer_list() -> None:
    assert home("title: 家\npairs: [a, b]").pairs == (("a", "b"),)


def test_all_mistakes_at_once_with_place_and_guess() -> None:
    found = problems("titel: 家\nsize: gross\npets:\n  tom: {kind: cta, lives: 9}\n")
    assert found == [
        "home.yaml:1:1: titel: 不认识的键 titel；应为 title、built_on、size、open、colour、pets、limits、pairs 之一；是否想写 title？",
        "home.yaml:2:7: size: 值 gross 不对；应为数字",
        "home.yaml:4:15: pets.tom.kind: 不认识的 kind cta；应为 cat、dog 之一；是否想写 cat？",
        "home.yaml:1:1: 缺少键 title；这些键必须写明",
    ]


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("on", "会被 YAML 当成是非值"),
        ("no", "会被 YAML 当成是非值"),
        ("12:30", "会被 YAML 当成整数"),
        ("2025.11", "会被 YAML 当成小数"),
        ("2025-11-01", "会被 YAML 当成日期"),
        ("", "会被 YAML 当成空值"),
    ],
)
def test_silent_conversions_are_refused(written: str, what: str) -> None:
    assert what in problems(f"title: {written}\n")[0]


@pytest.mark.parametrize("written", ["yes", "on", "1", '"true"'])
def test_only_true_and_false_are_booleans(written: str) -> None:
    assert "应为true 或 false" in problems(f"title: 家\nopen: {written}\n")[0]


@pytest.mark.parametrize("written", ["0x10", "010", "1_000", "12:30", "1.5"])
def test_odd_integers_are_refused(written: str) -> None:
    assert problems(f"title: 家\npets: {{tom: {{kind: cat, lives: {written}}}}}")


def test_duplicate_keys() -> None:
    assert problems("title: 家\ntitle: 屋\n") == ["home.yaml:2:1: title: 键重复；同一层每个键只写一次"]


def test_impossible_date() -> None:
    assert "应为日期" in problems("title: 家\nbuilt_on: 2026-02-30\n")[0]


def test_syntax_mistake_has_a_place() -> None:
    assert problems("title: [家\n")[0].startswith("home.yaml:2:1: YAML 写法有误")


def test_empty_file() -> None:
    assert problems("") == ["home.yaml:1:1: 文件是空的"]


def test_runaway_aliases_are_refused() -> None:
    lines = ["title: 家", "pairs:", "  - &a [x, x, x, x, x, x, x, x, x, x]"]
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert home("\n".join(lines)).pairs
    deep: Any = str
    for _ in range(9):
        deep = tuple[deep, ...]
    with pytest.raises(RulesError, match="文件展开后过大"):
        typed_yaml.read(bomb, "bomb.yaml", Mapping[str, deep])
