"""Values typed on the command line, `column=value` in ids or Chinese titles, as a frame of one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from xiaobao_xl import parsing
from xiaobao_xl.categories import Scheme
from xiaobao_xl.cells import Cells
from xiaobao_xl.deadlines import Deadline
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Column, ColumnType, Schema
from xiaobao_xl.typed_yaml import near


def frame_of(
    settings: Sequence[str], deadline: Deadline, schema: Schema, schemes: Mapping[str, Scheme]
) -> pd.DataFrame:
    """A frame of one row with the columns given.

    Args:
        settings: `received_on=2025-01-15`, `复杂程度=简单` …
        deadline: only columns it names, or whose values choose it, are taken.
        schema: the register's columns; a deadline may name others, which are dates unless their id says otherwise.
        schemes: categories of coded columns.

    Raises:
        WorkbookError: no `=`, a column the deadline does not use or given twice, or a value that cannot be read.
    """
    columns = _columns(deadline, schema)
    by_name = {spelling: name for name, column in columns.items() for spelling in (name, column.title, *column.aliases)}
    cells = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise WorkbookError(f"--set {setting} 缺少等号；请写成 列=值，例如 received_on=2025-01-15。")
        column = by_name.get(name.strip())
        if column is None:
            guess = near(name.strip(), by_name)
            hint = f"，是否想写 {guess}？" if guess else f"；可用的列：{'、'.join(columns)}。"
            raise WorkbookError(f"--set {setting}：这个时限用不到“{name}”{hint}")
        if column in cells:
            raise WorkbookError(f"--set {setting}：“{columns[column].title}”给了两次；请只写一次。")
        cells[column] = _value(setting, text.strip(), columns[column], schemes)
    if deadline.starts not in cells:
        raise WorkbookError(f"缺少起算日；请加 --set {deadline.starts}=日期（{columns[deadline.starts].title}）。")
    return pd.DataFrame(cells)


def _columns(deadline: Deadline, schema: Schema) -> dict[str, Column]:
    named = dict.fromkeys((*deadline.columns(), *deadline.when))
    return {name: schema.columns.get(name) or _unregistered(name, deadline) for name in named}


def _unregistered(name: str, deadline: Deadline) -> Column:
    """A column no register has: the versions or the suffix of its id say what it holds."""
    limits = [value for version in deadline.versions.values() if version.by == name for value in version.limits]
    values = {value: (deadline.words.get(value, value),) for value in limits}
    kinds: dict[str, ColumnType] = {"_on": "date", "_at": "moment", "_from": "date", "_to": "date"}
    kind: ColumnType = next((kind for suffix, kind in kinds.items() if name.endswith(suffix)), "text")
    return Column(title=deadline.words.get(name, name), type="code" if values else kind, values=values)


def _value(setting: str, text: str, column: Column, schemes: Mapping[str, Scheme]) -> pd.Series:
    if text in column.values:
        return pd.Series([text])
    read = parsing.parse(column, Cells.of([text]), scheme=schemes.get(column.scheme))
    if read.faults:
        raise WorkbookError(f"--set {setting}：{read.faults[0].message}")
    if column.values and read.values.iloc[0] not in column.values:
        known = "、".join(f"{name}（{titles[0]}）" for name, titles in column.values.items())
        raise WorkbookError(f"--set {setting}：没有这个取值；应为 {known} 之一。")
    return read.values
