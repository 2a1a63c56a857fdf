from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from xiaobao_xl.checks.extension_in_order import ExtensionInOrder
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Register
from xiaobao_xl.terms import Version

Look = Callable[..., tuple[list[Finding], Register]]

DECISION = Deadline(
    title="作出处理决定并告知", starts="received_on", met_by=("notified_on",), when={"route": ("empty", "complaint")},
    versions={
        date(2020, 3, 1): Version(
            days={"simple": 15, "complex": 30, "special": 60}, by="complexity",
            needs={"special": ("extension_approved_by", "extension_notified_on")}, no_later=("extension_notified_on",),
            source="measures 第18条",
        )
    },
)  # fmt: skip
CHECK = ExtensionInOrder(deadline="decision")
SPECIAL = {
    "received_on": "2026-03-02", "complexity": "special", "extension_approved_by": "王主任", "extension_notified_on": "2026-04-01",
}  # fmt: skip


@pytest.fixture
def look(find, register):
    def run(faulty=None, without=(), **changed):
        cells = {name: [cell] for name, cell in (SPECIAL | changed).items() if name not in without}
        ledger = register(cells, faulty)
        return find(CHECK, ledger, deadlines={"decision": DECISION}), ledger

    return run


def test_an_extension_with_approval_and_notice_in_time_passes(look: Look) -> None:
    assert look()[0] == []


def test_a_missing_approval_is_found(look: Look) -> None:
    (finding,) = look(extension_approved_by=None)[0]
    assert (finding.column, finding.level) == ("extension_approved_by", "error")
    assert finding.source == "消费投诉处理管理办法（令2020年第3号）第18条"
    assert finding.message == (
        "“复杂程度”填为“特别复杂”，延期须有“延期审批人”，现未填，仍按 2026-04-01 届满计；请补填“延期审批人”，或更正“复杂程度”"
    )


def test_a_notice_after_the_limit_it_extends_is_found(look: Look) -> None:
    (finding,) = look(extension_notified_on="2026-04-02")[0]
    assert (finding.column, finding.value) == ("extension_notified_on", "2026-04-02")
    assert finding.message == (
        "“延期告知日期” 2026-04-02 晚于原期限 2026-04-01，延期不成立，仍按 2026-04-01 届满计；延期应在原期限内办理，请核对日期"
    )


def test_who_claims_nothing_needs_nothing(look: Look) -> None:
    nothing = {"extension_approved_by": None, "extension_notified_on": None}
    assert look(**nothing, complexity="complex")[0] == []
    assert look(**nothing, complexity=None)[0] == []
    assert look(**nothing, received_on=None)[0] == []
    assert look(**nothing, route="petition")[0] == []


def test_an_unreadable_cell_may_hold_what_is_needed(look: Look) -> None:
    assert look(extension_notified_on=None, faulty={"extension_notified_on": [0]})[0] == []


def test_what_the_sheet_lacks_is_listed(look: Look) -> None:
    found, ledger = look(extension_approved_by=None, without=("extension_notified_on",))
    assert [finding.column for finding in found] == ["extension_approved_by"]
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“延期告知日期”列，只检查了其余各列"}
    found, ledger = look(without=("complexity",))
    assert found == []
    assert ledger.receipt.not_run == {"complaint.it": "台账没有“复杂程度”列"}


def test_a_case_answered_within_the_earlier_limit_needed_no_extension(look):
    assert look(extension_approved_by=None, notified_on="2026-04-01")[0] == []
    assert look(extension_approved_by=None, notified_on="2026-04-02")[0]
