"""install-libreoffice 安装 LibreOffice 按钮: a toolbar put into Calc and taken away again; a register with functions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xiaobao_xl import resources
from xiaobao_xl.desktop import calc_buttons, programs
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.drawing import refuse_existing, write_whole

_BY_FILE = "xiaobao check 台账.xlsx --out 台账_校验.xlsx"


def install_libreoffice(
    machine: Machine | None = None, *, profile: Path | None = None, remove: bool = False
) -> list[str]:
    """Install the toolbar for this user, or remove it.

    Args:
        machine: the computer; this one if not given.
        profile: the profile of LibreOffice, if it is not the usual one.
        remove: take it away.

    Returns:
        What was done, step by step, and how to undo it.

    Raises:
        WorkbookError: LibreOffice is not there or cannot use this Python, or a file cannot be written.
    """
    machine = machine or Machine.here()
    folder = profile or calc_buttons.profile(machine)
    return list(_remove(folder, profile) if remove else _install(machine, folder, profile))


def calc_register(out: Path, *, overwrite: bool = False) -> list[str]:
    """Write an empty register with worksheet functions that LibreOffice calculates.

    Args:
        out: the new file, .xlsm.
        overwrite: replace a file that is there.

    Returns:
        What was done and how to go on.

    Raises:
        WorkbookError: the file cannot be written.
    """
    if out.suffix.lower() != ".xlsm":
        raise WorkbookError(f"{out}：带函数的台账要存成 .xlsm，请改文件名")
    refuse_existing(out, overwrite=overwrite)
    source = resources.calc_register_path().read_bytes()
    write_whole(out, lambda stream: stream.write(source), overwrite=overwrite)
    return [
        f"✓ 已新建带函数的台账：{out}",
        "接下来：用 LibreOffice 打开它，点“启用宏”，单元格里就能写 =XB_DUE(…)；函数见 docs/functions.md。",
        "没有问要不要启用宏：点“工具→选项→LibreOffice→安全→宏安全性”，选“中”，再打开一次。",
        "按钮在工具栏上，用 xiaobao install-libreoffice 装；这个文件里没有按钮。",
    ]


def _install(machine: Machine, folder: Path, profile: Path | None) -> Iterator[str]:
    calc = programs.libreoffice(machine)
    if calc is None:
        raise WorkbookError(f"这台电脑上没有查到 LibreOffice，没有安装任何内容。请先安装，或用文件方式：{_BY_FILE}")
    if not machine.speaks_uno():
        raise WorkbookError(
            f"{calc.told()} 用的 Python 和现在这个（{machine.python}）不是同一版，按钮用不了，没有安装任何内容。"
            "Debian、Ubuntu 请装 python3-uno 与 libreoffice-script-provider-python，并用系统自带的 Python 装本程序；"
            f"别的系统请用文件方式：{_BY_FILE}"
        )
    script, toolbar = calc_buttons.places(folder)
    was_there = script.exists()
    for path, text in ((script, calc_buttons.script()), (toolbar, calc_buttons.toolbar())):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as cause:
            raise WorkbookError(f"{path}：写不进去（{cause.strerror}）；请检查这个文件夹的权限") from None
    yield f"✓ 找到 {calc.told()}"
    yield f"✓ {'换上了新的' if was_there else '放好了'}按钮程序：{script}"
    yield f"✓ {'换上了新的' if was_there else '放好了'}工具栏：{toolbar}"
    yield ""
    yield "接下来：把 LibreOffice 全部关掉再打开，用 Calc 打开台账，会多出一条“消保”工具栏。"
    yield "没有看到：点“视图→工具栏→消保”。点了没有反应：Debian、Ubuntu 请装 libreoffice-script-provider-python。"
    yield f"撤销：关掉 LibreOffice，运行 {_undo(profile)}；或者自己删去上面那两个文件。"


def _remove(folder: Path, profile: Path | None) -> Iterator[str]:
    there = [path for path in calc_buttons.places(folder) if path.is_file()]
    for path in there:
        try:
            path.unlink()
        except OSError as cause:
            raise WorkbookError(
                f"{path}：删不掉（{cause.strerror}）；请先把 LibreOffice 全部关掉，再运行一次 {_undo(profile)}"
            ) from None
        yield f"✓ 已删去 {path}"
    if not there:
        yield f"没有找到装好的工具栏，不用撤销。查过的文件夹：{folder}"
        return
    yield "重新打开 LibreOffice 后，“消保”工具栏就没有了。程序本身和台账都没有改动。"


def _undo(profile: Path | None) -> str:
    return "xiaobao install-libreoffice --remove" + (f' --profile "{profile}"' if profile else "")
