"""rules.yaml → objects, with every reference checked before anything runs.

The shipped rules come with the package. An institution's own file begins `extends: shipped`; it adds entries by id,
and an entry that redefines a shipped one must say `replaces: true`.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

import yaml

from xiaobao_xl import checks, counterparts, deferred_yaml, reports, resources, roles, typed_yaml
from xiaobao_xl.analyses import analysis as analyses
from xiaobao_xl.archiving import Archiving
from xiaobao_xl.categories import Scheme
from xiaobao_xl.checks.check import Check, Context
from xiaobao_xl.conversions import Conversion
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.deferred_yaml import Deferred
from xiaobao_xl.entries import entry
from xiaobao_xl.errors import RulesError
from xiaobao_xl.filings.filing import Filing
from xiaobao_xl.forbidden_phrases import Phrase
from xiaobao_xl.grams import Grams
from xiaobao_xl.law import Instrument
from xiaobao_xl.learned import Learning
from xiaobao_xl.letters.letter import Letter
from xiaobao_xl.registers import Register, Schema
from xiaobao_xl.rule_references import keywords, references
from xiaobao_xl.splits import Split
from xiaobao_xl.typed_yaml import Builder
from xiaobao_xl.workdays import Calendar, Year

Institution = Literal["bank", "insurer"]
# Where an institution's file may add entries inside a shipped entry, by depth of the path; `*` stands for any id.
_OPEN = {
    "", "law", "workdays", "deadlines", "categories", "registers", "reports", "splits", "day_lists", "roles",
    "analyses", "counterparts", "filings", "letters", "conversions", "archiving", "phrases",
}  # fmt: skip
_CONTAINERS = {
    "deadlines": ("versions",),
    "categories": ("codes",),
    "law": ("provisions",),
    "registers": ("columns", "checks"),
    "reports": ("figures", "cross_foots"),
    "letters": ("asks", "choices"),
    "filings": ("cross_foots",),
    "archiving": ("kinds",),
}


@entry
class RegisterRules(Schema):
    """A register as rules.yaml declares it: its schema and its checks.

    Attributes:
        checks: check id → check.
    """

    checks: Mapping[str, checks.AnyCheck] = field(default_factory=dict)


@entry
class Rules:
    """All rules in force, in order of dependency.

    Attributes:
        version: day the rules were last changed.
        institution: `bank` or `insurer`; which schemes of categories apply.
        law: instrument id → instrument.
        workdays: year → announced holidays and make-up days.
        deadlines: deadline id → deadline.
        categories: scheme id → scheme.
        registers: register id → schema with its checks.
        reports: report id → report.
        splits: split id → what each unit sees and fills.
        day_lists: day list id → rows that wait for somebody.
        roles: role id → what a level of the institution sees every day.
        learning: settings of learning from codes staff recorded.
        filings: filing id → reports delivered together.
        analyses: analysis id → analysis.
        counterparts: list id → how it is compared with a register.
        letters: letter id → letter.
        conversions: conversion id → how a row of one register becomes one of another.
        archiving: id → which papers a file must hold and how they are known.
        phrases: id → phrases that do not belong in material for the public.
        sha256: hash of the files the rules were read from, for audit.
    """

    version: date
    institution: Institution = "bank"
    law: Mapping[str, Instrument]
    workdays: Mapping[int, Year]
    deadlines: Mapping[str, Deadline]
    categories: Mapping[str, Scheme]
    registers: Mapping[str, RegisterRules]
    reports: Mapping[str, reports.Report]
    splits: Mapping[str, Split] = field(default_factory=dict)
    day_lists: Mapping[str, roles.DayList] = field(default_factory=dict)
    roles: Mapping[str, roles.Role] = field(default_factory=dict)
    learning: Learning = field(default_factory=Learning)
    filings: Mapping[str, Filing] = field(default_factory=dict)
    analyses: Mapping[str, analyses.Analysis] = field(default_factory=dict)
    counterparts: Mapping[str, counterparts.Counterpart] = field(default_factory=dict)
    letters: Mapping[str, Letter] = field(default_factory=dict)
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    archiving: Mapping[str, Archiving] = field(default_factory=dict)
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    sha256: str = ""

    @cached_property
    def calendar(self) -> Calendar:
        """The announced working days."""
        return Calendar(self.workdays)

    @cached_property
    def grams(self) -> Grams:
        """The learned weights that complete the keywords of the shipped categories."""
        return Grams(resources.grams_path().read_bytes())

    @property
    def checks(self) -> dict[str, Mapping[str, Check]]:
        """Register id → check id → check."""
        return {name: register.checks for name, register in self.registers.items()}

    def as_json(self) -> dict[str, Any]:
        """Version, hash and what each section holds: id → title."""
        sections: dict[str, Mapping[str, Any]] = {
            "law": self.law,
            "deadlines": self.deadlines,
            "categories": self.categories,
            "registers": self.registers,
            "reports": self.reports,
            "splits": self.splits,
            "day_lists": self.day_lists,
            "roles": self.roles,
            "letters": self.letters,
            "conversions": self.conversions,
            "filings": self.filings,
            "analyses": self.analyses,
            "counterparts": self.counterparts,
            "archiving": self.archiving,
            "phrases": self.phrases,
        }
        return {
            "version": str(self.version),
            "institution": self.institution,
            "sha256": self.sha256,
            "workdays": sorted(self.workdays),
            "checks": {name: list(found) for name, found in self.checks.items()},
            **{name: {key: str(entry.title) for key, entry in section.items()} for name, section in sections.items()},
        }

    def context(self, as_of: date, registers: Sequence[Register] = ()) -> Context:
        """What checks and reports may know, as of a day, with the registers read together."""
        together: dict[str, tuple[Register, ...]] = {}
        for register in registers:
            together[register.id] = (*together.get(register.id, ()), register)
        return Context(
            as_of=as_of,
            calendar=self.calendar,
            deadlines=self.deadlines,
            schemes=self.categories,
            law=self.law,
            grams=self.grams,
            schemas=self.registers,
            registers=together,
        )


def load_rules(path: Path | None = None, institution: Institution | None = None) -> Rules:
    """Read rules; the shipped ones where no path is given.

    Args:
        path: an institution's own file; with `extends: shipped` it is laid over the shipped rules.
        institution: overrides the setting in the file.

    Raises:
        RulesError: with every mistake of form and reference, one line each.
    """
    shipped = resources.rules_path()
    texts = [_text(path or shipped)]
    if path is None:
        settings = _shipped(texts[0], shipped.name)
    else:
        node = typed_yaml.parse(texts[0], path.name)
        builder = Builder()
        if _extends(node, builder):
            texts.insert(0, _text(shipped))
            node = _laid_over(typed_yaml.parse(texts[0], shipped.name), node, builder)
        settings = _whole(node, builder)
    digest = hashlib.sha256("\0".join(texts).encode("utf-8")).hexdigest()
    return Rules(**(settings | {"sha256": digest} | ({"institution": institution} if institution else {})))


def _whole(node: yaml.Node, builder: Builder) -> dict[str, Any]:
    """Fields of the rules, with every reference checked."""
    rules = builder.build(node, Rules, "")
    if isinstance(rules, Rules):
        for entry in (*references(rules), *keywords(rules)):
            builder.refer(*entry)
    if builder.problems:
        raise RulesError(builder.problems)
    return {name: getattr(rules, name) for name in typed_yaml.field_types(Rules)}


def _shipped(text: str, file: str) -> dict[str, Any]:
    """Fields of the shipped rules; sections are built when they are needed, and the checks of a register likewise."""
    kinds, fields = typed_yaml.field_types(Rules), dict[str, Any]()
    for name, part in deferred_yaml.parts(text).items():
        wanted = kinds[name]
        if name == "registers":
            fields[name] = Deferred(list(deferred_yaml.parts(part, 2)), partial(_registers, part, file))
        elif typing.get_origin(wanted) is Mapping and typing.get_args(wanted)[0] is str:
            fields[name] = deferred_yaml.deferred(part, file, wanted)
        else:
            fields[name] = deferred_yaml.built(part, file, wanted)
    return fields


def _registers(part: str, file: str) -> dict[str, RegisterRules]:
    """Registers with their columns; the checks of each are built when they are needed."""
    found, without = dict[str, Deferred[Any]](), part
    for name, register in deferred_yaml.parts(part, 2).items():
        checks_ = deferred_yaml.parts(register, 4).get("checks", "")
        if checks_:
            wanted = typed_yaml.field_types(RegisterRules)["checks"]
            found[name] = deferred_yaml.deferred(checks_, file, wanted, indent=4)
            own = checks_.lstrip("\n")
            without = without.replace(own, "\n" * own.count("\n"), 1)
    built = deferred_yaml.built(without, file, Mapping[str, RegisterRules])
    return {name: replace(register, checks=found.get(name, {})) for name, register in built.items()}


def read_mapping(path: Path, wanted: Any) -> Any:
    """A small YAML file of the user's (headings.yaml, waivers.yaml) as typed values."""
    return typed_yaml.read(_text(path), path.name, wanted)


def _text(path: Path) -> str:
    """A file of rules or settings as text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RulesError([f"{path.name}: 不是 UTF-8 编码的文字；请用记事本另存为 UTF-8 后重试"]) from None


def _extends(node: yaml.Node, builder: Builder) -> bool:
    """Whether the file lays itself over the shipped rules; takes the key out."""
    if not isinstance(node, yaml.MappingNode):
        return False
    for pair in node.value:
        if pair[0].value == "extends":
            node.value.remove(pair)
            if pair[1].value != "shipped":
                builder.wrong(pair[1], "extends", f"不认识的值 {pair[1].value}", "应为 shipped")
            return True
    return False


def _laid_over(base: yaml.Node, own: yaml.Node, builder: Builder) -> yaml.Node:
    """The shipped document with an institution's entries added."""
    _merge(base, own, "", builder)
    return base


def _merge(base: yaml.Node, own: yaml.Node, path: str, builder: Builder) -> None:
    """Add the entries of `own` to `base`; sections and containers are merged, other entries must be new or replace."""
    if not (isinstance(base, yaml.MappingNode) and isinstance(own, yaml.MappingNode)):
        builder.wrong(own, path, "此处应为映射")
        return
    places = {name.value: number for number, (name, _) in enumerate(base.value)}
    for name, child in own.value:
        here = f"{path}.{name.value}" if path else name.value
        replaces = _take_replaces(child)
        if name.value not in places:
            base.value.append((name, child))
        elif replaces or here in {"version", "institution"}:
            base.value[places[name.value]] = (name, child)
        elif _is_container(here) or _only_containers(here, child):
            _merge(base.value[places[name.value]][1], child, here, builder)
        else:
            builder.wrong(name, here, "随附规则中已有此项", "如确要改写，请在该项内加 replaces: true")


def _is_container(path: str) -> bool:
    parts = path.split(".")
    return path in _OPEN or parts[-1] in _CONTAINERS.get(parts[0], ())


def _only_containers(path: str, child: yaml.Node) -> bool:
    inside = _CONTAINERS.get(path.split(".", maxsplit=1)[0], ())
    return (
        isinstance(child, yaml.MappingNode)
        and bool(child.value)
        and all(name.value in inside for name, _ in child.value)
    )


def _take_replaces(child: yaml.Node) -> bool:
    if isinstance(child, yaml.MappingNode):
        for pair in child.value:
            if pair[0].value == "replaces" and pair[1].value == "true":
                child.value.remove(pair)
                return True
    return False
