"""Letters: what may be written about one complaint, to whom, on what basis, and what must be filled in by hand.

In rules.yaml:

    letters:
      extension_notice:
        title: 延期告知
        register: complaint
        audience: complainant
        when: {complexity: [complex, special], closed_on: empty}
        deadline: decision
        needs: [complaint_no, complainant_name, received_on]
        asks:
          delay_reason: {title: 延期原因, hint: 写明为什么不能按期办结}
        choices:
          delay_words:
            title: 延期情形
            by: complexity
            texts: {complex: 情况复杂, special: "情况特别复杂，经 {{ 延期审批人 }} 审批同意"}
        sent: extension_notified_on
        source: complaint_measures_2020 第18条第1款

A letter others are to learn from (`masked: training`) is masked however it is asked for, and tells by `{{ 经过 }}` what
happened on which day. The template of the same name is a Word file with marks `{{ 投诉编号 }}`: a column, an ask, a choice, or one of
`COMPUTED`, by Chinese title or id. What each of them says of one complaint is in `facts.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal

from xiaobao_xl.conditions import Condition
from xiaobao_xl.entries import entry
from xiaobao_xl.registers import Schema

Audience = Literal["complainant", "regulator", "department", "mediator", "training"]
Masked = Literal["", "department", "training", "public"]
AUDIENCE_TITLES: dict[str, str] = {
    "complainant": "投诉人",
    "regulator": "监管部门",
    "department": "承办部门",
    "mediator": "调解组织",
    "training": "培训对象",
}
COMPUTED: dict[str, str] = {
    "institution": "机构名称",
    "today": "今日",
    "due_on": "时限届满日",
    "due_words": "时限说明",
    "days_words": "剩余天数",
    "previous_due_on": "原时限届满日",
    "extended_due_on": "延长后届满日",
    "basis": "依据",
    "provisions": "条文要点",
    "course": "经过",
}
DAYS: frozenset[str] = frozenset({"date", "moment"})
"""Types of columns that say when something happened."""
MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


@entry
class Ask:
    """Something the register never knows: always a blank to fill in, unless it is given.

    Attributes:
        title: name of the blank, and of its mark.
        hint: what belongs there; printed inside the blank.
        text: a standing answer, for the institution's own file (a telephone number, an address).
    """

    title: str
    hint: str = ""
    text: str = ""


@entry
class Choice:
    """A piece of text that depends on a coded column.

    Attributes:
        title: name of its mark.
        by: id of the column that chooses.
        texts: value (or `empty`) → text, which may hold marks of its own; a value without text is a blank to fill in.
    """

    title: str
    by: str
    texts: Mapping[str, str]


@entry
class Letter:
    """One kind of letter.

    Attributes:
        title: its name, as it is asked for and as its files begin (Chinese).
        register: id of the register of its complaints.
        audience: who reads it.
        when: the complaints it fits; `<deadline>.status` may be named.
        deadline: id of the time limit it speaks of; '' for none.
        needs: ids of the columns it needs: where one is empty, a blank to fill in. Personal data may be marked in the
            template only if it is named here or in `optional`.
        optional: ids of columns that may be empty; then 台账未登记 is printed.
        asks: id → what the register never knows.
        choices: id → text that depends on a coded column.
        course: date column → what happened that day, for `{{ 经过 }}`; '' leaves it out, one not named is told by its title.
        masked: audience it is masked for at least; '' where it may show personal data.
        sent: id of the date column to fill in once it has left; '' where the register has none.
        source: instruments and articles it rests on; '' where no text asks for it.
        note: what the rules do not say.
    """

    title: str
    register: str
    audience: Audience
    when: Condition = field(default_factory=dict)
    deadline: str = ""
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    asks: Mapping[str, Ask] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    course: Mapping[str, str] = field(default_factory=dict)
    masked: Masked = ""
    sent: str = ""
    source: str = ""
    note: str = ""

    def columns(self) -> tuple[str, ...]:
        """Ids of all columns it names, without those of `when`."""
        chosen = (choice.by for choice in self.choices.values())
        return tuple(dict.fromkeys(filter(None, (*self.needs, *self.optional, *chosen, *self.course, self.sent))))

    def names(self, schema: Schema) -> dict[str, str]:
        """Every spelling a mark may have → id; without the private columns it neither needs nor may lack."""
        allowed = {*self.needs, *self.optional}
        titles = {name: spec.title for name, spec in schema.columns.items() if not spec.private or name in allowed}
        titles |= COMPUTED
        titles |= {name: ask.title for name, ask in self.asks.items()}
        titles |= {name: choice.title for name, choice in self.choices.items()}
        return {title: name for name, title in titles.items()} | {name: name for name in titles}

    def withheld(self, schema: Schema) -> dict[str, str]:
        """Every spelling of the private columns a mark may not name → id."""
        allowed = {*self.needs, *self.optional}
        hidden = {name: spec for name, spec in schema.columns.items() if spec.private and name not in allowed}
        return {spelling: name for name, spec in hidden.items() for spelling in (name, spec.title, *spec.aliases)}

    def problems(self, schema: Schema) -> Iterator[tuple[str, str]]:
        """Mistakes the types cannot show: path below the letter, and what is wrong."""
        taken = {spec.title for spec in schema.columns.values()} | set(COMPUTED.values()) | set(COMPUTED)
        taken |= set(schema.columns)
        own = {f"asks.{name}": (name, ask.title) for name, ask in self.asks.items()}
        own |= {f"choices.{name}": (name, choice.title) for name, choice in self.choices.items()}
        for path, words in own.items():
            yield from ((path, f"{word} 已有所指，标记会分不清") for word in words if word in taken)
            taken |= set(words)
        names = self.names(schema)
        for name, choice in self.choices.items():
            for value, text in choice.texts.items():
                yield from ((f"choices.{name}.texts.{value}", what) for what in self._unknown(text, names))
        if self.sent and self.sent in schema.columns and schema.columns[self.sent].type != "date":
            yield "sent", f"{self.sent} 不是日期列"
        for name in self.course:
            if name in schema.columns and schema.columns[name].type not in DAYS:
                yield f"course.{name}", f"{name} 不是日期列"

    def _unknown(self, text: str, names: Mapping[str, str]) -> Iterator[str]:
        for mark in MARK.findall(text):
            if names.get(mark, mark) in self.choices:
                yield f"标记 {mark} 又是一个 choices，不能套用"
            elif mark not in names:
                yield f"标记 {mark} 没有定义"
