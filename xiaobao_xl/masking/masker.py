"""Masking 脱敏: a register as an audience may see it, the same value hidden the same way throughout one copy.

Every audience has its table of what becomes of which column. In free text, whatever has the shape of personal data and
every private value the register itself holds is replaced. A pseudonym says in which order values first appear and
nothing else; it cannot be turned back. A masked copy is not anonymous: dates, amounts and circumstances stay. Which law
asks for how much is not said here; the tables are settings of this tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from xiaobao_xl.findings import Finding, mask
from xiaobao_xl.known_values import KnownValues
from xiaobao_xl.masking.audiences import COLUMN_KINDS, LABELS, POLICIES, TREATMENT_TITLES, Treatment, require_audience
from xiaobao_xl.masking.leaks import Leak, leaks, without
from xiaobao_xl.plain_text import compact, plain
from xiaobao_xl.private_text import is_common_word, spans
from xiaobao_xl.registers import Column, Register, Schema

_IN_TEXT_ALWAYS: Final = frozenset({"id", "phone", "account", "mail", "chat", "plate"})
_PERSONS: Final = frozenset({"person", "agent", "staff"})
_PLACES: Final = frozenset({"respondent", "outlet", "region", "handling_unit"})  # names in them are names of places
_PARTED = re.compile(r"\s*[、，,;；/|\n]\s*")
_NOBODY: Final = frozenset(
    ("无", "暂无", "匿名", "不详", "未知", "无名氏", "不适用", "客户", "先生", "女士", "本人", "市民", "群众", "网友")
)
_DISTRICT = re.compile(r"^.{2,12}?(?:省|自治区|市|州|盟)(?:.{2,7}?(?:市|区|县|旗))?")
_NAME = re.compile(r"[一-鿿·]{2,}|[A-Za-z][A-Za-z .·'-]+")


@dataclass(slots=True)
class Tally:
    """How many cells were masked.

    Attributes:
        cells: column id → cells.
        texts: column id → cells of free text in which something was replaced.
    """

    cells: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)


def masked(register: Register, audience: str) -> Register:
    """A register as an audience may see it; registers of one copy are masked by one `Masker` together."""
    return Masker([register], audience).register(register)


class Masker:
    """Hides personal data for one audience, alike in everything it is given.

    Args:
        registers: the registers of the copy; what their private columns hold is looked for in all text.
        audience: one of `AUDIENCES`.

    Attributes:
        known: values that must not survive, in compact spelling → kind.
        allowed: whole texts that are no leak although they look like one: codes, and what the audience may see.
        values: finds the known values in texts.
        tally: what was masked in registers so far.

    Raises:
        WorkbookError: there is no such audience.
    """

    def __init__(self, registers: Sequence[Register], audience: str) -> None:
        """Learn what the registers hold."""
        require_audience(audience)
        self.audience, self._policy = audience, POLICIES[audience]
        self.known: dict[str, str] = {}
        self.allowed: set[str] = set()
        self.tally = Tally()
        self._shown: dict[str, str] = {}  # compact value → what stands for it
        self._counts: dict[str, int] = {}
        self._taken: dict[str, int] = {}  # shortened form → how often it was given
        self._done: dict[str, str] = {}
        self._places: set[str] = set()
        self.learn(registers)

    def learn(self, registers: Sequence[Register]) -> None:
        """Look for what further registers hold as well; what was given so far stays."""
        for register in registers:
            self._learn(register)
        self._places |= self._names_of_places(registers)
        self.values = KnownValues(self.known, self._places - self.known.keys())
        self._done.clear()

    def note(self, kind: str, value: Any) -> None:
        """Look for a value in texts as well, once `learn` is called again; the audience may see some kinds."""
        if self._policy[kind] != "kept" or kind in _IN_TEXT_ALWAYS:
            for part in _parts(kind, _printed(value)):
                self.known.setdefault(part, kind)

    def treatment(self, schema: Schema, column: str) -> Treatment | Literal["text", ""]:
        """What becomes of a column: a treatment, `text` for free text, '' for what holds no person."""
        spec, kind = schema.columns[column], self.kind(schema, column)
        if kind:
            return self._policy[kind]
        return "text" if _is_free(spec) else ""

    @staticmethod
    def kind(schema: Schema, column: str) -> str:
        """Kind of value of a column, '' where it holds no person."""
        return COLUMN_KINDS.get(column, "other" if schema.columns[column].private else "")

    def told(self, schema: Schema) -> str:
        """What becomes of the columns that tell of persons, as a reader knows them."""
        titles: dict[str, list[str]] = {}
        for key, column in schema.columns.items():
            if self.kind(schema, key):
                titles.setdefault(TREATMENT_TITLES[self.treatment(schema, key)], []).append(column.title)
        return "；".join(f"{treatment}：{'、'.join(columns)}" for treatment, columns in titles.items())

    def register(self, register: Register) -> Register:
        """The register, masked: same rows, same columns; what is dropped is empty."""
        frame = register.frame.copy()
        for column in frame:
            treatment = self.treatment(register.schema, str(column))
            if treatment not in {"kept", ""} or _holds_text(frame[column]):
                frame[column] = self._column(register.schema, str(column), frame[column])
        faults = [self.finding(fault, register.schema) for fault in register.faults]
        told = register.receipt
        skipped = [(row, self.text(reason)) for row, reason in told.skipped]
        receipt = replace(told, notes=self.texts(told.notes), skipped=skipped)
        return replace(register, frame=frame, faults=faults, receipt=receipt)

    def finding(self, finding: Finding, schema: Schema) -> Finding:
        """A finding whose sentence and value tell nothing an audience may not see."""
        is_private = finding.column in schema.columns and bool(self.kind(schema, finding.column))
        value = self.cell(schema, finding.column, finding.value) if is_private else self.text(finding.value)
        message = finding.message
        if finding.value and is_private:
            message = message.replace(finding.value, str(value or "…"))
        key = str(self.cell(schema, schema.key, finding.key) or "")
        return replace(finding, message=self.text(message), value=str(value or ""), key=key)

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Texts with what tells of a person replaced."""
        return [self.text(text) for text in texts]

    def text(self, text: str) -> str:
        """One text with what tells of a person replaced; a text that is a whole code or the name of an outlet stays."""
        done = self._done.get(text)
        if done is None:
            done = self._done[text] = text if len(text) < 2 or text in self.allowed else self._replaced(text)
        return done

    def cell(self, schema: Schema, column: str, value: Any) -> Any:
        """One cell as it stands in the sheet: a number in a private column counts as the digits it shows.

        Args:
            schema: what rules.yaml says of the register.
            column: id of the column, '' for none; then and in free text only what is found in it is replaced.
            value: text, number, date, or None.
        """
        if value is None or value == "":
            return value
        shown = _printed(value)
        treatment = self.treatment(schema, column) if column else "text"
        if treatment == "kept" and schema.columns[column].private:
            self.allowed.add(shown)
            return value
        if treatment in {"text", "", "kept"}:
            done = self.text(shown)
            return value if done == shown else done
        return self._treated(treatment, self.kind(schema, column), shown) if shown else None

    def leaks(self, texts: Sequence[str]) -> list[Leak]:
        """What survived in texts meant for the audience."""
        return leaks(texts, self.values, self.allowed, with_persons=self.audience != "regulator")

    def _learn(self, register: Register) -> None:
        """Note what private columns hold, in order of first appearance, and the codes that are none of it."""
        for column in register.frame:
            kind, cells = self.kind(register.schema, str(column)), register.frame[column]
            if not _holds_text(cells):
                continue
            distinct = cells.dropna().unique().tolist()
            if kind == "" or (self._policy[kind] == "kept" and kind not in _IN_TEXT_ALWAYS | {"address", "other"}):
                is_code = kind or not _is_free(register.schema.columns[str(column)])
                self.allowed.update(text for text in distinct if is_code and not _is_personal(text))
                continue
            if self._policy[kind] == "kept":
                self.allowed.update(distinct)
                if kind not in _IN_TEXT_ALWAYS:
                    continue
            for text in distinct:
                self.note(kind, text)

    @staticmethod
    def _names_of_places(registers: Sequence[Register]) -> set[str]:
        return {
            compact(text)
            for register in registers
            for column in _PLACES & set(register.frame)
            for text in register.frame[column].dropna().unique().tolist()
        }

    def _column(self, schema: Schema, column: str, cells: pd.Series) -> pd.Series:
        treatment, kind = self.treatment(schema, column), self.kind(schema, column)
        codes, index = pd.factorize(cells)
        distinct = index.tolist()
        if treatment == "kept":
            return cells
        one: Callable[[str], str | None] = (
            self.text if treatment in {"text", ""} else lambda text: self._treated(treatment, kind, text)
        )
        new = [one(text) for text in distinct]
        changed = np.array([a != b for a, b in zip(new, distinct, strict=True)] + [False])[codes]
        tally = self.tally.texts if treatment in {"text", ""} else self.tally.cells
        if changed.any():
            tally[column] = tally.get(column, 0) + int(changed.sum())
        values = np.array([*new, None], dtype=object)[codes]
        return pd.Series(values, index=cells.index, dtype="str")

    def _treated(self, treatment: str, kind: str, text: str) -> str | None:
        """The value of a private cell; several in one cell stay several."""
        if compact(text) in _NOBODY or not any(map(str.isalnum, text)):
            return text
        if treatment == "dropped":
            return None
        if kind in {"address", "other"}:
            return self._stand_in(kind, compact(text), text.strip())
        pieces = _PARTED.split(text)
        separators = [*_PARTED.findall(text), ""]
        return "".join(
            (self._stand_in(_kind_of(kind, piece), compact(piece), piece.strip()) if compact(piece) else piece)
            + between
            for piece, between in zip(pieces, separators, strict=True)
        )

    def _replaced(self, text: str) -> str:
        for _ in range(4):  # what is left once something was taken out may have a shape of its own
            before, text = text, self._once(text)
            if text == before or sum(map(text.count, "0123456789")) < 7:
                break
        return text

    def _once(self, text: str) -> str:
        with_persons = self.audience != "regulator"
        found = [
            (begin, end, self._stand_in(self.values.kinds[value], value, value))
            for begin, end, value in self.values.find(text)
        ]
        seen = without(text, found)
        for begin, end, kind in spans(seen, with_persons=with_persons, with_addresses=with_persons):
            written = text[begin:end]
            if kind == "surname":
                found.append((begin, end, "某"))
            elif written not in self.allowed or _is_personal(written):
                found.append((begin, end, self._stand_in(kind, compact(written), written)))
        if not found:
            return text
        out, place = [], 0
        for begin, end, shown in sorted(found):
            if begin >= place:
                before = text[place:begin]
                out += [before, _after(before, shown)]
                place = end
        return "".join([*out, text[place:]])

    def _stand_in(self, kind: str, value: str, written: str) -> str:
        """What stands for a value: the same throughout the copy, and for no other."""
        shown = self._shown.get(value)
        if shown is None:
            is_short = self._policy.get(kind, self._policy["other"]) in {"shortened", "kept"}
            shown = self._shortened(kind, value, written) if is_short else self._pseudonym(kind)
            self._shown[value] = shown
        return shown

    def _pseudonym(self, kind: str) -> str:
        self._counts[kind] = number = self._counts.get(kind, 0) + 1
        return f"{LABELS[kind]}{number:03d}"

    def _shortened(self, kind: str, value: str, written: str) -> str:
        if kind in _PERSONS:
            short = f"{value[:1]}**"
        elif kind == "address":
            found = _DISTRICT.match(plain(written))
            short = f"{found[0] if found else ''}****"
        elif kind == "mail":
            short = f"{value[:1]}***@***"
        elif kind == "phone" and not re.fullmatch(r"1\d{10}", value):
            short = f"{value[:3]}****{value[-2:]}"
        else:
            short = mask(value) if len(value) > 10 else f"{value[:1]}****{value[-1:]}"
        self._taken[short] = number = self._taken.get(short, 0) + 1
        return short if number == 1 else f"{short}（{number}）"


def _after(before: str, shown: str) -> str:
    """A pseudonym without its word where that word stands before it already.

    >>> _after("联系电话：", "电话001"), _after("致电", "电话001")
    ('001', '电话001')
    """
    word = shown.rstrip("0123456789")
    return shown[len(word) :] if word != shown and word and before.rstrip(" ：:").endswith(word) else shown


def _is_free(column: Column) -> bool:
    return column.type == "text" and not column.values and not column.scheme


def _holds_text(cells: pd.Series) -> bool:
    return pd.api.types.is_string_dtype(cells.dtype) or cells.dtype == object


def _is_personal(text: str) -> bool:
    """A code that is a mobile number or a complete identity number is one, wherever it stands."""
    return any(
        kind == "phone" or (kind == "id" and end - begin == 18 and _has_check_digit(compact(text[begin:end])))
        for begin, end, kind in spans(text, with_persons=False, with_addresses=False)
    )


def _has_check_digit(number: str) -> bool:
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(digit) for w, digit in zip(weights, number[:17], strict=True)) % 11] == number[-1]


def _kind_of(kind: str, piece: str) -> str:
    """A column of telephones may hold an address for letters."""
    return "mail" if kind == "phone" and "@" in plain(piece) else kind


def _parts(kind: str, text: str) -> Iterator[str]:
    """The values of one private cell that are looked for in text, in compact spelling."""
    if kind == "address":
        if len(compact(text)) >= 6:
            yield compact(text)
        return
    for piece in _PARTED.split(text):
        value = compact(piece)
        if kind in _PERSONS:
            named = [compact(word) for word in piece.split() if _NAME.fullmatch(word)]
            for name in dict.fromkeys([value, *named]):
                is_name = len(name) >= 2 and name not in _NOBODY and any(map(str.isalpha, name))
                if is_name and not (kind == "staff" and is_common_word(name)):
                    yield name
        elif "@" in value or (len(value) >= (5 if kind == "id" else 6) and any(map(str.isdigit, value))):
            yield value


def _printed(value: Any) -> str:
    """What a cell shows, as far as it can tell of a person: text, and numbers in full."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{value:.0f}" if value == int(value) else repr(value)
