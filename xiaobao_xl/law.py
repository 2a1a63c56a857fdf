"""Law: the instruments the rules rest on, when each was in force, and how one is cited.

In rules.yaml:

    law:
      complaint_measures_2020:
        title: 银行业保险业消费投诉处理管理办法
        document_no: 银保监会令2020年第3号
        in_force_from: 2020-03-01

Everywhere else a source is written as an instrument id and its articles, `complaint_measures_2020 第18条, 第43条`;
several instruments are parted by `;`. An institution's own policy is an instrument too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Literal, TypeVar

from xiaobao_xl.entries import entry

Basis = Literal["seen", "secondary", "unverified"]
BASIS_TITLES: dict[str, str] = {"seen": "见于原文", "secondary": "只见于二手资料", "unverified": "未经核实"}
_T = TypeVar("_T")


@entry
class Provision:
    """What an article says, in our own words and no longer than is needed to find it.

    Attributes:
        says: the statement (Chinese); never the text of the article.
        basis: how well it is known.
        note: what was not seen.
    """

    says: str
    basis: Basis = "seen"
    note: str = ""


@entry
class Instrument:
    """One instrument: an act, measures, a notice, a standard, or an institution's own policy.

    Attributes:
        title: full title (Chinese), without 《》.
        document_no: number as printed, `银保监会令2020年第3号`; empty where none was seen.
        published_on: day of publication; None where not seen.
        in_force_from: first day in force. Where the text seen does not give it, `note` says where it comes from.
        repealed_on: first day no longer in force; None while it is.
        basis: `seen` in the text, from a `secondary` source, or `unverified` (from memory).
        note: what was not seen or is doubtful.
        url: where the text can be read.
        provisions: article, `第18条第1款` → what it says.
    """

    title: str
    document_no: str = ""
    published_on: date | None = None
    in_force_from: date
    repealed_on: date | None = None
    basis: Basis = "seen"
    note: str = ""
    url: str = ""
    provisions: Mapping[str, Provision] = field(default_factory=dict)


def in_force(versions: Mapping[date, _T], on: date) -> _T | None:
    """The version in force on a day, of versions keyed by their first day; None before the first.

    >>> versions = {date(2020, 3, 1): "new", date(2012, 4, 3): "old"}
    >>> [in_force(versions, day) for day in (date(2000, 1, 1), date(2020, 2, 29), date(2020, 3, 1))]
    [None, 'old', 'new']
    """
    days = sorted(versions)
    place = bisect_right(days, on)
    return versions[days[place - 1]] if place else None


def statements(law: Mapping[str, Instrument], source: str) -> list[str]:
    """What the articles of a source say, in the words of `provisions`; an article without an entry is passed over.

    >>> says = {"第18条": Provision(says="15日内作出处理决定")}
    >>> measures = Instrument(title="投诉办法", in_force_from=date(2020, 3, 1), provisions=says)
    >>> statements({"measures": measures}, "measures 第18条, 第43条")
    ['第18条：15日内作出处理决定']
    """
    found = []
    for part in filter(None, map(str.strip, source.split(";"))):
        name, _, articles = part.partition(" ")
        known = law[name].provisions if name in law else {}
        cited = [article.strip() for article in articles.split(",")]
        found += [f"{article}：{known[article].says}" for article in cited if article in known]
    return found


def cite(law: Mapping[str, Instrument], source: str) -> str:
    """A source in print.

    Args:
        law: instrument id → instrument.
        source: `<instrument id> <articles>`, several parted by `;`.

    Returns:
        Title, document number and articles; an id that is not in `law` stays as written.

    >>> measures = Instrument(title="投诉办法", document_no="令2020年第3号", in_force_from=date(2020, 3, 1))
    >>> cite({"measures": measures}, "measures 第18条, 第43条")
    '投诉办法（令2020年第3号）第18条、第43条'
    """
    return "；".join(_cite_one(law, part.strip()) for part in source.split(";") if part.strip())


def _cite_one(law: Mapping[str, Instrument], source: str) -> str:
    name, _, articles = source.partition(" ")
    instrument = law.get(name)
    if instrument is None:
        return source
    number = f"（{instrument.document_no}）" if instrument.document_no else ""
    return instrument.title + number + "、".join(part.strip() for part in articles.split(",") if part.strip())
