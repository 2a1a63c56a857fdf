"""Complaints and rectifications that belong together, for the kinds of check that look from one register into another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xiaobao_xl import checks
from xiaobao_xl.checks import Check, Context
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Column, FilledFrom, Origin, Register, Schema
from xiaobao_xl.workdays import Calendar, Year

COMPLAINT = Schema(
    title="投诉台账",
    key="complaint_no",
    columns={
        "complaint_no": Column(title="投诉编号", type="code"),
        "received_on": Column(title="收到日期", type="date"),
        "unit": Column(title="机构"),
        "disputed_cny": Column(title="涉及金额", type="number"),
        "is_repeat": Column(title="是否重复", type="boolean"),
        "from": Column(title="开始", type="date", filled_from=FilledFrom(register="mending", by="complaint_no", column="begun_on")),
        "to": Column(title="结束", type="date", filled_from=FilledFrom(register="mending", by="complaint_no", column="done_on")),
    },
)  # fmt: skip
MENDING = Schema(
    title="整改台账",
    key="mending_no",
    columns={
        "mending_no": Column(title="整改编号", type="code"),
        "complaint_no": Column(title="投诉编号", type="code"),
        "unit": Column(title="机构"),
        "owner": Column(title="责任人", private=True),
        "begun_on": Column(title="开始日期", type="date"),
        "done_on": Column(title="完成日期", type="date"),
        "cost_cny": Column(title="金额", type="number"),
    },
)
SCHEMAS = {"complaint": COMPLAINT, "mending": MENDING}
_DTYPES = {"date": "datetime64[s]", "number": "float64", "boolean": "boolean"}


def sheet(register: str, cells: Mapping[str, Sequence[Any]], name: str = "表") -> Register:
    """A sheet of one of the two registers; its first row stands on Excel row 2."""
    schema = SCHEMAS[register]
    frame = pd.DataFrame(
        {
            column: pd.Series(list(v), dtype=_DTYPES.get(schema.columns[column].type, "str"))
            for column, v in cells.items()
        }
    )
    letters = {column: "ABCDEFGH"[place] for place, column in enumerate(frame)}
    origin = Origin("台账.xlsx", name, (1, 1), letters, {}, np.arange(2, 2 + len(frame), dtype=np.int64))
    return Register(register, schema, frame, origin)


def found(check: Check, register: Register, *others: Register) -> list[Finding]:
    """Findings of one check, called `it`, with other registers read beside."""
    together: dict[str, tuple[Register, ...]] = {}
    for each in (register, *others):
        together[each.id] = (*together.get(each.id, ()), each)
    calendar = Calendar({2026: Year(source="通知", holidays=(date(2026, 1, 1),))})
    context = Context(as_of=date(2026, 6, 30), calendar=calendar, schemas=SCHEMAS, registers=together)
    return checks.run({"it": check}, register, context)
