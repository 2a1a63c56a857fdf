"""Settings of Windows and Office under which buttons in Excel cannot work, each with the way round.

Only what can be read without an administrator's right is seen. Rules that a bank's central console hands out may be hidden, and
products other than Microsoft's have rules of their own; where nothing is found, no promise is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xiaobao_xl.desktop.addin_file import NAME, OFFICE_VERSIONS
from xiaobao_xl.desktop.checklist import Item, State
from xiaobao_xl.desktop.machine import Machine

PART = "宏与安全设置"
ATTACH = "xiaobao attach check"
WAY_ROUND = f"不改设置也能用：打开着台账运行 {ATTACH}，或者用文件方式。"

_POLICIES = "HKCU\\Software\\Policies\\Microsoft\\Office"
_OWN = "HKCU\\Software\\Microsoft\\Office"
_GUARD = "Windows Defender\\Windows Defender Exploit Guard\\ASR"
_RULE_KEYS = (f"HKLM\\SOFTWARE\\Policies\\Microsoft\\{_GUARD}\\Rules", f"HKLM\\SOFTWARE\\Microsoft\\{_GUARD}\\Rules")
_MANAGED = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Policy Manager"  # `rule=action|rule=action`
# https://learn.microsoft.com/defender-endpoint/attack-surface-reduction-rules-reference
_CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
_API_CALLS = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
_RULES = {
    _CHILD_PROCESSES: ("禁止 Office 程序启动子进程", "按钮启动不了 Python"),
    _API_CALLS: ("禁止 Office 宏调用系统接口", "带按钮的文件可能被当作病毒拦下"),
}
_ACTIONS: dict[int, tuple[State, str]] = {1: ("bad", "已启用"), 6: ("note", "会先警告一次")}


@dataclass(frozen=True)
class _Switch:
    """A setting of Office that is in the way when it has this value."""

    place: str  # below `…\Office\16.0\`
    name: str
    value: int
    text: str


_SWITCHES = (
    _Switch("Excel\\Security", "DisableAllAddins", 1, "Excel 设为禁用所有加载项，“消保”一页不会出现。"),
    _Switch("Excel\\Security", "RequireAddinSig", 1, "Excel 只接受有数字签名的加载项；我们的加载项没有签名，按钮不会有反应。"),
    _Switch("Common\\Security", "RequireAlwaysOnMacroSig", 1, "Office 只自动载入有数字签名的加载项；我们的加载项没有签名。"),
    _Switch("Excel\\Security\\Trusted Locations", "AllLocationsDisabled", 1, "受信任位置已停用，加载项里的宏不会运行。"),
    _Switch("Excel\\Resiliency", "RestrictToList", 1, f"只允许名单里的加载项；请看名单里有没有 {NAME}。"),
)  # fmt: skip
_MACROS = {
    1: "宏设置：全部允许。按钮可以用，但这样设置不安全，建议改为“禁用并通知”。",
    2: "宏设置：禁用并通知（默认）。打开带按钮的台账时，要点一次“启用内容”；加载项不受影响。",
    3: "宏设置：只允许有数字签名的宏。带按钮的台账（.xlsm）点了没有反应；加载项放在受信任位置，不受影响。",
    4: "宏设置：全部禁用。带按钮的台账（.xlsm）点了没有反应；加载项放在受信任位置，不受影响。",
}


def found(machine: Machine, office: str = "16.0") -> list[Item]:
    """What is in the way on a Windows computer with Excel, and what is not.

    Args:
        machine: the computer.
        office: version of Office whose settings are looked at.
    """
    items = [
        *_office(machine, office),
        _macros(machine, office),
        *_defender(machine),
        *_command_line(machine),
        *_switched_off(machine),
    ]
    items.append(
        Item(
            part=PART,
            state="note",
            text="杀毒软件（360、火绒、奇安信等）和单位统一下发的规则，这里看不到。",
            next_step="按钮点了没有反应、文件被隔离时，请联系科技部门放行。",
        )
    )
    return items


def office_version(version: str) -> str:
    """Under which number Office keeps its settings.

    >>> office_version("16.0.17328.20184"), office_version("15.0"), office_version("")
    ('16.0', '15.0', '16.0')
    """
    short = ".".join(version.split(".")[:2])
    return short if short in OFFICE_VERSIONS else OFFICE_VERSIONS[0]


def _office(machine: Machine, office: str) -> Iterator[Item]:
    for switch in _SWITCHES:
        policy = machine.number(f"{_POLICIES}\\{office}\\{switch.place}", switch.name)
        value = policy if policy is not None else machine.number(f"{_OWN}\\{office}\\{switch.place}", switch.name)
        if value == switch.value and not _is_listed(machine, office, switch):
            way = f"这是单位统一的设置，请找科技部门。{WAY_ROUND}" if policy is not None else _in_trust_centre()
            yield Item(part=PART, state="bad", text=switch.text, next_step=way)


def _is_listed(machine: Machine, office: str, switch: _Switch) -> bool:
    """The list of allowed add-ins has ours: always on (1) or as the user likes (2)."""
    key = f"{_POLICIES}\\{office}\\Excel\\Resiliency\\AddinList"
    return switch.name == "RestrictToList" and machine.number(key, NAME) in {1, 2}


def _in_trust_centre() -> str:
    return f"在 Excel“文件→选项→信任中心→信任中心设置”里可以改，改前请问科技部门。{WAY_ROUND}"


def _macros(machine: Machine, office: str) -> Item:
    places = (f"{_POLICIES}\\{office}\\Excel\\Security", f"{_OWN}\\{office}\\Excel\\Security")
    values = [machine.number(place, "VBAWarnings") for place in places]
    value = next((value for value in values if value in _MACROS), 2)
    blocked = value in {3, 4}
    return Item(
        part=PART, state="note" if value != 2 else "good", text=_MACROS[value], next_step=WAY_ROUND if blocked else ""
    )


def _defender(machine: Machine) -> Iterator[Item]:
    """Rules of Microsoft Defender about what Office may start."""
    known = False
    for rule, (title, effect) in _RULES.items():
        state, words = _ACTIONS.get(_action(machine, rule), (None, ""))
        if state:
            known = True
            yield Item(part=PART, state=state, text=f"Defender 规则“{title}”{words}，{effect}。", next_step=WAY_ROUND)
    if not known:
        yield Item(
            part=PART, state="good", text="没有查到 Defender 禁止 Excel 启动 Python 的规则（单位隐藏的规则查不到）。"
        )


def _action(machine: Machine, rule: str) -> int:
    """1 blocks, 2 only notes down, 6 warns, 0 is off."""
    direct = (machine.number(key, rule) for key in _RULE_KEYS)
    if (action := next((value for value in direct if value is not None), None)) is not None:
        return action
    listed = re.findall(r"([0-9a-f-]{36})\}?=(\d+)", str(machine.registry(_MANAGED).get("ASRRules", "")).lower())
    return int(dict(listed).get(rule, 0))


def _command_line(machine: Machine) -> Iterator[Item]:
    if machine.number("HKCU\\Software\\Policies\\Microsoft\\Windows\\System", "DisableCMD"):
        yield Item(
            part=PART,
            state="bad",
            text="单位禁用了命令提示符：Excel 按钮和便携版的启动文件都要用它，因此不能用。",
            next_step="请找科技部门放行，或请能用命令行的同事代为校验。",
        )


def _switched_off(machine: Machine) -> Iterator[Item]:
    """Excel sets an add-in aside after a crash and does not say so."""
    for version in OFFICE_VERSIONS:
        values = machine.registry(f"{_OWN}\\{version}\\Excel\\Resiliency\\DisabledItems").values()
        if any(_names_us(value) for value in values):
            steps = "Excel“文件→选项→加载项”，下方“管理”选“禁用项目”→转到→选中它→启用，再重开 Excel。"
            yield Item(part=PART, state="bad", text="Excel 在一次出错后停用了我们的加载项。", next_step=steps)
            return


def _names_us(value: object) -> bool:
    """Paths stand there in UTF-16, whose ASCII letters `bytes.lower` lowers as well."""
    return isinstance(value, bytes) and NAME.encode("utf-16-le") in value.lower()


def blocking(items: Sequence[Item]) -> list[Item]:
    """Those that keep buttons from working."""
    return [item for item in items if item.part == PART and item.state == "bad"]
