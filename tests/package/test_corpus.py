"""Workbooks of others keep everything; hostile ones get one sentence or a right result. They stay out of the repository."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from package import corpus

WORKBOOKS = list(corpus.files(*corpus.FOLDERS[:2]))
HOSTILE = list(corpus.files(corpus.FOLDERS[2]))
LOST_WORDS = re.compile(r"[A-Za-z]+Error|Traceback|0x[0-9a-f]+|\n")

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("path", [path for path in WORKBOOKS if path.suffix != ".xls"], ids=lambda path: path.name)
def test_a_workbook_differs_only_in_the_cells_set(path):
    outcome = corpus.examine(path)
    assert outcome.refusal == ""
    assert outcome.differing == []
    assert "−" not in outcome.insertion  # a row was put in with nothing lost, or it was refused


@pytest.mark.parametrize("path", [path for path in WORKBOOKS if path.suffix == ".xls"], ids=lambda path: path.name)
def test_the_older_format_is_refused_in_a_sentence(path):
    assert is_sentence(corpus.examine(path).refusal)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_gets_a_sentence_or_a_right_result(path):
    outcome = corpus.examine(path)
    assert is_sentence(outcome.refusal) or outcome.differing == []
    assert outcome.seconds < 10
    assert outcome.megabytes < 512


def is_sentence(text):
    """Chinese, one line, nothing of the machinery."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and text.endswith("。") and not LOST_WORDS.search(text)


def test_the_table_is_printed():
    command = [sys.executable, str(Path(corpus.__file__)), str(WORKBOOKS[-1])]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    assert "1 files tried, 1 edited, 0 refused" in printed
