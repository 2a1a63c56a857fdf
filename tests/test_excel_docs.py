"""What docs/excel.md and docs/acceptance.md promise is what the program has: buttons, commands, verbs, ten steps."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typer

from xiaobao_xl import addin
from xiaobao_xl.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("excel", "acceptance")}
RIBBON = ET.fromstring((ROOT / "workbooks" / "addin" / "customUI14.xml").read_text(encoding="utf-8").partition("?>")[2])  # noqa: S314  (our own file)
UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
BUTTONS = {group.get("label"): [button.get("label") for button in group] for group in RIBBON.iter(f"{UI}group")}


def test_the_table_of_buttons_is_the_ribbon():
    section = PAGES["excel"].partition("## Excel 里的按钮")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| .+ \| .+ \|$", section, re.MULTILINE)
    assert (
        set(rows) - {"按钮"} == {label for labels in BUTTONS.values() for label in labels} == set(addin.TITLES.values())
    )


def test_the_ribbon_is_described_group_by_group():
    step = PAGES["acceptance"].partition("**3. 功能区**")[2].partition("**4.")[0]
    for group, labels in BUTTONS.items():
        assert f"{group}：{'、'.join(labels)}" in re.sub(r"\n", "", step)


def test_there_are_ten_steps_each_with_the_expected_sight():
    steps = re.findall(
        r"^\*\*(\d+)\. .+?\*\*\n\n做什么.+?\n\n应当看到：", PAGES["acceptance"], re.MULTILINE | re.DOTALL
    )
    assert steps == [str(number) for number in range(1, 11)]
    assert "**状态：未验证。**" in PAGES["acceptance"]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_exists(page):
    known = typer.main.get_command(app).commands
    for name, rest in re.findall(r"xiaobao ([a-z][a-z-]+)((?: [^\n`；|]+)?)", PAGES[page]):
        if name == "attach":
            assert set(re.findall(r"^ (\w+)", rest)) <= set(addin.VERBS)
            continue
        assert name in known, name
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options
