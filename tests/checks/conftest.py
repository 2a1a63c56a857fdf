"""A register from a dict of columns, and the findings of one check on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xiaobao_xl import checks
from xiaobao_xl.checks import Check, Context
from xiaobao_xl.findings import Finding
from xiaobao_xl.law import Instrument
from xiaobao_xl.registers import Column, Origin, Register, Schema
from xiaobao_xl.workdays import Calendar, Year

COLUMNS = {
    "complaint_no": Column(title="投诉编号", type="code"),
    "route": Column(title="事项性质", values={"complaint": ("消费投诉", "投诉"), "petition": ("信访",)}),
    "received_on": Column(title="收到日期", type="date"),
    "decided_on": Column(title="处理决定日期", type="date"),
    "notified_on": Column(title="告知日期", type="date"),
    "closed_on": Column(title="办结日期", type="date"),
    "called_at": Column(title="来电时间", type="moment"),
    "answered_at": Column(title="接听时间", type="moment"),
    "complexity": Column(
        title="复杂程度", values={"simple": ("简单",), "complex": ("复杂",), "special": ("特别复杂",)}
    ),
    "extension_approved_by": Column(title="延期审批人"),
    "extension_approved_on": Column(title="延期审批日期", type="date"),
    "extension_notified_on": Column(title="延期告知日期", type="date"),
    "received_via": Column(title="投诉受理渠道", values={"visit": ("现场", "来访"), "phone": ("电话",)}),
    "status": Column(
        title="办理状态", values={"pending": ("在办",), "closed": ("办结", "已结案"), "withdrawn": ("撤回",)}
    ),
    "product_line": Column(title="投诉业务类别", scheme="product_line"),
    "outlet_no": Column(title="网点机构号", type="code"),
    "id_type": Column(
        title="证件类型", values={"resident_id": ("身份证",), "uscc": ("营业执照",), "passport": ("护照",)}
    ),
    "id_no": Column(title="证件号码", type="identity", private=True),
    "phone": Column(title="联系电话", type="code", private=True),
    "account_no": Column(title="账号/卡号", type="identity", private=True),
    "complainant_count": Column(title="投诉人数", type="integer"),
    "compensation_cny": Column(title="赔付金额", type="number"),
    "refund_cny": Column(title="退费金额", type="number"),
    "relief_cny": Column(title="补偿金额", type="number"),
    "is_major": Column(title="是否重大投诉", type="boolean"),
    "is_repeat": Column(title="是否重复投诉", type="boolean"),
    "merged_into": Column(title="合并至编号", type="code"),
    "text": Column(title="投诉内容"),
}
DTYPES = {
    "date": "datetime64[s]", "moment": "datetime64[s]", "number": "float64", "integer": "float64", "boolean": "boolean",
}  # fmt: skip
LAW = {
    "measures": Instrument(
        title="消费投诉处理管理办法",
        document_no="令2020年第3号",
        in_force_from=date(2020, 3, 1),
        repealed_on=date(2030, 1, 1),
    )
}
CALENDAR = Calendar({2026: Year(source="通知", holidays=(date(2026, 1, 1),))})
MakeRegister = Callable[..., Register]


@pytest.fixture
def register() -> MakeRegister:
    """Makes a register: columns of cells (None where empty), and positions of unreadable cells by column."""

    def make(cells: Mapping[str, Sequence[Any]], faulty: Mapping[str, Sequence[int]] | None = None) -> Register:
        columns = {
            name: pd.Series(list(values), dtype=DTYPES.get(COLUMNS[name].type, "str")) for name, values in cells.items()
        }
        frame = pd.DataFrame(columns)
        letters = {name: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place] for place, name in enumerate(columns)}
        origin = Origin("台账.xlsx", "投诉", (1, 2), letters, {}, np.arange(3, 3 + len(frame), dtype=np.int64))
        bad = {name: np.isin(np.arange(len(frame)), places) for name, places in (faulty or {}).items()}
        schema = Schema(title="台账", key="complaint_no", judged_on="received_on", columns=COLUMNS)
        return Register("complaint", schema, frame, origin, faulty=bad)

    return make


@pytest.fixture
def context() -> Context:
    """What the checks may know: as of 2026-06-30, one instrument, no deadlines, no schemes."""
    return Context(as_of=date(2026, 6, 30), calendar=CALENDAR, law=LAW)


@pytest.fixture
def find(context: Context) -> Callable[..., list[Finding]]:
    """Runs one check, called `it`."""

    def run(check: Check, register: Register, **known: Any) -> list[Finding]:
        settings = {name: getattr(context, name) for name in ("as_of", "calendar", "deadlines", "schemes", "law")}
        return checks.run({"it": check}, register, Context(**(settings | known)))

    return run
