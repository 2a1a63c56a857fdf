from __future__ import annotations

from collections.abc import Callable

from xiaobao_xl.checks.sums_to import SumsTo
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register

Find = Callable[..., list[Finding]]
Make = Callable[..., Register]

CHECK = SumsTo(total="compensation_cny", parts=("refund_cny", "relief_cny"))


def ledger(register, *rows, faulty=None):
    names = ("compensation_cny", "refund_cny", "relief_cny")
    return register(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), faulty)


def test_sums_that_agree_pass(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, (150, 100, 50), (100, 100, None), (0.3, 0.1, 0.2))) == []


def test_a_sum_that_differs_is_found(find: Find, register: Make) -> None:
    (finding,) = find(CHECK, ledger(register, (150.5, 100, 40)))
    assert finding.message == "“赔付金额”为 150.5，而“退费金额”＋“补偿金额”合计为 140；请核对各项金额"
    assert (finding.cell, finding.value) == ("A3", "150.5")


def test_an_empty_total_or_no_part_is_not_judged(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, (None, 100, 40), (150, None, None))) == []


def test_an_unreadable_part_is_not_judged(find: Find, register: Make) -> None:
    assert find(CHECK, ledger(register, (150, 100, None), faulty={"relief_cny": [0]})) == []


def test_a_tolerance_is_left_alone(find: Find, register: Make) -> None:
    check = SumsTo(total="compensation_cny", parts=("refund_cny", "relief_cny"), tolerance=1)
    assert [finding.row for finding in find(check, ledger(register, (151, 100, 50), (151.01, 100, 50)))] == [4]


def test_all_columns_are_needed(find: Find, register: Make) -> None:
    book = register({"compensation_cny": [1], "refund_cny": [2]})
    assert find(CHECK, book) == []
    assert book.receipt.not_run == {"complaint.it": "台账没有“补偿金额”列"}
