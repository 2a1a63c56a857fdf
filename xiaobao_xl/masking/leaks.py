"""Leaks: what texts made for an audience still tell of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from xiaobao_xl.findings import mask
from xiaobao_xl.known_values import KnownValues
from xiaobao_xl.plain_text import compact
from xiaobao_xl.private_text import TITLES, spans


@dataclass(frozen=True, slots=True)
class Leak:
    """Something personal that a text still holds.

    Attributes:
        place: which of the texts.
        kind: what it is, in Chinese.
        shown: the value, its middle hidden.
    """

    place: int
    kind: str
    shown: str


def leaks(
    texts: Sequence[str],
    known: KnownValues | Collection[str] = (),
    allowed: Collection[str] = (),
    *,
    with_persons: bool = True,
) -> list[Leak]:
    """What is still personal in texts: whatever has its shape, and known values, exact or with blanks in between.

    Args:
        texts: the texts.
        known: values that must not be there.
        allowed: whole texts that are no leak: complaint numbers, names of outlets.
        with_persons: names by their shape (张先生, 李某某) and addresses count as well.

    >>> [(leak.kind, leak.shown) for leak in leaks(["张三 138 0013 8000"], ["张三"])]
    [('姓名', '张*'), ('电话号码', '138****8000')]
    """
    values = known if isinstance(known, KnownValues) else KnownValues({compact(value): "person" for value in known})
    return [
        Leak(place, TITLES.get(kind, "登记的个人信息"), mask(value))
        for place, text in enumerate(texts)
        if len(text) > 1 and text not in allowed
        for kind, value in _survivors(text, values, allowed, with_persons=with_persons)
    ]


def _survivors(
    text: str, values: KnownValues, allowed: Collection[str], *, with_persons: bool
) -> Iterator[tuple[str, str]]:
    found = list(values.find(text))
    for _, _, value in found:
        yield values.kinds[value], value
    for begin, end, kind in spans(without(text, found), with_persons=with_persons, with_addresses=with_persons):
        if text[begin:end] not in allowed:
            yield kind, compact(text[begin:end])


def without(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """A text with some stretches blanked."""
    for begin, end, _ in found:
        text = text[:begin] + "\0" * (end - begin) + text[end:]
    return text
