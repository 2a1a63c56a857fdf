"""What this engine lacks is said in plain words.

The classes of this package answer what xlwings asks of an engine without inheriting from its `base_classes`: these change
from version to version, and an inherited read-only property would get in the way of an attribute. `fills_gaps` adds,
for whatever the installed xlwings knows beyond that, a NotImplementedError naming it.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import get_annotations
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

_NOUNS = {
    "charts": "图表",
    "shapes": "形状",
    "pictures": "图片",
    "tables": "表格对象（ListObject）",
    "table": "表格对象（ListObject）",
    "pivot_tables": "数据透视表",
    "comments": "会话批注",
    "comment": "会话批注",
    "add_comment": "会话批注",
    "data_validation": "数据有效性",
    "borders": "边框",
    "characters": "单元格内部分文字的格式",
    "page_setup": "页面设置",
    "autofilter": "筛选条件",
    "sort": "排序",
    "find": "查找",
    "replace_all": "替换",
    "remove_duplicates": "删除重复项",
    "group": "分组",
    "ungroup": "取消分组",
    "autofill": "自动填充",
    "paste": "选择性粘贴",
    "copy_from": "选择性粘贴",
    "get_special_cells": "定位条件",
    "adjust_indent": "缩进",
    "show_gridlines": "网格线",
    "add_cell_value": "按单元格值的条件格式",
    "add_color_scale": "色阶",
    "add_data_bar": "数据条",
    "add_icon_set": "图标集",
    "alert": "对话框",
    "to_html": "导出网页",
    "to_png": "导出图片",
    "copy_picture": "复制为图片",
    "hyperlink": "超链接对象（可以用 HYPERLINK 公式）",
    "add_hyperlink": "超链接对象（可以用 HYPERLINK 公式）",
}


def missing(owner: str, name: str) -> NotImplementedError:
    """The error for a feature of xlwings that this engine lacks.

    >>> print(missing("Sheet", "charts"))
    LibreOffice 引擎没有“图表”（Sheet.charts），请在 LibreOffice 界面里或用 Excel 做这一步。
    """
    noun = _NOUNS.get(name, name)
    return NotImplementedError(
        f"LibreOffice 引擎没有“{noun}”（{owner}.{name}），请在 LibreOffice 界面里或用 Excel 做这一步。"
    )


def _gap(owner: str, name: str, *, is_property: bool) -> Any:
    def refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
        raise missing(owner, name)

    return property(refuse, refuse, refuse) if is_property else refuse


def fills_gaps(base: type | None) -> Callable[[type[T]], type[T]]:
    """Class decorator: adds a clear refusal for each public name of `base` that the class does not have."""

    def fill(cls: type[T]) -> type[T]:
        own = {name for one in cls.__mro__ for name in get_annotations(one)}  # attributes of instances
        for name in dir(base) if base is not None else ():
            if not name.startswith("_") and name not in own and not hasattr(cls, name):
                is_property = isinstance(getattr(base, name), property)
                setattr(cls, name, _gap(cls.__name__, name, is_property=is_property))
        return cls

    return fill
