"""References within rules.yaml: every id, column, value and source that leads nowhere is found before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from xiaobao_xl import counterparts, linking, matching, reports, roles, typed_yaml
from xiaobao_xl.analyses import analysis as analyses
from xiaobao_xl.archiving import Archiving, pattern_faults
from xiaobao_xl.categories import Scheme
from xiaobao_xl.checks.check import Check
from xiaobao_xl.conditions import EMPTY, FILLED, Bounds, Condition
from xiaobao_xl.conversions import Conversion
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.figures.member_footing import misplaced
from xiaobao_xl.filings.filing import Filing
from xiaobao_xl.forbidden_phrases import Phrase
from xiaobao_xl.law import Instrument
from xiaobao_xl.letters.letter import Letter
from xiaobao_xl.registers import Column, Schema
from xiaobao_xl.splits import Split


class Sections(Protocol):
    """What rules.yaml holds, as far as one section refers to another; `rules.Rules` is one."""

    @property
    def law(self) -> Mapping[str, Instrument]:
        """Instrument id → instrument."""

    @property
    def deadlines(self) -> Mapping[str, Deadline]:
        """Deadline id → deadline."""

    @property
    def categories(self) -> Mapping[str, Scheme]:
        """Scheme id → scheme."""

    @property
    def registers(self) -> Mapping[str, Any]:
        """Register id → schema with its checks."""

    @property
    def reports(self) -> Mapping[str, reports.Report]:
        """Report id → report."""

    @property
    def letters(self) -> Mapping[str, Letter]:
        """Letter id → letter."""

    @property
    def filings(self) -> Mapping[str, Filing]:
        """Filing id → filing."""

    @property
    def analyses(self) -> Mapping[str, analyses.Analysis]:
        """Analysis id → analysis."""

    @property
    def conversions(self) -> Mapping[str, Conversion]:
        """Conversion id → how a row becomes one of another register."""

    @property
    def splits(self) -> Mapping[str, Split]:
        """Split id → what each unit sees and fills."""

    @property
    def day_lists(self) -> Mapping[str, roles.DayList]:
        """Day list id → rows that wait for somebody."""

    @property
    def roles(self) -> Mapping[str, roles.Role]:
        """Role id → what a level of the institution sees every day."""

    @property
    def counterparts(self) -> Mapping[str, counterparts.Counterpart]:
        """List id → how it is compared."""

    @property
    def archiving(self) -> Mapping[str, Archiving]:
        """Id → which papers a file must hold."""

    @property
    def phrases(self) -> Mapping[str, Phrase]:
        """Id → forbidden phrases."""


Problem = tuple[str, str, str, str]  # path, what, expected, guess


def references(rules: Sections) -> Iterator[Problem]:
    """Every reference that leads nowhere."""
    for name, scheme in rules.categories.items():
        yield from ((f"categories.{name}", what, "", "") for what in scheme.faults(rules.categories))
    for name, schema in rules.registers.items():
        yield from _schema(rules, f"registers.{name}", schema)
        for check_id, check in schema.checks.items():
            yield from _check(rules, f"registers.{name}.checks.{check_id}", schema, check)
    sections: dict[str, Callable[[Sections, str, Any], Iterator[Problem]]] = {
        "deadlines": _deadline, "reports": _report, "letters": _letter, "filings": _filing, "analyses": _analysis,
        "counterparts": _counterpart, "splits": _split, "conversions": _conversion, "day_lists": _day_list,
        "archiving": _archiving, "phrases": _phrase,
    }  # fmt: skip
    for section, wrong_in in sections.items():
        for name, entry in getattr(rules, section).items():
            yield from wrong_in(rules, f"{section}.{name}", entry)
    yield from ((path, what, "", "") for path, what in roles.problems(rules.roles, rules.day_lists, rules.registers, rules.deadlines))  # fmt: skip


def _split(rules: Sections, path: str, split: Split) -> Iterator[Problem]:
    yield from ((f"{path}.{place}", what, "", "") for place, what in split.faults(rules.registers))


def _conversion(rules: Sections, path: str, conversion: Conversion) -> Iterator[Problem]:
    yield from ((f"{path}.{place}", what, "", "") for place, what in conversion.faults(rules.registers))
    if conversion.origin in rules.registers:
        yield from _condition(rules, f"{path}.turned", rules.registers[conversion.origin], conversion.turned)


def _day_list(rules: Sections, path: str, day_list: roles.DayList) -> Iterator[Problem]:
    if day_list.register in rules.registers:
        yield from _condition(rules, f"{path}.when", rules.registers[day_list.register], day_list.when)


def _archiving(rules: Sections, path: str, archiving: Archiving) -> Iterator[Problem]:
    yield from ((f"{path}.{place}", what, "", "") for place, what in archiving.faults(rules.registers))
    schema = rules.registers.get(archiving.register)
    if schema is not None:
        for name, kind in archiving.kinds.items():
            yield from _condition(rules, f"{path}.kinds.{name}.when", schema, kind.when)
        for value, condition in archiving.classes.items():
            yield from _condition(rules, f"{path}.classes.{value}", schema, condition)


def _phrase(rules: Sections, path: str, phrase: Phrase) -> Iterator[Problem]:
    yield from _source(rules, path, phrase.source)
    if not any(phrase.patterns):
        yield f"{path}.patterns", "至少写一个式子", "", ""
    for place in ("patterns", "negated_by", "warned_by"):
        for pattern in getattr(phrase, place):
            yield from ((f"{path}.{place}", what, "", "") for what in pattern_faults(pattern))


def _filing(rules: Sections, path: str, filing: Filing) -> Iterator[Problem]:
    for report in filing.reports:
        yield from _unknown(f"{path}.reports", "报表", report, rules.reports)
    yield from ((f"{path}.{inside}", what, "", "") for inside, what in filing.problems(rules.reports))


def keywords(rules: Sections) -> Iterator[Problem]:
    """Every keyword that is no pattern, or none that can be looked for."""
    for name, scheme in rules.categories.items():
        places = {f"categories.{name}": [*scheme.against.values(), scheme.pointers, scheme.dismissals]}
        for category in scheme.ids():
            path = ".".join([f"categories.{name}", *(f"codes.{part}" for part in scheme.path(category)), "keywords"])
            places[path] = [*scheme.category(category).keywords.values()]
        for path, words in places.items():
            yield from ((path, what, "", "") for word in " ".join(words).split() for what in matching.faults(word))


def _unknown(path: str, what: str, name: str, known: Iterable[str]) -> Iterator[Problem]:
    names = list(known)
    if name not in names:
        expected = "应为 " + "、".join(names) + " 之一" if len(names) <= 12 else "应为已登记的编号之一"
        yield path, f"{what} {name} 没有定义", expected, typed_yaml.near(name, names)


def _source(rules: Sections, path: str, source: str) -> Iterator[Problem]:
    for part in source.split(";"):
        if part.strip():
            yield from _unknown(f"{path}.source", "依据", part.split()[0], rules.law)


def _deadline(rules: Sections, path: str, deadline: Deadline) -> Iterator[Problem]:
    yield from ((path, what, "", "") for what in deadline.problems())
    for day, version in deadline.versions.items():
        yield from _source(rules, f"{path}.versions.{day}", version.source)
    if not deadline.register:
        return
    yield from _unknown(f"{path}.register", "台账", deadline.register, rules.registers)
    schema = rules.registers.get(deadline.register)
    if schema is not None:
        for column in deadline.columns():
            yield from _unknown(path, "列", column, schema.columns)
        yield from _condition(rules, f"{path}.when", schema, deadline.when)


def _schema(rules: Sections, path: str, schema: Schema) -> Iterator[Problem]:
    for key in ("key", "judged_on"):
        if getattr(schema, key):
            yield from _unknown(f"{path}.{key}", "列", getattr(schema, key), schema.columns)
    for name, column in schema.columns.items():
        if column.scheme:
            yield from _unknown(f"{path}.columns.{name}.scheme", "分类标准", column.scheme, rules.categories)
    for place, what in linking.problems(schema, rules.registers):
        yield f"{path}.columns.{place}", what, "", ""
    yield from _twice(path, schema.columns)


def _twice(path: str, columns: Mapping[str, Column]) -> Iterator[Problem]:
    """A heading may belong to one column only."""
    owner: dict[str, str] = {}
    for name, column in columns.items():
        for heading in (column.title, *column.aliases):
            if owner.setdefault(heading, name) != name:
                yield f"{path}.columns.{name}", f"表头 {heading} 已属于 {owner[heading]}", "每个表头只归一列", ""


def _check(rules: Sections, path: str, schema: Schema, check: Check) -> Iterator[Problem]:
    yield from _source(rules, path, check.source)
    yield from _condition(rules, f"{path}.when", schema, check.when)
    yield from ((path, what, "", "") for what in check.problems())
    if hasattr(check, "holds"):
        yield from _condition(rules, f"{path}.holds", schema, check.holds)
    if hasattr(check, "deadline"):
        yield from _unknown(f"{path}.deadline", "时限", check.deadline, rules.deadlines)
    if hasattr(check, "scheme"):
        yield from _unknown(f"{path}.scheme", "分类标准", check.scheme, rules.categories)
    for column in check.columns_named():
        yield from _unknown(path, "列", column, schema.columns)
    yield from ((path, what, "", "") for what in check.link_problems(rules.registers))


def _condition(rules: Sections, path: str, schema: Schema, condition: Condition) -> Iterator[Problem]:
    for name, wanted in condition.items():
        deadline, _, part = name.partition(".")
        if part == "status" and deadline in rules.deadlines:
            continue
        yield from _unknown(path, "列", name, schema.columns)
        column = schema.columns.get(name)
        if column is None or isinstance(wanted, (bool, Bounds)):
            continue
        known = list(column.values) or (
            list(rules.categories[column.scheme].ids()) if column.scheme in rules.categories else []
        )
        for value in wanted:
            if known and value not in {EMPTY, FILLED}:
                yield from _unknown(f"{path}.{name}", "取值", value, known)


def _counterpart(rules: Sections, path: str, counterpart: counterparts.Counterpart) -> Iterator[Problem]:
    yield from _unknown(f"{path}.register", "台账", counterpart.register, rules.registers)
    schema = rules.registers.get(counterpart.register)
    if schema is not None:
        yield from _condition(rules, f"{path}.where", schema, counterpart.where)
        for column in counterpart.columns():
            yield from _unknown(path, "列", column, schema.columns)


def _analysis(rules: Sections, path: str, analysis: analyses.Analysis) -> Iterator[Problem]:
    yield from _unknown(f"{path}.register", "台账", analysis.register, rules.registers)
    schema = rules.registers.get(analysis.register)
    if schema is None:
        return
    yield from _condition(rules, f"{path}.where", schema, analysis.where)
    for column in analysis.columns():
        yield from _unknown(path, "列", column, schema.columns)
    for name, alarm in analysis.alarms.items():
        here = f"{path}.alarms.{name}"
        yield from _source(rules, here, alarm.source)
        yield from ((here, what, "", "") for what in alarm.problems())
        if isinstance(alarm, analyses.Marked):
            yield from _condition(rules, f"{here}.marked", schema, alarm.marked)


def _bases(path: str, schema: Schema, report: reports.Report) -> Iterator[Problem]:
    for name, base in report.bases.items():
        if base.by:
            yield from _unknown(f"{path}.{name}.by", "列", base.by, schema.columns)


def _letter(rules: Sections, path: str, letter: Letter) -> Iterator[Problem]:
    yield from _source(rules, path, letter.source)
    yield from _unknown(f"{path}.register", "台账", letter.register, rules.registers)
    timed = [name for name, deadline in rules.deadlines.items() if deadline.register == letter.register]
    yield from _unknown(f"{path}.deadline", "时限", letter.deadline, ["", *timed])
    if letter.register in rules.registers:
        schema = rules.registers[letter.register]
        for condition in (letter.when, *({each.by: tuple(each.texts)} for each in letter.choices.values())):
            yield from _condition(rules, path, schema, condition)
        for column in letter.columns():
            yield from _unknown(path, "列", column, schema.columns)
        yield from ((f"{path}.{inside}", what, "", "") for inside, what in letter.problems(schema))


def _report(rules: Sections, path: str, report: reports.Report) -> Iterator[Problem]:
    yield from _unknown(f"{path}.register", "台账", report.register, rules.registers)
    schema = rules.registers.get(report.register)
    if schema is None:
        return
    yield from _condition(rules, f"{path}.where", schema, report.where)
    for name, figure in report.figures.items():
        here = f"{path}.figures.{name}"
        yield from _condition(rules, f"{here}.where", schema, figure.where)
        for column in figure.columns():
            yield from _unknown(here, "列", column, schema.columns)
        for deadline in figure.deadlines():
            yield from _unknown(here, "时限", deadline, rules.deadlines)
        if figure.finer:
            yield from _unknown(f"{here}.finer", "列", figure.finer, schema.columns)
        for other in figure.figures():
            yield from _unknown(here, "指标", other, [*report.figures, *report.bases])
    yield from _bases(f"{path}.bases", schema, report)
    for name, foot in report.cross_foots.items():
        for other in foot.figures():
            yield from _unknown(f"{path}.cross_foots.{name}", "指标", other, report.figures)
        yield from ((f"{path}.cross_foots.{name}", what, "", "") for what in misplaced(foot, report.figures))
    yield from ((f"{path}.{inside}", what, "", "") for inside, what in report.problems())
