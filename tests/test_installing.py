"""The add-in is put into Excel's start-up folder with this computer's Python in it, and leaves no trace when removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from windows_desk import EXCEL, WPS, make_addin, windows

from xiaobao_xl import package, resources
from xiaobao_xl.desktop import addin_file, user_settings
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.installing import install_excel, macro_register

SETTINGS = (("XB_RUNNING", "正在运行"), ("interpreter_win", "python"), ("INTERPRETER_MAC", "python"))


@pytest.fixture(autouse=True)
def shipped(tmp_path, monkeypatch) -> Path:
    """An add-in of the test's own in the place of the shipped one."""
    path = make_addin(tmp_path / "shipped.xlam", SETTINGS)
    monkeypatch.setattr(resources, "addin_path", lambda: path)
    monkeypatch.setattr(resources, "macro_register_path", lambda: path)
    return path


@pytest.fixture
def desk(tmp_path):
    """A user's folder on a Windows computer with Excel."""
    return windows(tmp_path / "张三", EXCEL)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def startup(machine) -> Path:
    return machine.home / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART" / "xiaobao_xl.xlam"


def settings_of(path: Path) -> dict[str, object]:
    with package.open(path) as book:
        cells = dict(book.each("xlwings.conf"))
    return {
        str(cell.value): cells[row, 2].value if (row, 2) in cells else None
        for (row, column), cell in cells.items()
        if column == 1
    }


def test_the_addin_stands_in_the_startup_folder_with_this_python_in_it(desk):
    lines = install_excel(desk)
    told = settings_of(startup(desk))
    assert told == {"XB_RUNNING": "正在运行", "interpreter_win": str(desk.python), "INTERPRETER_MAC": "python"}
    assert lines[0] == r"✓ 找到 Excel 16.0.17328.20184（C:\Office16\EXCEL.EXE）"
    assert lines[1] == f"✓ 放好了加载项：{startup(desk)}"
    assert any(line.startswith("撤销：") and "xiaobao install-excel --remove" in line for line in lines)


def test_nothing_else_is_written(desk, shipped):
    before = shipped.read_bytes()
    install_excel(desk)
    assert files(desk.home) == sorted([startup(desk), desk.python, desk.home / ".xlwings" / "xlwings.conf"])
    assert shipped.read_bytes() == before


def test_installing_again_replaces_it_and_says_so(desk):
    install_excel(desk)
    moved = windows(desk.home / "挪了地方", EXCEL, environ=desk.environ)
    lines = install_excel(moved)
    assert settings_of(startup(desk))["interpreter_win"] == str(moved.python)
    assert lines[1].startswith("✓ 换上了新的加载项")


def test_removing_leaves_no_trace(desk):
    install_excel(desk)
    lines = install_excel(desk, remove=True)
    assert files(desk.home) == [desk.python]
    assert lines[0] == f"✓ 已删去 {startup(desk)}"


def test_removing_what_is_not_there_says_where_it_looked(desk):
    [line] = install_excel(desk, remove=True)
    assert line.startswith("没有找到装好的加载项")
    assert str(startup(desk).parent) in line


def test_an_addin_in_the_alternative_startup_folder_is_removed_too(tmp_path):
    folder = tmp_path / "共用"
    folder.mkdir()
    alternative = {r"HKCU\Software\Microsoft\Office\16.0\Excel\Options": {"AltStartup": str(folder)}}
    machine = windows(tmp_path / "张三", EXCEL, alternative)
    make_addin(folder / addin_file.NAME)
    assert any("别处还有一份" in line for line in install_excel(machine))
    install_excel(machine, remove=True)
    assert files(folder) == []
    assert not startup(machine).exists()


def test_a_folder_of_ones_own_is_used_and_undone(desk, tmp_path):
    own = tmp_path / "受信任"
    lines = install_excel(desk, folder=own)
    assert (own / addin_file.NAME).is_file()
    assert not startup(desk).exists()
    assert any("转到→浏览" in line for line in lines)
    [undo] = [line for line in lines if line.startswith("撤销")]
    assert f'--remove --folder "{own}"' in undo
    install_excel(desk, folder=own, remove=True)
    assert files(own) == []


def test_the_interpreter_without_a_console_is_not_used(desk):
    install_excel(replace(desk, python=desk.python.with_name("pythonw.exe")))
    assert settings_of(startup(desk))["interpreter_win"] == str(desk.python)


def test_policies_in_the_way_are_told_at_once(tmp_path):
    policy = {r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security": {"RequireAddinSig": 1}}
    lines = install_excel(windows(tmp_path / "张三", EXCEL, policy))
    assert any(line.startswith("✗") and "数字签名" in line for line in lines)
    assert any("xiaobao attach check" in line for line in lines)


def test_a_setting_that_is_not_there_is_added_below_the_others(desk, tmp_path, monkeypatch):
    bare = make_addin(tmp_path / "bare.xlam", (("XB_RUNNING", "正在运行"), ("INTERPRETER_MAC", None)))
    monkeypatch.setattr(resources, "addin_path", lambda: bare)
    install_excel(desk)
    told = settings_of(startup(desk))
    assert told == {"XB_RUNNING": "正在运行", "INTERPRETER_MAC": None, "INTERPRETER_WIN": str(desk.python)}


class TestUserSettings:
    """xlwings' own file, which other tools may use too."""

    def test_registers_with_buttons_find_python_there(self, desk):
        install_excel(desk)
        written = user_settings.place(desk).read_bytes()
        assert written == f'"INTERPRETER_WIN","{desk.python}"\r\n'.encode("gbk")

    def test_lines_of_others_stay(self, desk):
        file = user_settings.place(desk)
        file.parent.mkdir(parents=True)
        file.write_bytes(b'"SHOW CONSOLE","True"')
        install_excel(desk)
        assert file.read_bytes().startswith(b'"SHOW CONSOLE","True"\r\n"INTERPRETER_WIN"')
        install_excel(desk, remove=True)
        assert file.read_bytes() == b'"SHOW CONSOLE","True"\r\n'

    def test_the_python_of_another_tool_is_not_replaced(self, desk):
        file = user_settings.place(desk)
        file.parent.mkdir(parents=True)
        theirs = b'"interpreter_win","D:\\other\\python.exe"\r\n'
        file.write_bytes(theirs)
        lines = install_excel(desk)
        assert any("已经写着别的 Python，没有改" in line and "--register" in line for line in lines)
        install_excel(desk, remove=True)
        assert file.read_bytes() == theirs


class TestRefusals:
    def test_without_excel(self, tmp_path):
        machine = windows(tmp_path / "张三")
        with pytest.raises(WorkbookError, match="没有查到 Excel，没有安装任何内容"):
            install_excel(machine)
        assert files(machine.home) == [machine.python]

    def test_wps_in_the_place_of_excel_is_not_excel(self, tmp_path):
        with pytest.raises(WorkbookError, match="只查到 WPS；WPS 请用文件方式：xiaobao check"):
            install_excel(windows(tmp_path / "张三", WPS))

    @pytest.mark.parametrize(("system", "way"), [("Linux", "install-libreoffice"), ("Darwin", "xiaobao attach check")])
    def test_on_other_systems_the_way_there_is_named(self, desk, system, way):
        with pytest.raises(WorkbookError, match=way):
            install_excel(replace(desk, system=system))

    def test_from_inside_a_zip(self, desk):
        fleeting = Path(desk.environ["TEMP"]) / "Temp1_便携版.zip" / "python.exe"
        with pytest.raises(WorkbookError, match="请先把压缩包整个解压"):
            install_excel(replace(desk, python=fleeting))
        assert not startup(desk).exists()

    def test_an_addin_without_settings(self, desk, tmp_path, monkeypatch):
        bare = tmp_path / "bare.xlam"
        Workbook().save(bare)
        monkeypatch.setattr(resources, "addin_path", lambda: bare)
        with pytest.raises(WorkbookError, match=r"没有设置表 xlwings\.conf"):
            install_excel(desk)
        assert not startup(desk).exists()

    def test_a_file_that_excel_holds_open(self, desk, monkeypatch):
        install_excel(desk)

        def locked(path, **_):
            raise PermissionError(13, "拒绝访问", str(path))

        monkeypatch.setattr(Path, "unlink", locked)
        with pytest.raises(WorkbookError, match="请先把 Excel 全部关掉"):
            install_excel(desk, remove=True)


class TestMacroRegister:
    def test_it_can_be_passed_on_and_python_stands_in_the_users_settings(self, desk, tmp_path, shipped):
        out = tmp_path / "投诉台账.xlsm"
        lines = macro_register(out, desk)
        assert out.read_bytes() == shipped.read_bytes()
        assert user_settings.interpreter(desk) == str(desk.python)
        assert lines[0] == f"✓ 已新建带按钮的台账：{out}"

    def test_where_another_tool_has_its_python_it_carries_its_own(self, desk, tmp_path):
        user_settings.put(desk, r"D:\other\python.exe")
        out = tmp_path / "投诉台账.xlsm"
        lines = macro_register(out, desk)
        assert settings_of(out)["interpreter_win"] == str(desk.python)
        assert lines[-1].startswith("按钮只在这台电脑上有用")

    def test_nothing_is_overwritten_unasked(self, desk, tmp_path):
        out = tmp_path / "投诉台账.xlsm"
        out.write_bytes(b"hers")
        with pytest.raises(WorkbookError, match="已存在，未覆盖"):
            macro_register(out, desk)
        assert out.read_bytes() == b"hers"

    def test_another_name_cannot_hold_macros(self, desk, tmp_path):
        with pytest.raises(WorkbookError, match=r"要存成 \.xlsm"):
            macro_register(tmp_path / "投诉台账.xlsx", desk)
