"""The toolbar for LibreOffice: what is written where, and that it goes away without a trace."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from windows_desk import windows

from xiaobao_xl import addin
from xiaobao_xl.desktop import calc_buttons
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.installing_calc import install_libreoffice

LINK = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def desk(tmp_path):
    """A Linux computer with LibreOffice."""
    return windows(
        tmp_path, system="Linux", environ={}, which={"soffice": "/usr/bin/soffice"}.get, speaks_uno=lambda: True
    )


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_script_and_toolbar_stand_in_the_profile(desk):
    before = files(desk.home)
    lines = install_libreoffice(desk)
    profile = ".config/libreoffice/4/user"
    assert files(desk.home) - before == {
        f"{profile}/Scripts/python/xiaobao_xl_buttons.py",
        f"{profile}/config/soffice.cfg/modules/scalc/toolbar/custom_toolbar_xiaobao_xl.xml",
    }
    assert lines[0].startswith("✓ 找到 LibreOffice")
    assert any(line.startswith("撤销：") and "--remove" in line for line in lines)
    install_libreoffice(desk, remove=True)
    assert files(desk.home) == before


def test_a_profile_of_ones_own_is_used_and_undone(desk, tmp_path):
    own = tmp_path / "另一个"
    lines = install_libreoffice(desk, profile=own)
    assert len(files(own)) == 2
    assert any(f'--remove --profile "{own}"' in line for line in lines)
    install_libreoffice(desk, profile=own, remove=True)
    assert files(own) == set()


def test_removing_what_is_not_there_says_where_it_looked(desk):
    [line] = install_libreoffice(desk, remove=True)
    assert line.endswith(str(calc_buttons.profile(desk)))


def test_without_libreoffice_or_its_python_nothing_is_written(desk):
    before = files(desk.home)
    with pytest.raises(WorkbookError, match="没有查到 LibreOffice"):
        install_libreoffice(replace(desk, which=lambda _: None))
    with pytest.raises(WorkbookError, match="不是同一版"):
        install_libreoffice(replace(desk, speaks_uno=lambda: False))
    assert files(desk.home) == before


def test_the_buttons_are_the_verbs_of_the_addin():
    assert calc_buttons.BUTTONS == addin.TITLES
    assert set(calc_buttons.BUTTONS) == set(addin.VERBS)


def test_every_button_of_the_toolbar_calls_a_function_of_the_script():
    tree = ast.parse(calc_buttons.script())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    items = list(ET.fromstring(calc_buttons.toolbar()))  # noqa: S314
    called = [item.attrib[LINK].partition("$")[2].partition("?")[0] for item in items]
    assert called == list(calc_buttons.BUTTONS)
    assert set(called) <= functions


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("Windows", "AppData/Roaming/LibreOffice/4/user"),
        ("Darwin", "Library/Application Support/LibreOffice/4/user"),
        ("Linux", ".config/libreoffice/4/user"),
    ],
)
def test_each_system_keeps_its_profile_elsewhere(desk, system, place):
    assert calc_buttons.profile(replace(desk, system=system)) == desk.home / place
