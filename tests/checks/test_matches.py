from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.matches import Matches
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = Matches(columns=("outlet_no",), pattern="[0-9A-Za-z-]+", expected="只含数字、字母或短横线")


def test_cells_that_follow_the_pattern_and_empty_cells_pass(find: Find, register: Make) -> None:
    assert find(CHECK, register({"outlet_no": ["0102-33", None]})) == []


def test_the_whole_cell_counts(find: Find, register: Make) -> None:
    found = find(CHECK, register({"outlet_no": ["城东0102", "0102城东", "0102\n"]}))
    assert [finding.row for finding in found] == [3, 4, 5]
    assert found[0].message == "“网点机构号”的值“城东0102”不合格式，应只含数字、字母或短横线；请更正"


def test_alternatives_are_taken_whole(find: Find, register: Make) -> None:
    check = Matches(columns=("outlet_no",), pattern="ab|cd", expected="为 ab 或 cd")
    assert [finding.row for finding in find(check, register({"outlet_no": ["ab", "cd", "abx", "xcd"]}))] == [5, 6]


def test_an_unreadable_cell_is_left_alone(find: Find, register: Make) -> None:
    assert find(CHECK, register({"outlet_no": [None]}, faulty={"outlet_no": [0]})) == []


def test_a_private_value_is_masked_in_the_message(find: Find, register: Make) -> None:
    check = Matches(columns=("phone",), pattern="[0-9]{11}", expected="为 11 位数字")
    (finding,) = find(check, register({"phone": ["1380013800O"]}))
    assert "138****800O" in finding.message
    assert "1380013800O" not in finding.message + finding.value


def test_a_pattern_that_cannot_be_read_is_a_mistake() -> None:
    assert [problem.split("：")[0] for problem in Matches(columns=("text",), pattern="(", expected="").problems()] == [
        "pattern"
    ]
    assert list(CHECK.problems()) == []
