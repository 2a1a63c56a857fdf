from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.same_person_repeat import SamePersonRepeat
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = SamePersonRepeat(
    person=("id_no", "phone"),
    matter=("product_line",),
    within_days=30,
    on="received_on",
    marked=("is_repeat", "merged_into"),
)


def ledger(register, faulty=None, **changed):
    cells = {
        "complaint_no": ["A1", "A2"],
        "received_on": ["2026-03-01", "2026-03-11"],
        "id_no": ["11010519491231002X", None],
        "phone": ["13800138000", "138-0013-8000"],
        "product_line": ["loan", "loan"],
        "is_repeat": [None, False],
        "merged_into": [None, None],
    }
    return register(cells | changed, faulty)


def test_a_later_row_not_marked_is_found_and_names_the_earlier(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register))
    assert finding.message == (
        "与第 3 行（A1）为同一投诉人、同一“投诉业务类别”，相隔 10 日（30 日以内），却未标为重复投诉；"
        "如确属重复，请填写“是否重复投诉”、“合并至编号”"
    )
    assert (finding.row, finding.column, finding.value) == (4, "is_repeat", "否")


def test_marked_rows_pass(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, is_repeat=[None, True])) == []
    assert find(CHECK, ledger(register, merged_into=[None, "A1"])) == []


def test_another_matter_another_person_or_a_later_time_pass(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, product_line=["loan", "fund"])) == []
    assert find(CHECK, ledger(register, phone=["13800138000", "13900139000"])) == []
    assert find(CHECK, ledger(register, received_on=["2026-03-01", "2026-04-01"])) == []
    assert len(find(CHECK, ledger(register, received_on=["2026-03-01", "2026-03-31"]))) == 1


def test_empty_cells_compare_with_none(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, phone=[None, None])) == []
    assert find(CHECK, ledger(register, product_line=[None, None])) == []
    assert find(CHECK, ledger(register, received_on=[None, "2026-03-11"])) == []


def test_words_for_nobody_name_nobody(find: Find, register: Make) -> None:
    for word in ("不详", "无", "00000000000", "——"):
        assert find(CHECK, ledger(register, phone=[word, word])) == []


def test_an_unreadable_mark_is_left_alone(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, is_repeat=[None, None], faulty={"is_repeat": [1]})) == []


def test_the_order_of_time_counts_not_of_rows(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register, received_on=["2026-03-11", "2026-03-01"], is_repeat=[None, None]))
    assert finding.row == 3


def test_the_nearest_earlier_row_is_named(find: Find, register: Make) -> None:
    cells = {
        "complaint_no": ["A1", "A2", "A3"],
        "received_on": ["2026-03-01", "2026-03-05", "2026-03-06"],
        "id_no": ["X1234567", "Y1234567", "X1234567"],
        "phone": [None, "13800138000", "13800138000"],
        "product_line": ["loan"] * 3,
        "is_repeat": [None] * 3,
    }
    (finding,) = find(CHECK, register(cells))
    assert finding.message.startswith("与第 4 行（A2）")


def test_rows_outside_the_condition_are_not_compared_with(find: Find, register: Make) -> None:
    check = SamePersonRepeat(
        person=("phone",), matter=("product_line",), within_days=30, on="received_on", marked=("is_repeat",),
        when={"route": ("complaint",)},
    )  # fmt: skip
    assert find(check, ledger(register, route=["petition", "complaint"])) == []
    assert len(find(check, ledger(register, route=["complaint", "complaint"]))) == 1


def test_one_column_for_the_person_and_one_mark_are_enough(find: Find, register: Make) -> None:
    cells = {"received_on": ["2026-03-01", "2026-03-02"], "phone": ["13800138000"] * 2, "product_line": ["loan"] * 2}
    book = register(cells | {"is_repeat": [None, None]})
    assert len(find(CHECK, book)) == 1
    assert book.receipt.not_run == {"complaint.it": "台账没有“证件号码”、“合并至编号”列，只检查了其余各列"}
    unmarked = register(cells)
    assert find(CHECK, unmarked) == []
    assert "complaint.it" in unmarked.receipt.not_run


def test_days_below_zero_are_a_mistake() -> None:
    check = SamePersonRepeat(
        person=("phone",), matter=("text",), within_days=-1, on="received_on", marked=("is_repeat",)
    )
    assert [problem.split("：")[0] for problem in check.problems()] == ["within_days"]
    assert list(CHECK.problems()) == []
