"""Instruments, versions in force, and how a source is printed."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao_xl.law import Instrument, cite, in_force
from xiaobao_xl.rules import Rules

LAW = {
    "measures": Instrument(title="投诉办法", document_no="令2020年第3号", in_force_from=date(2020, 3, 1)),
    "code": Instrument(title="民法典", in_force_from=date(2021, 1, 1)),
}


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("measures 第18条, 第43条", "投诉办法（令2020年第3号）第18条、第43条"),
        ("code 第203条", "民法典第203条"),
        ("measures", "投诉办法（令2020年第3号）"),
        ("measures 第18条第1款; code 第201条", "投诉办法（令2020年第3号）第18条第1款；民法典第201条"),
        ("inner_policy 第3条", "inner_policy 第3条"),
        ("", ""),
    ],
)
def test_cite(source: str, printed: str) -> None:
    assert cite(LAW, source) == printed


@pytest.mark.parametrize(
    ("on", "version"),
    [(date(2012, 4, 2), None), (date(2012, 4, 3), "old"), (date(2020, 2, 29), "old"), (date(2020, 3, 1), "new")],
)
def test_in_force_is_the_last_version_begun(on: date, version: str | None) -> None:
    assert in_force({date(2020, 3, 1): "new", date(2012, 4, 3): "old"}, on) == version


def test_nothing_is_in_force_without_versions() -> None:
    assert in_force({}, date(2026, 1, 1)) is None


def test_whatever_was_not_seen_says_so(rules: Rules) -> None:
    doubtful = {name: instrument.note for name, instrument in rules.law.items() if instrument.basis != "seen"}
    assert "pboc_measures_2020" in doubtful
    assert [name for name, note in doubtful.items() if not note] == []


def test_an_instrument_ends_after_it_begins(rules: Rules) -> None:
    for name, instrument in rules.law.items():
        assert instrument.repealed_on is None or instrument.repealed_on > instrument.in_force_from, name
        assert instrument.published_on is None or instrument.published_on <= instrument.in_force_from, name


def test_a_deadline_rests_on_law_already_in_force_and_no_better_known(rules: Rules) -> None:
    for name, deadline in rules.deadlines.items():
        for day, version in deadline.versions.items():
            for part in version.source.split(";"):
                instrument = rules.law[part.split()[0]]
                assert instrument.in_force_from <= day, (name, day)
                assert version.basis != "seen" or instrument.basis == "seen", (name, day)
