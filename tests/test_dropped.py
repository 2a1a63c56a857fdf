"""Registers dropped on a launcher: results stand beside them, nothing is overwritten, and they are opened at the end."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from xiaobao_xl import dropped, resources

TODAY = date(2026, 11, 25)


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Names of the files that were opened."""
    names: list[str] = []
    monkeypatch.setattr(os, "startfile", lambda path: names.append(Path(path).name), raising=False)
    return names


@pytest.fixture
def register(tmp_path) -> Path:
    """A register in a folder of its own."""
    return Path(shutil.copyfile(resources.sample_path("投诉台账_样例.xlsx"), tmp_path / "一季度 台账.xlsx"))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def answers(*given: str):
    left = list(given)
    return lambda _: left.pop(0)


def test_a_dropped_register_gets_a_marked_copy_beside_it(register, opened, capsys):
    before = register.read_bytes()
    assert dropped.main(["check", str(register)]) == 1
    assert names(register.parent) == {"一季度 台账.xlsx", "一季度 台账_校验.xlsx"}
    assert register.read_bytes() == before
    assert opened == ["一季度 台账_校验.xlsx"]
    assert "—— 校验 一季度 台账.xlsx" in capsys.readouterr().out


def test_dropped_again_it_gets_another_copy(register, opened):
    dropped.main(["check", str(register)])
    dropped.main(["check", str(register)])
    assert opened == ["一季度 台账_校验.xlsx", "一季度 台账_校验_2.xlsx"]


def test_one_that_cannot_be_read_does_not_stop_the_next(register, opened, capsys):
    broken = register.with_name("坏.xlsx")
    broken.write_bytes(b"not a workbook")
    assert dropped.main(["check", str(broken), str(register)]) == 2
    assert opened == ["一季度 台账_校验.xlsx"]
    assert "坏.xlsx" in capsys.readouterr().err


def test_a_report_of_the_last_quarter_needs_one_key(register, opened):
    assert dropped.report([register], ask=answers(""), today=TODAY) == 0
    assert "报表_2026Q3/消费投诉季度统计表_2026年第三季度.xlsx" in names(register.parent)
    assert opened == ["消费投诉季度统计表_2026年第三季度.xlsx", "消费投诉季度统计表_2026年第三季度_底稿.xlsx"]


@pytest.mark.usefixtures("opened")
def test_of_several_registers_the_current_one_is_asked_for(register, capsys):
    other = Path(shutil.copyfile(register, register.with_name("去年.xlsx")))
    assert dropped.report([other, register], ask=answers("3", "2", "2026-09"), today=TODAY) == 0
    assert (register.parent / "报表_2026-09").is_dir()
    told = capsys.readouterr().out
    assert "  2. 一季度 台账.xlsx" in told
    assert "请写 1 到 2 之间的数字。" in told


@pytest.mark.usefixtures("opened")
def test_where_nobody_answers_the_offer_is_taken(register):
    def nobody(_: str) -> str:
        raise EOFError

    assert dropped.report([register], ask=nobody, today=TODAY) == 0
    assert (register.parent / "报表_2026Q3").is_dir()


@pytest.mark.parametrize("words", [["check"], ["report"], ["check", "~$台账.xlsx"]])
def test_a_double_click_is_explained(words, capsys):
    assert dropped.main(words) == 2
    assert "请把台账文件拖到这个图标上" in capsys.readouterr().out
