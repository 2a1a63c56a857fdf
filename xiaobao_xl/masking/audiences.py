"""Audiences of masked copies 脱敏对象: for each, what becomes of every kind of column.

The tables are settings of this tool: careful ones, and no statement of what a law asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from xiaobao_xl.errors import WorkbookError

Audience = Literal["regulator", "department", "training", "public"]
Treatment = Literal["kept", "shortened", "pseudonym", "dropped"]

AUDIENCES: Final[tuple[str, ...]] = get_args(Audience)  # from the one that may see most to the one that may see least
AUDIENCE_TITLES: Final = {"regulator": "监管", "department": "部门", "training": "培训", "public": "公开"}
TREATMENT_TITLES: Final = {"kept": "保留", "shortened": "隐去中间", "pseudonym": "换成代号", "dropped": "清空"}

COLUMN_KINDS: Final = {
    "complainant_name": "person", "agent_name": "agent", "id_no": "id", "agent_id_no": "id", "phone": "phone",
    "address": "address", "account_no": "account", "handler": "staff", "extension_approved_by": "staff",
    "complaint_no": "case", "merged_into": "case", "original_no": "foreign_case", "pboc_no": "foreign_case",
    "archive_no": "foreign_case",
}  # fmt: skip
"""Column → kind of value; a private column that is not named here is of the kind `other`."""

LABELS: Final = {
    "person": "投诉人", "agent": "代理人", "staff": "工作人员", "id": "证件号", "phone": "电话", "account": "账号", "mail": "邮箱",
    "chat": "社交号", "plate": "车牌", "address": "地址", "case": "案件", "foreign_case": "外部编号", "other": "信息",
}  # fmt: skip

POLICIES: Final[Mapping[str, Mapping[str, Treatment]]] = {
    "regulator": {
        "person": "kept", "agent": "kept", "staff": "kept", "id": "kept", "phone": "kept", "account": "kept",
        "address": "kept", "other": "kept", "case": "kept", "foreign_case": "kept",
    },
    "department": {
        "person": "shortened", "agent": "shortened", "staff": "kept", "id": "shortened", "phone": "shortened",
        "account": "shortened", "address": "shortened", "other": "shortened", "case": "kept", "foreign_case": "kept",
    },
    "training": {
        "person": "pseudonym", "agent": "pseudonym", "staff": "pseudonym", "id": "pseudonym", "phone": "pseudonym",
        "account": "pseudonym", "address": "pseudonym", "other": "pseudonym", "case": "kept", "foreign_case": "dropped",
    },
    "public": {
        "person": "pseudonym", "agent": "pseudonym", "staff": "dropped", "id": "dropped", "phone": "dropped",
        "account": "dropped", "address": "dropped", "other": "dropped", "case": "pseudonym", "foreign_case": "dropped",
    },
}  # fmt: skip
"""Audience → kind of value → what becomes of its columns. In free text what is dropped gets a pseudonym."""


def require_audience(name: str) -> None:
    """Refuse an audience nobody has defined.

    Raises:
        WorkbookError: it is none of `AUDIENCES`.
    """
    if name not in POLICIES:
        known = "、".join(f"{key}（{title}）" for key, title in AUDIENCE_TITLES.items())
        raise WorkbookError(f"没有名为 {name} 的脱敏对象；--audience 可写 {known}。")
