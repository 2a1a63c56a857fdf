"""Published figures: what regulators and banks have printed, counted again from one row per complaint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import Change, Flow, Interval, MedianOf, Rank, Ratio, Share, Sum
from xiaobao_xl.figures.values import Figures, recount, rounded
from xiaobao_xl.periods import parse_period
from xiaobao_xl.registers import Origin, Register
from xiaobao_xl.reports import Base, Report
from xiaobao_xl.rules import Rules

PUBLISHED: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "cases/published_figures.yaml").read_text(encoding="utf-8")
)
COMPLETE = [case for case in PUBLISHED["shares"] if sum(line[0] for line in case["counts"].values()) == case["total"]]
NAMES = {"ids": lambda case: case["name"]}


def register(rules: Rules, counts: Mapping[str | None, int], day: str = "2026-02-01", start: int = 0) -> Register:
    """One row for each complaint; those of None name no institution."""
    size = sum(counts.values())
    frame = pd.DataFrame(
        {
            "complaint_no": pd.Series(np.arange(start, start + size).astype(str), dtype="str"),
            "received_on": pd.Series(np.full(size, np.datetime64(day, "s"))),
            "respondent": pd.Series(np.repeat(np.array([*counts], dtype=object), [*counts.values()]), dtype="str"),
        }
    )
    return register_of_frame(rules, frame)


def register_of_frame(rules: Rules, frame: pd.DataFrame) -> Register:
    schema = rules.registers["complaint"]
    return Register("complaint", schema, frame, Origin("通报.xlsx", "表", (1, 1), {}, {}, np.arange(2, 2 + len(frame))))


def counted(rules: Rules, figures: Mapping[str, Any], *registers: Register, **settings: Any) -> Figures:
    bases = settings.pop("bases", {})
    report = Report(title="通报", register="complaint", figures={"received": RECEIVED, **figures}, bases=bases)
    context = rules.context(date(2026, 4, 10))
    return count("t", report, registers, parse_period("2026Q1"), context, **settings)


RECEIVED = Flow(title="收到", flow="received_on", by=("respondent",))


@pytest.mark.parametrize("case", PUBLISHED["shares"], **NAMES)
def test_shares_ranks_and_medians_are_those_printed(rules: Rules, case: Mapping[str, Any]) -> None:
    counts: dict[str | None, int] = {name: printed[0] for name, printed in case["counts"].items()}
    counts[None] = case["total"] - sum(counts.values())
    decimals = case["decimals"]
    kinds = {
        "share": Share(title="占比", share="received", decimals=decimals),
        "rank": Rank(title="名次", rank="received"), "median": MedianOf(title="中位数", median_of="received"),
    }  # fmt: skip
    figures = counted(rules, kinds, register(rules, counts))
    assert figures.values["received"][()].value == case["total"]
    for place, (name, (_, *printed)) in enumerate(case["counts"].items(), start=1):
        share = float(figures.values["share"][name,].value or 0)
        assert [rounded(share * 100, decimals)] == (printed or [rounded(share * 100, decimals)]), name
        if case.get("in_order"):
            assert figures.values["rank"][name,].value == place
    assert figures.values["rank"]["未填写",].value is None
    assert figures.values["median"][()].value == case.get("median", figures.values["median"][()].value)
    assert all(value.operation == "text" or recount(value) == value.value for value in figures)


@pytest.mark.parametrize("case", COMPLETE, **NAMES)
def test_largest_remainder_moves_a_share_by_one_unit_and_says_so(rules: Rules, case: Mapping[str, Any]) -> None:
    counts = {name: printed[0] for name, printed in case["counts"].items()}
    share = Share(title="占比", share="received", decimals=case["decimals"], adds_up=True)
    test = Interval(title="核对", interval="share")
    figures = counted(rules, {"share": share, "test": test}, register(rules, counts))
    unit = 10.0 ** -case["decimals"]
    moves = 0
    for name, (_, *printed) in case["counts"].items():
        adjusted, words = float(figures.values["share"][name,].value or 0) * 100, figures.values["test"][name,].value
        exact = float(recount(figures.values["share"][name,]) or 0) * 100
        moved = round((adjusted - rounded(exact, case["decimals"])) / unit)
        assert words == ("相符" if not moved else f"尾差{'＋' if moved > 0 else '－'}{unit:.{case['decimals']}f}")
        moves += moved
        assert not printed or abs(adjusted - printed[0] - moved * unit) < 1e-9
    total = sum(rounded(float(n) / case["total"] * 100, case["decimals"]) for n in counts.values())
    assert abs(total + moves * unit - 100) < 1e-9


@pytest.mark.parametrize("case", PUBLISHED["growth"], **NAMES)
def test_growth_is_that_printed(rules: Rules, case: Mapping[str, Any]) -> None:
    assert growth(rules, case) == case["printed"]


@pytest.mark.parametrize("case", PUBLISHED["mismatches"], **NAMES)
def test_known_mismatch_really_differs_and_has_a_reason(rules: Rules, case: Mapping[str, Any]) -> None:
    assert growth(rules, case) != case["printed"]
    assert case["reason"]


@pytest.mark.parametrize("case", PUBLISHED["sums"], **NAMES)
def test_a_printed_sum_may_differ_from_printed_parts_within_their_rounding(
    rules: Rules, case: Mapping[str, Any]
) -> None:
    added, unit = sum(case["parts"]), 10.0 ** -case["decimals"]
    assert rounded(added, case["decimals"]) != case["printed"]
    assert abs(added - case["printed"]) <= unit / 2 * (len(case["parts"]) + 1)
    counts = {str(place): round(part * 10) for place, part in enumerate(case["parts"])} | {"其余": 230}
    share = Share(title="占比", share="received", adds_up=True)
    figures = counted(rules, {"share": share}, register(rules, counts))
    ours = sum(float(figures.values["share"][str(place),].value or 0) for place in range(len(case["parts"])))
    assert rounded(ours * 100, case["decimals"]) == rounded(added, case["decimals"])  # largest remainder: parts add up


def growth(rules: Rules, case: Mapping[str, Any]) -> float:
    registers = [
        register(rules, {"全部": case["before"]}, "2025-11-01"),
        register(rules, {"全部": case["now"]}, start=case["before"]),
    ]
    change = Change(title="环比", change="received", versus="previous_period", unit="%")
    number = counted(rules, {"change": change}, *registers).values["change"][()].value
    return rounded(float(number or 0) * 100, case["decimals"])


@pytest.mark.parametrize("case", PUBLISHED["medians"], **NAMES)
def test_median_of_rates_is_that_printed(rules: Rules, case: Mapping[str, Any]) -> None:
    rates = case["rates"]
    frame = pd.DataFrame({"received_on": np.full(len(rates), np.datetime64("2026-02-01", "s"))})
    frame["respondent"] = pd.Series([*rates], dtype="str")
    frame["disputed_cny"] = [*rates.values()]
    kinds = {
        "rate": Sum(title="比率", sum="disputed_cny", on="received_on", by=("respondent",)),
        "median": MedianOf(title="中位数", median_of="rate"), "rank": Rank(title="名次", rank="rate"),
    }  # fmt: skip
    figures = counted(rules, kinds, register_of_frame(rules, frame))
    assert rounded(float(figures.values["median"][()].value or 0), case["decimals"]) == case["printed"]
    assert [figures.values["rank"][name,].value for name in rates] == [*range(1, len(rates) + 1)]


@pytest.mark.parametrize("case", PUBLISHED["rates"], **NAMES)
def test_rate_is_that_printed(rules: Rules, case: Mapping[str, Any]) -> None:
    rate = Ratio(title="比率", ratio=("received", "outlets"), per=case["per"])
    settings = {"bases": {"outlets": Base(title="基数")}, "base_table": {"基数": case["base"]}}
    figures = counted(rules, {"rate": rate}, register(rules, {"本行": case["count"]}), **settings)
    assert rounded(float(figures.values["rate"][()].value or 0), case["decimals"]) == case["printed"]


def test_table_of_insurers_with_a_base_for_each(rules: Rules) -> None:
    """Counts, shares, ranks, complaints per 亿元 of premium and their ranks, company by company."""
    case = PUBLISHED["companies"]
    counts: dict[str | None, int] = {name: line[0] for name, line in case["companies"].items()}
    table = {f"保费[{name}]": line[0] / line[3] for name, line in case["companies"].items() if len(line) > 3}
    counts[None] = case["total"] - sum(counts.values())
    kinds = {
        "share": Share(title="占比", share="received", decimals=2), "rank": Rank(title="名次", rank="received"),
        "rate": Ratio(title="亿元保费投诉量", ratio=("received", "premium")), "rate_rank": Rank(title="比率名次", rank="rate"),
    }  # fmt: skip
    bases = {"premium": Base(title="保费", by="respondent")}
    figures = counted(rules, kinds, register(rules, counts), bases=bases, base_table=table)
    for name, (_, share, place, *rated) in case["companies"].items():
        assert rounded(float(figures.values["share"][name,].value or 0) * 100, 2) == share
        assert figures.values["rank"][name,].value == case["equal_counts"].get(name, place)
        rate, rate_place = figures.values["rate"][name,], figures.values["rate_rank"][name,].value
        assert ([rounded(rate.value, 2)] if isinstance(rate.value, float) else []) == rated[:1], name
        equal = [line[4] for line in case["companies"].values() if rated and line[3:4] == rated[:1]]
        assert rate_place == (min(equal) if equal else None)  # equal printed rates share the first place of theirs
    assert all(case["companies"][name][2] > place for name, place in case["equal_counts"].items())
