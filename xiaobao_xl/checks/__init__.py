"""Checks: the closed set of kinds, one file each, and the function that runs them.

    >>> [kind.KIND for kind in KINDS][:3]
    ['required', 'required_when', 'forbidden_when']

Checks are open (rules.yaml lists them), kinds are closed (this package). Who misses a kind writes its file, adds it to
`KINDS` and to `AnyCheck`, and gives it a test; nothing else knows the kinds by name.
"""

from __future__ import annotations

from xiaobao_xl.checks.check import Breach, Check, Context
from xiaobao_xl.checks.classified_as import ClassifiedAs
from xiaobao_xl.checks.consistent_with import ConsistentWith
from xiaobao_xl.checks.date_order import DateOrder
from xiaobao_xl.checks.extension_in_order import ExtensionInOrder
from xiaobao_xl.checks.forbidden_when import ForbiddenWhen
from xiaobao_xl.checks.in_range import InRange
from xiaobao_xl.checks.in_time import InTime
from xiaobao_xl.checks.link_agrees import LinkAgrees
from xiaobao_xl.checks.linked import Linked
from xiaobao_xl.checks.matches import Matches
from xiaobao_xl.checks.not_future import NotFuture
from xiaobao_xl.checks.not_recurring import NotRecurring
from xiaobao_xl.checks.one_of import OneOf
from xiaobao_xl.checks.required import Required
from xiaobao_xl.checks.required_when import RequiredWhen
from xiaobao_xl.checks.running import run
from xiaobao_xl.checks.same_person_repeat import SamePersonRepeat
from xiaobao_xl.checks.sums_to import SumsTo
from xiaobao_xl.checks.unique import Unique
from xiaobao_xl.checks.valid_number import ValidNumber

KINDS: tuple[type[Check], ...] = (
    Required,
    RequiredWhen,
    ForbiddenWhen,
    Unique,
    OneOf,
    Matches,
    InRange,
    DateOrder,
    NotFuture,
    InTime,
    ExtensionInOrder,
    ValidNumber,
    ClassifiedAs,
    SamePersonRepeat,
    ConsistentWith,
    SumsTo,
    Linked,
    LinkAgrees,
    NotRecurring,
)

AnyCheck = (
    Required
    | RequiredWhen
    | ForbiddenWhen
    | Unique
    | OneOf
    | Matches
    | InRange
    | DateOrder
    | NotFuture
    | InTime
    | ExtensionInOrder
    | ValidNumber
    | ClassifiedAs
    | SamePersonRepeat
    | ConsistentWith
    | SumsTo
    | Linked
    | LinkAgrees
    | NotRecurring
)

__all__ = ["KINDS", "AnyCheck", "Breach", "Check", "Context", "run"]
