"""YAML into frozen dataclasses: the dataclasses are the only schema, every mistake is reported together.

Refused with file, line, column and path: unknown keys (with a near guess), missing keys, wrong types, unknown kinds,
duplicate keys, and what YAML converts without a word: `on`, `no`, `12:30`, `2025.11` where text is meant.

Understood field types: str, int, float, bool, date, Literal, tuple[T, ...] (one value counts as a tuple of one),
Mapping[K, V], unions, and dataclasses. A union of dataclasses is told apart by the key `kind` (class variable `KIND`)
or, without it, by the name of its first own field.
"""

from __future__ import annotations

import difflib
import io
import re
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, Union

import yaml

from xiaobao_xl.errors import RulesError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_WRONG = object()  # stands for a value that could not be built; a problem has been noted
_TYPE_TITLES = {str: "文字", int: "整数", float: "数字", bool: "true 或 false", date: "日期（如 2026-01-31）"}
_NODE_LIMIT = 2_000_000  # anchors may repeat nodes; a file that grows past this is refused, not expanded


@dataclass(slots=True)
class Builder:
    """Builds one document and keeps what went wrong and where every entry stands.

    Attributes:
        problems: mistakes found so far, one printable line each.
        marks: path → node of its key, for mistakes found later (references).
        nodes: nodes visited, against runaway aliases.
    """

    problems: list[str] = field(default_factory=list)
    marks: dict[str, yaml.Node] = field(default_factory=dict)
    nodes: int = 0

    def wrong(self, node: yaml.Node, path: str, what: str, expected: str = "", guess: str = "") -> object:
        """Note a mistake at a node."""
        self.problems.append(_line(_place(node), path, what, expected, guess))
        return _WRONG

    def refer(self, path: str, what: str, expected: str = "", guess: str = "") -> None:
        """Note a mistake found after building, at the nearest known place of a dotted path."""
        known = path
        while known and known not in self.marks:
            known = known.rpartition(".")[0]
        place = _place(self.marks[known]) if known else ""
        self.problems.append(_line(place, path, what, expected, guess))

    def build(self, node: yaml.Node, wanted: Any, path: str) -> Any:
        """The value of a node as `wanted`, or a marker after noting what is wrong."""
        self.nodes += 1
        if self.nodes > _NODE_LIMIT:
            raise RulesError([_line(_place(node), path, "文件展开后过大，可能有循环引用（& 与 *）")])
        origin = _origin(wanted)
        if origin in {types.UnionType, Union}:
            return self._union(node, typing.get_args(wanted), path)
        if origin is tuple:
            return self._tuple(node, typing.get_args(wanted)[0], path)
        if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(node, typing.get_args(wanted), path)
        if is_dataclass(wanted):
            return self._record(node, typing.cast("type", wanted), path)
        if not isinstance(node, yaml.ScalarNode):
            return self.wrong(node, path, "此处不能是列表或映射", f"应为{_type_title(wanted)}")
        return self._scalar(node, wanted, path)

    def _tuple(self, node: yaml.Node, item: Any, path: str) -> Any:
        if not isinstance(node, yaml.SequenceNode) or _is_nested_tuple(node, item):
            value = self.build(node, item, path)
            return _WRONG if value is _WRONG else (value,)
        built = [self.build(child, item, f"{path}[{number}]") for number, child in enumerate(node.value)]
        return _WRONG if any(value is _WRONG for value in built) else tuple(built)

    def _mapping(self, node: yaml.Node, types_: tuple[Any, ...], path: str) -> Any:
        key_type, value_type = types_
        if not isinstance(node, yaml.MappingNode):
            return self.wrong(node, path, "此处应为映射", "应为“键: 值”的若干行")
        built: dict[Any, Any] = {}
        for name, child in self.pairs(node, path):
            here = f"{path}.{name.value}" if path else name.value
            self.marks[here] = name
            key, value = self._scalar(name, key_type, here), self.build(child, value_type, here)
            if key is not _WRONG and value is not _WRONG:
                built[key] = value
        return built

    def pairs(self, node: yaml.MappingNode, path: str) -> Iterable[tuple[yaml.ScalarNode, yaml.Node]]:
        """Keys and values of a mapping; notes duplicate keys and keys that are no plain text."""
        seen: set[str] = set()
        for name, child in node.value:
            if not isinstance(name, yaml.ScalarNode):
                self.wrong(name, path, "键必须是文字")
            elif name.value in seen:
                self.wrong(name, f"{path}.{name.value}" if path else name.value, "键重复", "同一层每个键只写一次")
            else:
                seen.add(name.value)
                yield name, child

    def _record(self, node: yaml.Node, wanted: type, path: str) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self.wrong(node, path, "此处应为映射", f"应含键 {'、'.join(field_types(wanted))}")
        known, built, sound = field_types(wanted), {}, True
        for name, child in self.pairs(node, path):
            here = f"{path}.{name.value}" if path else name.value
            self.marks[here] = name
            if name.value == "kind" and hasattr(wanted, "KIND"):
                continue
            if name.value not in known:
                self.wrong(
                    name, here, f"不认识的键 {name.value}", f"应为 {'、'.join(known)} 之一", near(name.value, known)
                )
                sound = False
                continue
            built[name.value] = self.build(child, known[name.value], here)
            sound &= built[name.value] is not _WRONG
        missing = [name for name in required(wanted) if name not in built]
        if missing:
            self.wrong(node, path, f"缺少键 {'、'.join(missing)}", "这些键必须写明")
        return wanted(**built) if sound and not missing else _WRONG

    def _union(self, node: yaml.Node, options: tuple[Any, ...], path: str) -> Any:
        records = [option for option in options if is_dataclass(option)]
        if isinstance(node, yaml.MappingNode) and records:
            chosen = self._choose(node, records, path)
            return _WRONG if chosen is None else self._record(node, chosen, path)
        for option in options:
            if isinstance(node, yaml.SequenceNode) == (_origin(option) is tuple) and not is_dataclass(option):
                trial = Builder(nodes=self.nodes)
                value = trial.build(node, option, path)
                if not trial.problems:
                    self.marks.update(trial.marks)
                    return value
        tuples = [option for option in options if _origin(option) is tuple]
        if tuples:
            return self.build(node, tuples[0], path)
        return self.wrong(node, path, f"写法不对：{_shown(node)}", f"应为{'或'.join(_type_title(o) for o in options)}")

    def _choose(self, node: yaml.MappingNode, records: list[Any], path: str) -> type | None:
        if len(records) == 1:
            return typing.cast("type", records[0])
        keys = {name.value: child for name, child in node.value if isinstance(name, yaml.ScalarNode)}
        by_kind = {record.KIND: record for record in records if hasattr(record, "KIND")}
        if by_kind and "kind" in keys:
            kind = str(keys["kind"].value)
            if kind not in by_kind:
                self.wrong(
                    keys["kind"],
                    f"{path}.kind",
                    f"不认识的 kind {kind}",
                    f"应为 {'、'.join(by_kind)} 之一",
                    near(kind, by_kind),
                )
            return typing.cast("type | None", by_kind.get(kind))
        by_field = {own_first_field(record): record for record in records}
        for name in keys:
            if name in by_field:
                return typing.cast("type", by_field[name])
        names = "kind" if by_kind else "、".join(by_field)
        guess = next((found for key in keys if (found := near(key, by_field))), "")
        self.wrong(node, path, "看不出是哪一种", f"应含键 {names}" + ("" if by_kind else " 之一"), guess)
        return None

    def _scalar(self, node: yaml.ScalarNode, wanted: Any, path: str) -> Any:
        plain, text = not node.style, node.value
        if _origin(wanted) is Literal:
            allowed = typing.get_args(wanted)
            if text not in allowed:
                return self.wrong(
                    node, path, f"不认识的值 {text}", f"应为 {'、'.join(map(str, allowed))} 之一", near(text, allowed)
                )
            return text
        if wanted is str:
            if plain and node.tag != f"{_TAG}str":
                return self.wrong(
                    node,
                    path,
                    f"{_shown(node)} 会被 YAML 当成{_tag_title(node.tag)}",
                    "此处应为文字，请加引号",
                    f'"{text}"' if text else "",
                )
            return text
        value = _converted(text, wanted, plain=plain)
        return (
            self.wrong(node, path, f"值 {_shown(node)} 不对", f"应为{_type_title(wanted)}") if value is None else value
        )


def parse(text: str, file: str) -> yaml.Node:
    """Text → YAML node that knows its file; syntax mistakes become a RulesError."""
    stream = _Named(text.encode("utf-8"))
    stream.name = file
    try:
        node = yaml.compose(stream, Loader=_LOADER)
    except yaml.MarkedYAMLError as mistake:
        mark = mistake.problem_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise RulesError([f"{place}: YAML 写法有误（{mistake.problem}）；请检查缩进、冒号与引号"]) from mistake
    if node is None:
        raise RulesError([f"{file}:1:1: 文件是空的"])
    return node


def read(text: str, file: str, wanted: Any) -> Any:
    """Text → value of the wanted type.

    Raises:
        RulesError: with every mistake, one line each.

    >>> read("a: [1, 2]", "x.yaml", Mapping[str, tuple[int, ...]])
    {'a': (1, 2)}
    """
    builder = Builder()
    value = builder.build(parse(text, file), wanted, "")
    if builder.problems:
        raise RulesError(builder.problems)
    return value


def near(word: object, known: Iterable[object]) -> str:
    """The known word nearest to a mistyped one, or ''."""
    found = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.6)
    return found[0] if found else ""


@cache
def field_types(record: type) -> dict[str, Any]:
    """Field name → type of a dataclass, in order of declaration."""
    hints = typing.get_type_hints(record)
    return {f.name: hints[f.name] for f in fields(record) if f.init}


@cache
def required(record: type) -> tuple[str, ...]:
    """Names of the fields without a default."""
    return tuple(f.name for f in fields(record) if f.init and f.default is MISSING and f.default_factory is MISSING)


def own_first_field(record: type) -> str:
    """First field a dataclass declares itself: it names the kind where there is no `kind` key."""
    own: dict[str, Any] = vars(record)["__annotations__"]
    return next(name for name, hint in own.items() if "ClassVar" not in str(hint))


@cache
def _origin(wanted: Any) -> Any:
    """`typing.get_origin`, asked some ten thousand times for the same hundred types."""
    return typing.get_origin(wanted)


class _Named(io.BytesIO):
    """A byte stream with a file name, so that YAML's marks carry it."""

    name: str = ""


def _place(node: yaml.Node) -> str:
    mark = node.start_mark
    return f"{mark.name}:{mark.line + 1}:{mark.column + 1}"


def _line(place: str, path: str, what: str, expected: str = "", guess: str = "") -> str:
    head = ": ".join(part for part in (place, path) if part)
    return f"{head}: {what}" + (f"；{expected}" if expected else "") + (f"；是否想写 {guess}？" if guess else "")


def _is_nested_tuple(node: yaml.SequenceNode, item: Any) -> bool:
    """A pair written without its outer list: `[a, b]` where a list of pairs is meant."""
    return _origin(item) is tuple and not any(isinstance(child, yaml.SequenceNode) for child in node.value)


def _shown(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value else "（空）"


def _tag_title(tag: str) -> str:
    titles = {"bool": "是非值", "int": "整数", "float": "小数", "null": "空值", "timestamp": "日期"}
    return titles.get(tag.removeprefix(_TAG), "别的类型")


def _type_title(wanted: Any) -> str:
    if _origin(wanted) is tuple:
        return f"{_type_title(typing.get_args(wanted)[0])}的列表"
    if _origin(wanted) is Literal:
        return "、".join(map(str, typing.get_args(wanted)))
    return _TYPE_TITLES.get(wanted, "映射")


def _converted(text: str, wanted: Any, *, plain: bool) -> Any:
    """The text as a boolean, number or date; None where it is none. Of quoted text only dates are read, as in JSON."""
    if wanted is date:
        return _date(text)
    if not plain:
        return None
    if wanted is bool:
        return {"true": True, "false": False}.get(text)
    if wanted is int or wanted is float:
        shape = r"-?(0|[1-9][0-9]*)" + (r"(\.[0-9]+)?" if wanted is float else "")
        return wanted(text) if re.fullmatch(shape, text) else None
    return None


def _date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
