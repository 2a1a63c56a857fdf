"""doctor, install-excel and install-libreoffice as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run
from windows_desk import EXCEL, make_addin, windows

from xiaobao_xl import resources
from xiaobao_xl.commands import desk as desk_commands
from xiaobao_xl.desktop.machine import Machine


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch) -> Machine:
    """A Windows computer with Excel in the place of this one."""
    addin = make_addin(tmp_path / "shipped.xlam")
    monkeypatch.setattr(resources, "addin_path", lambda: addin)
    monkeypatch.setattr(resources, "macro_register_path", lambda: addin)
    machine = windows(tmp_path / "张三", EXCEL)
    monkeypatch.setattr(Machine, "here", lambda: machine)
    monkeypatch.chdir(tmp_path)
    return machine


def test_they_are_commands_of_the_one_program():
    assert desk_commands.app is not None
    shown = run("--help").out
    assert all(name in shown for name in ("doctor", "install-excel", "install-libreoffice"))


def test_doctor_prints_the_checklist_and_is_content():
    ran = run("doctor")
    assert ran.code == 0
    assert ran.out.startswith("程序\n  ✓ Python 3.")
    assert run("doctor", "--quiet").out.startswith("可以这样用\n")


def test_doctor_in_json():
    told = json.loads(run("doctor", "--json", "-").out)
    assert [way["title"] for way in told["ways"]] == ["文件方式", "连接打开着的台账", "Excel 里的“消保”按钮"]


def test_a_fault_is_an_exit_code(desk):
    assert run("install-excel").code == 0
    desk.python.unlink()
    ran = run("doctor")
    assert ran.code == 1
    assert "有 1 处要处理" in ran.out


def test_install_and_undo(desk):
    installed = run("install-excel")
    assert installed.out.startswith("✓ 找到 Excel")
    assert run("doctor", "--quiet").out.count("✓") == 3
    assert run("install-excel", "--remove").out.startswith("✓ 已删去")
    assert [path for path in desk.home.rglob("*") if path.is_file()] == [desk.python]


def test_a_register_with_buttons_is_another_errand():
    assert run("install-excel", "--register", "台账.xlsm").out.startswith("✓ 已新建带按钮的台账：台账.xlsm")
    assert Path("台账.xlsm").is_file()
    ran = run("install-excel", "--register", "另.xlsm", "--remove")
    assert ran.code == 2
    assert "请分两次运行" in ran.err


def test_libreoffice_is_refused_where_there_is_none():
    ran = run("install-libreoffice")
    assert ran.code == 2
    assert ran.err.startswith("这台电脑上没有查到 LibreOffice")


def test_a_register_with_functions_is_another_errand(monkeypatch, tmp_path):
    shipped = tmp_path / "shipped.xlsm"
    shipped.write_bytes(b"functions")
    monkeypatch.setattr(resources, "calc_register_path", lambda: shipped)
    ran = run("install-libreoffice", "--register", "台账.xlsm")
    assert ran.out.startswith("✓ 已新建带函数的台账：台账.xlsm")
    assert Path("台账.xlsm").read_bytes() == b"functions"
    assert "已存在，未覆盖" in run("install-libreoffice", "--register", "台账.xlsm").err
    assert run("install-libreoffice", "--register", "台账.xlsm", "--overwrite").code == 0
    assert "要存成 .xlsm" in run("install-libreoffice", "--register", "台账.xlsx").err
    assert "请分两次运行" in run("install-libreoffice", "--register", "另.xlsm", "--remove").err
