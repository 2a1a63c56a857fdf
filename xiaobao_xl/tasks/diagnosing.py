"""doctor 体检: whether this computer can do the work, in which of the ways, and what to do where it cannot."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from xiaobao_xl import resources
from xiaobao_xl.desktop import addin_file, calc_buttons, checklist, obstacles, programs
from xiaobao_xl.desktop.checklist import Item
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.errors import XiaobaoError

_NEEDS_PYTHON = (3, 11)
_REINSTALL = "在程序文件夹里再运行一次安装（python dev.py demo），便携版请重新解压。"
_BY_FILE = "xiaobao check 台账.xlsx --out 台账_校验.xlsx"
_LISTENING = 'soffice --accept="socket,host=127.0.0.1,port=2002;urp;"'
_PROGRAM, _OFFICE, _ADDIN, _CALC = "程序", "表格软件", "Excel 加载项", "LibreOffice 工具栏"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to work.

    Attributes:
        title: what it is called.
        works: nothing known is in its way.
        how: how to begin, or why it does not work here.
    """

    title: str
    works: bool
    how: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What the check-up found.

    Attributes:
        system: `Windows`, `macOS`, `Linux`.
        items: the checklist.
        ways: the ways to work, the surest first.
    """

    system: str
    items: Sequence[Item]
    ways: Sequence[Way]

    @property
    def has_faults(self) -> bool:
        """Something is out of order."""
        return any(item.state == "bad" for item in self.items)

    def lines(self) -> Iterator[str]:
        """The checklist as it is printed."""
        yield from checklist.lines(self.items)
        yield from self.conclusion()

    def conclusion(self) -> Iterator[str]:
        """The ways to work, and how much is out of order."""
        yield "可以这样用"
        for way in self.ways:
            yield f"  {checklist.MARKS['good' if way.works else 'bad']} {way.title}：{way.how}"
        yield ""
        faults = sum(item.state == "bad" for item in self.items)
        yield f"有 {faults} 处要处理，照箭头后面的话做。" if faults else "没有发现要处理的问题。"
        if faults and any(way.works for way in self.ways):
            yield "不处理也能用上面打勾的方式。"
        yield "把这一页发给别人之前请看一眼：里面的路径可能带有您的用户名。"

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "system": self.system,
            "items": [item.as_json() for item in self.items],
            "ways": [{"title": way.title, "works": way.works, "how": way.how} for way in self.ways],
        }


def doctor(machine: Machine | None = None) -> Diagnosis:
    """Look at this computer; nothing is changed, nothing is sent anywhere.

    Args:
        machine: the computer; this one if not given.
    """
    machine = machine or Machine.here()
    excel, wps, calc = programs.excel(machine), programs.wps(machine), programs.libreoffice(machine)
    items = [*_program(machine), *_office(machine, excel, wps, calc)]
    if machine.is_windows and excel:
        items += [*_addin(machine), *obstacles.found(machine, obstacles.office_version(excel.version))]
    if calc:
        items += _calc(machine)
    return Diagnosis(system=machine.title, items=items, ways=list(_ways(machine, items, excel, wps, calc)))


def _program(machine: Machine) -> Iterator[Item]:
    """Python, ourselves, the rules, and what we need."""
    version, bits = sys.version.split()[0], 64 if sys.maxsize > 2**32 else 32
    if sys.version_info < _NEEDS_PYTHON or bits == 32:
        step = "请安装 64 位的 Python 3.11 或更高版本，或改用便携版。"
        yield Item(part=_PROGRAM, state="bad", text=f"Python {version}（{bits} 位）用不了。", next_step=step)
    else:
        yield Item(
            part=_PROGRAM, state="good", text=f"Python {version}，{bits} 位，{machine.title}（{machine.python}）"
        )
    yield _ourselves()
    yield _libraries(machine)


def _ourselves() -> Item:
    from xiaobao_xl import __version__
    from xiaobao_xl.rules import load_rules

    try:
        return Item(part=_PROGRAM, state="good", text=f"xiaobao-xl {__version__}，规则 {load_rules().version}")
    except XiaobaoError as problem:
        first = str(problem).splitlines()[0]
        return Item(
            part=_PROGRAM, state="bad", text=f"xiaobao-xl {__version__}，规则读不出：{first}", next_step=_REINSTALL
        )


def _libraries(machine: Machine) -> Item:
    """The libraries we ask for on every system, and the one Windows needs to reach Excel."""
    try:
        asked = [line for line in metadata.requires("xiaobao-xl") or [] if ";" not in line]
    except metadata.PackageNotFoundError:
        text = "没有 xiaobao-xl 的安装记录，查不到程序库齐不齐。"
        return Item(part=_PROGRAM, state="note", text=text, next_step=_REINSTALL)
    names = [re.split(r"[^\w.-]", line)[0] for line in asked] + (["pywin32"] if machine.is_windows else [])
    if missing := [name for name in names if not machine.installed(name)]:
        text = f"缺少程序库：{'、'.join(missing)}"
        return Item(part=_PROGRAM, state="bad", text=text, next_step=_REINSTALL)
    told = "、".join(f"{name} {machine.installed(name)}" for name in ("pandas", "xlwings"))
    return Item(part=_PROGRAM, state="good", text=f"需要的 {len(names)} 个程序库都在（{told}）")


def _office(
    machine: Machine, excel: programs.Program | None, wps: programs.Program | None, calc: programs.Program | None
) -> Iterator[Item]:
    """Which spreadsheet programs there are."""
    for program in (excel, wps, calc):
        if program:
            yield Item(part=_OFFICE, state="good", text=program.told())
    missing = [title for title, program in (("Excel", excel), ("WPS", wps), ("LibreOffice", calc)) if not program]
    if missing:
        yield Item(part=_OFFICE, state="note", text=f"没有查到 {'、'.join(missing)}；用不到的不必装。")
    if programs.excel_belongs_to_wps(machine):
        text = "别的程序要找 Excel 时，系统给的是 WPS（WPS 接管了 Excel 的登记）。"
        step = f"按钮和 attach 可能连到 WPS，连上也可能不全。请用文件方式 {_BY_FILE}，或在“WPS 配置工具→高级→兼容设置”里取消与 Excel 兼容。"
        yield Item(part=_OFFICE, state="note", text=text, next_step=step)


def _addin(machine: Machine) -> Iterator[Item]:
    """Where the add-in is and whether its buttons find Python."""
    again = "请再运行一次 xiaobao install-excel。"
    copies = addin_file.copies(machine)
    if not copies:
        yield Item(part=_ADDIN, state="note", text="还没有安装。", next_step="需要按钮时运行 xiaobao install-excel。")
    for copy in copies:
        if not copy.is_readable:
            yield Item(part=_ADDIN, state="bad", text=f"{copy.path} 打不开，可能被杀毒软件改动。", next_step=again)
        elif not copy.finds_python:
            text = f"{copy.path} 里写的 Python 不在了：{copy.python or '（没有写）'}"
            yield Item(part=_ADDIN, state="bad", text=text, next_step=again)
        else:
            yield Item(part=_ADDIN, state="good", text=f"已安装：{copy.path}，按钮用的 Python 是 {copy.python}")
            yield from _of_another_making(copy, machine, again)
    if len(copies) > 1:
        yield Item(
            part=_ADDIN, state="bad", text="装了两份，“消保”会出现两次。", next_step="删去其中一份，再重开 Excel。"
        )


def _of_another_making(copy: addin_file.Copy, machine: Machine, again: str) -> Iterator[Item]:
    """An add-in that works, but with another Python or from before an update."""
    if copy.python != addin_file.console_python(machine.python):
        text = f"它用的不是现在这个 Python（{machine.python}），两边的程序版本可能不同。"
        yield Item(part=_ADDIN, state="note", text=text, next_step=f"想让按钮用现在这一个：{again}")
    with suppress(XiaobaoError):  # in a checkout that was not built there is none to compare with
        if not addin_file.has_macros_of(copy.path, resources.addin_path()):
            yield Item(part=_ADDIN, state="bad", text="装好的加载项和现在的程序不是同一版。", next_step=again)


def _calc(machine: Machine) -> Iterator[Item]:
    """Whether LibreOffice and this Python go together, and whether the toolbar is there."""
    if not machine.speaks_uno():
        step = "只影响按钮和 attach，文件方式照常。"
        if machine.system == "Linux":
            step += "要用的话，Debian、Ubuntu 装 python3-uno，并用系统自带的 Python。"
        yield Item(part=_CALC, state="note", text="这个 Python 连不上正在运行的 LibreOffice。", next_step=step)
        return
    again = "请再运行一次 xiaobao install-libreoffice。"
    is_current = calc_buttons.is_current(calc_buttons.profile(machine))
    if is_current is None:
        step = "需要按钮时运行 xiaobao install-libreoffice。"
        yield Item(part=_CALC, state="note", text="还没有安装“消保”工具栏。", next_step=step)
    elif is_current:
        yield Item(part=_CALC, state="good", text="已安装“消保”工具栏。")
    else:
        yield Item(part=_CALC, state="bad", text="装好的工具栏属于另一个版本，或程序挪了地方。", next_step=again)


def _ways(
    machine: Machine,
    items: Sequence[Item],
    excel: programs.Program | None,
    wps: programs.Program | None,
    calc: programs.Program | None,
) -> Iterator[Way]:
    """The ways to work, from the surest."""
    broken = any(item.part == _PROGRAM and item.state == "bad" for item in items)
    yield Way(title="文件方式", works=not broken, how="先把“程序”一栏打叉的处理好。" if broken else _BY_FILE)
    yield _attach(machine, excel, calc, broken=broken)
    if machine.is_windows:
        yield _buttons(items, has_excel=bool(excel), broken=broken)
    if calc:
        yield _toolbar(items, broken=broken)
    if wps:
        yield Way(title="WPS 里的按钮", works=False, how=f"不支持；WPS 请用文件方式：{_BY_FILE}")


def _attach(machine: Machine, excel: programs.Program | None, calc: programs.Program | None, *, broken: bool) -> Way:
    title = "连接打开着的台账"
    if excel:
        return Way(title=title, works=not broken, how=f"用 Excel 打开台账，再运行 {obstacles.ATTACH}")
    if calc and machine.system == "Linux" and machine.speaks_uno():
        return Way(title=title, works=not broken, how=f"用 {_LISTENING} 台账.xlsx 打开台账，再运行 {obstacles.ATTACH}")
    return Way(title=title, works=False, how="没有查到能连接的 Excel 或 LibreOffice。")


def _buttons(items: Sequence[Item], *, has_excel: bool, broken: bool) -> Way:
    title = "Excel 里的“消保”按钮"
    if not has_excel:
        return Way(title=title, works=False, how="没有查到 Excel。")
    in_the_way = [item for item in items if item.part in {_ADDIN, obstacles.PART} and item.state == "bad"]
    if broken or in_the_way:
        return Way(title=title, works=False, how="上面打叉的处理好以后才能用。")
    is_there = any(item.part == _ADDIN and item.state == "good" for item in items)
    return Way(
        title=title,
        works=is_there,
        how="打开 Excel，看功能区“消保”一页。" if is_there else "先运行 xiaobao install-excel。",
    )


def _toolbar(items: Sequence[Item], *, broken: bool) -> Way:
    title = "LibreOffice 里的“消保”工具栏"
    state = next(item for item in items if item.part == _CALC)
    if broken or state.state == "bad":
        return Way(title=title, works=False, how="上面打叉的处理好以后才能用。")
    if state.state == "good":
        return Way(title=title, works=True, how="用 Calc 打开台账，看“消保”工具栏。")
    return Way(title=title, works=False, how=state.next_step)
