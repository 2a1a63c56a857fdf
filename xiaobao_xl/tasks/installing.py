"""install-excel 安装加载项: the add-in put where Excel opens it by itself, and taken away again; a register with buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xiaobao_xl import resources
from xiaobao_xl.desktop import addin_file, obstacles, programs, user_settings
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.workbook.drawing import refuse_existing, write_whole

_BY_FILE = "xiaobao check 台账.xlsx --out 台账_校验.xlsx"
_ELSEWHERE = {
    "Darwin": f"install-excel 只用于 Windows；Mac 上请用 Excel 打开台账，再运行 xiaobao attach check，或用文件方式：{_BY_FILE}",
    "Linux": f"install-excel 只用于 Windows；这里没有 Excel，请用 xiaobao install-libreoffice，或用文件方式：{_BY_FILE}",
}


def install_excel(machine: Machine | None = None, *, folder: Path | None = None, remove: bool = False) -> list[str]:
    """Install the add-in for this user, or remove it. No administrator's right is used, and the registry is not touched.

    Python's place is written into the add-in, and into xlwings' settings of the user for registers that have buttons of
    their own.

    Args:
        machine: the computer; this one if not given.
        folder: where to put it instead of Excel's start-up folder.
        remove: take it away.

    Returns:
        What was done, step by step, and how to undo it.

    Raises:
        WorkbookError: the system is not Windows, there is no Excel, or a file cannot be written; nothing is left half done.
    """
    machine = machine or Machine.here()
    if not machine.is_windows:
        raise WorkbookError(_ELSEWHERE.get(machine.system, _ELSEWHERE["Linux"]))
    return list(_remove(machine, folder) if remove else _install(machine, folder))


def macro_register(out: Path, machine: Machine | None = None, *, overwrite: bool = False) -> list[str]:
    """Write an empty register with buttons in it, for a computer that takes no add-ins.

    Args:
        out: the new file, .xlsm.
        machine: the computer whose Python the buttons start; this one if not given.
        overwrite: replace a file that is there.

    Returns:
        What was done and how to go on.

    Raises:
        WorkbookError: the system is not Windows, or the file cannot be written.
    """
    machine = machine or Machine.here()
    if not machine.is_windows:
        raise WorkbookError(_ELSEWHERE.get(machine.system, _ELSEWHERE["Linux"]))
    if out.suffix.lower() != ".xlsm":
        raise WorkbookError(f"{out}：带按钮的台账要存成 .xlsm，请改文件名")
    refuse_existing(out, overwrite=overwrite)
    _refuse_fleeting(machine)
    source, told = resources.macro_register_path(), list(_for_registers(machine))
    if user_settings.interpreter(machine) == addin_file.console_python(machine.python):
        write_whole(out, lambda stream: stream.write(source.read_bytes()), overwrite=overwrite)
        whose = "换一台电脑，先在那边运行 xiaobao install-excel，按钮也能用。发给不用本工具的人前，请另存为 .xlsx。"
    else:
        addin_file.write(source, out, machine.python)
        _prove(out, machine)
        told = [f"✓ 在里面写入了 Python 的位置：{addin_file.console_python(machine.python)}"]
        whose = "按钮只在这台电脑上有用；发给别人前，请另存为 .xlsx。"
    return [
        f"✓ 已新建带按钮的台账：{out}",
        *told,
        "接下来：用 Excel 打开它，出现“安全警告”时点“启用内容”，再用表内的按钮或“消保”一页。",
        whose,
    ]


def _install(machine: Machine, folder: Path | None) -> Iterator[str]:
    excel = programs.excel(machine)
    _refuse_without_excel(machine, excel)
    _refuse_fleeting(machine)
    target = (folder or addin_file.startup_folder(machine)) / addin_file.NAME
    was_there = target.exists()
    source = resources.addin_path()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise WorkbookError(
            f"{target.parent}：建不了这个文件夹（{cause.strerror}）；请用 --folder 另指一个文件夹"
        ) from None
    addin_file.write(source, target, machine.python)
    _prove(target, machine)
    yield f"✓ 找到 {excel.told()}" if excel else "✓ 没有查到 Excel 的安装记录，但有它的设置文件夹，按已安装处理"
    yield f"✓ {'换上了新的' if was_there else '放好了'}加载项：{target}"
    yield f"✓ 在加载项里写入了 Python 的位置：{addin_file.console_python(machine.python)}"
    yield from _for_registers(machine)
    yield "✓ 重新打开核对过，内容无误；没有改注册表，没有用管理员权限"
    yield from _elsewhere(machine, target)
    hindering = obstacles.found(machine, obstacles.office_version(excel.version if excel else ""))
    for item in obstacles.blocking(hindering):
        yield from (line.strip() for line in item.lines())
    yield ""
    if folder is None:
        yield "接下来：把 Excel 全部关掉再打开，功能区会多出“消保”一页。没有的话，运行 xiaobao doctor 看原因。"
    else:
        yield f"接下来：打开 Excel，“文件→选项→加载项→转到→浏览”，选 {target}，打上勾。"
    yield "程序文件夹以后挪了地方，请再运行一次 xiaobao install-excel。"
    yield f"撤销：关掉 Excel，运行 {_undo(folder)}；或者自己删去上面那个文件。"
    yield "以上在真正的 Excel 上还没有人验证过；请照 docs/acceptance.md 走一遍。"


def _refuse_without_excel(machine: Machine, excel: programs.Program | None) -> None:
    if excel or (machine.appdata / "Microsoft" / "Excel").is_dir():
        return
    has_wps = "只查到 WPS；WPS 请用文件方式：" if programs.wps(machine) else "请先安装 Excel，或用文件方式："
    raise WorkbookError(f"这台电脑上没有查到 Excel，没有安装任何内容。{has_wps}{_BY_FILE}")


def _refuse_fleeting(machine: Machine) -> None:
    """A program started from inside a zip runs from a temporary folder, which Windows empties."""
    temporary = [Path(machine.environ[name]) for name in ("TEMP", "TMP") if machine.environ.get(name)]
    if any(machine.python.is_relative_to(folder) for folder in temporary):
        raise WorkbookError(
            f"{machine.python}：程序正在临时文件夹里运行，多半是没有解压；请先把压缩包整个解压到固定的地方，再安装"
        )


def _for_registers(machine: Machine) -> Iterator[str]:
    """Registers with buttons carry no Python of their own, so that they work on a colleague's computer as well."""
    place = user_settings.place(machine)
    try:
        stands = user_settings.put(machine, addin_file.console_python(machine.python))
    except OSError as cause:
        raise WorkbookError(f"{place}：写不进去（{cause.strerror}）；请看这个文件是不是只读的") from None
    if stands:
        yield f"✓ 带按钮的台账（.xlsm）也会用这个 Python：{place}"
    else:
        yield f"！ {place} 里已经写着别的 Python，没有改。带按钮的台账请用 xiaobao install-excel --register 投诉台账.xlsm 另建一份。"


def _prove(target: Path, machine: Machine) -> None:
    written = addin_file.read(target)
    if written.python != addin_file.console_python(machine.python):
        raise WorkbookError(f"{target}：写好后读回的内容不对，可能被杀毒软件改动；请联系科技部门放行后再装一次")


def _elsewhere(machine: Machine, target: Path) -> Iterator[str]:
    """An add-in that is loaded twice shows two tabs."""
    for copy in addin_file.copies(machine):
        if not copy.path.samefile(target):
            yield f"！ 别处还有一份：{copy.path}。请删去其中一份，否则“消保”会出现两次。"


def _remove(machine: Machine, folder: Path | None) -> Iterator[str]:
    places = [folder] if folder else addin_file.folders(machine)
    there = [place / addin_file.NAME for place in places if (place / addin_file.NAME).is_file()]
    pythons = {addin_file.console_python(machine.python), *(addin_file.read(path).python for path in there)}
    for path in there:
        yield _removed(path, folder)
    dropped = [user_settings.drop(machine, python) for python in pythons]
    if any(dropped):
        yield f"✓ 已去掉 {user_settings.place(machine)} 里我们的那一行"
    elif not there:
        yield "没有找到装好的加载项，不用撤销。查过的文件夹：" + "、".join(map(str, places))
        return
    yield "重新打开 Excel 后，“消保”一页就没有了。程序本身和台账都没有改动。"


def _removed(path: Path, folder: Path | None) -> str:
    try:
        path.unlink()
    except OSError as cause:
        raise WorkbookError(
            f"{path}：删不掉（{cause.strerror}）；请先把 Excel 全部关掉，再运行一次 {_undo(folder)}"
        ) from None
    return f"✓ 已删去 {path}"


def _undo(folder: Path | None) -> str:
    return "xiaobao install-excel --remove" + (f' --folder "{folder}"' if folder else "")
